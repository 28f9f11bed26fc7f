/** Where revisions stand on the ruler. Pure: px and revisions in, px and revisions out. A revision is a slot, not a point. */

/** px of a slot: as many as fit at the least width, never wider than the greatest. */
const SLOT_LEAST = 16;
const SLOT_MOST = 96;

export interface RevisionScale {
  readonly first: number;
  readonly last: number;
  /** px from the left edge of the plot to the slot of `first`. */
  readonly left: number;
  readonly slot: number;
}

/**
 * The window of revisions that is shown.
 *
 * @param width of the plot, px
 * @param oldest revision worth showing
 * @param first where somebody has scrolled to; undefined = up to the newest
 * @param handle stays inside the window
 */
export function revisionScale(
  width: number,
  oldest: number,
  newest: number,
  first: number | undefined,
  handle: number,
): RevisionScale {
  const all = newest - oldest + 1;
  const span = Math.max(1, Math.min(all, Math.floor(width / SLOT_LEAST)));
  const slot = Math.min(SLOT_MOST, width / span);
  const clamp = (at: number) => Math.max(oldest, Math.min(newest - span + 1, at));
  let from = clamp(first ?? newest - span + 1);
  if (handle < from) from = clamp(handle);
  else if (handle > from + span - 1) from = clamp(handle - span + 1);
  return { first: from, last: from + span - 1, left: 0, slot };
}

/** px of the left edge of a revision's slot. */
export function slotAt(scale: RevisionScale, revision: number): number {
  return scale.left + (revision - scale.first) * scale.slot;
}

/** The revision at a place, one beyond each end at most: so a drag past an edge scrolls. */
export function revisionAt(scale: RevisionScale, x: number): number {
  const revision = scale.first + Math.floor((x - scale.left) / scale.slot);
  return Math.max(scale.first - 1, Math.min(scale.last + 1, revision));
}

/** Revisions that carry a number: round ones, as many as do not touch. */
export function rulerMarks({ first, last, slot }: RevisionScale): readonly number[] {
  const room = String(last).length * 7.3 + 10;
  const every = [1, 2, 5, 10, 20, 50, 100].find((step) => step * slot >= room) ?? 200;
  const marks: number[] = [];
  for (let revision = Math.ceil(first / every) * every; revision <= last; revision += every) marks.push(revision);
  return marks;
}
