/**
 * `lock` and `elect`, as etcd's client library builds them from leases, transactions and watches: each candidate puts a key
 * of its own under the name, bound to its lease; the lowest create revision has it, the others wait for the one before them.
 *
 * @see etcd-io/etcd:client/v3/concurrency/mutex.go, election.go
 */
import { assert, type Bytes, fail, formatHex, ok, type Result, utf8Decode, ZERO_ID } from '../../base/index.ts';
import type { KeyValue, RangeRequest, RangeResponse, ResponseHeader, TxnRequest } from '../../engine/server/api.ts';
import { type ApiError, describeApiError } from '../../engine/server/errors.ts';
import {
  type Client,
  type CommandContext,
  display,
  EXIT,
  exitForError,
  exitWithError,
  exitWithUsage,
  openClient,
  timestamp,
} from '../context.ts';
import { execute } from '../exec.ts';
import { boolFlag, durationFlag, intFlag } from '../flags.ts';
import { callKeeping, createKeeper, eventKeeping, guestKeeping, type Keeper, nextNews, openKeeping } from '../keeper.ts';
import { keyRange } from '../keyRange.ts';
import { deletionOf, putOf, rangeRequest, watchOf } from '../plainRequests.ts';
import { call, type ExitCode, INTERRUPTED, type Interrupted, now, type Program, printError, type Steps } from '../program.ts';
import { ELECT, GLOBAL, LOCK } from '../table.ts';

/** Seconds that an election's lease lives without being kept alive. */
const ELECT_TTL = 60;
/** What a ttl of 0 or less comes to. */
const DEFAULT_TTL = 60;

/** Why a candidate did not get there. */
type Ended = ApiError | Interrupted | 'sessionExpired';

/** A candidate's own key. */
interface Candidate {
  readonly key: Bytes;
  /** Its create revision. */
  readonly revision: number;
  /** Of the answer that said that it is in. */
  readonly header: ResponseHeader;
}

/** `lock NAME [CMD …]`: holds until an interrupt or while a command runs, then releases. spec/etcd.md 6.12 */
export function* lock(context: CommandContext): Steps<ExitCode> {
  const [name, ...command] = context.args;
  if (name === undefined)
    return yield* exitWithUsage(context, 'lock takes a lock name argument and an optional command to execute');
  const session = yield* openSession(context, intFlag(context.flags, LOCK.ttl));
  if (!session.ok) return session.error;
  const { client, keeper } = session.value;
  const prefix = `${name}/`;
  const held = yield* acquire(keeper, prefix);
  if (!held.ok) return yield* refuse(client, held.error);
  if (command.length > 0) return yield* runHolding(context, keeper, held.value, command);
  const exit = yield* showKey(client, keeper, held.value.key, 'lock lost on init');
  if (exit !== undefined) return exit;
  if (!(yield* hold(keeper))) return yield* exitWithError(EXIT.error, 'session expired');
  return yield* release(client, keeper, held.value.key);
}

/** `elect NAME VALUE`: campaigns, leads until an interrupt, resigns. `elect -l NAME`: shows each leader. spec/etcd.md 6.12 */
export function* elect(context: CommandContext): Steps<ExitCode> {
  const [name, proposal, ...more] = context.args;
  if (name === undefined || more.length > 0)
    return yield* exitWithUsage(context, 'elect takes one election name argument and an optional proposal argument');
  const listens = boolFlag(context.flags, ELECT.listen);
  if (listens && proposal !== undefined) return yield* exitWithUsage(context, 'proposal given but -l is set');
  if (!listens && proposal === undefined) return yield* exitWithUsage(context, 'no proposal argument but -l not set');
  const session = yield* openSession(context, ELECT_TTL);
  if (!session.ok) return session.error;
  const { client, keeper } = session.value;
  const prefix = `${name}/`;
  if (proposal === undefined) return yield* observe(client, keeper, prefix);
  const elected = yield* campaign(keeper, prefix, proposal);
  if (!elected.ok) return yield* refuse(client, elected.error);
  const exit = yield* showKey(client, keeper, elected.value.key, undefined);
  if (exit !== undefined) return exit;
  if (!(yield* hold(keeper))) return yield* exitWithError(EXIT.error, 'elect: session expired');
  return yield* release(client, keeper, elected.value.key, elected.value.revision);
}

