import { assert, type Bytes, byNumber, fail, ok, type Result } from '../../base/index.ts';
import { intervalOf } from './keyInterval.ts';
import type { Kv, Watcher, WatcherGroup, WatcherState, Watchers } from './state.ts';
import type { Event, WatchError, WatcherResponse, WatchOptions } from './types.ts';
import { isTombstone, type Version, versionAt, versionAtRevision, visitVersionsFrom } from './versionLog.ts';

/** Distinct revisions in one catch-up response, at most. etcd: watchBatchMaxRevs. */
const BATCH_REVISIONS = 1000;
/** Watchers that one round of catching up serves, at most. etcd: maxWatchersPerSync. */
const WATCHERS_PER_SYNC = 512;
/** Responses that a stream holds until they are taken, at most; here each watcher has a stream of its own. etcd: chanBufLen. */
const STREAM_BUFFER = 128;

export function createWatchers(): Watchers {
  return { all: new Map(), synced: createGroup(), unsynced: new Set(), victims: new Set(), responses: [] };
}

export function cloneWatchers(watchers: Watchers): Watchers {
  const all = new Map<number, Watcher>();
  for (const [id, watcher] of watchers.all) all.set(id, { ...watcher });
  const byKey = new Map<Bytes, Set<number>>();
  for (const [key, ids] of watchers.synced.byKey) byKey.set(key, new Set(ids));
  return {
    all,
    synced: { byKey, ranges: new Set(watchers.synced.ranges) },
    unsynced: new Set(watchers.unsynced),
    victims: new Set(watchers.victims),
    responses: watchers.responses.slice(),
  };
}

/** The watchers as plain data: by id, the order in which those that lag will be served, and what was not taken yet. */
export function watchersState(watchers: Watchers): {
  readonly all: readonly Watcher[];
  readonly unsynced: readonly number[];
  readonly victims: readonly number[];
  readonly responses: readonly WatcherResponse[];
} {
  const all = [...watchers.all.values()].sort((a, b) => byNumber(a.id, b.id)).map((watcher) => ({ ...watcher }));
  const { unsynced, victims, responses } = watchers;
  return { all, unsynced: [...unsynced], victims: [...victims], responses: responses.slice() };
}

/**
 * Adds a watcher under an id that is not in use. One that starts in the past is unsynced until {@link syncWatchers} has
 * caught it up; if its start was compacted, it is there that it hears so and ends. `spec/etcd.md` 2.1, 2.2.
 *
 * @returns the current revision, for the `created` answer; fails with `emptyWatcherRange` if no key can lie in the range
 */
export function createWatcher(kv: Kv, id: number, options: WatchOptions): Result<number, WatchError> {
  const { watchers } = kv;
  assert(!watchers.all.has(id), 'a watcher id is used once', { id });
  assert(!kv.isWriting, 'a watcher is created between writes');
  const { start, end } = intervalOf(options);
  if (end !== undefined && start >= end) return fail({ code: 'emptyWatcherRange' });
  const { key, rangeEnd, startRevision, prevKv, noPut, noDelete } = options;
  const isSynced = startRevision === 0 || startRevision > kv.revision;
  const watcher: Watcher = {
    id,
    options: { key, rangeEnd, startRevision, prevKv, noPut, noDelete },
    start,
    end,
    minRevision: isSynced ? Math.max(kv.revision + 1, startRevision) : startRevision,
    state: isSynced ? 'synced' : 'unsynced',
    buffered: 0,
    waiting: [],
  };
  watchers.all.set(id, watcher);
  enter(watchers, watcher, watcher.state);
  return ok(kv.revision);
}

/**
 * Ends a watcher; responses that were not taken yet are dropped.
 *
 * @returns false if there was none under this id
 */
export function cancelWatcher(kv: Kv, id: number): boolean {
  const watcher = kv.watchers.all.get(id);
  if (watcher === undefined) return false;
  forget(kv.watchers, watcher);
  kv.watchers.responses = kv.watchers.responses.filter((response) => response.watcherId !== id);
  return true;
}

/** A watcher as it stands, for views; undefined if there is none. */
export function getWatcher(kv: Kv, id: number): Readonly<Watcher> | undefined {
  return kv.watchers.all.get(id);
}

/** How many watchers were not sent everything yet. etcd: slow_watcher_total. */
export function slowWatcherCount(kv: Kv): number {
  return kv.watchers.unsynced.size + kv.watchers.victims.size;
}

/**
 * One round of catching up, which etcd makes every 100 ms. Victims first, whose streams may have room now. Then at most 512
 * unsynced watchers: each gets what it missed in one response of at most 1000 distinct revisions, or hears that its start
 * was compacted and ends. Who got all is synced; who had no room is a victim until the next round.
 *
 * @returns how many watchers are unsynced now
 * @see etcd-io/etcd:server/storage/mvcc/watchable_store.go
 */
