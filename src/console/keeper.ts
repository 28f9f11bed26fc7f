/**
 * What a client does beside its business: it keeps a lease alive as etcd's client library does, and goes on waiting for
 * whatever else it waits for. spec/etcd.md 3.4; etcd-io/etcd:client/v3/lease.go
 */
import { assert, type Id64, ZERO_ID } from '../base/index.ts';
import type { LeaseKeepAliveResponse, StreamRequest, UnaryRequest } from '../engine/server/api.ts';
import {
  type CallNumber,
  type Connection,
  INTERRUPTED,
  type Interrupted,
  now,
  type OutcomeOf,
  type Program,
  type Reply,
  type Steps,
  type StreamEvent,
  type StreamNumber,
} from './program.ts';

/** The library looks twice a second for what is due, give or take what its timers are late: a third of 3 s is over at the second look. */
const TICK = 501_500;
/** A lease of which nothing was ever heard is given up that much after a connection would be, or after this if it never would. */
const FIRST_PATIENCE = 1_000_000;
const DEFAULT_TTL = 5_000_000;

/** A guest's calls and streams are counted from here on: its host makes fewer meanwhile. */
const GUEST_NUMBERS = 1_000_000;

/** One lease that is kept alive, and the numbers of the program's calls and streams. Changed in place by the steps below. */
export interface Keeper {
  readonly connection: Connection;
  readonly lease: Id64;
  /** When the next tick is; undefined once the lease is given up. */
  tick: number | undefined;
  /** From when on the lease is asked for again. */
  due: number;
  /** When the lease is given up if nothing is heard. */
  deadline: number;
  /** The keep-alive under way. */
  pending: CallNumber | undefined;
  calls: number;
  streams: number;
  /** What came for the host while a guest was running, in order. */
  readonly stash: News[];
}

/** What nextNews comes back with. */
export type News =
  | Exclude<Reply, { type: 'done' | 'time' | 'outcome' | 'input' }>
  | { readonly type: 'kept'; readonly response: LeaseKeepAliveResponse }
  /** Said once: the lease is gone, or nothing was heard of it for its time to live. */
  | { readonly type: 'expired' };

/** @param dialTimeout µs; 0 = none. @param at virtual µs: the first keep-alive is sent at once */
export function createKeeper(connection: Connection, lease: Id64, dialTimeout: number, at: number): Keeper {
  const deadline = at + (dialTimeout === 0 ? DEFAULT_TTL : dialTimeout + FIRST_PATIENCE);
  return { connection, lease, tick: at, due: at, deadline, pending: undefined, calls: 0, streams: 0, stash: [] };
}

/** For a program without a lease that runs others. */
export function createIdleKeeper(connection: Connection): Keeper {
  return { ...createKeeper(connection, ZERO_ID, 0, 0), tick: undefined };
}

/** Waits for the next thing to happen, and keeps the lease alive meanwhile. @param until virtual µs at which it is late */
export function* nextNews(keeper: Keeper, input = false, until = Number.POSITIVE_INFINITY): Steps<News> {
  const stashed = keeper.stash.shift();
  if (stashed !== undefined) return stashed;
  for (;;) {
    const wake = Math.min(keeper.tick ?? until, until);
    const reply = yield Number.isFinite(wake) ? { type: 'receive', input, until: wake } : { type: 'receive', input };
    if (reply.type === 'late') {
      if (wake < (keeper.tick ?? Number.POSITIVE_INFINITY)) return reply;
      const expired = yield* tick(keeper);
      if (expired !== undefined) return expired;
      continue;
    }
    if (reply.type === 'answer' && reply.call === keeper.pending) {
      keeper.pending = undefined;
      // An error, whatever it is, is met by asking again at the next tick.
      if (!reply.outcome.ok) continue;
      const { response } = reply.outcome;
      assert(response.type === 'leaseKeepAlive', 'a keep-alive is answered by one', { response: response.type });
      if (response.ttl <= 0) return giveUp(keeper);
      const at = yield* now();
      keeper.due = at + (response.ttl * 1_000_000) / 3;
      keeper.deadline = at + response.ttl * 1_000_000;
      return { type: 'kept', response };
    }
    assert(
      reply.type === 'answer' ||
        reply.type === 'event' ||
        reply.type === 'line' ||
        reply.type === 'endOfInput' ||
        reply.type === 'interrupted',
      'a receive is answered by something received',
      { reply: reply.type },
    );
    return reply;
  }
}

