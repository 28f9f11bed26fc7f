/**
 * A command is a generator that yields what it wants from the world as plain data and is handed the answers: it can be
 * driven inside virtual time, over a worker or by a test, and knows no promise and no clock.
 */
import { assert, type Bytes } from '../base/index.ts';
import type { ApiRequest, CallOutcome, StreamRequest, StreamResponse, UnaryRequest, UnaryResponse } from '../engine/server/api.ts';
import type { ApiError } from '../engine/server/errors.ts';
import { MAX_MESSAGE_SIZE, requestSize, responseSize } from '../engine/server/messageSize.ts';
import type { Logger } from './clientLog.ts';
import type { Hint } from './hint.ts';

/** Exit status of a command, as a shell sees it (spec/etcd.md 5.3). */
export type ExitCode = number;

/** Names an open stream inside one program; counts from 1. */
export type StreamNumber = number;

/** Names a call that was begun, inside one program; counts from 1. */
export type CallNumber = number;

/** Who asks, where they ask with a password. */
export interface Login {
  readonly name: Bytes;
  readonly password: Bytes;
}

/** Who a call or a stream goes to, and how. */
export interface Connection {
  readonly endpoints: readonly string[];
  /** Says which user asks; undefined = nobody has logged in. */
  readonly token: Bytes | undefined;
  /** Who that is: where the token is no longer taken, etcd's client library logs in again; left out: it does not. */
  readonly login?: Login | undefined;
  /** Asked of each endpoint at most once; left out: as etcd's client library asks. */
  readonly once?: boolean | undefined;
  /** Who logs that an attempt failed; left out: `etcd-client`. */
  readonly logger?: Logger | undefined;
  /** It begins with a handshake of TLS, which no member answers: nobody is reached. */
  readonly tls?: boolean | undefined;
  /** Bytes that one message may have; left out: 2 MiB to send, and no end to receive. */
  readonly maxSent?: number | undefined;
  readonly maxReceived?: number | undefined;
}

/** Something that is not shown as it is typed. Who hides it hears of an interrupt, says a last word and ends by itself. */
export interface Secret {
  readonly lastWord: Bytes;
}

/** What a program asks of its driver. Times are virtual microseconds. */
export type Effect =
  | {
      readonly type: 'write';
      readonly to: 'stdout' | 'stderr';
      readonly data: Bytes;
      /** Of the store: it tells of the change that made it; left out: of none. */
      readonly revision?: number | undefined;
    }
  /** Something a learner may want to know, beside what etcdctl prints; no words. */
  | { readonly type: 'hint'; readonly hint: Hint }
  | {
      readonly type: 'call';
      readonly connection: Connection;
      readonly request: UnaryRequest;
      /** µs until `deadlineExceeded`; undefined = none. */
      readonly timeout: number | undefined;
    }
  | {
      readonly type: 'open';
      readonly stream: StreamNumber;
      readonly connection: Connection;
      readonly request: StreamRequest;
      /** The member ends the stream when it has been without a leader for too long. */
      readonly requireLeader: boolean;
    }
  | { readonly type: 'close'; readonly stream: StreamNumber }
  /** Starts a call and goes on: its outcome is one of the things that `receive` waits for. */
  | {
      readonly type: 'begin';
      readonly call: CallNumber;
      readonly connection: Connection;
      readonly request: UnaryRequest;
      /** As of `call`. */
      readonly timeout: number | undefined;
    }
  /** A call that failed at the client, over nothing that a member did: its library logs it as any other attempt. */
  | {
      readonly type: 'failedHere';
      readonly connection: Connection;
      readonly request: UnaryRequest['type'];
      readonly error: ApiError;
    }
  /** A call that asks the members of these streams how far they are; answered as a call is. */
  | { readonly type: 'askProgress'; readonly streams: readonly StreamNumber[] }
  /**
   * Waits for the next message of any open stream or the outcome of any call that was begun, or (with `input`) for a line of
   * standard input, or until virtual time `until`, whichever is first. What is `secret` is not shown as it is typed.
   */
  | { readonly type: 'receive'; readonly input: boolean; readonly until?: number; readonly secret?: Secret | undefined }
  | { readonly type: 'sleep'; readonly duration: number }
  /** Waits for the end of standard input and takes all of it. */
  | { readonly type: 'readInput' }
  /** Asks for the virtual time, µs. */
  | { readonly type: 'now' }
  /**
   * From now on the first interrupt is an answer (`interrupted`) to whatever the program waits for, whose call is cancelled;
   * without it, and at the second one, the program dies of it.
   */
  | { readonly type: 'catchInterrupt' }
  /** A file for the person who typed: a browser downloads it. */
  | { readonly type: 'save'; readonly name: string; readonly data: Bytes };

