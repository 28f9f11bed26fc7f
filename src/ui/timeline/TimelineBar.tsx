/** The run so far, and the way to any moment of it: one canvas that is a slider, with its twin in words. */
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef } from 'react';
import type { Words } from '../../i18n/index.ts';
import type { TimelineEvent } from '../../view/index.ts';
import { useHouse, useWords } from '../frame/context.tsx';
import { shallow, useFrame, usePainter, useRun, useRunState } from '../frame/hooks.ts';
import { formatClock } from '../topbar/format.ts';
import { type Plot, SHORTEST, type Span, spanFor, timeOf } from './geometry.ts';
import { paintTimeline, type TimelineWords } from './paint.ts';
import styles from './TimelineBar.module.css';

/** px kept for the members' names. */
const NAMES_WIDTH = 36;
const SECOND = 1_000_000;
/** While time runs, less than so much is not worth a drawing, px, unless the last is so old, ms. */
const WORTH_PX = 0.5;
const WORTH_MS = 100;

export function TimelineBar({ tall = false }: { readonly tall?: boolean }) {
  const words = useWords();
  const run = useRun();
  const { scheduler, tokens } = useHouse();
  const names = useFrame((frame) => frame.members.map((member) => member.name), shallow);
  const slider = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useRef({ width: 0, height: 0 });
  const span = useRef<Span | undefined>(undefined);
  const zoom = useRef<number | undefined>(undefined);
  const plot = useRef<Plot>({ from: 0, to: 1, left: 0, right: 1 });
  const widths = useRef(new Map<string, number>());
  const last = useRef<Drawing | undefined>(undefined);
  const drawn = useMemo(() => wordsOf(words, names), [words, names]);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      size.current = { width, height };
      const ratio = window.devicePixelRatio;
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
      scheduler.invalidate();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [scheduler]);

  usePainter((shown, nowMs) => {
    const element = canvas.current;
    const ctx = element?.getContext('2d');
    const { width, height } = size.current;
    if (element == null || ctx == null || width === 0) return;
    const playhead = shown.playhead();
    const timeline = shown.timeline();
    span.current = spanFor(playhead, timeline.live, zoom.current, span.current);
    plot.current = { ...span.current, left: NAMES_WIDTH, right: width };
    const drawing: Drawing = {
      at: nowMs,
      playhead,
      shape: [timeline.segments.length, timeline.bands.length, timeline.events.length, tokens.version(), width, height],
      span: span.current,
      words: drawn,
    };
    if (shown.state().playing && isAsGood(last.current, drawing, plot.current)) return;
    last.current = drawing;
    const ratio = window.devicePixelRatio;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintTimeline(
      ctx,
      { timeline, names, playhead, plot: plot.current, width, height, words: drawn, widths: widths.current },
      tokens,
    );
    sayValue(slider.current, playhead, timeline.live);
  }, 'even');

  function seek(time: number): void {
    if (time >= run.live()) run.backToLive();
    else run.seek(time);
    scheduler.wake();
    scheduler.invalidate();
  }

  function seekTo(event: PointerEvent<HTMLDivElement>): void {
    const box = event.currentTarget.getBoundingClientRect();
    seek(timeOf(plot.current, event.clientX - box.left));
  }

  function press(event: KeyboardEvent): void {
    const to = {
      PageUp: run.playhead() - SECOND,
      PageDown: run.playhead() + SECOND,
      Home: 0,
      End: run.live(),
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    seek(to);
  }

  // React's own wheel listener cannot keep the page from zooming.
  useEffect(() => {
    const element = slider.current;
    if (element === null) return;
    const turn = (event: WheelEvent) => {
      event.preventDefault();
      const length = plot.current.to - plot.current.from;
      const longest = Math.max(12 * SECOND, run.live() * 1.1);
      zoom.current = Math.min(longest, Math.max(SHORTEST, length * Math.exp(event.deltaY * 0.0015)));
      if (zoom.current === longest) zoom.current = undefined;
      scheduler.invalidate();
    };
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, [run, scheduler]);

  const rows = { '--lanes': names.length } as React.CSSProperties; // a custom property, measured by the cluster
  return (
    <footer className={styles.bar} data-region="timeline" data-tall={tall} data-many={names.length > 5 || undefined} style={rows}>
      <div
        ref={slider}
        className={styles.slider}
        role="slider"
        tabIndex={0}
        aria-label={words.shell.timeline}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuenow={0}
        onKeyDown={press}
        onDoubleClick={() => {
          zoom.current = undefined;
          scheduler.invalidate();
        }}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          seekTo(event);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) seekTo(event);
        }}
      >
        <canvas ref={canvas} className={styles.canvas} />
      </div>
      <Twin seek={tall ? seek : undefined} />
    </footer>
  );

  /** What a screen reader hears of the slider, written past React; the text only when it says something else. */
  function sayValue(element: HTMLElement | null, playhead: number, live: number): void {
    if (element === null) return;
    const { revision, playing } = run.state();
    const stamp = `${revision} ${playing ? '' : playhead} ${words.shell.timeline}`;
    if (element.dataset.stamp === stamp) return;
    element.dataset.stamp = stamp;
    const band = run.timeline().bands.findLast((candidate) => candidate.from <= playhead);
    const said = band === undefined ? '' : words.shell.band(band.term, names[band.leader - 1] ?? '');
    element.setAttribute('aria-valuemax', String(Math.round(live / 1000)));
    element.setAttribute('aria-valuenow', String(Math.round(playhead / 1000)));
    element.setAttribute('aria-valuetext', words.shell.timelineValue(formatClock(playhead), said));
  }
}

