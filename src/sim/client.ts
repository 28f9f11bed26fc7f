/**
 * A client of the cluster: the part of etcd's client library that decides which member is asked, what is asked again, and
 * when to give up (`spec/etcd.md` 4.3). It has a wire of its own to every member.
 */
import { assert, type Bytes, between, clonePrng, createPrng, type Prng } from '../base/index.ts';
import {
  type ApiError,
  type ApiRequest,
  describeApiError,
  type StreamResponse,
  type UnaryResponse,
  type WatchProgressRequest,
  type WatchResponse,
} from '../engine/server/index.ts';
import type { Action } from './command.ts';
import { MILLISECOND, SECOND, type SimTime } from './scenario.ts';

/** After each full round over the endpoints, ± 10 %. */
const RETRY_WAIT = 25 * MILLISECOND;
/** Before a stream of keep-alives that has failed is opened again. etcd: retryConnWait. */
const STREAM_WAIT = 500 * MILLISECOND;
/** The library gives up a call after so many attempts. */
const MOST_ATTEMPTS = 100;
/**
 * After a round in which nobody listened, as gRPC's connections wait before they try again: each time 1.6 times as long, ± 20 %
 * from the second on, and never much longer than two minutes.
 */
const FIRST_RECONNECT_WAIT = 1 * SECOND;
const LONGEST_RECONNECT_WAIT = 120 * SECOND;

/** gRPC asks a connection on which nothing was heard for 10 s whether it is there, and gives it up after 6 s more. */
export const LONGEST_SILENCE = 16 * SECOND;

/** What happens to a client. */
export type ClientEvent =
  | { readonly type: 'answer'; readonly call: number; readonly attempt: number; readonly response: UnaryResponse }
  | { readonly type: 'refuse'; readonly call: number; readonly attempt: number; readonly error: ApiError }
  | { readonly type: 'stream'; readonly call: number; readonly attempt: number; readonly response: StreamResponse }
  /** Nobody listened at that address. */
  | { readonly type: 'unreachable'; readonly call: number; readonly attempt: number }
  /** The member's process is paused: there will be a connection when it goes on. */
  | { readonly type: 'pending'; readonly call: number; readonly attempt: number }
  /** The member's process went away while the call was open. */
  | { readonly type: 'lost'; readonly call: number; readonly attempt: number }
  /** The member's process is paused, and has been for so long that the connection is given up. */
  | { readonly type: 'silent'; readonly call: number; readonly attempt: number; readonly member: number }
  | { readonly type: 'retry'; readonly call: number; readonly attempt: number }
  | { readonly type: 'deadline'; readonly call: number };

/** What a client wants done. */
export type ClientEffect =
  | {
      readonly type: 'send';
      readonly call: number;
      readonly attempt: number;
      readonly member: number;
      readonly request: ApiRequest;
      readonly requireLeader: boolean;
      readonly token: Bytes | undefined;
      /** There are other endpoints: one whose process is paused, where no connection comes to be, is passed over. */
      readonly hasChoice: boolean;
    }
  | { readonly type: 'cancel'; readonly call: number; readonly member: number }
  | { readonly type: 'wait'; readonly delay: SimTime; readonly event: ClientEvent }
  /** An attempt of a call that failed, for whoever asked: the library logs each, also one that it makes good itself. */
  | ({ readonly type: 'failed'; readonly call: number } & FailedAttempt)
  /** A message of a stream, for whoever opened it. */
  | { readonly type: 'deliver'; readonly call: number; readonly response: StreamResponse }
  | { readonly type: 'end'; readonly call: number; readonly outcome: CallEnd };

/** Why an attempt failed: one that asked a member. An address where nobody listens costs none. */
export interface FailedAttempt {
  /** Counts from 0. */
  readonly attempt: number;
  /** Ordinal of the member that the client is, or was, connected to; 0 = it never was. */
  readonly peer: number;
  /** `connectionRefused`, `connectionPending`: the deadline came while nobody listened, or while the process was paused. */
  readonly error: ApiError;
  /** `logIn`: what was asked was a new token; `renewal`: there is none, and the call ends. Left out: the call itself. */
  readonly of?: 'logIn' | 'renewal';
}

/** How a call ended. */
export type CallEnd =
  | { readonly type: 'ok'; readonly response: UnaryResponse }
  | { readonly type: 'error'; readonly error: ApiError }
  | { readonly type: 'timeout' }
  | { readonly type: 'canceled' };

