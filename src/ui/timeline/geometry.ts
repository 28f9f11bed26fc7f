/** Where things stand in the timeline; pure. Times are virtual µs, places px. */

/** The stretch of the run that is in sight. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Plot extends Span {
  /** Left and right end of the lanes. */
  readonly left: number;
  readonly right: number;
}

/** Shortest stretch that can be zoomed to. */
export const SHORTEST = 50_000;
/** The shortest stretch before anybody zooms. */
const OPENING = 5_000_000;
/** The whole run is shown up to this length; after that the window walks with now. */
const WHOLE = 45_000_000;
/** Share of the width that stays free on the right of now: what has not happened. */
const AHEAD = 0.09;

/**
 * The stretch to show. `zoom` undefined: from the start while the run is short. In the past the window stays where it `was`, and
 * moves only when the playhead would leave it.
 */
export function spanFor(playhead: number, live: number, zoom: number | undefined, was: Span | undefined): Span {
  const length = zoom ?? Math.min(WHOLE, Math.max(OPENING, live / (1 - AHEAD)));
  if (playhead >= live || was === undefined) return spanAt(live - length * (1 - AHEAD), length);
  const margin = length * 0.02;
  let from = was.from;
  if (was.to - was.from !== length) {
    // Zoomed: the playhead keeps its place on the screen.
    from = playhead - ((playhead - was.from) / (was.to - was.from)) * length;
  }
  if (playhead < from + margin) from = playhead - margin;
  if (playhead > from + length - margin) from = playhead - length + margin;
  return spanAt(from, length);
}

function spanAt(from: number, length: number): Span {
  const start = Math.max(0, from);
  return { from: start, to: start + length };
}

export function xOf(plot: Plot, time: number): number {
  return plot.left + ((time - plot.from) / (plot.to - plot.from)) * (plot.right - plot.left);
}

export function timeOf(plot: Plot, x: number): number {
  return plot.from + ((x - plot.left) / (plot.right - plot.left)) * (plot.to - plot.from);
}

const STEPS = [
  1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000,
  30_000_000, 60_000_000,
];

/** Round times for the axis, at least `gap` px apart, with the step between them. */
export function ticksOf(plot: Plot, gap: number): { readonly times: readonly number[]; readonly step: number } {
  const perPixel = (plot.to - plot.from) / (plot.right - plot.left);
  const step = STEPS.find((candidate) => candidate >= gap * perPixel) ?? 60_000_000;
  const times: number[] = [];
  for (let time = Math.ceil(plot.from / step) * step; time <= plot.to; time += step) times.push(time);
  return { times, step };
}

/** "12 s", "12.25 s", "1:05 min" once a run has minutes. */
export function tickText(time: number, step: number): string {
  const digits = step >= 1_000_000 ? 0 : step >= 100_000 ? 1 : step >= 10_000 ? 2 : 3;
  return `${(time / 1_000_000).toFixed(digits)} s`;
}

/** Words that would like to stand on the one line above the lanes. */
export interface Wish {
  readonly x: number;
  /** From the longest to the shortest. */
  readonly texts: readonly string[];
  /** Who is placed first when there is not room for all: the higher. */
  readonly rank: number;
  /** Preferred side of its mark; the other side is taken where there is no room. */
  readonly side: 'left' | 'right';
  /** From the mark to the words, px. */
  readonly gap: number;
}

export interface Placed {
  readonly wish: number;
  readonly text: string;
  /** Left end of the words. */
  readonly x: number;
  /** Marks of a lower rank that stand under the words: they give way. */
  readonly covers: readonly number[];
}

/** Pixels between neighbours. */
const AIR = 8;

/**
 * Gives each wish a text and a side so that nothing overlaps, by rank; who finds no room goes without words.
 * `taken` are stretches that are not free from the start. Words stand over no mark of their own rank or above.
 */
export function placeWords(
  wishes: readonly Wish[],
  measure: (text: string, wish: number) => number,
  left: number,
  right: number,
  taken: readonly (readonly [number, number])[],
): readonly Placed[] {
  const busy: (readonly [number, number])[] = [...taken];
  const order = wishes.map((_, i) => i).sort((a, b) => (wishes[b]?.rank ?? 0) - (wishes[a]?.rank ?? 0) || b - a);
  const placed: Placed[] = [];
  for (const i of order) {
    const wish = wishes[i];
    if (wish === undefined) continue;
    const found = place(wish, i);
    if (found === undefined) continue;
    placed.push(found);
    busy.push([found.x, found.x + measure(found.text, i)]);
  }
  return placed;

  function place(wish: Wish, i: number): Placed | undefined {
    const sides = wish.side === 'right' ? (['right', 'left'] as const) : (['left', 'right'] as const);
    for (const text of wish.texts) {
      const width = measure(text, i);
      for (const side of sides) {
        const x = side === 'right' ? wish.x + wish.gap : wish.x - wish.gap - width;
        const free = busy.every(([from, to]) => x + width + AIR <= from || x - AIR >= to);
        if (x < left || x + width > right || !free) continue;
        const covers = wishes.flatMap((other, j) => (j !== i && other.x > x - 6 && other.x < x + width + 6 ? [j] : []));
        if (covers.every((j) => (wishes[j]?.rank ?? 0) < wish.rank)) return { wish: i, text, x, covers };
      }
    }
    return undefined;
  }
}
