/** Where walls stand: between the members that they part, from edge to edge. */
import { type Frame, topLeader, type WallFrame } from '../../view/index.ts';
import type { WallLine } from '../../workers/index.ts';
import { footprint, hasPlace, leanLabel, memberPairs, placedOrdinals, placeOf, type StageLayout } from './layout.ts';
import { type Box, corners, crossing, extendToBox, hull, nearestOn, type Point, polar, type Segment, sideOf } from './plane.ts';

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