/** What was asked. */
export type CallSpec = Omit<Extract<Action, { type: 'call' }>, 'type' | 'client' | 'text'>;

interface OpenCall {
  readonly spec: CallSpec;
  /** Counts from 1; an answer to an earlier attempt is stale. */
  readonly attempt: number;
  /** Position in the endpoint list. */
  readonly at: number;
  /** Somebody listened in this round over the endpoints. */
  readonly reached: boolean;
  /** Before the next round, if nobody listens in this one. */
  readonly reconnectWait: SimTime;
  /** Member that works on it; 0 = nobody. */
  readonly member: number;
  /** Attempts that failed so far. */
  readonly failures: number;
  /** The last member that it was connected to; 0 = none yet. */
  readonly peer: number;
  /** It waits between two attempts: a deadline meanwhile fails none. */
  readonly isPausing: boolean;
  /** What its member is asked is a new token: the one it had is no longer taken, or may not be. */
  readonly isLoggingIn: boolean;
  /** It waits for a connection to its member. */
  readonly isPending: boolean;
  /** A stream that is open: nothing that its member sends makes the client send anything. */
  readonly isSettled: boolean;
  /** Streams: where to go on after a lost connection; 0 = not created yet. */
  readonly nextRevision: number;
}

export interface Client {
  readonly ordinal: number;
  readonly prng: Prng;
  readonly calls: Map<number, OpenCall>;
  /** The newest tokens, by the user's name and the one that the asking process began with; undefined: none is needed. */
  readonly renewed: Map<string, Bytes | undefined>;
}

/** A client without calls. */
export function createClient(seed: number, ordinal: number): Client {
  return { ordinal, prng: createPrng(seed, `client ${ordinal}`), calls: new Map(), renewed: new Map() };
}

/** Asks. */
export function beginCall(client: Client, spec: CallSpec): ClientEffect[] {
  assert(!client.calls.has(spec.call), 'a call has a number of its own', { call: spec.call });
  const call: OpenCall = {
    spec,
    attempt: 0,
    at: 0,
    reached: false,
    reconnectWait: FIRST_RECONNECT_WAIT,
    member: 0,
    failures: 0,
    peer: 0,
    isPausing: false,
    isLoggingIn: false,
    isPending: false,
    isSettled: false,
    nextRevision: 0,
  };
  const effects = send(client, call);
  if (spec.timeout !== undefined) {
    effects.push({ type: 'wait', delay: spec.timeout, event: { type: 'deadline', call: spec.call } });
  }
  return effects;
}

/** Gives up on a call. */
export function cancelCall(client: Client, number: number): ClientEffect[] {
  const call = client.calls.get(number);
  return call === undefined ? [] : [...cancelAtMember(call), ...end(client, call, { type: 'canceled' })];
}

/** Takes in what happened and says what to do. Whatever belongs to a call that has ended is ignored. */
export function clientEvent(client: Client, event: ClientEvent): ClientEffect[] {
  const call = client.calls.get(event.call);
  if (call === undefined) return [];
  if (event.type === 'deadline')
    return [...cancelAtMember(call), ...failAtDeadline(call), ...end(client, call, { type: 'timeout' })];
  if (event.attempt !== call.attempt) return [];
  switch (event.type) {
    case 'answer':
      if (call.isLoggingIn)
        return loggedIn(client, call, event.response.type === 'authenticate' ? event.response.token : undefined);
      return end(client, call, { type: 'ok', response: event.response });
    case 'refuse':
      if (call.isLoggingIn) return notLoggedIn(client, call, event.error);
      if (call.spec.login !== undefined && isStale(event.error)) return renew(client, call, event.error);
      return failed(client, call, event.error, isRepeated(call.spec.request, event.error));
    case 'stream':
      return takeMessage(client, call, event.response);
    case 'unreachable':
      if (call.spec.request.type === 'watchProgress') return sendOnStream(client, call, call.spec.request);
      return tryNext(client, { ...call, member: 0 });
    case 'pending':
      client.calls.set(event.call, { ...call, isPending: true });
      return [];
    case 'lost':
      return failed(client, call, { code: 'connectionLost' }, isResumed(call.spec.request), isRenewed(call));
    case 'silent':
      return [
        ...loseMessages(client, call),
        ...cancelAtMember(call),
        ...failed(client, call, { code: 'connectionSilent' }, isResumed(call.spec.request), isRenewed(call)),
      ];
    case 'retry':
      return send(client, call);
  }
}

