/** What the gateway read, as requests of the API. */
import { type Bytes, type Id64, toId64, utf8Decode } from '../../base/index.ts';
import type {
  Compare,
  CompareResult,
  DeleteRangeRequest,
  Permission,
  PutRequest,
  RangeRequest,
  SortOrder,
  SortTarget,
  TxnOperation,
  TxnRequest,
  UnaryRequest,
  WatchRequest,
} from '../../engine/server/api.ts';
import type { ApiErrorCode } from '../../engine/server/errors.ts';
import {
  AlarmRequest,
  AuthenticateRequest,
  AuthRoleGrantPermissionRequest,
  AuthRoleRevokePermissionRequest,
  AuthUserAddRequest,
  AuthUserChangePasswordRequest,
  AuthUserGrantRoleRequest,
  AuthUserRevokeRoleRequest,
  CompactionRequest,
  DeleteRangeRequest as DeleteRangeMessage,
  DowngradeRequest,
  EmptyRequest,
  HashKvRequest,
  LeaseGrantRequest,
  LeaseIdRequest,
  LeaseTimeToLiveRequest,
  MemberAddRequest,
  MemberIdRequest,
  MemberListRequest,
  MemberUpdateRequest,
  MoveLeaderRequest,
  NameRequest,
  PutRequest as PutMessage,
  RangeRequest as RangeMessage,
  RoleRequest,
  TxnRequest as TxnMessage,
} from './messages.ts';
import type { MessageType, ProtoRecord, ProtoValue } from './protoJson.ts';

/** A method that is answered once: how its request is read, and what it asks. */
export interface UnaryMethod {
  readonly message: MessageType;
  /** A code: what the API cannot even carry is refused here, as the member would. */
  readonly request: (record: ProtoRecord) => UnaryRequest | ApiErrorCode;
}

function method(message: MessageType, request: UnaryMethod['request']): UnaryMethod {
  return { message, request };
}

const REVOKE = method(LeaseIdRequest, (r) => ({ type: 'leaseRevoke', id: leaseOf(r.ID) }));
const TIME_TO_LIVE = method(LeaseTimeToLiveRequest, (r) => ({
  type: 'leaseTimeToLive',
  id: leaseOf(r.ID),
  keys: flagOf(r.keys),
}));
const LEASES = method(EmptyRequest, () => ({ type: 'leaseLeases' }));

