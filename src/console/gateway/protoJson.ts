/**
 * Protocol buffers in JSON as etcd's gateway has them: protobuf-go's protojson with proto names in answers and unknown fields
 * passed over in requests. spec/etcd.md 7.2; https://protobuf.dev/programming-guides/json
 */
import {
  type Bytes,
  base64Decode,
  base64Encode,
  decodeRune,
  fail,
  ok,
  type Result,
  unreachable,
  utf8Encode,
} from '../../base/index.ts';
import { goQuote } from '../goText.ts';

/** What a field holds. An enum is the list of its names, whose places are their numbers. */
export type FieldType =
  | 'bytes'
  | 'string'
  | 'bool'
  | 'int64'
  | 'uint64'
  | 'uint32'
  | { readonly names: readonly string[] }
  | { readonly message: () => MessageType };

export interface FieldSpec {
  readonly type: FieldType;
  readonly repeated?: true;
  /** Full name of the oneof that it is part of. */
  readonly oneof?: string;
}

/** A message: its fields by their proto names, in their order. */
export interface MessageType {
  readonly fields: Readonly<Record<string, FieldSpec>>;
}

/**
 * A value: bytes and strings as {@link Bytes}, 64-bit integers as bigint, 32-bit ones and enums as numbers. A field that is
 * left out is zero, an empty list, or a message that is not set.
 */
export type ProtoValue = Bytes | bigint | number | boolean | ProtoRecord | readonly ProtoValue[];
export interface ProtoRecord {
  readonly [field: string]: ProtoValue | undefined;
}

/** Messages inside messages. protojson allows 10,000, which nobody needs, and which would be hard on our stack. */
const MAX_DEPTH = 1_000;

/** Writes a message; zero values are left out. */
export function encodeProtoJson(type: MessageType, record: ProtoRecord): Bytes {
  const parts: Bytes[] = [];
  for (const [name, spec] of Object.entries(type.fields)) {
    const value = record[name];
    if (value === undefined || (spec.oneof === undefined && isZero(value))) continue;
    const text = isList(value) ? `[${value.map((item) => encodeValue(spec.type, item)).join(',')}]` : encodeValue(spec.type, value);
    parts.push(`"${name}":${text}`);
  }
  return `{${parts.join(',')}}`;
}

export function isZero(value: ProtoValue): boolean {
  return value === '' || value === 0 || value === 0n || value === false || (isList(value) && value.length === 0);
}

export function isList(value: ProtoValue): value is readonly ProtoValue[] {
  return Array.isArray(value);
}

