import { assert } from './assert.ts';

/**
 * Bytes as a string with one character (U+0000 … U+00FF) per byte: `<` is byte order, slices are free, and a clone to
 * another worker costs a fraction of many small `Uint8Array`s.
 */
export type Bytes = string;

/** UTF-8 of a text. A lone surrogate becomes U+FFFD, as in every encoder. */
export function utf8Encode(text: string): Bytes {
  if (isAscii(text)) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code <= 0xdfff) {
      const low = code < 0xdc00 ? text.charCodeAt(i + 1) : Number.NaN;
      if (low >= 0xdc00 && low <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        i++;
      } else code = 0xfffd;
    }
    if (code < 0x80) out += String.fromCharCode(code);
    else if (code < 0x800) out += String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) out += String.fromCharCode(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else out += String.fromCharCode(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return out;
}

/** One step of decoding: a code point and the bytes it took, or -1 for one byte that is not valid UTF-8. */
export interface DecodedRune {
  readonly code: number;
  readonly size: number;
}

/** The code point that starts at `at`, by the rules of Unicode (no overlong forms, no surrogates, at most U+10FFFF). */
export function decodeRune(bytes: Bytes, at: number): DecodedRune {
  const lead = bytes.charCodeAt(at);
  if (lead < 0x80) return { code: lead, size: 1 };
  const size = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (size === 0 || at + size > bytes.length) return { code: -1, size: 1 };
  let code = lead & (0xff >> (size + 1));
  for (let i = 1; i < size; i++) {
    const byte = bytes.charCodeAt(at + i);
    if ((byte & 0xc0) !== 0x80) return { code: -1, size: 1 };
    code = (code << 6) | (byte & 63);
  }
  const tooShort = size === 3 ? code < 0x800 : size === 4 ? code < 0x10000 : false;
  if (tooShort || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return { code: -1, size: 1 };
  return { code, size };
}

/** The text of UTF-8 bytes; each invalid byte becomes U+FFFD. */
export function utf8Decode(bytes: Bytes): string {
  if (isAscii(bytes)) return bytes;
  let out = '';
  for (let i = 0; i < bytes.length; ) {
    const { code, size } = decodeRune(bytes, i);
    out += code < 0 ? '\ufffd' : String.fromCodePoint(code);
    i += size;
  }
  return out;
}

/** Two lower-case hex digits for each byte. */
export function hexEncode(bytes: Bytes): string {
  let hex = '';
  for (let i = 0; i < bytes.length; i++) hex += bytes.charCodeAt(i).toString(16).padStart(2, '0');
  return hex;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Standard base64 with padding (RFC 4648 section 4). */
export function base64Encode(bytes: Bytes): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word =
      (bytes.charCodeAt(i) << 16) | ((left > 1 ? bytes.charCodeAt(i + 1) : 0) << 8) | (left > 2 ? bytes.charCodeAt(i + 2) : 0);
    out += BASE64.charAt(word >> 18) + BASE64.charAt((word >> 12) & 63);
    out += left > 1 ? BASE64.charAt((word >> 6) & 63) : '=';
    out += left > 2 ? BASE64.charAt(word & 63) : '=';
  }
  return out;
}

/** What standard base64 stands for, with padding or without; undefined: it is none. */
export function base64Decode(text: string): Bytes | undefined {
  const digits = text.replace(/={1,2}$/, '');
  const isPadded = digits !== text;
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1 || (isPadded && text.length % 4 !== 0)) return undefined;
  let out = '';
  for (let i = 0; i < digits.length; i += 4) {
    let word = 0;
    for (let k = 0; k < 4; k++) word = (word << 6) | Math.max(0, BASE64.indexOf(digits.charAt(i + k) || 'A'));
    const size = Math.min(3, digits.length - i - 1);
    for (let k = 0; k < size; k++) out += String.fromCharCode((word >> (16 - 8 * k)) & 0xff);
  }
  return out;
}

/** Checks that a string is bytes: used where data comes in from outside. */
export function assertBytes(bytes: string): asserts bytes is Bytes {
  for (let i = 0; i < bytes.length; i++) assert(bytes.charCodeAt(i) <= 0xff, 'bytes have one character per byte', { at: i });
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** Text to be read in one line: control characters, which would break it or vanish, are dots. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, '·');
}

/** A key as a command names it, to be read: `""` for the first of all (etcdctl asks for all keys from the zero byte on). */
export function readableKey(key: Bytes): string {
  return key === '' || key === '\0' ? '""' : visible(utf8Decode(key));
}
