/**
 * The store against the list of all changes (`model.ts`): random transactions, conditions, reads at random revisions,
 * compactions in random steps, restarts, snapshots of members that are ahead, clones that go their own way, and watchers
 * that come and go and whose streams are emptied now and then. Every answer is the model's; now and then so is everything
 * that is stored; and each watcher hears every change once, in order, whole revisions at a time.
 *
 * 100,000 operations, times KV_RUNS. A failure tells its run and its operation; what a run did is counted and asked for,
 * for one in which nothing happens proves nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { createPrng, pick, ZERO_ID } from '../../../src/base/index.ts';
import {
  beginWrite,
  cancelWatcher,
  cloneKv,
  compact,
  compactStep,
  compareHolds,
  createKv,
  createWatcher,
  currentRevision,
  endWrite,
  getKey,
  getWatcher,
  hashKv,
  installSnapshot,
  type Kv,
  type KvSnapshot,
  type KvWrite,
  kvState,
  progressRevision,
  range,
  restoreKv,
  slowWatcherCount,
  snapshotKv,
  syncWatchers,
  takeWatchResponses,
  type WatcherResponse,
  type WatchOptions,
  writeDelete,
  writePut,
  writeRange,
  writeRevision,
} from '../../../src/engine/kv/index.ts';
import { assertKeyTreeInvariants } from '../../../src/engine/kv/keyTreeChecks.ts';
import { assertVersionLogInvariants } from '../../../src/engine/kv/versionLog.ts';
import {
  cloneModel,
  createModel,
  type Model,
  modelCompare,
  modelDelete,
  modelEvents,
  modelGet,
  modelPairs,
  modelPut,
  modelRange,
  modelStored,
} from './model.ts';
import { type Change, drawStep, type Flavour, type Step } from './steps.ts';
import { getKeyAt } from './support.ts';

const RUNS = Number(process.env.KV_RUNS ?? 1);

/** A store, what it should be, and who watches it. */
interface Pair {
  kv: Kv;
  readonly model: Model;
  readonly watchers: Map<number, Heard>;
}

/** What a watcher has heard. */
interface Heard {
  readonly options: WatchOptions;
  /** It has heard everything that is due before. */
  next: number;
  /** Behind its last event, or its start: as far back as it may look. */
  floor: number;
}

/** What has happened, so that a run is known to have been one. */
const counts = {
  compactions: 0,
  refusedReads: 0,
  pastReads: 0,
  events: 0,
  victims: 0,
  compactedWatches: 0,
  installs: 0,
  hashes: 0,
};

/** `expect(…).toEqual`, which is slow, only where it has something to say. */
function same(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}

/** Carries steps out on up to three stores that began as one. */
function run(seed: number, operations: number, flavour: Flavour): void {
  const prng = createPrng(seed, 'kv against its model');
  const pairs: Pair[] = [{ kv: createKv(), model: createModel(), watchers: new Map() }];
  for (let operation = 1; operation <= operations; operation++) {
    const pair = pick(prng, pairs);
    const step = drawStep(prng, flavour, pair.model);
    try {
      if (step.type === 'clone') addClone(pairs, pair);
      else apply(pair, step);
      same(currentRevision(pair.kv), pair.model.revision);
    } catch (error) {
      throw new Error(`seed ${seed}, operation ${operation}, ${JSON.stringify(step)}: ${String(error)}`, { cause: error });
    }
  }
  for (const pair of pairs) {
    settle(pair);
    checkWhole(pair);
  }
}

function addClone(pairs: Pair[], { kv, model, watchers }: Pair): void {
  const heard = [...watchers].map(([id, watcher]) => [id, { ...watcher }] as const);
  pairs.push({ kv: cloneKv(kv), model: cloneModel(model), watchers: new Map(heard) });
  if (pairs.length > 3) pairs.shift();
}