/** A call as it is open at a member; `once`: by a client without etcd's library. */
export interface CallAt {
  readonly call: number;
  readonly attempt: number;
  readonly once: boolean;
}

/** Calls that are open at a member: they are lost when its process goes away. */
export function callsAt(client: Client, member: number): readonly CallAt[] {
  const open = [...client.calls.values()].filter((call) => call.member === member);
  return open.map(({ spec, attempt }) => ({ call: spec.call, attempt, once: spec.once === true }));
}

/** A stream of watches as its client knows it. */
export interface WatchCallOf {
  readonly call: number;
  /** Where it goes on when its connection is lost; 0 = it was not created yet. */
  readonly nextRevision: number;
}

/** Watches that a client has open, whoever serves them, by call. */
export function watchesOf(client: Client): readonly WatchCallOf[] {
  const open = [...client.calls.values()].filter(({ spec }) => spec.request.type === 'watch');
  return open.map(({ spec, nextRevision }) => ({ call: spec.call, nextRevision })).sort((a, b) => a.call - b.call);
}

/** True while what a member sends may make the client send something. */
export function isActive(client: Client): boolean {
  for (const call of client.calls.values()) if (!call.isSettled) return true;
  return false;
}

/** A copy that goes on from the same point. */
export function cloneClient(client: Client): Client {
  const { ordinal, prng, calls, renewed } = client;
  return { ordinal, prng: clonePrng(prng), calls: new Map(calls), renewed: new Map(renewed) };
}

function send(client: Client, before: OpenCall): ClientEffect[] {
  const { spec } = before;
  if (spec.request.type === 'watchProgress') return sendOnStream(client, before, spec.request);
  const member = spec.endpoints[before.at] ?? 0;
  const call = { ...before, attempt: before.attempt + 1, member, isPausing: false, isPending: false, isSettled: false };
  client.calls.set(spec.call, call);
  const { attempt } = call;
  if (member === 0) return [{ type: 'wait', delay: MILLISECOND, event: { type: 'unreachable', call: spec.call, attempt } }];
  const { requireLeader, login } = spec;
  const token = call.isLoggingIn ? undefined : tokenOf(client, spec);
  const request = call.isLoggingIn && login !== undefined ? { type: 'authenticate' as const, ...login } : requestOf(call);
  const hasChoice = spec.endpoints.length > 1;
  const effect: ClientEffect = { type: 'send', call: spec.call, attempt, member, request, requireLeader, token, hasChoice };
  return call.isLoggingIn ? [effect] : [effect, ...followers(client, spec)];
}

/** A message on open streams goes to the member that holds them; while nobody does, it waits for them to be opened again. */
function sendOnStream(client: Client, before: OpenCall, request: WatchProgressRequest): ClientEffect[] {
  const { call, requireLeader, token } = before.spec;
  const carrier = carrierOf(client, request);
  if (carrier === undefined) return end(client, before, { type: 'error', error: { code: 'connectionLost' } });
  // Who has refused it is not asked again before the stream is there, nor anybody while it is logged in for the stream.
  const member = carrier.isLoggingIn || carrier.member === before.member ? 0 : carrier.member;
  const attempt = before.attempt + 1;
  client.calls.set(call, { ...before, attempt, member, isPending: false });
  return member === 0 ? [] : [{ type: 'send', call, attempt, member, request, requireLeader, token, hasChoice: false }];
}

/** What was said on a stream whose connection is given up was said to nobody. */
function loseMessages(client: Client, stream: OpenCall): ClientEffect[] {
  const said = [...client.calls.values()].filter(
    ({ spec: { request }, member }) =>
      request.type === 'watchProgress' && request.watches.includes(stream.spec.call) && member === stream.member,
  );
  return said.flatMap((call) => [
    ...cancelAtMember(call),
    ...end(client, call, { type: 'error', error: { code: 'connectionSilent' } }),
  ]);
}

/** The first of the streams that are still open. */
function carrierOf(client: Client, { watches }: WatchProgressRequest): OpenCall | undefined {
  return watches.map((watch) => client.calls.get(watch)).find((call) => call !== undefined);
}

/** What has waited for a watch goes right behind the request that opens it again. */
function followers(client: Client, stream: CallSpec): ClientEffect[] {
  const effects: ClientEffect[] = [];
  if (stream.request.type !== 'watch') return effects;
  for (const call of [...client.calls.values()]) {
    const { request } = call.spec;
    if (request.type === 'watchProgress' && call.member === 0 && request.watches.includes(stream.call))
      effects.push(...sendOnStream(client, call, request));
  }
  return effects;
}