export function syncWatchers(kv: Kv): number {
  const { watchers } = kv;
  assert(!kv.isWriting, 'watchers catch up between writes');
  moveVictims(kv);
  const chosen = chooseUnsynced(kv);
  if (chosen.length === 0) return watchers.unsynced.size;
  const batches = collectBatches(kv, chosen);
  for (const watcher of chosen) {
    const batch = batches.get(watcher.id);
    leave(watchers, watcher);
    watcher.minRevision = batch?.moreRevision ?? Math.max(kv.revision + 1, watcher.minRevision);
    const hadRoom = batch === undefined || send(kv, watcher, batch.versions, kv.revision);
    enter(watchers, watcher, !hadRoom ? 'victim' : batch?.moreRevision !== undefined ? 'unsynced' : 'synced');
  }
  return watchers.unsynced.size;
}

/** Hands over the responses made since the last call, in the order in which they were made: every stream has room again. */
export function takeWatchResponses(kv: Kv): readonly WatcherResponse[] {
  const { all, responses } = kv.watchers;
  if (responses.length > 0) kv.watchers.responses = [];
  for (const { watcherId } of responses) {
    const watcher = all.get(watcherId);
    if (watcher !== undefined) watcher.buffered = 0;
  }
  return responses;
}

/**
 * The revision that a progress notification for these watchers may promise: all events up to it were handed over.
 *
 * @returns undefined unless there is at least one, all of them are synced and none starts in the future. `spec/etcd.md` 2.4
 */
export function progressRevision(kv: Kv, ids: readonly number[]): number | undefined {
  const isDue = ids.every((id) => {
    const watcher = kv.watchers.all.get(id);
    return watcher?.state === 'synced' && watcher.options.startRevision <= kv.revision;
  });
  return ids.length > 0 && isDue ? kv.revision : undefined;
}

/** Hands a write's changes, all of main revision `main`, to the synced watchers, by watcher id. */
export function notifyWatchers(kv: Kv, main: number, changes: readonly Version[]): void {
  const { all, synced } = kv.watchers;
  if (synced.byKey.size === 0 && synced.ranges.size === 0) return;
  const matched = new Map<number, Version[]>();
  for (const version of changes) {
    visitMatching(kv.watchers, synced, version, (watcher) => {
      const versions = matched.get(watcher.id);
      if (versions === undefined) matched.set(watcher.id, [version]);
      else versions.push(version);
    });
  }
  for (const id of [...matched.keys()].sort(byNumber)) {
    const watcher = all.get(id) as Watcher; // was found among them
    watcher.minRevision = main + 1;
    if (send(kv, watcher, matched.get(id) ?? [], main)) continue;
    leave(kv.watchers, watcher);
    enter(kv.watchers, watcher, 'victim');
  }
}

/** The store's contents were replaced: everybody has to look again from where they were. `spec/etcd.md` 1.9. */
export function unsyncWatchers(watchers: Watchers): void {
  for (const watcher of watchers.all.values()) {
    if (watcher.state !== 'synced') continue;
    leave(watchers, watcher);
    enter(watchers, watcher, 'unsynced');
  }
}

/** What victims wait with goes out where there is room; meanwhile the store went on, so most have to catch up then. */
function moveVictims(kv: Kv): void {
  const { watchers } = kv;
  for (const id of [...watchers.victims]) {
    const watcher = watchers.all.get(id) as Watcher; // victims are among all
    if (watcher.buffered >= STREAM_BUFFER) continue;
    respond(watchers, watcher, { revision: watcher.minRevision - 1, compactRevision: 0, events: watcher.waiting });
    leave(watchers, watcher);
    watcher.waiting = [];
    enter(watchers, watcher, watcher.minRevision <= kv.revision ? 'unsynced' : 'synced');
  }
}

/** The watchers of this round; those whose start is compacted hear it, as soon as there is room for that, and are gone. */
function chooseUnsynced(kv: Kv): Watcher[] {
  const { watchers } = kv;
  const chosen: Watcher[] = [];
  let seen = 0;
  for (const id of [...watchers.unsynced]) {
    if (++seen > WATCHERS_PER_SYNC) break;
    const watcher = watchers.all.get(id) as Watcher; // unsynced ones are among all
    if (watcher.minRevision >= kv.compactRevision) chosen.push(watcher);
    else if (watcher.buffered < STREAM_BUFFER) {
      respond(watchers, watcher, { revision: 0, compactRevision: kv.compactRevision, events: [] });
      forget(watchers, watcher);
    }
  }
  return chosen;
}

/** What a watcher missed, before its filters. */
interface Batch {
  readonly versions: Version[];
  /** Distinct revisions in it. */
  revisions: number;
  /** The first revision that did not fit in. */
  moreRevision: number | undefined;
}

