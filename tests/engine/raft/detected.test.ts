/**
 * Mistakes that upstream's own files notice (`spec/raft.md` 9.1) and the recorded scripts of this repository do not, and a few of 9.2
 * that the mutation check (docs/mutation.md) found without a test.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toId64, ZERO_ID } from '../../../src/base/index.ts';
import { varintSize } from '../../../src/engine/raft/entry.ts';
import {
  bootstrap,
  type ConfChange,
  type ConfChangeV2,
  campaign,
  compactStorage,
  decodeConfChange,
  describeConfState,
  describeHardState,
  describeMessage,
  describeOperations,
  describeSoftState,
  EMPTY_CONF_STATE,
  encodeConfChange,
  forgetLeader,
  isEmptyHardState,
  type Message,
  makeEntry,
  propose,
  proposeConfChange,
  type Raft,
  raftConfig,
  raftEntryAt,
  readIndex,
  reportSnapshot,
  step,
  tick,
} from '../../../src/engine/raft/index.ts';
import { logSlice } from '../../../src/engine/raft/log.ts';
import { decodePosition, encodePosition } from '../../../src/engine/raft/readTracker.ts';
import { createUnstable } from '../../../src/engine/raft/unstable.ts';
import { id, logLines, type MemberOptions, member, message, sent, settle, snapshotAt } from './harness.ts';

/** Member 1 leads; `acknowledging` have acknowledged its empty entry. */
function leader(options: MemberOptions, acknowledging: readonly number[]): Raft {
  const raft = member(1, options);
  campaign(raft);
  settle(raft);
  for (const voter of [2, 3, 4, 5]) step(raft, message('MsgVoteResp', voter, 1, { term: raft.term }));
  settle(raft);
  for (const peer of acknowledging) acknowledge(raft, peer, raft.log.unstable.offset - 1);
  settle(raft);
  logLines(raft);
  expect(raft.role).toBe('StateLeader');
  return raft;
}

function acknowledge(raft: Raft, from: number, index: number): void {
  step(raft, message('MsgAppResp', from, 1, { term: raft.term, index }));
}

function answerHeartbeat(raft: Raft, from: number, context?: string): void {
  step(raft, message('MsgHeartbeatResp', from, 1, { term: raft.term, context }));
}

function ticks(raft: Raft, count: number): void {
  for (let i = 0; i < count; i++) tick(raft);
}

const beats = (messages: readonly Message[]) => messages.filter((one) => one.type === 'MsgHeartbeat');
const remove = (number: number): ConfChangeV2 => ({
  version: 2,
  transition: 'ConfChangeTransitionAuto',
  changes: [{ type: 'ConfChangeRemoveNode', nodeId: id(number) }],
  context: undefined,
});

test('4: Vote is left out at 0, Commit is not', () => {
  expect(describeHardState({ term: 1, vote: ZERO_ID, commit: 0 })).toBe('Term:1 Commit:0');
  expect(describeHardState({ term: 2, vote: id(10), commit: 11 })).toBe('Term:2 Vote:10 Commit:11');
});

test('13: a tick checks the quorum first, and who steps down does not beat', () => {
  const raft = leader({ config: { checkQuorum: true } }, []);
  // An election's votes do not count as signs of life: the first check already fails.
  ticks(raft, 9);
  expect(beats(sent(raft))).toHaveLength(18);
  tick(raft);
  expect(raft.role).toBe('StateFollower');
  expect(beats(sent(raft))).toEqual([]);
});

test('17: a peer that is behind its snapshot, but not behind the log, is sent entries again', () => {
  const raft = leader({ voters: [1, 2, 3], terms: [1, 1, 1, 1, 1], term: 1, commit: 5 }, [2]);
  compactStorage(raft.storage, 3);
  const peer = raft.tracker.progress.find((one) => one.id === id(3));
  if (peer === undefined) throw new Error('there is no member 3');
  Object.assign(peer, { state: 'StateSnapshot', matchIndex: 0, nextIndex: 6, pendingSnapshot: 5 });
  acknowledge(raft, 3, 2);
  expect(peer.state).toBe('StateSnapshot');
  acknowledge(raft, 3, 3);
  expect(peer.state).toBe('StateReplicate');
  expect(sent(raft)).toMatchObject([{ type: 'MsgApp', to: id(3), index: 3, entries: [{ index: 4 }, { index: 5 }, { index: 6 }] }]);
});

