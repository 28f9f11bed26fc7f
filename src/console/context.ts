/** What every command starts from: its words, its flags, and the client that it opens. */
import { type Bytes, fail, ok, type Result, utf8Encode } from '../base/index.ts';
import type { UnaryRequest } from '../engine/server/api.ts';
import { describeApiError } from '../engine/server/errors.ts';
import { boolFlag, durationFlag, type FlagSpec, type ParsedFlags, splitList, textFlag, valueFault } from './flags.ts';
import type { HelpWords } from './help.ts';
import { hintFor } from './hint.ts';
import { type PrintedResponse, type PrintOptions, printResponse, type Writer } from './print.ts';
import { call, type ExitCode, giveHint, type OutcomeOf, print, printError, type ResponseTo, type Steps } from './program.ts';
import { GLOBAL, GLOBAL_FLAGS } from './table.ts';

/** Exit codes of etcdctl. spec/etcd.md 5.3; etcd-io/etcd:pkg/cobrautl/error.go */
export const EXIT = {
  success: 0,
  error: 1,
  badConnection: 2,
  invalidInput: 3,
  badFeature: 4,
  interrupted: 5,
  badArgs: 128,
} as const;

/** The world around a command line. */
export interface CommandOptions {
  /** Environment variables; only ETCDCTL_… matter. */
  readonly env: Readonly<Record<string, string>>;
  /** Where requests go when neither flag nor variable says so; stands in for 127.0.0.1:2379. */
  readonly endpoints: readonly string[];
  readonly words?: HelpWords | undefined;
  /** RFC 3339 time with microseconds, for etcdctl's own log lines. */
  readonly timestamp?: string | undefined;
}

/** One invocation of a command. */
export interface CommandContext {
  /** e.g. `member list` */
  readonly name: string;
  readonly flags: ParsedFlags;
  readonly args: readonly Bytes[];
  /** All words behind `etcdctl`, as typed. */
  readonly words: readonly Bytes[];
  /** Flags of groups above, which variables may set: the global ones and a group's own. */
  readonly inherited: readonly FlagSpec[];
  readonly options: CommandOptions;
}

/** A client, as a command line configures it. */
export interface Client {
  readonly endpoints: readonly string[];
  readonly writer: Writer;
  readonly isHex: boolean;
}

/** Prints `Error: TEXT` and comes to the exit code. */
export function* exitWithError(code: ExitCode, text: Bytes): Steps<ExitCode> {
  yield* printError(`Error: ${text}\n`);
  return code;
}

/** Exit code 128 with a hint on the command's usage. */
export function* exitWithUsage(context: CommandContext, text: Bytes, code: ExitCode = EXIT.badArgs): Steps<ExitCode> {
  const exit = yield* exitWithError(code, text);
  yield* giveHint({ code: 'usage', command: context.name });
  return exit;
}

/** Refuses what etcdctl can do and this console cannot, and says so. */
export function* refuseOption(context: CommandContext, option: string): Steps<ExitCode> {
  const exit = yield* exitWithError(EXIT.error, `${option} is not available in this console yet`);
  yield* giveHint({ code: 'notYetOption', command: context.name, option });
  return exit;
}

/** µs; taken before variables are looked at, so that ETCDCTL_COMMAND_TIMEOUT changes nothing, as in etcdctl. */
export function commandTimeout(context: CommandContext): number {
  return durationFlag(context.flags, GLOBAL.commandTimeout);
}

/**
 * Reads variables and global flags. Comes to an exit code where etcdctl stops at this point: an unknown writer (4), no
 * endpoint (2), a variable against a flag (1), or something of TLS and users that is not supported here.
 */
export function* openClient(context: CommandContext): Steps<Result<Client, ExitCode>> {
  const settled = yield* applyEnvironment(context);
  if (!settled.ok) return settled;
  const flags = settled.value;
  for (const spec of [GLOBAL.cert, GLOBAL.key, GLOBAL.cacert]) {
    if (context.flags.values.get(spec.name) === '')
      return fail(yield* exitWithError(EXIT.badArgs, `empty string is passed to --${spec.name} option`));
  }
  const unsupported = [GLOBAL.cert, GLOBAL.key, GLOBAL.cacert, GLOBAL.user, GLOBAL.password, GLOBAL.discoverySrv].find(
    (spec) => textFlag(flags, spec) !== '',
  );
  if (unsupported !== undefined) return fail(yield* refuseOption(context, `--${unsupported.name}`));
  if (boolFlag(flags, GLOBAL.debug)) return fail(yield* refuseOption(context, '--debug'));
  if (!boolFlag(flags, GLOBAL.insecureTransport)) return fail(yield* refuseOption(context, '--insecure-transport=false'));
  const writer = textFlag(flags, GLOBAL.writeOut);
  if (writer === 'protobuf') return fail(yield* refuseOption(context, '--write-out=protobuf'));
  if (writer !== 'simple' && writer !== 'json' && writer !== 'fields' && writer !== 'table')
    return fail(yield* exitWithError(EXIT.badFeature, 'unsupported output format'));
  const endpoints = flags.lists.get(GLOBAL.endpoints.name) ?? context.options.endpoints;
  if (endpoints.length === 0) return fail(yield* exitWithError(EXIT.badConnection, 'etcdclient: no available endpoints'));
  return ok({ endpoints, writer, isHex: boolFlag(flags, GLOBAL.hex) });
}

