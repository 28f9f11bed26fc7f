import { assert, type Bytes, fail, ok, type Result, utf8Decode, utf8Encode, ZERO_ID } from '../../base/index.ts';
import type { WatchRequest, WatchResponse } from '../../engine/server/api.ts';
import { type ApiError, describeApiError } from '../../engine/server/errors.ts';
import { type Client, type CommandContext, display, EXIT, exitWithError, exitWithUsage, hintAt, openClient } from '../context.ts';
import { execute } from '../exec.ts';
import { boolFlag, intFlag, type ParsedFlags, parseFlags } from '../flags.ts';
import { goQuote } from '../goText.ts';
import { createIdleKeeper, guestKeeping, type Keeper, nextNews } from '../keeper.ts';
import { keyRange } from '../keyRange.ts';
import {
  type ExitCode,
  giveHint,
  type Program,
  print,
  printError,
  type Steps,
  type StreamEvent,
  type StreamNumber,
} from '../program.ts';
import { WATCH } from '../table.ts';
import { splitWords } from '../txnText.ts';

/** What is to be watched, and what is to be run for each event. */
interface WatchWords {
  readonly args: readonly Bytes[];
  readonly flags: ParsedFlags;
  /** Empty: nothing. */
  readonly exec: readonly Bytes[];
}

/** The key and the end of its range that variables give; '' where they give none. */
interface KeyVariables {
  readonly key: Bytes;
  readonly end: Bytes;
}

/** An open watch. */
interface OpenWatch {
  readonly request: WatchRequest;
  readonly exec: readonly Bytes[];
}

const NO_COMMANDS = 'bad number of arguments (found separator --, but no commands)';
const CONFLICT = 'bad number of arguments (found conflicting environment key)';
const NO_KEY = 'bad number of arguments';

/** `watch [options] [key or prefix] [range_end] [-- exec …]`; ends by an interrupt, or when the server ends it. spec/etcd.md 6.7 */
export function* watch(context: CommandContext): Steps<ExitCode> {
  const { flags } = context;
  const variables: KeyVariables = {
    key: utf8Encode(context.options.env.ETCDCTL_WATCH_KEY ?? ''),
    end: utf8Encode(context.options.env.ETCDCTL_WATCH_RANGE_END ?? ''),
  };
  if (variables.key === '' && variables.end !== '')
    return yield* exitWithUsage(context, `ETCDCTL_WATCH_KEY is empty but got ETCDCTL_WATCH_RANGE_END=${goQuote(variables.end)}`);
  if (boolFlag(flags, WATCH.interactive)) return yield* watchInteractively(context, variables);
  const read = readWords(context, variables);
  if (!read.ok) return yield* exitWithUsage(context, read.error);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const request = watchRequest(read.value);
  if (!request.ok) return yield* exitWithUsage(context, request.error);
  const open: OpenWatch = { request: request.value, exec: read.value.exec };
  const keeper = createIdleKeeper(client.value);
  yield* openWatch(client.value, 1, open.request);
  for (;;) {
    const reply = yield* nextNews(keeper);
    assert(reply.type === 'event', 'a watch receives from its stream', { reply: reply.type });
    const shown = yield* show(context, client.value, keeper, open, reply.event);
    if (shown === 'goesOn') continue;
    if (shown !== 'canceled') return shown;
    const ended = yield* exitWithError(EXIT.interrupted, 'watch is canceled by the server');
    yield* hintAtEnd(client.value, open.request, reply.event);
    return ended;
  }
}