describe('25: a leader that is removed', () => {
  /** It has proposed its own removal and an entry after it, which is on no other disk. */
  function removed(): Raft {
    const raft = leader({}, [2, 3]);
    proposeConfChange(raft, remove(1));
    propose(raft, 'x');
    settle(raft);
    acknowledge(raft, 2, 2);
    settle(raft); // commits the change and puts it into force
    expect(raft.tracker.config.voters).toEqual([id(2), id(3)]);
    return raft;
  }

  test('does not count itself any more', () => {
    const raft = removed();
    acknowledge(raft, 2, 3);
    expect(raft.log.committed).toBe(2);
    acknowledge(raft, 3, 3);
    expect(raft.log.committed).toBe(3);
  });

  test('goes on beating', () => {
    const raft = removed();
    tick(raft);
    expect(beats(sent(raft)).map((one) => one.to)).toEqual([id(2), id(3)]);
  });
});

test('28: a learner votes', () => {
  const raft = member(3, { voters: [1, 2], learners: [3] });
  step(raft, message('MsgVote', 1, 3, { term: 1, index: 1, logTerm: 1 }));
  expect(sent(raft)).toMatchObject([{ type: 'MsgVoteResp', to: id(1), reject: false }]);
});

test('31: under lease reads a leader is not forgotten', () => {
  const raft = member(1, { term: 1, config: { checkQuorum: true, readOnlyOption: 'leaseBased' } });
  step(raft, message('MsgHeartbeat', 2, 1, { term: 1 }));
  logLines(raft);
  forgetLeader(raft);
  expect(raft.lead).toBe(id(2));
  expect(logLines(raft)).toEqual(['ERROR ignoring MsgForgetLeader due to ReadOnlyLeaseBased']);
});

test('CheckQuorum needs the outgoing half as well', () => {
  for (const [heard, role] of [
    [[2, 4, 5], 'StateLeader'],
    [[2, 3], 'StateFollower'],
  ] as const) {
    const raft = leader({ voters: [1, 2, 3], votersOutgoing: [4, 5], config: { checkQuorum: true } }, [2, 3, 4, 5]);
    ticks(raft, 10); // clears the activity of the election
    for (const peer of heard) answerHeartbeat(raft, peer);
    ticks(raft, 10);
    expect(raft.role).toBe(role);
  }
});

test('an empty entry is taken even where the tail is full', () => {
  const raft = leader({ config: { maxUncommittedEntriesSize: 10 } }, [2, 3]);
  expect(propose(raft, '0123456789 and more')).toBeUndefined(); // an empty tail takes anything
  expect(propose(raft, '0')).toBe('proposalDropped');
  expect(propose(raft, '')).toBeUndefined();
});

test('a report of a snapshot that is not under way changes nothing', () => {
  const raft = leader({}, [2, 3]);
  reportSnapshot(raft, id(2), false);
  const [, second] = raft.tracker.progress;
  expect(second).toMatchObject({ id: id(2), state: 'StateReplicate', msgAppFlowPaused: false });
  expect(logLines(raft)).toEqual([]);
});

test('a founding member knows its peers before it has applied anything', () => {
  const raft = member(1, { voters: [] });
  bootstrap(raft, [
    { id: id(1), context: undefined },
    { id: id(2), context: undefined },
  ]);
  expect([raft.log.applied, raft.tracker.config.voters]).toEqual([0, [id(1), id(2)]]);
});

test('ids of 10 and more are hexadecimal in lines, decimal in states and operations', () => {
  const raft = member(10, { voters: [10, 11] });
  expect(logLines(raft).at(-1)).toBe('INFO newRaft a [peers: [a,b], term: 0, commit: 0, applied: 0, lastindex: 0, lastterm: 0]');
  expect(describeSoftState({ lead: id(10), role: 'StateLeader' })).toBe('Lead:10 State:StateLeader');
  expect(describeConfState({ ...EMPTY_CONF_STATE, voters: [id(10), id(11)] })).toBe(
    'Voters:[10 11] VotersOutgoing:[] Learners:[] LearnersNext:[] AutoLeave:false',
  );
  expect(describeOperations([{ type: 'ConfChangeAddNode', nodeId: id(12) }])).toBe('v12');
});

test('the empty entry of a refused change writes its type, unlike a leader’s own', () => {
  const raft = leader({}, [2, 3]);
  proposeConfChange(raft, remove(2));
  proposeConfChange(raft, remove(3));
  // Term and index, each a tag and a byte; the type another two.
  expect([1, 3].map((index) => raftEntryAt(raft, index))).toMatchObject([
    { type: 'EntryNormal', data: undefined, encodedSize: 4 },
    { type: 'EntryNormal', data: undefined, encodedSize: 6 },
  ]);
});

test('a new leader counts itself as active and replicating before its own disk has answered', () => {
  const raft = member(1);
  campaign(raft);
  settle(raft);
  step(raft, message('MsgVoteResp', 2, 1, { term: raft.term }));
  expect(raft.tracker.progress[0]).toMatchObject({ id: id(1), state: 'StateReplicate', recentActive: true });
});

