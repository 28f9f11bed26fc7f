/** How many bytes fields take on the wire: what {@link file://../../base/protobuf.ts} would write, without writing it. */
import { type Bytes, type Id64, ZERO_ID } from '../../base/index.ts';

/** A number; nothing for 0, ten bytes for a negative one. */
export function numberSize(field: number, value: number): number {
  return value === 0 ? 0 : tagSize(field) + varintSize(value);
}

export function idSize(field: number, id: Id64): number {
  return id === ZERO_ID ? 0 : tagSize(field) + id64Size(id);
}

export function flagSize(field: number, value: boolean): number {
  return value ? tagSize(field) + 1 : 0;
}

/** Bytes, or a text that is ASCII; nothing for none. */
export function bytesSize(field: number, value: Bytes): number {
  return value === '' ? 0 : messageSize(field, value.length);
}

/** Each of several, empty ones as well. */
export function eachSize<T>(field: number, items: readonly T[], sizeOf: (item: T) => number): number {
  let size = 0;
  for (const item of items) size += messageSize(field, sizeOf(item));
  return size;
}

/** A nested message of that size, even if it is empty. */
export function messageSize(field: number, size: number): number {
  return tagSize(field) + varintSize(size) + size;
}

/** Bytes of a varint. */
export function varintSize(value: number): number {
  if (value < 0) return 10;
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Bytes of the varint of an id. */
export function id64Size(id: Id64): number {
  const high = Number.parseInt(id.slice(0, 8), 16);
  if (high === 0) return varintSize(Number.parseInt(id.slice(8), 16));
  return Math.ceil((64 - Math.clz32(high)) / 7);
}

function tagSize(field: number): number {
  return field < 16 ? 1 : 2;
}
