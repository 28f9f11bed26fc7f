import {
  type Bytes,
  type Chunks,
  chunkAt,
  chunkDrop,
  chunkPush,
  chunkSlice,
  chunkTruncate,
  cloneChunks,
  createChunks,
  fail,
  ok,
  type Result,
} from '../../base/index.ts';
import { countWithin } from './entry.ts';
import { RaftPanic } from './panic.ts';
import type { ConfState, Entry, HardState, LogIndex, Snapshot, StorageError, Term } from './types.ts';
import { EMPTY_HARD_STATE, EMPTY_SNAPSHOT } from './types.ts';

/**
 * The stable part of a member's log, as the engine reads it (etcd-io/raft:storage.go, MemoryStorage). The driver writes it
 * once an entry is durable; the engine never does. A position of `entries` is a log index.
 */
export interface MemoryStorage {
  hardState: HardState;
  snapshot: Snapshot;
  /** The point up to which the log is compacted; its term is still known, its data is not. */
  compactedIndex: LogIndex;
  compactedTerm: Term;
  /** Indexes compactedIndex + 1 … */
  entries: Chunks<Entry>;
  /**
   * What a leader sends to a follower that is too far behind: undefined = `snapshot`, 'unavailable' = not just now
   * (etcd: ErrSnapshotTemporarilyUnavailable).
   */
  offered: Snapshot | 'unavailable' | undefined;
}

/** Nothing stored. */
export function createStorage(): MemoryStorage {
  return {
    hardState: EMPTY_HARD_STATE,
    snapshot: EMPTY_SNAPSHOT,
    compactedIndex: 0,
    compactedTerm: 0,
    entries: createChunks<Entry>(1),
    offered: undefined,
  };
}

/** A copy that shares the entries: costs a spine, not a log. */
export function cloneStorage(storage: MemoryStorage): MemoryStorage {
  return {
    hardState: storage.hardState,
    snapshot: storage.snapshot,
    compactedIndex: storage.compactedIndex,
    compactedTerm: storage.compactedTerm,
    entries: cloneChunks(storage.entries),
    offered: storage.offered,
  };
}

/** The first index that can still be read; one more than the last one if the log is empty. */
export function storageFirstIndex(storage: MemoryStorage): LogIndex {
  return storage.compactedIndex + 1;
}

export function storageLastIndex(storage: MemoryStorage): LogIndex {
  return storage.entries.end - 1;
}

/** Fails with `compacted` before the point of compaction (whose own term is known) and with `unavailable` after the end. */
export function storageTerm(storage: MemoryStorage, index: LogIndex): Result<Term, StorageError> {
  if (index < storage.compactedIndex) return fail('compacted');
  const term = knownTerm(storage, index);
  return term === undefined ? fail('unavailable') : ok(term);
}

/** The same without saying why not; allocates nothing. */
export function knownTerm(storage: MemoryStorage, index: LogIndex): Term | undefined {
  return index === storage.compactedIndex ? storage.compactedTerm : chunkAt(storage.entries, index)?.term;
}

/**
 * Entries in [lo, hi), cut to `maxSize` encoded bytes but never to fewer than one; a fresh array.
 * Fails with `compacted` if `lo` is, and with `unavailable` if there is no entry at all; a bug if `hi` is past the end.
 */
export function storageEntries(
  storage: MemoryStorage,
  lo: LogIndex,
  hi: LogIndex,
  maxSize: number = Number.POSITIVE_INFINITY,
): Result<Entry[], StorageError> {
  if (lo <= storage.compactedIndex) return fail('compacted');
  const last = storageLastIndex(storage);
  if (hi > last + 1) throw new RaftPanic(`entries' hi(${hi}) is out of bound lastindex(${last})`);
  if (last === storage.compactedIndex) return fail('unavailable');
  if (lo === hi) return ok([]);
  if (maxSize === Number.POSITIVE_INFINITY) return ok(chunkSlice(storage.entries, lo, hi));
  const entries: Entry[] = [];
  let size = 0;
  for (let index = lo; index < hi; index++) {
    const entry = chunkAt(storage.entries, index) as Entry; // first <= lo <= index < hi <= last + 1
    size += entry.encodedSize;
    if (size > maxSize && index > lo) break;
    entries.push(entry);
  }
  return ok(entries);
}

