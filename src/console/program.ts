/**
 * A command is a generator that yields what it wants from the world as plain data and is handed the answers: it can be
 * driven inside virtual time, over a worker or by a test, and knows no promise and no clock.
 */
import { assert, type Bytes } from '../base/index.ts';
import type { ApiRequest, CallOutcome, StreamRequest, StreamResponse, UnaryRequest, UnaryResponse } from '../engine/server/api.ts';
import type { ApiError } from '../engine/server/errors.ts';
import type { Hint } from './hint.ts';

/** Exit status of a command, as a shell sees it (spec/etcd.md 5.3). */
export type ExitCode = number;

/** Names an open stream inside one program; counts from 1. */
export type StreamNumber = number;

/** What a program asks of its driver. Times are virtual microseconds. */
export type Effect =
  | { readonly type: 'write'; readonly to: 'stdout' | 'stderr'; readonly data: Bytes }
  /** Something a learner may want to know, beside what etcdctl prints; no words. */
  | { readonly type: 'hint'; readonly hint: Hint }
  | {
      readonly type: 'call';
      readonly endpoints: readonly string[];
      readonly request: UnaryRequest;
      /** µs until `deadlineExceeded`; undefined = none. */
      readonly timeout: number | undefined;
    }
  | {
      readonly type: 'open';
      readonly stream: StreamNumber;
      readonly endpoints: readonly string[];
      readonly request: StreamRequest;
      /** The member ends the stream when it has been without a leader for too long. */
      readonly requireLeader: boolean;
    }
  | { readonly type: 'close'; readonly stream: StreamNumber }
  /** Waits for the next message of any open stream, or (with `input`) for a line of standard input, whichever is first. */
  | { readonly type: 'receive'; readonly input: boolean }
  | { readonly type: 'sleep'; readonly duration: number }
  /** Waits for the end of standard input and takes all of it. */
  | { readonly type: 'readInput' };

/** What happened on a stream: a message, or its end. */
export type StreamEvent =
  | { readonly type: 'message'; readonly response: StreamResponse }
  | { readonly type: 'end'; readonly error: ApiError | undefined };

/** The answer to an effect; each effect has exactly one kind of answer (`receive` one of three). */
export type Reply =
  /** To `write`, `hint`, `open`, `close` and `sleep`; the value that starts a program is ignored. */
  | { readonly type: 'done' }
  /** To `call`. */
  | { readonly type: 'outcome'; readonly outcome: CallOutcome }
  /** To `receive`. */
  | { readonly type: 'event'; readonly stream: StreamNumber; readonly event: StreamEvent }
  /** To `receive` with input; the line without its newline. */
  | { readonly type: 'line'; readonly line: Bytes }
  | { readonly type: 'endOfInput' }
  /** To `readInput`: everything, newlines kept. */
  | { readonly type: 'input'; readonly data: Bytes };

/** One run of a command. */
export type Program = Generator<Effect, ExitCode, Reply>;
/** A part of a program that comes to a value. */
export type Steps<T> = Generator<Effect, T, Reply>;

/** The response that belongs to a request. */
export type ResponseTo<R extends ApiRequest> = Extract<UnaryResponse | StreamResponse, { readonly type: R['type'] }>;

/** How a call ended, with the response's type known. */
export type OutcomeOf<R extends UnaryRequest> =
  | { readonly ok: true; readonly response: ResponseTo<R> }
  | { readonly ok: false; readonly error: ApiError };

/** Writes bytes to standard output. */
export function* print(data: Bytes): Steps<void> {
  if (data !== '') yield { type: 'write', to: 'stdout', data };
}

/** Writes bytes to standard error. */
export function* printError(data: Bytes): Steps<void> {
  if (data !== '') yield { type: 'write', to: 'stderr', data };
}

/** Hands out a hint. */
export function* giveHint(hint: Hint | undefined): Steps<void> {
  if (hint !== undefined) yield { type: 'hint', hint };
}

/** One unary call. @param timeout µs, undefined for none */
export function* call<R extends UnaryRequest>(
  endpoints: readonly string[],
  request: R,
  timeout: number | undefined,
): Steps<OutcomeOf<R>> {
  const reply = yield { type: 'call', endpoints, request, timeout };
  assert(reply.type === 'outcome', 'a call is answered by an outcome', { reply: reply.type });
  const { outcome } = reply;
  if (outcome.ok) assert(outcome.response.type === request.type, 'a response answers its request', { request: request.type });
  return outcome as OutcomeOf<R>; // the assertion above ties the response's type to the request's
}

/** The whole of standard input. */
export function* readInput(): Steps<Bytes> {
  const reply = yield { type: 'readInput' };
  assert(reply.type === 'input', 'reading everything is answered by everything', { reply: reply.type });
  return reply.data;
}
