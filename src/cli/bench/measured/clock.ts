/** How things are measured on a machine that may have other things to do. */
import { loadavg } from 'node:os';
import type { Figure } from '../figure.ts';

/** Tells how far a measurement is. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The machine's load of the last minute. */
export function load(): string {
  return (loadavg()[0] ?? Number.NaN).toFixed(1);
}

export function printFigures(figures: readonly Figure[]): void {
  process.stdout.write(`${JSON.stringify({ figures })}\n`);
}

/** One of several that are measured in turns, so that whatever else the machine does is shared out among them. */
export interface Contender {
  readonly id: string;
  /** Does a slice of work. @returns how many units; what it does before `start` is called is not counted */
  readonly slice: (start: () => void) => number;
}

/**
 * Runs every contender's slices in turns, and takes the median of each one's rates. What a slice has taken is the wall's time or this
 * process's processor time, whichever is less: on a machine of one's own the wall's (the collector of garbage has threads of its own),
 * on one that others use as well the processor's, for the wall's then tells of the others.
 */
export function race(contenders: readonly Contender[], rounds: number): Figure[] {
  const rates = contenders.map((): number[] => []);
  const wallRates = contenders.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    contenders.forEach(({ slice }, i) => {
      globalThis.gc?.(); // what others left behind is not this one's to clear away
      let watch = startWatch();
      const units = slice(() => {
        watch = startWatch();
      });
      const { seconds, wallSeconds } = watch();
      if (round === 0) return; // until everything is compiled
      rates[i]?.push(units / seconds);
      wallRates[i]?.push(units / wallSeconds);
    });
  }
  return contenders.map(({ id }, i) => {
    const own = rates[i] ?? [];
    const value = median(own);
    say(
      `${id}: ${Math.round(value)}/s (${Math.round(Math.min(...own))} … ${Math.round(Math.max(...own))}), ` +
        `by the wall ${Math.round(median(wallRates[i] ?? []))}/s, load ${load()}`,
    );
    return { id, value, unit: '1/s' };
  });
}

/** Milliseconds that a call takes, as {@link race} has them, and what it returns. */
export function timed<T>(call: () => T): { readonly ms: number; readonly value: T } {
  const watch = startWatch();
  const value = call();
  return { ms: watch().seconds * 1_000, value };
}

/** @returns what tells the time since then */
function startWatch(): () => { readonly seconds: number; readonly wallSeconds: number } {
  const used = process.cpuUsage();
  const begun = performance.now();
  return () => {
    const wallSeconds = (performance.now() - begun) / 1_000;
    const { user, system } = process.cpuUsage(used);
    return { seconds: Math.min(wallSeconds, (user + system) / 1e6), wallSeconds };
  };
}

/** Bytes in use, after a collection of garbage. */
export function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
