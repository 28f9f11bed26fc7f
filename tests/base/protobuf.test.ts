/** Varints of protocol buffers: as many bytes as are said, and read as they were written. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFields, toId64, varint64Size, varintField, varintSize } from '../../src/base/index.ts';

test.each([
  [0, 1],
  [127, 1],
  [128, 2],
  [16_383, 2],
  [16_384, 3],
  [2_097_151, 3],
  [Number.MAX_SAFE_INTEGER, 8],
  [-1, 10],
])('a number takes a byte for each seven bits: %i %i', (value, bytes) => {
  expect(varintSize(value)).toBe(bytes);
  expect(varint64Size(toId64(BigInt.asUintN(64, BigInt(value))))).toBe(bytes);
});

test('what is written is read, in the bytes that it takes', () => {
  const bits = fc.nat(63).chain((most) => fc.bigInt({ min: 1n, max: 2n ** BigInt(most + 1) - 1n }));
  fc.assert(
    fc.property(bits, (value) => {
      const id = toId64(value);
      const written = varintField(1, id);
      expect(written.length - 1).toBe(varint64Size(id));
      expect(readFields(written)).toMatchObject([{ field: 1, id }]);
      if (value > Number.MAX_SAFE_INTEGER) return;
      expect(varintField(1, Number(value))).toBe(written);
      expect(varintSize(Number(value))).toBe(varint64Size(id));
      expect(readFields(written)).toMatchObject([{ value: Number(value) }]);
    }),
    { numRuns: 500, seed: 1 },
  );
});
