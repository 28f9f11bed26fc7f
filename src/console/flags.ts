/** Flags as etcdctl's libraries read them (github.com/spf13/pflag): names, values, errors to the letter. */
import { type Bytes, fail, ok, parseGoDuration, type Result, unreachable } from '../base/index.ts';
import { formatGoDuration, goQuote, goQuoteByte, parseGoBool, parseGoInt, parseGoUint } from './goText.ts';

export type FlagKind = 'bool' | 'string' | 'int' | 'uint' | 'duration' | 'list';

/** One flag; `initial` as help shows it (without quotes or brackets). */
export interface FlagSpec {
  readonly name: string;
  readonly shorthand: string | undefined;
  readonly kind: FlagKind;
  readonly initial: string;
}

/** Values by flag name, for those that were set. */
export interface ParsedFlags {
  /** Raw texts, checked; a list flag's elements are in `lists`. */
  readonly values: ReadonlyMap<string, Bytes>;
  readonly lists: ReadonlyMap<string, readonly Bytes[]>;
  /** Flags that a variable gave a text which says nothing of their kind: they have a value, but count as not set. */
  readonly unread: ReadonlySet<string>;
  /** What is left: the arguments. */
  readonly args: readonly Bytes[];
}

/** Why flags could not be read, in the words of pflag; `unknown` where it is the flag itself. */
export interface FlagError {
  readonly text: Bytes;
  readonly unknown: Bytes | undefined;
}

export const bool = (name: string, shorthand?: string, initial = 'false'): FlagSpec => ({ name, shorthand, kind: 'bool', initial });
export const text = (name: string, initial = '', shorthand?: string): FlagSpec => ({ name, shorthand, kind: 'string', initial });
export const int = (name: string, initial = '0'): FlagSpec => ({ name, shorthand: undefined, kind: 'int', initial });
export const uint = (name: string, initial = '0'): FlagSpec => ({ name, shorthand: undefined, kind: 'uint', initial });
export const duration = (name: string, initial: string): FlagSpec => ({ name, shorthand: undefined, kind: 'duration', initial });
export const list = (name: string, initial: string): FlagSpec => ({ name, shorthand: undefined, kind: 'list', initial });

/** What pflag says where help is asked for and no flag has that name. */
const HELP = 'pflag: help requested';

/** Reads flags wherever they stand; `--` ends them. The first error ends everything. */
export function parseFlags(specs: readonly FlagSpec[], words: readonly Bytes[]): Result<ParsedFlags, FlagError> {
  const values = new Map<string, Bytes>();
  const lists = new Map<string, readonly Bytes[]>();
  const args: Bytes[] = [];
  const wrong = (message: Bytes, unknown?: Bytes) => fail({ text: message, unknown });

  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('-') || word === '-') {
      args.push(word);
      continue;
    }
    if (word === '--') {
      args.push(...words.slice(i + 1));
      break;
    }
    if (word.startsWith('--')) {
      const body = word.slice(2);
      if (body.startsWith('-') || body.startsWith('=')) return wrong(`bad flag syntax: ${word}`);
      const equals = body.indexOf('=');
      const name = equals < 0 ? body : body.slice(0, equals);
      const spec = specs.find((one) => one.name === name);
      if (spec === undefined) return name === 'help' ? wrong(HELP) : wrong(`unknown flag: --${name}`, `--${name}`);
      let value = equals < 0 ? undefined : body.slice(equals + 1);
      if (value === undefined && spec.kind === 'bool') value = 'true';
      if (value === undefined) {
        value = words[++i];
        if (value === undefined) return wrong(`flag needs an argument: ${word}`);
      }
      const fault = setFlag(spec, value, values, lists);
      if (fault !== undefined) return wrong(fault);
      continue;
    }
    for (let letters = word.slice(1); letters !== ''; ) {
      const spec = specs.find((one) => one.shorthand === letters.charAt(0));
      if (spec === undefined) {
        if (letters.startsWith('h')) return wrong(HELP);
        return wrong(`unknown shorthand flag: ${goQuoteByte(letters)} in -${letters}`, `-${letters}`);
      }
      let value: Bytes | undefined;
      let rest = letters.slice(1);
      if (letters.length > 2 && letters.charAt(1) === '=') {
        value = letters.slice(2);
        rest = '';
      } else if (spec.kind === 'bool') value = 'true';
      else if (rest !== '') {
        value = rest;
        rest = '';
      } else {
        value = words[++i];
        if (value === undefined) return wrong(`flag needs an argument: ${goQuoteByte(letters)} in -${letters}`);
      }
      const fault = setFlag(spec, value, values, lists);
      if (fault !== undefined) return wrong(fault);
      letters = rest;
    }
  }
  return ok({ values, lists, unread: new Set(), args });
}

/** A bool flag's value. */
export function boolFlag(flags: ParsedFlags, spec: FlagSpec): boolean {
  return parseGoBool(flags.values.get(spec.name) ?? spec.initial) === true;
}

