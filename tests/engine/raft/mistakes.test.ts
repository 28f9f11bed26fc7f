/**
 * Mistakes that no file of upstream notices (`spec/raft.md` 9.2), one test each. In brackets: the test of etcd-io/raft that
 * covers the same, where there is one.
 */
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import {
  advance,
  appendToStorage,
  applyConfChange,
  applySnapshot,
  bootstrap,
  type ConfChange,
  type ConfChangeV2,
  campaign,
  compactStorage,
  confStateOf,
  createSnapshot,
  forgetLeader,
  type Message,
  propose,
  proposeConfChange,
  type Raft,
  readIndex,
  ready,
  reportSnapshot,
  reportUnreachable,
  setHardState,
  step,
  takeLogLines,
  takeTruncation,
  tick,
  transferLeader,
} from '../../../src/engine/raft/index.ts';
import {
  act,
  at,
  cluster,
  deliver,
  entry,
  heal,
  id,
  ids,
  isolate,
  logLines,
  logOf,
  type MemberOptions,
  member,
  message,
  network,
  proposal,
  sent,
  settle,
  snapshotAt,
} from './harness.ts';

/** Member 1 leads; the others have acknowledged its empty entry and replicate. */
function leader(options: MemberOptions = {}): Raft {
  const raft = member(1, options);
  campaign(raft);
  settle(raft);
  for (const voter of [2, 3, 4, 5]) step(raft, message('MsgVoteResp', voter, 1, { term: raft.term }));
  settle(raft);
  expect(raft.role).toBe('StateLeader');
  for (const peer of raft.tracker.progress) {
    if (peer.id !== raft.id)
      step(raft, { ...message('MsgAppResp', 0, 1, { term: raft.term, index: raft.log.unstable.offset - 1 }), from: peer.id });
  }
  settle(raft);
  logLines(raft);
  return raft;
}

function progressOf(raft: Raft, number: number) {
  const progress = raft.tracker.progress.find((peer) => peer.id === id(number));
  if (progress === undefined) throw new Error(`no progress for ${number}`);
  return progress;
}

function ticks(raft: Raft, count: number): void {
  for (let i = 0; i < count; i++) tick(raft);
}

const types = (messages: readonly Message[]) => messages.map((one) => one.type);
const v1 = (type: 'Add' | 'Remove' | 'Update' | 'AddLearner', nodeId: number): ConfChange => ({
  version: 1,
  type: `ConfChange${type}Node`,
  nodeId: id(nodeId),
  context: undefined,
  id: undefined,
});
const v2 = (transition: 'Auto' | 'JointImplicit' | 'JointExplicit', ...changes: readonly ConfChange[]): ConfChangeV2 => ({
  version: 2,
  transition: `ConfChangeTransition${transition}`,
  changes: changes.flatMap((change) => (change.version === 1 ? [{ type: change.type, nodeId: change.nodeId }] : [])),
  context: undefined,
});

