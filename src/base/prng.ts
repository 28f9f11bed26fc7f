import { assert } from './assert.ts';

/** State of a small fast counter generator (sfc32, Chris Doty-Humphrey, PractRand). Plain data: a checkpoint copies it. */
export interface Prng {
  a: number;
  b: number;
  c: number;
  counter: number;
}

/**
 * A stream of its own for each (seed, stream) pair, so that a new consumer does not disturb the others.
 *
 * @param seed any safe integer
 * @param stream names the consumer, e.g. `link 1>3`
 */
export function createPrng(seed: number, stream: string): Prng {
  assert(Number.isSafeInteger(seed), 'a seed is a safe integer', { seed });
  let hash = 0x811c9dc5;
  for (let i = 0; i < stream.length; i++) hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193);
  const prng: Prng = { a: seed | 0, b: Math.floor(seed / 0x1_0000_0000) | 0, c: hash | 0, counter: 1 };
  // The first rounds only mix the seed in.
  for (let i = 0; i < 15; i++) next(prng);
  return prng;
}

/** A 32-bit unsigned integer; moves the stream on by one. */
export function next(prng: Prng): number {
  const result = (prng.a + prng.b + prng.counter) | 0;
  prng.counter = (prng.counter + 1) | 0;
  prng.a = prng.b ^ (prng.b >>> 9);
  prng.b = (prng.c + (prng.c << 3)) | 0;
  prng.c = (prng.c << 21) | (prng.c >>> 11) | 0;
  prng.c = (prng.c + result) | 0;
  return result >>> 0;
}

/** Uniform in [0, bound); unbiased. One or more draws. */
export function below(prng: Prng, bound: number): number {
  assert(Number.isSafeInteger(bound) && bound > 0 && bound <= 0x1_0000_0000, 'a bound is in 1 … 2^32', { bound });
  const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
  for (;;) {
    const value = next(prng);
    if (value < limit) return value % bound;
  }
}

/** Uniform in [low, high], both included. */
export function between(prng: Prng, low: number, high: number): number {
  return low + below(prng, high - low + 1);
}

/** True `count` times out of `of` on average. */
export function chance(prng: Prng, count: number, of: number): boolean {
  return below(prng, of) < count;
}

/** One of the items. */
export function pick<T>(prng: Prng, items: readonly T[]): T {
  assert(items.length > 0, 'something can only be picked from what is not empty');
  return items[below(prng, items.length)] as T; // below(length) is an index of the array
}

/** A copy that goes on from the same point. */
export function clonePrng(prng: Prng): Prng {
  return { a: prng.a, b: prng.b, c: prng.c, counter: prng.counter };
}
