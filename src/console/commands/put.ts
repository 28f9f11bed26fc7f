import { toId64 } from '../../base/index.ts';
import { type CommandContext, callOrExit, commandTimeout, display, exitWithUsage, openClient } from '../context.ts';
import { boolFlag, textFlag } from '../flags.ts';
import { goQuote, parseGoInt } from '../goText.ts';
import { type ExitCode, readInput, type Steps } from '../program.ts';
import { PUT } from '../table.ts';

const NEEDS_ARGUMENTS = 'put command needs 1 argument and input from stdin or 2 arguments';

/** `put [options] <key> <value>`; without a value all of standard input is the value. spec/etcd.md 6.3 */
export function* put(context: CommandContext): Steps<ExitCode> {
  const { flags, args } = context;
  const ignoreValue = boolFlag(flags, PUT.ignoreValue);
  const [key] = args;
  if (key === undefined) return yield* exitWithUsage(context, NEEDS_ARGUMENTS);
  if (ignoreValue && args.length > 1)
    return yield* exitWithUsage(context, "put command needs only 1 argument when 'ignore-value' is set");
  let value = ignoreValue ? '' : args[1];
  if (value === undefined) {
    value = yield* readInput();
    if (value === '') return yield* exitWithUsage(context, NEEDS_ARGUMENTS);
  }
  const leaseText = textFlag(flags, PUT.lease);
  const lease = parseGoInt(leaseText, 16);
  if (!lease.ok) {
    const fault = `strconv.ParseInt: parsing ${goQuote(leaseText)}: ${lease.error}`;
    return yield* exitWithUsage(context, `bad lease ID (${fault}), expecting ID in Hex`);
  }

  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const response = yield* callOrExit(
    client.value,
    {
      type: 'put',
      key,
      value,
      lease: toId64(BigInt.asUintN(64, lease.value)),
      prevKv: boolFlag(flags, PUT.prevKv),
      ignoreValue,
      ignoreLease: boolFlag(flags, PUT.ignoreLease),
    },
    timeout,
  );
  if (!response.ok) return response.error;
  const { writer, isHex } = client.value;
  return yield* display(response.value, { writer, isHex, valueOnly: false });
}
