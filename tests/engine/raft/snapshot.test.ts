/** Snapshots: made up for what is compacted, sent, stored, reported. Titles begin with what the test stands for: checklist.ts. */
import { describe, expect, test } from 'vitest';
import {
  applySnapshot,
  campaign,
  compactStorage,
  confStateOf,
  createSnapshot,
  propose,
  type Raft,
  raftLastIndex,
  raftTermAt,
  ready,
  reportSnapshot,
  reportUnreachable,
  type Snapshot,
  step,
  takeTruncation,
  tick,
} from '../../../src/engine/raft/index.ts';
import { allVoters } from '../../../src/engine/raft/tracker.ts';
import {
  acknowledge,
  compactAll,
  id,
  ids,
  leader,
  logLines,
  logOf,
  type MemberOptions,
  member,
  message,
  progressOf,
  proposal,
  refuse,
  sent,
  settle,
  snapshotAt,
  ticks,
  types,
} from './harness.ts';
import { act, at, cluster, deliver, isolate, network } from './network.ts';

/** Member 1 leads two voters from a snapshot at 11; peer 2 needs what is compacted, or waits for it. */
function leaderOfSnapshot(state: 'StateProbe' | 'StateSnapshot', options: MemberOptions = {}): Raft {
  const raft = leader({ voters: [1, 2], snapshotIndex: 11, snapshotTerm: 11, term: 11, ...options }, []);
  const peer = progressOf(raft, 2);
  Object.assign(peer, { state, nextIndex: 12, msgAppFlowPaused: false, recentActive: true });
  if (state === 'StateSnapshot') peer.pendingSnapshot = 11;
  return raft;
}

function receive(raft: Raft, snapshot: Snapshot): void {
  step(raft, message('MsgSnap', 2, Number(`0x${raft.id}`), { term: Math.max(1, raft.term), snapshot }));
}

