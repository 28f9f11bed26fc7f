import { type Bytes, utf8Encode, ZERO_ID } from '../../base/index.ts';
import type { PutRequest, UnaryRequest } from '../../engine/server/api.ts';
import { type ApiError, describeApiError } from '../../engine/server/errors.ts';
import {
  type Client,
  type CommandContext,
  callOrExit,
  EXIT,
  exitForError,
  exitWithError,
  exitWithUsage,
  openClient,
} from '../context.ts';
import { boolFlag, textFlag } from '../flags.ts';
import { goQuote } from '../goText.ts';
import { keyRange } from '../keyRange.ts';
import { putOf, rangeRequest } from '../plainRequests.ts';
import {
  type Connection,
  call,
  callOrInterrupt,
  type ExitCode,
  giveHint,
  INTERRUPTED,
  now,
  type OutcomeOf,
  print,
  printError,
  type Steps,
} from '../program.ts';
import { renderBar } from '../progressBar.ts';
import { CHECK, CHECK_DATASCALE, CHECK_PERF } from '../table.ts';

const SECOND = 1_000_000;
const LOAD_NAMES: Readonly<Record<string, 's' | 'm' | 'l' | 'xl'>> = {
  s: 's',
  small: 's',
  m: 'm',
  medium: 'm',
  l: 'l',
  large: 'l',
  xl: 'xl',
  xLarge: 'xl',
};

/** Writes a second and clients, for a minute. */
const RATES = {
  s: { limit: 150, clients: 50 },
  m: { limit: 1000, clients: 200 },
  l: { limit: 8000, clients: 500 },
  xl: { limit: 15000, clients: 1000 },
};
const RATE_SECONDS = 60;

/** Writes and clients. */
const SCALES = {
  s: { limit: 10_000, clients: 50 },
  m: { limit: 100_000, clients: 200 },
  l: { limit: 1_000_000, clients: 500 },
  xl: { limit: 3_000_000, clients: 1000 },
};
const PAIR_SIZE = 1024;

/** What the puts of a check look like. */
interface Pairs {
  readonly prefix: Bytes;
  readonly keySize: number;
  readonly valueSize: number;
}

/** A load: what is put, when, and how far it is. */
interface Load {
  readonly pairs: Pairs;
  /** At most so many puts wait for their answer. */
  readonly clients: number;
  /** When the next put may be sent after `sent` others, the last of them at `last`, in µs since the beginning; undefined: that was the last. */
  dueAt(sent: number, last: number): number | undefined;
  /** What the bar is to show. @param elapsed µs */
  progress(done: number, elapsed: number): number;
  readonly total: number;
  /** µs between two looks at the bar. */
  readonly barEvery: number;
}

/** Seconds each write took, how many failed of what, and over how many seconds. */
interface Report {
  readonly took: readonly number[];
  readonly errors: ReadonlyMap<Bytes, number>;
  readonly seconds: number;
}

/** `check perf`: writes at a steady rate for a minute, then says whether the cluster kept up. An interrupt ends the writing. spec/etcd.md 6.11 */
export function* checkPerf(context: CommandContext): Steps<ExitCode> {
  const { flags } = context;
  const size = sizeOf(context);
  if (size === undefined) return yield* refuseLoad(context);
  const { limit, clients } = RATES[size];
  const prefix = textFlag(flags, CHECK_PERF.prefix);
  const opened = yield* openEmpty(context, prefix, (text) => `'${text}'`);
  if ('exit' in opened) return opened.exit;
  const { client } = opened;
  const report = yield* put(client, {
    pairs: { prefix, keySize: 256, valueSize: 1024 },
    clients,
    dueAt(sent, last) {
      // What could not be sent in its time is not made good.
      const due = sent === 0 ? 0 : Math.ceil(last + SECOND / limit);
      return due < RATE_SECONDS * SECOND ? due : undefined;
    },
    progress: (_, elapsed) => Math.min(RATE_SECONDS, Math.floor(elapsed / SECOND)),
    total: RATE_SECONDS,
    barEvery: SECOND,
  });
  const removed = yield* ask(client, { type: 'deleteRange', ...keyRange(prefix, true, false, ''), prevKv: false }, 30 * SECOND);
  if (!removed.ok) yield* print(`FAIL: Cleanup failed during key deletion: ERROR(${describeApiError(removed.error).text})\n`);
  const exit = yield* tidyUp(context, client, removed.ok ? removed.response.header.revision : undefined);
  if (exit !== undefined) return exit;
  return yield* judge(report, limit);
}

