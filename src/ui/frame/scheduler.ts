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
   * @param turn while time runs it is called in these frames only, unless something was invalidated
   */
  register(painter: Painter, turn?: Turn): () => void;
  /** Something on a canvas changed for another reason than time (size, theme, pointer): paint at the next frame. */
  invalidate(): void;
  /** The clock may have been set in motion (play, step, seek, an action): look again. */
  wake(): void;
  /** Drives another run; paints it at the next frame. Undefined rests. */
  attach(run: Run | undefined): void;
}

/** Every second frame is for what makes the browser paint a large part of the page anew; two such take turns. */
export type Turn = 'every' | 'even' | 'odd';

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
  const painters = new Map<Painter, Turn>();
  let turn: Turn = 'even';
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
      turn = turn === 'even' ? 'odd' : 'even';
      for (const [paint, own] of painters) if (all || own === 'every' || own === turn) paint(run, nowMs);
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
    register(painter, own = 'every') {
      painters.set(painter, own);
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
