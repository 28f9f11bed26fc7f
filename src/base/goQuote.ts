import { type Bytes, decodeRune, utf8Encode } from './bytes.ts';

const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  92: '\\\\',
};

// Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space.
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/**
 * Bytes as Go's `%q` prints them, as text: `"a\n\xff"`. Go strconv.Quote.
 *
 * @param quote what stands around them and is escaped inside
 */
export function quoteGo(bytes: Bytes, quote: '"' | "'" = '"'): string {
  let out = quote as string; // grows
  for (let at = 0; at < bytes.length; ) {
    const { code, size } = decodeRune(bytes, at);
    if (code < 0) out += `\\x${hex(bytes.charCodeAt(at), 2)}`;
    else if (code === quote.charCodeAt(0)) out += `\\${quote}`;
    else if (ESCAPES[code] !== undefined) out += ESCAPES[code];
    else if (PRINTABLE.test(String.fromCodePoint(code))) out += String.fromCodePoint(code);
    else if (code < 0x80) out += `\\x${hex(code, 2)}`;
    else if (code < 0x10000) out += `\\u${hex(code, 4)}`;
    else out += `\\U${hex(code, 8)}`;
    at += size;
  }
  return out + quote;
}

/** The same as bytes. */
export function quoteGoBytes(bytes: Bytes, quote: '"' | "'" = '"'): Bytes {
  return utf8Encode(quoteGo(bytes, quote));
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}
