/** Runs a session's commands over a target: the one place where the reducer, the language and the interpreter meet. */
import { type Bytes, unreachable } from '../base/index.ts';
import { type CommandOptions, compileLine } from './etcdctl.ts';
import type { Hint, Reach } from './hint.ts';
import type { ExitCode } from './program.ts';
import { createSession, type SessionAction, type SessionCommand, type SessionState, stepSession } from './session.ts';
import { type ConsoleTarget, type RunningProgram, runProgram } from './target.ts';

/** A console with its session. */
export interface Shell {
  state(): SessionState;
  /** Everything a person does; `at` is filled in with the target's time. */
  edit(input: string): void;
  submit(text: string): void;
  historyUp(): void;
  historyDown(): void;
  clear(): void;
  interrupt(): void;
  endOfInput(): void;
  setEndpoints(endpoints: readonly string[]): void;
  /** A branch was begun at `at` (virtual µs): later lines are dropped. */
  cut(at: number): void;
}

export interface ShellOptions extends Pick<CommandOptions, 'words' | 'timestampOf'> {
  /** Whom the member at the first of these endpoints reaches now, for hints that tell of it; undefined: nobody can tell. */
  readonly reachOf?: (endpoints: readonly string[]) => Reach | undefined;
  /** Takes a file that a command made for whoever typed. Without it files are dropped. */
  readonly save?: (name: string, data: Bytes) => void;
}

/** @param onChange called after each change of the state, also from inside the target's callbacks */
export function createShell(
  target: ConsoleTarget,
  endpoints: readonly string[],
  { words, timestampOf, reachOf = () => undefined, save = () => {} }: ShellOptions,
  onChange: (state: SessionState) => void,
): Shell {
  let state = createSession(endpoints);
  let program: RunningProgram | undefined;

  /** Commands whose turn has not come: performed in a loop, so that a long paste does not deepen the stack. */
  const pending: SessionCommand[] = [];
  let performing = false;

  const dispatch = (action: SessionAction): void => {
    const step = stepSession(state, action);
    pending.push(...step.commands);
    if (step.state !== state) {
      state = step.state;
      onChange(state);
    }
    if (performing) return;
    performing = true;
    for (let command = pending.shift(); command !== undefined; command = pending.shift()) perform(command);
    performing = false;
  };

  const reached = (hint: Hint) =>
    hint.code === 'deadline' || hint.code === 'unhealthy' ? { reach: reachOf(hint.endpoints) } : undefined;

  const perform = (command: SessionCommand): void => {
    switch (command.type) {
      case 'run': {
        const { env, endpoints } = state;
        const compiled = compileLine(command.line, { env, endpoints, words, timestampOf }, statusOf(state));
        if (compiled.env !== state.env) dispatch({ type: 'setEnv', env: compiled.env });
        const mine = command.command;
        // A command that a cut took away may still say something: it never ran, and whatever runs now is another one.
        const tell = (action: SessionAction): void => {
          if (state.running?.command === mine) dispatch(action);
        };
        program = runProgram(compiled.program, target, {
          stdout: (data, revision) => tell({ type: 'output', to: 'stdout', data, revision, at: target.now() }),
          stderr: (data) => tell({ type: 'output', to: 'stderr', data, at: target.now() }),
          save,
          ...(timestampOf === undefined ? {} : { timestampOf }),
          hint: (hint) => tell({ type: 'hint', hint: { ...hint, ...reached(hint) }, at: target.now() }),
          started: (id) => tell({ type: 'started', id }),
          waiting: (waiting) => tell({ type: 'waiting', waiting, at: target.now() }),
          exited: (exit) => tell({ type: 'exited', exit, at: target.now() }),
        });
        return;
      }
      case 'interrupt':
        program?.interrupt();
        return;
      case 'input':
        program?.write(command.data);
        return;
      case 'closeInput':
        program?.closeInput();
        return;
      default:
        unreachable(command);
    }
  };

  return {
    state: () => state,
    edit: (input) => dispatch({ type: 'edit', input }),
    submit: (text) => dispatch({ type: 'submit', text, at: target.now() }),
    historyUp: () => dispatch({ type: 'historyUp' }),
    historyDown: () => dispatch({ type: 'historyDown' }),
    clear: () => dispatch({ type: 'clear' }),
    interrupt: () => dispatch({ type: 'interrupt', at: target.now() }),
    endOfInput: () => dispatch({ type: 'endOfInput' }),
    setEndpoints: (next) => dispatch({ type: 'setEndpoints', endpoints: next }),
    cut: (at) => dispatch({ type: 'cut', at }),
  };
}

/** How the last command ended, as a shell tells it: of a signal, 128 and its number. */
function statusOf({ finished }: SessionState): ExitCode {
  const exit = finished.at(-1)?.exit;
  if (exit === undefined) return 0;
  return exit.code ?? { SIGINT: 130, SIGKILL: 137 }[exit.signal];
}
