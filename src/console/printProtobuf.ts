/** The `protobuf` writer: raw bytes of etcd's messages (etcd-io/etcd:api/etcdserverpb/rpc.proto), without a newline. spec/etcd.md 6.2 */
import { type Bytes, boolField, bytesField, messageField, toId64, utf8Encode, varintField } from '../base/index.ts';
import type { KeyValue, MemberInfo, ResponseHeader, TxnResponse, WatchEvent } from '../engine/server/api.ts';
import { accessNumber, alarmNumber, type PrintedResponse } from './printed.ts';

/** Fields of ResponseOp. */
const OPERATIONS = { range: 1, put: 2, deleteRange: 3, txn: 4 } as const;

/** The message's bytes. */
export function printProtobuf(response: PrintedResponse): Bytes {
  const header = encodeHeader(response.header);
  switch (response.type) {
    // What the client library makes of a lease's response has no encoding of its own: etcdctl writes its header's.
    case 'leaseGrant':
    case 'leaseKeepAlive':
    case 'leaseTimeToLive':
    case 'leaseLeases':
      return header;
    default:
      return bytesField(1, header) + encodeRest(response);
  }
}

function encodeRest(response: PrintedResponse): Bytes {
  switch (response.type) {
    case 'range':
      return messages(2, response.kvs.map(encodePair)) + boolField(3, response.more) + varintField(4, response.count);
    case 'put':
      return response.prevKv === undefined ? '' : messageField(2, encodePair(response.prevKv));
    case 'deleteRange':
      return varintField(2, response.deleted) + messages(3, response.prevKvs.map(encodePair));
    case 'txn':
      return boolField(2, response.succeeded) + messages(3, response.responses.map(encodeOperation));
    case 'watch':
      return (
        boolField(3, response.created) +
        boolField(4, response.canceled) +
        varintField(5, response.compactRevision) +
        messages(11, response.events.map(encodeEvent))
      );
    case 'memberAdd':
      return messageField(2, encodeMember(response.member)) + messages(3, response.members.map(encodeMember));
    case 'memberList':
    case 'memberRemove':
    case 'memberUpdate':
    case 'memberPromote':
      return messages(2, response.members.map(encodeMember));
    case 'alarm':
      return messages(
        2,
        response.alarms.map(({ memberId, alarm }) => varintField(1, memberId) + enumField(2, alarmNumber(alarm))),
      );
    case 'downgrade':
      return bytesField(2, utf8Encode(response.version));
    case 'authStatus':
      return boolField(2, response.enabled) + varintField(3, response.authRevision);
    case 'authUserGet':
    case 'authRoleList':
      return messages(2, response.roles);
    case 'authUserList':
      return messages(2, response.users);
    case 'authRoleGet':
      return messages(
        2,
        response.permissions.map(
          ({ access, key, rangeEnd }) => enumField(1, accessNumber(access)) + bytesField(2, key) + bytesField(3, rangeEnd),
        ),
      );
    default:
      return '';
  }
}

function enumField(field: number, value: number): Bytes {
  return varintField(field, toId64(BigInt.asUintN(64, BigInt(value))));
}

function messages(field: number, items: readonly Bytes[]): Bytes {
  return items.map((item) => messageField(field, item)).join('');
}

function encodeHeader(header: ResponseHeader): Bytes {
  return (
    varintField(1, header.clusterId) +
    varintField(2, header.memberId) +
    varintField(3, header.revision) +
    varintField(4, header.raftTerm)
  );
}

function encodePair(kv: KeyValue): Bytes {
  return (
    bytesField(1, kv.key) +
    varintField(2, kv.createRevision) +
    varintField(3, kv.modRevision) +
    varintField(4, kv.version) +
    bytesField(5, kv.value) +
    varintField(6, kv.lease)
  );
}

function encodeOperation(response: TxnResponse['responses'][number]): Bytes {
  return messageField(OPERATIONS[response.type], printProtobuf(response));
}

function encodeEvent(event: WatchEvent): Bytes {
  const previous = event.prevKv === undefined ? '' : messageField(3, encodePair(event.prevKv));
  return varintField(1, event.type === 'delete' ? 1 : 0) + messageField(2, encodePair(event.kv)) + previous;
}

function encodeMember(member: MemberInfo): Bytes {
  return (
    varintField(1, member.id) +
    bytesField(2, utf8Encode(member.name)) +
    messages(3, member.peerUrls.map(utf8Encode)) +
    messages(4, member.clientUrls.map(utf8Encode)) +
    boolField(5, member.isLearner)
  );
}
