/** Responses as etcdctl's writers print them. spec/etcd.md 6.2–6.10; etcd-io/etcd:etcdctl/ctlv3/command/printer*.go */
import { type Bytes, base64Encode, formatDecimal, formatHex, type Id64, unreachable, utf8Encode, ZERO_ID } from '../base/index.ts';
import type {
  ApiResponse,
  DeleteRangeResponse,
  KeyValue,
  MemberInfo,
  MemberListResponse,
  PutResponse,
  RangeResponse,
  ResponseHeader,
  WatchEvent,
  WatchResponse,
} from '../engine/server/api.ts';
import { goJsonString, goQuote, hexBytes } from './goText.ts';

export type Writer = 'simple' | 'json' | 'fields' | 'table';

export interface PrintOptions {
  readonly writer: Writer;
  /** --hex */
  readonly isHex: boolean;
  /** --print-value-only */
  readonly valueOnly: boolean;
}

/** The responses that there are writers for. */
export type PrintedResponse = Extract<ApiResponse, { type: 'range' | 'put' | 'deleteRange' | 'memberList' | 'watch' }>;

/** What a response looks like, or undefined where the writer does not know such responses (`table` of most). */
export function printResponse(response: PrintedResponse, options: PrintOptions): Bytes | undefined {
  switch (options.writer) {
    case 'simple':
      return printSimple(response, options);
    case 'json':
      return `${printJson(response, options.isHex)}\n`;
    case 'fields':
      return printFields(response, options.isHex);
    case 'table':
      return response.type === 'memberList' ? printTable(response) : undefined;
    default:
      return unreachable(options.writer);
  }
}

function printSimple(response: PrintedResponse, options: PrintOptions): Bytes {
  switch (response.type) {
    case 'range':
      return response.kvs.map((kv) => simplePair(kv, options)).join('');
    case 'put':
      return `OK\n${response.prevKv === undefined ? '' : simplePair(response.prevKv, options)}`;
    case 'deleteRange':
      return `${response.deleted}\n${response.prevKvs.map((kv) => simplePair(kv, options)).join('')}`;
    case 'memberList':
      return response.members.map((member) => `${memberCells(member).join(', ')}\n`).join('');
    case 'watch':
      return response.events.map((event) => simpleEvent(event, options)).join('');
    default:
      return unreachable(response);
  }
}

function simplePair(kv: KeyValue, options: PrintOptions): Bytes {
  const value = options.isHex ? hexBytes(kv.value) : kv.value;
  return options.valueOnly ? `${value}\n` : `${options.isHex ? hexBytes(kv.key) : kv.key}\n${value}\n`;
}

function simpleEvent(event: WatchEvent, options: PrintOptions): Bytes {
  const previous = event.prevKv === undefined ? '' : simplePair(event.prevKv, options);
  return `${event.type === 'put' ? 'PUT' : 'DELETE'}\n${previous}${simplePair(event.kv, options)}`;
}

function memberCells(member: MemberInfo): Bytes[] {
  return [
    formatHex(member.id),
    member.name === '' ? 'unstarted' : 'started',
    utf8Encode(member.name),
    member.peerUrls.map(utf8Encode).join(','),
    member.clientUrls.map(utf8Encode).join(','),
    String(member.isLearner),
  ];
}

function printJson(response: PrintedResponse, isHex: boolean): Bytes {
  switch (response.type) {
    case 'range':
      return jsonRange(response);
    case 'put':
      return jsonPut(response);
    case 'deleteRange':
      return jsonDelete(response);
    case 'memberList':
      return isHex ? jsonMembersInHex(response) : jsonMembers(response);
    case 'watch':
      return jsonWatch(response);
    default:
      return unreachable(response);
  }
}

function jsonRange(response: RangeResponse): Bytes {
  return jsonObject([
    ['header', jsonHeader(response.header)],
    ['kvs', jsonList(response.kvs.map(jsonPair))],
    ['more', response.more ? 'true' : undefined],
    ['count', jsonNumber(response.count)],
  ]);
}

function jsonPut(response: PutResponse): Bytes {
  return jsonObject([
    ['header', jsonHeader(response.header)],
    ['prev_kv', response.prevKv === undefined ? undefined : jsonPair(response.prevKv)],
  ]);
}

function jsonDelete(response: DeleteRangeResponse): Bytes {
  return jsonObject([
    ['header', jsonHeader(response.header)],
    ['deleted', jsonNumber(response.deleted)],
    ['prev_kvs', jsonList(response.prevKvs.map(jsonPair))],
  ]);
}

