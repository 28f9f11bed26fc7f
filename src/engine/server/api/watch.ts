/** The service Watch. One stream of ours is one watch. */
import type { Bytes } from '../../../base/index.ts';
import type { ResponseHeader } from './header.ts';
import type { KeyValue } from './kv.ts';

/** etcd: WatchCreateRequest; opens a stream. */
export interface WatchRequest {
  readonly type: 'watch';
  readonly key: Bytes;
  readonly rangeEnd: Bytes;
  /** 0 = from now on. */
  readonly startRevision: number;
  readonly prevKv: boolean;
  readonly progressNotify: boolean;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  /** Large responses come in parts; all but the last have `fragment`. Left out: false. */
  readonly fragment?: boolean;
}

/**
 * etcd: WatchProgressRequest. Asks for the revision up to which the streams have had everything. Answered at once by an empty
 * response; the progress itself comes as a message without events on each of the streams, and only if all of them are synced
 * and none waits for a future revision (`spec/etcd.md` 2.4).
 */
export interface WatchProgressRequest {
  readonly type: 'watchProgress';
  /** The calls that opened the streams of one connection. */
  readonly watches: readonly number[];
}

export interface WatchEvent {
  readonly type: 'put' | 'delete';
  /** For a delete only key and modRevision are set. */
  readonly kv: KeyValue;
  readonly prevKv: KeyValue | undefined;
}

/** One message of a watch stream. */
export interface WatchResponse {
  readonly type: 'watch';
  readonly header: ResponseHeader;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly cancelReason: string;
  /** > 0: the start was compacted; this is the oldest revision still there. */
  readonly compactRevision: number;
  /** More of the same response follows. Left out: false. */
  readonly fragment?: boolean;
  readonly events: readonly WatchEvent[];
}