/**
 * One call and its error, if any, as etcdctl prints it.
 *
 * @param timeout µs
 * @param revision what was asked for, for the hint
 */
export function* callOrExit<R extends UnaryRequest>(
  client: Client,
  request: R,
  timeout: number,
  revision?: number,
): Steps<Result<ResponseTo<R>, ExitCode>> {
  // A deadline that has passed already is not worth a call.
  const late: OutcomeOf<R> = { ok: false, error: { code: 'deadlineExceeded' } };
  const outcome = timeout <= 0 ? late : yield* call(client.endpoints, request, timeout);
  if (outcome.ok) return ok(outcome.response);
  const exit = yield* exitWithError(EXIT.error, describeApiError(outcome.error).text);
  yield* giveHint(hintFor(outcome.error, { request: request.type, endpoints: client.endpoints, timeout, revision }));
  return fail(exit);
}

/** Prints a response, or that the writer cannot. */
export function* display(response: PrintedResponse, options: PrintOptions): Steps<ExitCode> {
  const text = printResponse(response, options);
  if (text === undefined) return yield* exitWithError(EXIT.badFeature, `${options.writer} not supported as output format`);
  yield* print(text);
  return EXIT.success;
}

/** First key behind all that begin with `prefix`; one zero byte where there is none. spec/etcd.md 1.3 */
export function prefixEnd(prefix: Bytes): Bytes {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const byte = prefix.charCodeAt(i);
    if (byte < 0xff) return prefix.slice(0, i) + String.fromCharCode(byte + 1);
  }
  return '\0';
}

/** The range of `--prefix`, `--from-key` or neither; an empty key stands for all keys in the first two. */
export function keyRange(
  key: Bytes,
  prefix: boolean,
  fromKey: boolean,
  end: Bytes,
): { readonly key: Bytes; readonly rangeEnd: Bytes } {
  if (fromKey || (prefix && key === '')) return { key: key === '' ? '\0' : key, rangeEnd: '\0' };
  return { key, rangeEnd: prefix ? prefixEnd(key) : end };
}

/** Variables set flags that the line did not set. @see etcd-io/etcd:pkg/flags/flag.go */
function* applyEnvironment(context: CommandContext): Steps<Result<ParsedFlags, ExitCode>> {
  const { env, timestamp = '1970-01-01T00:00:00.000000Z' } = context.options;
  const values = new Map(context.flags.values);
  const lists = new Map(context.flags.lists);
  const used = new Set<string>();
  if (context.name === 'watch') for (const name of ['ETCDCTL_WATCH_KEY', 'ETCDCTL_WATCH_RANGE_END']) if (env[name]) used.add(name);
  const inherited = [...GLOBAL_FLAGS, ...context.inherited];
  const shadowed = new Set(inherited.filter((spec) => context.flags.values.has(spec.name)).map(variableOf));
  for (const spec of inherited) {
    const name = variableOf(spec);
    const value = utf8Encode(env[name] ?? '');
    if (value === '' || shadowed.has(name)) continue;
    used.add(name);
    // A value that cannot be read is passed over in silence.
    if (valueFault(spec.kind, value) !== undefined) continue;
    values.set(spec.name, value);
    const elements = spec.kind === 'list' ? splitList(value) : undefined;
    if (elements?.ok) lists.set(spec.name, elements.value);
  }
  for (const name of Object.keys(env)) {
    if (used.has(name) || !name.startsWith('ETCDCTL_')) continue;
    if (shadowed.has(name)) {
      const message =
        'conflicting environment variable is shadowed by corresponding command-line flag (either unset environment variable or disable flag))';
      const fields = `"msg":"${message}","environment-variable":"${name}","stacktrace":"go.etcd.io/etcd/pkg/v3/flags.verifyEnv"`;
      yield* printError(`{"level":"fatal","ts":"${timestamp}","caller":"flags/flag.go:86",${fields}}\n`);
      return fail(EXIT.error);
    }
    const variable = utf8Encode(JSON.stringify(`${name}=${env[name]}`));
    const fields = `"msg":"unrecognized environment variable","environment-variable":${variable}`;
    yield* printError(`{"level":"warn","ts":"${timestamp}","caller":"flags/flag.go:94",${fields}}\n`);
  }
  return ok({ ...context.flags, values, lists });
}

function variableOf(spec: FlagSpec): string {
  return `ETCDCTL_${spec.name.toUpperCase().replaceAll('-', '_')}`;
}
