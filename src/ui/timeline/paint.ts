/**
 * Draws the timeline: a band per term with its name, a lane per member (thickness and pattern are the role, colour the term), what
 * people did, and the playhead. Between a playhead in the past and now the run stays, faded; right of now there are dots, never data.
 */
import type { LaneSegment, Timeline, TimelineEvent } from '../../view/index.ts';
import type { Tokens } from '../frame/tokens.ts';
import { type Placed, type Plot, placeWords, ticksOf, tickText, type Wish, xOf } from './geometry.ts';

/** Words that are drawn, in the visitor's language. */
export interface TimelineWords {
  readonly band: (term: number, leader: number) => readonly string[];
  readonly event: (event: TimelineEvent) => readonly string[];
}

export interface TimelineView {
  readonly timeline: Timeline;
  readonly names: readonly string[];
  readonly playhead: number;
  readonly plot: Plot;
  readonly width: number;
  readonly height: number;
  readonly words: TimelineWords;
  /** Widths of words that were measured before, by font and text: kept by the caller from frame to frame. */
  readonly widths: Map<string, number>;
}

/** px from the top: words, then lanes. */
const WORDS_HEIGHT = 30;
/** px below the lanes: the axis. */
const AXIS_HEIGHT = 20;

export function paintTimeline(ctx: CanvasRenderingContext2D, view: TimelineView, tokens: Tokens): void {
  const { plot, height, timeline } = view;
  ctx.clearRect(0, 0, view.width, height);
  const lanes = {
    top: WORDS_HEIGHT,
    bottom: height - AXIS_HEIGHT,
    pitch: (height - AXIS_HEIGHT - WORDS_HEIGHT) / view.names.length,
  };
  ctx.textBaseline = 'alphabetic';
  const now = xOf(plot, timeline.live);
  const head = xOf(plot, view.playhead);

  // The run so far; twice where the playhead is in the past: once full, once faded.
  drawClipped(ctx, view, plot.left - 1, Math.min(head, now), 1, () => drawRun(ctx, view, lanes, tokens));
  if (view.playhead < timeline.live) {
    drawClipped(ctx, view, head, now, 0.35, () => drawRun(ctx, view, lanes, tokens));
  }
  drawAhead(ctx, view, lanes, Math.max(now, head), tokens);
  drawNames(ctx, view, lanes, tokens);
  drawAxis(ctx, view, tokens);
  drawPlayhead(ctx, view, lanes, head, tokens, drawWords(ctx, view, lanes, tokens));
}

interface Lanes {
  readonly top: number;
  readonly bottom: number;
  readonly pitch: number;
}

type Draw = CanvasRenderingContext2D;

function drawClipped(ctx: Draw, view: TimelineView, from: number, to: number, alpha: number, draw: () => void): void {
  if (to <= from) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(from, 0, to - from, view.height);
  ctx.clip();
  ctx.globalAlpha = alpha;
  draw();
  ctx.restore();
}

function drawRun(ctx: Draw, view: TimelineView, lanes: Lanes, tokens: Tokens): void {
  const { plot, timeline } = view;
  const panel = tokens.text('--panel');
  const share = tokens.px('--band') / 100;
  for (const band of timeline.bands) {
    if (band.to < plot.from || band.from > plot.to) continue;
    const x = Math.max(plot.left, xOf(plot, band.from));
    ctx.fillStyle = tokens.mix(tokens.hue(band.term), panel, share);
    ctx.fillRect(x, lanes.top, Math.max(1, Math.min(plot.right, xOf(plot, band.to)) - x), lanes.bottom - lanes.top);
  }
  for (const segment of timeline.segments) {
    if (segment.to >= plot.from && segment.from <= plot.to) drawSegment(ctx, view, lanes, segment, tokens);
  }
}

function drawSegment(ctx: Draw, { plot }: TimelineView, lanes: Lanes, segment: LaneSegment, tokens: Tokens): void {
  const y = Math.round(lanes.top + (segment.member - 0.5) * lanes.pitch);
  const from = Math.max(plot.left - 4, xOf(plot, segment.from));
  const to = Math.min(plot.right, xOf(plot, segment.to));
  const thick = Math.min(22, Math.max(6, Math.round(lanes.pitch * 0.6)));
  ctx.fillStyle = ctx.strokeStyle = tokens.hue(segment.term);
  ctx.setLineDash([]);
  switch (segment.role) {
    case 'leader':
      ctx.beginPath();
      ctx.roundRect(from, y - thick / 2, Math.max(2, to - from - 1), thick, 1.5);
      ctx.fill();
      return;
    case 'follower': {
      // Before the first term there is nothing to follow yet.
      const line = segment.term === 0 ? 1.25 : tokens.px('--w-life');
      if (segment.term === 0) ctx.fillStyle = tokens.text('--rule-2');
      ctx.fillRect(from, y - line / 2, Math.max(1, to - from - 0.5), line);
      return;
    }
    case 'candidate':
    case 'preCandidate': {
      // At least 6 px, ending where the campaign ends, so that a short one is seen.
      const width = Math.max(6, to - from);
      const high = segment.role === 'candidate' ? thick : Math.max(5, thick - 3);
      ctx.fillStyle = tokens.text('--panel');
      ctx.lineWidth = 1.5;
      ctx.beginPath();
      ctx.rect(to - width + 0.75, y - high / 2 + 0.75, width - 1.5, high - 1.5);
      ctx.fill();
      ctx.stroke();
      if (segment.role === 'candidate' && width > 12) {
        ctx.beginPath();
        for (let x = to - width + 5; x < to - 2; x += 4) {
          ctx.moveTo(x, y - high / 2 + 2);
          ctx.lineTo(x, y + high / 2 - 2);
        }
        ctx.lineWidth = 1;
        ctx.stroke();
      }
      return;
    }
    case 'stopped':
      ctx.strokeStyle = tokens.text('--ink-3');
      ctx.lineWidth = 1.25;
      ctx.setLineDash([2, 4]);
      ctx.beginPath();
      ctx.moveTo(from, y);
      ctx.lineTo(to - 2, y);
      ctx.stroke();
      ctx.setLineDash([]);
  }
}