/** A watch goes on where it was. */
function requestOf({ spec, nextRevision }: OpenCall): ApiRequest {
  return spec.request.type === 'watch' && nextRevision > 0 ? { ...spec.request, startRevision: nextRevision } : spec.request;
}

/** The newest token of who asks: once one was not taken, none of the calls that began with it asks with it. */
function tokenOf({ renewed }: Client, { login, token }: CallSpec): Bytes | undefined {
  const key = login === undefined ? undefined : tokenKey(login, token);
  return key !== undefined && renewed.has(key) ? renewed.get(key) : token;
}

/** @param token what the process that asks has begun with */
function tokenKey(login: NonNullable<CallSpec['login']>, token: Bytes | undefined): string {
  return `${login.name} ${token ?? ''}`;
}

/** A stream that is opened again asks for a token first: the one it had may have ended meanwhile. etcd: streamClientInterceptor. */
function isRenewed({ spec, isLoggingIn }: OpenCall): boolean {
  return isLoggingIn || (spec.request.type === 'watch' && spec.login !== undefined);
}

/** The token is known nowhere, has ended, or is of users and roles that have changed since. etcd: shouldRefreshToken. */
function isStale({ code }: ApiError): boolean {
  return code === 'invalidAuthToken' || code === 'authRevisionOld' || code === 'userEmpty';
}

/** A call is made again once there is another token; keep-alives share a stream, which is opened again after a while. */
function renew(client: Client, call: OpenCall, error: ApiError): ClientEffect[] {
  const { request, call: number } = call.spec;
  if (request.type !== 'leaseKeepAlive') return failed(client, call, error, true, true);
  client.calls.set(number, { ...call, member: 0, isPausing: true, isLoggingIn: true });
  return [{ type: 'wait', delay: STREAM_WAIT, event: { type: 'retry', call: number, attempt: call.attempt } }];
}

/** There is a new token, or users are no longer told apart: now the call itself. */
function loggedIn(client: Client, call: OpenCall, token: Bytes | undefined): ClientEffect[] {
  const { login, token: first } = call.spec;
  assert(login !== undefined, 'only who has a password logs in', { call: call.spec.call });
  client.renewed.set(tokenKey(login, first), token);
  return send(client, { ...call, isLoggingIn: false });
}

/** Whatever etcd answers a log-in but that there are no users is the end, of a watch as well: it is no error of the connection. */
function notLoggedIn(client: Client, call: OpenCall, error: ApiError): ClientEffect[] {
  const { spec, member: peer } = call;
  const noted = note(call, { attempt: 0, peer, error });
  if (error.code === 'authNotEnabled') return [...noted, ...loggedIn(client, call, undefined)];
  const renewal: ClientEffect = { type: 'failed', call: spec.call, attempt: 0, peer, error, of: 'renewal' };
  return [...noted, renewal, ...end(client, call, { type: 'error', error })];
}

/** What a failed attempt leads to: another one, or the end. @param logsIn the next one begins with a new token */
function failed(client: Client, before: OpenCall, error: ApiError, mayRepeat: boolean, logsIn = false): ClientEffect[] {
  const peer = before.member;
  const noted = note(before, { attempt: before.failures, peer, error });
  const call = { ...before, isLoggingIn: logsIn };
  const failures = call.failures + 1;
  if (!mayRepeat || call.spec.once === true || (isUnary(call.spec.request) && failures >= MOST_ATTEMPTS))
    return [...noted, ...end(client, call, { type: 'error', error })];
  return [...noted, ...tryNext(client, { ...call, failures, peer, reached: true, reconnectWait: FIRST_RECONNECT_WAIT, member: 0 })];
}

/** The attempt that the deadline cut short, if there was one. */
function failAtDeadline(call: OpenCall): ClientEffect[] {
  if (call.isPausing) return [];
  const { failures: attempt, member } = call;
  const code = member === 0 ? 'connectionRefused' : call.isPending ? 'connectionPending' : 'deadlineExceeded';
  return note(call, { attempt, peer: code === 'deadlineExceeded' ? member : call.peer, error: { code } });
}

function note({ spec, isLoggingIn }: OpenCall, attempt: FailedAttempt): ClientEffect[] {
  if (isLoggingIn) return [{ type: 'failed', call: spec.call, ...attempt, of: 'logIn' }];
  return spec.once !== true && isUnary(spec.request) ? [{ type: 'failed', call: spec.call, ...attempt }] : [];
}