/** What a leader would send to a follower that needs a snapshot. */
export function storageSnapshot(storage: MemoryStorage): Result<Snapshot, StorageError> {
  if (storage.offered === 'unavailable') return fail('snapshotTemporarilyUnavailable');
  return ok(storage.offered ?? storage.snapshot);
}

export function setHardState(storage: MemoryStorage, hardState: HardState): void {
  storage.hardState = hardState;
}

/**
 * Makes entries durable: they replace everything stored from the first one's index on. What is already compacted is left out;
 * a gap is a bug.
 */
export function appendToStorage(storage: MemoryStorage, entries: readonly Entry[]): void {
  const head = entries[0];
  if (head === undefined) return;
  const first = storageFirstIndex(storage);
  if (head.index + entries.length - 1 < first) return;
  const from = Math.max(head.index, first);
  const last = storageLastIndex(storage);
  if (from > last + 1) throw new RaftPanic(`missing log entry [last: ${last}, append at: ${from}]`);
  if (from <= last) chunkTruncate(storage.entries, from);
  for (let i = from - head.index; i < entries.length; i++) chunkPush(storage.entries, entries[i] as Entry); // i < length
}

/** Drops the entries up to and including `index`, whose term stays known. The snapshot is not touched. */
export function compactStorage(storage: MemoryStorage, index: LogIndex): Result<undefined, StorageError> {
  if (index <= storage.compactedIndex) return fail('compacted');
  const last = storageLastIndex(storage);
  if (index > last) throw new RaftPanic(`compact ${index} is out of bound lastindex(${last})`);
  storage.compactedTerm = (chunkAt(storage.entries, index) as Entry).term; // compacted < index <= last
  storage.compactedIndex = index;
  chunkDrop(storage.entries, index + 1);
  return ok(undefined);
}

/**
 * Makes a snapshot of the applied state at `index`; the log is not compacted.
 *
 * @param confState undefined: the one of the snapshot before
 * @returns fails with `snapshotOutOfDate` if the present snapshot is as new
 */
export function createSnapshot(
  storage: MemoryStorage,
  index: LogIndex,
  confState: ConfState | undefined,
  data: Bytes,
): Result<Snapshot, StorageError> {
  if (index <= storage.snapshot.index) return fail('snapshotOutOfDate');
  const last = storageLastIndex(storage);
  if (index > last) throw new RaftPanic(`snapshot ${index} is out of bound lastindex(${last})`);
  const term = knownTerm(storage, index) ?? 0;
  storage.snapshot = { index, term, confState: confState ?? storage.snapshot.confState, data };
  return ok(storage.snapshot);
}

/** Replaces everything by a snapshot that came from a leader. Fails with `snapshotOutOfDate` if the present one is as new. */
export function applySnapshot(storage: MemoryStorage, snapshot: Snapshot): Result<undefined, StorageError> {
  if (storage.snapshot.index !== 0 && storage.snapshot.index >= snapshot.index) return fail('snapshotOutOfDate');
  storage.snapshot = snapshot;
  storage.compactedIndex = snapshot.index;
  storage.compactedTerm = snapshot.term;
  storage.entries = createChunks<Entry>(snapshot.index + 1);
  return ok(undefined);
}

/** The entries of an array that fit, as a prefix. */
export function limitEntries(entries: readonly Entry[], maxSize: number): readonly Entry[] {
  const count = countWithin(entries, maxSize);
  return count === entries.length ? entries : entries.slice(0, count);
}
