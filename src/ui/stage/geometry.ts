/**
 * Where things stand on the stage: pure functions of the number of members and the box. Pixels, origin top left, y down.
 * Positions depend on ordinals alone, so nobody moves when leadership does.
 */
import { type Flight, type Frame, type Island, topLeader, type WallFrame } from '../../view/index.ts';
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

export interface StageLayout {
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
  /** By ordinal - 1. */
  readonly members: readonly MemberPlace[];
  /** Where clients' requests come from: the middle of the lower edge. */
  readonly prompt: Point;
  readonly narrow: boolean;
}

/** Six cells of 16 with gaps of 3. */
export const MINI_LOG = { cells: 6, width: 16, height: 12, gap: 3, total: 6 * 16 + 5 * 3 } as const;
/** Height of a role word's line, and of the whole block with a word and a value. */
export const WORD_LINE = 21;
export const VALUE_LINE = 20;
const BELOW_LABEL = 20;

type Unit = readonly (readonly [number, number])[];

/** In units of the rectangle in which centres may stand; drawn by hand, for symmetry and room for the prompt's path in the middle. */
const PLACES: Readonly<Record<number, Unit>> = {
  1: [[0.5, 0.4]],
  3: [
    [0.5, 0],
    [0.86, 1],
    [0.14, 1],
  ],
  5: [
    [0.5, 0],
    [1, 0.46],
    [0.79, 1],
    [0.21, 1],
    [0, 0.46],
  ],
  7: [
    [0.5, 0],
    [0.87, 0.15],
    [1, 0.62],
    [0.7, 1],
    [0.3, 1],
    [0, 0.62],
    [0.13, 0.15],
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

/**
 * Places `count` members (1 … 9) into the box.
 *
 * @param base radius of a member in a cluster of three to five: the token `--member`, 56 px on a desk, 42 on a phone, 84 in a hall.
 */
export function layoutStage(count: number, box: Box, base = 56): StageLayout {
  const narrow = box.width < 520;
  const scale = base > 64 ? base / 56 : 1;
  const radius = memberRadius(count, box, base, narrow);
  const small = radius < 26;
  const outer = radius + Math.max(5, radius * 0.15);
  const gap = outer + Math.max(5, radius * 0.16);
  const side = Math.max(outer + 6, small ? 0 : (MINI_LOG.total / 2) * scale + 6) + (narrow ? 0 : 22);
  const top = small ? radius + 18 : radius * 1.48 + 8;
  const bottom = small ? radius + 10 : radius + (BELOW_LABEL + WORD_LINE + MINI_LOG.height + VALUE_LINE + 6) * scale;
  // Beyond this a cluster falls apart into single members: wide stages get margins instead.
  const freeWidth = Math.min(Math.max(1, box.width - 2 * side), base * 18);
  const freeHeight = Math.min(Math.max(1, box.height - top - bottom), base * 11);
  const left = (box.width - freeWidth) / 2;
  const upper = top + (box.height - top - bottom - freeHeight) * 0.4;
  const units = PLACES[count] ?? ellipsePlaces(count);
  return {
    box,
    radius,
    outer,
    gap,
    small,
    scale,
    glyph: Math.max(18, Math.min(32 * scale, Math.round(radius * 0.57))),
    members: units.map(([x, y], i) => ({
      ordinal: i + 1,
      x: Math.round(left + x * freeWidth),
      y: Math.round(upper + y * freeHeight),
      side: i === 0 ? 'right' : 'below',
    })),
    prompt: { x: Math.round(box.width / 2), y: box.height },
    narrow,
  };
}

function memberRadius(count: number, box: Box, base: number, narrow: boolean): number {
  if (narrow) {
    const phone = Math.min(base, 42);
    return count <= 5 ? phone : count <= 7 ? Math.round(phone * 0.7) : Math.round(phone * 0.36);
  }
  if (count > 7) return Math.round((base * 26) / 56);
  if (count > 5) return Math.round((base * 34) / 56);
  return Math.round(Math.min(Math.max(box.height / 7.5, base * 0.82), base * 1.07));
}

/** The place of a member. Throws for an ordinal that the layout does not have. */
export function placeOf(layout: StageLayout, ordinal: number): MemberPlace {
  const place = layout.members[ordinal - 1];
  if (place === undefined) throw new Error(`no member ${ordinal} on a stage of ${layout.members.length}`);
  return place;
}

/** Upper left corner of a member's label block, relative to its centre. `pill`: a candidate's dots stand between ring and words. */
export function labelOrigin(
  layout: StageLayout,
  side: MemberPlace['side'],
  pill: boolean,
): { readonly x: number; readonly y: number } {
  const { radius, outer, scale } = layout;
  if (side === 'right') return { x: outer + 14, y: -radius * 0.9 };
  return { x: (-MINI_LOG.total / 2) * scale, y: pill ? radius + 27 * scale : outer + 11 * scale };
}

/** What a member covers: its disc with arc and crown, and its label block with a word and a value. */
export function footprint(layout: StageLayout, place: MemberPlace): readonly Rect[] {
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

/** Every unordered pair of members, lower ordinal first. */
export function memberPairs(count: number): readonly (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  for (let a = 1; a <= count; a++) for (let b = a + 1; b <= count; b++) pairs.push([a, b]);
  return pairs;
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
 * somebody else) and it would no longer part the members that it parts, it moves between them.
 */
export function standingWall(wall: Pick<WallFrame, 'line' | 'links'>, layout: StageLayout): Segment {
  const drawn = wallSegment(wall.line, layout.box);
  const cut = new Set(wall.links.map(([a, b]) => (a < b ? `${a}-${b}` : `${b}-${a}`)));
  const crossed = new Set(crossedLinks(layout, drawn).map(([a, b]) => (a < b ? `${a}-${b}` : `${b}-${a}`)));
  if (cut.size === crossed.size && [...cut].every((link) => crossed.has(link))) return drawn;
  const count = layout.members.length;
  const side = new Set([1]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [a, b] of memberPairs(count)) {
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
  for (const points of [coveredCorners, centre]) {
    const between = widestGap(
      one.flatMap((member) => points(layout, member)),
      other.flatMap((member) => points(layout, member)),
    );
    if (between !== undefined) return { ...between, clear: points === coveredCorners };
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
  return memberPairs(layout.members.length)
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
  /** Who is shut in with the leader, it included; ascending. */
  readonly minority: readonly number[];
}

/**
 * The wall of the verb "Split": shuts the leader of the highest term in with as many neighbours as a minority allows (of five: one).
 * Of the possible neighbours it takes those from whom the line keeps the greatest distance. Undefined for a single member.
 */
export function defaultWall(frame: Frame, layout: StageLayout): DefaultWall | undefined {
  const count = layout.members.length;
  if (count < 2) return undefined;
  const leader = topLeader(frame)?.ordinal ?? 1;
  const size = Math.max(1, Math.ceil(count / 2) - 1);
  let best: { readonly line: Segment; readonly margin: number; readonly minority: readonly number[] } | undefined;
  for (let shift = 0; shift < size; shift++) {
    const minority = Array.from({ length: size }, (_, i) => ((leader - 1 - shift + i + count) % count) + 1).sort((a, b) => a - b);
    const majority = layout.members.map((m) => m.ordinal).filter((m) => !minority.includes(m));
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

function coveredCorners(layout: StageLayout, ordinal: number): readonly Point[] {
  return footprint(layout, placeOf(layout, ordinal)).flatMap(corners);
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

/** The ground an island stands on, and where its name goes. */
export interface IslandGround {
  readonly label: string;
  readonly polygon: readonly Point[];
  /** Cut out of the stage by walls; else drawn round its members. */
  readonly walled: boolean;
  /** Upper left corner of the name's box (`NAME_SIZE`), free of members. */
  readonly name: Point;
}

export const NAME_SIZE = { width: 196, height: 24 } as const;

/**
 * Ground and name's place of each island. Walls that pass clear of all members and have an island wholly on one side cut the ground out
 * of the stage; an island that no wall bounds lies in a hull round its members.
 */
export function islandGrounds(
  islands: readonly Island[],
  walls: readonly Segment[],
  layout: StageLayout,
  nameSize: { readonly width: number; readonly height: number } = NAME_SIZE,
): readonly IslandGround[] {
  const { box } = layout;
  const stage = corners({ x: 8, y: 4, width: box.width - 16, height: box.height - 12 });
  const lines = walls.filter((wall) => layout.members.every((place) => Math.abs(sideOf(wall, place)) > layout.radius * 0.8));
  const taken = [
    ...layout.members.flatMap((place) => footprint(layout, place)),
    // The clients' way from the prompt to the top.
    { x: layout.prompt.x - 14, y: box.height * 0.45, width: 28, height: box.height * 0.55 },
  ];
  const names: Rect[] = [];
  return islands.map((island) => {
    const places = island.members.map((m) => placeOf(layout, m));
    const first = places[0];
    let polygon: readonly Point[] = stage;
    let walled = false;
    for (const line of lines) {
      if (first === undefined) break;
      const side = Math.sign(sideOf(line, first));
      if (!places.every((place) => Math.sign(sideOf(line, place)) === side)) continue;
      polygon = clipPolygon(polygon, line, first);
      walled = true;
    }
    const others = layout.members.filter((place) => !island.members.includes(place.ordinal));
    // Ground that others stand on as well says nothing: a wall that does not part them is no border of this island.
    if (
      walled &&
      others.some((place) => polygon.length > 2 && inside(polygon, place) && islands.some((o) => o.members.includes(place.ordinal)))
    ) {
      walled = false;
    }
    if (!walled) {
      const shapes = island.members.flatMap((m) =>
        footprint(layout, placeOf(layout, m)).flatMap((rect) => corners(grow(rect, 10))),
      );
      polygon = hull(shapes);
    }
    const name = namePlace(polygon, walled ? stage : undefined, taken, names, nameSize, box);
    names.push({ ...name, ...nameSize });
    return { label: island.label, polygon, walled, name };
  });
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

function grow(rect: Rect, by: number): Rect {
  return { x: rect.x - by, y: rect.y - by, width: rect.width + 2 * by, height: rect.height + 2 * by };
}

function overlap(a: Rect, b: Rect): number {
  const w = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

/** The place on the ground, nearest to a lower corner, where a name covers least: no member, no other name, nothing outside. */
function namePlace(
  polygon: readonly Point[],
  frame: readonly Point[] | undefined,
  taken: readonly Rect[],
  names: readonly Rect[],
  size: { readonly width: number; readonly height: number },
  box: Box,
): Point {
  const xs = polygon.map((p) => p.x);
  const ys = polygon.map((p) => p.y);
  const left = Math.min(...xs);
  const right = Math.max(...xs);
  const top = Math.min(...ys);
  const bottom = Math.max(...ys);
  let best = { x: left + 12, y: bottom - size.height - 8 };
  let bestCost = Number.POSITIVE_INFINITY;
  for (let row = 0; row <= 20; row++) {
    for (let column = 0; column <= 20; column++) {
      const x = left + 14 + ((right - left - 28 - size.width) * column) / 20;
      const y = top + 8 + ((bottom - top - 16 - size.height) * row) / 20;
      const rect = { x, y, ...size };
      const outside = frame === undefined ? 0 : corners(grow(rect, 4)).filter((p) => !inside(polygon, p)).length;
      const off = x < 4 || y < 2 || x + size.width > box.width - 4 || y + size.height > box.height - 2 ? 1 : 0;
      const covered = [...taken, ...names].reduce((sum, other) => sum + overlap(rect, other), 0);
      // Lower edge first, then the sides: where the eye looks for a caption.
      const cost = outside * 4000 + off * 20_000 + covered * 10 + (20 - row) * 2 + Math.min(column, 20 - column) * 1.5;
      if (cost < bestCost) {
        bestCost = cost;
        best = { x, y };
      }
    }
  }
  return { x: Math.round(best.x), y: Math.round(best.y) };
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

/** Virtual time for which a lost message stays visible, µs. */
export const FADE = 150_000;

/**
 * Where a message is at `time`: straight and at constant speed from ring to ring. One that was lost stops where that happened. One sent on
 * a link that is already cut flies up to the wall, or to the bars in the middle, for it is there that the eye learns why.
 *
 * @param walls standing walls, in pixels
 * @param inSight the link is cut or the receiver stopped at the playhead, so the loss needs no halo
 */
export function flightPlace(
  flight: Flight,
  time: number,
  layout: StageLayout,
  walls: readonly Segment[],
  inSight: boolean,
): FlightPlace | undefined {
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
    const end = lossFraction(flight, segment, walls, layout.glyph / 2 / length);
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

/** How far a lost message comes, 0 … 1 of its way. */
function lossFraction(flight: Flight, segment: Segment, walls: readonly Segment[], half: number): number {
  const lostAt = flight.lostAt ?? flight.arrivesAt;
  if (lostAt > flight.sentAt) return Math.min(1, (lostAt - flight.sentAt) / Math.max(1, flight.arrivesAt - flight.sentAt));
  for (const wall of walls) {
    const at = crossing(segment, wall);
    if (at !== undefined) return Math.max(0.02, at - half - 0.01);
  }
  return Math.max(0.02, 0.5 - half - 0.05);
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