/** One unary call, with the lease kept alive meanwhile. After `catchInterrupt`. */
export function* callKeeping<R extends UnaryRequest>(keeper: Keeper, request: R): Steps<OutcomeOf<R> | Interrupted> {
  const call = ++keeper.calls;
  yield { type: 'begin', call, connection: keeper.connection, request, timeout: undefined };
  for (;;) {
    const news = yield* nextNews(keeper);
    if (news.type === 'interrupted') return INTERRUPTED;
    if (news.type !== 'answer' || news.call !== call) continue;
    const { outcome } = news;
    if (outcome.ok) assert(outcome.response.type === request.type, 'a response answers its request', { request: request.type });
    return outcome as OutcomeOf<R>; // the assertion above ties the response's type to the request's
  }
}

/** Opens a stream. @returns its number */
export function* openKeeping(keeper: Keeper, request: StreamRequest): Steps<StreamNumber> {
  const stream = ++keeper.streams;
  yield { type: 'open', stream, connection: keeper.connection, request, requireLeader: false };
  return stream;
}

/** The next event of a stream, with the lease kept alive meanwhile. */
export function* eventKeeping(keeper: Keeper, stream: StreamNumber): Steps<StreamEvent | Interrupted> {
  for (;;) {
    const news = yield* nextNews(keeper);
    if (news.type === 'interrupted') return INTERRUPTED;
    if (news.type === 'event' && news.stream === stream) return news.event;
  }
}

/**
 * Runs another program in front of this one, with the lease kept alive whenever it receives. Its numbers begin where the
 * keeper's end.
 *
 * @param isDeaf an interrupt does not reach it while it waits
 * @returns undefined when an interrupt ended it
 */
export function* guestKeeping(keeper: Keeper, guest: Program, isDeaf = false): Steps<number | undefined> {
  const [calls, streams] = [keeper.calls + GUEST_NUMBERS, keeper.streams + GUEST_NUMBERS];
  const open = new Set<StreamNumber>();
  let catches = false;
  let step = guest.next({ type: 'done' });
  while (step.done !== true) {
    const effect = step.value;
    let reply: Reply;
    switch (effect.type) {
      case 'receive':
        do reply = yield* nextForGuest(keeper, effect.input, effect.until, calls, streams);
        while (isDeaf && reply.type === 'interrupted');
        break;
      case 'begin':
        reply = yield { ...effect, call: effect.call + calls };
        break;
      case 'open':
        open.add(effect.stream + streams);
        reply = yield { ...effect, stream: effect.stream + streams };
        break;
      case 'close':
        open.delete(effect.stream + streams);
        reply = yield { ...effect, stream: effect.stream + streams };
        break;
      case 'askProgress':
        reply = yield { ...effect, streams: effect.streams.map((stream) => stream + streams) };
        break;
      case 'catchInterrupt':
        catches = true;
        reply = yield effect;
        break;
      default:
        reply = yield effect;
    }
    if (reply.type === 'interrupted' && !catches) {
      for (const stream of open) yield { type: 'close', stream };
      return undefined;
    }
    step = guest.next(reply);
  }
  return step.value;
}

/** What a guest receives, under its own numbers; what is its host's is laid by. */
function* nextForGuest(keeper: Keeper, input: boolean, until: number | undefined, calls: number, streams: number): Steps<Reply> {
  const before = keeper.stash.splice(0);
  for (;;) {
    const news = yield* nextNews(keeper, input, until);
    const isHosts =
      news.type === 'kept' ||
      news.type === 'expired' ||
      (news.type === 'answer' && news.call <= calls) ||
      (news.type === 'event' && news.stream <= streams);
    if (isHosts) {
      before.push(news);
      continue;
    }
    keeper.stash.push(...before);
    if (news.type === 'answer') return { ...news, call: news.call - calls };
    return news.type === 'event' ? { ...news, stream: news.stream - streams } : news;
  }
}

function* tick(keeper: Keeper): Steps<News | undefined> {
  const at = yield* now();
  if (at >= keeper.deadline) return giveUp(keeper);
  keeper.tick = at + TICK;
  if (keeper.pending !== undefined || keeper.due > at) return undefined;
  const call = ++keeper.calls;
  keeper.pending = call;
  yield {
    type: 'begin',
    call,
    connection: keeper.connection,
    request: { type: 'leaseKeepAlive', id: keeper.lease },
    timeout: undefined,
  };
  return undefined;
}

function giveUp(keeper: Keeper): News {
  keeper.tick = undefined;
  return { type: 'expired' };
}
