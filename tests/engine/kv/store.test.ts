/**
 * The tests of etcd's kv_test.go (spec/etcd.md 9.3): each asks alone and inside a transaction. What they have of compaction, hashes and
 * restoring is in compaction.test.ts and hash.test.ts, what they have of blocking in write.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { toId64, ZERO_ID } from '../../../src/base/index.ts';
import {
  beginWrite,
  createKv,
  currentRevision,
  endWrite,
  getKey,
  type Kv,
  type KvWrite,
  range,
  writeDelete,
  writePut,
  writeRange,
} from '../../../src/engine/kv/index.ts';
import { compactFully, must, put, putOptions, rangeOptions, write } from './support.ts';

/** foo, foo1, foo2 at 2, 3, 4. */
function threeKeys(): Kv {
  const kv = createKv();
  for (const key of ['foo', 'foo1', 'foo2']) put(kv, key, `${key} value`, { lease: toId64(1) });
  return kv;
}

/** A write that does other things as well: their order and company must not matter. */
function amongOthers<T>(kv: Kv, body: (open: KvWrite) => T): T {
  const open = beginWrite(kv);
  must(writeRange(open, rangeOptions('\0', '\0')));
  const answer = body(open);
  expect(writeDelete(open, { key: 'nobody', rangeEnd: '' }).deleted).toBe(0);
  endWrite(open);
  return answer;
}

const keysAt = (answer: ReturnType<typeof range>) => {
  const { kvs, revision, count } = must(answer);
  return { keys: kvs.map(({ key }) => key), revision, count };
};

describe.each<readonly [string, string, string, string, typeof range]>([
  ['TestKVRange', 'TestKVRangeRev', 'TestKVRangeBadRev', 'TestKVRangeLimit', range],
  [
    'TestKVTxnRange',
    'TestKVTxnRangeRev',
    'TestKVTxnRangeBadRev',
    'TestKVTxnRangeLimit',
    (kv, options) => amongOthers(kv, (open) => writeRange(open, options)),
  ],
])('reads: %s', (plain, atRevision, atBadRevision, withLimit, read) => {
  const ALL = ['foo', 'foo1', 'foo2'];

  test(`${plain}: from one key to another`, () => {
    const ranges: readonly (readonly [string, string, string[]])[] = [
      ['doo', 'foo', []],
      ['foo', 'foo', []],
      ['doo', '', []],
      ['foo', 'foo3', ALL],
      ['foo', 'foo1', ['foo']],
      ['foo', '', ['foo']],
      ['\0', '\0', ALL],
    ];
    for (const [key, rangeEnd, keys] of ranges) {
      expect(keysAt(read(threeKeys(), rangeOptions(key, rangeEnd)))).toEqual({ keys, revision: 4, count: keys.length });
    }
  });

  test(`${atRevision}: as it was then, under the revision of now`, () => {
    for (const [revision, count] of [
      [-1, 3],
      [0, 3],
      [2, 1],
      [3, 2],
      [4, 3],
    ] as const) {
      const answer = read(threeKeys(), rangeOptions('foo', 'foo3', { revision }));
      expect(keysAt(answer)).toEqual({ keys: ALL.slice(0, count), revision: 4, count });
    }
  });

  test(`${atBadRevision}: below the compact revision and above the current one`, () => {
    const kv = threeKeys();
    compactFully(kv, 4);
    const refusals = [-1, 0, 1, 2, 4, 5, 100].map((revision) => {
      const answer = read(kv, rangeOptions('foo', 'foo3', { revision }));
      return answer.ok ? 'fine' : answer.error.code;
    });
    expect(refusals).toEqual(['fine', 'fine', 'compacted', 'compacted', 'fine', 'futureRevision', 'futureRevision']);
  });

  test(`${withLimit}: so many, and the count of all`, () => {
    for (const [limit, most] of [
      [-1, 3],
      [0, 3],
      [1, 1],
      [2, 2],
      [3, 3],
      [100, 3],
    ] as const) {
      const answer = read(threeKeys(), rangeOptions('foo', 'foo3', { limit }));
      expect(keysAt(answer)).toEqual({ keys: ALL.slice(0, most), revision: 4, count: 3 });
    }
  });
});

