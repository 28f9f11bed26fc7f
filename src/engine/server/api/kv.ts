/** The service KV: keys read, written and compacted (etcd-io/etcd:api/etcdserverpb/rpc.proto, api/mvccpb/kv.proto). */
import type { Bytes, Id64 } from '../../../base/index.ts';
import type { PlainResponse, ResponseHeader } from './header.ts';

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

export interface RangeResponse {
  readonly type: 'range';
  readonly header: ResponseHeader;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  /** Keys in the range, before limit and filters. */
  readonly count: number;
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

export interface PutResponse {
  readonly type: 'put';
  readonly header: ResponseHeader;
  readonly prevKv: KeyValue | undefined;
}

/** etcd: DeleteRangeRequest. */
export interface DeleteRangeRequest {
  readonly type: 'deleteRange';
  readonly key: Bytes;
  readonly rangeEnd: Bytes;
  readonly prevKv: boolean;
}

export interface DeleteRangeResponse {
  readonly type: 'deleteRange';
  readonly header: ResponseHeader;
  readonly deleted: number;
  readonly prevKvs: readonly KeyValue[];
}

export type CompareResult = 'equal' | 'greater' | 'less' | 'notEqual';

/** One condition of a transaction. With a range, every key in it has to hold. etcd: Compare. */
export type Compare = { readonly key: Bytes; readonly rangeEnd: Bytes; readonly result: CompareResult } & (
  | { readonly target: 'version'; readonly version: number }
  | { readonly target: 'create'; readonly createRevision: number }
  | { readonly target: 'mod'; readonly modRevision: number }
  | { readonly target: 'value'; readonly value: Bytes }
  | { readonly target: 'lease'; readonly lease: Id64 }
);

/** An operation without content, which the gateway can carry; always refused. */
export interface EmptyOperation {
  readonly type: 'empty';
}

/** etcd: RequestOp. */
export type TxnOperation = RangeRequest | PutRequest | DeleteRangeRequest | TxnRequest | EmptyOperation;

/** etcd: TxnRequest. */
export interface TxnRequest {
  readonly type: 'txn';
  /** All have to hold; none at all is true. */
  readonly compare: readonly Compare[];
  readonly success: readonly TxnOperation[];
  readonly failure: readonly TxnOperation[];
}

/** etcd: ResponseOp. Inner headers have only the revision, that of a nested transaction nothing. */
export type TxnOperationResponse = RangeResponse | PutResponse | DeleteRangeResponse | TxnResponse;

export interface TxnResponse {
  readonly type: 'txn';
  readonly header: ResponseHeader;
  /** The conditions held. */
  readonly succeeded: boolean;
  /** One for each operation of the branch that was taken. */
  readonly responses: readonly TxnOperationResponse[];
}

/** etcd: CompactionRequest. */
export interface CompactionRequest {
  readonly type: 'compaction';
  readonly revision: number;
  /** The answer waits until this member has done the work. */
  readonly physical: boolean;
}

export type KvRequest = RangeRequest | PutRequest | DeleteRangeRequest | TxnRequest | CompactionRequest;
export type KvResponse = RangeResponse | PutResponse | DeleteRangeResponse | TxnResponse | PlainResponse<'compaction'>;