/** `watch -i`: a command a line, `watch …` or `progress`, until standard input ends. */
function* watchInteractively(context: CommandContext, variables: KeyVariables): Steps<ExitCode> {
  const opened = yield* openClient(context);
  if (!opened.ok) return opened.error;
  const client = opened.value;
  const keeper = createIdleKeeper(client);
  const watches = new Map<StreamNumber, OpenWatch>();
  for (;;) {
    const reply = yield* nextNews(keeper, true);
    if (reply.type === 'event') {
      const open = watches.get(reply.stream);
      assert(open !== undefined, 'a stream is a watch', { stream: reply.stream });
      const shown = yield* show(context, client, keeper, open, reply.event);
      if (shown === 'goesOn') continue;
      if (shown !== 'canceled') return shown;
      // The session goes on without it.
      watches.delete(reply.stream);
      yield { type: 'close', stream: reply.stream };
      yield* hintAtEnd(client, open.request, reply.event);
      continue;
    }
    if (reply.type !== 'line') return yield* exitWithError(EXIT.invalidInput, 'error reading watch request line: EOF');
    const { line } = reply;
    const words = splitWords(line);
    if (words === undefined) return yield* exitWithError(EXIT.invalidInput, 'invalid syntax');
    const [command] = words;
    if (command === undefined) yield* printError(`Invalid command: ${line} (watch and progress supported)\n`);
    else if (command === 'progress') {
      // Without a watch there is no stream to ask on: etcd's client opens one that nobody hears of.
      if (watches.size === 0) continue;
      // Whether it arrives is nobody's concern: a stream that is lost meanwhile is opened again.
      yield { type: 'askProgress', streams: [...watches.keys()] };
    } else if (command !== 'watch') yield* printError(`Invalid command ${line} (only support watch)\n`);
    else if (words.length < 2 && variables.key === '')
      yield* printError(`Invalid command ${line} (command type or key is not provided)\n`);
    else {
      const read = readTypedWords(words.slice(1), variables);
      if (!read.ok) return yield* exitWithUsage(context, read.error);
      const request = watchRequest(read.value);
      if (!request.ok) {
        yield* printError(`Invalid command ${line} (${request.error})\n`);
        continue;
      }
      const stream = ++keeper.streams;
      watches.set(stream, { request: request.value, exec: read.value.exec });
      yield* openWatch(client, stream, request.value);
    }
  }
}

function* openWatch(client: Client, stream: StreamNumber, request: WatchRequest): Steps<void> {
  yield { type: 'open', stream, connection: client, requireLeader: true, request };
}

/** Prints what came, and runs what is to be run. Comes to an exit code where that ends everything. */
function* show(
  context: CommandContext,
  client: Client,
  keeper: Keeper,
  open: OpenWatch,
  event: StreamEvent,
): Steps<ExitCode | 'goesOn' | 'canceled'> {
  const response = toResponse(event);
  // The answer to the watch's creation prints nothing, unless it is a refusal.
  if (response.created && !response.canceled) return 'goesOn';
  if (response.canceled) yield* printError(`watch was canceled (${describeEnd(response)})\n`);
  else if (response.events.length === 0) yield* print(`progress notify: ${response.header.revision}\n`);
  const exit = yield* showEvents(response, client);
  if (exit !== EXIT.success) return exit;
  if (open.exec.length > 0) {
    for (const { type, kv } of response.events) {
      const env = {
        ...context.options.env,
        ETCD_WATCH_REVISION: String(response.header.revision),
        ETCD_WATCH_EVENT_TYPE: `"${type.toUpperCase()}"`,
        ETCD_WATCH_KEY: utf8Decode(goQuote(kv.key)),
        ETCD_WATCH_VALUE: utf8Decode(goQuote(kv.value)),
      };
      const failed = yield* runFor(context, keeper, open.exec, env);
      if (failed !== undefined) return failed;
    }
  }
  return response.canceled ? 'canceled' : 'goesOn';
}

/** Events one by one where each has lines of its own, so that these are known by its revision; otherwise by that of the last. */
function* showEvents(response: WatchResponse, client: Client): Steps<ExitCode> {
  const parts = client.writer === 'simple' ? response.events.map((event) => ({ ...response, events: [event] })) : [response];
  for (const part of parts) {
    const exit = yield* display(part, client, undefined, part.events.at(-1)?.kv.modRevision);
    if (exit !== EXIT.success) return exit;
  }
  return EXIT.success;
}

/** Runs a program for an event, to its end. Comes to an exit code only where it fails. */
function* runFor(
  context: CommandContext,
  keeper: Keeper,
  exec: readonly Bytes[],
  env: Readonly<Record<string, string>>,
): Steps<ExitCode | undefined> {
  let error: Bytes | undefined;
  function* guest(): Program {
    const result = yield* execute(exec, env, context.etcdctl);
    error = result.error;
    return result.code;
  }
  yield* guestKeeping(keeper, guest());
  if (error === undefined) return undefined;
  yield* printError(`command [${exec.map(goQuote).join(' ')}] error (${error})\n`);
  return EXIT.error;
}

/** What is wrong with the words, before any connection is made, or what they say. They are looked at as typed: flags count. */
function readWords(context: CommandContext, variables: KeyVariables): Result<WatchWords, Bytes> {
  const words = behindName(context.words);
  const dash = words.indexOf('--');
  const { args, flags } = context;
  if (dash >= 0 && dash === words.length - 1) return fail(NO_COMMANDS);
  if (dash < 0 && words.length === 0 && variables.key === '') return fail(NO_KEY);
  if (variables.key !== '' && (dash < 0 ? args.length > 0 : hasOwnKey(args, words, dash))) return fail(CONFLICT);
  const named = [...keysOf(variables), ...args];
  if (dash < 0) return ok({ args: named, flags, exec: [] });
  const exec = words.slice(dash + 1);
  // The key ends before the last word that is the program's name: one that is among its arguments as well is taken for it.
  const end = named.lastIndexOf(exec[0] ?? '');
  return ok({ args: named.slice(0, Math.max(0, end)), flags, exec });
}

