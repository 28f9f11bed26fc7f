/**
 * Elections: standing, voting, counting, PreVote, leases and CheckQuorum. A title begins with what the test stands for: the test of
 * etcd-io/raft with the same content, or the line of `spec/raft.md` 9 (checklist.ts).
 */
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import {
  advance,
  applyConfChange,
  campaign,
  encodeConfChange,
  forgetLeader,
  type Message,
  type Raft,
  type RaftRole,
  ready,
  step,
  tick,
} from '../../../src/engine/raft/index.ts';
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from '../../../src/engine/raft/roles.ts';
import { isPromotable } from '../../../src/engine/raft/state.ts';
import { tallyVotes } from '../../../src/engine/raft/tracker.ts';
import {
  answerHeartbeat,
  candidate,
  entry,
  id,
  leader,
  logLines,
  logOf,
  type MemberOptions,
  member,
  message,
  proposal,
  sent,
  settle,
  snapshotAt,
  ticks,
  types,
  v1,
  v2,
} from './harness.ts';
import { act, at, cluster, cut, deliver, heal, isolate, type Network, network, roles, terms } from './network.ts';

const [FOLLOWER, PRE_CANDIDATE, CANDIDATE, LEADER] = [
  'StateFollower',
  'StatePreCandidate',
  'StateCandidate',
  'StateLeader',
] as const;
const PRE_VOTE = { config: { preVote: true } };
const CHECK_QUORUM = { config: { checkQuorum: true } };
const BOTH = { config: { preVote: true, checkQuorum: true } };

/** A member of three in a role, at term 1 or 2. */
function inRole(role: RaftRole): Raft {
  const raft = member(1, { term: 1 });
  if (role === FOLLOWER) becomeFollower(raft, 1, id(3));
  if (role === PRE_CANDIDATE) becomePreCandidate(raft);
  if (role === CANDIDATE || role === LEADER) becomeCandidate(raft);
  if (role === LEADER) becomeLeader(raft);
  return raft;
}

/** Steps what waits for the member's own disk. */
function stored(raft: Raft, messages: readonly Message[]): void {
  for (const one of messages) if (one.to === raft.id) step(raft, one);
}

/** Takes what waits for the member's disk out of its hands: it comes later, or never. */
function takeWaiting(raft: Raft): readonly Message[] {
  return raft.messagesAfterAppend.splice(0);
}

