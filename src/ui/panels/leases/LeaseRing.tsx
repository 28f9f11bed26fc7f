/** What is left of a lease as a ring with its seconds. It turns outside React. */
import { useRef } from 'react';
import { leaseClock, type PastLease } from '../../../view/index.ts';
import { usePainter } from '../../frame/hooks.ts';
import styles from './LeaseRing.module.css';

/** Circumference, px of a ring drawn at 44. */
const AROUND = 2 * Math.PI * 17;

export function LeaseRing({ lease, size = 44 }: { readonly lease: PastLease; readonly size?: number }) {
  const ring = useRef<SVGSVGElement>(null);
  const rest = useRef<SVGCircleElement>(null);
  const seconds = useRef<SVGTextElement>(null);
  usePainter((run) => {
    const clock = leaseClock(lease, run.playhead());
    const share = clock.type === 'running' ? clock.share : clock.type === 'paused' ? 1 : 0;
    setAttribute(ring.current, 'data-clock', clock.type);
    setAttribute(rest.current, 'stroke-dasharray', clock.type === 'paused' ? '3 3' : `${(share * AROUND).toFixed(1)} ${AROUND}`);
    write(seconds.current, clock.type === 'running' ? shortSeconds(clock.seconds) : '');
  });
  return (
    <svg
      ref={ring}
      className={styles.ring}
      viewBox="-22 -22 44 44"
      width={size}
      height={size}
      data-lease={lease.id}
      data-size={size < 44 ? 'small' : 'large'}
      aria-hidden="true"
    >
      <circle className={styles.track} r="17" />
      <circle ref={rest} className={styles.rest} r="17" transform="rotate(-90)" />
      <text ref={seconds} className={styles.seconds} y={size < 44 ? 8 : 4.5} textAnchor="middle" />
      <path className={styles.pause} d="M-3.4 -5V5M3.4 -5V5" />
      <path className={styles.cross} d="M-6 -6L6 6M6 -6L-6 6" />
    </svg>
  );
}

/** Writes only what differs: a painter is called in every frame. */
export function write(element: Element | null, text: string): void {
  if (element !== null && element.textContent !== text) element.textContent = text;
}

export function setAttribute(element: Element | null, name: string, value: string): void {
  if (element !== null && element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** At most three characters: what a ring has room for. */
function shortSeconds(seconds: number): string {
  if (seconds < 1000) return String(seconds);
  return seconds < 60_000 ? `${Math.floor(seconds / 60)}m` : `${Math.floor(seconds / 3600)}h`;
}