describe.each<readonly [string, string, (kv: Kv, key: string, value: string, lease: number) => number]>([
  ['TestKVPutMultipleTimes', 'TestKVPutWithSameLease', (kv, key, value, lease) => put(kv, key, value, { lease: toId64(lease) })],
  [
    'TestKVTxnPutMultipleTimes',
    'TestKVTxnPutWithSameLease',
    (kv, key, value, lease) =>
      amongOthers(kv, (open) => must(writePut(open, putOptions(key, value, { lease: toId64(lease) }))).kv.modRevision),
  ],
])('puts: %s', (manyTimes, sameLease, putOne) => {
  test(`${manyTimes}: revision and version go up by one, the lease is the last one`, () => {
    const kv = createKv();
    for (let i = 1; i <= 10; i++) {
      expect(putOne(kv, 'foo', 'bar', i)).toBe(i + 1);
      const pair = { key: 'foo', value: 'bar', createRevision: 2, modRevision: i + 1, version: i, lease: toId64(i) };
      expect(getKey(kv, 'foo')).toEqual(pair);
    }
  });

  test(`${sameLease}: is a change like any other`, () => {
    const kv = createKv();
    expect([putOne(kv, 'foo', 'bar', 1), putOne(kv, 'foo', 'bar', 1)]).toEqual([2, 3]);
    expect(getKey(kv, 'foo')).toMatchObject({ modRevision: 3, version: 2, lease: toId64(1) });
  });
});

type DeleteOne = (kv: Kv, key: string, rangeEnd: string) => { readonly deleted: number };

describe.each<readonly [string, string, DeleteOne]>([
  [
    'TestKVDeleteRange',
    'TestKVDeleteMultipleTimes',
    (kv, key, rangeEnd) => {
      const open = beginWrite(kv);
      const answer = writeDelete(open, { key, rangeEnd });
      endWrite(open);
      return answer;
    },
  ],
  [
    'TestKVTxnDeleteRange',
    'TestKVTxnDeleteMultipleTimes',
    (kv, key, rangeEnd) => amongOthers(kv, (open) => writeDelete(open, { key, rangeEnd })),
  ],
])('deletions: %s', (ofRanges, manyTimes, deleteOne) => {
  test(`${ofRanges}: count what they found, and move the revision only if that is something`, () => {
    for (const [key, rangeEnd, deleted, revision] of [
      ['foo', '', 1, 5],
      ['foo', 'foo1', 1, 5],
      ['foo', 'foo2', 2, 5],
      ['foo', 'foo3', 3, 5],
      ['foo3', 'foo8', 0, 4],
      ['foo3', '', 0, 4],
    ] as const) {
      const kv = threeKeys();
      expect(deleteOne(kv, key, rangeEnd).deleted).toBe(deleted);
      expect(currentRevision(kv)).toBe(revision);
    }
  });

  test(`${manyTimes}: the second finds nothing`, () => {
    const kv = createKv();
    put(kv, 'foo', 'bar');
    expect([deleteOne(kv, 'foo', '').deleted, currentRevision(kv)]).toEqual([1, 3]);
    for (let i = 0; i < 10; i++) expect([deleteOne(kv, 'foo', '').deleted, currentRevision(kv)]).toEqual([0, 3]);
  });
});

describe('one after the other', () => {
  const born = (revision: number) => ({
    key: 'foo',
    value: 'bar',
    createRevision: revision,
    modRevision: revision,
    version: 1,
    lease: ZERO_ID,
  });

  test('TestKVOperationInSequence: put, read, delete, read, ten times', () => {
    const kv = createKv();
    for (let i = 0; i < 10; i++) {
      const base = 2 * i + 1;
      expect(put(kv, 'foo', 'bar')).toBe(base + 1);
      expect(must(range(kv, rangeOptions('foo', '', { revision: base + 1 })))).toMatchObject({
        revision: base + 1,
        kvs: [born(base + 1)],
      });
      expect(write(kv, (open) => expect(writeDelete(open, { key: 'foo', rangeEnd: '' }).deleted).toBe(1))).toBe(base + 2);
      expect(must(range(kv, rangeOptions('foo', '', { revision: base + 2 })))).toMatchObject({ revision: base + 2, kvs: [] });
    }
  });

  test('TestKVTxnOperationInSequence: put, read, delete, read in one transaction, at one revision, ten times', () => {
    const kv = createKv();
    for (let revision = 2; revision <= 11; revision++) {
      const open = beginWrite(kv);
      expect(must(writePut(open, putOptions('foo', 'bar'))).kv).toEqual(born(revision));
      expect(must(writeRange(open, rangeOptions('foo', '', { revision })))).toMatchObject({ revision, kvs: [born(revision)] });
      expect(writeDelete(open, { key: 'foo', rangeEnd: '' })).toEqual({ deleted: 1, prevKvs: [born(revision)] });
      expect(must(writeRange(open, rangeOptions('foo', '', { revision })))).toMatchObject({ revision, kvs: [] });
      expect(endWrite(open)).toEqual({ revision, changed: true });
    }
  });
});
