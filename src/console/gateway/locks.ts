/**
 * Locks and elections that a member offers to clients without a library: the same transactions and watches as `lock` and
 * `elect`, on leases that the client holds. spec/etcd.md 7.1, 7.3
 *
 * @see etcd-io/etcd:server/etcdserver/api/v3lock, v3election; client/v3/concurrency
 */
import { type Bytes, type Id64, ok, type Result, ZERO_ID } from '../../base/index.ts';
import type {
  KeyValue,
  RangeRequest,
  ResponseHeader,
  TxnOperation,
  TxnRequest,
  UnaryRequest,
  WatchResponse,
} from '../../engine/server/api.ts';
import type { ApiError } from '../../engine/server/errors.ts';
import { keyRange } from '../keyRange.ts';
import { deletionOf, putOf, rangeRequest, watchOf } from '../plainRequests.ts';
import { type Connection, callOrInterrupt, INTERRUPTED, type ResponseTo, type Steps } from '../program.ts';
import { connectionEnd, type HttpEnd } from './http.ts';
import {
  CampaignRequest,
  CampaignResponse,
  HeaderResponse,
  LeaderRequest,
  LeaderResponse,
  LockRequest,
  LockResponse,
  ProclaimRequest,
  ResignRequest,
  UnlockRequest,
} from './messages.ts';
import { encodeProtoJson, type MessageType, type ProtoRecord } from './protoJson.ts';
import { bytesOf, leaseOf, numberOf, recordOf } from './requests.ts';
import { type GrpcStatus, grpcStatusOf, headerRecord, leaseNumber, pairRecord, UNKNOWN } from './responses.ts';
import { STREAM_DONE, type StreamEnd, type StreamSink } from './streams.ts';

/** What came of a call. Every error of these services is of unknown kind to gRPC: they are told in a client's words. */
export type ConcurrencyAnswer =
  | { readonly type: 'ok'; readonly body: Bytes }
  | { readonly type: 'error'; readonly status: GrpcStatus }
  | { readonly type: 'end'; readonly end: HttpEnd };
type Trouble = Exclude<ConcurrencyAnswer, { readonly type: 'ok' }>;

export interface ConcurrencyMethod {
  readonly message: MessageType;
  readonly answer: (connection: Connection, record: ProtoRecord) => Steps<ConcurrencyAnswer>;
}

/** By path behind `/v3`. */
export const CONCURRENCY_METHODS: ReadonlyMap<string, ConcurrencyMethod> = new Map([
  ['/lock/lock', { message: LockRequest, answer: lock }],
  ['/lock/unlock', { message: UnlockRequest, answer: unlock }],
  ['/election/campaign', { message: CampaignRequest, answer: campaign }],
  ['/election/proclaim', { message: ProclaimRequest, answer: proclaim }],
  ['/election/leader', { message: LeaderRequest, answer: leader }],
  ['/election/resign', { message: ResignRequest, answer: resign }],
]);

/** Seconds that a lease lives which a client did not bring. */
const SESSION_TTL = 60;

function* lock(connection: Connection, record: ProtoRecord): Steps<ConcurrencyAnswer> {
  const lease = yield* session(connection, record.lease);
  if (!lease.ok) return lease.error;
  const prefix = `${bytesOf(record.name)}/`;
  const key = prefix + signedHex(lease.value);
  const owner = rangeUnder(prefix, { sortTarget: 'create', sortOrder: 'ascend', limit: 1 });
  const entered = yield* ask(connection, enter(key, '', lease.value, [owner]));
  if (!entered.ok) return entered.error;
  const [mine, oldest] = entered.value.responses;
  const revision = mine?.type === 'range' ? (mine.kvs[0]?.createRevision ?? 0) : entered.value.header.revision;
  const isFree = oldest?.type === 'range' && (oldest.kvs.length === 0 || oldest.kvs[0]?.createRevision === revision);
  if (isFree) return shown(LockResponse, entered.value.header, { key });
  const waited = yield* waitForOthers(connection, prefix, revision - 1);
  if (!waited.ok) {
    yield* ask(connection, deletionOf(key));
    return waited.error;
  }
  const still = yield* ask(connection, rangeRequest(key, ''));
  if (!still.ok) return still.error;
  if (still.value.kvs.length === 0) return refused('mutex: session is expired');
  return shown(LockResponse, still.value.header, { key });
}

function* unlock(connection: Connection, record: ProtoRecord): Steps<ConcurrencyAnswer> {
  const gone = yield* ask(connection, deletionOf(bytesOf(record.key)));
  return gone.ok ? shown(HeaderResponse, gone.value.header, {}) : gone.error;
}

