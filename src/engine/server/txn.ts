/**
 * Transactions: what is refused before and after consensus, and what is done (`spec/etcd.md` 1.6;
 * etcd-io/etcd:server/etcdserver/api/v3rpc/key.go and server/etcdserver/txn/txn.go).
 */
import { assert, type Bytes, fail, ok, type Result, unreachable, ZERO_ID } from '../../base/index.ts';
import {
  beginWrite,
  checkRevision,
  compareHolds,
  type DeleteResult,
  endWrite,
  getKey,
  type Kv,
  type KvWrite,
  type PutError,
  type PutResult,
  range,
  writeDelete,
  writePut,
  writeRange,
  writeRevision,
} from '../kv/index.ts';
import type {
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  ResponseHeader,
  TxnOperation,
  TxnOperationResponse,
  TxnRequest,
  TxnResponse,
} from './api.ts';
import type { StateMachine } from './applied.ts';
import { type Counters, countUse, createUse, type StoreUse } from './counters.ts';
import type { ApiErrorCode } from './errors.ts';
import { moveKey } from './leases.ts';

/** etcd: --max-txn-ops, of each list. */
const MAX_OPERATIONS = 128;

/** What is wrong with a transaction on its face. */
export function checkTxnRequest(txn: TxnRequest): ApiErrorCode | undefined {
  return checkLists(txn, MAX_OPERATIONS) ?? findDuplicate(txn.success) ?? findDuplicate(txn.failure);
}

/** What is wrong with a put on its face. */
export function checkPutRequest(request: PutRequest): ApiErrorCode | undefined {
  if (request.key === '') return 'emptyKey';
  if (request.ignoreValue && request.value !== '') return 'valueProvided';
  if (request.ignoreLease && request.lease !== ZERO_ID) return 'leaseProvided';
  return undefined;
}

/** Nothing but plain reads in both branches: no log is needed. A nested transaction counts as a write. */
export function isReadOnly({ success, failure }: TxnRequest): boolean {
  return success.every(isRange) && failure.every(isRange);
}

/** A read-only transaction that this member may answer by itself. */
export function isSerializable({ success, failure }: TxnRequest): boolean {
  return [...success, ...failure].every((operation) => operation.type === 'range' && operation.serializable);
}

/** A state machine, and what is counted of its store. */
type Store = StateMachine & { readonly counters: Counters };

/** Executes a read-only transaction. */
export function readTxn(store: Store, txn: TxnRequest, header: ResponseHeader): Result<TxnResponse, ApiErrorCode> {
  const use = createUse();
  const result = readBranch(store.kv, txn, header, use);
  countUse(store.counters, use);
  return result;
}

function readBranch(kv: Kv, txn: TxnRequest, header: ResponseHeader, use: StoreUse): Result<TxnResponse, ApiErrorCode> {
  const succeeded = conditionsHold(kv, txn, use);
  const branch = succeeded ? txn.success : txn.failure;
  const responses: TxnOperationResponse[] = [];
  for (const operation of branch) {
    assert(operation.type === 'range', 'a read-only transaction only reads');
    const result = range(kv, operation);
    if (!result.ok) return fail(result.error.code);
    use.ranges++;
    const { kvs, more, count } = result.value;
    responses.push({ type: 'range', header: innerHeader(header.revision), kvs, more, count });
  }
  return ok({ type: 'txn', header, succeeded, responses });
}

/** Executes a transaction that may write: as a whole or not at all. `headerNow` makes the outer header when it is done. */
export function executeTxn(store: Store, txn: TxnRequest, headerNow: () => ResponseHeader): Result<TxnResponse, ApiErrorCode> {
  // Every condition on the way is evaluated, and every operation on it checked, before anything is changed.
  const look = createUse();
  const path = choosePath(store.kv, txn, look);
  const refusal = checkPath(store, path, look);
  countUse(store.counters, look);
  if (refusal !== undefined) return fail(refusal);
  const responses = inWrite(store, (open) => path.steps.map((step) => executeStep(open, step)));
  return ok({ type: 'txn', header: headerNow(), succeeded: path.succeeded, responses });
}

