/** Compaction, hashes and restoring: spec/etcd.md 1.2, 1.7, 1.8, 1.9. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { utf8Encode } from '../../../src/base/index.ts';
import {
  compact,
  compactRevision,
  compactStep,
  createKv,
  currentRevision,
  hashKv,
  installSnapshot,
  type Kv,
  kvState,
  restoreKv,
  snapshotKv,
  syncWatchers,
  takeWatchResponses,
} from '../../../src/engine/kv/index.ts';
import {
  compactFully,
  del,
  describeEvents,
  keysOf,
  LEASE,
  must,
  put,
  rangeOptions,
  stored,
  watch,
  watchOptions,
} from './support.ts';

/** The worked example of 1.2 one revision later, for the first write gets 2: puts at 2, 3; delete 4; put 5; delete 6; another key at 7, 8. */
function example(): Kv {
  const kv = createKv();
  put(kv, 'k', '1');
  put(kv, 'k', '2');
  del(kv, 'k');
  put(kv, 'k', '3');
  del(kv, 'k');
  put(kv, 'other', '1');
  put(kv, 'other', '2');
  return kv;
}

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

  test('a key that was forgotten begins anew', () => {
    const kv = example();
    compactFully(kv, 8);
    put(kv, 'k', 'again');
    expect(must(hashKv(kv, 0)).hashRevision).toBe(9);
    expect(stored(kv, 'k')).toEqual(['9']);
    expect(keysOf(kv, rangeOptions('\0', '\0'))).toEqual(['k', 'other']);
  });
});

