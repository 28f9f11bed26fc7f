/** Transactions through a member: spec/etcd.md 1.6, and traps 2, 5, 6 and 7 of 14. */
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { toId64 } from '../../../src/base/index.ts';
import type { Compare, TxnOperation, TxnRequest, TxnResponse } from '../../../src/engine/server/index.ts';
import {
  ask,
  type Cluster,
  call,
  del,
  get,
  isolate,
  ledCluster,
  memberOf,
  must,
  outcomeOf,
  pass,
  put,
  valuesAt,
} from './cluster.ts';

let cluster: Cluster;
beforeEach(() => {
  cluster = ledCluster(1);
});

const version = (key: string, number: number, more: Partial<Compare> = {}): Compare =>
  ({ key, rangeEnd: '', result: 'equal', target: 'version', version: number, ...more }) as Compare;

const txn = (compare: readonly Compare[], success: readonly TxnOperation[], failure: readonly TxnOperation[] = []): TxnRequest => ({
  type: 'txn',
  compare,
  success,
  failure,
});

const run = (request: TxnRequest): TxnResponse => must(call(cluster, 1, request), 'txn');
const revision = () => memberOf(cluster, 1).kv.revision;

test('the branch that is taken is done in one revision, and reads see what was written before them', () => {
  call(cluster, 1, put('a', '1'));
  const done = run(txn([version('a', 1)], [get('b'), put('b', 'x'), get('b'), del('a'), get('a')], [put('c', 'no')]));
  expect(done.succeeded).toBe(true);
  expect(done.header.revision).toBe(3);
  expect(done.responses.map(({ header }) => header.revision)).toEqual([2, 3, 3, 3, 3]);
  expect(done.responses.map(({ header }) => header.memberId)).toEqual(Array(5).fill('0000000000000000'));
  const reads = done.responses.filter((response) => response.type === 'range');
  expect(reads.map(({ kvs }) => kvs.map(({ value }) => value))).toEqual([[], ['x'], []]);
  expect(valuesAt(cluster, 1)).toEqual({ b: 'x' });
});

test('a branch without a change leaves the revision as it is', () => {
  call(cluster, 1, put('a', '1'));
  expect(run(txn([version('a', 9)], [put('x', '1')])).header.revision).toBe(2);
  expect(run(txn([], [del('nothing'), put('x', '1')].slice(0, 1))).header.revision).toBe(2);
  expect(revision()).toBe(2);
});

test('conditions, also those of nested transactions, are looked at before anything is done', () => {
  const nested = txn([version('a', 0)], [put('n', 'then')], [put('n', 'else')]);
  const done = run(txn([], [put('a', '1'), nested]));
  expect(valuesAt(cluster, 1)).toEqual({ a: '1', n: 'then' });
  const inner = done.responses[1];
  expect(inner?.type === 'txn' && inner.succeeded && inner.header.revision === 0).toBe(true);
});

test('all conditions have to hold, and none is true', () => {
  const branch = (...conditions: readonly Compare[]) => run(txn(conditions, [get('a')])).succeeded;
  const { version: made = 0 } = must(call(cluster, 1, get('a')), 'range').kvs[0] ?? {};
  const [yes, no] = [version('a', made), version('a', made + 1)];
  expect([branch(), branch(yes, yes), branch(yes, no), branch(no, yes)]).toEqual([true, true, false, false]);
});

test('a value compared with an absent key is never right', () => {
  const value = (result: Compare['result']): Compare => ({ key: 'no', rangeEnd: '', target: 'value', value: 'x', result });
  for (const result of ['equal', 'notEqual', 'less', 'greater'] as const)
    expect(run(txn([value(result)], [])).succeeded).toBe(false);
});

test('a lease can be compared', () => {
  call(cluster, 1, { type: 'leaseGrant', id: toId64(77), ttl: 60 });
  call(cluster, 1, put('l', 'v', { lease: toId64(77) }));
  const lease = (id: number): Compare => ({ key: 'l', rangeEnd: '', target: 'lease', lease: toId64(id), result: 'equal' });
  expect(run(txn([lease(77)], [])).succeeded).toBe(true);
  expect(run(txn([lease(78)], [])).succeeded).toBe(false);
});

test('what is wrong on its face is refused before consensus, and does not reach the log', () => {
  const index = memberOf(cluster, 1).raft.log.committed;
  const many = Array.from({ length: 129 }, (_, i) => put(`k${i}`, ''));
  expect(call(cluster, 1, txn([], many))).toBe('tooManyOperations');
  expect(call(cluster, 1, txn([], many.slice(0, 100), []))).not.toBe('tooManyOperations');
  // A nested level gets what the longest list above it leaves.
  const inner = txn([], many.slice(0, 28));
  expect(call(cluster, 1, txn([], [...many.slice(28, 128), inner].slice(-100)))).not.toBe('tooManyOperations');
  expect(call(cluster, 1, txn([], [...many.slice(28, 128), inner]))).toBe('tooManyOperations');
  expect(call(cluster, 1, txn([version('', 1)], []))).toBe('emptyKey');
  expect(call(cluster, 1, txn([], [get('')]))).toBe('emptyKey');
  expect(call(cluster, 1, txn([], [], [del('')]))).toBe('emptyKey');
  expect(call(cluster, 1, txn([], [{ type: 'empty' }]))).toBe('keyNotFound');
  expect(call(cluster, 1, txn([], [put('a', 'v', { ignoreValue: true })]))).toBe('valueProvided');
  expect(memberOf(cluster, 1).raft.log.committed).toBe(index + 2);
});

