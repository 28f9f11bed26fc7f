/**
 * A member's store as a file: what `snapshot save` downloads, and what a new cluster can be started from. Our own format,
 * where etcd's is its database:
 *
 *     "etcdscope snapshot 1\n"    what it is
 *     4 bytes, big endian         length of what follows
 *     JSON in UTF-8               the {@link StateSnapshot}; bytes of keys, values and names as code points U+0000 … U+00FF
 *     32 bytes                    SHA-256 of everything before, as at the end of etcd's
 */
import { type Bytes, fail, goSize, ok, type Result, sha256, utf8Decode, utf8Encode } from '../../base/index.ts';
import { headerOf } from './header.ts';
import type { CallId } from './input.ts';
import { writeServerLine } from './lines.ts';
import type { LineField } from './serverLine.ts';
import type { Member } from './state.ts';
import { type StateSnapshot, takeState } from './stateSnapshot.ts';

const MAGIC: Bytes = 'etcdscope snapshot 1\n';
const HASH_SIZE = 32;
/** Bytes of one part of the stream. etcd: snapshotSendBufferSize. */
const PART_SIZE = 32 * 1024;
const STORAGE_VERSION = '3.6.0';

/** Why a file is not taken. */
export type SnapshotFileError = 'notASnapshot' | 'damaged';

/** The file that holds a state. */
export function encodeSnapshotFile(state: StateSnapshot): Bytes {
  const body = utf8Encode(JSON.stringify(state));
  const content = MAGIC + uint32(body.length) + body;
  return content + sha256(content);
}

/** The state in a file. Nothing is read of a file whose hash does not fit. */
export function decodeSnapshotFile(file: Bytes): Result<StateSnapshot, SnapshotFileError> {
  if (!file.startsWith(MAGIC)) return fail('notASnapshot');
  const content = file.slice(0, -HASH_SIZE);
  if (content.length < MAGIC.length + 4 || sha256(content) !== file.slice(-HASH_SIZE)) return fail('damaged');
  const body = content.slice(MAGIC.length + 4);
  if (uint32(body.length) !== content.slice(MAGIC.length, MAGIC.length + 4)) return fail('damaged');
  return ok(JSON.parse(utf8Decode(body)) as StateSnapshot); // the hash says that encodeSnapshotFile wrote it
}

/** Sends this member's store, part after part. */
export function beginSnapshot(member: Member, call: CallId): void {
  const file = encodeSnapshotFile(takeState(member));
  const sizes: LineField[] = [
    ['total-bytes', file.length - HASH_SIZE],
    ['size', goSize(file.length - HASH_SIZE)],
  ];
  writeServerLine(member, 'info', 'sending database snapshot to client', [...sizes, ['storage-version', STORAGE_VERSION]]);
  writeServerLine(member, 'info', 'sending database sha256 checksum to client', [
    ['total-bytes', file.length - HASH_SIZE],
    ['checksum-size', HASH_SIZE],
  ]);
  for (let at = 0; at < file.length; at += PART_SIZE) {
    const blob = file.slice(at, at + PART_SIZE);
    const remainingBytes = file.length - at - blob.length;
    const response = { type: 'snapshot' as const, header: headerOf(member), remainingBytes, blob, version: STORAGE_VERSION };
    member.outputs.push({ type: 'stream', call, response });
  }
  writeServerLine(member, 'info', 'successfully sent database snapshot to client', [
    ...sizes,
    ['took', '0s'],
    ['storage-version', STORAGE_VERSION],
  ]);
}

function uint32(value: number): Bytes {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}
