/** The `json` writer: responses as Go's encoding/json prints etcd's structs, 64-bit integers as numbers. spec/etcd.md 6.2 */
import { type Bytes, base64Encode, formatDecimal, formatHex, goJsonString, type Id64, utf8Encode, ZERO_ID } from '../base/index.ts';
import type {
  DeleteRangeResponse,
  HashKvResponse,
  KeyValue,
  MemberInfo,
  MemberListResponse,
  Permission,
  PutResponse,
  RangeResponse,
  ResponseHeader,
  StatusResponse,
  TxnResponse,
  WatchResponse,
} from '../engine/server/api.ts';
import { accessNumber, alarmNumber, type EndpointAnswer, type EndpointHealth, type PrintedResponse, tookText } from './printed.ts';

/** One line without its newline. */
export function printJson(response: PrintedResponse, isHex: boolean): Bytes {
  switch (response.type) {
    case 'range':
      return jsonRange(response);
    case 'put':
      return jsonPut(response);
    case 'deleteRange':
      return jsonDelete(response);
    case 'txn':
      return jsonTxn(response);
    case 'watch':
      return jsonWatch(response);
    case 'memberList':
      return isHex
        ? jsonMembersInHex(response)
        : withHeader(response.header, [['members', jsonList(response.members.map(jsonMember))]]);
    case 'memberRemove':
    case 'memberUpdate':
    case 'memberPromote':
      return withHeader(response.header, [['members', jsonList(response.members.map(jsonMember))]]);
    case 'memberAdd':
      return withHeader(response.header, [
        ['member', jsonMember(response.member)],
        ['members', jsonList(response.members.map(jsonMember))],
      ]);
    case 'leaseGrant':
      return flattened(response.header, [`"ID":${formatLease(response.id)}`, `"TTL":${response.ttl}`, '"Error":""']);
    case 'leaseKeepAlive':
      return flattened(response.header, [`"ID":${formatLease(response.id)}`, `"TTL":${response.ttl}`]);
    case 'leaseTimeToLive': {
      const keys = response.keys.length === 0 ? 'null' : `[${response.keys.map((key) => `"${base64Encode(key)}"`).join(',')}]`;
      const { id, ttl, grantedTtl } = response;
      return flattened(response.header, [
        `"id":${formatLease(id)}`,
        `"ttl":${ttl}`,
        `"granted-ttl":${grantedTtl}`,
        `"keys":${keys}`,
      ]);
    }
    case 'leaseLeases': {
      const leases = response.leases.map((id) => `{"id":${formatLease(id)}}`);
      return flattened(response.header, [`"leases":[${leases.join(',')}]`]);
    }
    case 'alarm': {
      const alarms = response.alarms.map(({ memberId, alarm }) =>
        jsonObject([
          ['memberID', jsonId(memberId)],
          ['alarm', jsonNumber(alarmNumber(alarm))],
        ]),
      );
      return withHeader(response.header, [['alarms', jsonList(alarms)]]);
    }
    case 'downgrade':
      return withHeader(response.header, [['version', jsonText(utf8Encode(response.version))]]);
    case 'authStatus':
      return withHeader(response.header, [
        ['enabled', response.enabled ? 'true' : undefined],
        ['authRevision', jsonNumber(response.authRevision)],
      ]);
    case 'authUserGet':
    case 'authRoleList':
      return withHeader(response.header, [['roles', jsonList(response.roles.map(goJsonString))]]);
    case 'authUserList':
      return withHeader(response.header, [['users', jsonList(response.users.map(goJsonString))]]);
    case 'authRoleGet':
      return withHeader(response.header, [['perm', jsonList(response.permissions.map(jsonPermission))]]);
    default:
      return withHeader(response.header, []);
  }
}

/** `endpoint health`. */
export function jsonHealth(healths: readonly EndpointHealth[]): Bytes {
  const rows = healths.map((one) => {
    const { endpoint, error } = one;
    const health = `"health":${error === undefined},"took":"${tookText(one)}"`;
    return `{"endpoint":${goJsonString(endpoint)},${health}${error === undefined ? '' : `,"error":${goJsonString(error)}`}}`;
  });
  return jsonRows(rows);
}

