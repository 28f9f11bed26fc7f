/** HTTP as a member's client port speaks it: what comes in, and what goes out piece by piece. */
import type { Bytes } from '../../base/index.ts';
import type { ApiErrorCode } from '../../engine/server/errors.ts';
import type { Steps } from '../program.ts';

export interface HttpRequest {
  /** As sent: `POST`. */
  readonly method: string;
  /** Path with its query: `/health?serializable=true`. */
  readonly target: Bytes;
  /** Names in any case. */
  readonly headers: readonly HttpHeader[];
  readonly body: Bytes;
}

export type HttpHeader = readonly [name: string, value: Bytes];

/** What comes before the body. */
export interface HttpHead {
  readonly status: number;
  /** In the order in which they are sent, without Date. */
  readonly headers: readonly HttpHeader[];
}

/** Where an answer goes. `head` is called once, before any part of the body. */
export interface HttpSink {
  head(head: HttpHead): Steps<void>;
  body(part: Bytes): Steps<void>;
}

/** How an exchange ended: with the whole answer, with the connection, or with whoever had asked. */
export type HttpEnd = 'done' | 'refused' | 'lost' | 'late' | 'interrupted';

/** Why there is no more to the answer, if the connection is the reason. */
export function connectionEnd(code: ApiErrorCode): HttpEnd | undefined {
  if (code === 'connectionRefused') return 'refused';
  return code === 'connectionLost' ? 'lost' : undefined;
}

/** On every answer. spec/etcd.md 7.3 */
export const CORS: readonly HttpHeader[] = [
  ['Access-Control-Allow-Headers', 'accept, content-type, authorization'],
  ['Access-Control-Allow-Methods', 'POST, GET, OPTIONS, PUT, DELETE'],
  ['Access-Control-Allow-Origin', '*'],
];

export const JSON_TYPE: HttpHeader = ['Content-Type', 'application/json'];
export const TEXT_TYPE: HttpHeader = ['Content-Type', 'text/plain; charset=utf-8'];

const REASONS: Readonly<Record<number, string>> = {
  101: 'Switching Protocols',
  200: 'OK',
  307: 'Temporary Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  429: 'Too Many Requests',
  // What Go has no words for, it writes like this.
  499: 'status code 499',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** The words behind a status. */
export function reasonOf(status: number): string {
  return REASONS[status] ?? '';
}

/** The value of a header, by its name in any case. */
export function headerOf(headers: readonly HttpHeader[], name: string): Bytes | undefined {
  return headers.find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1];
}

/** A whole answer. */
export interface Page {
  readonly status: number;
  /** Beside those on every answer. */
  readonly headers: readonly HttpHeader[];
  readonly body: Bytes;
}

/** As Go's http.Error writes it. */
export function plainError(status: number, text: Bytes, more: readonly HttpHeader[] = []): Page {
  return { status, headers: [...more, TEXT_TYPE, ['X-Content-Type-Options', 'nosniff']], body: `${text}\n` };
}

export const NOT_FOUND = plainError(404, '404 page not found');
export const NOT_ALLOWED = plainError(405, 'Method Not Allowed', [['Allow', 'GET']]);

/** Sends a whole answer. What answers HEAD has no body. */
export function* sendPage(sink: HttpSink, method: string, page: Page): Steps<HttpEnd> {
  const { status, headers, body } = page;
  yield* sink.head({ status, headers: [...CORS, ...headers, ['Content-Length', String(body.length)]] });
  if (method !== 'HEAD' && body !== '') yield* sink.body(body);
  return 'done';
}
