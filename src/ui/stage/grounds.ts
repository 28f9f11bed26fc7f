/**
 * The grounds that islands stand on, and where their names go: pure, of a layout and the walls on it.
 */
import type { Island } from '../../view/index.ts';
import { covered, footprint, fullLabel, linkSegment, memberPairs, placedOrdinals, placeOf, type StageLayout } from './layout.ts';
import {
  along,
  type Box,
  clipPolygon,
  corners,
  crossing,
  distanceTo,
  grow,
  hull,
  inside,
  letters,
  meets,
  overlap,
  type Point,
  type Rect,
  rectMeets,
  type Segment,
  sideOf,
} from './plane.ts';

/** A name in one line; in two, where one is too long for its ground; without words, where they would lie on somebody. */
export type NameForm = 'line' | 'stacked' | 'brief';

/** The best first. */
const FORMS: readonly NameForm[] = ['line', 'stacked', 'brief'];

/** The ground an island stands on, and where its name goes. */
export interface IslandGround {
  readonly label: string;
  readonly polygon: readonly Point[];
  /** Cut out of the stage by walls; else drawn round its members. */
  readonly walled: boolean;
  /** Room for its name, free of members. */
  readonly name: Rect;
  readonly form: NameForm;
}

/** Room for a name: its letter, a dot for each member that a quorum needs, and what the island can do; smaller on a phone. */
function nameSize(form: NameForm, { narrow, scale }: StageLayout, { hasQuorum, needed }: Island): Box {
  const [dot, line] = narrow ? [14, 20] : [16, 24];
  const head = (narrow ? 18 : 20) + needed * dot;
  const words = narrow ? (hasQuorum ? 76 : 96) : hasQuorum ? 94 : 124;
  const gap = narrow ? 6 : 10;
  const width = form === 'line' ? head + gap + words : form === 'stacked' ? Math.max(head, words) : head;
  return { width: width * scale, height: (form === 'stacked' ? 2 * line : line) * scale };
}

/**
 * Ground and name's place of each island. Walls that pass clear of all members and have an island wholly on one side cut the ground out
 * of the stage; an island that no wall bounds lies in a hull round its members.
 */
export function islandGrounds(islands: readonly Island[], walls: readonly Segment[], layout: StageLayout): readonly IslandGround[] {
  const { box } = layout;
  const links = memberPairs(placedOrdinals(layout)).map(([a, b]) => linkSegment(layout, a, b));
  const stage = corners({ x: 8, y: 4, width: box.width - 16, height: box.height - 6 });
  const lines = walls.filter((wall) => layout.members.every((place) => Math.abs(sideOf(wall, place)) > layout.radius * 0.8));
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
    const needs = { polygon, walled, names, links, layout };
    const { name, form } = bestName((size) => namePlace({ ...needs, size }), layout, island);
    names.push(name);
    return { label: island.label, polygon, walled, name, form };
  });
}

interface Captions {
  /** What a caption there would lie on. */
  look(rect: Rect): { readonly cost: number; readonly isClear: boolean };
}

/** Members, the requests that wait at them, and the captions that there are already, for whoever looks for a place for another. */
function captionsOf(layout: StageLayout, names: readonly Rect[]): Captions {
  const { members, outer, glyph, callPaths, narrow } = layout;
  const half = glyph / 2;
  // A caption that stood where requests wait would have to move with every call.
  const requests = callPaths.map(({ to }) => ({ x: to.x - half, y: to.y - half, width: glyph, height: glyph }));
  const taken = [...members.flatMap((place) => covered(layout, place)), ...requests, ...names];
  // A word may come, and a candidate's dots: rather not there.
  const soft = members.flatMap((place) => fullLabel(layout, place));
  return {
    look(rect) {
      const covers = taken.reduce((sum, other) => sum + overlap(rect, other), 0);
      // Rectangles round a disc leave out its edge.
      const onRings = members.reduce((sum, place) => sum + Math.max(0, outer + 3 - distanceTo(rect, place)), 0);
      const near = soft.reduce((sum, other) => sum + overlap(rect, other), 0);
      return { cost: covers * 10 + onRings * 2_000 + near * (narrow ? 4 : 0.5), isClear: covers + onRings + near === 0 };
    },
  };
}

/** The first form that lies on nobody, or else the one that lies on least. */
function bestName(
  place: (size: Box) => NamePlace,
  layout: StageLayout,
  island: Island,
): { readonly name: Rect; readonly form: NameForm } {
  let best: (NamePlace & { readonly form: NameForm }) | undefined;
  for (const form of FORMS) {
    const found = place(nameSize(form, layout, island));
    if (best === undefined || found.cost < best.cost) best = { ...found, form };
    if (found.isClear) break;
  }
  return { name: best?.name ?? { x: 0, y: 0, width: 0, height: 0 }, form: best?.form ?? 'brief' };
}

interface NamePlace {
  readonly name: Rect;
  readonly cost: number;
  readonly isClear: boolean;
}

