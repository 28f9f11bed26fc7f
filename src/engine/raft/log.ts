import { encodedSize } from './entry.ts';
import { fatal, INFO, type LineSink, writeLine } from './lineSink.ts';
import { NO_ENTRIES } from './message.ts';
import {
  knownTerm,
  limitEntries,
  type MemoryStorage,
  storageEntries,
  storageFirstIndex,
  storageLastIndex,
  storageSnapshot,
} from './storage.ts';
import { type Entry, type LogIndex, RAFT_ERROR_TEXT, type Snapshot, type StorageError, type Term } from './types.ts';
import {
  cloneUnstable,
  createUnstable,
  nextUnstableSnapshot,
  restoreUnstable,
  truncateAndAppend,
  type Unstable,
  unstableCount,
  unstableEntry,
  unstableSlice,
  unstableTerm,
} from './unstable.ts';

/** A member's log: what storage holds, then what it does not hold yet (etcd-io/raft:log.go). */
export interface RaftLog {
  storage: MemoryStorage;
  unstable: Unstable;
  /** Highest index known to be on a quorum. applied <= applying <= committed <= last. */
  committed: LogIndex;
  /** Highest index handed out for applying. */
  applying: LogIndex;
  /** Highest index that the application has acknowledged as applied. */
  applied: LogIndex;
  /** Encoded bytes handed out for applying and not yet acknowledged, and their limit. */
  applyingSize: number;
  maxApplyingSize: number;
  /** Nothing more is handed out for applying until something is acknowledged. */
  applyingPaused: boolean;
  /** Lowest index that was overwritten or cut off since the driver last asked; 0 = none. */
  truncatedFrom: LogIndex;
  lines: LineSink;
}

/** A log over what storage holds; everything compacted counts as applied. */
export function createLog(storage: MemoryStorage, lines: LineSink, maxApplyingSize: number): RaftLog {
  const compacted = storageFirstIndex(storage) - 1;
  return {
    storage,
    unstable: createUnstable(storageLastIndex(storage) + 1),
    committed: compacted,
    applying: compacted,
    applied: compacted,
    applyingSize: 0,
    maxApplyingSize,
    applyingPaused: false,
    truncatedFrom: 0,
    lines,
  };
}

export function cloneLog(log: RaftLog, storage: MemoryStorage, lines: LineSink): RaftLog {
  return {
    storage,
    unstable: cloneUnstable(log.unstable),
    committed: log.committed,
    applying: log.applying,
    applied: log.applied,
    applyingSize: log.applyingSize,
    maxApplyingSize: log.maxApplyingSize,
    applyingPaused: log.applyingPaused,
    truncatedFrom: log.truncatedFrom,
    lines,
  };
}

export function firstIndex(log: RaftLog): LogIndex {
  const snapshot = log.unstable.snapshot;
  return snapshot === undefined ? storageFirstIndex(log.storage) : snapshot.index + 1;
}

export function lastIndex(log: RaftLog): LogIndex {
  const unstable = log.unstable;
  const count = unstableCount(unstable);
  if (count > 0) return unstable.offset + count - 1;
  return unstable.snapshot === undefined ? storageLastIndex(log.storage) : unstable.snapshot.index;
}

/** The term of the entry at an index; undefined if it is compacted or past the end. Unstable entries first: most asks are for them. */
export function termAt(log: RaftLog, index: LogIndex): Term | undefined {
  const term = unstableTerm(log.unstable, index);
  if (term !== undefined) return term;
  // The term just before the first index is known as well: appends are matched against it.
  if (index + 1 < firstIndex(log) || index > lastIndex(log)) return undefined;
  return knownTerm(log.storage, index);
}

export function lastTerm(log: RaftLog): Term {
  const last = lastIndex(log);
  const term = termAt(log, last);
  if (term === undefined) {
    const error = RAFT_ERROR_TEXT[last + 1 < firstIndex(log) ? 'compacted' : 'unavailable'];
    return fatal(log.lines, `unexpected error when getting the last term at ${last}: ${error}`);
  }
  return term;
}

/** The entry at an index, unstable or stored. */
export function entryAt(log: RaftLog, index: LogIndex): Entry | undefined {
  const entry = unstableEntry(log.unstable, index);
  if (entry !== undefined || index < firstIndex(log) || index > lastIndex(log)) return entry;
  const stored = storageEntries(log.storage, index, index + 1);
  return stored.ok ? stored.value[0] : undefined;
}

