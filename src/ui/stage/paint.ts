/** What flies, on one canvas over the stage: a pure picture of (frame, playhead, layout). */
import type { CallFrame, Flight, Frame } from '../../view/index.ts';
import { isCut } from './facts.ts';
import { type FlightPlace, flightPlace, standingWalls } from './flightPlace.ts';
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
import { hasPlace, linkSegment, placeOf, type StageLayout } from './layout.ts';
import { along, type Curve, curveUpTo, onCurve, type Point } from './plane.ts';

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
function paintFlights(pen: StagePen, scene: StageScene): void {
  const { frame, layout } = scene;
  const walls = standingWalls(frame.walls, layout);
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
  const pills = new Map<string, Pill[]>();
  const shown = new Set<string>();
  for (const { flight, at } of placed) {
    const lane = laneOf(flight);
    const count = lanes.get(lane) ?? 0;
    if (count <= BUNDLE_OVER || at.fate === 'dead') {
      paintFlight(pen, scene, flight, at);
      continue;
    }
    paintDot(pen, scene, flight, at, 0);
    if (shown.has(lane)) continue;
    shown.add(lane);
    const link = flight.from < flight.to ? `${flight.from}-${flight.to}` : `${flight.to}-${flight.from}`;
    pills.set(link, [...(pills.get(link) ?? []), { flight, count, lane }]);
  }
  for (const list of pills.values()) {
    // Side by side on their link, in an order of their own: a pill does not move because another message was sent.
    const first = list[0];
    if (first === undefined) continue;
    const { from, to } = linkSegment(layout, first.flight.from, first.flight.to);
    const room = Math.max(1, Math.floor(Math.hypot(to.x - from.x, to.y - from.y) / (72 * layout.scale)));
    const told = list.sort((a, b) => b.count - a.count).slice(0, room);
    told.sort((a, b) => (a.lane < b.lane ? -1 : 1));
    told.forEach((pill, i) => {
      paintPill(pen, scene, pill, (i + 1) / (told.length + 1));
    });
  }
}

interface Pill {
  readonly flight: Flight;
  readonly count: number;
  readonly lane: string;
}

