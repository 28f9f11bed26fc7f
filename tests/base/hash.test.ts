// Digests of plain data: equal for equal data however it was built, different for everything that differs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHash, digestOf, hashDigest, hashNumber, hashText } from '../../src/base/index.ts';

/** The same value with the fields of every record in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, reversed(item)]));
  if (value instanceof Set || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

const data: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.string({ maxLength: 3 }),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt({ min: 0n, max: 1n << 64n }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
    fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), tie('value'))).map((entries) => new Map(entries)),
  ),
})).value;

/** A text that names a value completely: what the digest must tell apart, without any hashing. */
function spell(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spell).join()}]`;
  if (value instanceof Map) return `Map(${[...value].map(([key, item]) => `${spell(key)}:${spell(item)}`).join()})`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const record = value as Record<string, unknown>; // any object is a record of its own fields
  return `{${Object.keys(record)
    .sort()
    .map((key) => `${key}:${spell(record[key])}`)
    .join()}}`;
}

describe('a digest', () => {
  it('does not depend on the order in which fields were set', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(digestOf(reversed(value))).toBe(digestOf(value));
      }),
    );
  });

  it('differs for any two values that differ', () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(data, (value) => {
        const digest = digestOf(value);
        const spelled = spell(value);
        expect(seen.get(digest) ?? spelled).toBe(spelled);
        seen.set(digest, spelled);
      }),
      { numRuns: 5000 },
    );
    expect(seen.size).toBeGreaterThan(1000);
  });

  it.each([
    [{ a: {}, b: 1 }, { a: { b: 1 } }],
    [[[], 1], [[1]]],
    [
      [new Map([[1, 2]]), 3],
      [new Map(), 1, 2, 3],
    ],
    [new Map([['a', 1], ['b', 2]]), new Map([['b', 2], ['a', 1]])], // biome-ignore format: a pair in a line
    [new Set([1, 2]), new Set([2, 1])],
    [new Set([1]), [1]],
    [{ a: 1 }, new Map([['a', 1]])],
    ['1', 1],
    [1n, 1],
    [null, undefined],
    [false, 0],
    [['ab', 'c'], ['a', 'bc']], // biome-ignore format: a pair in a line
    [1, 1 + 2 ** 32],
    [-1, 2 ** 32 - 1],
    [0.5, 0.25],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2, 0])],
    [[new Uint8Array([1]), 2], [new Uint8Array([1, 2])]],
    [
      [new Uint8Array([1]), 2 ** 32],
      [new Uint8Array([1, 3]), undefined],
    ],
  ])('tells %o from %o', (a, b) => {
    expect(digestOf(a)).not.toBe(digestOf(b));
  });

  it('takes a missing field and an undefined one for the same', () => {
    expect(digestOf({ a: 1, b: undefined })).toBe(digestOf({ a: 1 }));
  });

  it('is 16 hex digits, and never changes: stored runs are compared by it', () => {
    expect(digestOf({ term: 2, log: [1, 'a', true, null, 5n] })).toMatchInlineSnapshot(`"8eed020801e18139"`);
    expect(digestOf(undefined)).toMatch(/^[0-9a-f]{16}$/);
  });

  it('spreads: a change of one bit turns about half of the bits', () => {
    const bits = (text: string) => BigInt(`0x${text}`);
    const turned: number[] = [];
    for (let i = 0; i < 500; i++) {
      const difference = bits(digestOf(i)) ^ bits(digestOf(i ^ (1 << (i % 20))));
      turned.push([...difference.toString(2)].filter((digit) => digit === '1').length);
    }
    const mean = turned.reduce((sum, count) => sum + count, 0) / turned.length;
    expect(mean).toBeGreaterThan(31);
    expect(mean).toBeLessThan(33);
    expect(Math.min(...turned)).toBeGreaterThan(10);
  });
});

it('a running hash can be read at any time and goes on', () => {
  const hash = createHash();
  hashNumber(hash, 1);
  const first = hashDigest(hash);
  expect(hashDigest(hash)).toBe(first);
  hashText(hash, 'x');
  expect(hashDigest(hash)).not.toBe(first);
  const again = createHash();
  hashNumber(again, 1);
  hashText(again, 'x');
  expect(hashDigest(again)).toBe(hashDigest(hash));
});
