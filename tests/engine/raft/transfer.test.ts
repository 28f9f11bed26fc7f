/** Handing leadership to another member (thesis §3.10). Titles begin with what the test stands for: checklist.ts. */
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import { applyConfChange, campaign, propose, type Raft, step, tick, transferLeader } from '../../../src/engine/raft/index.ts';
import {
  acknowledge,
  compactAll,
  id,
  leader,
  logLines,
  member,
  message,
  progressOf,
  proposal,
  sent,
  settle,
  ticks,
  types,
  v1,
  v2,
} from './harness.ts';
import { act, at, cluster, deliver, heal, isolate, type Network, roles } from './network.ts';

const [FOLLOWER, LEADER] = ['StateFollower', 'StateLeader'] as const;

/** Role, leader and pending target of member 1. */
const state = (raft: Raft) => [raft.role, raft.lead, raft.leadTransferee];

/** Member 1 leads two others. */
function led(options: Parameters<typeof cluster>[1] = {}): Network {
  const net = cluster(3, options);
  act(net, 1, campaign);
  return net;
}

/** Member 1 leads, member 3 lacks an entry and is asked to take over. */
function pending(): Raft {
  const raft = leader();
  propose(raft, 'not at 3 yet');
  settle(raft);
  transferLeader(raft, id(3));
  settle(raft);
  logLines(raft);
  expect(raft.leadTransferee).toBe(id(3));
  return raft;
}

describe('to a member that has the whole log', () => {
  test.each([
    ['the leader', 1, 2],
    ['the member itself', 2, 1],
  ])(
    'TestLeaderTransferToUpToDateNode, TestLeaderTransferToUpToDateNodeFromFollower: asked of %s it happens at once, and back again',
    (_who, first, second) => {
      const net = led();
      act(net, first, (raft) => transferLeader(raft, id(2)));
      expect([roles(net), state(at(net, 1))]).toEqual([
        [FOLLOWER, LEADER, FOLLOWER],
        [FOLLOWER, id(2), ZERO_ID],
      ]);
      deliver(net, proposal(1, 'x'));
      act(net, second, (raft) => transferLeader(raft, id(1)));
      expect([roles(net), state(at(net, 1))]).toEqual([
        [LEADER, FOLLOWER, FOLLOWER],
        [LEADER, id(1), ZERO_ID],
      ]);
    },
  );

  test('TestLeaderTransferWithCheckQuorum, 9.2/7, 9.2/8: it passes leases and does not ask first', () => {
    const net = led({ config: { checkQuorum: true, preVote: true } });
    net.trace.length = 0;
    act(net, 1, (raft) => transferLeader(raft, id(2)));
    expect([roles(net), at(net, 2).term]).toEqual([[FOLLOWER, LEADER, FOLLOWER], 2]);
    const votes = net.trace.filter((one) => one.type === 'MsgVote');
    expect(votes.map((one) => one.context)).toEqual(['CampaignTransfer', 'CampaignTransfer']);
    expect(types(net.trace)).not.toContain('MsgPreVote');
    act(net, 2, (raft) => transferLeader(raft, id(1)));
    expect(roles(net)).toEqual([LEADER, FOLLOWER, FOLLOWER]);
  });
});

describe('to one that does not', () => {
  test('TestLeaderTransferToSlowFollower: it is brought up first', () => {
    const net = led();
    isolate(net, 3);
    deliver(net, proposal(1, 'x'));
    heal(net);
    expect(progressOf(at(net, 1), 3).matchIndex).toBe(1);
    act(net, 1, (raft) => transferLeader(raft, id(3)));
    expect([roles(net), state(at(net, 1))]).toEqual([
      [FOLLOWER, FOLLOWER, LEADER],
      [FOLLOWER, id(3), ZERO_ID],
    ]);
  });

  test('TestLeaderTransferToSlowFollower, 9.2/27: MsgTimeoutNow waits for the acknowledgement of the whole log', () => {
    const raft = leader();
    for (let i = 0; i < 2; i++) propose(raft, 'x');
    settle(raft);
    transferLeader(raft, id(3));
    acknowledge(raft, 3, 2);
    expect(types(sent(raft))).not.toContain('MsgTimeoutNow');
    acknowledge(raft, 3, 3);
    expect(sent(raft).filter((one) => one.type === 'MsgTimeoutNow')).toMatchObject([{ to: id(3), term: 1 }]);
  });

  test('TestLeaderTransferAfterSnapshot: also by a snapshot', () => {
    const net = led();
    isolate(net, 3);
    deliver(net, proposal(1, 'x'));
    compactAll(at(net, 1));
    heal(net);
    net.trace.length = 0;
    act(net, 1, (raft) => transferLeader(raft, id(3)));
    expect([roles(net), at(net, 3).log.committed]).toEqual([[FOLLOWER, FOLLOWER, LEADER], 3]);
    const steps = net.trace.filter((one) => ['MsgSnap', 'MsgAppResp', 'MsgTimeoutNow'].includes(one.type));
    expect(steps.slice(0, 4).map((one) => [one.type, one.reject])).toEqual([
      ['MsgAppResp', true],
      ['MsgSnap', false],
      ['MsgAppResp', false],
      ['MsgTimeoutNow', false],
    ]);
  });
});

