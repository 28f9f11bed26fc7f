/** Wall times of what runs in virtual time. */

/** As zap writes it: RFC 3339 with six digits. @param epoch wall time at virtual 0, ms @param time virtual µs */
export function stamp(epoch: number, time: number): string {
  const whole = new Date(epoch + Math.floor(time / 1000)).toISOString();
  return `${whole.slice(0, -1)}${String(Math.floor(time) % 1000).padStart(3, '0')}Z`;
}
