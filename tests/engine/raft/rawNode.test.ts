/** What a member tells its driver, and what the driver answers: Readys, both kinds of storage, starts. Titles: checklist.ts. */
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import {
  advance,
  appendToStorage,
  bootstrap,
  campaign,
  hasReady,
  isEmptyHardState,
  isLocalMessage,
  isResponseMessage,
  type Message,
  type MessageType,
  propose,
  type Raft,
  type Ready,
  ready,
  setHardState,
  status,
  statusJson,
  step,
  takeLogLines,
} from '../../../src/engine/raft/index.ts';
import { entry, id, ids, leader, member, message, settle, snapshotAt, types } from './harness.ts';

/** Writes what a Ready says, and takes the next one. */
function next(raft: Raft, done: Ready): Ready {
  if (done.hardState !== undefined) setHardState(raft.storage, done.hardState);
  appendToStorage(raft.storage, done.entries);
  advance(raft);
  return ready(raft);
}

const indexes = (entries: readonly { readonly index: number }[]) => entries.map((one) => one.index);

describe('what step takes', () => {
  // local: only a member itself may step it. response: refused from a stranger.
  test.each<[MessageType, boolean, boolean]>([
    ['MsgHup', true, false],
    ['MsgBeat', true, false],
    ['MsgUnreachable', true, true],
    ['MsgSnapStatus', true, false],
    ['MsgCheckQuorum', true, false],
    ['MsgTransferLeader', false, false],
    ['MsgProp', false, false],
    ['MsgApp', false, false],
    ['MsgAppResp', false, true],
    ['MsgVote', false, false],
    ['MsgVoteResp', false, true],
    ['MsgSnap', false, false],
    ['MsgHeartbeat', false, false],
    ['MsgHeartbeatResp', false, true],
    ['MsgTimeoutNow', false, false],
    ['MsgReadIndex', false, false],
    ['MsgReadIndexResp', false, true],
    ['MsgPreVote', false, false],
    ['MsgPreVoteResp', false, true],
    ['MsgStorageAppend', true, false],
    ['MsgStorageAppendResp', true, true],
    ['MsgStorageApply', true, false],
    ['MsgStorageApplyResp', true, true],
    ['MsgForgetLeader', false, false],
  ])('TestIsLocalMsg, TestIsResponseMsg, TestRawNodeStep: %s is local: %s, a response: %s', (type, local, response) => {
    expect([isLocalMessage(type), isResponseMessage(type)]).toEqual([local, response]);
    const raft = leader();
    const fields = type === 'MsgProp' ? { entries: [entry(0, 0)] } : {};
    expect(step(raft, message(type, 2, 1, fields))).toBe(local ? 'localMessage' : undefined);
    if (response && !local) expect(step(raft, message(type, 9, 1, fields))).toBe('peerNotFound');
  });

  test('9.1/27: an answer of a member that is gone is refused', () => {
    expect(step(leader(), message('MsgAppResp', 9, 1, { term: 1 }))).toBe('peerNotFound');
  });
});