/**
 * Entries in [lo, hi), cut to `maxSize` encoded bytes but never to fewer than one. Bounds past the end are a bug.
 *
 * @returns a fresh array, or `compacted`
 */
export function logSlice(log: RaftLog, lo: LogIndex, hi: LogIndex, maxSize: number): readonly Entry[] | 'compacted' {
  if (lo > hi) fatal(log.lines, `invalid slice ${lo} > ${hi}`);
  const first = firstIndex(log);
  if (lo < first) return 'compacted';
  const last = lastIndex(log);
  if (hi > last + 1) fatal(log.lines, `slice[${lo},${hi}) out of bound [${first},${last}]`);
  if (lo === hi) return NO_ENTRIES;
  const { unstable } = log;
  if (lo >= unstable.offset) return limitEntries(unstableSlice(log.lines, unstable, lo, hi), maxSize);

  const cut = Math.min(hi, unstable.offset);
  const stored = storageEntries(log.storage, lo, cut, maxSize);
  if (!stored.ok) {
    if (stored.error === 'compacted') return 'compacted';
    return fatal(log.lines, `entries[${lo}:${cut}) is unavailable from storage`);
  }
  if (hi <= unstable.offset || stored.value.length < cut - lo) return stored.value;
  const size = encodedSize(stored.value);
  if (size >= maxSize) return stored.value;
  const rest = limitEntries(unstableSlice(log.lines, unstable, unstable.offset, hi), maxSize - size);
  // At least one unstable entry comes back even if it does not fit; here there is something without it.
  if (rest.length === 1 && size + encodedSize(rest) > maxSize) return stored.value;
  return stored.value.concat(rest);
}

/** Entries from an index to the end, within `maxSize`. */
export function entriesFrom(log: RaftLog, index: LogIndex, maxSize: number): readonly Entry[] | 'compacted' {
  const last = lastIndex(log);
  return index > last ? NO_ENTRIES : logSlice(log, index, last + 1, maxSize);
}

/** Is there an entry in [lo, hi) that the test holds for? Reads page by page, none of them empty. etcd-io/raft:log.go (scan). */
export function someEntry(log: RaftLog, lo: LogIndex, hi: LogIndex, pageSize: number, test: (entry: Entry) => boolean): boolean {
  for (let from = lo; from < hi; ) {
    const page = logSlice(log, from, hi, pageSize);
    if (page === 'compacted') {
      return fatal(log.lines, `error scanning unapplied entries [${lo}, ${hi}): ${RAFT_ERROR_TEXT.compacted}`);
    }
    if (page.some(test)) return true;
    from += page.length;
  }
  return false;
}

/** The pending snapshot, or what storage offers. */
export function logSnapshot(log: RaftLog): Snapshot | StorageError {
  if (log.unstable.snapshot !== undefined) return log.unstable.snapshot;
  const stored = storageSnapshot(log.storage);
  return stored.ok ? stored.value : stored.error;
}

/** Adds `entries[from]` and what follows, replacing everything from the first one's index on. Committed entries stay. */
export function appendToLog(log: RaftLog, entries: readonly Entry[], from = 0): LogIndex {
  const first = entries[from];
  if (first === undefined) return lastIndex(log);
  const after = first.index - 1;
  if (after < log.committed) fatal(log.lines, `after(${after}) is out of range [committed(${log.committed})]`);
  if (first.index <= lastIndex(log)) noteTruncation(log, first.index);
  truncateAndAppend(log.lines, log.unstable, entries, from);
  return lastIndex(log);
}

/** The first index whose entry is missing or of another term; 0: all are there. Raft §5.3. */
export function findConflict(log: RaftLog, entries: readonly Entry[]): LogIndex {
  for (let i = 0; i < entries.length; i++) {
    const { index, term } = entries[i] as Entry; // i < length
    const existing = termAt(log, index);
    if (existing === term) continue;
    if (index <= lastIndex(log)) writeLine(log.lines, INFO, 'foundConflict', [index, existing ?? 0, term]);
    return index;
  }
  return 0;
}

/**
 * The best guess at where two logs agree: the greatest index up to `index` whose term is at most `term`. At most about one
 * probe for each term instead of one for each entry. Raft §5.3 (end).
 *
 * @returns term 0 where the term is not known
 */
