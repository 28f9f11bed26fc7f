/**
 * A member's client port over HTTP: the JSON gateway under /v3/ and the pages beside it, over whatever the console's programs
 * run over. spec/etcd.md 7; etcd-io/etcd:server/embed/serve.go
 */
import { type Bytes, fail, ok, type Result } from '../../base/index.ts';
import { call, callWithin, type Steps } from '../program.ts';
import { scanJson } from './goJson.ts';
import {
  connectionEnd,
  type HttpEnd,
  type HttpHeader,
  type HttpRequest,
  type HttpSink,
  headerOf,
  JSON_TYPE,
  NOT_FOUND,
  type Page,
  plainError,
  sendPage,
} from './http.ts';
import { CONCURRENCY_METHODS, type ConcurrencyAnswer, type ConcurrencyMethod, observeElection } from './locks.ts';
import { EmptyRequest, LeaderRequest, LeaseIdRequest, WatchRequest } from './messages.ts';
import { PAGES } from './pages.ts';
import { decodeProtoJson, type MessageType, type ProtoRecord } from './protoJson.ts';
import { sizeRefusal } from './recordSize.ts';
import { leaseOf, UNARY_METHODS, type UnaryMethod } from './requests.ts';
import {
  encodeResponse,
  encodeStatus,
  type GrpcStatus,
  grpcStatusOf,
  httpStatusOf,
  INVALID_ARGUMENT,
  type ShownResponse,
} from './responses.ts';
import { beginStream, type Exchange, endOfStream, keepAlive, takeSnapshot, within } from './streams.ts';
import { serveWatch } from './watch.ts';
import { isUpgrade, serveWebSocket, textFrame, upgradeRefusal } from './webSocket.ts';

/**
 * Answers one request at one member. Reading goes on as long as the answer does: a stream ends only with whoever reads it.
 *
 * @param endpoint of the member
 * @returns how it ended
 */
export function* serveHttp(request: HttpRequest, endpoint: string, sink: HttpSink): Steps<HttpEnd> {
  const connection = {
    endpoints: [endpoint],
    token: headerOf(request.headers, 'Authorization'),
    once: true,
    maxSent: Number.POSITIVE_INFINITY,
  };
  const exchange: Exchange = { connection, sink, method: request.method, body: request.body, timeout: undefined };
  if (request.method === 'OPTIONS') return yield* sendStatic(exchange, { status: 200, headers: [], body: '' });
  const [path = '', query = ''] = splitOnce(request.target, '?');
  const decoded = decodePath(path);
  if (decoded === undefined) return yield* sendStatic(exchange, plainError(400, '400 Bad Request'));
  const inner = decoded.startsWith('/v3beta/') ? decoded.replace('/v3beta/', '/v3/') : decoded;
  const clean = cleanPath(inner);
  if (clean !== inner) return yield* sendStatic(exchange, redirect(request.method, clean, query));
  const page = PAGES.get(inner);
  if (page !== undefined) return yield* page({ connection, sink, method: request.method, query: parseQuery(query) });
  if (!inner.startsWith('/v3/')) return yield* sendStatic(exchange, NOT_FOUND);
  const method = inner.slice('/v3'.length);
  if (!isUpgrade(request)) return yield* serveGateway(exchange, method, headerOf(request.headers, 'Grpc-Timeout') ?? '');
  const refusal = upgradeRefusal(request);
  if (refusal !== undefined) return yield* sendStatic(exchange, refusal);
  return yield* serveWebSocket(exchange, request, isMethod(method) ? undefined : textFrame(encodeStatus(UNKNOWN_METHOD)));
}

type StreamMethod = (exchange: Exchange) => Steps<HttpEnd>;

/** Methods that answer with a stream, by path behind `/v3`. */
const STREAM_METHODS: ReadonlyMap<string, StreamMethod> = new Map<string, StreamMethod>([
  ['/watch', (exchange) => serveWatch(exchange, readAll(WatchRequest, exchange.body))],
  [
    '/lease/keepalive',
    (exchange) =>
      keepAlive(
        exchange,
        readAll(LeaseIdRequest, exchange.body).map(({ ID }) => leaseOf(ID)),
      ),
  ],
  ['/maintenance/snapshot', (exchange) => withBody(exchange, EmptyRequest, () => takeSnapshot(exchange))],
  ['/election/observe', (exchange) => withBody(exchange, LeaderRequest, (record) => serveObserve(exchange, record))],
]);

