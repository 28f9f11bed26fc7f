/** Watches, rule by rule: spec/etcd.md 2.2–2.5, 14.8, 14.9, and the watchable store's tests of 9.3. */
import { describe, expect, test } from 'vitest';
import {
  cancelWatcher,
  cloneKv,
  compact,
  createKv,
  createWatcher,
  getWatcher,
  installSnapshot,
  type Kv,
  progressRevision,
  slowWatcherCount,
  snapshotKv,
  syncWatchers,
  takeWatchResponses,
  writeDelete,
  writePut,
} from '../../../src/engine/kv/index.ts';
import { compactFully, del, describeEvents, must, put, putOptions, watch, watchOptions, write } from './support.ts';

/** What was handed over since the last call: watcher, revision, events. */
function taken(kv: Kv): [number, number, string[]][] {
  return takeWatchResponses(kv).map(({ watcherId, revision, events }) => [watcherId, revision, describeEvents(events)]);
}

describe('from now on', () => {
  test('TestWatch, TestWatcherWatchPrefix: each write is handed over inside its commit, to whom it concerns', () => {
    const kv = createKv();
    put(kv, 'a', '0');
    watch(kv, 1, watchOptions('a', ''));
    watch(kv, 2, watchOptions('b', 'd'));
    watch(kv, 3, watchOptions('b', '\0'));
    put(kv, 'a', '1');
    put(kv, 'c', '2');
    put(kv, 'd', '3');
    del(kv, 'a');
    expect(taken(kv)).toEqual([
      [1, 3, ['PUT a=1@3']],
      [2, 4, ['PUT c=2@4']],
      [3, 4, ['PUT c=2@4']],
      [3, 5, ['PUT d=3@5']],
      [1, 6, ['DELETE a@6']],
    ]);
    expect(taken(kv)).toEqual([]);
  });

  test('created answers the current revision', () => {
    const kv = createKv();
    put(kv, 'a', '0');
    expect(createWatcher(kv, 1, watchOptions('a', ''))).toEqual({ ok: true, value: 2 });
  });

  test('one write is one response, in the order of execution (14.8)', () => {
    const kv = createKv();
    put(kv, 'c', '0');
    watch(kv, 1, watchOptions('\0', '\0'));
    write(kv, (open) => {
      writePut(open, putOptions('b', '1'));
      writePut(open, putOptions('a', '2'));
      writeDelete(open, { key: 'c', rangeEnd: '' });
    });
    expect(taken(kv)).toEqual([[1, 3, ['PUT b=1@3', 'PUT a=2@3', 'DELETE c@3']]]);
  });

  test('TestWatchFutureRev: a future start drops what comes before', () => {
    const kv = createKv();
    watch(kv, 1, watchOptions('a', '', { startRevision: 4 }));
    for (let i = 2; i <= 5; i++) put(kv, 'a', String(i));
    expect(taken(kv)).toEqual([
      [1, 4, ['PUT a=4@4']],
      [1, 5, ['PUT a=5@5']],
    ]);
  });

  test('TestWatcherWatchWrongRange: a range in which no key can lie is refused', () => {
    const kv = createKv();
    for (const end of ['a', 'b']) {
      expect(createWatcher(kv, 1, watchOptions('b', end))).toEqual({ ok: false, error: { code: 'emptyWatcherRange' } });
      expect(cancelWatcher(kv, 1)).toBe(false);
    }
    expect(createWatcher(kv, 1, watchOptions('b', '\0', { startRevision: 1 })).ok).toBe(true);
  });

  test('TestWatchDeleteRange: the keys of one deletion come together, in order', () => {
    const kv = createKv();
    for (let i = 0; i < 3; i++) put(kv, `foo_${i}`, 'bar');
    watch(kv, 1, watchOptions('foo', 'foo_99'));
    del(kv, 'foo', 'foo_99');
    expect(taken(kv)).toEqual([[1, 5, ['DELETE foo_0@5', 'DELETE foo_1@5', 'DELETE foo_2@5']]]);
  });

  test('TestWatchResponseEventsNotSharedAcrossWatchers: each has events of its own, as it asked for them', () => {
    const kv = createKv();
    put(kv, 'a', '1');
    watch(kv, 1, watchOptions('a', '', { prevKv: true }));
    watch(kv, 2, watchOptions('a', ''));
    watch(kv, 3, watchOptions('\0', '\0', { startRevision: 2, prevKv: true }));
    put(kv, 'a', '2');
    syncWatchers(kv);
    const responses = takeWatchResponses(kv);
    expect(responses.map(({ events }) => events.map(({ prevKv }) => prevKv?.value))).toEqual([
      ['1'],
      [undefined],
      [undefined, '1'],
    ]);
    expect(new Set(responses.map(({ events }) => events)).size).toBe(3);
    expect(new Set(responses.flatMap(({ events }) => events)).size).toBe(4);
  });
});

