import { assert } from './assert.ts';

const CHUNK_SIZE = 256;

/**
 * A long list of immutable items that is cheap to copy: a copy shares all chunks and copies only the spine, so that a
 * checkpoint of a log costs one slot for 256 items. Items can be added and cut off at the end, and dropped from the front.
 */
export interface Chunks<T> {
  /** Position of the first item that is still there; items dropped before it keep their positions. */
  start: number;
  /** One past the position of the last item. */
  end: number;
  /** chunks[i] holds the positions (firstChunk + i) · 256 … + 255. */
  chunks: T[][];
  firstChunk: number;
  /** Chunks below this number (absolute) may be shared with a copy: they are replaced, never changed. */
  ownedFrom: number;
}

/** An empty list whose first item will stand at position `start`. */
export function createChunks<T>(start = 0): Chunks<T> {
  const chunk = Math.floor(start / CHUNK_SIZE);
  return { start, end: start, chunks: [], firstChunk: chunk, ownedFrom: chunk };
}

/** The item at `position`, or undefined outside [start, end). */
export function chunkAt<T>(list: Chunks<T>, position: number): T | undefined {
  if (position < list.start || position >= list.end) return undefined;
  return list.chunks[Math.floor(position / CHUNK_SIZE) - list.firstChunk]?.[position % CHUNK_SIZE];
}

/** Adds one item at the end. */
export function chunkPush<T>(list: Chunks<T>, item: T): void {
  const number = Math.floor(list.end / CHUNK_SIZE);
  const slot = number - list.firstChunk;
  const chunk = list.chunks[slot];
  if (chunk === undefined) {
    const fresh: T[] = new Array<T>(list.end % CHUNK_SIZE); // holes only below `start`
    fresh.push(item);
    list.chunks.push(fresh);
  } else if (number < list.ownedFrom) {
    const copy = chunk.slice(0, list.end % CHUNK_SIZE);
    copy.push(item);
    list.chunks[slot] = copy;
    list.ownedFrom = number;
  } else {
    const length = list.end % CHUNK_SIZE;
    if (chunk.length !== length) chunk.length = length; // what was cut off
    chunk.push(item);
  }
  list.end++;
}

/** Cuts off everything at `end` and after; `end` is at least `start`. */
export function chunkTruncate<T>(list: Chunks<T>, end: number): void {
  assert(end >= list.start && end <= list.end, 'a list is cut inside itself', { start: list.start, end: list.end, at: end });
  const keep = Math.max(0, Math.ceil(end / CHUNK_SIZE) - list.firstChunk);
  if (list.chunks.length > keep) list.chunks.length = keep;
  list.end = end;
  // A shared last chunk is copied at the next push, which looks at `end` and not at the chunk's length.
}

/** Drops everything before `start`. */
export function chunkDrop<T>(list: Chunks<T>, start: number): void {
  assert(start >= list.start && start <= list.end, 'a list is dropped inside itself', {
    start: list.start,
    end: list.end,
    at: start,
  });
  const first = Math.floor(start / CHUNK_SIZE);
  if (first > list.firstChunk) {
    list.chunks = list.chunks.slice(first - list.firstChunk);
    list.firstChunk = first;
    list.ownedFrom = Math.max(list.ownedFrom, first);
  }
  list.start = start;
}

/** Items in [from, to) as a fresh array. */
export function chunkSlice<T>(list: Chunks<T>, from: number, to: number): T[] {
  assert(from >= list.start && to <= list.end && from <= to, 'a slice lies inside its list', {
    start: list.start,
    end: list.end,
    from,
    to,
  });
  const out: T[] = [];
  for (let position = from; position < to; ) {
    const offset = position % CHUNK_SIZE;
    const chunk = list.chunks[Math.floor(position / CHUNK_SIZE) - list.firstChunk] as T[]; // inside [start, end)
    const stop = Math.min(CHUNK_SIZE, offset + to - position);
    for (let i = offset; i < stop; i++) out.push(chunk[i] as T); // filled up to `end`
    position += stop - offset;
  }
  return out;
}

/** A copy that shares every chunk: from now on both sides replace what they change. */
export function cloneChunks<T>(list: Chunks<T>): Chunks<T> {
  const shared = Math.ceil(list.end / CHUNK_SIZE);
  list.ownedFrom = Math.max(list.ownedFrom, shared);
  return { start: list.start, end: list.end, chunks: list.chunks.slice(), firstChunk: list.firstChunk, ownedFrom: list.ownedFrom };
}
