/** From words to a running command: finding it, its flags, help and errors as etcdctl 3.6.14 has them. */
import { type Bytes, utf8Encode } from '../base/index.ts';
import { del } from './commands/del.ts';
import { get } from './commands/get.ts';
import { memberList } from './commands/member.ts';
import { put } from './commands/put.ts';
import { watch } from './commands/watch.ts';
import { type CommandContext, type CommandOptions, EXIT, exitWithError } from './context.ts';
import { boolFlag, type FlagError, parseFlags } from './flags.ts';
import { goBackquote, goQuote } from './goText.ts';
import { API_VERSION, ETCDCTL_VERSION, plainWords, renderHelp } from './help.ts';
import { type ExitCode, giveHint, type Program, print, printError, type Steps } from './program.ts';
import { commandName, findCommand, nearest, visibleFlags } from './resolve.ts';
import { type CommandSpec, HELP_FLAG, ROOT } from './table.ts';
import { type TokenizeError, tokenize } from './tokenize.ts';

export type { CommandOptions } from './context.ts';

/** A typed line, ready to run. */
export interface CompiledLine {
  readonly program: Program;
  /** The environment that the next line starts with: the same object, unless this line only sets variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** The commands that are there; the others of the table are refused by name. */
const COMMANDS: ReadonlyMap<string, (context: CommandContext) => Steps<ExitCode>> = new Map([
  ['get', get],
  ['put', put],
  ['del', del],
  ['watch', watch],
  ['version', version],
  ['member list', memberList],
]);

/**
 * A typed line: words by the shell's rules, `etcdctl` in front or not, NAME=value in front for one command, or alone for all
 * that follow. A line that is no command becomes a program that says so.
 */
export function compileLine(line: string, options: CommandOptions): CompiledLine {
  const tokens = tokenize(line);
  if (!tokens.ok) return { program: refuseLine(tokens.error), env: options.env };
  const { assignments, words } = tokens.value;
  const env = assignments.length === 0 ? options.env : { ...options.env, ...Object.fromEntries(assignments) };
  if (words.length === 0) return { program: nothing(), env };
  return { program: etcdctl(words[0] === 'etcdctl' ? words.slice(1) : words, { ...options, env }), env: options.env };
}

/**
 * One run of etcdctl.
 *
 * @param args the words behind `etcdctl`, as text
 */
export function* etcdctl(args: readonly string[], options: CommandOptions): Program {
  const words = args.map(utf8Encode);
  const found = findCommand(words);
  if (!found.ok) {
    const { typed, suggestions } = found.error;
    const meant = suggestions.length === 0 ? '' : `\n\nDid you mean this?\n${suggestions.map((name) => `\t${name}\n`).join('')}`;
    yield* printError(`Error: unknown command ${goQuote(typed)} for "etcdctl"${meant}\nRun 'etcdctl --help' for usage.\n`);
    yield* giveHint({ code: 'unknownCommand', typed, suggestions });
    return EXIT.error;
  }
  const { path } = found.value;
  const name = commandName(path);
  const spec = path.at(-1) ?? ROOT; // a path is never empty
  const help = options.words ?? plainWords;
  const flags = parseFlags([...visibleFlags(path), HELP_FLAG], found.value.words);
  if (!flags.ok) return yield* refuseFlag(path, flags.error, help);
  if (boolFlag(flags.value, HELP_FLAG) || spec.children.length > 0) {
    yield* print(utf8Encode(renderHelp(path, help)));
    return EXIT.success;
  }
  if (name === 'help') return yield* helpCommand(flags.value.args, help);
  const inherited = path.slice(1, -1).flatMap((above) => above.persistent);
  const context: CommandContext = { name, flags: flags.value, args: flags.value.args, words, inherited, options };
  const command = COMMANDS.get(name);
  if (command !== undefined) return yield* command(context);
  const exit = yield* exitWithError(EXIT.error, `etcdctl ${name} is not available in this console yet`);
  yield* giveHint({ code: 'notYet', command: name });
  return exit;
}

function* version(): Steps<ExitCode> {
  yield* print(`etcdctl version: ${ETCDCTL_VERSION}\nAPI version: ${API_VERSION}\n`);
  return EXIT.success;
}

function* helpCommand(topic: readonly Bytes[], words: NonNullable<CommandOptions['words']>): Steps<ExitCode> {
  const found = findCommand(topic);
  if (!found.ok) {
    yield* printError(`Unknown help topic [${topic.map(goBackquote).join(' ')}]\n`);
    yield* print(utf8Encode(renderHelp([ROOT], words, false)));
  } else yield* print(utf8Encode(renderHelp(found.value.path, words)));
  return EXIT.success;
}

/** A flag error: the text on standard error, the command's help on standard output. */
function* refuseFlag(path: readonly CommandSpec[], error: FlagError, words: NonNullable<CommandOptions['words']>): Steps<ExitCode> {
  const command = commandName(path);
  yield* printError(`Error: ${error.text}\n`);
  yield* print(utf8Encode(renderHelp(path, words)));
  yield* printError('\n');
  const typed = error.unknown;
  if (typed === undefined) yield* giveHint({ code: 'usage', command });
  else if (!typed.startsWith('--')) yield* giveHint({ code: 'dashValue', command, typed });
  else {
    const suggestion = nearest(
      typed,
      visibleFlags(path).map((flag) => `--${flag.name}`),
    );
    yield* giveHint({ code: 'unknownFlag', command, typed, suggestion });
  }
  return EXIT.error;
}

// biome-ignore lint/correctness/useYield: a program that asks for nothing
function* nothing(): Program {
  return EXIT.success;
}

/** What shells say for a line that is no command; 2 is their exit status for it. */
function* refuseLine(error: TokenizeError): Program {
  const where = `at column ${error.at + 1}`;
  const text =
    error.code === 'unclosedQuote'
      ? `syntax error: the quote ${error.quote} ${where} is not closed`
      : error.code === 'trailingBackslash'
        ? `syntax error: the line ends in a backslash ${where}`
        : `${error.construct} ${where} is not supported in this console`;
  yield* printError(utf8Encode(`Error: ${text}\n`));
  yield* giveHint(error);
  return 2;
}
