/**
 * The key index with thousands of keys, three levels deep: puts, deletions, compactions that take keys out, and clones,
 * against a plain map that is sorted for every question. Which keys and when is drawn from a seeded stream.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { below, createPrng, type Prng, pick } from '../../../src/base/index.ts';
import { cloneKv, createKv, currentRevision, type Kv, range, writePut } from '../../../src/engine/kv/index.ts';
import { assertKeyTreeInvariants, type KeyNode } from '../../../src/engine/kv/keyTree.ts';
import { compactFully, del, must, put, putOptions, rangeOptions, write } from './support.ts';

const KEYS = Array.from({ length: 6000 }, (_, i) => `k${String(i).padStart(4, '0')}`);

/** A store and the values that its keys should have. */
interface Pair {
  readonly kv: Kv;
  readonly values: Map<string, string>;
}

describe('the index and a sorted map agree', () => {
  test('random order', () => {
    const property = fc.property(fc.nat(), (seed) => {
      const prng = createPrng(seed, 'keyTree');
      const pairs: Pair[] = [{ kv: createKv(), values: new Map() }];
      for (let round = 0; round < 12; round++) {
        const pair = pick(prng, pairs);
        putSome(prng, pair, 1500);
        const copy: Pair = { kv: cloneKv(pair.kv), values: new Map(pair.values) };
        if (pairs.length < 3) pairs.push(copy);
        deleteSome(prng, pair);
        if (round % 3 === 2) compactFully(pair.kv, currentRevision(pair.kv));
        for (const each of pairs) check(prng, each);
      }
    });
    fc.assert(property, { numRuns: 4, endOnFailure: true });
  }, 60_000);

  test('ascending order leaves full nodes, deleting in order empties them', () => {
    const pair: Pair = { kv: createKv(), values: new Map() };
    for (const key of KEYS) {
      put(pair.kv, key, key);
      pair.values.set(key, key);
    }
    check(createPrng(1, 'ascending'), pair);
    expect(countNodes(pair.kv.keys)).toBeLessThan(1.1 * (KEYS.length / 64));
    for (let from = 0; from < KEYS.length; from += 500) {
      del(pair.kv, KEYS[from] ?? '', KEYS[from + 500] ?? '\0');
      for (const key of KEYS.slice(from, from + 500)) pair.values.delete(key);
      put(pair.kv, 'z', 'moves the revision past the tombstones');
      pair.values.set('z', 'moves the revision past the tombstones');
      compactFully(pair.kv, currentRevision(pair.kv));
      check(createPrng(from, 'ascending'), pair);
    }
    expect(countNodes(pair.kv.keys)).toBe(1);
  });

  test('keys deleted here and there leave no thin nodes behind', () => {
    const kv = createKv();
    write(kv, (open) => {
      for (const key of KEYS) writePut(open, putOptions(key, key));
    });
    for (const [i, key] of KEYS.entries()) if (i % 20 !== 0) del(kv, key);
    put(kv, 'z', '');
    compactFully(kv, currentRevision(kv));
    assertKeyTreeInvariants(kv.keys);
    // 301 keys are left of 6000, and thin neighbours were merged.
    expect(countNodes(kv.keys)).toBeLessThan(25);
  });

  test('two inner nodes become one although the second had lost its first child', () => {
    const kv = createKv();
    for (const key of KEYS) put(kv, key, key);
    // In ascending order leaves hold 63 keys and inner nodes 63 leaves: here the second inner node begins.
    const first = 63 * 63;
    del(kv, KEYS[first] ?? '', KEYS[first + 63] ?? '');
    put(kv, 'z', '');
    compactFully(kv, currentRevision(kv));
    const back = KEYS[first + 1] ?? '';
    put(kv, back, 'back');
    for (const [i, key] of KEYS.entries()) {
      // The last leaf of the first inner node stays too full to take in its neighbour.
      const isKept = i % 100 === 0 || key === back || (i >= first - 31 && i < first);
      if (!isKept) del(kv, key);
      if (i % 50 !== 49) continue;
      // Little by little, for later merges would hide a wrong bound.
      put(kv, 'z', '');
      compactFully(kv, currentRevision(kv));
      assertKeyTreeInvariants(kv.keys);
    }
    expect(must(range(kv, rangeOptions(back, ''))).kvs[0]?.value).toBe('back');
  });
});

function putSome(prng: Prng, { kv, values }: Pair, count: number): void {
  const chosen = new Set(Array.from({ length: count }, () => pick(prng, KEYS)));
  write(kv, (open) => {
    for (const key of chosen) {
      const value = String(below(prng, 1000));
      writePut(open, putOptions(key, value));
      values.set(key, value);
    }
  });
}

function deleteSome(prng: Prng, { kv, values }: Pair): void {
  const start = pick(prng, KEYS);
  const end = pick(prng, KEYS);
  del(kv, start, end);
  for (const key of [...values.keys()]) if (key >= start && key < end) values.delete(key);
  for (let i = 0; i < 200; i++) {
    const key = pick(prng, KEYS);
    del(kv, key);
    values.delete(key);
  }
}

function check(prng: Prng, { kv, values }: Pair): void {
  assertKeyTreeInvariants(kv.keys);
  const sorted = [...values.keys()].sort();
  expect(must(range(kv, rangeOptions('\0', '\0'))).kvs.map((pair) => pair.value)).toEqual(sorted.map((key) => values.get(key)));
  for (let i = 0; i < 20; i++) {
    const start = pick(prng, KEYS);
    const end = pick(prng, KEYS);
    const limit = 1 + below(prng, 100);
    const inside = sorted.filter((key) => key >= start && key < end);
    const answer = must(range(kv, rangeOptions(start, end, { limit })));
    expect(answer.kvs.map(({ key }) => key)).toEqual(inside.slice(0, limit));
    expect([answer.count, answer.more]).toEqual([inside.length, inside.length > limit]);
    expect(must(range(kv, rangeOptions(start, '\0', { countOnly: true }))).count).toBe(sorted.filter((key) => key >= start).length);
  }
}

function countNodes(node: KeyNode): number {
  return node.children === undefined ? 1 : node.children.reduce((sum, child) => sum + countNodes(child), 1);
}