/** What has not happened: dots. */
function drawAhead(ctx: Draw, view: TimelineView, lanes: Lanes, from: number, tokens: Tokens): void {
  ctx.strokeStyle = tokens.text('--rule-2');
  ctx.lineWidth = 1.5;
  ctx.lineCap = 'round';
  ctx.setLineDash([0.1, 6]);
  ctx.beginPath();
  view.names.forEach((_, i) => {
    const y = Math.round(lanes.top + (i + 0.5) * lanes.pitch);
    ctx.moveTo(Math.max(view.plot.left, from + 8), y);
    ctx.lineTo(view.plot.right, y);
  });
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.lineCap = 'butt';
}

function drawNames(ctx: Draw, view: TimelineView, lanes: Lanes, tokens: Tokens): void {
  ctx.fillStyle = tokens.text('--ink-2');
  // Letters without descenders: they fill their lane, and none reaches into the next.
  const size = Math.min(tokens.px('--fs-0'), 1.1 * lanes.pitch);
  ctx.font = `400 ${size}px ${tokens.text('--font-mono')}`;
  ctx.textAlign = 'left';
  view.names.forEach((name, i) => {
    ctx.fillText(name, 0, lanes.top + (i + 0.5) * lanes.pitch + 0.36 * size);
  });
}

function drawAxis(ctx: Draw, view: TimelineView, tokens: Tokens): void {
  const { times, step } = ticksOf(view.plot, 84);
  ctx.fillStyle = tokens.text('--ink-3');
  ctx.font = monoFont(tokens);
  ctx.textAlign = 'center';
  for (const time of times) {
    const x = xOf(view.plot, time);
    if (x < view.plot.left - 4 || x > view.plot.right - 14) continue;
    ctx.fillText(tickText(time, step), x, view.height - 5);
  }
  ctx.textAlign = 'left';
}

interface Mark {
  readonly wish: Wish;
  readonly colour: string;
  readonly bold: boolean;
  readonly fault: boolean;
  readonly dot: boolean;
  /** Later than the playhead. */
  readonly late: boolean;
}

/** Where marks stand nearer than this, the one of the lowest rank goes: thousands of calls are one row of dots. */
const NEAREST = 7;

/** Takes out the dots that would lie on each other; marks of terms and faults stay. Leaves the list in order of place. */
function thin(marks: Mark[]): void {
  marks.sort((a, b) => a.wish.x - b.wish.x || b.wish.rank - a.wish.rank);
  const strong = marks.filter((mark) => mark.dot && mark.wish.rank > 0).map((mark) => mark.wish.x);
  let last = Number.NEGATIVE_INFINITY;
  let next = 0;
  let kept = 0;
  for (const mark of marks) {
    const { x, rank } = mark.wish;
    while ((strong[next] ?? Number.POSITIVE_INFINITY) < x - NEAREST) next++;
    const near = x - last < NEAREST || Math.abs((strong[next] ?? Number.POSITIVE_INFINITY) - x) < NEAREST;
    if (rank === 0 && near) continue;
    if (rank === 0) last = x;
    marks[kept++] = mark;
  }
  marks.length = kept;
}

