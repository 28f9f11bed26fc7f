/**
 * The key index with thousands of keys, three levels deep: puts, deletions, compactions that take keys out, and clones,
 * against a plain map that is sorted for every question. Which keys and when is drawn from a seeded stream.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { below, createPrng, next, type Prng, pick } from '../../../src/base/index.ts';
import {
  cloneKv,
  createKv,
  currentRevision,
  getKey,
  type Kv,
  keySearchCost,
  range,
  writePut,
} from '../../../src/engine/kv/index.ts';
import type { KeyNode } from '../../../src/engine/kv/keyNode.ts';
import { assertKeyTreeInvariants, type SearchCost } from '../../../src/engine/kv/keyTreeChecks.ts';
import { compactFully, del, must, put, putOptions, rangeOptions, write } from './support.ts';

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${String(i).padStart(5, '0')}`);
const KEYS = numbered(6_000);
/** Enough for a third level. */
const MANY = numbered(20_000);
/** Every word of up to nine of three bytes: they begin alike in all ways, and continue each other. */
const WORDS = (function wordsFrom(start: string): string[] {
  return start.length === 9 ? [start] : [start, ...['\0', 'm', '\xff'].flatMap((letter) => wordsFrom(start + letter))];
})('').slice(2); // not the empty one, and not the one that means no end

/** A store and the values that its keys should have. */
interface Pair {
  readonly kv: Kv;
  readonly values: Map<string, string>;
}

