/** What flies, on one canvas over the stage: a pure picture of (frame, playhead, layout). */
import type { CallFrame, Flight, Frame } from '../../view/index.ts';
import { isCut } from './facts.ts';
import {
  along,
  type FlightPlace,
  flightPlace,
  linkSegment,
  type Point,
  placeOf,
  type Segment,
  type StageLayout,
  standingWall,
} from './geometry.ts';
import {
  drawGlyph,
  drawHalo,
  drawSlash,
  type GlyphKind,
  type GlyphStore,
  glyphExtent,
  glyphKind,
  glyphSide,
  type Ink,
  type Pen,
} from './glyphs.ts';

/** The 2D context of the stage's canvas. */
export type StagePen = Pen & Pick<CanvasRenderingContext2D, 'drawImage' | 'strokeText'>;

export interface StageInk {
  /** Colour of a term. */
  hue(term: number): string;
  readonly ink: string;
  readonly ink2: string;
  readonly on: string;
  readonly paper: string;
  readonly stage: string;
  readonly fault: string;
  readonly rule2: string;
  readonly ui: string;
  readonly mono: string;
}

export interface StageScene {
  readonly frame: Frame;
  readonly time: number;
  readonly layout: StageLayout;
  readonly ink: StageInk;
  readonly glyphs: GlyphStore;
  /** Device pixels per px. */
  readonly scale: number;
  /** A message that is lit up; 0 = none. */
  readonly lit: number;
  /** Ground at a point: the stage, or an island's sunk ground. */
  ground(point: Point): string;
}

/** Over so many alike on a lane, a pill with their number stands for them. */
export const BUNDLE_OVER = 6;
/** Over so many in all, messages are dots. */
export const DOTS_OVER = 300;
/** Length of a trail, px. */
const TRAIL = 28;

export function paintStage(pen: StagePen, scene: StageScene): void {
  paintFlights(pen, scene);
  paintCalls(pen, scene);
}

/** Messages between members. */
export function paintFlights(pen: StagePen, scene: StageScene): void {
  const { frame, layout } = scene;
  const walls = frame.walls.map((wall) => standingWall(wall, layout));
  const placed: { readonly flight: Flight; readonly at: FlightPlace }[] = [];
  for (const flight of frame.flights) {
    const at = flightPlace(flight, scene.time, layout, walls, lossInSight(frame, flight));
    if (at !== undefined) placed.push({ flight, at });
  }
  if (placed.length > DOTS_OVER) {
    for (const { flight, at } of placed) paintDot(pen, scene, flight, at, 5);
    return;
  }
  const lanes = bundle(placed.map(({ flight }) => flight));
  const bundled = new Map<string, number>();
  for (const { flight, at } of placed) {
    const lane = laneOf(flight);
    const count = lanes.get(lane) ?? 0;
    if (count > BUNDLE_OVER && at.fate !== 'dead') {
      paintDot(pen, scene, flight, at, 0);
      bundled.set(lane, count);
    } else paintFlight(pen, scene, flight, at);
  }
  for (const { flight } of placed) {
    const count = bundled.get(laneOf(flight));
    if (count === undefined) continue;
    bundled.delete(laneOf(flight));
    paintPill(pen, scene, flight, count);
  }
}

/** How many of each kind fly on each lane. */
export function bundle(flights: readonly Flight[]): ReadonlyMap<string, number> {
  const lanes = new Map<string, number>();
  for (const flight of flights) lanes.set(laneOf(flight), (lanes.get(laneOf(flight)) ?? 0) + 1);
  return lanes;
}

function laneOf(flight: Flight): string {
  return `${flight.from}>${flight.to}|${flight.kind}|${flight.term}`;
}

/** A wall, bars or a ghost tell already why the message will be lost. */
function lossInSight(frame: Frame, flight: Flight): boolean {
  return isCut(frame, flight.from, flight.to) || frame.members[flight.to - 1]?.health !== 'up';
}

function inkAt(scene: StageScene, colour: string, at: Point): Ink {
  return { colour, on: scene.ink.on, ground: scene.ground(at), text: scene.ink.ink, mono: scene.ink.mono };
}

