/** How many columns fit, and what of a key fits into a cell. Widths are the design's: columns of 384, 440, 480 and 520 px, a phone's 390. */
import { describe, expect, it } from 'vitest';
import { keyTail, layoutLog } from '../../../src/ui/log/layout.ts';
import { same } from '../../../src/ui/log/same.ts';

describe('columns', () => {
  const inner = (column: number) => column - 32;

  it('are four at 384, five at 440 and 480, six at 520, beside a strip of at least four', () => {
    const layouts = [384, 440, 480, 520].map((width) => layoutLog(inner(width), 40, 60, 1000, true));
    expect(layouts.map((layout) => layout.columns)).toEqual([4, 5, 5, 6]);
    for (const layout of layouts) expect(layout.older).toBeGreaterThanOrEqual(4);
  });

  it('never run over their row', () => {
    for (let width = 80; width < 1000; width += 7) {
      for (const end of [3, 9, 500]) {
        const { columns, older, cellsAt } = layoutLog(width, 40, 60, end, true);
        if (columns > 1) expect(cellsAt + columns * 64 - 4).toBeLessThanOrEqual(width);
        if (older > 0) expect(cellsAt).toBe(40 + older * 7 + 10);
      }
    }
  });

  it('need no strip while the whole log fits, nor on a phone', () => {
    expect(layoutLog(352, 40, 60, 4, true)).toEqual({ columns: 4, older: 0, cellsAt: 40 });
    expect(layoutLog(358, 72, 60, 900, false)).toEqual({ columns: 4, older: 0, cellsAt: 72 });
  });
});

it('the tail of a key keeps its end, counts wide characters twice and never breaks a line', () => {
  expect(['color', 'colors', '/cron/jobs/job1', '任期任', '任期任期', 'a\nb', '👩name', ''].map((key) => keyTail(key))).toEqual([
    'color',
    'colors',
    '…/job1',
    '任期任',
    '…任期',
    'a·b',
    '👩name',
    '',
  ]);
});

it('plain data is the same by what it says', () => {
  expect(same({ a: [1, { b: undefined }] }, { a: [1, { b: undefined }] })).toBe(true);
  expect(same({ a: [1, 2] }, { a: [1] })).toBe(false);
  expect(same({ a: undefined }, { b: undefined })).toBe(false);
  expect(same([], {})).toBe(false);
});
