import type { Bytes } from '../../base/index.ts';
import type { LogIndex, MemberId, Message } from './types.ts';

/**
 * Reads that wait for a quorum to confirm the leader. A read is a position: reads ever confirmed, then those that wait. A
 * heartbeat carries the last position; who answers it confirms every read up to there.
 */
export interface ReadTracker {
  confirmed: number;
  unconfirmed: { readonly request: Message; readonly index: LogIndex }[];
  /** The highest position that each peer has answered. */
  acks: Map<MemberId, number>;
}

export function createReadTracker(): ReadTracker {
  return { confirmed: 0, unconfirmed: [], acks: new Map() };
}

export function cloneReadTracker(reads: ReadTracker): ReadTracker {
  return { confirmed: reads.confirmed, unconfirmed: reads.unconfirmed.slice(), acks: new Map(reads.acks) };
}

/** A position as 8 bytes, little-endian. */
export function encodePosition(position: number): Bytes {
  let out = '';
  for (let i = 0, rest = position; i < 8; i++, rest = Math.floor(rest / 256)) out += String.fromCharCode(rest % 256);
  return out;
}

export function decodePosition(context: Bytes): number {
  let position = 0;
  for (let i = 7; i >= 0; i--) position = position * 256 + (context.charCodeAt(i) || 0);
  return position;
}