function paintFlight(pen: StagePen, scene: StageScene, flight: Flight, at: FlightPlace): void {
  const kind = glyphKind(flight);
  const ink = inkAt(scene, scene.ink.hue(flight.term), at);
  pen.save();
  pen.translate(at.x, at.y);
  pen.globalAlpha = at.strength;
  const k = scene.layout.glyph / 24;
  if (at.fate !== 'dead') paintTrail(pen, at, (glyphExtent(kind) + 2) * k, ink.colour, k);
  stamp(pen, scene, kind, scene.layout.glyph, flight.count, ink);
  if (at.fate === 'doomed') drawHalo(pen, kind, scene.layout.glyph, scene.ink.fault);
  if (at.fate === 'dead') drawSlash(pen, kind, scene.layout.glyph, scene.ink.fault, ink.ground);
  if (scene.lit === flight.id) {
    pen.beginPath();
    pen.arc(0, 0, scene.layout.glyph * 0.68, 0, 2 * Math.PI);
    pen.strokeStyle = scene.ink.ink;
    pen.lineWidth = 2;
    pen.stroke();
  }
  pen.restore();
}

/** Never longer than the way it has come: nothing trails out of a member's ring. */
function paintTrail(pen: StagePen, at: FlightPlace, start: number, colour: string, k: number): void {
  const end = Math.min(start + TRAIL, at.flown);
  if (end <= start + 1) return;
  pen.beginPath();
  pen.moveTo(-at.dx * start, -at.dy * start);
  pen.lineTo(-at.dx * end, -at.dy * end);
  pen.strokeStyle = colour;
  pen.lineWidth = Math.max(2.5, 2.6 * k);
  pen.lineCap = 'round';
  pen.stroke();
}

function stamp(pen: StagePen, scene: StageScene, kind: GlyphKind, size: number, count: number, ink: Ink): void {
  const bitmap = scene.glyphs.bitmap(kind, size, count, ink, scene.scale);
  if (bitmap === undefined) drawGlyph(pen, kind, size, count, ink);
  else {
    const side = glyphSide(size);
    pen.drawImage(bitmap, -side / 2, -side / 2, side, side);
  }
}

/** @param aside px to the right of the lane's direction, so that both directions can be told apart */
function paintDot(pen: StagePen, scene: StageScene, flight: Flight, at: FlightPlace, aside: number): void {
  pen.globalAlpha = at.strength;
  pen.fillStyle = at.fate === 'dead' ? scene.ink.fault : scene.ink.hue(flight.term);
  pen.beginPath();
  pen.arc(at.x - at.dy * aside, at.y + at.dx * aside, 2.6, 0, 2 * Math.PI);
  pen.fill();
  pen.globalAlpha = 1;
}

/** Stands still on the lane, nearer to who sends: requests and answers of one link never cover each other. */
function paintPill(pen: StagePen, scene: StageScene, flight: Flight, count: number): void {
  const answer = flight.kind === 'ack' || flight.kind === 'heartbeatAck' || flight.kind === 'reject';
  const at = along(
    linkSegment(scene.layout, flight.from, flight.to),
    flight.kind.startsWith('heartbeat') ? 0.18 : answer ? 0.34 : 0.42,
  );
  const colour = scene.ink.hue(flight.term);
  const ink = inkAt(scene, colour, at);
  const text = `×${count}`;
  const size = 20 * scene.layout.scale;
  const textWidth = text.length * 7.4 * scene.layout.scale;
  const width = size + textWidth + 14;
  const height = size + 6;
  pen.save();
  pen.translate(at.x, at.y);
  pen.beginPath();
  capsule(pen, width, height);
  pen.fillStyle = ink.ground;
  pen.fill();
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.fillStyle = scene.ink.ink;
  pen.font = `600 ${12 * scene.layout.scale}px ${scene.ink.mono}`;
  pen.textAlign = 'left';
  pen.textBaseline = 'alphabetic';
  pen.fillText(text, -width / 2 + size + 8, 4.3 * scene.layout.scale);
  pen.translate(-width / 2 + size / 2 + 4, 0);
  stamp(pen, scene, glyphKind(flight), size, 1, ink);
  pen.restore();
}

function capsule(pen: Pen, width: number, height: number): void {
  const r = height / 2;
  const x = width / 2 - r;
  pen.moveTo(-x, -r);
  pen.lineTo(x, -r);
  pen.arc(x, 0, r, -Math.PI / 2, Math.PI / 2);
  pen.lineTo(-x, r);
  pen.arc(-x, 0, r, Math.PI / 2, (Math.PI * 3) / 2);
  pen.closePath();
}

