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

/** A time in UTC as zap writes it, RFC 3339 with six digits: `2026-11-22T17:19:34.603475Z`. @param epochMs ms since 1970 @param micros µs since then */
export function goTime(epochMs: number, micros: number): string {
  const total = epochMs + Math.floor(micros / 1000);
  const days = Math.floor(total / 86_400_000);
  const ms = total - days * 86_400_000;
  const { year, month, day } = civilDate(days);
  const date = `${two(year, 4)}-${two(month)}-${two(day)}`;
  const clock = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60]
    .map((part) => two(part))
    .join(':');
  return `${date}T${clock}.${two((ms % 1000) * 1000 + (Math.floor(micros) % 1000), 6)}Z`;
}

/** The date in UTC so many days after 1970-01-01; months count from 1. By eras of 400 years that begin with March. howardhinnant.github.io/date_algorithms.html */
export function civilDate(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function two(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}