function* campaign(connection: Connection, record: ProtoRecord): Steps<ConcurrencyAnswer> {
  const lease = yield* session(connection, record.lease);
  if (!lease.ok) return lease.error;
  const name = bytesOf(record.name);
  const value = bytesOf(record.value);
  const key = `${name}/${signedHex(lease.value)}`;
  const entered = yield* ask(connection, enter(key, value, lease.value, []));
  if (!entered.ok) return entered.error;
  const { header, responses } = entered.value;
  const [mine] = responses;
  const before = mine?.type === 'range' ? mine.kvs[0] : undefined;
  const revision = before?.createRevision ?? header.revision;
  if (before !== undefined && before.value !== value) {
    const said = yield* sayAgain(connection, key, revision, value, lease.value);
    if (!said.ok) return said.error;
  }
  const waited = yield* waitForOthers(connection, `${name}/`, revision - 1);
  if (!waited.ok) {
    if (waited.error.type === 'end' && waited.error.end === 'interrupted')
      yield* ask(connection, ifCreated(key, revision, [deletionOf(key)], []));
    return waited.error;
  }
  const leaderKey = { name, key, rev: BigInt(revision), lease: leaseNumber(lease.value) };
  return shown(CampaignResponse, header, { leader: leaderKey });
}

function* proclaim(connection: Connection, record: ProtoRecord): Steps<ConcurrencyAnswer> {
  const own = recordOf(record.leader);
  if (own === undefined) return refused('"leader" field must be provided');
  const lease = yield* session(connection, own.lease);
  if (!lease.ok) return lease.error;
  const said = yield* sayAgain(connection, bytesOf(own.key), numberOf(own.rev), bytesOf(record.value), lease.value);
  return said.ok ? shown(HeaderResponse, said.value, {}) : said.error;
}

function* leader(connection: Connection, record: ProtoRecord): Steps<ConcurrencyAnswer> {
  const found = yield* ask(connection, leaderOf(`${bytesOf(record.name)}/`));
  if (!found.ok) return found.error;
  const [kv] = found.value.kvs;
  return kv === undefined ? refused('election: no leader') : shown(LeaderResponse, found.value.header, { kv: pairRecord(kv) });
}

function* resign(connection: Connection, record: ProtoRecord): Steps<ConcurrencyAnswer> {
  const own = recordOf(record.leader);
  if (own === undefined) return refused('"leader" field must be provided');
  const lease = yield* session(connection, own.lease);
  if (!lease.ok) return lease.error;
  const key = bytesOf(own.key);
  const done = yield* ask(connection, ifCreated(key, numberOf(own.rev), [deletionOf(key)], []));
  return done.ok ? shown(HeaderResponse, done.value.header, {}) : done.error;
}

/** Each leader, and each of its proclamations. */
export function observeElection(connection: Connection, record: ProtoRecord): (sink: StreamSink) => Steps<StreamEnd> {
  const prefix = `${bytesOf(record.name)}/`;
  return function* (sink) {
    const show = (header: ResponseHeader, kv: KeyValue) =>
      sink.send(`{"result":${encodeProtoJson(LeaderResponse, { header: headerRecord(header), kv: pairRecord(kv) })}}\n`);
    for (let stream = 1; ; ) {
      const found = yield* ask(connection, leaderOf(prefix));
      if (!found.ok) return found.error;
      let { header } = found.value;
      let [kv] = found.value.kvs;
      if (kv === undefined) {
        const { key, rangeEnd } = keyRange(prefix, true, false, '');
        const first = yield* firstOf(connection, stream++, { key, rangeEnd, startRevision: header.revision }, 'put');
        if (!first.ok) return first.error;
        kv = first.value.kv;
        header = { ...first.value.header, revision: kv.modRevision };
      }
      yield* show(header, kv);
      const watched = stream++;
      yield* openWatch(connection, watched, { key: kv.key, rangeEnd: '', startRevision: header.revision + 1 });
      for (let isGone = false; !isGone; ) {
        const message = yield* nextMessage(watched);
        if (!message.ok) return message.error.type === 'end' ? message.error : STREAM_DONE;
        for (const event of message.value.events) {
          if (event.type === 'delete') {
            isGone = true;
            break;
          }
          yield* show({ ...message.value.header, revision: event.kv.modRevision }, event.kv);
        }
      }
      yield { type: 'close', stream: watched };
    }
  };
}

/** The lease that was brought, or a new one: it runs out, for nobody keeps it alive. */
function* session(connection: Connection, brought: ProtoRecord[string]): Steps<Result<Id64, Trouble>> {
  const lease = leaseOf(brought);
  if (lease !== ZERO_ID) return ok(lease);
  const granted = yield* ask(connection, { type: 'leaseGrant', id: ZERO_ID, ttl: SESSION_TTL });
  return granted.ok ? ok(granted.value.id) : granted;
}

function* sayAgain(
  connection: Connection,
  key: Bytes,
  revision: number,
  value: Bytes,
  lease: Id64,
): Steps<Result<ResponseHeader, Trouble>> {
  const said = yield* ask(connection, ifCreated(key, revision, [putOf(key, value, lease)], []));
  if (!said.ok) return said;
  return said.value.succeeded ? ok(said.value.header) : { ok: false, error: refused('election: not leader') };
}

