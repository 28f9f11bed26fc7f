/** Compaction and restoring: spec/etcd.md 1.2, 1.7, 1.9, and etcd's tests of them. */
import { describe, expect, test } from 'vitest';
import { below, createPrng, pick, toId64, ZERO_ID } from '../../../src/base/index.ts';
import {
  beginWrite,
  compact,
  compactRevision,
  compactStep,
  createKv,
  currentRevision,
  endWrite,
  hashKv,
  installSnapshot,
  type Kv,
  keyHistories,
  kvState,
  range,
  restoreKv,
  snapshotKv,
  syncWatchers,
  takeWatchResponses,
  writeDelete,
  writePut,
} from '../../../src/engine/kv/index.ts';
import {
  compactFully,
  del,
  describeEvents,
  example,
  keysOf,
  must,
  put,
  putOptions,
  rangeOptions,
  stored,
  watch,
  watchOptions,
} from './support.ts';

describe('survivors (1.2)', () => {
  test.each([
    [2, ['2', '3', '4t', '5', '6t']],
    [3, ['3', '4t', '5', '6t']],
    [4, ['4t', '5', '6t']],
    [5, ['5', '6t']],
    [6, ['6t']],
    [7, []],
  ])('compact(%i) keeps %j', (revision, expected) => {
    const kv = example();
    compactFully(kv, revision);
    expect(stored(kv, 'k')).toEqual(expected);
    expect(stored(kv, 'other')).toEqual(['7', '8']);
  });

  test('one after the other ends as the last alone', () => {
    const kv = example();
    for (const revision of [2, 4, 6, 8]) compactFully(kv, revision);
    expect(stored(kv, 'k')).toEqual([]);
    expect(stored(kv, 'other')).toEqual(['8']);
  });

  test('TestKVCompactReserveLastValue: what was current at the compaction is read one revision later', () => {
    const kv = createKv();
    put(kv, 'foo', 'bar0', { lease: toId64(1) });
    put(kv, 'foo', 'bar1', { lease: toId64(2) });
    del(kv, 'foo');
    put(kv, 'foo', 'bar2', { lease: toId64(3) });
    const pair = (value: string, createRevision: number, modRevision: number, version: number, lease: number) => [
      { key: 'foo', value, createRevision, modRevision, version, lease: toId64(lease) },
    ];
    const expected = [pair('bar0', 2, 2, 1, 1), pair('bar1', 2, 3, 2, 2), [], pair('bar2', 5, 5, 1, 3)];
    expected.forEach((kvs, i) => {
      compactFully(kv, i + 1);
      expect(must(range(kv, rangeOptions('foo', '', { revision: i + 2 }))).kvs).toEqual(kvs);
    });
  });

  test('what a transaction put after it had deleted it stays, unlike in etcd 3.6.14, which loses it and ends', () => {
    const kv = createKv();
    put(kv, 'k', 'old');
    const write = beginWrite(kv);
    writeDelete(write, { key: 'k', rangeEnd: '\0' });
    writePut(write, putOptions('k', 'new'));
    endWrite(write);
    compactFully(kv, 3);
    expect(must(range(kv, rangeOptions('k', ''))).kvs).toMatchObject([
      { value: 'new', createRevision: 3, modRevision: 3, version: 1 },
    ]);
  });

  test('a key that was forgotten begins anew', () => {
    const kv = example();
    compactFully(kv, 8);
    put(kv, 'k', 'again');
    expect(stored(kv, 'k')).toEqual(['9']);
    expect(keysOf(kv, rangeOptions('\0', '\0'))).toEqual(['k', 'other']);
  });
});

