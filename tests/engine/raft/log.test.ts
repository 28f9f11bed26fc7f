/** A member's log: what is stored, and after it what is not. Tables after upstream's of the same names (checklist.ts). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  appendToStorage,
  applySnapshot,
  compactStorage,
  createStorage,
  type Entry,
  etcdRules,
  step,
} from '../../../src/engine/raft/index.ts';
import { createLineSink } from '../../../src/engine/raft/lineSink.ts';
import {
  acceptApplying,
  appendToLog,
  commitTo,
  createLog,
  entriesFrom,
  entryAt,
  findConflict,
  findConflictByTerm,
  firstIndex,
  hasNextCommittedEntries,
  lastIndex,
  lastTerm,
  logAppliedTo,
  logSlice,
  nextCommittedEntries,
  type RaftLog,
  restoreLog,
  someEntry,
  termAt,
} from '../../../src/engine/raft/log.ts';
import { nextUnstableEntries, stableTo } from '../../../src/engine/raft/unstable.ts';
import { entry, logOf, member, message, sent, settle, snapshotAt, upTo } from './harness.ts';

const NO_LIMIT = Number.POSITIVE_INFINITY;
const sink = () => createLineSink('INFO');

/** Entries with these terms, from an index on. */
const entriesOf = (terms: readonly number[], from = 1) => terms.map((term, i) => entry(term, from + i));

interface LogOptions {
  /** How many of the entries are in storage. */
  readonly stored?: number;
  /** Storage starts from a snapshot here. */
  readonly snapshot?: { readonly index: number; readonly term: number };
  readonly maxApplyingSize?: number;
}

function logWith(terms: readonly number[], options: LogOptions = {}): RaftLog {
  const { stored = 0, snapshot, maxApplyingSize = NO_LIMIT } = options;
  const storage = createStorage();
  if (snapshot !== undefined) applySnapshot(storage, snapshotAt(snapshot.index, snapshot.term, [1]));
  const entries = entriesOf(terms, (snapshot?.index ?? 0) + 1);
  appendToStorage(storage, entries.slice(0, stored));
  const log = createLog(storage, sink(), maxApplyingSize);
  appendToLog(log, entries.slice(stored));
  return log;
}

const indexes = (slice: readonly Entry[] | 'compacted') => (slice === 'compacted' ? slice : slice.map((one) => one.index));

/** All of it, as terms. */
const termsOf = (log: RaftLog) => upTo(lastIndex(log)).map((index) => termAt(log, index));

describe('conflicts', () => {
  test.each<[number[], number, number]>([
    [[], 1, 0],
    [[1, 2, 3], 1, 0],
    [[2, 3], 2, 0],
    [[3], 3, 0],
    [[1, 2, 3, 4, 4], 1, 4],
    [[2, 3, 4, 5], 2, 4],
    [[3, 4, 4], 3, 4],
    [[4, 4], 4, 4],
    [[4, 4], 1, 1],
    [[1, 4, 4], 2, 2],
    [[1, 2, 4, 4], 3, 3],
  ])('TestFindConflict: terms %j from index %i conflict with 1 2 3 at %i', (terms, from, conflict) => {
    expect(findConflict(logWith([1, 2, 3]), entriesOf(terms, from))).toBe(conflict);
  });

  // The snapshot's index and term, then terms; looked for from an index down.
  test.each<[number, number, number[], number, number, number]>([
    [0, 0, [2, 2, 5, 5, 5], 100, 2, 100],
    [0, 0, [2, 2, 5, 5, 5], 5, 6, 5],
    [0, 0, [2, 2, 5, 5, 5], 5, 5, 5],
    [0, 0, [2, 2, 5, 5, 5], 5, 4, 2],
    [0, 0, [2, 2, 5, 5, 5], 5, 2, 2],
    [0, 0, [2, 2, 5, 5, 5], 5, 1, 0],
    [0, 0, [2, 2, 5, 5, 5], 1, 2, 1],
    [0, 0, [2, 2, 5, 5, 5], 1, 1, 0],
    [0, 0, [2, 2, 5, 5, 5], 0, 0, 0],
    [10, 3, [3, 3, 4, 4, 4], 30, 3, 30],
    [10, 3, [3, 3, 4, 4, 4], 14, 9, 14],
    [10, 3, [3, 3, 4, 4, 4], 14, 4, 14],
    [10, 3, [3, 3, 4, 4, 4], 14, 3, 12],
    [10, 3, [3, 3, 4, 4, 4], 14, 2, 9],
    [10, 3, [3, 3, 4, 4, 4], 11, 5, 11],
    [10, 3, [3, 3, 4, 4, 4], 10, 5, 10],
    [10, 3, [3, 3, 4, 4, 4], 10, 3, 10],
    [10, 3, [3, 3, 4, 4, 4], 10, 2, 9],
    [10, 3, [3, 3, 4, 4, 4], 9, 2, 9],
    [10, 3, [3, 3, 4, 4, 4], 4, 2, 4],
    [10, 3, [3, 3, 4, 4, 4], 0, 0, 0],
  ])(
    'TestFindConflictByTerm: after %i/%i terms %j: from %i down, a term of at most %i is at %i',
    (at, snapshotTerm, terms, from, term, found) => {
      const log = logWith(terms, { snapshot: { index: at, term: snapshotTerm } });
      expect(findConflictByTerm(log, from, term)).toEqual({ index: found, term: found === 0 ? 0 : (termAt(log, found) ?? 0) });
    },
  );

  test.each([
    [2, 4, true],
    [3, 4, true],
    [4, 4, true],
    [2, 2, false],
    [3, 2, false],
    [4, 2, false],
    [2, 3, false],
    [3, 3, true],
    [4, 3, true],
  ])('TestIsUpToDate: index %i of term %i against 3 of term 3: %s', (index, term, expected) => {
    const log = logWith([1, 2, 3]);
    expect(etcdRules.isUpToDate(term, index, lastTerm(log), lastIndex(log))).toBe(expected);
  });
});

