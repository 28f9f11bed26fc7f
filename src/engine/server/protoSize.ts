/** How many bytes fields take on the wire: what {@link file://../../base/protobuf.ts} would write, without writing it. */
import { type Bytes, type Id64, varint64Size, varintSize, ZERO_ID } from '../../base/index.ts';

/** A number; nothing for 0, ten bytes for a negative one. */
export function numberSize(field: number, value: number): number {
  return value === 0 ? 0 : tagSize(field) + varintSize(value);
}

export function idSize(field: number, id: Id64): number {
  return id === ZERO_ID ? 0 : tagSize(field) + varint64Size(id);
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

function tagSize(field: number): number {
  return field < 16 ? 1 : 2;
}
