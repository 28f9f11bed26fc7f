/**
 * The store against the list of all changes (`model.ts`): random writes, transactions, reads at random revisions,
 * compactions in random steps, restarts, snapshots, watchers that come and go, and clones that go their own way. After
 * every operation the answers agree, and at the end everything that is stored.
 *
 * KV_RUNS multiplies the number of runs; a failure prints its seed and path.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toId64, ZERO_ID } from '../../../src/base/index.ts';
import {
  beginWrite,
  cancelWatcher,
  cloneKv,
  compact,
  compactStep,
  createKv,
  createWatcher,
  currentRevision,
  endWrite,
  getKey,
  hashKv,
  installSnapshot,
  type Kv,
  type KvWrite,
  kvState,
  progressRevision,
  type RangeOptions,
  range,
  restoreKv,
  snapshotKv,
  syncWatchers,
  takeWatchResponses,
  type WatchOptions,
  writeDelete,
  writePut,
  writeRange,
  writeRevision,
} from '../../../src/engine/kv/index.ts';
import { assertKeyTreeInvariants } from '../../../src/engine/kv/keyTree.ts';
import { assertVersionLogInvariants } from '../../../src/engine/kv/versionLog.ts';
import {
  cloneModel,
  createModel,
  type Model,
  type ModelWatcher,
  modelDelete,
  modelEvents,
  modelGet,
  modelKeys,
  modelPut,
  modelRange,
  modelStored,
} from './model.ts';
import { must, putOptions, rangeOptions } from './support.ts';

const RUNS = Number(process.env.KV_RUNS ?? 1);

/** A store and what it should be. */
interface Pair {
  kv: Kv;
  model: Model;
}

type Change =
  | { readonly type: 'put'; readonly key: string; readonly value: string; readonly lease: number; readonly ignore: number }
  | { readonly type: 'delete'; readonly key: string; readonly rangeEnd: string }
  | { readonly type: 'range'; readonly options: RangeOptions; readonly back: number };

type Step =
  | { readonly type: 'write'; readonly changes: readonly Change[] }
  | { readonly type: 'range'; readonly options: RangeOptions; readonly back: number }
  | { readonly type: 'compact'; readonly back: number }
  | { readonly type: 'compactStep'; readonly budget: number }
  | { readonly type: 'restart' }
  | { readonly type: 'install' }
  | { readonly type: 'watch'; readonly id: number; readonly options: WatchOptions; readonly back: number }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'sync' }
  | { readonly type: 'clone' }
  | { readonly type: 'hash'; readonly back: number };

/** Few keys collide, extend one another, and include the ends of the order of bytes. */
const FEW_KEYS = ['a', 'a\0', 'aa', 'ab', 'b', '\x01', '\xff', '\xff\xff'];