describe('accepting (1.7)', () => {
  test('TestKVCompactBad: at or below the compact revision, or above the current one, is refused', () => {
    const kv = example();
    expect(compactRevision(kv)).toBe(-1);
    expect(compact(kv, -1)).toEqual({ ok: false, error: { code: 'compacted' } });
    expect(compact(kv, 0)).toEqual({ ok: true, value: 0 });
    expect(compact(kv, 0)).toEqual({ ok: false, error: { code: 'compacted' } });
    expect(compact(kv, 1)).toEqual({ ok: true, value: 1 });
    expect(compact(kv, 1)).toEqual({ ok: false, error: { code: 'compacted' } });
    for (const revision of [9, 100]) expect(compact(kv, revision)).toEqual({ ok: false, error: { code: 'futureRevision' } });
    expect(compact(kv, 8)).toEqual({ ok: true, value: 8 });
    expect(currentRevision(kv)).toBe(8);
  });

  test('takes effect on reads at once, and on what is stored in steps', () => {
    const kv = createKv();
    for (let i = 0; i < 1000; i++) put(kv, 'a', String(i));
    compact(kv, 1001);
    expect(compactRevision(kv)).toBe(1001);
    expect(stored(kv, 'a')).toHaveLength(1000);
    const first = compactStep(kv, 1);
    expect(first).toMatchObject({ finished: undefined, isPending: true });
    const left = stored(kv, 'a').length;
    expect(first.removed).toBe(1000 - left);
    expect(left).toBeLessThan(1000);
    expect(left).toBeGreaterThan(700);
    expect(compactStep(kv, 5000)).toEqual({ finished: 1001, isPending: false, removed: left - 1 });
    expect(stored(kv, 'a')).toEqual(['1001']);
    expect(compactStep(kv, 5000)).toEqual({ finished: undefined, isPending: false, removed: 0 });
  });

  test('several run one after another, each reported', () => {
    const kv = example();
    compact(kv, 4);
    compact(kv, 6);
    expect(compactStep(kv, 5000)).toEqual({ finished: 4, isPending: true, removed: 2 });
    expect(stored(kv, 'k')).toEqual(['4t', '5', '6t']);
    expect(compactStep(kv, 5000)).toEqual({ finished: 6, isPending: false, removed: 2 });
    expect(stored(kv, 'k')).toEqual(['6t']);
  });

  test('writes go on between the steps and are not touched', () => {
    const kv = createKv();
    for (let i = 0; i < 600; i++) put(kv, `k${i % 7}`, String(i));
    compact(kv, 601);
    for (let i = 0; compactStep(kv, 1).isPending; i++) put(kv, 'k0', `new ${i}`);
    expect(stored(kv, 'k1')).toHaveLength(1);
    expect(stored(kv, 'k0')).toHaveLength(1 + currentRevision(kv) - 601);
  });
});

