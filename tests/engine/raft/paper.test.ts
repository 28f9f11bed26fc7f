/**
 * "In Search of an Understandable Consensus Algorithm" (extended version), section by section: each test sets a member up
 * directly, does one thing and looks at the answer. Names in brackets: the test of etcd-io/raft with the same content.
 */
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import {
  campaign,
  compactStorage,
  confStateOf,
  createSnapshot,
  type MessageType,
  propose,
  type Raft,
  readIndex,
  step,
  tick,
} from '../../../src/engine/raft/index.ts';
import {
  act,
  at,
  cluster,
  deliver,
  entry,
  id,
  isolate,
  logOf,
  member,
  message,
  network,
  proposal,
  sent,
  settle,
} from './harness.ts';

function candidate(term = 1, voters = [1, 2, 3]): Raft {
  const raft = member(1, { voters, term: term - 1 });
  campaign(raft);
  sent(raft);
  return raft;
}

function leader(voters = [1, 2, 3], options: Parameters<typeof member>[1] = {}): Raft {
  const raft = member(1, { voters, ...options });
  campaign(raft);
  settle(raft);
  for (const voter of voters.slice(1)) {
    if (raft.role === 'StateLeader') break;
    step(raft, message('MsgVoteResp', voter, 1, { term: raft.term }));
  }
  settle(raft);
  expect(raft.role).toBe('StateLeader');
  return raft;
}

describe('§5.1 Raft basics', () => {
  // TestFollowerUpdateTermFromMessage, TestCandidateUpdateTermFromMessage, TestLeaderUpdateTermFromMessage
  test.each([
    ['follower', () => member(1, { term: 1 })],
    ['candidate', () => candidate(1)],
    ['leader', () => leader()],
  ])('a %s adopts a higher term and follows', (_role, create) => {
    const raft = create();
    step(raft, message('MsgApp', 2, 1, { term: 2 }));
    expect([raft.term, raft.role, raft.lead]).toEqual([2, 'StateFollower', id(2)]);
  });

  test('a request with a stale term is not handled (TestRejectStaleTermMessage)', () => {
    const raft = member(1, { term: 2 });
    step(raft, message('MsgApp', 2, 1, { term: 1, entries: [entry(1, 1)] }));
    expect([raft.lead, logOf(raft), sent(raft).length]).toEqual([ZERO_ID, '', 0]);
  });

  test('members start as followers (TestStartAsFollower)', () => {
    expect(member(1).role).toBe('StateFollower');
  });
});

