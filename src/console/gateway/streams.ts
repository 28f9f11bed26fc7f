/** Answers in parts: one JSON object and a newline each. spec/etcd.md 7.2 */
import { type Bytes, type Id64, ZERO_ID } from '../../base/index.ts';
import type { ApiError } from '../../engine/server/errors.ts';
import { type Connection, call, now, type Reply, type Steps, type StreamNumber } from '../program.ts';
import { CORS, connectionEnd, type HttpEnd, type HttpHeader, type HttpSink, JSON_TYPE } from './http.ts';
import { encodeStreamError, encodeStreamed, type GrpcStatus, grpcStatusOf, httpStatusOf } from './responses.ts';

/** One request at one member, under way. */
export interface Exchange {
  readonly connection: Connection;
  readonly sink: HttpSink;
  readonly method: string;
  readonly body: Bytes;
  /** µs that the whole of it may take, as the header `Grpc-Timeout` says; undefined = no end. */
  readonly timeout: number | undefined;
}

/** How a stream ended for its member. */
export type StreamEnd = { readonly type: 'end'; readonly end: HttpEnd } | { readonly type: 'error'; readonly status: GrpcStatus };

const CHUNKED: HttpHeader = ['Transfer-Encoding', 'chunked'];

/** Sends parts; the head goes out with the first. */
export class StreamSink {
  readonly #sink: HttpSink;
  #isOpen = false;

  constructor(sink: HttpSink) {
    this.#sink = sink;
  }

  *send(part: Bytes): Steps<void> {
    if (!this.#isOpen) {
      const headers: readonly HttpHeader[] = [...CORS, JSON_TYPE, ['Grpc-Metadata-Content-Type', 'application/grpc'], CHUNKED];
      yield* this.#sink.head({ status: 200, headers });
      this.#isOpen = true;
    }
    yield* this.#sink.body(part);
  }

  /** Ends as the member ended. */
  *finish(end: StreamEnd): Steps<HttpEnd> {
    if (end.type === 'error') {
      if (!this.#isOpen) yield* this.#sink.head({ status: httpStatusOf(end.status), headers: [...CORS, JSON_TYPE, CHUNKED] });
      yield* this.#sink.body(encodeStreamError(end.status));
      return 'done';
    }
    if (!this.#isOpen && end.end === 'done') yield* this.#sink.head({ status: 200, headers: [...CORS, CHUNKED] });
    return end.end;
  }
}

/** What an error of the API means for a stream. */
export function endOfStream(error: ApiError): StreamEnd {
  const end = connectionEnd(error.code);
  return end === undefined ? { type: 'error', status: grpcStatusOf(error) } : { type: 'end', end };
}

export const STREAM_DONE: StreamEnd = { type: 'end', end: 'done' };

/** Parts as they come, to the end. @param parts hands each on and comes to how it ended */
export function* beginStream(exchange: Exchange, parts: (send: StreamSink) => Steps<StreamEnd>): Steps<HttpEnd> {
  const stream = new StreamSink(exchange.sink);
  return yield* stream.finish(yield* within(exchange.timeout, parts(stream), endOfStream({ code: 'deadlineExceeded' })));
}

/**
 * Steps that have to come to their end in time. Late, what has asked to hear of interrupts hears of one, and cleans up; what has not
 * is left where it is, with its streams closed.
 *
 * @param timeout µs; undefined = no end
 */
export function* within<T>(timeout: number | undefined, steps: Steps<T>, late: T): Steps<T> {
  if (timeout === undefined) return yield* steps;
  if (timeout <= 0) return late;
  const until = (yield* now()) + timeout;
  const streams = new Set<StreamNumber>();
  let catches = false;
  let isLate = false;
  let step = steps.next({ type: 'done' });
  while (step.done !== true) {
    const effect = step.value;
    if (effect.type === 'catchInterrupt') catches = true;
    if (effect.type === 'open') streams.add(effect.stream);
    if (effect.type === 'close') streams.delete(effect.stream);
    const mayWait = effect.type === 'receive' && !isLate && until < (effect.until ?? Number.POSITIVE_INFINITY);
    const reply: Reply = yield mayWait ? { ...effect, until } : effect;
    if (!mayWait || reply.type !== 'late') {
      step = steps.next(reply);
      continue;
    }
    isLate = true;
    if (!catches) {
      for (const stream of streams) yield { type: 'close', stream };
      return late;
    }
    step = steps.next({ type: 'interrupted' });
  }
  return isLate ? late : step.value;
}

/** One answer to each message. A lease that is not there has no time to live. */
export function* keepAlive(exchange: Exchange, leases: readonly Id64[]): Steps<HttpEnd> {
  return yield* beginStream(exchange, function* (stream) {
    if (leases.length === 0) return yield* knock(exchange.connection);
    for (const id of leases) {
      const outcome = yield* call(exchange.connection, { type: 'leaseKeepAlive', id }, undefined);
      if (!outcome.ok) return endOfStream(outcome.error);
      yield* stream.send(encodeStreamed(outcome.response));
    }
    return STREAM_DONE;
  });
}

/** Comes to `done` if the member is there. */
export function* knock(connection: Connection): Steps<StreamEnd> {
  const outcome = yield* call({ ...connection, token: undefined }, { type: 'inspect' }, undefined);
  return outcome.ok ? STREAM_DONE : endOfStream(outcome.error);
}

const NO_HEADER = { clusterId: ZERO_ID, memberId: ZERO_ID, revision: 0, raftTerm: 0 } as const;

export function* takeSnapshot(exchange: Exchange): Steps<HttpEnd> {
  return yield* beginStream(exchange, function* (stream) {
    yield { type: 'open', stream: 1, connection: exchange.connection, request: { type: 'snapshot' }, requireLeader: false };
    for (;;) {
      const reply = yield { type: 'receive', input: false };
      if (reply.type !== 'event') continue;
      const { event } = reply;
      if (event.type === 'end') return event.error === undefined ? STREAM_DONE : endOfStream(event.error);
      if (event.response.type === 'snapshot') yield* stream.send(encodeStreamed({ ...event.response, header: NO_HEADER }));
    }
  });
}
