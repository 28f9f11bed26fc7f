import { assert } from '../../base/index.ts';
import { RaftPanic } from './panic.ts';
import type { LogIndex } from './types.ts';

/**
 * A window of appends under way to one follower, oldest first: a ring of (last index, payload bytes) that grows by doubling
 * up to `size`. The byte limit is soft: the append that passes it is still sent. etcd-io/raft:tracker/inflights.go.
 */
export interface Inflights {
  /** Capacity in messages. */
  readonly size: number;
  /** Capacity in bytes; Infinity = no limit. */
  readonly maxBytes: number;
  start: number;
  count: number;
  bytes: number;
  indexes: LogIndex[];
  sizes: number[];
}

/** @param maxBytes 0 or Infinity: no limit */
export function createInflights(size: number, maxBytes: number): Inflights {
  const limit = maxBytes === 0 ? Number.POSITIVE_INFINITY : maxBytes;
  return { size, maxBytes: limit, start: 0, count: 0, bytes: 0, indexes: [], sizes: [] };
}

export function cloneInflights(inflights: Inflights): Inflights {
  return { ...inflights, indexes: inflights.indexes.slice(), sizes: inflights.sizes.slice() };
}

export function inflightsFull(inflights: Inflights): boolean {
  return inflights.count === inflights.size || inflights.bytes >= inflights.maxBytes;
}

/** Adds an append whose last entry is `index`. A bug if the window is full. */
export function addInflight(inflights: Inflights, index: LogIndex, bytes: number): void {
  if (inflightsFull(inflights)) throw new RaftPanic('cannot add into a Full inflights');
  if (inflights.count === inflights.indexes.length) grow(inflights);
  const capacity = inflights.indexes.length;
  const end = inflights.start + inflights.count;
  const slot = end >= capacity ? end - capacity : end;
  inflights.indexes[slot] = index;
  inflights.sizes[slot] = bytes;
  inflights.count++;
  inflights.bytes += bytes;
}

/** Forgets all appends up to and including `index`; they come in order, so an acknowledgement covers those before it. */
export function freeInflightsTo(inflights: Inflights, index: LogIndex): void {
  const capacity = inflights.indexes.length;
  while (inflights.count > 0 && (inflights.indexes[inflights.start] as LogIndex) <= index) {
    inflights.bytes -= inflights.sizes[inflights.start] as number; // start is a used slot while count > 0
    inflights.start = inflights.start + 1 === capacity ? 0 : inflights.start + 1;
    inflights.count--;
  }
  if (inflights.count === 0) inflights.start = 0;
}

export function resetInflights(inflights: Inflights): void {
  inflights.start = 0;
  inflights.count = 0;
  inflights.bytes = 0;
}

function grow(inflights: Inflights): void {
  const capacity = Math.min(inflights.size, Math.max(1, inflights.indexes.length * 2));
  assert(capacity > inflights.count, 'a window that is not full can grow', { capacity, count: inflights.count });
  const indexes = new Array<LogIndex>(capacity).fill(0);
  const sizes = new Array<number>(capacity).fill(0);
  for (let i = 0; i < inflights.count; i++) {
    const slot = (inflights.start + i) % inflights.indexes.length;
    indexes[i] = inflights.indexes[slot] as LogIndex; // slot < length
    sizes[i] = inflights.sizes[slot] as number;
  }
  inflights.start = 0;
  inflights.indexes = indexes;
  inflights.sizes = sizes;
}
