import type { Bytes } from './bytes.ts';

/** The first 64 bits of the fractional parts of roots of primes, as in sha256.ts: square roots to start from, cube roots for the rounds. */
const { START_512, START_384, ROUND } = makeConstants();

/** SHA-512 as 64 bytes. FIPS 180-4. For short inputs, such as tokens: about 1 µs a byte. */
export function sha512(bytes: Bytes): Bytes {
  return hash(bytes, START_512);
}

/** SHA-384 as 48 bytes. FIPS 180-4. */
export function sha384(bytes: Bytes): Bytes {
  return hash(bytes, START_384).slice(0, 48);
}

function hash(bytes: Bytes, start: BigUint64Array): Bytes {
  const padded = `${bytes}\x80${'\0'.repeat((239 - (bytes.length % 128)) % 128)}${bytes64(0n)}${bytes64(BigInt(bytes.length) * 8n)}`;
  const state = start.slice();
  const words = new BigUint64Array(80);
  for (let block = 0; block < padded.length; block += 128) {
    for (let i = 0; i < 16; i++) words[i] = readBytes64(padded, block + i * 8);
    compress(state, words);
  }
  return [...state].map(bytes64).join('');
}

/** Mixes one block, whose first 16 words are filled in, into the state. */
function compress(state: BigUint64Array, words: BigUint64Array): void {
  const at = (array: BigUint64Array, i: number): bigint => array[i] as bigint; // inside: fixed sizes
  for (let i = 16; i < 80; i++) {
    const w15 = at(words, i - 15);
    const w2 = at(words, i - 2);
    const s0 = rotate(w15, 1n) ^ rotate(w15, 8n) ^ (w15 >> 7n);
    const s1 = rotate(w2, 19n) ^ rotate(w2, 61n) ^ (w2 >> 6n);
    words[i] = at(words, i - 16) + s0 + at(words, i - 7) + s1; // the array cuts it to 64 bits
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]; // 8 words
  for (let i = 0; i < 80; i++) {
    const s1 = rotate(e, 14n) ^ rotate(e, 18n) ^ rotate(e, 41n);
    const t1 = h + s1 + ((e & f) ^ (~e & g)) + at(ROUND, i) + at(words, i);
    const s0 = rotate(a, 28n) ^ rotate(a, 34n) ^ rotate(a, 39n);
    const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = BigInt.asUintN(64, d + t1);
    d = c;
    c = b;
    b = a;
    a = BigInt.asUintN(64, t1 + t2);
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    state[i] = at(state, i) + word;
  });
}

function rotate(word: bigint, by: bigint): bigint {
  return (word >> by) | BigInt.asUintN(64, word << (64n - by));
}

function bytes64(word: bigint): Bytes {
  let out = '';
  for (let shift = 56n; shift >= 0n; shift -= 8n) out += String.fromCharCode(Number((word >> shift) & 0xffn));
  return out;
}

function readBytes64(bytes: Bytes, at: number): bigint {
  let word = 0n;
  for (let i = at; i < at + 8; i++) word = (word << 8n) | BigInt(bytes.charCodeAt(i));
  return word;
}

function makeConstants(): { START_512: BigUint64Array; START_384: BigUint64Array; ROUND: BigUint64Array } {
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < 80; n++) if (primes.every((prime) => n % prime !== 0n)) primes.push(n);
  const square = (prime: bigint) => root(prime << 128n, (x) => x * x);
  const cube = (prime: bigint) => root(prime << 192n, (x) => x * x * x);
  return {
    START_512: BigUint64Array.from(primes.slice(0, 8), square),
    START_384: BigUint64Array.from(primes.slice(8, 16), square),
    ROUND: BigUint64Array.from(primes, cube),
  };
}

/** The whole part of a root, by bisection. */
function root(value: bigint, power: (x: bigint) => bigint): bigint {
  let low = 0n;
  let high = 1n << 72n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (power(middle) <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}