/** etcd's client library does not take a time that is none. */
function* logKeptTtl(context: CommandContext): Steps<void> {
  const head = `{"level":"warn","ts":"${yield* timestamp(context)}","logger":"etcd-client","caller":"concurrency/session.go:133"`;
  const said = `"msg":"WithTTL(): TTL should be > 0, preserving current TTL","current-session-ttl":${DEFAULT_TTL}`;
  yield* printError(`${head},${said}}\n`);
}

/** A client with a lease of its own, from now on kept alive. It is not revoked in the end: it runs out. */
function* openSession(
  context: CommandContext,
  ttl: number,
): Steps<Result<{ readonly client: Client; readonly keeper: Keeper }, ExitCode>> {
  const client = yield* openClient(context);
  if (!client.ok) return client;
  if (ttl <= 0) yield* logKeptTtl(context);
  const request = { type: 'leaseGrant', id: ZERO_ID, ttl: ttl > 0 ? ttl : DEFAULT_TTL } as const;
  const granted = yield* call(client.value, request, undefined);
  if (!granted.ok) return fail(yield* exitForError(client.value, 'leaseGrant', granted.error, undefined));
  yield { type: 'catchInterrupt' };
  const dialTimeout = durationFlag(client.value.flags, GLOBAL.dialTimeout);
  return ok({ client: client.value, keeper: createKeeper(client.value, granted.response.id, dialTimeout, yield* now()) });
}

/** Puts the candidate's key and waits until it is the oldest. */
function* acquire(keeper: Keeper, prefix: Bytes): Steps<Result<Candidate, Ended>> {
  const key = prefix + formatHex(keeper.lease);
  const owner = rangeOf(prefix, { sortTarget: 'create', sortOrder: 'ascend', limit: 1 });
  const entered = yield* enter(keeper, key, '', [owner]);
  if (!entered.ok) return entered;
  const { candidate, response } = entered.value;
  const first = response.responses[1];
  assert(first?.type === 'range', 'the owner was asked for');
  const isOwner = first.kvs.length === 0 || first.kvs[0]?.createRevision === candidate.revision;
  if (isOwner) return ok(candidate);
  const waited = yield* waitForOthers(keeper, prefix, candidate.revision - 1);
  if (!waited.ok) return yield* withdraw(keeper, key, waited.error);
  const still = yield* callKeeping(keeper, exactly(key));
  if (still === INTERRUPTED) return yield* withdraw(keeper, key, INTERRUPTED);
  if (!still.ok) return yield* withdraw(keeper, key, still.error);
  // The lease ran out while it waited, and took the key along.
  if (still.response.kvs.length === 0) return fail('sessionExpired');
  return ok({ ...candidate, header: still.response.header });
}

function* campaign(keeper: Keeper, prefix: Bytes, proposal: Bytes): Steps<Result<Candidate, Ended>> {
  const key = prefix + formatHex(keeper.lease);
  const entered = yield* enter(keeper, key, proposal, []);
  if (!entered.ok) return entered;
  const { candidate } = entered.value;
  const waited = yield* waitForOthers(keeper, prefix, candidate.revision - 1);
  if (waited.ok) return ok(candidate);
  return waited.error === INTERRUPTED ? yield* withdraw(keeper, key, waited.error) : fail(waited.error);
}

/** Puts a key under the session's lease, or finds it there from before. */
function* enter(keeper: Keeper, key: Bytes, value: Bytes, more: readonly RangeRequest[]) {
  const request: TxnRequest = {
    type: 'txn',
    compare: [{ key, rangeEnd: '', result: 'equal', target: 'create', createRevision: 0 }],
    success: [putOf(key, value, keeper.lease), ...more],
    failure: [exactly(key), ...more],
  };
  const outcome = yield* callKeeping(keeper, request);
  if (outcome === INTERRUPTED) return fail<Ended>(INTERRUPTED);
  if (!outcome.ok) return fail<Ended>(outcome.error);
  const { response } = outcome;
  const [mine] = response.responses;
  const found = mine?.type === 'range' ? mine.kvs[0] : undefined;
  const revision = found?.createRevision ?? response.header.revision;
  return ok({ candidate: { key, revision, header: response.header }, response });
}