describe('who wins', () => {
  test.each<[number, number[], MemberOptions, string, number]>([
    [3, [], {}, LEADER, 1],
    [3, [3], {}, LEADER, 1],
    [3, [2, 3], {}, CANDIDATE, 1],
    [4, [2, 3], {}, CANDIDATE, 1],
    [5, [2, 3], {}, LEADER, 1],
    [3, [], PRE_VOTE, LEADER, 1],
    [3, [3], PRE_VOTE, LEADER, 1],
    [3, [2, 3], PRE_VOTE, PRE_CANDIDATE, 0],
    [4, [2, 3], PRE_VOTE, PRE_CANDIDATE, 0],
    [5, [2, 3], PRE_VOTE, LEADER, 1],
  ])(
    'TestLeaderElection, TestLeaderElectionPreVote: of %i voters %j are silent (%j): %s at term %i',
    (count, silent, options, role, term) => {
      const net = cluster(count, options, silent);
      act(net, 1, campaign);
      expect([at(net, 1).role, at(net, 1).term]).toEqual([role, term]);
    },
  );

  test.each([{}, PRE_VOTE])(
    'TestLeaderElection, TestLeaderElectionPreVote: three of five have longer logs (%j): a follower at their term',
    (options) => {
      const voters = [1, 2, 3, 4, 5];
      const longer = { voters, terms: [1], term: 1, ...options };
      const net = network(
        member(1, { voters, ...options }),
        member(2, longer),
        member(3, longer),
        member(4, { ...longer, terms: [1, 1] }),
        member(5, { voters, ...options }),
      );
      act(net, 1, campaign);
      expect([at(net, 1).role, at(net, 1).term]).toEqual([FOLLOWER, 1]);
    },
  );

  test.each([{}, PRE_VOTE])('TestLeaderCycle, TestLeaderCyclePreVote: each can be elected in turn (%j)', (options) => {
    const net = cluster(3, options);
    for (const number of [1, 2, 3]) {
      act(net, number, campaign);
      expect(roles(net)).toEqual([1, 2, 3].map((one) => (one === number ? LEADER : FOLLOWER)));
    }
  });

  test.each([{}, PRE_VOTE])(
    'TestLeaderElectionOverwriteNewerLogs, TestLeaderElectionOverwriteNewerLogsPreVote: who has older entries loses at a term that is taken, wins the next and overwrites (%j)',
    (options) => {
      const make = (number: number, more: MemberOptions) => member(number, { voters: [1, 2, 3, 4, 5], ...options, ...more });
      const net = network(
        make(1, { terms: [1], term: 1 }),
        make(2, { terms: [1], term: 1 }),
        make(3, { terms: [2], term: 2, vote: 3 }),
        make(4, { term: 2, vote: 3 }),
        make(5, { term: 2, vote: 3 }),
      );
      act(net, 1, campaign);
      expect([at(net, 1).role, at(net, 1).term]).toEqual([FOLLOWER, 2]);
      act(net, 1, campaign);
      expect([at(net, 1).role, at(net, 1).term]).toEqual([LEADER, 3]);
      for (const raft of net.members.values()) expect(logOf(raft)).toBe('1/1 3/2');
    },
  );

  test.each([{}, PRE_VOTE])('TestSingleNodeCandidate, TestSingleNodePreCandidate: a lone voter elects itself (%j)', (options) => {
    expect(candidate({ voters: [1], ...options }).role).toBe(LEADER);
  });

  test('TestDuelingCandidates: a candidate with a short log deposes the leader, and all end as followers of nobody', () => {
    const net = cluster(3);
    cut(net, 1, 3);
    act(net, 1, campaign);
    act(net, 3, campaign);
    expect(roles(net)).toEqual([LEADER, FOLLOWER, CANDIDATE]);
    heal(net);
    act(net, 3, campaign);
    expect([roles(net), terms(net)]).toEqual([
      [FOLLOWER, FOLLOWER, FOLLOWER],
      [2, 2, 2],
    ]);
    expect([...net.members.values()].map(logOf)).toEqual(['1/1', '1/1', '']);
  });

  test('TestDuelingPreCandidates, 9.2/11: asked first, the others refuse it, and the leader stays', () => {
    const net = cluster(3, PRE_VOTE);
    cut(net, 1, 3);
    act(net, 1, campaign);
    act(net, 3, campaign);
    expect(roles(net)).toEqual([LEADER, FOLLOWER, FOLLOWER]);
    heal(net);
    act(net, 3, campaign);
    expect([roles(net), terms(net)]).toEqual([
      [LEADER, FOLLOWER, FOLLOWER],
      [1, 1, 1],
    ]);
  });

  test('TestCandidateConcede: a candidate takes the leader of its own term, and its log', () => {
    const net = cluster(3);
    isolate(net, 1);
    act(net, 1, campaign);
    act(net, 3, campaign);
    expect(roles(net)).toEqual([CANDIDATE, FOLLOWER, LEADER]);
    heal(net);
    act(net, 3, tick);
    deliver(net, proposal(3, 'force follower'));
    expect([roles(net), terms(net)]).toEqual([
      [FOLLOWER, FOLLOWER, LEADER],
      [1, 1, 1],
    ]);
    for (const raft of net.members.values()) expect([logOf(raft), raft.log.committed]).toEqual(['1/1 1/2', 2]);
  });

  test('9.2/3: a joint election needs the outgoing half as well', () => {
    const raft = candidate({ voters: [1, 2, 3], votersOutgoing: [1, 4, 5] });
    for (const from of [2, 3]) step(raft, message('MsgVoteResp', from, 1, { term: 1 }));
    expect(raft.role).toBe(CANDIDATE);
    step(raft, message('MsgVoteResp', 4, 1, { term: 1 }));
    expect(raft.role).toBe(LEADER);
  });

  test('9.2/3, 9.1/26: both halves are asked, each member once', () => {
    const raft = member(1, { voters: [1, 2, 3], votersOutgoing: [1, 2, 5] });
    campaign(raft);
    expect(sent(raft).map((one) => one.to)).toEqual([2, 3, 5].map(id));
  });
});

