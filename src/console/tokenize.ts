/** Words of a command line by the rules of the POSIX shell (Shell Command Language 2.2), without its programming parts. */
import { fail, ok, type Result } from '../base/index.ts';

/** Why a line is no command; `at` is a 0-based position in the line. */
export type TokenizeError =
  | { readonly code: 'unclosedQuote'; readonly quote: "'" | '"'; readonly at: number }
  | { readonly code: 'trailingBackslash'; readonly at: number }
  /** A pipe, redirection, substitution, …: shells have it, this console has not. */
  | { readonly code: 'unsupportedShell'; readonly construct: string; readonly at: number };

/** A line in words. */
export interface TokenizedLine {
  /** NAME=value in front of the first word, in order. */
  readonly assignments: readonly (readonly [name: string, value: string])[];
  readonly words: readonly string[];
}

/** The value of a variable, or of `?`; undefined where it is not set. */
export type Variables = (name: string) => string | undefined;

/**
 * Splits at blanks and takes quotes away: '…' is literal, in "…" a backslash escapes `"`, `\`, `$` and a backquote, outside
 * quotes it escapes anything. A word that begins with # ends the line. Patterns stay as they are, as in a shell where no
 * file matches.
 *
 * @param variables what `$NAME` and `${NAME}` stand for, outside quotes split at blanks; without it they are refused
 */
export function tokenize(line: string, variables?: Variables): Result<TokenizedLine, TokenizeError> {
  const assignments: [string, string][] = [];
  const words: string[] = [];
  let word: string | undefined;
  /** Length of the word's part before the first quote or backslash: only there is NAME= an assignment's. */
  let plain = 0;
  let quoted = false;

  const endWord = (): void => {
    if (word === undefined) return;
    const name = words.length === 0 ? /^[A-Za-z_][A-Za-z0-9_]*(?==)/.exec(word)?.[0] : undefined;
    if (name !== undefined && name.length < plain) assignments.push([name, word.slice(name.length + 1)]);
    else words.push(word);
    word = undefined;
    quoted = false;
    plain = 0;
  };

  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === ' ' || char === '\t' || char === '\n' || char === '\r') {
      endWord();
      continue;
    }
    if (char === '#' && word === undefined) break;
    const variable = variables === undefined ? undefined : variableAt(line, i);
    if (variable !== undefined) {
      const [first = '', ...others] = (variables?.(variable.name) ?? '').split(/[ \t\n]+/);
      if (first !== '') word = (word ?? '') + first;
      for (const part of others) {
        endWord();
        if (part !== '') word = part;
      }
      quoted = quoted || word !== undefined;
      i = variable.end - 1;
      continue;
    }
    const construct = constructAt(line, i, false);
    if (construct !== undefined) return fail({ code: 'unsupportedShell', construct, at: i });
    word ??= '';
    if (char === "'") {
      const end = line.indexOf("'", i + 1);
      if (end < 0) return fail({ code: 'unclosedQuote', quote: "'", at: i });
      word += line.slice(i + 1, end);
      quoted = true;
      i = end;
    } else if (char === '"') {
      const part = readDoubleQuoted(line, i, variables);
      if (!part.ok) return part;
      word += part.value.text;
      quoted = true;
      i = part.value.end;
    } else if (char === '\\') {
      if (i + 1 >= line.length) return fail({ code: 'trailingBackslash', at: i });
      i++;
      // A backslash before a newline joins two lines.
      if (line.charAt(i) !== '\n') word += line.charAt(i);
      else if (word === '' && !quoted) word = undefined;
      quoted = quoted || word !== undefined;
    } else {
      word += char;
      if (!quoted) plain = word.length;
    }
  }
  endWord();
  return ok({ assignments, words });
}

/** A word that {@link tokenize} reads back as `text`: itself if nothing in it is special, else in single quotes. */
export function quoteWord(text: string): string {
  if (/^[A-Za-z0-9_@%+:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function readDoubleQuoted(
  line: string,
  start: number,
  variables: Variables | undefined,
): Result<{ readonly text: string; readonly end: number }, TokenizeError> {
  let text = '';
  for (let i = start + 1; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === '"') return ok({ text, end: i });
    const variable = variables === undefined ? undefined : variableAt(line, i);
    if (variable !== undefined) {
      text += variables?.(variable.name) ?? '';
      i = variable.end - 1;
      continue;
    }
    const construct = constructAt(line, i, true);
    if (construct !== undefined) return fail({ code: 'unsupportedShell', construct, at: i });
    if (char === '\\' && i + 1 < line.length) {
      const next = line.charAt(i + 1);
      i++;
      if (next === '\n') continue;
      text += next === '"' || next === '\\' || next === '$' || next === '`' ? next : char + next;
    } else text += char;
  }
  return fail({ code: 'unclosedQuote', quote: '"', at: start });
}

/** The `$NAME`, `${NAME}` or `$?` that begins at `at`, with the position behind it. */
function variableAt(line: string, at: number): { readonly name: string; readonly end: number } | undefined {
  if (line.charAt(at) !== '$') return undefined;
  const found = /^\$(?:([A-Za-z_][A-Za-z0-9_]*|\?)|\{([A-Za-z_][A-Za-z0-9_]*)\})/.exec(line.slice(at));
  if (found === null) return undefined;
  return { name: found[1] ?? found[2] ?? '', end: at + found[0].length };
}

/** The shell construct that begins at `at`, or undefined. Inside double quotes only substitutions count. */
function constructAt(line: string, at: number, inQuotes: boolean): string | undefined {
  const char = line.charAt(at);
  if (char === '`') return '`';
  if (char === '$')
    return (
      /^\$(?:\(\(?|\{|[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])/.exec(line.slice(at))?.[0] ??
      (!inQuotes && line.charAt(at + 1) === "'" ? "$'" : undefined)
    );
  if (inQuotes) return undefined;
  return /^(?:&&|\|\||<<<|<<|>>|[|&;<>()])/.exec(line.slice(at, at + 3))?.[0];
}
