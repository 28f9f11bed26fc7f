import { assert } from './assert.ts';
import type { Bytes } from './bytes.ts';

/** A password's bytes that count, as Go's library has it: longer ones are refused. */
export const BCRYPT_MAX_PASSWORD = 72;
export const BCRYPT_MIN_COST = 4;
export const BCRYPT_MAX_COST = 31;

const PREFIX = '$2a$';
const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const SALT_SIZE = 16;
const SALT_LETTERS = 22;
/** Of 24 bytes the last has never been part of it. */
const DIGEST_SIZE = 23;
/** "OrpheanBeholderScryDoubt" as six words. */
const TEXT = [0x4f727068, 0x65616e42, 0x65686f6c, 0x64657253, 0x63727944, 0x6f756274];
const SUBKEYS = 18;
const BOX_WORDS = 1024;

/**
 * What is kept of a password: `$2a$04$`, the salt and the digest. Provos and Mazières, "A Future-Adaptable Password Scheme",
 * USENIX 1999, section 4. The first use in a process works out the digits of π, which takes about 60 ms.
 *
 * @param cost 4 … 31; each step more takes twice the time, 4 about 1 ms
 * @param salt 16 bytes
 */
export function bcryptHash(password: Bytes, cost: number, salt: Bytes): Bytes {
  assert(password.length <= BCRYPT_MAX_PASSWORD, 'bcrypt takes so many bytes of a password', { length: password.length });
  assert(cost >= BCRYPT_MIN_COST && cost <= BCRYPT_MAX_COST, 'bcrypt has a cost between 4 and 31', { cost });
  assert(salt.length === SALT_SIZE, 'a salt has 16 bytes', { length: salt.length });
  const key = wordsOf(`${password}\0`, SUBKEYS);
  const saltWords = wordsOf(salt, 4);
  const noSalt = [0, 0, 0, 0];
  const cipher = createCipher();
  expandKey(cipher, saltWords, key);
  const saltKey = wordsOf(salt, SUBKEYS);
  let rounds = 1;
  for (let i = 0; i < cost; i++) rounds *= 2;
  for (let round = 0; round < rounds; round++) {
    expandKey(cipher, noSalt, key);
    expandKey(cipher, noSalt, saltKey);
  }
  let digest = '';
  for (let i = 0; i < TEXT.length; i += 2) {
    cipher.block[0] = TEXT[i] ?? 0;
    cipher.block[1] = TEXT[i + 1] ?? 0;
    for (let n = 0; n < 64; n++) encipher(cipher);
    digest += bytesOf(cipher.block[0] ?? 0) + bytesOf(cipher.block[1] ?? 0);
  }
  const letters = toLetters(salt) + toLetters(digest.slice(0, DIGEST_SIZE));
  return `${PREFIX}${String(cost).padStart(2, '0')}$${letters}`;
}

/** Is this the password that a hash was made of? What is no hash matches nothing. */
export function bcryptMatches(hash: Bytes, password: Bytes): boolean {
  const cost = Number(/^\$2a\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)?.[1] ?? 0);
  if (cost < BCRYPT_MIN_COST || cost > BCRYPT_MAX_COST || password.length > BCRYPT_MAX_PASSWORD) return false;
  const salt = fromLetters(hash.slice(7, 7 + SALT_LETTERS)).slice(0, SALT_SIZE);
  return bcryptHash(password, cost, salt) === hash;
}

/** Blowfish: subkeys, four boxes one behind the other, and the two halves that are being worked on. */
interface Cipher {
  readonly subkeys: Int32Array;
  readonly boxes: Int32Array;
  readonly block: Int32Array;
}

let initial: Int32Array | undefined;

/** The boxes and subkeys begin with the fraction of π. */
function createCipher(): Cipher {
  initial ??= fractionOfPi(SUBKEYS + BOX_WORDS);
  return { subkeys: initial.slice(0, SUBKEYS), boxes: initial.slice(SUBKEYS), block: new Int32Array(2) };
}