/** Sets a key, and hangs it on its lease. */
export function executePut(store: Store, request: PutRequest): Result<PutResult, ApiErrorCode> {
  if (lacksLease(store, request)) return fail('leaseNotFound');
  const result = inWrite(store, (open) => putKey(open, request));
  return result.ok ? result : fail(result.error.code);
}

/** Deletes ranges in one revision, and takes their keys off their leases. */
export function executeDeletes(store: Store, requests: readonly Omit<DeleteRangeRequest, 'type'>[]): readonly DeleteResult[] {
  return inWrite(store, (open) => requests.map((request) => deleteKeys(open, request)));
}

/** A write that is open, and what it does. */
interface OpenWrite {
  readonly store: Store;
  readonly write: KvWrite;
  readonly use: StoreUse;
}

function inWrite<T>(store: Store, change: (open: OpenWrite) => T): T {
  const open: OpenWrite = { store, write: beginWrite(store.kv), use: createUse() };
  const result = change(open);
  endWrite(open.write);
  countUse(store.counters, open.use);
  return result;
}

function putKey({ store, write, use }: OpenWrite, request: PutRequest): Result<PutResult, PutError> {
  if (keeps(request) || request.prevKv) use.ranges++;
  const result = writePut(write, request);
  if (!result.ok) return result;
  const { kv, prevKv } = result.value;
  moveKey(store.leases, prevKv, kv);
  use.puts++;
  use.putSize += kv.key.length + kv.value.length;
  return result;
}

function deleteKeys({ store, write, use }: OpenWrite, request: Omit<DeleteRangeRequest, 'type'>): DeleteResult {
  if (request.prevKv) use.ranges++;
  use.deletes++;
  const result = writeDelete(write, request);
  for (const pair of result.prevKvs) moveKey(store.leases, pair, undefined);
  return result;
}

/** Does a put hang its key on a lease that is not there? */
function lacksLease({ leases }: StateMachine, { lease }: PutRequest): boolean {
  return lease !== ZERO_ID && !leases.byId.has(lease);
}

/** Does a put keep something of what was there? */
function keeps({ ignoreValue, ignoreLease }: PutRequest): boolean {
  return ignoreValue || ignoreLease;
}

/** Inside a transaction only the revision is filled in. */
function innerHeader(revision: number): ResponseHeader {
  return { clusterId: ZERO_ID, memberId: ZERO_ID, revision, raftTerm: 0 };
}

function isRange(operation: TxnOperation): boolean {
  return operation.type === 'range';
}

/** Lists that are too long or hold something malformed; a nested level gets what its parent's longest list leaves. */
function checkLists({ compare, success, failure }: TxnRequest, budget: number): ApiErrorCode | undefined {
  const longest = Math.max(compare.length, success.length, failure.length);
  if (longest > budget) return 'tooManyOperations';
  if (compare.some(({ key }) => key === '')) return 'emptyKey';
  for (const operation of [...success, ...failure]) {
    const code = checkOperation(operation, budget - longest);
    if (code !== undefined) return code;
  }
  return undefined;
}

function checkOperation(operation: TxnOperation, budget: number): ApiErrorCode | undefined {
  switch (operation.type) {
    case 'range':
    case 'deleteRange':
      return operation.key === '' ? 'emptyKey' : undefined;
    case 'put':
      return checkPutRequest(operation);
    case 'txn':
      return checkLists(operation, budget);
    case 'empty':
      return 'keyNotFound';
    default:
      return unreachable(operation);
  }
}

/**
 * A key that could be put twice, or be put where it is deleted. What a nested transaction deletes counts for what stands behind
 * it and for the puts of the levels above, not for what it or an earlier one beside it puts: etcd's order of looking.
 */
function findDuplicate(operations: readonly TxnOperation[]): ApiErrorCode | undefined {
  return touchedBy(operations) === undefined ? 'duplicateKey' : undefined;
}

interface Touched {
  readonly puts: ReadonlySet<Bytes>;
  readonly deletes: readonly DeleteRangeRequest[];
}