test.each([
  ['two puts', [put('a', '1'), put('a', '2')], true],
  ['a put and a delete of it', [put('a', '1'), del('a')], true],
  ['a delete and a put in its range', [del('a', 'c'), put('b', '1')], true],
  ['a put behind the range', [del('a', 'b'), put('b', '1')], false],
  ['a put in a range with an open end, which the check does not see', [put('z', '1'), del('a', '\0')], false],
  ['two deletes', [del('a', 'c'), del('b')], false],
  ['then and else of one nested', [txn([], [put('a', '1')], [put('a', '2')])], false],
  ['a put beside a nested one', [txn([], [put('a', '1')]), put('a', '2')], true],
  ['a delete beside a nested put', [del('a'), txn([], [], [put('a', '1')])], true],
  ['two nested ones', [txn([], [put('a', '1')]), txn([], [put('a', '2')])], true],
  ['a nested delete after a nested put', [txn([], [put('a', '1')]), txn([], [del('a')])], false],
  ['a nested put after a nested delete', [txn([], [del('a')]), txn([], [put('a', '1')])], true],
  ['a put behind both', [txn([], [txn([], [del('a')])]), put('a', '1')], true],
  ['a delete in the other branch', [txn([], [put('a', '1')], [del('a')])], false],
] as const)('a key must not change twice: %s', (_, operations, isRefused) => {
  expect(call(cluster, 1, txn([], operations)) === 'duplicateKey').toBe(isRefused);
  expect(call(cluster, 1, txn([version('no', 5)], [], operations)) === 'duplicateKey').toBe(isRefused);
});

test('the taken branch is checked again when it is applied, and fails as a whole', () => {
  call(cluster, 1, put('a', '1'));
  call(cluster, 1, put('a', '2'));
  call(cluster, 1, { type: 'compaction', revision: 3, physical: false });
  const bad: readonly (readonly [TxnOperation, string])[] = [
    [get('a', { revision: 2 }), 'compacted'],
    [get('a', { revision: 99 }), 'futureRevision'],
    [put('y', '1', { lease: toId64(5) }), 'leaseNotFound'],
    [put('y', '', { ignoreValue: true }), 'keyNotFound'],
    [put('y', '1', { ignoreLease: true }), 'keyNotFound'],
  ];
  for (const [operation, code] of bad) {
    expect(call(cluster, 1, txn([], [put('x', '1'), operation]))).toBe(code);
    // In the other branch it does not matter.
    expect(run(txn([], [get('a')], [put('x', '1'), operation])).succeeded).toBe(true);
  }
  expect(valuesAt(cluster, 1)).toEqual({ a: '2' });
  expect(revision()).toBe(3);
});

test('a transaction that only reads takes no place in the log; a nested one does', () => {
  const { raft } = memberOf(cluster, 1);
  const before = raft.log.committed;
  expect(run(txn([version('a', 0)], [get('a')], [get('b')])).succeeded).toBe(true);
  expect(raft.log.committed).toBe(before);
  run(txn([], [txn([], [get('a')])]));
  expect(raft.log.committed).toBe(before + 1);
});

test('without a quorum a read-only transaction waits for its round, and a serializable one does not', () => {
  const three = ledCluster(3);
  call(three, 1, put('a', '1'));
  isolate(three, 2);
  const serial = txn([], [get('a', { serializable: true })]);
  expect(must(call(three, 2, serial), 'txn').responses).toHaveLength(1);
  const first = ask(three, 2, txn([], [get('a')]));
  pass(three, 3_000_000);
  // A round is under way: this one waits for its end, and then for its own.
  const second = ask(three, 2, txn([], [get('a')]));
  pass(three, 3_900_000);
  expect(outcomeOf(three, first)).toBeUndefined();
  pass(three, 200_000);
  expect(outcomeOf(three, first)).toBe('timeout');
  pass(three, 6_800_000);
  expect(outcomeOf(three, second)).toBeUndefined();
  pass(three, 200_000);
  expect(outcomeOf(three, second)).toBe('timeout');
});

test('random transactions of puts and deletes never change a key twice, and members agree', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const operation: fc.Arbitrary<TxnOperation> = fc.letrec<{ one: TxnOperation }>((tie) => ({
    one: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      key.map((k) => put(k, k)),
      fc.tuple(key, fc.constantFrom('', 'c', '\0')).map(([k, end]) => del(k, end)),
      key.map((k) => get(k)),
      fc
        .tuple(key, fc.array(tie('one'), { maxLength: 2 }), fc.array(tie('one'), { maxLength: 2 }))
        .map(([k, then, otherwise]) => txn([version(k, 0)], then, otherwise)),
    ),
  })).one;
  const three = ledCluster(3);
  let done = 0;
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 4 }), (operations) => {
      const before = memberOf(three, 1).kv.revision;
      const outcome = call(three, 2, txn([], operations)); // the store itself asserts that a key changes once
      if (outcome === 'duplicateKey') return;
      done++;
      expect(must(outcome, 'txn').responses).toHaveLength(operations.length);
      expect(memberOf(three, 1).kv.revision - before).toBeLessThanOrEqual(1);
      pass(three, 100_000);
      expect(valuesAt(three, 3)).toEqual(valuesAt(three, 1));
    }),
    { numRuns: 300, seed: 4 },
  );
  expect(done).toBeGreaterThan(100);
});