/** By path behind `/v3`. spec/etcd.md 7.1 */
export const UNARY_METHODS: ReadonlyMap<string, UnaryMethod> = new Map([
  ['/kv/range', method(RangeMessage, (r) => rangeFault(r) ?? rangeOf(r))],
  ['/kv/put', method(PutMessage, putOf)],
  ['/kv/deleterange', method(DeleteRangeMessage, deleteOf)],
  ['/kv/txn', method(TxnMessage, (r) => txnFault(r) ?? txnOf(r))],
  [
    '/kv/compaction',
    method(CompactionRequest, (r) => ({ type: 'compaction', revision: numberOf(r.revision), physical: flagOf(r.physical) })),
  ],
  ['/lease/grant', method(LeaseGrantRequest, (r) => ({ type: 'leaseGrant', id: leaseOf(r.ID), ttl: numberOf(r.TTL) }))],
  ['/lease/revoke', REVOKE],
  ['/kv/lease/revoke', REVOKE],
  ['/lease/timetolive', TIME_TO_LIVE],
  ['/kv/lease/timetolive', TIME_TO_LIVE],
  ['/lease/leases', LEASES],
  ['/kv/lease/leases', LEASES],
  [
    '/cluster/member/add',
    method(MemberAddRequest, (r) => ({ type: 'memberAdd', peerUrls: textsOf(r.peerURLs), isLearner: flagOf(r.isLearner) })),
  ],
  ['/cluster/member/remove', method(MemberIdRequest, (r) => ({ type: 'memberRemove', id: idOf(r.ID) }))],
  [
    '/cluster/member/update',
    method(MemberUpdateRequest, (r) => ({ type: 'memberUpdate', id: idOf(r.ID), peerUrls: textsOf(r.peerURLs) })),
  ],
  ['/cluster/member/list', method(MemberListRequest, (r) => ({ type: 'memberList', linearizable: flagOf(r.linearizable) }))],
  ['/cluster/member/promote', method(MemberIdRequest, (r) => ({ type: 'memberPromote', id: idOf(r.ID) }))],
  [
    '/maintenance/alarm',
    method(AlarmRequest, (r) => ({
      type: 'alarm',
      action: pick(['get', 'activate', 'deactivate'] as const, r.action),
      memberId: idOf(r.memberID),
      alarm: named(['none', 'nospace', 'corrupt'] as const, r.alarm),
    })),
  ],
  ['/maintenance/status', method(EmptyRequest, () => ({ type: 'status' }))],
  ['/maintenance/defragment', method(EmptyRequest, () => ({ type: 'defragment' }))],
  ['/maintenance/hash', method(EmptyRequest, () => ({ type: 'hash' }))],
  ['/maintenance/hashkv', method(HashKvRequest, (r) => ({ type: 'hashKv', revision: numberOf(r.revision) }))],
  ['/maintenance/transfer-leadership', method(MoveLeaderRequest, (r) => ({ type: 'moveLeader', targetId: idOf(r.targetID) }))],
  [
    '/maintenance/downgrade',
    method(DowngradeRequest, (r) => {
      const action = (['validate', 'enable', 'cancel'] as const)[numberOf(r.action)];
      return action === undefined ? 'unknownMethod' : { type: 'downgrade', action, version: utf8Decode(bytesOf(r.version)) };
    }),
  ],
  ['/auth/enable', method(EmptyRequest, () => ({ type: 'authEnable' }))],
  ['/auth/disable', method(EmptyRequest, () => ({ type: 'authDisable' }))],
  ['/auth/status', method(EmptyRequest, () => ({ type: 'authStatus' }))],
  [
    '/auth/authenticate',
    method(AuthenticateRequest, (r) => ({ type: 'authenticate', name: bytesOf(r.name), password: bytesOf(r.password) })),
  ],
  [
    '/auth/user/add',
    method(AuthUserAddRequest, (r) => ({
      type: 'authUserAdd',
      name: bytesOf(r.name),
      password: bytesOf(r.password),
      noPassword: flagOf(recordOf(r.options)?.no_password),
    })),
  ],
  ['/auth/user/get', method(NameRequest, (r) => ({ type: 'authUserGet', name: bytesOf(r.name) }))],
  ['/auth/user/list', method(EmptyRequest, () => ({ type: 'authUserList' }))],
  ['/auth/user/delete', method(NameRequest, (r) => ({ type: 'authUserDelete', name: bytesOf(r.name) }))],
  [
    '/auth/user/changepw',
    method(AuthUserChangePasswordRequest, (r) => ({
      type: 'authUserChangePassword',
      name: bytesOf(r.name),
      password: bytesOf(r.password),
    })),
  ],
  [
    '/auth/user/grant',
    method(AuthUserGrantRoleRequest, (r) => ({ type: 'authUserGrantRole', user: bytesOf(r.user), role: bytesOf(r.role) })),
  ],
  [
    '/auth/user/revoke',
    method(AuthUserRevokeRoleRequest, (r) => ({ type: 'authUserRevokeRole', user: bytesOf(r.name), role: bytesOf(r.role) })),
  ],
  ['/auth/role/add', method(NameRequest, (r) => ({ type: 'authRoleAdd', name: bytesOf(r.name) }))],
  ['/auth/role/get', method(RoleRequest, (r) => ({ type: 'authRoleGet', role: bytesOf(r.role) }))],
  ['/auth/role/list', method(EmptyRequest, () => ({ type: 'authRoleList' }))],
  ['/auth/role/delete', method(RoleRequest, (r) => ({ type: 'authRoleDelete', role: bytesOf(r.role) }))],
  [
    '/auth/role/grant',
    method(AuthRoleGrantPermissionRequest, (r) => ({
      type: 'authRoleGrantPermission',
      name: bytesOf(r.name),
      permission: permissionOf(recordOf(r.perm)),
    })),
  ],
  [
    '/auth/role/revoke',
    method(AuthRoleRevokePermissionRequest, (r) => ({
      type: 'authRoleRevokePermission',
      role: bytesOf(r.role),
      key: bytesOf(r.key),
      rangeEnd: bytesOf(r.range_end),
    })),
  ],
]);

