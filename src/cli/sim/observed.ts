/** A run under the eyes of all checkers, and what it came to once it was left alone. */
import type { Member } from '../../engine/server/index.ts';
import {
  actInline,
  advanceInline,
  type ClientCall,
  type ClientHistory,
  checkAgreement,
  checkLinearizability,
  checkLogs,
  checkReadsByRevision,
  checkRevisionOrder,
  checkRows,
  checkStores,
  createClientHistory,
  createSafetyChecker,
  digestsInline,
  type InlineRun,
  makeViolation,
  noteClients,
  type Row,
  type SafetyChecker,
  SECOND,
  type SimTime,
  traceDigest,
  type Violation,
} from '../../sim/index.ts';
import { readOf } from './plan.ts';

/** What happened: a run in which nothing happened proves nothing. */
export interface Counts {
  readonly rows: number;
  readonly calls: number;
  readonly writesAnswered: number;
  readonly readsAnswered: number;
  readonly unanswered: number;
  readonly readBack: number;
  readonly leaderChanges: number;
  readonly crashes: number;
  readonly committed: number;
  readonly overwritten: number;
  /** Snapshots that a follower took from a leader. */
  readonly snapshots: number;
  readonly lost: number;
  /** Keys whose reads and writes were too many for the search of an order. */
  readonly undecidedKeys: number;
}

export interface Report {
  readonly seed: number;
  readonly members: number;
  /** All of it, virtual µs. */
  readonly ran: SimTime;
  readonly traceHash: string;
  readonly digests: readonly string[];
  readonly counts: Counts;
  readonly violations: readonly Violation[];
  /** Stacks of members that threw. */
  readonly thrown: readonly string[];
}

export interface Observed {
  readonly run: InlineRun;
  readonly safety: SafetyChecker;
  readonly history: ClientHistory;
  readonly violations: Violation[];
  readonly thrown: string[];
  /** Called now and then. */
  readonly onProgress: ((now: SimTime) => void) | undefined;
  /** Given each row. */
  readonly onRows: ((rows: readonly Row[]) => void) | undefined;
}

const STRIDE = 1 * SECOND;

/** Before the first instant of a run. */
export function observe(run: InlineRun, onProgress?: Observed['onProgress'], onRows?: Observed['onRows']): Observed {
  const safety = createSafetyChecker(run.kernel.scenario.members);
  return { run, safety, history: createClientHistory(), violations: [], thrown: [], onProgress, onRows };
}

/** Lets everything before `until` happen, and checks each row of it. */
export function letPass({ run, safety, history, violations, thrown, onProgress, onRows }: Observed, until: SimTime): void {
  while (run.kernel.now < until) {
    const released = advanceInline(run, Math.min(until, run.kernel.now + STRIDE));
    checkRows(safety, released.rows);
    onRows?.(released.rows);
    noteClients(history, released.actions, released.news);
    for (const { member, time, stack } of released.thrown) {
      violations.push(makeViolation('threw', time, { members: [member] }));
      thrown.push(stack);
    }
    onProgress?.(run.kernel.now);
  }
}

/**
 * The end of a run that was healed and has come to rest: everything that was answered is read back, and whoever ought to be the
 * same is.
 *
 * @param nextCall the first call number that is free
 * @param places of the members that are asked and that must agree; none where a cluster is beyond help
 */
export function conclude(observed: Observed, nextCall: number, places: readonly number[]): Report {
  const { run, safety, history, violations, thrown } = observed;
  const { kernel } = run;
  violations.push(...checkLogs(membersOf(run), kernel.now), ...checkStores(membersOf(run), kernel.now));
  const expected = askForEverything(run, places, [...history.calls.values()], nextCall);
  letPass(observed, kernel.now + 6 * SECOND);
  if (places.length > 0) {
    const ought = new Map([...membersOf(run)].filter(([ordinal]) => places.includes(ordinal)));
    violations.push(...checkAgreement(ought, places.length, kernel.now));
  }
  for (const [number, { write, member }] of expected) {
    const violation = compareReadBack(history.calls.get(number), write, member);
    if (violation !== undefined) violations.push(violation);
  }
  const linearizability = checkLinearizability(history);
  violations.push(...linearizability.violations, ...checkReadsByRevision(history), ...checkRevisionOrder(history));
  violations.push(...safety.violations);

  const work = [...history.calls.values()].filter((call) => call.call < nextCall);
  const answered = work.filter((call) => call.outcome?.type === 'ok');
  const writes = answered.filter(({ request }) => request.type !== 'range').length;
  const { leaderChanges, crashes, committed, overwritten, lost, snapshots } = safety.seen;
  return {
    seed: kernel.scenario.seed,
    members: kernel.scenario.members,
    ran: kernel.now,
    traceHash: traceDigest(kernel.hash),
    digests: digestsInline(run),
    violations,
    thrown,
    counts: {
      rows: kernel.hash.rows,
      calls: work.length,
      writesAnswered: writes,
      readsAnswered: answered.length - writes,
      unanswered: work.length - answered.length,
      readBack: expected.size,
      leaderChanges,
      crashes,
      committed,
      overwritten,
      snapshots,
      lost,
      undecidedKeys: linearizability.undecided,
    },
  };
}

interface Expected {
  readonly write: ClientCall;
  readonly member: number;
}

/** Asks each of these members, linearizably, for each write that was answered, at its revision. @returns what each call must answer */
function askForEverything(
  run: InlineRun,
  places: readonly number[],
  calls: readonly ClientCall[],
  firstCall: number,
): Map<number, Expected> {
  const expected = new Map<number, Expected>();
  let number = firstCall;
  for (const write of calls) {
    const { request, outcome } = write;
    if (outcome?.type !== 'ok' || (request.type !== 'put' && request.type !== 'deleteRange')) continue;
    const { revision } = outcome.response.header;
    for (const ordinal of places) {
      const call = number++;
      expected.set(call, { write, member: ordinal });
      actInline(run, {
        type: 'call',
        client: 100 + ordinal,
        call,
        endpoints: [ordinal],
        request: readOf(request.key, revision, false),
        timeout: 5 * SECOND,
        requireLeader: false,
        text: '',
      });
    }
  }
  return expected;
}

function compareReadBack(read: ClientCall | undefined, write: ClientCall, member: number): Violation | undefined {
  const { request, outcome } = write;
  const key = 'key' in request ? request.key : '';
  const fields = { members: [member], key, call: write.call };
  const time = read?.called ?? 0;
  if (read?.outcome?.type !== 'ok' || read.outcome.response.type !== 'range') {
    const isRefused = read?.outcome?.type === 'error';
    return makeViolation(isRefused ? 'readBack' : 'recovery', time, fields);
  }
  const found = read.outcome.response.kvs[0];
  if (request.type === 'deleteRange') return found === undefined ? undefined : makeViolation('readBack', time, fields);
  const revision = outcome?.type === 'ok' ? outcome.response.header.revision : 0;
  const isThere = request.type === 'put' && found?.value === request.value && found.modRevision === revision;
  return isThere ? undefined : makeViolation('readBack', time, fields);
}

function membersOf(run: InlineRun): Map<number, Member> {
  return new Map([...run.hosts].sort(([a], [b]) => a - b).map(([ordinal, { member }]) => [ordinal, member]));
}
