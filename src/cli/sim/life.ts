/**
 * The random life of a cluster that changes its members: additions, promotions, removals, transfers, snapshots after a few
 * entries, crashes, pauses, cuts and partitions, and clients at work all the while. What is done next depends on who belongs to
 * the cluster by then, so it is drawn as the run goes; its journal repeats it.
 */
import { below, chance, createPrng, type Prng, pick } from '../../base/index.ts';
import type { MemberInfo, UnaryRequest } from '../../engine/server/index.ts';
import {
  type Action,
  actInline,
  createInlineRun,
  ETCD_RULES,
  freshScenario,
  type InlineRun,
  type KernelRules,
  leaderInline,
  MAX_MEMBERS,
  type Pacing,
  ROW_KIND,
  type Row,
  type Scenario,
  SECOND,
  type SimTime,
} from '../../sim/index.ts';
import { conclude, letPass, type Observed, observe, type Report } from './observed.ts';
import { drawLinks, drawPartition, drawRequest, healAll, restoreAll } from './plan.ts';

export interface LifeOptions {
  readonly seed: number;
  /** Who found the cluster. */
  readonly members: number;
  /** Of changes, faults and work, µs; it begins once there could be a leader, and in the end everything is healed. */
  readonly duration: SimTime;
  /** Left out: etcd's, but for the flaw that such lives would stumble over. */
  readonly rules?: KernelRules;
  readonly pacing?: Pacing;
  /** Called now and then. */
  readonly onProgress?: (now: SimTime) => void;
}

/** What happened beside the counts of a report. */
export interface LifeCounts {
  /** Configurations that followed another. */
  readonly changes: number;
  readonly transfers: number;
  /** Joint configurations, by whoever entered one. */
  readonly joints: number;
  /** Members that were started to join. */
  readonly joins: number;
  /** Members that stopped because they had been removed. */
  readonly exits: number;
  /** Of the log, by whoever had applied enough. */
  readonly compactions: number;
}

/** How many found the cluster of a seed where nobody says otherwise. */
export function foundersOf(seed: number): number {
  return 3 + 2 * (seed % 3);
}

export interface Life {
  readonly report: Report;
  readonly counts: LifeCounts;
  readonly run: InlineRun;
}

/** etcd's rules let a removed leader that left one voter behind answer reads from an old store. */
export const MENDED_RULES: KernelRules = {
  ...ETCD_RULES,
  raft: {
    ...ETCD_RULES.raft,
    mustConfirmRead: (option, isSingleVoter, isVoter) => option === 'safe' && !(isSingleVoter && isVoter),
  },
};
const BEGIN = 8 * SECOND;
const CALL_TIMEOUT = 5 * SECOND;

/** Lives a life. Deterministic: the same options give the same report. */
export function runLife({ seed, members, duration, rules = MENDED_RULES, pacing, onProgress }: LifeOptions): Life {
  const run = createInlineRun(scenarioOf(seed, members), { rules, ...(pacing === undefined ? {} : { pacing }) });
  const rows: Row[] = [];
  const observed = observe(run, onProgress, (some) => rows.push(...some));
  const prng = createPrng(seed, 'life');
  const calls = { next: 1 };
  letPass(observed, BEGIN);
  while (run.kernel.now < BEGIN + duration) {
    doSomething(run, calls, prng);
    letPass(observed, run.kernel.now + 1 + below(prng, SECOND));
  }
  // Whoever was added while others were away joins after these are back.
  for (const rest of [3 * SECOND, 14 * SECOND]) {
    for (const { action } of restoreAll(MAX_MEMBERS, run.kernel.now)) actInline(run, action);
    letPass(observed, run.kernel.now + rest);
  }
  const report = conclude(observed, calls.next, votersAt(run));
  return { report, counts: countsOf(observed, rows), run };
}

function scenarioOf(seed: number, members: number): Scenario {
  const prng = createPrng(seed, 'scenario');
  return {
    ...freshScenario(members, seed),
    boot: chance(prng, 3, 4) ? 'etcd' : 'lean',
    storageWrites: chance(prng, 1, 2) ? 'sync' : 'async',
    snapshotCount: 5 + below(prng, 60),
    catchUpEntries: below(prng, 12),
    bandwidth: chance(prng, 1, 2) ? 10_000_000 : 40_000,
  };
}

