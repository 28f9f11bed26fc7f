/** A member's own pages: its version, its health, its metrics. spec/etcd.md 7.4; etcd-io/etcd:server/etcdserver/api/etcdhttp */
import { type Bytes, utf8Encode } from '../../base/index.ts';
import type { InspectResponse } from '../../engine/server/api.ts';
import { type ApiErrorCode, describeApiError } from '../../engine/server/errors.ts';
import { rangeRequest } from '../keyRange.ts';
import { type Connection, call, type Steps } from '../program.ts';
import {
  connectionEnd,
  type HttpEnd,
  type HttpHeader,
  type HttpSink,
  JSON_TYPE,
  NOT_ALLOWED,
  type Page,
  plainError,
  sendPage,
  TEXT_TYPE,
} from './http.ts';
import { METRICS_TYPE, renderMetrics } from './metrics.ts';

/** One request for a page. */
export interface PageRequest {
  readonly connection: Connection;
  readonly sink: HttpSink;
  readonly method: string;
  readonly query: readonly (readonly [name: Bytes, value: Bytes])[];
}

type PageServer = (request: PageRequest) => Steps<HttpEnd>;

/** A look at the member, and what becomes of it. */
function page(show: (request: PageRequest, member: InspectResponse) => Steps<Page | HttpEnd>, anyMethod = false): PageServer {
  return function* (request) {
    // Whoever asks for these needs no token.
    const connection = { ...request.connection, token: undefined };
    const outcome = yield* call(connection, { type: 'inspect' }, undefined);
    if (!outcome.ok) return connectionEnd(outcome.error.code) ?? 'lost';
    if (!anyMethod && request.method !== 'GET') return yield* sendPage(request.sink, request.method, NOT_ALLOWED);
    const shown = yield* show({ ...request, connection }, outcome.response);
    return typeof shown === 'string' ? shown : yield* sendPage(request.sink, request.method, shown);
  };
}

// biome-ignore lint/correctness/useYield: it has all it needs
function* version(_: PageRequest, member: InspectResponse): Steps<Page> {
  const cluster = member.clusterVersion === '' ? 'not_decided' : member.clusterVersion;
  const body = `{"etcdserver":"${member.version}","etcdcluster":"${cluster}","storage":"${member.storageVersion}"}`;
  return { status: 200, headers: [JSON_TYPE], body };
}

// biome-ignore lint/correctness/useYield: it has all it needs
function* metrics(_: PageRequest, member: InspectResponse): Steps<Page> {
  return { status: 200, headers: [METRICS_TYPE], body: utf8Encode(renderMetrics(member.metrics)) };
}

/** µs that a health check waits for a read: etcd's request timeout. */
const HEALTH_TIMEOUT = 7_000_000;

function* health(request: PageRequest, member: InspectResponse): Steps<Page | HttpEnd> {
  const excluded = valuesOf(request, 'exclude');
  const isLocal = request.query.find(([name]) => name === 'serializable')?.[1] === 'true';
  const alarm = member.alarms.map((one) => one.alarm.toUpperCase()).find((name) => !excluded.includes(name));
  if (alarm !== undefined) return unhealthy(`ALARM ${alarm}`);
  if (!isLocal && !member.hasLeader) return unhealthy('RAFT NO LEADER');
  const code = yield* readFault(request.connection, isLocal);
  const end = code === undefined ? undefined : connectionEnd(code);
  if (end !== undefined) return end;
  if (code !== undefined) return unhealthy(`RANGE ERROR:${describeApiError({ code }).text}`);
  return { status: 200, headers: [TEXT_TYPE], body: '{"health":"true","reason":""}' };
}

function unhealthy(reason: Bytes): Page {
  return plainError(503, `{"health":"false","reason":"${reason}"}`);
}

/** Why a read fails at this member; undefined: it does not. */
function* readFault(connection: Connection, serializable: boolean): Steps<ApiErrorCode | undefined> {
  const request = { ...rangeRequest('health', ''), serializable, keysOnly: true, limit: 1 };
  const outcome = yield* call(connection, request, HEALTH_TIMEOUT);
  if (outcome.ok) return undefined;
  switch (outcome.error.code) {
    // The real check reads in root's name, and below the front door at which a learner turns readers away.
    case 'userEmpty':
    case 'permissionDenied':
    case 'learnerNotSupported':
      return undefined;
    case 'deadlineExceeded':
      return 'timeout';
    default:
      return outcome.error.code;
  }
}

/** Comes to what is wrong, if anything is. */
type Check = (connection: Connection, member: InspectResponse) => Steps<ApiErrorCode | Bytes | undefined>;

const CHECKS: Readonly<Record<string, Check>> = {
  *data_corruption(_, member) {
    return member.alarms.some(({ alarm }) => alarm === 'corrupt') ? 'alarm activated: CORRUPT' : undefined;
  },
  *serializable_read(connection) {
    return yield* readFault(connection, true);
  },
  *linearizable_read(connection) {
    return yield* readFault(connection, false);
  },
  // biome-ignore lint/correctness/useYield: it has all it needs
  *non_learner(_, member) {
    return member.isLearner ? 'not supported for learner' : undefined;
  },
};
const CHECKS_OF = {
  livez: ['serializable_read'],
  readyz: ['data_corruption', 'serializable_read', 'linearizable_read', 'non_learner'],
} as const;
const SNIFF: HttpHeader = ['X-Content-Type-Options', 'nosniff'];

/** Some checks, one line each: shown if asked for, and always when one fails. */
function checks(names: readonly string[], isPart: boolean) {
  return function* (request: PageRequest, member: InspectResponse): Steps<Page | HttpEnd> {
    const excluded = isPart ? [] : valuesOf(request, 'exclude');
    const lines: Bytes[] = [];
    let isWell = true;
    for (const name of names) {
      if (excluded.includes(name)) continue;
      const fault = yield* (CHECKS[name] as Check)(request.connection, member); // every name has a check
      const end = fault === undefined ? undefined : connectionEnd(fault as ApiErrorCode); // a text of ours is no code
      if (end !== undefined) return end;
      if (fault !== undefined) isWell = false;
      lines.push(fault === undefined ? `[+]${name} ok\n` : `[-]${name} failed: ${wordsOf(fault)}\n`);
    }
    if (!isWell) return plainError(503, lines.join(''));
    const isVerbose = request.query.some(([name]) => name === 'verbose');
    return { status: 200, headers: [TEXT_TYPE, SNIFF], body: `${isVerbose ? lines.join('') : ''}ok\n` };
  };
}

/** A code of the API in its words; everything else is words already. */
function wordsOf(fault: ApiErrorCode | Bytes): Bytes {
  return fault.includes(' ') ? fault : describeApiError({ code: fault as ApiErrorCode }).text; // codes have no blanks
}

function valuesOf(request: PageRequest, name: string): readonly Bytes[] {
  return request.query.filter(([other, value]) => other === name && value !== '').map(([, value]) => value);
}

/** By path. */
export const PAGES: ReadonlyMap<string, PageServer> = new Map([
  ['/version', page(version)],
  ['/health', page(health)],
  ['/metrics', page(metrics, true)],
  ...Object.entries(CHECKS_OF).flatMap(([kind, names]): [string, PageServer][] => [
    [`/${kind}`, page(checks(names, false))],
    ...names.map((name): [string, PageServer] => [`/${kind}/${name}`, page(checks([name], true))]),
  ]),
]);
