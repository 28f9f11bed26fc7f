import { type Bytes, fail, ok, type Result, ZERO_ID } from '../../base/index.ts';
import { checkRevision } from './range.ts';
import type { Kv } from './state.ts';
import { isSurvivor } from './survivor.ts';
import type { HashKvResult, KeyValue, RevisionError } from './types.ts';
import { isTombstone, type Version, visitVersionsFrom } from './versionLog.ts';

/**
 * The hash by which members compare their stores: CRC-32C over all pairs up to a revision in etcd's storage format.
 * A revision at which a compaction finished lately is answered with what that compaction saw, under the compact revision
 * before it; this holds for revision 0 as well, after `compaction 0`. `spec/etcd.md` 1.8.
 *
 * @param revision main revision; 0 = the current one
 * @see etcd-io/etcd:server/storage/mvcc/hash.go
 */
export function hashKv(kv: Kv, revision: number): Result<HashKvResult, RevisionError> {
  const stored = kv.compactionHashes.find((hash) => hash.hashRevision === revision);
  if (stored !== undefined) return ok(stored);
  const refusal = checkRevision(kv, revision);
  if (refusal !== undefined) return fail(refusal);
  const hashRevision = revision === 0 ? kv.revision : revision;
  let crc = startHash();
  visitVersionsFrom(kv.log, 0, (version) => {
    if (version.kv.modRevision > hashRevision) return false;
    crc = hashVersion(crc, version, kv.compactRevision, () => isSurvivor(kv, version, hashRevision));
    return true;
  });
  return ok({ hash: finishHash(crc), compactRevision: kv.compactRevision, hashRevision });
}

/** A running hash that has seen the bucket's name. */
export function startHash(): number {
  return crcOf(~0, 'key');
}

/** Takes in one stored version, unless a compaction up to the hash's revision would drop it and is allowed to. */
export function hashVersion(crc: number, version: Version, compactRevision: number, isKept: () => boolean): number {
  const { modRevision } = version.kv;
  if (modRevision <= compactRevision && !isKept()) return crc;
  // Releases before 3.5.16 drop a tombstone at the compact revision: without it all agree.
  if (modRevision === compactRevision && isTombstone(version)) return crc;
  return crcOf(crcOf(crc, encodeRevision(version)), encodePair(version.kv));
}

export function finishHash(crc: number): number {
  return ~crc >>> 0;
}

/** etcd's key of a stored pair: main and sub, big endian, with a mark for tombstones. `spec/etcd.md` 1.1. */
function encodeRevision(version: Version): Bytes {
  return `${uint64(version.kv.modRevision)}_${uint64(version.sub)}${isTombstone(version) ? 't' : ''}`;
}

/** The pair as protobuf (mvccpb.KeyValue): fields in order of number, those that are zero left out. */
function encodePair(pair: KeyValue): Bytes {
  // Nobody can put the empty key: it is the mark of a raised revision, and etcd stores nothing there (server/restore.ts).
  if (pair.key === '') return '';
  let out = `\x0a${varint(pair.key.length)}${pair.key}`;
  if (isDeletion(pair)) return out;
  out += `\x10${varint(pair.createRevision)}\x18${varint(pair.modRevision)}\x20${varint(pair.version)}`;
  if (pair.value !== '') out += `\x2a${varint(pair.value.length)}${pair.value}`;
  return pair.lease === ZERO_ID ? out : `${out}\x30${bigVarint(BigInt(`0x${pair.lease}`))}`;
}

function isDeletion(pair: KeyValue): boolean {
  return pair.version === 0;
}

function uint64(value: number): Bytes {
  let out = '';
  let rest = value;
  for (let i = 0; i < 8; i++) {
    out = String.fromCharCode(rest % 256) + out;
    rest = Math.floor(rest / 256);
  }
  return out;
}

function varint(value: number): Bytes {
  let out = '';
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out += String.fromCharCode((rest % 128) | 128);
  return out + String.fromCharCode(rest);
}

function bigVarint(value: bigint): Bytes {
  let out = '';
  let rest = value;
  for (; rest >= 128n; rest >>= 7n) out += String.fromCharCode(Number(rest & 127n) | 128);
  return out + String.fromCharCode(Number(rest));
}

/** CRC-32 with the polynomial of Castagnoli, reflected; a table of what each byte does. */
const CRC_TABLE: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

function crcOf(crc: number, bytes: Bytes): number {
  let out = crc;
  for (let i = 0; i < bytes.length; i++) out = (out >>> 8) ^ (CRC_TABLE[(out ^ bytes.charCodeAt(i)) & 0xff] as number); // 256 entries
  return out;
}
