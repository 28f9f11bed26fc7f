/** The end of a log that is not known to be on disk. Tables after upstream's of the same names (checklist.ts). */
import { describe, expect, test } from 'vitest';
import { formatLogLine } from '../../../src/engine/raft/index.ts';
import { createLineSink } from '../../../src/engine/raft/lineSink.ts';
import { createLog, firstIndex, lastIndex } from '../../../src/engine/raft/log.ts';
import { createStorage } from '../../../src/engine/raft/storage.ts';
import {
  acceptInProgress,
  createUnstable,
  hasNextUnstableEntries,
  nextUnstableEntries,
  nextUnstableSnapshot,
  restoreUnstable,
  stableSnapshotTo,
  stableTo,
  truncateAndAppend,
  type Unstable,
  unstableCount,
  unstableSlice,
  unstableTerm,
} from '../../../src/engine/raft/unstable.ts';
import { entry, snapshotAt } from './harness.ts';

const sink = () => createLineSink('INFO');
const entriesOf = (terms: readonly number[], from: number) => terms.map((term, i) => entry(term, from + i));
const snapshot = snapshotAt(4, 1, [1]);

/** Entries of these terms from an index on, in progress up to another, perhaps after a snapshot at 4/1. */
function unstableWith(terms: readonly number[], offset: number, offsetInProgress = offset, withSnapshot = false): Unstable {
  return {
    ...createUnstable(offset),
    entries: entriesOf(terms, offset),
    offsetInProgress,
    snapshot: withSnapshot ? snapshot : undefined,
  };
}

const shape = (unstable: Unstable) => [unstable.offset, unstable.offsetInProgress, unstableCount(unstable)];

describe('what it knows', () => {
  // First and last index of a log over it, whose storage is empty.
  test.each<[number[], number, boolean, number, number]>([
    [[1], 5, false, 1, 5],
    [[], 1, false, 1, 0],
    [[1], 5, true, 5, 5],
    [[], 5, true, 5, 4],
  ])(
    'TestUnstableMaybeFirstIndex, TestMaybeLastIndex: with %j from %i on, snapshot %s: from %i to %i',
    (terms, offset, withSnapshot, first, last) => {
      const log = createLog(createStorage(), sink(), Number.POSITIVE_INFINITY);
      log.unstable = unstableWith(terms, offset, offset, withSnapshot);
      expect([firstIndex(log), lastIndex(log)]).toEqual([first, last]);
    },
  );

  test.each<[number[], number, boolean, number, number | undefined]>([
    [[1], 5, false, 5, 1],
    [[1], 5, false, 6, undefined],
    [[1], 5, false, 4, undefined],
    [[1], 5, true, 5, 1],
    [[1], 5, true, 6, undefined],
    [[1], 5, true, 4, 1],
    [[1], 5, true, 3, undefined],
    [[], 5, true, 5, undefined],
    [[], 5, true, 4, 1],
    [[], 0, false, 5, undefined],
  ])('TestUnstableMaybeTerm: with %j from %i on, snapshot %s: the term of %i is %s', (terms, offset, withSnapshot, index, term) => {
    expect(unstableTerm(unstableWith(terms, offset, offset, withSnapshot), index)).toBe(term);
  });

  test('a slice out of bounds is a bug', () => {
    const unstable = unstableWith([1, 1, 1], 5);
    expect(unstableSlice(sink(), unstable, 6, 8).map((one) => one.index)).toEqual([6, 7]);
    expect(() => unstableSlice(sink(), unstable, 4, 6)).toThrow('unstable.slice[4,6) out of bound [5,8]');
    expect(() => unstableSlice(sink(), unstable, 6, 9)).toThrow('unstable.slice[6,9) out of bound [5,8]');
    expect(() => unstableSlice(sink(), unstable, 7, 6)).toThrow('invalid unstable.slice 7 > 6');
  });
});

