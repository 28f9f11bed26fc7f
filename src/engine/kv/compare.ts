import { assert, byNumber, byText, type Id64, unreachable, ZERO_ID } from '../../base/index.ts';
import { PLAIN_RANGE, rangeAt } from './range.ts';
import type { Kv } from './state.ts';
import { getKey } from './store.ts';
import type { Compare, CompareResult, KeyValue } from './types.ts';

/**
 * Does one condition of a transaction hold now? Every key of a range must satisfy it, and a range without keys counts as
 * one absent key. An absent key has zero everywhere, but no value: a comparison with that is false whatever it asks.
 * `spec/etcd.md` 1.6.
 *
 * @see etcd-io/etcd:server/etcdserver/txn/txn.go
 */
export function compareHolds(kv: Kv, compare: Compare): boolean {
  assert(!kv.isWriting, 'conditions are evaluated before the transaction begins');
  if (compare.rangeEnd === '') return pairHolds(compare, getKey(kv, compare.key));
  const read = rangeAt(kv, { key: compare.key, rangeEnd: compare.rangeEnd, ...PLAIN_RANGE }, kv.revision);
  assert(read.ok, 'the present can always be read');
  const pairs = read.value.kvs;
  return pairs.length === 0 ? pairHolds(compare, undefined) : pairs.every((pair) => pairHolds(compare, pair));
}

function pairHolds(compare: Compare, pair: KeyValue | undefined): boolean {
  switch (compare.target) {
    case 'version':
      return isResult(compare.result, byNumber(pair?.version ?? 0, compare.version));
    case 'create':
      return isResult(compare.result, byNumber(pair?.createRevision ?? 0, compare.createRevision));
    case 'mod':
      return isResult(compare.result, byNumber(pair?.modRevision ?? 0, compare.modRevision));
    case 'value':
      return pair !== undefined && isResult(compare.result, byText(pair.value, compare.value));
    case 'lease':
      return isResult(compare.result, byLease(pair?.lease ?? ZERO_ID, compare.lease));
    default:
      return unreachable(compare);
  }
}

function isResult(wanted: CompareResult, order: number): boolean {
  switch (wanted) {
    case 'equal':
      return order === 0;
    case 'greater':
      return order > 0;
    case 'less':
      return order < 0;
    case 'notEqual':
      return order !== 0;
    default:
      return unreachable(wanted);
  }
}

/** etcd compares lease ids as signed numbers: an id from 8000000000000000 on is negative. */
function byLease(a: Id64, b: Id64): number {
  const isNegative = a >= '8';
  return isNegative === b >= '8' ? byText(a, b) : isNegative ? -1 : 1;
}