describe('a Ready', () => {
  test('TestRawNodeConsumeReady: asking whether there is one takes nothing, taking it takes all, and advancing leaves what has come since', () => {
    const raft = leader({ voters: [1, 2] });
    propose(raft, 'x');
    expect([hasReady(raft), hasReady(raft), raft.messages.length]).toEqual([true, true, 1]);
    const first = ready(raft);
    expect([types(first.messages), raft.messages]).toEqual([['MsgApp'], []]);
    propose(raft, 'y');
    advance(raft);
    expect(types(raft.messages)).toEqual(['MsgApp']);
    expect(indexes(ready(raft).entries)).toEqual([3]);
  });

  test('TestNodeAdvance: what is committed comes after the one that wrote it is done', () => {
    const raft = leader({ voters: [1] });
    propose(raft, 'foo');
    const first = ready(raft);
    expect([indexes(first.entries), first.committedEntries, first.mustSync]).toEqual([[2], [], true]);
    const second = next(raft, first);
    expect([second.entries, indexes(second.committedEntries), second.mustSync]).toEqual([[], [2], false]);
  });

  test('two of them without advance are a bug, when the first one has steps left', () => {
    const raft = leader({ voters: [1] });
    propose(raft, 'x');
    ready(raft);
    propose(raft, 'y');
    expect(() => ready(raft)).toThrow('two accepted Ready structs without call to Advance');
  });

  test('TestSoftStateEqual: it tells role and leader when one of them has changed', () => {
    const raft = member(1, { term: 1 });
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
    const first = ready(raft);
    expect(first.softState).toEqual({ lead: id(2), role: 'StateFollower' });
    expect(next(raft, first).softState).toBeUndefined();
    advance(raft);
    raft.lead = ZERO_ID;
    expect(hasReady(raft)).toBe(true);
    expect(ready(raft).softState).toEqual({ lead: ZERO_ID, role: 'StateFollower' });
    advance(raft);
    raft.role = 'StatePreCandidate';
    expect(ready(raft).softState).toEqual({ lead: ZERO_ID, role: 'StatePreCandidate' });
  });

  test('TestIsHardStateEqual: it tells term, vote and commit index when one of them has changed', () => {
    const raft = member(1, { terms: [1, 1], term: 1 });
    expect(hasReady(raft)).toBe(false);
    const change = (changes: Partial<Raft>) => {
      Object.assign(raft, changes);
      const done = ready(raft);
      advance(raft);
      return done;
    };
    expect(change({ vote: id(2) })).toMatchObject({ hardState: { term: 1, vote: id(2), commit: 0 }, mustSync: true });
    expect(change({ term: 2 })).toMatchObject({ hardState: { term: 2, vote: id(2), commit: 0 }, mustSync: true });
    raft.log.committed = 1;
    expect(change({})).toMatchObject({ hardState: { term: 2, vote: id(2), commit: 1 }, mustSync: false });
    expect(change({})).toMatchObject({ hardState: undefined, mustSync: false });
  });

  test('TestIsHardStateEqual: a hard state is empty if nothing of it is set', () => {
    expect(isEmptyHardState({ term: 0, vote: ZERO_ID, commit: 0 })).toBe(true);
    for (const set of [{ term: 1 }, { vote: id(1) }, { commit: 1 }]) {
      expect(isEmptyHardState({ term: 0, vote: ZERO_ID, commit: 0, ...set })).toBe(false);
    }
  });

  test('9.1/3: a snapshot or a commit index alone need not be synced', () => {
    const raft = member(1, { terms: [1, 1], term: 1 });
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1, commit: 1 }));
    expect(ready(raft)).toMatchObject({ hardState: { commit: 1 }, mustSync: false });
    advance(raft);
    step(raft, message('MsgSnap', 2, 1, { term: 1, snapshot: snapshotAt(11, 1, [1, 2]) }));
    expect(ready(raft)).toMatchObject({ snapshot: { index: 11 }, mustSync: false });
  });

  test('what has been handed out does not change when the engine goes on', () => {
    const raft = member(1, { term: 1, config: { asyncStorageWrites: true } });
    takeLogLines(raft);
    const lines = takeLogLines(raft);
    step(raft, message('MsgHeartbeat', 2, 1, { term: 2 }));
    expect(lines).toEqual([]);
    const first = ready(raft);
    const before = JSON.stringify(first);
    step(raft, message('MsgReadIndexResp', 2, 1, { term: 2, index: 1, entries: [entry(0, 0, 'ctx')] }));
    expect(types(first.messages)).toEqual(['MsgHeartbeatResp', 'MsgStorageAppend']);
    step(raft, message('MsgApp', 2, 1, { term: 2, entries: [entry(2, 1)], commit: 1 }));
    const second = ready(raft);
    const later = JSON.stringify(second);
    step(raft, message('MsgApp', 3, 1, { term: 3, entries: [entry(3, 1)] }));
    ready(raft);
    expect([JSON.stringify(first), JSON.stringify(second)]).toEqual([before, later]);
  });

  test('9.2/21: what was being written and is cut off is handed out again', () => {
    const raft = member(1, { term: 1 });
    step(raft, message('MsgApp', 2, 1, { term: 1, entries: [entry(1, 1), entry(1, 2), entry(1, 3)] }));
    ready(raft); // all three are being written
    step(raft, message('MsgApp', 3, 1, { term: 2, logTerm: 1, index: 1, entries: [entry(2, 2)] }));
    expect(raft.log.unstable.offsetInProgress).toBe(2);
    advance(raft);
    expect(ready(raft).entries.map((one) => [one.term, one.index])).toEqual([[2, 2]]);
  });
});

