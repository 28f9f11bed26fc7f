/** What every command starts from: its words, its flags, and the client that it opens. */
import { type Bytes, byText, fail, ok, type Result, utf8Encode } from '../base/index.ts';
import type { UnaryRequest } from '../engine/server/api.ts';
import { type ApiError, describeApiError } from '../engine/server/errors.ts';
import { NO_TIME } from './clientLog.ts';
import type { RunEtcdctl } from './exec.ts';
import {
  boolFlag,
  durationFlag,
  type FlagSpec,
  intFlag,
  type ParsedFlags,
  showFlag,
  splitList,
  textFlag,
  valueFault,
  variableOf,
} from './flags.ts';
import type { HelpWords } from './help.ts';
import { hintFor } from './hint.ts';
import { type PrintOptions, printResponse, type Writer } from './print.ts';
import type { PrintedResponse } from './printed.ts';
import {
  type Connection,
  call,
  callWithin,
  type ExitCode,
  giveHint,
  type Login,
  now,
  print,
  printError,
  type ResponseTo,
  readLine,
  type Steps,
} from './program.ts';
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
  /** Environment variables: etcdctl looks at ETCDCTL_…, programs that it runs at all of them. */
  readonly env: Readonly<Record<string, string>>;
  /** Where requests go when neither flag nor variable says so; stands in for 127.0.0.1:2379. */
  readonly endpoints: readonly string[];
  readonly words?: HelpWords | undefined;
  /** A virtual time (µs) as an RFC 3339 text with microseconds, for etcdctl's own log lines. */
  readonly timestampOf?: ((at: number) => string) | undefined;
  /** What is typed comes from a file or a pipe: a password cannot be hidden there, and an interrupt is for etcdctl alone. */
  readonly isPiped?: boolean | undefined;
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
  /** For commands that run commands. */
  readonly etcdctl: RunEtcdctl;
}

/** A client, as a command line configures it. */
export interface Client extends Connection {
  readonly writer: Writer;
  readonly isHex: boolean;
  /** The line's, with what variables have set. */
  readonly flags: ParsedFlags;
}

/** Prints `Error: TEXT` and comes to the exit code. */
export function* exitWithError(code: ExitCode, text: Bytes): Steps<ExitCode> {
  yield* printError(`Error: ${text}\n`);
  return code;
}

/** Exit code 128 with a hint on the command's usage. */
export function* exitWithUsage(context: Pick<CommandContext, 'name'>, text: Bytes, code: ExitCode = EXIT.badArgs): Steps<ExitCode> {
  const exit = yield* exitWithError(code, text);
  yield* giveHint({ code: 'usage', command: context.name });
  return exit;
}

/** µs; taken before variables are looked at, so that ETCDCTL_COMMAND_TIMEOUT changes nothing, as in etcdctl. */
export function commandTimeout(context: Pick<CommandContext, 'flags'>): number {
  return durationFlag(context.flags, GLOBAL.commandTimeout);
}

/**
 * Reads variables and global flags, and logs in where a user is given. Comes to an exit code where etcdctl stops at this
 * point: a variable against a flag (1), no name server (1), an unknown writer (4), files of TLS (128), no endpoint or a wrong
 * password (2).
 */
export function* openClient(context: CommandContext): Steps<Result<Client, ExitCode>> {
  const configured = yield* configureClient(context);
  if (!configured.ok) return configured;
  const { client, login, dialTimeout } = configured.value;
  return yield* logInOrExit(client, login, dialTimeout);
}

/** The same client with its token, where there is a login. @param timeout µs, undefined for none */
export function* logInOrExit<C extends Connection>(
  client: C,
  login: Login | undefined,
  timeout: number | undefined,
  code: ExitCode = EXIT.badConnection,
): Steps<Result<C, ExitCode>> {
  if (login === undefined) return ok(client);
  const token = yield* logIn(client, login, timeout);
  if (token.ok) return ok({ ...client, token: token.value, login });
  return fail(yield* exitForError(client, 'authenticate', token.error, timeout, { code }));
}

