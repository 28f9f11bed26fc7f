// Long lists against plain arrays: any sequence of operations on a family of copies, each of which must stay what its own array is.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Chunks,
  chunkAt,
  chunkDrop,
  chunkPush,
  chunkSlice,
  chunkTruncate,
  cloneChunks,
  createChunks,
} from '../../src/base/index.ts';

/** A list and the obvious model of it. */
interface Pair {
  readonly list: Chunks<number>;
  readonly model: { start: number; items: number[] };
}

type Operation =
  | { readonly type: 'push'; readonly on: number; readonly count: number }
  | { readonly type: 'truncate' | 'drop'; readonly on: number; readonly share: number }
  | { readonly type: 'clone'; readonly on: number };

const on = fc.nat(9);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('push' as const), on, count: fc.integer({ min: 1, max: 300 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('truncate' as const, 'drop' as const), on, share }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('clone' as const), on }) },
);

function check({ list, model }: Pair): void {
  const end = model.start + model.items.length;
  expect([list.start, list.end]).toEqual([model.start, end]);
  expect(chunkSlice(list, list.start, list.end)).toEqual(model.items);
  expect(chunkAt(list, list.start - 1)).toBeUndefined();
  expect(chunkAt(list, end)).toBeUndefined();
  expect(chunkAt(list, end - 1)).toBe(model.items.at(-1));
  expect(chunkAt(list, model.start)).toBe(model.items[0]);
}

describe('a list of chunks', () => {
  it('is what a plain array is, and so are its copies, whatever is done to any of them', () => {
    let serial = 0;
    const run = (start: number, operations: readonly Operation[]): void => {
      const family: Pair[] = [{ list: createChunks<number>(start), model: { start, items: [] } }];
      for (const step of operations) {
        const pair = family[step.on % family.length] as Pair; // a family has at least one member
        const { list, model } = pair;
        if (step.type === 'push') {
          for (let i = 0; i < step.count; i++) {
            chunkPush(list, ++serial);
            model.items.push(serial);
          }
        } else if (step.type === 'clone') {
          family.push({ list: cloneChunks(list), model: { start: model.start, items: model.items.slice() } });
        } else {
          const count = Math.round(step.share * model.items.length);
          if (step.type === 'truncate') {
            chunkTruncate(list, model.start + count);
            model.items.length = count;
          } else {
            chunkDrop(list, model.start + count);
            model.start += count;
            model.items.splice(0, count);
          }
        }
        for (const each of family) check(each);
      }
    };
    fc.assert(fc.property(fc.nat(600), fc.array(operation, { maxLength: 25 }), run), { numRuns: 150 });
  });

  it('shares every chunk with its copy, and copies only the one it changes', () => {
    const list = createChunks<number>();
    for (let i = 0; i < 1000; i++) chunkPush(list, i);
    const copy = cloneChunks(list);
    expect(copy.chunks.every((chunk, i) => chunk === list.chunks[i])).toBe(true);
    chunkPush(copy, 1000);
    expect(copy.chunks.map((chunk, i) => chunk === list.chunks[i])).toEqual([true, true, true, false]);
    expect(chunkAt(list, 1000)).toBeUndefined();
  });

  it('lets both sides cut and append after a copy without seeing each other', () => {
    const list = createChunks<string>(1);
    for (let i = 1; i <= 10; i++) chunkPush(list, `old ${i}`);
    const copy = cloneChunks(list);
    chunkTruncate(copy, 5);
    chunkPush(copy, 'new 5');
    chunkPush(list, 'old 11');
    expect(chunkAt(list, 5)).toBe('old 5');
    expect(chunkAt(copy, 5)).toBe('new 5');
    expect(chunkAt(copy, 6)).toBeUndefined();
    expect(chunkAt(list, 11)).toBe('old 11');
  });

  it('lets go of the chunks that lie wholly before its start', () => {
    const list = createChunks<number>();
    for (let i = 0; i < 1000; i++) chunkPush(list, i);
    chunkDrop(list, 600);
    expect(list.chunks.length).toBe(2);
    expect(chunkAt(list, 600)).toBe(600);
    expect(chunkAt(list, 599)).toBeUndefined();
  });

  it('is not cut, dropped or read outside itself', () => {
    const list = createChunks<number>(10);
    chunkPush(list, 1);
    expect(() => chunkTruncate(list, 9)).toThrow('a list is cut inside itself');
    expect(() => chunkTruncate(list, 12)).toThrow('a list is cut inside itself');
    expect(() => chunkDrop(list, 12)).toThrow('a list is dropped inside itself');
    expect(() => chunkSlice(list, 10, 12)).toThrow('a slice lies inside its list');
    expect(() => chunkSlice(list, 11, 10)).toThrow('a slice lies inside its list');
  });
});