/** The keys that a branch puts and the ranges that it deletes; undefined if there is a duplicate in it. */
function touchedBy(operations: readonly TxnOperation[]): Touched | undefined {
  const puts = new Set<Bytes>();
  const deletes = operations.filter((operation) => operation.type === 'deleteRange');
  const mayPut = (key: Bytes) => !puts.has(key) && !deletes.some((range) => contains(range, key));
  for (const operation of operations) {
    if (operation.type !== 'txn') continue;
    const then = touchedBy(operation.success);
    const otherwise = touchedBy(operation.failure);
    if (then === undefined || otherwise === undefined) return undefined;
    // Only one of the branches will be taken: both may put the same key.
    const both = new Set([...then.puts, ...otherwise.puts]);
    for (const key of both) if (!mayPut(key)) return undefined;
    for (const key of both) puts.add(key);
    deletes.push(...then.deletes, ...otherwise.deletes);
  }
  for (const operation of operations) {
    if (operation.type !== 'put') continue;
    if (!mayPut(operation.key)) return undefined;
    puts.add(operation.key);
  }
  return { puts, deletes };
}

/** As etcd's check has it: "\0" as the end of a range, which stands for all that follows, is no more than the key "\0" to it. */
function contains({ key, rangeEnd }: DeleteRangeRequest, point: Bytes): boolean {
  return rangeEnd === '' ? point === key : point >= key && point < rangeEnd;
}

type Step = RangeRequest | PutRequest | DeleteRangeRequest | Path;

/** The branches that will be taken. */
interface Path {
  readonly type: 'path';
  readonly succeeded: boolean;
  readonly steps: readonly Step[];
}

/** All conditions hold; none is looked at behind one that does not. */
function conditionsHold(kv: Kv, { compare }: TxnRequest, use: StoreUse): boolean {
  return compare.every((condition) => {
    use.ranges++;
    return compareHolds(kv, condition);
  });
}

function choosePath(kv: Kv, txn: TxnRequest, use: StoreUse): Path {
  const succeeded = conditionsHold(kv, txn, use);
  const steps = (succeeded ? txn.success : txn.failure).map((operation): Step => {
    assert(operation.type !== 'empty', 'an empty operation was refused at the door');
    return operation.type === 'txn' ? choosePath(kv, operation, use) : operation;
  });
  return { type: 'path', succeeded, steps };
}

function checkPath(machine: StateMachine, { steps }: Path, use: StoreUse): ApiErrorCode | undefined {
  for (const step of steps) {
    let code: ApiErrorCode | undefined;
    if (step.type === 'path') code = checkPath(machine, step, use);
    else if (step.type === 'put') code = checkPut(machine, step, use);
    else if (step.type === 'range') code = checkRevision(machine.kv, step.revision)?.code;
    if (code !== undefined) return code;
  }
  return undefined;
}

/** What is wrong with a put of a transaction: its key comes before its lease here. */
function checkPut(machine: StateMachine, request: PutRequest, use: StoreUse): ApiErrorCode | undefined {
  if (keeps(request)) {
    use.ranges++;
    if (getKey(machine.kv, request.key) === undefined) return 'keyNotFound';
  }
  return lacksLease(machine, request) ? 'leaseNotFound' : undefined;
}

function executeStep(open: OpenWrite, step: Step): TxnOperationResponse {
  const { write } = open;
  switch (step.type) {
    case 'range': {
      open.use.ranges++;
      const result = writeRange(write, step);
      assert(result.ok, 'the revision was checked before the transaction began');
      const { kvs, more, count } = result.value;
      return { type: 'range', header: innerHeader(writeRevision(write)), kvs, more, count };
    }
    case 'put': {
      const result = putKey(open, step);
      // The key may have been deleted earlier in this transaction: etcd's check, too, looked at the state before it.
      const prevKv = result.ok && step.prevKv ? result.value.prevKv : undefined;
      return { type: 'put', header: innerHeader(writeRevision(write)), prevKv };
    }
    case 'deleteRange': {
      const { deleted, prevKvs } = deleteKeys(open, step);
      return {
        type: 'deleteRange',
        header: innerHeader(writeRevision(write)),
        deleted,
        prevKvs: step.prevKv ? prevKvs : [],
      };
    }
    case 'path': {
      const responses = step.steps.map((inner) => executeStep(open, inner));
      return { type: 'txn', header: innerHeader(0), succeeded: step.succeeded, responses };
    }
    default:
      return unreachable(step);
  }
}