describe('to nobody', () => {
  test.each([
    ['TestLeaderTransferToSelf: to the leader itself', 1],
    ['TestLeaderTransferToNonExistingNode: to a member that does not exist', 4],
  ])('%s: nothing happens', (_title, target) => {
    const raft = leader();
    transferLeader(raft, id(target));
    expect([state(raft), sent(raft)]).toEqual([[LEADER, id(1), ZERO_ID], []]);
  });

  test('to a learner: nothing happens', () => {
    const raft = leader({ voters: [1, 2], learners: [3] });
    transferLeader(raft, id(3));
    expect([state(raft), sent(raft)]).toEqual([[LEADER, id(1), ZERO_ID], []]);
    expect(logLines(raft)).toEqual(['DEBUG 1 is learner. Ignored transferring leadership']);
  });

  test('a forwarded request that is forwarded again is fatal', () => {
    const raft = member(1, { term: 1 });
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
    expect(() => step(raft, message('MsgTransferLeader', 3, 1, { term: 1 }))).toThrow(
      'term should not be set when sending MsgTransferLeader (was 1)',
    );
  });
});

describe('while one is pending', () => {
  test('TestLeaderTransferTimeout, 9.2/7, 9.2/27: it ends after an election timeout of its own, and the leader stays', () => {
    const raft = leader();
    propose(raft, 'not at 3 yet');
    settle(raft);
    ticks(raft, 5);
    transferLeader(raft, id(3));
    expect([raft.leadTransferee, raft.electionElapsed]).toEqual([id(3), 0]);
    ticks(raft, 9);
    expect(raft.leadTransferee).toBe(id(3));
    tick(raft);
    expect(state(raft)).toEqual([LEADER, id(1), ZERO_ID]);
  });

  test('TestLeaderTransferIgnoreProposal, 9.2/27: proposals fail', () => {
    const raft = pending();
    expect(propose(raft, 'x')).toBe('proposalDropped');
    expect(logLines(raft)).toEqual(['DEBUG 1 [term 1] transfer leadership to 3 is in progress; dropping proposal']);
    expect([progressOf(raft, 1).matchIndex, sent(raft)]).toEqual([2, []]);
    ticks(raft, 10);
    expect(propose(raft, 'x')).toBeUndefined();
  });

  test('TestLeaderTransferReceiveHigherTermVote: a vote request of a higher term ends it', () => {
    const raft = pending();
    step(raft, message('MsgVote', 2, 1, { term: 2, index: 2, logTerm: 1 }));
    expect(state(raft)).toEqual([FOLLOWER, ZERO_ID, ZERO_ID]);
    expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', to: id(2), reject: false }]);
  });

  test('TestLeaderTransferRemoveNode, 9.2/28: the removal of the target ends it', () => {
    const raft = pending();
    applyConfChange(raft, v1('Remove', 3));
    expect(state(raft)).toEqual([LEADER, id(1), ZERO_ID]);
  });

  test('TestLeaderTransferDemoteNode: so does its demotion, when it is a voter of neither half', () => {
    const raft = pending();
    applyConfChange(raft, v2('Auto', v1('Remove', 3), v1('AddLearner', 3)));
    expect(raft.leadTransferee).toBe(id(3)); // it votes in the outgoing half still
    applyConfChange(raft, v2('Auto'));
    expect(state(raft)).toEqual([LEADER, id(1), ZERO_ID]);
    const simple = pending();
    applyConfChange(simple, v1('AddLearner', 3));
    expect(state(simple)).toEqual([LEADER, id(1), ZERO_ID]);
  });

  test('TestLeaderTransferBack, 9.2/28: a request that names the leader ends it', () => {
    const raft = pending();
    transferLeader(raft, id(1));
    expect(state(raft)).toEqual([LEADER, id(1), ZERO_ID]);
  });

  test('TestLeaderTransferSecondTransferToAnotherNode: another target replaces it', () => {
    const raft = pending();
    acknowledge(raft, 2);
    settle(raft);
    transferLeader(raft, id(2));
    expect(raft.leadTransferee).toBe(id(2));
    expect(sent(raft)).toMatchObject([{ type: 'MsgTimeoutNow', to: id(2) }]);
  });

  test('TestLeaderTransferSecondTransferToSameNode, 9.2/28: the same request again does not extend the deadline', () => {
    const raft = pending();
    ticks(raft, 9);
    transferLeader(raft, id(3));
    tick(raft);
    expect(state(raft)).toEqual([LEADER, id(1), ZERO_ID]);
  });
});
