import { fail, ok, type Result } from '../../base/index.ts';
import type { RangeRequest, SortOrder, SortTarget } from '../../engine/server/api.ts';
import {
  type CommandContext,
  callOrExit,
  commandTimeout,
  display,
  EXIT,
  exitWithError,
  exitWithUsage,
  openClient,
} from '../context.ts';
import { bigFlag, boolFlag, intFlag, textFlag } from '../flags.ts';
import { goQuote } from '../goText.ts';
import { keyRange } from '../keyRange.ts';
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
  const request = yield* getRequest(context);
  if (!request.ok) return request.error;
  const timeout = commandTimeout(context);
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const { revision, countOnly } = request.value;
  const response = yield* callOrExit(client.value, request.value, timeout, revision);
  if (!response.ok) return response.error;
  const { writer } = client.value;
  if (countOnly && writer !== 'fields') return yield* exitWithError(EXIT.badArgs, '--count-only is only for `--write-out=fields`');
  const valueOnly = boolFlag(context.flags, GET.printValueOnly);
  if (valueOnly && writer !== 'simple')
    return yield* exitWithError(EXIT.badArgs, 'print-value-only is only for `--write-out=simple`');
  const exit = yield* display(response.value, { ...client.value, valueOnly });
  if (response.value.kvs.length === 0 && writer === 'simple' && exit === EXIT.success)
    yield* giveHint({ code: 'noSuchKey', key: context.args[0] ?? '' });
  return exit;
}

/** What the words ask for. */
export function* getRequest(context: Pick<CommandContext, 'name' | 'flags' | 'args'>): Steps<Result<RangeRequest, ExitCode>> {
  const { flags, args } = context;
  const prefix = boolFlag(flags, GET.prefix);
  const fromKey = boolFlag(flags, GET.fromKey);
  const keysOnly = boolFlag(flags, GET.keysOnly);
  const countOnly = boolFlag(flags, GET.countOnly);
  const [first, end] = args;
  if (first === undefined)
    return fail(yield* exitWithUsage(context, 'get command needs one argument as key and an optional argument as range_end'));
  if (prefix && fromKey)
    return fail(yield* exitWithUsage(context, '`--prefix` and `--from-key` cannot be set at the same time, choose one'));
  if (keysOnly && countOnly)
    return fail(yield* exitWithUsage(context, '`--keys-only` and `--count-only` cannot be set at the same time, choose one'));
  const consistency = textFlag(flags, GET.consistency);
  if (consistency !== 's' && consistency !== 'l')
    return fail(yield* exitWithUsage(context, `unknown consistency flag ${goQuote(consistency)}`, EXIT.badFeature));
  if (end !== undefined && (prefix || fromKey))
    return fail(
      yield* exitWithUsage(context, 'too many arguments, only accept one argument when `--prefix` or `--from-key` is set'),
    );
  const order = textFlag(flags, GET.order);
  const sortOrder = lookUp(ORDERS, order);
  if (sortOrder === undefined) return fail(yield* exitWithUsage(context, `bad sort order ${order}`, EXIT.badFeature));
  const target = textFlag(flags, GET.sortBy);
  const sortTarget = lookUp(TARGETS, target);
  if (sortTarget === undefined) return fail(yield* exitWithUsage(context, `bad sort target ${target}`, EXIT.badFeature));
  for (const [what, least, most] of [
    ['CreateRev', GET.minCreateRev, GET.maxCreateRev],
    ['ModRev', GET.minModRev, GET.maxModRev],
  ] as const) {
    const [min, max] = [bigFlag(flags, least), bigFlag(flags, most)];
    if (max > 0n && min > max)
      return fail(yield* exitWithUsage(context, `getMin${what}(=${min}) > getMax${what}(=${max})`, EXIT.badFeature));
  }

  return ok({
    type: 'range',
    ...keyRange(first, prefix, fromKey, end ?? ''),
    limit: intFlag(flags, GET.limit),
    revision: Math.max(0, intFlag(flags, GET.rev)),
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
  });
}

function lookUp<T>(names: Readonly<Record<string, T>>, typed: string): T | undefined {
  const name = typed.toUpperCase();
  return Object.hasOwn(names, name) ? names[name] : undefined;
}