/** A string flag's value. */
export function textFlag(flags: ParsedFlags, spec: FlagSpec): Bytes {
  return flags.values.get(spec.name) ?? spec.initial;
}

/** An integer flag's value as a 64-bit integer. */
export function bigFlag(flags: ParsedFlags, spec: FlagSpec): bigint {
  const text = flags.values.get(spec.name) ?? spec.initial;
  const value = spec.kind === 'uint' ? parseGoUint(text, 0) : parseGoInt(text, 0);
  return value.ok ? value.value : 0n; // values are checked when they are set
}

/** An integer flag's value, cut to the safe integers: no revision or count of ours is beyond them. */
export function intFlag(flags: ParsedFlags, spec: FlagSpec): number {
  const value = bigFlag(flags, spec);
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > limit ? limit : value < -limit ? -limit : value);
}

/** A duration flag's value, µs. */
export function durationFlag(flags: ParsedFlags, spec: FlagSpec): number {
  const value = parseGoDuration(flags.values.get(spec.name) ?? spec.initial);
  return value.ok ? value.value : 0; // values are checked when they are set
}

/** A flag's value as pflag shows it: numbers, durations and bools in Go's own form. A list shows itself. */
export function showFlag(flags: ParsedFlags, spec: FlagSpec): Bytes {
  switch (spec.kind) {
    case 'bool':
      return String(boolFlag(flags, spec));
    case 'int':
    case 'uint':
      return String(bigFlag(flags, spec));
    case 'duration':
      return formatGoDuration(durationFlag(flags, spec));
    case 'string':
    case 'list':
      return textFlag(flags, spec);
    default:
      return unreachable(spec.kind);
  }
}

/** The text that a value fails with, in the words of strconv, time or encoding/csv; undefined when it is fine. */
export function valueFault(kind: FlagKind, value: Bytes): Bytes | undefined {
  switch (kind) {
    case 'string':
      return undefined;
    case 'bool':
      return parseGoBool(value) === undefined ? `strconv.ParseBool: parsing ${goQuote(value)}: invalid syntax` : undefined;
    case 'int': {
      const parsed = parseGoInt(value, 0);
      return parsed.ok ? undefined : `strconv.ParseInt: parsing ${goQuote(value)}: ${parsed.error}`;
    }
    case 'uint': {
      const parsed = parseGoUint(value, 0);
      return parsed.ok ? undefined : `strconv.ParseUint: parsing ${goQuote(value)}: ${parsed.error}`;
    }
    case 'duration': {
      const parsed = parseGoDuration(value);
      return parsed.ok ? undefined : `time: ${parsed.error}`;
    }
    case 'list': {
      const parsed = splitList(value);
      return parsed.ok ? undefined : parsed.error;
    }
    default:
      return unreachable(kind);
  }
}

/** Elements of a list flag's value: one line of comma-separated values. */
export function splitList(value: Bytes): Result<Bytes[], Bytes> {
  if (value === '') return ok([]);
  const line = value.split('\n')[0] ?? '';
  const elements: Bytes[] = [];
  for (let at = 0; ; ) {
    if (line.charAt(at) === '"') {
      const quoted = /^"((?:[^"]|"")*)"/.exec(line.slice(at));
      const after = at + (quoted?.[0].length ?? 0);
      if (quoted === null || (after < line.length && line.charAt(after) !== ','))
        return fail(
          `parse error on line 1, column ${quoted === null ? line.length + 1 : after}: extraneous or missing " in quoted-field`,
        );
      elements.push((quoted[1] ?? '').replaceAll('""', '"'));
      at = after;
    } else {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      const element = line.slice(at, end);
      const bare = element.indexOf('"');
      if (bare >= 0) return fail(`parse error on line 1, column ${at + bare + 1}: bare " in non-quoted-field`);
      elements.push(element);
      at = end;
    }
    if (at >= line.length) return ok(elements);
    at++;
  }
}

function setFlag(
  spec: FlagSpec,
  value: Bytes,
  values: Map<string, Bytes>,
  lists: Map<string, readonly Bytes[]>,
): Bytes | undefined {
  const fault = valueFault(spec.kind, value);
  if (fault !== undefined) {
    const name = spec.shorthand === undefined ? `--${spec.name}` : `-${spec.shorthand}, --${spec.name}`;
    return `invalid argument ${goQuote(value)} for ${goQuote(name)} flag: ${fault}`;
  }
  values.set(spec.name, value);
  if (spec.kind === 'list') {
    const elements = splitList(value);
    if (elements.ok) lists.set(spec.name, [...(lists.get(spec.name) ?? []), ...elements.value]);
  }
  return undefined;
}

/** The variable that sets a flag where the line does not. */
export function variableOf(flag: string): string {
  return `ETCDCTL_${flag.toUpperCase().replaceAll('-', '_')}`;
}