/** `endpoint status` and `endpoint hashkv`. */
export function jsonEndpoints(answers: readonly EndpointAnswer<StatusResponse | HashKvResponse>[]): Bytes {
  return jsonRows(
    answers.map(({ endpoint, response }) =>
      response.type === 'status'
        ? `{"Endpoint":${goJsonString(endpoint)},"Status":${jsonStatus(response)}}`
        : `{"Endpoint":${goJsonString(endpoint)},"HashKV":${jsonHashKv(response)}}`,
    ),
  );
}

/** A list that nothing was ever put on is `null` in Go. */
function jsonRows(rows: readonly Bytes[]): Bytes {
  return rows.length === 0 ? 'null' : `[${rows.join(',')}]`;
}

function jsonStatus(status: StatusResponse): Bytes {
  const { enabled, targetVersion } = status.downgradeInfo;
  const downgradeInfo = jsonObject([
    ['enabled', enabled ? 'true' : undefined],
    ['targetVersion', jsonText(utf8Encode(targetVersion))],
  ]);
  return withHeader(status.header, [
    ['version', jsonText(utf8Encode(status.version))],
    ['dbSize', jsonNumber(status.dbSize)],
    ['leader', jsonId(status.leader)],
    ['raftIndex', jsonNumber(status.raftIndex)],
    ['raftTerm', jsonNumber(status.raftTerm)],
    ['raftAppliedIndex', jsonNumber(status.raftAppliedIndex)],
    ['errors', jsonList(jsonStrings(status.errors))],
    ['dbSizeInUse', jsonNumber(status.dbSizeInUse)],
    ['isLearner', status.isLearner ? 'true' : undefined],
    ['storageVersion', jsonText(utf8Encode(status.storageVersion))],
    ['dbSizeQuota', jsonNumber(status.dbSizeQuota)],
    ['downgradeInfo', downgradeInfo],
  ]);
}

function jsonHashKv(response: HashKvResponse): Bytes {
  return withHeader(response.header, [
    ['hash', jsonNumber(response.hash)],
    ['compact_revision', jsonNumber(response.compactRevision)],
    ['hash_revision', jsonNumber(response.hashRevision)],
  ]);
}

function jsonRange(response: RangeResponse): Bytes {
  return withHeader(response.header, [
    ['kvs', jsonList(response.kvs.map(jsonPair))],
    ['more', response.more ? 'true' : undefined],
    ['count', jsonNumber(response.count)],
  ]);
}

function jsonPut(response: PutResponse): Bytes {
  return withHeader(response.header, [['prev_kv', response.prevKv === undefined ? undefined : jsonPair(response.prevKv)]]);
}

function jsonDelete(response: DeleteRangeResponse): Bytes {
  return withHeader(response.header, [
    ['deleted', jsonNumber(response.deleted)],
    ['prev_kvs', jsonList(response.prevKvs.map(jsonPair))],
  ]);
}

function jsonTxn(response: TxnResponse): Bytes {
  const responses = response.responses.map((inner) => {
    const name = { range: 'response_range', put: 'response_put', deleteRange: 'response_delete_range', txn: 'response_txn' }[
      inner.type
    ];
    return `{"Response":{"${name}":${printJson(inner, false)}}}`;
  });
  return withHeader(response.header, [
    ['succeeded', response.succeeded ? 'true' : undefined],
    ['responses', jsonList(responses)],
  ]);
}

function jsonMember(member: MemberInfo): Bytes {
  return jsonObject([
    ['ID', jsonId(member.id)],
    ['name', jsonText(utf8Encode(member.name))],
    ['peerURLs', jsonList(jsonStrings(member.peerUrls))],
    ['clientURLs', jsonList(jsonStrings(member.clientUrls))],
    ['isLearner', member.isLearner ? 'true' : undefined],
  ]);
}

/** A form of its own: ids as hex strings, no revision, no isLearner, empty names and lists shown. spec/etcd.md 6.2 */
function jsonMembersInHex(response: MemberListResponse): Bytes {
  const { header, members } = response;
  const list = (urls: readonly string[]): Bytes => (urls.length === 0 ? 'null' : `[${jsonStrings(urls).join(',')}]`);
  const rows = members.map(
    (member) =>
      `{"ID":"${formatHex(member.id)}","name":"${utf8Encode(member.name)}","peerURLs":${list(member.peerUrls)},"clientURLs":${list(member.clientUrls)}}`,
  );
  const head = `{"header":{"cluster_id":"${formatHex(header.clusterId)}","member_id":"${formatHex(header.memberId)}","raft_term":${header.raftTerm}}`;
  return rows.length === 0 ? `${head}}` : `${head},"members":[${rows.join(',')}]}`;
}

