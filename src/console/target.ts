/**
 * Where requests run, as the console sees it: a client of the simulation, in the page or inline, is a {@link ConsoleTarget}.
 * Everything is a callback, which may also come before the call returns; nothing here needs a promise or a timer.
 */
import { assert, type Bytes, unreachable } from '../base/index.ts';
import type { ApiRequest, CallOutcome, StreamRequest, UnaryRequest } from '../engine/server/api.ts';
import { attemptLine, type FailedAttempt, NO_TIME } from './clientLog.ts';
import type { Hint } from './hint.ts';
import type { CallNumber, Connection, Effect, ExitCode, Login, Program, Reply, StreamEvent, StreamNumber } from './program.ts';

/** A unary call. The target's client owns deadline, retries and the order in which endpoints are tried. */
export interface TargetCall {
  /** `host:port`, with `http://` in front or not; behind `https://` nobody is reached. */
  readonly endpoints: readonly string[];
  readonly request: UnaryRequest;
  /** µs until it ends with `deadlineExceeded`; undefined = none. */
  readonly timeout: number | undefined;
  /** Which user asks: what an `authenticate` was answered with. */
  readonly token: Bytes | undefined;
  /** Who that is, where the client logs in again once the token is no longer taken. */
  readonly login?: Login | undefined;
  /** Asked of each endpoint at most once: a refusal is not asked again, and `connectionRefused` says that nobody listens. */
  readonly once?: boolean | undefined;
}

/** A stream to open. */
export interface TargetStream {
  readonly endpoints: readonly string[];
  readonly request: StreamRequest;
  /** Ended with `noLeader` by a member that has had no leader for three election timeouts. */
  readonly requireLeader: boolean;
  readonly token: Bytes | undefined;
  /** As of {@link TargetCall}; a stream that is resumed has logged in anew. */
  readonly login?: Login | undefined;
  /** As of {@link TargetCall}: the stream is not resumed either, but ends with `connectionLost`. */
  readonly once?: boolean | undefined;
}

/** Something under way. After `cancel` no callback comes any more. */
export interface TargetHandle {
  /** The client's number for it, under which the trace shows it; undefined where there is none. */
  readonly id: number | undefined;
  cancel(): void;
}

/** The world of a program. */
export interface ConsoleTarget {
  /** Virtual time, µs. */
  now(): number;
  /** Answers exactly once, unless cancelled. @param onFailed hears before that of each attempt that failed, as it fails */
  request(call: TargetCall, onReply: (outcome: CallOutcome) => void, onFailed?: (failed: FailedAttempt) => void): TargetHandle;
  /** Messages in order, then at most one `end`, after which nothing comes. @param onFailed hears of each log-in that failed */
  openStream(stream: TargetStream, onEvent: (event: StreamEvent) => void, onFailed?: (failed: FailedAttempt) => void): TargetHandle;
  /** Calls back once after `duration` µs of virtual time, unless cancelled. */
  sleep(duration: number, onDone: () => void): TargetHandle;
}

/** How a program ended. */
export type ProgramExit =
  | { readonly code: ExitCode; readonly signal: undefined }
  | { readonly code: undefined; readonly signal: 'SIGINT' | 'SIGKILL' };

/** What a program that has not ended is waiting for; times in virtual µs. */
export type Waiting =
  /** `until` undefined: it waits for ever. */
  | {
      readonly for: 'call';
      readonly request: UnaryRequest['type'];
      readonly endpoints: readonly string[];
      readonly since: number;
      readonly until: number | undefined;
    }
  | { readonly for: 'stream'; readonly since: number; readonly input: boolean }
  | { readonly for: 'sleep'; readonly since: number; readonly until: number }
  /** `secret`: a password, which nobody is to see. */
  | { readonly for: 'input'; readonly since: number; readonly secret: boolean };

/** Where a program's output goes. Callbacks may come while {@link runProgram} has not returned yet. */
export interface ProgramIo {
  /** @param revision of the store: the data tell of the change that made it; undefined = of none */
  stdout(data: Bytes, revision: number | undefined): void;
  stderr(data: Bytes): void;
  hint(hint: Hint): void;
  /** A virtual time (µs) as an RFC 3339 text with microseconds, for log lines. */
  timestampOf?(at: number): string;
  /** A file for whoever typed. Without it files are dropped. */
  save?(name: string, data: Bytes): void;
  /** The client numbers of calls and streams, as they are made. */
  started?(id: number): void;
  /** Each time the program begins to wait, or goes on (undefined); again when it has read, and waits for more of the same. */
  waiting?(waiting: Waiting | undefined): void;
  /** Exactly once, last. */
  exited(exit: ProgramExit): void;
}

