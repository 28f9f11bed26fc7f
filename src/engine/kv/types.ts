/**
 * What goes in and out of the store, in etcd's words. Shapes and names equal those of the v3 API, so that the server can
 * hand its own records through; revisions and counts are safe integers, keys and values {@link Bytes}.
 */
import type { Bytes, Id64 } from '../../base/index.ts';

/** One key at one revision. etcd: mvccpb.KeyValue. */
export interface KeyValue {
  readonly key: Bytes;
  /** Main revision of the put that began the key's present life; 0 in a deletion. */
  readonly createRevision: number;
  /** Main revision of this change. */
  readonly modRevision: number;
  /** Writes in the key's present life; 1 after creation, 0 in a deletion. */
  readonly version: number;
  readonly value: Bytes;
  /** `ZERO_ID`: no lease. The store carries it along and attaches nothing. */
  readonly lease: Id64;
}

/** The refusals of a read and of a compaction. etcd: mvcc.ErrCompacted, mvcc.ErrFutureRev. */
export interface RevisionError {
  readonly code: 'compacted' | 'futureRevision';
}

/** A put that wants to keep the value or the lease of a key that is absent. */
export interface PutError {
  readonly code: 'keyNotFound';
}

/** A watch over a range in which no key can lie. etcd: mvcc.ErrEmptyWatcherRange. */
export interface WatchError {
  readonly code: 'emptyWatcherRange';
}

/** Keys that a request means, as etcd writes them. */
export interface KeyRange {
  readonly key: Bytes;
  /** '' = exactly `key`; '\0' = every key from `key` on; otherwise key <= k < rangeEnd, which may be empty. */
  readonly rangeEnd: Bytes;
}

export type SortOrder = 'none' | 'ascend' | 'descend';
export type SortTarget = 'key' | 'version' | 'create' | 'mod' | 'value';

/** etcd: RangeRequest. */
export interface RangeOptions extends KeyRange {
  /** 0 or less = no limit. */
  readonly limit: number;
  /** Main revision to read at; 0 or less = the current one. */
  readonly revision: number;
  /** 'none' with a target other than the key means 'ascend'. Equal ones keep key order. */
  readonly sortOrder: SortOrder;
  readonly sortTarget: SortTarget;
  /** Values are answered empty. */
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  /** Inclusive bounds; 0 = unset. */
  readonly minModRevision: number;
  readonly maxModRevision: number;
  readonly minCreateRevision: number;
  readonly maxCreateRevision: number;
}

export interface RangeResult {
  /** The current revision, also for a read of the past: what the response header shows. */
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
  /** The limit cut something off. */
  readonly more: boolean;
  /** Keys in the range at the revision read, before limit and filters. */
  readonly count: number;
}

/** etcd: PutRequest. Whether the previous pair is shown to the client is the server's matter. */
export interface PutOptions {
  readonly key: Bytes;
  readonly value: Bytes;
  readonly lease: Id64;
  /** Keep the present value; the key must be there. */
  readonly ignoreValue: boolean;
  /** Keep the present lease; the key must be there. */
  readonly ignoreLease: boolean;
}

export interface PutResult {
  readonly kv: KeyValue;
  /** The pair before; undefined for a new key. */
  readonly prevKv: KeyValue | undefined;
}

export interface DeleteResult {
  readonly deleted: number;
  /** The pairs before, in key order. */
  readonly prevKvs: readonly KeyValue[];
}

/** What a write did, once it has ended. */
export interface WriteResult {
  /** The current revision now. */
  readonly revision: number;
  readonly changed: boolean;
}

export type CompareResult = 'equal' | 'greater' | 'less' | 'notEqual';

/** One condition of a transaction. With a range, every key in it has to hold. etcd: Compare. */
export type Compare = KeyRange & { readonly result: CompareResult } & (
    | { readonly target: 'version'; readonly version: number }
    | { readonly target: 'create'; readonly createRevision: number }
    | { readonly target: 'mod'; readonly modRevision: number }
    | { readonly target: 'value'; readonly value: Bytes }
    | { readonly target: 'lease'; readonly lease: Id64 }
  );

/** One change as a watch shows it. etcd: mvccpb.Event. */
export interface Event {
  readonly type: 'put' | 'delete';
  /** For a delete only key and modRevision are set. */
  readonly kv: KeyValue;
  /** If asked for: the pair at modRevision - 1; undefined on creation, and where it has been compacted. */
  readonly prevKv: KeyValue | undefined;
}

/** What a watcher wants. etcd: WatchCreateRequest. An empty key is the caller's to turn into '\0'. */
export interface WatchOptions extends KeyRange {
  /** 0 = from now on; up to the current revision: history first; above it: earlier events are dropped. */
  readonly startRevision: number;
  readonly prevKv: boolean;
  readonly noPut: boolean;
  readonly noDelete: boolean;
}

/** One message for one watcher. */
export interface WatcherResponse {
  readonly watcherId: number;
  /** The store's revision when it was made; 0 if the start was compacted. */
  readonly revision: number;
  /** > 0: the watcher's start was compacted, it is gone; this is the oldest revision that can be read. */
  readonly compactRevision: number;
  /** By revision, then in the order of execution; a revision is never split over two responses. */
  readonly events: readonly Event[];
}

/** etcd: HashKVResponse. */
export interface HashKvResult {
  /** CRC-32C, unsigned. */
  readonly hash: number;
  readonly compactRevision: number;
  readonly hashRevision: number;
}
