import { type Bytes, decodeRune } from '../../base/index.ts';

const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

// Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space.
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Bytes as Go's `%q` prints them: `"a\n\xff"`. */
export function quoteGo(bytes: Bytes): string {
  let out = '"';
  for (let at = 0; at < bytes.length; ) {
    const { code, size } = decodeRune(bytes, at);
    if (code < 0) out += `\\x${hex(bytes.charCodeAt(at), 2)}`;
    else if (ESCAPES[code] !== undefined) out += ESCAPES[code];
    else if (PRINTABLE.test(String.fromCodePoint(code))) out += String.fromCodePoint(code);
    else if (code < 0x80) out += `\\x${hex(code, 2)}`;
    else if (code < 0x10000) out += `\\u${hex(code, 4)}`;
    else out += `\\U${hex(code, 8)}`;
    at += size;
  }
  return `${out}"`;
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}
