/** Responses as etcdctl's writers print them. spec/etcd.md 6.2–6.13; etcd-io/etcd:etcdctl/ctlv3/command/printer*.go */
import { type Bytes, formatDecimal, formatHex, goSize, unreachable, utf8Encode, ZERO_ID } from '../base/index.ts';
import type {
  AlarmResponse,
  HashKvResponse,
  KeyValue,
  MemberInfo,
  Permission,
  StatusResponse,
  WatchEvent,
} from '../engine/server/api.ts';
import { hexBytes, signedHex } from './goText.ts';
import { prefixEnd } from './keyRange.ts';
import { type EndpointAnswer, type EndpointHealth, type PrintedResponse, tookText } from './printed.ts';
import { fieldsEndpoints, fieldsHealth, printFields } from './printFields.ts';
import { jsonEndpoints, jsonHealth, printJson } from './printJson.ts';
import { printProtobuf } from './printProtobuf.ts';
import { renderTable } from './printTable.ts';

export type Writer = 'simple' | 'json' | 'fields' | 'table' | 'protobuf';

export interface PrintOptions {
  readonly writer: Writer;
  /** --hex */
  readonly isHex: boolean;
  /** --print-value-only */
  readonly valueOnly: boolean;
}

/**
 * What a response looks like, or undefined where the writer does not know such responses.
 *
 * @param simple what the `simple` writer says, where the response alone does not tell
 */
export function printResponse(response: PrintedResponse, options: PrintOptions, simple?: Bytes): Bytes | undefined {
  switch (options.writer) {
    case 'simple':
      return simple ?? printSimple(response, options);
    case 'json':
      return `${printJson(response, options.isHex)}\n`;
    case 'fields':
      return printFields(response, options.isHex);
    case 'table':
      return response.type === 'memberList' ? renderTable(MEMBER_HEADINGS, response.members.map(memberCells)) : undefined;
    case 'protobuf':
      return printProtobuf(response);
    default:
      return unreachable(options.writer);
  }
}

/** `endpoint health`: healthy ones on standard output, with `simple` the others on standard error. */
export function printHealth(
  healths: readonly EndpointHealth[],
  writer: Writer,
): { readonly stdout: Bytes; readonly stderr: Bytes } | undefined {
  switch (writer) {
    case 'simple': {
      const healthy = healths.filter(({ error }) => error === undefined);
      const ill = healths.filter(({ error }) => error !== undefined);
      return {
        stdout: healthy
          .map((one) => `${one.endpoint} is healthy: successfully committed proposal: took = ${tookText(one)}\n`)
          .join(''),
        stderr: ill.map((one) => `${one.endpoint} is unhealthy: failed to commit proposal: ${one.error}\n`).join(''),
      };
    }
    case 'json':
      return { stdout: `${jsonHealth(healths)}\n`, stderr: '' };
    case 'fields':
      return { stdout: fieldsHealth(healths), stderr: '' };
    case 'table': {
      const rows = healths.map((health) => [
        health.endpoint,
        String(health.error === undefined),
        tookText(health),
        health.error ?? '',
      ]);
      return { stdout: renderTable(HEALTH_HEADINGS, rows), stderr: '' };
    }
    case 'protobuf':
      return undefined;
    default:
      return unreachable(writer);
  }
}

/** `endpoint status` and `endpoint hashkv`, one row for each endpoint that answered. */
export function printEndpoints<R extends StatusResponse | HashKvResponse>(
  type: R['type'],
  answers: readonly EndpointAnswer<R>[],
  { writer, isHex }: Pick<PrintOptions, 'writer' | 'isHex'>,
): Bytes | undefined {
  const rows = answers.map(({ endpoint, response }) =>
    response.type === 'status' ? statusCells(endpoint, response) : [endpoint, String(response.hash), String(response.hashRevision)],
  );
  switch (writer) {
    case 'simple':
      return rows.map((cells) => `${cells.join(', ')}\n`).join('');
    case 'json':
      return `${jsonEndpoints(answers)}\n`;
    case 'fields':
      return fieldsEndpoints(answers, isHex);
    case 'table':
      return renderTable(type === 'status' ? STATUS_HEADINGS : HASH_HEADINGS, rows);
    case 'protobuf':
      return undefined;
    default:
      return unreachable(writer);
  }
}