function expandKey(cipher: Cipher, salt: readonly number[], key: readonly number[]): void {
  const { subkeys, boxes, block } = cipher;
  for (let i = 0; i < SUBKEYS; i++) subkeys[i] = (subkeys[i] ?? 0) ^ (key[i] ?? 0);
  block.fill(0);
  let at = 0;
  const fill = (words: Int32Array) => {
    for (let i = 0; i < words.length; i += 2) {
      block[0] = (block[0] ?? 0) ^ (salt[at] ?? 0);
      block[1] = (block[1] ?? 0) ^ (salt[at + 1] ?? 0);
      at = (at + 2) % 4;
      encipher(cipher);
      words[i] = block[0] ?? 0;
      words[i + 1] = block[1] ?? 0;
    }
  };
  fill(subkeys);
  fill(boxes);
}

function encipher({ subkeys, boxes, block }: Cipher): void {
  // Indices are in range: bytes into boxes of 256 words, and 18 subkeys.
  let left = (block[0] as number) ^ (subkeys[0] as number);
  let right = block[1] as number;
  for (let i = 1; i <= 16; i += 2) {
    right ^= mix(boxes, left) ^ (subkeys[i] as number);
    left ^= mix(boxes, right) ^ (subkeys[i + 1] as number);
  }
  block[0] = right ^ (subkeys[17] as number);
  block[1] = left;
}

function mix(boxes: Int32Array, word: number): number {
  const sum = ((boxes[word >>> 24] as number) + (boxes[256 + ((word >>> 16) & 0xff)] as number)) | 0;
  return ((sum ^ (boxes[512 + ((word >>> 8) & 0xff)] as number)) + (boxes[768 + (word & 0xff)] as number)) | 0;
}

/** So many words of bytes, which begin anew when they are used up. */
function wordsOf(bytes: Bytes, count: number): number[] {
  const words: number[] = [];
  for (let at = 0; words.length < count; ) {
    let word = 0;
    for (let i = 0; i < 4; i++, at++) word = (word << 8) | bytes.charCodeAt(at % bytes.length);
    words.push(word);
  }
  return words;
}

function bytesOf(word: number): Bytes {
  return String.fromCharCode(word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff);
}

/** Base64 with an alphabet of its own and no padding. */
function toLetters(bytes: Bytes): string {
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b, c] = [bytes.charCodeAt(at), bytes.charCodeAt(at + 1), bytes.charCodeAt(at + 2)] as const; // NaN is 0 in bits
    const four = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63];
    const used = Math.min(3, bytes.length - at) + 1;
    for (const digit of four.slice(0, used)) out += ALPHABET.charAt(digit);
  }
  return out;
}

function fromLetters(letters: string): Bytes {
  let out = '';
  let bits = 0;
  let count = 0;
  for (const letter of letters) {
    bits = ((bits << 6) | ALPHABET.indexOf(letter)) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += String.fromCharCode((bits >> count) & 0xff);
  }
  return out;
}

/** The first words behind the point of π = 3.243f6a88…, by Machin's formula. */
function fractionOfPi(words: number): Int32Array {
  const spare = 64n;
  const bits = BigInt(words * 32);
  const one = 1n << (bits + spare);
  const pi = (16n * inverseTangent(one, 5n) - 4n * inverseTangent(one, 239n)) >> spare;
  const hex = (pi & ((1n << bits) - 1n)).toString(16).padStart(words * 8, '0');
  return Int32Array.from({ length: words }, (_, i) => Number.parseInt(hex.slice(i * 8, i * 8 + 8), 16) | 0);
}

/** `one` times the arc tangent of 1 / inverse. */
function inverseTangent(one: bigint, inverse: bigint): bigint {
  const square = inverse * inverse;
  let power = one / inverse;
  let sum = power;
  let sign = -1n;
  for (let divisor = 3n; power > 0n; divisor += 2n, sign = -sign) {
    power /= square;
    sum += (sign * power) / divisor;
  }
  return sum;
}
