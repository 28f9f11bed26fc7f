import type { Bytes } from '../base/index.ts';

/** Columns that a bar takes with its numbers: what fits a phone as well, for nobody knows how wide the console is. */
const WIDTH = 48;

/**
 * A progress bar as etcdctl draws it on a terminal: `12 / 60 [---->____] 20.00% 1 p/s`.
 *
 * @param elapsed µs since it began
 * @see github.com/cheggaaa/pb v3
 */
export function renderBar(value: number, total: number, elapsed: number): Bytes {
  const speed = Math.round((value * 1e6) / Math.max(1, elapsed));
  const left = `${value} / ${total} `;
  const right = ` ${((value * 100) / total).toFixed(2)}% ${value === 0 ? '?' : speed} p/s`;
  const width = WIDTH - left.length - right.length - 2;
  const filled = Math.ceil((value / total) * width);
  const done = value === total ? '-'.repeat(filled) : filled === 0 ? '' : `${'-'.repeat(filled - 1)}>`;
  return `${left}[${done}${'_'.repeat(width - filled)}]${right}`;
}