/** `check datascale`: writes as fast as it goes, then says how much more the member that is asked holds. */
export function* checkDatascale(context: CommandContext): Steps<ExitCode> {
  const size = sizeOf(context);
  if (size === undefined) return yield* refuseLoad(context);
  const { limit, clients } = SCALES[size];
  const prefix = textFlag(context.flags, CHECK_DATASCALE.prefix);
  const opened = yield* openEmpty(context, prefix, (text) => text);
  if ('exit' in opened) return opened.exit;
  const { client } = opened;
  const before = yield* storeSize(client, 'before');
  if (before === undefined) return EXIT.error;
  const what = `${limit} key-value pairs, ${PAIR_SIZE} bytes per key-value, ${clients} concurrent clients`;
  yield* print(`Start data scale check for work load [${what}].\n`);
  const report = yield* put(client, {
    pairs: { prefix, keySize: PAIR_SIZE / 2, valueSize: PAIR_SIZE / 2 },
    clients,
    dueAt: (sent) => (sent < limit ? 0 : undefined),
    progress: (done) => done,
    total: limit,
    barEvery: SECOND / 5,
  });
  const after = yield* storeSize(client, 'after');
  if (after === undefined) return EXIT.error;
  const removed = yield* ask(client, { type: 'deleteRange', ...keyRange(prefix, true, false, ''), prevKv: false }, undefined);
  if (!removed.ok) return yield* exitForError(client, 'deleteRange', removed.error, undefined);
  const exit = yield* tidyUp(context, client, removed.response.header.revision);
  if (exit !== undefined) return exit;
  if (report.errors.size > 0) {
    yield* printErrors(report);
    return EXIT.error;
  }
  yield* print(`PASS: Approximate system memory used : ${((after - before) / (1024 * 1024)).toFixed(2)} MB.\n`);
  yield* giveHint({ code: 'storeAsMemory' });
  return EXIT.success;
}

/** A client, where nothing lies under the prefix yet. @param quote as the text to delete it stands in its message */
function* openEmpty(
  context: CommandContext,
  prefix: Bytes,
  quote: (text: Bytes) => Bytes,
): Steps<{ readonly client: Client } | { readonly exit: ExitCode }> {
  const opened = yield* openClient(context);
  if (!opened.ok) return { exit: opened.error };
  const range = keyRange(prefix, true, false, '');
  const found = yield* callOrExit(opened.value, { ...rangeRequest(range.key, range.rangeEnd), limit: 1 }, undefined);
  if (!found.ok) return { exit: found.error };
  if (found.value.kvs.length === 0) return { client: opened.value };
  const command = quote(`etcdctl del --prefix ${prefix}`);
  return {
    exit: yield* exitWithError(EXIT.invalidInput, `prefix ${goQuote(prefix)} has keys. Delete with ${command} first`),
  };
}

/** Compacts and defragments where that was asked for. Comes to an exit code only where it fails. @param revision of the deletion; undefined: it failed */
function* tidyUp({ flags }: CommandContext, client: Client, revision: number | undefined): Steps<ExitCode | undefined> {
  if (boolFlag(flags, CHECK.autoCompact) && revision !== undefined) {
    yield* print(`Compacting with revision ${revision}\n`);
    const compacted = yield* ask(client, { type: 'compaction', revision, physical: true }, undefined);
    if (!compacted.ok) return yield* exitForError(client, 'compaction', compacted.error, undefined);
    yield* print(`Compacted with revision ${revision}\n`);
  }
  if (boolFlag(flags, CHECK.autoDefrag)) {
    for (const endpoint of client.endpoints) {
      yield* print(`Defragmenting ${goQuote(utf8Encode(endpoint))}\n`);
      const one = { ...client, endpoints: [endpoint] };
      const done = yield* ask(one, { type: 'defragment' }, undefined);
      if (!done.ok) return yield* exitForError(one, 'defragment', done.error, undefined);
      yield* print(`Defragmented ${goQuote(utf8Encode(endpoint))}\n`);
    }
  }
  return undefined;
}

/** Bytes that the store of the first endpoint takes. Where it does not say so, etcdctl's words for that are printed. */
function* storeSize(client: Client, when: 'before' | 'after'): Steps<number | undefined> {
  const status = yield* ask({ ...client, endpoints: client.endpoints.slice(0, 1) }, { type: 'status' }, 10 * SECOND);
  if (status.ok) return status.response.dbSizeInUse;
  yield* print(`FAIL: Could not read process_resident_memory_bytes ${when} the put operations.\n`);
  return undefined;
}

