/** The lines that etcdctl's client library logs on standard error, before `Error:` or without it. spec/etcd.md 5.3 */
import { type Bytes, goJsonString, utf8Encode } from '../base/index.ts';
import { type ApiRequest, METHODS } from '../engine/server/api.ts';
import { type ApiError, describeApiError } from '../engine/server/errors.ts';

/** Under which name it logs: a client that etcdctl makes for one endpoint of `endpoint health` calls itself `client`. */
export type Logger = 'etcd-client' | 'client';

/** An attempt of a unary call that failed, whatever becomes of the call. */
export interface FailedAttempt {
  /** Counts from 0. */
  readonly attempt: number;
  /** The endpoint that the client is, or was, connected to; undefined: it never was. */
  readonly peer: string | undefined;
  /** `connectionRefused`, `connectionPending`: the deadline came while nobody listened, or while the process was paused. */
  readonly error: ApiError;
  /** `logIn`: of a log-in in the middle of the call; `renewal`: none, but there is no new token, and the call ends. Left out: of the call itself. */
  readonly of?: 'logIn' | 'renewal' | undefined;
}

/** The call that an attempt belongs to, and the process that made it. */
export interface LoggedCall {
  readonly request: ApiRequest['type'];
  readonly endpoints: readonly string[];
  readonly logger: Logger;
  /** Tells processes apart: an address of memory and a port are made of it. */
  readonly process: number;
}

/** Where a line has no clock: the beginning of time, as a log line writes it. */
export const NO_TIME = '1970-01-01T00:00:00.000000Z';

/** Where the library's own trace of a stream's log-in begins. */
const RENEWAL_TRACE = ['stacktrace', 'go.etcd.io/etcd/client/v3.(*Client).streamClientInterceptor.func1'] as const;

/** The line about an attempt; '' for a stream and what is a message on one, of which nothing is logged but log-ins. @param ts RFC 3339 with microseconds */
export function attemptLine(call: LoggedCall, failed: FailedAttempt, ts: string): Bytes {
  const isStream = call.request === 'watch' || call.request === 'snapshot';
  const method = methodOf(failed.of === undefined ? call.request : 'authenticate');
  if (method === undefined) return '';
  const [first = ''] = call.endpoints;
  // A number of 28 bits, and from it a port as systems give them to clients.
  const mark = (Math.imul(call.process + 1, 0x9e3779b1) >>> 4) & 0xfffffff;
  const local = 32768 + (mark % 28232);
  const peer =
    failed.peer === undefined
      ? 'Peer{Addr: <nil>, LocalAddr: <nil>, AuthInfo: <nil>}'
      : `Peer{Addr: '${bareAddress(failed.peer)}', LocalAddr: '127.0.0.1:${local}', AuthInfo: 'insecure'}`;
  const target = `etcd-endpoints://0xc${mark.toString(16).padStart(7, '0')}00/${bareAddress(first)}`;
  const head = (level: string, line: number, msg: string) =>
    [
      ['level', level],
      ['ts', ts],
      ['logger', call.logger],
      ['caller', `v3@v3.6.14/retry_interceptor.go:${line}`],
      ['msg', msg],
    ] as const;
  const write = (fields: readonly (readonly [string, string])[]) => fields.map(([name, value]) => `"${name}":${logString(value)}`);
  if (failed.of === 'renewal') {
    const said = ['error', describeApiError(failed.error).text] as const;
    const fields = isStream
      ? [...head('error', 120, 'clientv3/retry_interceptor: getToken failed'), said, RENEWAL_TRACE]
      : [...head('warn', 87, 'retrying of unary invoker failed to fetch new auth token'), ['target', target] as const, said];
    return `{${write(fields).join(',')}}\n`;
  }
  const texts = write([
    ...head('warn', 68, 'retrying of unary invoker failed'),
    ['target', target],
    ['peer', peer],
    ['method', method],
  ]);
  return `{${texts.join(',')},"attempt":${failed.attempt},"error":${logString(wireError(failed.error, first))}}\n`;
}

/** An error as gRPC carries it: with its code. */
export function wireError(error: ApiError, endpoint: string): string {
  if (error.code === 'connectionRefused') {
    const why = endpoint.startsWith('https://')
      ? 'transport: authentication handshake failed: EOF'
      : `transport: Error while dialing: dial tcp ${bareAddress(endpoint)}: connect: connection refused`;
    return `rpc error: code = DeadlineExceeded desc = latest balancer error: connection error: desc = "${why}"`;
  }
  const { grpc, text } = describeApiError(error);
  return text.startsWith('rpc error: ') ? text : `rpc error: code = ${grpc} desc = ${text}`;
}

/** As zap writes a string: as encoding/json does, but for `<`, `>` and `&`, which stay. */
function logString(text: string): Bytes {
  return goJsonString(utf8Encode(text)).replaceAll('\\u003c', '<').replaceAll('\\u003e', '>').replaceAll('\\u0026', '&');
}

function bareAddress(endpoint: string): string {
  return endpoint.replace(/^https?:\/\//, '');
}

/** The name of a request's method; undefined for a stream, and for a message on one. */
function methodOf(type: ApiRequest['type']): string | undefined {
  if (type === 'watch' || type === 'snapshot' || type === 'leaseKeepAlive' || type === 'watchProgress') return undefined;
  return METHODS[type] === '' ? undefined : `/etcdserverpb.${METHODS[type]}`;
}
