/** etcd's messages as the gateway knows them: names, types and order of the fields (etcd-io/etcd:api/etcdserverpb/rpc.proto, v3lock.proto, v3election.proto). */
import type { FieldSpec, FieldType, MessageType } from './protoJson.ts';

/** Fields by name; a type alone stands for a field with it that is there once. */
function message(fields: Readonly<Record<string, FieldType | FieldSpec>>): MessageType {
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, typeof field === 'object' && 'type' in field ? field : { type: field }]),
    ),
  };
}

function list(type: FieldType): FieldSpec {
  return { type, repeated: true };
}

function oneOf(oneof: string, fields: Readonly<Record<string, FieldType>>): Readonly<Record<string, FieldSpec>> {
  return Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, { type, oneof }]));
}

/** What is said later in this file. */
function of(get: () => MessageType): { readonly message: () => MessageType } {
  return { message: get };
}

function names(...values: readonly string[]): { readonly names: readonly string[] } {
  return { names: values };
}

const SORT_ORDER = ['NONE', 'ASCEND', 'DESCEND'];
const SORT_TARGET = ['KEY', 'VERSION', 'CREATE', 'MOD', 'VALUE'];
const COMPARE_RESULT = ['EQUAL', 'GREATER', 'LESS', 'NOT_EQUAL'];
const COMPARE_TARGET = ['VERSION', 'CREATE', 'MOD', 'VALUE', 'LEASE'];
const ALARM_TYPE = names('NONE', 'NOSPACE', 'CORRUPT');
const PERMISSION_TYPE = names('READ', 'WRITE', 'READWRITE');

const EMPTY = message({});
const HEADER = of(() => ResponseHeader);
const ResponseHeader = message({ cluster_id: 'uint64', member_id: 'uint64', revision: 'int64', raft_term: 'uint64' });
const PAIR = of(() => KeyValue);
const KeyValue = message({
  key: 'bytes',
  create_revision: 'int64',
  mod_revision: 'int64',
  version: 'int64',
  value: 'bytes',
  lease: 'int64',
});
const Event = message({ type: names('PUT', 'DELETE'), kv: PAIR, prev_kv: PAIR });
const Member = message({
  ID: 'uint64',
  name: 'string',
  peerURLs: list('string'),
  clientURLs: list('string'),
  isLearner: 'bool',
});
const Permission = message({ permType: PERMISSION_TYPE, key: 'bytes', range_end: 'bytes' });
const MEMBERS = list(of(() => Member));

