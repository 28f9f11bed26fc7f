import { type CommandContext, callOrExit, commandTimeout, display, exitWithUsage, keyRange, openClient } from '../context.ts';
import { boolFlag } from '../flags.ts';
import { goQuote } from '../goText.ts';
import { type ExitCode, printError, type Steps } from '../program.ts';
import { DEL } from '../table.ts';

/** µs for which a range can still be saved. */
const RANGE_PAUSE = 2_000_000;

/** `del [options] <key> [range_end]`. spec/etcd.md 6.5 */
export function* del(context: CommandContext): Steps<ExitCode> {
  const { flags, args } = context;
  const prefix = boolFlag(flags, DEL.prefix);
  const fromKey = boolFlag(flags, DEL.fromKey);
  const [first, end] = args;
  if (first === undefined || args.length > 2)
    return yield* exitWithUsage(context, 'del command needs one argument as key and an optional argument as range_end');
  if (prefix && fromKey)
    return yield* exitWithUsage(context, '`--prefix` and `--from-key` cannot be set at the same time, choose one');
  if (end !== undefined) {
    if (prefix || fromKey)
      return yield* exitWithUsage(context, 'too many arguments, only accept one argument when `--prefix` or `--from-key` is set');
    if (!boolFlag(flags, DEL.range)) {
      yield* printError(
        `Warning: Keys between ${goQuote(first)} and ${goQuote(end)} will be deleted. Please interrupt the command within next 2 seconds to cancel. You can provide \`--range\` flag to avoid the delay.\n`,
      );
      yield { type: 'sleep', duration: RANGE_PAUSE };
    }
  }

  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const range = keyRange(first, prefix, fromKey, end ?? '');
  const response = yield* callOrExit(client.value, { type: 'deleteRange', ...range, prevKv: boolFlag(flags, DEL.prevKv) }, timeout);
  if (!response.ok) return response.error;
  const { writer, isHex } = client.value;
  return yield* display(response.value, { writer, isHex, valueOnly: false });
}