/** One call. An interrupt that comes meanwhile had its time before: it is asked again, and the next one ends everything. */
function* ask<R extends UnaryRequest>(connection: Connection, request: R, timeout: number | undefined): Steps<OutcomeOf<R>> {
  const outcome = yield* callOrInterrupt(connection, request, timeout);
  return outcome === INTERRUPTED ? yield* call(connection, request, timeout) : outcome;
}

/** Puts a load, no more at a time than there are clients, and shows how far it is. The first interrupt ends it. */
function* put(client: Client, load: Load): Steps<Report> {
  yield { type: 'catchInterrupt' };
  const began = yield* now();
  const started = new Map<number, number>();
  const took: number[] = [];
  const errors = new Map<Bytes, number>();
  let sent = 0;
  let last = 0;
  let isOver = false;
  let shown = '';
  let at = began;
  let nextLook = began;
  const show = function* (): Steps<void> {
    const bar = renderBar(load.progress(took.length, at - began), load.total, at - began);
    if (bar !== shown) yield* printError(`\r${bar}`);
    shown = bar;
    while (nextLook <= at) nextLook += load.barEvery;
  };
  for (;;) {
    if (at >= nextLook) yield* show();
    const due = isOver ? undefined : load.dueAt(sent, last);
    if (due === undefined && started.size === 0) break;
    const isFree = due !== undefined && started.size < load.clients;
    if (isFree && due <= at - began) {
      started.set(++sent, at);
      last = at - began;
      yield { type: 'begin', call: sent, connection: client, request: pairOf(load.pairs, sent), timeout: undefined };
      continue;
    }
    const until = Math.min(nextLook, isFree ? began + due : Number.POSITIVE_INFINITY);
    const reply = yield { type: 'receive', input: false, until };
    at = yield* now();
    if (reply.type === 'interrupted') isOver = true;
    if (reply.type !== 'answer') continue;
    took.push((at - (started.get(reply.call) ?? at)) / SECOND);
    started.delete(reply.call);
    if (!reply.outcome.ok) count(errors, reply.outcome.error);
  }
  yield* show();
  yield* printError('\n');
  return { took, errors, seconds: (at - began) / SECOND };
}

function* judge(report: Report, limit: number): Steps<ExitCode> {
  const { took, errors, seconds } = report;
  const rate = took.length / Math.max(seconds, 1e-6);
  const slowest = took.reduce((most, one) => Math.max(most, one), 0);
  const mean = took.reduce((sum, one) => sum + one, 0) / Math.max(1, took.length);
  const stddev = Math.sqrt(took.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, took.length));
  if (errors.size > 0) yield* printErrors(report);
  const isFast = rate / limit > 0.9;
  const writes = Math.floor(rate) + 1;
  yield* print(isFast ? `PASS: Throughput is ${writes} writes/s\n` : `FAIL: Throughput too low: ${writes} writes/s\n`);
  yield* print(
    slowest > 0.5
      ? `Slowest request took too long: ${slowest.toFixed(6)}s\n`
      : `PASS: Slowest request took ${slowest.toFixed(6)}s\n`,
  );
  yield* print(stddev > 0.1 ? `Stddev too high: ${stddev.toFixed(6)}s\n` : `PASS: Stddev is ${stddev.toFixed(6)}s\n`);
  const passes = errors.size === 0 && isFast && slowest <= 0.5 && stddev <= 0.1;
  yield* print(passes ? 'PASS\n' : 'FAIL\n');
  return passes ? EXIT.success : EXIT.error;
}

function* printErrors({ errors }: Report): Steps<void> {
  yield* print('FAIL: too many errors\n');
  for (const [text, times] of errors) yield* print(`FAIL: ERROR(${text}) -> ${times}\n`);
}

function sizeOf(context: CommandContext): 's' | 'm' | 'l' | 'xl' | undefined {
  const name = textFlag(context.flags, CHECK.load);
  return Object.hasOwn(LOAD_NAMES, name) ? LOAD_NAMES[name] : undefined;
}

function refuseLoad(context: CommandContext): Steps<ExitCode> {
  return exitWithUsage(context, `unknown load option ${textFlag(context.flags, CHECK.load)}`, EXIT.badFeature);
}

function count(errors: Map<Bytes, number>, error: ApiError): void {
  const { text } = describeApiError(error);
  errors.set(text, (errors.get(text) ?? 0) + 1);
}

/** Keys in the order in which they are put; etcdctl draws them at random. */
function pairOf({ prefix, keySize, valueSize }: Pairs, number: number): PutRequest {
  const key = prefix + String(number).padStart(keySize, '0');
  return putOf(key, '\0'.repeat(valueSize), ZERO_ID);
}
