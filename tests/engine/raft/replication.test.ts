/** The log on its way from the leader to the others, and its commit. Titles begin with what the test stands for: checklist.ts. */
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import {
  APPEND_THREAD,
  advance,
  applyConfChange,
  campaign,
  describeMessage,
  type Message,
  propose,
  proposeConfChange,
  ready,
  reportUnreachable,
  step,
  takeTruncation,
  tick,
} from '../../../src/engine/raft/index.ts';
import { maybeCommit } from '../../../src/engine/raft/replication.ts';
import {
  acknowledge,
  answerHeartbeat,
  entry,
  id,
  leader,
  logLines,
  logOf,
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
  v1,
} from './harness.ts';
import { act, at, cluster, cut, deliver, heal, isolate, network } from './network.ts';

describe('proposals', () => {
  test.each([
    [[1], 2],
    [[1, 2], 4],
  ])('TestLogReplication: proposals through leaders %j commit everywhere, in order', (leaders, committed) => {
    const net = cluster(3);
    for (const number of leaders) {
      act(net, number, campaign);
      deliver(net, proposal(number, `data of ${number}`));
    }
    for (const [number, raft] of net.members) {
      const data = net.applied.get(number)?.flatMap((one) => one.data ?? []);
      expect([raft.log.committed, data]).toEqual([committed, leaders.map((one) => `data of ${one}`)]);
    }
  });

  test('TestLearnerLogReplication: a learner gets the entries and is followed; the voter alone commits', () => {
    const net = network(...[1, 2].map((number) => member(number, { voters: [1], learners: [2], term: 1 })));
    act(net, 1, campaign);
    deliver(net, proposal(1, 'somedata'));
    expect([at(net, 1).log.committed, at(net, 2).log.committed]).toEqual([2, 2]);
    expect(progressOf(at(net, 1), 2).matchIndex).toBe(2);
    isolate(net, 2);
    deliver(net, proposal(1, 'somedata'));
    expect(at(net, 1).log.committed).toBe(3);
  });

  test('TestSingleNodeCommit: a lone voter commits', () => {
    const raft = leader({ voters: [1] });
    for (let i = 0; i < 2; i++) propose(raft, 'some data');
    settle(raft);
    expect(raft.log.committed).toBe(3);
  });

  test.each<[number, number[], boolean]>([
    [3, [], true],
    [3, [3], true],
    [3, [2, 3], false],
    [4, [2, 3], false],
    [5, [2, 3], true],
  ])('TestProposal: of %i voters %j are silent: a proposal gets into the logs of the others: %s', (count, silent, succeeds) => {
    const net = cluster(count, {}, silent);
    act(net, 1, campaign);
    deliver(net, proposal(1, 'somedata'));
    for (const raft of net.members.values()) expect(logOf(raft)).toBe(succeeds ? '1/1 1/2' : '');
    expect(at(net, 1).term).toBe(1);
  });

  test.each([[[]], [[3]]])('TestProposalByProxy: a follower’s proposal gets there as well, with %j silent', (silent: number[]) => {
    const net = cluster(3, {}, silent);
    act(net, 1, campaign);
    act(net, 2, (raft) => propose(raft, 'somedata'));
    for (const raft of net.members.values()) expect([logOf(raft), raft.log.committed]).toEqual(['1/1 1/2', 2]);
  });

  test('TestDisableProposalForwarding, 9.2/24: unless it is told not to forward', () => {
    for (const [disableProposalForwarding, error] of [
      [false, undefined],
      [true, 'proposalDropped'],
    ] as const) {
      const raft = member(1, { term: 1, config: { disableProposalForwarding } });
      step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
      settle(raft);
      logLines(raft);
      expect(propose(raft, 'x')).toBe(error);
      expect(sent(raft)).toHaveLength(error === undefined ? 1 : 0);
      expect(logLines(raft)).toEqual(error === undefined ? [] : ['INFO 1 not forwarding to leader 2 at term 1; dropping proposal']);
    }
  });

  test('9.1/29: a forwarded proposal has neither place nor size yet', () => {
    const raft = member(2, { term: 1 });
    step(raft, message('MsgHeartbeat', 1, 2, { term: 1 }));
    settle(raft);
    propose(raft, 'x');
    const [forwarded] = sent(raft);
    expect(forwarded).toMatchObject({ type: 'MsgProp', from: id(2), to: id(1), term: 0 });
    expect(forwarded?.entries).toEqual([{ term: 0, index: 0, type: 'EntryNormal', data: 'x', encodedSize: 0 }]);
  });

  test('a proposal without entries stops the leader', () => {
    expect(() => step(leader(), message('MsgProp', 1, 1))).toThrow('1 stepped empty MsgProp');
  });
});