/** What a name and a password are worth; nothing where users are not asked for. @param timeout µs */
export function* logIn(
  connection: Connection,
  login: Login,
  timeout: number | undefined,
): Steps<Result<Bytes | undefined, ApiError>> {
  const outcome = yield* call({ ...connection, token: undefined }, { type: 'authenticate', ...login }, timeout);
  if (outcome.ok) return ok(outcome.response.token);
  return outcome.error.code === 'authNotEnabled' ? ok(undefined) : fail(outcome.error);
}

/** As {@link openClient}, without logging in yet. */
export function* configureClient(
  context: CommandContext,
): Steps<
  Result<{ readonly client: Client; readonly login: Login | undefined; readonly dialTimeout: number | undefined }, ExitCode>
> {
  const settled = yield* applyEnvironment(context);
  if (!settled.ok) return settled;
  const flags = settled.value;
  const endpoints = (flags.lists.get(GLOBAL.endpoints.name) ?? context.options.endpoints).map((one) => one.trim());
  if (boolFlag(flags, GLOBAL.debug)) yield* printError(describeEnvironment(context, flags, endpoints));
  const domain = textFlag(flags, GLOBAL.discoverySrv);
  if (domain !== '') return fail(yield* refuseDiscovery(domain, textFlag(flags, GLOBAL.discoverySrvName)));
  for (const spec of [GLOBAL.cert, GLOBAL.key, GLOBAL.cacert]) {
    if (context.flags.values.get(spec.name) === '')
      return fail(yield* exitWithError(EXIT.badArgs, `empty string is passed to --${spec.name} option`));
  }
  const login = yield* readLogin(context, textFlag(flags, GLOBAL.user), textFlag(flags, GLOBAL.password), 'Password: ');
  const writer = textFlag(flags, GLOBAL.writeOut);
  if (writer !== 'simple' && writer !== 'json' && writer !== 'fields' && writer !== 'table' && writer !== 'protobuf')
    return fail(yield* exitWithError(EXIT.badFeature, 'unsupported output format'));
  const tls = yield* secure(flags, GLOBAL);
  if (!tls.ok) return tls;
  if (endpoints.length === 0) return fail(yield* exitWithError(EXIT.badConnection, 'etcdclient: no available endpoints'));
  const maxSent = positive(intFlag(flags, GLOBAL.maxRequestBytes));
  const maxReceived = positive(intFlag(flags, GLOBAL.maxRecvBytes));
  if (maxSent !== undefined && maxReceived !== undefined && maxSent > maxReceived) {
    const text = `gRPC message recv limit (${maxReceived} bytes) must be greater than send limit (${maxSent} bytes)`;
    return fail(yield* exitWithError(EXIT.badConnection, text));
  }
  const client: Client = {
    endpoints,
    writer,
    isHex: boolFlag(flags, GLOBAL.hex),
    token: undefined,
    tls: tls.value,
    flags,
    maxSent,
    maxReceived,
  };
  return ok({ client, login, dialTimeout: dialTimeoutOf(flags) });
}

/** µs that a log-in may take; undefined = without end. */
export function dialTimeoutOf(flags: ParsedFlags): number | undefined {
  return positive(durationFlag(flags, GLOBAL.dialTimeout));
}

/** A limit; what is none is no limit. */
function positive(limit: number): number | undefined {
  return limit > 0 ? limit : undefined;
}

/** Whether a client is to speak TLS. Where files are named it ends here: there are none. */
export function* secure(
  flags: ParsedFlags,
  specs: Readonly<Record<'cert' | 'key' | 'cacert' | 'insecureTransport', FlagSpec>> & { readonly insecureSkipVerify?: FlagSpec },
): Steps<Result<boolean, ExitCode>> {
  const [cert, key, cacert] = [textFlag(flags, specs.cert), textFlag(flags, specs.key), textFlag(flags, specs.cacert)];
  const file = cert === '' ? cacert : cert;
  const fault =
    (cert === '') !== (key === '')
      ? `KeyFile and CertFile must both be present[key: ${key}, cert: ${cert}]`
      : file === ''
        ? undefined
        : `open ${file}: no such file or directory`;
  const skips = specs.insecureSkipVerify !== undefined && boolFlag(flags, specs.insecureSkipVerify);
  const tls = !boolFlag(flags, specs.insecureTransport) || skips;
  if (fault === undefined && !tls) return ok(false);
  const exit = fault === undefined ? undefined : yield* exitWithError(EXIT.badArgs, fault);
  yield* giveHint({ code: 'noTls' });
  return exit === undefined ? ok(true) : fail(exit);
}

