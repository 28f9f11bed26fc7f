/** Points, segments, rectangles and polygons of the plane; px, y downwards. */

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

/** A quadratic curve. */
export interface Curve {
  readonly from: Point;
  readonly control: Point;
  readonly to: Point;
}

/** px from a rectangle to a point outside it; 0 inside. */
export function distanceTo(rect: Rect, point: Point): number {
  return Math.hypot(
    Math.max(rect.x - point.x, 0, point.x - rect.x - rect.width),
    Math.max(rect.y - point.y, 0, point.y - rect.y - rect.height),
  );
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

/** How long a text is, in letters of Latin; others are wider. */
export function letters(text: string): number {
  const wide = [...text].filter((letter) => letter > '\u2e80').length;
  return text.length + wide * 0.8;
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

export function corners(rect: Rect): readonly Point[] {
  const { x, y, width, height } = rect;
  return [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ];
}

export function nearestOn(segment: Segment, point: Point): Point {
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

export function towards(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const t = length === 0 ? 0 : Math.min(0.5, distance / length);
  return { x: from.x + (to.x - from.x) * t, y: from.y + (to.y - from.y) * t };
}

/** Degrees clockwise from the top. */
export function polar(radius: number, degrees: number): readonly [number, number] {
  const angle = ((degrees - 90) * Math.PI) / 180;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
