/** Kinds of protobuf fields that the API's messages use beside those of `base`. */
import { assert, type Bytes, type ProtobufField, toId64, varintField } from '../../base/index.ts';

/** An int64: negative numbers as their 64-bit complement. */
export function int64Field(field: number, value: number): Bytes {
  return varintField(field, value < 0 ? toId64(BigInt.asUintN(64, BigInt(value))) : value);
}

/** The number in an int64 field. */
export function int64Of({ id, value }: ProtobufField): number {
  return id >= '8' ? Number(BigInt.asIntN(64, BigInt(`0x${id}`))) : value;
}

/** A field with one of the names in the enum's order. */
export function enumField<Name extends string>(field: number, names: readonly Name[], name: Name): Bytes {
  const at = names.indexOf(name);
  assert(at >= 0, 'an enum knows its names', { name });
  return varintField(field, at);
}

/** The name in an enum field. */
export function enumOf<Name extends string>(names: readonly Name[], { value }: ProtobufField): Name {
  const name = names[value];
  assert(name !== undefined, 'an enum holds one of its names', { value });
  return name;
}
