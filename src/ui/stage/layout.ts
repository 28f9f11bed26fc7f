/**
 * Where members and their labels stand in a box, and which way calls take to them. Pixels, origin top left, y down. Places depend on who is
 * there alone, so nobody moves when leadership does.
 */
import { type Box, type Curve, distanceTo, meets, onCurve, type Point, type Rect, type Segment } from './plane.ts';

/** One member's place. */
export interface MemberPlace {
  readonly ordinal: number;
  /** Centre. */
  readonly x: number;
  readonly y: number;
  /** Where its label block hangs: below it, or to its right where links leave downward. */
  readonly side: 'below' | 'right';
}

/** Where members stand. */
export interface Places {
  readonly box: Box;
  /** Of every member's disc or ring. */
  readonly radius: number;
  /** Radius of the timer arc, a leader's outer arcs and the rest that lies outside the ring. */
  readonly outer: number;
  /** From a member's centre to where its links begin. */
  readonly gap: number;
  /** Below 26 px: name, hue, ring and crown only. */
  readonly small: boolean;
  /** Of label blocks: 1, more in a hall. */
  readonly scale: number;
  /** Side of a message's box. */
  readonly glyph: number;
  /** Ascending by ordinal; whoever was removed has no place. */
  readonly members: readonly MemberPlace[];
  /** Where clients' requests come from: the middle of the lower edge. */
  readonly prompt: Point;
  readonly narrow: boolean;
}

export interface StageLayout extends Places {
  /** A client's way to each of `members`. */
  readonly callPaths: readonly Curve[];
}

/** Six cells of 16 with gaps of 3. */
export const MINI_LOG = { cells: 6, width: 16, height: 12, gap: 3, total: 6 * 16 + 5 * 3 } as const;
/** Height of a role word's line, and of the whole block with a word and a value. */
export const WORD_LINE = 21;
export const VALUE_LINE = 20;
/** By so much a candidate's dots push its label down. */
const PILL_LINE = 16;
/** The longest word with its dots behind it. */
const CANDIDATE_LINE = 168;
const BELOW_LABEL = 20;
/** Height of a label block with all its lines. */
const BESIDE_LABEL = WORD_LINE + MINI_LOG.height + VALUE_LINE;

type Unit = readonly (readonly [number, number])[];

/** In units of the rectangle in which centres may stand; drawn by hand, for symmetry and room for the prompt's path in the middle. */
const PLACES: Readonly<Record<number, Unit>> = {
  1: [[0.5, 0.4]],
  2: [
    [0.2, 0.45],
    [0.8, 0.45],
  ],
  3: [
    [0.5, 0],
    [0.86, 1],
    [0.14, 1],
  ],
  5: [
    [0.5, 0],
    [1, 0.4],
    [0.77, 1],
    [0.23, 1],
    [0, 0.4],
  ],
  6: [
    [0.5, 0],
    [0.83, 0.1],
    [1, 0.65],
    [0.5, 1],
    [0, 0.65],
    [0.17, 0.1],
  ],
  7: [
    [0.5, 0],
    [0.85, 0.2],
    [1, 0.7],
    [0.68, 1],
    [0.32, 1],
    [0, 0.7],
    [0.15, 0.2],
  ],
  8: [
    [0.5, 0],
    [0.78, 0.16],
    [1, 0.45],
    [0.8, 1],
    [0.5, 1],
    [0.2, 1],
    [0, 0.45],
    [0.22, 0.16],
  ],
  9: [
    [0.5, 0],
    [0.76, 0.2],
    [1, 0.4],
    [0.86, 1],
    [0.62, 1],
    [0.38, 1],
    [0.14, 1],
    [0, 0.4],
    [0.24, 0.2],
  ],
};

/** On a phone the rows are further apart, for labels leave no room beside a neighbour. */
const NARROW_PLACES: Readonly<Record<number, Unit>> = {
  5: [
    [0.5, 0],
    [1, 0.33],
    [0.82, 1],
    [0.18, 1],
    [0, 0.33],
  ],
  7: [
    [0.5, 0],
    [1, 0.122],
    [1, 0.561],
    [0.735, 1],
    [0.265, 1],
    [0, 0.561],
    [0, 0.122],
  ],
};

/** Where the stage is narrower than its height asks for: whoever stands below moves away from labels at the sides. */
const TIGHT_PLACES: Readonly<Record<number, Unit>> = {
  5: [
    [0.5, 0],
    [1, 0.4],
    [0.7, 1],
    [0.3, 1],
    [0, 0.4],
  ],
};

