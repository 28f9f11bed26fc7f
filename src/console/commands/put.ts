import { type Bytes, fail, ok, type Result, toId64 } from '../../base/index.ts';
import type { PutRequest } from '../../engine/server/api.ts';
import { type CommandContext, callOrExit, commandTimeout, display, exitWithUsage, openClient } from '../context.ts';
import { boolFlag, textFlag } from '../flags.ts';
import { goQuote, parseGoInt } from '../goText.ts';
import { type ExitCode, readInput, type Steps } from '../program.ts';
import { PUT } from '../table.ts';

const NEEDS_ARGUMENTS = 'put command needs 1 argument and input from stdin or 2 arguments';

/** `put [options] <key> <value>`; without a value all of standard input is the value. spec/etcd.md 6.3 */
export function* put(context: CommandContext): Steps<ExitCode> {
  const request = yield* putRequest(context, readInput);
  if (!request.ok) return request.error;
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const response = yield* callOrExit(client.value, request.value, timeout);
  if (!response.ok) return response.error;
  return yield* display(response.value, client.value);
}

/** What the words ask for. @param readValue where a value comes from that is not among them; '' = nowhere */
export function* putRequest(
  context: Pick<CommandContext, 'name' | 'flags' | 'args'>,
  readValue: () => Steps<Bytes>,
): Steps<Result<PutRequest, ExitCode>> {
  const { flags, args } = context;
  const ignoreValue = boolFlag(flags, PUT.ignoreValue);
  const [key] = args;
  if (key === undefined) return fail(yield* exitWithUsage(context, NEEDS_ARGUMENTS));
  if (ignoreValue && args.length > 1)
    return fail(yield* exitWithUsage(context, "put command needs only 1 argument when 'ignore-value' is set"));
  let value = ignoreValue ? '' : args[1];
  if (value === undefined) {
    value = yield* readValue();
    if (value === '') return fail(yield* exitWithUsage(context, NEEDS_ARGUMENTS));
  }
  const leaseText = textFlag(flags, PUT.lease);
  const lease = parseGoInt(leaseText, 16);
  if (!lease.ok) {
    const fault = `strconv.ParseInt: parsing ${goQuote(leaseText)}: ${lease.error}`;
    return fail(yield* exitWithUsage(context, `bad lease ID (${fault}), expecting ID in Hex`));
  }
  return ok({
    type: 'put',
    key,
    value,
    lease: toId64(BigInt.asUintN(64, lease.value)),
    prevKv: boolFlag(flags, PUT.prevKv),
    ignoreValue,
    ignoreLease: boolFlag(flags, PUT.ignoreLease),
  });
}
