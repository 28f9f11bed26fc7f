/** Where JSON values begin and end, and what Go's encoding/json says where one is none (its scanner.go, its Decoder). */
import { type Bytes, fail, ok, type Result, utf8Encode } from '../../base/index.ts';
import { goQuote } from '../goText.ts';

/** One value of a body; `start` and `end` are positions in it, without the blanks around. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

/** Nested deeper, a value is refused. */
const MAX_DEPTH = 10_000;

/**
 * Finds the value that begins at `at` or behind blanks there. Only its form is looked at.
 *
 * @returns undefined where nothing but blanks follows; fails with Go's words
 */
export function scanJson(text: Bytes, at: number): Result<JsonSpan | undefined, Bytes> {
  const scan = new Scan(text, at);
  const start = scan.skipBlanks();
  if (start >= text.length) return ok(undefined);
  const fault = scan.value();
  return fault === undefined ? ok({ start, end: scan.at }) : fail(fault);
}

/** `undefined`: all is well so far. */
type Fault = Bytes | undefined;

class Scan {
  at: number;
  readonly #text: Bytes;

  constructor(text: Bytes, at: number) {
    this.#text = text;
    this.at = at;
  }

  skipBlanks(): number {
    while (/^[ \t\r\n]$/.test(this.#text.charAt(this.at))) this.at++;
    return this.at;
  }

  /** Without recursion: how deep a value is must not matter to our stack. */
  value(): Fault {
    const open: ('{' | '[')[] = [];
    for (;;) {
      this.skipBlanks();
      const char = this.#text.charAt(this.at);
      if (char === '{' || char === '[') {
        if (open.length >= MAX_DEPTH) return this.#fault('exceeded max depth');
        open.push(char);
        this.at++;
        this.skipBlanks();
        const next = this.#text.charAt(this.at);
        if (char === '[' ? next !== ']' : next !== '}') {
          const fault = char === '{' ? this.#name() : undefined;
          if (fault !== undefined) return fault;
          continue;
        }
      } else {
        const fault = this.#scalar(char);
        if (fault !== undefined) return fault;
        if (open.length === 0) return undefined;
        this.skipBlanks();
        if (this.#text.charAt(this.at) === ',') {
          const next = this.#next(open);
          if (next !== undefined) return next;
          continue;
        }
      }
      // The ends of as many containers as end here, up to a comma.
      for (;;) {
        const container = open.at(-1);
        if (container === undefined) return undefined;
        this.skipBlanks();
        const end = this.#text.charAt(this.at);
        if (end === ',') {
          const next = this.#next(open);
          if (next !== undefined) return next;
          break;
        }
        if (end !== (container === '{' ? '}' : ']'))
          return this.#fault(container === '{' ? 'after object key:value pair' : 'after array element');
        this.at++;
        open.pop();
      }
    }
  }

  /** Over a comma, and in an object over the name behind it. */
  #next(open: readonly ('{' | '[')[]): Fault {
    this.at++;
    return open.at(-1) === '{' ? this.#name() : undefined;
  }

  #name(): Fault {
    this.skipBlanks();
    if (this.#text.charAt(this.at) !== '"') return this.#fault('looking for beginning of object key string');
    const fault = this.#string();
    if (fault !== undefined) return fault;
    this.skipBlanks();
    if (this.#text.charAt(this.at) !== ':') return this.#fault('after object key');
    this.at++;
    return undefined;
  }

  #scalar(char: string): Fault {
    if (char === '"') return this.#string();
    if (/^[-0-9]$/.test(char)) return this.#number();
    const word = { t: 'true', f: 'false', n: 'null' }[char];
    if (word === undefined) return this.#fault('looking for beginning of value');
    for (let i = 0; i < word.length; i++, this.at++) {
      const expected = word.charAt(i);
      if (this.#text.charAt(this.at) !== expected) return this.#fault(`in literal ${word} (expecting '${expected}')`);
    }
    return undefined;
  }

  #string(): Fault {
    this.at++;
    for (;;) {
      const char = this.#text.charAt(this.at);
      if (char === '' || char < ' ') return this.#fault('in string literal');
      this.at++;
      if (char === '"') return undefined;
      if (char !== '\\') continue;
      const escaped = this.#text.charAt(this.at);
      if (!/^[bfnrt\\/"u]$/.test(escaped)) return this.#fault('in string escape code');
      this.at++;
      if (escaped !== 'u') continue;
      for (let i = 0; i < 4; i++, this.at++) {
        if (!/^[0-9a-fA-F]$/.test(this.#text.charAt(this.at))) return this.#fault('in \\u hexadecimal character escape');
      }
    }
  }

  #number(): Fault {
    if (this.#text.charAt(this.at) === '-') this.at++;
    if (this.#text.charAt(this.at) === '0') this.at++;
    else if (this.#digits() === 0) return this.#fault('in numeric literal');
    if (this.#text.charAt(this.at) === '.') {
      this.at++;
      if (this.#digits() === 0) return this.#fault('after decimal point in numeric literal');
    }
    if (/^[eE]$/.test(this.#text.charAt(this.at))) {
      this.at++;
      if (/^[+-]$/.test(this.#text.charAt(this.at))) this.at++;
      if (this.#digits() === 0) return this.#fault('in exponent of numeric literal');
    }
    return undefined;
  }

  #digits(): number {
    const from = this.at;
    while (/^[0-9]$/.test(this.#text.charAt(this.at))) this.at++;
    return this.at - from;
  }

  #fault(context: string): Bytes {
    const char = this.#text.charAt(this.at);
    return char === '' ? 'unexpected EOF' : `invalid character ${quoteCharacter(char)} ${context}`;
  }
}

/** One byte as encoding/json shows it: taken for a character, in single quotes. */
function quoteCharacter(byte: Bytes): Bytes {
  if (byte === "'") return "'\\''";
  if (byte === '"') return "'\"'";
  return `'${goQuote(utf8Encode(byte)).slice(1, -1)}'`;
}