/** What Go's resolver says where no name is known. @see etcd-io/etcd:client/pkg/srv/srv.go */
function* refuseDiscovery(domain: Bytes, name: Bytes): Steps<ExitCode> {
  const suffix = name === '' ? '' : `-${name}`;
  const lookup = (service: string) => `lookup _${service}${suffix}._tcp.${domain}: no such host`;
  const text = `dns lookup errors: ${lookup('etcd-client-ssl')} and ${lookup('etcd-client')}`;
  const exit = yield* exitWithError(EXIT.error, text);
  yield* giveHint({ code: 'noDns' });
  return exit;
}

/** Flags as variables, which `--debug` begins with. */
function describeEnvironment(context: CommandContext, flags: ParsedFlags, endpoints: readonly string[]): Bytes {
  const own = [...GLOBAL_FLAGS, ...context.inherited].map((spec) => [
    spec.name,
    spec === GLOBAL.endpoints ? `[${endpoints.map(utf8Encode).join(',')}]` : showFlag(flags, spec),
  ]);
  const watch = context.name === 'watch' ? ['watch-key', 'watch-range-end'].map((name) => [name, '']) : [];
  return [...own, ...watch]
    .sort(([a = ''], [b = '']) => byText(a, b))
    .map(([name = '', value]) => `${variableOf(name)}=${value}\n`)
    .join('');
}

/** `name[:password]` and a password; asks where there is none. Without a name or a password nobody logs in. */
export function* readLogin(context: CommandContext, user: Bytes, given: Bytes, prompt: Bytes): Steps<Login | undefined> {
  const colon = user.indexOf(':');
  const hasBoth = user !== '' && given === '' && colon >= 0;
  const name = hasBoth ? user.slice(0, colon) : user;
  const password = hasBoth ? user.slice(colon + 1) : user !== '' && given === '' ? yield* askPassword(context, prompt) : given;
  return name === '' || password === '' ? undefined : { name, password };
}

/** Asks for a line, as a terminal does that does not show it; where there is none, those who hide and show complain. */
export function* askPassword({ options }: CommandContext, prompt: Bytes): Steps<Bytes> {
  const complaint = options.isPiped ? "stty: 'standard input': Inappropriate ioctl for device\n" : '';
  yield* print(prompt);
  yield* printError(complaint);
  const password = yield* readLine({ lastWord: complaint });
  yield* printError(complaint);
  yield* print('\n');
  return (password ?? '').trim();
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
  timeout: number | undefined,
  revision?: number,
): Steps<Result<ResponseTo<R>, ExitCode>> {
  const outcome = yield* callWithin(client, request, timeout);
  if (outcome.ok) return ok(outcome.response);
  return fail(yield* exitForError(client, request.type, outcome.error, timeout, { revision }));
}

/** The end of a command whose call was refused. @param wrap puts etcdctl's words around the error's text */
export function* exitForError(
  client: Connection,
  request: UnaryRequest['type'],
  error: ApiError,
  timeout: number | undefined,
  {
    revision,
    wrap = (text) => text,
    code = EXIT.error,
  }: {
    readonly revision?: number | undefined;
    readonly wrap?: (text: Bytes) => Bytes;
    readonly code?: ExitCode;
  } = {},
): Steps<ExitCode> {
  const exit = yield* exitWithError(code, wrap(describeApiError(error).text));
  yield* hintAt(client, request, error, timeout, revision);
  return exit;
}

