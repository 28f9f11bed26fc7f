// The seeded streams: the same numbers for ever, apart from each other, in their range, without a bias.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { below, between, chance, clonePrng, createPrng, next, type Prng, pick } from '../../src/base/index.ts';

function draw(prng: Prng, count: number): number[] {
  return Array.from({ length: count }, () => next(prng));
}

/** sfc32 as PractRand states it, in 64-bit integers cut to 32: slow and obvious. */
function referenceDraw(state: Prng, count: number): number[] {
  const cut = (value: bigint) => value & 0xffff_ffffn;
  let [a, b, c, counter] = [state.a, state.b, state.c, state.counter].map((word) => BigInt(word >>> 0)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  return Array.from({ length: count }, () => {
    const result = cut(a + b + counter);
    counter = cut(counter + 1n);
    a = b ^ (b >> 9n);
    b = cut(c + (c << 3n));
    c = cut((cut(c << 21n) | (c >> 11n)) + result);
    return Number(result);
  });
}

describe('a stream', () => {
  it('is sfc32', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string(), (seed, stream) => {
        const prng = createPrng(seed, stream);
        const expected = referenceDraw(prng, 50);
        expect(draw(prng, 50)).toEqual(expected);
      }),
    );
  });

  it('never changes: every stored run depends on these numbers', () => {
    expect(draw(createPrng(1, 'link 1>3'), 4)).toMatchInlineSnapshot(`
      [
        1828360044,
        772869086,
        1827817898,
        1818696801,
      ]
    `);
    expect(draw(createPrng(-(2 ** 40) - 7, ''), 2)).toMatchInlineSnapshot(`
      [
        4115060988,
        1942389617,
      ]
    `);
  });

  it('is its own for each seed and each name, also where only the high half of the seed differs', () => {
    const names = ['', 'a', 'b', 'link 1>2', 'link 2>1'];
    const seeds = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    const streams = seeds.flatMap((seed) => names.map((name) => draw(createPrng(seed, name), 4).join()));
    expect(new Set(streams).size).toBe(seeds.length * names.length);
  });

  it('goes on from the same point in a copy, and alone', () => {
    const prng = createPrng(7, 'x');
    draw(prng, 10);
    const copy = clonePrng(prng);
    const ahead = draw(copy, 20);
    expect(draw(prng, 20)).toEqual(ahead);
  });

  it('wants a whole seed', () => {
    expect(() => createPrng(0.5, '')).toThrow('a seed is a safe integer');
  });
});

describe('a range', () => {
  it('holds every draw', () => {
    const bounds = fc.oneof(fc.integer({ min: 1, max: 2 ** 32 }), fc.constantFrom(1, 2, 3, 2 ** 31 + 1, 2 ** 32 - 1, 2 ** 32));
    fc.assert(
      fc.property(fc.maxSafeInteger(), bounds, (seed, bound) => {
        const prng = createPrng(seed, 'range');
        for (let i = 0; i < 20; i++) {
          const value = below(prng, bound);
          expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
        }
      }),
    );
  });

  it('has no favourites: chi-squared over 10 values, and over the thirds of a bound that a remainder would bend', () => {
    const chiSquared = (bound: number, cells: number, draws: number): number => {
      const prng = createPrng(42, `chi ${bound}`);
      const counts = new Array<number>(cells).fill(0);
      for (let i = 0; i < draws; i++) {
        const cell = Math.floor((below(prng, bound) / bound) * cells);
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
      const expected = draws / cells;
      return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    };
    expect(chiSquared(10, 10, 100_000)).toBeLessThan(27.9); // p = 0.001 at 9 degrees of freedom
    // `next % (3 · 2^30)` would give the first third twice the weight of the others.
    expect(chiSquared(3 * 2 ** 30, 3, 30_000)).toBeLessThan(13.8); // p = 0.001 at 2 degrees of freedom
  });

  it('includes both ends of between', () => {
    const prng = createPrng(3, 'ends');
    expect(new Set(Array.from({ length: 200 }, () => between(prng, -1, 1)))).toEqual(new Set([-1, 0, 1]));
    expect(between(prng, 5, 5)).toBe(5);
  });

  it('is not empty', () => {
    const prng = createPrng(3, 'empty');
    for (const bound of [0, -1, 1.5, 2 ** 32 + 1]) expect(() => below(prng, bound)).toThrow('a bound is in 1 … 2^32');
    expect(() => between(prng, 2, 1)).toThrow('a bound is in 1 … 2^32');
    expect(() => pick(prng, [])).toThrow('something can only be picked from what is not empty');
  });
});

it('chance is true as often as it says, and always and never at its ends', () => {
  const prng = createPrng(5, 'chance');
  const times = (count: number, of: number) => Array.from({ length: 10_000 }, () => chance(prng, count, of)).filter(Boolean).length;
  expect(times(0, 7)).toBe(0);
  expect(times(7, 7)).toBe(10_000);
  expect(Math.abs(times(1, 4) - 2500)).toBeLessThan(150); // 3.5 standard deviations
});

it('pick reaches every item', () => {
  const prng = createPrng(6, 'pick');
  expect(new Set(Array.from({ length: 100 }, () => pick(prng, ['a', 'b', 'c'])))).toEqual(new Set(['a', 'b', 'c']));
});
