/**
 * The messages' shapes on a canvas (design/README.md, "shape"): centred on the origin in a box of 24, drawn at any size.
 * A drawn glyph is kept as a bitmap, so that three hundred of them are three hundred copies and not three hundred drawings.
 */
import type { Flight, FlightKind } from '../../view/index.ts';

export type GlyphKind = FlightKind | 'readHeartbeat' | 'request' | 'answer' | 'error' | 'watch';

/** The part of a 2D context that glyphs are drawn with; a recording one in tests. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  | 'save'
  | 'restore'
  | 'translate'
  | 'scale'
  | 'beginPath'
  | 'closePath'
  | 'moveTo'
  | 'lineTo'
  | 'arc'
  | 'arcTo'
  | 'quadraticCurveTo'
  | 'bezierCurveTo'
  | 'fill'
  | 'stroke'
  | 'fillText'
  | 'setLineDash'
  | 'fillStyle'
  | 'strokeStyle'
  | 'lineWidth'
  | 'lineCap'
  | 'lineJoin'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
  | 'globalAlpha'
>;

export interface Ink {
  /** Of the mark: its term's hue, ink for clients. */
  readonly colour: string;
  /** Drawn on that colour. */
  readonly on: string;
  /** Ground inside hollow marks: what the stage is made of there. */
  readonly ground: string;
  readonly text: string;
  readonly mono: string;
}

/** The glyph of a message. */
export function glyphKind(flight: Flight): GlyphKind {
  return flight.kind === 'heartbeat' && flight.carriesRead ? 'readHeartbeat' : flight.kind;
}

/** Half the side that a glyph really covers, in its box of 24: how far its trail and slash stay away. */
export function glyphExtent(kind: GlyphKind): number {
  return kind === 'heartbeat' || kind === 'heartbeatAck' || kind === 'readHeartbeat' || kind === 'other' ? 7 : 12;
}

/**
 * Draws one glyph at the origin.
 *
 * @param size side of its box in px; under 23 a count becomes up to three pips
 * @param count entries carried, for appends; shown from 1
 */
export function drawGlyph(pen: Pen, kind: GlyphKind, size: number, count: number, ink: Ink): void {
  pen.save();
  pen.scale(size / 24, size / 24);
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  pen.lineWidth = 2;
  pen.strokeStyle = ink.colour;
  pen.fillStyle = ink.colour;
  const hollow = () => {
    pen.fillStyle = ink.ground;
    pen.fill();
    pen.stroke();
    pen.fillStyle = ink.colour;
  };
  const big = size >= 23;
  switch (kind) {
    case 'append':
      box(pen, 11, 8.5);
      pen.fill();
      if (big) label(pen, String(Math.max(1, count)), ink.on, ink.mono);
      else pips(pen, count, ink.on);
      break;
    case 'commit':
      box(pen, 10, 7.5);
      hollow();
      line(pen, [0, -4], [0, 4]);
      break;
    case 'ack':
      pen.lineWidth = 3.6;
      tick(pen, 1.15);
      break;
    case 'reject':
      pen.lineWidth = 3.4;
      cross(pen, 1.1);
      break;
    case 'heartbeat':
      circle(pen, 5);
      hollow();
      break;
    case 'readHeartbeat':
      circle(pen, 6);
      hollow();
      diamond(pen, 3.4);
      pen.fill();
      break;
    case 'heartbeatAck':
      circle(pen, 3.6);
      pen.fill();
      break;
    case 'preVote':
      triangle(pen, 9.5, 8);
      hollow();
      break;
    case 'vote':
      triangle(pen, 10.5, 9);
      pen.fill();
      break;
    case 'voteGranted':
    case 'voteRefused':
      circle(pen, 10);
      pen.fill();
      pen.strokeStyle = ink.on;
      pen.lineWidth = 2.4;
      if (kind === 'voteGranted') tick(pen, 0.8);
      else cross(pen, 0.78);
      break;
    case 'preVoteGranted':
    case 'preVoteRefused':
      circle(pen, 9.2);
      hollow();
      if (kind === 'preVoteGranted') tick(pen, 0.7);
      else cross(pen, 0.68);
      break;
    case 'snapshot':
      hexagon(pen, 11);
      hollow();
      if (big) label(pen, String(count), ink.text, ink.mono); // per cent sent
      break;
    case 'timeoutNow':
      circle(pen, 10.5);
      hollow();
      crown(pen, 12, 4);
      pen.fill();
      break;
    case 'forward':
      box(pen, 11, 8.5);
      pen.setLineDash([3.2, 2.6]);
      pen.lineCap = 'butt';
      hollow();
      pen.setLineDash([]);
      pen.lineCap = 'round';
      arrow(pen);
      break;
    case 'readIndex':
      diamond(pen, 10);
      pen.fill();
      break;
    case 'readIndexAnswer':
      diamond(pen, 9.4);
      hollow();
      tick(pen, 0.5);
      break;
    case 'other':
      circle(pen, 3);
      pen.fill();
      break;
    case 'request':
      bubble(pen, -1);
      hollow();
      pen.lineWidth = 1.6;
      line(pen, [-5, -3.8], [5, -3.8]);
      line(pen, [-5, 0.4], [1.5, 0.4]);
      break;
    case 'answer':
    case 'error':
      bubble(pen, 1);
      pen.fill();
      pen.strokeStyle = ink.on;
      pen.lineWidth = 2.2;
      pen.translate(0, -2);
      if (kind === 'answer') tick(pen, 0.62);
      else cross(pen, 0.6);
      break;
    case 'watch':
      pen.beginPath();
      pen.moveTo(-11, 0);
      pen.bezierCurveTo(-6, -8.5, 6, -8.5, 11, 0);
      pen.bezierCurveTo(6, 8.5, -6, 8.5, -11, 0);
      pen.closePath();
      hollow();
      circle(pen, 3.6);
      pen.fill();
      break;
  }
  pen.restore();
}

