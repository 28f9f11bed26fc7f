/**
 * The past: the same run, repeated inline from (scenario, seed, journal), with a copy of the whole cluster every few virtual
 * seconds on shared structure. What any member was at any time, dead ones included, is asked of it; its trace's digest
 * beside the live one's proves that the run is the run.
 */
import { assert } from '../base/index.ts';
import { currentRevision, range } from '../engine/kv/index.ts';
import type { KeyValue } from '../engine/server/index.ts';
import type { JournalEntry } from './command.ts';
import { hostDigest } from './host.ts';
import { advanceInline, cloneInlineRun, createInlineRun, digestsInline, type InlineRun } from './inline.ts';
import { loadJournal } from './kernel.ts';
import { type Scenario, SECOND, type SimTime } from './scenario.ts';
import { traceDigest } from './trace.ts';

/** Virtual time between two checkpoints. */
const CHECKPOINT_EVERY = 10 * SECOND;

export interface History {
  readonly run: InlineRun;
  /** Copies, by time, ascending; the first is of the start. */
  readonly checkpoints: InlineRun[];
}

/** A past member, for reading. */
export interface MemberThen {
  readonly isUp: boolean;
  /** The store's, 0 for a member that did not run. */
  readonly revision: number;
  readonly pairs: readonly KeyValue[];
  readonly digest: string;
}

/** The history of a run that has not begun. */
export function createHistory(scenario: Scenario): History {
  const run = createInlineRun(scenario);
  return { run, checkpoints: [cloneInlineRun(run)] };
}

/**
 * Repeats the run up to `until`.
 *
 * @param entries of the journal, those after the ones given before
 * @returns the digest of the trace so far
 */
export function followRun(history: History, entries: readonly JournalEntry[], until: SimTime): string {
  const { run, checkpoints } = history;
  loadJournal(run.kernel, entries);
  while (run.kernel.now < until) {
    const last = checkpoints.at(-1)?.kernel.now ?? 0;
    advanceInline(run, Math.min(until, last + CHECKPOINT_EVERY));
    if (run.kernel.now >= last + CHECKPOINT_EVERY) checkpoints.push(cloneInlineRun(run));
  }
  return traceDigest(run.kernel.hash);
}

/** What a member was just before `time`. */
export function memberAt(history: History, member: number, time: SimTime): MemberThen {
  const host = runAt(history, time).hosts.get(member);
  if (host === undefined) return { isUp: false, revision: 0, pairs: [], digest: '' };
  const { kv } = host.member;
  const everything = range(kv, {
    key: '\0',
    rangeEnd: '\0',
    limit: 0,
    revision: 0,
    sortOrder: 'none',
    sortTarget: 'key',
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
  });
  assert(everything.ok, 'the current revision can always be read');
  return { isUp: true, revision: currentRevision(kv), pairs: everything.value.kvs, digest: hostDigest(host) };
}

/** Each member's digest just before `time`, by ordinal - 1; '' for a stopped one. */
export function digestsAt(history: History, time: SimTime): string[] {
  return digestsInline(runAt(history, time));
}

/** A run that stands at `time`: of its own, so that the history goes on undisturbed. */
function runAt(history: History, time: SimTime): InlineRun {
  const { run, checkpoints } = history;
  assert(time <= run.kernel.now, 'only what has been followed is past', { time, now: run.kernel.now });
  const before = checkpoints.findLast((checkpoint) => checkpoint.kernel.now <= time);
  assert(before !== undefined, 'there is a checkpoint of the start');
  const copy = cloneInlineRun(before);
  // A checkpoint knows the journal up to its own time; what was done later is taken from the run.
  loadJournal(
    copy.kernel,
    run.kernel.journal.slice(copy.kernel.journal.length).filter((entry) => entry.at < time),
  );
  advanceInline(copy, time);
  return copy;
}