function jsonMembers(response: MemberListResponse): Bytes {
  const members = response.members.map((member) =>
    jsonObject([
      ['ID', jsonId(member.id)],
      ['name', member.name === '' ? undefined : goJsonString(utf8Encode(member.name))],
      ['peerURLs', jsonList(jsonStrings(member.peerUrls))],
      ['clientURLs', jsonList(jsonStrings(member.clientUrls))],
      ['isLearner', member.isLearner ? 'true' : undefined],
    ]),
  );
  return jsonObject([
    ['header', jsonHeader(response.header)],
    ['members', jsonList(members)],
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

function jsonHeader(header: ResponseHeader): Bytes {
  return jsonObject([
    ['cluster_id', jsonId(header.clusterId)],
    ['member_id', jsonId(header.memberId)],
    ['revision', jsonNumber(header.revision)],
    ['raft_term', jsonNumber(header.raftTerm)],
  ]);
}

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
function jsonObject(fields: readonly (readonly [name: string, text: Bytes | undefined])[]): Bytes {
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

/** A lease id is a signed 64-bit integer. */
function formatLease(lease: Id64): string {
  return BigInt.asIntN(64, BigInt(`0x${lease}`)).toString();
}

function printFields(response: PrintedResponse, isHex: boolean): Bytes {
  const header = fieldsHeader(response.header, isHex);
  switch (response.type) {
    case 'range': {
      const pairs = response.kvs.map((kv) => fieldsPair('', kv, isHex)).join('');
      return `${header}${pairs}"More" : ${response.more}\n"Count" : ${response.count}\n`;
    }
    case 'put':
      return `${header}${response.prevKv === undefined ? '' : fieldsPair('Prev', response.prevKv, isHex)}`;
    case 'deleteRange':
      return `${header}"Deleted" : ${response.deleted}\n${response.prevKvs.map((kv) => fieldsPair('Prev', kv, isHex)).join('')}`;
    case 'memberList':
      return header + response.members.map((member) => fieldsMember(member, isHex)).join('');
    case 'watch':
      return header + response.events.map((event) => fieldsEvent(event, isHex)).join('');
    default:
      return unreachable(response);
  }
}

function fieldsHeader(header: ResponseHeader, isHex: boolean): Bytes {
  const id = isHex ? formatHex : formatDecimal;
  const revision = header.revision > 0 ? `"Revision" : ${header.revision}\n` : '';
  return `"ClusterID" : ${id(header.clusterId)}\n"MemberID" : ${id(header.memberId)}\n${revision}"RaftTerm" : ${header.raftTerm}\n`;
}

function fieldsPair(prefix: '' | 'Prev', kv: KeyValue, isHex: boolean): Bytes {
  return (
    `"${prefix}Key" : ${goQuote(kv.key)}\n` +
    `"${prefix}CreateRevision" : ${kv.createRevision}\n` +
    `"${prefix}ModRevision" : ${kv.modRevision}\n` +
    `"${prefix}Version" : ${kv.version}\n` +
    `"${prefix}Value" : ${goQuote(kv.value)}\n` +
    `"${prefix}Lease" : ${isHex ? kv.lease : formatLease(kv.lease)}\n`
  );
}

function fieldsEvent(event: WatchEvent, isHex: boolean): Bytes {
  const previous = event.prevKv === undefined ? '' : fieldsPair('Prev', event.prevKv, isHex);
  return `"Type" : ${event.type === 'put' ? 'PUT' : 'DELETE'}\n${previous}${fieldsPair('', event.kv, isHex)}`;
}

function fieldsMember(member: MemberInfo, isHex: boolean): Bytes {
  const peers = member.peerUrls.map((url) => `"PeerURL" : ${goQuote(utf8Encode(url))}\n`).join('');
  const clients = member.clientUrls.map((url) => `"ClientURL" : ${goQuote(utf8Encode(url))}\n`).join('');
  const id = isHex ? formatHex(member.id) : formatDecimal(member.id);
  return `"ID" : ${id}\n"Name" : ${goQuote(utf8Encode(member.name))}\n${peers}${clients}"IsLearner" : ${member.isLearner}\n\n`;
}

const MEMBER_HEADINGS = ['ID', 'STATUS', 'NAME', 'PEER ADDRS', 'CLIENT ADDRS', 'IS LEARNER'];

/** Headings centred, cells to the right. */
function printTable(response: MemberListResponse): Bytes {
  const rows = response.members.map(memberCells);
  const widths = MEMBER_HEADINGS.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const border = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const heads = MEMBER_HEADINGS.map((heading, column) => {
    const gap = (widths[column] ?? 0) - heading.length;
    return ' '.repeat(Math.floor(gap / 2)) + heading + ' '.repeat(Math.ceil(gap / 2));
  });
  const body = rows.map((row) => line(row.map((cell, column) => cell.padStart(widths[column] ?? 0))));
  return border + line(heads) + border + body.join('') + (rows.length > 0 ? border : '');
}