describe('restoring', () => {
  test('TestRestore: a snapshot sets the end of the log and the voters, once; nobody stands before it is stored', () => {
    const raft = member(1, { voters: [1, 2] });
    receive(raft, snapshotAt(11, 11, [1, 2, 3]));
    expect([raftLastIndex(raft), raftTermAt(raft, 11), raft.log.committed]).toEqual([11, 11, 11]);
    expect(confStateOf(raft).voters).toEqual(ids([1, 2, 3]));
    logLines(raft);
    receive(raft, snapshotAt(11, 11, [1, 2, 3]));
    expect(logLines(raft)).toEqual(['INFO 1 [commit: 11] ignored snapshot [index: 11, term: 11]']);
    ticks(raft, 20);
    expect(raft.role).toBe('StateFollower');
  });

  test('TestRestoreWithLearner: learners are learners', () => {
    const raft = member(3, { voters: [1, 2], learners: [3] });
    receive(raft, snapshotAt(11, 11, [1, 2], { learners: ids([3]) }));
    expect(raftLastIndex(raft)).toBe(11);
    expect(raft.tracker.progress.map((peer) => [peer.id, peer.isLearner])).toEqual([
      [id(1), false],
      [id(2), false],
      [id(3), true],
    ]);
    expect(raft.isLearner).toBe(true);
  });

  test('TestRestoreWithVotersOutgoing, 9.2/14: a voter of the outgoing half alone restores, and does not stand before', () => {
    const raft = member(1, { voters: [1, 2] });
    receive(raft, snapshotAt(11, 11, [2, 3, 4], { votersOutgoing: ids([1, 2, 3]) }));
    expect([raftLastIndex(raft), allVoters(raft.tracker.config)]).toEqual([11, ids([1, 2, 3, 4])]);
    ticks(raft, 20);
    expect(raft.role).toBe('StateFollower');
    settle(raft);
    ticks(raft, 20);
    expect(raft.role).toBe('StateCandidate');
  });

  test.each<[string, MemberOptions, number[], number[], boolean]>([
    ['TestRestoreVoterToLearner: it may demote a voter', { voters: [1, 2, 3] }, [1, 2], [3], true],
    ['TestRestoreLearnerPromotion: it may promote a learner', { voters: [1, 2], learners: [3] }, [1, 2, 3], [], false],
  ])('%s', (_title, options, voters, learners, isLearner) => {
    const raft = member(3, options);
    expect(raft.isLearner).toBe(!isLearner);
    receive(raft, snapshotAt(11, 11, voters, { learners: ids(learners) }));
    expect([raftLastIndex(raft), raft.isLearner]).toEqual([11, isLearner]);
  });

  test('TestRestoreIgnoreSnapshot, 9.2/17, 9.2/30: one at the commit index is ignored, one of what the log holds only moves the commit index', () => {
    const raft = member(1, { voters: [1, 2], terms: [1, 1, 1], term: 1, commit: 1 });
    logLines(raft);
    receive(raft, snapshotAt(1, 1, [1, 2]));
    expect([raft.log.committed, logOf(raft)]).toEqual([1, '1/1 1/2 1/3']);
    expect(sent(raft)).toMatchObject([{ type: 'MsgAppResp', index: 1, reject: false }]);
    expect(logLines(raft)).toEqual(['INFO 1 [commit: 1] ignored snapshot [index: 1, term: 1]']);
    receive(raft, snapshotAt(2, 1, [1, 2]));
    expect([raft.log.committed, logOf(raft)]).toEqual([2, '1/1 1/2 1/3']);
    expect(sent(raft)).toMatchObject([{ type: 'MsgAppResp', index: 2, reject: false }]);
    expect(logLines(raft)).toEqual([
      'INFO 1 [commit: 1, lastindex: 3, lastterm: 1] fast-forwarded commit to snapshot [index: 2, term: 1]',
      'INFO 1 [commit: 2] ignored snapshot [index: 2, term: 1]',
    ]);
  });

  test('TestRestoreFromSnapMsg: who sends a snapshot leads', () => {
    const raft = member(2, { voters: [1, 2] });
    step(raft, message('MsgSnap', 1, 2, { term: 2, snapshot: snapshotAt(11, 11, [1, 2]) }));
    expect([raft.lead, raft.term, raftLastIndex(raft)]).toEqual([id(1), 2, 11]);
    expect(sent(raft)).toMatchObject([{ type: 'MsgAppResp', to: id(1), index: 11, reject: false }]);
  });

  test('9.2/31: a member outside the snapshot’s configuration does not restore it', () => {
    const raft = member(1, { term: 1 });
    receive(raft, snapshotAt(11, 1, [2, 3]));
    expect(raft.log.committed).toBe(0);
    expect(logLines(raft)).toContain(
      'WARN 1 attempted to restore snapshot but it is not in the ConfState voters:2 voters:3 auto_leave:false; should never happen',
    );
  });

  test('9.2/17: applied does not move before the snapshot is stored', () => {
    const raft = member(1, { terms: [1], term: 1, commit: 1 });
    settle(raft);
    receive(raft, snapshotAt(11, 1, [1, 2]));
    expect([raft.log.committed, raft.log.applying, raft.log.applied]).toEqual([11, 1, 1]);
    settle(raft);
    expect(raft.log.applied).toBe(11);
  });

  test('9.2/19: storing one snapshot does not acknowledge another that has come since', () => {
    const raft = member(1, { term: 1, config: { asyncStorageWrites: true } });
    receive(raft, snapshotAt(11, 1, [1, 2]));
    const first = ready(raft).messages.find((one) => one.type === 'MsgStorageAppend');
    receive(raft, snapshotAt(21, 1, [1, 2]));
    for (const response of first?.responses ?? []) if (response.to === raft.id) step(raft, response);
    expect([raft.log.unstable.snapshot?.index, raft.log.applied]).toEqual([21, 11]);
  });

  test('9.2/43: the snapshot part of the storage’s answer survives a change of term', () => {
    const raft = member(1, { term: 1, config: { asyncStorageWrites: true } });
    receive(raft, snapshotAt(11, 1, [1, 2]));
    const append = ready(raft).messages.find((one) => one.type === 'MsgStorageAppend');
    applySnapshot(raft.storage, snapshotAt(11, 1, [1, 2]));
    step(raft, message('MsgHeartbeat', 3, 1, { term: 2 }));
    for (const response of append?.responses ?? []) if (response.to === raft.id) step(raft, response);
    expect([raft.log.applied, raft.log.unstable.snapshot]).toEqual([11, undefined]);
  });

  test('what it cuts off is reported, once', () => {
    const raft = member(1, { terms: [1, 1, 1, 1], term: 1, commit: 2 });
    receive(raft, snapshotAt(3, 9, [1, 2]));
    expect([takeTruncation(raft), takeTruncation(raft)]).toEqual([3, undefined]);
    const shorter = member(1, { terms: [1, 1], term: 1, commit: 2 });
    receive(shorter, snapshotAt(3, 9, [1, 2]));
    expect(takeTruncation(shorter)).toBeUndefined();
  });

  test('a stored snapshot leaves the unstable part as if there had been none', () => {
    const raft = member(3, { term: 1 });
    receive(raft, snapshotAt(11, 1, [1, 2, 3]));
    settle(raft);
    expect(raft.log.unstable).toEqual({
      ...raft.log.unstable,
      snapshot: undefined,
      snapshotInProgress: false,
      entries: [],
      head: 0,
    });
    expect([raft.log.unstable.offset, raft.log.unstable.offsetInProgress]).toEqual([12, 12]);
  });
});