export const RangeRequest = message({
  key: 'bytes',
  range_end: 'bytes',
  limit: 'int64',
  revision: 'int64',
  sort_order: { names: SORT_ORDER },
  sort_target: { names: SORT_TARGET },
  serializable: 'bool',
  keys_only: 'bool',
  count_only: 'bool',
  min_mod_revision: 'int64',
  max_mod_revision: 'int64',
  min_create_revision: 'int64',
  max_create_revision: 'int64',
});
export const PutRequest = message({
  key: 'bytes',
  value: 'bytes',
  lease: 'int64',
  prev_kv: 'bool',
  ignore_value: 'bool',
  ignore_lease: 'bool',
});
export const DeleteRangeRequest = message({ key: 'bytes', range_end: 'bytes', prev_kv: 'bool' });
const Compare = message({
  result: { names: COMPARE_RESULT },
  target: { names: COMPARE_TARGET },
  key: 'bytes',
  ...oneOf('etcdserverpb.Compare.target_union', {
    version: 'int64',
    create_revision: 'int64',
    mod_revision: 'int64',
    value: 'bytes',
    lease: 'int64',
  }),
  range_end: 'bytes',
});
const RequestOp = message(
  oneOf('etcdserverpb.RequestOp.request', {
    request_range: of(() => RangeRequest),
    request_put: of(() => PutRequest),
    request_delete_range: of(() => DeleteRangeRequest),
    request_txn: of(() => TxnRequest),
  }),
);
export const TxnRequest: MessageType = message({
  compare: list(of(() => Compare)),
  success: list(of(() => RequestOp)),
  failure: list(of(() => RequestOp)),
});
export const CompactionRequest = message({ revision: 'int64', physical: 'bool' });
const WatchCreateRequest = message({
  key: 'bytes',
  range_end: 'bytes',
  start_revision: 'int64',
  progress_notify: 'bool',
  filters: list(names('NOPUT', 'NODELETE')),
  prev_kv: 'bool',
  watch_id: 'int64',
  fragment: 'bool',
});
const WatchCancelRequest = message({ watch_id: 'int64' });
export const WatchRequest = message(
  oneOf('etcdserverpb.WatchRequest.request_union', {
    create_request: of(() => WatchCreateRequest),
    cancel_request: of(() => WatchCancelRequest),
    progress_request: of(() => EMPTY),
  }),
);
export const LeaseGrantRequest = message({ TTL: 'int64', ID: 'int64' });
export const LeaseIdRequest = message({ ID: 'int64' });
export const LeaseTimeToLiveRequest = message({ ID: 'int64', keys: 'bool' });
export const EmptyRequest = EMPTY;
export const MemberAddRequest = message({ peerURLs: list('string'), isLearner: 'bool' });
export const MemberIdRequest = message({ ID: 'uint64' });
export const MemberUpdateRequest = message({ ID: 'uint64', peerURLs: list('string') });
export const MemberListRequest = message({ linearizable: 'bool' });
export const AlarmRequest = message({
  action: names('GET', 'ACTIVATE', 'DEACTIVATE'),
  memberID: 'uint64',
  alarm: ALARM_TYPE,
});
export const HashKvRequest = message({ revision: 'int64' });
export const MoveLeaderRequest = message({ targetID: 'uint64' });
export const DowngradeRequest = message({ action: names('VALIDATE', 'ENABLE', 'CANCEL'), version: 'string' });
export const AuthenticateRequest = message({ name: 'string', password: 'string' });
const UserAddOptions = message({ no_password: 'bool' });
export const AuthUserAddRequest = message({
  name: 'string',
  password: 'string',
  options: of(() => UserAddOptions),
  hashedPassword: 'string',
});
export const AuthUserChangePasswordRequest = message({ name: 'string', password: 'string', hashedPassword: 'string' });
export const NameRequest = message({ name: 'string' });
export const RoleRequest = message({ role: 'string' });
export const AuthUserGrantRoleRequest = message({ user: 'string', role: 'string' });
export const AuthUserRevokeRoleRequest = message({ name: 'string', role: 'string' });
export const AuthRoleGrantPermissionRequest = message({ name: 'string', perm: of(() => Permission) });
export const AuthRoleRevokePermissionRequest = message({ role: 'string', key: 'bytes', range_end: 'bytes' });
const LeaderKey = message({ name: 'bytes', key: 'bytes', rev: 'int64', lease: 'int64' });
export const LockRequest = message({ name: 'bytes', lease: 'int64' });
export const UnlockRequest = message({ key: 'bytes' });
export const CampaignRequest = message({ name: 'bytes', lease: 'int64', value: 'bytes' });
export const LeaderRequest = message({ name: 'bytes' });
export const ResignRequest = message({ leader: of(() => LeaderKey) });
export const ProclaimRequest = message({ leader: of(() => LeaderKey), value: 'bytes' });

const RangeResponse = message({ header: HEADER, kvs: list(PAIR), more: 'bool', count: 'int64' });
const PutResponse = message({ header: HEADER, prev_kv: PAIR });
const DeleteRangeResponse = message({ header: HEADER, deleted: 'int64', prev_kvs: list(PAIR) });
const ResponseOp = message(
  oneOf('etcdserverpb.ResponseOp.response', {
    response_range: of(() => RangeResponse),
    response_put: of(() => PutResponse),
    response_delete_range: of(() => DeleteRangeResponse),
    response_txn: of(() => TxnResponse),
  }),
);
const TxnResponse: MessageType = message({ header: HEADER, succeeded: 'bool', responses: list(of(() => ResponseOp)) });
const WatchResponse = message({
  header: HEADER,
  watch_id: 'int64',
  created: 'bool',
  canceled: 'bool',
  compact_revision: 'int64',
  cancel_reason: 'string',
  fragment: 'bool',
  events: list(of(() => Event)),
});
const HeaderOnly = message({ header: HEADER });
const LeaseStatus = message({ ID: 'int64' });
const MembersResponse = message({ header: HEADER, members: MEMBERS });
const AlarmMember = message({ memberID: 'uint64', alarm: ALARM_TYPE });
const DowngradeInfo = message({ enabled: 'bool', targetVersion: 'string' });
const NamesOfRoles = message({ header: HEADER, roles: list('string') });

