/** The grammar of data-driven files (cockroachdb/datadriven v1.0.2; `spec/raft.md` 6.1, 6.2). */

/** A file, or a command in it, is not what it should be; `line` counts from 1. */
export class FormatError extends Error {
  readonly line: number;

  constructor(line: number, text: string) {
    super(text);
    this.name = 'FormatError';
    this.line = line;
  }
}

/** `key`, `key=value` or `key=(a, b)`. */
export interface Argument {
  readonly key: string;
  /** Empty for a bare key. */
  readonly values: readonly string[];
}

/** One command of a file with the answer that the file expects. */
export interface Directive {
  /** Where the command stands in the file. */
  readonly line: number;
  readonly command: string;
  readonly args: readonly Argument[];
  readonly input: string;
  /** With a newline at the end of each line. */
  readonly expected: string;
  /** What stands in the file before the answer: comments, the command, its input. A rewrite keeps it. */
  readonly preamble: readonly string[];
}

export interface DataFile {
  readonly directives: readonly Directive[];
  /** What follows the last answer. */
  readonly trailer: readonly string[];
}

const SEPARATOR = '----';

/** Reads a whole file. @throws FormatError */
export function parseDataFile(text: string): DataFile {
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  const directives: Directive[] = [];
  let at = 0;
  let preambleStart = 0;
  while (at < lines.length) {
    const trimmed = lineAt(lines, at).trim();
    if (trimmed === '' || trimmed.startsWith('#')) {
      at++;
      continue;
    }
    const line = at + 1;
    let words = trimmed;
    at++;
    while (words.endsWith('\\') && at < lines.length) words = `${words.slice(0, -1)} ${lineAt(lines, at++).trim()}`;
    const { command, args } = parseCommand(words, line);

    const inputStart = at;
    while (at < lines.length && lines[at] !== SEPARATOR) at++;
    if (at === lines.length) throw new FormatError(line, `no ${SEPARATOR} follows the command ${JSON.stringify(command)}`);
    const input = lines.slice(inputStart, at).join('\n').trim();
    const preamble = lines.slice(preambleStart, at);
    at++;

    const answerStart = at;
    let answer: readonly string[];
    if (lines[at] === SEPARATOR) {
      at++;
      while (at < lines.length && !(lines[at] === SEPARATOR && lines[at + 1] === SEPARATOR)) at++;
      if (at >= lines.length) throw new FormatError(line, `the answer never ends: two lines ${SEPARATOR} are missing`);
      answer = lines.slice(answerStart + 1, at);
      at += 2;
    } else {
      while (at < lines.length && lineAt(lines, at).trim() !== '') at++;
      answer = lines.slice(answerStart, at);
    }
    if (at < lines.length && lineAt(lines, at).trim() === '') at++;
    directives.push({ line, command, args, input, expected: answer.map((one) => `${one}\n`).join(''), preamble });
    preambleStart = at;
  }
  if (directives.length === 0) throw new FormatError(1, 'there is no command in it');
  return { directives, trailer: lines.slice(preambleStart) };
}

/** The file with these answers, one for each directive. */
export function printDataFile(file: DataFile, answers: readonly string[]): string {
  const parts = file.directives.map((directive, i) => {
    const answer = answers[i] ?? '';
    // An answer with an empty line in it needs the double separator.
    const double = answer.startsWith('\n') || answer.includes('\n\n') ? `${SEPARATOR}\n` : '';
    const end = double === '' ? '' : double + double;
    return `${directive.preamble.join('\n')}\n${SEPARATOR}\n${double}${answer}${end}`;
  });
  const trailer = file.trailer.length === 0 ? '' : `\n${file.trailer.join('\n')}\n`;
  return parts.join('\n') + trailer;
}

/** What a command is given, with errors that name the line. */
export class CommandArguments {
  readonly directive: Directive;

  constructor(directive: Directive) {
    this.directive = directive;
  }

  fail(text: string): never {
    throw new FormatError(this.directive.line, `${this.directive.command}: ${text}`);
  }

  /** Keys without a value, in order. */
  bareKeys(): readonly string[] {
    return this.directive.args.filter((arg) => arg.values.length === 0).map((arg) => arg.key);
  }

  values(key: string): readonly string[] | undefined {
    return this.directive.args.find((arg) => arg.key === key)?.values;
  }

  text(key: string): string | undefined {
    const values = this.values(key);
    if (values === undefined) return undefined;
    return values.length === 1 ? values[0] : this.fail(`${key} takes one value`);
  }

  number(key: string): number | undefined {
    const text = this.text(key);
    return text === undefined ? undefined : this.toNumber(text);
  }

  boolean(key: string): boolean | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
    if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
    return this.fail(`${key} is true or false, not ${JSON.stringify(text)}`);
  }

  /** The bare key at a position, as a number. */
  bareNumber(position: number): number {
    const key = this.directive.args[position]?.key;
    return key === undefined ? this.fail(`argument ${position + 1} is missing`) : this.toNumber(key);
  }

  toNumber(text: string): number {
    const value = Number(text);
    return /^\d+$/.test(text) && Number.isSafeInteger(value) ? value : this.fail(`${JSON.stringify(text)} is not a number`);
  }
}

function lineAt(lines: readonly string[], at: number): string {
  return lines[at] ?? '';
}

function parseCommand(words: string, line: number): { command: string; args: Argument[] } {
  const end = words.indexOf(' ');
  const command = end < 0 ? words : words.slice(0, end);
  const args: Argument[] = [];
  let at = command.length;
  for (;;) {
    while (words[at] === ' ') at++;
    if (at >= words.length) return { command, args };
    const start = at;
    while (at < words.length && words[at] !== ' ' && words[at] !== '=') at++;
    const key = words.slice(start, at);
    if (key === '') throw new FormatError(line, `an argument without a key: ${words.slice(start)}`);
    if (words[at] !== '=') {
      args.push({ key, values: [] });
      continue;
    }
    at++;
    if (words[at] === '(') {
      const list = parseList(words, at + 1, line);
      args.push({ key, values: list.values });
      at = list.end;
    } else {
      const valueStart = at;
      while (at < words.length && words[at] !== ' ') at++;
      args.push({ key, values: [words.slice(valueStart, at)] });
    }
  }
}

function parseList(words: string, start: number, line: number): { values: string[]; end: number } {
  const values: string[] = [];
  let value = '';
  for (let at = start, depth = 0; at < words.length; at++) {
    const char = words.charAt(at);
    if (char === ')' && depth === 0) return { values: [...values, value], end: at + 1 };
    if (char === ',' && depth === 0) {
      values.push(value);
      value = '';
      while (words[at + 1] === ' ') at++;
      continue;
    }
    if (char === '(') depth++;
    else if (char === ')') depth--;
    value += char;
  }
  throw new FormatError(line, `a list is not closed: ${words.slice(start - 1)}`);
}