/** A program under way. */
export interface RunningProgram {
  /** What it waits for; undefined once it has ended. */
  waiting(): Waiting | undefined;
  /** Standard input: bytes as they are typed. */
  write(data: Bytes): void;
  /** Ends standard input (Ctrl-D). */
  closeInput(): void;
  /**
   * Ctrl-C: the program dies of SIGINT, and its calls and streams are cancelled; one that catches interrupts hears of the
   * first instead, and one that hides what is typed ends by itself. Nothing happens when it has ended.
   */
  interrupt(): void;
  /** Ends it at once (SIGKILL). */
  kill(): void;
}

/**
 * Drives a program over a target until it ends or waits, and goes on by the target's callbacks; it has no timer of its
 * own. A program may end before this returns. An exception of a program is a bug and passes through to whoever called.
 */
export function runProgram(program: Program, target: ConsoleTarget, io: ProgramIo): RunningProgram {
  return startRunner(new Runner(program, target, io));
}

/** Whoever was hiding what is typed ends with -1. Go bgentry/speakeasy. */
const HIDDEN_EXIT: ExitCode = 255;

/** The interpreter's own state: it lives at the edge, outside anything that is checkpointed. */
class Runner implements RunningProgram {
  readonly #program: Program;
  readonly #target: ConsoleTarget;
  readonly #io: ProgramIo;
  /** Its beginning tells it from other processes in log lines. */
  readonly #process: number;
  readonly #streams = new Map<StreamNumber, TargetHandle>();
  /** Where the last stream was opened. */
  #endpoints: readonly string[] = [];
  readonly #calls = new Map<CallNumber, { readonly handle: TargetHandle; readonly waiting: Waiting }>();
  /** Messages and answers that came while the program was not receiving, in order. */
  readonly #events: Extract<Reply, { type: 'event' | 'answer' }>[] = [];
  #input: Bytes = '';
  #inputClosed = false;
  /** The call or sleep under way; while a program receives, what wakes it when it is late. */
  #pending: TargetHandle | undefined;
  /** `caught`: the first interrupt is an answer; `given`: it has come, and waits for the program to wait. */
  #interrupts: 'deadly' | 'caught' | 'given' = 'deadly';
  /** An effect that waits for stream events or standard input. */
  #parked: Extract<Effect, { type: 'receive' | 'readInput' }> | undefined;
  #waiting: Waiting | undefined;
  #ended = false;
  /** True inside {@link #advance}: an answer that comes meanwhile is left in {@link #answer} for its loop. */
  #advancing = false;
  #answer: Reply | undefined;

  constructor(program: Program, target: ConsoleTarget, io: ProgramIo) {
    this.#program = program;
    this.#target = target;
    this.#io = io;
    this.#process = target.now();
  }

  waiting(): Waiting | undefined {
    return this.#waiting;
  }

