/**
 * Where things stand on the stage: pure functions of the number of members and the box. Pixels, origin top left, y down.
 * Positions depend on who is there alone, so nobody moves when leadership does.
 */
import { type Flight, type Frame, topLeader, type WallFrame } from '../../view/index.ts';
import type { WallLine } from '../../workers/index.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly width: number;
  readonly height: number;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A straight piece of a line. */
export interface Segment {
  readonly from: Point;
  readonly to: Point;
}

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

/** A quadratic curve. */
export interface Curve {
  readonly from: Point;
  readonly control: Point;
  readonly to: Point;
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

/** px from a rectangle to a point outside it; 0 inside. */
export function distanceTo(rect: Rect, point: Point): number {
  return Math.hypot(
    Math.max(rect.x - point.x, 0, point.x - rect.x - rect.width),
    Math.max(rect.y - point.y, 0, point.y - rect.y - rect.height),
  );
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

/** The point at `t` (0 … 1) of a curve. */
export function onCurve(curve: Curve, t: number): Point {
  const u = 1 - t;
  return {
    x: u * u * curve.from.x + 2 * u * t * curve.control.x + t * t * curve.to.x,
    y: u * u * curve.from.y + 2 * u * t * curve.control.y + t * t * curve.to.y,
  };
}

/** The part of a curve up to `t`. */
export function curveUpTo(curve: Curve, t: number): Curve {
  const control = along({ from: curve.from, to: curve.control }, t);
  return { from: curve.from, control, to: onCurve(curve, t) };
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

/** How long a text is, in letters of Latin; others are wider. */
export function letters(text: string): number {
  const wide = [...text].filter((letter) => letter > '\u2e80').length;
  return text.length + wide * 0.8;
}

/** A label block without the line of the role's word, which followers lack. */
function leanLabel(layout: StageLayout, place: MemberPlace): readonly Rect[] {
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

export function along(segment: Segment, fraction: number): Point {
  return {
    x: segment.from.x + (segment.to.x - segment.from.x) * fraction,
    y: segment.from.y + (segment.to.y - segment.from.y) * fraction,
  };
}

/** Where two segments cross, as a fraction of the first; undefined when they do not. Touching ends count. */
export function crossing(a: Segment, b: Segment): number | undefined {
  const ax = a.to.x - a.from.x;
  const ay = a.to.y - a.from.y;
  const bx = b.to.x - b.from.x;
  const by = b.to.y - b.from.y;
  const cross = ax * by - ay * bx;
  if (Math.abs(cross) < 1e-9) return undefined;
  const dx = b.from.x - a.from.x;
  const dy = b.from.y - a.from.y;
  const t = (dx * by - dy * bx) / cross;
  const u = (dx * ay - dy * ax) / cross;
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? t : undefined;
}

/** A wall's line in pixels of this box. */
export function wallSegment(line: WallLine, box: Box): Segment {
  return { from: { x: line.x1 * box.width, y: line.y1 * box.height }, to: { x: line.x2 * box.width, y: line.y2 * box.height } };
}

/**
 * Where a wall stands on this stage. Its line was drawn on a stage of some size; where members stand otherwise here (a phone, a link from
 * somebody else) and it would no longer part the members that it parts, it moves between them. So does one that was drawn over a disc.
 */
export function standingWall(wall: Pick<WallFrame, 'line' | 'links'>, layout: StageLayout): Segment {
  const drawn = wallSegment(wall.line, layout.box);
  // Whoever was removed since is not there to be parted.
  const links = wall.links.filter(([a, b]) => hasPlace(layout, a) && hasPlace(layout, b));
  const cut = new Set(links.map(([a, b]) => (a < b ? `${a}-${b}` : `${b}-${a}`)));
  const crossed = new Set(crossedLinks(layout, drawn).map(([a, b]) => (a < b ? `${a}-${b}` : `${b}-${a}`)));
  const same = cut.size === crossed.size && [...cut].every((link) => crossed.has(link));
  const clear = layout.members.every((place) => {
    const near = nearestOn(drawn, place);
    return Math.hypot(near.x - place.x, near.y - place.y) > layout.outer;
  });
  if (same && clear) return drawn;
  const pairs = memberPairs(placedOrdinals(layout));
  const side = new Set(layout.members.slice(0, 1).map((place) => place.ordinal));
  for (let grown = true; grown; ) {
    grown = false;
    for (const [a, b] of pairs) {
      if (cut.has(`${a}-${b}`) || side.has(a) === side.has(b)) continue;
      side.add(a).add(b);
      grown = true;
    }
  }
  const one = layout.members.map((place) => place.ordinal).filter((member) => side.has(member));
  const other = layout.members.map((place) => place.ordinal).filter((member) => !side.has(member));
  if (other.length === 0 || one.length * other.length !== cut.size) return drawn;
  const between = separate(one, other, layout);
  if (between === undefined) return drawn;
  const line = extendToBox(between.line, layout.box, 8);
  // It falls from where the drag began.
  const near = (point: Point) => Math.hypot(point.x - drawn.from.x, point.y - drawn.from.y);
  return near(line.from) <= near(line.to) ? line : { from: line.to, to: line.from };
}

/** The line between two groups that keeps furthest from discs and labels, or from centres where labels leave no way. */
function separate(
  one: readonly number[],
  other: readonly number[],
  layout: StageLayout,
): { readonly line: Segment; readonly margin: number; readonly clear: boolean } | undefined {
  for (const points of [discAndLabel, discAndLean, disc, centre]) {
    const between = widestGap(
      one.flatMap((member) => points(layout, member)),
      other.flatMap((member) => points(layout, member)),
    );
    if (between !== undefined) return { ...between, clear: points === discAndLabel || points === discAndLean };
  }
  return undefined;
}

/** A drawn line as fractions of the box, for the journal. Four decimals: a share link need not know a hair's width. */
export function wallLine(segment: Segment, box: Box): WallLine {
  const f = (value: number, size: number) => Math.round((value / Math.max(1, size)) * 10_000) / 10_000;
  return {
    x1: f(segment.from.x, box.width),
    y1: f(segment.from.y, box.height),
    x2: f(segment.to.x, box.width),
    y2: f(segment.to.y, box.height),
  };
}

/** Member links that a line crosses between the members' centres: both directions of each. Never a client's. */
export function crossedLinks(layout: StageLayout, line: Segment): readonly (readonly [number, number])[] {
  return memberPairs(placedOrdinals(layout))
    .filter(([a, b]) => crossing({ from: placeOf(layout, a), to: placeOf(layout, b) }, line) !== undefined)
    .flatMap(([a, b]) => [[a, b] as const, [b, a] as const]);
}

/** The line through a segment, as long as the box allows (inset by `margin`). A segment outside the box comes back as it is. */
export function extendToBox(segment: Segment, box: Box, margin = 0): Segment {
  const { from, to } = segment;
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  const clip = (start: number, delta: number, size: number) => {
    if (Math.abs(delta) < 1e-9) return;
    const a = (margin - start) / delta;
    const b = (size - margin - start) / delta;
    low = Math.max(low, Math.min(a, b));
    high = Math.min(high, Math.max(a, b));
  };
  clip(from.x, dx, box.width);
  clip(from.y, dy, box.height);
  if (!(low < high) || !Number.isFinite(low) || !Number.isFinite(high)) return segment;
  return { from: { x: from.x + dx * low, y: from.y + dy * low }, to: { x: from.x + dx * high, y: from.y + dy * high } };
}

/** On which side of a line's direction a point lies: positive, negative, 0 on it; in pixels from it. */
export function sideOf(line: Segment, point: Point): number {
  const dx = line.to.x - line.from.x;
  const dy = line.to.y - line.from.y;
  return ((point.y - line.from.y) * dx - (point.x - line.from.x) * dy) / Math.max(1e-9, Math.hypot(dx, dy));
}

/** A wall that is ready to be built. */
export interface DefaultWall {
  readonly line: WallLine;
  /** Both directions of every link it crosses. */
  readonly links: readonly (readonly [number, number])[];
  /** Who is shut in, the leader among them; ascending. */
  readonly minority: readonly number[];
}

/**
 * The wall of the verb "Split": shuts the leader of the highest term in with as many neighbours as a minority allows (of five: one).
 * Of the possible neighbours, and while nobody leads of all, it takes those from whom the line keeps the greatest distance. Undefined for a
 * single member.
 */
export function defaultWall(frame: Frame, layout: StageLayout): DefaultWall | undefined {
  const count = layout.members.length;
  if (count < 2) return undefined;
  const ordinals = placedOrdinals(layout);
  const leader = ordinals.indexOf(topLeader(frame)?.ordinal ?? 0);
  const size = Math.max(1, Math.ceil(count / 2) - 1);
  let best: { readonly line: Segment; readonly margin: number; readonly minority: readonly number[] } | undefined;
  for (let shift = 0; shift < (leader < 0 ? count : size); shift++) {
    const minority = Array.from(
      { length: size },
      (_, i) => ordinals[(Math.max(0, leader) - shift + i + count) % count] as number, // inside the ring
    ).sort((a, b) => a - b);
    const majority = ordinals.filter((m) => !minority.includes(m));
    const between = separate(minority, majority, layout);
    if (between === undefined) continue;
    // A line that has to run over labels is the last resort.
    const margin = between.clear ? between.margin : between.margin - 10_000;
    if (best === undefined || margin > best.margin) best = { line: extendToBox(between.line, layout.box, 8), margin, minority };
  }
  if (best === undefined) return undefined;
  const line = best.line.from.y <= best.line.to.y ? best.line : { from: best.line.to, to: best.line.from };
  return { line: wallLine(line, layout.box), links: crossedLinks(layout, line), minority: best.minority };
}

function disc(layout: StageLayout, ordinal: number): readonly Point[] {
  const place = placeOf(layout, ordinal);
  return Array.from({ length: 16 }, (_, i) => {
    const [x, y] = polar(layout.outer + 4, i * 22.5);
    return { x: place.x + x, y: place.y + y };
  });
}

function discAndLabel(layout: StageLayout, ordinal: number): readonly Point[] {
  return [...disc(layout, ordinal), ...footprint(layout, placeOf(layout, ordinal)).slice(1).flatMap(corners)];
}

/** As long as no role's word stands in the label: the usual case below a member. */
function discAndLean(layout: StageLayout, ordinal: number): readonly Point[] {
  return [...disc(layout, ordinal), ...leanLabel(layout, placeOf(layout, ordinal)).flatMap(corners)];
}

function centre(layout: StageLayout, ordinal: number): readonly Point[] {
  return [placeOf(layout, ordinal)];
}

export function corners(rect: Rect): readonly Point[] {
  const { x, y, width, height } = rect;
  return [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ];
}

/** The line that separates two sets of points with the widest margin, or undefined when none separates them. */
function widestGap(a: readonly Point[], b: readonly Point[]): { readonly line: Segment; readonly margin: number } | undefined {
  const hullA = hull(a);
  const hullB = hull(b);
  let best: { readonly p: Point; readonly q: Point; readonly distance: number } | undefined;
  const offer = (p: Point, q: Point, flip: boolean) => {
    const distance = Math.hypot(p.x - q.x, p.y - q.y);
    if (best === undefined || distance < best.distance) best = flip ? { p: q, q: p, distance } : { p, q, distance };
  };
  for (const [points, edges, flip] of [
    [hullA, hullB, false],
    [hullB, hullA, true],
  ] as const) {
    for (const p of points) {
      edges.forEach((from, i) => {
        const to = edges[(i + 1) % edges.length] ?? from;
        offer(p, nearestOn({ from, to }, p), flip);
      });
    }
  }
  if (best === undefined || best.distance < 2) return undefined;
  const mx = (best.p.x + best.q.x) / 2;
  const my = (best.p.y + best.q.y) / 2;
  const nx = (best.q.x - best.p.x) / best.distance;
  const ny = (best.q.y - best.p.y) / best.distance;
  const line = { from: { x: mx - ny * 10, y: my + nx * 10 }, to: { x: mx + ny * 10, y: my - nx * 10 } };
  // Overlapping hulls have a smallest distance too: only the sides tell that nothing separates them.
  const sides = hullA.map((p) => Math.sign(sideOf(line, p)));
  const others = hullB.map((p) => Math.sign(sideOf(line, p)));
  const clean = sides.every((s) => s === sides[0]) && others.every((s) => s === -(sides[0] ?? 0));
  return clean ? { line, margin: best.distance / 2 } : undefined;
}

function nearestOn(segment: Segment, point: Point): Point {
  const dx = segment.to.x - segment.from.x;
  const dy = segment.to.y - segment.from.y;
  const length = dx * dx + dy * dy;
  if (length === 0) return segment.from;
  const t = ((point.x - segment.from.x) * dx + (point.y - segment.from.y) * dy) / length;
  return along(segment, Math.max(0, Math.min(1, t)));
}

/** Convex hull, anticlockwise on screen; Andrew's monotone chain. */
export function hull(points: readonly Point[]): readonly Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  if (sorted.length < 3) return sorted;
  const half = (list: readonly Point[]) => {
    const chain: Point[] = [];
    for (const p of list) {
      for (;;) {
        const a = chain.at(-2);
        const b = chain.at(-1);
        if (a === undefined || b === undefined || (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) > 0) break;
        chain.pop();
      }
      chain.push(p);
    }
    chain.pop();
    return chain;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

/** The part of a convex polygon on the side of the line where `keep` lies. */
export function clipPolygon(polygon: readonly Point[], line: Segment, keep: Point): readonly Point[] {
  const wanted = Math.sign(sideOf(line, keep));
  const result: Point[] = [];
  polygon.forEach((p, i) => {
    const q = polygon[(i + 1) % polygon.length] ?? p;
    const a = sideOf(line, p) * wanted;
    const b = sideOf(line, q) * wanted;
    if (a >= 0) result.push(p);
    if ((a > 0 && b < 0) || (a < 0 && b > 0)) result.push(along({ from: p, to: q }, a / (a - b)));
  });
  return result;
}

export function inside(polygon: readonly Point[], point: Point): boolean {
  let sign = 0;
  for (let i = 0; i < polygon.length; i++) {
    const from = polygon[i];
    const to = polygon[(i + 1) % polygon.length];
    if (from === undefined || to === undefined) return false;
    const side = Math.sign(sideOf({ from, to }, point));
    if (side === 0) continue;
    if (sign !== 0 && side !== sign) return false;
    sign = side;
  }
  return true;
}

export function grow(rect: Rect, by: number): Rect {
  return { x: rect.x - by, y: rect.y - by, width: rect.width + 2 * by, height: rect.height + 2 * by };
}

export function meets(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function overlap(a: Rect, b: Rect): number {
  const w = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

export function rectMeets(rect: Rect, segment: Segment): boolean {
  const c = corners(rect);
  if (inside(c, segment.from) || inside(c, segment.to)) return true;
  return c.some((from, i) => crossing({ from, to: c[(i + 1) % 4] ?? from }, segment) !== undefined);
}

/** Where a message is, and what has become of it. */
export interface FlightPlace {
  readonly x: number;
  readonly y: number;
  /** Direction of flight, length 1. */
  readonly dx: number;
  readonly dy: number;
  /** Pixels it has come. */
  readonly flown: number;
  readonly fate: 'flies' | 'doomed' | 'dead';
  /** 1 … 0 over the 150 ms after its death; 0 = nothing to draw. */
  readonly strength: number;
}

/** A wall where it stands on this stage. */
export interface StandingWall {
  readonly segment: Segment;
  readonly since: number;
  /** Directed links that it cuts. */
  readonly links: readonly (readonly [number, number])[];
}

export function standingWalls(walls: readonly WallFrame[], layout: StageLayout): readonly StandingWall[] {
  return walls.map((wall) => ({ segment: standingWall(wall, layout), since: wall.since, links: wall.links }));
}

/** Virtual time for which a lost message stays visible, µs. */
export const FADE = 150_000;

/**
 * Where a message is at `time`: straight and at constant speed from ring to ring. One that was lost stops where that happened. One sent on
 * a link that is already cut flies up to the wall, or to the bars in the middle, for it is there that the eye learns why.
 *
 * @param inSight the link is cut or the receiver stopped at the playhead, so the loss needs no halo
 */
export function flightPlace(
  flight: Flight,
  time: number,
  layout: StageLayout,
  walls: readonly StandingWall[],
  inSight: boolean,
): FlightPlace | undefined {
  if (!hasPlace(layout, flight.from) || !hasPlace(layout, flight.to)) return undefined; // removed since
  const segment = linkSegment(layout, flight.from, flight.to);
  const length = Math.max(1, Math.hypot(segment.to.x - segment.from.x, segment.to.y - segment.from.y));
  const duration = Math.max(1, flight.arrivesAt - flight.sentAt);
  let progress = (time - flight.sentAt) / duration;
  if (progress < 0) return undefined;
  let fate: FlightPlace['fate'] = 'flies';
  let strength = 1;
  if (flight.lostAt === undefined) {
    if (progress > 1) return undefined;
  } else {
    const end = lossFraction(flight, layout, segment, walls, layout.glyph / 2 / length);
    const diedAt = flight.sentAt + end * duration;
    if (progress >= end) {
      fate = 'dead';
      strength = 1 - (time - diedAt) / FADE;
      if (strength <= 0) return undefined;
      progress = end;
    } else if (!inSight) fate = 'doomed';
  }
  const at = along(segment, progress);
  return {
    x: at.x,
    y: at.y,
    dx: (segment.to.x - segment.from.x) / length,
    dy: (segment.to.y - segment.from.y) / length,
    flown: progress * length,
    fate,
    strength,
  };
}

/** How far a lost message comes, 0 … 1 of its way. `half` a mark's width: it stops before the wall, not on it. */
function lossFraction(flight: Flight, layout: StageLayout, segment: Segment, walls: readonly StandingWall[], half: number): number {
  for (const wall of walls) {
    // What was under way when the wall fell died where it was.
    if (wall.since > flight.sentAt || !wall.links.some(([from, to]) => from === flight.from && to === flight.to)) continue;
    const centres = { from: placeOf(layout, flight.from), to: placeOf(layout, flight.to) };
    const at = crossing(centres, wall.segment);
    if (at === undefined) continue;
    const { from, to } = segment;
    const on = along(centres, at);
    const length = (to.x - from.x) ** 2 + (to.y - from.y) ** 2;
    // As a fraction of the way from ring to ring; a wall close to a member stops messages at its ring.
    const fraction = ((on.x - from.x) * (to.x - from.x) + (on.y - from.y) * (to.y - from.y)) / Math.max(1, length);
    return Math.max(0.02, Math.min(0.98, fraction) - half - 0.01);
  }
  const lostAt = flight.lostAt ?? flight.arrivesAt;
  const at = (lostAt - flight.sentAt) / Math.max(1, flight.arrivesAt - flight.sentAt);
  // Lost as it was sent, or where a cut by hand is drawn: it stops before the bars, or they would hide it.
  if (at <= 0 || Math.abs(at - 0.5) < 0.002)
    return Math.max(0.02, 0.5 - half - 10 / Math.hypot(segment.to.x - segment.from.x, segment.to.y - segment.from.y));
  return Math.min(1, at);
}

/** An arc round the origin, in degrees clockwise from the top, as an SVG path. */
export function arcPath(radius: number, from: number, to: number): string {
  const [x, y] = polar(radius, from);
  const [u, v] = polar(radius, to);
  return `M${round(x)} ${round(y)}A${round(radius)} ${round(radius)} 0 ${to - from > 180 ? 1 : 0} 1 ${round(u)} ${round(v)}`;
}

/** Degrees clockwise from the top. */
export function polar(radius: number, degrees: number): readonly [number, number] {
  const angle = ((degrees - 90) * Math.PI) / 180;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** A crown of this width that stands on the origin. */
export function crownPath(width: number): string {
  const h = width * 0.62;
  const k = width / 2;
  return `M${round(-k * 0.82)} 0L${round(-k)} ${round(-h * 0.72)}L${round(-k * 0.44)} ${round(-h * 0.36)}L0 ${round(-h)}L${round(k * 0.44)} ${round(-h * 0.36)}L${round(k)} ${round(-h * 0.72)}L${round(k * 0.82)} 0Z`;
}

export function polygonPath(points: readonly Point[]): string {
  return points.length === 0 ? '' : `${points.map((p, i) => `${i === 0 ? 'M' : 'L'}${round(p.x)} ${round(p.y)}`).join('')}Z`;
}

/** A polygon whose corners are rounded by `radius` where its sides allow. */
export function roundedPath(points: readonly Point[], radius: number): string {
  if (points.length < 3) return polygonPath(points);
  const parts = points.map((p, i) => {
    const before = points[(i + points.length - 1) % points.length] ?? p;
    const after = points[(i + 1) % points.length] ?? p;
    const a = towards(p, before, radius);
    const b = towards(p, after, radius);
    return `${i === 0 ? 'M' : 'L'}${round(a.x)} ${round(a.y)}Q${round(p.x)} ${round(p.y)} ${round(b.x)} ${round(b.y)}`;
  });
  return `${parts.join('')}Z`;
}

function towards(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const t = length === 0 ? 0 : Math.min(0.5, distance / length);
  return { x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t };
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