function arbitraryStep(keys: readonly string[], bulk: number): fc.Arbitrary<Step> {
  const key = fc.constantFrom(...keys);
  const rangeEnd = fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 2, arbitrary: key }, fc.constant('\0'));
  const value = fc.constantFrom('', 'x', 'y', 'z');
  /** How far before the current revision; negative is the future. */
  const back = fc.oneof(fc.constant(0), fc.integer({ min: -2, max: 12 }), fc.integer({ min: 0, max: 300 }));
  const bound = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 60 }));
  const options: fc.Arbitrary<RangeOptions> = fc.record({
    key,
    rangeEnd,
    limit: fc.integer({ min: -1, max: 4 }),
    revision: fc.constant(0),
    sortOrder: fc.constantFrom('none', 'ascend', 'descend'),
    sortTarget: fc.oneof(
      { weight: 3, arbitrary: fc.constant('key' as const) },
      fc.constantFrom('version', 'create', 'mod', 'value'),
    ),
    keysOnly: fc.boolean(),
    countOnly: fc.constantFrom(true, false, false),
    minModRevision: bound,
    maxModRevision: bound,
    minCreateRevision: bound,
    maxCreateRevision: bound,
  });
  const put: fc.Arbitrary<Change> = fc.record({
    type: fc.constant('put'),
    key,
    value,
    lease: fc.integer({ min: 0, max: 2 }),
    ignore: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
  });
  const change = fc.oneof<fc.Arbitrary<Change>[]>(
    put,
    put,
    fc.record({ type: fc.constant('delete'), key, rangeEnd: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, rangeEnd) }),
    fc.record({ type: fc.constant('range'), options, back: fc.integer({ min: -1, max: 5 }) }),
  );
  const watch: fc.Arbitrary<WatchOptions> = fc.record({
    key,
    rangeEnd,
    startRevision: fc.constant(0),
    prevKv: fc.boolean(),
    noPut: fc.constantFrom(true, false, false, false),
    noDelete: fc.constantFrom(true, false, false, false),
  });
  const step = <T extends Step>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
  return fc.oneof<{ weight: number; arbitrary: fc.Arbitrary<Step> }[]>(
    step(10, fc.record({ type: fc.constant('write'), changes: fc.array(change, { minLength: 1, maxLength: bulk }) })),
    step(6, fc.record({ type: fc.constant('range'), options, back })),
    step(2, fc.record({ type: fc.constant('compact'), back })),
    step(3, fc.record({ type: fc.constant('compactStep'), budget: fc.constantFrom(1, 300, 10_000) })),
    step(1, fc.constant({ type: 'restart' })),
    step(1, fc.constant({ type: 'install' })),
    step(3, fc.record({ type: fc.constant('watch'), id: fc.integer({ min: 1, max: 8 }), options: watch, back })),
    step(1, fc.record({ type: fc.constant('cancel'), id: fc.integer({ min: 1, max: 8 }) })),
    step(3, fc.constant({ type: 'sync' })),
    step(1, fc.constant({ type: 'clone' })),
    step(1, fc.record({ type: fc.constant('hash'), back })),
  );
}

const arbitraryRun = (keys: readonly string[], bulk: number, length: number) =>
  fc.array(fc.record({ step: arbitraryStep(keys, bulk), on: fc.nat(3) }), {
    minLength: Math.floor(length / 2),
    maxLength: length,
    size: 'max',
  });

/** Runs the steps on up to four stores that began as one. */
function run(steps: readonly { readonly step: Step; readonly on: number }[]): void {
  const pairs: Pair[] = [{ kv: createKv(), model: createModel() }];
  for (const { step, on } of steps) {
    const pair = pairs[on % pairs.length] as Pair; // there is always one
    if (step.type === 'clone') {
      const copy = { kv: cloneKv(pair.kv), model: cloneModel(pair.model) };
      if (pairs.length < 4) pairs.push(copy);
      else pairs[(on + 1) % 4] = copy;
    } else apply(pair, step);
    expect(currentRevision(pair.kv)).toBe(pair.model.revision);
  }
  for (const pair of pairs) checkWhole(pair);
}

function apply(pair: Pair, step: Exclude<Step, { type: 'clone' }>): void {
  const { kv, model } = pair;
  switch (step.type) {
    case 'write':
      applyWrite(pair, step.changes);
      return;
    case 'range': {
      const options = { ...step.options, revision: model.revision - step.back };
      const answer = range(kv, options);
      expect(answer.ok ? answer.value : answer.error.code).toEqual(modelRange(model, options, model.revision));
      return;
    }
    case 'compact': {
      const revision = model.revision - step.back;
      const answer = compact(kv, revision);
      if (revision <= model.compactRevision) expect(answer).toEqual({ ok: false, error: { code: 'compacted' } });
      else if (revision > model.revision) expect(answer).toEqual({ ok: false, error: { code: 'futureRevision' } });
      else {
        expect(answer).toEqual({ ok: true, value: revision });
        model.compactRevision = revision;
      }
      return;
    }
    case 'compactStep':
      compactStep(kv, step.budget);
      return;
    case 'restart':
      pair.kv = restoreKv(snapshotKv(kv));
      model.watchers.clear();
      return;
    case 'install':
      installSnapshot(kv, snapshotKv(kv));
      for (const watcher of model.watchers.values()) watcher.isSynced = false;
      return;
    case 'watch':
      applyWatch(pair, step.id, { ...step.options, startRevision: step.back === 0 ? 0 : Math.max(1, model.revision - step.back) });
      return;
    case 'cancel':
      expect(cancelWatcher(kv, step.id)).toBe(model.watchers.delete(step.id));
      return;
    case 'sync':
      applySync(pair);
      return;
    case 'hash':
      applyHash(pair, Math.max(1, model.revision - step.back));
      return;
  }
}

