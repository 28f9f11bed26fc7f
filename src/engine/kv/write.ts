import { assert, fail, ok, type Result, ZERO_ID } from '../../base/index.ts';
import { updateNewest } from './keyTree.ts';
import { collectPresent, rangeAt } from './range.ts';
import type { Kv } from './state.ts';
import { getKey } from './store.ts';
import type {
  DeleteResult,
  KeyRange,
  KeyValue,
  PutError,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  RevisionError,
  WriteResult,
} from './types.ts';
import { appendVersion, isTombstone, storedSizeOf, type Version } from './versionLog.ts';
import { notifyWatchers } from './watch.ts';

/** A write transaction that is open: all its changes get one main revision, and are visible to its own reads at once. */
export interface KvWrite {
  readonly kv: Kv;
  /** Main revision of its changes, if there will be any. */
  readonly main: number;
  /** In the order of execution: the place is the sub revision. */
  readonly changes: Version[];
}

/** Opens a write. There is one at a time, and it ends with {@link endWrite}; it cannot be taken back. `spec/etcd.md` 1.1. */
export function beginWrite(kv: Kv): KvWrite {
  assert(!kv.isWriting, 'one write at a time');
  kv.isWriting = true;
  return { kv, main: kv.revision + 1, changes: [] };
}

/** The revision that the write shows in its inner headers: its own main once something changed, else the current one. */
export function writeRevision(write: KvWrite): number {
  return write.changes.length > 0 ? write.main : write.kv.revision;
}

/**
 * Sets a key. Putting the same value again is a change; a put without a lease takes the old one away. `spec/etcd.md` 1.1, 1.4.
 *
 * @returns fails with `keyNotFound`, and changes nothing, if value or lease of an absent key are to be kept
 */
export function writePut(write: KvWrite, options: PutOptions): Result<PutResult, PutError> {
  const { kv } = write;
  if ((options.ignoreValue || options.ignoreLease) && getKey(kv, options.key) === undefined) return fail({ code: 'keyNotFound' });
  let result: PutResult | undefined;
  kv.keys = updateNewest(kv.keys, kv.owner, options.key, (newest) => {
    const prevKv = newest === undefined || isTombstone(newest) ? undefined : newest.kv;
    const pair: KeyValue = {
      key: options.key,
      createRevision: prevKv === undefined ? write.main : prevKv.createRevision,
      modRevision: write.main,
      version: prevKv === undefined ? 1 : prevKv.version + 1,
      value: options.ignoreValue && prevKv !== undefined ? prevKv.value : options.value,
      lease: options.ignoreLease && prevKv !== undefined ? prevKv.lease : options.lease,
    };
    result = { kv: pair, prevKv };
    return change(write, newest, pair);
  });
  assert(result !== undefined, 'a put always changes its key');
  return ok(result);
}

/** Deletes every key of a range, in key order; nothing changes if there is none. `spec/etcd.md` 1.5. */
export function writeDelete(write: KvWrite, keys: KeyRange): DeleteResult {
  const { kv } = write;
  const found = collectPresent(kv, keys, Number.POSITIVE_INFINITY);
  for (const { key } of found) {
    const tombstone: KeyValue = { key, createRevision: 0, modRevision: write.main, version: 0, value: '', lease: ZERO_ID };
    kv.keys = updateNewest(kv.keys, kv.owner, key, (newest) => change(write, newest, tombstone));
  }
  return { deleted: found.length, prevKvs: found };
}

/** A read inside the write: sees its earlier changes. Otherwise as `range`. */
export function writeRange(write: KvWrite, options: RangeOptions): Result<RangeResult, RevisionError> {
  return rangeAt(write.kv, options, writeRevision(write));
}

/**
 * Ends a write. The current revision moves by one if something changed, and synced watchers get the events before anybody
 * can read the new revision.
 */
export function endWrite(write: KvWrite): WriteResult {
  const { kv, changes } = write;
  assert(kv.isWriting, 'a write is ended once');
  const changed = changes.length > 0;
  if (changed) {
    notifyWatchers(kv, write.main, changes);
    kv.revision = write.main;
  }
  kv.isWriting = false;
  return { revision: kv.revision, changed };
}

function change(write: KvWrite, newest: Version | undefined, pair: KeyValue): Version {
  // Once, for all that etcd's check of a transaction sees; what it does not see makes two versions of one main revision.
  assert(newest === undefined || newest.kv.modRevision <= write.main, 'a key changes in the order of revisions', { key: pair.key });
  const version = appendVersion(write.kv.log, write.kv.owner, newest, pair, write.changes.length, write.kv.compactRevision);
  write.changes.push(version);
  write.kv.storedSize += storedSizeOf(version);
  return version;
}
