/**
 * The page's one animation loop. Each frame moves the run's clock and, only if something may have changed, calls the
 * painters: canvases and whatever else is drawn outside React. While the run is paused and nothing is owed, no frame is asked for.
 */
import type { Run } from '../../workers/index.ts';

/** Draws what it owns for the run's playhead. `nowMs` is the browser's time of the frame, for wall-time easing only. */
export type Painter = (run: Run, nowMs: number) => void;

export interface Scheduler {
  /**
   * Adds a painter; it is called at the next frame. Returns the way to take it out.
   *
   * @param leastGapMs while time runs it is called no sooner after the last time, unless something was invalidated; e.g.
   *   {@link EVERY_OTHER_FRAME}
   */
  register(painter: Painter, leastGapMs?: number): () => void;
  /** Something on a canvas changed for another reason than time (size, theme, pointer): paint at the next frame. */
  invalidate(): void;
  /** The clock may have been set in motion (play, step, seek, an action): look again. */
  wake(): void;
  /** Drives another run; paints it at the next frame. Undefined rests. */
  attach(run: Run | undefined): void;
}

/** A gap that lets every second frame through, ms: for what makes the browser paint a large part of the page anew. */
export const EVERY_OTHER_FRAME = 30;

/** A step or a seek is answered by a worker: so long the loop keeps looking before it rests, ms. */
const LINGER_MS = 800;

/** What the loop needs of a browser: a fake one in tests. */
export interface FrameSource {
  request(callback: (nowMs: number) => void): number;
  cancel(handle: number): void;
}

const BROWSER_FRAMES: FrameSource = {
  request: (callback) => requestAnimationFrame(callback),
  cancel: (handle) => cancelAnimationFrame(handle),
};

/** Creates a loop at rest. */
export function createScheduler(frames: FrameSource = BROWSER_FRAMES): Scheduler {
  /** With its least gap, and when it was last called. */
  const painters = new Map<Painter, { readonly gap: number; at: number }>();
  let run: Run | undefined;
  let unsubscribe: (() => void) | undefined;
  let handle: number | undefined;
  /** Something may look different; and if not by time alone, for every painter. */
  let dirty = false;
  let invalid = false;
  let awakeSince: number | undefined; // undefined: set by the next frame

  function look(nowMs: number): void {
    handle = undefined;
    if (run === undefined) return;
    awakeSince ??= nowMs;
    const moved = run.animate(nowMs);
    if (moved) awakeSince = nowMs;
    if (moved || dirty) {
      const all = invalid || !run.state().playing;
      dirty = false;
      invalid = false;
      for (const [paint, last] of painters) {
        if (!all && nowMs - last.at < last.gap) continue;
        last.at = nowMs;
        paint(run, nowMs);
      }
    }
    if (dirty || run.state().playing || nowMs - awakeSince < LINGER_MS) ask();
  }

  function ask(): void {
    if (run !== undefined) handle ??= frames.request(look);
  }

  function wake(): void {
    awakeSince = undefined;
    ask();
  }

  function invalidate(): void {
    dirty = true;
    invalid = true;
    ask();
  }

  return {
    register(painter, leastGapMs = 0) {
      painters.set(painter, { gap: leastGapMs, at: Number.NEGATIVE_INFINITY });
      invalidate();
      return () => painters.delete(painter);
    },
    invalidate,
    wake,
    attach(next) {
      unsubscribe?.();
      if (handle !== undefined) frames.cancel(handle);
      handle = undefined;
      run = next;
      unsubscribe = next?.subscribe(() => {
        dirty = true;
        wake();
      });
      dirty = true;
      invalid = true;
      wake();
    },
  };
}