/** Where a call's bubbles are and what they are. */
export interface CallPlace {
  readonly kind: GlyphKind;
  readonly x: number;
  readonly y: number;
  /** The request waits at its member. */
  readonly waits: boolean;
}

/** The way of a client's calls: from the prompt to a member's ring. */
export function callPath(layout: StageLayout, member: number): Segment {
  const place = placeOf(layout, member);
  const from = { x: layout.prompt.x, y: layout.prompt.y - 2 };
  const dx = place.x - from.x;
  const dy = place.y - from.y;
  const length = Math.max(1, Math.hypot(dx, dy));
  const stop = layout.gap + layout.glyph * 0.5;
  return { from, to: { x: place.x - (dx / length) * stop, y: place.y - (dy / length) * stop } };
}

/**
 * Where a call is at `time`: on its way to the member, waiting there, or its answer on the way back. Undefined when there is nothing
 * to see. An open watch waits at its member as an eye, and each of its events is an eye that flies to the prompt.
 *
 * @param rank calls that wait at the same member stand side by side: 0, 1, …
 */
export function callPlace(call: CallFrame, time: number, layout: StageLayout, rank: number): CallPlace | undefined {
  const path = callPath(layout, call.member);
  if (time < call.sentAt) return undefined;
  const { answer } = call;
  if (answer !== undefined && time >= answer.sentAt && time <= answer.arrivesAt) {
    const back = (time - answer.sentAt) / Math.max(1, answer.arrivesAt - answer.sentAt);
    const at = along(path, 1 - back);
    return { kind: call.kind === 'watch' ? 'watch' : answer.ok ? 'answer' : 'error', ...at, waits: false };
  }
  if (time < call.arrivesAt) {
    const out = (time - call.sentAt) / Math.max(1, call.arrivesAt - call.sentAt);
    return { kind: 'request', ...along(path, out), waits: false };
  }
  const over = call.state !== 'open' && time >= call.endedAt;
  if (over || (answer !== undefined && call.kind !== 'watch' && time > answer.arrivesAt)) return undefined;
  const aside = rank * layout.glyph * 1.1;
  const length = Math.max(1, Math.hypot(path.to.x - path.from.x, path.to.y - path.from.y));
  return {
    kind: call.kind === 'watch' ? 'watch' : 'request',
    x: path.to.x + ((path.to.y - path.from.y) / length) * -aside,
    y: path.to.y + ((path.to.x - path.from.x) / length) * aside,
    waits: true,
  };
}

/** Clients' requests and answers, with the dotted way back of those that wait. */
function paintCalls(pen: StagePen, scene: StageScene): void {
  const { frame, layout, ink } = scene;
  const size = layout.glyph * 1.06;
  const waiting = new Map<number, number>();
  for (const call of frame.calls) {
    const rank = waiting.get(call.member) ?? 0;
    const at = callPlace(call, scene.time, layout, rank);
    if (at === undefined) continue;
    if (at.waits) waiting.set(call.member, rank + 1);
    const path = callPath(layout, call.member);
    // An open watch may stand for hours: it has no path of its own.
    if (!(at.waits && call.kind === 'watch')) paintPath(pen, path, at, layout.glyph * 0.7, ink);
    pen.save();
    pen.translate(at.x, at.y);
    stamp(pen, scene, at.kind, at.waits && call.kind === 'watch' ? size * 0.8 : size, 0, {
      ...inkAt(scene, ink.ink, at),
      on: ink.paper,
    });
    pen.restore();
  }
}

function paintPath(pen: StagePen, path: Segment, at: Point, keepOff: number, ink: StageInk): void {
  const dx = at.x - path.from.x;
  const dy = at.y - path.from.y;
  const length = Math.hypot(dx, dy);
  if (length <= keepOff) return;
  pen.beginPath();
  pen.moveTo(at.x - (dx / length) * keepOff, at.y - (dy / length) * keepOff);
  pen.lineTo(path.from.x, path.from.y);
  pen.strokeStyle = ink.ink;
  pen.lineWidth = 2;
  pen.lineCap = 'round';
  pen.setLineDash([0.1, 7]);
  pen.stroke();
  pen.setLineDash([]);
}
