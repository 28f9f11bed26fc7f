/**
 * The edge of a region that can be dragged, or moved by arrow keys; a double click, or Enter, gives the region its own size again. Sizes
 * stand as properties on the root while they change, and in the settings when they are settled.
 */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { REGIONS, type Region } from '../stores/settings.ts';
import { useHouse, useWords } from './context.tsx';
import styles from './Edge.module.css';
import { useSettings } from './hooks.ts';

/** px that an arrow key moves it; with Shift. */
const STEP = 16;
const LARGE_STEP = 64;
/** px below which no region goes. */
const LEAST: Readonly<Record<Region, number>> = { column: 320, panels: 360, console: 120 };

interface EdgeProps {
  /** Of which it is the edge; it stands inside it. */
  readonly region: Region;
  readonly side: 'left' | 'top';
}

export function Edge({ region, side }: EdgeProps) {
  const words = useWords().shell;
  const { settings } = useHouse();
  const edge = useRef<HTMLHRElement>(null);
  const [size, setSize] = useState(LEAST[region]);
  const grip = useRef<{ readonly at: number; readonly size: number } | undefined>(undefined);

  useEffect(() => {
    const of = edge.current?.parentElement;
    if (of == null) return;
    const observer = new ResizeObserver(() => setSize(Math.round(extent(of, side))));
    observer.observe(of);
    return () => observer.disconnect();
  }, [side]);

  /** Larger than the layout allows is as large as it allows. */
  const settle = (wanted: number | undefined) => {
    setProperty(region, wanted);
    const of = edge.current?.parentElement;
    const given = wanted === undefined || of == null ? wanted : Math.min(wanted, Math.round(extent(of, side)));
    settings.getState().resize(region, given === undefined ? undefined : Math.max(LEAST[region], given));
  };
  const sizeAt = (event: PointerEvent) => {
    const { at, size: from } = grip.current ?? { at: 0, size };
    return Math.max(LEAST[region], Math.round(from + at - (side === 'left' ? event.clientX : event.clientY)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const [more, less] = side === 'left' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const wanted = { [more]: size + step, [less]: size - step, Home: LEAST[region], End: Number.MAX_SAFE_INTEGER }[event.key];
    if (event.key === 'Enter') settle(undefined);
    else if (wanted !== undefined) settle(Math.max(LEAST[region], wanted));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <hr
      ref={edge}
      className={styles.edge}
      tabIndex={0}
      data-side={side}
      data-edge={region}
      data-arrows="own"
      aria-orientation={side === 'left' ? 'vertical' : 'horizontal'}
      aria-label={words.edge[region]}
      aria-valuenow={size}
      aria-valuemin={LEAST[region]}
      aria-valuemax={Math.max(size, Math.round(side === 'left' ? window.innerWidth / 2 : window.innerHeight * 0.72))}
      title={words.edgeTitle}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.preventDefault(); // no text is marked
        event.currentTarget.focus({ preventScroll: true });
        event.currentTarget.setPointerCapture(event.pointerId);
        grip.current = { at: side === 'left' ? event.clientX : event.clientY, size };
      }}
      onPointerMove={(event) => {
        if (grip.current !== undefined) setProperty(region, sizeAt(event));
      }}
      onPointerUp={(event) => {
        const moved = grip.current !== undefined && sizeAt(event) !== grip.current.size;
        if (moved) settle(sizeAt(event));
        grip.current = undefined;
      }}
      onPointerCancel={() => {
        grip.current = undefined;
        setProperty(region, settings.getState().sizes[region]);
      }}
      onDoubleClick={() => settle(undefined)}
      onKeyDown={onKeyDown}
    />
  );
}

/** Puts the sizes that somebody chose onto the page. */
export function useChosenSizes(): void {
  const sizes = useSettings((state) => state.sizes);
  useEffect(() => {
    for (const region of REGIONS) setProperty(region, sizes[region]);
  }, [sizes]);
}

function setProperty(region: Region, size: number | undefined): void {
  const { style } = document.documentElement;
  if (size === undefined) style.removeProperty(`--size-${region}`);
  else style.setProperty(`--size-${region}`, `${size}px`);
}

function extent(element: Element, side: 'left' | 'top'): number {
  const { width, height } = element.getBoundingClientRect();
  return side === 'left' ? width : height;
}