/** Waits until no key under the prefix is older, one after the other from the newest of those. */
function* waitForOthers(keeper: Keeper, prefix: Bytes, maxCreateRevision: number): Steps<Result<undefined, Ended>> {
  for (;;) {
    const newest = rangeOf(prefix, { sortTarget: 'create', sortOrder: 'descend', limit: 1, maxCreateRevision });
    const found = yield* callKeeping(keeper, newest);
    if (found === INTERRUPTED) return fail(INTERRUPTED);
    if (!found.ok) return fail(found.error);
    const [before] = found.response.kvs;
    if (before === undefined) return ok(undefined);
    const gone = yield* waitForDelete(keeper, before.key, found.response.header.revision);
    if (gone !== undefined) return fail(gone);
  }
}

function* waitForDelete(keeper: Keeper, key: Bytes, startRevision: number): Steps<Ended | undefined> {
  const stream = yield* openKeeping(keeper, watchOf(key, '', startRevision));
  for (;;) {
    const event = yield* eventKeeping(keeper, stream);
    const ended = endOf(event);
    const isGone =
      event !== INTERRUPTED &&
      event.type === 'message' &&
      event.response.type === 'watch' &&
      event.response.events.some(({ type }) => type === 'delete');
    if (ended === undefined && !isGone) continue;
    yield { type: 'close', stream };
    return ended;
  }
}

/** Takes the key back of a candidate that gives up. */
function* withdraw(keeper: Keeper, key: Bytes, why: Ended): Steps<Result<never, Ended>> {
  yield* callKeeping(keeper, deletionOf(key));
  return fail(why);
}

/** Runs a command while the lock is held. */
function* runHolding(context: CommandContext, keeper: Keeper, held: Candidate, command: readonly Bytes[]): Steps<ExitCode> {
  const own = { ETCD_LOCK_KEY: utf8Decode(held.key), ETCD_LOCK_REV: String(held.header.revision) };
  const result: { error: Bytes | undefined; code: ExitCode } = { error: 'signal: interrupt', code: -1 };
  function* guest(): Program {
    const ran = yield* execute(command, { ...context.options.env, ...own }, context.etcdctl);
    result.error = ran.error;
    result.code = ran.code;
    return ran.code;
  }
  // At a terminal an interrupt is for both; elsewhere it is for etcdctl, which waits for the command.
  yield* guestKeeping(keeper, guest(), context.options.isPiped);
  const unlocked = yield* callKeeping(keeper, deletionOf(held.key));
  if (result.error !== undefined) {
    // A program that was never started has no exit code of its own; one that died of a signal has -1.
    const wasRun = !result.error.startsWith('exec: ') && !result.error.startsWith('fork/exec ');
    return yield* exitWithError(wasRun ? result.code & 0xff : EXIT.error, result.error);
  }
  if (unlocked !== INTERRUPTED && !unlocked.ok)
    return yield* exitForError(keeper.connection, 'deleteRange', unlocked.error, undefined);
  return EXIT.success;
}

/** Prints the candidate's own key. Comes to an exit code only where that fails. */
function* showKey(client: Client, keeper: Keeper, key: Bytes, lost: string | undefined): Steps<ExitCode | undefined> {
  const shown = yield* callKeeping(keeper, exactly(key));
  if (shown === INTERRUPTED) return yield* refuse(client, INTERRUPTED);
  if (!shown.ok) return yield* refuse(client, shown.error);
  if (shown.response.kvs.length === 0 && lost !== undefined) return yield* exitWithError(EXIT.error, lost);
  const exit = yield* display(shown.response, client);
  return exit === EXIT.success ? undefined : exit;
}

/** Holds until an interrupt (true) or until the lease is gone (false). */
function* hold(keeper: Keeper): Steps<boolean> {
  if (keeper.tick === undefined) return false;
  for (;;) {
    const news = yield* nextNews(keeper);
    if (news.type === 'interrupted') return true;
    if (news.type === 'expired') return false;
  }
}

