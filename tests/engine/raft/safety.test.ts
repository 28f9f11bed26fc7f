/**
 * Raft's promises under random scripts: Election Safety, Log Matching, Leader Completeness, State Machine Safety, equal committed
 * prefixes, reads that miss nothing (promises.ts), while members, disks and links fail (chaos.ts). A script that breaks one is
 * shortened and printed. RAFT_SCRIPTS plays so many times as many of them, RAFT_SEED others.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import { etcdRules, type Raft, type RaftRules } from '../../../src/engine/raft/index.ts';
import { type Action, createWorld, describeScript, LEADER, MEMBERS, play, type Scenario } from './chaos.ts';
import { propertySeed } from './harness.ts';

const SCRIPTS = 8000 * Number(process.env.RAFT_SCRIPTS ?? 1);

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  voters: fc.integer({ min: 3, max: 5 }),
  isAsync: fc.boolean(),
  leastVoters: fc.constantFrom(1, 2),
  config: fc.record({
    preVote: fc.boolean(),
    checkQuorum: fc.boolean(),
    maxInflightMsgs: fc.constantFrom(1, 2, 256),
    maxSizePerMsg: fc.constantFrom(1, 30, Number.POSITIVE_INFINITY),
    stepDownOnRemoval: fc.boolean(),
  }),
});

const member = fc.nat(MEMBERS - 1);
const anyOrLeader = fc.oneof(member, fc.constant(LEADER));
const leader = fc.constant(LEADER);
const at = fc.nat(59);
const everybody = 2 ** MEMBERS - 1;
/** Often all of them, or all but one or two: less than a quorum does not get far. */
const among = fc.oneof(
  { weight: 2, arbitrary: fc.constant(everybody) },
  { weight: 4, arbitrary: fc.tuple(member, member).map(([one, other]) => everybody & ~(1 << one) & ~(1 << other)) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: everybody }) },
);
/** Few enough to end in the middle of an election or an append, or enough for both. */
const messages = fc.oneof(fc.integer({ min: 1, max: 15 }), fc.constant(80));
const type = fc.constantFrom('ConfChangeAddNode', 'ConfChangeRemoveNode', 'ConfChangeAddLearnerNode');
const operations = fc.array(fc.record({ type, member }), { minLength: 1, maxLength: 3 });

/** Something that one member does alone. */
const alone = <const Do extends string>(...words: readonly Do[]) =>
  fc.record({ do: fc.constantFrom(...words), member: anyOrLeader });

const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('run'), among, messages, stands: fc.option(member, { nil: undefined }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('deliver', 'deliver', 'lose', 'repeat'), at }) },
  { weight: 6, arbitrary: alone('drive', 'drive', 'apply') },
  { weight: 4, arbitrary: alone('propose') },
  { weight: 2, arbitrary: alone('campaign') },
  { weight: 2, arbitrary: alone('read') },
  { weight: 2, arbitrary: alone('leave', 'compact', 'forget') },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('change'), member: anyOrLeader, operations, isExplicit: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash'), member: anyOrLeader, torn: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('start'), among }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tick'), member, count: fc.integer({ min: 1, max: 10 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('transfer', 'unreachable'), member: leader, to: member }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('report'), member: leader, to: member, delivered: fc.boolean() }) },
);

const scripts = fc.array(actions, { minLength: 20, maxLength: 120, size: 'max' });

/** Throws with what was broken and the script that breaks it, a line for each action. */
function report(run: fc.RunDetails<[Scenario, Action[]]>): void {
  if (!run.failed) return;
  const [scenario, script] = run.counterexample ?? [];
  if (scenario === undefined || script === undefined) throw new Error('a script failed that is not known');
  const which = `script ${run.numRuns} of RAFT_SEED=${run.seed}, shortened ${run.numShrinks} times`;
  throw new Error(`${which}\n${describeScript(scenario, script)}`, { cause: run.errorInstance });
}

