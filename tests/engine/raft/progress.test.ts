/** What a leader knows of one peer, and the window of appends on their way to it. Tables after upstream's (checklist.ts). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeProgress, type Progress } from '../../../src/engine/raft/index.ts';
import {
  addInflight,
  cloneInflights,
  createInflights,
  freeInflightsTo,
  type Inflights,
  inflightsFull,
  resetInflights,
} from '../../../src/engine/raft/inflights.ts';
import {
  becomeProbe,
  becomeReplicate,
  becomeSnapshot,
  canBumpCommit,
  createProgress,
  isPaused,
  maybeDecrease,
  maybeUpdate,
  restartProgress,
  sentEntries,
} from '../../../src/engine/raft/progress.ts';
import { id } from './harness.ts';

/** Probed, active, match 1, next 5, unless said otherwise. */
function progress(changes: Partial<Progress> = {}): Progress {
  return Object.assign(createProgress(id(1), 5, false, 256, 0), { matchIndex: 1 }, changes);
}

describe('progress', () => {
  test('TestProgressString: reads as in etcd', () => {
    const peer = Object.assign(createProgress(id(1), 2, true, 1, 0), {
      matchIndex: 1,
      state: 'StateSnapshot' as const,
      pendingSnapshot: 123,
      recentActive: false,
      msgAppFlowPaused: true,
    });
    addInflight(peer.inflights, 123, 1);
    expect(describeProgress(peer)).toBe('StateSnapshot match=1 next=2 learner paused pendingSnap=123 inactive inflight=1[full]');
    expect(describeProgress(progress())).toBe('StateProbe match=1 next=5');
    expect(describeProgress(progress({ pendingSnapshot: 1 }))).toBe('StateProbe match=1 next=5 pendingSnap=1');
    const replicating = progress({ state: 'StateReplicate' });
    sentEntries(replicating, 2, 10);
    expect(describeProgress(replicating)).toBe('StateReplicate match=1 next=7 inflight=1');
  });

  test.each([
    ['StateProbe', false, false],
    ['StateProbe', true, true],
    ['StateReplicate', false, false],
    ['StateReplicate', true, true],
    ['StateSnapshot', false, true],
    ['StateSnapshot', true, true],
  ] as const)('TestProgressIsPaused: %s with the flag %s: %s', (state, msgAppFlowPaused, paused) => {
    expect(isPaused(progress({ state, msgAppFlowPaused }))).toBe(paused);
  });

  test('TestProgressResume: a refusal of the probe and an acknowledgement of something new end the pause, nothing else does', () => {
    const peer = progress({ matchIndex: 0, nextIndex: 2, msgAppFlowPaused: true });
    expect([maybeDecrease(peer, 5, 1), peer.msgAppFlowPaused]).toEqual([false, true]);
    expect([maybeDecrease(peer, 1, 1), peer.msgAppFlowPaused]).toEqual([true, false]);
    peer.msgAppFlowPaused = true;
    expect([maybeUpdate(peer, 0), peer.msgAppFlowPaused]).toEqual([false, true]);
    expect([maybeUpdate(peer, 2), peer.msgAppFlowPaused]).toEqual([true, false]);
  });

  test.each<[string, Partial<Progress>, number]>([
    ['replicating', { state: 'StateReplicate' }, 2],
    ['waiting for a snapshot that has arrived', { state: 'StateSnapshot', pendingSnapshot: 10 }, 11],
    ['waiting for one that has not', { state: 'StateSnapshot', pendingSnapshot: 0 }, 2],
  ])('TestProgressBecomeProbe, 9.2/23, 9.2/24: after %s', (_what, changes, next) => {
    const peer = progress({ ...changes, sentCommit: 4 });
    becomeProbe(peer);
    expect(peer).toMatchObject({
      state: 'StateProbe',
      matchIndex: 1,
      nextIndex: next,
      pendingSnapshot: 0,
      sentCommit: Math.min(4, next - 1),
    });
  });

  test('TestProgressBecomeReplicate, 9.1/17: next follows match again, and the window is empty', () => {
    const peer = progress({ state: 'StateProbe', sentCommit: 1, msgAppFlowPaused: true });
    becomeReplicate(peer);
    expect(peer).toMatchObject({ state: 'StateReplicate', matchIndex: 1, nextIndex: 2, sentCommit: 1, msgAppFlowPaused: false });
    sentEntries(peer, 2, 1);
    expect([peer.nextIndex, peer.inflights.count]).toEqual([4, 1]);
    becomeReplicate(peer);
    expect([peer.nextIndex, peer.inflights.count]).toEqual([2, 0]);
  });

  test('TestProgressBecomeSnapshot, 9.1/7: everything up to it counts as sent', () => {
    const peer = progress({ state: 'StateReplicate' });
    becomeSnapshot(peer, 10);
    expect(peer).toMatchObject({ state: 'StateSnapshot', matchIndex: 1, pendingSnapshot: 10, nextIndex: 11, sentCommit: 10 });
    expect(() => sentEntries(peer, 1, 1)).toThrow('sending append in unhandled state StateSnapshot');
  });

  test.each([
    [2, false, 3, 5],
    [3, false, 3, 5],
    [4, true, 4, 5],
    [5, true, 5, 6],
    [9, true, 9, 10],
  ])('TestProgressUpdate: match 3, next 5: an acknowledgement of %i is news: %s, match %i, next %i', (index, news, match, next) => {
    const peer = progress({ matchIndex: 3, nextIndex: 5 });
    expect([maybeUpdate(peer, index), peer.matchIndex, peer.nextIndex]).toEqual([news, match, next]);
  });

  test.each([
    ['StateReplicate', 5, 10, 5, 5, false, 10],
    ['StateReplicate', 5, 10, 4, 4, false, 10],
    ['StateReplicate', 5, 10, 9, 9, true, 6],
    ['StateReplicate', 5, 10, 6, 0, true, 6],
    ['StateProbe', 0, 10, 5, 5, false, 10],
    ['StateProbe', 0, 10, 9, 9, true, 9],
    ['StateProbe', 0, 2, 1, 1, true, 1],
    ['StateProbe', 0, 1, 0, 0, true, 1],
    ['StateProbe', 0, 10, 9, 2, true, 3],
    ['StateProbe', 0, 10, 9, 0, true, 1],
    ['StateProbe', 7, 10, 9, 2, true, 8],
    ['StateSnapshot', 0, 10, 5, 5, false, 10],
  ] as const)(
    'TestProgressMaybeDecr, 9.2/34: %s match %i next %i: a refusal of %i with hint %i counts: %s, next %i',
    (state, match, next, rejected, hint, counts, after) => {
      const peer = progress({ state, matchIndex: match, nextIndex: next });
      expect([maybeDecrease(peer, rejected, hint), peer.matchIndex, peer.nextIndex]).toEqual([counts, match, after]);
    },
  );

  test('9.2/39, 9.1/6: a refusal clips the commit index on its way; an append may tell a later one only of what the peer is to have', () => {
    for (const state of ['StateReplicate', 'StateProbe'] as const) {
      const peer = progress({ state, matchIndex: 2, nextIndex: 10, sentCommit: 9 });
      expect([maybeDecrease(peer, 9, 4), peer.nextIndex, peer.sentCommit]).toEqual(
        state === 'StateProbe' ? [true, 5, 4] : [true, 3, 2],
      );
    }
    const bump = (sentCommit: number, committed: number) => canBumpCommit(progress({ nextIndex: 5, sentCommit }), committed);
    expect([bump(3, 9), bump(4, 9), bump(3, 3), bump(3, 4)]).toEqual([true, false, false, true]);
  });

  test('9.2/36: the window is looked at after an empty append as well', () => {
    const peer = Object.assign(createProgress(id(1), 5, false, 1, 0), { state: 'StateReplicate' as const });
    sentEntries(peer, 1, 1);
    expect(peer.msgAppFlowPaused).toBe(true);
    peer.msgAppFlowPaused = false;
    sentEntries(peer, 0, 0);
    expect(peer.msgAppFlowPaused).toBe(true);
  });
});