/** Round a message that will be lost. */
export function drawHalo(pen: Pen, kind: GlyphKind, size: number, fault: string): void {
  const k = size / 24;
  pen.beginPath();
  pen.arc(0, 0, (glyphExtent(kind) + 3) * k, 0, 2 * Math.PI);
  pen.strokeStyle = fault;
  pen.lineWidth = 1.6 * Math.max(1, k * 0.9);
  pen.setLineDash([2.5 * k, 3.5 * k]);
  pen.stroke();
  pen.setLineDash([]);
}

/** Through a message that was lost. */
export function drawSlash(pen: Pen, kind: GlyphKind, size: number, fault: string, ground: string): void {
  const k = (size / 24) * (glyphExtent(kind) < 10 ? 0.72 : 1);
  pen.lineCap = 'round';
  pen.strokeStyle = ground;
  pen.lineWidth = 5 * k;
  line(pen, [-11.5 * k, 10 * k], [11.5 * k, -10 * k]);
  pen.strokeStyle = fault;
  pen.lineWidth = 2.6 * k;
  line(pen, [-12.5 * k, 11 * k], [12.5 * k, -11 * k]);
}

type Spot = readonly [number, number];

function line(pen: Pen, from: Spot, to: Spot): void {
  pen.beginPath();
  pen.moveTo(from[0], from[1]);
  pen.lineTo(to[0], to[1]);
  pen.stroke();
}

function circle(pen: Pen, radius: number): void {
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 2 * Math.PI);
}

function shape(pen: Pen, spots: readonly Spot[]): void {
  pen.beginPath();
  const [first, ...rest] = spots;
  if (first !== undefined) pen.moveTo(first[0], first[1]);
  for (const [x, y] of rest) pen.lineTo(x, y);
  pen.closePath();
}

function box(pen: Pen, halfWidth: number, halfHeight: number): void {
  const r = 3.5;
  pen.beginPath();
  pen.moveTo(-halfWidth + r, -halfHeight);
  pen.arcTo(halfWidth, -halfHeight, halfWidth, halfHeight, r);
  pen.arcTo(halfWidth, halfHeight, -halfWidth, halfHeight, r);
  pen.arcTo(-halfWidth, halfHeight, -halfWidth, -halfHeight, r);
  pen.arcTo(-halfWidth, -halfHeight, halfWidth, -halfHeight, r);
  pen.closePath();
}

function triangle(pen: Pen, half: number, height: number): void {
  shape(pen, [
    [0, -height],
    [half, height * 0.92],
    [-half, height * 0.92],
  ]);
}

function diamond(pen: Pen, r: number): void {
  shape(pen, [
    [0, -r],
    [r, 0],
    [0, r],
    [-r, 0],
  ]);
}

function hexagon(pen: Pen, r: number): void {
  const h = r * 0.866;
  shape(pen, [
    [0, -r],
    [h, -r / 2],
    [h, r / 2],
    [0, r],
    [-h, r / 2],
    [-h, -r / 2],
  ]);
}

