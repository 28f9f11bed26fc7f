/** Stable storage as the engine reads it. Tables after upstream's of the same names (checklist.ts). */
import { describe, expect, test } from 'vitest';
import {
  appendToStorage,
  applySnapshot,
  cloneStorage,
  compactStorage,
  createSnapshot,
  createStorage,
  EMPTY_CONF_STATE,
  EMPTY_SNAPSHOT,
  type MemoryStorage,
  storageEntries,
  storageFirstIndex,
  storageLastIndex,
  storageSnapshot,
  storageTerm,
} from '../../../src/engine/raft/index.ts';
import { entry, ids, snapshotAt, upTo } from './harness.ts';

/** A snapshot at 3/3, then entries of these terms from 4 on. */
function stored(terms: readonly number[] = [4, 5]): MemoryStorage {
  const storage = createStorage();
  applySnapshot(storage, snapshotAt(3, 3, [1]));
  appendToStorage(
    storage,
    terms.map((term, i) => entry(term, 4 + i)),
  );
  return storage;
}

function read(storage: MemoryStorage, lo: number, hi: number, max?: number): string | number[] {
  const result = storageEntries(storage, lo, hi, max);
  return result.ok ? result.value.map((one) => one.term) : result.error;
}

const all = (storage: MemoryStorage) => read(storage, storageFirstIndex(storage), storageLastIndex(storage) + 1);

describe('reading', () => {
  test.each([
    [2, 'compacted'],
    [3, 3],
    [4, 4],
    [5, 5],
    [6, 'unavailable'],
  ])('TestStorageTerm: of %i: %s', (index, expected) => {
    const result = storageTerm(stored(), index);
    expect(result.ok ? result.value : result.error).toBe(expected);
  });

  const size = entry(4, 4).encodedSize;
  test.each<[number, number, number | undefined, string | number[]]>([
    [2, 6, undefined, 'compacted'],
    [3, 4, undefined, 'compacted'],
    [4, 5, undefined, [4]],
    [4, 6, undefined, [4, 5]],
    [4, 7, undefined, [4, 5, 6]],
    [4, 4, undefined, []],
    [4, 7, 0, [4]],
    [4, 7, 2 * size, [4, 5]],
    [4, 7, 2.5 * size, [4, 5]],
    [4, 7, 3 * size - 1, [4, 5]],
    [4, 7, 3 * size, [4, 5, 6]],
    [5, 7, 0, [5]],
  ])('TestStorageEntries: [%i, %i) within %s bytes: %j', (lo, hi, max, expected) => {
    expect(read(stored([4, 5, 6]), lo, hi, max)).toEqual(expected);
  });

  test('TestStorageEntries: past the end is a bug; with nothing stored, nothing is available', () => {
    expect(() => read(stored([4, 5, 6]), 4, 8)).toThrow("entries' hi(8) is out of bound lastindex(6)");
    expect(read(stored([]), 4, 4)).toBe('unavailable');
  });

  test('TestStorageFirstIndex, TestStorageLastIndex: they move with compaction and appends', () => {
    const storage = stored();
    expect([storageFirstIndex(storage), storageLastIndex(storage)]).toEqual([4, 5]);
    appendToStorage(storage, [entry(5, 6)]);
    compactStorage(storage, 4);
    expect([storageFirstIndex(storage), storageLastIndex(storage)]).toEqual([5, 6]);
  });
});

