/**
 * Each rule decides where it should: a member with one rule bent does the one wrong thing that the break-it lab shows
 * (`spec/lessons.md` section 3), and a member with etcd's rules does not.
 */
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import {
  applyConfChange,
  campaign,
  confStateOf,
  etcdRules,
  hasReady,
  propose,
  type Raft,
  type RaftRules,
  readIndex,
  ready,
  step,
  tick,
} from '../../../src/engine/raft/index.ts';
import { entry, id, ids, logOf, type MemberOptions, member, message, sent, settle } from './harness.ts';

/** The same story with etcd's rules and with some bent. */
function both<T>(bent: Partial<RaftRules>, story: (rules: RaftRules) => T): { readonly etcd: T; readonly bent: T } {
  return { etcd: story(etcdRules), bent: story({ ...etcdRules, ...bent }) };
}

function elected(options: MemberOptions): Raft {
  const raft = member(1, options);
  campaign(raft);
  settle(raft);
  if (raft.role !== 'StateLeader') step(raft, message('MsgVoteResp', 2, 1, { term: raft.term }));
  settle(raft);
  expect(raft.role).toBe('StateLeader');
  return raft;
}

describe('rules', () => {
  test('B01 count only your own vote', () => {
    const result = both({ electionResult: (yes) => (yes > 0 ? 'VoteWon' : 'VotePending') }, (rules) => {
      const raft = member(1, { rules });
      campaign(raft);
      settle(raft);
      return raft.role;
    });
    expect(result).toEqual({ etcd: 'StateCandidate', bent: 'StateLeader' });
  });

  test('B02 skip the up-to-date check', () => {
    const result = both({ isUpToDate: () => true }, (rules) => {
      const raft = member(1, { rules, terms: [1, 1], term: 1 });
      step(raft, message('MsgVote', 2, 1, { term: 2, logTerm: 1, index: 1 }));
      return sent(raft)[0]?.reject;
    });
    expect(result).toEqual({ etcd: true, bent: false });
  });

  test('B03 commit old-term entries by counting', () => {
    const result = both({ mayCommit: (index, committed) => index > committed }, (rules) => {
      const raft = elected({ rules, terms: [1, 2], term: 2 });
      step(raft, message('MsgAppResp', 2, 1, { term: 3, index: 2 }));
      return raft.log.committed;
    });
    expect(result).toEqual({ etcd: 0, bent: 2 });
  });

  test('B04 forget the vote on disk', () => {
    const result = both({ durableHardState: (state) => ({ ...state, vote: ZERO_ID }) }, (rules) => {
      const raft = member(1, { rules });
      step(raft, message('MsgVote', 2, 1, { term: 1 }));
      settle(raft);
      expect(raft.vote).toBe(id(2));
      return raft.storage.hardState.vote;
    });
    expect(result).toEqual({ etcd: id(2), bent: ZERO_ID });
  });

  test('B05 acknowledge before the disk', () => {
    const result = both({ waitsForDisk: () => false }, (rules) => {
      const raft = member(1, { rules, term: 1, config: { asyncStorageWrites: true } });
      step(raft, message('MsgApp', 2, 1, { term: 1, entries: [entry(1, 1)] }));
      return ready(raft).messages.map((one) => one.type);
    });
    expect(result).toEqual({ etcd: ['MsgStorageAppend'], bent: ['MsgAppResp', 'MsgStorageAppend'] });
  });

  test('a member’s own vote waits for its disk under any rules', () => {
    const raft = member(1, { voters: [1], rules: { ...etcdRules, waitsForDisk: () => false } });
    campaign(raft);
    expect(raft.role).toBe('StateCandidate');
    settle(raft);
    expect(raft.role).toBe('StateLeader');
  });

  test('B06 half is enough', () => {
    const result = both({ quorumSize: (count) => Math.max(1, Math.ceil(count / 2)) }, (rules) => {
      const raft = member(1, { rules, voters: [1, 2, 3, 4] });
      campaign(raft);
      settle(raft);
      step(raft, message('MsgVoteResp', 2, 1, { term: 1 }));
      return raft.role;
    });
    expect(result).toEqual({ etcd: 'StateCandidate', bent: 'StateLeader' });
  });

  test('B07 a leader reads its own memory', () => {
    const result = both({ mustConfirmRead: () => false }, (rules) => {
      const raft = elected({ rules });
      step(raft, message('MsgAppResp', 2, 1, { term: 1, index: 1 }));
      readIndex(raft, 'ctx');
      return settle(raft).readStates.length;
    });
    expect(result).toEqual({ etcd: 0, bent: 1 });
  });

  test('B10 from three to five in one step', () => {
    const result = both({ needsJoint: () => false, maySwitchInOneStep: () => true }, (rules) => {
      const raft = member(1, { rules });
      const add = (number: number) => ({ type: 'ConfChangeAddNode' as const, nodeId: id(number) });
      applyConfChange(raft, { version: 2, transition: 'ConfChangeTransitionAuto', changes: [add(4), add(5)], context: undefined });
      return confStateOf(raft).votersOutgoing;
    });
    expect(result).toEqual({ etcd: ids([1, 2, 3]), bent: [] });
  });

  test('B12 no check of the previous entry', () => {
    const result = both({ matchesPrevious: () => true }, (rules) => {
      const raft = member(1, { rules, terms: [1, 1], term: 3 });
      step(raft, message('MsgApp', 2, 1, { term: 3, index: 2, logTerm: 2, entries: [entry(3, 3)] }));
      return logOf(raft);
    });
    expect(result).toEqual({ etcd: '1/1 1/2', bent: '1/1 1/2 3/3' });
  });

  test('B13 heartbeats carry the raw commit index', () => {
    const result = both({ heartbeatCommit: (_match, committed) => committed }, (rules) => {
      const raft = elected({ rules });
      step(raft, message('MsgAppResp', 2, 1, { term: 1, index: 1 }));
      settle(raft);
      tick(raft);
      return sent(raft).map((one) => one.commit);
    });
    expect(result).toEqual({ etcd: [1, 0], bent: [1, 1] });
  });

  test('B14 always truncate on append', () => {
    const result = both({ appendFrom: (entries) => entries[0]?.index ?? 0 }, (rules) => {
      const raft = member(1, { rules, terms: [1, 1, 1], term: 1, commit: 1 });
      step(raft, message('MsgApp', 2, 1, { term: 1, index: 1, logTerm: 1, entries: [entry(1, 2)] }));
      return logOf(raft);
    });
    expect(result).toEqual({ etcd: '1/1 1/2 1/3', bent: '1/1 1/2' });
  });

  test('B16 read before the first commit of the term', () => {
    const result = both({ mayTakeReads: () => true }, (rules) => {
      const raft = elected({ rules, terms: [1, 1], term: 1, commit: 1 });
      readIndex(raft, 'ctx');
      return sent(raft).length;
    });
    expect(result).toEqual({ etcd: 0, bent: 2 });
  });

  test('leases, votes and syncs ask their rules too', () => {
    const lease = both({ isLeaseHeld: () => false }, (rules) => {
      const raft = member(1, { rules, term: 1, config: { checkQuorum: true } });
      step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
      step(raft, message('MsgVote', 3, 1, { term: 2 }));
      return raft.term;
    });
    expect(lease).toEqual({ etcd: 1, bent: 2 });
    const vote = both({ isVoteFree: () => true }, (rules) => {
      const raft = member(1, { rules, term: 1, vote: 2 });
      step(raft, message('MsgVote', 3, 1, { term: 1 }));
      return sent(raft)[0]?.reject;
    });
    expect(vote).toEqual({ etcd: true, bent: false });
    const sync = both({ mustSync: () => false }, (rules) => {
      const raft = member(1, { rules, voters: [1] });
      campaign(raft);
      propose(raft, 'x');
      expect(hasReady(raft)).toBe(true);
      return ready(raft).mustSync;
    });
    expect(sync).toEqual({ etcd: true, bent: false });
  });
});
