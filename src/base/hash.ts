/** A running 64-bit hash in two lanes (mixing of MurmurHash3 by Austin Appleby, public domain). Plain data. For equality, not secrets. */
export interface Hash {
  low: number;
  high: number;
}

/** An empty hash. */
export function createHash(): Hash {
  return { low: 0x9747b28c | 0, high: 0x85ebca6b | 0 };
}

/** Takes in a number: integers up to 2^53 in full, others by their text. */
export function hashNumber(hash: Hash, value: number): void {
  if (Number.isInteger(value)) {
    mix(hash, value | 0);
    mix(hash, Math.floor(value / 0x1_0000_0000) | 0);
  } else hashText(hash, String(value));
}

/** Takes in a text with its length. */
export function hashText(hash: Hash, text: string): void {
  mix(hash, text.length);
  for (let i = 0; i < text.length; i++) mix(hash, text.charCodeAt(i));
}

/** 16 hex digits for what has been taken in so far. */
export function hashDigest(hash: Hash): string {
  return hex(finish(hash.low ^ hash.high)) + hex(finish(hash.high + Math.imul(hash.low, 0x9e3779b1)));
}

/**
 * Takes in plain data in one canonical order: fields by name, maps and arrays in their own order.
 * Two states have the same digest only if they hold the same data.
 */
export function hashValue(hash: Hash, value: unknown): void {
  if (value === undefined) mix(hash, 1);
  else if (value === null) mix(hash, 2);
  else if (typeof value === 'number') {
    mix(hash, 3);
    hashNumber(hash, value);
  } else if (typeof value === 'string') {
    mix(hash, 4);
    hashText(hash, value);
  } else if (typeof value === 'boolean') mix(hash, value ? 5 : 6);
  else if (typeof value === 'bigint') {
    mix(hash, 7);
    hashText(hash, value.toString(16));
  } else if (Array.isArray(value)) {
    mix(hash, 8);
    mix(hash, value.length);
    for (const item of value) hashValue(hash, item);
  } else if (value instanceof Map) {
    mix(hash, 9);
    mix(hash, value.size);
    for (const [key, item] of value) {
      hashValue(hash, key);
      hashValue(hash, item);
    }
  } else if (value instanceof Set) {
    mix(hash, 10);
    mix(hash, value.size);
    for (const item of value) hashValue(hash, item);
  } else if (ArrayBuffer.isView(value)) {
    mix(hash, 11);
    mix(hash, value.byteLength);
    for (const item of value as unknown as Iterable<number>) hashNumber(hash, item); // typed arrays iterate over numbers
  } else if (typeof value === 'object') {
    mix(hash, 12);
    const record = value as Record<string, unknown>; // any object is a record of its own fields
    const keys = Object.keys(record).filter((key) => record[key] !== undefined);
    // Without the count, { a: {}, b: 1 } would read as { a: { b: 1 } }.
    mix(hash, keys.length);
    for (const key of keys.sort()) {
      hashText(hash, key);
      hashValue(hash, record[key]);
    }
  } else mix(hash, 13);
}

/** The digest of one plain value. */
export function digestOf(value: unknown): string {
  const hash = createHash();
  hashValue(hash, value);
  return hashDigest(hash);
}

function mix(hash: Hash, word: number): void {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  k = Math.imul(k, 0x1b873593);
  hash.low ^= k;
  hash.low = (hash.low << 13) | (hash.low >>> 19);
  hash.low = (Math.imul(hash.low, 5) + 0xe6546b64 + hash.high) | 0;
  hash.high ^= Math.imul(k, 0x38b34ae5);
  hash.high = (hash.high << 17) | (hash.high >>> 15);
  hash.high = (Math.imul(hash.high, 5) + 0x561ccd1b + hash.low) | 0;
}

function finish(value: number): number {
  let v = value | 0;
  v = Math.imul(v ^ (v >>> 16), 0x85ebca6b);
  v = Math.imul(v ^ (v >>> 13), 0xc2b2ae35);
  return (v ^ (v >>> 16)) >>> 0;
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
