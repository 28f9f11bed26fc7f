/** Texts as Go's standard library writes and reads them: what etcdctl prints around our data. All over {@link Bytes}. */
import { type Bytes, decodeRune, fail, goDuration, type Id64, ok, quoteGoBytes, type Result, utf8Encode } from '../base/index.ts';

/** `%q` of a string: in double quotes, printable Unicode literal, control characters and invalid bytes escaped. Go strconv.Quote. */
export function goQuote(text: Bytes): Bytes {
  return quoteGoBytes(text);
}

/** `%q` of a single byte taken as a character. */
export function goQuoteByte(byte: Bytes): Bytes {
  return quoteGoBytes(utf8Encode(byte.charAt(0)), "'");
}

/** `%#q` of a string: in backquotes where that is possible. */
export function goBackquote(text: Bytes): Bytes {
  for (let i = 0; i < text.length; ) {
    const { code, size } = decodeRune(text, i);
    if (code < 0 || code === 0xfeff || (code < 0x20 && code !== 9) || code === 0x60 || code === 0x7f) return goQuote(text);
    i += size;
  }
  return `\`${text}\``;
}

/** Why a number was not read, in strconv's words. */
export type NumberFault = 'invalid syntax' | 'value out of range';

/**
 * A signed 64-bit integer as strconv.ParseInt reads it.
 *
 * @param base 10, 16, or 0: decimal, 0x…, 0o…, 0b…, 0…, with underscores between digits
 */
export function parseGoInt(text: Bytes, base: 0 | 10 | 16): Result<bigint, NumberFault> {
  const digits = readDigits(/^[+-]/.test(text) ? text.slice(1) : text, base);
  if (digits === undefined) return fail('invalid syntax');
  const value = text.startsWith('-') ? -BigInt(digits) : BigInt(digits);
  return value >= -(1n << 63n) && value < 1n << 63n ? ok(value) : fail('value out of range');
}

/** An unsigned 64-bit integer as strconv.ParseUint reads it: no sign. @param base as of {@link parseGoInt} */
export function parseGoUint(text: Bytes, base: 0 | 10 | 16): Result<bigint, NumberFault> {
  const digits = readDigits(text, base);
  if (digits === undefined) return fail('invalid syntax');
  const value = BigInt(digits);
  return value < 1n << 64n ? ok(value) : fail('value out of range');
}

/** A boolean as strconv.ParseBool reads it. */
export function parseGoBool(text: Bytes): boolean | undefined {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(?:0|f|F|FALSE|false|False)$/.test(text)) return false;
  return undefined;
}

/** A duration as time.Duration writes it. @param micros µs */
export function formatGoDuration(micros: number): Bytes {
  return utf8Encode(goDuration(micros));
}

/**
 * A quoted string at the start of a text, as fmt.Sscanf reads `%q`: in double quotes with Go's escapes, or in backquotes.
 *
 * @returns the string and what follows it; undefined where there is none
 */
export function readGoQuoted(text: Bytes): { readonly value: Bytes; readonly rest: Bytes } | undefined {
  const raw = /^`([^`]*)`/.exec(text);
  if (raw !== null) return { value: raw[1] ?? '', rest: text.slice(raw[0].length) };
  const quoted = /^"((?:[^"\\]|\\[\s\S])*)"/.exec(text);
  if (quoted === null) return undefined;
  const value = unescapeGo(quoted[1] ?? '');
  return value === undefined ? undefined : { value, rest: text.slice(quoted[0].length) };
}

/** Hex of each byte as `\x66\x6f`, as `--hex` shows keys and values. */
export function hexBytes(bytes: Bytes): string {
  let out = '';
  for (let i = 0; i < bytes.length; i++) out += `\\x${hex(bytes.charCodeAt(i), 2)}`;
  return out;
}

/** Digits as BigInt reads them; undefined where they are none. */
function readDigits(text: Bytes, base: 0 | 10 | 16): string | undefined {
  if (base === 16) return /^[0-9a-fA-F]+$/.test(text) ? `0x${text}` : undefined;
  if (base === 10) return /^[0-9]+$/.test(text) ? text : undefined;
  return readBaseZero(text);
}

function readBaseZero(text: Bytes): string | undefined {
  if (/^0[xX](?:_?[0-9a-fA-F])+$/.test(text) || /^0[bB](?:_?[01])+$/.test(text) || /^0[oO](?:_?[0-7])+$/.test(text))
    return text.replaceAll('_', '').toLowerCase();
  if (/^0(?:_?[0-7])+$/.test(text)) return `0o${text.replaceAll('_', '')}`;
  if (/^(?:0|[1-9](?:_?[0-9])*)$/.test(text)) return text.replaceAll('_', '');
  return undefined;
}

const UNESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

/** What stands between double quotes in Go; undefined where an escape is none of Go's. */
function unescapeGo(text: Bytes): Bytes | undefined {
  let out = '';
  for (let i = 0; i < text.length; ) {
    const char = text.charAt(i);
    if (char === '\n') return undefined;
    if (char !== '\\') {
      out += char;
      i++;
      continue;
    }
    const plain = UNESCAPES[text.charAt(i + 1)];
    if (plain !== undefined) {
      out += plain;
      i += 2;
      continue;
    }
    const found = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/.exec(text.slice(i));
    if (found === null) return undefined;
    const [whole, byte, short, long, octal] = found;
    if (byte !== undefined || octal !== undefined) {
      const code = byte !== undefined ? Number.parseInt(byte, 16) : Number.parseInt(octal ?? '', 8);
      if (code > 0xff) return undefined;
      out += String.fromCharCode(code);
    } else {
      const code = Number.parseInt(short ?? long ?? '', 16);
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
      out += utf8Encode(String.fromCodePoint(code));
    }
    i += whole.length;
  }
  return out;
}

/** Go's `%.0f`: 20.5 is 20, where toFixed says 21. */
function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** A lease's id as %016x: it is a signed number to Go. */
export function signedHex(id: Id64): Bytes {
  const value = BigInt.asIntN(64, BigInt(`0x${id}`));
  return value < 0n ? `-${(-value).toString(16).padStart(15, '0')}` : id;
}