test('a refusal without a term is believed as it is', () => {
  const raft = leader({ voters: [1, 2, 3], terms: [1, 1, 1, 1, 1], term: 1, commit: 0 }, [2]);
  const peer = raft.tracker.progress[2];
  step(raft, message('MsgAppResp', 3, 1, { term: raft.term, index: 5, reject: true, rejectHint: 3, logTerm: 0 }));
  expect(peer).toMatchObject({ id: id(3), nextIndex: 4 });
});

test('a proposal without entries stops the member', () => {
  const raft = leader({}, [2, 3]);
  expect(() => step(raft, message('MsgProp', 1, 1))).toThrow('1 stepped empty MsgProp');
});

test('a slice over stored and unstable entries leaves out the one that does not fit', () => {
  const raft = leader({ voters: [1, 2, 3], terms: [1, 1], term: 1, commit: 2 }, [2]);
  propose(raft, 'x');
  const [stored, ...rest] = [2, 3, 4].map((index) => raftEntryAt(raft, index)?.encodedSize ?? 0);
  expect(raft.log.unstable.offset).toBe(4);
  raft.log.unstable.offset = 3; // as if the leader's own entry were not stored yet
  raft.log.unstable.offsetInProgress = 3;
  raft.log.unstable.entries.unshift(makeEntry(raft.term, 3, 'EntryNormal', undefined));
  const indexes = (maxSize: number) => {
    const slice = logSlice(raft.log, 2, 5, maxSize);
    return slice === 'compacted' ? slice : slice.map((one) => one.index);
  };
  const size = (stored ?? 0) + (rest[0] ?? 0);
  expect(indexes(size - 1)).toEqual([2]);
  expect(indexes(size)).toEqual([2, 3]);
  expect(indexes(size + (rest[1] ?? 0))).toEqual([2, 3, 4]);
});

test('a hard state is empty if nothing of it is set', () => {
  expect(isEmptyHardState({ term: 0, vote: ZERO_ID, commit: 0 })).toBe(true);
  for (const set of [{ term: 1 }, { vote: id(1) }, { commit: 1 }]) {
    expect(isEmptyHardState({ term: 0, vote: ZERO_ID, commit: 0, ...set })).toBe(false);
  }
});

test('fields of a change that are not known are left out', () => {
  const unknown = '\x4a\x02zz\x50\x07'; // field 9, two bytes; field 10, the number 7
  const simple: ConfChange = { version: 1, type: 'ConfChangeRemoveNode', nodeId: id(1), context: 'c', id: id(2) };
  expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChange', encodeConfChange(simple) + unknown))).toEqual(simple);
  const general = remove(3);
  expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChangeV2', encodeConfChange(general) + unknown))).toEqual(general);
  const [first, ...rest] = encodeConfChange(general).split('\x12\x04'); // field 2: one operation of four bytes
  const padded = `${first}\x12\x0a${rest.join('')}${unknown}`;
  expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChangeV2', padded))).toEqual(general);
});

test('a forwarded proposal has neither place nor size yet', () => {
  const raft = member(2, { term: 1 });
  step(raft, message('MsgHeartbeat', 1, 2, { term: 1 }));
  settle(raft);
  propose(raft, 'x');
  const [forwarded] = sent(raft);
  expect(forwarded?.entries).toEqual([{ term: 0, index: 0, type: 'EntryNormal', data: 'x', encodedSize: 0 }]);
});

test('who steps down forgets which conf change was pending', () => {
  const raft = leader({}, [2, 3]);
  proposeConfChange(raft, remove(3));
  expect(raft.pendingConfIndex).toBe(2);
  step(raft, message('MsgHeartbeat', 2, 1, { term: raft.term + 1 }));
  expect([raft.role, raft.pendingConfIndex]).toEqual(['StateFollower', 0]);
});

test('a stored snapshot leaves the unstable part as if there had been none', () => {
  const raft = member(3, { term: 1 });
  step(raft, message('MsgSnap', 1, 3, { term: 1, snapshot: snapshotAt(11, 1, [1, 2, 3]) }));
  settle(raft);
  expect(raft.log.unstable).toEqual(createUnstable(12));
});

test('a number takes a byte for each seven bits', () => {
  for (const [value, bytes] of [
    [0, 1],
    [127, 1],
    [128, 2],
    [16_383, 2],
    [16_384, 3],
    [2_097_151, 3],
    [Number.MAX_SAFE_INTEGER, 8],
  ] as const) {
    expect(varintSize(value)).toBe(bytes);
  }
});

