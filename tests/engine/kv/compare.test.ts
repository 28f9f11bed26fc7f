/** Conditions of transactions: spec/etcd.md 1.6 and 14.5, every target with every operator against a table. */
import { describe, expect, test } from 'vitest';
import { toId64, ZERO_ID } from '../../../src/base/index.ts';
import { type Compare, type CompareResult, compareHolds, createKv } from '../../../src/engine/kv/index.ts';
import { del, put } from './support.ts';

/** `a` created at 2, changed at 3, value m, lease 5; `b` created at 4, value n; `gone` deleted. */
function store() {
  const kv = createKv();
  put(kv, 'a', 'l');
  put(kv, 'a', 'm', { lease: toId64(5) });
  put(kv, 'b', 'n');
  put(kv, 'gone', 'x');
  del(kv, 'gone');
  return kv;
}

const RESULTS: readonly CompareResult[] = ['equal', 'greater', 'less', 'notEqual'];

/** Which operators hold when the key's own value is less than, equal to or greater than the one compared with. */
const HOLD = {
  less: ['less', 'notEqual'],
  equal: ['equal'],
  greater: ['greater', 'notEqual'],
  never: [],
} as const;

type Target = Compare extends infer C ? (C extends Compare ? Omit<C, 'key' | 'rangeEnd' | 'result'> : never) : never;

function holding(target: Target, key: string, rangeEnd = ''): CompareResult[] {
  const kv = store();
  return RESULTS.filter((result) => compareHolds(kv, { ...target, key, rangeEnd, result } as Compare)); // the same variant, completed
}

describe('one key', () => {
  test.each<[string, Target, keyof typeof HOLD]>([
    ['a', { target: 'version', version: 2 }, 'equal'],
    ['a', { target: 'version', version: 3 }, 'less'],
    ['a', { target: 'version', version: 1 }, 'greater'],
    ['a', { target: 'create', createRevision: 2 }, 'equal'],
    ['a', { target: 'create', createRevision: 3 }, 'less'],
    ['a', { target: 'mod', modRevision: 3 }, 'equal'],
    ['a', { target: 'mod', modRevision: 2 }, 'greater'],
    ['a', { target: 'value', value: 'm' }, 'equal'],
    ['a', { target: 'value', value: 'ma' }, 'less'],
    ['a', { target: 'value', value: '' }, 'greater'],
    ['a', { target: 'lease', lease: toId64(5) }, 'equal'],
    ['a', { target: 'lease', lease: toId64(16) }, 'less'],
    ['a', { target: 'lease', lease: toId64(2n ** 64n - 1n) }, 'greater'], // -1 as a signed number
    ['b', { target: 'lease', lease: ZERO_ID }, 'equal'],
  ])('%s against %o: %s', (key, target, order) => {
    expect(holding(target, key)).toEqual(RESULTS.filter((result) => (HOLD[order] as readonly string[]).includes(result)));
  });

  test.each(['never', 'gone'])('%s is absent: zero everywhere, and no value at all (14.5)', (key) => {
    expect(holding({ target: 'version', version: 0 }, key)).toEqual(['equal']);
    expect(holding({ target: 'create', createRevision: 0 }, key)).toEqual(['equal']);
    expect(holding({ target: 'mod', modRevision: 1 }, key)).toEqual(['less', 'notEqual']);
    expect(holding({ target: 'lease', lease: ZERO_ID }, key)).toEqual(['equal']);
    expect(holding({ target: 'value', value: '' }, key)).toEqual(HOLD.never);
    expect(holding({ target: 'value', value: 'x' }, key)).toEqual(HOLD.never);
  });
});

describe('a range', () => {
  test('every key has to hold', () => {
    expect(holding({ target: 'mod', modRevision: 2 }, 'a', 'c')).toEqual(['greater', 'notEqual']);
    expect(holding({ target: 'mod', modRevision: 3 }, 'a', 'c')).toEqual([]);
    expect(holding({ target: 'value', value: 'l' }, '\0', '\0')).toEqual(['greater', 'notEqual']);
  });

  test('an empty one is one absent key', () => {
    expect(holding({ target: 'version', version: 0 }, 'x', '\0')).toEqual(['equal']);
    expect(holding({ target: 'value', value: '' }, 'x', '\0')).toEqual([]);
    expect(holding({ target: 'create', createRevision: 0 }, 'b', 'a')).toEqual(['equal']);
  });
});