/** A regular polygon with its first corner on top, stretched to the unit square: for the counts that have no drawing of their own. */
function ellipsePlaces(count: number): Unit {
  const corners = Array.from({ length: count }, (_, i) => {
    const angle = ((i / count) * 360 - 90) * (Math.PI / 180);
    return [Math.cos(angle), Math.sin(angle)] as const;
  });
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const scale = (value: number, all: readonly number[]) => {
    const low = Math.min(...all);
    const high = Math.max(...all);
    return high - low < 1e-9 ? 0.5 : (value - low) / (high - low);
  };
  return corners.map(([x, y]) => [scale(x, xs), scale(y, ys)] as const);
}

/** Below it a member has no room for words: name, hue, ring and crown only. px in a cluster of labels of scale 1. */
const LEAST_RADIUS = 26;
/** Of the small form, on a desk. */
const SMALL_RADIUS = 30;
const SMALLEST_RADIUS = 11;

/**
 * Places members into the box: as large as the design wants them, smaller where labels would lie on neighbours, and without labels where
 * even that leaves no room.
 *
 * @param who ordinals, ascending, 1 … 9 of them; a number stands for so many from 1 on
 * @param base radius of a member in a cluster of three to five: the token `--member`, 56 px on a desk, 42 on a phone, 84 in a hall.
 */
export function layoutStage(who: number | readonly number[], box: Box, base = 56): StageLayout {
  const ordinals = ordinalsOf(who);
  const count = ordinals.length;
  const narrow = box.width < 520;
  const scale = base > 64 ? base / 56 : 1;
  const wanted = memberRadius(count, box, base, narrow);
  for (let radius = wanted; radius >= LEAST_RADIUS * scale; radius -= 2) {
    for (const units of drawings(count, narrow)) {
      const layout = standIn({ box, base, scale, narrow, small: false }, ordinals, units, radius);
      if (isClear(layout)) return withCallPaths(layout);
    }
  }
  const units = ellipsePlaces(count);
  for (let radius = Math.min(wanted, SMALL_RADIUS * scale); ; radius--) {
    const layout = standIn({ box, base, scale, narrow, small: true }, ordinals, units, radius);
    if (radius <= SMALLEST_RADIUS || isClear(layout)) return withCallPaths(layout);
  }
}

/** How so many members may stand, the best first. */
function drawings(count: number, narrow: boolean): readonly Unit[] {
  const [wide, tight, tall] = [PLACES[count], TIGHT_PLACES[count], NARROW_PLACES[count]];
  const drawn = (narrow ? [tall, wide] : [wide, tight, tall]).filter((units) => units !== undefined);
  return drawn.length === 0 ? [ellipsePlaces(count)] : drawn;
}

type Ground = Pick<Places, 'box' | 'scale' | 'narrow' | 'small'> & { readonly base: number };

function standIn({ box, base, scale, narrow, small }: Ground, ordinals: readonly number[], units: Unit, radius: number): Places {
  const count = ordinals.length;
  const outer = radius + Math.max(5, radius * 0.15);
  const gap = outer + Math.max(5, radius * 0.16);
  const side = Math.max(outer + 6, small ? 0 : (MINI_LOG.total / 2) * scale + 6) + (narrow ? 0 : 22);
  const top = small ? radius + 18 : Math.max(radius * 1.48 + 8, BESIDE_LABEL * scale - radius * 0.2 + 4);
  const bottom = small ? radius + 10 : radius + (BELOW_LABEL + WORD_LINE + MINI_LOG.height + VALUE_LINE + 13) * scale;
  // Beyond this a cluster falls apart into single members: wide stages get margins instead.
  const freeWidth = Math.min(Math.max(1, box.width - 2 * side), base * 18);
  const freeHeight = Math.min(Math.max(1, box.height - top - bottom), base * 11);
  const left = (box.width - freeWidth) / 2;
  const upper = top + (box.height - top - bottom - freeHeight) * 0.4;
  const prompt = { x: Math.round(box.width / 2), y: box.height };
  const glyph = Math.max(18, Math.min(32 * scale, Math.round(radius * 0.57)));
  const members = units.map(
    ([x, y], i): MemberPlace => ({
      ordinal: ordinals[i] ?? i + 1,
      x: Math.round(left + x * freeWidth),
      y: Math.round(upper + y * freeHeight),
      side: i === 0 && count !== 2 ? 'right' : 'below',
    }),
  );
  return { box, radius, outer, gap, small, scale, glyph, members, prompt, narrow };
}

/** So much of a link is seen between two members, in radii. */
const LINK_SEEN = 0.7;