describe('snapshots (1.9)', () => {
  test('a restored store is the same, also after it travelled as JSON', () => {
    const kv = example();
    compactFully(kv, 4);
    const restored = restoreKv(JSON.parse(JSON.stringify(snapshotKv(kv))));
    expect({ ...kvState(restored), compactionHashes: [] }).toEqual({ ...kvState(kv), compactionHashes: [] });
    expect(must(hashKv(restored, 0))).toEqual(must(hashKv(kv, 0)));
    put(restored, 'k', 'x');
    expect(stored(restored, 'k')).toEqual(['4t', '5', '6t', '9']);
    expect(stored(kv, 'k')).toEqual(['4t', '5', '6t']);
  });

  test('TestCompactAllAndRestore: the revision does not fall when all its keys were compacted away', () => {
    const kv = createKv();
    put(kv, 'a', '1');
    del(kv, 'a');
    put(kv, 'b', '1');
    del(kv, 'b');
    compactFully(kv, 5);
    const restored = restoreKv(snapshotKv(kv));
    expect(currentRevision(restored)).toBe(5);
    expect(compactRevision(restored)).toBe(5);
    expect(stored(restored, 'b')).toEqual(['5t']);
    expect(put(restored, 'a', '2')).toBe(6);
  });

  test.each([
    ['a restart', (kv: Kv) => restoreKv(snapshotKv(kv))],
    [
      'a snapshot in the place of another store',
      (kv: Kv) => {
        const other = createKv();
        installSnapshot(other, snapshotKv(kv));
        return other;
      },
    ],
  ])('TestRestoreContinueUnfinishedCompaction: reads below it fail, and it goes on, after %s', (_, restore) => {
    const kv = example();
    must(compact(kv, 6));
    const restored = restore(kv);
    expect(compactRevision(restored)).toBe(6);
    expect(range(restored, rangeOptions('k', '', { revision: 5 }))).toEqual({ ok: false, error: { code: 'compacted' } });
    expect(stored(restored, 'k')).toHaveLength(5);
    expect(compactStep(restored, 5000)).toEqual({ finished: 6, isPending: false, removed: 4 });
    expect(stored(restored, 'k')).toEqual(['6t']);
  });

  test('TestStoreRestore: the revision is that of the last change, a deletion too; an older compaction stays', () => {
    const tombstone = { key: 'foo', value: '', createRevision: 0, modRevision: 5, version: 0, lease: ZERO_ID };
    const pair = { key: 'foo', value: 'bar', createRevision: 4, modRevision: 4, version: 1, lease: ZERO_ID };
    const versions = [pair, tombstone].map((each) => ({ sub: 0, kv: each }));
    const kv = restoreKv({ revision: 5, compactRevision: 3, finishedCompactRevision: 3, versions });
    expect([currentRevision(kv), compactRevision(kv)]).toEqual([5, 3]);
    expect(stored(kv, 'foo')).toEqual(['4', '5t']);
    expect(keysOf(kv, rangeOptions('foo', ''))).toEqual([]);
    expect(compactStep(kv, 5000)).toEqual({ finished: undefined, isPending: false, removed: 0 });
    expect(put(kv, 'foo', '')).toBe(6);
  });

  test('TestRestoreDelete: what was deleted stays deleted, what was put is there', () => {
    const prng = createPrng(1, 'TestRestoreDelete');
    const kv = createKv();
    const keys = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const [next, again] = [`foo-${i}`, `foo-${below(prng, i + 1)}`];
      put(kv, next, 'bar');
      keys.add(next);
      const kind = below(prng, 3);
      if (kind === 0) {
        put(kv, again, 'baz');
        keys.add(again);
      } else if (kind === 1) {
        const gone = pick(prng, [...keys]);
        del(kv, gone);
        keys.delete(gone);
      }
    }
    const restored = restoreKv(snapshotKv(kv));
    expect(keysOf(restored, rangeOptions('\0', '\0'))).toEqual([...keys].sort());
    expect(currentRevision(restored)).toBe(currentRevision(kv));
  });

  test('TestKVSnapshot: a snapshot holds what was there, whatever happens meanwhile', () => {
    const kv = createKv();
    for (const key of ['foo', 'foo1', 'foo2']) put(kv, key, `${key} value`, { lease: toId64(1) });
    const before = must(range(kv, rangeOptions('a', 'z')));
    const snapshot = snapshotKv(kv);
    put(kv, 'foo', 'later');
    del(kv, 'foo1');
    const restored = restoreKv(snapshot);
    expect(must(range(restored, rangeOptions('a', 'z')))).toEqual(before);
    expect(currentRevision(restored)).toBe(4);
  });

  test.each<[string, (kv: Kv) => void]>([
    [
      'changes of one key',
      (kv) => {
        for (const [key, value, lease] of [
          ['foo', 'bar0', 1],
          ['foo', 'bar1', 2],
          ['foo', 'bar2', 3],
          ['foo2', 'bar0', 1],
        ] as const)
          put(kv, key, value, { lease: toId64(lease) });
      },
    ],
    [
      'a deletion between',
      (kv) => {
        put(kv, 'foo', 'bar0', { lease: toId64(1) });
        del(kv, 'foo');
        put(kv, 'foo', 'bar1', { lease: toId64(2) });
      },
    ],
    [
      'a compaction under way',
      (kv) => {
        put(kv, 'foo', 'bar0');
        put(kv, 'foo', 'bar1');
        must(compact(kv, 1));
      },
    ],
    [
      'a key of which only the deletion is left',
      (kv) => {
        for (const key of ['foo1', 'foo2', 'foo3', 'foo4', 'foo5']) put(kv, key, key);
        expect(del(kv, 'foo1')).toBe(7);
        compactFully(kv, 7);
        expect(stored(kv, 'foo1')).toEqual(['7t']);
      },
    ],
  ])('TestKVRestore: every revision reads as before: %s', (_, fill) => {
    const kv = createKv();
    fill(kv);
    const everything = { key: '\0', rangeEnd: '\0' };
    const readAll = (store: Kv) => Array.from({ length: 10 }, (_, revision) => range(store, rangeOptions('a', 'z', { revision })));
    const restored = restoreKv(JSON.parse(JSON.stringify(snapshotKv(kv))));
    expect(readAll(restored)).toEqual(readAll(kv));
    expect(keyHistories(restored, everything, 10, 10)).toEqual(keyHistories(kv, everything, 10, 10));
  });

  test('installing one makes watchers look again: what they missed, once', () => {
    const leader = example();
    const follower = restoreKv(snapshotKv(leader));
    put(leader, 'k', 'ahead');
    put(leader, 'other', '3');
    put(follower, 'k', 'ahead');
    watch(follower, 1, watchOptions('\0', '\0'));
    watch(follower, 2, watchOptions('k', '', { startRevision: 12 }));
    installSnapshot(follower, snapshotKv(leader));
    expect(currentRevision(follower)).toBe(10);
    expect(takeWatchResponses(follower)).toEqual([]);
    expect(syncWatchers(follower)).toBe(0);
    put(follower, 'k', 'too early');
    put(follower, 'k', 'at last');
    const seen = takeWatchResponses(follower).map(({ watcherId, events }) => [watcherId, describeEvents(events)]);
    expect(seen).toEqual([
      [1, ['PUT other=3@10']],
      [1, ['PUT k=too early@11']],
      [1, ['PUT k=at last@12']],
      [2, ['PUT k=at last@12']],
    ]);
  });
});

test('the stored size follows writes, compaction and restoring', () => {
  const kv = createKv();
  const sizeOfAll = () =>
    kvState(kv).versions.reduce(
      (sum, { kv: pair }) => sum + 17 + pair.key.length + pair.value.length + (pair.version === 0 ? 3 : 16),
      0,
    );
  expect(kv.storedSize).toBe(0);
  for (let i = 0; i < 50; i++) put(kv, `k${i % 7}`, 'x'.repeat(i));
  del(kv, 'k1', 'k4');
  const before = kv.storedSize;
  expect(before).toBe(sizeOfAll());
  compactFully(kv, currentRevision(kv));
  expect(kv.storedSize).toBe(sizeOfAll());
  expect(kv.storedSize).toBeLessThan(before);
  expect(restoreKv(snapshotKv(kv)).storedSize).toBe(kv.storedSize);
});