function encodeValue(type: FieldType, value: ProtoValue): Bytes {
  if (typeof type === 'object') {
    if ('message' in type) return encodeProtoJson(type.message(), value as ProtoRecord); // what the field's type says
    const name = type.names[Number(value)];
    return name === undefined ? String(value) : `"${name}"`;
  }
  switch (type) {
    case 'bytes':
      return `"${base64Encode(String(value))}"`;
    case 'string':
      return protoJsonString(String(value));
    case 'int64':
    case 'uint64':
      return `"${String(value)}"`;
    case 'uint32':
    case 'bool':
      return String(value);
    default:
      return unreachable(type);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A string as protojson writes it: only what JSON asks for is escaped. */
function protoJsonString(text: Bytes): Bytes {
  let out = '"';
  for (const char of text) {
    if (char === '"' || char === '\\') out += `\\${char}`;
    else if (char < ' ') out += ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
    else out += char;
  }
  return `${out}"`;
}

/**
 * Reads a message.
 *
 * @param text one JSON value whose form `scanJson` has seen to be right
 * @returns fails with protojson's words
 */
export function decodeProtoJson(type: MessageType, text: Bytes): Result<ProtoRecord, Bytes> {
  try {
    return ok(new Reader(text).message(type, 0));
  } catch (error) {
    if (error instanceof Refusal) return fail(`proto: ${error.text}`);
    throw error;
  }
}

/** Ends the reading from however deep it is. */
class Refusal {
  readonly text: Bytes;
  constructor(text: Bytes) {
    this.text = text;
  }
}

interface Token {
  readonly kind: '{' | '}' | '[' | ']' | 'string' | 'number' | 'bool' | 'null' | 'end';
  readonly at: number;
  readonly raw: Bytes;
  /** Of a string. */
  readonly text: Bytes;
}

/** Tokens of a well-formed value; commas and colons say nothing that their neighbours do not. */
class Reader {
  readonly #text: Bytes;
  #at = 0;

  constructor(text: Bytes) {
    this.#text = text;
  }

  message(type: MessageType, depth: number): ProtoRecord {
    if (depth >= MAX_DEPTH) throw new Refusal('exceeded max recursion depth');
    const open = this.#read();
    if (open.kind !== '{') throw this.#unexpected(open);
    const record: Record<string, ProtoValue> = {};
    const seen = new Set<string>();
    for (;;) {
      const name = this.#read();
      if (name.kind === '}') return record;
      const field = fieldNamed(type, name.text);
      if (field === undefined) {
        this.#skip();
        continue;
      }
      const spec = type.fields[field] as FieldSpec; // `fieldNamed` found it there
      if (seen.has(field)) throw this.#fault(name.at, `duplicate field ${name.raw}`);
      seen.add(field);
      if (this.#peek().kind === 'null') {
        this.#read();
        continue;
      }
      if (spec.oneof !== undefined) {
        if (seen.has(spec.oneof)) throw this.#fault(name.at, `error parsing ${name.raw}, oneof ${spec.oneof} is already set`);
        seen.add(spec.oneof);
      }
      const value = spec.repeated ? this.#list(field, spec.type, depth) : this.#value(field, spec.type, depth);
      if (value !== undefined) record[field] = value;
    }
  }

  #list(field: string, type: FieldType, depth: number): ProtoValue[] {
    const open = this.#read();
    if (open.kind !== '[') throw this.#unexpected(open);
    const items: ProtoValue[] = [];
    while (this.#peek().kind !== ']') {
      const item = this.#value(field, type, depth);
      if (item !== undefined) items.push(item);
    }
    this.#read();
    return items;
  }

  /** undefined: an enum's name that nobody knows. */
  #value(field: string, type: FieldType, depth: number): ProtoValue | undefined {
    if (typeof type === 'object' && 'message' in type) return this.message(type.message(), depth + 1);
    const token = this.#read();
    if (typeof type === 'object' && token.kind === 'string') {
      const number = type.names.indexOf(token.text);
      return number < 0 ? undefined : number;
    }
    const value = scalar(type, token);
    if (value !== undefined) return value;
    const kind = typeof type === 'object' ? 'enum' : type;
    throw this.#fault(token.at, `invalid value for ${kind} field ${jsonName(field)}: ${token.raw}`);
  }

  #skip(): void {
    let depth = 0;
    do {
      const { kind } = this.#read();
      if (kind === '{' || kind === '[') depth++;
      else if (kind === '}' || kind === ']') depth--;
    } while (depth > 0);
  }

  #peek(): Token {
    const at = this.#at;
    const token = this.#read();
    this.#at = at;
    return token;
  }

  #read(): Token {
    while (/^[ \t\r\n,:]$/.test(this.#text.charAt(this.#at))) this.#at++;
    const at = this.#at;
    const char = this.#text.charAt(at);
    if (char === '') return { kind: 'end', at, raw: '', text: '' };
    if (char === '"') {
      const text = this.#string(at);
      return { kind: 'string', at, raw: this.#text.slice(at, this.#at), text };
    }
    if (char === '{' || char === '}' || char === '[' || char === ']') {
      this.#at++;
      return { kind: char, at, raw: char, text: '' };
    }
    while (/^[-+.0-9a-zA-Z]$/.test(this.#text.charAt(this.#at))) this.#at++;
    const raw = this.#text.slice(at, this.#at);
    const kind = raw === 'null' ? 'null' : raw === 'true' || raw === 'false' ? 'bool' : 'number';
    return { kind, at, raw, text: '' };
  }

  /** Over a string at `at`, which protojson reads more strictly than encoding/json. */
  #string(at: number): Bytes {
    let out = '';
    this.#at = at + 1;
    for (;;) {
      const char = this.#text.charAt(this.#at);
      if (char === '"') break;
      if (char === '\\') {
        out += this.#escape(at);
        continue;
      }
      const { code, size } = decodeRune(this.#text, this.#at);
      if (code < 0) throw this.#syntax(at, 'invalid UTF-8 in string');
      out += this.#text.slice(this.#at, this.#at + size);
      this.#at += size;
    }
    this.#at++;
    return out;
  }

  #escape(start: number): Bytes {
    const escaped = this.#text.charAt(this.#at + 1);
    if (escaped !== 'u') {
      this.#at += 2;
      return { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[escaped] ?? escaped;
    }
    const unit = Number.parseInt(this.#text.slice(this.#at + 2, this.#at + 6), 16);
    this.#at += 6;
    if (unit < 0xd800 || unit > 0xdfff) return utf8Encode(String.fromCharCode(unit));
    const rest = this.#text.slice(this.#at, this.#at + 6);
    if (rest.length < 6) throw new Refusal('unexpected EOF');
    const low = /^\\u([0-9a-fA-F]{4})$/.exec(rest)?.[1];
    const second = low === undefined ? 0 : Number.parseInt(low, 16);
    if (unit > 0xdbff || second < 0xdc00 || second > 0xdfff)
      throw this.#syntax(start, `invalid escape code ${goQuote(rest)} in string`);
    this.#at += 6;
    return utf8Encode(String.fromCharCode(unit, second));
  }

  #unexpected(token: Token): Refusal {
    return this.#syntax(token.at, `unexpected token ${token.raw}`);
  }

  #syntax(at: number, text: Bytes): Refusal {
    return new Refusal(`syntax error ${this.#place(at)}: ${text}`);
  }

  #fault(at: number, text: Bytes): Refusal {
    return new Refusal(`${this.#place(at)}: ${text}`);
  }

  /** Line and column, in characters, from 1. */
  #place(at: number): string {
    const before = this.#text.slice(0, at);
    const lines = before.split('\n');
    const last = lines.at(-1) ?? '';
    let column = 1;
    for (let i = 0; i < last.length; column++) i += decodeRune(last, i).size;
    return `(line ${lines.length}:${column})`;
  }
}