/** Nobody's label lies on another's rings or label, and nobody stands beyond the edge. */
function isClear(layout: Places): boolean {
  const { members, radius, outer, box, narrow } = layout;
  // On a phone a word that comes may touch the arc: the little logs are worth it.
  const clear = narrow ? radius : outer;
  const labels = members.map((place) => footprint(layout, place).slice(1));
  const isInside = ({ x, y, width, height }: Rect) => x >= 0 && y >= 0 && x + width <= box.width && y + height <= box.height;
  return members.every((place, i) => {
    const own = labels[i] ?? [];
    if (!footprint(layout, place).every(isInside)) return false;
    return members.every((other, j) => {
      if (other === place) return true;
      const theirs = labels[j] ?? [];
      return (
        Math.hypot(place.x - other.x, place.y - other.y) > 2 * outer + LINK_SEEN * radius &&
        own.every((label) => distanceTo(label, other) >= clear && !theirs.some((rect) => meets(label, rect)))
      );
    });
  });
}

function withCallPaths(layout: Places): StageLayout {
  const { members, prompt, gap, outer, glyph } = layout;
  const callPaths = members.map((place) => callCurve(place, members, prompt, gap + glyph * 0.5, outer + glyph * 0.75));
  return { ...layout, callPaths };
}

/** On the way from one layout to another of other members: `share` 0 … 1. Who is new stands where it will stand. */
export function layoutBetween(from: StageLayout, to: StageLayout, share: number): StageLayout {
  const mix = (a: number, b: number) => a + (b - a) * share;
  return withCallPaths({
    ...to,
    radius: mix(from.radius, to.radius),
    outer: mix(from.outer, to.outer),
    gap: mix(from.gap, to.gap),
    glyph: Math.round(mix(from.glyph, to.glyph)),
    members: to.members.map((place) => {
      const before = from.members.find((other) => other.ordinal === place.ordinal);
      return before === undefined ? place : { ...place, x: mix(before.x, place.x), y: mix(before.y, place.y) };
    }),
  });
}

function ordinalsOf(who: number | readonly number[]): readonly number[] {
  return typeof who === 'number' ? Array.from({ length: who }, (_, i) => i + 1) : who;
}

/**
 * A client's way to a member: straight where nobody stands in it, else the flattest curve that keeps `clear` px from every other centre.
 *
 * @param stop px from the member's centre at which it ends
 */
function callCurve(place: MemberPlace, members: readonly MemberPlace[], prompt: Point, stop: number, clear: number): Curve {
  const from = { x: prompt.x, y: prompt.y - 2 };
  const middle = { x: (from.x + place.x) / 2, y: (from.y + place.y) / 2 };
  const length = Math.max(1, Math.hypot(place.x - from.x, place.y - from.y));
  const nx = (place.y - from.y) / length;
  const ny = -(place.x - from.x) / length;
  let best: { readonly curve: Curve; readonly room: number } | undefined;
  for (let bend = 0; bend <= 12; bend++) {
    for (const side of bend === 0 ? [0] : [1, -1]) {
      const by = side * bend * 0.07 * length;
      const control = { x: middle.x + nx * by, y: middle.y + ny * by };
      const end = Math.max(1, Math.hypot(place.x - control.x, place.y - control.y));
      const to = { x: place.x + ((control.x - place.x) / end) * stop, y: place.y + ((control.y - place.y) / end) * stop };
      const curve = { from, control, to };
      let room = Number.POSITIVE_INFINITY;
      for (let step = 1; step < 20; step++) {
        const at = onCurve(curve, step / 20);
        // Above all else it stays on the stage.
        if (at.y > prompt.y || at.x < 0 || at.x > 2 * prompt.x) room = -1;
        for (const other of members) {
          if (other !== place) room = Math.min(room, Math.hypot(at.x - other.x, at.y - other.y));
        }
      }
      if (room >= clear) return curve;
      if (best === undefined || room > best.room) best = { curve, room };
    }
  }
  return best?.curve ?? { from, control: middle, to: middle };
}

function memberRadius(count: number, box: Box, base: number, narrow: boolean): number {
  if (narrow) {
    const phone = Math.min(base, 42);
    return count <= 5 ? phone : count <= 7 ? Math.round(phone * 0.7) : Math.round(phone * 0.36);
  }
  if (count > 7) return Math.round((base * 26) / 56);
  if (count > 6) return Math.round((base * 34) / 56);
  if (count > 5) return Math.round((base * 42) / 56);
  return Math.round(Math.min(Math.max(box.height / 7.5, base * 0.82), base * 1.07));
}

