/** The service Maintenance: one member looked at and looked after. */
import type { Bytes, Id64 } from '../../../base/index.ts';
import type { PlainResponse, ResponseHeader } from './header.ts';

/** etcd: StatusRequest. */
export interface StatusRequest {
  readonly type: 'status';
}

export interface StatusResponse {
  readonly type: 'status';
  readonly header: ResponseHeader;
  /** Of the server, `3.6.14`. */
  readonly version: string;
  /** Bytes. */
  readonly dbSize: number;
  /** `ZERO_ID`: none is known. */
  readonly leader: Id64;
  /** The member's committed index. */
  readonly raftIndex: number;
  readonly raftTerm: number;
  readonly raftAppliedIndex: number;
  readonly errors: readonly string[];
  /** Bytes. */
  readonly dbSizeInUse: number;
  readonly isLearner: boolean;
  readonly storageVersion: string;
  /** Bytes; 0 = the default, which etcd reports in bytes as well. */
  readonly dbSizeQuota: number;
  readonly downgradeInfo: { readonly enabled: boolean; readonly targetVersion: string };
}

/** etcd: HashRequest. Of everything that is stored; for tests. */
export interface HashRequest {
  readonly type: 'hash';
}

export interface HashResponse {
  readonly type: 'hash';
  readonly header: ResponseHeader;
  readonly hash: number;
}

/** etcd: HashKVRequest. */
export interface HashKvRequest {
  readonly type: 'hashKv';
  /** 0 = the current one. */
  readonly revision: number;
}

export interface HashKvResponse {
  readonly type: 'hashKv';
  readonly header: ResponseHeader;
  /** CRC-32C, unsigned. */
  readonly hash: number;
  readonly compactRevision: number;
  readonly hashRevision: number;
}

/** etcd: AlarmType. A number that etcd has no name for is kept, and keeps nobody from anything. */
export type AlarmType = 'none' | 'nospace' | 'corrupt' | number;

export interface AlarmMember {
  readonly memberId: Id64;
  readonly alarm: AlarmType;
}

/** etcd: AlarmRequest. */
export interface AlarmRequest {
  readonly type: 'alarm';
  readonly action: 'get' | 'activate' | 'deactivate';
  /** With `get` it says nothing: all members. */
  readonly memberId: Id64;
  readonly alarm: AlarmType;
}

export interface AlarmResponse {
  readonly type: 'alarm';
  readonly header: ResponseHeader;
  readonly alarms: readonly AlarmMember[];
}

/** etcd: DefragmentRequest. */
export interface DefragmentRequest {
  readonly type: 'defragment';
}

/** etcd: MoveLeaderRequest. */
export interface MoveLeaderRequest {
  readonly type: 'moveLeader';
  readonly targetId: Id64;
}

/** etcd: DowngradeRequest. */
export interface DowngradeRequest {
  readonly type: 'downgrade';
  readonly action: 'validate' | 'enable' | 'cancel';
  /** As typed: `3.5` or `3.5.0`. */
  readonly version: string;
}

export interface DowngradeResponse {
  readonly type: 'downgrade';
  readonly header: ResponseHeader;
  /** The cluster's. */
  readonly version: string;
}

/** etcd: SnapshotRequest; opens a stream that ends by itself behind its last part. */
export interface SnapshotRequest {
  readonly type: 'snapshot';
}

/** One part of a member's whole store. The parts make a file in the format of `snapshotFile.ts`. */
export interface SnapshotResponse {
  readonly type: 'snapshot';
  readonly header: ResponseHeader;
  /** Bytes that are still to come; 0 in the last part. */
  readonly remainingBytes: number;
  readonly blob: Bytes;
  /** Storage version, `3.6.0`. */
  readonly version: string;
}

/** Those that are answered once. */
export type MaintenanceRequest =
  | StatusRequest
  | HashRequest
  | HashKvRequest
  | AlarmRequest
  | DefragmentRequest
  | MoveLeaderRequest
  | DowngradeRequest;
export type MaintenanceResponse =
  | StatusResponse
  | HashResponse
  | HashKvResponse
  | AlarmResponse
  | DowngradeResponse
  | PlainResponse<'defragment' | 'moveLeader'>;