function jsonWatch(response: WatchResponse): Bytes {
  // A watch that was refused never had a header or events: the client library makes this response up.
  const refused = response.created && response.canceled;
  const events = response.events.map((event) =>
    jsonObject([
      ['type', event.type === 'delete' ? '1' : undefined],
      ['kv', jsonPair(event.kv)],
      ['prev_kv', event.prevKv === undefined ? undefined : jsonPair(event.prevKv)],
    ]),
  );
  return jsonObject([
    ['Header', jsonHeader(response.header)],
    ['Events', refused ? 'null' : `[${events.join(',')}]`],
    ['CompactRevision', String(response.compactRevision)],
    ['Canceled', String(response.canceled)],
    ['Created', String(response.created && !refused)],
  ]);
}

function jsonPermission({ access, key, rangeEnd }: Permission): Bytes {
  return jsonObject([
    ['permType', jsonNumber(accessNumber(access))],
    ['key', jsonBytes(key)],
    ['range_end', jsonBytes(rangeEnd)],
  ]);
}

/** A protobuf message that begins with a header; one without any is a message whose header is not set. */
function withHeader(header: ResponseHeader, fields: readonly Field[]): Bytes {
  return jsonObject([['header', isSet(header) ? jsonHeader(header) : undefined], ...fields]);
}

/** A struct of the client library: the header's fields among its own, which are never left out. */
function flattened(header: ResponseHeader, fields: readonly Bytes[]): Bytes {
  const head = jsonHeader(header).slice(1, -1);
  return `{${[...(head === '' ? [] : [head]), ...fields].join(',')}}`;
}

function jsonHeader(header: ResponseHeader): Bytes {
  return jsonObject([
    ['cluster_id', jsonId(header.clusterId)],
    ['member_id', jsonId(header.memberId)],
    ['revision', jsonNumber(header.revision)],
    ['raft_term', jsonNumber(header.raftTerm)],
  ]);
}

function isSet({ clusterId, memberId, revision, raftTerm }: ResponseHeader): boolean {
  return clusterId !== ZERO_ID || memberId !== ZERO_ID || revision !== 0 || raftTerm !== 0;
}

type Field = readonly [name: string, text: Bytes | undefined];

function jsonPair(kv: KeyValue): Bytes {
  return jsonObject([
    ['key', jsonBytes(kv.key)],
    ['create_revision', jsonNumber(kv.createRevision)],
    ['mod_revision', jsonNumber(kv.modRevision)],
    ['version', jsonNumber(kv.version)],
    ['value', jsonBytes(kv.value)],
    ['lease', kv.lease === ZERO_ID ? undefined : formatLease(kv.lease)],
  ]);
}

/** Fields whose text is undefined are left out, as protobuf's zero values are. */
function jsonObject(fields: readonly Field[]): Bytes {
  const present = fields.filter(([, text]) => text !== undefined);
  return `{${present.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
}

function jsonList(items: readonly Bytes[]): Bytes | undefined {
  return items.length === 0 ? undefined : `[${items.join(',')}]`;
}

function jsonNumber(value: number): Bytes | undefined {
  return value === 0 ? undefined : String(value);
}

function jsonId(id: Id64): Bytes | undefined {
  return id === ZERO_ID ? undefined : formatDecimal(id);
}

function jsonBytes(bytes: Bytes): Bytes | undefined {
  return bytes === '' ? undefined : `"${base64Encode(bytes)}"`;
}

function jsonStrings(texts: readonly string[]): Bytes[] {
  return texts.map((text) => goJsonString(utf8Encode(text)));
}

function jsonText(text: Bytes): Bytes | undefined {
  return text === '' ? undefined : goJsonString(text);
}

/** A lease id is a signed 64-bit integer. */
export function formatLease(lease: Id64): string {
  return BigInt.asIntN(64, BigInt(`0x${lease}`)).toString();
}