/** The place of a member. Throws for an ordinal that the layout does not have. */
export function placeOf(layout: StageLayout, ordinal: number): MemberPlace {
  const place = layout.members.find((each) => each.ordinal === ordinal);
  if (place === undefined) throw new Error(`no member ${ordinal} on a stage of ${layout.members.length}`);
  return place;
}

/** Upper left corner of a member's label block, relative to its centre. `pill`: a candidate's dots stand between ring and words. */
export function labelOrigin(layout: Places, side: MemberPlace['side'], pill: boolean): { readonly x: number; readonly y: number } {
  const { radius, outer, scale } = layout;
  // Beside a small member the block rises, off the links that leave to the right.
  if (side === 'right') return { x: outer + 12, y: Math.min(-radius * 0.9, radius * 0.2 - BESIDE_LABEL * scale) };
  return { x: (-MINI_LOG.total / 2) * scale, y: pill ? radius + 27 * scale : outer + 11 * scale };
}

/** Whether a member stands on this stage. */
export function hasPlace(layout: StageLayout, ordinal: number): boolean {
  return layout.members.some((each) => each.ordinal === ordinal);
}

/** What a member covers: its disc with arc and crown, and its label block with a word and a value. */
export function footprint(layout: Places, place: MemberPlace): readonly Rect[] {
  const { outer, radius, small } = layout;
  const crown = small ? 10 : radius * 0.42;
  const disc = { x: place.x - outer, y: place.y - outer - crown, width: 2 * outer, height: 2 * outer + crown };
  if (small) return [disc];
  const at = labelOrigin(layout, place.side, false);
  return [
    disc,
    {
      x: place.x + at.x - 4,
      y: place.y + at.y,
      width: MINI_LOG.total * layout.scale + 8,
      height: (WORD_LINE + MINI_LOG.height + VALUE_LINE) * layout.scale,
    },
  ];
}

/** What a member covers, closer: a disc as four rectangles round it, the crown, the label. For captions that look for a place. */
export function covered(layout: StageLayout, place: MemberPlace): Rect[] {
  const { outer, radius } = layout;
  const bands = [
    [1, 0.38],
    [0.92, 0.71],
    [0.71, 0.92],
    [0.38, 1],
  ] as const;
  return [
    ...bands.map(([w, h]) => ({ x: place.x - w * outer, y: place.y - h * outer, width: 2 * w * outer, height: 2 * h * outer })),
    { x: place.x - radius * 0.45, y: place.y - radius * 1.5, width: radius * 0.9, height: radius },
    ...leanLabel(layout, place),
  ];
}

/** A label block with the word and the dots of a candidate: below its ring, or beside the word. */
export function fullLabel(layout: StageLayout, place: MemberPlace): readonly Rect[] {
  const { scale } = layout;
  return footprint(layout, place)
    .slice(1)
    .map((label) =>
      place.side === 'right'
        ? { ...label, width: Math.max(label.width, CANDIDATE_LINE * scale) }
        : { ...label, height: label.height + PILL_LINE * scale },
    );
}

/** A label block without the line of the role's word, which followers lack. */
export function leanLabel(layout: StageLayout, place: MemberPlace): readonly Rect[] {
  const word = WORD_LINE * layout.scale;
  return footprint(layout, place)
    .slice(1)
    .map((label) => (place.side === 'right' ? label : { ...label, height: label.height - word }));
}

/** The line between two members, from ring to ring. */
export function linkSegment(layout: StageLayout, a: number, b: number): Segment {
  const p = placeOf(layout, a);
  const q = placeOf(layout, b);
  const length = Math.max(1, Math.hypot(q.x - p.x, q.y - p.y));
  const gap = Math.min(layout.gap, length / 2 - 1);
  const ux = (q.x - p.x) / length;
  const uy = (q.y - p.y) / length;
  return { from: { x: p.x + ux * gap, y: p.y + uy * gap }, to: { x: q.x - ux * gap, y: q.y - uy * gap } };
}

/** Every unordered pair of members, lower ordinal first. @param who as of {@link layoutStage} */
export function memberPairs(who: number | readonly number[]): readonly (readonly [number, number])[] {
  const ordinals = ordinalsOf(who);
  return ordinals.flatMap((a, i) => ordinals.slice(i + 1).map((b): readonly [number, number] => [a, b]));
}

/** Ordinals of those who stand on a stage, ascending. */
export function placedOrdinals(layout: StageLayout): readonly number[] {
  return layout.members.map((place) => place.ordinal);
}
