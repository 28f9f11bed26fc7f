/** What Tab offers at a place in a line: commands, flags, their values, and what exists in the cluster. From the same table as help. */
import { byText, utf8Encode } from '../base/index.ts';
import { boolFlag, type FlagSpec, parseFlags, variableOf } from './flags.ts';
import { PAGES } from './gateway/pages.ts';
import { UNARY_METHODS } from './gateway/requests.ts';
import { commandName, findCommand, visibleFlags } from './resolve.ts';
import { type CommandSpec, GLOBAL_FLAGS, HELP_FLAG, ROOT } from './table.ts';
import { quoteWord, tokenize } from './tokenize.ts';

/** The word from `from` to `to` may become any of the candidates. */
export interface Completion {
  readonly from: number;
  readonly to: number;
  /** Quoted where they have to be, flags in the table’s order, all else in the alphabet’s, at most {@link MOST}. */
  readonly candidates: readonly string[];
  /** What of the cluster is asked for here; undefined: nothing that has to be looked up. */
  readonly wanted: Wanted | undefined;
}

/** Things that exist and have names. */
export interface Wanted {
  readonly kind: Kind;
  /** What is typed of the name. */
  readonly prefix: string;
}

/** What exists in the cluster, as text: ids in hex. */
export interface Known {
  readonly keys: readonly string[];
  readonly leases: readonly string[];
  readonly members: readonly string[];
  readonly users: readonly string[];
  readonly roles: readonly string[];
  /** Where members listen for clients, `n1:2379`. */
  readonly endpoints: readonly string[];
  /** Of members that could be added, `http://n6:2380`. */
  readonly peerUrls: readonly string[];
}

type Kind = keyof Known;
/** A place in a line: things that exist, or one of a few words. */
type Place = Kind | readonly string[];

/** Nobody was asked. */
export const NOTHING_KNOWN: Known = { keys: [], leases: [], members: [], users: [], roles: [], endpoints: [], peerUrls: [] };

/** More than that nobody reads. */
const MOST = 100;

/** Values of flags, by name. */
const VALUES: Readonly<Record<string, Place>> = {
  'write-out': ['fields', 'json', 'protobuf', 'simple', 'table'],
  order: ['ASCEND', 'DESCEND'],
  'sort-by': ['CREATE', 'KEY', 'MODIFY', 'VALUE', 'VERSION'],
  consistency: ['l', 's'],
  load: ['large', 'medium', 'small', 'xLarge'],
  endpoints: 'endpoints',
  lease: 'leases',
  user: 'users',
  'dest-user': 'users',
  'peer-urls': 'peerUrls',
  prefix: 'keys',
  'dest-prefix': 'keys',
};

/** Arguments of commands, counted from 0. */
const ARGUMENTS: Readonly<Record<string, readonly Place[]>> = {
  get: ['keys', 'keys'],
  put: ['keys'],
  del: ['keys', 'keys'],
  watch: ['keys', 'keys'],
  'lease revoke': ['leases'],
  'lease timetolive': ['leases'],
  'lease keep-alive': ['leases'],
  'member remove': ['members'],
  'member update': ['members'],
  'member promote': ['members'],
  'move-leader': ['members'],
  'make-mirror': ['endpoints'],
  'user delete': ['users'],
  'user get': ['users'],
  'user passwd': ['users'],
  'user grant-role': ['users', 'roles'],
  'user revoke-role': ['users', 'roles'],
  'role delete': ['roles'],
  'role get': ['roles'],
  'role grant-permission': ['roles', ['read', 'readwrite', 'write'], 'keys', 'keys'],
  'role revoke-permission': ['roles', 'keys', 'keys'],
  completion: [['bash', 'fish', 'powershell', 'zsh']],
  'downgrade enable': [['3.5']],
  'downgrade validate': [['3.5']],
};

/** What the prompt knows beside etcdctl's commands. */
const PROGRAMS = ['clear', 'curl', 'etcdctl'];

/**
 * @param cursor a position in the line; what follows it is not looked at
 * @param known what exists, as far as somebody knows: asked again with what is `wanted`, it completes that too
 */
export function complete(line: string, cursor: number, known: Known): Completion {
  const from = wordStart(line, cursor);
  const before = tokenize(line.slice(0, from), () => '');
  const typed = readWord(line.slice(from, cursor));
  if (!before.ok || typed === undefined) return { from, to: cursor, candidates: [], wanted: undefined };
  const { words } = before.value;
  const offer = words[0] === 'curl' ? offerUrls(typed, known) : offerFor(words, typed);
  const { place, head = '' } = offer;
  const things = place === undefined ? [] : typeof place === 'string' ? known[place] : place;
  const rest = typed.slice(head.length);
  const fitting = [...new Set(things.filter((thing) => thing.startsWith(rest) && head + thing !== ''))];
  const candidates = (offer.isOrdered === true ? fitting : fitting.sort(byText))
    .slice(0, MOST)
    .map((thing) => quoteAfter(head, thing));
  return { from, to: cursor, candidates, wanted: typeof place === 'string' ? { kind: place, prefix: rest } : undefined };
}