describe('from the past', () => {
  test('TestSyncWatchers: history comes with the next round, in one response of the current revision, then the present', () => {
    const kv = createKv();
    put(kv, 'a', '1');
    put(kv, 'b', '2');
    del(kv, 'a');
    watch(kv, 1, watchOptions('a', '', { startRevision: 2 }));
    watch(kv, 2, watchOptions('\0', '\0', { startRevision: 3 }));
    put(kv, 'b', '3');
    expect(taken(kv)).toEqual([]);
    expect(slowWatcherCount(kv)).toBe(2);
    expect(syncWatchers(kv)).toBe(0);
    put(kv, 'a', '4');
    expect(taken(kv)).toEqual([
      [1, 5, ['PUT a=1@2', 'DELETE a@4']],
      [2, 5, ['PUT b=2@3', 'DELETE a@4', 'PUT b=3@5']],
      [1, 6, ['PUT a=4@6']],
      [2, 6, ['PUT a=4@6']],
    ]);
  });

  test('TestWatchBatchUnsynced: a batch carries at most 1000 distinct revisions and never splits one', () => {
    const kv = createKv();
    for (let i = 0; i < 2500; i++) {
      write(kv, (open) => {
        writePut(open, putOptions('a', String(i)));
        writePut(open, putOptions('b', String(i)));
      });
    }
    watch(kv, 1, watchOptions('\0', '\0', { startRevision: 1 }));
    const rounds = [1, 2, 3].map(() => [syncWatchers(kv), takeWatchResponses(kv)] as const);
    expect(rounds.map(([left]) => left)).toEqual([1, 1, 0]);
    expect(getWatcher(kv, 1)?.state).toBe('synced');
    const batches = rounds.map(([, responses]) => responses.flatMap((response) => response.events));
    expect(batches.map((events) => events.length)).toEqual([2000, 2000, 1000]);
    expect(batches.flat().map(({ kv: pair }) => pair.modRevision)).toEqual(
      Array.from({ length: 5000 }, (_, i) => 2 + Math.floor(i / 2)),
    );
  });

  test('a round serves 512 watchers, the others next time', () => {
    const kv = createKv();
    put(kv, 'a', '1');
    for (let id = 1; id <= 600; id++) watch(kv, id, watchOptions('a', '', { startRevision: 2 }));
    expect(syncWatchers(kv)).toBe(88);
    expect(taken(kv)).toHaveLength(512);
    expect(syncWatchers(kv)).toBe(0);
    expect(taken(kv)).toHaveLength(88);
  });

  test('who still lags goes behind those who wait', () => {
    const kv = createKv();
    for (let i = 0; i < 1001; i++) put(kv, 'a', String(i));
    for (let id = 1; id <= 513; id++) watch(kv, id, watchOptions(id <= 512 ? 'a' : 'b', '', { startRevision: 2 }));
    expect(syncWatchers(kv)).toBe(513);
    expect(syncWatchers(kv)).toBe(1);
    expect(getWatcher(kv, 513)?.state).toBe('synced');
    expect(getWatcher(kv, 512)?.state).toBe('unsynced');
  });

  test('TestWatchCompacted: a start below the compact revision hears so and is gone; equal to it is fine, also at a deletion', () => {
    const kv = createKv();
    put(kv, 'a', '1');
    del(kv, 'a');
    put(kv, 'b', '2');
    watch(kv, 1, watchOptions('a', '', { startRevision: 2 }));
    watch(kv, 2, watchOptions('a', '', { startRevision: 3 }));
    compactFully(kv, 3);
    expect(takeWatchResponses(kv)).toEqual([]);
    syncWatchers(kv);
    const responses = takeWatchResponses(kv);
    expect(responses[0]).toEqual({ watcherId: 1, revision: 0, compactRevision: 3, events: [] });
    expect(responses.slice(1).map((response) => describeEvents(response.events))).toEqual([['DELETE a@3']]);
    expect(getWatcher(kv, 1)).toBeUndefined();
    expect(cancelWatcher(kv, 1)).toBe(false);
  });

  test('a compaction that overtakes a slow watcher ends it', () => {
    const kv = createKv();
    for (let i = 0; i < 1500; i++) put(kv, 'a', String(i));
    watch(kv, 1, watchOptions('a', '', { startRevision: 2 }));
    syncWatchers(kv);
    compact(kv, 1200);
    syncWatchers(kv);
    expect(takeWatchResponses(kv).map((response) => [response.events.length, response.compactRevision])).toEqual([
      [1000, 0],
      [0, 1200],
    ]);
  });

  test('TestWatchNoEventLossOnCompact: nothing is lost to a compaction of what was not handed over yet but is above it', () => {
    const kv = createKv();
    for (let i = 0; i < 5; i++) put(kv, 'a', String(i));
    watch(kv, 1, watchOptions('a', '', { startRevision: 4 }));
    watch(kv, 2, watchOptions('a', '', { startRevision: 3 }));
    watch(kv, 3, watchOptions('a', '', { startRevision: 6 }));
    compactFully(kv, 4);
    syncWatchers(kv);
    expect(taken(kv)).toEqual([
      [2, 0, []],
      [1, 6, ['PUT a=2@4', 'PUT a=3@5', 'PUT a=4@6']],
      [3, 6, ['PUT a=4@6']],
    ]);
  });

  test('TestRangeEvents: any start has what comes from there on, a deletion of two keys as two', () => {
    const kv = createKv();
    for (const key of ['foo1', 'foo2', 'foo3']) put(kv, key, 'bar');
    del(kv, 'foo1', 'foo3');
    const all = ['PUT foo1=bar@2', 'PUT foo2=bar@3', 'PUT foo3=bar@4', 'DELETE foo1@5', 'DELETE foo2@5'];
    for (let start = 1; start <= 5; start++) {
      watch(kv, start, watchOptions('\0', '\0', { startRevision: start }));
      syncWatchers(kv);
      expect(taken(kv)).toEqual([[start, 5, all.slice(Math.max(0, start - 2))]]);
    }
    watch(kv, 6, watchOptions('\0', '\0', { startRevision: 6 }));
    syncWatchers(kv);
    expect(taken(kv)).toEqual([]);
  });

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('TestWatchRestore: whatever a start, a new store misses nothing; a round before: %s, after: %s', (before, after) => {
    const kv = createKv();
    const starts = [0, 1, 2, 3, 4];
    for (const [id, startRevision] of starts.entries()) watch(kv, id, watchOptions('foo', '', { startRevision }));
    put(kv, 'foo', 'bar');
    if (before) syncWatchers(kv);
    installSnapshot(kv, snapshotKv(kv));
    if (after) syncWatchers(kv);
    del(kv, 'foo');
    syncWatchers(kv);
    const heard = new Map<number, string[]>();
    for (const [id, , events] of taken(kv)) heard.set(id, [...(heard.get(id) ?? []), ...events]);
    const both = ['PUT foo=bar@2', 'DELETE foo@3'];
    expect(starts.map((id) => heard.get(id) ?? [])).toEqual([both, both, both, both.slice(1), []]);
  });
});