/** A message of a watch's stream that creates a watch. */
export function watchOf(r: ProtoRecord): WatchRequest {
  const filters = listOf(r.filters).map(Number);
  return {
    type: 'watch',
    key: bytesOf(r.key),
    rangeEnd: bytesOf(r.range_end),
    startRevision: numberOf(r.start_revision),
    prevKv: flagOf(r.prev_kv),
    progressNotify: flagOf(r.progress_notify),
    noPut: filters.includes(0),
    noDelete: filters.includes(1),
    fragment: flagOf(r.fragment),
  };
}

function rangeOf(r: ProtoRecord): RangeRequest {
  return {
    type: 'range',
    key: bytesOf(r.key),
    rangeEnd: bytesOf(r.range_end),
    limit: numberOf(r.limit),
    revision: numberOf(r.revision),
    sortOrder: pick<SortOrder>(ORDERS, r.sort_order),
    sortTarget: pick<SortTarget>(TARGETS, r.sort_target),
    serializable: flagOf(r.serializable),
    keysOnly: flagOf(r.keys_only),
    countOnly: flagOf(r.count_only),
    minModRevision: numberOf(r.min_mod_revision),
    maxModRevision: numberOf(r.max_mod_revision),
    minCreateRevision: numberOf(r.min_create_revision),
    maxCreateRevision: numberOf(r.max_create_revision),
  };
}

const ORDERS = ['none', 'ascend', 'descend'] as const;
const TARGETS = ['key', 'version', 'create', 'mod', 'value'] as const;

/** A number that names no order is carried as far as the member, which looks at the key first. */
function rangeFault(r: ProtoRecord): ApiErrorCode | undefined {
  if (bytesOf(r.key) === '') return 'emptyKey';
  const isKnown = ORDERS[numberOf(r.sort_order)] !== undefined && TARGETS[numberOf(r.sort_target)] !== undefined;
  return isKnown ? undefined : 'invalidSortOption';
}

function putOf(r: ProtoRecord): PutRequest {
  return {
    type: 'put',
    key: bytesOf(r.key),
    value: bytesOf(r.value),
    lease: leaseOf(r.lease),
    prevKv: flagOf(r.prev_kv),
    ignoreValue: flagOf(r.ignore_value),
    ignoreLease: flagOf(r.ignore_lease),
  };
}

function deleteOf(r: ProtoRecord): DeleteRangeRequest {
  return { type: 'deleteRange', key: bytesOf(r.key), rangeEnd: bytesOf(r.range_end), prevKv: flagOf(r.prev_kv) };
}

function txnOf(r: ProtoRecord): TxnRequest {
  return {
    type: 'txn',
    compare: recordsOf(r.compare).map(compareOf),
    success: recordsOf(r.success).map(operationOf),
    failure: recordsOf(r.failure).map(operationOf),
  };
}

function operationOf(r: ProtoRecord): TxnOperation {
  const { request_range, request_put, request_delete_range, request_txn } = r;
  if (request_range !== undefined) return rangeOf(recordOf(request_range) ?? {});
  if (request_put !== undefined) return putOf(recordOf(request_put) ?? {});
  if (request_delete_range !== undefined) return deleteOf(recordOf(request_delete_range) ?? {});
  if (request_txn !== undefined) return txnOf(recordOf(request_txn) ?? {});
  return { type: 'empty' };
}