describe('appending', () => {
  test.each<[number[], number, number[], number]>([
    [[], 3, [1, 2], 3],
    [[2], 3, [1, 2, 2], 3],
    [[2], 1, [2], 1],
    [[3, 3], 2, [1, 3, 3], 2],
  ])('TestAppend: %j from index %i to stored 1 2 makes %j, unstable from %i', (terms, from, all, unstable) => {
    const log = logWith([1, 2], { stored: 2 });
    expect(appendToLog(log, entriesOf(terms, from))).toBe(all.length);
    expect([termsOf(log), log.unstable.offset]).toEqual([all, unstable]);
  });

  test('nothing committed is replaced', () => {
    const log = logWith([1, 2]);
    log.committed = 2;
    expect(() => appendToLog(log, entriesOf([3], 2))).toThrow('after(1) is out of range [committed(2)]');
  });

  // The log is 1/1 2/2 3/3, committed 1: an append after prev, with a commit index and terms; what it is answered and leaves.
  test.each<[string, number, number[], string, number]>([
    ['2/3', 3, [4], 'refused', 1],
    ['3/4', 3, [4], 'refused', 1],
    ['3/3', 3, [], '3', 3],
    ['3/3', 4, [], '3', 3],
    ['3/3', 2, [], '3', 2],
    ['3/3', 0, [], '3', 1],
    ['0/0', 3, [], '1', 1],
    ['3/3', 3, [4], '4', 3],
    ['3/3', 4, [4], '4', 4],
    ['3/3', 5, [4], '4', 4],
    ['3/3', 5, [4, 4], '5', 5],
    ['2/2', 3, [4], '3', 3],
    ['1/1', 3, [4], '2', 2],
    ['1/1', 3, [4, 4], '3', 3],
  ])('TestLogMaybeAppend, 9.2/4: after %s, of commit %i, terms %j: %s, committed %i', (prev, commit, terms, answer, committed) => {
    const raft = member(1, { terms: [1, 2, 3], term: 4, commit: 1 });
    const [logTerm = 0, index = 0] = prev.split('/').map(Number);
    step(raft, message('MsgApp', 2, 1, { term: 4, logTerm, index, commit, entries: entriesOf(terms, index + 1) }));
    const [response] = sent(raft);
    expect([response?.reject ? 'refused' : String(response?.index), raft.log.committed]).toEqual([answer, committed]);
    if (answer !== 'refused')
      expect(
        logOf(raft)
          .split(' ')
          .slice(index, index + terms.length),
      ).toEqual(terms.map((term, i) => `${term}/${index + 1 + i}`));
  });

  test('TestLogMaybeAppend: a conflict with what is committed stops the member', () => {
    const raft = member(1, { terms: [1, 2, 3], term: 4, commit: 2 });
    // No leader sends such a thing: the entry is not the one after the index that the append names.
    const wrong = message('MsgApp', 2, 1, { term: 4, index: 2, logTerm: 2, entries: entriesOf([9], 2) });
    expect(() => step(raft, wrong)).toThrow('entry 2 conflict with committed entry [committed(2)]');
  });

  test.each([
    [3, 3],
    [1, 2],
  ])('TestCommitTo: %i after 2 makes %i', (commit, committed) => {
    const log = logWith([1, 2, 3]);
    log.committed = 2;
    commitTo(log, commit);
    expect(log.committed).toBe(committed);
  });

  test('TestCommitTo: never past the end', () => {
    expect(() => commitTo(logWith([1, 2, 3]), 4)).toThrow('tocommit(4) is out of range [lastIndex(3)]');
  });
});