describe('a stream that is full (2.2)', () => {
  const BUFFER = 128;

  /** A watcher of `a` whose stream is full at revision 129, and puts after that. */
  function overfilled(more: number): Kv {
    const kv = createKv();
    watch(kv, 1, watchOptions('a', '', { prevKv: true }));
    watch(kv, 2, watchOptions('b', ''));
    for (let i = 0; i < BUFFER + more; i++) put(kv, 'a', String(i));
    return kv;
  }

  test('TestWatchVictims: 128 responses fit; the next one makes a victim, which waits with it and hears nothing more', () => {
    const kv = overfilled(0);
    expect(getWatcher(kv, 1)).toMatchObject({ state: 'synced', buffered: BUFFER, waiting: [] });
    expect(slowWatcherCount(kv)).toBe(0);
    put(kv, 'a', 'late');
    put(kv, 'a', 'later');
    put(kv, 'b', 'other');
    expect(slowWatcherCount(kv)).toBe(1);
    expect(progressRevision(kv, [1])).toBeUndefined();
    expect(progressRevision(kv, [2])).toBe(132);
    expect(describeEvents(getWatcher(kv, 1)?.waiting ?? [])).toEqual(['PUT a=late@130']);
    // Nobody has taken anything: there is no room yet.
    expect(syncWatchers(kv)).toBe(0);
    expect(getWatcher(kv, 1)?.state).toBe('victim');
    const [first, ...rest] = taken(kv);
    expect(first).toEqual([1, 2, ['PUT a=0@2']]);
    expect(rest.at(-1)).toEqual([2, 132, ['PUT b=other@132']]);
    expect(rest).toHaveLength(BUFFER);
  });

  test('with room again it gets the same batch, then what came meanwhile, from history', () => {
    const kv = overfilled(2);
    takeWatchResponses(kv);
    expect(syncWatchers(kv)).toBe(0);
    const responses = takeWatchResponses(kv);
    expect(responses.map(({ revision, events }) => [revision, describeEvents(events)])).toEqual([
      [130, ['PUT a=128@130']],
      [131, ['PUT a=129@131']],
    ]);
    expect(responses.flatMap(({ events }) => events.map(({ prevKv }) => prevKv?.value))).toEqual(['127', '128']);
    put(kv, 'a', 'now');
    expect(taken(kv)).toEqual([[1, 132, ['PUT a=now@132']]]);
  });

  test('a victim that missed nothing meanwhile is synced at once', () => {
    const kv = overfilled(1);
    takeWatchResponses(kv);
    put(kv, 'b', 'other');
    takeWatchResponses(kv);
    syncWatchers(kv);
    expect(taken(kv)).toEqual([[1, 130, ['PUT a=128@130']]]);
    expect(getWatcher(kv, 1)).toMatchObject({ state: 'synced', waiting: [] });
  });

  test('history that finds no room waits as well, and goes on where it was cut', () => {
    const kv = overfilled(0);
    const other = cloneKv(kv);
    for (let i = 0; i < 1500; i++) put(other, 'a', 'x');
    installSnapshot(kv, snapshotKv(other));
    expect(syncWatchers(kv)).toBe(0);
    expect(getWatcher(kv, 1)).toMatchObject({ state: 'victim', minRevision: 1130 });
    takeWatchResponses(kv);
    expect(syncWatchers(kv)).toBe(0);
    expect(takeWatchResponses(kv).map(({ revision, events }) => [revision, events.length, events[0]?.kv.modRevision])).toEqual([
      [1129, 1000, 130],
      [1629, 500, 1130],
    ]);
    expect(getWatcher(kv, 1)).toMatchObject({ state: 'synced', minRevision: 1630, waiting: [] });
  });

  test('a compacted start is told when there is room', () => {
    const kv = overfilled(0);
    const other = cloneKv(kv);
    for (let i = 0; i < 3; i++) put(other, 'a', 'x');
    compactFully(other, 132);
    installSnapshot(kv, snapshotKv(other));
    syncWatchers(kv);
    expect(getWatcher(kv, 1)).toMatchObject({ state: 'unsynced', buffered: BUFFER });
    takeWatchResponses(kv);
    syncWatchers(kv);
    expect(takeWatchResponses(kv)).toEqual([{ watcherId: 1, revision: 0, compactRevision: 132, events: [] }]);
    expect(getWatcher(kv, 1)).toBeUndefined();
  });

  test('what a victim waits with reaches it, also when a compaction has overtaken it', () => {
    const kv = overfilled(2);
    takeWatchResponses(kv);
    put(kv, 'a', 'x');
    must(compact(kv, 132));
    syncWatchers(kv);
    expect(takeWatchResponses(kv).map(({ events, compactRevision }) => [describeEvents(events), compactRevision])).toEqual([
      [['PUT a=128@130'], 0],
      [[], 132],
    ]);
    expect(slowWatcherCount(kv)).toBe(0);
  });

  test('a victim can be cancelled, and is copied with a clone', () => {
    const kv = overfilled(1);
    const copy = cloneKv(kv);
    expect(cancelWatcher(kv, 1)).toBe(true);
    expect(slowWatcherCount(kv)).toBe(0);
    expect(taken(kv)).toEqual([]);
    takeWatchResponses(copy);
    syncWatchers(copy);
    expect(taken(copy)).toEqual([[1, 130, ['PUT a=128@130']]]);
  });
});

