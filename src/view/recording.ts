/** The trace as the page keeps it: every row that came in, what people did, what entries say. Grows at its end only. */
import type { Action, ChangeNote, EntryRecord, FoundingStore, JournalEntry, Row, RowBatch } from '../sim/index.ts';
import { ROW_KIND, rowAt } from '../sim/index.ts';
import type { EntryText } from './frame.ts';
import { keepTexts } from './texts.ts';

/** What comes with one advance. */
export interface Increment {
  readonly rows: RowBatch;
  readonly actions: readonly JournalEntry[];
  readonly entries: readonly EntryRecord[];
  readonly changes: readonly ChangeNote[];
}

export interface Recording {
  readonly members: number;
  /** What the members began with; set before the first row. */
  begun: FoundingStore;
  readonly batches: RowBatch[];
  /** starts[i] = rows before batch i. */
  readonly starts: number[];
  count: number;
  /** Everything before it is in the rows. */
  live: number;
  /** By order in the journal. */
  readonly actions: Map<number, Action>;
  readonly texts: Map<string, EntryText>;
  /** Index of the entry that made each revision of the store: the same on every member. */
  readonly revisions: Map<number, number>;
  /** The way back: the revision that the entry at an index made. */
  readonly revisionAt: Map<number, number>;
  /** What happened to each key, by ascending index. */
  readonly changes: Map<string, ChangeNote[]>;
  /** The newest entry that each call became. */
  readonly entryOfCall: Map<number, EntryText>;
}

/** A recording of nothing. */
export function createRecording(members: number): Recording {
  return {
    members,
    begun: { index: 0, values: new Map() },
    batches: [],
    starts: [],
    count: 0,
    live: 0,
    actions: new Map(),
    texts: new Map(),
    revisions: new Map(),
    revisionAt: new Map(),
    changes: new Map(),
    entryOfCall: new Map(),
  };
}

/** Takes in what became known up to `live`. */
export function record(recording: Recording, increment: Increment, live: number): void {
  for (const entry of increment.actions) recording.actions.set(entry.order, entry.action);
  keepTexts(recording.texts, increment.entries);
  for (const entry of increment.entries) if (entry.call > 0) recording.entryOfCall.set(entry.call, entry);
  for (const change of increment.changes) {
    const ofKey = recording.changes.get(change.key);
    if (ofKey === undefined) recording.changes.set(change.key, [change]);
    else ofKey.push(change);
  }
  if (increment.rows.count > 0) {
    keepRevisions(recording, increment.rows);
    recording.batches.push(increment.rows);
    recording.starts.push(recording.count);
    recording.count += increment.rows.count;
  }
  recording.live = live;
}

/** Row `position` of 0 … count - 1. */
export function recordedRow(recording: Recording, position: number): Row {
  const batch = batchOf(recording, position);
  return rowAt(recording.batches[batch] as RowBatch, position - (recording.starts[batch] as number)); // batchOf finds a batch
}

/** Its time alone. */
export function recordedTime(recording: Recording, position: number): number {
  const batch = batchOf(recording, position);
  return (recording.batches[batch] as RowBatch).time[position - (recording.starts[batch] as number)] as number; // as above
}

/** How many rows lie before, or at, `time`. */
export function rowsUpTo(recording: Recording, time: number): number {
  let low = 0;
  let high = recording.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (recordedTime(recording, middle) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function keepRevisions({ revisions, revisionAt }: Recording, rows: RowBatch): void {
  for (let i = 0; i < rows.count; i++) {
    if (rows.kind[i] !== ROW_KIND.apply) continue;
    const { index, p, q } = rowAt(rows, i);
    for (let back = 0; back < q; back++) {
      revisions.set(p - back, index - back);
      revisionAt.set(index - back, p - back);
    }
  }
}

function batchOf(recording: Recording, position: number): number {
  const { starts } = recording;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= position)
      low = middle; // middle is inside
    else high = middle - 1;
  }
  return low;
}