/** True if more stands before `--` than flags: seen from the end, the arguments are longer than the program's words. */
function hasOwnKey(args: readonly Bytes[], words: readonly Bytes[], dash: number): boolean {
  let raw = words.length - 1;
  for (let i = args.length - 1; i >= 0; i--) {
    if (args[i] === words[raw]) raw--;
    else if (raw === dash) return true;
  }
  return false;
}

/** As {@link readWords}, of a line in an interactive session, behind its `watch`. */
function readTypedWords(words: readonly Bytes[], variables: KeyVariables): Result<WatchWords, Bytes> {
  const dash = words.indexOf('--');
  if (dash >= 0 && dash === words.length - 1) return fail(NO_COMMANDS);
  const flags = parseFlags(Object.values(WATCH), words);
  if (!flags.ok) return fail(flags.error.text);
  const { args } = flags.value;
  if (dash < 0 && args.length === 0 && variables.key === '') return fail(NO_KEY);
  if (dash < 0 && args.length > 0 && variables.key !== '') return fail(CONFLICT);
  const named = [...keysOf(variables), ...args];
  if (dash < 0) return ok({ args: named, flags: flags.value, exec: [] });
  const exec = words.slice(dash + 1);
  return ok({ args: named.slice(0, Math.max(0, named.lastIndexOf(exec[0] ?? ''))), flags: flags.value, exec });
}

function keysOf({ key, end }: KeyVariables): Bytes[] {
  return key === '' ? [] : end === '' ? [key] : [key, end];
}

function watchRequest({ args, flags }: WatchWords): Result<WatchRequest, Bytes> {
  const [first, second] = args;
  if (first === undefined) return fail(NO_KEY);
  const prefix = boolFlag(flags, WATCH.prefix);
  if (prefix && args.length === 2) return fail('`range_end` and `--prefix` are mutually exclusive');
  return ok({
    type: 'watch',
    // With three arguments and more even the second is passed over.
    ...keyRange(first, prefix, false, args.length === 2 ? (second ?? '') : ''),
    startRevision: intFlag(flags, WATCH.rev),
    prevKv: boolFlag(flags, WATCH.prevKv),
    progressNotify: boolFlag(flags, WATCH.progressNotify),
    noPut: false,
    noDelete: false,
  });
}

function* hintAtEnd(client: Client, { startRevision }: WatchRequest, event: StreamEvent): Steps<void> {
  const error: ApiError | undefined = event.type === 'end' ? event.error : undefined;
  if (error !== undefined) yield* hintAt(client, 'watch', error, undefined, startRevision);
  else if (toResponse(event).compactRevision > 0 || startRevision < 0)
    yield* giveHint({ code: 'compacted', revision: startRevision });
}

/** Why a watch is over, in the client library's words: a reason is only sent where these two do not say it. */
function describeEnd({ compactRevision, cancelReason }: WatchResponse): Bytes {
  if (compactRevision > 0) return describeApiError({ code: 'compacted' }).text;
  return cancelReason === '' ? describeApiError({ code: 'futureRevision' }).text : utf8Encode(cancelReason);
}

/** What the client library hands on: a stream that ended, or a creation refused, is a cancelled response without a header. */
function toResponse(event: StreamEvent): WatchResponse {
  let reason = '';
  if (event.type === 'message') {
    assert(event.response.type === 'watch', 'a watch is answered by its own messages');
    if (!event.response.created || !event.response.canceled) return event.response;
    reason = event.response.cancelReason;
  } else if (event.error !== undefined) reason = describeApiError(event.error).text;
  const header = { clusterId: ZERO_ID, memberId: ZERO_ID, revision: 0, raftTerm: 0 };
  return { type: 'watch', header, created: true, canceled: true, cancelReason: reason, compactRevision: 0, events: [] };
}

/** The words behind `watch`; all of them (and etcdctl's own name) where it was typed shorter. */
function behindName(words: readonly Bytes[]): readonly Bytes[] {
  const at = words.indexOf('watch');
  return at < 0 ? ['etcdctl', ...words] : words.slice(at + 1);
}
