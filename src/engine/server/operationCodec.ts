/** Protobuf forms of the requests that change keys, leases and alarms (etcd-io/etcd:api/etcdserverpb/rpc.proto). */
import {
  assert,
  type Bytes,
  boolField,
  bytesField,
  messageField,
  readFields,
  unreachable,
  varintField,
  ZERO_ID,
} from '../../base/index.ts';
import { PLAIN_RANGE } from '../kv/index.ts';
import type {
  AlarmRequest,
  AlarmType,
  CompactionRequest,
  Compare,
  CompareResult,
  DeleteRangeRequest,
  LeaseGrantRequest,
  PutRequest,
  RangeRequest,
  SortOrder,
  SortTarget,
  TxnOperation,
  TxnRequest,
} from './api.ts';
import type { LeaseCheckpointRequest } from './logged.ts';
import { enumField, enumOf, int64Field, int64Of } from './protoFields.ts';

const SORT_ORDERS: readonly SortOrder[] = ['none', 'ascend', 'descend'];
const SORT_TARGETS: readonly SortTarget[] = ['key', 'version', 'create', 'mod', 'value'];
const COMPARE_RESULTS: readonly CompareResult[] = ['equal', 'greater', 'less', 'notEqual'];
const COMPARE_TARGETS: readonly Compare['target'][] = ['version', 'create', 'mod', 'value', 'lease'];
const ALARM_ACTIONS: readonly AlarmRequest['action'][] = ['get', 'activate', 'deactivate'];
const ALARM_TYPES: readonly Exclude<AlarmType, number>[] = ['none', 'nospace', 'corrupt'];
/** etcd: RequestOp. */
const OPERATION = { range: 1, put: 2, deleteRange: 3, txn: 4 } as const;

export function encodePut(put: PutRequest): Bytes {
  return (
    bytesField(1, put.key) +
    bytesField(2, put.value) +
    varintField(3, put.lease) +
    boolField(4, put.prevKv) +
    boolField(5, put.ignoreValue) +
    boolField(6, put.ignoreLease)
  );
}

export function decodePut(bytes: Bytes): PutRequest {
  const put = { type: 'put' as const, key: '', value: '', lease: ZERO_ID, prevKv: false, ignoreValue: false, ignoreLease: false };
  for (const part of readFields(bytes)) {
    if (part.field === 1) put.key = part.bytes;
    else if (part.field === 2) put.value = part.bytes;
    else if (part.field === 3) put.lease = part.id;
    else if (part.field === 4) put.prevKv = part.value === 1;
    else if (part.field === 5) put.ignoreValue = part.value === 1;
    else if (part.field === 6) put.ignoreLease = part.value === 1;
  }
  return put;
}

export function encodeDeleteRange(request: DeleteRangeRequest): Bytes {
  return bytesField(1, request.key) + bytesField(2, request.rangeEnd) + boolField(3, request.prevKv);
}

export function decodeDeleteRange(bytes: Bytes): DeleteRangeRequest {
  const del = { type: 'deleteRange' as const, key: '', rangeEnd: '', prevKv: false };
  for (const part of readFields(bytes)) {
    if (part.field === 1) del.key = part.bytes;
    else if (part.field === 2) del.rangeEnd = part.bytes;
    else if (part.field === 3) del.prevKv = part.value === 1;
  }
  return del;
}

function encodeRange(range: RangeRequest): Bytes {
  return (
    bytesField(1, range.key) +
    bytesField(2, range.rangeEnd) +
    int64Field(3, range.limit) +
    int64Field(4, range.revision) +
    enumField(5, SORT_ORDERS, range.sortOrder) +
    enumField(6, SORT_TARGETS, range.sortTarget) +
    boolField(7, range.serializable) +
    boolField(8, range.keysOnly) +
    boolField(9, range.countOnly) +
    int64Field(10, range.minModRevision) +
    int64Field(11, range.maxModRevision) +
    int64Field(12, range.minCreateRevision) +
    int64Field(13, range.maxCreateRevision)
  );
}

function decodeRange(bytes: Bytes): RangeRequest {
  const range = { type: 'range' as const, key: '', rangeEnd: '', serializable: false, ...PLAIN_RANGE };
  for (const part of readFields(bytes)) {
    if (part.field === 1) range.key = part.bytes;
    else if (part.field === 2) range.rangeEnd = part.bytes;
    else if (part.field === 3) range.limit = int64Of(part);
    else if (part.field === 4) range.revision = int64Of(part);
    else if (part.field === 5) range.sortOrder = enumOf(SORT_ORDERS, part);
    else if (part.field === 6) range.sortTarget = enumOf(SORT_TARGETS, part);
    else if (part.field === 7) range.serializable = part.value === 1;
    else if (part.field === 8) range.keysOnly = part.value === 1;
    else if (part.field === 9) range.countOnly = part.value === 1;
    else if (part.field === 10) range.minModRevision = int64Of(part);
    else if (part.field === 11) range.maxModRevision = int64Of(part);
    else if (part.field === 12) range.minCreateRevision = int64Of(part);
    else if (part.field === 13) range.maxCreateRevision = int64Of(part);
  }
  return range;
}

export function encodeTxn(txn: TxnRequest): Bytes {
  return (
    txn.compare.map((compare) => messageField(1, encodeCompare(compare))).join('') +
    txn.success.map((operation) => messageField(2, encodeOperation(operation))).join('') +
    txn.failure.map((operation) => messageField(3, encodeOperation(operation))).join('')
  );
}

