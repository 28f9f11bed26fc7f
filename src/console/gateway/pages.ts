/** A member's own pages: its version, its health, its metrics. spec/etcd.md 7.4; etcd-io/etcd:server/etcdserver/api/etcdhttp */
import { type Bytes, utf8Decode, utf8Encode } from '../../base/index.ts';
import { HEALTH_CHECKS, type HealthRequest, type HealthResponse, type InspectResponse } from '../../engine/server/api.ts';
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
  return { status: 200, headers: [METRICS_TYPE], body: utf8Encode(renderMetrics(member)) };
}

/** expvar's page: what a process of etcd publishes there, but for what its system knows of it. */
// biome-ignore lint/correctness/useYield: it has all it needs
function* variables(_: PageRequest, member: InspectResponse): Steps<Page> {
  const headers: readonly HttpHeader[] = [['Content-Type', 'application/json; charset=utf-8']];
  const commandLine = utf8Encode(JSON.stringify(member.commandLine));
  return { status: 200, headers, body: `{\n"cmdline": ${commandLine},\n"raft.status": ${member.raftStatus}\n}\n` };
}

/** What a member says of its health, however it comes to it. */
function judged(
  page: HealthRequest['page'],
  part: string | undefined,
  show: (request: PageRequest, health: HealthResponse) => Page,
): PageServer {
  return function* (request) {
    if (request.method !== 'GET') return yield* sendPage(request.sink, request.method, NOT_ALLOWED);
    const excluded = valuesOf(request, 'exclude').map(utf8Decode);
    const serializable = request.query.find(([name]) => name === 'serializable')?.[1] === 'true';
    const asked = { type: 'health' as const, page, part, excluded, serializable };
    const outcome = yield* call({ ...request.connection, token: undefined }, asked, undefined);
    if (!outcome.ok) return connectionEnd(outcome.error.code) ?? 'lost';
    return yield* sendPage(request.sink, request.method, show(request, outcome.response));
  };
}

const health = judged('health', undefined, (_, { isHealthy, reason }) =>
  isHealthy
    ? { status: 200, headers: [TEXT_TYPE], body: '{"health":"true","reason":""}' }
    : plainError(503, `{"health":"false","reason":"${reason}"}`),
);

const SNIFF: HttpHeader = ['X-Content-Type-Options', 'nosniff'];

/** Some checks, one line each: shown if asked for, and always when one fails. */
function checks(page: HealthRequest['page'], part: string | undefined): PageServer {
  return judged(page, part, (request, { isHealthy, reason }) => {
    if (!isHealthy) return plainError(503, reason);
    const isVerbose = request.query.some(([name]) => name === 'verbose');
    return { status: 200, headers: [TEXT_TYPE, SNIFF], body: `${isVerbose ? reason : ''}ok\n` };
  });
}

function valuesOf(request: PageRequest, name: string): readonly Bytes[] {
  return request.query.filter(([other, value]) => other === name && value !== '').map(([, value]) => value);
}

/** By path. */
export const PAGES: ReadonlyMap<string, PageServer> = new Map([
  ['/version', page(version)],
  ['/health', health],
  ['/metrics', page(metrics, true)],
  ['/debug/vars', page(variables, true)],
  ...(['livez', 'readyz'] as const).flatMap((kind): [string, PageServer][] => [
    [`/${kind}`, checks(kind, undefined)],
    ...HEALTH_CHECKS[kind].map((name): [string, PageServer] => [`/${kind}/${name}`, checks(kind, name)]),
  ]),
]);
