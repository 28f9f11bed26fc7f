/**
 * What asks the gateway for a WebSocket. Each of its paths speaks it, a message of the client's a JSON value of the body
 * (etcd-io/etcd:server/embed/serve.go; tmc/grpc-websocket-proxy; gorilla/websocket 1.4.2). Our clients are curl's: they can open
 * one and read it, but have no way to send a frame.
 */
import { base64Encode, sha1 } from '../../base/index.ts';
import type { Steps } from '../program.ts';
import { type HttpEnd, type HttpHeader, type HttpRequest, headerOf, type Page, reasonOf, TEXT_TYPE } from './http.ts';
import { type Exchange, knock } from './streams.ts';

/** RFC 6455 4.2.2. */
const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export function isUpgrade({ headers }: HttpRequest): boolean {
  return hasToken(headers, 'Connection', 'upgrade') && hasToken(headers, 'Upgrade', 'websocket');
}

/** What is wrong with one who asks. */
export function upgradeRefusal({ method, headers }: HttpRequest): Page | undefined {
  if (method !== 'GET') return refused(405);
  if (!hasToken(headers, 'Sec-WebSocket-Version', '13')) return refused(400);
  return (headerOf(headers, 'Sec-WebSocket-Key') ?? '') === '' ? refused(400) : undefined;
}

/**
 * Opens a WebSocket, as the member does it before it looks at what is wanted of it.
 *
 * @param frame what the member has to say without being asked; undefined: it waits for the client
 */
export function* serveWebSocket(exchange: Exchange, { headers }: HttpRequest, frame: string | undefined): Steps<HttpEnd> {
  const there = yield* knock(exchange.connection);
  if (there.type === 'end' && there.end !== 'done') return there.end;
  // Whoever speaks before the answer is hung up on.
  if (exchange.body !== '') return 'lost';
  const accept = base64Encode(sha1(`${headerOf(headers, 'Sec-WebSocket-Key') ?? ''}${KEY_SUFFIX}`));
  const bearer: HttpHeader[] = headerOf(headers, 'Sec-WebSocket-Protocol')?.startsWith('Bearer')
    ? [['Sec-WebSocket-Protocol', 'Bearer']]
    : [];
  const answer: HttpHeader[] = [['Upgrade', 'websocket'], ['Connection', 'Upgrade'], ['Sec-WebSocket-Accept', accept], ...bearer];
  yield* exchange.sink.head({ status: 101, headers: answer });
  if (frame !== undefined) {
    yield* exchange.sink.body(frame);
    return 'done';
  }
  for (;;) if ((yield { type: 'receive', input: false }).type === 'interrupted') return 'interrupted';
}

/** A text frame, short and unmasked. RFC 6455 5.2 */
export function textFrame(text: string): string {
  return `\x81${String.fromCharCode(text.length)}${text}`;
}

function refused(status: number): Page {
  const headers: HttpHeader[] = [TEXT_TYPE, ['Sec-Websocket-Version', '13'], ['X-Content-Type-Options', 'nosniff']];
  return { status, headers, body: `${reasonOf(status)}\n` };
}

/** Is a word in a header's list, in any case? */
function hasToken(headers: readonly HttpHeader[], name: string, token: string): boolean {
  const isIn = (list: string) => list.split(',').some((part) => part.trim().toLowerCase() === token);
  return headers.some(([other, value]) => other.toLowerCase() === name.toLowerCase() && isIn(value));
}
