/** Help in etcdctl 3.6's layout; names, flags and defaults from the table, descriptions handed in. spec/etcd.md 6.1 */
import { byText } from '../base/index.ts';
import type { FlagSpec } from './flags.ts';
import { commandName } from './resolve.ts';
import { type CommandSpec, GLOBAL_FLAGS, HELP_FLAG, ROOT } from './table.ts';

/** Version that we speak like. */
export const ETCDCTL_VERSION = '3.6.14';
export const API_VERSION = '3.6';

/** What a description describes. `command` is e.g. `member list`, '' for etcdctl itself; a global flag has none. */
export type HelpKey =
  | { readonly kind: 'command' | 'description' | 'examples'; readonly command: string }
  | { readonly kind: 'flag'; readonly command: string | undefined; readonly flag: string };

/** Descriptions; may be of several lines for `description` and `examples`. */
export type HelpWords = (key: HelpKey) => string;

/** Stands in where no words are handed in: the thing's own name. */
export const plainWords: HelpWords = (key) => (key.kind === 'flag' ? key.flag : key.command === '' ? 'etcdctl' : key.command);

/** Everything that help can ask words for, so that a translation can be checked for gaps. */
export function helpKeys(): HelpKey[] {
  const keys: HelpKey[] = [{ kind: 'flag', command: undefined, flag: HELP_FLAG.name }];
  for (const flag of GLOBAL_FLAGS) keys.push({ kind: 'flag', command: undefined, flag: flag.name });
  const visit = (path: readonly CommandSpec[]): void => {
    const spec = path.at(-1) ?? ROOT; // a path is never empty
    const command = commandName(path);
    keys.push({ kind: 'command', command });
    if (spec.hasDescription) keys.push({ kind: 'description', command });
    if (spec.hasExamples) keys.push({ kind: 'examples', command });
    if (spec !== ROOT)
      for (const flag of [...spec.flags, ...spec.persistent]) keys.push({ kind: 'flag', command, flag: flag.name });
    for (const child of spec.children) visit([...path, child]);
  };
  visit([ROOT]);
  return keys;
}

/** @param showsHelpFlag false in the one place where etcdctl has not added its `--help` yet: help on an unknown topic */
export function renderHelp(path: readonly CommandSpec[], words: HelpWords, showsHelpFlag = true): string {
  const spec = path.at(-1) ?? ROOT; // a path is never empty
  const command = commandName(path);
  const isRoot = spec === ROOT;
  const sections: [heading: string, lines: readonly string[]][] = [];
  const name = isRoot ? 'etcdctl' : command;
  const prefix = path.map((one) => one.name).slice(0, -1);
  const usage = [...prefix, spec.use].join(' ');
  sections.push(['NAME', [`${name} - ${words({ kind: 'command', command })}`]]);
  sections.push(['USAGE', [spec.bareUsage ? usage : `${usage} [flags]`]]);
  if (isRoot) sections.push(['VERSION', [ETCDCTL_VERSION]]);
  if (spec.children.length > 0) sections.push(['API VERSION', [API_VERSION]]);
  if (spec.hasExamples) sections.push(['Examples', words({ kind: 'examples', command }).split('\n')]);
  if (spec.children.length > 0) {
    const rows = leavesBelow(path).map((leaf): [string, string] => {
      const full = commandName(leaf);
      return [`  ${full.slice(command === '' ? 0 : command.length + 1)}`, words({ kind: 'command', command: full })];
    });
    sections.push(['COMMANDS', alignBlock(rows)]);
  }
  if (spec.hasDescription) sections.push(['DESCRIPTION', words({ kind: 'description', command }).split('\n')]);
  const own = [...spec.flags, ...spec.persistent].map((flag) => ({ flag, command: isRoot ? undefined : command }));
  if (showsHelpFlag) own.push({ flag: HELP_FLAG, command: undefined });
  if (own.length > 0) sections.push(['OPTIONS', flagBlock(own, words)]);
  const inherited = path.slice(0, -1).flatMap((above) => {
    const owner = above === ROOT ? undefined : commandName(path.slice(0, path.indexOf(above) + 1));
    return above.persistent.map((flag) => ({ flag, command: owner }));
  });
  if (inherited.length > 0) sections.push(['GLOBAL OPTIONS', flagBlock(inherited, words)]);
  return sections
    .map(([heading, lines]) => `${heading}:\n${lines.map((line) => `${indent(heading, line)}\n`).join('')}\n`)
    .join('');
}