describe('starting', () => {
  test('TestRawNodeStart: a voter alone, from a snapshot at 1 to its first entry', () => {
    const raft = member(1, { voters: [1], snapshotIndex: 1, snapshotTerm: 0 });
    setHardState(raft.storage, { term: 0, vote: ZERO_ID, commit: 0 });
    expect(hasReady(raft)).toBe(false);
    campaign(raft);
    const voting = ready(raft);
    expect(voting).toMatchObject({ entries: [], messages: [], committedEntries: [], hardState: { term: 1, vote: id(1) } });
    advance(raft);
    propose(raft, 'foo');
    const appending = ready(raft);
    expect(appending.softState).toEqual({ lead: id(1), role: 'StateLeader' });
    expect(appending.entries.map((one) => [one.term, one.index, one.data])).toEqual([
      [1, 2, undefined],
      [1, 3, 'foo'],
    ]);
    const committing = next(raft, appending);
    expect(committing).toEqual({
      softState: undefined,
      hardState: { term: 1, vote: id(1), commit: 3 },
      readStates: [],
      entries: [],
      snapshot: undefined,
      committedEntries: appending.entries,
      messages: [],
      mustSync: false,
    });
    advance(raft);
    expect(hasReady(raft)).toBe(false);
  });

  test('TestNodeStart, 9.2/24: founding a cluster is a change for each peer, committed at once, and applied again by the driver', () => {
    const raft = member(1, { voters: [] });
    expect(bootstrap(raft, [])).toBe('noPeers');
    const peers = ids([1]).map((one) => ({ id: one, context: undefined }));
    expect(bootstrap(raft, peers)).toBeUndefined();
    expect([raft.log.applied, raft.tracker.config.voters]).toEqual([0, ids([1])]);
    const first = ready(raft);
    expect(first).toMatchObject({ hardState: { term: 1, vote: ZERO_ID, commit: 1 }, mustSync: true });
    expect(first.entries).toEqual(first.committedEntries);
    expect(first.entries.map((one) => [one.type, one.term, one.index, one.data])).toEqual([
      ['EntryConfChange', 1, 1, '\x10\x00\x18\x01'],
    ]);
    setHardState(raft.storage, { term: 1, vote: ZERO_ID, commit: 1 });
    appendToStorage(raft.storage, first.entries);
    expect(bootstrap(raft, peers)).toBe('nonemptyStorage');
    advance(raft);
    campaign(raft);
    appendToStorage(raft.storage, next(raft, ready(raft)).entries); // its empty entry
    advance(raft);
    propose(raft, 'foo');
    const third = ready(raft);
    expect(third).toMatchObject({ hardState: { term: 2, vote: id(1), commit: 2 }, mustSync: true });
    expect([indexes(third.entries), indexes(third.committedEntries)]).toEqual([[3], [2]]);
    const fourth = next(raft, third);
    expect(fourth).toMatchObject({ hardState: { term: 2, vote: id(1), commit: 3 }, entries: [], mustSync: false });
    expect(fourth.committedEntries.map((one) => one.data)).toEqual(['foo']);
    advance(raft);
    expect(hasReady(raft)).toBe(false);
  });

  test('9.2/24: founding names all peers, with their contexts', () => {
    const raft = member(1, { voters: [] });
    bootstrap(
      raft,
      ids([1, 2]).map((one) => ({ id: one, context: 'ctx' })),
    );
    expect(raft.log.unstable.entries.map((one) => one.data)).toEqual([
      '\x10\x00\x18\x01\x22\x03ctx',
      '\x10\x00\x18\x02\x22\x03ctx',
    ]);
    expect([raft.term, raft.log.committed, raft.tracker.config.voters]).toEqual([1, 2, ids([1, 2])]);
  });

  test('TestRawNodeRestart, TestNodeRestart: what is committed is applied again, and nothing else; no hard state', () => {
    const raft = member(1, { voters: [1], terms: [1, 1], term: 1, commit: 1 });
    const first = ready(raft);
    expect(first).toMatchObject({ hardState: undefined, softState: undefined, entries: [], messages: [], mustSync: false });
    expect(indexes(first.committedEntries)).toEqual([1]);
    advance(raft);
    expect(hasReady(raft)).toBe(false);
  });

  test('TestRawNodeRestartFromSnapshot, TestNodeRestartFromSnapshot: nor what is in the snapshot', () => {
    const raft = member(1, { voters: [1, 2], snapshotIndex: 2, terms: [1], term: 1, commit: 3 });
    const first = ready(raft);
    expect(first).toMatchObject({ hardState: undefined, softState: undefined, snapshot: undefined, entries: [], mustSync: false });
    expect(indexes(first.committedEntries)).toEqual([3]);
    advance(raft);
    expect(hasReady(raft)).toBe(false);
  });

  test('TestRawNodeRestart: nor what the application says it has applied', () => {
    const raft = member(1, { terms: [1, 1, 1], term: 1, commit: 2, config: { applied: 1 } });
    expect(indexes(ready(raft).committedEntries)).toEqual([2]);
    expect(() => member(1, { snapshotIndex: 5, config: { applied: 4 } })).toThrow(
      'applied(4) is out of range [prevApplied(5), committed(5)]',
    );
  });

  test('a commit index outside the log is fatal', () => {
    expect(() => member(1, { terms: [1], term: 1, commit: 2 })).toThrow('1 state.commit 2 is out of range [0, 1]');
  });
});

