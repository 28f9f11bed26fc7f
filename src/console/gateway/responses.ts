/** Responses of the API as the gateway's messages. */
import { type Bytes, type Id64, utf8Encode, ZERO_ID } from '../../base/index.ts';
import type {
  KeyValue,
  MemberInfo,
  Permission,
  ResponseHeader,
  StreamResponse,
  TxnOperationResponse,
  UnaryResponse,
} from '../../engine/server/api.ts';
import type { ApiError } from '../../engine/server/errors.ts';
import { describeApiError, type GrpcCode } from '../../engine/server/errors.ts';
import { accessNumber, alarmNumber } from '../printed.ts';
import { RESPONSES, StatusMessage } from './messages.ts';
import { encodeProtoJson, type ProtoRecord } from './protoJson.ts';

/** A response as the gateway shows it; what is none of etcd's API, and what a member's own pages ask, is none of the gateway's. */
export type ShownResponse = Exclude<UnaryResponse | StreamResponse, { readonly type: 'inspect' | 'health' | 'memberReplace' }>;

/** The body of an answer. */
export function encodeResponse(response: ShownResponse): Bytes {
  return encodeProtoJson(RESPONSES[response.type], recordOfResponse(response));
}

/** A message of a stream, with its newline. @param more fields that the API does not have */
export function encodeStreamed(response: ShownResponse, more: ProtoRecord = {}): Bytes {
  return `{"result":${encodeProtoJson(RESPONSES[response.type], { ...recordOfResponse(response), ...more })}}\n`;
}

function recordOfResponse(response: ShownResponse): ProtoRecord {
  return { header: headerRecord(response.header), ...fieldsOf(response) };
}

function fieldsOf(response: ShownResponse): ProtoRecord {
  switch (response.type) {
    case 'range':
      return { kvs: response.kvs.map(pairRecord), more: response.more, count: BigInt(response.count) };
    case 'put':
      return { prev_kv: response.prevKv && pairRecord(response.prevKv) };
    case 'deleteRange':
      return { deleted: BigInt(response.deleted), prev_kvs: response.prevKvs.map(pairRecord) };
    case 'txn':
      return { succeeded: response.succeeded, responses: response.responses.map(operationRecord) };
    case 'watch':
      return {
        created: response.created,
        canceled: response.canceled,
        compact_revision: BigInt(response.compactRevision),
        cancel_reason: utf8Encode(response.cancelReason),
        fragment: response.fragment ?? false,
        events: response.events.map(({ type, kv, prevKv }) => ({
          type: type === 'delete' ? 1 : 0,
          kv: pairRecord(kv),
          prev_kv: prevKv && pairRecord(prevKv),
        })),
      };
    case 'leaseGrant':
    case 'leaseKeepAlive':
      return { ID: leaseNumber(response.id), TTL: BigInt(response.ttl) };
    case 'leaseTimeToLive': {
      const { id, ttl, grantedTtl, keys } = response;
      return { ID: leaseNumber(id), TTL: BigInt(ttl), grantedTTL: BigInt(grantedTtl), keys };
    }
    case 'leaseLeases':
      return { leases: response.leases.map((id) => ({ ID: leaseNumber(id) })) };
    case 'memberAdd':
      return { member: memberRecord(response.member), members: response.members.map(memberRecord) };
    case 'memberList':
    case 'memberRemove':
    case 'memberUpdate':
    case 'memberPromote':
      return { members: response.members.map(memberRecord) };
    case 'alarm':
      return {
        alarms: response.alarms.map(({ memberId, alarm }) => ({
          memberID: unsigned(memberId),
          alarm: alarmNumber(alarm),
        })),
      };
    case 'status':
      return {
        version: utf8Encode(response.version),
        dbSize: BigInt(response.dbSize),
        leader: unsigned(response.leader),
        raftIndex: BigInt(response.raftIndex),
        raftTerm: BigInt(response.raftTerm),
        raftAppliedIndex: BigInt(response.raftAppliedIndex),
        errors: response.errors.map(utf8Encode),
        dbSizeInUse: BigInt(response.dbSizeInUse),
        isLearner: response.isLearner,
        storageVersion: utf8Encode(response.storageVersion),
        dbSizeQuota: BigInt(response.dbSizeQuota),
        downgradeInfo: {
          enabled: response.downgradeInfo.enabled,
          targetVersion: utf8Encode(response.downgradeInfo.targetVersion),
        },
      };
    case 'hash':
      return { hash: response.hash };
    case 'hashKv':
      return {
        hash: response.hash,
        compact_revision: BigInt(response.compactRevision),
        hash_revision: BigInt(response.hashRevision),
      };
    case 'snapshot':
      return {
        remaining_bytes: BigInt(response.remainingBytes),
        blob: response.blob,
        version: utf8Encode(response.version),
      };
    case 'downgrade':
      return { version: utf8Encode(response.version) };
    case 'authStatus':
      return { enabled: response.enabled, authRevision: BigInt(response.authRevision) };
    case 'authenticate':
      return { token: response.token };
    case 'authUserGet':
    case 'authRoleList':
      return { roles: response.roles };
    case 'authUserList':
      return { users: response.users };
    case 'authRoleGet':
      return { perm: response.permissions.map(permissionRecord) };
    default:
      return {};
  }
}

