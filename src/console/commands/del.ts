import { fail, ok, type Result } from '../../base/index.ts';
import type { DeleteRangeRequest } from '../../engine/server/api.ts';
import { type CommandContext, callOrExit, commandTimeout, display, exitWithUsage, openClient } from '../context.ts';
import { boolFlag } from '../flags.ts';
import { goQuote } from '../goText.ts';
import { keyRange } from '../keyRange.ts';
import { type ExitCode, printError, type Steps } from '../program.ts';
import { DEL } from '../table.ts';

/** µs for which a range can still be saved. */
const RANGE_PAUSE = 2_000_000;

/** `del [options] <key> [range_end]`. spec/etcd.md 6.5 */
export function* del(context: CommandContext): Steps<ExitCode> {
  const request = yield* delRequest(context);
  if (!request.ok) return request.error;
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const response = yield* callOrExit(client.value, request.value, timeout);
  if (!response.ok) return response.error;
  return yield* display(response.value, client.value);
}

/** What the words ask for; with a range that may be a mistake, after a pause. */
export function* delRequest(context: Pick<CommandContext, 'name' | 'flags' | 'args'>): Steps<Result<DeleteRangeRequest, ExitCode>> {
  const { flags, args } = context;
  const prefix = boolFlag(flags, DEL.prefix);
  const fromKey = boolFlag(flags, DEL.fromKey);
  const [first, end] = args;
  if (first === undefined || args.length > 2)
    return fail(yield* exitWithUsage(context, 'del command needs one argument as key and an optional argument as range_end'));
  if (prefix && fromKey)
    return fail(yield* exitWithUsage(context, '`--prefix` and `--from-key` cannot be set at the same time, choose one'));
  if (end !== undefined) {
    if (prefix || fromKey)
      return fail(
        yield* exitWithUsage(context, 'too many arguments, only accept one argument when `--prefix` or `--from-key` is set'),
      );
    if (!boolFlag(flags, DEL.range)) {
      yield* printError(
        `Warning: Keys between ${goQuote(first)} and ${goQuote(end)} will be deleted. Please interrupt the command within next 2 seconds to cancel. You can provide \`--range\` flag to avoid the delay.\n`,
      );
      yield { type: 'sleep', duration: RANGE_PAUSE };
    }
  }

  return ok({ type: 'deleteRange', ...keyRange(first, prefix, fromKey, end ?? ''), prevKv: boolFlag(flags, DEL.prevKv) });
}
