/** The engine's parts: log, storage, progress, window, config, texts. Tables after upstream's tests of the same parts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteGo, utf8Encode, ZERO_ID } from '../../../src/base/index.ts';
import {
  APPEND_THREAD,
  appendToStorage,
  applySnapshot,
  type ConfChange,
  compactStorage,
  configError,
  createRaft,
  createSnapshot,
  createStorage,
  decodeConfChange,
  describeEntry,
  describeMessage,
  describeProgress,
  describeReady,
  encodeConfChange,
  formatLogLine,
  makeEntry,
  type RaftConfig,
  raftConfig,
  ready,
  status,
  statusJson,
  storageEntries,
  storageFirstIndex,
  storageLastIndex,
  storageSnapshot,
  storageTerm,
} from '../../../src/engine/raft/index.ts';
import { addInflight, createInflights, freeInflightsTo, inflightsFull } from '../../../src/engine/raft/inflights.ts';
import { createLineSink } from '../../../src/engine/raft/lineSink.ts';
import {
  acceptApplying,
  appendToLog,
  createLog,
  findConflict,
  findConflictByTerm,
  lastIndex,
  logAppliedTo,
  logSlice,
  nextCommittedEntries,
  termAt,
} from '../../../src/engine/raft/log.ts';
import {
  becomeProbe,
  becomeReplicate,
  becomeSnapshot,
  canBumpCommit,
  createProgress,
  maybeDecrease,
  maybeUpdate,
  sentEntries,
} from '../../../src/engine/raft/progress.ts';
import { acceptInProgress, createUnstable, stableTo, truncateAndAppend } from '../../../src/engine/raft/unstable.ts';
import { entry, id, ids, member, message, snapshotAt } from './harness.ts';

const NO_LIMIT = Number.POSITIVE_INFINITY;
const sink = () => createLineSink('INFO');

/** A log with these terms from index 1, the first `stored` of them in storage. */
function logWith(terms: readonly number[], stored = 0, maxApplyingSize = NO_LIMIT) {
  const storage = createStorage();
  const entries = terms.map((term, i) => entry(term, i + 1));
  appendToStorage(storage, entries.slice(0, stored));
  const log = createLog(storage, sink(), maxApplyingSize);
  appendToLog(log, entries.slice(stored));
  return log;
}

