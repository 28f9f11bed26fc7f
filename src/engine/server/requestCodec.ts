/** The command inside a log entry: etcd's InternalRaftRequest as protobuf bytes (etcd-io/etcd:api/etcdserverpb/raft_internal.proto). */
import {
  assert,
  type Bytes,
  boolField,
  bytesField,
  type Id64,
  messageField,
  type ProtobufField,
  readFields,
  unreachable,
  varintField,
  ZERO_ID,
} from '../../base/index.ts';
import { decodeAuthRequest, encodeAuthRequest, isAuthField } from './authCodec.ts';
import { type AuthInfo, isLoggedAuth, type LoggedRequest, NOBODY } from './logged.ts';
import {
  decodeAlarm,
  decodeCheckpoints,
  decodeCompaction,
  decodeDeleteRange,
  decodeGrant,
  decodePut,
  decodeTxn,
  encodeAlarm,
  encodeCheckpoints,
  encodeCompaction,
  encodeDeleteRange,
  encodeGrant,
  encodePut,
  encodeTxn,
} from './operationCodec.ts';

export type { LoggedRequest } from './logged.ts';

/** What an entry asks every member to do. */
export interface Command {
  /** Chosen by the member that proposed it, so that it finds its client again. */
  readonly requestId: Id64;
  readonly request: LoggedRequest;
  readonly auth: AuthInfo;
}

const FIELD = {
  put: 4,
  deleteRange: 5,
  txn: 6,
  compaction: 7,
  leaseGrant: 8,
  leaseRevoke: 9,
  alarm: 10,
  leaseCheckpoint: 11,
  header: 100,
  downgradeInfo: 1302,
} as const;

/** The bytes of an entry's data. */
export function encodeCommand({ requestId, request, auth }: Command): Bytes {
  const header = varintField(1, requestId) + bytesField(2, auth.user) + varintField(3, auth.revision);
  return encodeRequest(request) + messageField(FIELD.header, header);
}

/** The command in an entry's data, which only {@link encodeCommand} writes. */
export function decodeCommand(data: Bytes): Command {
  let requestId: Id64 = ZERO_ID;
  let auth = NOBODY;
  let request: LoggedRequest | undefined;
  for (const part of readFields(data)) {
    if (part.field === FIELD.header) {
      for (const { field, id, bytes, value } of readFields(part.bytes)) {
        if (field === 1) requestId = id;
        else if (field === 2) auth = { ...auth, user: bytes };
        else if (field === 3) auth = { ...auth, revision: value };
      }
    } else request = decodeRequest(part) ?? request;
  }
  assert(request !== undefined, 'an entry with data holds a command');
  return { requestId, request, auth };
}

function encodeRequest(request: LoggedRequest): Bytes {
  if (isLoggedAuth(request)) return encodeAuthRequest(request);
  switch (request.type) {
    case 'put':
      return messageField(FIELD.put, encodePut(request));
    case 'deleteRange':
      return messageField(FIELD.deleteRange, encodeDeleteRange(request));
    case 'txn':
      return messageField(FIELD.txn, encodeTxn(request));
    case 'compaction':
      return messageField(FIELD.compaction, encodeCompaction(request));
    case 'leaseGrant':
      return messageField(FIELD.leaseGrant, encodeGrant(request));
    case 'leaseRevoke':
      return messageField(FIELD.leaseRevoke, varintField(1, request.id));
    case 'alarm':
      return messageField(FIELD.alarm, encodeAlarm(request));
    case 'leaseCheckpoint':
      return messageField(FIELD.leaseCheckpoint, encodeCheckpoints(request));
    case 'downgradeInfo':
      return messageField(FIELD.downgradeInfo, boolField(1, request.target !== '') + bytesField(2, request.target));
    default:
      return unreachable(request);
  }
}

function decodeRequest({ field, bytes }: ProtobufField): LoggedRequest | undefined {
  switch (field) {
    case FIELD.put:
      return decodePut(bytes);
    case FIELD.deleteRange:
      return decodeDeleteRange(bytes);
    case FIELD.txn:
      return decodeTxn(bytes);
    case FIELD.compaction:
      return decodeCompaction(bytes);
    case FIELD.leaseGrant:
      return decodeGrant(bytes);
    case FIELD.leaseRevoke:
      return { type: 'leaseRevoke', id: readFields(bytes)[0]?.id ?? ZERO_ID };
    case FIELD.alarm:
      return decodeAlarm(bytes);
    case FIELD.leaseCheckpoint:
      return decodeCheckpoints(bytes);
    case FIELD.downgradeInfo:
      return { type: 'downgradeInfo', target: readFields(bytes).find((part) => part.field === 2)?.bytes ?? '' };
    default:
      return isAuthField(field) ? decodeAuthRequest(field, bytes) : undefined;
  }
}