/** The lanes at the playhead and what people did, newest last: the canvas in words. With `seek` what happened is in sight, to go to. */
function Twin({ seek }: { readonly seek: ((time: number) => void) | undefined }) {
  const words = useWords();
  const run = useRun();
  const lanes = useFrame(
    (frame) => frame.members.map((member) => `${member.name} ${member.health === 'up' ? member.role : 'stopped'} ${member.term}`),
    shallow,
  );
  const names = useFrame((frame) => frame.members.map((member) => member.name), shallow);
  const count = useRunState(() => run.timeline().events.length);
  const events = run.timeline().events.slice(Math.max(0, count - EVENTS_IN_WORDS), count);
  const drawn = wordsOf(words, names);
  const twin = (
    <div className="visually-hidden">
      <ul data-twin="lanes" aria-label={words.shell.timeline}>
        {lanes.map((lane) => {
          const [name = '', role = '', term = '0'] = lane.split(' ');
          const said = words.shell.roles[role as keyof typeof words.shell.roles]; // written from the frame just above
          return (
            <li key={name} data-member={name} data-role={role} data-term={term}>
              {words.shell.lane(name, said, Number(term))}
            </li>
          );
        })}
      </ul>
      {seek === undefined && (
        <ol data-twin="events" aria-label={words.shell.events}>
          {events.map((event) => (
            <li key={keyOf(event)} data-kind={event.kind} data-fault={event.fault} data-time={event.time}>
              {`${formatClock(event.time)} ${drawn.event(event)[0] ?? ''}`}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
  if (seek === undefined) return twin;
  return (
    <>
      {twin}
      <h2 className={styles.heading}>{words.shell.events}</h2>
      <ol className={styles.events} data-twin="events">
        {[...events].reverse().map((event) => (
          <li key={keyOf(event)} data-kind={event.kind} data-fault={event.fault} data-time={event.time}>
            <button type="button" className={styles.event} onClick={() => seek(event.time)}>
              <span className={styles.at}>{formatClock(event.time)}</span>
              {drawn.event(event)[0]}
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

const EVENTS_IN_WORDS = 40;

function keyOf(event: TimelineEvent): string {
  return `${event.time} ${event.kind} ${event.members.join()} ${event.text}`;
}

function wordsOf({ shell }: Words, names: readonly string[]): TimelineWords {
  const name = (ordinal: number) => names[ordinal - 1] ?? '';
  return {
    band: (term, leader) => [shell.band(term, name(leader)), shell.bandShort(term), String(term)],
    event: (event) => eventTexts(event),
  };

  function eventTexts(event: TimelineEvent): readonly string[] {
    const [first = 0, second = 0] = event.members;
    switch (event.kind) {
      case 'crash':
        return [shell.eventStop(name(first)), name(first)];
      case 'restart':
        return [shell.eventStart(name(first)), name(first)];
      case 'cut':
        return event.members.length === 2 ? [shell.eventCut(name(first), name(second)), shell.eventCuts] : [shell.eventCuts];
      case 'heal':
        return [shell.eventHeal];
      case 'wall':
        return [shell.eventWall];
      case 'unwall':
        return [shell.eventUnwall, shell.eventHeal];
      case 'call':
        return shortened(event.text);
      case 'threw':
        return [shell.eventThrew(name(first)), name(first)];
      case 'reset':
        return [shell.eventReset];
    }
  }
}

/** A command whole, then its first two words, then its verb. */
function shortened(text: string): readonly string[] {
  const words = text.split(' ');
  const whole = text.length > 28 ? `${text.slice(0, 27)}…` : text;
  const two = words.slice(0, 2).join(' ');
  return [whole, two.length > 16 ? `${two.slice(0, 15)}…` : two, words[0] ?? ''];
}

/** What a drawing showed. */
interface Drawing {
  readonly at: number;
  readonly playhead: number;
  readonly shape: readonly number[];
  readonly span: Span;
  readonly words: TimelineWords;
}

/** The drawing that stands shows what a new one would, to within half a pixel. */
function isAsGood(before: Drawing | undefined, now: Drawing, { from, to, left, right }: Plot): boolean {
  if (before === undefined || now.at - before.at > WORTH_MS) return false;
  const pixels = (a: number, b: number) => (Math.abs(a - b) / (to - from)) * (right - left);
  const moved = Math.max(
    pixels(before.playhead, now.playhead),
    pixels(before.span.from, now.span.from),
    pixels(before.span.to, now.span.to),
  );
  return moved < WORTH_PX && before.words === now.words && shallow(before.shape, now.shape);
}
