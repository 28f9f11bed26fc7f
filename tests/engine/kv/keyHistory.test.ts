/** What can still be read of each key, and what a watcher has missed: against the naive list of all writes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compact,
  compactRevision,
  createKv,
  currentRevision,
  getWatcher,
  type Kv,
  keyHistories,
  missedChanges,
  range,
  syncWatchers,
} from '../../../src/engine/kv/index.ts';
import { compactFully, del, must, put, rangeOptions, watch, watchOptions } from './support.ts';

const KEYS = ['a', 'b', 'c'];
const operation = fc.oneof(
  fc.record({ type: fc.constant('put' as const), key: fc.constantFrom(...KEYS) }),
  fc.record({ type: fc.constant('del' as const), key: fc.constantFrom(...KEYS) }),
  fc.record({ type: fc.constant('compact' as const), back: fc.nat(6), isSwept: fc.boolean() }),
);

const everything = { key: '\0', rangeEnd: '\0' };

test('tells of every readable revision what a read there answers, swept or not', () => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 40 }), (operations) => {
      const kv = createKv();
      for (const step of operations) apply(kv, step);
      const { histories, keyCount } = keyHistories(kv, everything, 10, 100);
      expect(keyCount).toBe(histories.length);
      for (let revision = Math.max(1, compactRevision(kv)); revision <= currentRevision(kv); revision++) {
        const read = must(range(kv, rangeOptions('\0', '\0', { revision }))).kvs;
        const told = histories.flatMap(({ versions }) => {
          const version = versions.findLast((each) => each.modRevision <= revision);
          return version === undefined || version.version === 0 ? [] : [version];
        });
        expect(told).toEqual(read);
      }
      // Nothing that was put out of reach is told.
      for (const { versions } of histories) {
        expect(versions.filter((version) => version.modRevision < compactRevision(kv)).length).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 200 },
  );
});

test('keeps to its limits and says what it leaves out', () => {
  const kv = createKv();
  for (let i = 0; i < 5; i++) for (const key of KEYS) put(kv, key, String(i));
  const { histories, keyCount } = keyHistories(kv, everything, 2, 3);
  expect(keyCount).toBe(3);
  expect(histories.map(({ key, versions, isCut }) => [key, versions.map(({ value }) => value).join(''), isCut])).toEqual([
    ['a', '234', true],
    ['b', '234', true],
  ]);
});

test('counts what a watcher has missed, through its filters', () => {
  const kv = createKv();
  put(kv, 'a', '1');
  put(kv, 'b', '1');
  del(kv, 'a');
  put(kv, 'a', '2');
  watch(kv, 1, watchOptions('a', '', { startRevision: 2 }));
  watch(kv, 2, watchOptions('a', '', { startRevision: 2, noDelete: true }));
  const watcher = (id: number) => {
    const found = getWatcher(kv, id);
    if (found === undefined) throw new Error(`watcher ${id} is there`);
    return found;
  };
  expect(missedChanges(kv, watcher(1), 100)).toEqual({ from: 2, count: 3 });
  expect(missedChanges(kv, watcher(2), 100)).toEqual({ from: 2, count: 2 });
  expect(missedChanges(kv, watcher(1), 2)).toEqual({ from: 2, count: 2 });
  syncWatchers(kv);
  expect(missedChanges(kv, watcher(1), 100)).toEqual({ from: 6, count: 0 });
  // A victim misses what it waits with and what came after that.
  for (let i = 0; i < 130; i++) put(kv, 'a', 'x');
  expect(getWatcher(kv, 1)?.state).toBe('victim');
  // One message from history and 127 puts, 6 to 132, are in its stream.
  expect(missedChanges(kv, watcher(1), 100)).toEqual({ from: 133, count: 3 });
  expect(missedChanges(kv, watcher(1), 1)).toEqual({ from: 133, count: 1 });
});

type Step =
  | { readonly type: 'put'; readonly key: string }
  | { readonly type: 'del'; readonly key: string }
  | { readonly type: 'compact'; readonly back: number; readonly isSwept: boolean };

function apply(kv: Kv, step: Step): void {
  if (step.type === 'put') put(kv, step.key, 'x');
  else if (step.type === 'del') del(kv, step.key);
  else {
    const revision = currentRevision(kv) - step.back;
    if (revision <= compactRevision(kv)) return;
    if (step.isSwept) compactFully(kv, revision);
    else must(compact(kv, revision));
  }
}