function collectBatches(kv: Kv, chosen: readonly Watcher[]): ReadonlyMap<number, Batch> {
  const group = createGroup();
  for (const watcher of chosen) joinGroup(group, watcher);
  const batches = new Map<number, Batch>();
  let openCount = chosen.length;
  const from = chosen.reduce((least, watcher) => Math.min(least, watcher.minRevision), Number.POSITIVE_INFINITY);
  visitVersionsFrom(kv.log, from, (version) => {
    visitMatching(kv.watchers, group, version, (watcher) => {
      let batch = batches.get(watcher.id);
      if (batch === undefined) {
        batch = { versions: [], revisions: 0, moreRevision: undefined };
        batches.set(watcher.id, batch);
      }
      if (batch.moreRevision !== undefined) return;
      const revision = version.kv.modRevision;
      if (batch.versions.at(-1)?.kv.modRevision !== revision) batch.revisions++;
      if (batch.revisions > BATCH_REVISIONS) {
        batch.moreRevision = revision;
        openCount--;
      } else batch.versions.push(version);
    });
    return openCount > 0;
  });
  return batches;
}

/**
 * Makes a response of what the filters let through; nothing is sent if that is nothing.
 *
 * @returns false if the stream has no room for it: the watcher has to wait with it
 */
function send(kv: Kv, watcher: Watcher, versions: readonly Version[], revision: number): boolean {
  const { noPut, noDelete, prevKv } = watcher.options;
  const events: Event[] = [];
  for (const version of versions) {
    const isDelete = isTombstone(version);
    if (isDelete ? noDelete : noPut) continue;
    const before = prevKv ? pairBefore(kv, version) : undefined;
    events.push({ type: isDelete ? 'delete' : 'put', kv: version.kv, prevKv: before });
  }
  if (events.length === 0) return true;
  if (watcher.buffered < STREAM_BUFFER) {
    respond(kv.watchers, watcher, { revision, compactRevision: 0, events });
    return true;
  }
  watcher.waiting = events;
  return false;
}

function respond(watchers: Watchers, watcher: Watcher, response: Omit<WatcherResponse, 'watcherId'>): void {
  watcher.buffered++;
  watchers.responses.push({ watcherId: watcher.id, ...response });
}

/** The pair at the revision before a change, as far as that revision can be read. */
function pairBefore(kv: Kv, version: Version): Event['prevKv'] {
  const { createRevision, modRevision } = version.kv;
  // A creation is not asked what was before it: in one transaction that may have been the key's deletion.
  if (createRevision === modRevision || modRevision - 1 < kv.compactRevision) return undefined;
  const replaced = versionAt(kv.log, version.previous);
  const before = replaced === undefined ? undefined : versionAtRevision(kv.log, replaced, modRevision - 1);
  return before === undefined || isTombstone(before) ? undefined : before.kv;
}

function visitMatching(watchers: Watchers, group: WatcherGroup, version: Version, visit: (watcher: Watcher) => void): void {
  const { key, modRevision } = version.kv;
  const exact = group.byKey.get(key);
  if (exact !== undefined) {
    for (const id of exact) {
      const watcher = watchers.all.get(id) as Watcher; // groups hold ids of all
      if (modRevision >= watcher.minRevision) visit(watcher);
    }
  }
  for (const id of group.ranges) {
    const watcher = watchers.all.get(id) as Watcher; // groups hold ids of all
    const isInside = key >= watcher.start && (watcher.end === undefined || key < watcher.end);
    if (isInside && modRevision >= watcher.minRevision) visit(watcher);
  }
}

function forget(watchers: Watchers, watcher: Watcher): void {
  watchers.all.delete(watcher.id);
  leave(watchers, watcher);
}

/** Takes a watcher out of where its state has put it; it must {@link enter} again, or go. */
function leave(watchers: Watchers, watcher: Watcher): void {
  if (watcher.state === 'synced') leaveGroup(watchers.synced, watcher);
  else (watcher.state === 'unsynced' ? watchers.unsynced : watchers.victims).delete(watcher.id);
}

function enter(watchers: Watchers, watcher: Watcher, state: WatcherState): void {
  watcher.state = state;
  if (state === 'synced') joinGroup(watchers.synced, watcher);
  else (state === 'unsynced' ? watchers.unsynced : watchers.victims).add(watcher.id);
}

function createGroup(): WatcherGroup {
  return { byKey: new Map(), ranges: new Set() };
}

function joinGroup(group: WatcherGroup, watcher: Watcher): void {
  if (watcher.options.rangeEnd !== '') group.ranges.add(watcher.id);
  else {
    const ids = group.byKey.get(watcher.start);
    if (ids === undefined) group.byKey.set(watcher.start, new Set([watcher.id]));
    else ids.add(watcher.id);
  }
}

function leaveGroup(group: WatcherGroup, watcher: Watcher): void {
  if (watcher.options.rangeEnd !== '') group.ranges.delete(watcher.id);
  else {
    const ids = group.byKey.get(watcher.start);
    ids?.delete(watcher.id);
    if (ids?.size === 0) group.byKey.delete(watcher.start);
  }
}