/** @param revision resigns only from what was created there */
function* release(client: Client, keeper: Keeper, key: Bytes, revision?: number): Steps<ExitCode> {
  const gone = deletionOf(key);
  const outcome =
    revision === undefined
      ? yield* callKeeping(keeper, gone)
      : yield* callKeeping(keeper, {
          type: 'txn',
          compare: [{ key, rangeEnd: '', result: 'equal', target: 'create', createRevision: revision }],
          success: [gone],
          failure: [],
        });
  if (outcome !== INTERRUPTED && !outcome.ok) return yield* refuse(client, outcome.error);
  return EXIT.success;
}

/** Shows each leader, and each of its proclamations, until an interrupt. */
function* observe(client: Client, keeper: Keeper, prefix: Bytes): Steps<ExitCode> {
  const lost = () => exitWithError(EXIT.error, 'elect: observer lost');
  for (;;) {
    const found = yield* callKeeping(keeper, rangeOf(prefix, { sortTarget: 'create', sortOrder: 'ascend', limit: 1 }));
    if (found === INTERRUPTED) return EXIT.success;
    if (!found.ok) return yield* lost();
    let { header } = found.response;
    let [leader] = found.response.kvs;
    if (leader === undefined) {
      const first = yield* firstPut(keeper, prefix, header.revision);
      if (first === INTERRUPTED) return EXIT.success;
      if (first === undefined) return yield* lost();
      leader = first.kv;
      header = { ...first.header, revision: leader.modRevision };
    }
    yield* display(observed(header, leader), client);
    const stream = yield* openKeeping(keeper, watchOf(leader.key, '', header.revision + 1));
    for (let isGone = false; !isGone; ) {
      const event = yield* eventKeeping(keeper, stream);
      if (event === INTERRUPTED) return EXIT.success;
      if (endOf(event) !== undefined) return yield* lost();
      if (event.type !== 'message' || event.response.type !== 'watch') continue;
      for (const { type, kv } of event.response.events) {
        if (type === 'delete') {
          isGone = true;
          break;
        }
        yield* display(observed({ ...event.response.header, revision: kv.modRevision }, kv), client);
      }
    }
    yield { type: 'close', stream };
  }
}

function* firstPut(
  keeper: Keeper,
  prefix: Bytes,
  startRevision: number,
): Steps<{ readonly kv: KeyValue; readonly header: ResponseHeader } | Interrupted | undefined> {
  const { key, rangeEnd } = keyRange(prefix, true, false, '');
  const stream = yield* openKeeping(keeper, watchOf(key, rangeEnd, startRevision));
  for (;;) {
    const event = yield* eventKeeping(keeper, stream);
    if (event === INTERRUPTED) return INTERRUPTED;
    if (endOf(event) !== undefined) return undefined;
    if (event.type !== 'message' || event.response.type !== 'watch') continue;
    const put = event.response.events.find(({ type }) => type === 'put');
    if (put === undefined) continue;
    yield { type: 'close', stream };
    return { kv: put.kv, header: event.response.header };
  }
}

/** Why a watch is over, if it is. */
function endOf(
  event: Interrupted | { readonly type: string; readonly response?: unknown; readonly error?: ApiError | undefined },
): Ended | undefined {
  if (event === INTERRUPTED) return INTERRUPTED;
  return event.type === 'end' ? (event.error ?? { code: 'watchCanceled' }) : undefined;
}

function* refuse(client: Client, why: Ended): Steps<ExitCode> {
  if (why === INTERRUPTED) return yield* exitWithError(EXIT.error, 'context canceled');
  if (why === 'sessionExpired') return yield* exitWithError(EXIT.error, 'mutex: session is expired');
  if (why.code === 'watchCanceled') return yield* exitWithError(EXIT.error, describeApiError(why).text);
  return yield* exitForError(client, 'txn', why, undefined);
}

function exactly(key: Bytes): RangeRequest {
  return rangeRequest(key, '');
}

function rangeOf(prefix: Bytes, options: Partial<RangeRequest>): RangeRequest {
  return { ...exactly(prefix), ...keyRange(prefix, true, false, ''), ...options };
}

/** What an observer is told, as a range's answer without a count. */
function observed(header: ResponseHeader, kv: KeyValue): RangeResponse {
  return { type: 'range', header, kvs: [kv], more: false, count: 0 };
}