/** How many of each kind fly on each lane. */
function bundle(flights: readonly Flight[]): ReadonlyMap<string, number> {
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
  if (kind === 'snapshot') drawGlyph(pen, kind, scene.layout.glyph * 1.25, percentSent(flight, scene.time), ink);
  else stamp(pen, scene, kind, scene.layout.glyph, flight.count, ink);
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

/** How much of a snapshot has been sent, in per cent: it flies as long as its link takes for it. */
export function percentSent(flight: Flight, time: number): number {
  const share = (time - flight.sentAt) / Math.max(1, flight.arrivesAt - flight.sentAt);
  return Math.round(Math.max(0, Math.min(1, share)) * 100);
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

/** Stands still on its link, while dots move past it: `fraction` of the way from the member of the lower ordinal. */
function paintPill(pen: StagePen, scene: StageScene, { flight, count }: Pill, fraction: number): void {
  const { from, to } = flight;
  const at = along(linkSegment(scene.layout, Math.min(from, to), Math.max(from, to)), fraction);
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
  /** How much of its way lies between it and the prompt, 0 … 1. */
  readonly gone: number;
  /** The request waits at its member. */
  readonly waits: boolean;
}

/** The way of a client's calls: from the prompt to a member's ring. */
export function callPath(layout: StageLayout, member: number): Curve {
  const path = layout.callPaths[layout.members.indexOf(placeOf(layout, member))];
  if (path === undefined) throw new Error(`no way to member ${member}`);
  return path;
}

/**
 * Where a call is at `time`: on its way to the member, waiting there, or its answer on the way back. Undefined when there is nothing
 * to see. An open watch waits at its member as an eye, and each of its events is an eye that flies to the prompt.
 *
 * @param rank calls that wait at the same member stand side by side: 0, 1, …
 */
export function callPlace(call: CallFrame, time: number, layout: StageLayout, rank: number): CallPlace | undefined {
  if (!hasPlace(layout, call.member)) return undefined;
  const path = callPath(layout, call.member);
  if (time < call.sentAt) return undefined;
  const { answer } = call;
  if (answer !== undefined && time >= answer.sentAt && time <= answer.arrivesAt) {
    const back = (time - answer.sentAt) / Math.max(1, answer.arrivesAt - answer.sentAt);
    const kind = call.kind === 'watch' ? 'watch' : answer.ok ? 'answer' : 'error';
    return { kind, ...onCurve(path, 1 - back), gone: 1 - back, waits: false };
  }
  if (time < call.arrivesAt) {
    const out = (time - call.sentAt) / Math.max(1, call.arrivesAt - call.sentAt);
    return { kind: 'request', ...onCurve(path, out), gone: out, waits: false };
  }
  const over = call.state !== 'open' && time >= call.endedAt;
  if (over || (answer !== undefined && call.kind !== 'watch' && time > answer.arrivesAt)) return undefined;
  const aside = rank * layout.glyph * 1.1;
  const { control, to } = path;
  const length = Math.max(1, Math.hypot(to.x - control.x, to.y - control.y));
  return {
    kind: call.kind === 'watch' ? 'watch' : 'request',
    x: to.x + ((to.y - control.y) / length) * -aside,
    y: to.y + ((to.x - control.x) / length) * aside,
    gone: 1,
    waits: true,
  };
}

/** Over so many calls on their way, they are dots in ink; over so many that wait at one member, a bubble with their number. */
const CALLS_OVER = 8;
const WAITING_OVER = 2;

/** Clients' requests and answers, with the dotted way back of those that wait. */
function paintCalls(pen: StagePen, scene: StageScene): void {
  const { frame, layout, ink } = scene;
  const size = Math.round(layout.glyph * 1.06);
  const flying: CallPlace[] = [];
  const waiting = new Map<string, CallFrame[]>();
  const paths = new Map<number, CallPlace>();
  for (const call of frame.calls) {
    const at = callPlace(call, scene.time, layout, 0);
    if (at === undefined) continue;
    if (at.waits) {
      const group = `${call.member}${at.kind}`;
      waiting.set(group, [...(waiting.get(group) ?? []), call]);
    } else flying.push(at);
    // An open watch may stand for hours: it has no path of its own. One path serves all calls at a member.
    if (at.waits && call.kind === 'watch') continue;
    const known = paths.get(call.member);
    if (known === undefined || at.waits) paths.set(call.member, at);
  }
  for (const [member, at] of paths) paintPath(pen, callPath(layout, member), at, layout.glyph * 0.7, ink);
  const ranks = new Map<number, number>();
  for (const calls of waiting.values()) {
    const shown = calls.length > WAITING_OVER ? calls.slice(0, 1) : calls;
    for (const call of shown) {
      const rank = ranks.get(call.member) ?? 0;
      ranks.set(call.member, rank + 1);
      const at = callPlace(call, scene.time, layout, rank);
      if (at === undefined) continue;
      paintBubble(pen, scene, at, call.kind === 'watch' ? Math.round(size * 0.8) : size);
      if (calls.length > WAITING_OVER) paintCount(pen, scene, at, size, calls.length);
    }
  }
  for (const at of flying) {
    if (flying.length <= CALLS_OVER) paintBubble(pen, scene, at, size);
    else {
      pen.beginPath();
      pen.arc(at.x, at.y, 3, 0, 2 * Math.PI);
      pen.fillStyle = ink.ink;
      pen.fill();
    }
  }
}

function paintBubble(pen: StagePen, scene: StageScene, at: CallPlace, size: number): void {
  pen.save();
  pen.translate(at.x, at.y);
  stamp(pen, scene, at.kind, size, 0, { ...inkAt(scene, scene.ink.ink, at), on: scene.ink.paper });
  pen.restore();
}

function paintCount(pen: StagePen, scene: StageScene, at: Point, size: number, count: number): void {
  pen.fillStyle = scene.ink.ink;
  pen.font = `600 ${12 * scene.layout.scale}px ${scene.ink.mono}`;
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  pen.fillText(`×${count}`, at.x + size * 0.6, at.y);
}

function paintPath(pen: StagePen, path: Curve, at: CallPlace, keepOff: number, ink: StageInk): void {
  const length = Math.max(1, Math.hypot(path.to.x - path.from.x, path.to.y - path.from.y));
  const end = at.gone - keepOff / length;
  if (end <= 0) return;
  const part = curveUpTo(path, end);
  pen.beginPath();
  pen.moveTo(part.from.x, part.from.y);
  pen.quadraticCurveTo(part.control.x, part.control.y, part.to.x, part.to.y);
  pen.strokeStyle = ink.ink;
  pen.lineWidth = 2;
  pen.lineCap = 'round';
  pen.setLineDash([0.1, 7]);
  pen.stroke();
  pen.setLineDash([]);
}