/**
 * Places of the voters, all of which answer linearizable reads; none where the cluster is beyond help: a voter was added that
 * nobody can start, for its place is another member's, and with it the quorum is gone.
 */
function votersAt({ kernel, hosts }: InlineRun): number[] {
  const voters = kernel.roster.members.filter(({ isLearner }) => !isLearner);
  const places = [...hosts]
    .filter(([, { member }]) => voters.some(({ id }) => id === member.config.id))
    .map(([ordinal]) => ordinal);
  return 2 * places.length > voters.length ? places.sort((a, b) => a - b) : [];
}

function doSomething(run: InlineRun, calls: { next: number }, prng: Prng): void {
  const { kernel, hosts } = run;
  const places = kernel.members.map(({ ordinal }) => ordinal);
  const roster = kernel.roster.members;
  const somebody = (): MemberInfo => pick(prng, roster);
  const act = (action: Action) => actInline(run, action);
  const ask = (request: UnaryRequest) => {
    const leader = leaderInline(run);
    const endpoint = chance(prng, 2, 3) && leader > 0 ? leader : pick(prng, places);
    const client = 1 + below(prng, 4);
    act({
      type: 'call',
      client,
      call: calls.next++,
      endpoints: [endpoint],
      request,
      timeout: CALL_TIMEOUT,
      requireLeader: false,
      text: '',
    });
  };
  const peerUrls = [`http://n${1 + below(prng, MAX_MEMBERS)}:2380`];
  switch (below(prng, 16)) {
    case 0:
    case 1:
      ask({ type: 'memberAdd', peerUrls, isLearner: chance(prng, 1, 2) });
      return;
    case 2:
    case 3:
      if (roster.length > 2) ask({ type: 'memberRemove', id: somebody().id });
      return;
    case 4:
      ask({ type: 'memberPromote', id: (roster.find(({ isLearner }) => isLearner) ?? somebody()).id });
      return;
    case 5:
      ask({ type: 'moveLeader', targetId: somebody().id });
      return;
    case 6:
    case 7:
      for (let member = 1; member <= MAX_MEMBERS; member++) if (!hosts.has(member)) act({ type: 'restart', member });
      return;
    case 8:
      act({ type: 'crash', member: pick(prng, places) });
      return;
    case 9:
      act({ type: 'cut', cause: 'hand', links: drawLinks(prng, places.length) });
      return;
    case 10:
      act({ type: 'cut', cause: 'wall:1', links: drawPartition(prng, places.length) });
      return;
    case 11:
      act(healAll(MAX_MEMBERS));
      return;
    case 12:
      ask({ type: 'memberReplace', id: somebody().id, peerUrls });
      return;
    case 13:
      act({ type: chance(prng, 1, 2) ? 'pause' : 'resume', member: pick(prng, places) });
      return;
    default:
      for (let i = 0; i < 12; i++) ask(drawRequest(prng, calls.next));
  }
}

function countsOf({ history }: Observed, rows: readonly Row[]): LifeCounts {
  const configs = new Set(rows.filter(({ kind }) => kind === ROW_KIND.config).map(({ index, p, r }) => `${index} ${p} ${r}`));
  const moved = [...history.calls.values()].filter(
    ({ outcome }) => outcome?.type === 'ok' && outcome.response.type === 'moveLeader',
  );
  return {
    changes: configs.size - 1,
    transfers: moved.length,
    joints: new Set(rows.filter(({ kind, q }) => kind === ROW_KIND.config && q !== 0).map(({ index }) => index)).size,
    joins: rows.filter(({ kind, q }) => kind === ROW_KIND.boot && q === 1).length,
    exits: rows.filter(({ kind, p }) => kind === ROW_KIND.stop && p === 2).length,
    compactions: rows.filter(({ kind }) => kind === ROW_KIND.compact).length,
  };
}
