/** The service Lease. */
import type { Bytes, Id64 } from '../../../base/index.ts';
import type { PlainResponse, ResponseHeader } from './header.ts';

/** etcd: LeaseGrantRequest. */
export interface LeaseGrantRequest {
  readonly type: 'leaseGrant';
  /** `ZERO_ID`: the member chooses. */
  readonly id: Id64;
  /** Seconds; what is below the minimum is raised to it. */
  readonly ttl: number;
}

export interface LeaseGrantResponse {
  readonly type: 'leaseGrant';
  readonly header: ResponseHeader;
  readonly id: Id64;
  /** Seconds, as granted. */
  readonly ttl: number;
}

/** etcd: LeaseRevokeRequest. */
export interface LeaseRevokeRequest {
  readonly type: 'leaseRevoke';
  readonly id: Id64;
}

/** etcd: LeaseKeepAliveRequest: one message of a keep-alive stream, and the one answer to it. */
export interface LeaseKeepAliveRequest {
  readonly type: 'leaseKeepAlive';
  readonly id: Id64;
}

export interface LeaseKeepAliveResponse {
  readonly type: 'leaseKeepAlive';
  readonly header: ResponseHeader;
  readonly id: Id64;
  /** Seconds; 0: there is no such lease (any more). */
  readonly ttl: number;
}

/** etcd: LeaseTimeToLiveRequest. */
export interface LeaseTimeToLiveRequest {
  readonly type: 'leaseTimeToLive';
  readonly id: Id64;
  /** The attached keys are wanted as well. */
  readonly keys: boolean;
}

export interface LeaseTimeToLiveResponse {
  readonly type: 'leaseTimeToLive';
  readonly header: ResponseHeader;
  readonly id: Id64;
  /** Whole seconds left; -1: there is no such lease. */
  readonly ttl: number;
  readonly grantedTtl: number;
  /** In byte order. */
  readonly keys: readonly Bytes[];
}

/** etcd: LeaseLeasesRequest. */
export interface LeaseLeasesRequest {
  readonly type: 'leaseLeases';
}

export interface LeaseLeasesResponse {
  readonly type: 'leaseLeases';
  readonly header: ResponseHeader;
  /** Those that expire first come first. */
  readonly leases: readonly Id64[];
}

export type LeaseRequest =
  | LeaseGrantRequest
  | LeaseRevokeRequest
  | LeaseKeepAliveRequest
  | LeaseTimeToLiveRequest
  | LeaseLeasesRequest;
export type LeaseResponse =
  | LeaseGrantResponse
  | LeaseKeepAliveResponse
  | LeaseTimeToLiveResponse
  | LeaseLeasesResponse
  | PlainResponse<'leaseRevoke'>;