/** What happened on a stream: a message, or its end. */
export type StreamEvent =
  | { readonly type: 'message'; readonly response: StreamResponse }
  | { readonly type: 'end'; readonly error: ApiError | undefined };

/** The answer to an effect; each effect has exactly one kind of answer, but for `receive`. */
export type Reply =
  /** To `write`, `hint`, `open`, `close`, `begin`, `failedHere`, `sleep`, `catchInterrupt` and `save`; the value that starts a program is ignored. */
  | { readonly type: 'done' }
  /** To an effect that waits, after `catchInterrupt`. */
  | { readonly type: 'interrupted' }
  /** To `now`. */
  | { readonly type: 'time'; readonly at: number }
  /** To `receive`: a call that was begun has come to its end. */
  | { readonly type: 'answer'; readonly call: CallNumber; readonly outcome: CallOutcome }
  /** To `receive` with `until`. */
  | { readonly type: 'late' }
  /** To `call` and `askProgress`. */
  | { readonly type: 'outcome'; readonly outcome: CallOutcome }
  /** To `receive`. */
  | { readonly type: 'event'; readonly stream: StreamNumber; readonly event: StreamEvent }
  /** To `receive` with input; the line without its newline. */
  | { readonly type: 'line'; readonly line: Bytes }
  /** `rest`: what followed the last newline; '' ever after. */
  | { readonly type: 'endOfInput'; readonly rest: Bytes }
  /** To `readInput`: everything, newlines kept. */
  | { readonly type: 'input'; readonly data: Bytes };

/** One run of a command. */
export type Program = Generator<Effect, ExitCode, Reply>;
/** A part of a program that comes to a value. */
export type Steps<T> = Generator<Effect, T, Reply>;

/** The response that belongs to a request. */
export type ResponseTo<R extends ApiRequest> = ResponseOfType<UnaryResponse | StreamResponse, R['type']>;
type ResponseOfType<R, T> = R extends { readonly type: infer U } ? (T extends U ? R & { readonly type: T } : never) : never;

/** How a call ended, with the response's type known. */
export type OutcomeOf<R extends UnaryRequest> =
  | { readonly ok: true; readonly response: ResponseTo<R> }
  | { readonly ok: false; readonly error: ApiError };

/** Writes bytes to standard output. @param revision that made the change of which they tell */
export function* print(data: Bytes, revision?: number): Steps<void> {
  if (data !== '') yield { type: 'write', to: 'stdout', data, revision };
}

/** Writes bytes to standard error. */
export function* printError(data: Bytes): Steps<void> {
  if (data !== '') yield { type: 'write', to: 'stderr', data };
}

/** Hands out a hint. */
export function* giveHint(hint: Hint | undefined): Steps<void> {
  if (hint !== undefined) yield { type: 'hint', hint };
}

/** Said instead of a value by steps that an interrupt cut short. */
export const INTERRUPTED = 'interrupted';
export type Interrupted = typeof INTERRUPTED;

/** One unary call. Not for programs that catch interrupts. @param timeout µs, undefined for none */
export function* call<R extends UnaryRequest>(
  connection: Connection,
  request: R,
  timeout: number | undefined,
): Steps<OutcomeOf<R>> {
  const outcome = yield* callOrInterrupt(connection, request, timeout);
  assert(outcome !== INTERRUPTED, 'an interrupt is an answer only where it was asked for');
  return outcome;
}