describe('sending', () => {
  test('TestProvideSnap, TestSendingSnapshotSetPendingSnapshot, 9.1/18: a peer that lacks what is compacted gets the snapshot, and waits for it', () => {
    const raft = leaderOfSnapshot('StateProbe');
    logLines(raft);
    refuse(raft, 2, 11, 0);
    expect(logLines(raft).slice(-2)).toEqual([
      'DEBUG 1 [firstindex: 12, commit: 11] sent snapshot[index: 11, term: 11] to 2 [StateProbe match=0 next=1]',
      'DEBUG 1 paused sending replication messages to 2 [StateSnapshot match=0 next=12 paused pendingSnap=11]',
    ]);
    expect(sent(raft)).toMatchObject([{ type: 'MsgSnap', to: id(2), snapshot: { index: 11 } }]);
    expect(progressOf(raft, 2)).toMatchObject({ state: 'StateSnapshot', pendingSnapshot: 11, nextIndex: 12, sentCommit: 11 });
  });

  test('TestIgnoreProvidingSnap, 9.2/18: none goes to a peer that has not been heard of', () => {
    const raft = leaderOfSnapshot('StateProbe');
    Object.assign(progressOf(raft, 2), { nextIndex: 11, recentActive: false });
    logLines(raft);
    propose(raft, 'x');
    expect(sent(raft)).toEqual([]);
    expect(logLines(raft)).toEqual(['DEBUG ignore sending snapshot to 2 since it is not recently active']);
    expect(progressOf(raft, 2).state).toBe('StateProbe');
  });

  test('TestPendingSnapshotPauseReplication: who waits for one is sent no entries', () => {
    const raft = leaderOfSnapshot('StateSnapshot');
    propose(raft, 'somedata');
    expect(sent(raft)).toEqual([]);
  });

  test('a snapshot that cannot be had just now is tried again later', () => {
    const raft = leaderOfSnapshot('StateProbe');
    raft.storage.offered = 'unavailable';
    refuse(raft, 2, 11, 0);
    expect([sent(raft), progressOf(raft, 2).state]).toEqual([[], 'StateProbe']);
    raft.storage.offered = undefined;
    propose(raft, 'x');
    expect(types(sent(raft))).toEqual(['MsgSnap']);
  });

  test('without any snapshot, a peer that needs one is a bug', () => {
    const raft = leader({ voters: [1, 2], terms: [1, 1, 1], term: 1, commit: 3 }, []);
    compactStorage(raft.storage, 3);
    expect(() => refuse(raft, 2, 3, 0)).toThrow('need non-empty snapshot');
  });

  test('TestSlowNodeRestore: a member that was away for longer than the log goes back catches up by a snapshot', () => {
    const net = cluster(3);
    act(net, 1, campaign);
    isolate(net, 3);
    for (let i = 0; i < 100; i++) deliver(net, proposal(1, ''));
    compactAll(at(net, 1));
    net.cut.clear();
    // The leader sends no snapshot to a peer before it has heard of it again.
    while (!progressOf(at(net, 1), 3).recentActive) act(net, 1, tick);
    for (let i = 0; i < 2; i++) deliver(net, proposal(1, ''));
    expect(at(net, 3).log.committed).toBe(at(net, 1).log.committed);
    expect(net.trace.filter((one) => one.type === 'MsgSnap').length).toBe(1);
  });

  test('TestLearnerReceiveSnapshot: a learner is brought up to the commit index by one', () => {
    const conf = { voters: [1], learners: [2] };
    const net = network(member(1, { ...conf, snapshotIndex: 11, term: 1 }), member(2, conf));
    act(net, 1, campaign);
    act(net, 1, tick);
    expect(net.trace.filter((one) => one.type === 'MsgSnap').length).toBe(1);
    expect([at(net, 1).log.committed, at(net, 2).log.committed]).toEqual([12, 12]);
  });

  test('TestProvideSnap: what is acknowledged after the compaction is not sent again', () => {
    const raft = leader({ voters: [1, 2] });
    for (let i = 0; i < 5; i++) propose(raft, 'x');
    settle(raft);
    acknowledge(raft, 2, 4);
    settle(raft);
    createSnapshot(raft.storage, 4, confStateOf(raft), '');
    compactStorage(raft.storage, 4);
    reportUnreachable(raft, id(2));
    const peer = progressOf(raft, 2);
    Object.assign(peer, { matchIndex: 0, nextIndex: 4 });
    refuse(raft, 2, 3, 1);
    expect(sent(raft)).toMatchObject([{ type: 'MsgSnap', snapshot: { index: 4 } }]);
    acknowledge(raft, 2, 4);
    expect(sent(raft)).toMatchObject([{ type: 'MsgApp', index: 4, entries: [{ index: 5 }, { index: 6 }] }]);
  });
});

