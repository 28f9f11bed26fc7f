/** Hashes that others know as well: of ids that etcd derives, of files, of signed tokens. Bytes in, bytes out; the library's code, not ours. */
import { hmac as keyed } from '@noble/hashes/hmac.js';
import { sha1 as sha1Of } from '@noble/hashes/legacy.js';
import { sha256 as sha256Of, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { Bytes } from './bytes.ts';

/** What a keyed hash is made with. */
export type HmacHash = 'SHA-256' | 'SHA-384' | 'SHA-512';

const HASHES = { 'SHA-256': sha256Of, 'SHA-384': sha384, 'SHA-512': sha512 } as const;

/** SHA-1 as 20 bytes (RFC 3174). Not for secrets. */
export function sha1(bytes: Bytes): Bytes {
  return textOf(sha1Of(octetsOf(bytes)));
}

/** SHA-256 as 32 bytes (FIPS 180-4). */
export function sha256(bytes: Bytes): Bytes {
  return textOf(sha256Of(octetsOf(bytes)));
}

/** A hash that only who has the key can make (RFC 2104): 32, 48 or 64 bytes. */
export function hmac(name: HmacHash, key: Bytes, text: Bytes): Bytes {
  return textOf(keyed(HASHES[name], octetsOf(key), octetsOf(text)));
}

function octetsOf(bytes: Bytes): Uint8Array {
  const octets = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) octets[i] = bytes.charCodeAt(i);
  return octets;
}

function textOf(octets: Uint8Array): Bytes {
  return String.fromCharCode(...octets); // a digest: at most 64
}