describe('events (2.3)', () => {
  test('the previous pair comes on request, not for a creation, nor where it is compacted', () => {
    const kv = createKv();
    watch(kv, 1, watchOptions('a', '', { prevKv: true }));
    watch(kv, 2, watchOptions('a', ''));
    put(kv, 'a', '1');
    put(kv, 'a', '2');
    del(kv, 'a');
    put(kv, 'a', '3');
    const byWatcher = (id: number) => takeWatchResponses(cloneKv(kv)).filter((response) => response.watcherId === id);
    expect(byWatcher(1).map(({ events }) => events[0]?.prevKv?.value)).toEqual([undefined, '1', '2', undefined]);
    expect(byWatcher(2).map(({ events }) => events[0]?.prevKv)).toEqual([undefined, undefined, undefined, undefined]);
    takeWatchResponses(kv);

    put(kv, 'a', '4');
    put(kv, 'a', '5');
    takeWatchResponses(kv);
    // The pairs below are still stored, for the physical work has not begun: that must not show.
    must(compact(kv, 6));
    watch(kv, 3, watchOptions('a', '', { prevKv: true, startRevision: 6 }));
    syncWatchers(kv);
    const [response] = takeWatchResponses(kv);
    // At 6 the pair before would have to be read at 5, which is compacted; at 7 it is the survivor.
    expect(response?.events.map(({ kv: pair, prevKv }) => [pair.value, prevKv?.value])).toEqual([
      ['4', undefined],
      ['5', '4'],
    ]);
  });

  test('TestWatcherWatchWithFilter: filters drop a type, and a response without events is not sent', () => {
    const kv = createKv();
    put(kv, 'b', '0');
    watch(kv, 1, watchOptions('\0', '\0', { noPut: true }));
    watch(kv, 2, watchOptions('\0', '\0', { noDelete: true }));
    watch(kv, 3, watchOptions('\0', '\0', { noPut: true, noDelete: true }));
    watch(kv, 4, watchOptions('\0', '\0', { noPut: true, startRevision: 2 }));
    write(kv, (open) => {
      writePut(open, putOptions('a', '1'));
      writeDelete(open, { key: 'b', rangeEnd: '' });
    });
    put(kv, 'a', '2');
    syncWatchers(kv);
    expect(taken(kv)).toEqual([
      [1, 3, ['DELETE b@3']],
      [2, 3, ['PUT a=1@3']],
      [2, 4, ['PUT a=2@4']],
      [4, 4, ['DELETE b@3']],
    ]);
  });
});

