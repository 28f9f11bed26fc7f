/** How many columns of the log fit, and the few characters that fit into a cell. Pure: px in, counts out. */
import { visible } from '../../base/index.ts';

/** px between cells, and between rows. */
export const CELL_GAP = 4;
/** One strip cell with its gap, px. */
export const STRIP_PITCH = 7;
/** px between the strip and the first column. */
const STRIP_SPACE = 10;
const STRIP_LEAST = 4;
const STRIP_MOST = 12;
/** Characters in a cell's second line. */
const CELL_TEXT = 6;

export interface LogLayout {
  readonly columns: number;
  /** Cells in the strip of older entries; 0 = no strip. */
  readonly older: number;
  /** Left edge of the first column, px from the row's own left edge. */
  readonly cellsAt: number;
}

/**
 * Full-size columns and the strip beside them.
 * @param width of a row, px
 * @param label of a member's name, px
 * @param end of the log: the last index that is to be shown; while everything fits there is no strip
 */
export function layoutLog(width: number, label: number, cell: number, end: number, withStrip: boolean): LogLayout {
  const pitch = cell + CELL_GAP;
  const whole = Math.max(1, Math.floor((width - label + CELL_GAP) / pitch));
  if (!withStrip || end <= whole) return { columns: whole, older: 0, cellsAt: label };
  const columns = Math.max(1, Math.floor((width - label - STRIP_SPACE - STRIP_LEAST * STRIP_PITCH + CELL_GAP) / pitch));
  const left = width - label - STRIP_SPACE - (columns * pitch - CELL_GAP);
  const older = Math.max(0, Math.min(STRIP_MOST, Math.floor(left / STRIP_PITCH)));
  return { columns, older, cellsAt: label + older * STRIP_PITCH + STRIP_SPACE };
}

/** The tail of a key as a cell shows it: whole, or its end behind a leading ellipsis. A wide character counts as two. */
export function keyTail(key: string, room = CELL_TEXT): string {
  const characters = [...visible(key)];
  if (textWidth(characters) <= room) return characters.join('');
  let width = 1; // the ellipsis
  let from = characters.length;
  while (from > 0) {
    const next = charWidth(characters[from - 1] ?? '');
    if (width + next > room) break;
    width += next;
    from--;
  }
  return `…${characters.slice(from).join('')}`;
}

function textWidth(characters: readonly string[]): number {
  return characters.reduce((sum, character) => sum + charWidth(character), 0);
}

/** 2 for what a monospaced face draws twice as wide: CJK, Hangul, full-width forms, emoji. */
function charWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xff00 && code <= 0xff60) ||
    code >= 0x1f300
    ? 2
    : 1;
}
