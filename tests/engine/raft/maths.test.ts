/** Quorums and configuration changes against slow, obvious versions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ok } from '../../../src/base/index.ts';
import {
  type ChangeContext,
  type ConfChangeOperation,
  type ConfState,
  changeSimply,
  describeConfig,
  EMPTY_CONF_STATE,
  EMPTY_CONFIG,
  enterJoint,
  etcdRules,
  invariantError,
  jointVoteResult,
  leaveJoint,
  type MemberId,
  type Membership,
  quorumIndex,
  restoreMembership,
  voteResult,
} from '../../../src/engine/raft/index.ts';
import { createProgress } from '../../../src/engine/raft/progress.ts';
import {
  ackQuorumIndex,
  createTracker,
  installConfig,
  isQuorumActive,
  trackerQuorumIndex,
} from '../../../src/engine/raft/tracker.ts';
import { id, ids, upTo } from './harness.ts';

const context: ChangeContext = { rules: etcdRules, lastIndex: 10, maxInflight: 10, maxInflightBytes: 0 };
const nothing: Membership = { config: EMPTY_CONFIG, progress: [] };

const voterSet = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 9 }).map(ids);
const ballots = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.boolean()), { maxLength: 12 })
  .map((list) => new Map(list.map(([n, yes]) => [id(n), yes])));

describe('quorum', () => {
  test('TestQuick: the committed index is the highest that more than half have reached', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 11 }), (acks) => {
        const expected = acks.length === 0 ? Number.POSITIVE_INFINITY : slowCommitted(acks);
        expect(quorumIndex(etcdRules, acks.slice(), acks.length)).toBe(expected);
      }),
      { numRuns: 5000 },
    );
  });

  test('TestQuick: the same of many voters, which are not sorted', () => {
    const many = fc
      .integer({ min: 1, max: 20_000 })
      .chain((max) => fc.array(fc.integer({ min: 0, max }), { minLength: 20, maxLength: 300 }));
    fc.assert(
      fc.property(many, (acks) => {
        const scratch = [...acks, 0, 99_999];
        expect(quorumIndex(etcdRules, scratch, acks.length)).toBe(slowCommitted(acks));
        expect(scratch.slice(acks.length)).toEqual([0, 99_999]);
      }),
      { numRuns: 300 },
    );
  });

  test('only the first places of a longer scratch array count', () => {
    expect(quorumIndex(etcdRules, [5, 4, 3, 99, 99], 3)).toBe(4);
  });

  test('a vote is won, lost or open as counting every way the missing votes can fall says', () => {
    fc.assert(
      fc.property(voterSet, ballots, (voters, votes) => {
        expect(voteResult(etcdRules, voters, votes)).toBe(slowVote(voters, votes));
      }),
      { numRuns: 1000 },
    );
  });

  test('a joint vote is both votes, whichever comes first', () => {
    fc.assert(
      fc.property(voterSet, voterSet, ballots, (one, other, votes) => {
        const results = [slowVote(one, votes), slowVote(other, votes)];
        const expected = results.includes('VoteLost') ? 'VoteLost' : results.includes('VotePending') ? 'VotePending' : 'VoteWon';
        expect(jointVoteResult(etcdRules, one, other, votes)).toBe(expected);
        expect(jointVoteResult(etcdRules, other, one, votes)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('a joint index, of logs or of reads, is the highest that both halves have reached', () => {
    const reached = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(voterSet, voterSet, reached, (one, other, indexes) => {
        const ack = (voter: MemberId) => indexes[Number(`0x${voter}`) - 1] ?? 0;
        const halves = [one, other].filter((half) => half.length > 0).map((half) => slowCommitted(half.map(ack)));
        const expected = Math.min(...halves); // Infinity if there is nobody
        const tracker = createTracker(10, 0);
        const everybody = [...new Set([...one, ...other])].sort();
        const peers = everybody.map((voter) => Object.assign(createProgress(voter, 10, false, 10, 0), { matchIndex: ack(voter) }));
        const config = { ...EMPTY_CONFIG, voters: one, votersOutgoing: other };
        installConfig(tracker, config, peers);
        expect(trackerQuorumIndex(etcdRules, tracker)).toBe(expected);
        expect(ackQuorumIndex(etcdRules, config, new Map(everybody.map((voter) => [voter, ack(voter)])))).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('a quorum is active if both halves would elect whoever all active voters vote for', () => {
    const active = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(voterSet, voterSet, active, fc.nat(12), (one, other, flags, learners) => {
        const isActive = (id: MemberId) => flags[Number(`0x${id}`) - 1] ?? false;
        const votes = (half: readonly MemberId[]) => new Map(half.map((voter) => [voter, isActive(voter)]));
        const expected = [one, other].every((half) => slowVote(half, votes(half)) === 'VoteWon');
        const tracker = createTracker(10, 0);
        const voters = new Set([...one, ...other]);
        const others = ids(upTo(learners)).filter((id) => !voters.has(id));
        const peers = [...voters, ...others].sort().map((id) => ({
          ...createProgress(id, 10, !voters.has(id), 10, 0),
          recentActive: isActive(id),
        }));
        installConfig(tracker, { ...EMPTY_CONFIG, voters: one, votersOutgoing: other, learners: others }, peers);
        expect(isQuorumActive(etcdRules, tracker)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('any two quorums of one majority meet, for every size', () => {
    for (let size = 1; size <= 15; size++) expect(2 * etcdRules.quorumSize(size)).toBeGreaterThan(size);
  });
});

const operation = fc
  .tuple(
    fc.constantFrom('ConfChangeAddNode', 'ConfChangeRemoveNode', 'ConfChangeUpdateNode', 'ConfChangeAddLearnerNode'),
    fc.integer({ min: 2, max: 9 }),
  )
  .map(([type, number]): ConfChangeOperation => ({ type, nodeId: id(number) }));
/** Member 1 stays a voter, so that nothing fails for want of voters. */
const start = fc.array(operation, { maxLength: 8 }).map((operations) => simply(simply(nothing, [add(1)]), operations));

