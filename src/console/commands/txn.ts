import { type Bytes, fail, ok, type Result, utf8Encode } from '../../base/index.ts';
import type { Compare, TxnOperation } from '../../engine/server/api.ts';
import { type CommandContext, callOrExit, display, EXIT, exitWithError, exitWithUsage, openClient } from '../context.ts';
import { boolFlag, parseFlags } from '../flags.ts';
import { goBackquote } from '../goText.ts';
import { type HelpWords, plainWords, renderUsage, renderUsageHelp } from '../help.ts';
import { type ExitCode, giveHint, print, printError, type Steps } from '../program.ts';
import { commandName, findCommandBelow, visibleFlags } from '../resolve.ts';
import { type CommandSpec, HELP_FLAG, ROOT, TXN } from '../table.ts';
import { parseCompare, splitWords, trimBlanks } from '../txnText.ts';
import { delRequest } from './del.ts';
import { getRequest } from './get.ts';
import { putRequest } from './put.ts';

/** The commands that an operation may be, and their help: words find them as on a command line of their own. */
const OPERATIONS: CommandSpec = {
  ...ROOT,
  persistent: [],
  children: ['put', 'get', 'del', 'help'].flatMap((name) => ROOT.children.filter((child) => child.name === name)),
};

/** `txn [-i]`: three blocks on standard input, each ended by an empty line. spec/etcd.md 6.6 */
export function* txn(context: CommandContext): Steps<ExitCode> {
  if (context.args.length > 0) return yield* exitWithUsage(context, 'txn command does not accept argument');
  const client = yield* openClient(context);
  if (!client.ok) return client.error;
  const isInteractive = boolFlag(context.flags, TXN.interactive);
  const block = function* <T>(prompt: string, read: (line: Bytes) => Steps<Result<T, ExitCode>>): Steps<Result<T[], ExitCode>> {
    if (isInteractive) yield* print(`${prompt}\n`);
    return yield* readBlock(read);
  };
  const compare = yield* block('compares:', readCompare);
  if (!compare.ok) return compare.error;
  const operation = (line: Bytes) => readOperation(context, line);
  const success = yield* block('success requests (get, put, del):', operation);
  if (!success.ok) return success.error;
  const failure = yield* block('failure requests (get, put, del):', operation);
  if (!failure.ok) return failure.error;
  const request = { type: 'txn', compare: compare.value, success: success.value, failure: failure.value } as const;
  // etcdctl gives a transaction no deadline of its own: the server's counts.
  const response = yield* callOrExit(client.value, request, undefined);
  if (!response.ok) return response.error;
  return yield* display(response.value, client.value);
}

/** Lines up to an empty one. The end of input inside a block is an error. */
function* readBlock<T>(read: (line: Bytes) => Steps<Result<T, ExitCode>>): Steps<Result<T[], ExitCode>> {
  const items: T[] = [];
  for (;;) {
    const reply = yield { type: 'receive', input: true };
    if (reply.type !== 'line') return fail(yield* exitWithError(EXIT.invalidInput, 'EOF'));
    const line = trimBlanks(reply.line);
    if (line === '') return ok(items);
    const item = yield* read(line);
    if (!item.ok) return item;
    items.push(item.value);
  }
}

function* readCompare(line: Bytes): Steps<Result<Compare, ExitCode>> {
  const compare = parseCompare(line);
  if (compare.ok) return compare;
  const { text, isPanic } = compare.error;
  if (!isPanic) return fail(yield* exitWithError(EXIT.invalidInput, text));
  return fail(yield* panic(text));
}

/** Where etcdctl itself breaks down: the first line of what Go says, and its exit code. */
export function* panic(text: Bytes): Steps<ExitCode> {
  yield* printError(`panic: ${text}\n\ngoroutine 1 [running]:\n`);
  yield* giveHint({ code: 'etcdctlPanics' });
  return EXIT.badConnection;
}

function* readOperation(context: CommandContext, line: Bytes): Steps<Result<TxnOperation, ExitCode>> {
  const words = splitWords(line);
  if (words === undefined) return fail(yield* exitWithError(EXIT.invalidInput, 'invalid syntax'));
  const invalid = () => exitWithError(EXIT.invalidInput, `invalid txn request: ${line}`);
  if (words.length < 2) return fail(yield* exitWithError(EXIT.invalidInput, `invalid txn compare request: ${line}`));
  const found = findCommandBelow(OPERATIONS, words);
  if (!found.ok) return fail(yield* invalid());
  const { path, words: rest } = found.value;
  const help = context.options.words ?? plainWords;
  const flags = parseFlags([...visibleFlags(path), HELP_FLAG], rest);
  if (!flags.ok) {
    yield* printError(utf8Encode(`${renderUsage(path, help)}\n`));
    return fail(yield* invalid());
  }
  // Without an operation to run, help is all that can be given.
  if (path.length < 2 || boolFlag(flags.value, HELP_FLAG)) return yield* hang(print(utf8Encode(renderUsageHelp(path, help))));
  if (commandName(path) === 'help') return yield* hang(explain(flags.value.args, help));
  const name = commandName(path);
  const operation = { name, flags: flags.value, args: flags.value.args };
  if (name === 'get') return yield* getRequest(operation);
  if (name === 'del') return yield* delRequest(operation);
  return yield* putRequest(operation, noValue);
}

/** `help NAME`, where another command was to be. */
function* explain(topic: readonly Bytes[], help: HelpWords): Steps<void> {
  const found = findCommandBelow(OPERATIONS, topic);
  if (found.ok) return yield* print(utf8Encode(renderUsageHelp(found.value.path, help)));
  const unknown = `Unknown help topic [${topic.map(goBackquote).join(' ')}]\n`;
  yield* printError(unknown + utf8Encode(renderUsage([OPERATIONS], help)));
}

/** Help is no operation: whoever asked for it has its text, and etcdctl waits for an operation that will never come. */
function* hang(help: Steps<void>): Steps<never> {
  yield* help;
  for (;;) yield { type: 'receive', input: false };
}

/** etcdctl would take the value from what is left of standard input, all of which it has read ahead. */
// biome-ignore lint/correctness/useYield: there is nothing to read
function* noValue(): Steps<Bytes> {
  return '';
}
