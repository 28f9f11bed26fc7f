/** The page's clock: how far virtual time may go in one animation frame. Speed is its property alone. */
import { earliestDeadline, type Frame, GEAR_FACTOR, gearOf } from '../view/index.ts';
import type { Pace } from './run.ts';

/** A frame after a hidden tab, or on a slow machine, counts as so much; ms. */
const LONGEST_FRAME = 50;
/** Speeding up is eased over this time, braking is immediate; ms. */
const EASE = 350;
/** So near to what is wanted, it is reached. */
const ARRIVED = 0.97;

export interface Clock {
  pace: Pace;
  /** Virtual seconds per real second now. */
  factor: number;
  /** Browser time of the frame before; undefined after a pause. */
  lastFrame: number | undefined;
  /** What was too short for a whole microsecond. */
  remainder: number;
}

/** A clock at rest that will go slowly at first. */
export function createClock(): Clock {
  return { pace: 'auto', factor: GEAR_FACTOR.decide, lastFrame: undefined, remainder: 0 };
}

/** Virtual µs that this frame is worth. Adapts the factor to what goes on. */
export function frameBudget(clock: Clock, nowMs: number, frame: Frame): number {
  const elapsed = Math.min(LONGEST_FRAME, clock.lastFrame === undefined ? 0 : nowMs - clock.lastFrame);
  clock.lastFrame = nowMs;
  setFactor(clock, frame, elapsed);
  const exact = elapsed * 1_000 * clock.factor + clock.remainder;
  const whole = Math.floor(exact);
  clock.remainder = exact - whole;
  return whole;
}

/** Where the clock may go at most: no step jumps over the instant at which somebody loses patience. */
export function clampToDeadline(clock: Clock, from: number, to: number, frame: Frame): number {
  if (clock.pace !== 'auto') return to;
  const deadline = earliestDeadline(frame);
  return deadline >= from ? Math.min(to, deadline + 1) : to;
}

/** Something decisive is about to happen: slow at once. */
export function brake(clock: Clock): void {
  if (clock.pace === 'auto') clock.factor = Math.min(clock.factor, GEAR_FACTOR.decide);
}

/** The factor as a person reads it, 1/12 or 1.5: it changes in steps, however smoothly the clock is eased. */
export function shownFactor(clock: Clock): number {
  return clock.factor < 1 ? 1 / Math.round(1 / clock.factor) : Math.round(clock.factor * 10) / 10;
}

/** The clock stood: the next frame begins to count anew. */
export function restClock(clock: Clock): void {
  clock.lastFrame = undefined;
  clock.remainder = 0;
}

function setFactor(clock: Clock, frame: Frame, elapsed: number): void {
  if (clock.pace !== 'auto') {
    clock.factor = clock.pace;
    return;
  }
  const wanted = GEAR_FACTOR[gearOf(frame)];
  if (wanted <= clock.factor) clock.factor = wanted;
  else {
    const eased = clock.factor * (wanted / clock.factor) ** Math.min(1, elapsed / EASE);
    clock.factor = eased > wanted * ARRIVED ? wanted : eased;
  }
}
