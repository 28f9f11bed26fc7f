/**
 * The few programs that a console without an operating system has for `lock … CMD` and `watch … -- CMD`, and at its prompt:
 * echo, true, false, sleep, cat, curl, etcdctl itself, and `sh -c` with commands one after the other and their variables.
 */

import { type Bytes, utf8Decode, utf8Encode } from '../base/index.ts';
import { curl } from './commands/curl.ts';
import { goQuote, parseGoInt } from './goText.ts';
import { type ExitCode, giveHint, now, type Program, print, printError, type Steps } from './program.ts';
import { type ScriptCommand, splitScript } from './script.ts';
import { type TokenizeError, tokenize, type Variables } from './tokenize.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string>>;

/** Runs etcdctl with these words. */
export type RunEtcdctl = (args: readonly string[], env: Environment) => Program;

/** How a program ended. */
export interface ExecResult {
  /** As a shell has it; -1: it was not run, or died of a signal. */
  readonly code: ExitCode;
  /** As Go's os/exec says it; undefined: success. */
  readonly error: Bytes | undefined;
}

/** Runs a program to its end. A name that is none of ours is not found, with a hint on what there is. */
export function* execute(words: readonly Bytes[], env: Environment, etcdctl: RunEtcdctl): Steps<ExecResult> {
  const [name = '', ...args] = words;
  switch (name.replace(/^(?:\/usr)?\/bin\//, '')) {
    case 'echo':
      yield* print(echo(args));
      return ended(0);
    case 'true':
      return ended(0);
    case 'false':
      return ended(1);
    case 'cat':
      // Its input is empty, and there are no files.
      return ended(yield* complainOfFiles(args));
    case 'sleep':
      return ended(yield* sleep(args));
    case 'curl':
      return ended(yield* curl(args, undefined));
    case 'etcdctl':
      return ended(yield* etcdctl(args.map(utf8Decode), env));
    case 'sh':
    case 'bash':
      return ended(yield* shell(args, env, etcdctl));
    case '':
      return { code: -1, error: 'exec: no command' };
    default: {
      yield* giveHint({ code: 'noProgram', name: utf8Decode(name) });
      if (name.includes('/')) return { code: -1, error: `fork/exec ${name}: no such file or directory` };
      return { code: -1, error: `exec: ${goQuote(name)}: executable file not found in $PATH` };
    }
  }
}

/** True for a word at the prompt that {@link execute} knows; `exit` only a shell has. */
export function isProgram(name: string): boolean {
  return ['curl', 'echo', 'true', 'false', 'sleep', 'sh', 'exit'].includes(name);
}

/** What a shell's `$NAME` stands for, and its `$?`: how the command before ended. */
export function variablesOf(env: Environment, status: ExitCode): Variables {
  return (name) => (name === '?' ? String(status) : Object.hasOwn(env, name) ? env[name] : undefined);
}

/** A command in a shell: as {@link execute}, with `exit N`, and with a shell's own words where there is no such program. */
export function* runInShell(words: readonly Bytes[], env: Environment, etcdctl: RunEtcdctl): Steps<ExitCode> {
  const [name = '', argument = '0'] = words;
  if (name === 'exit') {
    const code = parseGoInt(argument, 10);
    if (code.ok && code.value >= 0n) return Number(code.value & 0xffn);
    yield* printError(`sh: 1: exit: Illegal number: ${argument}\n`);
    return 2;
  }
  // The shell's own echo knows escapes, the program of that name does not.
  if (name === 'echo') {
    const unescaped = unescapeEcho(echo(words.slice(1)));
    yield* print(unescaped);
    return 0;
  }
  const result = yield* execute(words, env, etcdctl);
  if (result.code >= 0) return result.code;
  yield* printError(`sh: 1: ${name}: not found\n`);
  return 127;
}

/** What shells say for a line that is no command, or uses what this one has not; 2 is their exit status for it. */
export function* refuseLine(error: TokenizeError, who = 'Error'): Steps<ExitCode> {
  const where = `at column ${error.at + 1}`;
  const text =
    error.code === 'unclosedQuote'
      ? `syntax error: the quote ${error.quote} ${where} is not closed`
      : error.code === 'trailingBackslash'
        ? `syntax error: the line ends in a backslash ${where}`
        : `${error.construct} ${where} is not supported in this console`;
  yield* printError(utf8Encode(`${who}: ${text}\n`));
  yield* giveHint(error);
  return 2;
}

function* shell(args: readonly Bytes[], env: Environment, etcdctl: RunEtcdctl): Steps<ExitCode> {
  const [option, script] = args;
  if (option !== '-c') {
    yield* printError('sh: only sh -c COMMAND is supported in this console\n');
    return 2;
  }
  if (script === undefined) {
    yield* printError('sh: 0: -c requires an argument\n');
    return 2;
  }
  let variables = env;
  let code: ExitCode = 0;
  for (const command of splitScript(utf8Decode(script))) {
    if (command.after !== 'all' && (code === 0) !== (command.after === 'success')) continue;
    const tokens = tokenize(command.text, variablesOf(variables, code));
    if (!tokens.ok) return yield* refuseLine({ ...tokens.error, at: tokens.error.at + command.at }, 'sh');
    const { assignments, words } = tokens.value;
    const own = { ...variables, ...Object.fromEntries(assignments) };
    if (words.length === 0) {
      variables = own;
      code = 0;
      continue;
    }
    code = yield* writeTo(command, runInShell(words.map(utf8Encode), own, etcdctl));
    if (words[0] === 'exit') return code;
  }
  return code;
}

/** A command's steps with what it writes going where its redirections say. */
function* writeTo({ stdout, stderr }: ScriptCommand, steps: Steps<ExitCode>): Steps<ExitCode> {
  let step = steps.next({ type: 'done' });
  while (step.done !== true) {
    const effect = step.value;
    const sink = effect.type !== 'write' ? undefined : effect.to === 'stdout' ? stdout : stderr;
    if (effect.type !== 'write' || sink === undefined) step = steps.next(yield effect);
    else if (sink === 'nowhere') step = steps.next({ type: 'done' });
    else step = steps.next(yield { ...effect, to: sink });
  }
  return step.value;
}

function* complainOfFiles(names: readonly Bytes[]): Steps<ExitCode> {
  for (const name of names) yield* printError(`cat: ${name}: No such file or directory\n`);
  return names.length === 0 ? 0 : 1;
}

/** `sleep SECONDS …`: waits as long as they are together. */
function* sleep(intervals: readonly Bytes[]): Steps<ExitCode> {
  const seconds = intervals.map((interval) => /^(\d+(?:\.\d*)?|\.\d+)s?$/.exec(interval)?.[1]);
  const wrong = intervals[seconds.indexOf(undefined)];
  if (intervals.length === 0 || wrong !== undefined) {
    const text = wrong === undefined ? 'missing operand' : `invalid time interval '${wrong}'`;
    yield* printError(`sleep: ${text}\nTry 'sleep --help' for more information.\n`);
    return 1;
  }
  const length = seconds.reduce((sum, one) => sum + Math.round(Number(one) * 1_000_000), 0);
  // Not the effect of that name: whoever holds a lock goes on keeping its lease alive.
  const until = (yield* now()) + length;
  yield { type: 'receive', input: false, until };
  return 0;
}

function ended(code: ExitCode): ExecResult {
  return { code, error: code === 0 ? undefined : `exit status ${code}` };
}

function echo(args: readonly Bytes[]): Bytes {
  return args[0] === '-n' ? args.slice(1).join(' ') : `${args.join(' ')}\n`;
}

const ECHO_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/** POSIX echo with its XSI escapes, as sh has it where sh is dash: `\c` ends everything. */
function unescapeEcho(text: Bytes): Bytes {
  const stop = /^(?:[^\\]|\\[^c])*?\\c/.exec(text)?.[0];
  const shown = stop === undefined ? text : stop.slice(0, -2);
  return shown.replace(/\\(?:([abfnrtv\\])|0?([0-7]{1,3}))/g, (_, letter: string | undefined, octal: string | undefined) =>
    letter === undefined ? String.fromCharCode(Number.parseInt(octal ?? '0', 8) & 0xff) : (ECHO_ESCAPES[letter] ?? letter),
  );
}