/** The next endpoint at once; after the last a pause, then the first. */
function tryNext(client: Client, call: OpenCall): ClientEffect[] {
  const at = call.at + 1;
  if (at < call.spec.endpoints.length) return send(client, { ...call, at });
  if (call.spec.once === true) return end(client, call, { type: 'error', error: { code: 'connectionRefused' } });
  const { reached, reconnectWait } = call;
  const wait = reached ? RETRY_WAIT : reconnectWait;
  const jitter = reached ? wait / 10 : reconnectWait > FIRST_RECONNECT_WAIT ? Math.round(wait / 5) : 0;
  const longer = Math.min(LONGEST_RECONNECT_WAIT, Math.round(reconnectWait * 1.6));
  const next = {
    ...call,
    at: 0,
    reached: false,
    reconnectWait: reached ? reconnectWait : longer,
    isPausing: reached,
    isSettled: false,
  };
  client.calls.set(call.spec.call, next);
  const delay = wait + between(client.prng, -jitter, jitter);
  return [{ type: 'wait', delay, event: { type: 'retry', call: call.spec.call, attempt: call.attempt } }];
}

function takeMessage(client: Client, call: OpenCall, response: StreamResponse): ClientEffect[] {
  if (response.type === 'snapshot') {
    client.calls.set(call.spec.call, { ...call, isSettled: true });
    const deliver: ClientEffect = { type: 'deliver', call: call.spec.call, response };
    return response.remainingBytes > 0 ? [deliver] : [deliver, ...end(client, call, { type: 'canceled' })];
  }
  const isAgain = response.created && call.nextRevision > 0;
  client.calls.set(call.spec.call, {
    ...call,
    isSettled: true,
    nextRevision: Math.max(call.nextRevision, resumeRevision(call, response)),
  });
  const effects: ClientEffect[] = isAgain && !response.canceled ? [] : [{ type: 'deliver', call: call.spec.call, response }];
  return response.canceled ? [...effects, ...end(client, call, { type: 'canceled' })] : effects;
}

/** Where a watch goes on after a lost connection: behind its last event, or where it was created. */
function resumeRevision(call: OpenCall, response: WatchResponse): number {
  const last = response.events.at(-1);
  if (last !== undefined) return last.kv.modRevision + 1;
  if (!response.created) return response.header.revision + 1;
  const requested = call.spec.request.type === 'watch' ? call.spec.request.startRevision : 0;
  return requested > 0 ? requested : response.header.revision;
}

function end(client: Client, call: OpenCall, outcome: CallEnd): ClientEffect[] {
  client.calls.delete(call.spec.call);
  return [{ type: 'end', call: call.spec.call, outcome }, ...followers(client, call.spec)];
}

function cancelAtMember(call: OpenCall): ClientEffect[] {
  return call.member === 0 ? [] : [{ type: 'cancel', call: call.spec.call, member: call.member }];
}

/** What the library retries by itself; streams, and what is a message on one of them, have ways of their own. */
function isUnary({ type }: ApiRequest): boolean {
  return type !== 'watch' && type !== 'watchProgress' && type !== 'snapshot' && type !== 'leaseKeepAlive';
}

/** A call that goes on elsewhere when its member goes away: a watch, and what may be made twice. */
function isResumed(request: ApiRequest): boolean {
  return request.type === 'watch' || isRepeatable(request);
}

/** Calls that may be made twice: etcd's client marks them so (etcd-io/etcd:client/v3/retry.go). */
function isRepeatable(request: ApiRequest): boolean {
  switch (request.type) {
    case 'range':
    case 'leaseGrant':
    case 'leaseRevoke':
    case 'leaseTimeToLive':
    case 'leaseLeases':
    case 'memberList':
    case 'alarm':
    case 'status':
    case 'hash':
    case 'hashKv':
    case 'moveLeader':
    case 'authUserGet':
    case 'authUserList':
    case 'authRoleGet':
    case 'authRoleList':
      return true;
    default:
      return false;
  }
}

/** Repeatable calls are made again when a member cannot answer them now; any is, when the member itself ran out of time. */
function isRepeated(request: ApiRequest, error: ApiError): boolean {
  return error.code === 'deadlineExceeded' || (isRepeatable(request) && describeApiError(error).grpc === 'Unavailable');
}