export function findConflictByTerm(log: RaftLog, index: LogIndex, term: Term): { readonly index: LogIndex; readonly term: Term } {
  for (let i = index; i > 0; i--) {
    const ours = termAt(log, i);
    if (ours === undefined) return { index: i, term: 0 };
    if (ours <= term) return { index: i, term: ours };
  }
  return { index: 0, term: 0 };
}

/** Raises the commit index; never lowers it. Past the end is a bug, or a lie. */
export function commitTo(log: RaftLog, committed: LogIndex): void {
  if (log.committed >= committed) return;
  const last = lastIndex(log);
  if (last < committed) {
    fatal(
      log.lines,
      `tocommit(${committed}) is out of range [lastIndex(${last})]. Was the raft log corrupted, truncated, or lost?`,
    );
  }
  log.committed = committed;
}

/**
 * Committed entries to hand out for applying, within the budget.
 *
 * @param allowUnstable false: only what is on disk
 */
export function nextCommittedEntries(log: RaftLog, allowUnstable: boolean): readonly Entry[] {
  if (!hasNextCommittedEntries(log, allowUnstable)) return NO_ENTRIES;
  const budget = log.maxApplyingSize - log.applyingSize;
  if (!(budget > 0)) fatal(log.lines, `applying entry size (${log.maxApplyingSize}-${log.applyingSize})=${budget} not positive`);
  const entries = logSlice(log, log.applying + 1, appliableIndex(log, allowUnstable) + 1, budget);
  if (entries === 'compacted') {
    return fatal(log.lines, `unexpected error when getting unapplied entries (${RAFT_ERROR_TEXT.compacted})`);
  }
  return entries;
}

export function hasNextCommittedEntries(log: RaftLog, allowUnstable: boolean): boolean {
  // A pending snapshot has to be applied first.
  if (log.applyingPaused || log.unstable.snapshot !== undefined) return false;
  return log.applying < appliableIndex(log, allowUnstable);
}

/** Entries up to `index`, of so many encoded bytes, have been handed out. */
export function acceptApplying(log: RaftLog, index: LogIndex, size: number, allowUnstable: boolean): void {
  if (log.committed < index) {
    fatal(log.lines, `applying(${index}) is out of range [prevApplying(${log.applying}), committed(${log.committed})]`);
  }
  log.applying = index;
  log.applyingSize += size;
  // Paused by the budget, or because the budget cut the batch: the rest waits for an acknowledgement.
  log.applyingPaused = log.applyingSize >= log.maxApplyingSize || index < appliableIndex(log, allowUnstable);
}

/** Entries up to `index`, of so many encoded bytes, have been applied. */
export function logAppliedTo(log: RaftLog, index: LogIndex, size: number): void {
  if (log.committed < index || index < log.applied) {
    fatal(log.lines, `applied(${index}) is out of range [prevApplied(${log.applied}), committed(${log.committed})]`);
  }
  log.applied = index;
  log.applying = Math.max(log.applying, index);
  log.applyingSize = Math.max(0, log.applyingSize - size);
  log.applyingPaused = log.applyingSize >= log.maxApplyingSize;
}

/** Replaces the log by a snapshot, which is pending until the driver has stored it. */
export function restoreLog(log: RaftLog, snapshot: Snapshot): void {
  const { unstable } = log;
  writeLine(log.lines, INFO, 'startsToRestore', [
    log.committed,
    log.applied,
    log.applying,
    unstable.offset,
    unstable.offsetInProgress,
    unstableCount(unstable),
    snapshot.index,
    snapshot.term,
  ]);
  if (log.committed < lastIndex(log)) noteTruncation(log, log.committed + 1);
  log.committed = snapshot.index;
  restoreUnstable(unstable, snapshot);
}

/** Is there a snapshot to hand out? */
export function hasNextSnapshot(log: RaftLog): boolean {
  return nextUnstableSnapshot(log.unstable) !== undefined;
}

function appliableIndex(log: RaftLog, allowUnstable: boolean): LogIndex {
  return allowUnstable ? log.committed : Math.min(log.committed, log.unstable.offset - 1);
}

function noteTruncation(log: RaftLog, index: LogIndex): void {
  log.truncatedFrom = log.truncatedFrom === 0 ? index : Math.min(log.truncatedFrom, index);
}
