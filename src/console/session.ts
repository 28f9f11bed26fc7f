/**
 * What a console shows and remembers: a pure reducer over plain data. It runs nothing itself; it says what is to be run.
 * Lines carry the virtual time at which they appeared, so that a page can hide what is later than its playhead.
 */
import { type Bytes, unreachable, utf8Decode, utf8Encode } from '../base/index.ts';
import type { Hint } from './hint.ts';
import type { ProgramExit, Waiting } from './target.ts';
import { tokenize } from './tokenize.ts';

/** Scrollback beyond this many lines is forgotten, oldest first. */
const LINES_KEPT = 5000;
const HISTORY_KEPT = 1000;

interface LineBase {
  /** Grows by one with each line ever shown: a key for whoever draws them. */
  readonly number: number;
  /** Number of the command that it belongs to, counting from 1. */
  readonly command: number;
  /** Virtual µs at which the line began. */
  readonly at: number;
}

/** One line of the scrollback. */
export type SessionLine =
  /** What was typed, behind its prompt. */
  | (LineBase & { readonly kind: 'echo'; readonly text: string })
  | (LineBase & {
      readonly kind: 'stdout' | 'stderr';
      readonly text: string;
      readonly data: Bytes;
      /** Its newline has not come yet. */
      readonly open: boolean;
      /** Of the store: the line tells of the change that made it, as those of a watch do. Left out: of none. */
      readonly revision?: number;
    })
  | (LineBase & { readonly kind: 'hint'; readonly hint: Hint })
  /** How a command ended; only where it is not a plain success. */
  | (LineBase & { readonly kind: 'exit'; readonly exit: ProgramExit });

/** A command under way. */
export interface RunningCommand {
  readonly command: number;
  readonly line: string;
  readonly since: number;
  readonly waiting: Waiting | undefined;
  /** The client's numbers of its calls and streams so far. */
  readonly calls: readonly number[];
}

/** A command that has ended, or was replaced by a cut. */
export interface FinishedCommand {
  readonly command: number;
  readonly line: string;
  readonly since: number;
  readonly until: number;
  readonly exit: ProgramExit;
  readonly calls: readonly number[];
}

export interface SessionState {
  readonly lines: readonly SessionLine[];
  readonly nextLine: number;
  readonly nextCommand: number;
  /** What stands behind the prompt. */
  readonly input: string;
  /** Lines entered so far, oldest first, without immediate repetitions. */
  readonly history: readonly string[];
  /** Position in `history` while going through it; undefined at the prompt's own text. */
  readonly historyAt: number | undefined;
  /** The prompt's own text while going through the history. */
  readonly draft: string;
  readonly running: RunningCommand | undefined;
  /** Newest last, bounded like the scrollback. */
  readonly finished: readonly FinishedCommand[];
  /** Lines that wait for the command under way. */
  readonly queue: readonly string[];
  /** Variables that lines have set. */
  readonly env: Readonly<Record<string, string>>;
  /** Where requests go when neither flag nor variable says so. */
  readonly endpoints: readonly string[];
}

export type SessionAction =
  /** The prompt's text changed. */
  | { readonly type: 'edit'; readonly input: string }
  /** Enter, or a paste: each line of `text` is run one after the other. */
  | { readonly type: 'submit'; readonly text: string; readonly at: number }
  | { readonly type: 'historyUp' }
  | { readonly type: 'historyDown' }
  /** Ctrl-L. */
  | { readonly type: 'clear' }
  /** Ctrl-C: interrupts the command under way and forgets what is queued, or drops the prompt's text. */
  | { readonly type: 'interrupt'; readonly at: number }
  /** Ctrl-D: ends the standard input of the command under way. */
  | { readonly type: 'endOfInput' }
  | { readonly type: 'setEndpoints'; readonly endpoints: readonly string[] }
  | { readonly type: 'setEnv'; readonly env: Readonly<Record<string, string>> }
  /** The past was entered and a branch begun at `at`: later lines never happened. The command under way is interrupted. */
  | { readonly type: 'cut'; readonly at: number }
  /** From the driver: what the command under way did. */
  | {
      readonly type: 'output';
      readonly to: 'stdout' | 'stderr';
      readonly data: Bytes;
      readonly revision?: number | undefined;
      readonly at: number;
    }
  | { readonly type: 'hint'; readonly hint: Hint; readonly at: number }
  | { readonly type: 'started'; readonly id: number }
  | { readonly type: 'waiting'; readonly waiting: Waiting | undefined; readonly at: number }
  | { readonly type: 'exited'; readonly exit: ProgramExit; readonly at: number };