describe('handing out', () => {
  test.each<[number, number[]]>([
    [5, [5, 6]],
    [6, [6]],
    [7, []],
  ])('TestUnstableNextEntries: of 5 and 6, in progress before %i: %j', (inProgress, next) => {
    const unstable = unstableWith([1, 1], 5, inProgress);
    expect(nextUnstableEntries(unstable).map((one) => one.index)).toEqual(next);
    expect(hasNextUnstableEntries(unstable)).toBe(next.length > 0);
  });

  test('TestUnstableNextSnapshot: a snapshot is handed out once', () => {
    const unstable = unstableWith([], 5);
    expect(nextUnstableSnapshot(unstable)).toBeUndefined();
    unstable.snapshot = snapshot;
    expect(nextUnstableSnapshot(unstable)).toBe(snapshot);
    unstable.snapshotInProgress = true;
    expect(nextUnstableSnapshot(unstable)).toBeUndefined();
  });

  // Snapshot: none, one that is not handed out, one that is.
  test.each(
    ['none', 'new', 'inProgress'].flatMap((state) =>
      [
        [[], 5, 5],
        [[1], 5, 6],
        [[1, 1], 5, 7],
        [[1, 1], 6, 7],
        [[1, 1], 7, 7],
      ].map((row) => [state, ...row] as [string, number[], number, number]),
    ),
  )(
    'TestUnstableAcceptInProgress: snapshot %s, %j from 5 on, in progress before %i: then before %i',
    (state, terms, before, after) => {
      const unstable = unstableWith(terms, 5, before, state !== 'none');
      unstable.snapshotInProgress = state === 'inProgress';
      acceptInProgress(unstable);
      expect([unstable.offsetInProgress, unstable.snapshotInProgress]).toEqual([after, state !== 'none']);
    },
  );
});

describe('becoming stable', () => {
  // Terms from an offset on, in progress, snapshot; index and term that are stable; offset, in progress and count afterwards.
  test.each<[number[], number, number, boolean, number, number, [number, number, number]]>(
    [false, true].flatMap((withSnapshot) =>
      (
        [
          [[1], 5, 6, 5, 1, [6, 6, 0]],
          [[1, 1], 5, 6, 5, 1, [6, 6, 1]],
          [[1, 1], 5, 7, 5, 1, [6, 7, 1]],
          [[2], 5, 6, 5, 1, [5, 6, 1]],
          [[1], 5, 6, 4, 1, [5, 6, 1]],
          [[1], 5, 6, 4, 2, [5, 6, 1]],
          [[], 5, 5, 5, 1, [5, 5, 0]],
          [[1, 1, 1], 5, 5, 6, 1, [7, 7, 1]],
        ] as [number[], number, number, number, number, [number, number, number]][]
      ).map(
        ([terms, offset, inProgress, ...rest]): [number[], number, number, boolean, number, number, [number, number, number]] => [
          terms,
          offset,
          inProgress,
          withSnapshot,
          ...rest,
        ],
      ),
    ),
  )(
    'TestUnstableStableTo: %j from %i on, in progress before %i, snapshot %s: index %i of term %i leaves %j',
    (terms, offset, inProgress, withSnapshot, index, term, after) => {
      const unstable = unstableWith(terms, offset, inProgress, withSnapshot);
      stableTo(sink(), unstable, term, index);
      expect(shape(unstable)).toEqual(after);
      expect(unstable.snapshot).toBe(withSnapshot ? snapshot : undefined);
    },
  );

  test('9.1/33: why an answer is ignored is told', () => {
    const unstable = unstableWith([2, 2, 2], 5, 8, true);
    const lines = sink();
    for (const [term, index] of [
      [1, 6],
      [2, 3],
      [2, 8],
      [1, 4],
      [2, 4],
    ] as const) {
      stableTo(lines, unstable, term, index);
    }
    expect(shape(unstable)).toEqual([5, 8, 3]);
    expect(lines.lines.map((line) => formatLogLine(line, 'v3.7'))).toEqual([
      'entry at (index,term)=(6,1) mismatched with entry at (6,2) in unstable log; ignoring',
      'entry at index 3 missing from unstable log; ignoring',
      'entry at index 8 missing from unstable log; ignoring',
      'entry at index 4 matched unstable snapshot; ignoring',
      'entry at index 4 matched unstable snapshot; ignoring',
    ]);
  });

  test('9.2/19: only the snapshot at the very index', () => {
    const unstable = unstableWith([], 5, 5, true);
    unstable.snapshotInProgress = true;
    for (const index of [3, 5]) {
      stableSnapshotTo(unstable, index);
      expect([unstable.snapshot, unstable.snapshotInProgress]).toEqual([snapshot, true]);
    }
    stableSnapshotTo(unstable, 4);
    expect([unstable.snapshot, unstable.snapshotInProgress]).toEqual([undefined, false]);
  });

  test('of a long tail what is stable is forgotten, and the rest stays where it was', () => {
    const unstable = unstableWith(Array(1000).fill(1), 1, 1001);
    for (let index = 1; index <= 1000; index++) {
      stableTo(sink(), unstable, 1, index);
      expect(shape(unstable)).toEqual([index + 1, 1001, 1000 - index]);
      expect([unstableTerm(unstable, index), unstableTerm(unstable, index + 1)]).toEqual([undefined, index < 1000 ? 1 : undefined]);
    }
    expect(unstable.entries).toEqual([]);
  });
});