describe('committing', () => {
  test('a conf change that shrinks the quorum commits what it can (TestCommitAfterRemoveNode)', () => {
    const raft = leader({ voters: [1, 2] });
    proposeConfChange(raft, v1('Remove', 2));
    propose(raft, 'hello');
    settle(raft);
    step(raft, message('MsgAppResp', 2, 1, { term: 1, index: 2 }));
    expect(settle(raft).applied.map((one) => one.index)).toEqual([2, 3]);
  });

  test('a joint election needs the outgoing half as well', () => {
    const raft = member(1, { voters: [1, 2, 3], votersOutgoing: [1, 4, 5] });
    campaign(raft);
    settle(raft);
    step(raft, message('MsgVoteResp', 2, 1, { term: 1 }));
    step(raft, message('MsgVoteResp', 3, 1, { term: 1 }));
    expect(raft.role).toBe('StateCandidate');
    step(raft, message('MsgVoteResp', 4, 1, { term: 1 }));
    expect(raft.role).toBe('StateLeader');
  });

  test('an append commits no further than it covers (TestHandleMsgApp)', () => {
    const raft = member(1, { terms: [1, 1, 1], term: 1 });
    step(raft, message('MsgApp', 2, 1, { term: 1, logTerm: 1, index: 1, entries: [entry(1, 2)], commit: 3 }));
    expect(raft.log.committed).toBe(2);
  });

  test('a shorter or repeated append truncates nothing, and an overwrite is reported (TestLogMaybeAppend)', () => {
    const raft = member(1, { terms: [1, 1, 1], term: 1 });
    step(raft, message('MsgApp', 2, 1, { term: 1, logTerm: 0, index: 0, entries: [entry(1, 1), entry(1, 2)] }));
    expect([logOf(raft), takeTruncation(raft)]).toEqual(['1/1 1/2 1/3', undefined]);
    step(raft, message('MsgApp', 2, 1, { term: 2, logTerm: 1, index: 1, entries: [entry(2, 2), entry(2, 3)] }));
    expect([logOf(raft), takeTruncation(raft), takeTruncation(raft)]).toEqual(['1/1 2/2 2/3', 2, undefined]);
  });

  test('an append that starts below the commit index is acknowledged at it', () => {
    const raft = member(1, { terms: [1, 1, 1], term: 1, commit: 2 });
    step(raft, message('MsgApp', 2, 1, { term: 1, logTerm: 9, index: 1, entries: [entry(1, 2)] }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgAppResp', index: 2, reject: false }]);
  });

  test('a conflict with what is committed stops the member', () => {
    const raft = member(1, { terms: [1, 1], term: 1, commit: 1 });
    expect(() =>
      step(raft, message('MsgApp', 2, 1, { term: 2, index: 1, logTerm: 1, entries: [entry(2, 2)], commit: 9 })),
    ).not.toThrow();
    raft.log.committed = 2;
    expect(() => step(raft, message('MsgApp', 2, 1, { term: 2, index: 2, logTerm: 1, commit: 9 }))).not.toThrow();
    const other = member(1, { terms: [1, 1], term: 1, commit: 2 });
    expect(() => step(other, message('MsgHeartbeat', 2, 1, { term: 1, commit: 3 }))).toThrow(
      'tocommit(3) is out of range [lastIndex(2)]. Was the raft log corrupted, truncated, or lost?',
    );
    expect(logLines(other).at(-1)).toBe(
      'FATAL tocommit(3) is out of range [lastIndex(2)]. Was the raft log corrupted, truncated, or lost?',
    );
  });
});

describe('elections and leases', () => {
  test('a lease ends after ElectionTick, not after the randomized timeout (TestLeaderSupersedingWithCheckQuorum)', () => {
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

  test('a transfer passes leases and PreVote (TestLeaderTransferWithCheckQuorum)', () => {
    const net = cluster(3, { config: { checkQuorum: true, preVote: true } });
    act(net, 1, campaign);
    net.trace.length = 0;
    act(net, 1, (raft) => transferLeader(raft, id(2)));
    expect([at(net, 2).role, at(net, 1).role, at(net, 2).term]).toEqual(['StateLeader', 'StateFollower', 2]);
    expect(net.trace.filter((one) => one.type === 'MsgVote').every((one) => one.context === 'CampaignTransfer')).toBe(true);
    expect(types(net.trace)).not.toContain('MsgPreVote');
  });

  test('nobody votes at the current term while it knows a leader, even if its vote is free', () => {
    const raft = member(1, { term: 1 });
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
    settle(raft);
    step(raft, message('MsgVote', 3, 1, { term: 1 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', reject: true, term: 1 }]);
    forgetLeader(raft);
    step(raft, message('MsgVote', 3, 1, { term: 1 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', reject: false, term: 1 }]);
  });

  test('a pre-candidate keeps term, vote, timers and its randomized timeout', () => {
    const raft = member(1, { term: 3, vote: 2, config: { preVote: true, electionTimeouts: [13, 17] } });
    ticks(raft, 4);
    campaign(raft);
    expect([raft.role, raft.term, raft.vote, raft.electionElapsed, raft.randomizedElectionTimeout]).toEqual([
      'StatePreCandidate',
      3,
      id(2),
      4,
      13,
    ]);
  });

  test('a granted pre-vote leaves the voter as it is; a granted vote restarts its timer', () => {
    const raft = member(1, { term: 1 });
    ticks(raft, 5);
    step(raft, message('MsgPreVote', 2, 1, { term: 2 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgPreVoteResp', term: 2, reject: false }]);
    expect([raft.term, raft.vote, raft.electionElapsed]).toEqual([1, ZERO_ID, 5]);
    step(raft, message('MsgVote', 2, 1, { term: 1 }));
    expect([raft.vote, raft.electionElapsed]).toEqual([id(2), 0]);
  });

  test('a lower-term pre-vote is answered, at the voter’s own term (TestPreVoteMigrationCanCompleteElection)', () => {
    const raft = member(1, { term: 5 });
    step(raft, message('MsgPreVote', 2, 1, { term: 3 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgPreVoteResp', term: 5, reject: true }]);
  });

  test('a rejected pre-vote with a higher term is believed', () => {
    const raft = member(1, { term: 1, config: { preVote: true } });
    campaign(raft);
    step(raft, message('MsgPreVoteResp', 2, 1, { term: 5, reject: true }));
    expect([raft.role, raft.term]).toEqual(['StateFollower', 5]);
  });

  test('a conf change that is committed but not applied blocks campaigns and transfers (TestConfChangeCheckBeforeCampaign)', () => {
    const raft = member(1, { term: 1 });
    const change = { ...entry(1, 1), type: 'EntryConfChange' as const, data: '\x10\x00\x18\x04' };
    step(raft, message('MsgApp', 2, 1, { term: 1, entries: [change], commit: 1 }));
    logLines(raft);
    campaign(raft);
    step(raft, message('MsgTimeoutNow', 2, 1, { term: 1 }));
    expect(raft.role).toBe('StateFollower');
    expect(logLines(raft).filter((line) => line.startsWith('WARN'))).toEqual(
      Array(2).fill('WARN 1 cannot campaign at term 1 since there are still pending configuration changes to apply'),
    );
    settle(raft);
    campaign(raft);
    expect(raft.role).toBe('StateCandidate');
  });

  test('nobody stands with a pending snapshot (TestRestore)', () => {
    const raft = member(1, { voters: [1, 2] });
    step(raft, message('MsgSnap', 2, 1, { term: 1, snapshot: snapshotAt(11, 11, [1, 2]) }));
    ticks(raft, 30);
    expect(raft.role).toBe('StateFollower');
    settle(raft);
    ticks(raft, 30);
    expect(raft.role).toBe('StateCandidate');
  });

  test('a learner neither times out nor obeys MsgTimeoutNow (TestLearnerCampaign)', () => {
    const raft = member(2, { voters: [1], learners: [2], term: 1 });
    ticks(raft, 50);
    step(raft, message('MsgTimeoutNow', 1, 2, { term: 1 }));
    expect(raft.role).toBe('StateFollower');
  });

  test('CheckQuorum does not count learners', () => {
    const raft = leader({ voters: [1, 2], learners: [3, 4, 5], config: { checkQuorum: true } });
    ticks(raft, 10); // clears the activity of the election
    for (const learner of [3, 4, 5]) step(raft, message('MsgHeartbeatResp', learner, 1, { term: raft.term }));
    ticks(raft, 10);
    expect(raft.role).toBe('StateFollower');
  });

  test('a member just added counts as active for one check (TestAddNodeCheckQuorum)', () => {
    const raft = leader({ voters: [1], config: { checkQuorum: true } });
    applyConfChange(raft, v1('Add', 2));
    ticks(raft, 10);
    expect(raft.role).toBe('StateLeader');
    ticks(raft, 10);
    expect(raft.role).toBe('StateFollower');
  });

  test('a stale leader is answered only where votes can be refused, and never its snapshots (TestFreeStuckCandidateWithCheckQuorum)', () => {
    for (const [config, answers] of [
      [{}, 0],
      [{ preVote: true }, 2],
      [{ checkQuorum: true }, 2],
    ] as const) {
      const raft = member(1, { term: 5, config });
      for (const type of ['MsgApp', 'MsgHeartbeat', 'MsgSnap'] as const) step(raft, message(type, 2, 1, { term: 3 }));
      const answered = sent(raft);
      expect(answered.length).toBe(answers);
      for (const one of answered) expect(one).toMatchObject({ type: 'MsgAppResp', term: 5, index: 0, reject: false });
    }
  });

  test('an append restarts the election timer', () => {
    const raft = member(1, { term: 1 });
    ticks(raft, 6);
    step(raft, message('MsgApp', 2, 1, { term: 1 }));
    expect(raft.electionElapsed).toBe(0);
  });
});

describe('leadership transfer', () => {
  test('while one is pending, proposals fail; it ends after an election timeout (TestLeaderTransferTimeout, TestLeaderTransferIgnoreProposal)', () => {
    const raft = leader();
    propose(raft, 'not at 3 yet');
    settle(raft);
    ticks(raft, 5);
    transferLeader(raft, id(3));
    expect([raft.leadTransferee, raft.electionElapsed]).toEqual([id(3), 0]);
    expect(propose(raft, 'x')).toBe('proposalDropped');
    ticks(raft, 9);
    expect(raft.leadTransferee).toBe(id(3));
    // A repeated request does not extend the deadline (TestLeaderTransferSecondTransferToSameNode).
    transferLeader(raft, id(3));
    tick(raft);
    expect([raft.leadTransferee, raft.role]).toEqual([ZERO_ID, 'StateLeader']);
    expect(propose(raft, 'x')).toBeUndefined();
  });

  test('MsgTimeoutNow waits until the target has the whole log (TestLeaderTransferToSlowFollower)', () => {
    const raft = leader();
    propose(raft, 'x');
    settle(raft);
    transferLeader(raft, id(3));
    expect(types(sent(raft))).not.toContain('MsgTimeoutNow');
    step(raft, message('MsgAppResp', 3, 1, { term: raft.term, index: 2 }));
    expect(types(sent(raft))).toContain('MsgTimeoutNow');
  });

  test('a request that names the leader aborts a pending one; another target replaces it (TestLeaderTransferBack)', () => {
    const raft = leader();
    propose(raft, 'x');
    settle(raft);
    transferLeader(raft, id(3));
    transferLeader(raft, id(2));
    expect(raft.leadTransferee).toBe(id(2));
    transferLeader(raft, id(1));
    expect(raft.leadTransferee).toBe(ZERO_ID);
  });

  test.each(['Remove', 'AddLearner'] as const)(
    '%s of the target aborts it (TestLeaderTransferRemoveNode, TestLeaderTransferDemoteNode)',
    (type) => {
      const raft = leader();
      propose(raft, 'x');
      settle(raft);
      transferLeader(raft, id(3));
      applyConfChange(raft, v1(type, 3));
      expect(raft.leadTransferee).toBe(ZERO_ID);
    },
  );

  test('a forwarded request that is forwarded again is fatal', () => {
    const raft = member(1, { term: 1 });
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
    expect(() => step(raft, message('MsgTransferLeader', 3, 1, { term: 1 }))).toThrow(
      'term should not be set when sending MsgTransferLeader (was 1)',
    );
  });
});

describe('conf changes', () => {
  test('a new leader admits none before its whole log is applied (TestNewLeaderPendingConfig)', () => {
    const raft = member(1, { voters: [1], terms: [1, 1], term: 1 });
    campaign(raft);
    advanceAll(raft, 1);
    expect([raft.role, raft.pendingConfIndex]).toEqual(['StateLeader', 2]);
  });

  test('without validation too, a conf change is remembered as pending', () => {
    const raft = leader({ config: { disableConfChangeValidation: true } });
    proposeConfChange(raft, v1('Add', 4));
    proposeConfChange(raft, v1('Add', 5));
    expect([raft.pendingConfIndex, logOf(raft)]).toEqual([3, '1/1 1/2 1/3']);
  });

  test('pending is measured by what is applied, not by what is handed out', () => {
    const raft = leader({ voters: [1] });
    proposeConfChange(raft, v1('Add', 2));
    appendToStorage(raft.storage, ready(raft).entries); // entry 2
    advance(raft);
    const handedOut = ready(raft); // commits it and hands it out
    expect(handedOut.committedEntries.map((one) => one.index)).toEqual([2]);
    expect([raft.log.applying, raft.log.applied]).toEqual([2, 1]);
    proposeConfChange(raft, v1('Add', 3));
    expect(logLines(raft).at(-1)).toBe(
      'INFO 1 ignoring conf change transition:ConfChangeTransitionAuto changes:{type:ConfChangeAddNode node_id:3} at config voters=(1): possible unapplied conf change at index 2 (applied to 1)',
    );
  });

  test('an explicit change without operations counts as leaving', () => {
    const raft = leader({ voters: [1] });
    proposeConfChange(raft, v2('JointExplicit'));
    expect(logLines(raft).at(-1)).toMatch(/not in joint state; refusing empty conf change$/);
  });

  test('an automatic leave is proposed once, however many batches are applied', () => {
    const raft = leader({ voters: [1], config: { maxCommittedSizePerReady: 1 } });
    for (const data of ['a', 'b', 'c']) propose(raft, data);
    proposeConfChange(raft, v2('JointImplicit', v1('Add', 2), v1('Add', 3)));
    for (const data of ['d', 'e', 'f']) propose(raft, data);
    settle(raft);
    expect(logLines(raft).filter((line) => line.includes('initiating automatic transition'))).toEqual([
      'INFO initiating automatic transition out of joint configuration voters=(1 2 3)&&(1) autoleave',
    ]);
    step(raft, message('MsgAppResp', 2, 1, { term: 1, index: 9 }));
    settle(raft);
    expect(confStateOf(raft)).toMatchObject({ voters: ids([1, 2, 3]), votersOutgoing: [], autoLeave: false });
  });

  test('a deposed leader does not leave by itself; elected again, it does (TestRawNodeJointAutoLeave)', () => {
    const raft = leader({ voters: [1] });
    proposeConfChange(raft, v2('JointImplicit', v1('AddLearner', 2)));
    for (let i = 0; i < 2; i++) {
      const done = ready(raft);
      appendToStorage(raft.storage, done.entries);
      if (done.committedEntries.length > 0) {
        applyConfChange(raft, v2('JointImplicit', v1('AddLearner', 2)));
        step(raft, message('MsgHeartbeat', 2, 1, { term: 2 }));
      }
      advance(raft);
    }
    settle(raft);
    expect([raft.role, logOf(raft), raft.tracker.config.autoLeave]).toEqual(['StateFollower', '1/1 1/2', true]);
    campaign(raft);
    settle(raft);
    expect([raft.role, raft.tracker.config.votersOutgoing]).toEqual(['StateLeader', []]);
  });

  test('removing the last voter stops the member (TestRemoveNode)', () => {
    expect(() => applyConfChange(member(1, { voters: [1] }), v1('Remove', 1))).toThrow('removed all voters');
  });

  test('ids of 10 and more are hexadecimal in lines and configurations, decimal in states', () => {
    const raft = member(0x1b, { voters: [0x1b, 0xa] });
    logLines(raft);
    campaign(raft);
    expect(logLines(raft)).toEqual([
      'INFO 1b is starting a new election at term 0',
      'INFO 1b became candidate at term 1',
      'INFO 1b [logterm: 0, index: 0] sent MsgVote request to a at term 1',
    ]);
  });
});

describe('snapshots', () => {
  test('applied does not move before the snapshot is stored', () => {
    const raft = member(1, { terms: [1], term: 1, commit: 1 });
    settle(raft);
    step(raft, message('MsgSnap', 2, 1, { term: 2, snapshot: snapshotAt(11, 2, [1, 2]) }));
    expect([raft.log.committed, raft.log.applying, raft.log.applied]).toEqual([11, 1, 1]);
    settle(raft);
    expect(raft.log.applied).toBe(11);
  });

  test('a snapshot of what the log holds only moves the commit index (TestRestoreIgnoreSnapshot)', () => {
    const raft = member(1, { terms: [1, 1, 1], term: 1, commit: 1 });
    logLines(raft);
    step(raft, message('MsgSnap', 2, 1, { term: 1, snapshot: snapshotAt(2, 1, [1, 2]) }));
    expect([raft.log.committed, logOf(raft)]).toEqual([2, '1/1 1/2 1/3']);
    expect(sent(raft)).toMatchObject([{ type: 'MsgAppResp', index: 2 }]);
    expect(logLines(raft)).toEqual([
      'INFO 1 [commit: 1, lastindex: 3, lastterm: 1] fast-forwarded commit to snapshot [index: 2, term: 1]',
      'INFO 1 [commit: 2] ignored snapshot [index: 2, term: 1]',
    ]);
    // At exactly the commit index: ignored.
    step(raft, message('MsgSnap', 2, 1, { term: 1, snapshot: snapshotAt(2, 1, [1, 2]) }));
    expect(logLines(raft)).toEqual(['INFO 1 [commit: 2] ignored snapshot [index: 2, term: 1]']);
  });

  test('a member outside the snapshot’s configuration does not restore it', () => {
    const raft = member(1, { term: 1 });
    step(raft, message('MsgSnap', 2, 1, { term: 1, snapshot: snapshotAt(11, 1, [2, 3]) }));
    expect(raft.log.committed).toBe(0);
    expect(logLines(raft)).toContain(
      'WARN 1 attempted to restore snapshot but it is not in the ConfState voters:2 voters:3 auto_leave:false; should never happen',
    );
  });

  test('no snapshot goes to a peer that has not been heard of (TestIgnoreProvidingSnap)', () => {
    const raft = member(1, { voters: [1, 2], snapshotIndex: 11, terms: [1] });
    campaign(raft);
    settle(raft);
    step(raft, message('MsgVoteResp', 2, 1, { term: raft.term }));
    settle(raft);
    const peer = progressOf(raft, 2);
    peer.nextIndex = 5;
    peer.recentActive = false;
    peer.msgAppFlowPaused = false;
    logLines(raft);
    propose(raft, 'x');
    expect(sent(raft)).toEqual([]);
    expect(logLines(raft)).toEqual(['DEBUG ignore sending snapshot to 2 since it is not recently active']);
    expect(peer.state).toBe('StateProbe');
  });

  test('storing one snapshot does not acknowledge another that has come since', () => {
    const raft = member(1, { term: 1, config: { asyncStorageWrites: true } });
    step(raft, message('MsgSnap', 2, 1, { term: 1, snapshot: snapshotAt(11, 1, [1, 2]) }));
    const first = ready(raft).messages.find((one) => one.type === 'MsgStorageAppend');
    step(raft, message('MsgSnap', 2, 1, { term: 1, snapshot: snapshotAt(21, 1, [1, 2]) }));
    for (const response of first?.responses ?? []) if (response.to === raft.id) step(raft, response);
    expect(raft.log.unstable.snapshot?.index).toBe(21);
    expect(raft.log.applied).toBe(11);
  });

  test('a snapshot’s fate is reported: next, pause and pending index (TestSnapshotFailure, TestSnapshotSucceed)', () => {
    for (const [delivered, next] of [
      [false, 1],
      [true, 12],
    ] as const) {
      const raft = leader({ voters: [1, 2] });
      const peer = progressOf(raft, 2);
      Object.assign(peer, { state: 'StateSnapshot', matchIndex: 0, nextIndex: 12, pendingSnapshot: 11 });
      peer.inflights.count = 0;
      logLines(raft);
      reportSnapshot(raft, id(2), delivered);
      expect(logLines(raft)).toEqual([
        `DEBUG 1 snapshot ${delivered ? 'succeeded' : 'failed'}, resumed sending replication messages to 2 [StateProbe match=0 next=${next}]`,
      ]);
      expect([peer.pendingSnapshot, peer.nextIndex, peer.msgAppFlowPaused, peer.state]).toEqual([0, next, true, 'StateProbe']);
    }
  });

  test('an unreachable peer that waits for a snapshot goes on waiting', () => {
    const raft = leader({ voters: [1, 2] });
    const peer = progressOf(raft, 2);
    peer.state = 'StateSnapshot';
    reportUnreachable(raft, id(2));
    expect(peer.state).toBe('StateSnapshot');
    peer.state = 'StateReplicate';
    reportUnreachable(raft, id(2));
    expect(peer.state).toBe('StateProbe');
  });
});

describe('flow control', () => {
  test('a probing peer gets one append, then silence until it answers (TestProgressPaused, TestSendAppendForProgressProbe)', () => {
    const raft = leader({ voters: [1, 2] });
    reportUnreachable(raft, id(2));
    for (let i = 0; i < 3; i++) propose(raft, 'x');
    expect(types(sent(raft))).toEqual(['MsgApp']);
    ticks(raft, 3);
    expect(types(sent(raft))).toEqual(['MsgHeartbeat', 'MsgHeartbeat', 'MsgHeartbeat']);
    step(raft, message('MsgHeartbeatResp', 2, 1, { term: raft.term }));
    propose(raft, 'y');
    expect(types(sent(raft))).toEqual(['MsgApp']);
  });

  test('an empty append does not pause a probing peer', () => {
    const raft = leader({ voters: [1, 2] });
    reportUnreachable(raft, id(2));
    step(raft, message('MsgHeartbeatResp', 2, 1, { term: raft.term }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgApp', entries: [] }]);
    expect(progressOf(raft, 2).msgAppFlowPaused).toBe(false);
  });

  test('a full window lets one empty append through for each heartbeat’s answer (TestMsgAppFlowControlRecvHeartbeat)', () => {
    const raft = leader({ voters: [1, 2], config: { maxInflightMsgs: 2 } });
    for (let i = 0; i < 3; i++) propose(raft, 'x');
    expect(types(sent(raft))).toEqual(['MsgApp', 'MsgApp']);
    for (let round = 0; round < 3; round++) {
      step(raft, message('MsgHeartbeatResp', 2, 1, { term: raft.term }));
      step(raft, message('MsgHeartbeatResp', 2, 1, { term: raft.term }));
      const appends = sent(raft);
      expect(appends.map((one) => [one.type, one.entries.length])).toEqual([
        ['MsgApp', 0],
        ['MsgApp', 0],
      ]);
      expect(progressOf(raft, 2).msgAppFlowPaused).toBe(true);
    }
  });

  test('an acknowledgement refills the window, within both limits (TestProgressFlowControl)', () => {
    const raft = leader({ voters: [1, 2], config: { maxInflightMsgs: 3, maxSizePerMsg: 2048, maxInflightBytes: 9000 } });
    reportUnreachable(raft, id(2));
    const data = (i: number, size: number) => String.fromCharCode(97 + i).repeat(size);
    for (let i = 0; i < 10; i++) propose(raft, data(i, i >= 2 && i <= 6 && i % 2 === 0 ? 5000 : 1000));
    const counts = () => sent(raft).map((one) => one.entries.length);
    expect(counts()).toEqual([1]); // the probe went out with the first proposal
    const ack = (index: number) => {
      step(raft, message('MsgAppResp', 2, 1, { term: raft.term, index }));
      return counts();
    };
    expect(ack(2)).toEqual([1, 1, 1]);
    expect(progressOf(raft, 2).inflights.bytes).toBe(11_000 - 4000);
    expect(ack(3)).toEqual([1]);
  });

  test('size limits: messages as full as they may be, never over unless of one entry (TestAppendPagination)', () => {
    const net = cluster(3, { config: { maxSizePerMsg: 2048 } });
    act(net, 1, campaign);
    isolate(net, 1);
    const data = 'a'.repeat(1000);
    for (let i = 0; i < 5; i++) deliver(net, proposal(1, data));
    heal(net);
    net.trace.length = 0;
    act(net, 1, tick);
    const sizes = net.trace.filter((one) => one.type === 'MsgApp' && one.to === id(2)).map((one) => one.entries.length);
    expect(Math.max(...sizes)).toBe(2);
    for (const one of net.trace) expect(one.entries.reduce((sum, e) => sum + e.encodedSize, 0)).toBeLessThanOrEqual(2048);
  });

  test('a stale refusal is not acted upon, and next never falls to match (TestLogReplicationWithReorderedMessage)', () => {
    const raft = leader({ voters: [1, 2] });
    for (let i = 0; i < 4; i++) propose(raft, 'x');
    settle(raft);
    step(raft, message('MsgAppResp', 2, 1, { term: raft.term, index: 3 }));
    settle(raft);
    // Replicating: a refusal at or below match is old.
    step(raft, message('MsgAppResp', 2, 1, { term: raft.term, index: 3, reject: true, rejectHint: 1 }));
    expect(progressOf(raft, 2)).toMatchObject({ state: 'StateReplicate', nextIndex: 6 });
    step(raft, message('MsgAppResp', 2, 1, { term: raft.term, index: 5, reject: true, rejectHint: 0 }));
    expect(progressOf(raft, 2)).toMatchObject({ state: 'StateProbe', matchIndex: 3, nextIndex: 6 - 2 });
    expect(logLines(raft)).toContain('DEBUG 1 decreased progress of 2 to [StateReplicate match=3 next=4 inflight=2]');
    // Probing: only the refusal of the one probe counts.
    step(raft, message('MsgAppResp', 2, 1, { term: raft.term, index: 5, reject: true, rejectHint: 0 }));
    expect(progressOf(raft, 2).nextIndex).toBe(4);
    step(raft, message('MsgAppResp', 2, 1, { term: raft.term, index: 3, reject: true, rejectHint: 0 }));
    expect(progressOf(raft, 2).nextIndex).toBe(4);
  });

  test('an acknowledgement that brings nothing new is silent, unless it ends a probe (TestLeaderAppResp)', () => {
    const raft = leader();
    for (let i = 0; i < 3; i++) propose(raft, 'x');
    settle(raft);
    step(raft, message('MsgAppResp', 2, 1, { term: raft.term, index: 4 }));
    settle(raft);
    tick(raft); // tells member 3 only what it is known to hold, so that there is a commit index to tell it
    settle(raft);
    step(raft, message('MsgAppResp', 3, 1, { term: raft.term, index: 1 }));
    expect(sent(raft)).toEqual([]);
    reportUnreachable(raft, id(3));
    step(raft, message('MsgAppResp', 3, 1, { term: raft.term, index: 1 }));
    expect(progressOf(raft, 3).state).toBe('StateReplicate');
    expect(sent(raft)).toMatchObject([{ type: 'MsgApp', to: id(3), commit: 4 }]);
  });

  test('sentCommit follows heartbeats down and is clipped by refusals', () => {
    const raft = leader({ voters: [1, 2, 3] });
    for (let i = 0; i < 3; i++) propose(raft, 'x');
    settle(raft);
    step(raft, message('MsgAppResp', 3, 1, { term: raft.term, index: 4 }));
    settle(raft);
    const peer = progressOf(raft, 2);
    expect([peer.matchIndex, peer.sentCommit]).toEqual([1, 4]);
    tick(raft);
    expect(peer.sentCommit).toBe(1); // the heartbeat told only what is known to match
    step(raft, message('MsgHeartbeatResp', 2, 1, { term: raft.term }));
    expect(peer.sentCommit).toBe(4);
    step(raft, message('MsgAppResp', 2, 1, { term: raft.term, index: 4, reject: true, rejectHint: 1 }));
    // Probing from 2 on again; the probe itself told the commit index anew.
    expect([peer.state, peer.nextIndex, peer.sentCommit]).toEqual(['StateProbe', 2, 4]);
    reportUnreachable(raft, id(2));
    expect(peer.nextIndex).toBe(2);
  });

  test('the tail of a leader is bounded by the quota (TestUncommittedEntryLimit)', () => {
    const size = 8;
    const count = 64;
    const raft = leader({ config: { maxUncommittedEntriesSize: size * count } });
    const data = 'x'.repeat(size);
    for (let i = 0; i < count; i++) expect(propose(raft, data)).toBeUndefined();
    expect(propose(raft, data)).toBe('proposalDropped');
    expect(propose(raft, '')).toBeUndefined();
    settle(raft);
    step(raft, message('MsgAppResp', 2, 1, { term: 1, index: count + 2 }));
    settle(raft);
    expect(raft.uncommittedSize).toBe(0);
    // One proposal that is too large passes while the tail is empty.
    expect(propose(raft, 'x'.repeat(2 * size * count))).toBeUndefined();
    expect(propose(raft, data)).toBe('proposalDropped');
  });

  test('a follower that does not forward drops proposals (TestDisableProposalForwarding)', () => {
    const raft = member(1, { term: 1, config: { disableProposalForwarding: true } });
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
    logLines(raft);
    expect(propose(raft, 'x')).toBe('proposalDropped');
    expect(logLines(raft)).toEqual(['INFO 1 not forwarding to leader 2 at term 1; dropping proposal']);
  });
});

describe('storage and applying', () => {
  const budget = { maxSizePerMsg: 2048, maxCommittedSizePerReady: 2048 };

  test('applying is paced by bytes, and goes on only after an acknowledgement (TestCommitPaginationWithAsyncStorageWrites)', () => {
    const raft = member(1, { voters: [1], config: { ...budget, asyncStorageWrites: true } });
    const applied: number[][] = [];
    const applies: Message[] = [];
    const pump = () => {
      for (let go = true; go; ) {
        const { messages } = ready(raft);
        go = false;
        for (const one of messages) {
          if (one.type === 'MsgStorageApply') {
            applied.push(one.entries.map((e) => e.index));
            applies.push(...one.responses);
          } else if (one.type === 'MsgStorageAppend') {
            appendToStorage(raft.storage, one.entries);
            for (const response of one.responses) step(raft, response);
            go = true;
          }
        }
      }
    };
    campaign(raft);
    pump();
    for (const response of applies.splice(0)) step(raft, response);
    for (let i = 0; i < 3; i++) propose(raft, 'a'.repeat(1000));
    pump();
    expect(applied).toEqual([[1], [2, 3]]);
    for (const response of applies.splice(0)) step(raft, response);
    pump();
    expect(applied).toEqual([[1], [2, 3], [4]]);
  });

  test('a truncation in the middle hands out again what it cut (TestUnstableTruncateAndAppend)', () => {
    const raft = member(1, { term: 1 });
    step(raft, message('MsgApp', 2, 1, { term: 1, entries: [entry(1, 1), entry(1, 2), entry(1, 3)] }));
    ready(raft); // all three are being written
    step(raft, message('MsgApp', 3, 1, { term: 2, logTerm: 1, index: 1, entries: [entry(2, 2)] }));
    expect(raft.log.unstable.offsetInProgress).toBe(2);
    advance(raft);
    expect(ready(raft).entries.map((one) => [one.term, one.index])).toEqual([[2, 2]]);
  });

  test('the storage’s answer names the end of the log, and its snapshot part survives a change of term', () => {
    const raft = member(1, { term: 1, config: { asyncStorageWrites: true } });
    step(raft, message('MsgApp', 2, 1, { term: 1, entries: [entry(1, 1), entry(1, 2)] }));
    ready(raft);
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1, commit: 1 }));
    const append = ready(raft).messages.find((one) => one.type === 'MsgStorageAppend');
    expect(append?.entries).toEqual([]);
    expect(append?.responses.at(-1)).toMatchObject({ type: 'MsgStorageAppendResp', index: 2, logTerm: 1 });

    const other = member(1, { term: 1, config: { asyncStorageWrites: true } });
    step(other, message('MsgSnap', 2, 1, { term: 1, snapshot: snapshotAt(11, 1, [1, 2]) }));
    const stored = ready(other)
      .messages.find((one) => one.type === 'MsgStorageAppend')
      ?.responses.at(-1);
    applySnapshot(other.storage, snapshotAt(11, 1, [1, 2]));
    step(other, message('MsgHeartbeat', 3, 1, { term: 2 }));
    if (stored !== undefined) step(other, stored);
    expect([other.log.applied, other.log.unstable.snapshot]).toEqual([11, undefined]);
  });

  test('after a restart nothing is applied twice, and nothing skipped (TestRawNodeRestart)', () => {
    const raft = member(1, { terms: [1, 1, 1], term: 1, commit: 2, config: { applied: 1 } });
    const first = ready(raft);
    expect(first).toMatchObject({ hardState: undefined, softState: undefined, entries: [], mustSync: false });
    expect(first.committedEntries.map((one) => one.index)).toEqual([2]);
  });

  test('founding a cluster: one conf change for each peer, applied again by the driver (TestNodeStart)', () => {
    const raft = member(1, { voters: [] });
    expect(bootstrap(raft, [])).toBe('noPeers');
    expect(
      bootstrap(
        raft,
        ids([1, 2]).map((one) => ({ id: one, context: 'ctx' })),
      ),
    ).toBeUndefined();
    const first = ready(raft);
    expect(first.hardState).toEqual({ term: 1, vote: ZERO_ID, commit: 2 });
    expect(first.entries).toEqual(first.committedEntries);
    expect(first.entries.map((one) => [one.type, one.term, one.index])).toEqual([
      ['EntryConfChange', 1, 1],
      ['EntryConfChange', 1, 2],
    ]);
    setHardState(raft.storage, { term: 1, vote: ZERO_ID, commit: 2 });
    appendToStorage(raft.storage, first.entries);
    expect(bootstrap(raft, [{ id: id(1), context: undefined }])).toBe('nonemptyStorage');
  });
});

describe('reads', () => {
  test('from leader and followers, with the commit index of the request (TestReadOnlyOptionSafe)', () => {
    const net = cluster(3);
    act(net, 1, campaign);
    [1, 2, 3, 1, 2, 3].forEach((number, round) => {
      for (let i = 0; i < 10; i++) deliver(net, proposal(1, 'x'));
      act(net, number, (raft) => readIndex(raft, `ctx${round}`));
      expect(net.readStates.get(id(number))?.at(-1)).toEqual({ index: 11 + 10 * round, context: `ctx${round}` });
    });
  });

  test('by lease: no heartbeat is needed (TestReadOnlyOptionLease)', () => {
    const raft = leader({ config: { checkQuorum: true, readOnlyOption: 'leaseBased' } });
    readIndex(raft, 'ctx');
    expect(settle(raft)).toMatchObject({ messages: [], readStates: [{ index: 1, context: 'ctx' }] });
  });

  test('a late answer to an older read confirms nothing newer (TestReadOnlyDuplicateRequest)', () => {
    const raft = leader();
    readIndex(raft, 'a');
    const [beat] = sent(raft);
    readIndex(raft, 'b');
    settle(raft);
    step(raft, message('MsgHeartbeatResp', 2, 1, { term: raft.term, context: beat?.context }));
    expect(settle(raft).readStates).toEqual([{ index: 1, context: 'a' }]);
    step(raft, message('MsgHeartbeatResp', 3, 1, { term: raft.term, context: beat?.context }));
    step(raft, message('MsgHeartbeatResp', 3, 1, { term: raft.term, context: beat?.context }));
    expect(settle(raft).readStates).toEqual([]);
    expect(raft.reads.unconfirmed).toHaveLength(1);
  });

  test('a learner’s answer confirms nothing, and a learner may ask (TestReadOnlyWithLearner)', () => {
    const raft = leader({ voters: [1, 2], learners: [3] });
    step(raft, message('MsgReadIndex', 3, 1, { entries: [entry(0, 0, 'ctx')] }));
    const beats = sent(raft);
    step(raft, message('MsgHeartbeatResp', 3, 1, { term: raft.term, context: beats[0]?.context }));
    expect(types(sent(raft))).not.toContain('MsgReadIndexResp');
    step(raft, message('MsgHeartbeatResp', 2, 1, { term: raft.term, context: beats[0]?.context }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgReadIndexResp', to: id(3), index: 1, entries: [{ data: 'ctx' }] }]);
  });
});

describe('what belongs to the driver', () => {
  test('what has been handed out does not change when the engine goes on', () => {
    const raft = member(1, { term: 1, config: { asyncStorageWrites: true } });
    takeLogLines(raft);
    const lines = takeLogLines(raft);
    step(raft, message('MsgHeartbeat', 2, 1, { term: 2 }));
    expect(lines).toEqual([]);
    const first = ready(raft);
    const before = JSON.stringify(first);
    step(raft, message('MsgReadIndexResp', 2, 1, { term: 2, index: 1, entries: [entry(0, 0, 'ctx')] }));
    expect(first.messages.map((one) => one.type)).toEqual(['MsgHeartbeatResp', 'MsgStorageAppend']);
    step(raft, message('MsgApp', 2, 1, { term: 2, entries: [entry(2, 1)], commit: 1 }));
    const second = ready(raft);
    const later = JSON.stringify(second);
    step(raft, message('MsgApp', 3, 1, { term: 3, entries: [entry(3, 1)] }));
    ready(raft);
    expect([JSON.stringify(first), JSON.stringify(second)]).toEqual([before, later]);
  });

  test('a message is never written to, forwarded or refused', () => {
    const follower = member(1, { term: 1 });
    step(follower, message('MsgHeartbeat', 2, 1, { term: 1 }));
    const raft = leader({ voters: [1] });
    const change = { ...entry(0, 0), type: 'EntryConfChangeV2' as const, data: undefined };
    for (const receiver of [follower, raft]) {
      const given = Object.freeze(
        message('MsgProp', 0, 1, { entries: Object.freeze([Object.freeze(entry(0, 0)), Object.freeze(change)]) }),
      );
      expect(step(receiver, given)).toBeUndefined();
      expect(given.to).toBe(id(1));
    }
    expect(raft.log.unstable.entries.map((one) => one.type)).toEqual(['EntryNormal', 'EntryNormal']);
  });

  test('with asynchronous writes nothing is applied that is not stored', () => {
    const raft = member(1, { term: 1, config: { asyncStorageWrites: true } });
    step(raft, message('MsgApp', 2, 1, { term: 1, entries: [entry(1, 1)], commit: 1 }));
    const { messages, committedEntries } = ready(raft);
    expect([committedEntries, raft.log.committed]).toEqual([[], 1]);
    appendToStorage(raft.storage, [entry(1, 1)]);
    for (const one of messages) for (const response of one.responses) if (response.to === raft.id) step(raft, response);
    expect(ready(raft).committedEntries.map((one) => one.index)).toEqual([1]);
  });

  test('a member cannot have applied less than what is compacted', () => {
    expect(() => member(1, { snapshotIndex: 5, config: { applied: 4 } })).toThrow(
      'applied(4) is out of range [prevApplied(5), committed(5)]',
    );
  });
});

describe('what step refuses', () => {
  test('a leader that has removed itself takes no proposals, says nothing, and still leads', () => {
    const raft = leader();
    applyConfChange(raft, v1('Remove', 1));
    logLines(raft);
    expect([propose(raft, 'x'), raft.role, logLines(raft)]).toEqual(['proposalDropped', 'StateLeader', []]);
    const other = leader({ config: { stepDownOnRemoval: true } });
    applyConfChange(other, v1('Remove', 1));
    expect([other.role, other.term, other.lead]).toEqual(['StateFollower', 1, ZERO_ID]);
  });

  test('local messages, answers from strangers (TestRawNodeStep)', () => {
    const raft = leader();
    for (const type of [
      'MsgHup',
      'MsgBeat',
      'MsgUnreachable',
      'MsgSnapStatus',
      'MsgCheckQuorum',
      'MsgStorageAppend',
      'MsgStorageApplyResp',
    ] as const) {
      expect(step(raft, message(type, 2, 1))).toBe('localMessage');
    }
    expect(step(raft, message('MsgAppResp', 9, 1, { term: raft.term }))).toBe('peerNotFound');
  });

  test('two Readys without advance, when the first one has steps left', () => {
    const raft = leader({ voters: [1] });
    propose(raft, 'x');
    ready(raft);
    propose(raft, 'y');
    expect(() => ready(raft)).toThrow('two accepted Ready structs without call to Advance');
  });
});

describe('fast backtracking', () => {
  // TestFastLogRejection, in short: one probe for each term, not one for each entry.
  test.each<[string, number[], number[], number]>([
    ['the leader has a long tail of later terms', [1, 2, 2, 4, 4, 4, 4], [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3], 3],
    ['the follower has a long tail of later terms', [1, 3, 3, 3, 5, 5], [1, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4], 2],
    ['the follower lacks a lot', [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [1], 2],
  ])('%s', (_name, leaderTerms, followerTerms, probes) => {
    const net = network(
      member(1, { terms: leaderTerms, term: 8, voters: [1, 2, 3] }),
      member(2, { terms: followerTerms, term: 8, voters: [1, 2, 3] }),
    );
    act(net, 1, campaign);
    deliver(net, message('MsgVoteResp', 3, 1, { term: 9 }));
    expect(logOf(at(net, 2))).toBe(logOf(at(net, 1)));
    expect(net.trace.filter((one) => one.type === 'MsgAppResp' && one.reject).length).toBeLessThan(probes);
  });

  test('a peer behind the compacted log needs the snapshot (TestProvideSnap)', () => {
    const raft = leader({ voters: [1, 2] });
    for (let i = 0; i < 5; i++) propose(raft, 'x');
    settle(raft);
    step(raft, message('MsgAppResp', 2, 1, { term: raft.term, index: 4 }));
    settle(raft);
    createSnapshot(raft.storage, 4, confStateOf(raft), '');
    compactStorage(raft.storage, 4);
    reportUnreachable(raft, id(2));
    const peer = progressOf(raft, 2);
    Object.assign(peer, { matchIndex: 0, nextIndex: 4 });
    step(raft, message('MsgAppResp', 2, 1, { term: raft.term, index: 3, reject: true, rejectHint: 1 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgSnap', snapshot: { index: 4 } }]);
    expect([peer.state, peer.pendingSnapshot, peer.nextIndex]).toEqual(['StateSnapshot', 4, 5]);
  });
});

/** Handles so many Readys, without applying anything by hand. */
function advanceAll(raft: Raft, count: number): void {
  for (let i = 0; i < count; i++) {
    const done = ready(raft);
    appendToStorage(raft.storage, done.entries);
    advance(raft);
  }
}