/** What the driver has to do after an action, in order. */
export type SessionCommand =
  | { readonly type: 'run'; readonly command: number; readonly line: string }
  | { readonly type: 'interrupt' }
  /** Text for the standard input of the command under way. */
  | { readonly type: 'input'; readonly data: Bytes }
  | { readonly type: 'closeInput' };

export interface SessionStep {
  readonly state: SessionState;
  readonly commands: readonly SessionCommand[];
}

/** An empty session. @param endpoints where requests go by default, e.g. `['n1:2379']` */
export function createSession(endpoints: readonly string[], env: Readonly<Record<string, string>> = {}): SessionState {
  return {
    lines: [],
    nextLine: 1,
    nextCommand: 1,
    input: '',
    history: [],
    historyAt: undefined,
    draft: '',
    running: undefined,
    finished: [],
    queue: [],
    env,
    endpoints,
  };
}

/** The next state, and what is to be done. Never throws; actions that make no sense now change nothing. */
export function stepSession(state: SessionState, action: SessionAction): SessionStep {
  switch (action.type) {
    case 'edit':
      return only({ ...state, input: action.input, historyAt: undefined });
    case 'submit':
      return submit(state, action.text, action.at);
    case 'historyUp':
      return only(walkHistory(state, -1));
    case 'historyDown':
      return only(walkHistory(state, 1));
    case 'clear':
      return only({ ...state, lines: [] });
    case 'interrupt':
      if (state.running === undefined) return only({ ...state, input: '', historyAt: undefined, queue: [] });
      return { state: { ...state, queue: [] }, commands: [{ type: 'interrupt' }] };
    case 'endOfInput':
      return { state, commands: state.running === undefined ? [] : [{ type: 'closeInput' }] };
    case 'setEndpoints':
      return only({ ...state, endpoints: action.endpoints });
    case 'setEnv':
      return only({ ...state, env: action.env });
    case 'cut':
      return cut(state, action.at);
    case 'output':
      // A command that a cut took away may still say something: it never ran.
      if (state.running === undefined) return only(state);
      return only(addOutput(state, action));
    case 'hint':
      if (state.running === undefined) return only(state);
      return only(addLine(state, (base) => ({ ...base, kind: 'hint', hint: action.hint }), action.at));
    case 'started':
      if (state.running === undefined) return only(state);
      return only({ ...state, running: { ...state.running, calls: [...state.running.calls, action.id] } });
    case 'waiting':
      if (state.running === undefined) return only(state);
      return readAhead({ ...state, running: { ...state.running, waiting: action.waiting } }, action.at);
    case 'exited':
      return exited(state, action.exit, action.at);
    default:
      return unreachable(action);
  }
}

/** True while the command under way reads what is typed. */
export function wantsInput(state: SessionState): boolean {
  const waiting = state.running?.waiting;
  return waiting !== undefined && (waiting.for === 'input' || (waiting.for === 'stream' && waiting.input));
}

/** True while what is typed is a password: nobody is to see it. */
export function wantsSecret(state: SessionState): boolean {
  const waiting = state.running?.waiting;
  return waiting?.for === 'input' && waiting.secret;
}

function only(state: SessionState): SessionStep {
  return { state, commands: [] };
}

function submit(state: SessionState, text: string, at: number): SessionStep {
  if (wantsInput(state)) return read({ ...state, input: '' }, splitLines(text), at);
  const entered = splitCommands(text);
  let history = state.history;
  for (const line of entered) if (line.trim() !== '' && history.at(-1) !== line) history = [...history, line].slice(-HISTORY_KEPT);
  const next = { ...state, input: '', history, historyAt: undefined, draft: '', queue: [...state.queue, ...entered] };
  return next.running === undefined ? runNext(next, at) : only(next);
}

/** Lines for the standard input of the command under way. */
function read(state: SessionState, lines: readonly string[], at: number): SessionStep {
  let next = state;
  // As a terminal that does not show what is typed: not the line either, nor where it ended.
  if (!wantsSecret(state)) for (const line of lines) next = addLine(next, (base) => ({ ...base, kind: 'echo', text: line }), at);
  return { state: next, commands: [{ type: 'input', data: utf8Encode(lines.map((line) => `${line}\n`).join('')) }] };
}

/** A line that was typed ahead, or pasted behind its command, is what a command reads that asks for one: no command then, nor remembered as one. */
function readAhead(state: SessionState, at: number): SessionStep {
  const [line, ...queue] = state.queue;
  if (line === undefined || !wantsInput(state)) return only(state);
  const place = state.history.lastIndexOf(line);
  return read({ ...state, queue, history: state.history.filter((_, index) => index !== place) }, [line], at);
}

