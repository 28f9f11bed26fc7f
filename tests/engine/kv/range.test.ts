/** Ranges, rule by rule: spec/etcd.md 1.3 and TestKVRange* of 9.3. */
import { describe, expect, test } from 'vitest';
import { createKv, range } from '../../../src/engine/kv/index.ts';
import { compactFully, del, keysOf, must, put, rangeOptions } from './support.ts';

/** Keys a … e, written in another order, then c again: revisions 2 … 7. */
function letters() {
  const kv = createKv();
  for (const key of ['d', 'b', 'e', 'a', 'c']) put(kv, key, `v-${key}`);
  put(kv, 'c', 'a');
  return kv;
}

const ALL = ['\0', '\0'] as const;

describe('which keys (1.3)', () => {
  test.each([
    ['b', '', ['b']],
    ['bb', '', []],
    ['b', 'd', ['b', 'c']],
    ['b', 'b', []],
    ['d', 'b', []],
    ['c', '\0', ['c', 'd', 'e']],
    ['\0', '\0', ['a', 'b', 'c', 'd', 'e']],
    ['x', '\0', []],
  ])('key %j, end %j', (key, end, expected) => {
    expect(keysOf(letters(), rangeOptions(key, end))).toEqual(expected);
  });

  test('bytes order keys: 0xff is above all, and a key is below its own extensions', () => {
    const kv = createKv();
    for (const key of ['\xff', 'a\0', 'a', '\xff\xff', '\x7f', '\x80']) put(kv, key, '');
    expect(keysOf(kv, rangeOptions(...ALL))).toEqual(['a', 'a\0', '\x7f', '\x80', '\xff', '\xff\xff']);
    expect(keysOf(kv, rangeOptions('a', ''))).toEqual(['a']);
  });
});

describe('which revision (1.3)', () => {
  test('0 and less read the present, a past one the past, and the header is always the current one (14.3)', () => {
    const kv = letters();
    for (const revision of [-1, 0, 7]) {
      expect(must(range(kv, rangeOptions('c', '', { revision })))).toMatchObject({
        revision: 7,
        kvs: [{ value: 'a', version: 2 }],
      });
    }
    expect(must(range(kv, rangeOptions('c', '', { revision: 6 })))).toMatchObject({
      revision: 7,
      kvs: [{ value: 'v-c', version: 1 }],
    });
    expect(must(range(kv, rangeOptions(...ALL, { revision: 3 })))).toMatchObject({ revision: 7, count: 2 });
    expect(must(range(kv, rangeOptions('c', '', { revision: 5 })))).toEqual({ revision: 7, kvs: [], more: false, count: 0 });
    expect(must(range(kv, rangeOptions(...ALL, { revision: 1 })))).toMatchObject({ count: 0 });
  });

  test('above the current one is refused, below the compact one too, equal to it is fine (14.4)', () => {
    const kv = letters();
    expect(range(kv, rangeOptions('a', '', { revision: 8 }))).toEqual({ ok: false, error: { code: 'futureRevision' } });
    compactFully(kv, 5);
    expect(range(kv, rangeOptions('a', '', { revision: 4 }))).toEqual({ ok: false, error: { code: 'compacted' } });
    expect(keysOf(kv, rangeOptions(...ALL, { revision: 5 }))).toEqual(['a', 'b', 'd', 'e']);
    expect(range(kv, rangeOptions('a', '', { revision: 4, countOnly: true }))).toEqual({ ok: false, error: { code: 'compacted' } });
  });

  test('a key is absent from its deletion to its next put', () => {
    const kv = createKv();
    put(kv, 'a', '1');
    del(kv, 'a');
    put(kv, 'b', '1');
    put(kv, 'a', '2');
    const counts = [1, 2, 3, 4, 5].map((revision) => must(range(kv, rangeOptions('a', '', { revision }))).count);
    expect(counts).toEqual([0, 1, 0, 0, 1]);
  });

  test('every one of 3000 versions is found again', () => {
    const kv = createKv();
    for (let i = 0; i < 3000; i++) put(kv, 'a', String(i));
    for (let revision = 2; revision <= 3001; revision++) {
      expect(must(range(kv, rangeOptions('a', '', { revision }))).kvs[0]?.value).toBe(String(revision - 2));
    }
  });
});

