/**
 * "In Search of an Understandable Consensus Algorithm" (extended version), section by section: each test sets a member up
 * directly, does one thing and looks at the answer. Titles begin with the test of etcd-io/raft with the same content (checklist.ts).
 */
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import { campaign, propose, type Raft, readIndex, step, tick } from '../../../src/engine/raft/index.ts';
import { becomeCandidate, becomeFollower } from '../../../src/engine/raft/roles.ts';
import { nextUnstableEntries } from '../../../src/engine/raft/unstable.ts';
import {
  acknowledge,
  candidate,
  entry,
  id,
  leader,
  logOf,
  member,
  message,
  proposal,
  sent,
  settle,
  ticks,
  types,
  upTo,
} from './harness.ts';
import { act, at, cluster, cut, deliver, heal, isolate, network } from './network.ts';

describe('§5.1 Raft basics', () => {
  test.each<[string, () => Raft]>([
    ['TestFollowerUpdateTermFromMessage', () => member(1, { term: 1 })],
    ['TestCandidateUpdateTermFromMessage', () => candidate()],
    ['TestLeaderUpdateTermFromMessage', () => leader()],
  ])('%s: it adopts a higher term and follows', (_title, create) => {
    const raft = create();
    step(raft, message('MsgApp', 2, 1, { term: 2 }));
    expect([raft.term, raft.role, raft.lead]).toEqual([2, 'StateFollower', id(2)]);
  });

  test('TestRejectStaleTermMessage: a request with a stale term is not handled', () => {
    const raft = member(1, { term: 2 });
    step(raft, message('MsgApp', 2, 1, { term: 1, entries: [entry(1, 1)] }));
    expect([raft.lead, logOf(raft), sent(raft).length]).toEqual([ZERO_ID, '', 0]);
  });

  test('TestStartAsFollower: members start as followers', () => {
    expect(member(1).role).toBe('StateFollower');
  });
});