describe('log', () => {
  // TestFindConflict
  test.each<[number[], number, number]>([
    [[], 1, 0],
    [[1, 2, 3], 1, 0],
    [[2, 3], 2, 0],
    [[3], 3, 0],
    [[1, 2, 3, 4, 4], 1, 4],
    [[4, 4], 1, 1],
    [[1, 4, 4], 2, 2],
    [[1, 2, 4, 4], 3, 3],
  ])('terms %j from index %i conflict at %i', (terms, from, conflict) => {
    const log = logWith([1, 2, 3]);
    expect(
      findConflict(
        log,
        terms.map((term, i) => entry(term, from + i)),
      ),
    ).toBe(conflict);
  });

  // TestFindConflictByTerm
  test.each<[number[], number, number, number]>([
    [[2, 2, 2, 2, 2], 0, 100, 0],
    [[2, 2, 2, 2, 2], 5, 1, 0],
    [[2, 2, 2, 2, 2], 5, 2, 5],
    [[2, 2, 2, 2, 2], 5, 6, 5],
    [[2, 2, 3, 3, 3], 5, 2, 2],
    [[2, 2, 2, 5, 5], 5, 4, 3],
    [[2, 2, 3, 3, 3], 5, 3, 5],
  ])('in %j from %i down, a term of at most %i is at %i', (terms, index, term, found) => {
    expect(findConflictByTerm(logWith(terms), index, term).index).toBe(found);
  });

  test('past the end or below compaction the term is not known, and the search stops there', () => {
    const log = logWith([1, 1, 1]);
    expect(findConflictByTerm(log, 10, 2)).toEqual({ index: 10, term: 0 });
    const storage = createStorage();
    applySnapshot(storage, snapshotAt(5, 3, [1]));
    expect(findConflictByTerm(createLog(storage, sink(), NO_LIMIT), 4, 3)).toEqual({ index: 4, term: 0 });
  });

  // TestSlice, across the seam between storage and what is not stored
  test('a slice is the longest prefix within the size, and never less than one entry', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.nat(12),
        fc.nat(12),
        fc.nat(12),
        fc.nat(80),
        (count, stored, from, to, max) => {
          const terms = Array.from({ length: count }, () => 1);
          const log = logWith(terms, Math.min(stored, count));
          const lo = 1 + (from % count);
          const hi = Math.min(count + 1, lo + to);
          const expected: number[] = [];
          for (let index = lo, size = 0; index < hi; index++) {
            size += entry(1, index).encodedSize;
            if (size > max && expected.length > 0) break;
            expected.push(index);
          }
          const slice = logSlice(log, lo, hi, max);
          expect(slice === 'compacted' ? slice : slice.map((one) => one.index)).toEqual(expected);
        },
      ),
    );
  });

  test('bounds (TestIsOutOfBounds)', () => {
    const log = logWith([1, 1, 1], 2);
    compactStorage(log.storage, 1);
    expect(logSlice(log, 1, 3, NO_LIMIT)).toBe('compacted');
    expect(() => logSlice(log, 2, 5, NO_LIMIT)).toThrow('slice[2,5) out of bound [2,3]');
    expect(() => logSlice(log, 3, 2, NO_LIMIT)).toThrow('invalid slice 3 > 2');
    expect([0, 1, 2, 3, 4].map((index) => termAt(log, index))).toEqual([undefined, 1, 1, 1, undefined]);
  });

  // TestAcceptApplying, TestAppliedTo
  test('applying is paused by its budget or by a cut batch, and never owes less than nothing', () => {
    const log = logWith([1, 1, 1, 1, 1], 5, 100);
    log.committed = 5;
    acceptApplying(log, 3, 90, true);
    expect([log.applying, log.applyingSize, log.applyingPaused]).toEqual([3, 90, true]);
    expect(nextCommittedEntries(log, true)).toEqual([]);
    logAppliedTo(log, 3, 50);
    expect([log.applied, log.applyingSize, log.applyingPaused]).toEqual([3, 40, false]);
    acceptApplying(log, 5, 60, true);
    expect(log.applyingPaused).toBe(true);
    logAppliedTo(log, 5, 1000);
    expect([log.applyingSize, log.applyingPaused]).toEqual([0, false]);
    expect(() => logAppliedTo(log, 6, 0)).toThrow('applied(6) is out of range [prevApplied(5), committed(5)]');
  });

  test('with no budget at all, the first committed entry is fatal', () => {
    const raft = member(1, { terms: [1], term: 1, commit: 1, config: { maxSizePerMsg: 0 } });
    expect(() => ready(raft)).toThrow('applying entry size (0-0)=0 not positive');
  });
});

describe('unstable', () => {
  const entries = (term: number, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => entry(term, from + i));

  // TestUnstableTruncateAndAppend
  test('appends after, replaces from before, or cuts in the middle; what is cut is no longer in progress', () => {
    const start = () => {
      const unstable = createUnstable(5);
      truncateAndAppend(sink(), unstable, entries(1, 5, 7), 0);
      acceptInProgress(unstable);
      return unstable;
    };
    const after = start();
    truncateAndAppend(sink(), after, entries(1, 8, 9), 0);
    expect([after.offset, after.offsetInProgress, after.entries.length]).toEqual([5, 8, 5]);
    const before = start();
    truncateAndAppend(sink(), before, entries(2, 4, 5), 0);
    expect([before.offset, before.offsetInProgress, before.entries.length]).toEqual([4, 4, 2]);
    const middle = start();
    truncateAndAppend(sink(), middle, entries(2, 6, 6), 0);
    expect([middle.offset, middle.offsetInProgress, middle.entries.map((one) => one.term)]).toEqual([5, 6, [1, 2]]);
    expect(() => truncateAndAppend(sink(), start(), entries(2, 10, 10), 0)).toThrow('out of bound');
  });

  // TestUnstableStableTo
  test('is stable up to an entry that it still has, of the same term', () => {
    const unstable = createUnstable(5);
    const lines = sink();
    truncateAndAppend(lines, unstable, entries(2, 5, 7), 0);
    stableTo(lines, unstable, 1, 6);
    stableTo(lines, unstable, 2, 4);
    stableTo(lines, unstable, 2, 8);
    expect(unstable.offset).toBe(5);
    expect(lines.lines.map((line) => formatLogLine(line, 'v3.7'))).toEqual([
      'entry at (index,term)=(1,6) mismatched with entry at (6,2) in unstable log; ignoring',
      'entry at index 4 missing from unstable log; ignoring',
      'entry at index 8 missing from unstable log; ignoring',
    ]);
    stableTo(lines, unstable, 2, 6);
    expect([unstable.offset, unstable.offsetInProgress]).toEqual([7, 7]);
    stableTo(lines, unstable, 2, 7);
    expect([unstable.offset, unstable.entries.length]).toEqual([8, 0]);
  });
});

