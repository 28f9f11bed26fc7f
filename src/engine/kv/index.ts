/**
 * The multi-version store of a member and its watches, with etcd's semantics (`spec/etcd.md` 1 and 2). State is plain data
 * that these functions change in place; `cloneKv` makes a copy on shared structure.
 */

export { type CompactStepResult, compact, compactStep } from './compaction.ts';
export { compareHolds } from './compare.ts';
export { hashKv } from './hash.ts';
export { type KeyHistory, keyHistories, missedChanges, newestChanges } from './keyHistory.ts';
export { checkRevision, PLAIN_RANGE, range } from './range.ts';
export { installSnapshot, type KvSnapshot, restoreKv, snapshotKv } from './snapshot.ts';
export type { CompactionJob, Kv, Watcher, WatcherState } from './state.ts';
export {
  cloneKv,
  compactRevision,
  createKv,
  currentRevision,
  getKey,
  type KvState,
  keySearchCost,
  kvDigest,
  kvState,
  type StoredVersion,
} from './store.ts';
export type * from './types.ts';
export { storedSizeOf } from './versionLog.ts';
export {
  cancelWatcher,
  createWatcher,
  getWatcher,
  progressRevision,
  slowWatcherCount,
  syncWatchers,
  takeWatchResponses,
} from './watch.ts';
export { beginWrite, endWrite, type KvWrite, writeDelete, writePut, writeRange, writeRevision } from './write.ts';