describe('replacing', () => {
  test('TestUnstableRestore: a snapshot replaces everything', () => {
    const unstable = unstableWith([1], 5, 6, true);
    unstable.snapshotInProgress = true;
    const newer = snapshotAt(6, 2, [1]);
    restoreUnstable(unstable, newer);
    expect(unstable).toEqual({ ...createUnstable(7), snapshot: newer });
  });

  // Terms from 5 on, in progress before; terms from an index on that come; offset, in progress and terms afterwards.
  test.each<[number[], number, number[], number, number, number, number[]]>([
    [[1], 5, [1, 1], 6, 5, 5, [1, 1, 1]],
    [[1], 6, [1, 1], 6, 5, 6, [1, 1, 1]],
    [[1], 5, [2, 2], 5, 5, 5, [2, 2]],
    [[1], 5, [2, 2, 2], 4, 4, 4, [2, 2, 2]],
    [[1], 6, [2, 2], 5, 5, 5, [2, 2]],
    [[1, 1, 1], 5, [2], 6, 5, 5, [1, 2]],
    [[1, 1, 1], 5, [2, 2], 7, 5, 5, [1, 1, 2, 2]],
    [[1, 1, 1], 6, [2], 6, 5, 6, [1, 2]],
    [[1, 1, 1], 7, [2], 6, 5, 6, [1, 2]],
    [[1, 1, 1], 8, [2], 7, 5, 7, [1, 1, 2]],
  ])(
    'TestUnstableTruncateAndAppend, 9.2/21: %j in progress before %i, %j from %i on: from %i, in progress before %i, %j',
    (terms, inProgress, coming, from, offset, inProgressAfter, after) => {
      const unstable = unstableWith(terms, 5, inProgress);
      const lines = sink();
      truncateAndAppend(lines, unstable, [entry(9, 1), ...entriesOf(coming, from)], 1);
      const what = from === 5 + terms.length ? [] : [from <= 5 ? 'replaceUnstable' : 'truncateUnstable'];
      expect(lines.lines.map((line) => line.template)).toEqual(what);
      expect([unstable.offset, unstable.offsetInProgress]).toEqual([offset, inProgressAfter]);
      expect(unstable.entries.map((one) => [one.term, one.index])).toEqual(after.map((term, i) => [term, offset + i]));
    },
  );

  test('TestUnstableTruncateAndAppend: a gap is a bug', () => {
    expect(() => truncateAndAppend(sink(), unstableWith([1, 1, 1], 5), entriesOf([2], 9), 0)).toThrow(
      'unstable.slice[5,9) out of bound [5,8]',
    );
  });
});
