/**
 * The v3 API as data: what a client asks a member, and what comes back. Fields follow etcd's protobuf messages
 * (etcd-io/etcd:api/etcdserverpb/rpc.proto); a field that protobuf leaves out when it is zero is zero here.
 * Keys and values are {@link Bytes}; 64-bit ids are {@link Id64}; revisions, terms and counts are safe integers.
 */
import type { Bytes, Id64 } from '../../base/index.ts';
import type { ApiError } from './errors.ts';

/** One key at one revision. */
export interface KeyValue {
  readonly key: Bytes;
  readonly createRevision: number;
  readonly modRevision: number;
  /** Writes in the key's present life; 1 after creation, 0 in a deletion. */
  readonly version: number;
  readonly value: Bytes;
  /** `ZERO_ID`: no lease. */
  readonly lease: Id64;
}

export type SortOrder = 'none' | 'ascend' | 'descend';
export type SortTarget = 'key' | 'version' | 'create' | 'mod' | 'value';

/** etcd: RangeRequest. */
export interface RangeRequest {
  readonly type: 'range';
  readonly key: Bytes;
  /** '' = exactly `key`; '\0' = every key from `key` on. */
  readonly rangeEnd: Bytes;
  /** 0 = no limit. */
  readonly limit: number;
  /** 0 or less = the current one. */
  readonly revision: number;
  readonly sortOrder: SortOrder;
  readonly sortTarget: SortTarget;
  /** Answered from the member's own store, without asking the leader. */
  readonly serializable: boolean;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  /** Inclusive bounds; 0 = unset. */
  readonly minModRevision: number;
  readonly maxModRevision: number;
  readonly minCreateRevision: number;
  readonly maxCreateRevision: number;
}

/** etcd: PutRequest. */
export interface PutRequest {
  readonly type: 'put';
  readonly key: Bytes;
  readonly value: Bytes;
  readonly lease: Id64;
  readonly prevKv: boolean;
  readonly ignoreValue: boolean;
  readonly ignoreLease: boolean;
}

/** etcd: DeleteRangeRequest. */
export interface DeleteRangeRequest {
  readonly type: 'deleteRange';
  readonly key: Bytes;
  readonly rangeEnd: Bytes;
  readonly prevKv: boolean;
}

/** etcd: MemberListRequest. */
export interface MemberListRequest {
  readonly type: 'memberList';
  readonly linearizable: boolean;
}

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
}

/** Requests that are answered once. */
export type UnaryRequest = RangeRequest | PutRequest | DeleteRangeRequest | MemberListRequest;
/** Requests that open a stream of answers. */
export type StreamRequest = WatchRequest;
export type ApiRequest = UnaryRequest | StreamRequest;

/** etcd: ResponseHeader. 0 or `ZERO_ID` where the response leaves the field out (`spec/etcd.md` 4.6). */
export interface ResponseHeader {
  readonly clusterId: Id64;
  /** The member that answered. */
  readonly memberId: Id64;
  readonly revision: number;
  readonly raftTerm: number;
}

export interface RangeResponse {
  readonly type: 'range';
  readonly header: ResponseHeader;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  /** Keys in the range, before limit and filters. */
  readonly count: number;
}

export interface PutResponse {
  readonly type: 'put';
  readonly header: ResponseHeader;
  readonly prevKv: KeyValue | undefined;
}

export interface DeleteRangeResponse {
  readonly type: 'deleteRange';
  readonly header: ResponseHeader;
  readonly deleted: number;
  readonly prevKvs: readonly KeyValue[];
}

/** etcd: membershippb.Member as clients see it. */
export interface MemberInfo {
  readonly id: Id64;
  /** '' until the member has published itself. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

export interface MemberListResponse {
  readonly type: 'memberList';
  readonly header: ResponseHeader;
  readonly members: readonly MemberInfo[];
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
  readonly events: readonly WatchEvent[];
}

export type UnaryResponse = RangeResponse | PutResponse | DeleteRangeResponse | MemberListResponse;
export type StreamResponse = WatchResponse;
export type ApiResponse = UnaryResponse | StreamResponse;

/** How a unary call ended. */
export type CallOutcome =
  | { readonly ok: true; readonly response: UnaryResponse }
  | { readonly ok: false; readonly error: ApiError };