describe('§5.2 Leader election', () => {
  test('a leader beats to everybody in every interval (TestLeaderBcastBeat)', () => {
    const raft = leader();
    for (let i = 0; i < 10; i++) propose(raft, 'x');
    sent(raft);
    tick(raft);
    const beats = sent(raft);
    expect(beats.map((one) => [one.type, one.to, one.term, one.commit, one.index, one.logTerm, one.entries.length])).toEqual(
      [2, 3].map((to) => ['MsgHeartbeat', id(to), 1, 0, 0, 0, 0]),
    );
  });

  // TestFollowerStartElection, TestCandidateStartNewElection
  test.each([
    ['follower', () => member(1, { term: 1 })],
    ['candidate', () => candidate(1)],
  ])('a %s that hears nothing stands at the next term, votes for itself and asks everybody', (_role, create) => {
    const raft = create();
    for (let i = 0; i < 19 && raft.term === 1; i++) tick(raft);
    expect([raft.term, raft.role, raft.vote]).toEqual([2, 'StateCandidate', id(1)]);
    expect(sent(raft).map((one) => [one.type, one.to, one.term])).toEqual([
      ['MsgVote', id(2), 2],
      ['MsgVote', id(3), 2],
    ]);
  });

  // TestLeaderElectionInOneRoundRPC
  test.each<[number, Record<number, boolean>, string]>([
    [1, {}, 'StateLeader'],
    [3, { 2: true, 3: true }, 'StateLeader'],
    [3, { 2: true }, 'StateLeader'],
    [5, { 2: true, 3: true, 4: true, 5: true }, 'StateLeader'],
    [5, { 2: true, 3: true, 4: true }, 'StateLeader'],
    [5, { 2: true, 3: true }, 'StateLeader'],
    [3, { 2: false, 3: false }, 'StateFollower'],
    [5, { 2: false, 3: false, 4: false, 5: false }, 'StateFollower'],
    [5, { 2: true, 3: false, 4: false, 5: false }, 'StateFollower'],
    [3, {}, 'StateCandidate'],
    [5, { 2: true }, 'StateCandidate'],
    [5, { 2: false, 3: false }, 'StateCandidate'],
    [5, {}, 'StateCandidate'],
  ])('%i voters, answers %o: %s', (size, votes, role) => {
    const raft = candidate(
      1,
      Array.from({ length: size }, (_, i) => i + 1),
    );
    for (const [voter, granted] of Object.entries(votes)) {
      step(raft, message('MsgVoteResp', Number(voter), 1, { term: 1, reject: !granted }));
    }
    expect([raft.role, raft.term]).toEqual([role, 1]);
  });

  // TestFollowerVote
  test.each([
    [0, 2, false],
    [0, 3, false],
    [2, 2, false],
    [3, 3, false],
    [2, 3, true],
    [3, 2, true],
  ])('having voted for %i, the answer to %i is reject=%s', (vote, from, reject) => {
    const raft = member(1, { term: 1, vote });
    step(raft, message('MsgVote', from, 1, { term: 1 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', to: id(from), term: 1, reject }]);
  });

  // TestCandidateFallback
  test.each([1, 2])('a candidate that hears a leader of term %i follows it', (term) => {
    const raft = candidate(1);
    step(raft, message('MsgApp', 2, 1, { term }));
    expect([raft.role, raft.term, raft.lead]).toEqual(['StateFollower', term, id(2)]);
  });

  // TestFollowerElectionTimeoutRandomized, TestPastElectionTimeout
  test('timeouts are drawn from [E, 2E-1], all of them', () => {
    const raft = member(1);
    const seen = new Set<number>();
    for (let round = 0; round < 500; round++) {
      step(raft, message('MsgHeartbeat', 2, 1, { term: raft.term + 1 }));
      let ticks = 0;
      for (; raft.role === 'StateFollower'; ticks++) tick(raft);
      seen.add(ticks);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });

  test('five members rarely time out together (TestFollowersElectionTimeoutNonconflict)', () => {
    const members = [1, 2, 3, 4, 5].map((number) => member(number, { voters: [1, 2, 3, 4, 5] }));
    let conflicts = 0;
    for (let round = 0; round < 300; round++) {
      const first = Math.min(...members.map((raft) => raft.randomizedElectionTimeout));
      if (members.filter((raft) => raft.randomizedElectionTimeout === first).length > 1) conflicts++;
      for (const raft of members) step(raft, message('MsgHeartbeat', 6, 1, { term: raft.term + 1 }));
    }
    expect(conflicts / 300).toBeLessThanOrEqual(0.4);
    expect(conflicts).toBeGreaterThan(0);
  });
});

describe('§5.3 Log replication', () => {
  test('a leader appends a proposal and sends it with the entry before it (TestLeaderStartReplication)', () => {
    const raft = leader();
    ackAll(raft, [2, 3]);
    propose(raft, 'some data');
    expect(
      sent(raft).map((one) => [one.type, one.to, one.term, one.index, one.logTerm, one.commit, one.entries.map((e) => e.data)]),
    ).toEqual([2, 3].map((to) => ['MsgApp', id(to), 1, 1, 1, 1, ['some data']]));
  });

  // TestLeaderCommitEntry, TestLeaderAcknowledgeCommit
  test.each<[number, number[], boolean]>([
    [1, [], true],
    [3, [], false],
    [3, [2], true],
    [3, [2, 3], true],
    [5, [], false],
    [5, [2], false],
    [5, [2, 3], true],
    [5, [2, 3, 4], true],
  ])('%i voters, acknowledged by %j and itself: committed=%s', (size, ackers, isCommitted) => {
    const voters = Array.from({ length: size }, (_, i) => i + 1);
    const raft = leader(voters);
    ackAll(raft, voters.slice(1));
    propose(raft, 'some data');
    settle(raft);
    for (const from of ackers) step(raft, message('MsgAppResp', from, 1, { term: 1, index: 2 }));
    expect(raft.log.committed >= 2).toBe(isCommitted);
    const told = sent(raft).filter((one) => one.type === 'MsgApp' && one.commit === 2);
    expect(told.length > 0).toBe(isCommitted && size > 1);
  });

  test.each([[[]], [[2]], [[1, 2]], [[1]]])(
    'entries before the committed one commit with it, terms %j (TestLeaderCommitPrecedingEntries)',
    (terms: number[]) => {
      const raft = leader([1, 2, 3], { terms, term: 2 });
      propose(raft, 'some data');
      settle(raft);
      step(raft, message('MsgAppResp', 2, 1, { term: 3, index: terms.length + 2 }));
      expect(settle(raft).applied.map((one) => one.term)).toEqual([...terms, 3, 3]);
    },
  );

  test('a follower applies up to the commit index that it is told (TestFollowerCommitEntry)', () => {
    for (const commit of [1, 2, 3, 4]) {
      const raft = member(1, { term: 1 });
      const entries = [1, 2, 3, 4].map((index) => entry(1, index, `data ${index}`));
      step(raft, message('MsgApp', 2, 1, { term: 1, entries, commit }));
      expect(settle(raft).applied).toEqual(entries.slice(0, commit));
    }
  });

  // TestFollowerCheckMsgApp: the follower holds 1/1 2/2 and has committed 1.
  test.each([
    [0, 0, { index: 1, reject: false, rejectHint: 0, logTerm: 0 }],
    [1, 1, { index: 1, reject: false, rejectHint: 0, logTerm: 0 }],
    [2, 2, { index: 2, reject: false, rejectHint: 0, logTerm: 0 }],
    [1, 2, { index: 2, reject: true, rejectHint: 1, logTerm: 1 }],
    [3, 3, { index: 3, reject: true, rejectHint: 2, logTerm: 2 }],
  ])('an append after %i/%i is answered with %j', (logTerm, index, answer) => {
    const raft = member(1, { terms: [1, 2], term: 2, commit: 1 });
    step(raft, message('MsgApp', 2, 1, { term: 2, logTerm, index }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgAppResp', to: id(2), term: 2, ...answer }]);
  });

  // TestFollowerAppendEntries: only conflicting entries are replaced; a shorter or repeated append truncates nothing.
  test.each<[number, number, [number, number][], string]>([
    [2, 2, [[3, 3]], '1/1 2/2 3/3'],
    [
      1,
      1,
      [
        [3, 2],
        [4, 3],
      ],
      '1/1 3/2 4/3',
    ],
    [0, 0, [[1, 1]], '1/1 2/2'],
    [0, 0, [[3, 1]], '3/1'],
    [0, 0, [], '1/1 2/2'],
  ])('after %i/%i come %j: the log is %s', (logTerm, index, entries, log) => {
    const raft = member(1, { terms: [1, 2] });
    step(raft, message('MsgApp', 2, 1, { term: 2, logTerm, index, entries: entries.map(([term, at]) => entry(term, at)) }));
    expect(logOf(raft)).toBe(log);
    settle(raft);
    expect(logOf(raft)).toBe(log);
  });

  // TestLeaderSyncFollowerLog
  test.each([
    ['a', [1, 1, 1, 4, 4, 5, 5, 6, 6]],
    ['b', [1, 1, 1, 4]],
    ['c', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6]],
    ['d', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7]],
    ['e', [1, 1, 1, 4, 4, 4, 4]],
    ['f', [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]],
  ])('Figure 7 (%s): the follower’s log becomes the leader’s', (_name, terms) => {
    const leaderTerms = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    const net = network(
      member(1, { terms: leaderTerms, term: 8, commit: leaderTerms.length }),
      member(2, { terms, term: 7 }),
      member(3, { terms: [1], term: 7 }),
    );
    // The third member exists to give its vote: the second one's log may be the longer one.
    act(net, 1, campaign);
    deliver(net, message('MsgVoteResp', 3, 1, { term: at(net, 1).term }));
    deliver(net, proposal(1, 'new'));
    expect(logOf(at(net, 2))).toBe(logOf(at(net, 1)));
    expect(at(net, 2).log.committed).toBe(leaderTerms.length + 2);
  });
});

describe('§5.4.1 Election restriction', () => {
  test('a vote request names the last entry and goes to everybody else (TestVoteRequest)', () => {
    const raft = member(1, { terms: [1, 2], term: 2 });
    campaign(raft);
    expect(sent(raft).map((one) => [one.type, one.to, one.term, one.index, one.logTerm])).toEqual(
      [2, 3].map((to) => ['MsgVote', id(to), 3, 2, 2]),
    );
  });

  // TestVoter
  test.each<[number[], number, number, boolean]>([
    [[1], 1, 1, false],
    [[1], 1, 2, false],
    [[1, 1], 1, 1, true],
    [[1], 2, 1, false],
    [[1], 2, 2, false],
    [[1, 1], 2, 1, false],
    [[2], 1, 1, true],
    [[2], 1, 2, true],
    [[2, 1], 1, 1, true],
  ])('a voter with terms %j answers a candidate with last entry %i/%i: reject=%s', (terms, logTerm, index, reject) => {
    const raft = member(1, { terms });
    step(raft, message('MsgVote', 2, 1, { term: 3, logTerm, index }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', reject }]);
  });
});

describe('§5.4.2 Committing entries from previous terms', () => {
  // TestLeaderOnlyCommitsLogFromCurrentTerm, TestCannotCommitWithoutNewTermEntry
  test.each([
    [1, 0],
    [2, 0],
    [3, 3],
  ])('a quorum for index %i commits up to %i', (index, committed) => {
    const raft = leader([1, 2], { terms: [1, 2], term: 2 });
    propose(raft, 'x');
    settle(raft);
    step(raft, message('MsgAppResp', 2, 1, { term: 3, index }));
    expect(raft.log.committed).toBe(committed);
  });

  test('Figure 8 (d): what old leaders left does not commit by count, and a newer log may overwrite it', () => {
    const net = network(
      member(1, { terms: [1, 2], term: 3 }),
      member(2, { terms: [1, 2], term: 3 }),
      member(3, { terms: [1, 3], term: 3 }),
    );
    isolate(net, 3);
    net.ignored.add('MsgAppResp');
    act(net, 1, campaign);
    expect([at(net, 1).role, at(net, 1).log.committed]).toEqual(['StateLeader', 0]);
    isolate(net, 1);
    net.cut.delete(`${id(2)}>${id(3)}`);
    net.cut.delete(`${id(3)}>${id(2)}`);
    net.ignored.clear();
    // Member 2 has taken the new leader's entry of term 4, so that member 3 no longer wins.
    expect(logOf(at(net, 2))).toBe('1/1 2/2 4/3');
    act(net, 3, campaign);
    act(net, 3, campaign);
    expect(at(net, 3).role).not.toBe('StateLeader');
    expect(logOf(at(net, 2))).toBe('1/1 2/2 4/3');
  });
});

describe('§6 Cluster membership changes, §7 Log compaction', () => {
  test('a member outside the configuration does not stand (TestPromotable)', () => {
    const raft = member(4, { voters: [1, 2, 3] });
    for (let i = 0; i < 40; i++) tick(raft);
    expect(raft.role).toBe('StateFollower');
  });

  test('a follower whose entries are compacted gets a snapshot and catches up (TestSlowNodeRestore)', () => {
    const net = cluster(3);
    act(net, 1, campaign);
    isolate(net, 3);
    for (let i = 0; i < 20; i++) deliver(net, proposal(1, 'x'));
    const lead = at(net, 1);
    compactAll(lead);
    net.cut.clear();
    // The leader sends no snapshot to a peer before it has heard of it again.
    for (let i = 0; i < 3; i++) act(net, 1, tick);
    deliver(net, proposal(1, 'y'));
    expect(at(net, 3).log.committed).toBe(lead.log.committed);
    expect(net.trace.filter((one) => one.type === 'MsgSnap').length).toBe(1);
  });
});

describe('§8 Client interaction', () => {
  test('a read is answered after a quorum has confirmed the leader, with the commit index of its arrival', () => {
    const net = cluster(3);
    act(net, 1, campaign);
    act(net, 1, (raft) => readIndex(raft, 'one'));
    expect(net.readStates.get(id(1))).toEqual([{ index: 1, context: 'one' }]);
    isolate(net, 1);
    act(net, 1, (raft) => readIndex(raft, 'two'));
    expect(net.readStates.get(id(1))).toHaveLength(1);
  });

  test('a new leader answers no read before it has committed an entry of its term (TestReadOnlyForNewLeader)', () => {
    const raft = member(1, { terms: [1, 1], term: 1, commit: 1 });
    campaign(raft);
    settle(raft);
    step(raft, message('MsgVoteResp', 2, 1, { term: 2 }));
    settle(raft);
    readIndex(raft, 'early');
    expect(sent(raft)).toEqual([]);
    step(raft, message('MsgAppResp', 2, 1, { term: 2, index: 3 }));
    const beats = sent(raft).filter((one) => one.type === 'MsgHeartbeat');
    expect(beats).toHaveLength(2);
    step(raft, message('MsgHeartbeatResp', 2, 1, { term: 2, context: beats[0]?.context }));
    expect(settle(raft).readStates).toEqual([{ index: 3, context: 'early' }]);
  });
});

function ackAll(raft: Raft, peers: readonly number[]): void {
  for (const from of peers) step(raft, message('MsgAppResp' satisfies MessageType, from, 1, { term: raft.term, index: 1 }));
  settle(raft);
}

function compactAll(raft: Raft): void {
  const index = raft.log.applied;
  createSnapshot(raft.storage, index, confStateOf(raft), '');
  compactStorage(raft.storage, index);
}
