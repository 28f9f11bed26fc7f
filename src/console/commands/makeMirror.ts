/**
 * `make-mirror DEST`: copies what there is, then every change, one transaction for each revision, to the cluster behind another
 * endpoint. Here that is always the same cluster: what is to be a copy needs another prefix.
 *
 * @see etcd-io/etcd:etcdctl/ctlv3/command/make_mirror_command.go, client/v3/mirror/syncer.go
 */
import { assert, type Bytes, fail, ok, type Result, utf8Decode, ZERO_ID } from '../../base/index.ts';
import type { TxnOperation, UnaryRequest, WatchResponse } from '../../engine/server/api.ts';
import type { ApiError } from '../../engine/server/errors.ts';
import {
  type Client,
  type CommandContext,
  dialTimeoutOf,
  EXIT,
  exitForError,
  exitWithError,
  exitWithUsage,
  logInOrExit,
  openClient,
  readLogin,
  secure,
} from '../context.ts';
import { boolFlag, intFlag, textFlag } from '../flags.ts';
import { keyRange } from '../keyRange.ts';
import { deletionOf, putOf, rangeRequest, watchOf } from '../plainRequests.ts';
import { type Connection, type ExitCode, giveHint, now, type OutcomeOf, print, type Reply, type Steps } from '../program.ts';
import { MAKE_MIRROR } from '../table.ts';

/** Keys of one answer. */
const BATCH = 1000;
/** How often the number of copied changes is printed, µs. */
const REPORT_EVERY = 30_000_000;

/** A mirror under way; the fields below the line change in place. */
interface Mirror {
  readonly source: Client;
  readonly destination: Connection;
  readonly prefix: Bytes;
  /** Stands in for the prefix in a copy's key. */
  readonly destPrefix: Bytes;
  readonly maxTxnOps: number;

  /** Changes copied so far. */
  total: number;
  nextReport: number;
  calls: number;
  /** What came of the watch while something else was waited for, in order. */
  readonly events: Extract<Reply, { type: 'event' }>[];
}

export function* makeMirror(context: CommandContext): Steps<ExitCode> {
  const { args, flags } = context;
  const [endpoint] = args;
  if (endpoint === undefined || args.length !== 1)
    return yield* exitWithUsage(context, 'make-mirror takes one destination argument');
  const destination = yield* openDestination(context, utf8Decode(endpoint));
  if (!destination.ok) return destination.error;
  const source = yield* openClient(context);
  if (!source.ok) return source.error;
  const prefix = textFlag(flags, MAKE_MIRROR.prefix);
  const wanted = textFlag(flags, MAKE_MIRROR.destPrefix);
  const hasNone = boolFlag(flags, MAKE_MIRROR.noDestPrefix);
  if (hasNone && wanted !== '')
    return yield* exitWithUsage(context, '`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one');
  // A revision that is given is where the watch begins, and nothing is copied before that.
  const from = Math.max(0, intFlag(flags, MAKE_MIRROR.rev) - 1);
  // As in etcdctl: only where everything is copied first does a copy keep its prefix without being told to.
  const destPrefix = from === 0 && !hasNone && wanted === '' ? prefix : wanted;
  if (destPrefix.startsWith(prefix)) yield* giveHint({ code: 'mirrorsItself' });
  const mirror: Mirror = {
    source: source.value,
    destination: destination.value,
    prefix,
    destPrefix,
    maxTxnOps: intFlag(flags, MAKE_MIRROR.maxTxnOps),
    total: 0,
    nextReport: (yield* now()) + REPORT_EVERY,
    calls: 0,
    events: [],
  };
  const base = from > 0 ? ok(from) : yield* copyBase(mirror);
  if (!base.ok) return yield* exitForError(mirror.source, 'range', base.error, undefined);
  return yield* copyChanges(mirror, base.value);
}

/** The other end: its own user, and its own files. */
function* openDestination(context: CommandContext, endpoint: string): Steps<Result<Connection, ExitCode>> {
  const { flags } = context;
  const user = textFlag(flags, MAKE_MIRROR.destUser);
  const login = yield* readLogin(context, user, textFlag(flags, MAKE_MIRROR.destPassword), 'Destination Password: ');
  const { destCert: cert, destKey: key, destCacert: cacert, destInsecureTransport: insecureTransport } = MAKE_MIRROR;
  const tls = yield* secure(flags, { cert, key, cacert, insecureTransport });
  if (!tls.ok) return tls;
  const connection = { endpoints: [endpoint], token: undefined, tls: tls.value };
  return yield* logInOrExit(connection, login, dialTimeoutOf(flags));
}

