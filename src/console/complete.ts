/** What Tab offers at a place in a line: commands, flags, their values, and keys that exist. From the same table as help. */
import { byText, utf8Encode } from '../base/index.ts';
import { boolFlag, type FlagSpec, parseFlags } from './flags.ts';
import { commandName, findCommand, visibleFlags } from './resolve.ts';
import { type CommandSpec, HELP_FLAG, ROOT } from './table.ts';
import { quoteWord, tokenize } from './tokenize.ts';

/** The word from `from` to `to` may become any of the candidates. */
export interface Completion {
  readonly from: number;
  readonly to: number;
  /** Quoted where they have to be, in alphabetical order, at most {@link MOST}. */
  readonly candidates: readonly string[];
}

/** More than that nobody reads. */
const MOST = 100;

const WRITERS = ['fields', 'json', 'protobuf', 'simple', 'table'];

/** Values of flags that take one of a few. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  'write-out': WRITERS,
  order: ['ASCEND', 'DESCEND'],
  'sort-by': ['CREATE', 'KEY', 'MODIFY', 'VALUE', 'VERSION'],
  consistency: ['l', 's'],
  load: ['l', 'm', 's', 'xl'],
};

/** Which arguments of a command are keys, counted from 0. */
const KEYS: Readonly<Record<string, readonly number[]>> = {
  get: [0, 1],
  put: [0],
  del: [0, 1],
  watch: [0, 1],
  'role grant-permission': [2, 3],
  'role revoke-permission': [1, 2],
};

/** Arguments that are one of a few words. */
const ARGUMENTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'role grant-permission': [[], ['read', 'readwrite', 'write']],
};

/**
 * @param cursor a position in the line; what follows it is not looked at
 * @param keys keys that exist, as text
 */
export function complete(line: string, cursor: number, keys: readonly string[]): Completion {
  const from = wordStart(line, cursor);
  const none: Completion = { from, to: cursor, candidates: [] };
  const before = tokenize(line.slice(0, from), () => '');
  const typed = readWord(line.slice(from, cursor));
  if (!before.ok || typed === undefined) return none;
  const words = before.value.words[0] === 'etcdctl' ? before.value.words.slice(1) : before.value.words;
  const offered = candidatesFor(words, typed, keys).filter((candidate) => candidate.startsWith(typed) && candidate !== '');
  const candidates = [...new Set(offered)].sort(byText).slice(0, MOST).map(quote);
  return { from, to: cursor, candidates };
}

/** What all candidates begin with; '' where there is none. */
export function commonPrefix(candidates: readonly string[]): string {
  const [first = '', ...others] = candidates;
  let length = first.length;
  for (const other of others) while (length > 0 && !other.startsWith(first.slice(0, length))) length--;
  // Half of a character beyond the basic plane is nobody's prefix.
  return /[\ud800-\udbff]$/.test(first.slice(0, length)) ? first.slice(0, length - 1) : first.slice(0, length);
}

function candidatesFor(words: readonly string[], typed: string, keys: readonly string[]): readonly string[] {
  const found = findCommand(words.map(utf8Encode));
  if (!found.ok) return [];
  const { path, words: rest } = found.value;
  const specs = [...visibleFlags(path), HELP_FLAG];
  if (!rest.includes('--')) {
    const awaiting = flagAwaitingValue(rest.at(-1), specs);
    if (awaiting !== undefined) return VALUES[awaiting.name] ?? [];
    if (typed.startsWith('-')) return flagCandidates(specs, rest, typed);
  }
  const command = path.at(-1) ?? ROOT; // a path is never empty
  if (command.children.length > 0) return command.children.map((child) => child.name);
  const name = commandName(path);
  const flags = parseFlags(specs, rest);
  if (!flags.ok || boolFlag(flags.value, HELP_FLAG)) return [];
  const at = flags.value.args.length;
  if (name === 'help') return childrenNamed(rest);
  return [...(ARGUMENTS[name]?.[at] ?? []), ...(KEYS[name]?.includes(at) === true ? keys : [])];
}

/** `help lease ` goes on as `lease ` does. */
function childrenNamed(topic: readonly string[]): readonly string[] {
  const found = findCommand(topic);
  return found.ok ? (found.value.path.at(-1) ?? ROOT).children.map((child: CommandSpec) => child.name) : [];
}

/** The flag that takes the word behind `word`. */
function flagAwaitingValue(word: string | undefined, specs: readonly FlagSpec[]): FlagSpec | undefined {
  if (word === undefined || word.includes('=')) return undefined;
  const spec = word.startsWith('--')
    ? specs.find((one) => one.name === word.slice(2))
    : word.startsWith('-') && word.length === 2
      ? specs.find((one) => one.shorthand === word.charAt(1))
      : undefined;
  return spec?.kind === 'bool' ? undefined : spec;
}

/** Flags that are not there yet, those with a value up to its `=`; behind it, what it may be. */
function flagCandidates(specs: readonly FlagSpec[], rest: readonly string[], typed: string): string[] {
  const equals = typed.indexOf('=');
  if (equals > 0) {
    const name = typed.slice(2, equals);
    return (VALUES[name] ?? []).map((value) => `--${name}=${value}`);
  }
  const used = (spec: FlagSpec) => rest.some((word) => word === `--${spec.name}` || word.startsWith(`--${spec.name}=`));
  return specs.filter((spec) => !used(spec)).map((spec) => `--${spec.name}${spec.kind === 'bool' ? '' : '='}`);
}

/** Where the word begins that the cursor is in or behind; blanks inside quotes do not end one. */
function wordStart(line: string, cursor: number): number {
  let start: number | undefined;
  let quote: string | undefined;
  for (let i = 0; i < cursor; i++) {
    const char = line.charAt(i);
    if (quote === undefined && /[ \t\r\n]/.test(char)) {
      start = undefined;
      continue;
    }
    start ??= i;
    if (char === '\\' && quote !== "'") i++;
    else if (quote === undefined && (char === "'" || char === '"')) quote = char;
    else if (char === quote) quote = undefined;
  }
  return start ?? cursor;
}

/** What is typed of a word, whose quote may still be open; undefined where it is no plain word. */
function readWord(raw: string): string | undefined {
  for (const end of ['', "'", '"']) {
    const tokens = tokenize(raw + end);
    if (!tokens.ok || tokens.value.assignments.length > 0) continue;
    const { words } = tokens.value;
    return words.length > 1 ? undefined : (words[0] ?? '');
  }
  return undefined;
}

/** A flag's `=` stays bare: a value follows it. */
function quote(candidate: string): string {
  return /^--[a-z-]+=?[A-Za-z]*$/.test(candidate) ? candidate : quoteWord(candidate);
}