/** The hint that goes with a refusal. Where nobody could be reached that was said before. */
export function* hintAt(
  { endpoints, tls }: Connection,
  request: string,
  error: ApiError,
  timeout: number | undefined,
  revision?: number,
): Steps<void> {
  if (tls !== true) yield* giveHint(hintFor(error, { request, endpoints, timeout, revision }));
}

/** Prints a response, or that the writer cannot. @param simple what the `simple` writer says, where it is not told by the response */
export function* display(
  response: PrintedResponse,
  options: Omit<PrintOptions, 'valueOnly'> & Partial<PrintOptions>,
  simple?: Bytes,
  revision?: number,
): Steps<ExitCode> {
  const { writer, isHex, valueOnly = false } = options;
  return yield* displayText(printResponse(response, { writer, isHex, valueOnly }, simple), writer, revision);
}

/** Prints what a writer made of something, or that it cannot. */
export function* displayText(text: Bytes | undefined, writer: Writer, revision?: number): Steps<ExitCode> {
  if (text === undefined) return yield* exitWithError(EXIT.badFeature, `${writer} not supported as output format`);
  yield* print(text, revision);
  return EXIT.success;
}

/** What a flag is after a text that says nothing of its kind. */
const UNREADABLE: Readonly<Partial<Record<FlagSpec['kind'], Bytes>>> = { bool: 'false', int: '0', uint: '0', duration: '0s' };

/** Variables set flags that the line did not set. @see etcd-io/etcd:pkg/flags/flag.go */
function* applyEnvironment(context: CommandContext): Steps<Result<ParsedFlags, ExitCode>> {
  const { env } = context.options;
  const values = new Map(context.flags.values);
  const lists = new Map(context.flags.lists);
  const unread = new Set<string>();
  const used = new Set<string>();
  if (context.name === 'watch') for (const name of ['ETCDCTL_WATCH_KEY', 'ETCDCTL_WATCH_RANGE_END']) if (env[name]) used.add(name);
  const inherited = [...GLOBAL_FLAGS, ...context.inherited];
  const shadowed = new Set(inherited.filter((spec) => context.flags.values.has(spec.name)).map(({ name }) => variableOf(name)));
  for (const spec of inherited) {
    const name = variableOf(spec.name);
    const value = utf8Encode(env[name] ?? '');
    if (value === '' || shadowed.has(name)) continue;
    used.add(name);
    // Nobody is told of a value that cannot be read, and the flag is left with what Go makes of it.
    if (valueFault(spec.kind, value) !== undefined) unread.add(spec.name);
    values.set(spec.name, unread.has(spec.name) ? (UNREADABLE[spec.kind] ?? value) : value);
    const elements = spec.kind === 'list' ? splitList(value) : undefined;
    if (elements?.ok) lists.set(spec.name, elements.value);
  }
  for (const name of Object.keys(env)) {
    if (used.has(name) || !name.startsWith('ETCDCTL_')) continue;
    if (shadowed.has(name)) {
      const message =
        'conflicting environment variable is shadowed by corresponding command-line flag (either unset environment variable or disable flag))';
      const fields = `"msg":"${message}","environment-variable":"${name}","stacktrace":"go.etcd.io/etcd/pkg/v3/flags.verifyEnv"`;
      yield* printError(`{"level":"fatal","ts":"${yield* timestamp(context)}","caller":"flags/flag.go:86",${fields}}\n`);
      return fail(EXIT.error);
    }
    const variable = utf8Encode(JSON.stringify(`${name}=${env[name]}`));
    const fields = `"msg":"unrecognized environment variable","environment-variable":${variable}`;
    yield* printError(`{"level":"warn","ts":"${yield* timestamp(context)}","caller":"flags/flag.go:94",${fields}}\n`);
  }
  return ok({ ...context.flags, values, lists, unread });
}

/** The time, as a log line writes it. */
export function* timestamp({ options }: Pick<CommandContext, 'options'>): Steps<string> {
  return options.timestampOf?.(yield* now()) ?? NO_TIME;
}
