import { assert, type Bytes, utf8Encode, ZERO_ID } from '../../base/index.ts';
import type { PutRequest } from '../../engine/server/api.ts';
import { type ApiError, describeApiError } from '../../engine/server/errors.ts';
import { type Client, type CommandContext, callOrExit, EXIT, exitWithError, exitWithUsage, openClient } from '../context.ts';
import { boolFlag, textFlag } from '../flags.ts';
import { goQuote } from '../goText.ts';
import { keyRange, rangeRequest } from '../keyRange.ts';
import { type ExitCode, now, print, type Steps } from '../program.ts';
import { CHECK, CHECK_PERF } from '../table.ts';
import { refuseHere } from './notHere.ts';

/** Writes a second, clients, and seconds of a load. */
interface Load {
  readonly limit: number;
  readonly clients: number;
  readonly seconds: number;
}

const LOADS: Readonly<Record<string, Load>> = Object.fromEntries(
  (
    [
      [['s', 'small'], { limit: 150, clients: 50, seconds: 60 }],
      [['m', 'medium'], { limit: 1000, clients: 200, seconds: 60 }],
      [['l', 'large'], { limit: 8000, clients: 500, seconds: 60 }],
      [['xl', 'xLarge'], { limit: 15000, clients: 1000, seconds: 60 }],
    ] as const
  ).flatMap(([names, load]) => names.map((name) => [name, load])),
);

const VALUE = '\0'.repeat(1024);

/** `check perf`: writes at a steady rate for a minute, then says whether the cluster kept up. spec/etcd.md 6.11 */
export function* checkPerf(context: CommandContext): Steps<ExitCode> {
  const { flags } = context;
  const load = loadOf(context);
  if (load === undefined) return yield* refuseLoad(context);
  const prefix = textFlag(flags, CHECK_PERF.prefix);
  const opened = yield* openClient(context);
  if (!opened.ok) return opened.error;
  const client = opened.value;
  const range = keyRange(prefix, true, false, '');
  const found = yield* callOrExit(client, { ...rangeRequest(range.key, range.rangeEnd), limit: 1 }, undefined);
  if (!found.ok) return found.error;
  if (found.value.kvs.length > 0)
    return yield* exitWithError(
      EXIT.invalidInput,
      `prefix ${goQuote(prefix)} has keys. Delete with 'etcdctl del --prefix ${prefix}' first`,
    );

  const report = yield* run(client, prefix, load);
  const removed = yield* callOrExit(client, { type: 'deleteRange', ...range, prevKv: false }, undefined);
  if (!removed.ok) return removed.error;
  if (boolFlag(flags, CHECK.autoCompact)) {
    const { revision } = removed.value.header;
    yield* print(`Compacting with revision ${revision}\n`);
    const compacted = yield* callOrExit(client, { type: 'compaction', revision, physical: true }, undefined);
    if (!compacted.ok) return compacted.error;
    yield* print(`Compacted with revision ${revision}\n`);
  }
  if (boolFlag(flags, CHECK.autoDefrag)) {
    for (const endpoint of client.endpoints) {
      yield* print(`Defragmenting ${goQuote(utf8Encode(endpoint))}\n`);
      const done = yield* callOrExit({ ...client, endpoints: [endpoint] }, { type: 'defragment' }, undefined);
      if (!done.ok) return done.error;
      yield* print(`Defragmented ${goQuote(utf8Encode(endpoint))}\n`);
    }
  }
  return yield* judge(report, load);
}

/** `check datascale`: reads the server's memory from its process, of which there is none here. */
export function* checkDatascale(context: CommandContext): Steps<ExitCode> {
  if (loadOf(context) === undefined) return yield* refuseLoad(context);
  const client = yield* openClient(context);
  return client.ok ? yield* refuseHere(context) : client.error;
}

/** Seconds each write took, how many failed of what, and over how many seconds. */
interface Report {
  readonly took: readonly number[];
  readonly errors: ReadonlyMap<Bytes, number>;
  readonly seconds: number;
}

/** Puts at the load's rate, but no more at a time than there are clients. */
function* run(client: Client, prefix: Bytes, load: Load): Steps<Report> {
  const began = yield* now();
  const end = began + load.seconds * 1e6;
  const started = new Map<number, number>();
  const took: number[] = [];
  const errors = new Map<Bytes, number>();
  let sent = 0;
  let at = began;
  while (at < end || started.size > 0) {
    const due = began + (sent * 1e6) / load.limit;
    if (at < end && at >= due && started.size < load.clients) {
      const { endpoints, token } = client;
      started.set(++sent, at);
      yield { type: 'begin', call: sent, endpoints, token, request: putOf(prefix, sent), timeout: undefined };
      continue;
    }
    const mayWait = at < end && started.size < load.clients;
    const reply = yield mayWait ? { type: 'receive', input: false, until: Math.ceil(due) } : { type: 'receive', input: false };
    at = yield* now();
    if (reply.type === 'late') continue;
    assert(reply.type === 'answer', 'only answers are waited for', { reply: reply.type });
    took.push((at - (started.get(reply.call) ?? at)) / 1e6);
    started.delete(reply.call);
    if (!reply.outcome.ok) count(errors, reply.outcome.error);
  }
  return { took, errors, seconds: (at - began) / 1e6 };
}

function* judge({ took, errors, seconds }: Report, load: Load): Steps<ExitCode> {
  const rate = took.length / seconds;
  const slowest = took.reduce((most, one) => Math.max(most, one), 0);
  const mean = took.reduce((sum, one) => sum + one, 0) / Math.max(1, took.length);
  const stddev = Math.sqrt(took.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, took.length));
  if (errors.size > 0) yield* print('FAIL: too many errors\n');
  for (const [text, times] of errors) yield* print(`FAIL: ERROR(${text}) -> ${times}\n`);
  const isFast = rate / load.limit > 0.9;
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

function loadOf(context: CommandContext): Load | undefined {
  const name = textFlag(context.flags, CHECK.load);
  return Object.hasOwn(LOADS, name) ? LOADS[name] : undefined;
}

function refuseLoad(context: CommandContext): Steps<ExitCode> {
  return exitWithUsage(context, `unknown load option ${textFlag(context.flags, CHECK.load)}`, EXIT.badFeature);
}

function count(errors: Map<Bytes, number>, error: ApiError): void {
  const { text } = describeApiError(error);
  errors.set(text, (errors.get(text) ?? 0) + 1);
}

function putOf(prefix: Bytes, number: number): PutRequest {
  const key = prefix + String(number).padStart(8, '0');
  return { type: 'put', key, value: VALUE, lease: ZERO_ID, prevKv: false, ignoreValue: false, ignoreLease: false };
}
