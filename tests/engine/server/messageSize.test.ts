/** Sizes of the API's messages: as our own encoders write them, and as a real etcd 3.6.14 has told them in its `request stats`. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Id64, toId64 } from '../../../src/base/index.ts';
import type { PrintedResponse } from '../../../src/console/printed.ts';
import { printProtobuf } from '../../../src/console/printProtobuf.ts';
import type { KeyValue, ResponseHeader, TxnOperationResponse } from '../../../src/engine/server/index.ts';
import { headerOnlySize, operationSize, requestSize, responseSize } from '../../../src/engine/server/messageSize.ts';
import { encodeDeleteRange, encodePut, encodeTxn } from '../../../src/engine/server/operationCodec.ts';
import { del, get, put } from './cluster.ts';

const HEADER: ResponseHeader = {
  clusterId: toId64(16093773063307364880n),
  memberId: toId64(7254984457005631914n),
  revision: 5,
  raftTerm: 2,
};

test("as a real etcd's log has them", () => {
  expect(requestSize(put('a', '1'))).toBe(6);
  expect(requestSize(put('x', '', { ignoreValue: true }))).toBe(5);
  expect(requestSize(put('la', '1', { lease: '09aaa2112d053e08' as Id64 }))).toBe(17);
  expect(requestSize(put('k10', 'x'.repeat(2000)))).toBe(2008);
  expect(requestSize(get('a', { revision: 99 }))).toBe(5);
  expect(requestSize({ ...del('foo'), prevKv: true })).toBe(7);
  const failure = [put('w', 'w\xc3\xa9\t', { prevKv: true }), { ...del('a', 'b'), prevKv: true }];
  expect(failure.reduce((sum, operation) => sum + operationSize(operation), 0)).toBe(23);
  expect(responseSize({ type: 'put', header: HEADER, prevKv: undefined })).toBe(27);
  expect(responseSize({ type: 'range', header: HEADER, kvs: [], more: false, count: 0 })).toBe(27);
  expect(headerOnlySize(HEADER)).toBe(27);
  const pair = { key: 'p', createRevision: 67, modRevision: 67, version: 1, value: '1', lease: toId64(0) };
  expect(responseSize({ type: 'range', header: HEADER, kvs: [pair], more: false, count: 1 })).toBe(43);
  // As it comes from the store: `range_response_count:1 size:22` is what spec/etcd.md 8.4 has seen of a longer one.
  expect(responseSize({ type: 'range', header: HEADER, kvs: [pair], more: false, count: 1 }, false)).toBe(20);
});

const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 300 }).map((codes) => String.fromCharCode(...codes));
const id = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 300n })).map(toId64);
const count = fc.oneof(fc.nat(), fc.nat(200), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));
const header = fc.record({ clusterId: id, memberId: id, revision: count, raftTerm: count });
const pair: fc.Arbitrary<KeyValue> = fc.record({
  key: bytes,
  createRevision: count,
  modRevision: count,
  version: count,
  value: bytes,
  lease: id,
});
const pairs = fc.array(pair, { maxLength: 4 });
const single: fc.Arbitrary<TxnOperationResponse> = fc.oneof(
  fc.record({ type: fc.constant('range' as const), header, kvs: pairs, more: fc.boolean(), count }),
  fc.record({ type: fc.constant('put' as const), header, prevKv: fc.option(pair, { nil: undefined }) }),
  fc.record({ type: fc.constant('deleteRange' as const), header, deleted: count, prevKvs: pairs }),
);
const response: fc.Arbitrary<PrintedResponse> = fc.oneof(
  single,
  fc.record({
    type: fc.constant('alarm' as const),
    header,
    alarms: fc.array(fc.record({ memberId: id, alarm: fc.constantFrom('nospace' as const, 'corrupt' as const) }), { maxLength: 3 }),
  }),
  fc.record({ type: fc.constant('authUserList' as const), header, users: fc.array(bytes, { maxLength: 3 }) }),
  fc.record({ type: fc.constant('authStatus' as const), header, enabled: fc.boolean(), authRevision: count }),
);

test('as many bytes as there are in what is written', () => {
  fc.assert(
    fc.property(response, (drawn) => {
      expect(responseSize(drawn)).toBe(printProtobuf(drawn).length);
    }),
    { numRuns: 500, seed: 1 },
  );
  const txn = {
    type: 'txn' as const,
    compare: [],
    success: [put('a', 'b'.repeat(200)), get('q', { limit: 3 })],
    failure: [del('x', 'y')],
  };
  const nested = { ...txn, success: [...txn.success, txn] };
  expect(requestSize(nested)).toBe(encodeTxn(nested).length);
  expect(requestSize(txn.success[0] ?? txn)).toBe(encodePut(put('a', 'b'.repeat(200))).length);
  expect(requestSize(del('x', 'y'))).toBe(encodeDeleteRange(del('x', 'y')).length);
});