describe('§5.2 Leader election', () => {
  test('TestLeaderBcastBeat: a leader beats to everybody in every interval', () => {
    for (const heartbeatTicks of [1, 3]) {
      const raft = leader({ config: { heartbeatTicks } }, []);
      for (let i = 0; i < 10; i++) propose(raft, 'x');
      settle(raft);
      for (let round = 0; round < 2; round++) {
        ticks(raft, heartbeatTicks - 1);
        expect(sent(raft)).toEqual([]);
        tick(raft);
        const beat = { ...message('MsgHeartbeat', 1, 2), term: 1 };
        expect(sent(raft)).toEqual([beat, { ...beat, to: id(3) }]);
      }
    }
  });

  test.each<[string, () => Raft]>([
    ['TestFollowerStartElection', () => member(1, { term: 1 })],
    ['TestCandidateStartNewElection', () => candidate()],
  ])('%s: who hears nothing stands at the next term, votes for itself and asks everybody', (_title, create) => {
    const raft = create();
    for (let i = 0; i < 19 && raft.term === 1; i++) tick(raft);
    expect([raft.term, raft.role, raft.vote]).toEqual([2, 'StateCandidate', id(1)]);
    expect(sent(raft).map((one) => [one.type, one.to, one.term, one.index, one.logTerm])).toEqual(
      [2, 3].map((to) => ['MsgVote', id(to), 2, 0, 0]),
    );
    expect(raft.tracker.votes.get(id(1))).toBe(true);
  });

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
  ])('TestLeaderElectionInOneRoundRPC, 9.2/11: %i voters, answers %o: %s', (size, votes, role) => {
    const raft = candidate({ voters: upTo(size) });
    for (const [voter, granted] of Object.entries(votes)) {
      step(raft, message('MsgVoteResp', Number(voter), 1, { term: 1, reject: !granted }));
    }
    expect([raft.role, raft.term]).toEqual([role, 1]);
  });

  test.each([
    [0, 2, false],
    [0, 3, false],
    [2, 2, false],
    [3, 3, false],
    [2, 3, true],
    [3, 2, true],
  ])('TestFollowerVote: having voted for %i, the answer to %i is reject=%s', (vote, from, reject) => {
    const raft = member(1, { term: 1, vote });
    step(raft, message('MsgVote', from, 1, { term: 1 }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', to: id(from), term: 1, reject }]);
  });

  test.each([1, 2])('TestCandidateFallback: a candidate that hears a leader of term %i follows it', (term) => {
    const raft = candidate();
    step(raft, message('MsgApp', 2, 1, { term }));
    expect([raft.role, raft.term, raft.lead]).toEqual(['StateFollower', term, id(2)]);
  });

  const restart = {
    follower: (raft: Raft) => becomeFollower(raft, raft.term + 1, ZERO_ID),
    candidate: (raft: Raft) => becomeCandidate(raft),
  };

  test.each([
    ['TestFollowerElectionTimeoutRandomized', restart.follower],
    ['TestCandidateElectionTimeoutRandomized', restart.candidate],
  ])('%s: timeouts are drawn from [E, 2E-1], all of them', (_title, again) => {
    const raft = member(1);
    const seen = new Set<number>();
    for (let round = 0; round < 500; round++) {
      again(raft);
      const { term } = raft;
      let count = 0;
      for (; raft.term === term; count++) tick(raft);
      seen.add(count);
      settle(raft);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });

  test.each([
    ['TestFollowersElectionTimeoutNonconflict', restart.follower],
    ['TestCandidatesElectionTimeoutNonconflict', restart.candidate],
  ])('%s: five members time out together in no more than 30 %% of all rounds', (_title, again) => {
    const members = upTo(5).map((number) => member(number, { voters: upTo(5) }));
    let conflicts = 0;
    for (let round = 0; round < 1000; round++) {
      for (const raft of members) again(raft);
      const first = Math.min(...members.map((raft) => raft.randomizedElectionTimeout));
      if (members.filter((raft) => raft.randomizedElectionTimeout === first).length > 1) conflicts++;
    }
    expect(conflicts).toBeLessThanOrEqual(300);
    expect(conflicts).toBeGreaterThan(0);
  });
});

describe('§5.3 Log replication', () => {
  test('TestLeaderStartReplication: a leader appends a proposal and sends it with the entry before it', () => {
    const raft = leader();
    propose(raft, 'some data');
    const entries = [entry(1, 2, 'some data')];
    expect(nextUnstableEntries(raft.log.unstable)).toEqual(entries);
    expect(raft.log.committed).toBe(1);
    const append = { ...message('MsgApp', 1, 2), term: 1, index: 1, logTerm: 1, entries, commit: 1 };
    expect(sent(raft)).toEqual([append, { ...append, to: id(3) }]);
  });

  test('TestLeaderCommitEntry: what a quorum has is committed, applied, and told to everybody', () => {
    const raft = leader();
    propose(raft, 'some data');
    settle(raft);
    acknowledge(raft, 2, 2);
    const { applied, messages } = settle(raft);
    expect(applied).toEqual([entry(1, 2, 'some data')]);
    expect(messages.map((one) => [one.type, one.to, one.commit])).toEqual([2, 3].map((to) => ['MsgApp', id(to), 2]));
  });

  test.each<[number, number[], boolean]>([
    [1, [], true],
    [3, [], false],
    [3, [2], true],
    [3, [2, 3], true],
    [5, [], false],
    [5, [2], false],
    [5, [2, 3], true],
    [5, [2, 3, 4], true],
    [5, [2, 3, 4, 5], true],
  ])('TestLeaderAcknowledgeCommit: %i voters, acknowledged by %j and itself: committed=%s', (size, others, isCommitted) => {
    const raft = leader({ voters: upTo(size) });
    propose(raft, 'some data');
    settle(raft);
    for (const from of others) acknowledge(raft, from, 2);
    expect(raft.log.committed >= 2).toBe(isCommitted);
  });

  test.each([[[]], [[2]], [[1, 2]], [[1]]])(
    'TestLeaderCommitPrecedingEntries: entries of terms %j before the committed one commit with it',
    (terms: number[]) => {
      const raft = leader({ terms, term: 2 }, []);
      propose(raft, 'some data');
      settle(raft);
      acknowledge(raft, 2, terms.length + 2);
      expect(settle(raft).applied.map((one) => one.term)).toEqual([...terms, 3, 3]);
    },
  );

  test.each([
    [['some data'], 1],
    [['some data', 'some data2'], 2],
    [['some data2', 'some data'], 2],
    [['some data', 'some data2'], 1],
  ])('TestFollowerCommitEntry: a follower told %j and commit %i applies up to it', (data, commit) => {
    const raft = member(1, { term: 1 });
    const entries = data.map((one, i) => entry(1, i + 1, one));
    step(raft, message('MsgApp', 2, 1, { term: 1, entries, commit }));
    expect([raft.log.committed, settle(raft).applied]).toEqual([commit, entries.slice(0, commit)]);
  });

  // The follower holds 1/1 2/2 and has committed 1.
  test.each([
    [0, 0, { index: 1, reject: false, rejectHint: 0, logTerm: 0 }],
    [1, 1, { index: 1, reject: false, rejectHint: 0, logTerm: 0 }],
    [2, 2, { index: 2, reject: false, rejectHint: 0, logTerm: 0 }],
    [1, 2, { index: 2, reject: true, rejectHint: 1, logTerm: 1 }],
    [3, 3, { index: 3, reject: true, rejectHint: 2, logTerm: 2 }],
  ])('TestFollowerCheckMsgApp, 9.2/5, 9.1/21: an append after %i/%i is answered with %j', (logTerm, index, answer) => {
    const raft = member(1, { terms: [1, 2], term: 2, commit: 1 });
    step(raft, message('MsgApp', 2, 1, { term: 2, logTerm, index }));
    expect(sent(raft)).toEqual([{ ...message('MsgAppResp', 1, 2), term: 2, ...answer }]);
  });

  // Stored: 1/1 2/2. Only conflicting entries are replaced; a shorter or repeated append truncates nothing.
  test.each<[number, number, string, string, string]>([
    [2, 2, '3/3', '1/1 2/2 3/3', '3/3'],
    [1, 1, '3/2 4/3', '1/1 3/2 4/3', '3/2 4/3'],
    [0, 0, '1/1', '1/1 2/2', ''],
    [0, 0, '3/1', '3/1', '3/1'],
    [0, 0, '', '1/1 2/2', ''],
  ])(
    'TestFollowerAppendEntries, 9.2/4: after %i/%i come %s: the log is %s, to be written %s',
    (logTerm, index, coming, log, unstable) => {
      const raft = member(1, { terms: [1, 2] });
      const entries = coming.split(' ').flatMap((one) => {
        const [term, position] = one.split('/').map(Number);
        return term === undefined || position === undefined ? [] : [entry(term, position)];
      });
      step(raft, message('MsgApp', 2, 1, { term: 4, logTerm, index, entries }));
      expect(logOf(raft)).toBe(log);
      const toWrite = nextUnstableEntries(raft.log.unstable);
      expect(toWrite.map((one) => `${one.term}/${one.index}`).join(' ')).toBe(unstable);
      settle(raft);
      expect(logOf(raft)).toBe(log);
    },
  );

  test.each([
    ['a', [1, 1, 1, 4, 4, 5, 5, 6, 6]],
    ['b', [1, 1, 1, 4]],
    ['c', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6]],
    ['d', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7]],
    ['e', [1, 1, 1, 4, 4, 4, 4]],
    ['f', [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]],
  ])('TestLeaderSyncFollowerLog: Figure 7 (%s): the follower’s log becomes the leader’s', (_name, terms) => {
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
  test.each([
    [[1], 2],
    [[1, 2], 3],
  ])(
    'TestVoteRequest: over a log of terms %j a vote request of term %i names the last entry and goes to everybody else',
    (terms, term) => {
      const raft = member(1);
      const entries = terms.map((one, i) => entry(one, i + 1));
      step(raft, message('MsgApp', 2, 1, { term: term - 1, entries }));
      settle(raft);
      while (raft.role === 'StateFollower') tick(raft);
      expect(sent(raft).map((one) => [one.type, one.to, one.term, one.index, one.logTerm])).toEqual(
        [2, 3].map((to) => ['MsgVote', id(to), term, terms.length, terms.at(-1)]),
      );
    },
  );

  test.each<[number[], number, number, boolean]>([
    [[1], 1, 1, false],
    [[1], 1, 2, false],
    [[1, 1], 1, 1, true],
    [[1], 2, 1, false],
    [[1], 2, 2, false],
    [[1, 1], 2, 1, false],
    [[2], 1, 1, true],
    [[2], 1, 2, true],
    [[2, 2], 1, 1, true],
    [[2, 1], 1, 1, true],
  ])('TestVoter: a voter with terms %j answers a candidate with last entry %i/%i: reject=%s', (terms, logTerm, index, reject) => {
    const raft = member(1, { terms });
    step(raft, message('MsgVote', 2, 1, { term: 3, logTerm, index }));
    expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', reject }]);
  });
});

describe('§5.4.2 Committing entries from previous terms', () => {
  test.each([
    [1, 0],
    [2, 0],
    [3, 3],
  ])('TestLeaderOnlyCommitsLogFromCurrentTerm, 9.2/1: a quorum for index %i commits up to %i', (index, committed) => {
    const raft = leader({ voters: [1, 2], terms: [1, 2], term: 2 }, []);
    propose(raft, 'x');
    settle(raft);
    acknowledge(raft, 2, index);
    expect(raft.log.committed).toBe(committed);
  });

  test('Figure 8: what old leaders left does not commit by count, and a newer log may overwrite it', () => {
    const net = network(
      member(1, { terms: [1, 2], term: 3 }),
      member(2, { terms: [1, 2], term: 3 }),
      member(3, { terms: [1, 3], term: 3 }),
    );
    isolate(net, 3);
    net.ignored.add('MsgAppResp');
    act(net, 1, campaign);
    expect([at(net, 1).role, at(net, 1).log.committed]).toEqual(['StateLeader', 0]);
    heal(net);
    isolate(net, 1);
    // Member 2 has taken the new leader's entry of term 4, so that member 3 no longer wins.
    expect(logOf(at(net, 2))).toBe('1/1 2/2 4/3');
    for (let i = 0; i < 2; i++) act(net, 3, campaign);
    expect(at(net, 3).role).not.toBe('StateLeader');
    expect(logOf(at(net, 2))).toBe('1/1 2/2 4/3');
  });
});

describe('§6 Cluster membership changes, §7 Log compaction, §8 Client interaction', () => {
  test('a member outside the configuration does not stand', () => {
    const raft = member(4, { voters: [1, 2, 3] });
    ticks(raft, 40);
    expect(raft.role).toBe('StateFollower');
  });

  test('a read is answered after a quorum has confirmed the leader, with the commit index of its arrival', () => {
    const net = cluster(3);
    act(net, 1, campaign);
    act(net, 1, (raft) => readIndex(raft, 'one'));
    expect(net.readStates.get(id(1))).toEqual([{ index: 1, context: 'one' }]);
    for (const other of [2, 3]) cut(net, 1, other);
    act(net, 1, (raft) => readIndex(raft, 'two'));
    expect(net.readStates.get(id(1))).toHaveLength(1);
    expect(types(net.trace)).toContain('MsgHeartbeatResp');
  });
});
