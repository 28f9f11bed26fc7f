import { assert, type Bytes, digestOf } from '../../base/index.ts';
import { createKeyTree, findPair } from './keyTree.ts';
import { type SearchCost, searchCost } from './keyTreeChecks.ts';
import type { CompactionJob, Kv } from './state.ts';
import type { HashKvResult, KeyValue } from './types.ts';
import { chunkDigests, cloneVersionLog, createVersionLog, listVersions, type Owner, type Version } from './versionLog.ts';
import { cloneWatchers, createWatchers, watchersState } from './watch.ts';

/** An empty store, at revision 1. */
export function createKv(): Kv {
  const owner: Owner = {};
  return {
    owner,
    revision: 1,
    compactRevision: -1,
    finishedCompactRevision: -1,
    compactions: [],
    compactionHashes: [],
    isWriting: false,
    storedSize: 0,
    log: createVersionLog(owner),
    keys: createKeyTree(owner),
    watchers: createWatchers(),
  };
}

/**
 * A copy that lives on its own. Shares all key-values and both indexes, whatever their size; copies only what is attached
 * to the store (watchers, responses not taken yet, compactions at work).
 */
export function cloneKv(kv: Kv): Kv {
  assert(!kv.isWriting, 'a store is not copied in the middle of a write');
  // From now on neither side owns a node: each copies what it changes.
  kv.owner = {};
  return {
    ...kv,
    owner: {},
    compactions: kv.compactions.map((job) => ({ ...job })),
    compactionHashes: kv.compactionHashes.slice(),
    log: cloneVersionLog(kv.log),
    watchers: cloneWatchers(kv.watchers),
  };
}

/** Main revision of the last change; 1 in an empty store. In the middle of a write: the one before it. */
export function currentRevision(kv: Kv): number {
  return kv.revision;
}

/** The oldest revision that can be read; -1 in a store that was never compacted. */
export function compactRevision(kv: Kv): number {
  return kv.compactRevision;
}

/** The pair of one key now, earlier changes of an open write included; undefined if it is absent. */
export function getKey(kv: Kv, key: Bytes): KeyValue | undefined {
  return findPair(kv.keys, key);
}

/** What it costs to find a key. */
export function keySearchCost(kv: Kv, key: Bytes): SearchCost {
  return searchCost(kv.keys, key);
}

/** One stored change. */
export interface StoredVersion {
  /** Place among the changes of its main revision, from 0. */
  readonly sub: number;
  /** A tombstone if its version is 0; then only key and modRevision are set. */
  readonly kv: KeyValue;
}

/** See {@link kvState}. */
export interface KvState {
  readonly revision: number;
  readonly compactRevision: number;
  readonly finishedCompactRevision: number;
  readonly compactions: readonly Omit<CompactionJob, 'cursor'>[];
  readonly compactionHashes: readonly HashKvResult[];
  /** In the order in which they were made. */
  readonly versions: readonly StoredVersion[];
  readonly watchers: ReturnType<typeof watchersState>;
}

/**
 * The whole state as plain arrays in a canonical order: equal states have equal views, however they came about.
 * Costs O(versions).
 */
export function kvState(kv: Kv): KvState {
  return { ...attachedState(kv), versions: listVersions(kv.log).map(toStored) };
}

/**
 * A digest of the whole state that costs O(changes since the last one): runs of old versions are hashed once, also for
 * clones. Stores that went the same way have the same digest; a store restored from a snapshot has another one.
 */
export function kvDigest(kv: Kv): string {
  return digestOf({
    ...attachedState(kv),
    versions: chunkDigests(kv.log, (versions) => digestOf(versions.map(toStored))),
  });
}

/** All but the versions. */
function attachedState(kv: Kv): Omit<KvState, 'versions'> {
  return {
    revision: kv.revision,
    compactRevision: kv.compactRevision,
    finishedCompactRevision: kv.finishedCompactRevision,
    // Positions differ between a store and one that was restored from its snapshot.
    compactions: kv.compactions.map(({ cursor: _, ...job }) => job),
    compactionHashes: kv.compactionHashes.slice(),
    watchers: watchersState(kv.watchers),
  };
}

export function toStored({ sub, kv }: Version): StoredVersion {
  return { sub, kv };
}