describe('the index and a sorted map agree', () => {
  test.each([
    ['numbers', MANY, 2, 6_000],
    ['words that begin alike', WORDS, 2, 6_000],
  ])(
    'random order: %s',
    (_, keys, numRuns, count) => {
      const property = fc.property(fc.nat(), (seed) => {
        const prng = createPrng(seed, 'keyTree');
        const pairs: Pair[] = [{ kv: createKv(), values: new Map() }];
        for (let round = 0; round < 12; round++) {
          const pair = pick(prng, pairs);
          putSome(prng, pair, keys, count);
          const copy: Pair = { kv: cloneKv(pair.kv), values: new Map(pair.values) };
          if (pairs.length < 3) pairs.push(copy);
          deleteSome(prng, pair, keys);
          if (round % 3 === 2) compactFully(pair.kv, currentRevision(pair.kv));
          for (const each of pairs) check(prng, each, keys);
        }
      });
      fc.assert(property, { numRuns, endOnFailure: true });
    },
    60_000,
  );

  test('what lay between two keys is found in a neighbour, when all between them has gone', () => {
    // Whole leaves and inner nodes go, and those beside them have bounds that are wider than their keys tell.
    for (let seed = 1; seed <= 6; seed++) {
      const prng = createPrng(seed, 'gaps');
      const keys = seed % 2 === 0 ? WORDS.slice(0, 6_000) : MANY.slice(0, 6_000);
      const pair: Pair = { kv: createKv(), values: new Map() };
      const put1 = (key: string) => {
        put(pair.kv, key, key);
        pair.values.set(key, key);
      };
      for (const key of keys) put1(key);
      for (let round = 0; round < 5; round++) {
        const from = below(prng, keys.length);
        const to = Math.min(keys.length - 1, from + below(prng, 2_000));
        del(pair.kv, keys[from] ?? '', keys[to] ?? '');
        for (const key of keys.slice(from, to)) pair.values.delete(key);
        put(pair.kv, '\xff'.repeat(10), 'moves the revision past the tombstones');
        pair.values.set('\xff'.repeat(10), 'moves the revision past the tombstones');
        compactFully(pair.kv, currentRevision(pair.kv));
        // Looked for before anything is put there, then put in random order.
        const behind = [...pair.values.keys()].filter((key) => key >= (keys[from] ?? '')).length;
        for (const key of keys.slice(from, to)) {
          expect(must(range(pair.kv, rangeOptions(key, '\0', { countOnly: true }))).count).toBe(behind);
        }
        for (const key of keys) if (getKey(pair.kv, key)?.value !== pair.values.get(key)) expect(key).toBe('as it was put');
        for (let i = 0; i < 300; i++) put1(keys[from + below(prng, to - from + 1)] ?? '');
        check(prng, pair, keys);
      }
    }
  }, 60_000);

  test('ascending order leaves full nodes, deleting in order empties them', () => {
    const pair: Pair = { kv: createKv(), values: new Map() };
    for (const key of KEYS) {
      put(pair.kv, key, key);
      pair.values.set(key, key);
    }
    check(createPrng(1, 'ascending'), pair, KEYS);
    expect(countNodes(pair.kv.keys)).toBeLessThan(1.1 * (KEYS.length / 64));
    for (let from = 0; from < KEYS.length; from += 500) {
      del(pair.kv, KEYS[from] ?? '', KEYS[from + 500] ?? '\0');
      for (const key of KEYS.slice(from, from + 500)) pair.values.delete(key);
      put(pair.kv, 'z', 'moves the revision past the tombstones');
      pair.values.set('z', 'moves the revision past the tombstones');
      compactFully(pair.kv, currentRevision(pair.kv));
      check(createPrng(from, 'ascending'), pair, KEYS);
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
    for (const key of MANY) put(kv, key, key);
    // In ascending order leaves hold 63 keys and inner nodes 255 leaves: here the second inner node begins.
    const first = 63 * 255;
    del(kv, MANY[first] ?? '', MANY[first + 63] ?? '');
    put(kv, 'z', '');
    compactFully(kv, currentRevision(kv));
    const back = MANY[first + 1] ?? '';
    put(kv, back, 'back');
    for (const [i, key] of MANY.entries()) {
      // The last leaf of the first inner node stays too full to take in its neighbour.
      const isKept = i % 100 === 0 || key === back || (i >= first - 31 && i < first);
      if (!isKept) del(kv, key);
      if (i % 200 !== 199) continue;
      // Little by little, for later merges would hide a wrong bound.
      put(kv, 'z', '');
      compactFully(kv, currentRevision(kv));
      assertKeyTreeInvariants(kv.keys);
    }
    expect(must(range(kv, rangeOptions(back, ''))).kvs[0]?.value).toBe('back');
  });
});

test('a search compares as many as a binary search over all keys would, and looks at no more keys in a large index than in a small one', () => {
  for (const [count, nodes] of [
    [50, 1],
    [1_000, 2],
    [20_000, 3],
  ] as const) {
    const kv = createKv();
    const prng = createPrng(count, 'cost');
    for (const key of shuffled(prng, MANY.slice(0, count))) put(kv, key, '');
    const costs = MANY.slice(0, count).map((key) => keySearchCost(kv, key));
    const mean = (field: keyof SearchCost) => costs.reduce((sum, cost) => sum + cost[field], 0) / count;
    expect(mean('nodes')).toBe(nodes);
    expect(mean('comparisons')).toBeLessThan(Math.log2(count) + 1);
    expect(mean('comparisons')).toBeGreaterThan(Math.log2(count) - 1);
    // Nearly all of them in the root, for there is nothing with which all keys would begin.
    expect(mean('keys')).toBeLessThan(7);
  }
});

function shuffled<T>(prng: Prng, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: next(prng) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function putSome(prng: Prng, { kv, values }: Pair, keys: readonly string[], count: number): void {
  const chosen = new Set(Array.from({ length: count }, () => pick(prng, keys)));
  write(kv, (open) => {
    for (const key of chosen) {
      const value = String(below(prng, 1000));
      writePut(open, putOptions(key, value));
      values.set(key, value);
    }
  });
}

function deleteSome(prng: Prng, { kv, values }: Pair, keys: readonly string[]): void {
  const start = pick(prng, keys);
  const end = pick(prng, keys);
  del(kv, start, end);
  for (const key of [...values.keys()]) if (key >= start && key < end) values.delete(key);
  for (let i = 0; i < 200; i++) {
    const key = pick(prng, keys);
    del(kv, key);
    values.delete(key);
  }
}

function check(prng: Prng, { kv, values }: Pair, keys: readonly string[]): void {
  assertKeyTreeInvariants(kv.keys);
  for (let i = 0; i < 300; i++) {
    const key = pick(prng, keys);
    expect(getKey(kv, key)?.value).toBe(values.get(key));
  }
  const sorted = [...values.keys()].sort();
  expect(must(range(kv, rangeOptions('\0', '\0'))).kvs.map((pair) => pair.value)).toEqual(sorted.map((key) => values.get(key)));
  for (let i = 0; i < 20; i++) {
    const start = pick(prng, keys);
    const end = pick(prng, keys);
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
