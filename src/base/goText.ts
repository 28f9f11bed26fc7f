/** Texts as Go's standard library writes and reads them, where more than one part of this project needs them. */
import { type Bytes, decodeRune } from './bytes.ts';
import { fail, ok, type Result } from './result.ts';

/** What encoding/json writes shorter than \u. */
const JSON_ESCAPES: Readonly<Record<number, string>> = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r' };

/**
 * A string as encoding/json writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped, invalid UTF-8 as \ufffd.
 *
 * @see https://pkg.go.dev/encoding/json#HTMLEscape
 */
export function goJsonString(text: Bytes): Bytes {
  let out = '"';
  for (let i = 0; i < text.length; ) {
    const { code, size } = decodeRune(text, i);
    if (code < 0) out += '\\ufffd';
    else if (code === 0x22 || code === 0x5c) out += `\\${text.charAt(i)}`;
    else if (JSON_ESCAPES[code] !== undefined) out += JSON_ESCAPES[code];
    else if (code < 0x20 || code === 0x3c || code === 0x3e || code === 0x26 || code === 0x2028 || code === 0x2029)
      out += `\\u${hex(code, 4)}`;
    else out += text.slice(i, i + size);
    i += size;
  }
  return `${out}"`;
}

const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  '\xc2\xb5s': 1e3,
  '\xce\xbcs': 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const MAX_DURATION_NS = 2 ** 63;

/**
 * A duration as time.ParseDuration reads it, e.g. `1m30s`, `250ms`, `-1.5h`.
 *
 * @returns µs, cut to a whole number; or Go's message without its `time: `
 */
export function parseGoDuration(text: Bytes): Result<number, Bytes> {
  const invalid = `invalid duration ${quoteForTime(text)}`;
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return ok(0);
  if (rest === '') return fail(invalid);
  let ns = 0;
  while (rest !== '') {
    const number = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)/.exec(rest)?.[0];
    if (number === undefined) return fail(invalid);
    rest = rest.slice(number.length);
    const unit = /^[^0-9.]*/.exec(rest)?.[0] ?? '';
    if (unit === '') return fail(`missing unit in duration ${quoteForTime(text)}`);
    const scale = Object.hasOwn(UNIT_NS, unit) ? UNIT_NS[unit] : undefined;
    if (scale === undefined) return fail(`unknown unit ${quoteForTime(unit)} in duration ${quoteForTime(text)}`);
    rest = rest.slice(unit.length);
    ns += Number(number) * scale;
    if (ns >= MAX_DURATION_NS) return fail(invalid);
  }
  const micros = Math.floor(ns / 1000);
  return ok(text.startsWith('-') && micros > 0 ? -micros : micros);
}

/** The time package quotes on its own: everything outside printable ASCII byte by byte. */
function quoteForTime(text: Bytes): Bytes {
  let out = '"';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    const code = text.charCodeAt(i);
    if (code >= 0x80 || code < 0x20) out += `\\x${hex(code, 2)}`;
    else out += char === '"' || char === '\\' ? `\\${char}` : char;
  }
  return `${out}"`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
