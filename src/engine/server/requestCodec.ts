/** The command inside a log entry: etcd's InternalRaftRequest as protobuf bytes (etcd-io/etcd:api/etcdserverpb/raft_internal.proto). */
import {
  assert,
  type Bytes,
  boolField,
  bytesField,
  type Id64,
  messageField,
  readFields,
  varintField,
  ZERO_ID,
} from '../../base/index.ts';
import type { DeleteRangeRequest, PutRequest } from './api.ts';

/** Requests that go through the log. */
export type LoggedRequest = PutRequest | DeleteRangeRequest;

/** What an entry asks every member to do. */
export interface Command {
  /** Chosen by the member that proposed it, so that it finds its client again. */
  readonly requestId: Id64;
  readonly request: LoggedRequest;
}

const HEADER = 100;
const PUT = 4;
const DELETE_RANGE = 5;

/** The bytes of an entry's data. */
export function encodeCommand(command: Command): Bytes {
  return encodeRequest(command.request) + messageField(HEADER, varintField(1, command.requestId));
}

/** The command in an entry's data, which only {@link encodeCommand} writes. */
export function decodeCommand(data: Bytes): Command {
  let requestId: Id64 = ZERO_ID;
  let request: LoggedRequest | undefined;
  for (const { field, bytes } of readFields(data)) {
    if (field === HEADER) requestId = readFields(bytes)[0]?.id ?? ZERO_ID;
    else if (field === PUT) request = decodePut(bytes);
    else if (field === DELETE_RANGE) request = decodeDeleteRange(bytes);
  }
  assert(request !== undefined, 'an entry with data holds a command');
  return { requestId, request };
}

function encodeRequest(request: LoggedRequest): Bytes {
  if (request.type === 'put') {
    return messageField(
      PUT,
      bytesField(1, request.key) +
        bytesField(2, request.value) +
        varintField(3, request.lease) +
        boolField(4, request.prevKv) +
        boolField(5, request.ignoreValue) +
        boolField(6, request.ignoreLease),
    );
  }
  return messageField(DELETE_RANGE, bytesField(1, request.key) + bytesField(2, request.rangeEnd) + boolField(3, request.prevKv));
}

function decodePut(bytes: Bytes): PutRequest {
  const put = { type: 'put' as const, key: '', value: '', lease: ZERO_ID, prevKv: false, ignoreValue: false, ignoreLease: false };
  for (const part of readFields(bytes)) {
    if (part.field === 1) put.key = part.bytes;
    else if (part.field === 2) put.value = part.bytes;
    else if (part.field === 3) put.lease = part.id;
    else if (part.field === 4) put.prevKv = part.value === 1;
    else if (part.field === 5) put.ignoreValue = part.value === 1;
    else if (part.field === 6) put.ignoreLease = part.value === 1;
  }
  return put;
}

function decodeDeleteRange(bytes: Bytes): DeleteRangeRequest {
  const del = { type: 'deleteRange' as const, key: '', rangeEnd: '', prevKv: false };
  for (const part of readFields(bytes)) {
    if (part.field === 1) del.key = part.bytes;
    else if (part.field === 2) del.rangeEnd = part.bytes;
    else if (part.field === 3) del.prevKv = part.value === 1;
  }
  return del;
}