/** By the type of the response. */
export const RESPONSES = {
  range: RangeResponse,
  put: PutResponse,
  deleteRange: DeleteRangeResponse,
  txn: TxnResponse,
  compaction: HeaderOnly,
  watch: WatchResponse,
  watchProgress: HeaderOnly,
  leaseGrant: message({ header: HEADER, ID: 'int64', TTL: 'int64', error: 'string' }),
  leaseRevoke: HeaderOnly,
  leaseKeepAlive: message({ header: HEADER, ID: 'int64', TTL: 'int64' }),
  leaseTimeToLive: message({ header: HEADER, ID: 'int64', TTL: 'int64', grantedTTL: 'int64', keys: list('bytes') }),
  leaseLeases: message({ header: HEADER, leases: list(of(() => LeaseStatus)) }),
  memberAdd: message({ header: HEADER, member: of(() => Member), members: MEMBERS }),
  memberRemove: MembersResponse,
  memberUpdate: MembersResponse,
  memberList: MembersResponse,
  memberPromote: MembersResponse,
  alarm: message({ header: HEADER, alarms: list(of(() => AlarmMember)) }),
  status: message({
    header: HEADER,
    version: 'string',
    dbSize: 'int64',
    leader: 'uint64',
    raftIndex: 'uint64',
    raftTerm: 'uint64',
    raftAppliedIndex: 'uint64',
    errors: list('string'),
    dbSizeInUse: 'int64',
    isLearner: 'bool',
    storageVersion: 'string',
    dbSizeQuota: 'int64',
    downgradeInfo: of(() => DowngradeInfo),
  }),
  hash: message({ header: HEADER, hash: 'uint32' }),
  hashKv: message({ header: HEADER, hash: 'uint32', compact_revision: 'int64', hash_revision: 'int64' }),
  snapshot: message({ header: HEADER, remaining_bytes: 'uint64', blob: 'bytes', version: 'string' }),
  defragment: HeaderOnly,
  moveLeader: HeaderOnly,
  downgrade: message({ header: HEADER, version: 'string' }),
  authEnable: HeaderOnly,
  authDisable: HeaderOnly,
  authStatus: message({ header: HEADER, enabled: 'bool', authRevision: 'uint64' }),
  authenticate: message({ header: HEADER, token: 'string' }),
  authUserAdd: HeaderOnly,
  authUserGet: NamesOfRoles,
  authUserList: message({ header: HEADER, users: list('string') }),
  authUserDelete: HeaderOnly,
  authUserChangePassword: HeaderOnly,
  authUserGrantRole: HeaderOnly,
  authUserRevokeRole: HeaderOnly,
  authRoleAdd: HeaderOnly,
  authRoleGet: message({ header: HEADER, perm: list(of(() => Permission)) }),
  authRoleList: NamesOfRoles,
  authRoleDelete: HeaderOnly,
  authRoleGrantPermission: HeaderOnly,
  authRoleRevokePermission: HeaderOnly,
} as const;

/** Of the services for locks and elections. */
export const HeaderResponse = HeaderOnly;
export const LockResponse = message({ header: HEADER, key: 'bytes' });
export const CampaignResponse = message({ header: HEADER, leader: of(() => LeaderKey) });
export const LeaderResponse = message({ header: HEADER, kv: PAIR });

/** google.rpc.Status. */
export const StatusMessage = message({ code: 'uint32', message: 'string' });
