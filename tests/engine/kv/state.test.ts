/** Clones and the views that a member's digest stands on: style.md 2, architecture.md rule 1. */
import { expect, test } from 'vitest';
import {
  cloneKv,
  compact,
  compactStep,
  createKv,
  currentRevision,
  type Kv,
  kvDigest,
  kvState,
  restoreKv,
  snapshotKv,
  syncWatchers,
  takeWatchResponses,
} from '../../../src/engine/kv/index.ts';
import { compactFully, del, getKeyAt, must, put, watch, watchOptions } from './support.ts';

function filled(): Kv {
  const kv = createKv();
  for (let i = 0; i < 700; i++) put(kv, `k${i % 9}`, String(i));
  return kv;
}

test('every change of any kind changes the digest, and only a change does', () => {
  const kv = filled();
  const seen = new Set([kvDigest(kv)]);
  const changes: readonly (() => unknown)[] = [
    () => put(kv, 'k1', 'x'),
    () => del(kv, 'k2'),
    () => must(compact(kv, 300)),
    () => compactStep(kv, 1),
    () => compactStep(kv, 1000),
    () => watch(kv, 1, watchOptions('k3', '', { startRevision: 600 })),
    () => syncWatchers(kv),
    () => takeWatchResponses(kv),
  ];
  for (const change of changes) {
    change();
    const digest = kvDigest(kv);
    expect(seen).not.toContain(digest);
    expect(kvDigest(kv)).toBe(digest);
    seen.add(digest);
  }
});

test('two stores that went the same way have one digest; a clone too, until it goes its own', () => {
  const [kv, twin] = [filled(), filled()];
  const early = cloneKv(kv);
  expect(kvDigest(early)).toBe(kvDigest(kv));
  for (const each of [kv, twin, early]) {
    put(each, 'a', '1');
    compactFully(each, 500);
  }
  expect(kvDigest(kv)).toBe(kvDigest(twin));
  expect(kvDigest(early)).toBe(kvDigest(kv));
  put(early, 'a', '2');
  put(kv, 'a', '3');
  expect(kvDigest(early)).not.toBe(kvDigest(kv));
  put(twin, 'a', '3');
  expect(kvDigest(kv)).toBe(kvDigest(twin));
});

test('the state of a restored store is the same, whatever its inner form', () => {
  const kv = filled();
  compactFully(kv, 650);
  expect({ ...kvState(restoreKv(snapshotKv(kv))), compactionHashes: [] }).toEqual({ ...kvState(kv), compactionHashes: [] });
});

test('a key at a past revision', () => {
  const kv = createKv();
  put(kv, 'a', '1');
  del(kv, 'a');
  put(kv, 'a', '2');
  expect([1, 2, 3, 4].map((revision) => getKeyAt(kv, 'a', revision)?.value)).toEqual([undefined, '1', undefined, '2']);
  expect(getKeyAt(kv, 'b', currentRevision(kv))).toBeUndefined();
});

test('there is no clone in the middle of a write', () => {
  const kv = createKv();
  kv.isWriting = true;
  expect(() => cloneKv(kv)).toThrow('not copied in the middle of a write');
});