  write(data: Bytes): void {
    if (this.#ended || this.#inputClosed) return;
    const waiting = this.#waiting;
    this.#input += data;
    this.#wake();
    // It goes on reading: whoever has more may give it.
    if (waiting !== undefined && this.#waiting === waiting) this.#io.waiting?.(waiting);
  }

  closeInput(): void {
    if (this.#ended) return;
    this.#inputClosed = true;
    this.#wake();
  }

  interrupt(): void {
    if (this.#ended) return;
    if (this.#interrupts === 'caught') {
      this.#interrupts = 'given';
      this.#deliverInterrupt();
    } else if (this.#parked?.type === 'receive' && this.#parked.secret !== undefined) {
      const { lastWord } = this.#parked.secret;
      if (lastWord !== '') this.#io.stderr(lastWord);
      this.#end({ code: HIDDEN_EXIT, signal: undefined });
    } else this.kill('SIGINT');
  }

  kill(signal: 'SIGINT' | 'SIGKILL' = 'SIGKILL'): void {
    this.#end({ code: undefined, signal });
  }

  /** Hands the program an answer and performs what it asks for, until it waits or ends. A loop, so that a target that answers at once does not deepen the stack. */
  advance(first: Reply): void {
    if (this.#ended) return;
    if (this.#advancing) {
      assert(this.#answer === undefined, 'a program has one question open at a time');
      this.#answer = first;
      return;
    }
    this.#advancing = true;
    this.#answer = first;
    while (this.#answer !== undefined && !this.#ended) {
      const reply: Reply = this.#answer;
      this.#answer = undefined;
      this.#pending?.cancel();
      this.#pending = undefined;
      this.#setWaiting(undefined);
      const step = this.#program.next(reply);
      if (step.done === true) this.#end({ code: step.value, signal: undefined });
      else this.#perform(step.value);
    }
    this.#advancing = false;
  }

  #perform(effect: Effect): void {
    const now = this.#target.now();
    switch (effect.type) {
      case 'write':
        if (effect.to === 'stdout') this.#io.stdout(effect.data, effect.revision);
        else this.#io.stderr(effect.data);
        this.advance({ type: 'done' });
        return;
      case 'hint':
        this.#io.hint(effect.hint);
        this.advance({ type: 'done' });
        return;
      case 'save':
        this.#io.save?.(effect.name, effect.data);
        this.advance({ type: 'done' });
        return;
      case 'now':
        this.advance({ type: 'time', at: now });
        return;
      case 'catchInterrupt':
        this.#interrupts = 'caught';
        this.advance({ type: 'done' });
        return;
      case 'call': {
        const { connection, request, timeout } = effect;
        const { endpoints } = connection;
        const until = timeout === undefined ? undefined : now + timeout;
        this.#setWaiting({ for: 'call', request: request.type, endpoints, since: now, until });
        this.#begin((answer) => this.#request(effect, (outcome) => answer({ type: 'outcome', outcome })));
        return;
      }
      case 'begin': {
        const { call, connection, request, timeout } = effect;
        const { endpoints } = connection;
        assert(!this.#calls.has(call), 'a call number is used once', { call });
        let answered = false;
        const handle = this.#request(effect, (outcome) => {
          answered = true;
          this.#calls.delete(call);
          if (this.#ended) return;
          this.#events.push({ type: 'answer', call, outcome });
          this.#wake();
        });
        const until = timeout === undefined ? undefined : now + timeout;
        const waiting: Waiting = { for: 'call', request: request.type, endpoints, since: now, until };
        if (!answered) this.#calls.set(call, { handle, waiting });
        if (handle.id !== undefined) this.#io.started?.(handle.id);
        this.advance({ type: 'done' });
        return;
      }
      case 'askProgress': {
        const handles = effect.streams.map((stream) => this.#streams.get(stream));
        const watches = handles.flatMap((handle) => (handle?.id === undefined ? [] : [handle.id]));
        const endpoints = this.#endpoints;
        this.#setWaiting({ for: 'call', request: 'watchProgress', endpoints, since: now, until: undefined });
        this.#begin((answer) =>
          this.#target.request(
            { endpoints, request: { type: 'watchProgress', watches }, timeout: undefined, token: undefined },
            (outcome) => answer({ type: 'outcome', outcome }),
          ),
        );
        return;
      }
      case 'failedHere': {
        const { connection, request, error } = effect;
        // It is connected by then, unless there is no time even for that.
        const peer = error.code === 'deadlineExceeded' ? undefined : connection.endpoints[0];
        if (connection.once !== true) this.#log(connection, request, { attempt: 0, peer, error });
        this.advance({ type: 'done' });
        return;
      }
      case 'sleep':
        this.#setWaiting({ for: 'sleep', since: now, until: now + effect.duration });
        this.#begin((answer) => this.#target.sleep(effect.duration, () => answer({ type: 'done' })));
        return;
      case 'open': {
        const { stream, connection, request, requireLeader } = effect;
        const { token, login, once } = connection;
        const endpoints = dialed(connection);
        assert(!this.#streams.has(stream), 'a stream number is used once', { stream });
        const handle = this.#target.openStream(
          { endpoints, request, requireLeader, token, login, once },
          (event) => {
            if (this.#ended) return;
            this.#events.push({ type: 'event', stream, event });
            this.#wake();
          },
          (failed) => this.#log(connection, request.type, failed),
        );
        this.#streams.set(stream, handle);
        this.#endpoints = endpoints;
        if (handle.id !== undefined) this.#io.started?.(handle.id);
        this.advance({ type: 'done' });
        return;
      }
      case 'close':
        this.#streams.get(effect.stream)?.cancel();
        this.#streams.delete(effect.stream);
        this.advance({ type: 'done' });
        return;
      case 'receive':
        this.#parked = effect;
        this.#setWaiting(this.#whatFor(effect, now));
        this.#wake();
        if (effect.until !== undefined && this.#parked === effect) this.#wakeLate(effect, effect.until - now);
        return;
      case 'readInput':
        this.#parked = effect;
        this.#setWaiting({ for: 'input', since: now, secret: false });
        this.#wake();
        return;
      default:
        unreachable(effect);
    }
  }

  /** Asks, and logs each attempt that fails on the way. */
  #request(effect: Extract<Effect, { type: 'call' | 'begin' }>, onReply: (outcome: CallOutcome) => void): TargetHandle {
    const { connection, request, timeout } = effect;
    const { token, login, once } = connection;
    return this.#target.request({ endpoints: dialed(connection), request, timeout, token, login, once }, onReply, (failed) =>
      this.#log(connection, request.type, failed),
    );
  }

  #log(connection: Connection, request: ApiRequest['type'], failed: FailedAttempt): void {
    if (this.#ended) return;
    const { logger = 'etcd-client' } = connection;
    const ts = this.#io.timestampOf?.(this.#target.now()) ?? NO_TIME;
    const line = attemptLine({ request, endpoints: dialed(connection), logger, process: this.#process }, failed, ts);
    if (line !== '') this.#io.stderr(line);
  }

  /** What a program that receives is really waiting for, where that is only one thing. */
  #whatFor({ input, until, secret }: Extract<Effect, { type: 'receive' }>, now: number): Waiting {
    const [first] = this.#calls.values();
    if (this.#streams.size === 0 && until === undefined) {
      if (input && first === undefined) return { for: 'input', since: now, secret: secret !== undefined };
      if (!input && first !== undefined) return first.waiting;
    }
    return { for: 'stream', since: now, input };
  }

  /** Starts a call or a sleep, whose answer may come before it returns. */
  #begin(start: (answer: (reply: Reply) => void) => TargetHandle): void {
    let answered = false;
    const handle = start((reply) => {
      assert(!answered, 'a target answers once');
      answered = true;
      this.advance(reply);
    });
    if (handle.id !== undefined) this.#io.started?.(handle.id);
    if (answered) return;
    this.#pending = handle;
    this.#deliverInterrupt();
  }

  #wakeLate(effect: Effect, after: number): void {
    let isLate = false;
    const handle = this.#target.sleep(Math.max(0, after), () => {
      isLate = true;
      if (this.#parked !== effect) return;
      this.#parked = undefined;
      this.#pending = undefined;
      this.advance({ type: 'late' });
    });
    if (!isLate) this.#pending = handle;
  }

  /** Tells a program that waits of an interrupt that it has asked to hear of. */
  #deliverInterrupt(): void {
    if (this.#interrupts !== 'given' || (this.#parked === undefined && this.#pending === undefined)) return;
    this.#interrupts = 'deadly';
    this.#parked = undefined;
    this.advance({ type: 'interrupted' });
  }

  /** Answers a parked effect if what it waits for is there. */
  #wake(): void {
    this.#deliverInterrupt();
    const parked = this.#parked;
    if (parked === undefined) return;
    const reply =
      parked.type === 'readInput' ? this.#takeAll() : (this.#takeEvent() ?? (parked.input ? this.#takeLine() : undefined));
    if (reply === undefined) return;
    this.#parked = undefined;
    this.advance(reply);
  }

  #takeEvent(): Reply | undefined {
    for (;;) {
      const next = this.#events.shift();
      // What a stream said before it was closed is not heard any more.
      if (next?.type !== 'event' || this.#streams.has(next.stream)) return next;
    }
  }

  #takeLine(): Reply | undefined {
    const at = this.#input.indexOf('\n');
    if (at >= 0) {
      const line = this.#input.slice(0, at);
      this.#input = this.#input.slice(at + 1);
      return { type: 'line', line };
    }
    if (!this.#inputClosed) return undefined;
    const rest = this.#input;
    this.#input = '';
    return { type: 'endOfInput', rest };
  }

  #takeAll(): Reply | undefined {
    if (!this.#inputClosed) return undefined;
    const data = this.#input;
    this.#input = '';
    return { type: 'input', data };
  }

  #setWaiting(waiting: Waiting | undefined): void {
    if (this.#waiting === waiting) return;
    this.#waiting = waiting;
    this.#io.waiting?.(waiting);
  }

  #end(exit: ProgramExit): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#parked = undefined;
    this.#pending?.cancel();
    for (const handle of this.#streams.values()) handle.cancel();
    for (const { handle } of this.#calls.values()) handle.cancel();
    this.#streams.clear();
    this.#calls.clear();
    this.#setWaiting(undefined);
    this.#io.exited(exit);
  }
}

/** Addresses as the target takes them: behind `https://` nobody listens. */
function dialed({ endpoints, tls }: Connection): readonly string[] {
  return tls === true ? endpoints.map((endpoint) => `https://${endpoint.replace(/^https?:\/\//, '')}`) : endpoints;
}

function startRunner(runner: Runner): RunningProgram {
  runner.advance({ type: 'done' });
  return runner;
}
