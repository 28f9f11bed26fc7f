import { type Bytes, varintSize } from '../../base/index.ts';
import type { Entry, EntryType, LogIndex, Term } from './types.ts';

/**
 * One slot of the log with its encoded size counted. etcd leaves the type out of an ordinary entry but writes it on the empty
 * one that stands in for a refused conf change.
 *
 * @param writesType whether the encoding has a type field; by default for conf changes only
 */
export function makeEntry(
  term: Term,
  index: LogIndex,
  type: EntryType,
  data: Bytes | undefined,
  writesType: boolean = type !== 'EntryNormal',
): Entry {
  const size =
    (writesType ? 2 : 0) +
    1 +
    varintSize(term) +
    1 +
    varintSize(index) +
    (data === undefined ? 0 : 1 + varintSize(data.length) + data.length);
  return { term, index, type, data, encodedSize: size };
}

/** Payload bytes: what the uncommitted quota and the in-flight bytes count. */
export function payloadSize(entries: readonly Entry[]): number {
  let size = 0;
  for (let i = 0; i < entries.length; i++) size += (entries[i] as Entry).data?.length ?? 0; // i < length
  return size;
}

/** Encoded bytes of all entries: what limits of messages and of applying count. */
export function encodedSize(entries: readonly Entry[]): number {
  let size = 0;
  for (let i = 0; i < entries.length; i++) size += (entries[i] as Entry).encodedSize; // i < length
  return size;
}

/** How many entries fit into `maxSize` encoded bytes; at least one if there is any. etcd-io/raft:util.go (limitSize). */
export function countWithin(entries: readonly Entry[], maxSize: number): number {
  if (maxSize === Number.POSITIVE_INFINITY) return entries.length;
  let size = 0;
  for (let i = 0; i < entries.length; i++) {
    size += (entries[i] as Entry).encodedSize; // i < length
    if (size > maxSize && i > 0) return i;
  }
  return entries.length;
}