function crown(pen: Pen, width: number, foot: number): void {
  const h = width * 0.62;
  const k = width / 2;
  shape(pen, [
    [-k * 0.82, foot],
    [-k, foot - h * 0.72],
    [-k * 0.44, foot - h * 0.36],
    [0, foot - h],
    [k * 0.44, foot - h * 0.36],
    [k, foot - h * 0.72],
    [k * 0.82, foot],
  ]);
}

function tick(pen: Pen, k: number): void {
  pen.beginPath();
  pen.moveTo(-6 * k, 0.5 * k);
  pen.lineTo(-1.8 * k, 4.8 * k);
  pen.lineTo(6.4 * k, -5 * k);
  pen.stroke();
}

function cross(pen: Pen, k: number): void {
  line(pen, [-5 * k, -5 * k], [5 * k, 5 * k]);
  line(pen, [5 * k, -5 * k], [-5 * k, 5 * k]);
}

function arrow(pen: Pen): void {
  line(pen, [-4.5, 0], [4, 0]);
  pen.beginPath();
  pen.moveTo(1, -3.4);
  pen.lineTo(4.6, 0);
  pen.lineTo(1, 3.4);
  pen.stroke();
}

/** A speech bubble; its tail hangs left (`-1`, a question) or right (`1`, an answer). */
function bubble(pen: Pen, tail: -1 | 1): void {
  const t = tail;
  pen.beginPath();
  pen.moveTo(-7.5, -9);
  pen.lineTo(7.5, -9);
  pen.quadraticCurveTo(10.5, -9, 10.5, -6);
  pen.lineTo(10.5, 2);
  pen.quadraticCurveTo(10.5, 5, 7.5, 5);
  if (t === 1) {
    pen.lineTo(5.5, 5);
    pen.lineTo(5.5, 9.5);
    pen.lineTo(0.5, 5);
  } else {
    pen.lineTo(-0.5, 5);
    pen.lineTo(-5.5, 9.5);
    pen.lineTo(-5.5, 5);
  }
  pen.lineTo(-7.5, 5);
  pen.quadraticCurveTo(-10.5, 5, -10.5, 2);
  pen.lineTo(-10.5, -6);
  pen.quadraticCurveTo(-10.5, -9, -7.5, -9);
  pen.closePath();
}

function label(pen: Pen, text: string, colour: string, mono: string): void {
  pen.fillStyle = colour;
  pen.font = `700 ${text.length > 2 ? 10 : 12.5}px ${mono}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'alphabetic';
  pen.fillText(text, 0, 4.4);
}

function pips(pen: Pen, count: number, colour: string): void {
  const shown = Math.max(1, Math.min(3, count));
  pen.fillStyle = colour;
  for (let i = 0; i < shown; i++) {
    pen.beginPath();
    pen.arc((i - (shown - 1) / 2) * 6, 0, 2.2, 0, 2 * Math.PI);
    pen.fill();
  }
}

/** Bitmaps of glyphs, made when first asked for and all dropped when colours or sizes may have changed. */
export interface GlyphStore {
  /** Side of the bitmap in px is `glyphSide(size)`. Undefined where no canvas can be made: draw it then. */
  bitmap(kind: GlyphKind, size: number, count: number, ink: Ink, scale: number): CanvasImageSource | undefined;
  clear(): void;
}

/** Bitmaps have room for strokes outside the box of the glyph. */
export function glyphSide(size: number): number {
  return Math.ceil(size * 1.25);
}

export function createGlyphStore(): GlyphStore {
  const bitmaps = new Map<string, OffscreenCanvas>();
  return {
    bitmap(kind, size, count, ink, scale) {
      if (typeof OffscreenCanvas === 'undefined') return undefined;
      const shown = kind === 'append' ? Math.min(count, 999) : 0;
      const key = `${kind}|${size}|${shown}|${ink.colour}|${ink.ground}|${scale}`;
      let bitmap = bitmaps.get(key);
      if (bitmap === undefined) {
        const side = glyphSide(size);
        bitmap = new OffscreenCanvas(Math.ceil(side * scale), Math.ceil(side * scale));
        const pen = bitmap.getContext('2d');
        if (pen === null) return undefined;
        pen.scale(scale, scale);
        pen.translate(side / 2, side / 2);
        // Knocks the link out behind the mark.
        pen.fillStyle = ink.ground;
        pen.beginPath();
        pen.arc(0, 0, ((glyphExtent(kind) + 1) * size) / 24, 0, 2 * Math.PI);
        pen.fill();
        drawGlyph(pen, kind, size, count, ink);
        bitmaps.set(key, bitmap);
      }
      return bitmap;
    },
    clear: () => bitmaps.clear(),
  };
}
