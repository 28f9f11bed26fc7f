import type { Bytes } from '../../base/index.ts';
import type { KeyRange } from './types.ts';

/** A range with its first key and the first key behind it, or undefined for "no end". */
export interface KeyInterval {
  readonly start: Bytes;
  readonly end: Bytes | undefined;
}

/** Exactly one key has as its end the next key in byte order. */
export function intervalOf(range: KeyRange): KeyInterval {
  if (range.rangeEnd === '') return { start: range.key, end: `${range.key}\0` };
  return { start: range.key, end: range.rangeEnd === '\0' ? undefined : range.rangeEnd };
}