/** Copies everything as it stands now. @returns the revision that it stood at */
function* copyBase(mirror: Mirror): Steps<Result<number, ApiError>> {
  const { source, prefix } = mirror;
  const first = yield* ask(mirror, source, rangeRequest(prefix === '' ? 'foo' : prefix, ''));
  if (!first.ok) return fail(first.error);
  const { revision } = first.response.header;
  const { key, rangeEnd } = keyRange(prefix, true, false, '');
  for (let from = key; ; ) {
    const page = yield* ask(mirror, source, { ...rangeRequest(from, rangeEnd), limit: BATCH, revision });
    if (!page.ok) return fail(page.error);
    const { kvs, more } = page.response;
    for (const kv of kvs) {
      const copied = yield* ask(mirror, mirror.destination, putOf(copyOf(mirror, kv.key), kv.value, ZERO_ID));
      if (!copied.ok) return fail(copied.error);
      mirror.total++;
    }
    const last = kvs.at(-1);
    if (!more || last === undefined) return ok(revision);
    from = `${last.key}\0`;
  }
}

/** Copies every change after a revision, for ever. Comes to an exit code where that ends. */
function* copyChanges(mirror: Mirror, after: number): Steps<ExitCode> {
  const { source, destination } = mirror;
  const { key, rangeEnd } = keyRange(mirror.prefix, true, false, '');
  const request = watchOf(key, rangeEnd, after + 1);
  yield { type: 'open', stream: 1, connection: source, request, requireLeader: false };
  for (;;) {
    const { event } = yield* nextEvent(mirror);
    // The library's channel is closed without an error.
    if (event.type === 'end') return yield* exitWithError(EXIT.error, '<nil>');
    const { response } = event;
    assert(response.type === 'watch', 'a watch is answered by its messages', { response: response.type });
    if (response.compactRevision !== 0) return yield* exitForError(source, 'range', { code: 'compacted' }, undefined);
    for (const success of transactionsOf(mirror, response)) {
      const copied = yield* ask(mirror, destination, { type: 'txn', compare: [], success, failure: [] });
      if (!copied.ok) return yield* exitForError(destination, 'txn', copied.error, undefined);
    }
  }
}

/** One transaction for each revision, more where it has too many changes. */
function transactionsOf(mirror: Mirror, { events }: WatchResponse): TxnOperation[][] {
  const transactions: TxnOperation[][] = [];
  let operations: TxnOperation[] = [];
  let last = 0;
  for (const { type, kv } of events) {
    if ((last !== 0 && kv.modRevision > last) || operations.length === mirror.maxTxnOps) {
      transactions.push(operations);
      operations = [];
    }
    last = kv.modRevision;
    const copy = copyOf(mirror, kv.key);
    operations.push(type === 'put' ? putOf(copy, kv.value, ZERO_ID) : deletionOf(copy));
    mirror.total++;
  }
  return operations.length === 0 ? transactions : [...transactions, operations];
}

function copyOf({ prefix, destPrefix }: Mirror, key: Bytes): Bytes {
  const at = key.indexOf(prefix);
  return at < 0 ? key : key.slice(0, at) + destPrefix + key.slice(at + prefix.length);
}

/** One call, with the total printed whenever it is time for that. */
function* ask<R extends UnaryRequest>(mirror: Mirror, connection: Connection, request: R): Steps<OutcomeOf<R>> {
  const call = ++mirror.calls;
  yield { type: 'begin', call, connection, request, timeout: undefined };
  for (;;) {
    const reply = yield* receive(mirror);
    if (reply.type === 'event') mirror.events.push(reply);
    if (reply.type !== 'answer') continue;
    const { outcome } = reply;
    assert(reply.call === call, 'one call is made at a time', { call });
    if (outcome.ok) assert(outcome.response.type === request.type, 'a response answers its request', { request: request.type });
    return outcome as OutcomeOf<R>; // the assertion above ties the response's type to the request's
  }
}

function* nextEvent(mirror: Mirror): Steps<Extract<Reply, { type: 'event' }>> {
  const stashed = mirror.events.shift();
  if (stashed !== undefined) return stashed;
  for (;;) {
    const reply = yield* receive(mirror);
    if (reply.type === 'event') return reply;
  }
}

function* receive(mirror: Mirror): Steps<Reply> {
  const reply = yield { type: 'receive', input: false, until: mirror.nextReport };
  if (reply.type === 'late') {
    yield* print(`${mirror.total}\n`);
    mirror.nextReport += REPORT_EVERY;
  }
  return reply;
}
