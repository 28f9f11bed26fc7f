/**
 * Protocol buffers' wire format (protobuf.dev, "Encoding"): just the parts that etcd's messages use. A field that is zero or
 * empty is left out, as proto3 does.
 */
import { assert } from './assert.ts';
import type { Bytes } from './bytes.ts';
import { type Id64, toId64, ZERO_ID } from './id64.ts';

/** A field with a non-negative safe integer or a 64-bit id. Nothing for 0. */
export function varintField(field: number, value: number | Id64): Bytes {
  if (value === 0 || value === ZERO_ID) return '';
  return varint(field * 8) + (typeof value === 'number' ? varint(value) : varint64(value));
}

/** A field with a boolean. Nothing for false. */
export function boolField(field: number, value: boolean): Bytes {
  return value ? `${varint(field * 8)}\x01` : '';
}

/** A field with bytes, a UTF-8 text or a nested message. Nothing for no bytes. */
export function bytesField(field: number, value: Bytes): Bytes {
  return value === '' ? '' : messageField(field, value);
}

/** As {@link bytesField}, but there even when it is empty: a nested message that is set. */
export function messageField(field: number, value: Bytes): Bytes {
  // What is written by one member is read by all: nothing but bytes may get into it.
  assert(typeof value === 'string', 'a field of bytes has bytes', { field });
  return varint(field * 8 + 2) + varint(value.length) + value;
}

/** One field as it was read. */
export interface ProtobufField {
  readonly field: number;
  /** Set for a length-delimited field. */
  readonly bytes: Bytes;
  /** Set for a varint; exact up to 2^53. */
  readonly value: number;
  /** The same varint as 64 bits. */
  readonly id: Id64;
}

/** All fields of a message in their order. Throws on bytes that are not a message: only our own encoders write what is read here. */
export function readFields(message: Bytes): ProtobufField[] {
  const fields: ProtobufField[] = [];
  let at = 0;
  const readVarint = (): { low: number; high: number } => {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      assert(at < message.length, 'a varint ends inside its message', { at });
      const byte = message.charCodeAt(at++);
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= (bits & 15) << 28;
        high |= bits >> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) break;
    }
    return { low: low >>> 0, high: high >>> 0 };
  };
  while (at < message.length) {
    const tag = readVarint().low;
    const wire = tag & 7;
    assert(wire === 0 || wire === 2, 'only varints and bytes are used', { wire, at });
    const { low, high } = readVarint();
    if (wire === 2) {
      assert(at + low <= message.length, 'bytes end inside their message', { at, length: low });
      fields.push({ field: tag >>> 3, bytes: message.slice(at, at + low), value: 0, id: ZERO_ID });
      at += low;
    } else {
      const id = high === 0 ? toId64(low) : ((hex8(high) + hex8(low)) as Id64); // two halves of 8 hex digits
      fields.push({ field: tag >>> 3, bytes: '', value: high * 0x1_0000_0000 + low, id });
    }
  }
  return fields;
}

/** How many bytes a varint takes; a negative number, which goes as its 64-bit complement, takes ten. */
export function varintSize(value: number): number {
  if (value < 0) return 10;
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** The same of 64 bits. */
export function varint64Size(id: Id64): number {
  const high = Number.parseInt(id.slice(0, 8), 16);
  if (high === 0) return varintSize(Number.parseInt(id.slice(8), 16));
  return Math.ceil((64 - Math.clz32(high)) / 7);
}

function hex8(word: number): string {
  return word.toString(16).padStart(8, '0');
}

function varint(value: number): Bytes {
  let rest = value;
  let out = '';
  while (rest >= 0x80) {
    out += String.fromCharCode((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return out + String.fromCharCode(rest);
}

function varint64(id: Id64): Bytes {
  let high = Number.parseInt(id.slice(0, 8), 16);
  let low = Number.parseInt(id.slice(8), 16);
  let out = '';
  while (high > 0 || low >= 0x80) {
    out += String.fromCharCode((low & 0x7f) | 0x80);
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  return out + String.fromCharCode(low);
}