describe('storage', () => {
  function stored(compacted = 3) {
    const storage = createStorage();
    applySnapshot(storage, snapshotAt(compacted, 3, [1]));
    appendToStorage(storage, [entry(4, 4), entry(5, 5), entry(6, 6)]);
    return storage;
  }

  test('terms and bounds (TestStorageTerm, TestStorageFirstIndex, TestStorageLastIndex)', () => {
    const storage = stored();
    expect([2, 3, 4, 6, 7].map((index) => storageTerm(storage, index))).toEqual([
      { ok: false, error: 'compacted' },
      { ok: true, value: 3 },
      { ok: true, value: 4 },
      { ok: true, value: 6 },
      { ok: false, error: 'unavailable' },
    ]);
    expect([storageFirstIndex(storage), storageLastIndex(storage)]).toEqual([4, 6]);
  });

  test('entries within a size, at least one (TestStorageEntries)', () => {
    const storage = stored();
    const one = entry(4, 4).encodedSize;
    const read = (lo: number, hi: number, max?: number) => {
      const result = storageEntries(storage, lo, hi, max);
      return result.ok ? result.value.map((e) => e.index) : result.error;
    };
    expect([read(2, 6), read(3, 4), read(4, 5), read(4, 7)]).toEqual(['compacted', 'compacted', [4], [4, 5, 6]]);
    expect([read(4, 7, 0), read(4, 7, 2 * one), read(4, 7, 3 * one - 1), read(4, 7, 3 * one)]).toEqual([
      [4],
      [4, 5],
      [4, 5],
      [4, 5, 6],
    ]);
    expect(() => read(4, 8)).toThrow("entries' hi(8) is out of bound lastindex(6)");
  });

  test('append: old ones ignored, overlap replaced, a gap is fatal (TestStorageAppend)', () => {
    const terms = (storage: ReturnType<typeof stored>) => {
      const all = storageEntries(storage, storageFirstIndex(storage), storageLastIndex(storage) + 1);
      return all.ok ? all.value.map((e) => e.term) : all.error;
    };
    const storage = stored();
    appendToStorage(storage, [entry(1, 1), entry(2, 2)]);
    expect(terms(storage)).toEqual([4, 5, 6]);
    appendToStorage(storage, [entry(3, 3), entry(9, 4)]);
    expect(terms(storage)).toEqual([9]);
    appendToStorage(storage, [entry(9, 5), entry(9, 6)]);
    expect(terms(storage)).toEqual([9, 9, 9]);
    expect(() => appendToStorage(storage, [entry(9, 8)])).toThrow('missing log entry [last: 6, append at: 8]');
  });

  test('compaction and snapshots (TestStorageCompact, TestStorageCreateSnapshot, TestStorageApplySnapshot)', () => {
    const storage = stored();
    expect(compactStorage(storage, 3)).toEqual({ ok: false, error: 'compacted' });
    expect(() => compactStorage(storage, 7)).toThrow('compact 7 is out of bound lastindex(6)');
    expect(createSnapshot(storage, 5, undefined, 'data')).toMatchObject({
      ok: true,
      value: { index: 5, term: 5, confState: { voters: ids([1]) } },
    });
    expect(createSnapshot(storage, 5, undefined, 'data')).toEqual({ ok: false, error: 'snapshotOutOfDate' });
    expect(() => createSnapshot(storage, 7, undefined, '')).toThrow('snapshot 7 is out of bound lastindex(6)');
    compactStorage(storage, 5);
    expect([storageFirstIndex(storage), storage.compactedTerm, storage.snapshot.index]).toEqual([6, 5, 5]);
    expect(applySnapshot(storage, snapshotAt(5, 5, [1]))).toEqual({ ok: false, error: 'snapshotOutOfDate' });
    expect(applySnapshot(storage, snapshotAt(9, 7, [1, 2]))).toMatchObject({ ok: true });
    expect([storageFirstIndex(storage), storageLastIndex(storage)]).toEqual([10, 9]);
    storage.offered = 'unavailable';
    expect(storageSnapshot(storage)).toEqual({ ok: false, error: 'snapshotTemporarilyUnavailable' });
  });
});