/**
 * What the library behind etcdctl says of a command where etcdctl gives it no layout of its own: in operations of `txn`. A root
 * without a name lists what is below it.
 */
export function renderUsage(path: readonly CommandSpec[], words: HelpWords): string {
  const spec = path.at(-1) ?? ROOT; // a path is never empty
  const command = commandName(path);
  const rows = [...spec.flags, HELP_FLAG]
    .sort((a, b) => byText(a.name, b.name))
    .map((flag): [string, string] => {
      const text = words({ kind: 'flag', command: flag === HELP_FLAG ? undefined : command, flag: flag.name });
      const start = flag.shorthand === undefined ? `      --${flag.name}` : `  -${flag.shorthand}, --${flag.name}`;
      const initial =
        flag.initial === '' || flag.initial === 'false' || (flag.initial === '0' && flag.kind === 'int') ? '' : flag.initial;
      const shown = initial === '' ? '' : ` (default ${flag.kind === 'string' ? `"${initial}"` : initial})`;
      return [flag.kind === 'bool' ? start : `${start} ${flag.kind}`, `${text}${shown}`];
    });
  const flags = `Flags:\n${columns(rows)}`;
  if (spec.children.length === 0) return `Usage:\n   ${spec.use} [flags]\n\n${flags}`;
  const children = [...spec.children].sort((a, b) => byText(a.name, b.name));
  const below = columns(children.map(({ name }) => [`  ${name}`, words({ kind: 'command', command: name })]));
  const more = 'Use " [command] --help" for more information about a command.\n';
  return `Usage:\n   [command]\n\nAvailable Commands:\n${below}\n${flags}\n${more}`;
}

/** The same behind what the command does. */
export function renderUsageHelp(path: readonly CommandSpec[], words: HelpWords): string {
  const spec = path.at(-1) ?? ROOT; // a path is never empty
  if (spec.children.length > 0) return renderUsage(path, words);
  const description = words({ kind: spec.hasDescription ? 'description' : 'command', command: commandName(path) });
  return `${description}\n\n${renderUsage(path, words)}`;
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}\n`).join('');
}

function indent(heading: string, line: string): string {
  return heading === 'COMMANDS' || heading.endsWith('OPTIONS') ? line : `  ${line}`;
}

/** Runnable commands below one, depth first, each level in alphabetical order. */
function leavesBelow(path: readonly CommandSpec[]): (readonly CommandSpec[])[] {
  const children = [...(path.at(-1)?.children ?? [])].sort((a, b) => byText(a.name, b.name));
  return children.flatMap((child) => (child.children.length > 0 ? leavesBelow([...path, child]) : [[...path, child]]));
}

function flagBlock(
  flags: readonly { readonly flag: FlagSpec; readonly command: string | undefined }[],
  words: HelpWords,
): string[] {
  const sorted = [...flags].sort((a, b) => byText(a.flag.name, b.flag.name));
  return alignBlock(sorted.map(({ flag, command }) => [describeFlag(flag), words({ kind: 'flag', command, flag: flag.name })]));
}

function describeFlag(flag: FlagSpec): string {
  const start = flag.shorthand === undefined ? `      --${flag.name}` : `  -${flag.shorthand}, --${flag.name}`;
  switch (flag.kind) {
    case 'bool':
      return `${start}[=${flag.initial}]`;
    case 'string':
      return `${start}="${flag.initial}"`;
    case 'list':
      return `${start}=[${flag.initial}]`;
    default:
      return `${start}=${flag.initial}`;
  }
}

/** Left parts padded with tabs to the first tab stop that all of them leave at least one column free before. */
function alignBlock(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const stop = Math.ceil((Math.max(...rows.map(([left]) => left.length)) + 1) / 8) * 8;
  return rows.map(([left, right]) => `${left}${'\t'.repeat(Math.ceil((stop - left.length) / 8))}${right}`);
}