describe('commit', () => {
  test('TestCannotCommitWithoutNewTermEntry, 9.2/1: entries of older terms do not commit by count, but with one of the new term', () => {
    const net = cluster(5);
    act(net, 1, campaign);
    for (const other of [3, 4, 5]) cut(net, 1, other);
    for (let i = 0; i < 2; i++) deliver(net, proposal(1, 'some data'));
    expect(at(net, 1).log.committed).toBe(1);
    heal(net);
    net.ignored.add('MsgApp');
    act(net, 2, campaign);
    expect([at(net, 2).role, at(net, 2).log.committed]).toEqual(['StateLeader', 1]);
    heal(net);
    act(net, 2, tick);
    deliver(net, proposal(2, 'some data'));
    expect(at(net, 2).log.committed).toBe(5);
  });

  test('TestCommitWithoutNewTermEntry: the new leader’s empty entry commits everything before it', () => {
    const net = cluster(5);
    act(net, 1, campaign);
    for (const other of [3, 4, 5]) cut(net, 1, other);
    for (let i = 0; i < 2; i++) deliver(net, proposal(1, 'some data'));
    heal(net);
    act(net, 2, campaign);
    expect(at(net, 2).log.committed).toBe(4);
  });

  test.each<[number[], number[], number, number]>([
    [[1], [1], 1, 1],
    [[1], [1], 2, 0],
    [[2], [1, 2], 2, 2],
    [[1], [2], 2, 1],
    [[2, 1, 1], [1, 2], 1, 1],
    [[2, 1, 1], [1, 1], 2, 0],
    [[2, 1, 2], [1, 2], 2, 2],
    [[2, 1, 2], [1, 1], 2, 0],
    [[2, 1, 1, 1], [1, 2], 1, 1],
    [[2, 1, 1, 1], [1, 1], 2, 0],
    [[2, 1, 1, 2], [1, 2], 1, 1],
    [[2, 1, 1, 2], [1, 1], 2, 0],
    [[2, 1, 2, 2], [1, 2], 2, 2],
    [[2, 1, 2, 2], [1, 1], 2, 0],
  ])('TestCommit, 9.2/1: matches %j in a log of terms %j commit at term %i up to %i', (matches, terms, term, committed) => {
    const raft = member(1, { voters: matches.map((_, i) => i + 1), terms, term });
    for (const [i, matchIndex] of matches.entries()) {
      Object.assign(progressOf(raft, i + 1), { matchIndex, nextIndex: matchIndex + 1 });
    }
    expect(maybeCommit(raft)).toBe(committed > 0);
    expect(raft.log.committed).toBe(committed);
  });

  test('TestCommitAfterRemoveNode, 9.2/2: a conf change that shrinks the quorum commits what it can', () => {
    const raft = leader({ voters: [1, 2] });
    proposeConfChange(raft, v1('Remove', 2));
    propose(raft, 'hello');
    settle(raft);
    acknowledge(raft, 2, 2);
    const done = ready(raft);
    expect(done.committedEntries.map((one) => one.type)).toEqual(['EntryConfChange']);
    applyConfChange(raft, v1('Remove', 2));
    advance(raft);
    expect(settle(raft).applied.map((one) => one.data)).toEqual(['hello']);
  });

  test('9.1/6: an acknowledgement is answered with the commit index alone, unless that is on its way', () => {
    const raft = leader({}, []);
    acknowledge(raft, 2, 1); // commits 1, and tells both
    settle(raft);
    for (let i = 0; i < 2; i++) propose(raft, 'x');
    settle(raft);
    acknowledge(raft, 2, 3); // commits 3, and tells member 2; member 3 is probed and waits
    expect(sent(raft)).toMatchObject([{ to: id(2), commit: 3 }]);
    acknowledge(raft, 3, 1);
    expect(sent(raft)).toMatchObject([{ to: id(3), index: 1, commit: 3, entries: [{ index: 2 }, { index: 3 }] }]);
    acknowledge(raft, 3, 2);
    expect(sent(raft)).toEqual([]);
    tick(raft); // a heartbeat tells member 3 what it is known to have, so that the rest has to be told again
    settle(raft);
    acknowledge(raft, 3, 3);
    expect(sent(raft)).toMatchObject([{ to: id(3), index: 3, commit: 3, entries: [] }]);
  });

  test('9.1/5: each acknowledgement that moves the commit index tells it at once', () => {
    const raft = leader({ voters: [1, 2] });
    for (let i = 0; i < 2; i++) propose(raft, 'x');
    settle(raft);
    acknowledge(raft, 2, 2);
    acknowledge(raft, 2, 3);
    expect(sent(raft).map((one) => one.commit)).toEqual([2, 3]);
  });
});