const UNKNOWN_METHOD: GrpcStatus = { code: 5, message: 'Not Found' };

function isMethod(path: string): boolean {
  return UNARY_METHODS.has(path) || STREAM_METHODS.has(path) || CONCURRENCY_METHODS.has(path);
}

/** Units of the header `Grpc-Timeout`, in µs. */
const TIMEOUT_UNITS: Readonly<Record<string, number>> = { H: 3_600_000_000, M: 60_000_000, S: 1_000_000, m: 1_000, u: 1, n: 0.001 };

/** @param patience what the header `Grpc-Timeout` says */
function* serveGateway(exchange: Exchange, path: string, patience: Bytes): Steps<HttpEnd> {
  const unary = UNARY_METHODS.get(path);
  const stream = STREAM_METHODS.get(path);
  const concurrency = CONCURRENCY_METHODS.get(path);
  if (!isMethod(path)) return yield* sendStatic(exchange, errorPage(UNKNOWN_METHOD));
  if (exchange.method !== 'POST') return yield* sendStatic(exchange, errorPage({ code: 12, message: 'Method Not Allowed' }));
  const [, amount = '', unit = ''] = /^([+-]?\d+)([HMSmun])$/.exec(patience.trim()) ?? [];
  // As without the header: 0.
  const timeout = Number(amount) === 0 ? undefined : Math.round(Number(amount) * (TIMEOUT_UNITS[unit] ?? 0));
  if (patience !== '' && amount === '')
    return yield* sendStatic(exchange, errorPage({ code: 3, message: `invalid grpc-timeout: ${patience}` }));
  const timed: Exchange = { ...exchange, timeout };
  if (stream !== undefined && timeout !== undefined && timeout <= 0)
    return yield* sendStatic(exchange, errorPage(grpcStatusOf({ code: 'deadlineExceeded' })));
  if (stream !== undefined) return yield* stream(timed);
  if (unary !== undefined) return yield* withMessage(timed, unary.message, (record) => serveUnary(timed, unary, record));
  if (concurrency === undefined) return 'done';
  return yield* withMessage(timed, concurrency.message, (record) => serveConcurrency(timed, concurrency, record));
}

function* serveUnary(exchange: Exchange, method: UnaryMethod, record: ProtoRecord): Steps<HttpEnd> {
  const request = method.request(record);
  if (typeof request === 'string') return yield* sendStatic(exchange, errorPage(grpcStatusOf({ code: request })));
  const outcome = yield* callWithin(exchange.connection, request, exchange.timeout);
  if (outcome.ok)
    return yield* sendPage(exchange.sink, exchange.method, answerPage(encodeResponse(outcome.response as ShownResponse))); // no method inspects
  const end = connectionEnd(outcome.error.code);
  if (end !== undefined) return end;
  return yield* sendPage(exchange.sink, exchange.method, errorPage(grpcStatusOf(outcome.error)));
}

function* serveConcurrency(exchange: Exchange, method: ConcurrencyMethod, record: ProtoRecord): Steps<HttpEnd> {
  const late: ConcurrencyAnswer = { type: 'error', status: grpcStatusOf({ code: 'deadlineExceeded' }) };
  const answer = yield* within(exchange.timeout, method.answer(exchange.connection, record), late);
  if (answer.type === 'end') return answer.end;
  return yield* sendPage(exchange.sink, exchange.method, answer.type === 'ok' ? answerPage(answer.body) : errorPage(answer.status));
}

function* serveObserve(exchange: Exchange, record: ProtoRecord): Steps<HttpEnd> {
  const refusal = sizeRefusal(LeaderRequest, record);
  return yield* beginStream(exchange, function* (sink) {
    return refusal === undefined ? yield* observeElection(exchange.connection, record)(sink) : endOfStream(refusal);
  });
}