/** Waits until no key under the prefix is older. A member notices that a client is gone, and has to clean up after it. */
function* waitForOthers(connection: Connection, prefix: Bytes, maxCreateRevision: number): Steps<Result<undefined, Trouble>> {
  yield { type: 'catchInterrupt' };
  for (let stream = 1; ; stream++) {
    const newest = rangeUnder(prefix, { sortTarget: 'create', sortOrder: 'descend', limit: 1, maxCreateRevision });
    const found = yield* ask(connection, newest);
    if (!found.ok) return found;
    const [before] = found.value.kvs;
    if (before === undefined) return ok(undefined);
    const place = { key: before.key, rangeEnd: '', startRevision: found.value.header.revision };
    const gone = yield* firstOf(connection, stream, place, 'delete');
    if (!gone.ok) return gone;
  }
}

interface Place {
  readonly key: Bytes;
  readonly rangeEnd: Bytes;
  readonly startRevision: number;
}

/** The first event of a kind. */
function* firstOf(
  connection: Connection,
  stream: number,
  place: Place,
  type: 'put' | 'delete',
): Steps<Result<{ readonly kv: KeyValue; readonly header: ResponseHeader }, Trouble>> {
  yield* openWatch(connection, stream, place);
  for (;;) {
    const message = yield* nextMessage(stream);
    if (!message.ok) return message;
    const event = message.value.events.find((one) => one.type === type);
    if (event === undefined) continue;
    yield { type: 'close', stream };
    return ok({ kv: event.kv, header: message.value.header });
  }
}

function* openWatch(connection: Connection, stream: number, { key, rangeEnd, startRevision }: Place): Steps<void> {
  yield { type: 'open', stream, connection, request: watchOf(key, rangeEnd, startRevision), requireLeader: false };
}

function* nextMessage(stream: number): Steps<Result<WatchResponse, Trouble>> {
  for (;;) {
    const reply = yield { type: 'receive', input: false };
    if (reply.type === 'interrupted') return { ok: false, error: GONE };
    if (reply.type !== 'event' || reply.stream !== stream) continue;
    const { event } = reply;
    if (event.type === 'end') return { ok: false, error: troubleOf(event.error ?? { code: 'watchCanceled' }) };
    if (event.response.type !== 'watch') continue;
    if (event.response.compactRevision > 0) return { ok: false, error: troubleOf({ code: 'compacted' }) };
    if (event.response.canceled) return { ok: false, error: refused(event.response.cancelReason) };
    return ok(event.response);
  }
}

function* ask<R extends UnaryRequest>(connection: Connection, request: R): Steps<Result<ResponseTo<R>, Trouble>> {
  const outcome = yield* callOrInterrupt(connection, request, undefined);
  if (outcome === INTERRUPTED) return { ok: false, error: GONE };
  return outcome.ok ? ok(outcome.response) : { ok: false, error: troubleOf(outcome.error) };
}

/** Nobody waits for the answer any more. */
const GONE: Trouble = { type: 'end', end: 'interrupted' };

function troubleOf(error: ApiError): Trouble {
  const end = connectionEnd(error.code);
  if (end !== undefined) return { type: 'end', end };
  // The member asks itself, over no wire: what would be too large for one is too large for the log as well.
  const status = grpcStatusOf(error.code === 'receivedTooLarge' ? { code: 'requestTooLarge' } : error);
  // What is none of etcd's own errors keeps its code.
  return error.code === 'deadlineExceeded' ? { type: 'error', status } : refused(status.message);
}

function refused(message: Bytes): Trouble & { readonly type: 'error' } {
  return { type: 'error', status: { code: UNKNOWN, message } };
}

function shown(message: MessageType, header: ResponseHeader, fields: ProtoRecord): ConcurrencyAnswer {
  return { type: 'ok', body: encodeProtoJson(message, { header: headerRecord(header), ...fields }) };
}

function leaderOf(prefix: Bytes): RangeRequest {
  return rangeUnder(prefix, { sortTarget: 'create', sortOrder: 'ascend', limit: 1 });
}

function rangeUnder(prefix: Bytes, options: Partial<RangeRequest>): RangeRequest {
  return { ...rangeRequest('', ''), ...keyRange(prefix, true, false, ''), ...options };
}

/** Puts a candidate's key, or finds it there from before. */
function enter(key: Bytes, value: Bytes, lease: Id64, more: readonly TxnOperation[]): TxnRequest {
  return ifCreated(key, 0, [putOf(key, value, lease), ...more], [rangeRequest(key, ''), ...more]);
}

function ifCreated(
  key: Bytes,
  createRevision: number,
  success: readonly TxnOperation[],
  failure: readonly TxnOperation[],
): TxnRequest {
  return { type: 'txn', compare: [{ key, rangeEnd: '', result: 'equal', target: 'create', createRevision }], success, failure };
}

/** A lease's number as Go's %x writes it. */
function signedHex(lease: Id64): string {
  return leaseNumber(lease).toString(16);
}
