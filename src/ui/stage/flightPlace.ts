/** Where a message is on its way, and where it is lost. */
import type { Flight, WallFrame } from '../../view/index.ts';
import { hasPlace, linkSegment, placeOf, type StageLayout } from './layout.ts';
import { along, crossing, type Segment } from './plane.ts';
import { standingWall } from './wallPlace.ts';

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