export function decodeTxn(bytes: Bytes): TxnRequest {
  const compare: Compare[] = [];
  const success: TxnOperation[] = [];
  const failure: TxnOperation[] = [];
  for (const part of readFields(bytes)) {
    if (part.field === 1) compare.push(decodeCompare(part.bytes));
    else if (part.field === 2) success.push(decodeOperation(part.bytes));
    else if (part.field === 3) failure.push(decodeOperation(part.bytes));
  }
  return { type: 'txn', compare, success, failure };
}

function encodeOperation(operation: TxnOperation): Bytes {
  switch (operation.type) {
    case 'range':
      return messageField(OPERATION.range, encodeRange(operation));
    case 'put':
      return messageField(OPERATION.put, encodePut(operation));
    case 'deleteRange':
      return messageField(OPERATION.deleteRange, encodeDeleteRange(operation));
    case 'txn':
      return messageField(OPERATION.txn, encodeTxn(operation));
    case 'empty':
      return '';
    default:
      return unreachable(operation);
  }
}

function decodeOperation(bytes: Bytes): TxnOperation {
  const part = readFields(bytes)[0];
  if (part === undefined) return { type: 'empty' };
  switch (part.field) {
    case OPERATION.range:
      return decodeRange(part.bytes);
    case OPERATION.put:
      return decodePut(part.bytes);
    case OPERATION.deleteRange:
      return decodeDeleteRange(part.bytes);
    default:
      assert(part.field === OPERATION.txn, 'an operation is one of four', { field: part.field });
      return decodeTxn(part.bytes);
  }
}

function encodeCompare(compare: Compare): Bytes {
  return (
    enumField(1, COMPARE_RESULTS, compare.result) +
    enumField(2, COMPARE_TARGETS, compare.target) +
    bytesField(3, compare.key) +
    encodeOperand(compare) +
    bytesField(64, compare.rangeEnd)
  );
}

function encodeOperand(compare: Compare): Bytes {
  switch (compare.target) {
    case 'version':
      return int64Field(4, compare.version);
    case 'create':
      return int64Field(5, compare.createRevision);
    case 'mod':
      return int64Field(6, compare.modRevision);
    case 'value':
      return bytesField(7, compare.value);
    case 'lease':
      return varintField(8, compare.lease);
    default:
      return unreachable(compare);
  }
}

function decodeCompare(bytes: Bytes): Compare {
  const base = { key: '', rangeEnd: '', result: 'equal' as CompareResult };
  let target: Compare['target'] = 'version';
  let operand = { number: 0, value: '', lease: ZERO_ID };
  for (const part of readFields(bytes)) {
    if (part.field === 1) base.result = enumOf(COMPARE_RESULTS, part);
    else if (part.field === 2) target = enumOf(COMPARE_TARGETS, part);
    else if (part.field === 3) base.key = part.bytes;
    else if (part.field === 64) base.rangeEnd = part.bytes;
    else operand = { number: int64Of(part), value: part.bytes, lease: part.id };
  }
  switch (target) {
    case 'version':
      return { ...base, target, version: operand.number };
    case 'create':
      return { ...base, target, createRevision: operand.number };
    case 'mod':
      return { ...base, target, modRevision: operand.number };
    case 'value':
      return { ...base, target, value: operand.value };
    case 'lease':
      return { ...base, target, lease: operand.lease };
    default:
      return unreachable(target);
  }
}

export function encodeCompaction(request: CompactionRequest): Bytes {
  return int64Field(1, request.revision) + boolField(2, request.physical);
}

export function decodeCompaction(bytes: Bytes): CompactionRequest {
  let revision = 0;
  let physical = false;
  for (const part of readFields(bytes)) {
    if (part.field === 1) revision = int64Of(part);
    else if (part.field === 2) physical = part.value === 1;
  }
  return { type: 'compaction', revision, physical };
}

export function encodeGrant(request: LeaseGrantRequest): Bytes {
  return int64Field(1, request.ttl) + varintField(2, request.id);
}

export function decodeGrant(bytes: Bytes): LeaseGrantRequest {
  let ttl = 0;
  let id = ZERO_ID;
  for (const part of readFields(bytes)) {
    if (part.field === 1) ttl = int64Of(part);
    else if (part.field === 2) id = part.id;
  }
  return { type: 'leaseGrant', id, ttl };
}

export function encodeCheckpoints({ checkpoints }: LeaseCheckpointRequest): Bytes {
  return checkpoints.map(({ id, remainingTtl }) => messageField(1, varintField(1, id) + int64Field(2, remainingTtl))).join('');
}

export function decodeCheckpoints(bytes: Bytes): LeaseCheckpointRequest {
  const checkpoints = readFields(bytes).map((part) => {
    let id = ZERO_ID;
    let remainingTtl = 0;
    for (const inner of readFields(part.bytes)) {
      if (inner.field === 1) id = inner.id;
      else if (inner.field === 2) remainingTtl = int64Of(inner);
    }
    return { id, remainingTtl };
  });
  return { type: 'leaseCheckpoint', checkpoints };
}

export function encodeAlarm(request: AlarmRequest): Bytes {
  const { action, memberId, alarm } = request;
  const kind = typeof alarm === 'number' ? int64Field(3, alarm) : enumField(3, ALARM_TYPES, alarm);
  return enumField(1, ALARM_ACTIONS, action) + varintField(2, memberId) + kind;
}

export function decodeAlarm(bytes: Bytes): AlarmRequest {
  let action: AlarmRequest['action'] = 'get';
  let memberId = ZERO_ID;
  let alarm: AlarmType = 'none';
  for (const part of readFields(bytes)) {
    if (part.field === 1) action = enumOf(ALARM_ACTIONS, part);
    else if (part.field === 2) memberId = part.id;
    else if (part.field === 3) alarm = ALARM_TYPES[int64Of(part)] ?? int64Of(part);
  }
  return { type: 'alarm', action, memberId, alarm };
}