describe('progress', () => {
  const fresh = (changes: Partial<ReturnType<typeof createProgress>> = {}) =>
    Object.assign(createProgress(id(1), 5, false, 256, 0), { matchIndex: 2, recentActive: true }, changes);

  // TestProgressString
  test('reads as in etcd', () => {
    const progress = Object.assign(createProgress(id(1), 2, true, 1, 0), {
      matchIndex: 1,
      state: 'StateSnapshot' as const,
      pendingSnapshot: 123,
      recentActive: false,
      msgAppFlowPaused: true,
    });
    addInflight(progress.inflights, 123, 1);
    expect(describeProgress(progress)).toBe(
      'StateSnapshot match=1 next=2 learner paused pendingSnap=123 inactive inflight=1[full]',
    );
  });

  // TestProgressBecomeProbe, TestProgressBecomeReplicate, TestProgressBecomeSnapshot
  test('next and sentCommit across states', () => {
    const probe = fresh({ state: 'StateReplicate', sentCommit: 4 });
    becomeProbe(probe);
    expect([probe.nextIndex, probe.sentCommit]).toEqual([3, 2]);
    const finished = fresh({ state: 'StateSnapshot', pendingSnapshot: 10, nextIndex: 11 });
    becomeProbe(finished);
    expect(finished.nextIndex).toBe(11);
    const failed = fresh({ state: 'StateSnapshot', pendingSnapshot: 0, nextIndex: 11 });
    becomeProbe(failed);
    expect(failed.nextIndex).toBe(3);
    const replicate = fresh({ sentCommit: 1 });
    becomeReplicate(replicate);
    expect([replicate.nextIndex, replicate.sentCommit]).toEqual([3, 1]);
    becomeSnapshot(replicate, 10);
    expect([replicate.nextIndex, replicate.sentCommit, replicate.pendingSnapshot]).toEqual([11, 10, 10]);
    expect(() => sentEntries(replicate, 1, 1)).toThrow('sending append in unhandled state StateSnapshot');
  });

  // TestProgressUpdate, TestProgressMaybeDecr
  test('updates and refusals', () => {
    expect(
      [1, 2, 3, 6].map((index) => {
        const p = fresh();
        return [maybeUpdate(p, index), p.matchIndex, p.nextIndex];
      }),
    ).toEqual([
      [false, 2, 5],
      [false, 2, 5],
      [true, 3, 5],
      [true, 6, 7],
    ]);
    const decrease = (changes: object, rejected: number, hint: number) => {
      const p = fresh(changes);
      return [maybeDecrease(p, rejected, hint), p.nextIndex];
    };
    const clipped = fresh({ state: 'StateReplicate', nextIndex: 10, sentCommit: 9 });
    expect([maybeDecrease(clipped, 9, 9), clipped.sentCommit]).toEqual([true, 2]);
    expect(decrease({ state: 'StateReplicate' }, 2, 2)).toEqual([false, 5]);
    expect(decrease({ state: 'StateReplicate', nextIndex: 10 }, 9, 9)).toEqual([true, 3]);
    expect(decrease({ matchIndex: 0, nextIndex: 10 }, 5, 5)).toEqual([false, 10]);
    expect(decrease({ matchIndex: 0, nextIndex: 10 }, 9, 9)).toEqual([true, 9]);
    expect(decrease({ matchIndex: 0, nextIndex: 10 }, 9, 2)).toEqual([true, 3]);
    expect(decrease({ matchIndex: 7, nextIndex: 10 }, 9, 2)).toEqual([true, 8]);
    expect([
      canBumpCommit(fresh({ sentCommit: 3 }), 9),
      canBumpCommit(fresh({ sentCommit: 4 }), 9),
      canBumpCommit(fresh({ sentCommit: 3 }), 3),
    ]).toEqual([true, false, false]);
  });

  // TestInflightsAdd, TestInflightFreeTo, TestInflightsFull, TestInflightsReset
  test('the window behaves as a plain list does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.nat(60),
        fc.array(fc.tuple(fc.boolean(), fc.nat(12)), { maxLength: 60 }),
        (size, maxBytes, script) => {
          const inflights = createInflights(size, maxBytes);
          let list: [number, number][] = [];
          let next = 0;
          for (const [isAdd, amount] of script) {
            const bytes = list.reduce((sum, [, one]) => sum + one, 0);
            const isFull = list.length === size || (maxBytes !== 0 && bytes >= maxBytes);
            expect([inflights.count, inflights.bytes, inflightsFull(inflights)]).toEqual([list.length, bytes, isFull]);
            if (isAdd && isFull) expect(() => addInflight(inflights, next, amount)).toThrow('cannot add into a Full inflights');
            else if (isAdd) {
              addInflight(inflights, ++next, amount);
              list.push([next, amount]);
            } else {
              const upTo = next - amount;
              freeInflightsTo(inflights, upTo);
              list = list.filter(([index]) => index > upTo);
            }
          }
        },
      ),
    );
  });
});

