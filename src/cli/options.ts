/** What every command of the command line shares: words, help, and how a mistake is told (exit code 2). */
import { readFileSync } from 'node:fs';

/** A mistake of whoever typed: it is told in one line that names it, and is no failure of ours. */
export class UsageError extends Error {}

/** Typed words, sorted out. */
export interface ParsedWords {
  /** Flags that were given, without dashes. */
  readonly flags: ReadonlySet<string>;
  /** Options with their values; of several the last counts. */
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** Names without dashes. */
export interface KnownOptions {
  readonly flags: readonly string[];
  readonly values: readonly string[];
}

/** Sorts words out: `--name value`, `--name=value`, `--flag`, operands; everything behind `--` is an operand. Throws {@link UsageError}. */
export function parseWords(argv: readonly string[], known: KnownOptions): ParsedWords {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const operands: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') {
      operands.push(...argv.slice(i + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    if (!word.startsWith('--') || !(known.flags.includes(name) || known.values.includes(name))) {
      throw new UsageError(`unknown option ${equals < 0 ? word : word.slice(0, equals)}`);
    }
    if (known.flags.includes(name)) {
      if (equals >= 0) throw new UsageError(`--${name} takes no value`);
      flags.add(name);
      continue;
    }
    const value = equals < 0 ? argv[++i] : word.slice(equals + 1);
    if (value === undefined || value === '') throw new UsageError(`--${name} needs a value`);
    values.set(name, value);
  }
  return { flags, values, operands };
}

/** An option that is an integer in [min, max]. Throws {@link UsageError}. */
export function integerOption(words: ParsedWords, name: string, fallback: number, min: number, max: number): number {
  const text = words.values.get(name);
  if (text === undefined) return fallback;
  return toInteger(text, `--${name}`, min, max);
}

/** The integer that a text says. Throws {@link UsageError}, which names `what`. */
export function toInteger(text: string, what: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`${what} is an integer from ${min} to ${max}, not "${text}"`);
  }
  return value;
}

/** A file's text. Throws {@link UsageError}, which names the file and what is wrong with it. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // readFileSync throws nothing else for a path that is a text
    const why = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a folder' : (error as Error).message;
    throw new UsageError(`${path}: ${why}`);
  }
}

/** A file's JSON. Throws {@link UsageError}, which names the file, the line and the column. */
export function readJson(path: string): unknown {
  const text = readText(path);
  const parsed = parseJson(text);
  if (parsed.ok) return parsed.value;
  // Not every complaint of JSON.parse says where: it is behind the longest part that could still have become JSON.
  let good = 0;
  for (let bad = text.length + 1; bad - good > 1; ) {
    const middle = Math.floor((good + bad) / 2);
    if (couldGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const lines = text.slice(0, good).split('\n');
  const what = good === text.length ? 'it ends too early' : `unexpected ${JSON.stringify(text.charAt(good))}`;
  throw new UsageError(`${path}:${lines.length}:${(lines.at(-1) ?? '').length + 1}: not JSON: ${what}`);
}

function parseJson(
  text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, message: (error as SyntaxError).message }; // JSON.parse throws nothing else
  }
}

/** Whether a text is JSON, or only ends too early. */
function couldGoOn(text: string): boolean {
  const parsed = parseJson(text);
  if (parsed.ok || parsed.message === 'Unexpected end of JSON input') return true;
  const position = /at position (\d+)/.exec(parsed.message)?.[1];
  return position !== undefined && Number(position) >= text.length;
}

/**
 * Runs a command: `--help` prints its help, a {@link UsageError} is told in one line with exit code 2. Anything else that is
 * thrown is a bug and passes.
 *
 * @returns the exit code
 */
export function runCommand(
  command: { readonly name: string; readonly help: string; readonly known: KnownOptions },
  argv: readonly string[],
  body: (words: ParsedWords) => number,
): number {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(command.help);
    return 0;
  }
  try {
    return body(parseWords(argv, command.known));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${command.name}: ${error.message}\nTry: npm run ${command.name} -- --help\n`);
    return 2;
  }
}
