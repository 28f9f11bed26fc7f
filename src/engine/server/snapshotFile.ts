/**
 * A member's store as a file: what `snapshot save` downloads, and what a new cluster can be started from. Our own format,
 * where etcd's is its database:
 *
 *     "etcdscope snapshot 1\n"    what it is
 *     4 bytes, big endian         length of what follows
 *     JSON in UTF-8               the {@link StateSnapshot}; bytes of keys, values and names as code points U+0000 … U+00FF
 *     32 bytes                    SHA-256 of everything before, as at the end of etcd's
 */
import { type Bytes, fail, hexEncode, ok, type Result, sha256, utf8Decode, utf8Encode } from '../../base/index.ts';
import { findFlaw } from './stateShape.ts';
import type { StateSnapshot } from './stateSnapshot.ts';

const MAGIC: Bytes = 'etcdscope snapshot 1\n';
const BODY_AT = MAGIC.length + 4;
/** Of what stands at its end. */
export const HASH_SIZE = 32;
/** What etcd's own snapshots are: a bbolt database has this in its first page. */
const DATABASE_MAGIC: Bytes = '\xed\xda\x0c\xed';
const DATABASE_MAGIC_AT = 16;

/** Why a file is not taken, and where in it that shows. Positions and sizes in bytes. */
export type SnapshotFileError =
  /** It is something else. `begins`: its first bytes. `isDatabase`: it is a database of etcd's own. */
  | { readonly code: 'foreign'; readonly begins: Bytes; readonly isDatabase: boolean }
  /** The file should be of size `said` by what stands at `at`, and is of another. */
  | { readonly code: 'size'; readonly at: number; readonly said: number; readonly size: number }
  /** The hash that stands at `at` is not that of everything before it. Both in hex. */
  | { readonly code: 'hash'; readonly at: number; readonly said: string; readonly is: string }
  /** The hash fits, but no member writes such a state: `path` leads to the first thing that is not as it must be. */
  | { readonly code: 'state'; readonly path: string };

/** The file that holds a state. */
export function encodeSnapshotFile(state: StateSnapshot): Bytes {
  const body = utf8Encode(JSON.stringify(state));
  const content = MAGIC + uint32(body.length) + body;
  return content + sha256(content);
}

/** The state in a file. Nothing is read of a file whose hash does not fit. */
export function decodeSnapshotFile(file: Bytes): Result<StateSnapshot, SnapshotFileError> {
  if (!file.startsWith(MAGIC)) {
    const isDatabase = file.slice(DATABASE_MAGIC_AT, DATABASE_MAGIC_AT + DATABASE_MAGIC.length) === DATABASE_MAGIC;
    return fail({ code: 'foreign', begins: file.slice(0, MAGIC.length), isDatabase });
  }
  const hashAt = file.length - HASH_SIZE;
  const length = file.slice(MAGIC.length, BODY_AT);
  const said = BODY_AT + readUint32(length) + HASH_SIZE;
  if (length.length < 4 || said !== file.length) return fail({ code: 'size', at: MAGIC.length, said, size: file.length });
  const hash = sha256(file.slice(0, hashAt));
  if (hash !== file.slice(hashAt))
    return fail({ code: 'hash', at: hashAt, said: hexEncode(file.slice(hashAt)), is: hexEncode(hash) });
  return readState(file.slice(BODY_AT, hashAt));
}

/** Tells a file from any other: 8 hex digits of its hash. */
export function snapshotFileId(file: Bytes): string {
  return hexEncode(file.slice(-4));
}

function uint32(value: number): Bytes {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

function readUint32(bytes: Bytes): number {
  let value = 0;
  for (let i = 0; i < bytes.length; i++) value = value * 256 + bytes.charCodeAt(i);
  return value;
}

function readState(body: Bytes): Result<StateSnapshot, SnapshotFileError> {
  let state: unknown;
  try {
    state = JSON.parse(utf8Decode(body));
  } catch {
    return fail({ code: 'state', path: '' });
  }
  const path = findFlaw(state);
  return path === undefined ? ok(state as StateSnapshot) : fail({ code: 'state', path }); // it has the shape
}