describe('config', () => {
  const valid = raftConfig({ id: id(1), electionTicks: 10, heartbeatTicks: 1, maxInflightMsgs: 256 });

  test.each<[Partial<RaftConfig>, string | undefined]>([
    [{}, undefined],
    [{ id: ZERO_ID }, 'cannot use none as id'],
    [{ id: APPEND_THREAD }, 'cannot use local target as id'],
    [{ heartbeatTicks: 0 }, 'heartbeat tick must be greater than 0'],
    [{ electionTicks: 1 }, 'election tick must be greater than heartbeat tick'],
    [{ maxInflightMsgs: 0 }, 'max inflight messages must be greater than 0'],
    [{ maxInflightBytes: 9, maxSizePerMsg: 10 }, 'max inflight bytes must be >= max message size'],
    [{ readOnlyOption: 'leaseBased' }, 'CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased'],
  ])('%j: %s', (changes, error) => {
    expect(configError({ ...valid, ...changes }, true)).toBe(error);
    if (error !== undefined) expect(() => createRaft({ ...valid, ...changes }, createStorage())).toThrow(error);
  });

  test('the first error wins, and storage comes after the ticks', () => {
    expect(configError({ ...valid, maxInflightMsgs: 0 }, false)).toBe('storage cannot be nil');
    expect(configError({ ...valid, heartbeatTicks: 0 }, false)).toBe('heartbeat tick must be greater than 0');
  });

  test('a commit index outside the log is fatal at the start', () => {
    expect(() => member(1, { terms: [1], term: 1, commit: 2 })).toThrow('1 state.commit 2 is out of range [0, 1]');
  });
});

describe('sizes and encodings', () => {
  test('encoded size is protobuf’s: absent fields count nothing (TestLimitSize, TestPayloadSizeOfEmptyEntry)', () => {
    expect(makeEntry(1, 1, 'EntryNormal', undefined).encodedSize).toBe(4);
    expect(makeEntry(1, 1, 'EntryNormal', '').encodedSize).toBe(6);
    expect(makeEntry(1, 1, 'EntryNormal', 'x'.repeat(200)).encodedSize).toBe(4 + 3 + 200);
    expect(makeEntry(128, 16384, 'EntryConfChangeV2', undefined).encodedSize).toBe(2 + 3 + 4);
  });

  test('conf changes take the bytes they take in etcd, and come back', () => {
    const change = (nodeId: number): ConfChange => ({
      version: 1,
      type: 'ConfChangeAddNode',
      nodeId: id(nodeId),
      context: undefined,
      id: undefined,
    });
    expect(encodeConfChange(change(3))).toBe('\x10\x00\x18\x03');
    const operation = { type: 'ConfChangeRemoveNode' as const, nodeId: id(2) };
    const two: ConfChange = {
      version: 2,
      transition: 'ConfChangeTransitionAuto',
      changes: [operation, operation],
      context: undefined,
    };
    expect(encodeConfChange(two).length).toBe(2 + 2 * 6);
    expect(encodeConfChange({ ...two, changes: [] }).length).toBe(2);
    const big: ConfChange = { version: 1, type: 'ConfChangeUpdateNode', nodeId: APPEND_THREAD, context: '{"id":1}', id: id(77) };
    for (const one of [change(3), big]) {
      expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChange', encodeConfChange(one)))).toEqual(one);
    }
    expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChangeV2', encodeConfChange(two)))).toEqual(two);
    expect(decodeConfChange(makeEntry(1, 1, 'EntryConfChangeV2', undefined))).toMatchObject({
      changes: [],
      transition: 'ConfChangeTransitionAuto',
    });
    expect(() => decodeConfChange(makeEntry(1, 1, 'EntryConfChange', '\x10'))).toThrow('unexpected EOF');
  });
});