describe('whatever fails', () => {
  test('TestLogSlice, TestEntryID: no promise of Raft is broken', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(scenarios, scripts, (scenario, script) => {
        const { promises } = play(createWorld(scenario, etcdRules), script);
        for (const [what, count] of Object.entries(promises.seen)) seen.set(what, (seen.get(what) ?? 0) + count);
      }),
      { numRuns: SCRIPTS, reporter: report },
    );
    // The scripts are worth something: of all that can happen a good deal has.
    for (const [what, count] of seen) expect([what, count]).toEqual([what, expect.toSatisfy((n: number) => n > SCRIPTS / 20)]);
    expect(seen.size).toBe(8);
  });

  test('a script that fails is printed, and shortened', () => {
    const wrong = { ...etcdRules, isVoteFree: () => true };
    const property = fc.property(scenarios, scripts, (scenario, script) => void play(createWorld(scenario, wrong), script));
    const failing = () => fc.assert(property, { numRuns: SCRIPTS, reporter: report });
    expect(failing).toThrow(/^script \d+ of RAFT_SEED=\d+, shortened \d+ times\n\{"voters":3.*\}(\n\{"do":".*\}){2,25}$/);
  });
});

interface Mistake {
  readonly name: string;
  /** What is noticed; more than one thing may break. */
  readonly broken: RegExp;
  readonly rules?: Partial<RaftRules>;
  /** For what no rule can bend: after every call into an engine. */
  readonly sabotage?: (raft: Raft) => void;
}

const mistakes: readonly Mistake[] = [
  {
    name: 'entries of earlier terms are committed by count',
    broken: /commits by an entry of its own term/,
    rules: { mayCommit: (index, committed, termAtIndex) => index > committed && termAtIndex !== undefined },
  },
  { name: 'a member votes as often as it is asked', broken: /votes once in a term/, rules: { isVoteFree: () => true } },
  {
    name: 'a vote is not on disk',
    broken: /votes once in a term/,
    rules: { durableHardState: (state) => ({ ...state, vote: ZERO_ID }) },
  },
  { name: 'answers are sent before they are on disk', broken: /quorum of disks|votes once/, rules: { waitsForDisk: () => false } },
  {
    name: 'votes are sent before they are on disk',
    broken: /votes once in a term/,
    rules: { waitsForDisk: (one) => one === 'MsgAppResp' },
  },
  { name: 'nothing is synced', broken: /quorum of disks/, rules: { mustSync: () => false } },
  {
    name: 'half is a quorum',
    broken: /quorum of disks|one leader/,
    rules: { quorumSize: (count) => Math.max(1, Math.ceil(count / 2)) },
  },
  { name: 'the log of a candidate does not matter', broken: /leader has all/, rules: { isUpToDate: () => true } },
  { name: 'what is before an append does not matter', broken: /./, rules: { matchesPrevious: () => true } },
  {
    name: 'every append cuts the log',
    broken: /quorum of disks|out of range/,
    rules: { appendFrom: (entries) => entries[0]?.index ?? 0 },
  },
  {
    name: 'heartbeats tell the leader’s own commit index',
    broken: /out of range|prefixes never differ/,
    rules: { heartbeatCommit: (_match, committed) => committed },
  },
  {
    name: 'the incoming half of a joint configuration commits alone',
    broken: /quorum of disks/,
    sabotage: (raft) => {
      raft.tracker.outgoing = [];
    },
  },
  {
    name: 'the outgoing half of a joint configuration commits alone',
    broken: /quorum of disks/,
    sabotage: (raft) => {
      if (raft.tracker.outgoing.length > 0) raft.tracker.incoming = raft.tracker.outgoing;
    },
  },
  {
    name: 'several voters come and go in one step',
    broken: /both halves decide/,
    rules: { needsJoint: () => false, maySwitchInOneStep: () => true },
  },
  { name: 'a leader reads its own memory', broken: /read sees all/, rules: { mustConfirmRead: () => false } },
  { name: 'a new leader reads before its first commit', broken: /read sees all/, rules: { mayTakeReads: () => true } },
];

test.each(mistakes)('it is noticed if $name', ({ broken, rules, sabotage }) => {
  const run = fc.check(
    fc.property(
      scenarios,
      scripts,
      (scenario, script) => void play(createWorld(scenario, { ...etcdRules, ...rules }, sabotage), script),
    ),
    { numRuns: 20_000, endOnFailure: true, seed: propertySeed },
  );
  expect(run.failed).toBe(true);
  expect(String(run.errorInstance)).toMatch(broken);
});