describe('accepting (1.7)', () => {
  test('at or below the compact revision, or above the current one, is refused', () => {
    const kv = example();
    expect(compactRevision(kv)).toBe(-1);
    expect(compact(kv, -1)).toEqual({ ok: false, error: { code: 'compacted' } });
    expect(compact(kv, 0)).toEqual({ ok: true, value: 0 });
    expect(compact(kv, 0)).toEqual({ ok: false, error: { code: 'compacted' } });
    expect(compact(kv, 9)).toEqual({ ok: false, error: { code: 'futureRevision' } });
    expect(compact(kv, 8)).toEqual({ ok: true, value: 8 });
    expect(currentRevision(kv)).toBe(8);
  });

  test('takes effect on reads at once, and on what is stored in steps', () => {
    const kv = createKv();
    for (let i = 0; i < 1000; i++) put(kv, 'a', String(i));
    compact(kv, 1001);
    expect(compactRevision(kv)).toBe(1001);
    expect(stored(kv, 'a')).toHaveLength(1000);
    expect(compactStep(kv, 1)).toEqual({ finished: undefined, isPending: true });
    const left = stored(kv, 'a').length;
    expect(left).toBeLessThan(1000);
    expect(left).toBeGreaterThan(700);
    expect(compactStep(kv, 5000)).toEqual({ finished: 1001, isPending: false });
    expect(stored(kv, 'a')).toEqual(['1001']);
    expect(compactStep(kv, 5000)).toEqual({ finished: undefined, isPending: false });
  });

  test('several run one after another, each reported', () => {
    const kv = example();
    compact(kv, 4);
    compact(kv, 6);
    expect(compactStep(kv, 5000)).toEqual({ finished: 4, isPending: true });
    expect(stored(kv, 'k')).toEqual(['4t', '5', '6t']);
    expect(compactStep(kv, 5000)).toEqual({ finished: 6, isPending: false });
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

describe('hashKv (1.8)', () => {
  interface GoldenStep {
    readonly args?: readonly [string, string, string?];
    readonly hashkv?: number;
    readonly hash?: number;
    readonly compact_revision?: number;
    readonly hash_revision?: number;
    readonly revision?: number;
  }
  const golden: readonly { readonly name: string; readonly steps: readonly GoldenStep[] }[] = JSON.parse(
    readFileSync(new URL('./testdata/hashkv.json', import.meta.url), 'utf8'),
  );

  test.each(golden)('recorded from etcd 3.6.14: $name', ({ steps }) => {
    const kv = createKv();
    for (const { args, ...expected } of steps) {
      if (args !== undefined) {
        const [command, first, second = ''] = args;
        if (command === 'put') put(kv, utf8Encode(first), utf8Encode(second));
        else if (command === 'compact') compactFully(kv, Number(first));
        else if (first === '--prefix') del(kv, '\0', '\0');
        else del(kv, first);
        continue;
      }
      const { hash, compactRevision, hashRevision } = must(hashKv(kv, expected.hashkv ?? 0));
      expect({
        hashkv: expected.hashkv,
        hash,
        compact_revision: compactRevision,
        hash_revision: hashRevision,
        revision: currentRevision(kv),
      }).toEqual(expected);
    }
  });

  test('above the current and below the compact revision is refused', () => {
    const kv = example();
    compactFully(kv, 5);
    expect(hashKv(kv, 9)).toEqual({ ok: false, error: { code: 'futureRevision' } });
    expect(hashKv(kv, 4)).toEqual({ ok: false, error: { code: 'compacted' } });
    expect(must(hashKv(kv, 6))).toMatchObject({ compactRevision: 5, hashRevision: 6 });
  });

  test('a finished compaction is answered with the compact revision before it, for the last ten', () => {
    const kv = createKv();
    for (let i = 0; i < 20; i++) put(kv, 'a', String(i));
    const before = must(hashKv(kv, 3));
    compactFully(kv, 3);
    expect(must(hashKv(kv, 3))).toEqual(before);
    for (let revision = 4; revision <= 12; revision++) compactFully(kv, revision);
    expect(must(hashKv(kv, 12))).toMatchObject({ compactRevision: 11, hashRevision: 12 });
    expect(hashKv(kv, 3)).toEqual({ ok: true, value: before });
    compactFully(kv, 13);
    expect(hashKv(kv, 3)).toEqual({ ok: false, error: { code: 'compacted' } });
  });

  test('after `compaction 0` revision 0 hashes to the bucket name for good, until a restart (14.20)', () => {
    const kv = example();
    const real = must(hashKv(kv, 0));
    compactFully(kv, 0);
    put(kv, 'more', '1');
    expect(must(hashKv(kv, 0))).toEqual({ hash: 1084519789, compactRevision: -1, hashRevision: 0 });
    const restored = restoreKv(snapshotKv(kv));
    expect(must(hashKv(restored, 0))).toMatchObject({ compactRevision: 0, hashRevision: 9 });
    expect(must(hashKv(restored, 8)).hash).toBe(real.hash);
  });

  test('the physical work does not show in a hash, and a lease does', () => {
    const kv = example();
    compact(kv, 6);
    const before = [7, 8].map((revision) => must(hashKv(kv, revision)));
    compactStep(kv, 5000);
    expect([7, 8].map((revision) => must(hashKv(kv, revision)))).toEqual(before);
    const [plain, leased] = [createKv(), createKv()];
    put(plain, 'a', '1');
    put(leased, 'a', '1', { lease: LEASE });
    expect(must(hashKv(plain, 0)).hash).not.toBe(must(hashKv(leased, 0)).hash);
  });

  test('a compaction accepted while another was unfinished stores no hash', () => {
    const kv = example();
    compact(kv, 4);
    compact(kv, 6);
    while (compactStep(kv, 1).isPending);
    expect(must(hashKv(kv, 4))).toMatchObject({ compactRevision: -1, hashRevision: 4 });
    expect(must(hashKv(kv, 6))).toMatchObject({ compactRevision: 6, hashRevision: 6 });
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

  test('the revision does not fall when all its keys were compacted away', () => {
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

  test('an unfinished compaction goes on after a restart', () => {
    const kv = example();
    compact(kv, 6);
    const restored = restoreKv(snapshotKv(kv));
    expect(compactRevision(restored)).toBe(6);
    expect(stored(restored, 'k')).toHaveLength(5);
    expect(compactStep(restored, 5000)).toEqual({ finished: 6, isPending: false });
    expect(stored(restored, 'k')).toEqual(['6t']);
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