function applyWrite({ kv, model }: Pair, changes: readonly Change[]): void {
  const write = beginWrite(kv);
  const main = model.revision + 1;
  const touched = new Set<string>();
  for (const change of changes) applyChange(model, write, main, change, touched);
  const changed = touched.size > 0;
  if (changed) model.revision = main;
  expect(endWrite(write)).toEqual({ revision: model.revision, changed });
  const due = new Map<number, ReturnType<typeof modelEvents>>();
  for (const [id, watcher] of model.watchers) {
    if (!watcher.isSynced || !changed) continue;
    const events = modelEvents(model, watcher.options, Math.max(main, watcher.next), main);
    if (events.length > 0) due.set(id, events);
    const isMatched = modelEvents(model, { ...watcher.options, noPut: false, noDelete: false }, Math.max(main, watcher.next), main);
    if (isMatched.length > 0) watcher.next = main + 1;
  }
  const responses = takeWatchResponses(kv);
  expect(responses.map(({ watcherId }) => watcherId)).toEqual([...due.keys()].sort((a, b) => a - b));
  for (const { watcherId, revision, compactRevision, events } of responses) {
    expect({ revision, compactRevision, events }).toEqual({ revision: main, compactRevision: 0, events: due.get(watcherId) });
    model.watchers.get(watcherId)?.seen.push(...events);
  }
}

function applyChange(model: Model, write: KvWrite, main: number, change: Change, touched: Set<string>): void {
  const visible = touched.size > 0 ? main : model.revision;
  expect(writeRevision(write)).toBe(visible);
  if (change.type === 'range') {
    const options = { ...change.options, revision: model.revision - change.back };
    const answer = writeRange(write, options);
    expect(answer.ok ? answer.value : answer.error.code).toEqual(modelRange(model, options, visible));
  } else if (change.type === 'delete') {
    const found = modelKeys(model, change, visible);
    // The server refuses a transaction that puts and deletes one key.
    if (found.some(({ key }) => touched.has(key))) return;
    expect(writeDelete(write, change)).toEqual({ deleted: found.length, prevKvs: found });
    for (const { key } of found) {
      modelDelete(model, main, touched.size, key);
      touched.add(key);
    }
  } else {
    if (touched.has(change.key)) return;
    const before = modelGet(model, change.key, visible);
    const ignoreValue = change.ignore % 2 === 1;
    const ignoreLease = change.ignore >= 2;
    const lease = change.lease === 0 ? ZERO_ID : toId64(change.lease);
    const answer = writePut(write, putOptions(change.key, change.value, { lease, ignoreValue, ignoreLease }));
    if (change.ignore > 0 && before === undefined) {
      expect(answer).toEqual({ ok: false, error: { code: 'keyNotFound' } });
      return;
    }
    const value = ignoreValue ? (before?.value ?? '') : change.value;
    modelPut(model, main, touched.size, change.key, value, ignoreLease ? (before?.lease ?? ZERO_ID) : lease);
    touched.add(change.key);
    expect(must(answer)).toEqual({ kv: modelGet(model, change.key, main), prevKv: before });
    expect(getKey(write.kv, change.key)).toEqual(modelGet(model, change.key, main));
  }
}

function applyWatch({ kv, model }: Pair, id: number, options: WatchOptions): void {
  if (model.watchers.has(id)) return;
  const answer = createWatcher(kv, id, options);
  if (options.rangeEnd !== '' && options.rangeEnd !== '\0' && options.rangeEnd <= options.key) {
    expect(answer).toEqual({ ok: false, error: { code: 'emptyWatcherRange' } });
    return;
  }
  expect(answer).toEqual({ ok: true, value: model.revision });
  const isSynced = options.startRevision === 0 || options.startRevision > model.revision;
  const next = options.startRevision === 0 ? model.revision + 1 : options.startRevision;
  model.watchers.set(id, { options, start: next, next, isSynced, seen: [] });
}