describe('limit, count, more (1.3)', () => {
  test('count ignores the limit; more only if the limit cut something', () => {
    const kv = letters();
    for (const revision of [0, 6]) {
      expect(must(range(kv, rangeOptions(...ALL, { limit: 2, revision })))).toMatchObject({ count: 5, more: true });
      expect(keysOf(kv, rangeOptions(...ALL, { limit: 2, revision }))).toEqual(['a', 'b']);
      expect(must(range(kv, rangeOptions(...ALL, { limit: 5, revision })))).toMatchObject({ count: 5, more: false });
      expect(must(range(kv, rangeOptions(...ALL, { limit: -1, revision })))).toMatchObject({ count: 5, more: false });
      expect(must(range(kv, rangeOptions('b', 'd', { limit: 1, revision })))).toMatchObject({ count: 2, more: true });
      expect(must(range(kv, rangeOptions('b', '', { limit: 1, revision })))).toMatchObject({ count: 1, more: false });
    }
  });

  test('countOnly answers the number alone, whatever limit and filters say', () => {
    const kv = letters();
    for (const revision of [0, 6]) {
      const options = rangeOptions(...ALL, { countOnly: true, limit: 2, minModRevision: 100, revision });
      expect(must(range(kv, options))).toEqual({ revision: 7, kvs: [], more: false, count: 5 });
    }
    expect(must(range(kv, rangeOptions('b', '', { countOnly: true })))).toMatchObject({ count: 1 });
    expect(must(range(kv, rangeOptions('d', 'b', { countOnly: true })))).toMatchObject({ count: 0 });
  });

  test('a filter that drops everything leaves the count and no more', () => {
    const options = rangeOptions(...ALL, { minModRevision: 100, limit: 1 });
    expect(must(range(letters(), options))).toEqual({ revision: 7, kvs: [], more: false, count: 5 });
  });

  test('with a filter the limit applies last', () => {
    const kv = letters();
    expect(must(range(kv, rangeOptions(...ALL, { maxModRevision: 4, limit: 2 })))).toMatchObject({
      kvs: [{ key: 'b' }, { key: 'd' }],
      more: true,
      count: 5,
    });
    expect(must(range(kv, rangeOptions(...ALL, { maxModRevision: 4, limit: 3 })))).toMatchObject({ more: false, count: 5 });
  });
});

describe('filters (1.3): bounds are inclusive, 0 is unset', () => {
  // mod: a5 b3 c7 d2 e4, create: a5 b3 c6 d2 e4
  test.each([
    [{ minModRevision: 5 }, ['a', 'c']],
    [{ maxModRevision: 3 }, ['b', 'd']],
    [{ minModRevision: 3, maxModRevision: 5 }, ['a', 'b', 'e']],
    [{ minCreateRevision: 6 }, ['c']],
    [{ maxCreateRevision: 2 }, ['d']],
    [{ minCreateRevision: 6, maxModRevision: 6 }, []],
  ])('%o', (more, expected) => {
    expect(keysOf(letters(), rangeOptions(...ALL, more))).toEqual(expected);
  });
});

describe('sort (1.3)', () => {
  test.each([
    ['none', 'key', ['a', 'b', 'c', 'd', 'e']],
    ['ascend', 'key', ['a', 'b', 'c', 'd', 'e']],
    ['descend', 'key', ['e', 'd', 'c', 'b', 'a']],
    ['none', 'mod', ['d', 'b', 'e', 'a', 'c']],
    ['descend', 'mod', ['c', 'a', 'e', 'b', 'd']],
    ['ascend', 'create', ['d', 'b', 'e', 'a', 'c']],
    ['ascend', 'value', ['c', 'a', 'b', 'd', 'e']],
    ['descend', 'value', ['e', 'd', 'b', 'a', 'c']],
    ['none', 'version', ['a', 'b', 'd', 'e', 'c']],
    // Equal ones keep key order in both directions (14.17).
    ['descend', 'version', ['c', 'a', 'b', 'd', 'e']],
  ] as const)('%s by %s', (sortOrder, sortTarget, expected) => {
    expect(keysOf(letters(), rangeOptions(...ALL, { sortOrder, sortTarget }))).toEqual(expected);
  });

  test('the limit cuts what is sorted', () => {
    const answer = must(range(letters(), rangeOptions(...ALL, { sortOrder: 'descend', limit: 2 })));
    expect(answer).toMatchObject({ kvs: [{ key: 'e' }, { key: 'd' }], more: true, count: 5 });
  });

  test('keysOnly blanks values after sorting by them, and keeps the rest', () => {
    const kv = letters();
    const answer = must(range(kv, rangeOptions(...ALL, { sortTarget: 'value', keysOnly: true, limit: 1 })));
    expect(answer.kvs).toEqual([{ key: 'c', value: '', createRevision: 6, modRevision: 7, version: 2, lease: '0000000000000000' }]);
    expect(must(range(kv, rangeOptions('c', ''))).kvs[0]?.value).toBe('a');
  });
});
