/** The hash by which members compare their stores: spec/etcd.md 1.8, and etcd's tests of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { utf8Encode } from '../../../src/base/index.ts';
import { compact, compactStep, createKv, currentRevision, hashKv, restoreKv, snapshotKv } from '../../../src/engine/kv/index.ts';
import { compactFully, del, example, LEASE, must, put } from './support.ts';

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

  test('TestHashKVWithCompactedAndFutureRevisions: above the current and below the compact revision is refused, equal to it is fine', () => {
    const kv = example();
    compactFully(kv, 5);
    expect(hashKv(kv, 9)).toEqual({ ok: false, error: { code: 'futureRevision' } });
    expect(hashKv(kv, 4)).toEqual({ ok: false, error: { code: 'compacted' } });
    expect(must(hashKv(kv, 5))).toMatchObject({ hashRevision: 5 });
    expect(must(hashKv(kv, 6))).toMatchObject({ compactRevision: 5, hashRevision: 6 });
  });

  test('TestHashKVZeroRevision: 0 is the current revision', () => {
    const kv = createKv();
    for (let i = 2; i <= 1000; i++) put(kv, 'foo', `bar${i}`);
    must(compact(kv, 500));
    expect(must(hashKv(kv, 0))).toEqual(must(hashKv(kv, 1000)));
  });

  test('TestKVHash: the same changes have the same hash', () => {
    const hashes = [1, 2, 3].map(() => {
      const kv = createKv();
      put(kv, 'foo0', 'bar0');
      put(kv, 'foo1', 'bar0');
      return must(hashKv(kv, 0)).hash;
    });
    expect(new Set(hashes).size).toBe(1);
  });

  test('TestHashKVWhenCompacting: one hash for each compact revision, between any two steps of the work', () => {
    const kv = createKv();
    for (let i = 2; i <= 2000; i++) put(kv, 'foo', `bar${i}`);
    const hashes = new Map<number, Set<number>>();
    const look = () => {
      const { hash, compactRevision } = must(hashKv(kv, 2000));
      hashes.set(compactRevision, (hashes.get(compactRevision) ?? new Set()).add(hash));
    };
    for (const revision of [500, 1000, 1500, 1900, 1999]) {
      must(compact(kv, revision));
      for (let isPending = true; isPending; ) {
        look();
        ({ isPending } = compactStep(kv, 1));
      }
      look();
    }
    expect([...hashes.keys()]).toEqual([500, 1000, 1500, 1900, 1999]);
    for (const each of hashes.values()) expect(each.size).toBe(1);
  });

  test('TestCompactionHash: a compaction at a revision does not change the hash of that revision', () => {
    const kv = createKv();
    // As many as etcd's own test, with a deletion now and then.
    for (let start = 0; start <= 1207; start += 71) {
      const stop = start < 1207 ? start + 71 : start + 1210;
      for (let i = start; i <= stop; i++) {
        if (i % 67 === 0) del(kv, keyAt(i + 83));
        else put(kv, keyAt(i), String(i));
      }
      const before = must(hashKv(kv, stop));
      compactFully(kv, stop);
      expect(must(hashKv(kv, stop))).toEqual(before);
    }
  });

  test('TestHasherStore, TestHasherStoreFull: a finished compaction is answered with the compact revision before it, for the last ten', () => {
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

  /** Hash, compact revision and revision, each before a compaction at that revision; recorded by etcd's own tests on its own store. */
  test.each([
    [
      'TestHashByRevValue',
      35,
      [
        [4082599214, -1, 35],
        [2279933401, 35, 106],
        [3284231217, 106, 177],
        [126286495, 177, 248],
        [900108730, 248, 319],
        [2475485232, 319, 390],
        [1226296507, 390, 461],
        [2503661030, 461, 532],
      ],
    ],
    [
      'TestHashByRevValueLastRevision',
      0,
      [
        [1913897190, -1, 73],
        [224860069, 73, 145],
        [1565167519, 145, 217],
        [1566261620, 217, 289],
        [2037173024, 289, 361],
        [691659396, 361, 433],
        [2713730748, 433, 505],
        [3919322507, 505, 577],
      ],
    ],
  ])('%s: each as etcd has it', (_, half, expected) => {
    const kv = createKv();
    expected.forEach(([hash, compactRevision, hashRevision], round) => {
      const start = round * 71;
      for (let i = start; i <= start + 71; i++) put(kv, keyAt(i), String(i));
      const revision = half === 0 ? currentRevision(kv) : start + half;
      expect(must(hashKv(kv, revision))).toEqual({ hash, compactRevision, hashRevision });
      must(compact(kv, revision));
    });
  });
});

/** The keys of etcd's hash tests: seven take turns, two come once in a while. */
function keyAt(i: number): string {
  if (i % 71 === 30) return i % 142 === 30 ? 'zenek' : 'xavery';
  return ['alice', 'bob', 'celine', 'dominik', 'eve', 'frederica', 'gorge'][i % 7] ?? '';
}
