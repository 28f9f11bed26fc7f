import { LOG_LEVELS, type LogArgument, type LogLevel, type LogLine, type LogTemplate } from './logLines.ts';
import { RaftPanic } from './panic.ts';

export const DEBUG = 0;
export const INFO = 1;
export const WARN = 2;
export const ERROR = 3;
export const FATAL = 4;

/** Log lines that wait for the driver. */
export interface LineSink {
  /** Position in {@link LOG_LEVELS}: lines below it are not made. */
  level: number;
  lines: LogLine[];
}

export function createLineSink(level: LogLevel): LineSink {
  return { level: LOG_LEVELS.indexOf(level), lines: [] };
}

/** Is a line of this level wanted? Ask before making arguments that cost something. */
export function wants(sink: LineSink, level: number): boolean {
  return sink.level <= level;
}

export function writeLine(sink: LineSink, level: number, template: LogTemplate, args: readonly LogArgument[]): void {
  if (sink.level > level) return;
  sink.lines.push({ level: LOG_LEVELS[level] ?? 'NONE', template, args });
}

/** Stops the member: the text is logged and thrown, as etcd's logger does. */
export function fatal(sink: LineSink, text: string): never {
  writeLine(sink, FATAL, 'fatal', [text]);
  throw new RaftPanic(text);
}