describe('texts', () => {
  test('%q as Go prints it', () => {
    const cases: [string, string][] = [
      ['plain "quoted" \\', '"plain \\"quoted\\" \\\\"'],
      ['\x07\b\f\n\r\t\v\x00\x7f', '"\\a\\b\\f\\n\\r\\t\\v\\x00\\x7f"'],
      [utf8Encode('é中😀'), '"é中😀"'],
      [utf8Encode('\u00a0\u00ad\u200b\ufeff'), '"\\u00a0\\u00ad\\u200b\\ufeff"'],
      ['\xff\xc3', '"\\xff\\xc3"'],
      [utf8Encode('\u{e0001}'), '"\\U000e0001"'],
    ];
    for (const [bytes, quoted] of cases) expect(quoteGo(bytes)).toBe(quoted);
  });

  test('entries, messages and Readys (TestDescribeEntry)', () => {
    expect(describeEntry(makeEntry(1, 2, 'EntryNormal', 'hello\x00'))).toBe('1/2 EntryNormal "hello\\x00"');
    expect(describeEntry(makeEntry(1, 2, 'EntryConfChangeV2', undefined))).toBe('1/2 EntryConfChangeV2');
    expect(describeMessage(message('MsgAppResp', 0x1f, 2, { term: 3, index: 5, reject: true, rejectHint: 4 }))).toBe(
      '1f->2 MsgAppResp Term:3 Log:0/5 Rejected (Hint: 4)',
    );
    const raft = member(1);
    raft.readStates.push({ index: 11, context: 'ctx' });
    expect(describeReady(ready(raft))).toBe('Ready MustSync=false:\nReadStates [{11 [99 116 120]}]\n');
    expect(describeReady(ready(raft))).toBe('<empty Ready>');
  });

  test('log lines in the words of two versions', () => {
    const line = (change: ConfChange) =>
      ({
        level: 'INFO',
        template: 'ignoringConfChange',
        args: [id(10), change, { ...member(1).tracker.config, voters: ids([10]) }, 'why'],
      }) as const;
    const v1: ConfChange = { version: 1, type: 'ConfChangeAddNode', nodeId: id(16), context: 'a', id: undefined };
    const v2: ConfChange = {
      version: 2,
      transition: 'ConfChangeTransitionAuto',
      changes: [{ type: 'ConfChangeAddNode', nodeId: id(3) }],
      context: undefined,
    };
    expect(formatLogLine(line(v1), 'v3.7')).toBe(
      'a ignoring conf change transition:ConfChangeTransitionAuto changes:{type:ConfChangeAddNode node_id:16} context:"a" at config voters=(a): why',
    );
    expect(formatLogLine(line(v2), 'v3.6')).toBe(
      'a ignoring conf change {ConfChangeTransitionAuto [{ConfChangeAddNode 3}] []} at config voters=(10): why',
    );
    expect(formatLogLine(line(v1), 'v3.6')).toBe('a ignoring conf change {ConfChangeAddNode 16 [97] 0} at config voters=(10): why');
  });

  test('a status as JSON, progress by ascending id', () => {
    const raft = member(0x10, { voters: [0x10, 2] });
    expect(statusJson(status(raft))).toBe(
      '{"id":"10","term":0,"vote":"0","commit":0,"lead":"0","raftState":"StateFollower","applied":0,"progress":{},"leadtransferee":"0"}',
    );
    raft.role = 'StateLeader';
    expect(statusJson(status(raft))).toContain(
      '"progress":{"2":{"match":0,"next":1,"state":"StateProbe"},"10":{"match":0,"next":1,',
    );
  });

  test('lines below the level are not made', () => {
    const raft = member(1, { config: { logLevel: 'WARN' } });
    expect(raft.lines.lines).toEqual([]);
    expect(lastIndex(raft.log)).toBe(0);
  });
});