test('a config has etcd’s defaults', () => {
  const given = { id: id(1), electionTicks: 10, heartbeatTicks: 1, maxInflightMsgs: 256 };
  expect(raftConfig(given)).toEqual({
    ...given,
    applied: 0,
    asyncStorageWrites: false,
    maxSizePerMsg: 0,
    maxCommittedSizePerReady: 0,
    maxUncommittedEntriesSize: 0,
    maxInflightBytes: 0,
    checkQuorum: false,
    preVote: false,
    readOnlyOption: 'safe',
    disableProposalForwarding: false,
    disableConfChangeValidation: false,
    stepDownOnRemoval: false,
    logLevel: 'INFO',
    electionTimeouts: undefined,
    seed: 0,
  });
});

test('the position of a read is eight bytes, the lowest first', () => {
  expect(encodePosition(0x01_02_03)).toBe('\x03\x02\x01\0\0\0\0\0');
  for (const position of [0, 1, 255, 256, 65_535, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    expect(decodePosition(encodePosition(position))).toBe(position);
  }
});

test('a change is read as it was written, whatever its ids', () => {
  const types = ['ConfChangeAddNode', 'ConfChangeRemoveNode', 'ConfChangeUpdateNode', 'ConfChangeAddLearnerNode'] as const;
  const ids64 = fc.oneof(
    fc.constantFrom(0n, 127n, 128n, 129n, 16_384n, (1n << 64n) - 1n),
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  );
  const contexts = fc.option(fc.constantFrom('', '\x80\x00', 'c'.repeat(200)), { nil: undefined });
  const operation = fc.record({ type: fc.constantFrom(...types), nodeId: ids64.map(toId64) });
  fc.assert(
    fc.property(operation, ids64.map(toId64), contexts, fc.array(operation, { maxLength: 4 }), (one, own, context, changes) => {
      const simple: ConfChange = { version: 1, ...one, id: own, context };
      expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChange', encodeConfChange(simple)))).toEqual(simple);
      const general: ConfChange = { version: 2, transition: 'ConfChangeTransitionJointExplicit', changes, context };
      expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChangeV2', encodeConfChange(general)))).toEqual(general);
    }),
    { numRuns: 300 },
  );
});

describe('reads', () => {
  test('are answered with the commit index of their request, not with the end of the log nor with a later commit', () => {
    const raft = leader({}, [2, 3]);
    propose(raft, 'x');
    settle(raft);
    readIndex(raft, 'ctx');
    const [beat] = beats(sent(raft));
    acknowledge(raft, 2, 2);
    settle(raft);
    expect(raft.log.committed).toBe(2);
    answerHeartbeat(raft, 2, beat?.context);
    expect(settle(raft).readStates).toEqual([{ index: 1, context: 'ctx' }]);
  });

  test('stay confirmed when an older answer comes late', () => {
    const raft = leader({ voters: [1, 2, 3, 4, 5] }, [2, 3, 4, 5]);
    readIndex(raft, 'a');
    const [first] = beats(sent(raft));
    readIndex(raft, 'b');
    const [second] = beats(sent(raft));
    answerHeartbeat(raft, 2, second?.context);
    answerHeartbeat(raft, 2, first?.context);
    answerHeartbeat(raft, 3, second?.context);
    expect(settle(raft).readStates.map((one) => one.context)).toEqual(['a', 'b']);
  });

  test('end with the term of the leader that took them', () => {
    const raft = leader({}, [2, 3]);
    readIndex(raft, 'ctx');
    settle(raft);
    step(raft, message('MsgHeartbeat', 2, 1, { term: raft.term + 1 }));
    settle(raft);
    campaign(raft);
    settle(raft);
    step(raft, message('MsgVoteResp', 2, 1, { term: raft.term }));
    settle(raft);
    expect(raft.role).toBe('StateLeader');
    tick(raft);
    expect(beats(sent(raft)).map((one) => one.context)).toEqual([undefined, undefined]);
  });

  test('are forwarded as they were asked for', () => {
    const raft = member(2, { term: 1 });
    step(raft, message('MsgHeartbeat', 1, 2, { term: 1 }));
    settle(raft);
    readIndex(raft, 'ctx');
    expect(sent(raft).map((one) => describeMessage(one))).toEqual([
      '2->1 MsgReadIndex Term:0 Log:0/0 Entries:[0/0 EntryNormal "ctx"]',
    ]);
  });

  test('need both halves of a joint configuration', () => {
    const raft = leader({ voters: [1, 2, 3], votersOutgoing: [4, 5] }, [2, 3, 4, 5]);
    readIndex(raft, 'ctx');
    const [beat] = beats(sent(raft));
    answerHeartbeat(raft, 2, beat?.context);
    answerHeartbeat(raft, 4, beat?.context);
    expect(settle(raft).readStates).toEqual([]);
    answerHeartbeat(raft, 5, beat?.context);
    expect(settle(raft).readStates).toEqual([{ index: raft.log.committed, context: 'ctx' }]);
  });
});
