/** How many bytes the API's messages take on a client's wire (etcd-io/etcd:api/etcdserverpb/rpc.proto). Our own have none. */
import { type Bytes, unreachable, utf8Encode, varint64Size } from '../../base/index.ts';
import type {
  AlarmType,
  ApiRequest,
  ApiResponse,
  KeyValue,
  MemberInfo,
  Permission,
  PutRequest,
  RangeRequest,
  ResponseHeader,
  TxnOperation,
  TxnOperationResponse,
  TxnRequest,
  WatchEvent,
} from './api.ts';
import { encodeTxn } from './operationCodec.ts';
import { bytesSize, eachSize, flagSize, idSize, messageSize, numberSize } from './protoSize.ts';

/** What a member takes of its clients, and what their library sends unless told otherwise: 2 MiB. */
export const MAX_MESSAGE_SIZE = 2 * 1024 * 1024;

export function requestSize(request: ApiRequest): number {
  switch (request.type) {
    case 'range':
      return rangeSize(request);
    case 'put':
      return putSize(request);
    case 'deleteRange':
      return bytesSize(1, request.key) + bytesSize(2, request.rangeEnd) + flagSize(3, request.prevKv);
    case 'txn':
      return txnSize(request);
    case 'compaction':
      return numberSize(1, request.revision) + flagSize(2, request.physical);
    case 'watch': {
      const filters = (request.noPut ? 1 : 0) + (request.noDelete ? 1 : 0);
      const inner =
        bytesSize(1, request.key) +
        bytesSize(2, request.rangeEnd) +
        numberSize(3, request.startRevision) +
        flagSize(4, request.progressNotify) +
        (filters === 0 ? 0 : messageSize(5, filters)) +
        flagSize(6, request.prevKv) +
        flagSize(8, request.fragment ?? false);
      return messageSize(1, inner);
    }
    case 'watchProgress':
      return messageSize(3, 0);
    case 'leaseGrant':
      return numberSize(1, request.ttl) + idSize(2, request.id);
    case 'leaseRevoke':
    case 'leaseKeepAlive':
    case 'memberRemove':
    case 'memberPromote':
      return idSize(1, request.id);
    case 'leaseTimeToLive':
      return idSize(1, request.id) + flagSize(2, request.keys);
    case 'memberAdd':
      return eachSize(1, request.peerUrls, textLength) + flagSize(2, request.isLearner);
    case 'memberUpdate':
      return idSize(1, request.id) + eachSize(2, request.peerUrls, textLength);
    case 'memberList':
      return flagSize(1, request.linearizable);
    case 'hashKv':
      return numberSize(1, request.revision);
    case 'moveLeader':
      return idSize(1, request.targetId);
    case 'alarm': {
      const { action, memberId, alarm } = request;
      return flagSize(1, action !== 'get') + idSize(2, memberId) + alarmSize(3, alarm);
    }
    case 'downgrade':
      return flagSize(1, request.action !== 'validate') + bytesSize(2, request.version);
    case 'authenticate':
      return bytesSize(1, request.name) + bytesSize(2, request.password);
    case 'authUserAdd':
      return bytesSize(1, request.name) + bytesSize(2, request.password) + messageSize(3, flagSize(1, request.noPassword));
    case 'authUserChangePassword':
      return bytesSize(1, request.name) + bytesSize(2, request.password);
    case 'authUserGet':
    case 'authUserDelete':
    case 'authRoleAdd':
      return bytesSize(1, request.name);
    case 'authUserGrantRole':
    case 'authUserRevokeRole':
      return bytesSize(1, request.user) + bytesSize(2, request.role);
    case 'authRoleGet':
    case 'authRoleDelete':
      return bytesSize(1, request.role);
    case 'authRoleGrantPermission': {
      const { name, permission } = request;
      return bytesSize(1, name) + (permission === undefined ? 0 : messageSize(2, permissionSize(permission)));
    }
    case 'authRoleRevokePermission':
      return bytesSize(1, request.role) + bytesSize(2, request.key) + bytesSize(3, request.rangeEnd);
    case 'leaseLeases':
    case 'status':
    case 'inspect':
    case 'health':
    case 'memberReplace':
    case 'hash':
    case 'defragment':
    case 'snapshot':
    case 'authEnable':
    case 'authDisable':
    case 'authStatus':
    case 'authUserList':
    case 'authRoleList':
      return 0;
    default:
      return unreachable(request);
  }
}