/** Marks and words of terms and of what people did, on one line. Returns where the playhead's time begins. */
function drawWords(ctx: Draw, view: TimelineView, lanes: Lanes, tokens: Tokens): number {
  const { plot, timeline } = view;
  const inSight = (time: number) => time >= plot.from && time <= plot.to;
  const marks: Mark[] = [];
  for (const band of timeline.bands) {
    if (band.to < plot.from || band.from > plot.to) continue;
    const x = Math.max(plot.left, xOf(plot, band.from));
    marks.push({
      wish: { x, texts: view.words.band(band.term, band.leader), rank: 3, side: 'right', gap: 6 },
      colour: tokens.hue(band.term),
      bold: true,
      fault: false,
      dot: false,
      late: band.from > view.playhead,
    });
  }
  for (const event of timeline.events) {
    if (!inSight(event.time)) continue;
    marks.push({
      wish: {
        x: xOf(plot, event.time),
        texts: view.words.event(event),
        // Nothing covers a fault; a term's name may cover what is left.
        rank: event.fault ? 3 : event.kind === 'call' ? 0 : 1,
        side: event.fault ? 'left' : 'right',
        gap: 9,
      },
      colour: event.fault ? tokens.text('--fault') : tokens.text('--ink-2'),
      bold: event.fault,
      fault: event.fault,
      dot: true,
      late: event.time > view.playhead,
    });
  }
  thin(marks);
  const fontOf = (bold: boolean) => `${bold ? 600 : 400} ${tokens.text('--fs-0')} ${tokens.text('--font-ui')}`;
  const head = xOf(plot, view.playhead);
  const timeWidth = widthOf(ctx, timeFont(tokens), headText(view).replace(/\d/g, '0'), view.widths); // figures are tabular
  // Beside the playhead, right of it unless a mark is there and none on the left.
  const crowded = (from: number, to: number) => to > view.width || marks.some(({ wish }) => wish.x > from - 5 && wish.x < to + 5);
  const onLeft =
    crowded(head + 10, head + 12 + timeWidth) && !crowded(head - 12 - timeWidth, head - 10) && head - 12 - timeWidth > 0;
  const timeX = onLeft || head + 12 + timeWidth > view.width ? head - 12 - timeWidth : head + 12;
  const placed = placeWords(
    marks.map((mark) => mark.wish),
    (text, wish) => {
      const font = fontOf(marks[wish]?.bold ?? false);
      return widthOf(ctx, font, text, view.widths);
    },
    plot.left,
    view.width,
    [[Math.min(head - 8, timeX), Math.max(head + 8, timeX + timeWidth - 4)]],
  );
  const words = new Map<number, Placed>(placed.map((one) => [one.wish, one]));
  const covered = new Set(placed.flatMap((one) => one.covers));
  marks.forEach((mark, i) => {
    ctx.globalAlpha = mark.late ? 0.45 : 1;
    const { x } = mark.wish;
    ctx.strokeStyle = mark.dot && !mark.fault ? tokens.text('--ink-3') : mark.colour;
    ctx.lineWidth = mark.fault ? 1.75 : mark.dot ? 1 : 1.5;
    ctx.beginPath();
    ctx.moveTo(x, covered.has(i) ? lanes.top : mark.dot ? 14 : 8);
    ctx.lineTo(x, lanes.bottom);
    ctx.stroke();
    if (covered.has(i)) {
      // Its words would be another's: only the line stays.
    } else if (mark.fault) {
      ctx.lineWidth = 2.2;
      ctx.beginPath();
      ctx.moveTo(x - 4, 10);
      ctx.lineTo(x + 4, 18);
      ctx.moveTo(x + 4, 10);
      ctx.lineTo(x - 4, 18);
      ctx.stroke();
    } else if (mark.dot) {
      ctx.fillStyle = mark.colour;
      ctx.beginPath();
      ctx.arc(x, 14, 3, 0, 2 * Math.PI);
      ctx.fill();
    }
    const text = words.get(i);
    if (text !== undefined) {
      ctx.font = fontOf(mark.bold);
      ctx.fillStyle = mark.colour;
      ctx.fillText(text.text, text.x, 18.2);
    }
  });
  ctx.globalAlpha = 1;
  return timeX;
}

function drawPlayhead(ctx: Draw, view: TimelineView, lanes: Lanes, x: number, tokens: Tokens, timeX: number): void {
  const ink = tokens.text('--ink');
  ctx.strokeStyle = ctx.fillStyle = ink;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.moveTo(x, 8);
  ctx.lineTo(x, lanes.bottom + 4);
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(x - 7, 5);
  ctx.lineTo(x + 7, 5);
  ctx.lineTo(x + 7, 12);
  ctx.lineTo(x, 19);
  ctx.lineTo(x - 7, 12);
  ctx.closePath();
  ctx.fill();
  ctx.font = timeFont(tokens);
  const text = headText(view);
  const width = widthOf(ctx, timeFont(tokens), text.replace(/\d/g, '0'), view.widths);
  ctx.fillStyle = tokens.text('--panel');
  ctx.fillRect(timeX - 3, 4, width + 6, 17);
  ctx.fillStyle = ink;
  ctx.fillText(text, timeX, 16.5);
}

/** Beyond so many words the cache starts anew. */
const WIDTHS_KEPT = 2000;

function widthOf(ctx: Draw, font: string, text: string, widths: Map<string, number>): number {
  const key = `${font} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (widths.size > WIDTHS_KEPT) widths.clear();
  ctx.font = font;
  const { width } = ctx.measureText(text);
  widths.set(key, width);
  return width;
}

/** Seconds with three digits; never ahead of time, as the clock. */
function headText(view: TimelineView): string {
  return (Math.floor(view.playhead / 1000) / 1000).toFixed(3);
}

function timeFont(tokens: Tokens): string {
  return `600 ${tokens.text('--fs-0')} ${tokens.text('--font-mono')}`;
}

function monoFont(tokens: Tokens): string {
  return `400 ${tokens.text('--fs-0')} ${tokens.text('--font-mono')}`;
}