describe('status', () => {
  test('TestRawNodeStatus: progress of a leader only, in ascending order, and the configuration', () => {
    const raft = member(1, { voters: [1] });
    expect(status(raft)).toMatchObject({ id: id(1), softState: { lead: ZERO_ID, role: 'StateFollower' }, progress: [] });
    campaign(raft);
    settle(raft);
    const now = status(raft);
    expect(now).toMatchObject({
      hardState: { term: 1, vote: id(1), commit: 1 },
      softState: { lead: id(1), role: 'StateLeader' },
      applied: 1,
    });
    expect(now.progress).toMatchObject([{ id: id(1), matchIndex: 1, nextIndex: 2, state: 'StateReplicate' }]);
    expect(now.config).toEqual({ voters: ids([1]), votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false });
  });

  test('as JSON: ids in hexadecimal, progress by ascending id', () => {
    const raft = member(0x10, { voters: [0x10, 2] });
    expect(statusJson(status(raft))).toBe(
      '{"id":"10","term":0,"vote":"0","commit":0,"lead":"0","raftState":"StateFollower","applied":0,"progress":{},"leadtransferee":"0"}',
    );
    raft.role = 'StateLeader';
    expect(statusJson(status(raft))).toContain(
      '"progress":{"2":{"match":0,"next":1,"state":"StateProbe"},"10":{"match":0,"next":1,"state":"StateProbe"}}',
    );
  });
});

describe('applying in batches', () => {
  test('TestCommitPagination, 9.2/20: within a budget, and the rest with the next Ready', () => {
    const raft = leader({ voters: [1], config: { maxCommittedSizePerReady: 2048 } });
    for (let i = 0; i < 3; i++) propose(raft, 'a'.repeat(1000));
    const writing = ready(raft);
    expect(indexes(writing.entries)).toEqual([2, 3, 4]);
    const first = next(raft, writing);
    expect(indexes(first.committedEntries)).toEqual([2, 3]);
    expect(indexes(next(raft, first).committedEntries)).toEqual([4]);
  });

  test('TestCommitPaginationWithAsyncStorageWrites, 9.2/20: with asynchronous writes the rest waits for an acknowledgement', () => {
    const raft = member(1, { voters: [1], config: { maxCommittedSizePerReady: 2048, asyncStorageWrites: true } });
    const acknowledgements: Message[] = [];
    /** Writes at once, and gives the indexes that are to be applied. */
    const pump = (): number[][] => {
      const batches: number[][] = [];
      while (hasReady(raft)) {
        for (const one of ready(raft).messages) {
          if (one.type === 'MsgStorageApply') {
            batches.push(indexes(one.entries));
            acknowledgements.push(...one.responses);
          } else {
            appendToStorage(raft.storage, one.entries);
            for (const response of one.responses) step(raft, response);
          }
        }
      }
      return batches;
    };
    campaign(raft);
    expect(pump()).toEqual([[1]]);
    for (const response of acknowledgements.splice(0)) step(raft, response);
    const applied: number[][] = [];
    for (let i = 0; i < 3; i++) {
      propose(raft, 'a'.repeat(1024));
      applied.push(...pump());
    }
    expect(applied).toEqual([[2], [3]]);
    const [first, ...others] = acknowledgements.splice(0);
    if (first !== undefined) step(raft, first);
    expect(pump()).toEqual([[4]]);
    for (const response of [...others, ...acknowledgements.splice(0)]) step(raft, response);
    expect([raft.log.applied, pump()]).toEqual([4, []]);
  });

  test('TestRawNodeCommitPaginationAfterRestart, TestNodeCommitPaginationAfterRestart: no index is skipped, and the commit index does not go back', () => {
    const terms = Array(11).fill(1);
    const whole = Array.from({ length: 10 }, (_, i) => entry(1, i + 1)).reduce((sum, one) => sum + one.encodedSize, 0);
    for (let maxSizePerMsg = 1; maxSizePerMsg <= whole + 1; maxSizePerMsg++) {
      const raft = member(1, { voters: [1], terms, term: 1, vote: 1, commit: 10, config: { maxSizePerMsg } });
      const applied: number[] = [];
      while (applied.length < 11) {
        const { committedEntries, hardState } = ready(raft);
        expect(committedEntries.length).toBeGreaterThan(0);
        if (hardState !== undefined) expect(hardState.commit).toBeGreaterThanOrEqual(10);
        applied.push(...indexes(committedEntries));
        advance(raft);
        step(raft, message('MsgHeartbeat', 2, 1, { term: 1, commit: 11 }));
      }
      expect(applied).toEqual(terms.map((_, i) => i + 1));
    }
  });
});

