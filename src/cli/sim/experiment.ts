/** Carries a planned run out, watched by all checkers, and asks in the end for everything that was answered. */
import {
  actInline,
  advanceInline,
  type CheckedRule,
  type ClientCall,
  checkAgreement,
  checkLinearizability,
  checkLogs,
  checkReadsByRevision,
  checkRevisionOrder,
  checkRows,
  checkStores,
  createClientHistory,
  createInlineRun,
  createSafetyChecker,
  digestsInline,
  type InlineRun,
  type KernelRules,
  makeViolation,
  noteClients,
  type Pacing,
  SECOND,
  type SimTime,
  traceDigest,
  type Violation,
} from '../../sim/index.ts';
import { type Plan, readOf } from './plan.ts';

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

export interface ExperimentOptions {
  readonly rules?: KernelRules;
  readonly pacing?: Pacing;
  /** Called now and then. */
  readonly onProgress?: (now: SimTime) => void;
}

/** Longer than an election, and than any call that is still open when all is healed. */
const QUIET = 8 * SECOND;
const STRIDE = 1 * SECOND;

/** Runs a plan to its end. Deterministic: the same plan gives the same report. */
export function runExperiment(plan: Plan, options: ExperimentOptions = {}): Report {
  const { rules, pacing, onProgress } = options;
  const { scenario, journal, healedAt } = plan;
  const run = createInlineRun(scenario, {
    journal,
    ...(rules === undefined ? {} : { rules }),
    ...(pacing === undefined ? {} : { pacing }),
  });
  const safety = createSafetyChecker(scenario.members);
  const history = createClientHistory();
  const violations: Violation[] = [];
  const thrown: string[] = [];

  const goTo = (until: SimTime) => {
    while (run.kernel.now < until) {
      const released = advanceInline(run, Math.min(until, run.kernel.now + STRIDE));
      checkRows(safety, released.rows);
      noteClients(history, released.actions, released.news);
      for (const { member, time, stack } of released.thrown) {
        violations.push(makeViolation('threw', time, { members: [member] }));
        thrown.push(stack);
      }
      onProgress?.(run.kernel.now);
    }
  };

  goTo(healedAt + QUIET);
  violations.push(...checkLogs(membersOf(run), run.kernel.now), ...checkStores(membersOf(run), run.kernel.now));
  const firstReadBack = plan.nextCall;
  const askedAt = run.kernel.now;
  const expected = askForEverything(run, [...history.calls.values()], firstReadBack);
  goTo(askedAt + 6 * SECOND);
  violations.push(...checkAgreement(membersOf(run), scenario.members, run.kernel.now));
  for (const [number, { write, member }] of expected) {
    const violation = compareReadBack(history.calls.get(number), write, member);
    if (violation !== undefined) violations.push(violation);
  }
  const linearizability = checkLinearizability(history);
  violations.push(...linearizability.violations, ...checkReadsByRevision(history), ...checkRevisionOrder(history));
  violations.push(...safety.violations);

  const work = [...history.calls.values()].filter((call) => call.call < firstReadBack);
  const answered = work.filter((call) => call.outcome?.type === 'ok');
  const writes = answered.filter(({ request }) => request.type !== 'range').length;
  const { leaderChanges, crashes, committed, overwritten, lost } = safety.seen;
  return {
    seed: scenario.seed,
    members: scenario.members,
    ran: run.kernel.now,
    traceHash: traceDigest(run.kernel.hash),
    digests: digestsInline(run),
    violations,
    thrown,
    counts: {
      rows: run.kernel.hash.rows,
      calls: work.length,
      writesAnswered: writes,
      readsAnswered: answered.length - writes,
      unanswered: work.length - answered.length,
      readBack: expected.size,
      leaderChanges,
      crashes,
      committed,
      overwritten,
      lost,
      undecidedKeys: linearizability.undecided,
    },
  };
}

/** In words, for a terminal. */
export function describeViolation(violation: Violation): string {
  const { rule, time, members, term, index, key, call } = violation;
  const parts = [
    members.length > 0 ? `members ${members.join(', ')}` : '',
    term > 0 ? `term ${term}` : '',
    index > 0 ? `index ${index}` : '',
    key === '' ? '' : `key ${key}`,
    call > 0 ? `call ${call}` : '',
  ].filter((part) => part !== '');
  return `${RULE_WORDS[rule]} (${rule}) at ${(time / SECOND).toFixed(6)} s: ${parts.join(', ')}`;
}

const RULE_WORDS: Readonly<Record<CheckedRule, string>> = {
  electionSafety: 'two leaders in one term',
  oneVote: 'two votes in one term',
  leaderAppendOnly: 'a leader cut its own log',
  logMatching: 'logs that agree at an entry differ before it',
  leaderCompleteness: 'a leader without a committed entry',
  stateMachineSafety: 'two entries for one index',
  quorumCommit: 'committed without a majority of disks',
  committedStays: 'a committed entry was cut off',
  durability: 'what was synced is gone after a restart',
  applyCommitted: 'applied what was not committed, or not in order',
  threw: 'a member threw',
  linearizability: 'no order of reads and writes explains the answers',
  readsByRevision: 'a read missed the newest write at its revision',
  revisionOrder: 'revisions contradict real time',
  readBack: 'an answered write cannot be read back',
  agreement: 'members differ after rest',
  recovery: 'no answer from a healed cluster',
};

interface Expected {
  readonly write: ClientCall;
  readonly member: number;
}

/** Asks every member, linearizably, for each write that was answered, at its revision. @returns what each call must answer */
function askForEverything(run: InlineRun, calls: readonly ClientCall[], firstCall: number): Map<number, Expected> {
  const expected = new Map<number, Expected>();
  let number = firstCall;
  for (const write of calls) {
    const { request, outcome } = write;
    if (outcome?.type !== 'ok' || (request.type !== 'put' && request.type !== 'deleteRange')) continue;
    const { revision } = outcome.response.header;
    for (const { ordinal } of run.kernel.members) {
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

function membersOf(run: InlineRun) {
  return new Map([...run.hosts].sort(([a], [b]) => a - b).map(([ordinal, { member }]) => [ordinal, member]));
}
