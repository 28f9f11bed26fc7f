import type { RangeRequest, SortOrder, SortTarget } from '../../engine/server/api.ts';
import {
  type CommandContext,
  callOrExit,
  commandTimeout,
  display,
  EXIT,
  exitWithError,
  exitWithUsage,
  keyRange,
  openClient,
} from '../context.ts';
import { bigFlag, boolFlag, intFlag, textFlag } from '../flags.ts';
import { goQuote } from '../goText.ts';
import { type ExitCode, giveHint, type Steps } from '../program.ts';
import { GET } from '../table.ts';

const ORDERS: Readonly<Record<string, SortOrder>> = { '': 'none', ASCEND: 'ascend', DESCEND: 'descend' };
const TARGETS: Readonly<Record<string, SortTarget>> = {
  '': 'key',
  KEY: 'key',
  CREATE: 'create',
  MODIFY: 'mod',
  VALUE: 'value',
  VERSION: 'version',
};

/** `get [options] <key> [range_end]`. spec/etcd.md 6.4 */
export function* get(context: CommandContext): Steps<ExitCode> {
  const { flags, args } = context;
  const prefix = boolFlag(flags, GET.prefix);
  const fromKey = boolFlag(flags, GET.fromKey);
  const keysOnly = boolFlag(flags, GET.keysOnly);
  const countOnly = boolFlag(flags, GET.countOnly);
  const [first, end] = args;
  if (first === undefined)
    return yield* exitWithUsage(context, 'get command needs one argument as key and an optional argument as range_end');
  if (prefix && fromKey)
    return yield* exitWithUsage(context, '`--prefix` and `--from-key` cannot be set at the same time, choose one');
  if (keysOnly && countOnly)
    return yield* exitWithUsage(context, '`--keys-only` and `--count-only` cannot be set at the same time, choose one');
  const consistency = textFlag(flags, GET.consistency);
  if (consistency !== 's' && consistency !== 'l')
    return yield* exitWithUsage(context, `unknown consistency flag ${goQuote(consistency)}`, EXIT.badFeature);
  if (end !== undefined && (prefix || fromKey))
    return yield* exitWithUsage(context, 'too many arguments, only accept one argument when `--prefix` or `--from-key` is set');
  const order = textFlag(flags, GET.order);
  const sortOrder = lookUp(ORDERS, order);
  if (sortOrder === undefined) return yield* exitWithUsage(context, `bad sort order ${order}`, EXIT.badFeature);
  const target = textFlag(flags, GET.sortBy);
  const sortTarget = lookUp(TARGETS, target);
  if (sortTarget === undefined) return yield* exitWithUsage(context, `bad sort target ${target}`, EXIT.badFeature);
  for (const [what, least, most] of [
    ['CreateRev', GET.minCreateRev, GET.maxCreateRev],
    ['ModRev', GET.minModRev, GET.maxModRev],
  ] as const) {
    const [min, max] = [bigFlag(flags, least), bigFlag(flags, most)];
    if (max > 0n && min > max)
      return yield* exitWithUsage(context, `getMin${what}(=${min}) > getMax${what}(=${max})`, EXIT.badFeature);
  }

  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const revision = Math.max(0, intFlag(flags, GET.rev));
  const request: RangeRequest = {
    type: 'range',
    ...keyRange(first, prefix, fromKey, end ?? ''),
    limit: intFlag(flags, GET.limit),
    revision,
    // By key is how a range comes anyway.
    sortOrder: sortTarget === 'key' && sortOrder === 'ascend' ? 'none' : sortOrder,
    sortTarget,
    serializable: consistency === 's',
    keysOnly,
    countOnly,
    minModRevision: Math.max(0, intFlag(flags, GET.minModRev)),
    maxModRevision: Math.max(0, intFlag(flags, GET.maxModRev)),
    minCreateRevision: Math.max(0, intFlag(flags, GET.minCreateRev)),
    maxCreateRevision: Math.max(0, intFlag(flags, GET.maxCreateRev)),
  };
  const response = yield* callOrExit(client.value, request, timeout, revision);
  if (!response.ok) return response.error;
  const { writer, isHex } = client.value;
  if (countOnly && writer !== 'fields') return yield* exitWithError(EXIT.badArgs, '--count-only is only for `--write-out=fields`');
  const valueOnly = boolFlag(flags, GET.printValueOnly);
  if (valueOnly && writer !== 'simple')
    return yield* exitWithError(EXIT.badArgs, 'print-value-only is only for `--write-out=simple`');
  const exit = yield* display(response.value, { writer, isHex, valueOnly });
  if (response.value.kvs.length === 0 && writer === 'simple' && exit === EXIT.success)
    yield* giveHint({ code: 'noSuchKey', key: first });
  return exit;
}

function lookUp<T>(names: Readonly<Record<string, T>>, typed: string): T | undefined {
  const name = typed.toUpperCase();
  return Object.hasOwn(names, name) ? names[name] : undefined;
}