describe('cancel and progress (2.1, 2.4)', () => {
  test('TestWatchStreamCancelWatcherByID: a cancelled watcher gets nothing more, and a cancel of nobody says so', () => {
    const kv = createKv();
    for (const [id, key, end] of [
      [1, 'a', ''],
      [2, '\0', '\0'],
      [3, 'a', ''],
    ] as const) {
      watch(kv, id, watchOptions(key, end));
    }
    watch(kv, 4, watchOptions('a', '', { startRevision: 1 }));
    put(kv, 'a', '1');
    for (const id of [1, 2, 4]) expect(cancelWatcher(kv, id)).toBe(true);
    expect(cancelWatcher(kv, 1)).toBe(false);
    put(kv, 'a', '2');
    syncWatchers(kv);
    expect(taken(kv)).toEqual([
      [3, 2, ['PUT a=1@2']],
      [3, 3, ['PUT a=2@3']],
    ]);
  });

  test('TestWatcherRequestProgressAll, TestWatcherRequestProgressBadId: progress is all or nothing: somebody lags, or starts in the future, or nobody is there (14.9)', () => {
    const kv = createKv();
    put(kv, 'a', '1');
    watch(kv, 1, watchOptions('a', ''));
    expect(progressRevision(kv, [])).toBeUndefined();
    expect(progressRevision(kv, [1])).toBe(2);
    watch(kv, 2, watchOptions('a', '', { startRevision: 1 }));
    expect(progressRevision(kv, [1, 2])).toBeUndefined();
    syncWatchers(kv);
    expect(progressRevision(kv, [1, 2])).toBe(2);
    watch(kv, 3, watchOptions('a', '', { startRevision: 4 }));
    expect(progressRevision(kv, [1, 3])).toBeUndefined();
    put(kv, 'b', '2');
    expect(progressRevision(kv, [3])).toBeUndefined();
    put(kv, 'b', '3');
    expect(progressRevision(kv, [1, 2, 3])).toBe(4);
    expect(progressRevision(kv, [1, 99])).toBeUndefined();
    expect(progressRevision(kv, [99])).toBeUndefined();
  });

  test.each([
    [0, 2, 2],
    [1, undefined, 2],
    [2, undefined, 2],
    [3, undefined, undefined],
    [4, undefined, undefined],
  ])('TestWatcherRequestProgress: started at %i, before a round %s, after it %s', (startRevision, before, after) => {
    const kv = createKv();
    put(kv, 'foo', 'bar');
    watch(kv, 1, watchOptions('bad', '', { startRevision }));
    expect(progressRevision(kv, [1])).toBe(before);
    syncWatchers(kv);
    expect(progressRevision(kv, [1])).toBe(after);
  });

  test('TestWatcherWatchID, TestWatcherRequestsCustomID: one at a time has an id, and it stands on what it gets', () => {
    const kv = createKv();
    for (let id = 0; id < 20; id++) {
      put(kv, 'foo', 'before');
      // Half of them from history.
      watch(kv, id, watchOptions('foo', '', { startRevision: id < 10 ? 0 : 2 }));
      expect(() => createWatcher(kv, id, watchOptions('foo', ''))).toThrow('a watcher id is used once');
      put(kv, 'foo', 'after');
      syncWatchers(kv);
      expect(taken(kv).map(([each]) => each)).toEqual([id]);
      expect(cancelWatcher(kv, id)).toBe(true);
    }
    expect(createWatcher(kv, 1, watchOptions('foo', '')).ok).toBe(true);
  });

  test('TestStressWatchCancelClose: many come and go between writes, and nobody is left behind', () => {
    const kv = createKv();
    const heard = new Map<number, number>();
    for (let id = 0; id < 1000; id++) watch(kv, id, watchOptions('foo', id % 2 === 0 ? '' : 'fop'));
    for (let round = 0; round < 100; round++) {
      put(kv, 'foo', 'bar');
      for (let i = 0; i < 10; i++) cancelWatcher(kv, round * 10 + i);
      for (const { watcherId } of takeWatchResponses(kv)) heard.set(watcherId, (heard.get(watcherId) ?? 0) + 1);
    }
    // Cancelled in round n before the streams were emptied: it has heard the rounds before.
    expect([...heard].every(([id, count]) => count === Math.floor(id / 10))).toBe(true);
    expect(heard.size).toBe(990);
    expect(kv.watchers).toEqual(createKv().watchers);
  });
});

test('a clone has watchers and responses of its own', () => {
  const kv = createKv();
  put(kv, 'a', '1');
  watch(kv, 1, watchOptions('a', ''));
  watch(kv, 2, watchOptions('a', '', { startRevision: 1 }));
  put(kv, 'a', '2');
  const copy = cloneKv(kv);
  cancelWatcher(copy, 1);
  syncWatchers(copy);
  put(copy, 'a', 'copy');
  expect(taken(copy)).toEqual([
    [2, 3, ['PUT a=1@2', 'PUT a=2@3']],
    [2, 4, ['PUT a=copy@4']],
  ]);
  expect(slowWatcherCount(kv)).toBe(1);
  put(kv, 'a', 'kept');
  expect(taken(kv)).toEqual([
    [1, 3, ['PUT a=2@3']],
    [1, 4, ['PUT a=kept@4']],
  ]);
});