describe('how it went', () => {
  test.each([
    ['TestSnapshotFailure, 9.2/24', false, 1],
    ['TestSnapshotSucceed, 9.2/24', true, 12],
  ])('%s: a report ends the waiting; the next append follows the peer’s next answer', (_title, delivered, next) => {
    const raft = leaderOfSnapshot('StateSnapshot');
    logLines(raft);
    reportSnapshot(raft, id(2), delivered);
    expect(logLines(raft)).toEqual([
      `DEBUG 1 snapshot ${delivered ? 'succeeded' : 'failed'}, resumed sending replication messages to 2 [StateProbe match=0 next=${next}]`,
    ]);
    const peer = progressOf(raft, 2);
    expect([peer.pendingSnapshot, peer.nextIndex, peer.msgAppFlowPaused, peer.state]).toEqual([0, next, true, 'StateProbe']);
    propose(raft, 'x');
    expect(sent(raft)).toEqual([]);
  });

  test('TestSnapshotAbort, 9.1/18: an acknowledgement of the snapshot’s index ends it as well, and replication goes on', () => {
    const raft = leaderOfSnapshot('StateSnapshot');
    logLines(raft);
    acknowledge(raft, 2, 11);
    expect(logLines(raft)).toEqual([
      'DEBUG 1 recovered from needing snapshot, resumed sending replication messages to 2 [StateSnapshot match=11 next=12 paused pendingSnap=11]',
    ]);
    const peer = progressOf(raft, 2);
    expect([peer.state, peer.pendingSnapshot, peer.nextIndex, peer.inflights.count]).toEqual(['StateReplicate', 0, 13, 1]);
    expect(sent(raft)).toMatchObject([{ type: 'MsgApp', index: 11, entries: [{ index: 12 }] }]);
  });

  test('9.2/24: a report of a snapshot that is not under way changes nothing', () => {
    const raft = leader();
    reportSnapshot(raft, id(2), false);
    expect(progressOf(raft, 2)).toMatchObject({ state: 'StateReplicate', msgAppFlowPaused: false });
    expect(logLines(raft)).toEqual([]);
  });

  test('9.1/17: a peer that is behind its snapshot, but not behind the log, is sent entries again', () => {
    const raft = leader({ terms: [1, 1, 1, 1, 1], term: 1, commit: 5 }, [2]);
    compactStorage(raft.storage, 3);
    const peer = progressOf(raft, 3);
    Object.assign(peer, { state: 'StateSnapshot', matchIndex: 0, nextIndex: 6, pendingSnapshot: 5 });
    acknowledge(raft, 3, 2);
    expect(peer.state).toBe('StateSnapshot');
    acknowledge(raft, 3, 3);
    expect(peer.state).toBe('StateReplicate');
    expect(sent(raft)).toMatchObject([
      { type: 'MsgApp', to: id(3), index: 3, entries: [{ index: 4 }, { index: 5 }, { index: 6 }] },
    ]);
  });
});