/** What all candidates begin with; '' where there is none. */
export function commonPrefix(candidates: readonly string[]): string {
  const [first = '', ...others] = candidates;
  let length = first.length;
  for (const other of others) while (length > 0 && !other.startsWith(first.slice(0, length))) length--;
  // Half of a character beyond the basic plane is nobody's prefix.
  return /[\ud800-\udbff]$/.test(first.slice(0, length)) ? first.slice(0, length - 1) : first.slice(0, length);
}

/** What may stand at a place, and what is typed of it already that is no part of that: a flag's name, elements of a list. */
interface Offer {
  readonly place: Place | undefined;
  readonly head?: string;
  /** They stand in an order that is of use; left out: it is the alphabet's. */
  readonly isOrdered?: boolean;
}

function offerFor(line: readonly string[], typed: string): Offer {
  const isFirst = line.length === 0;
  if (isFirst && typed.startsWith('ETCDCTL_')) return { place: GLOBAL_FLAGS.map((spec) => `${variableOf(spec.name)}=`) };
  const words = line[0] === 'etcdctl' ? line.slice(1) : line;
  const found = findCommand(words.map(utf8Encode));
  if (!found.ok) return { place: undefined };
  const { path, words: rest } = found.value;
  const specs = [...visibleFlags(path), HELP_FLAG];
  if (!rest.includes('--')) {
    const awaiting = flagAwaitingValue(rest.at(-1), specs);
    if (awaiting !== undefined) return offerValue(awaiting, '', typed);
    if (typed.startsWith('-')) return offerFlags(specs, rest, typed);
  }
  const command = path.at(-1) ?? ROOT; // a path is never empty
  if (command.children.length > 0) {
    const names = command.children.map((child) => child.name);
    return { place: isFirst ? [...names, ...PROGRAMS] : names };
  }
  const name = commandName(path);
  const flags = parseFlags(specs, rest);
  if (!flags.ok || boolFlag(flags.value, HELP_FLAG)) return { place: undefined };
  if (name === 'help') return { place: childrenNamed(rest) };
  return { place: ARGUMENTS[name]?.[flags.value.args.length] };
}

/** A member's addresses; behind one of them, what there is at it. */
function offerUrls(typed: string, known: Known): Offer {
  const host = /^(?:http:\/\/)?[^/]+(?=\/)/.exec(typed)?.[0];
  if (host === undefined || typed.startsWith('-')) return typed.startsWith('-') ? { place: undefined } : { place: urlsOf(known) };
  return { place: [...PAGES.keys(), ...[...UNARY_METHODS.keys()].map((path) => `/v3${path}`)], head: host };
}

function urlsOf({ endpoints }: Known): string[] {
  return endpoints.flatMap((endpoint) => [`${endpoint}/`, `http://${endpoint}/`]);
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
function offerFlags(specs: readonly FlagSpec[], rest: readonly string[], typed: string): Offer {
  const equals = typed.indexOf('=');
  if (equals > 0) {
    const spec = specs.find((one) => `--${one.name}` === typed.slice(0, equals));
    return spec === undefined ? { place: undefined } : offerValue(spec, typed.slice(0, equals + 1), typed);
  }
  const used = (spec: FlagSpec) => rest.some((word) => word === `--${spec.name}` || word.startsWith(`--${spec.name}=`));
  const isOpen = (spec: FlagSpec) => !used(spec) || spec.kind === 'list';
  // A command's own before those that every command has.
  return { place: specs.filter(isOpen).map((spec) => `--${spec.name}${spec.kind === 'bool' ? '' : '='}`), isOrdered: true };
}

/** @param head the flag with its `=`, where its value is part of the same word */
function offerValue(spec: FlagSpec, head: string, typed: string): Offer {
  if (spec.kind === 'bool') return { place: ['false', 'true'], head };
  const comma = spec.kind === 'list' ? typed.lastIndexOf(',') + 1 : 0;
  return { place: VALUES[spec.name], head: typed.slice(0, Math.max(head.length, comma)) };
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

/** A word of two parts. A flag's name and its `=` stay bare, as an assignment's do: a value follows them. */
function quoteAfter(head: string, thing: string): string {
  if (/^(?:--[a-z-]+=?|ETCDCTL_[A-Z_]+=)$/.test(head + thing)) return head + thing;
  const name = /^--[a-z-]+=/.exec(head)?.[0] ?? '';
  return name + quoteWord(head.slice(name.length) + thing);
}
