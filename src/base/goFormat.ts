/** Durations and sizes as Go's libraries print them. */

/** As time.Duration prints itself: `0s`, `5ns`, `850µs`, `3.64022ms`, `1.2s`, `1m0.5s`, `1h0m0s`. @param micros µs */
export function goDuration(micros: number): string {
  if (micros < 0) return `-${goDuration(-micros)}`;
  if (micros === 0) return '0s';
  if (micros < 1) return `${Math.round(micros * 1000)}ns`;
  if (micros < 1000) return `${trimZeros(micros.toFixed(3))}µs`;
  if (micros < 1e6) return `${trimZeros((micros / 1000).toFixed(6))}ms`;
  const minutes = Math.floor(micros / 60e6);
  const seconds = `${trimZeros(((micros - minutes * 60e6) / 1e6).toFixed(9))}s`;
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

/** A number of bytes for people: `512 B`, `20 kB`, `2.1 GB`. github.com/dustin/go-humanize, Bytes */
export function goSize(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  // By comparison, for a logarithm of 1000 may fall short of 1.
  let unit = 0;
  let scale = 1;
  for (; bytes / scale >= 1000 && unit < units.length - 1; scale *= 1000) unit++;
  const value = Math.floor((bytes / scale) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : roundHalfToEven(value)} ${units[unit]}`;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function trimZeros(decimal: string): string {
  return decimal.replace(/\.?0+$/, '');
}