function apply(pair: Pair, step: Exclude<Step, { type: 'clone' }>): void {
  const { kv, model, watchers } = pair;
  switch (step.type) {
    case 'write':
      same(
        step.conditions.map((condition) => compareHolds(kv, condition)),
        step.conditions.map((condition) => modelCompare(model, condition)),
      );
      applyWrite(pair, step.changes);
      return;
    case 'range': {
      const answer = range(kv, step.options);
      const expected = modelRange(model, step.options, model.revision);
      same(answer.ok ? answer.value : answer.error.code, expected);
      if (!answer.ok) counts.refusedReads++;
      else if (step.options.revision > 0 && step.options.revision < model.revision) {
        counts.pastReads++;
        same(getKeyAt(kv, step.options.key, step.options.revision), modelGet(model, step.options.key, step.options.revision));
      }
      return;
    }
    case 'compact':
      applyCompact(pair, step.revision);
      return;
    case 'compactStep':
      compactStep(kv, step.budget);
      return;
    case 'restart':
      pair.kv = restoreKv(travelled(kv));
      watchers.clear();
      return;
    case 'install':
      applyInstall(pair, step.writes, step.compactTo);
      return;
    case 'watch':
      applyWatch(pair, step.id, step.options);
      return;
    case 'cancel':
      // A compaction has ended it, and it has yet to hear so.
      if (watchers.has(step.id) && getWatcher(kv, step.id) === undefined) take(pair);
      else expect(cancelWatcher(kv, step.id)).toBe(watchers.delete(step.id));
      return;
    case 'take':
      take(pair);
      return;
    case 'sync':
      sync(pair);
      return;
    case 'settle':
      settle(pair);
      return;
    case 'hash':
      checkHash(pair, step.revision);
      return;
    case 'whole':
      checkWhole(pair);
      return;
  }
}

function applyWrite({ kv, model }: Omit<Pair, 'watchers'>, changes: readonly Change[]): void {
  const write = beginWrite(kv);
  const main = model.revision + 1;
  for (const change of changes) applyChange(model, write, main, change);
  const changed = model.changes.at(-1)?.kv.modRevision === main;
  if (changed) model.revision = main;
  same(endWrite(write), { revision: model.revision, changed });
}

function applyChange(model: Model, write: KvWrite, main: number, change: Change): void {
  const made = model.changes.at(-1);
  const sub = made?.kv.modRevision === main ? made.sub + 1 : 0;
  const visible = sub > 0 ? main : model.revision;
  same(writeRevision(write), visible);
  switch (change.type) {
    case 'range': {
      const answer = writeRange(write, change.options);
      same(answer.ok ? answer.value : answer.error.code, modelRange(model, change.options, visible));
      return;
    }
    case 'delete': {
      const found = modelPairs(model, change.keys, visible);
      same(writeDelete(write, change.keys), { deleted: found.length, prevKvs: found });
      for (const [i, { key }] of found.entries()) modelDelete(model, main, sub + i, key);
      return;
    }
    case 'put': {
      const { key, value, lease, ignoreValue, ignoreLease } = change.options;
      const before = modelGet(model, key, visible);
      const answer = writePut(write, change.options);
      if ((ignoreValue || ignoreLease) && before === undefined) {
        same(answer, { ok: false, error: { code: 'keyNotFound' } });
        return;
      }
      const kept = { value: ignoreValue ? (before?.value ?? '') : value, lease: ignoreLease ? (before?.lease ?? ZERO_ID) : lease };
      modelPut(model, main, sub, { key, ...kept });
      same(answer, { ok: true, value: { kv: modelGet(model, key, main), prevKv: before } });
      same(getKey(write.kv, key), modelGet(model, key, main));
    }
  }
}

function applyCompact({ kv, model }: Omit<Pair, 'watchers'>, revision: number): void {
  const answer = compact(kv, revision);
  if (revision <= model.compactRevision) same(answer, { ok: false, error: { code: 'compacted' } });
  else if (revision > model.revision) same(answer, { ok: false, error: { code: 'futureRevision' } });
  else {
    same(answer, { ok: true, value: revision });
    model.compactRevision = revision;
    counts.compactions++;
  }
}