describe('asynchronous storage', () => {
  const ASYNC = { term: 1, config: { asyncStorageWrites: true } };
  const appendOf = (raft: Raft) => ready(raft).messages.find((one) => one.type === 'MsgStorageAppend');

  test('9.2/20: nothing is applied that is not stored', () => {
    const raft = member(1, ASYNC);
    step(raft, message('MsgApp', 2, 1, { term: 1, entries: [entry(1, 1)], commit: 1 }));
    const { messages, committedEntries } = ready(raft);
    expect([committedEntries, raft.log.committed]).toEqual([[], 1]);
    appendToStorage(raft.storage, [entry(1, 1)]);
    for (const one of messages) for (const response of one.responses) if (response.to === raft.id) step(raft, response);
    expect(indexes(ready(raft).committedEntries)).toEqual([1]);
  });

  test('9.2/43, 9.1/32: the storage’s answer names the end of the log, also when there is nothing new to write', () => {
    const raft = member(1, ASYNC);
    step(raft, message('MsgApp', 2, 1, { term: 1, entries: [entry(1, 1), entry(1, 2)] }));
    ready(raft);
    step(raft, message('MsgHeartbeat', 2, 1, { term: 1, commit: 1 }));
    const append = appendOf(raft);
    expect(append).toMatchObject({ entries: [], term: 1, commit: 1 });
    expect(append?.responses.at(-1)).toMatchObject({ type: 'MsgStorageAppendResp', index: 2, logTerm: 1 });
    step(raft, message('MsgApp', 2, 1, { term: 1, index: 2, logTerm: 1, entries: [entry(1, 3)], commit: 1 }));
    // The hard state has not changed since.
    expect(appendOf(raft)).toMatchObject({ entries: [{ index: 3 }], term: 0, vote: ZERO_ID, commit: 0 });
  });

  test('9.1/33: an answer of an older term proves nothing about entries', () => {
    const raft = member(1, ASYNC);
    step(raft, message('MsgApp', 2, 1, { term: 1, entries: [entry(1, 1)] }));
    const stored = appendOf(raft)?.responses.at(-1);
    step(raft, message('MsgHeartbeat', 3, 1, { term: 2 }));
    if (stored !== undefined) step(raft, stored);
    expect(raft.log.unstable.offset).toBe(1);
  });

  test('9.1/2: refusals too wait for what is written before them', () => {
    const raft = member(1, ASYNC);
    step(raft, message('MsgApp', 2, 1, { term: 1, index: 5, logTerm: 1 }));
    step(raft, message('MsgVote', 3, 1, { term: 2, index: 0, logTerm: 0 }));
    const { messages } = ready(raft);
    expect(types(messages)).toEqual(['MsgStorageAppend']);
    expect(messages[0]?.responses.map((one) => [one.type, one.reject])).toEqual([
      ['MsgAppResp', true],
      ['MsgVoteResp', false],
    ]);
  });

  test('advance is not for it', () => {
    expect(() => advance(member(1, ASYNC))).toThrow('Advance must not be called when using AsyncStorageWrites');
  });
});
