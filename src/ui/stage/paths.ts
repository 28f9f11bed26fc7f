/** Shapes as path data of SVG. */
import { type Point, polar, towards } from './plane.ts';

/** An arc round the origin, in degrees clockwise from the top, as an SVG path. */
export function arcPath(radius: number, from: number, to: number): string {
  const [x, y] = polar(radius, from);
  const [u, v] = polar(radius, to);
  return `M${round(x)} ${round(y)}A${round(radius)} ${round(radius)} 0 ${to - from > 180 ? 1 : 0} 1 ${round(u)} ${round(v)}`;
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

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