interface NameNeeds {
  readonly polygon: readonly Point[];
  readonly walled: boolean;
  readonly names: readonly Rect[];
  readonly size: Box;
  readonly links: readonly Segment[];
  readonly layout: StageLayout;
}

/** The place on the ground, near one of its corners, where a name covers least: no member, no other name, few links, nothing outside. */
function namePlace({ polygon, walled, names, size, links, layout }: NameNeeds): NamePlace {
  const { box } = layout;
  const captions = captionsOf(layout, names);
  const xs = polygon.map((p) => p.x);
  const ys = polygon.map((p) => p.y);
  // Round a hull the name may stand outside, below or above it.
  const pad = walled ? 0 : size.height + 8;
  const left = Math.max(4, Math.min(...xs) + (walled ? 6 : 0));
  const right = Math.min(box.width - 4, Math.max(...xs) - (walled ? 6 : 0));
  const top = Math.max(2, Math.min(...ys) + (walled ? 8 : -pad));
  const bottom = Math.min(box.height - 2, Math.max(...ys) - (walled ? 8 : -pad));
  const STEPS = 24;
  let best: Rect = { x: left, y: bottom - size.height, ...size };
  let isClear = false;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let row = 0; row <= STEPS; row++) {
    for (let column = 0; column <= STEPS; column++) {
      const x = Math.max(4, Math.min(left + ((right - left - size.width) * column) / STEPS, box.width - size.width - 4));
      const y = Math.max(2, Math.min(top + ((bottom - top - size.height) * row) / STEPS, box.height - size.height - 2));
      const rect = { x, y, width: size.width, height: size.height };
      const outside = walled ? corners(grow(rect, 6)).filter((p) => !inside(polygon, p)).length : 0;
      const { cost: covers, isClear: coversNobody } = captions.look(rect);
      // The clients' way from the prompt to the top.
      const inTheWay = x < box.width / 2 + 14 && x + size.width > box.width / 2 - 14 && y > box.height * 0.4 ? 90 : 0;
      const crossed = links.filter((link) => rectMeets(rect, link)).length;
      // Corners are where the eye looks for a caption, the lower ones first.
      const corner = Math.min(column, STEPS - column) + Math.min(row + 3, STEPS - row);
      const cost = outside * 4_000 + covers + crossed * 25 + corner * 6 + inTheWay;
      if (cost < bestCost) {
        bestCost = cost;
        best = rect;
        isClear = outside === 0 && coversNobody;
      }
    }
  }
  return { name: { ...best, x: Math.round(best.x), y: Math.round(best.y) }, cost: bestCost, isClear };
}

/** Of a wall's label with its ×; `scale` as the layout's. */
export function wallLabelSize(text: string, scale: number): Box {
  return { width: (letters(text) * 7.6 + 44) * scale, height: 28 * scale };
}

/** A wall's label stands with its middle on the wall, or hangs on it by an end or an edge: in shares of its width and height. */
const SHIFTS = [0, -0.2, 0.2, -0.4, 0.4].flatMap((across) => [0, -0.5, 0.5].map((down) => [across, down] as const));

/** The place on a wall, near its upper end, where its label covers least; near an edge it moves inwards along its own length. */
export function wallLabelPlace(segment: Segment, { width, height }: Box, names: readonly Rect[], layout: StageLayout): Rect {
  const box = { x: 4, y: 4, width: layout.box.width - 8, height: layout.box.height - 8 };
  const captions = captionsOf(layout, names);
  const half = layout.glyph / 2;
  // Where a link meets the wall, what is sent along it is lost, and lies there for a while.
  const losses = memberPairs(placedOrdinals(layout)).flatMap(([a, b]) => {
    const link = linkSegment(layout, a, b);
    const at = crossing(link, segment);
    if (at === undefined) return [];
    const { x, y } = along(link, at);
    return [{ x: x - half, y: y - half, width: layout.glyph, height: layout.glyph }];
  });
  const down = segment.from.y <= segment.to.y ? segment : { from: segment.to, to: segment.from };
  let best = along(down, 0.08);
  let bestCost = Number.POSITIVE_INFINITY;
  for (let step = 2; step <= 48; step++) {
    const on = along(down, step / 50);
    for (const [across, down] of SHIFTS) {
      const x = Math.max(box.x + width / 2, Math.min(on.x + across * width, box.x + box.width - width / 2));
      const y = Math.max(box.y + height / 2, Math.min(on.y + down * height, box.y + box.height - height / 2));
      const rect = { x: x - width / 2, y: y - height / 2, width, height };
      const { cost: covers } = captions.look(rect);
      const inTheWay = losses.filter((loss) => meets(rect, loss)).length;
      const cost = covers + inTheWay * 20 + Math.hypot(x - on.x, y - on.y) * 2 + step;
      if (cost < bestCost) {
        bestCost = cost;
        best = { x, y };
      }
    }
  }
  return { x: best.x - width / 2, y: best.y - height / 2, width, height };
}