describe('writing', () => {
  test.each<[number, number[], number[]]>([
    [1, [1, 2], [4, 5]],
    [3, [3, 4, 5], [4, 5]],
    [3, [3, 6, 6], [6, 6]],
    [3, [3, 4, 5, 5], [4, 5, 5]],
    [2, [3, 3, 5], [5]],
    [4, [5], [5]],
    [5, [9, 9], [4, 9, 9]],
    [6, [5], [4, 5, 5]],
    [6, [], [4, 5]],
  ])('TestStorageAppend: from %i on %j leaves %j', (from, terms, expected) => {
    const storage = stored();
    appendToStorage(
      storage,
      terms.map((term, i) => entry(term, from + i)),
    );
    expect([all(storage), storageFirstIndex(storage)]).toEqual([expected, 4]);
  });

  test('TestStorageAppend: a gap is a bug', () => {
    expect(() => appendToStorage(stored(), [entry(9, 7)])).toThrow('missing log entry [last: 5, append at: 7]');
  });

  test('TestStorageAppend: what was read before does not change', () => {
    const storage = stored();
    const before = storageEntries(storage, 4, 6);
    appendToStorage(storage, [entry(9, 4)]);
    expect(before).toMatchObject({ value: [{ term: 4 }, { term: 5 }] });
  });

  test.each([
    [2, 'compacted', 3, 3, [4, 5]],
    [3, 'compacted', 3, 3, [4, 5]],
    [4, undefined, 4, 4, [5]],
    [5, undefined, 5, 5, []],
  ])('TestStorageCompact: up to %i: %s, then from %i/%i on, %j', (index, error, at, term, left) => {
    const storage = stored();
    expect(compactStorage(storage, index)).toEqual(error === undefined ? { ok: true, value: undefined } : { ok: false, error });
    expect([storage.compactedIndex, storage.compactedTerm, storage.snapshot.index]).toEqual([at, term, 3]);
    if (left.length > 0) expect(all(storage)).toEqual(left);
    expect(storageLastIndex(storage)).toBe(5);
  });

  test('TestStorageCompact: past the end is a bug', () => {
    expect(() => compactStorage(stored(), 6)).toThrow('compact 6 is out of bound lastindex(5)');
  });
});

describe('snapshots', () => {
  test.each([4, 5])('TestStorageCreateSnapshot: at %i, with its term and configuration', (index) => {
    const storage = stored();
    const confState = { ...EMPTY_CONF_STATE, voters: ids([1, 2, 3]) };
    const snapshot = { index, term: index, confState, data: 'data' };
    expect(createSnapshot(storage, index, confState, 'data')).toEqual({ ok: true, value: snapshot });
    expect([storageSnapshot(storage), storageFirstIndex(storage)]).toEqual([{ ok: true, value: snapshot }, 4]);
    expect(createSnapshot(storage, index, confState, 'other')).toEqual({ ok: false, error: 'snapshotOutOfDate' });
  });

  test('TestStorageCreateSnapshot: without a configuration it keeps the one before; past the end is a bug', () => {
    const storage = stored();
    expect(createSnapshot(storage, 4, undefined, '')).toMatchObject({ value: { confState: { voters: ids([1]) } } });
    expect(() => createSnapshot(storage, 6, undefined, '')).toThrow('snapshot 6 is out of bound lastindex(5)');
  });

  test('TestStorageApplySnapshot: one replaces everything, an older one is out of date, and a configuration alone will do to begin with', () => {
    const storage = createStorage();
    const founding = { ...EMPTY_SNAPSHOT, confState: { ...EMPTY_CONF_STATE, voters: ids(upTo(3)) } };
    expect(applySnapshot(storage, founding)).toEqual({ ok: true, value: undefined });
    expect([storage.snapshot, storageFirstIndex(storage), storageLastIndex(storage)]).toEqual([founding, 1, 0]);
    appendToStorage(storage, [entry(1, 1)]);
    expect(applySnapshot(storage, snapshotAt(4, 4, [1, 2]))).toMatchObject({ ok: true });
    expect([storageFirstIndex(storage), storageLastIndex(storage), storageTerm(storage, 4)]).toEqual([
      5,
      4,
      { ok: true, value: 4 },
    ]);
    for (const index of [3, 4]) {
      expect(applySnapshot(storage, snapshotAt(index, 3, [1]))).toEqual({ ok: false, error: 'snapshotOutOfDate' });
    }
    expect(storage.snapshot).toEqual(snapshotAt(4, 4, [1, 2]));
  });

  test('what is offered to followers may be another one, or none just now', () => {
    const storage = stored();
    storage.offered = snapshotAt(5, 5, [1]);
    expect(storageSnapshot(storage)).toEqual({ ok: true, value: storage.offered });
    storage.offered = 'unavailable';
    expect(storageSnapshot(storage)).toEqual({ ok: false, error: 'snapshotTemporarilyUnavailable' });
  });
});

test('a copy and its original do not disturb each other', () => {
  const storage = stored();
  const copy = cloneStorage(storage);
  expect(copy).toEqual(storage);
  appendToStorage(copy, [entry(9, 5)]);
  compactStorage(storage, 4);
  expect([all(storage), all(copy)]).toEqual([[5], [4, 9]]);
});