/** Ranges with an order that nobody knows, wherever in the transaction. */
function txnFault(r: ProtoRecord): ApiErrorCode | undefined {
  for (const operation of [...recordsOf(r.success), ...recordsOf(r.failure)]) {
    const range = recordOf(operation.request_range);
    const inner = recordOf(operation.request_txn);
    const fault = range !== undefined ? rangeFault(range) : inner !== undefined ? txnFault(inner) : undefined;
    if (fault === 'invalidSortOption') return fault;
  }
  return undefined;
}

const RESULTS: readonly CompareResult[] = ['equal', 'greater', 'less', 'notEqual'];

/**
 * A comparison with a side of another kind than its target is one with zero. A result that nobody knows always holds, and what
 * nobody knows to compare is always equal. etcd-io/etcd:server/etcdserver/txn/txn.go, compareKV
 */
function compareOf(r: ProtoRecord): Compare {
  const place = { key: bytesOf(r.key), rangeEnd: bytesOf(r.range_end) };
  const result = RESULTS[numberOf(r.result)];
  const always: Compare = { ...place, result: 'greater', target: 'version', version: -1 };
  // A value that is not there holds against nothing.
  if (result === undefined) return numberOf(r.target) === 3 ? { ...always, version: 0 } : always;
  switch (numberOf(r.target)) {
    case 0:
      return { ...place, result, target: 'version', version: numberOf(r.version) };
    case 1:
      return { ...place, result, target: 'create', createRevision: numberOf(r.create_revision) };
    case 2:
      return { ...place, result, target: 'mod', modRevision: numberOf(r.mod_revision) };
    case 3:
      return { ...place, result, target: 'value', value: bytesOf(r.value) };
    case 4:
      return { ...place, result, target: 'lease', lease: leaseOf(r.lease) };
    default:
      return result === 'equal' ? always : { ...always, result: 'less' };
  }
}

function permissionOf(r: ProtoRecord | undefined): Permission | undefined {
  if (r === undefined) return undefined;
  const access = named(['read', 'write', 'readwrite'] as const, r.permType);
  return { access, key: bytesOf(r.key), rangeEnd: bytesOf(r.range_end) };
}

/** What a number stands for, or the number itself. */
function named<T>(values: readonly T[], number: ProtoValue | undefined): T | number {
  const at = numberOf(number);
  return values[at] ?? at;
}

/** What a number stands for; the first for one that stands for nothing. */
function pick<T>(values: readonly T[], number: ProtoValue | undefined): T {
  return values[numberOf(number)] ?? (values[0] as T); // no list of names is empty
}

export function bytesOf(value: ProtoValue | undefined): Bytes {
  return typeof value === 'string' ? value : '';
}

function flagOf(value: ProtoValue | undefined): boolean {
  return value === true;
}

/** Beyond what a number holds exactly, everything is as far away as the farthest. */
export function numberOf(value: ProtoValue | undefined): number {
  const number = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : 0;
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, number));
}

/** What is not computed with, to the last digit. */
export function int64Of(value: ProtoValue | undefined): bigint {
  return typeof value === 'bigint' ? value : 0n;
}

/** A lease's number has a sign, its id has not. */
export function leaseOf(value: ProtoValue | undefined): Id64 {
  return toId64(BigInt.asUintN(64, int64Of(value)));
}

function idOf(value: ProtoValue | undefined): Id64 {
  return toId64(int64Of(value));
}

function listOf(value: ProtoValue | undefined): readonly ProtoValue[] {
  return Array.isArray(value) ? value : [];
}

function textsOf(value: ProtoValue | undefined): readonly string[] {
  return listOf(value).map((item) => utf8Decode(bytesOf(item)));
}

export function recordOf(value: ProtoValue | undefined): ProtoRecord | undefined {
  return typeof value === 'object' && !Array.isArray(value) ? (value as ProtoRecord) : undefined; // neither a scalar nor a list
}

function recordsOf(value: ProtoValue | undefined): readonly ProtoRecord[] {
  return listOf(value).map((item) => recordOf(item) ?? {});
}