/** With a body that is not too large for a member. */
function* withMessage(exchange: Exchange, type: MessageType, go: (record: ProtoRecord) => Steps<HttpEnd>): Steps<HttpEnd> {
  return yield* withBody(exchange, type, function* (record) {
    const refusal = sizeRefusal(type, record);
    return refusal === undefined ? yield* go(record) : yield* sendStatic(exchange, errorPage(grpcStatusOf(refusal)));
  });
}

function* withBody(exchange: Exchange, type: MessageType, go: (record: ProtoRecord) => Steps<HttpEnd>): Steps<HttpEnd> {
  const record = readFirst(type, exchange.body);
  if (!record.ok) return yield* sendStatic(exchange, errorPage({ code: INVALID_ARGUMENT, message: record.error }));
  return yield* go(record.value);
}

/** The first value of a body; an empty one stands for an empty message. What follows is not looked at. */
function readFirst(type: MessageType, body: Bytes): Result<ProtoRecord, Bytes> {
  const span = scanJson(body, 0);
  if (!span.ok) return span;
  if (span.value === undefined) return ok({});
  const record = decodeProtoJson(type, body.slice(span.value.start, span.value.end));
  return record.ok ? record : fail(record.error);
}

/** The values of a body one after the other, up to the first that is none. */
function readAll(type: MessageType, body: Bytes): ProtoRecord[] {
  const records: ProtoRecord[] = [];
  for (let at = 0; ; ) {
    const span = scanJson(body, at);
    if (!span.ok || span.value === undefined) return records;
    const record = decodeProtoJson(type, body.slice(span.value.start, span.value.end));
    if (!record.ok) return records;
    records.push(record.value);
    at = span.value.end;
  }
}

/** An answer that needs nothing of the member but that it is there. */
function* sendStatic(exchange: Exchange, page: Page): Steps<HttpEnd> {
  const outcome = yield* call({ ...exchange.connection, token: undefined }, { type: 'inspect' }, undefined);
  const end = outcome.ok ? undefined : connectionEnd(outcome.error.code);
  return end ?? (yield* sendPage(exchange.sink, exchange.method, page));
}

const GRPC: HttpHeader = ['Grpc-Metadata-Content-Type', 'application/grpc'];

function answerPage(body: Bytes): Page {
  return { status: 200, headers: [JSON_TYPE, GRPC], body };
}

function errorPage(status: GrpcStatus): Page {
  const http = httpStatusOf(status);
  const headers: readonly HttpHeader[] = http === 401 ? [JSON_TYPE, ['Www-Authenticate', status.message]] : [JSON_TYPE];
  return { status: http, headers, body: encodeStatus(status) };
}

/** As Go's ServeMux sends a client to the clean form of its path. */
function redirect(method: string, path: Bytes, query: Bytes): Page {
  const location = encodePath(path) + (query === '' ? '' : `?${query}`);
  const headers: HttpHeader[] = [['Location', location]];
  if (method !== 'GET' && method !== 'HEAD') return { status: 307, headers, body: '' };
  headers.unshift(['Content-Type', 'text/html; charset=utf-8']);
  return { status: 307, headers, body: `<a href="${location.replace(/&/g, '&amp;')}">Temporary Redirect</a>.\n\n` };
}

/** Without `.`, `..` and doubled slashes; `/v3` alone is the root of the gateway. */
function cleanPath(path: Bytes): Bytes {
  if (path === '') return '/';
  const parts: Bytes[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const clean = `/${parts.join('/')}`;
  if (clean === '/v3') return '/v3/';
  return path.endsWith('/') && clean !== '/' ? `${clean}/` : clean;
}

/** undefined: a `%` without two hex digits. */
function decodePath(path: Bytes): Bytes | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(path)) return undefined;
  return path.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function encodePath(path: Bytes): Bytes {
  return path.replace(
    /[^A-Za-z0-9\-_.~$&+,/:;=@]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** Pairs in their order; what cannot be read is passed over. */
function parseQuery(query: Bytes): readonly (readonly [name: Bytes, value: Bytes])[] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', value = ''] = splitOnce(part.replace(/\+/g, ' '), '=').map((text) => decodePath(text) ?? '');
      return [name, value] as const;
    });
}

function splitOnce(text: Bytes, at: string): [Bytes, Bytes] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