function applyInstall({ kv, model }: Pair, writes: readonly (readonly Change[])[], compactTo: number): void {
  const ahead = { kv: restoreKv(snapshotKv(kv)), model };
  for (const changes of writes) applyWrite(ahead, changes);
  if (compactTo > model.compactRevision && compactTo <= model.revision) applyCompact(ahead, compactTo);
  installSnapshot(kv, travelled(ahead.kv));
  counts.installs++;
}

/** As it comes from a disk or another member. */
function travelled(kv: Kv): KvSnapshot {
  return JSON.parse(JSON.stringify(snapshotKv(kv))) as KvSnapshot; // what was just written
}

function applyWatch({ kv, model, watchers }: Pair, id: number, options: WatchOptions): void {
  if (watchers.has(id)) return;
  const answer = createWatcher(kv, id, options);
  const { key, rangeEnd, startRevision } = options;
  if (rangeEnd !== '' && rangeEnd !== '\0' && rangeEnd <= key) {
    same(answer, { ok: false, error: { code: 'emptyWatcherRange' } });
    return;
  }
  same(answer, { ok: true, value: model.revision });
  const start = startRevision === 0 ? model.revision + 1 : startRevision;
  watchers.set(id, { options, next: start, floor: start });
}

/** Whoever is synced has heard everything now, and a progress notification promises no more than that. */
function take(pair: Pair): void {
  const { kv, model, watchers } = pair;
  for (const response of takeWatchResponses(kv)) hear(pair, response);
  for (const [id, watcher] of watchers) {
    if (getWatcher(kv, id)?.state !== 'synced') continue;
    same(modelEvents(model, watcher.options, watcher.next, model.revision), []);
    watcher.next = Math.max(watcher.next, model.revision + 1);
  }
  const promised = progressRevision(kv, [...watchers.keys()]);
  if (promised !== undefined) for (const { next } of watchers.values()) same(next, promised + 1);
}

function hear({ model, watchers }: Pair, { watcherId, revision, compactRevision, events }: WatcherResponse): void {
  const watcher = watchers.get(watcherId);
  if (watcher === undefined) throw new Error(`nobody watches under ${watcherId}`);
  if (compactRevision > 0) {
    same({ revision, events }, { revision: 0, events: [] });
    expect(compactRevision).toBeLessThanOrEqual(model.compactRevision);
    expect(watcher.floor).toBeLessThan(compactRevision);
    watchers.delete(watcherId);
    counts.compactedWatches++;
    return;
  }
  const last = events.at(-1)?.kv.modRevision ?? 0;
  // Neither less nor more than what is due up to there: nothing lost, nothing twice, no revision in two pieces.
  const expected = modelEvents(model, watcher.options, watcher.next, last);
  same(
    events.map(({ type, kv }) => ({ type, kv })),
    expected,
  );
  same([events.length > 0, last <= revision, revision <= model.revision], [true, true, true]);
  for (const { kv: pair, prevKv } of events) {
    // A creation has none, not even where the transaction deleted the key first.
    const hasBefore = watcher.options.prevKv && pair.createRevision !== pair.modRevision;
    const before = hasBefore ? modelGet(model, pair.key, pair.modRevision - 1) : undefined;
    // Compacted since, it may have been there in time.
    const mayLack = pair.modRevision - 1 < model.compactRevision;
    if (prevKv !== undefined || !mayLack) same(prevKv, before);
  }
  watcher.next = last + 1;
  watcher.floor = last + 1;
  counts.events += events.length;
}

function sync({ kv }: Pair): void {
  counts.victims += kv.watchers.victims.size;
  syncWatchers(kv);
}

