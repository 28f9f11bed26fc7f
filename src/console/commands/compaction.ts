import { type CommandContext, callOrExit, commandTimeout, EXIT, exitWithUsage, openClient } from '../context.ts';
import { boolFlag } from '../flags.ts';
import { goQuote, parseGoInt } from '../goText.ts';
import { type ExitCode, print, type Steps } from '../program.ts';
import { COMPACTION } from '../table.ts';

/** `compaction [--physical] REVISION`; every writer says the same. spec/etcd.md 6.9 */
export function* compaction(context: CommandContext): Steps<ExitCode> {
  const { args, flags } = context;
  const [typed] = args;
  if (typed === undefined || args.length !== 1) return yield* exitWithUsage(context, 'compaction command needs 1 argument');
  const revision = parseGoInt(typed, 10);
  if (!revision.ok)
    return yield* exitWithUsage(context, `strconv.ParseInt: parsing ${goQuote(typed)}: ${revision.error}`, EXIT.error);
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const physical = boolFlag(flags, COMPACTION.physical);
  const number = toRevision(revision.value);
  const response = yield* callOrExit(client.value, { type: 'compaction', revision: number, physical }, timeout, number);
  if (!response.ok) return response.error;
  yield* print(`compacted revision ${revision.value}\n`);
  return EXIT.success;
}

/** No revision of ours is beyond the safe integers: with the nearest one it comes to the same. */
function toRevision(value: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > limit ? limit : value < -limit ? -limit : value);
}
