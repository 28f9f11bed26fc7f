/** One command from its start to its end, with what it printed: what a transcript keeps. */
import type { Bytes } from '../base/index.ts';
import type { Hint } from './hint.ts';
import type { Program } from './program.ts';
import { type ConsoleTarget, type ProgramExit, type RunningProgram, runProgram } from './target.ts';

/** A command under way or ended; the fields grow as it runs. Bytes: decode them as UTF-8 once it has ended. */
export interface CollectedRun {
  stdout: Bytes;
  stderr: Bytes;
  readonly hints: Hint[];
  /** Virtual µs. */
  readonly since: number;
  /** When it ended; undefined while it runs. */
  until: number | undefined;
  exit: ProgramExit | undefined;
  /** For input and interrupts. */
  readonly running: RunningProgram;
}

export interface CollectOptions {
  /** A virtual time (µs) as an RFC 3339 text with microseconds, for log lines. */
  readonly timestampOf?: (at: number) => string;
  /** Called once, when it has ended; may be called before {@link collectRun} returns. */
  readonly onExit?: (exit: ProgramExit) => void;
}

/**
 * Starts a program and collects what it writes.
 *
 * @param stdin what is on standard input from the start
 * @param stdinOpen more may be written to `running`; otherwise standard input ends after `stdin`
 */
export function collectRun(
  program: Program,
  target: ConsoleTarget,
  stdin: Bytes,
  stdinOpen: boolean,
  { timestampOf, onExit = () => {} }: CollectOptions = {},
): CollectedRun {
  const since = target.now();
  const output: Omit<CollectedRun, 'running'> = { stdout: '', stderr: '', hints: [], since, until: undefined, exit: undefined };
  const running = runProgram(program, target, {
    stdout: (data) => {
      output.stdout += data;
    },
    stderr: (data) => {
      output.stderr += data;
    },
    ...(timestampOf === undefined ? {} : { timestampOf }),
    hint: (hint) => output.hints.push(hint),
    exited: (exit) => {
      output.until = target.now();
      output.exit = exit;
      onExit(exit);
    },
  });
  const run = Object.assign(output, { running });
  running.write(stdin);
  if (!stdinOpen) running.closeInput();
  return run;
}