describe('compaction', () => {
  test('TestCompactionSideEffects: terms, unstable entries and appends work as before', () => {
    const log = logWith(upTo(1000), { stored: 750 });
    commitTo(log, 1000);
    logAppliedTo(log, 1000, 0);
    compactStorage(log.storage, 500);
    expect(lastIndex(log)).toBe(1000);
    for (let index = 500; index <= 1000; index++) {
      expect(termAt(log, index)).toBe(index);
      expect(etcdRules.matchesPrevious(termAt(log, index), index)).toBe(true);
    }
    expect(indexes(nextUnstableEntries(log.unstable))).toEqual(upTo(250).map((i) => 750 + i));
    appendToLog(log, entriesOf([1001], 1001));
    expect([lastIndex(log), indexes(entriesFrom(log, 1001, NO_LIMIT))]).toEqual([1001, [1001]]);
  });

  test('TestCompaction: what is left, and both bounds', () => {
    const log = logWith(upTo(1000), { stored: 1000 });
    for (const [index, left] of [
      [300, 700],
      [500, 500],
      [800, 200],
      [900, 100],
    ] as const) {
      expect(compactStorage(log.storage, index)).toMatchObject({ ok: true });
      expect(entriesFrom(log, firstIndex(log), NO_LIMIT)).toHaveLength(left);
    }
    expect(compactStorage(log.storage, 899)).toEqual({ ok: false, error: 'compacted' });
    expect(() => compactStorage(log.storage, 1001)).toThrow('compact 1001 is out of bound lastindex(1000)');
  });

  test('TestLogRestore: a log over a snapshot alone', () => {
    const log = logWith([], { snapshot: { index: 1000, term: 1000 } });
    expect([firstIndex(log), lastIndex(log), log.committed, log.applied, log.unstable.offset, termAt(log, 1000)]).toEqual([
      1001, 1000, 1000, 1000, 1001, 1000,
    ]);
    expect(entriesFrom(log, 1001, NO_LIMIT)).toEqual([]);
  });
});

describe('applying', () => {
  /** A snapshot at 3, entries 4 5 6 of which 4 is stable, committed up to 5. */
  function middle(maxApplyingSize = NO_LIMIT): RaftLog {
    const log = logWith([1, 1, 1], { snapshot: { index: 3, term: 1 }, stored: 1, maxApplyingSize });
    commitTo(log, 5);
    return log;
  }

  test.each<[number, number, boolean, number[]]>([
    [3, 3, true, [4, 5]],
    [3, 4, true, [5]],
    [3, 5, true, []],
    [4, 4, true, [5]],
    [4, 5, true, []],
    [5, 5, true, []],
    [3, 3, false, [4]],
    [3, 4, false, []],
    [3, 5, false, []],
    [4, 4, false, []],
    [4, 5, false, []],
    [5, 5, false, []],
  ])(
    'TestHasNextCommittedEnts, TestNextCommittedEnts, 9.2/20: applied %i, handed out %i, unstable allowed: %s: next %j',
    (applied, applying, allowUnstable, next) => {
      const log = middle();
      logAppliedTo(log, applied, 0);
      acceptApplying(log, applying, 0, allowUnstable);
      log.applyingPaused = false;
      expect(hasNextCommittedEntries(log, allowUnstable)).toBe(next.length > 0);
      expect(indexes(nextCommittedEntries(log, allowUnstable))).toEqual(next);
    },
  );

  test('TestHasNextCommittedEnts, TestNextCommittedEnts, 9.1/35: none while paused, and none before a pending snapshot', () => {
    const paused = middle();
    paused.applyingPaused = true;
    const pending = middle();
    restoreLog(pending, snapshotAt(7, 1, [1]));
    for (const log of [paused, pending]) {
      expect([hasNextCommittedEntries(log, true), nextCommittedEntries(log, true)]).toEqual([false, []]);
    }
  });

  // Of 100 bytes at most; up to 5 is committed, up to 4 stable.
  test.each(
    [3, 4, 5].flatMap((index) =>
      [true, false].flatMap((allowUnstable) =>
        [99, 100, 101].map((size): [number, boolean, number, boolean] => [
          index,
          allowUnstable,
          size,
          size >= 100 || index < (allowUnstable ? 5 : 4),
        ]),
      ),
    ),
  )(
    'TestAcceptApplying, 9.2/38: handing out up to %i (unstable allowed: %s) of %i bytes pauses: %s',
    (index, allowUnstable, size, paused) => {
      const log = middle(100);
      acceptApplying(log, index, size, allowUnstable);
      expect([log.applying, log.applyingSize, log.applyingPaused]).toEqual([index, size, paused]);
    },
  );

  test.each([
    [4, 4, 101, true],
    [4, 5, 100, true],
    [4, 6, 99, false],
    [5, 4, 101, true],
    [5, 5, 100, true],
    [5, 6, 99, false],
    [4, 105, 0, false],
    [4, 106, 0, false],
  ])(
    'TestAppliedTo, 9.2/38: of 105 bytes handed out, applying up to %i acknowledges %i: %i are out, paused: %s',
    (index, size, left, paused) => {
      const log = middle(100);
      acceptApplying(log, 5, 105, false);
      logAppliedTo(log, index, size);
      expect([log.applied, log.applying, log.applyingSize, log.applyingPaused]).toEqual([index, 5, left, paused]);
    },
  );

  test('only what is committed is applied, and nothing twice', () => {
    const log = middle();
    expect(() => logAppliedTo(log, 6, 0)).toThrow('applied(6) is out of range [prevApplied(3), committed(5)]');
    logAppliedTo(log, 5, 0);
    expect(() => logAppliedTo(log, 4, 0)).toThrow('applied(4) is out of range [prevApplied(5), committed(5)]');
    expect(() => acceptApplying(log, 6, 0, true)).toThrow('applying(6) is out of range [prevApplying(5), committed(5)]');
  });

  test('with no budget at all, the first committed entry is fatal', () => {
    const log = middle(0);
    expect(() => nextCommittedEntries(log, true)).toThrow('applying entry size (0-0)=0 not positive');
  });
});

