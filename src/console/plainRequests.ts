/** Requests with nothing special about them: what a command wants otherwise it says itself. */
import type { Bytes, Id64 } from '../base/index.ts';
import type { DeleteRangeRequest, PutRequest, RangeRequest, WatchRequest } from '../engine/server/api.ts';

/** Linearizable, at the newest revision, whole. */
export function rangeRequest(key: Bytes, rangeEnd: Bytes): RangeRequest {
  return {
    type: 'range',
    key,
    rangeEnd,
    limit: 0,
    revision: 0,
    sortOrder: 'none',
    sortTarget: 'key',
    serializable: false,
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
  };
}

export function putOf(key: Bytes, value: Bytes, lease: Id64): PutRequest {
  return { type: 'put', key, value, lease, prevKv: false, ignoreValue: false, ignoreLease: false };
}

/** Of one key. */
export function deletionOf(key: Bytes): DeleteRangeRequest {
  return { type: 'deleteRange', key, rangeEnd: '', prevKv: false };
}

/** Of all that happens to one key, or to a range, from a revision on. */
export function watchOf(key: Bytes, rangeEnd: Bytes, startRevision: number): WatchRequest {
  return { type: 'watch', key, rangeEnd, startRevision, prevKv: false, progressNotify: false, noPut: false, noDelete: false };
}
