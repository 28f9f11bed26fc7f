/** A member's own log as the screen asks: etcd's lines, filtered, up to a moment. `spec/etcd.md` 8. */

/** Ascending: a level shows itself and what comes after it. */
export const LINE_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LineLevel = (typeof LINE_LEVELS)[number];

export interface PastLine {
  /** Counts the lines of this process: names a line. */
  readonly number: number;
  /** Virtual µs. */
  readonly time: number;
  readonly level: LineLevel;
  /** `raft`, or ''. */
  readonly logger: string;
  readonly message: string;
  readonly fields: readonly (readonly [name: string, value: string | number | bigint | boolean | readonly string[]])[];
}

export interface LineFilter {
  readonly level: LineLevel;
  /** In message or fields, in any case; '' = all. */
  readonly text: string;
}

export interface PastLines {
  /** The newest last. */
  readonly lines: readonly PastLine[];
  /** Older ones that match and are not listed. */
  readonly earlier: number;
}

/** Whether a line passes. */
export function passesFilter(line: PastLine, { level, text }: LineFilter): boolean {
  if (LINE_LEVELS.indexOf(line.level) < LINE_LEVELS.indexOf(level)) return false;
  return text === '' || prettyLine(line).toLowerCase().includes(text.toLowerCase());
}

/** Message and fields in one line for people. */
function prettyLine({ message, fields }: PastLine): string {
  return [message, ...fields.map(prettyField)].join(' ');
}

export function prettyField([name, value]: PastLine['fields'][number]): string {
  return `${name}=${typeof value === 'string' ? value : jsonValue(value)}`;
}

/**
 * The line as etcd's zap writes it, without `caller`, which is a place in another source.
 * @param ts RFC 3339 with six digits, of the line's time
 */
export function jsonLine({ level, logger, message, fields }: PastLine, ts: string): string {
  const head = { level, ts, ...(logger === '' ? {} : { logger }), msg: message };
  const all = [...Object.entries(head), ...fields].map(([name, value]) => `${JSON.stringify(name)}:${jsonValue(value)}`);
  return `{${all.join(',')}}`;
}

function jsonValue(value: PastLine['fields'][number][1]): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