/** @param hasWholeHeader false: as it comes from the store, with nothing but the revision in its header */
export function responseSize(response: ApiResponse, hasWholeHeader = true): number {
  if (response.type === 'txn')
    return txnResponseSize(response, hasWholeHeader ? headerSize(response.header) : bareSize(response.header));
  const header = messageSize(1, hasWholeHeader ? headerSize(response.header) : bareSize(response.header));
  switch (response.type) {
    case 'range':
      return header + eachSize(2, response.kvs, pairSize) + flagSize(3, response.more) + numberSize(4, response.count);
    case 'put':
      return header + (response.prevKv === undefined ? 0 : messageSize(2, pairSize(response.prevKv)));
    case 'deleteRange':
      return header + numberSize(2, response.deleted) + eachSize(3, response.prevKvs, pairSize);
    case 'leaseGrant':
    case 'leaseKeepAlive':
      return header + idSize(2, response.id) + numberSize(3, response.ttl);
    case 'leaseTimeToLive': {
      const { id, ttl, grantedTtl, keys } = response;
      return header + idSize(2, id) + numberSize(3, ttl) + numberSize(4, grantedTtl) + eachSize(5, keys, length);
    }
    case 'leaseLeases':
      return header + eachSize(2, response.leases, (id) => 1 + varint64Size(id));
    case 'hash':
      return header + numberSize(2, response.hash);
    case 'hashKv':
      return header + numberSize(2, response.hash) + numberSize(3, response.compactRevision) + numberSize(4, response.hashRevision);
    case 'memberAdd':
      return header + messageSize(2, memberSize(response.member)) + eachSize(3, response.members, memberSize);
    case 'memberList':
    case 'memberRemove':
    case 'memberUpdate':
    case 'memberPromote':
      return header + eachSize(2, response.members, memberSize);
    case 'alarm':
      return header + eachSize(2, response.alarms, ({ memberId, alarm }) => idSize(1, memberId) + alarmSize(2, alarm));
    case 'downgrade':
      return header + bytesSize(2, response.version);
    case 'status': {
      const { downgradeInfo } = response;
      return (
        header +
        bytesSize(2, response.version) +
        numberSize(3, response.dbSize) +
        idSize(4, response.leader) +
        numberSize(5, response.raftIndex) +
        numberSize(6, response.raftTerm) +
        numberSize(7, response.raftAppliedIndex) +
        eachSize(8, response.errors, textLength) +
        numberSize(9, response.dbSizeInUse) +
        flagSize(10, response.isLearner) +
        bytesSize(11, response.storageVersion) +
        numberSize(12, response.dbSizeQuota) +
        messageSize(13, flagSize(1, downgradeInfo.enabled) + bytesSize(2, downgradeInfo.targetVersion))
      );
    }
    case 'snapshot':
      return header + numberSize(2, response.remainingBytes) + bytesSize(3, response.blob) + bytesSize(4, response.version);
    case 'watch':
      return (
        header +
        flagSize(3, response.created) +
        flagSize(4, response.canceled) +
        numberSize(5, response.compactRevision) +
        bytesSize(6, response.cancelReason) +
        flagSize(7, response.fragment ?? false) +
        response.events.reduce((sum, event) => sum + watchEventSize(event), 0)
      );
    case 'authStatus':
      return header + flagSize(2, response.enabled) + numberSize(3, response.authRevision);
    case 'authenticate':
      return header + bytesSize(2, response.token);
    case 'authUserGet':
    case 'authRoleList':
      return header + eachSize(2, response.roles, length);
    case 'authUserList':
      return header + eachSize(2, response.users, length);
    case 'authRoleGet':
      return header + eachSize(2, response.permissions, permissionSize);
    case 'inspect':
    case 'health':
    case 'memberReplace':
      return 0;
    case 'compaction':
    case 'leaseRevoke':
    case 'watchProgress':
    case 'defragment':
    case 'moveLeader':
    case 'authEnable':
    case 'authDisable':
    case 'authUserAdd':
    case 'authUserDelete':
    case 'authUserChangePassword':
    case 'authUserGrantRole':
    case 'authUserRevokeRole':
    case 'authRoleAdd':
    case 'authRoleDelete':
    case 'authRoleGrantPermission':
    case 'authRoleRevokePermission':
      return header;
    default:
      return unreachable(response);
  }
}