/** Streams that are emptied bring everybody up to date: who was caught by a compaction has heard so, all others are synced. */
function settle(pair: Pair): void {
  const { kv, model, watchers } = pair;
  // A victim goes out in the first round, history in batches of 1,000 revisions behind it.
  for (let round = 0; round < 4 + model.revision / 1000; round++) {
    take(pair);
    sync(pair);
  }
  take(pair);
  expect(slowWatcherCount(kv)).toBe(0);
  for (const { next } of watchers.values()) expect(next).toBeGreaterThan(model.revision);
  const isAhead = [...watchers.values()].some(({ options }) => options.startRevision > model.revision);
  expect(progressRevision(kv, [...watchers.keys()])).toBe(watchers.size === 0 || isAhead ? undefined : model.revision);
}

/** A hash depends on (revision, compact revision) alone, so a store rebuilt from what should be stored has the same. */
function checkHash({ kv, model }: Pair, revision: number): void {
  const fresh = cloneKv(kv);
  fresh.compactionHashes = [];
  const answer = hashKv(fresh, revision);
  if (revision > model.revision) same(answer, { ok: false, error: { code: 'futureRevision' } });
  else if (revision > 0 && revision < model.compactRevision) same(answer, { ok: false, error: { code: 'compacted' } });
  else {
    counts.hashes++;
    same(answer, hashKv(rebuilt(model), revision));
  }
}

function rebuilt(model: Model): Kv {
  const { revision, compactRevision } = model;
  return restoreKv({ revision, compactRevision, finishedCompactRevision: compactRevision, versions: modelStored(model) });
}

/** Everything that is stored, once all physical work is done; in a copy, for that goes on in steps. */
function checkWhole({ kv, model }: Pair): void {
  const copy = cloneKv(kv);
  while (compactStep(copy, 1000).isPending);
  same(kvState(copy).versions, modelStored(model));
  same(copy.storedSize, rebuilt(model).storedSize);
  for (const { keys, log } of [kv, copy]) {
    assertKeyTreeInvariants(keys);
    assertVersionLogInvariants(log);
  }
  const everything = { key: '\0', rangeEnd: '\0' };
  const readable = Math.max(1, model.compactRevision);
  const step = Math.max(1, Math.floor((model.revision - readable) / 10));
  for (let revision = readable; revision <= model.revision; revision += step) {
    const pairs = modelPairs(model, everything, revision);
    same(
      pairs.map(({ key }) => getKeyAt(copy, key, revision)),
      pairs,
    );
  }
  same(hashKv({ ...copy, compactionHashes: [] }, 0), hashKv(rebuilt(model), 0));
}

/** Keys that collide, extend one another, and include the ends of the order of bytes. */
const FEW = ['a', 'a\0', 'aa', 'ab', 'b', '\x01', '\xff', '\xff\xff'];
const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${String(i).padStart(4, '0')}`);

test.each<[string, number, number, Flavour]>([
  ['few keys with many versions', 5, 10_000, { keys: FEW, bulk: 6, depth: 300, takeEvery: 2 }],
  ['few keys, streams that overflow', 3, 10_000, { keys: FEW, bulk: 4, depth: 2_000, takeEvery: 1_000 }],
  ['keys of several leaves, long transactions', 1, 15_000, { keys: numbered(300), bulk: 40, depth: 500, takeEvery: 20 }],
  ['keys of several levels', 1, 5_000, { keys: numbered(3_000), bulk: 150, depth: 1_000, takeEvery: 20 }],
])(
  '%s',
  (_, seeds, operations, flavour) => {
    for (let seed = 1; seed <= seeds * RUNS; seed++) run(seed, operations, flavour);
  },
  60_000 * RUNS,
);

test('and it was not for nothing', () => {
  console.log(JSON.stringify(counts));
  expect(counts.compactions).toBeGreaterThan(1_000);
  expect(counts.refusedReads).toBeGreaterThan(3_000);
  expect(counts.pastReads).toBeGreaterThan(3_000);
  expect(counts.events).toBeGreaterThan(20_000);
  expect(counts.victims).toBeGreaterThan(10);
  expect(counts.compactedWatches).toBeGreaterThan(300);
  expect(counts.installs).toBeGreaterThan(200);
  expect(counts.hashes).toBeGreaterThan(150);
});
