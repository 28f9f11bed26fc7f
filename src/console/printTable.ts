/** The `table` writer's look: headings centred, cells to the right. github.com/olekukonko/tablewriter 0.0.5; spec/etcd.md 6.2 */
import { type Bytes, utf8Decode } from '../base/index.ts';

/** A cell of several words breaks into lines of at most that many columns. */
const CELL_WIDTH = 30;

/** Without rows the headings stand between one border above and two below. */
export function renderTable(headings: readonly string[], rows: readonly (readonly Bytes[])[]): Bytes {
  const wrapped = rows.map((row) => row.map(wrapCell));
  const widths = headings.map((heading, column) => Math.max(heading.length, ...wrapped.map((row) => row[column]?.width ?? 0)));
  const border = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const line = (cells: readonly Bytes[]): Bytes => `| ${cells.join(' | ')} |\n`;
  const heads = headings.map((heading, column) => {
    const gap = (widths[column] ?? 0) - heading.length;
    return ' '.repeat(Math.floor(gap / 2)) + heading + ' '.repeat(Math.ceil(gap / 2));
  });
  const body = wrapped.map((row) => {
    const height = Math.max(1, ...row.map((cell) => cell.lines.length));
    const lines = Array.from({ length: height }, (_, at) =>
      line(row.map((cell, column) => padLeft(cell.lines[at] ?? '', widths[column] ?? 0))),
    );
    return lines.join('');
  });
  return border + line(heads) + border + body.join('') + border;
}

function padLeft(text: Bytes, width: number): Bytes {
  return ' '.repeat(Math.max(0, width - columnsOf(text))) + text;
}

function columnsOf(text: Bytes): number {
  return [...utf8Decode(text)].length;
}

/** A cell's lines; one that had to be broken is as wide as the limit, or as its longest word. */
function wrapCell(text: Bytes): { readonly lines: readonly Bytes[]; readonly width: number } {
  const width = columnsOf(text);
  if (width <= CELL_WIDTH) return { lines: [text], width };
  const words = text.split(' ');
  const limit = Math.max(CELL_WIDTH, ...words.map(columnsOf));
  return { lines: breakLines(words, limit), width: limit };
}

/** Where lines break so that the squares of what they leave empty, but for the last one's, come to the least. */
function breakLines(words: readonly Bytes[], limit: number): Bytes[] {
  const cost: number[] = [];
  const next: number[] = [];
  for (let from = words.length - 1; from >= 0; from--) {
    cost[from] = Number.POSITIVE_INFINITY;
    let length = -1;
    for (let to = from + 1; to <= words.length; to++) {
      length += columnsOf(words[to - 1] ?? '') + 1;
      if (length > limit && to > from + 1) break;
      const whole = to === words.length ? 0 : (limit - length) ** 2 + (cost[to] ?? 0);
      if (whole < (cost[from] ?? 0) || to === words.length) {
        cost[from] = whole;
        next[from] = to;
      }
    }
  }
  const lines: Bytes[] = [];
  for (let from = 0; from < words.length; from = next[from] ?? words.length) lines.push(words.slice(from, next[from]).join(' '));
  return lines;
}
