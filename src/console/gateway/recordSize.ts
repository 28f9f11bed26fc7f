/** How many bytes the gateway's messages take where it sends them on as gRPC: a member takes no more than a certain size. spec/etcd.md 7 */
import { toId64, varint64Size, varintSize } from '../../base/index.ts';
import type { ApiError } from '../../engine/server/errors.ts';
import { MAX_MESSAGE_SIZE } from '../../engine/server/messageSize.ts';
import { type FieldType, isList, isZero, type MessageType, type ProtoRecord, type ProtoValue } from './protoJson.ts';
import { recordOf } from './requests.ts';

/** What is wrong with a message that is too large. */
export function sizeRefusal(type: MessageType, record: ProtoRecord): ApiError | undefined {
  const size = recordSize(type, record);
  return size > MAX_MESSAGE_SIZE ? { code: 'receivedTooLarge', size, limit: MAX_MESSAGE_SIZE } : undefined;
}

/** As protocol buffers write it. No field of a request has a number above 15: a tag is one byte. */
function recordSize(type: MessageType, record: ProtoRecord): number {
  let size = 0;
  for (const [name, spec] of Object.entries(type.fields)) {
    const value = record[name];
    if (value === undefined || (spec.oneof === undefined && isZero(value))) continue;
    if (!isList(value)) size += 1 + valueSize(spec.type, value);
    else {
      let items = 0;
      for (const item of value) items += valueSize(spec.type, item);
      // Numbers stand behind one tag, and their size.
      size += isDelimited(spec.type) ? value.length + items : 1 + delimitedSize(items);
    }
  }
  return size;
}

function valueSize(type: FieldType, value: ProtoValue): number {
  if (typeof type === 'object' && 'message' in type) return delimitedSize(recordSize(type.message(), recordOf(value) ?? {}));
  if (typeof value === 'string') return delimitedSize(value.length);
  if (typeof value === 'bigint') return varint64Size(toId64(BigInt.asUintN(64, value)));
  return typeof value === 'number' ? varintSize(value) : 1;
}

function isDelimited(type: FieldType): boolean {
  return type === 'bytes' || type === 'string' || (typeof type === 'object' && 'message' in type);
}

function delimitedSize(size: number): number {
  return varintSize(size) + size;
}
