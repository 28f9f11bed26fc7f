/** The canvas over the stage: what flies, drawn on every frame from (frame, playhead). Its DOM twin is `Twin`. */
import { useEffect, useMemo, useRef } from 'react';
import type { Run } from '../../workers/index.ts';
import { useHouse } from '../frame/context.tsx';
import { usePainter } from '../frame/hooks.ts';
import type { Tokens } from '../frame/tokens.ts';
import { createGlyphStore } from './glyphs.ts';
import type { StageLayout } from './layout.ts';
import { paintStage, type StageInk } from './paint.ts';
import { inside, type Point } from './plane.ts';
import styles from './Stage.module.css';

interface FlightsProps {
  readonly layout: StageLayout;
  /** Polygons that lie on sunk ground. */
  readonly sunk: readonly (readonly Point[])[];
  /** Message that is lit up; 0 = none. */
  readonly lit: number;
}

export function Flights({ layout, sunk, lit }: FlightsProps) {
  const { tokens, scheduler } = useHouse();
  const canvas = useRef<HTMLCanvasElement>(null);
  const glyphs = useMemo(createGlyphStore, []);
  const inked = useRef<{ readonly version: number; readonly ink: StageInk } | undefined>(undefined);
  const { width, height } = layout.box;

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const scale = devicePixelRatio;
    element.width = Math.round(width * scale);
    element.height = Math.round(height * scale);
    scheduler.invalidate();
  }, [width, height, scheduler]);

  usePainter((run: Run) => {
    const element = canvas.current;
    const pen = element?.getContext('2d') ?? null;
    if (element === null || pen === null) return;
    if (inked.current?.version !== tokens.version()) {
      inked.current = { version: tokens.version(), ink: readInk(tokens) };
      glyphs.clear();
    }
    const { ink } = inked.current;
    const scale = element.width / Math.max(1, width);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const sunkColour = tokens.text('--sunk');
    paintStage(pen, {
      frame: run.frame(),
      time: run.playhead(),
      layout,
      ink,
      glyphs,
      scale,
      lit,
      ground: (point) => (sunk.some((polygon) => inside(polygon, point)) ? sunkColour : ink.stage),
    });
  });

  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing on it takes focus
  return <canvas ref={canvas} className={styles.canvas} aria-hidden="true" />;
}

function readInk(tokens: Tokens): StageInk {
  return {
    hue: (term) => tokens.hue(term),
    ink: tokens.text('--ink'),
    ink2: tokens.text('--ink-2'),
    on: tokens.text('--on'),
    paper: tokens.text('--paper'),
    stage: tokens.text('--stage'),
    fault: tokens.text('--fault'),
    rule2: tokens.text('--rule-2'),
    ui: tokens.text('--font-ui'),
    mono: tokens.text('--font-mono'),
  };
}