function operationRecord(response: TxnOperationResponse): ProtoRecord {
  const record = recordOfResponse(response);
  switch (response.type) {
    case 'range':
      return { response_range: record };
    case 'put':
      return { response_put: record };
    case 'deleteRange':
      return { response_delete_range: record };
    default:
      // A nested transaction has a header in which nothing is set.
      return { response_txn: { ...record, header: record.header ?? {} } };
  }
}

/** undefined: not set. */
export function headerRecord({ clusterId, memberId, revision, raftTerm }: ResponseHeader): ProtoRecord | undefined {
  if (clusterId === ZERO_ID && memberId === ZERO_ID && revision === 0 && raftTerm === 0) return undefined;
  return {
    cluster_id: unsigned(clusterId),
    member_id: unsigned(memberId),
    revision: BigInt(revision),
    raft_term: BigInt(raftTerm),
  };
}

export function pairRecord(kv: KeyValue): ProtoRecord {
  return {
    key: kv.key,
    create_revision: BigInt(kv.createRevision),
    mod_revision: BigInt(kv.modRevision),
    version: BigInt(kv.version),
    value: kv.value,
    lease: leaseNumber(kv.lease),
  };
}

function memberRecord({ id, name, peerUrls, clientUrls, isLearner }: MemberInfo): ProtoRecord {
  return {
    ID: unsigned(id),
    name: utf8Encode(name),
    peerURLs: peerUrls.map(utf8Encode),
    clientURLs: clientUrls.map(utf8Encode),
    isLearner,
  };
}

function permissionRecord({ access, key, rangeEnd }: Permission): ProtoRecord {
  return { permType: accessNumber(access), key, range_end: rangeEnd };
}

function unsigned(id: Id64): bigint {
  return BigInt(`0x${id}`);
}

export function leaseNumber(id: Id64): bigint {
  return BigInt.asIntN(64, unsigned(id));
}

/** An error as gRPC carries it. */
export interface GrpcStatus {
  readonly code: number;
  readonly message: Bytes;
}

/** gRPC's numbers (google/rpc/code.proto). */
const CODES: Readonly<Record<GrpcCode, number>> = {
  Canceled: 1,
  Unknown: 2,
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  PermissionDenied: 7,
  ResourceExhausted: 8,
  FailedPrecondition: 9,
  OutOfRange: 11,
  Unavailable: 14,
  DataLoss: 15,
  Unauthenticated: 16,
};

export const INVALID_ARGUMENT = 3;
export const UNKNOWN = 2;
const HTTP_STATUSES: Readonly<Record<number, number>> = {
  1: 499,
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  11: 400,
  12: 501,
  14: 503,
  16: 401,
};

/** The status of an answer with this error. */
export function httpStatusOf({ code }: GrpcStatus): number {
  return HTTP_STATUSES[code] ?? 500;
}

export function grpcStatusOf(error: ApiError): GrpcStatus {
  const { grpc, text } = describeApiError(error);
  // Some errors are told by the client library together with their gRPC status, which here stands beside them.
  return { code: CODES[grpc], message: utf8Encode(text.replace(/^rpc error: code = \w+ desc = /, '')) };
}

export function encodeStatus({ code, message }: GrpcStatus): Bytes {
  return encodeProtoJson(StatusMessage, { code, message });
}

/** How a stream says that it ends in an error. */
export function encodeStreamError(status: GrpcStatus): Bytes {
  return `{"error":${encodeStatus(status)}}\n`;
}