describe('becoming stable', () => {
  test.each([
    [3, []],
    [1, [1, 2]],
  ])('TestNextUnstableEnts: unstable from %i: %j are to be written', (from, next) => {
    const log = logWith([1, 2], { stored: from - 1 });
    const entries = nextUnstableEntries(log.unstable);
    expect(indexes(entries)).toEqual(next);
    const last = entries.at(-1);
    if (last !== undefined) stableTo(log.lines, log.unstable, last.term, last.index);
    expect(log.unstable.offset).toBe(3);
  });

  test.each([
    [1, 1, 2],
    [2, 2, 3],
    [2, 1, 1],
    [3, 1, 1],
  ])('TestStableTo: index %i of term %i: unstable from %i', (index, term, offset) => {
    const log = logWith([1, 2]);
    stableTo(log.lines, log.unstable, term, index);
    expect(log.unstable.offset).toBe(offset);
  });

  test.each(
    [0, 1].flatMap((count) =>
      [6, 5, 4].flatMap((index) =>
        [2, 3].map((term): [number, number, number, number] => [
          count,
          index,
          term,
          count === 1 && index === 6 && term === 2 ? 7 : 6,
        ]),
      ),
    ),
  )(
    'TestStableToWithSnap: over a snapshot 5/2 with %i entries of term 2, index %i of term %i: unstable from %i',
    (count, index, term, offset) => {
      const log = logWith(count === 0 ? [] : [2], { snapshot: { index: 5, term: 2 } });
      stableTo(log.lines, log.unstable, term, index);
      expect(log.unstable.offset).toBe(offset);
    },
  );
});