describe('a leader', () => {
  test('TestLeaderMsgAppSelfAckAfterTermChange: its own acknowledgement that comes after its term is harmless', () => {
    const raft = leader();
    propose(raft, 'somedata');
    const late = raft.messagesAfterAppend.splice(0);
    expect(late).toMatchObject([{ type: 'MsgAppResp', to: id(1), index: 2 }]);
    step(raft, message('MsgHeartbeat', 2, 1, { term: 2 }));
    for (const one of late) step(raft, one);
    expect([raft.role, raft.term, raft.lead, raft.log.committed]).toEqual(['StateFollower', 2, id(2), 1]);
  });

  test('TestBcastBeat, 9.1/16: heartbeats name no entry, and commit no more than a peer is known to have', () => {
    const raft = leader({ snapshotIndex: 1000, term: 1 }, [3]);
    for (let i = 0; i < 10; i++) propose(raft, 'x');
    settle(raft);
    acknowledge(raft, 3);
    settle(raft);
    Object.assign(progressOf(raft, 2), { matchIndex: 5, nextIndex: 6 });
    tick(raft);
    const shape = { type: 'MsgHeartbeat', index: 0, logTerm: 0, entries: [] };
    expect(sent(raft)).toMatchObject([
      { ...shape, to: id(2), commit: 5 },
      { ...shape, to: id(3), commit: 1011 },
    ]);
  });

  test.each([
    ['StateLeader', 2],
    ['StateCandidate', 0],
    ['StateFollower', 0],
  ] as const)('TestRecvMsgBeat: a %s that is told to beat sends %i heartbeats', (role, count) => {
    const raft = role === 'StateLeader' ? leader() : member(1, { terms: [1, 1], term: 1 });
    if (role === 'StateCandidate') campaign(raft);
    settle(raft);
    step(raft, { ...message('MsgBeat', 1, 1), from: APPEND_THREAD });
    expect(types(sent(raft))).toEqual(Array(count).fill('MsgHeartbeat'));
  });

  test('TestMsgAppRespWaitReset: an acknowledgement lets new entries go to the one that sent it, not to the others', () => {
    const raft = leader({}, []);
    acknowledge(raft, 2, 1);
    settle(raft);
    expect(raft.log.committed).toBe(1);
    propose(raft, 'x');
    expect(sent(raft)).toMatchObject([{ type: 'MsgApp', to: id(2), entries: [{ index: 2 }] }]);
    acknowledge(raft, 3, 1);
    expect(sent(raft)).toMatchObject([{ type: 'MsgApp', to: id(3), entries: [{ index: 2 }] }]);
  });

  test('TestHandleHeartbeatResp: a peer that lags gets an append with each answer to a heartbeat, and none once it has all', () => {
    const raft = leader({ voters: [1, 2], terms: [1, 2, 3], term: 3 }, []);
    for (let i = 0; i < 2; i++) {
      answerHeartbeat(raft, 2);
      expect(types(sent(raft))).toEqual(['MsgApp']);
    }
    acknowledge(raft, 2);
    settle(raft);
    answerHeartbeat(raft, 2);
    expect(sent(raft)).toEqual([]);
  });

  // The leader's log is 1/1 1/2 1/3, its own empty entry the last; peer 2 is probed at 3.
  test.each([
    ['a refusal of another append than the probe', 3, true, 3, 0, 3, []],
    ['a refusal of the probe', 2, true, 2, 0, 2, [[1, 0]]],
    ['an acknowledgement of older entries', 2, false, 2, 2, 4, [[2, 2]]],
    ['an acknowledgement of nothing', 0, false, 0, 0, 4, [[0, 0]]],
  ] as const)('TestLeaderAppResp, 9.2/34: %s', (_what, index, reject, rejectHint, match, next, appends) => {
    const raft = leader({ terms: [1, 1] }, []);
    const peer = progressOf(raft, 2);
    expect([raft.term, peer.matchIndex, peer.nextIndex, peer.state]).toEqual([1, 0, 3, 'StateProbe']);
    step(raft, message('MsgAppResp', 2, 1, { term: raft.term, index, reject, rejectHint }));
    expect([peer.matchIndex, peer.nextIndex]).toEqual([match, next]);
    const toPeer = sent(raft).filter((one) => one.to === id(2));
    expect(toPeer.map((one) => [one.index, one.commit])).toEqual(appends);
  });

  test('TestLeaderAppResp: an acknowledgement that brings nothing new is silent, unless it ends a probe', () => {
    const raft = leader();
    for (let i = 0; i < 3; i++) propose(raft, 'x');
    settle(raft);
    acknowledge(raft, 2, 4);
    settle(raft);
    tick(raft); // tells member 3 only what it is known to hold, so that there is a commit index to tell it
    settle(raft);
    acknowledge(raft, 3, 1);
    expect(sent(raft)).toEqual([]);
    reportUnreachable(raft, id(3));
    acknowledge(raft, 3, 1);
    expect(progressOf(raft, 3).state).toBe('StateReplicate');
    expect(sent(raft)).toMatchObject([{ type: 'MsgApp', to: id(3), commit: 4 }]);
  });

  test('TestRecvMsgUnreachable: a peer that cannot be reached is probed from what it is known to have', () => {
    const raft = leader({ voters: [1, 2], terms: [1, 2, 3], term: 3 });
    for (let i = 0; i < 2; i++) propose(raft, 'x');
    const peer = progressOf(raft, 2);
    expect([peer.state, peer.matchIndex, peer.nextIndex]).toEqual(['StateReplicate', 4, 7]);
    reportUnreachable(raft, id(2));
    expect([peer.state, peer.nextIndex]).toEqual(['StateProbe', 5]);
  });
});