describe('voting', () => {
  test.each([FOLLOWER, PRE_CANDIDATE, CANDIDATE, LEADER])(
    'TestVoteFromAnyState: a %s gives its vote to a better candidate of the next term',
    (role) => {
      const raft = inRole(role);
      settle(raft);
      const term = raft.term + 1;
      step(raft, message('MsgVote', 2, 1, { term, logTerm: term, index: 42 }));
      expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', to: id(2), term, reject: false }]);
      expect([raft.role, raft.term, raft.vote, raft.lead]).toEqual([FOLLOWER, term, id(2), ZERO_ID]);
    },
  );

  test.each([FOLLOWER, PRE_CANDIDATE, CANDIDATE, LEADER])(
    'TestPreVoteFromAnyState: a %s says that it would, and nothing changes',
    (role) => {
      const raft = inRole(role);
      settle(raft);
      const before = [raft.role, raft.term, raft.vote, raft.lead, raft.electionElapsed];
      const term = raft.term + 1;
      step(raft, message('MsgPreVote', 2, 1, { term, logTerm: term, index: 42 }));
      expect(sent(raft)).toMatchObject([{ type: 'MsgPreVoteResp', to: id(2), term, reject: false }]);
      expect([raft.role, raft.term, raft.vote, raft.lead, raft.electionElapsed]).toEqual(before);
    },
  );

  // The voter's last entry is 2/2.
  test.each<[number, number, number, boolean]>([
    [0, 0, 0, true],
    [0, 1, 0, true],
    [0, 2, 0, true],
    [0, 3, 0, false],
    [1, 0, 0, true],
    [1, 1, 0, true],
    [1, 2, 0, true],
    [1, 3, 0, false],
    [2, 0, 0, true],
    [2, 1, 0, true],
    [2, 2, 0, false],
    [2, 3, 0, false],
    [3, 0, 0, true],
    [3, 1, 0, true],
    [3, 2, 0, false],
    [3, 3, 0, false],
    [3, 2, 2, false],
    [3, 2, 1, true],
  ])('TestRecvMsgVote, TestRecvMsgPreVote: last entry %i of term %i, voted for %i: reject=%s', (index, logTerm, vote, reject) => {
    const term = Math.max(2, logTerm);
    for (const type of ['MsgVote', 'MsgPreVote'] as const) {
      const raft = member(1, { terms: [2, 2], term, vote });
      step(raft, message(type, 2, 1, { term, index, logTerm }));
      expect(sent(raft)).toMatchObject([{ type: `${type}Resp`, term, reject }]);
    }
  });

  test.each([PRE_CANDIDATE, CANDIDATE, LEADER])(
    'TestRecvMsgVote, TestRecvMsgPreVote: a %s that has voted for itself refuses at its own term',
    (role) => {
      for (const type of ['MsgVote', 'MsgPreVote'] as const) {
        const raft = inRole(role);
        settle(raft);
        raft.vote = raft.id;
        step(raft, message(type, 2, 1, { term: raft.term, index: 3, logTerm: 3 }));
        expect(sent(raft)).toMatchObject([{ type: `${type}Resp`, reject: true }]);
        expect(raft.role).toBe(role);
      }
    },
  );

  test('TestLearnerCanVote, 9.1/28: a learner votes', () => {
    const raft = member(2, { voters: [1], learners: [2], term: 1 });
    step(raft, message('MsgVote', 1, 2, { term: 2, index: 11, logTerm: 11 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', to: id(1), reject: false }]);
  });

  test('9.2/9: nobody votes at the current term while it knows a leader, even if its vote is free', () => {
    const raft = member(1, { term: 1 });
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
    settle(raft);
    step(raft, message('MsgVote', 3, 1, { term: 1 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', reject: true, term: 1 }]);
    forgetLeader(raft);
    step(raft, message('MsgVote', 3, 1, { term: 1 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', reject: false, term: 1 }]);
  });

  test('9.2/10, 9.1/10: a pre-candidate keeps term, vote, timers and its randomized timeout', () => {
    const raft = member(1, { term: 3, vote: 2, config: { preVote: true, electionTimeouts: [13, 17] } });
    ticks(raft, 4);
    campaign(raft);
    expect(logLines(raft).at(-1)).toBe('INFO 1 [logterm: 0, index: 0] sent MsgPreVote request to 3 at term 3');
    const kept = [raft.term, raft.vote, raft.electionElapsed, raft.randomizedElectionTimeout];
    expect([raft.role, ...kept]).toEqual([PRE_CANDIDATE, 3, id(2), 4, 13]);
  });

  test('9.2/10: a granted pre-vote leaves the voter as it is; a granted vote restarts its timer', () => {
    const raft = member(1, { term: 1 });
    ticks(raft, 5);
    step(raft, message('MsgPreVote', 2, 1, { term: 2 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgPreVoteResp', term: 2, reject: false }]);
    expect([raft.term, raft.vote, raft.electionElapsed]).toEqual([1, ZERO_ID, 5]);
    step(raft, message('MsgVote', 2, 1, { term: 1 }));
    expect([raft.vote, raft.electionElapsed]).toEqual([id(2), 0]);
  });
});

describe('roles and terms', () => {
  const become: Record<RaftRole, (raft: Raft, term: number) => void> = {
    StateFollower: (raft, term) => becomeFollower(raft, term, ZERO_ID),
    StatePreCandidate: becomePreCandidate,
    StateCandidate: becomeCandidate,
    StateLeader: becomeLeader,
  };
  // From term 1; undefined: not allowed.
  test.each<[RaftRole, RaftRole, number, string | undefined]>([
    [FOLLOWER, FOLLOWER, 2, undefined],
    [FOLLOWER, PRE_CANDIDATE, 1, undefined],
    [FOLLOWER, CANDIDATE, 2, undefined],
    [FOLLOWER, LEADER, 1, 'invalid transition [follower -> leader]'],
    [PRE_CANDIDATE, FOLLOWER, 1, undefined],
    [PRE_CANDIDATE, PRE_CANDIDATE, 1, undefined],
    [PRE_CANDIDATE, CANDIDATE, 2, undefined],
    [PRE_CANDIDATE, LEADER, 1, undefined],
    [CANDIDATE, FOLLOWER, 1, undefined],
    [CANDIDATE, PRE_CANDIDATE, 1, undefined],
    [CANDIDATE, CANDIDATE, 2, undefined],
    [CANDIDATE, LEADER, 1, undefined],
    [LEADER, FOLLOWER, 2, undefined],
    [LEADER, PRE_CANDIDATE, 1, 'invalid transition [leader -> pre-candidate]'],
    [LEADER, CANDIDATE, 2, 'invalid transition [leader -> candidate]'],
    [LEADER, LEADER, 1, undefined],
  ])('TestStateTransition: from %s to %s, at term %i (%s)', (from, to, term, error) => {
    const raft = member(1, { voters: [1], term: 1 });
    raft.role = from;
    if (error !== undefined) expect(() => become[to](raft, term)).toThrow(error);
    else {
      become[to](raft, term);
      expect([raft.role, raft.term, raft.lead]).toEqual([to, term, to === LEADER ? id(1) : ZERO_ID]);
    }
  });

  test.each([FOLLOWER, PRE_CANDIDATE, CANDIDATE, LEADER])(
    'TestAllServerStepdown: a %s that hears of a higher term follows; only an append names the leader',
    (role) => {
      for (const [type, lead] of [
        ['MsgVote', ZERO_ID],
        ['MsgApp', id(2)],
      ] as const) {
        const raft = inRole(role);
        const last = logOf(raft);
        step(raft, message(type, 2, 1, { term: 3, logTerm: 3 }));
        expect([raft.role, raft.term, raft.lead, logOf(raft)]).toEqual([FOLLOWER, 3, lead, last]);
      }
    },
  );

  test.each(['MsgHeartbeat', 'MsgApp'] as const)(
    'TestCandidateResetTermMsgHeartbeat, TestCandidateResetTermMsgApp: a candidate that was cut off takes the leader’s term from its %s',
    (type) => {
      const net = cluster(3);
      act(net, 1, campaign);
      isolate(net, 3);
      act(net, 2, campaign);
      act(net, 1, campaign);
      while (at(net, 3).role !== CANDIDATE) act(net, 3, tick);
      expect(terms(net)).toEqual([3, 3, 2]);
      heal(net);
      deliver(net, message(type, 1, 3, { term: 3 }));
      expect([at(net, 3).role, at(net, 3).term, at(net, 3).lead]).toEqual([FOLLOWER, 3, id(1)]);
    },
  );

  test.each([{}, PRE_VOTE])(
    'TestCandidateSelfVoteAfterLostElection, TestCandidateSelfVoteAfterLostElectionPreVote: its own vote that comes late is not counted (%j)',
    (options) => {
      const raft = member(1, { term: 1, ...options });
      campaign(raft);
      const late = takeWaiting(raft);
      expect(late).toHaveLength(1);
      step(raft, message('MsgHeartbeat', 2, 1, { term: raft.term }));
      stored(raft, late);
      expect([raft.role, tallyVotes(raft.rules, raft.tracker).granted]).toEqual([FOLLOWER, 0]);
    },
  );

  test('TestCandidateDeliversPreCandidateSelfVoteAfterBecomingCandidate: its own pre-vote that comes late is no vote', () => {
    const raft = member(1, PRE_VOTE);
    campaign(raft);
    const preVote = takeWaiting(raft);
    for (const from of [2, 3]) step(raft, message('MsgPreVoteResp', from, 1, { term: 1 }));
    expect([raft.role, raft.term]).toEqual([CANDIDATE, 1]);
    const vote = takeWaiting(raft);
    stored(raft, preVote);
    expect([raft.role, tallyVotes(raft.rules, raft.tracker).granted]).toEqual([CANDIDATE, 0]);
    step(raft, message('MsgVoteResp', 2, 1, { term: 1 }));
    expect(raft.role).toBe(CANDIDATE);
    stored(raft, vote);
    expect(raft.role).toBe(LEADER);
  });

  test.each([{}, PRE_VOTE])('TestCampaignWhileLeader, TestPreCampaignWhileLeader: a leader does not stand (%j)', (options) => {
    const raft = leader({ voters: [1], ...options });
    campaign(raft);
    settle(raft);
    expect([raft.role, raft.term]).toEqual([LEADER, 1]);
    expect(logLines(raft)).toEqual(['DEBUG 1 ignoring MsgHup because already leader']);
  });

  test('only the first answer of each voter counts', () => {
    const raft = candidate({ voters: [1, 2, 3, 4, 5] });
    for (const reject of [true, false, false]) step(raft, message('MsgVoteResp', 2, 1, { term: 1, reject }));
    step(raft, message('MsgVoteResp', 3, 1, { term: 1 }));
    expect(raft.role).toBe(CANDIDATE);
    step(raft, message('MsgVoteResp', 4, 1, { term: 1 }));
    expect(raft.role).toBe(LEADER);
  });
});

describe('timers', () => {
  test.each([
    [5, 0],
    [10, 0.1],
    [13, 0.4],
    [15, 0.6],
    [18, 0.9],
    [20, 1],
  ])('TestPastElectionTimeout: after %i ticks of silence a share of %d stands', (count, share) => {
    const rounds = 2000;
    const raft = member(1);
    let standing = 0;
    for (let round = 0; round < rounds; round++) {
      becomeFollower(raft, raft.term + 1, ZERO_ID);
      const { term } = raft;
      for (let i = 0; i < count && raft.term === term; i++) tick(raft);
      if (raft.term > term) standing++;
      if (round % 100 === 0) settle(raft);
    }
    // Uniform over [E, 2E-1]: one in ten more with each tick.
    expect(Math.abs(standing / rounds - share)).toBeLessThan(share === 0 || share === 1 ? 1e-9 : 0.03);
  });

  test('9.2/33: an append restarts the election timer', () => {
    const raft = member(1, { term: 1 });
    ticks(raft, 6);
    step(raft, message('MsgApp', 2, 1, { term: 1 }));
    expect(raft.electionElapsed).toBe(0);
  });
});

describe('who may stand', () => {
  test.each<[number[], boolean]>([
    [[1], true],
    [[1, 2, 3], true],
    [[], false],
    [[2, 3], false],
  ])('TestPromotable: of voters %j, member 1 may stand: %s', (voters, expected) => {
    const raft = member(1, { voters });
    expect(isPromotable(raft)).toBe(expected);
    ticks(raft, 40);
    expect(raft.role === FOLLOWER).toBe(!expected);
  });

  test('TestLearnerElectionTimeout: a learner that hears nothing goes on waiting', () => {
    const raft = member(2, { voters: [1], learners: [2], term: 1 });
    ticks(raft, 50);
    expect([raft.role, raft.term]).toEqual([FOLLOWER, 1]);
  });

  test('TestLearnerPromotion: once it is a voter, it times out and wins', () => {
    const net = network(...[1, 2].map((number) => member(number, { voters: [1], learners: [2], term: 1 })));
    act(net, 1, (raft) => ticks(raft, 20));
    expect(roles(net)).toEqual([LEADER, FOLLOWER]);
    act(net, 1, tick);
    for (const raft of net.members.values()) applyConfChange(raft, v1('Add', 2));
    expect(at(net, 2).isLearner).toBe(false);
    act(net, 2, (raft) => ticks(raft, 20));
    expect(roles(net)).toEqual([FOLLOWER, LEADER]);
  });

  test('TestLearnerCampaign, 9.2/29: a learner neither stands when told to nor obeys MsgTimeoutNow', () => {
    const net = network(...[1, 2].map((number) => member(number, { voters: [1], learners: [2] })));
    act(net, 2, campaign);
    expect(at(net, 2).role).toBe(FOLLOWER);
    act(net, 1, campaign);
    deliver(net, message('MsgTimeoutNow', 1, 2, { term: 1 }));
    expect(roles(net)).toEqual([LEADER, FOLLOWER]);
  });

  test('TestTransferNonMember: outside the configuration MsgTimeoutNow does nothing, with votes or without', () => {
    const raft = member(1, { voters: [2, 3, 4] });
    step(raft, message('MsgTimeoutNow', 2, 1));
    for (const from of [2, 3]) step(raft, message('MsgVoteResp', from, 1));
    expect([raft.role, raft.term, sent(raft)]).toEqual([FOLLOWER, 0, []]);
  });

  test('TestNonPromotableVoterWithCheckQuorum: who is not in its own configuration still votes and follows', () => {
    const net = network(member(1, { voters: [1, 2], ...CHECK_QUORUM }), member(2, { voters: [1], ...CHECK_QUORUM }));
    act(net, 2, (raft) => ticks(raft, 20));
    expect(at(net, 2).role).toBe(FOLLOWER);
    act(net, 1, campaign);
    expect([roles(net), at(net, 2).lead]).toEqual([[LEADER, FOLLOWER], id(1)]);
  });

  test('9.2/14: nobody stands with a pending snapshot', () => {
    const raft = member(1, { voters: [1, 2] });
    step(raft, message('MsgSnap', 2, 1, { term: 1, snapshot: snapshotAt(11, 11, [1, 2]) }));
    ticks(raft, 30);
    expect(raft.role).toBe(FOLLOWER);
    settle(raft);
    ticks(raft, 30);
    expect(raft.role).toBe(CANDIDATE);
  });

  test.each([
    ['EntryConfChange', v1('Remove', 3)],
    ['EntryConfChangeV2', v2('Auto', v1('Remove', 3))],
  ] as const)(
    'TestConfChangeCheckBeforeCampaign, TestConfChangeV2CheckBeforeCampaign, 9.2/13: an %s that is committed but not applied blocks campaigns and transfers',
    (type, change) => {
      const raft = member(1, { term: 1 });
      const entries = [{ ...entry(1, 1), type, data: encodeConfChange(change) }];
      step(raft, message('MsgApp', 2, 1, { term: 1, entries, commit: 1 }));
      logLines(raft);
      campaign(raft);
      step(raft, message('MsgTimeoutNow', 2, 1, { term: 1 }));
      ticks(raft, 20);
      expect(raft.role).toBe(FOLLOWER);
      const warnings = logLines(raft).filter((line) => line.startsWith('WARN'));
      expect(new Set(warnings)).toEqual(
        new Set(['WARN 1 cannot campaign at term 1 since there are still pending configuration changes to apply']),
      );
      expect(warnings.length).toBeGreaterThanOrEqual(3);
      settle(raft);
      campaign(raft);
      expect(raft.role).toBe(CANDIDATE);
    },
  );
});

describe('CheckQuorum', () => {
  test('TestLeaderStepdownWhenQuorumActive: who hears from a quorum goes on leading', () => {
    const raft = leader(CHECK_QUORUM);
    for (let i = 0; i < 25; i++) {
      answerHeartbeat(raft, 2);
      tick(raft);
    }
    expect(raft.role).toBe(LEADER);
  });

  test('TestLeaderStepdownWhenQuorumLost: who does not steps down', () => {
    const raft = leader(CHECK_QUORUM);
    ticks(raft, 11);
    expect(raft.role).toBe(LEADER); // the election's answers count once
    ticks(raft, 10);
    expect([raft.role, raft.term, raft.lead]).toEqual([FOLLOWER, 1, ZERO_ID]);
  });

  test('9.1/13: a tick checks the quorum first, and who steps down does not beat', () => {
    const raft = leader(CHECK_QUORUM, []);
    // An election's votes do not count as signs of life: the first check already fails.
    ticks(raft, 9);
    expect(types(sent(raft))).toEqual(Array(18).fill('MsgHeartbeat'));
    tick(raft);
    expect([raft.role, sent(raft)]).toEqual([FOLLOWER, []]);
  });

  test('9.2/41: learners do not count', () => {
    const raft = leader({ voters: [1, 2], learners: [3, 4, 5], ...CHECK_QUORUM });
    ticks(raft, 10); // clears the activity of the election
    for (const learner of [3, 4, 5]) answerHeartbeat(raft, learner);
    ticks(raft, 10);
    expect(raft.role).toBe(FOLLOWER);
  });

  test.each([
    [[2, 4, 5], LEADER],
    [[2, 3], FOLLOWER],
  ])('9.2/3: the outgoing half has to be heard as well, %j: %s', (heard, role) => {
    const raft = leader({ voters: [1, 2, 3], votersOutgoing: [4, 5], ...CHECK_QUORUM });
    ticks(raft, 10); // clears the activity of the election
    for (const peer of heard) answerHeartbeat(raft, peer);
    ticks(raft, 10);
    expect(raft.role).toBe(role);
  });

  test('TestAddNodeCheckQuorum: a member just added counts as active for one check', () => {
    const raft = leader({ voters: [1], ...CHECK_QUORUM });
    ticks(raft, 9);
    applyConfChange(raft, v1('Add', 2));
    tick(raft);
    expect(raft.role).toBe(LEADER);
    ticks(raft, 10);
    expect(raft.role).toBe(FOLLOWER);
  });
});

describe('leases', () => {
  test('TestLeaderSupersedingWithCheckQuorum, 9.2/6: a lease ends after ElectionTick, not after the randomized timeout', () => {
    const raft = member(1, { term: 1, config: { checkQuorum: true, electionTimeouts: [19] } });
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
    ticks(raft, 9);
    logLines(raft);
    settle(raft);
    step(raft, message('MsgVote', 3, 1, { term: 2 }));
    expect([raft.term, sent(raft)]).toEqual([1, []]);
    expect(logLines(raft)).toEqual([
      'INFO 1 [logterm: 0, index: 0, vote: 0] ignored MsgVote from 3 [logterm: 0, index: 0] at term 1: lease is not expired (remaining ticks: 1)',
    ]);
    tick(raft);
    step(raft, message('MsgVote', 3, 1, { term: 2 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', reject: false }]);
  });

  test('TestLeaderSupersedingWithCheckQuorum: a challenger is not heard, and elected once the voter’s lease is over', () => {
    const net = cluster(3, { config: { checkQuorum: true, electionTimeouts: [19] } });
    act(net, 1, campaign);
    act(net, 3, campaign);
    expect(roles(net)).toEqual([LEADER, FOLLOWER, CANDIDATE]);
    ticks(at(net, 2), 10);
    act(net, 3, campaign);
    expect(roles(net)).toEqual([FOLLOWER, FOLLOWER, LEADER]);
  });

  test('TestLeaderElectionWithCheckQuorum: the first votes are given at once, later ones when the voter’s lease is over', () => {
    const net = cluster(3, { config: { checkQuorum: true, electionTimeouts: [19] } });
    act(net, 1, campaign);
    expect(roles(net)).toEqual([LEADER, FOLLOWER, FOLLOWER]);
    act(net, 3, campaign);
    expect(roles(net)).toEqual([LEADER, FOLLOWER, CANDIDATE]);
    ticks(at(net, 1), 10);
    sent(at(net, 1)); // its heartbeats are lost
    ticks(at(net, 2), 10);
    act(net, 3, campaign);
    expect(roles(net)).toEqual([FOLLOWER, FOLLOWER, LEADER]);
  });

  test('TestFreeStuckCandidateWithCheckQuorum: a candidate that nobody hears answers the old leader, which steps down', () => {
    const net = cluster(3, { config: { checkQuorum: true, electionTimeouts: [19] } });
    act(net, 1, campaign);
    isolate(net, 1);
    for (const term of [2, 3]) {
      act(net, 3, campaign);
      expect([roles(net), terms(net)]).toEqual([
        [LEADER, FOLLOWER, CANDIDATE],
        [1, 1, term],
      ]);
    }
    heal(net);
    deliver(net, message('MsgHeartbeat', 1, 3, { term: 1 }));
    expect([at(net, 1).role, at(net, 1).term]).toEqual([FOLLOWER, 3]);
    act(net, 3, campaign);
    expect(at(net, 3).role).toBe(LEADER);
  });

  test.each([
    [{}, 0],
    [{ preVote: true }, 2],
    [{ checkQuorum: true }, 2],
  ])(
    'TestFreeStuckCandidateWithCheckQuorum, 9.2/32: a stale leader is answered only where votes can be refused (%j), and never its snapshots',
    (config, answers) => {
      const raft = member(1, { term: 5, config });
      for (const type of ['MsgApp', 'MsgHeartbeat', 'MsgSnap'] as const) step(raft, message(type, 2, 1, { term: 3 }));
      const answered = sent(raft);
      expect(answered.length).toBe(answers);
      for (const one of answered) expect(one).toMatchObject({ type: 'MsgAppResp', term: 5, index: 0, reject: false });
    },
  );

  test('TestDisruptiveFollower: without PreVote a late heartbeat finds a candidate of a higher term, and the leader is deposed', () => {
    const net = cluster(3, { term: 1, config: { checkQuorum: true, electionTimeouts: [12] } });
    act(net, 1, campaign);
    ticks(at(net, 3), 12); // its requests are still on their way
    expect([roles(net), terms(net)]).toEqual([
      [LEADER, FOLLOWER, CANDIDATE],
      [2, 2, 3],
    ]);
    net.ignored.add('MsgVote');
    deliver(net, message('MsgHeartbeat', 1, 3, { term: 2 }));
    expect([roles(net), terms(net)]).toEqual([
      [FOLLOWER, FOLLOWER, CANDIDATE],
      [3, 2, 3],
    ]);
  });

  test('TestDisruptiveFollowerPreVote: with PreVote it stays a pre-candidate, and the leader survives its heartbeat', () => {
    const net = cluster(3, { term: 1, ...BOTH });
    act(net, 1, campaign);
    isolate(net, 3);
    for (let i = 0; i < 3; i++) deliver(net, proposal(1, 'somedata'));
    heal(net);
    act(net, 3, campaign);
    expect([roles(net), terms(net)]).toEqual([
      [LEADER, FOLLOWER, PRE_CANDIDATE],
      [2, 2, 2],
    ]);
    deliver(net, message('MsgHeartbeat', 1, 3, { term: 2 }));
    expect([at(net, 1).role, at(net, 1).term]).toEqual([LEADER, 2]);
  });
});

describe('PreVote', () => {
  test('TestNodeWithSmallerTermCanCompleteElection: a member that was away and the rest can still elect', () => {
    const net = cluster(3, { term: 1, ...PRE_VOTE });
    isolate(net, 3);
    act(net, 1, campaign);
    act(net, 3, campaign);
    act(net, 2, campaign);
    expect([roles(net), terms(net)]).toEqual([
      [FOLLOWER, LEADER, PRE_CANDIDATE],
      [3, 3, 1],
    ]);
    heal(net);
    isolate(net, 2); // as if it had died
    act(net, 3, campaign);
    act(net, 1, campaign);
    expect([at(net, 1).role, at(net, 3).role]).toContain(LEADER);
  });

  test('TestPreVoteWithSplitVote: a split vote is settled in the next round', () => {
    const net = cluster(3, { term: 1, ...PRE_VOTE });
    act(net, 1, campaign);
    isolate(net, 1);
    campaign(at(net, 2));
    act(net, 3, campaign);
    expect([roles(net), terms(net)]).toEqual([
      [LEADER, CANDIDATE, CANDIDATE],
      [2, 3, 3],
    ]);
    act(net, 2, campaign);
    expect([roles(net), terms(net)]).toEqual([
      [LEADER, LEADER, FOLLOWER],
      [2, 4, 4],
    ]);
  });

  test('TestPreVoteWithCheckQuorum: pre-candidates that knew the dead leader elect one of themselves', () => {
    const net = cluster(3, { term: 1, ...BOTH });
    act(net, 1, campaign);
    isolate(net, 1);
    act(net, 3, campaign);
    expect(roles(net)).toEqual([LEADER, FOLLOWER, PRE_CANDIDATE]); // member 2 counts on its leader still
    act(net, 2, campaign);
    expect(roles(net)).toEqual([LEADER, LEADER, FOLLOWER]);
  });

  /** Members 1 and 2 at term 2 with an entry more; member 3, which knew no PreVote when it was cut off, at term 4. */
  function halfMigrated(): Network {
    const net = cluster(3, { term: 1, ...PRE_VOTE });
    isolate(net, 3);
    act(net, 1, campaign);
    deliver(net, proposal(1, 'some data'));
    return network(at(net, 1), at(net, 2), member(3, { terms: [2], term: 4, vote: 3, ...PRE_VOTE }));
  }

  test('TestPreVoteMigrationCanCompleteElection: a member of a higher term and a shorter log does not stop an election', () => {
    const net = halfMigrated();
    isolate(net, 1);
    act(net, 3, campaign);
    act(net, 2, campaign);
    expect([roles(net).slice(1), terms(net).slice(1)]).toEqual([
      [FOLLOWER, PRE_CANDIDATE],
      [4, 4],
    ]);
    act(net, 3, campaign);
    act(net, 2, campaign);
    expect([at(net, 2).role, at(net, 3).role]).toEqual([LEADER, FOLLOWER]);
  });

  test('TestPreVoteMigrationWithFreeStuckPreCandidate: nor does it stay where it is', () => {
    const net = halfMigrated();
    for (let i = 0; i < 2; i++) {
      act(net, 3, campaign);
      expect([roles(net), terms(net)]).toEqual([
        [LEADER, FOLLOWER, PRE_CANDIDATE],
        [2, 2, 4],
      ]);
    }
    deliver(net, message('MsgHeartbeat', 1, 3, { term: 2 }));
    expect([at(net, 1).role, at(net, 1).term]).toEqual([FOLLOWER, 4]);
  });

  test('TestPreVoteMigrationCanCompleteElection, 9.2/12: a lower-term pre-vote is answered, at the voter’s own term', () => {
    const raft = member(1, { term: 5 });
    step(raft, message('MsgPreVote', 2, 1, { term: 3 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgPreVoteResp', term: 5, reject: true }]);
  });

  test('9.2/12: a rejected pre-vote of a higher term is believed', () => {
    const raft = member(1, { term: 1, ...PRE_VOTE });
    campaign(raft);
    step(raft, message('MsgPreVoteResp', 2, 1, { term: 5, reject: true }));
    expect([raft.role, raft.term]).toEqual([FOLLOWER, 5]);
  });
});

describe('a new leader', () => {
  test('counts itself as active and replicating before its own disk has answered', () => {
    const raft = candidate();
    step(raft, message('MsgVoteResp', 2, 1, { term: 1 }));
    expect(raft.tracker.progress[0]).toMatchObject({ id: id(1), state: 'StateReplicate', recentActive: true });
  });

  test('9.1/1: has its own vote and its own entry only once they are on its disk', () => {
    const raft = member(1, { voters: [1] });
    campaign(raft);
    expect([raft.role, types(ready(raft).messages)]).toEqual([CANDIDATE, []]);
    advance(raft);
    expect([raft.role, raft.log.committed]).toEqual([LEADER, 0]);
    settle(raft);
    expect(raft.log.committed).toBe(1);
  });

  test('9.1/31: forgetting a leader leaves timer, term and vote; leaders and candidates forget nobody', () => {
    const raft = member(1, { term: 1, vote: 3 });
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
    ticks(raft, 4);
    logLines(raft);
    for (let i = 0; i < 2; i++) forgetLeader(raft);
    expect(logLines(raft)).toEqual(['INFO 1 forgetting leader 2 at term 1']);
    expect([raft.lead, raft.electionElapsed, raft.term, raft.vote]).toEqual([ZERO_ID, 4, 1, id(3)]);
    for (const other of [leader(), candidate(), inRole(PRE_CANDIDATE)]) {
      const before = [other.role, other.term, other.lead];
      forgetLeader(other);
      expect([other.role, other.term, other.lead]).toEqual(before);
    }
  });

  test('9.1/31: under lease reads a leader is not forgotten', () => {
    const raft = member(1, { term: 1, config: { checkQuorum: true, readOnlyOption: 'leaseBased' } });
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
    logLines(raft);
    forgetLeader(raft);
    expect([raft.lead, logLines(raft)]).toEqual([id(2), ['ERROR ignoring MsgForgetLeader due to ReadOnlyLeaseBased']]);
  });
});
