import { LOG_LEVELS, type LogLevel } from '../../engine/raft/index.ts';

/** What commands and members print, filtered by a level that the script sets. At NONE even the commands' own output is silent. */
export interface Output {
  text: string;
  /** Position in `LOG_LEVELS`. */
  level: number;
}

const NONE = LOG_LEVELS.indexOf('NONE');

export function createOutput(): Output {
  return { text: '', level: 0 };
}

export function isSilent(output: Output): boolean {
  return output.level === NONE;
}

export function write(output: Output, text: string): void {
  if (!isSilent(output)) output.text += text;
}

export function writeLog(output: Output, level: LogLevel, text: string): void {
  if (output.level <= LOG_LEVELS.indexOf(level)) write(output, `${level} ${text}\n`);
}

/** Runs `body` and indents what it prints by two spaces. */
export function withIndent(output: Output, body: () => string | undefined): string | undefined {
  const before = output.text;
  output.text = '';
  let error: string | undefined;
  try {
    error = body();
  } finally {
    const lines = output.text.split('\n');
    if (lines[lines.length - 1] === '') lines.pop();
    output.text = before + lines.map((line) => `  ${line}\n`).join('');
  }
  return error;
}

/** @returns etcd's error text for a level that does not exist */
export function setLevel(output: Output, name: string): string | undefined {
  const level = LOG_LEVELS.map(String).indexOf(name.toUpperCase());
  if (level < 0) return `log levels must be either of [${LOG_LEVELS.join(' ')}]`;
  output.level = level;
  return undefined;
}
