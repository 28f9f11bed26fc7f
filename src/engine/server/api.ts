/**
 * The v3 API as data: what a client asks a member, and what comes back. Fields follow etcd's protobuf messages
 * (etcd-io/etcd:api/etcdserverpb/rpc.proto); a field that protobuf leaves out when it is zero is zero here.
 * Keys and values are {@link Bytes}; 64-bit ids are {@link Id64}; revisions, terms and counts are safe integers.
 */
import type { AuthRequest, AuthResponse } from './api/auth.ts';
import type { ClusterRequest, ClusterResponse } from './api/cluster.ts';
import type { PlainResponse } from './api/header.ts';
import type { KvRequest, KvResponse } from './api/kv.ts';
import type { LeaseRequest, LeaseResponse } from './api/lease.ts';
import type { MaintenanceRequest, MaintenanceResponse, SnapshotRequest, SnapshotResponse } from './api/maintenance.ts';
import type { HealthRequest, HealthResponse, InspectRequest, InspectResponse } from './api/pages.ts';
import type { WatchProgressRequest, WatchRequest, WatchResponse } from './api/watch.ts';
import type { ApiError } from './errors.ts';

export type * from './api/auth.ts';
export type * from './api/cluster.ts';
export type * from './api/header.ts';
export type * from './api/kv.ts';
export type * from './api/lease.ts';
export type * from './api/maintenance.ts';
export * from './api/pages.ts';
export type * from './api/watch.ts';

/** Requests that are answered once. */
export type UnaryRequest =
  | KvRequest
  | WatchProgressRequest
  | LeaseRequest
  | ClusterRequest
  | MaintenanceRequest
  | AuthRequest
  | InspectRequest
  | HealthRequest;
/** Requests that open a stream of answers. */
export type StreamRequest = WatchRequest | SnapshotRequest;
export type ApiRequest = UnaryRequest | StreamRequest;

export type UnaryResponse =
  | KvResponse
  | PlainResponse<'watchProgress'>
  | LeaseResponse
  | ClusterResponse
  | MaintenanceResponse
  | AuthResponse
  | InspectResponse
  | HealthResponse;
export type StreamResponse = WatchResponse | SnapshotResponse;
export type ApiResponse = UnaryResponse | StreamResponse;

/** How a unary call ended. */
export type CallOutcome =
  | { readonly ok: true; readonly response: UnaryResponse }
  | { readonly ok: false; readonly error: ApiError };

/** The method of etcd's gRPC services that a request is sent to; '' for those that are none of etcd's. */
export const METHODS = {
  range: 'KV/Range',
  put: 'KV/Put',
  deleteRange: 'KV/DeleteRange',
  txn: 'KV/Txn',
  compaction: 'KV/Compact',
  leaseGrant: 'Lease/LeaseGrant',
  leaseRevoke: 'Lease/LeaseRevoke',
  leaseKeepAlive: 'Lease/LeaseKeepAlive',
  leaseTimeToLive: 'Lease/LeaseTimeToLive',
  leaseLeases: 'Lease/LeaseLeases',
  watchProgress: 'Watch/Watch',
  memberList: 'Cluster/MemberList',
  memberAdd: 'Cluster/MemberAdd',
  memberRemove: 'Cluster/MemberRemove',
  memberUpdate: 'Cluster/MemberUpdate',
  memberPromote: 'Cluster/MemberPromote',
  memberReplace: '',
  status: 'Maintenance/Status',
  inspect: '',
  health: '',
  hash: 'Maintenance/Hash',
  hashKv: 'Maintenance/HashKV',
  alarm: 'Maintenance/Alarm',
  defragment: 'Maintenance/Defragment',
  moveLeader: 'Maintenance/MoveLeader',
  downgrade: 'Maintenance/Downgrade',
  authEnable: 'Auth/AuthEnable',
  authDisable: 'Auth/AuthDisable',
  authStatus: 'Auth/AuthStatus',
  authenticate: 'Auth/Authenticate',
  authUserAdd: 'Auth/UserAdd',
  authUserGet: 'Auth/UserGet',
  authUserList: 'Auth/UserList',
  authUserDelete: 'Auth/UserDelete',
  authUserChangePassword: 'Auth/UserChangePassword',
  authUserGrantRole: 'Auth/UserGrantRole',
  authUserRevokeRole: 'Auth/UserRevokeRole',
  authRoleAdd: 'Auth/RoleAdd',
  authRoleGet: 'Auth/RoleGet',
  authRoleList: 'Auth/RoleList',
  authRoleDelete: 'Auth/RoleDelete',
  authRoleGrantPermission: 'Auth/RoleGrantPermission',
  authRoleRevokePermission: 'Auth/RoleRevokePermission',
} as const satisfies Record<UnaryRequest['type'], string>;