describe('terms and bounds', () => {
  test.each([
    [99, undefined],
    [100, 1],
    [150, 50],
    [199, 99],
    [200, undefined],
  ])('TestTerm: over a snapshot 100/1 and 99 entries, that of %i is %s', (index, term) => {
    expect(termAt(logWith(upTo(99), { snapshot: { index: 100, term: 1 } }), index)).toBe(term);
  });

  test.each([
    [100, undefined],
    [101, undefined],
    [104, undefined],
    [105, 1],
    [106, undefined],
  ])('TestTermWithUnstableSnapshot, 9.1/35: with one pending at 105, that of %i is %s', (index, term) => {
    const log = logWith([], { snapshot: { index: 100, term: 1 } });
    restoreLog(log, snapshotAt(105, 1, [1]));
    expect([termAt(log, index), firstIndex(log), lastIndex(log)]).toEqual([term, 106, 105]);
  });

  test.each<[number, number, string | number]>([
    [99, 102, 'compacted'],
    [100, 102, 'compacted'],
    [101, 101, 0],
    [151, 151, 0],
    [200, 200, 0],
    [201, 201, 0],
    [201, 202, 'slice[201,202) out of bound [101,200]'],
    [202, 202, 'slice[202,202) out of bound [101,200]'],
    [102, 101, 'invalid slice 102 > 101'],
  ])('TestIsOutOfBounds: of 101 to 200, [%i, %i): %s', (lo, hi, result) => {
    const log = logWith(upTo(100), { snapshot: { index: 100, term: 0 }, stored: 50 });
    const slice = () => logSlice(log, lo, hi, NO_LIMIT);
    if (typeof result === 'string' && result !== 'compacted') expect(slice).toThrow(result);
    else expect(result === 'compacted' ? slice() : slice().length).toBe(result);
  });

  test('the last term of a log whose end is not known is a bug', () => {
    const log = logWith([1, 1], { stored: 2 });
    log.storage.compactedIndex = 3;
    expect(() => lastTerm(log)).toThrow(
      'unexpected error when getting the last term at 2: requested index is unavailable due to compaction',
    );
  });

  test('an entry is found where it is, stored or not', () => {
    const log = logWith([1, 2, 3, 4], { stored: 2 });
    compactStorage(log.storage, 1);
    expect([0, 1, 2, 3, 4, 5].map((index) => entryAt(log, index)?.term)).toEqual([undefined, undefined, 2, 3, 4, undefined]);
  });
});

describe('slices', () => {
  const arbitrary = fc.record({
    count: fc.integer({ min: 1, max: 12 }),
    stored: fc.nat(12),
    from: fc.nat(12),
    length: fc.nat(12),
    max: fc.nat(80),
  });

  /** Entries of growing sizes, and bounds within them. */
  function cut({ count, stored, from, length, max }: { count: number; stored: number; from: number; length: number; max: number }) {
    const log = logWith(Array(count).fill(1), { stored: Math.min(stored, count) });
    const lo = 1 + (from % count);
    return { log, lo, hi: Math.min(count + 1, lo + length), max };
  }

  /** The longest prefix within a size, and never less than one. */
  function slow(lo: number, hi: number, max: number): number[] {
    const expected: number[] = [];
    for (let index = lo, size = 0; index < hi; index++) {
      size += entry(1, index).encodedSize;
      if (size > max && expected.length > 0) break;
      expected.push(index);
    }
    return expected;
  }

  test('TestSlice: the longest prefix within the size, and never less than one entry, across the seam', () => {
    fc.assert(
      fc.property(arbitrary, (given) => {
        const { log, lo, hi, max } = cut(given);
        expect(indexes(logSlice(log, lo, hi, max))).toEqual(slow(lo, hi, max));
      }),
      { numRuns: 500 },
    );
  });

  test('TestSlice: an unstable entry that does not fit is left out, if there is something without it', () => {
    const size = entry(1, 1).encodedSize;
    const log = logWith([1, 1, 1], { stored: 1 });
    const upToSize = (max: number) => indexes(logSlice(log, 1, 4, max));
    expect([0, size, 2 * size - 1, 2 * size, 3 * size - 1, 3 * size].map(upToSize)).toEqual([
      [1],
      [1],
      [1],
      [1, 2],
      [1, 2],
      [1, 2, 3],
    ]);
    expect(indexes(logSlice(log, 2, 4, size - 1))).toEqual([2]);
  });

  test('TestScan: pages of any size see the same entries as a slice, each once, and stop where they are told to', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(12), (given, stop) => {
        const { log, lo, hi, max } = cut(given);
        const seen: number[] = [];
        const found = someEntry(log, lo, hi, max, (one) => {
          seen.push(one.index);
          return seen.length > stop;
        });
        const all = indexes(logSlice(log, lo, hi, NO_LIMIT));
        expect(found).toBe(all.length > stop);
        expect(seen).toEqual(all.slice(0, stop + 1));
      }),
      { numRuns: 500 },
    );
  });

  test('TestScan: what is compacted cannot be looked through', () => {
    const log = logWith([1, 1, 1], { stored: 3 });
    compactStorage(log.storage, 2);
    expect(() => someEntry(log, 1, 4, NO_LIMIT, () => false)).toThrow(
      'error scanning unapplied entries [1, 4): requested index is unavailable due to compaction',
    );
  });
});

test('a log that is settled has nothing unstable', () => {
  const raft = member(1, { term: 1 });
  step(raft, message('MsgApp', 2, 1, { term: 1, entries: entriesOf([1, 1, 1]), commit: 3 }));
  expect(raft.log.unstable.entries).toHaveLength(3);
  expect(settle(raft).applied).toHaveLength(3);
  expect([raft.log.unstable.entries.length, raft.log.applied]).toEqual([0, 3]);
});
