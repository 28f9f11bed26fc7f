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

/** etcd: CompactionRequest. */
export interface CompactionRequest {
  readonly type: 'compaction';
  readonly revision: number;
  /** The answer waits until this member has done the work. */
  readonly physical: boolean;
}

/** etcd: LeaseGrantRequest. */
export interface LeaseGrantRequest {
  readonly type: 'leaseGrant';
  /** `ZERO_ID`: the member chooses. */
  readonly id: Id64;
  /** Seconds; what is below the minimum is raised to it. */
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

/** etcd: LeaseTimeToLiveRequest. */
export interface LeaseTimeToLiveRequest {
  readonly type: 'leaseTimeToLive';
  readonly id: Id64;
  /** The attached keys are wanted as well. */
  readonly keys: boolean;
}

/** etcd: LeaseLeasesRequest. */
export interface LeaseLeasesRequest {
  readonly type: 'leaseLeases';
}

/** etcd: StatusRequest. */
export interface StatusRequest {
  readonly type: 'status';
}

/**
 * What a member tells on its own pages (`/version`, `/health`, `/metrics`) about itself, at once and to everybody; no method of
 * etcd's gRPC services.
 */
export interface InspectRequest {
  readonly type: 'inspect';
}

/** etcd: HashRequest. Of everything that is stored; for tests. */
/** The checks of each of the pages that have some, in the order in which we make them; etcd's order is random. */
export const HEALTH_CHECKS = {
  livez: ['serializable_read'],
  readyz: ['data_corruption', 'serializable_read', 'linearizable_read', 'non_learner'],
} as const;

/** How a member is, as its own pages say it; part of no version of etcd's API. */
export interface HealthRequest {
  readonly type: 'health';
  readonly page: 'health' | 'livez' | 'readyz';
  /** One check alone, by its name; undefined: all of the page. */
  readonly part: string | undefined;
  /** Alarms, or checks, that do not count. */
  readonly excluded: readonly string[];
  /** Nobody else is asked. Of `health` only. */
  readonly serializable: boolean;
}

export interface HashRequest {
  readonly type: 'hash';
}

/** etcd: HashKVRequest. */
export interface HashKvRequest {
  readonly type: 'hashKv';
  /** 0 = the current one. */
  readonly revision: number;
}

/** etcd: AlarmType. */
export type AlarmType = 'none' | 'nospace' | 'corrupt';

/** etcd: AlarmRequest. */
export interface AlarmRequest {
  readonly type: 'alarm';
  readonly action: 'get' | 'activate' | 'deactivate';
  /** With `get` it says nothing: all members. */
  readonly memberId: Id64;
  readonly alarm: AlarmType;
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

/** etcd: SnapshotRequest; opens a stream that ends by itself behind its last part. */
export interface SnapshotRequest {
  readonly type: 'snapshot';
}

/** etcd: DowngradeRequest. */
export interface DowngradeRequest {
  readonly type: 'downgrade';
  readonly action: 'validate' | 'enable' | 'cancel';
  /** As typed: `3.5` or `3.5.0`. */
  readonly version: string;
}

/** etcd: MemberAddRequest. */
export interface MemberAddRequest {
  readonly type: 'memberAdd';
  readonly peerUrls: readonly string[];
  readonly isLearner: boolean;
}

/** etcd: MemberRemoveRequest. */
export interface MemberRemoveRequest {
  readonly type: 'memberRemove';
  readonly id: Id64;
}

/** etcd: MemberUpdateRequest. */
export interface MemberUpdateRequest {
  readonly type: 'memberUpdate';
  readonly id: Id64;
  readonly peerUrls: readonly string[];
}

/** etcd: MemberPromoteRequest. */
export interface MemberPromoteRequest {
  readonly type: 'memberPromote';
  readonly id: Id64;
}

/**
 * A new member takes a voter's place, in one step through a joint configuration (Raft §6). Not of etcd's gRPC services: Raft's
 * library can, etcd does not ask for it.
 */
export interface MemberReplaceRequest {
  readonly type: 'memberReplace';
  /** Who leaves. */
  readonly id: Id64;
  /** Of who comes. */
  readonly peerUrls: readonly string[];
}

/** etcd: authpb.Permission. */
export interface Permission {
  readonly access: 'read' | 'write' | 'readwrite';
  readonly key: Bytes;
  /** As in a range: '' = exactly `key`, '\0' = every key from `key` on. */
  readonly rangeEnd: Bytes;
}

/**
 * Users and roles. Names, passwords and tokens are {@link Bytes} (UTF-8). Which user asks is told by the token that travels
 * beside a request; etcdctl gets one by `authenticate` before each of its calls.
 */
export type AuthRequest =
  | { readonly type: 'authEnable' }
  | { readonly type: 'authDisable' }
  | { readonly type: 'authStatus' }
  | { readonly type: 'authenticate'; readonly name: Bytes; readonly password: Bytes }
  | { readonly type: 'authUserAdd'; readonly name: Bytes; readonly password: Bytes; readonly noPassword: boolean }
  | { readonly type: 'authUserGet'; readonly name: Bytes }
  | { readonly type: 'authUserList' }
  | { readonly type: 'authUserDelete'; readonly name: Bytes }
  | { readonly type: 'authUserChangePassword'; readonly name: Bytes; readonly password: Bytes }
  | { readonly type: 'authUserGrantRole'; readonly user: Bytes; readonly role: Bytes }
  | { readonly type: 'authUserRevokeRole'; readonly user: Bytes; readonly role: Bytes }
  | { readonly type: 'authRoleAdd'; readonly name: Bytes }
  | { readonly type: 'authRoleGet'; readonly role: Bytes }
  | { readonly type: 'authRoleList' }
  | { readonly type: 'authRoleDelete'; readonly role: Bytes }
  /** `permission` undefined: none was given, which is refused. */
  | { readonly type: 'authRoleGrantPermission'; readonly name: Bytes; readonly permission: Permission | undefined }
  | { readonly type: 'authRoleRevokePermission'; readonly role: Bytes; readonly key: Bytes; readonly rangeEnd: Bytes };

/** Requests that are answered once. */
export type UnaryRequest =
  | RangeRequest
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | CompactionRequest
  | LeaseGrantRequest
  | LeaseRevokeRequest
  | LeaseKeepAliveRequest
  | LeaseTimeToLiveRequest
  | LeaseLeasesRequest
  | WatchProgressRequest
  | MemberListRequest
  | MemberAddRequest
  | MemberRemoveRequest
  | MemberUpdateRequest
  | MemberPromoteRequest
  | MemberReplaceRequest
  | StatusRequest
  | InspectRequest
  | HealthRequest
  | HashRequest
  | HashKvRequest
  | AlarmRequest
  | DefragmentRequest
  | MoveLeaderRequest
  | DowngradeRequest
  | AuthRequest;
/** Requests that open a stream of answers. */
export type StreamRequest = WatchRequest | SnapshotRequest;
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
  /** More of the same response follows. Left out: false. */
  readonly fragment?: boolean;
  readonly events: readonly WatchEvent[];
}

/** A response that says no more than that it was done; one for each of the types. */
export type PlainResponse<Type extends string> = Type extends string
  ? { readonly type: Type; readonly header: ResponseHeader }
  : never;

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

export interface LeaseGrantResponse {
  readonly type: 'leaseGrant';
  readonly header: ResponseHeader;
  readonly id: Id64;
  /** Seconds, as granted. */
  readonly ttl: number;
}

export interface LeaseKeepAliveResponse {
  readonly type: 'leaseKeepAlive';
  readonly header: ResponseHeader;
  readonly id: Id64;
  /** Seconds; 0: there is no such lease (any more). */
  readonly ttl: number;
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

export interface LeaseLeasesResponse {
  readonly type: 'leaseLeases';
  readonly header: ResponseHeader;
  /** Those that expire first come first. */
  readonly leases: readonly Id64[];
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

/** One number that a member counts or measures, named as etcd's Prometheus metrics are. */
export interface MetricSample {
  readonly name: string;
  /** In the order in which they are shown. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

/** Values that a member has measured, by their size. */
export interface HistogramSample {
  readonly name: string;
  /** In the order in which they are shown. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** How many values were at most so big; ascending. */
  readonly buckets: readonly (readonly [bound: number, count: number])[];
  /** How many values there were, and what they come to together. */
  readonly count: number;
  readonly sum: number;
}

export interface InspectResponse {
  readonly type: 'inspect';
  readonly header: ResponseHeader;
  /** The member's clock, ms since 1970. */
  readonly wallTime: number;
  /** Of the server, `3.6.14`. */
  readonly version: string;
  /** `3.6.0`; '': not decided yet. */
  readonly clusterVersion: string;
  readonly storageVersion: string;
  readonly hasLeader: boolean;
  readonly isLearner: boolean;
  readonly alarms: readonly AlarmMember[];
  readonly metrics: readonly MetricSample[];
  readonly histograms: readonly HistogramSample[];
  readonly commandLine: readonly string[];
  /** As etcd writes it in JSON. */
  readonly raftStatus: string;
}

export interface HealthResponse {
  readonly type: 'health';
  readonly header: ResponseHeader;
  readonly isHealthy: boolean;
  /** Of `health` why not, or ''; of the others a line for each check. */
  readonly reason: string;
}

export interface HashResponse {
  readonly type: 'hash';
  readonly header: ResponseHeader;
  readonly hash: number;
}

export interface HashKvResponse {
  readonly type: 'hashKv';
  readonly header: ResponseHeader;
  /** CRC-32C, unsigned. */
  readonly hash: number;
  readonly compactRevision: number;
  readonly hashRevision: number;
}

export interface AlarmMember {
  readonly memberId: Id64;
  readonly alarm: AlarmType;
}

export interface AlarmResponse {
  readonly type: 'alarm';
  readonly header: ResponseHeader;
  readonly alarms: readonly AlarmMember[];
}

export interface MemberAddResponse {
  readonly type: 'memberAdd';
  readonly header: ResponseHeader;
  readonly member: MemberInfo;
  readonly members: readonly MemberInfo[];
}

export type MemberReplaceResponse = Omit<MemberAddResponse, 'type'> & { readonly type: 'memberReplace' };

/** To a change of the membership: the members as they are now, by id. */
export type MembersResponse<Type extends string> = Type extends string
  ? { readonly type: Type; readonly header: ResponseHeader; readonly members: readonly MemberInfo[] }
  : never;

export interface DowngradeResponse {
  readonly type: 'downgrade';
  readonly header: ResponseHeader;
  /** The cluster's. */
  readonly version: string;
}

export type AuthResponse =
  | PlainResponse<
      | 'authEnable'
      | 'authDisable'
      | 'authUserAdd'
      | 'authUserDelete'
      | 'authUserChangePassword'
      | 'authUserGrantRole'
      | 'authUserRevokeRole'
      | 'authRoleAdd'
      | 'authRoleDelete'
      | 'authRoleGrantPermission'
      | 'authRoleRevokePermission'
    >
  | { readonly type: 'authStatus'; readonly header: ResponseHeader; readonly enabled: boolean; readonly authRevision: number }
  | { readonly type: 'authenticate'; readonly header: ResponseHeader; readonly token: Bytes }
  | { readonly type: 'authUserGet'; readonly header: ResponseHeader; readonly roles: readonly Bytes[] }
  | { readonly type: 'authUserList'; readonly header: ResponseHeader; readonly users: readonly Bytes[] }
  | { readonly type: 'authRoleGet'; readonly header: ResponseHeader; readonly permissions: readonly Permission[] }
  | { readonly type: 'authRoleList'; readonly header: ResponseHeader; readonly roles: readonly Bytes[] };

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

export type UnaryResponse =
  | RangeResponse
  | PutResponse
  | DeleteRangeResponse
  | TxnResponse
  | LeaseGrantResponse
  | LeaseKeepAliveResponse
  | LeaseTimeToLiveResponse
  | LeaseLeasesResponse
  | MemberListResponse
  | MemberAddResponse
  | MemberReplaceResponse
  | MembersResponse<'memberRemove' | 'memberUpdate' | 'memberPromote'>
  | StatusResponse
  | InspectResponse
  | HealthResponse
  | HashResponse
  | HashKvResponse
  | AlarmResponse
  | DowngradeResponse
  | AuthResponse
  | PlainResponse<'compaction' | 'leaseRevoke' | 'watchProgress' | 'defragment' | 'moveLeader'>;
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