/** A field goes by its JSON name or by its own. */
function fieldNamed(type: MessageType, name: Bytes): string | undefined {
  for (const field of Object.keys(type.fields)) if (jsonName(field) === name) return field;
  return Object.hasOwn(type.fields, name) ? name : undefined;
}

/** lowerCamelCase, as protoc derives it. */
function jsonName(field: string): string {
  return field.replace(/_([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function scalar(type: Exclude<FieldType, { readonly message: () => MessageType }>, token: Token): ProtoValue | undefined {
  if (typeof type === 'object') {
    const number = token.kind === 'number' ? integer(token.raw, -(1n << 31n), 1n << 31n) : undefined;
    return number === undefined ? undefined : Number(number);
  }
  switch (type) {
    case 'bool':
      return token.kind === 'bool' ? token.raw === 'true' : undefined;
    case 'string':
      return token.kind === 'string' ? token.text : undefined;
    case 'bytes':
      return token.kind === 'string' ? readBase64(token.text) : undefined;
    case 'int64':
      return integer(digitsOf(token), -(1n << 63n), 1n << 63n);
    case 'uint64':
      return integer(digitsOf(token), 0n, 1n << 64n);
    case 'uint32': {
      const value = integer(digitsOf(token), 0n, 1n << 32n);
      return value === undefined ? undefined : Number(value);
    }
    default:
      return unreachable(type);
  }
}

function digitsOf(token: Token): Bytes {
  if (token.kind === 'number') return token.raw;
  return token.kind === 'string' ? token.text : '';
}

/** The longest integer that fits into 64 bits. */
const MAX_DIGITS = 20;

/** A JSON number that is whole (1.50e2 is), from `min` on and below `max`. */
function integer(text: Bytes, min: bigint, max: bigint): bigint | undefined {
  const found = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = '', decimals = '', exponent = '0'] = found;
  const digits = whole === '0' ? '' : whole;
  const fraction = decimals.replace(/0+$/, '');
  const shift = Number(exponent);
  let all = digits + fraction;
  if (all === '') return min <= 0n ? 0n : undefined;
  if (shift < -(2 ** 31) || shift >= 2 ** 31) return undefined;
  if (shift >= 0) {
    if (fraction.length > shift || digits.length + shift > MAX_DIGITS) return undefined;
    all += '0'.repeat(shift - fraction.length);
  } else {
    const end = digits.length + shift;
    if (fraction !== '' || end < 0 || !/^0*$/.test(digits.slice(end))) return undefined;
    all = digits.slice(0, end);
  }
  // Nothing is left of a 10 whose exponent says that it is none.
  if (all === '') return undefined;
  // A sign alone keeps an unsigned number from being read.
  if (sign === '-' && min === 0n) return undefined;
  const value = sign === '-' ? -BigInt(all) : BigInt(all);
  return value >= min && value < max ? value : undefined;
}

/** Base64 as protojson reads it: standard or URL-safe, padded or not, line ends inside passed over. undefined: it is none. */
export function readBase64(text: Bytes): Bytes | undefined {
  const isUrl = /[-_]/.test(text);
  const isPadded = text.length % 4 === 0;
  const clean = text.replace(/[\r\n]/g, '');
  const digits = clean.replace(/={1,2}$/, '');
  if (isPadded ? clean.length % 4 !== 0 : digits !== clean || clean.length % 4 === 1) return undefined;
  if (isUrl && !/^[A-Za-z0-9_-]*$/.test(digits)) return undefined;
  return base64Decode(isUrl ? digits.replace(/-/g, '+').replace(/_/g, '/') : digits);
}
