// The small parts: assertions, results, orders and 64-bit ids.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AssertionError,
  assert,
  byNumber,
  byText,
  fail,
  formatDecimal,
  formatHex,
  ok,
  toId64,
  unreachable,
  ZERO_ID,
} from '../../src/base/index.ts';

const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

describe('assert', () => {
  it('lets a fact pass', () => {
    expect(() => assert(true, 'a fact')).not.toThrow();
  });

  it('throws its sentence with the values, also those that JSON does not know', () => {
    expect(() => assert(false, 'terms grow')).toThrow(new AssertionError('terms grow', {}));
    expect(() => assert(false, 'terms grow', { from: 2, to: 1n })).toThrow('terms grow {"from":2,"to":"1"}');
  });

  it('keeps the values for whoever looks at the error', () => {
    const error = new AssertionError('terms grow', { from: 2 });
    expect(error).toMatchObject({ name: 'AssertionError', values: { from: 2 } });
    expect(error).toBeInstanceOf(Error);
  });
});

it('unreachable throws with the variant that should not be', () => {
  const variant = { type: 'MsgNew' } as never; // what an unknown sender may hand in
  expect(() => unreachable(variant)).toThrow('a closed union has no further variant {"value":{"type":"MsgNew"}}');
});

it('a result is a value or an error', () => {
  expect(ok(1)).toEqual({ ok: true, value: 1 });
  expect(fail('compacted')).toEqual({ ok: false, error: 'compacted' });
});

it('orders are total and know no locale', () => {
  expect([3, -1, 10, 2].sort(byNumber)).toEqual([-1, 2, 3, 10]);
  expect(['é', 'z', 'Z', 'a', ''].sort(byText)).toEqual(['', 'Z', 'a', 'z', 'é']);
  expect(byText('a', 'a')).toBe(0);
});

describe('a 64-bit id', () => {
  it('sorts as its number does', () => {
    fc.assert(
      fc.property(uint64, uint64, (a, b) => {
        expect(byText(toId64(a), toId64(b))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it('is printed in hex without padding, and in decimal', () => {
    fc.assert(
      fc.property(uint64, (value) => {
        expect(formatHex(toId64(value))).toBe(value.toString(16));
        expect(formatDecimal(toId64(value))).toBe(value.toString());
      }),
    );
    expect(formatHex(ZERO_ID)).toBe('0');
    expect(toId64(0)).toBe(ZERO_ID);
    expect(toId64(0xab)).toBe('00000000000000ab');
  });

  it('fits into 64 bits', () => {
    expect(toId64((1n << 64n) - 1n)).toBe('ffffffffffffffff');
    expect(() => toId64(1n << 64n)).toThrow('a 64-bit id fits into 64 bits');
    expect(() => toId64(-1)).toThrow('a 64-bit id fits into 64 bits');
  });
});