describe('configuration changes', () => {
  test('TestConfChangeQuick: a list of changes one by one comes to the same as jointly, left by itself or not', () => {
    fc.assert(
      fc.property(start, fc.array(operation, { minLength: 1, maxLength: 8 }), (from, operations) => {
        const oneByOne = shape(simply(from, operations));
        for (const autoLeave of [false, true]) {
          const joint = must(enterJoint(context, from, autoLeave, operations));
          expect(invariantError(joint)).toBeUndefined();
          expect(joint.config.autoLeave).toBe(autoLeave);
          expect(joint.config.votersOutgoing).toEqual(from.config.voters);
          expect(shape(must(leaveJoint(joint)))).toEqual(oneByOne);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('a failed change leaves everything as it was', () => {
    const from = simply(nothing, [add(1), add(2)]);
    const before = JSON.stringify(from);
    expect(changeSimply(context, from, [add(3), add(4)])).toMatchObject({ ok: false });
    expect(
      changeSimply(context, from, [
        { type: 'ConfChangeRemoveNode', nodeId: id(1) },
        { type: 'ConfChangeRemoveNode', nodeId: id(2) },
      ]),
    ).toEqual({
      ok: false,
      error: 'removed all voters',
    });
    must(enterJoint(context, from, true, [{ type: 'ConfChangeAddLearnerNode', nodeId: id(2) }]));
    expect(JSON.stringify(from)).toBe(before);
  });

  test('TestRestore: ConfState → configuration → ConfState is a round trip', () => {
    const pool = fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    fc.assert(
      fc.property(
        pool,
        pool,
        fc.nat(9),
        fc.nat(3),
        fc.boolean(),
        fc.boolean(),
        (order, outgoingPool, split, next, isJoint, autoLeave) => {
          const voters = order.slice(0, Math.max(1, split));
          if (voters.length === 0) return;
          const learners = order.slice(Math.max(1, split));
          const outgoing = isJoint ? outgoingPool.filter((one) => !learners.includes(one)) : [];
          const learnersNext = outgoing.filter((one) => !voters.includes(one)).slice(0, next);
          const state: ConfState = {
            voters: ids(voters),
            votersOutgoing: ids(outgoing),
            learners: ids(learners),
            learnersNext: ids(learnersNext),
            autoLeave: outgoing.length > 0 && autoLeave,
          };
          const { config } = must(restoreMembership(context, state));
          for (const list of ['voters', 'votersOutgoing', 'learners', 'learnersNext'] as const) {
            expect(config[list]).toEqual([...state[list]].sort());
          }
          expect(config.autoLeave).toBe(state.autoLeave);
        },
      ),
      { numRuns: 1000 },
    );
    expect(must(restoreMembership(context, EMPTY_CONF_STATE)).config).toEqual(EMPTY_CONFIG);
  });

  test('what is broken has a name', () => {
    const from = simply(nothing, [add(1), add(2)]);
    const { config, progress } = from;
    const say = (changes: Partial<Membership['config']>, peers = progress) =>
      invariantError({ config: { ...config, ...changes }, progress: peers });
    const learner = progress.map((peer) => ({ ...peer, isLearner: peer.id === id(2) }));
    expect(say({ voters: ids([1, 2, 0x10]) })).toBe('no progress for 16');
    expect(say({ learnersNext: ids([2]) })).toBe('2 is in LearnersNext, but not Voters[1]');
    expect(say({ votersOutgoing: ids([2]), learnersNext: ids([2]) }, learner)).toBe(
      '2 is in LearnersNext, but is already marked as learner',
    );
    expect(say({ votersOutgoing: ids([2]), learners: ids([2]) })).toBe('2 is in Learners and Voters[1]');
    expect(say({ learners: ids([2]) })).toBe('2 is in Learners and Voters[0]');
    expect(say({ voters: ids([1]), learners: ids([2]) })).toBe('2 is in Learners, but is not marked as learner');
    expect(say({ autoLeave: true })).toBe('AutoLeave must be false when not joint');
    expect(say({})).toBeUndefined();
  });

  test('a configuration reads as in etcd, of either version', () => {
    const config = {
      voters: ids([1, 0x1f]),
      votersOutgoing: ids([2, 3]),
      learners: ids([4]),
      learnersNext: ids([3]),
      autoLeave: true,
    };
    expect(describeConfig(config)).toBe('voters=(1 1f)&&(2 3) learners=(4) learners_next=(3) autoleave');
    expect(describeConfig(config, 'v3.6')).toBe('voters=(1 31)&&(2 3) learners=(4) learners_next=(3) autoleave');
    expect(describeConfig(EMPTY_CONFIG)).toBe('voters=()');
  });
});

function add(number: number): ConfChangeOperation {
  return { type: 'ConfChangeAddNode', nodeId: id(number) };
}

/** One change at a time. */
function simply(from: Membership, operations: readonly ConfChangeOperation[]): Membership {
  return operations.reduce((membership, one) => must(changeSimply(context, membership, [one])), from);
}

function must<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string }): T {
  expect(result).toEqual(ok(expect.anything()));
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

/** What two memberships have to agree in; a progress that was kept and one that was made anew may differ in the rest. */
function shape({ config, progress }: Membership) {
  return { config, progress: progress.map((peer) => [peer.id, peer.isLearner]) };
}

function slowCommitted(acks: readonly number[]): number {
  for (let index = Math.max(...acks); ; index--) if (acks.filter((ack) => ack >= index).length * 2 > acks.length) return index;
}

function slowVote(voters: readonly MemberId[], votes: ReadonlyMap<MemberId, boolean>): string {
  if (voters.length === 0) return 'VoteWon';
  const missing = voters.filter((voter) => !votes.has(voter)).length;
  const yes = voters.filter((voter) => votes.get(voter) === true).length;
  const wins = Array.from({ length: missing + 1 }, (_, more) => (yes + more) * 2 > voters.length);
  return wins.every((won) => won) ? 'VoteWon' : wins.some((won) => won) ? 'VotePending' : 'VoteLost';
}