const MEMBER_HEADINGS = ['ID', 'STATUS', 'NAME', 'PEER ADDRS', 'CLIENT ADDRS', 'IS LEARNER'];
const HEALTH_HEADINGS = ['ENDPOINT', 'HEALTH', 'TOOK', 'ERROR'];
const HASH_HEADINGS = ['ENDPOINT', 'HASH', 'HASH REVISION'];
const STATUS_HEADINGS = [
  'ENDPOINT',
  'ID',
  'VERSION',
  'STORAGE VERSION',
  'DB SIZE',
  'IN USE',
  'PERCENTAGE NOT IN USE',
  'QUOTA',
  'IS LEADER',
  'IS LEARNER',
  'RAFT TERM',
  'RAFT INDEX',
  'RAFT APPLIED INDEX',
  'ERRORS',
  'DOWNGRADE TARGET VERSION',
  'DOWNGRADE ENABLED',
];

/** What needs no more than the response itself; other commands hand in their words. */
function printSimple(response: PrintedResponse, options: PrintOptions): Bytes {
  switch (response.type) {
    case 'range':
      return response.kvs.map((kv) => simplePair(kv, options)).join('');
    case 'put':
      return `OK\n${response.prevKv === undefined ? '' : simplePair(response.prevKv, options)}`;
    case 'deleteRange':
      return `${response.deleted}\n${response.prevKvs.map((kv) => simplePair(kv, options)).join('')}`;
    case 'txn': {
      const inner = response.responses.map((one) => `\n${printSimple(one, options)}`);
      return `${response.succeeded ? 'SUCCESS' : 'FAILURE'}\n${inner.join('')}`;
    }
    case 'memberList':
      return response.members.map((member) => `${memberCells(member).join(', ')}\n`).join('');
    case 'watch':
      return response.events.map((event) => simpleEvent(event, options)).join('');
    case 'leaseGrant':
      return `lease ${signedHex(response.id)} granted with TTL(${response.ttl}s)\n`;
    case 'leaseKeepAlive':
      return `lease ${signedHex(response.id)} keepalived with TTL(${response.ttl})\n`;
    case 'leaseLeases':
      return `found ${response.leases.length} leases\n${response.leases.map((id) => `${signedHex(id)}\n`).join('')}`;
    case 'alarm':
      return response.alarms.map((alarm) => `${describeAlarm(alarm)}\n`).join('');
    case 'authStatus':
      return `Authentication Status: ${response.enabled}\nAuthRevision: ${response.authRevision}\n`;
    case 'authUserList':
      return response.users.map((user) => `${user}\n`).join('');
    case 'authRoleList':
      return response.roles.map((role) => `${role}\n`).join('');
    default:
      return '';
  }
}

/** As protobuf's text form writes it, with its blank at the end. */
export function describeAlarm({ memberId, alarm }: AlarmResponse['alarms'][number]): Bytes {
  const who = memberId === ZERO_ID ? '' : `memberID:${formatDecimal(memberId)} `;
  return who + (alarm === 'none' ? '' : `alarm:${String(alarm).toUpperCase()} `);
}

/** `role get` and each role of `user get --detail`. */
export function describeRole(role: Bytes, permissions: readonly Permission[]): Bytes {
  // etcdctl shows the root role, which may do everything without a permission, as if it had one on everything.
  const shown: readonly Permission[] =
    role === 'root' && permissions.length === 0 ? [{ access: 'readwrite', key: '', rangeEnd: '\0' }] : permissions;
  const lines = (access: 'read' | 'write'): Bytes =>
    shown
      .filter((permission) => permission.access === access || permission.access === 'readwrite')
      .map((permission) => `\t${describePermission(permission)}\n`)
      .join('');
  return `Role ${role}\nKV Read:\n${lines('read')}KV Write:\n${lines('write')}`;
}

function describePermission({ key, rangeEnd }: Permission): Bytes {
  if (rangeEnd === '') return key;
  const isPrefix = rangeEnd === prefixEnd(key) && key !== '';
  return `[${key}, ${rangeEnd === '\0' ? '<open ended>' : `${rangeEnd})`}${isPrefix ? ` (prefix ${key})` : ''}`;
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

function statusCells(endpoint: Bytes, status: StatusResponse): Bytes[] {
  const { dbSize, dbSizeInUse, downgradeInfo } = status;
  const inUse = dbSize === 0 ? 100 : Math.floor((dbSizeInUse * 100) / dbSize);
  return [
    endpoint,
    formatHex(status.header.memberId),
    utf8Encode(status.version),
    utf8Encode(status.storageVersion),
    goSize(dbSize),
    goSize(dbSizeInUse),
    `${100 - inUse}%`,
    goSize(status.dbSizeQuota),
    String(status.leader === status.header.memberId),
    String(status.isLearner),
    String(status.raftTerm),
    String(status.raftIndex),
    String(status.raftAppliedIndex),
    utf8Encode(status.errors.join(', ')),
    utf8Encode(downgradeInfo.targetVersion),
    String(downgradeInfo.enabled),
  ];
}
