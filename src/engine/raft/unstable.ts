import { fatal, INFO, type LineSink, writeLine } from './lineSink.ts';
import { NO_ENTRIES } from './message.ts';
import { empty } from './queue.ts';
import type { Entry, LogIndex, Snapshot, Term } from './types.ts';

/**
 * The end of the log that is not known to be on disk, and a snapshot that is not (etcd-io/raft:log_unstable.go).
 * `offset` may be lower than what storage holds: the next write replaces storage from there on.
 */
export interface Unstable {
  snapshot: Snapshot | undefined;
  /** The snapshot has been handed to the driver. */
  snapshotInProgress: boolean;
  /** entries[head] has index `offset`; what is before it is done with. */
  entries: Entry[];
  head: number;
  /** Index of the first unstable entry, or of the next one. */
  offset: LogIndex;
  /** Entries before it have been handed to the driver. offset <= offsetInProgress. */
  offsetInProgress: LogIndex;
}

export function createUnstable(offset: LogIndex): Unstable {
  return { snapshot: undefined, snapshotInProgress: false, entries: [], head: 0, offset, offsetInProgress: offset };
}

export function cloneUnstable(unstable: Unstable): Unstable {
  return {
    snapshot: unstable.snapshot,
    snapshotInProgress: unstable.snapshotInProgress,
    entries: unstable.entries.slice(unstable.head),
    head: 0,
    offset: unstable.offset,
    offsetInProgress: unstable.offsetInProgress,
  };
}

export function unstableCount(unstable: Unstable): number {
  return unstable.entries.length - unstable.head;
}

/** The entry at an index, if it is unstable. */
export function unstableEntry(unstable: Unstable, index: LogIndex): Entry | undefined {
  return index < unstable.offset ? undefined : unstable.entries[unstable.head + index - unstable.offset];
}

/** The term at an index, as far as the unstable part knows: its entries, and its snapshot's own index. */
export function unstableTerm(unstable: Unstable, index: LogIndex): Term | undefined {
  if (index >= unstable.offset) return unstable.entries[unstable.head + index - unstable.offset]?.term;
  return unstable.snapshot?.index === index ? unstable.snapshot.term : undefined;
}

/** Entries in [lo, hi) as a fresh array. */
export function unstableSlice(sink: LineSink, unstable: Unstable, lo: LogIndex, hi: LogIndex): Entry[] {
  if (lo > hi) fatal(sink, `invalid unstable.slice ${lo} > ${hi}`);
  const upper = unstable.offset + unstableCount(unstable);
  if (lo < unstable.offset || hi > upper) {
    fatal(sink, `unstable.slice[${lo},${hi}) out of bound [${unstable.offset},${upper}]`);
  }
  const shift = unstable.head - unstable.offset;
  return unstable.entries.slice(lo + shift, hi + shift);
}

/** Not yet handed out. */
export function hasNextUnstableEntries(unstable: Unstable): boolean {
  return unstable.offset + unstableCount(unstable) > unstable.offsetInProgress;
}

export function nextUnstableEntries(unstable: Unstable): readonly Entry[] {
  if (!hasNextUnstableEntries(unstable)) return NO_ENTRIES;
  return unstable.entries.slice(unstable.head + unstable.offsetInProgress - unstable.offset);
}

/** Not yet handed out. */
export function nextUnstableSnapshot(unstable: Unstable): Snapshot | undefined {
  return unstable.snapshotInProgress ? undefined : unstable.snapshot;
}

/** Everything has been handed out. */
export function acceptInProgress(unstable: Unstable): void {
  const count = unstableCount(unstable);
  if (count > 0) unstable.offsetInProgress = unstable.offset + count;
  if (unstable.snapshot !== undefined) unstable.snapshotInProgress = true;
}

/** The entry (term, index) and all before it are on disk. A term that does not match tells of an overwritten entry: ignored. */
export function stableTo(sink: LineSink, unstable: Unstable, term: Term, index: LogIndex): void {
  const known = unstableTerm(unstable, index);
  if (known === undefined) {
    writeLine(sink, INFO, 'missingUnstable', [index]);
    return;
  }
  if (index < unstable.offset) {
    writeLine(sink, INFO, 'matchedUnstableSnapshot', [index]);
    return;
  }
  if (known !== term) {
    writeLine(sink, INFO, 'mismatchedUnstable', [index, term, index, known]);
    return;
  }
  unstable.head += index + 1 - unstable.offset;
  unstable.offset = index + 1;
  unstable.offsetInProgress = Math.max(unstable.offsetInProgress, unstable.offset);
  if (unstable.head === unstable.entries.length) {
    empty(unstable.entries);
    unstable.head = 0;
  } else if (unstable.head > 256 && unstable.head * 2 > unstable.entries.length) {
    unstable.entries = unstable.entries.slice(unstable.head);
    unstable.head = 0;
  }
}

/** The snapshot at `index` is on disk; another one that has come since is not. */
export function stableSnapshotTo(unstable: Unstable, index: LogIndex): void {
  if (unstable.snapshot?.index !== index) return;
  unstable.snapshot = undefined;
  unstable.snapshotInProgress = false;
}

/** Forgets everything for a snapshot. */
export function restoreUnstable(unstable: Unstable, snapshot: Snapshot): void {
  unstable.offset = snapshot.index + 1;
  unstable.offsetInProgress = unstable.offset;
  unstable.entries = [];
  unstable.head = 0;
  unstable.snapshot = snapshot;
  unstable.snapshotInProgress = false;
}

/** Adds `entries[from]` and what follows; they replace everything from the first one's index on. */
export function truncateAndAppend(sink: LineSink, unstable: Unstable, entries: readonly Entry[], from: number): void {
  const first = (entries[from] as Entry).index; // the caller has at least one entry to add
  const upper = unstable.offset + unstableCount(unstable);
  if (first > upper) fatal(sink, `unstable.slice[${unstable.offset},${first}) out of bound [${unstable.offset},${upper}]`);
  if (first <= unstable.offset && first !== upper) {
    writeLine(sink, INFO, 'replaceUnstable', [first]);
    unstable.entries = [];
    unstable.head = 0;
    unstable.offset = first;
    unstable.offsetInProgress = first;
  } else if (first < upper) {
    writeLine(sink, INFO, 'truncateUnstable', [first]);
    unstable.entries.length = unstable.head + first - unstable.offset;
    // What is handed out but now cut off has to be handed out again.
    unstable.offsetInProgress = Math.min(unstable.offsetInProgress, first);
  }
  for (let i = from; i < entries.length; i++) unstable.entries.push(entries[i] as Entry); // i < length
}
