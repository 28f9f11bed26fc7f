/** Conf changes as etcd encodes them into entries (protobuf, etcd-io/raft:raftpb/raft.proto): their length counts in sizes. */
import { type Bytes, fail, type Id64, ok, type Result, toId64, ZERO_ID } from '../../base/index.ts';
import { RaftPanic } from './panic.ts';
import type {
  ConfChange,
  ConfChangeOperation,
  ConfChangeTransition,
  ConfChangeType,
  ConfChangeV1,
  ConfChangeV2,
  Entry,
} from './types.ts';

const TYPES: readonly ConfChangeType[] = [
  'ConfChangeAddNode',
  'ConfChangeRemoveNode',
  'ConfChangeUpdateNode',
  'ConfChangeAddLearnerNode',
];

const TRANSITIONS: readonly ConfChangeTransition[] = [
  'ConfChangeTransitionAuto',
  'ConfChangeTransitionJointImplicit',
  'ConfChangeTransitionJointExplicit',
];

/** Leaves a joint configuration. What an entry of a change without data means. */
export const LEAVE_JOINT: ConfChangeV2 = {
  version: 2,
  transition: 'ConfChangeTransitionAuto',
  changes: [],
  context: undefined,
};

/** The data of the entry that proposes a change. */
export function encodeConfChange(change: ConfChange): Bytes {
  if (change.version === 1) {
    let data = change.id === undefined ? '' : field(1, change.id);
    data += numberField(2, TYPES.indexOf(change.type)) + field(3, change.nodeId);
    return change.context === undefined ? data : data + bytesField(4, change.context);
  }
  let data = numberField(1, TRANSITIONS.indexOf(change.transition));
  for (const one of change.changes) {
    data += bytesField(2, numberField(1, TYPES.indexOf(one.type)) + field(2, one.nodeId));
  }
  return change.context === undefined ? data : data + bytesField(3, change.context);
}

/** The change that an entry carries. Fails, with the decoder's words, on data that is none. */
export function readConfChange(entry: Entry): Result<ConfChange, string> {
  const fields = decodeFields(entry.data ?? '');
  if (!fields.ok) return fields;
  return entry.type === 'EntryConfChange' ? readV1(fields.value) : readV2(fields.value);
}

/** The same where anything else is a bug. */
export function decodeConfChange(entry: Entry): ConfChange {
  const change = readConfChange(entry);
  if (!change.ok) throw new RaftPanic(change.error);
  return change.value;
}

/** Every change as the general kind. */
export function toConfChangeV2(change: ConfChange): ConfChangeV2 {
  if (change.version === 2) return change;
  return {
    version: 2,
    transition: 'ConfChangeTransitionAuto',
    changes: [{ type: change.type, nodeId: change.nodeId }],
    context: change.context,
  };
}

/** Does a change leave the joint configuration? etcd-io/raft:raftpb/confchange.go (LeaveJoint). */
export function isLeaveJoint(change: ConfChangeV2): boolean {
  return change.transition === 'ConfChangeTransitionAuto' && change.changes.length === 0;
}

interface Field {
  readonly number: number;
  readonly value: bigint | Bytes;
}

function readV1(fields: readonly Field[]): Result<ConfChangeV1, string> {
  let type: ConfChangeType = 'ConfChangeAddNode';
  let nodeId = ZERO_ID;
  let id: Id64 | undefined;
  let context: Bytes | undefined;
  for (const { number, value } of fields) {
    if (number === 2 && typeof value === 'bigint') {
      const known = TYPES[Number(value)];
      if (known === undefined) return fail(`unexpected conf type ${value}`);
      type = known;
    } else if (number === 1 && typeof value === 'bigint') id = toId64(value);
    else if (number === 3 && typeof value === 'bigint') nodeId = toId64(value);
    else if (number === 4 && typeof value === 'string') context = value;
  }
  return ok({ version: 1, type, nodeId, context, id });
}

function readV2(fields: readonly Field[]): Result<ConfChangeV2, string> {
  let transition: ConfChangeTransition = 'ConfChangeTransitionAuto';
  const changes: ConfChangeOperation[] = [];
  let context: Bytes | undefined;
  for (const { number, value } of fields) {
    if (number === 1 && typeof value === 'bigint') {
      const known = TRANSITIONS[Number(value)];
      if (known === undefined) return fail(`unexpected conf transition ${value}`);
      transition = known;
    } else if (number === 2 && typeof value === 'string') {
      const operation = readOperation(value);
      if (!operation.ok) return operation;
      changes.push(operation.value);
    } else if (number === 3 && typeof value === 'string') context = value;
  }
  return ok({ version: 2, transition, changes, context });
}

function readOperation(data: Bytes): Result<ConfChangeOperation, string> {
  const fields = decodeFields(data);
  if (!fields.ok) return fields;
  let type: ConfChangeType = 'ConfChangeAddNode';
  let nodeId = ZERO_ID;
  for (const { number, value } of fields.value) {
    if (number === 1 && typeof value === 'bigint') {
      const known = TYPES[Number(value)];
      if (known === undefined) return fail(`unexpected conf type ${value}`);
      type = known;
    } else if (number === 2 && typeof value === 'bigint') nodeId = toId64(value);
  }
  return ok({ type, nodeId });
}

/** Numbers (wire type 0) and byte strings (wire type 2); nothing else occurs in these records. */
function decodeFields(data: Bytes): Result<readonly Field[], string> {
  const fields: Field[] = [];
  for (let at = 0; at < data.length; ) {
    const key = readVarint(data, at);
    if (key === undefined) return fail('unexpected EOF');
    const number = Number(key.value >> 3n);
    const wireType = Number(key.value & 7n);
    if (wireType !== 0 && wireType !== 2) return fail(`proto: illegal wireType ${wireType}`);
    const body = readVarint(data, key.next);
    if (body === undefined) return fail('unexpected EOF');
    at = body.next;
    if (wireType === 0) fields.push({ number, value: body.value });
    else {
      const end = at + Number(body.value);
      if (end > data.length) return fail('unexpected EOF');
      fields.push({ number, value: data.slice(at, end) });
      at = end;
    }
  }
  return ok(fields);
}

function readVarint(data: Bytes, start: number): { readonly value: bigint; readonly next: number } | undefined {
  let value = 0n;
  for (let at = start, shift = 0n; at < data.length && shift < 70n; at++, shift += 7n) {
    const byte = data.charCodeAt(at);
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return { value: BigInt.asUintN(64, value), next: at + 1 };
  }
  return undefined;
}

function varint(value: bigint): Bytes {
  let out = '';
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) return out + String.fromCharCode(Number(rest));
    out += String.fromCharCode(Number(rest & 127n) | 128);
  }
}

function field(number: number, id: Id64): Bytes {
  return String.fromCharCode(number << 3) + varint(BigInt(`0x${id}`));
}

function numberField(number: number, value: number): Bytes {
  return String.fromCharCode(number << 3) + varint(BigInt(value));
}

function bytesField(number: number, value: Bytes): Bytes {
  return String.fromCharCode((number << 3) | 2) + varint(BigInt(value.length)) + value;
}