describe('a new term', () => {
  test('all that was known of a peer is forgotten, but not who it is', () => {
    const peer = createProgress(id(1), 5, true, 4, 100);
    becomeReplicate(peer);
    sentEntries(peer, 2, 10);
    becomeSnapshot(peer, 9);
    Object.assign(peer, { matchIndex: 3, sentCommit: 6, msgAppFlowPaused: true });
    restartProgress(peer, 7, 8);
    const fresh = Object.assign(createProgress(id(1), 8, true, 4, 100), { matchIndex: 7, recentActive: false });
    // What is left in the window's slots is nobody's.
    expect({ ...peer, inflights: { ...peer.inflights, indexes: [], sizes: [] } }).toEqual(fresh);
  });
});

describe('the window', () => {
  const fill = (inflights: Inflights, from: number, to: number) => {
    for (let i = from; i < to; i++) addInflight(inflights, i, 100 + i);
  };
  const state = (inflights: Inflights) => [inflights.count, inflights.bytes];

  test('TestInflightsAdd: count and bytes, also after it has gone once round', () => {
    const inflights = createInflights(10, 0);
    fill(inflights, 0, 5);
    expect(state(inflights)).toEqual([5, 510]);
    fill(inflights, 5, 10);
    expect(state(inflights)).toEqual([10, 1045]);
    freeInflightsTo(inflights, 4);
    fill(inflights, 10, 15);
    expect([state(inflights), inflightsFull(inflights)]).toEqual([[10, 1095], true]);
    // The ring is no longer than the window.
    expect(inflights.indexes).toEqual([10, 11, 12, 13, 14, 5, 6, 7, 8, 9]);
  });

  test('TestInflightFreeTo: all up to an index', () => {
    const inflights = createInflights(10, 0);
    fill(inflights, 0, 10);
    for (const [index, count, bytes] of [
      [0, 9, 945],
      [4, 5, 535],
      [8, 1, 109],
    ] as const) {
      freeInflightsTo(inflights, index);
      expect(state(inflights)).toEqual([count, bytes]);
    }
    fill(inflights, 10, 15);
    freeInflightsTo(inflights, 12);
    expect(state(inflights)).toEqual([2, 227]);
    freeInflightsTo(inflights, 14);
    expect(state(inflights)).toEqual([0, 0]);
  });

  test.each([
    ['no room at all', 0, 0, 0, 0, 0],
    ['one', 1, 0, 1, 1, 2],
    ['one, of too many bytes', 1, 10, 1, 1, 2],
    ['several', 15, 0, 15, 6, 22],
    ['a few bytes over', 8, 400, 4, 2, 7],
    ['exactly the bytes', 8, 406, 4, 3, 8],
    ['many bytes over', 15, 408, 5, 1, 6],
  ])(
    'TestInflightsFull, 9.2/22: %s (%i messages, %i bytes): full at %i; after freeing to %i, at %i',
    (_name, size, maxBytes, fullAt, freed, again) => {
      const inflights = createInflights(size, maxBytes);
      const addUntilFull = (from: number, to: number) => {
        for (let i = from; i < to; i++) {
          expect(inflightsFull(inflights)).toBe(false);
          addInflight(inflights, i, 100 + i);
        }
        expect(inflightsFull(inflights)).toBe(true);
      };
      addUntilFull(0, fullAt);
      freeInflightsTo(inflights, freed);
      addUntilFull(fullAt, again);
      expect(() => addInflight(inflights, 100, 1024)).toThrow('cannot add into a Full inflights');
    },
  );

  test('TestInflightsReset: nothing is left over', () => {
    const inflights = createInflights(10, 1000);
    let index = 0;
    for (let round = 0; round < 100; round++) {
      resetInflights(inflights);
      for (let i = 0; i < 5; i++) addInflight(inflights, ++index, 16);
      freeInflightsTo(inflights, index - 2);
      expect([inflightsFull(inflights), state(inflights)]).toEqual([false, [2, 32]]);
    }
    freeInflightsTo(inflights, index);
    expect(state(inflights)).toEqual([0, 0]);
  });

  test('TestInflightsAdd, TestInflightFreeTo, TestInflightsFull: it behaves as a plain list does, and so does its copy', () => {
    const script = fc.array(fc.tuple(fc.boolean(), fc.nat(12)), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(60), script, (size, maxBytes, steps) => {
        let inflights = createInflights(size, maxBytes);
        let list: [number, number][] = [];
        let next = 0;
        for (const [isAdd, amount] of steps) {
          const bytes = list.reduce((sum, [, one]) => sum + one, 0);
          const isFull = list.length === size || (maxBytes !== 0 && bytes >= maxBytes);
          expect([...state(inflights), inflightsFull(inflights)]).toEqual([list.length, bytes, isFull]);
          if (isAdd && isFull) expect(() => addInflight(inflights, next, amount)).toThrow('cannot add into a Full inflights');
          else if (isAdd) {
            addInflight(inflights, ++next, amount);
            list.push([next, amount]);
          } else {
            const original = inflights;
            inflights = cloneInflights(original);
            freeInflightsTo(inflights, next - amount);
            resetInflights(original);
            list = list.filter(([index]) => index > next - amount);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
