import { assert, type Bytes, utf8Encode, ZERO_ID } from '../../base/index.ts';
import type { WatchResponse } from '../../engine/server/api.ts';
import { describeApiError } from '../../engine/server/errors.ts';
import {
  type CommandContext,
  display,
  EXIT,
  exitWithError,
  exitWithUsage,
  keyRange,
  openClient,
  refuseOption,
} from '../context.ts';
import { boolFlag, intFlag } from '../flags.ts';
import { goQuote } from '../goText.ts';
import { hintFor } from '../hint.ts';
import { type ExitCode, giveHint, print, printError, type Steps, type StreamEvent } from '../program.ts';
import { WATCH } from '../table.ts';

/** `watch [options] [key or prefix] [range_end]`; ends by an interrupt, or when the server ends it. spec/etcd.md 6.7 */
export function* watch(context: CommandContext): Steps<ExitCode> {
  const { flags } = context;
  const envKey = utf8Encode(context.options.env.ETCDCTL_WATCH_KEY ?? '');
  const envEnd = utf8Encode(context.options.env.ETCDCTL_WATCH_RANGE_END ?? '');
  if (envKey === '' && envEnd !== '')
    return yield* exitWithUsage(context, `ETCDCTL_WATCH_KEY is empty but got ETCDCTL_WATCH_RANGE_END=${goQuote(envEnd)}`);
  if (boolFlag(flags, WATCH.interactive)) return yield* refuseOption(context, '--interactive');
  const fault = argumentFault(context, envKey);
  if (fault !== undefined) return yield* exitWithUsage(context, fault);
  if (behindName(context.words).includes('--')) return yield* refuseOption(context, '-- exec-command');

  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const args = envKey === '' ? context.args : envEnd === '' ? [envKey, ...context.args] : [envKey, envEnd, ...context.args];
  const [first, second] = args;
  if (first === undefined) return yield* exitWithUsage(context, 'bad number of arguments');
  const prefix = boolFlag(flags, WATCH.prefix);
  // With three arguments and more even the second is passed over.
  const end = args.length === 2 ? (second ?? '') : '';
  if (prefix && args.length === 2) return yield* exitWithUsage(context, '`range_end` and `--prefix` are mutually exclusive');

  const { endpoints, writer, isHex } = client.value;
  const startRevision = intFlag(flags, WATCH.rev);
  yield {
    type: 'open',
    stream: 1,
    endpoints,
    requireLeader: true,
    request: {
      type: 'watch',
      ...keyRange(first, prefix, false, end),
      startRevision,
      prevKv: boolFlag(flags, WATCH.prevKv),
      progressNotify: boolFlag(flags, WATCH.progressNotify),
      noPut: false,
      noDelete: false,
    },
  };
  for (;;) {
    const reply = yield { type: 'receive', input: false };
    assert(reply.type === 'event', 'a watch receives from its stream', { reply: reply.type });
    const { event } = reply;
    const response = toResponse(event);
    // The answer to the watch's creation prints nothing, unless it is a refusal.
    if (response.created && !response.canceled) continue;
    if (response.canceled) yield* printError(`watch was canceled (${utf8Encode(response.cancelReason)})\n`);
    else if (response.events.length === 0) yield* print(`progress notify: ${response.header.revision}\n`);
    const exit = yield* display(response, { writer, isHex, valueOnly: false });
    if (exit !== EXIT.success) return exit;
    if (!response.canceled) continue;
    const ended = yield* exitWithError(EXIT.interrupted, 'watch is canceled by the server');
    if (event.type === 'end' && event.error !== undefined)
      yield* giveHint(hintFor(event.error, { request: 'watch', endpoints, timeout: undefined, revision: startRevision }));
    else if (response.compactRevision > 0 || startRevision < 0) yield* giveHint({ code: 'compacted', revision: startRevision });
    return ended;
  }
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

/** What is wrong with the words before any connection is made. They are looked at as typed: flags count. */
function argumentFault(context: CommandContext, envKey: Bytes): Bytes | undefined {
  const words = behindName(context.words);
  const dash = words.indexOf('--');
  if (dash >= 0 && dash === words.length - 1) return 'bad number of arguments (found separator --, but no commands)';
  if (dash < 0 && words.length === 0 && envKey === '') return 'bad number of arguments';
  if (dash < 0 && context.args.length > 0 && envKey !== '') return 'bad number of arguments (found conflicting environment key)';
  return undefined;
}

/** The words behind `watch`; all of them (and etcdctl's own name) where it was typed shorter. */
function behindName(words: readonly Bytes[]): readonly Bytes[] {
  const at = words.indexOf('watch');
  return at < 0 ? ['etcdctl', ...words] : words.slice(at + 1);
}
