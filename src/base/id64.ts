import { assert } from './assert.ts';
import type { Brand } from './brand.ts';

/** A 64-bit id as 16 lower-case hex digits, zero-padded: the order of the strings is the order of the ids. */
export type Id64 = Brand<string, 'Id64'>;

/** The id that means "nobody". */
export const ZERO_ID = '0000000000000000' as Id64; // 16 hex digits

/** @param value 0 … 2^64 - 1 */
export function toId64(value: bigint | number): Id64 {
  const big = BigInt(value);
  assert(big >= 0n && big < 1n << 64n, 'a 64-bit id fits into 64 bits', { value: big });
  return intern(big.toString(16).padStart(16, '0')) as Id64; // padded to 16 hex digits
}

/** Hex without padding, as etcd prints ids. */
export function formatHex(id: Id64): string {
  let start = 0;
  while (start < 15 && id.charCodeAt(start) === 48) start++;
  return id.slice(start);
}

/** Decimal, as etcd's JSON and fields writers print ids. */
export function formatDecimal(id: Id64): string {
  return BigInt(`0x${id}`).toString();
}

/**
 * The same text as the name of a property: of those there is only one of each text, so that two are told apart by their addresses. The
 * engine compares ids several times in every step, and was a seventh slower with others.
 */
function intern(text: string): string {
  return Object.keys({ [text]: 0 })[0] ?? text;
}