/** A message of nothing but a header. */
export function headerOnlySize(header: ResponseHeader): number {
  return messageSize(1, headerSize(header));
}

/** Of one operation of a transaction, wrapped as it stands there. */
export function operationSize(operation: TxnOperation): number {
  switch (operation.type) {
    case 'range':
      return messageSize(1, rangeSize(operation));
    case 'put':
      return messageSize(2, putSize(operation));
    case 'deleteRange':
      return messageSize(3, requestSize(operation));
    case 'txn':
      return messageSize(4, txnSize(operation));
    case 'empty':
      return 0;
    default:
      return unreachable(operation);
  }
}

/** Of one event of a watch's message, as it stands there. */
export function watchEventSize({ type, kv, prevKv }: WatchEvent): number {
  const prev = prevKv === undefined ? 0 : messageSize(3, pairSize(prevKv));
  return messageSize(11, flagSize(1, type === 'delete') + messageSize(2, pairSize(kv)) + prev);
}

function rangeSize(range: RangeRequest): number {
  return (
    bytesSize(1, range.key) +
    bytesSize(2, range.rangeEnd) +
    numberSize(3, range.limit) +
    numberSize(4, range.revision) +
    flagSize(5, range.sortOrder !== 'none') +
    flagSize(6, range.sortTarget !== 'key') +
    flagSize(7, range.serializable) +
    flagSize(8, range.keysOnly) +
    flagSize(9, range.countOnly) +
    numberSize(10, range.minModRevision) +
    numberSize(11, range.maxModRevision) +
    numberSize(12, range.minCreateRevision) +
    numberSize(13, range.maxCreateRevision)
  );
}

function putSize(put: PutRequest): number {
  return (
    bytesSize(1, put.key) +
    bytesSize(2, put.value) +
    idSize(3, put.lease) +
    flagSize(4, put.prevKv) +
    flagSize(5, put.ignoreValue) +
    flagSize(6, put.ignoreLease)
  );
}

function txnSize(txn: TxnRequest): number {
  const compares = encodeTxn({ type: 'txn', compare: txn.compare, success: [], failure: [] }).length;
  return compares + eachSize(2, txn.success, operationSize) + eachSize(3, txn.failure, operationSize);
}

function txnResponseSize(response: Extract<ApiResponse, { type: 'txn' }>, header: number): number {
  return messageSize(1, header) + flagSize(2, response.succeeded) + eachSize(3, response.responses, innerSize);
}

/** Inner headers hold the revision alone, that of a nested transaction nothing. */
function innerSize(response: TxnOperationResponse): number {
  switch (response.type) {
    case 'range':
      return messageSize(1, responseSize(response, false));
    case 'put':
      return messageSize(2, responseSize(response, false));
    case 'deleteRange':
      return messageSize(3, responseSize(response, false));
    case 'txn':
      return messageSize(4, txnResponseSize(response, 0));
  }
}

function headerSize({ clusterId, memberId, revision, raftTerm }: ResponseHeader): number {
  return idSize(1, clusterId) + idSize(2, memberId) + numberSize(3, revision) + numberSize(4, raftTerm);
}

function bareSize({ revision }: ResponseHeader): number {
  return numberSize(3, revision);
}

function pairSize({ key, createRevision, modRevision, version, value, lease }: KeyValue): number {
  return (
    bytesSize(1, key) +
    numberSize(2, createRevision) +
    numberSize(3, modRevision) +
    numberSize(4, version) +
    bytesSize(5, value) +
    idSize(6, lease)
  );
}

function memberSize({ id, name, peerUrls, clientUrls, isLearner }: MemberInfo): number {
  const texts = bytesSize(2, utf8Encode(name)) + eachSize(3, peerUrls, textLength) + eachSize(4, clientUrls, textLength);
  return idSize(1, id) + texts + flagSize(5, isLearner);
}

function alarmSize(field: number, alarm: AlarmType): number {
  return typeof alarm === 'number' ? numberSize(field, alarm) : flagSize(field, alarm !== 'none');
}

function permissionSize({ access, key, rangeEnd }: Permission): number {
  const kind = typeof access === 'number' ? numberSize(1, access) : flagSize(1, access !== 'read');
  return kind + bytesSize(2, key) + bytesSize(3, rangeEnd);
}

function length(bytes: Bytes): number {
  return bytes.length;
}

function textLength(text: string): number {
  return utf8Encode(text).length;
}
