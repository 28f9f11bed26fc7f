/** Numbers of the top bar as text; pure. */

/** mm:ss.mmm of a virtual time in µs; minutes go on past 59. */
export function formatClock(time: number): string {
  const ms = Math.floor(time / 1000);
  const minutes = Math.floor(ms / 60_000);
  return `${pad(minutes, 2)}:${pad(Math.floor(ms / 1000) % 60, 2)}.${pad(ms % 1000, 3)}`;
}

/** Virtual seconds per real second as people say it: 1/50, 1/2, 1, 10. While it eases, two digits are enough. */
export function formatFactor(factor: number): string {
  if (!(factor > 0)) return '0';
  if (factor >= 1) return String(Math.round(factor));
  const slower = 1 / factor;
  return `1/${slower < 100 ? Math.round(slower) : Number(slower.toPrecision(2))}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