/** Takes lines from the queue until one of them runs; blank ones only leave their prompt. */
function runNext(state: SessionState, at: number): SessionStep {
  let next = state;
  while (next.queue.length > 0) {
    const [line = '', ...queue] = next.queue;
    if (line.trim() === 'clear') {
      next = { ...next, queue, lines: [] };
      continue;
    }
    const command = next.nextCommand;
    next = addLine({ ...next, queue }, (base) => ({ ...base, command, kind: 'echo', text: line }), at);
    if (line.trim() === '') continue;
    const running: RunningCommand = { command, line, since: at, waiting: undefined, calls: [] };
    return { state: { ...next, nextCommand: command + 1, running }, commands: [{ type: 'run', command, line }] };
  }
  return only(next);
}

function exited(state: SessionState, exit: ProgramExit, at: number): SessionStep {
  const { running } = state;
  if (running === undefined) return only(state);
  let next = closeOpenLine(state);
  if (exit.code !== 0) next = addLine(next, (base) => ({ ...base, kind: 'exit', exit }), at);
  const { command, line, since, calls } = running;
  const finished = [...next.finished, { command, line, since, until: at, exit, calls }].slice(-HISTORY_KEPT);
  return runNext({ ...next, running: undefined, finished }, at);
}

function cut(state: SessionState, at: number): SessionStep {
  const commands: SessionCommand[] = state.running === undefined ? [] : [{ type: 'interrupt' }];
  const lines = state.lines.filter((line) => line.at <= at);
  const finished = state.finished.filter((command) => command.since <= at);
  return { state: { ...closeOpenLine({ ...state, lines }), running: undefined, finished, queue: [] }, commands };
}

function walkHistory(state: SessionState, by: 1 | -1): SessionState {
  // What is there of a password would be kept as the prompt's draft.
  if (wantsSecret(state)) return state;
  const at = state.historyAt ?? state.history.length;
  const to = at + by;
  if (to < 0 || to > state.history.length) return state;
  const draft = state.historyAt === undefined ? state.input : state.draft;
  const entry = state.history[to];
  if (entry === undefined) return { ...state, input: draft, historyAt: undefined, draft };
  return { ...state, input: entry, historyAt: to, draft };
}

function addLine(state: SessionState, make: (base: LineBase) => SessionLine, at: number): SessionState {
  const closed = closeOpenLine(state);
  const line = make({ number: state.nextLine, command: state.running?.command ?? state.nextCommand, at });
  return { ...closed, nextLine: state.nextLine + 1, lines: [...closed.lines, line].slice(-LINES_KEPT) };
}

/** Splits output into lines; a last one without newline stays open for what follows on the same channel. */
function addOutput(state: SessionState, { to, data, revision, at }: Extract<SessionAction, { type: 'output' }>): SessionState {
  if (data === '') return state;
  const parts = data.split('\n');
  const open = parts.pop() ?? ''; // what follows the last newline
  const last = state.lines.at(-1);
  const continued = last !== undefined && last.kind === to && last.open ? last : undefined;
  const before = continued === undefined ? closeOpenLine(state).lines : state.lines.slice(0, -1);
  const fresh: SessionLine[] = [];
  let nextLine = state.nextLine;
  const add = (part: Bytes, isOpen: boolean): void => {
    if (continued !== undefined && fresh.length === 0) {
      const whole = continued.data + part;
      fresh.push({ ...continued, data: whole, text: textOf(whole), open: isOpen });
    } else {
      const command = state.running?.command ?? state.nextCommand;
      const line = { number: nextLine++, command, at, kind: to, data: part, text: textOf(part), open: isOpen };
      fresh.push(revision === undefined ? line : { ...line, revision });
    }
  };
  for (const part of parts) add(part, false);
  if (open !== '') add(open, true);
  return { ...state, nextLine, lines: [...before, ...fresh].slice(-LINES_KEPT) };
}

/** What a terminal shows of a line: behind a carriage return it begins anew. */
function textOf(data: Bytes): string {
  const shown = data.replace(/\r+$/, '');
  return utf8Decode(shown.slice(shown.lastIndexOf('\r') + 1));
}

function closeOpenLine(state: SessionState): SessionState {
  const last = state.lines.at(-1);
  if (last === undefined || (last.kind !== 'stdout' && last.kind !== 'stderr') || !last.open) return state;
  return { ...state, lines: [...state.lines.slice(0, -1), { ...last, open: false }] };
}

/** Lines, where a backslash at the end or an open quote takes the next line along. */
function splitCommands(text: string): string[] {
  const commands: string[] = [];
  let open = '';
  for (const line of splitLines(text)) {
    const whole = open === '' ? line : `${open}\n${line}`;
    const tokens = tokenize(whole);
    const goesOn = !tokens.ok && tokens.error.code !== 'unsupportedShell';
    if (goesOn) open = whole;
    else {
      commands.push(whole);
      open = '';
    }
  }
  if (open !== '') commands.push(open);
  return commands;
}

function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
}
