/**
 * `/v3/watch`: several watches share one stream, told apart by their numbers, as gRPC's clients have it; each of ours is a
 * stream of its own. spec/etcd.md 2.1, 7.2; etcd-io/etcd:server/etcdserver/api/v3rpc/watch.go
 */
import { assert } from '../../base/index.ts';
import type { ResponseHeader, WatchResponse } from '../../engine/server/api.ts';
import { now, type Reply, type Steps, type StreamNumber } from '../program.ts';
import type { HttpEnd } from './http.ts';
import { WatchRequest } from './messages.ts';
import type { ProtoRecord } from './protoJson.ts';
import { sizeRefusal } from './recordSize.ts';
import { int64Of, recordOf, watchOf } from './requests.ts';
import { encodeStreamed } from './responses.ts';
import { beginStream, type Exchange, endOfStream, knock, type StreamEnd, type StreamSink } from './streams.ts';

/** Said of a watch that never came to be, and of what concerns all. */
const NO_WATCH = -1n;

interface WatchStream {
  readonly exchange: Exchange;
  readonly sink: StreamSink;
  /** Watch ids by our streams. */
  readonly ids: Map<StreamNumber, bigint>;
  streams: number;
  nextId: bigint;
  /** Of the newest message. */
  header: ResponseHeader | undefined;
}

/**
 * Carries out the messages in order, then sends what the watches have to say for ever.
 *
 * A stream that nothing was asked of stays open without an answer, and so does one whose body cannot be read: the gateway
 * sends its head with the first message of the member.
 */
export function* serveWatch(exchange: Exchange, messages: readonly ProtoRecord[]): Steps<HttpEnd> {
  return yield* beginStream(exchange, function* (sink) {
    const there = yield* knock(exchange.connection);
    if (there.type === 'error' || there.end !== 'done') return there;
    const watch: WatchStream = { exchange, sink, ids: new Map(), streams: 0, nextId: 0n, header: undefined };
    for (const message of messages) {
      const end = yield* carryOut(watch, message);
      if (end !== undefined) return end;
    }
    for (;;) {
      const end = yield* takeNext(watch);
      if (end !== undefined) return end;
    }
  });
}

function* carryOut(watch: WatchStream, message: ProtoRecord): Steps<StreamEnd | undefined> {
  const refusal = sizeRefusal(WatchRequest, message);
  if (refusal !== undefined) return endOfStream(refusal);
  const create = recordOf(message.create_request);
  const cancel = recordOf(message.cancel_request);
  if (create !== undefined) return yield* open(watch, create);
  if (cancel !== undefined) return yield* close(watch, int64Of(cancel.watch_id));
  if (message.progress_request !== undefined && watch.ids.size > 0) return yield* askProgress(watch);
  return undefined;
}

/** All watches answer, or none: that is one answer. It is there when the question has been taken in. */
function* askProgress(watch: WatchStream): Steps<StreamEnd | undefined> {
  yield { type: 'askProgress', streams: [...watch.ids.keys()] };
  const until = yield* now();
  for (let isSaid = false; ; ) {
    const reply = yield { type: 'receive', input: false, until };
    if (reply.type === 'late') return undefined;
    assert(reply.type === 'event', 'only messages are waited for', { reply: reply.type });
    const { stream, event } = reply;
    if (event.type === 'message' && event.response.type === 'watch' && isProgress(event.response)) {
      if (!isSaid) yield* send(watch, event.response, NO_WATCH);
      isSaid = true;
      continue;
    }
    const end = yield* take(watch, stream, event);
    if (end !== undefined) return end;
  }
}

function isProgress({ created, canceled, events }: WatchResponse): boolean {
  return !created && !canceled && events.length === 0;
}

function* open(watch: WatchStream, create: ProtoRecord): Steps<StreamEnd | undefined> {
  const wanted = int64Of(create.watch_id);
  const inUse = new Set(watch.ids.values());
  const stream = ++watch.streams;
  while (inUse.has(watch.nextId)) watch.nextId++;
  const isDuplicate = wanted !== 0n && inUse.has(wanted);
  const request = watchOf(create);
  // What is refused for its number is refused for nothing else; a range without a key in it is refused like it.
  const { connection } = watch.exchange;
  yield { type: 'open', stream, connection, request, requireLeader: false };
  watch.ids.set(stream, wanted === 0n ? watch.nextId : wanted);
  for (let isThere = false; !isThere; ) {
    const reply = yield { type: 'receive', input: false };
    assert(reply.type === 'event', 'only messages are waited for', { reply: reply.type });
    const { event } = reply;
    isThere = reply.stream === stream && event.type === 'message';
    if (isThere && event.type === 'message' && event.response.type === 'watch' && isDuplicate && !event.response.canceled) {
      yield { type: 'close', stream };
      watch.ids.delete(stream);
      const cancelReason = 'mvcc: duplicate watch ID provided on the WatchStream';
      yield* send(watch, { ...event.response, canceled: true, cancelReason }, NO_WATCH);
      return undefined;
    }
    const end = yield* take(watch, reply.stream, event);
    if (end !== undefined) return end;
  }
  if (wanted === 0n && watch.ids.has(stream)) watch.nextId++;
  return undefined;
}

function* close(watch: WatchStream, id: bigint): Steps<undefined> {
  const found = [...watch.ids].find(([, other]) => other === id);
  if (found === undefined) return undefined;
  const [stream] = found;
  yield { type: 'close', stream };
  watch.ids.delete(stream);
  assert(watch.header !== undefined, 'a watch that is there has said so');
  const { header } = watch;
  const canceled: WatchResponse = {
    type: 'watch',
    header,
    created: false,
    canceled: true,
    cancelReason: '',
    compactRevision: 0,
    events: [],
  };
  yield* send(watch, canceled, id);
  return undefined;
}

function* takeNext(watch: WatchStream): Steps<StreamEnd | undefined> {
  const reply = yield { type: 'receive', input: false };
  assert(reply.type === 'event', 'only messages are waited for', { reply: reply.type });
  return yield* take(watch, reply.stream, reply.event);
}

type WatchEventReply = Extract<Reply, { readonly type: 'event' }>['event'];

function* take(watch: WatchStream, stream: StreamNumber, event: WatchEventReply): Steps<StreamEnd | undefined> {
  const id = watch.ids.get(stream);
  if (event.type === 'end') {
    watch.ids.delete(stream);
    // A watch that was cancelled has said so; the stream itself goes on.
    return event.error === undefined || event.error.code === 'canceled' ? undefined : endOfStream(event.error);
  }
  const { response } = event;
  if (response.type !== 'watch' || id === undefined) return undefined;
  const { created, canceled } = response;
  if (canceled) watch.ids.delete(stream);
  yield* send(watch, response, created && canceled ? NO_WATCH : id);
  return undefined;
}

function* send(watch: WatchStream, response: WatchResponse, id: bigint): Steps<void> {
  watch.header = response.header;
  yield* watch.sink.send(encodeStreamed(response, { watch_id: id }));
}