/** Fewer than 1000 revisions and 512 watchers: one round catches everybody up. */
function applySync({ kv, model }: Pair): void {
  expect(progressRevision(kv, [...model.watchers.keys()])).toBe(expectedProgress(model));
  expect(syncWatchers(kv)).toBe(0);
  const responses = new Map(takeWatchResponses(kv).map((response) => [response.watcherId, response]));
  for (const [id, watcher] of [...model.watchers]) {
    const response = responses.get(id);
    responses.delete(id);
    if (watcher.isSynced) expect(response).toBeUndefined();
    else if (watcher.next < model.compactRevision) {
      expect(response).toEqual({ watcherId: id, revision: 0, compactRevision: model.compactRevision, events: [] });
      model.watchers.delete(id);
    } else catchUp(model, id, watcher, response);
  }
  expect(responses.size).toBe(0);
}

function catchUp(model: Model, id: number, watcher: ModelWatcher, response: unknown): void {
  const events = modelEvents(model, watcher.options, watcher.next, model.revision);
  const expected = { watcherId: id, revision: model.revision, compactRevision: 0, events };
  expect(response).toEqual(events.length > 0 ? expected : undefined);
  watcher.seen.push(...events);
  watcher.next = Math.max(watcher.next, model.revision + 1);
  watcher.isSynced = true;
}

function expectedProgress(model: Model): number | undefined {
  const all = [...model.watchers.values()];
  const isDue = all.every(({ isSynced, options }) => isSynced && options.startRevision <= model.revision);
  return all.length > 0 && isDue ? model.revision : undefined;
}

/** A hash depends on (revision, compact revision) alone, so a store rebuilt from what should be stored has the same. */
function applyHash({ kv, model }: Pair, revision: number): void {
  const fresh = cloneKv(kv);
  fresh.compactionHashes = [];
  const answer = hashKv(fresh, revision);
  if (revision > model.revision) expect(answer).toEqual({ ok: false, error: { code: 'futureRevision' } });
  else if (revision < model.compactRevision) expect(answer).toEqual({ ok: false, error: { code: 'compacted' } });
  else {
    const { compactRevision } = model;
    const versions = modelStored(model);
    const rebuilt = restoreKv({ revision: model.revision, compactRevision, finishedCompactRevision: compactRevision, versions });
    expect(answer).toEqual(hashKv(rebuilt, revision));
  }
}

function checkWhole({ kv, model }: Pair): void {
  while (compactStep(kv, 1000).isPending);
  expect(kvState(kv).versions).toEqual(modelStored(model));
  assertKeyTreeInvariants(kv.keys);
  assertVersionLogInvariants(kv.log);
  const readable = Math.max(1, model.compactRevision);
  const step = Math.max(1, Math.floor((model.revision - readable) / 10));
  for (let revision = readable; revision <= model.revision; revision += step) {
    const options = rangeOptions('\0', '\0', { revision });
    expect(must(range(kv, options))).toEqual(modelRange(model, options, model.revision));
  }
  applySync({ kv, model });
  for (const [id, watcher] of model.watchers) {
    // No event twice, none lost, in order: prevKv aside, for it depends on when the event was made.
    const seen = watcher.seen.map(({ type, kv: pair }) => ({ type, kv: pair }));
    const due = modelEvents(model, watcher.options, watcher.start, model.revision);
    expect({ id, seen }).toEqual({ id, seen: due.map(({ type, kv: pair }) => ({ type, kv: pair })) });
  }
}

describe('the store and the list of all changes agree', () => {
  test('few keys with many versions', () => {
    fc.assert(fc.property(arbitraryRun(FEW_KEYS, 6, 300), run), { numRuns: 60 * RUNS });
  }, 60_000);

  test('long transactions over more keys than one leaf holds', () => {
    const keys = Array.from({ length: 120 }, (_, i) => `k${i}`);
    fc.assert(fc.property(arbitraryRun(keys, 40, 60), run), { numRuns: 20 * RUNS });
  }, 60_000);
});