/** One call, unless its deadline has passed already. @param timeout µs; undefined = none */
export function* callWithin<R extends UnaryRequest>(
  connection: Connection,
  request: R,
  timeout: number | undefined,
): Steps<OutcomeOf<R>> {
  if (timeout !== undefined && timeout <= 0) return yield* failHere(connection, request, { code: 'deadlineExceeded' });
  return yield* call(connection, request, timeout);
}

/** As {@link call}, after `catchInterrupt`. */
export function* callOrInterrupt<R extends UnaryRequest>(
  connection: Connection,
  request: R,
  timeout: number | undefined,
): Steps<OutcomeOf<R> | Interrupted> {
  const { maxSent = MAX_MESSAGE_SIZE, maxReceived = Number.POSITIVE_INFINITY } = connection;
  const sent = requestSize(request);
  if (sent > maxSent) return yield* failHere(connection, request, { code: 'sentTooLarge', size: sent, limit: maxSent });
  const reply = yield { type: 'call', connection, request, timeout };
  if (reply.type === 'interrupted') return INTERRUPTED;
  assert(reply.type === 'outcome', 'a call is answered by an outcome', { reply: reply.type });
  const { outcome } = reply;
  if (outcome.ok) assert(outcome.response.type === request.type, 'a response answers its request', { request: request.type });
  const received = outcome.ok ? responseSize(outcome.response) : 0;
  if (received > maxReceived)
    return yield* failHere(connection, request, { code: 'receivedTooLarge', size: received, limit: maxReceived });
  return outcome as OutcomeOf<R>; // the assertion above ties the response's type to the request's
}

function* failHere(
  connection: Connection,
  request: UnaryRequest,
  error: ApiError,
): Steps<{ readonly ok: false; readonly error: ApiError }> {
  yield { type: 'failedHere', connection, request: request.type, error };
  return { ok: false, error };
}

/** The virtual time, µs. */
export function* now(): Steps<number> {
  const reply = yield { type: 'now' };
  assert(reply.type === 'time', 'the time is answered by the time', { reply: reply.type });
  return reply.at;
}

/** The whole of standard input. */
export function* readInput(): Steps<Bytes> {
  const reply = yield { type: 'readInput' };
  assert(reply.type === 'input', 'reading everything is answered by everything', { reply: reply.type });
  return reply.data;
}

/** A line of standard input without its newline; undefined at the end. A rest without a newline is a line too. @param secret left out: all may see it */
export function* readLine(secret?: Secret): Steps<Bytes | undefined> {
  const reply = yield { type: 'receive', input: true, secret };
  if (reply.type === 'endOfInput') return reply.rest === '' ? undefined : reply.rest;
  assert(reply.type === 'line', 'without streams only a line can be received', { reply: reply.type });
  return reply.line;
}

/**
 * Runs parts side by side: whatever one of them waits for, the others go on.
 *
 * @param parts may write, hint, call and ask for the time; nothing else
 * @returns what they came to, in the order in which they came to it
 */
export function* together<T>(parts: readonly Steps<T>[]): Steps<T[]> {
  const results: T[] = [];
  const waiting = new Map<CallNumber, Steps<T>>();
  let calls = 0;
  function* advance(part: Steps<T>, first: Reply): Steps<void> {
    let step = part.next(first);
    while (step.done !== true) {
      const effect = step.value;
      if (effect.type === 'call') {
        const call = ++calls;
        waiting.set(call, part);
        yield { ...effect, type: 'begin', call };
        return;
      }
      assert(
        effect.type === 'write' || effect.type === 'hint' || effect.type === 'now' || effect.type === 'failedHere',
        'side by side, parts only call',
        {
          effect: effect.type,
        },
      );
      step = part.next(yield effect);
    }
    results.push(step.value);
  }
  for (const part of parts) yield* advance(part, { type: 'done' });
  while (waiting.size > 0) {
    const reply = yield { type: 'receive', input: false };
    assert(reply.type === 'answer', 'only answers are waited for', { reply: reply.type });
    const part = waiting.get(reply.call);
    assert(part !== undefined, 'an answer belongs to a part', { call: reply.call });
    waiting.delete(reply.call);
    yield* advance(part, { type: 'outcome', outcome: reply.outcome });
  }
  return results;
}
