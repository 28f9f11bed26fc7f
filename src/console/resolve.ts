/** From words to a command, as etcdctl's command library does it (github.com/spf13/cobra, with prefix matching on). */
import { type Bytes, fail, ok, type Result } from '../base/index.ts';
import type { FlagSpec } from './flags.ts';
import { type CommandSpec, ROOT } from './table.ts';

/** A command with its groups: `path[0]` is the root. */
export interface FoundCommand {
  readonly path: readonly CommandSpec[];
  /** The words without the command's own names, flags included. */
  readonly words: readonly Bytes[];
}

export interface UnknownCommand {
  readonly typed: Bytes;
  /** Names within two edits, or that begin with what was typed, in etcdctl's order. */
  readonly suggestions: readonly string[];
}

/**
 * Finds the deepest command that the words name. Flags may stand anywhere; one that is not known yet and has no `=` takes
 * the next word with it, so that `--prefix get foo` asks for a command `foo`.
 */
export function findCommand(words: readonly Bytes[]): Result<FoundCommand, UnknownCommand> {
  return findCommandBelow(ROOT, words);
}

/** As {@link findCommand}, in another tree. */
export function findCommandBelow(root: CommandSpec, words: readonly Bytes[]): Result<FoundCommand, UnknownCommand> {
  const path: CommandSpec[] = [root];
  let rest = words;
  for (;;) {
    const current = path[path.length - 1] ?? root; // the path is never empty
    const specs = visibleFlags(path);
    const names = withoutFlags(rest, specs);
    const typed = names[0];
    const child = typed === undefined ? undefined : childNamed(current, typed);
    if (typed === undefined || child === undefined) {
      if (typed !== undefined && current === root) return fail({ typed, suggestions: suggestionsFor(typed) });
      return ok({ path, words: rest });
    }
    path.push(child);
    rest = withoutFirst(rest, typed, specs);
  }
}

/** Flags that a command understands, without `--help`. */
export function visibleFlags(path: readonly CommandSpec[]): FlagSpec[] {
  const own = path.at(-1)?.flags ?? [];
  return [...own, ...path.flatMap((command) => command.persistent)];
}

/** `member list`: a command's name below `etcdctl`; '' for the root. */
export function commandName(path: readonly CommandSpec[]): string {
  return path
    .slice(1)
    .map((command) => command.name)
    .join(' ');
}

/** The nearest of some names, at most two edits away. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = 3;
  for (const name of names) {
    const distance = editDistance(typed, name);
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}

function childNamed(command: CommandSpec, typed: Bytes): CommandSpec | undefined {
  const exact = command.children.find((child) => child.name === typed);
  if (exact !== undefined) return exact;
  const matches = command.children.filter((child) => child.name.startsWith(typed));
  return matches.length === 1 ? matches[0] : undefined;
}

function suggestionsFor(typed: Bytes): string[] {
  const lower = typed.toLowerCase();
  return ROOT.children
    .map((child) => child.name)
    .filter((name) => name !== 'help' && (editDistance(lower, name) <= 2 || name.startsWith(lower)));
}

/** Words that are neither flags nor taken along by one. */
function withoutFlags(words: readonly Bytes[], specs: readonly FlagSpec[]): Bytes[] {
  const names: Bytes[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') break;
    if (takesNext(word, specs)) i++;
    else if (word !== '' && !word.startsWith('-')) names.push(word);
  }
  return names;
}

function withoutFirst(words: readonly Bytes[], name: Bytes, specs: readonly FlagSpec[]): Bytes[] {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') break;
    if (takesNext(word, specs)) i++;
    else if (!word.startsWith('-') && word === name) return [...words.slice(0, i), ...words.slice(i + 1)];
  }
  return [...words];
}

/** True for a flag without `=` that is not a known bool. */
function takesNext(word: Bytes, specs: readonly FlagSpec[]): boolean {
  if (word.includes('=')) return false;
  if (word.startsWith('--')) return specs.find((spec) => spec.name === word.slice(2))?.kind !== 'bool';
  return word.startsWith('-') && word.length === 2 && specs.find((spec) => spec.shorthand === word.charAt(1))?.kind !== 'bool';
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a.charAt(i - 1) === b.charAt(j - 1) ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replace));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
