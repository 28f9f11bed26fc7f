import type { Bytes } from './bytes.ts';
import { sha256 } from './sha256.ts';
import { sha384, sha512 } from './sha512.ts';

/** What a keyed hash is made with. */
export type HmacHash = 'SHA-256' | 'SHA-384' | 'SHA-512';

const HASHES: Readonly<Record<HmacHash, { readonly hash: (bytes: Bytes) => Bytes; readonly blockSize: number }>> = {
  'SHA-256': { hash: sha256, blockSize: 64 },
  'SHA-384': { hash: sha384, blockSize: 128 },
  'SHA-512': { hash: sha512, blockSize: 128 },
};

/** A hash that only who has the key can make. RFC 2104. */
export function hmac(name: HmacHash, key: Bytes, text: Bytes): Bytes {
  const { hash, blockSize } = HASHES[name];
  const block = (key.length > blockSize ? hash(key) : key).padEnd(blockSize, '\0');
  return hash(mask(block, 0x5c) + hash(mask(block, 0x36) + text));
}

function mask(block: Bytes, by: number): Bytes {
  let out = '';
  for (let i = 0; i < block.length; i++) out += String.fromCharCode(block.charCodeAt(i) ^ by);
  return out;
}