describe('a follower', () => {
  test('TestOldMessages: an append of an older term is ignored', () => {
    const net = cluster(3);
    for (const number of [1, 2, 1]) act(net, number, campaign);
    deliver(net, message('MsgApp', 2, 1, { term: 2, index: 2, logTerm: 2, entries: [entry(2, 3)] }));
    deliver(net, proposal(1, 'somedata'));
    for (const raft of net.members.values()) expect(logOf(raft)).toBe('1/1 2/2 3/3 3/4');
  });

  test('TestStepIgnoreOldTermMsg: so it does not restart the timer, name a leader or commit', () => {
    const raft = member(1, { terms: [1], term: 2 });
    ticks(raft, 3);
    step(raft, message('MsgApp', 2, 1, { term: 1, index: 1, logTerm: 1, commit: 1 }));
    expect([raft.electionElapsed, raft.lead, raft.log.committed, sent(raft)]).toEqual([3, ZERO_ID, 0, []]);
  });

  // The log is 1/1 2/2.
  test.each<[number, number, number, [number, number][], number, number, boolean]>([
    [3, 2, 3, [], 2, 0, true],
    [3, 3, 3, [], 2, 0, true],
    [1, 1, 1, [], 2, 1, false],
    [0, 0, 1, [[2, 1]], 1, 1, false],
    [
      2,
      2,
      3,
      [
        [2, 3],
        [2, 4],
      ],
      4,
      3,
      false,
    ],
    [2, 2, 4, [[2, 3]], 3, 3, false],
    [1, 1, 4, [[2, 2]], 2, 2, false],
    [1, 1, 3, [], 2, 1, false],
    [2, 2, 3, [], 2, 2, false],
    [2, 2, 4, [], 2, 2, false],
  ])(
    'TestHandleMsgApp, 9.2/40: an append after %i/%i of commit %i with %j: last %i, committed %i, reject=%s',
    (logTerm, index, commit, entries, last, committed, reject) => {
      const raft = member(1, { terms: [1, 2], term: 2 });
      step(
        raft,
        message('MsgApp', 2, 1, { term: 2, logTerm, index, commit, entries: entries.map(([term, at]) => entry(term, at)) }),
      );
      expect([raft.log.unstable.offset + raft.log.unstable.entries.length - 1, raft.log.committed]).toEqual([last, committed]);
      expect(sent(raft)).toMatchObject([{ type: 'MsgAppResp', reject }]);
    },
  );

  test('TestHandleHeartbeat: it commits what the heartbeat says and never less, and answers with the same context', () => {
    for (const [commit, committed] of [
      [3, 3],
      [1, 2],
    ] as const) {
      const raft = member(1, { terms: [1, 2, 3], term: 3, commit: 2 });
      step(raft, message('MsgHeartbeat', 2, 1, { term: 3, commit, context: 'ctx' }));
      expect(raft.log.committed).toBe(committed);
      expect(sent(raft)).toMatchObject([{ type: 'MsgHeartbeatResp', to: id(2), context: 'ctx' }]);
    }
  });

  test('9.2/4: a shorter or repeated append truncates nothing, and an overwrite is reported once', () => {
    const raft = member(1, { terms: [1, 1, 1], term: 1 });
    step(raft, message('MsgApp', 2, 1, { term: 1, logTerm: 0, index: 0, entries: [entry(1, 1), entry(1, 2)] }));
    expect([logOf(raft), takeTruncation(raft)]).toEqual(['1/1 1/2 1/3', undefined]);
    step(raft, message('MsgApp', 2, 1, { term: 2, logTerm: 1, index: 1, entries: [entry(2, 2), entry(2, 3)] }));
    expect([logOf(raft), takeTruncation(raft), takeTruncation(raft)]).toEqual(['1/1 2/2 2/3', 2, undefined]);
    step(raft, message('MsgApp', 2, 1, { term: 3, logTerm: 2, index: 2, entries: [entry(3, 3)] }));
    step(raft, message('MsgApp', 2, 1, { term: 3, logTerm: 3, index: 3, entries: [entry(3, 4)] }));
    expect([logOf(raft), takeTruncation(raft)]).toEqual(['1/1 2/2 3/3 3/4', 3]);
  });

  test('9.2/5: an append that starts below the commit index is acknowledged at it', () => {
    const raft = member(1, { terms: [1, 1, 1], term: 1, commit: 2 });
    step(raft, message('MsgApp', 2, 1, { term: 1, logTerm: 9, index: 1, entries: [entry(1, 2)] }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgAppResp', index: 2, reject: false }]);
  });

  test('a commit index past the end of the log stops the member', () => {
    const raft = member(1, { terms: [1, 1], term: 1, commit: 2 });
    const text = 'tocommit(3) is out of range [lastIndex(2)]. Was the raft log corrupted, truncated, or lost?';
    expect(() => step(raft, message('MsgHeartbeat', 2, 1, { term: 1, commit: 3 }))).toThrow(text);
    expect(logLines(raft).at(-1)).toBe(`FATAL ${text}`);
  });
});

describe('backtracking', () => {
  // Whom the follower's answer hints at, and where the leader tries next; the follower may have compacted up to an index.
  test.each<[number[], number[], number, string, string]>([
    [[1, 2, 2, 4, 4, 4, 4], [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3], 0, '3/7', '2/3'],
    [[1, 2, 2, 3, 4, 4, 4, 5], [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3], 0, '3/8', '3/4'],
    [[1, 1, 1, 1], [1, 2, 2, 4], 0, '1/1', '1/1'],
    [[1, 1, 1, 1, 1, 1], [1, 2, 2, 4], 0, '1/1', '1/1'],
    [[1, 1, 1, 1], [1, 2, 2, 4, 4, 4], 0, '1/1', '1/1'],
    [[1, 1, 1, 4, 5], [1, 1, 1, 4], 0, '4/4', '4/4'],
    [[2, 5, 5, 5, 5, 5, 5, 5, 5], [2, 4, 4, 4, 4, 4], 0, '4/6', '2/1'],
    [[2, 2, 2, 2, 2], [2, 4, 4, 4, 4, 4, 4, 4], 0, '2/1', '2/1'],
    [[1, 1, 3], [1, 1, 3, 3, 3], 5, '0/3', '1/2'],
  ])(
    'TestFastLogRejection, 9.1/20: leader %j, follower %j, compacted to %i: the hint is %s, the next probe follows %s',
    (leaderTerms, followerTerms, compacted, hint, next) => {
      const raft = leader({ terms: leaderTerms, term: 8 }, []);
      // A follower that has compacted more than it has committed cannot be, but must not do harm either.
      const follower =
        compacted === 0
          ? member(2, { terms: followerTerms, term: 9 })
          : member(2, { snapshotIndex: compacted, snapshotTerm: followerTerms.at(-1) ?? 0, term: 9 });
      if (compacted > 0) Object.assign(follower.log, { committed: 0, applying: 0, applied: 0 });
      answerHeartbeat(raft, 2);
      const [append] = sent(raft);
      if (append === undefined) throw new Error('the leader sends no append');
      step(follower, append);
      const [answer] = sent(follower);
      expect(`${answer?.logTerm}/${answer?.rejectHint}`).toBe(hint);
      expect(answer).toMatchObject({ type: 'MsgAppResp', reject: true, index: leaderTerms.length });
      if (answer !== undefined) step(raft, answer);
      const [probe] = sent(raft).filter((one) => one.to === id(2));
      expect(`${probe?.logTerm}/${probe?.index}`).toBe(next);
    },
  );

  test.each<[string, number[], number[], number]>([
    ['the leader has a long tail of later terms', [1, 2, 2, 4, 4, 4, 4], [1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3], 3],
    ['the follower has a long tail of later terms', [1, 3, 3, 3, 5, 5], [1, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4], 2],
    ['the follower lacks a lot', [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [1], 2],
  ])('one probe for each term, not for each entry: %s', (_name, leaderTerms, followerTerms, probes) => {
    const net = network(member(1, { terms: leaderTerms, term: 8 }), member(2, { terms: followerTerms, term: 8 }));
    act(net, 1, campaign);
    deliver(net, message('MsgVoteResp', 3, 1, { term: 9 }));
    expect(logOf(at(net, 2))).toBe(logOf(at(net, 1)));
    expect(net.trace.filter((one) => one.type === 'MsgAppResp' && one.reject).length).toBeLessThan(probes);
  });

  test('TestLogReplicationWithReorderedMessage: a late refusal below what matches makes the leader resend from there', () => {
    const raft = leader({ voters: [1, 2] }, []);
    acknowledge(raft, 2, 0); // from now on appends follow each other without waiting
    const follower = member(2, { voters: [1, 2] });
    const answerTo = (append: Message | undefined): Message => {
      if (append === undefined) throw new Error('the leader sends no append');
      step(follower, append);
      const [answer] = sent(follower);
      if (answer === undefined) throw new Error('the follower does not answer');
      return answer;
    };
    propose(raft, 'somedata');
    const [first, second] = sent(raft);
    const refusal = answerTo(second);
    expect(refusal).toMatchObject({ reject: true, index: 1, rejectHint: 0 });
    step(raft, answerTo(first));
    settle(raft);
    expect(progressOf(raft, 2).matchIndex).toBe(1);
    reportUnreachable(raft, id(2));
    step(raft, refusal);
    expect(sent(raft)).toMatchObject([{ type: 'MsgApp', index: 1, entries: [{ index: 2 }] }]);
  });

  test('9.2/34, 9.2/23, 9.2/39: a stale refusal is not acted upon, and next never falls to match', () => {
    const raft = leader({ voters: [1, 2] });
    for (let i = 0; i < 4; i++) propose(raft, 'x');
    settle(raft);
    acknowledge(raft, 2, 3);
    settle(raft);
    logLines(raft);
    // Replicating: a refusal at or below match is old.
    refuse(raft, 2, 3, 1);
    expect(progressOf(raft, 2)).toMatchObject({ state: 'StateReplicate', nextIndex: 6 });
    refuse(raft, 2, 5, 0);
    expect(progressOf(raft, 2)).toMatchObject({ state: 'StateProbe', matchIndex: 3, nextIndex: 4 });
    // The line shows the state before the change.
    expect(logLines(raft)).toContain('DEBUG 1 decreased progress of 2 to [StateReplicate match=3 next=4 inflight=2]');
    // Probing: only the refusal of the one probe counts.
    refuse(raft, 2, 5, 0);
    expect(progressOf(raft, 2).nextIndex).toBe(4);
    refuse(raft, 2, 3, 0);
    expect(progressOf(raft, 2).nextIndex).toBe(4);
  });

  test('a refusal without a term is believed as it is', () => {
    const raft = leader({ terms: [1, 1, 1, 1, 1], term: 1 }, [2]);
    refuse(raft, 3, 5, 3);
    expect(progressOf(raft, 3).nextIndex).toBe(4);
  });
});

describe('messages', () => {
  test('a message is never written to, forwarded or refused', () => {
    const follower = member(1, { term: 1 });
    step(follower, message('MsgHeartbeat', 2, 1, { term: 1 }));
    const raft = leader({ voters: [1] });
    const change = { ...entry(0, 0), type: 'EntryConfChangeV2' as const, data: undefined };
    for (const receiver of [follower, raft]) {
      const entries = Object.freeze([Object.freeze(entry(0, 0)), Object.freeze(change)]);
      const given = Object.freeze(message('MsgProp', 0, 1, { entries }));
      expect(step(receiver, given)).toBeUndefined();
      expect(given.to).toBe(id(1));
    }
    expect(raft.log.unstable.entries.map((one) => one.type)).toEqual(['EntryNormal', 'EntryNormal']);
  });

  test('what is forwarded is the same message under another address', () => {
    const raft = member(1, { term: 1 });
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
    settle(raft);
    const fields = {
      logTerm: 3,
      index: 4,
      entries: [entry(0, 0)],
      commit: 5,
      vote: id(6),
      snapshot: snapshotAt(7, 1, [1]),
      reject: true,
      rejectHint: 8,
      context: 'ctx',
      responses: [message('MsgAppResp', 1, 2)],
    };
    for (const type of ['MsgProp', 'MsgReadIndex'] as const) {
      step(raft, message(type, 3, 1, fields));
      expect(sent(raft)).toEqual([message(type, 3, 2, fields)]);
      // Its term too, which a request has none of: what came with one goes no further.
      const withTerm = message(type, 3, 1, { ...fields, term: 1 });
      expect(() => step(raft, withTerm)).toThrow(`term should not be set when sending ${type} (was 1)`);
    }
  });

  test('9.1/12: an answer to a lower term is an acknowledgement of nothing, and no line', () => {
    const raft = member(1, { terms: [1, 1], term: 5, commit: 2, config: { preVote: true } });
    settle(raft);
    logLines(raft);
    step(raft, message('MsgHeartbeat', 2, 1, { term: 3 }));
    expect(logLines(raft)).toEqual([]);
    expect(sent(raft).map((one) => describeMessage(one))).toEqual(['1->2 MsgAppResp Term:5 Log:0/0']);
  });
});
