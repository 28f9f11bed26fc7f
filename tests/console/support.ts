/** What the console's tests share: the recordings, a scripted target, and one run from words to output. */
import { readdirSync, readFileSync } from 'node:fs';
import { utf8Decode, utf8Encode } from '../../src/base/index.ts';
import { type CommandOptions, type ConsoleTarget, collectRun, etcdctl, type Hint } from '../../src/console/index.ts';
import type { CallOutcome, UnaryRequest } from '../../src/engine/server/api.ts';

const RECORDED = new URL('../recorded/etcdctl/', import.meta.url);

/** One command of a recorded session (tests/recorded/etcdctl/README.md). */
export interface RecordedCommand {
  readonly group: string;
  readonly n: number;
  readonly args: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number | null;
  readonly signal?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly background?: string;
  /** Left out: the first member's. */
  readonly endpoints?: string | number;
}

export interface RecordedSession {
  readonly name: string;
  readonly members: number;
  readonly steps: readonly RecordedStep[];
  readonly head: Readonly<Record<string, unknown>>;
  readonly records: readonly RecordedCommand[];
}

export interface RecordedStep {
  readonly args?: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly background?: boolean;
  readonly name?: string;
  readonly stop?: string;
  readonly await?: string;
  readonly write?: string;
  readonly stdinOpen?: boolean;
  readonly stdinRepeat?: readonly [text: string, times: number];
  readonly closeStdin?: boolean;
  readonly waitMs?: number;
  readonly timeoutMs?: number;
  readonly sleepMs?: number;
  readonly endpoints?: string | number;
  readonly http?: unknown;
  readonly member?: unknown;
  readonly capture?: Readonly<Record<string, string>>;
}

/** Replaces what differs from run to run by tokens, and drops the client library's own log lines. */
export type Normalize = (
  session: { readonly head: unknown; readonly records: readonly unknown[] },
  options: { readonly dropClientLog: boolean },
) => { readonly records: readonly RecordedCommand[] };

export async function loadNormalize(): Promise<Normalize> {
  const module: { readonly normalize: Normalize } = await import(new URL('normalize.mjs', RECORDED).href);
  return module.normalize;
}

export function sessionNames(): string[] {
  return readdirSync(new URL('sessions/', RECORDED))
    .filter((name) => name.endsWith('.json'))
    .sort();
}

export function loadSession(file: string): RecordedSession {
  return JSON.parse(readFileSync(new URL(`sessions/${file}`, RECORDED), 'utf8')) as RecordedSession; // our own recordings
}

/** What a command came to, as a record has it. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number | null;
  readonly signal: string | undefined;
  readonly hints: readonly Hint[];
  /** Virtual µs that it took. */
  readonly took: number;
}

const noHandle = { id: undefined, cancel: () => {} };

/** Virtual µs after which the time of {@link answering} stands still: whoever still waits then waits for ever. */
const END_OF_TIME = 3600_000_000;

/** A target that answers every call at once, opens streams that stay silent, and lets time pass only in sleeps, for an hour. */
export function answering(answer: (request: UnaryRequest) => CallOutcome): ConsoleTarget & { readonly asked: UnaryRequest[] } {
  let time = 0;
  const asked: UnaryRequest[] = [];
  return {
    asked,
    now: () => time,
    request: (call, onReply) => {
      asked.push(call.request);
      onReply(answer(call.request));
      return noHandle;
    },
    openStream: () => noHandle,
    sleep: (duration, onDone) => {
      if (time + duration <= END_OF_TIME) {
        time += duration;
        onDone();
      }
      return noHandle;
    },
  };
}

/** Runs a command to its end; one that waits for ever is interrupted. */
export function run(
  args: readonly string[],
  target: ConsoleTarget,
  setting: { readonly stdin?: string; readonly env?: CommandOptions['env'] } = {},
): Ran {
  const program = etcdctl(args, { env: setting.env ?? {}, endpoints: ['127.0.0.1:2379'] });
  const collected = collectRun(program, target, utf8Encode(setting.stdin ?? ''), false);
  collected.running.interrupt();
  const exit = collected.exit;
  if (exit === undefined || collected.until === undefined) throw new Error('an interrupted program has ended');
  return {
    stdout: utf8Decode(collected.stdout),
    stderr: utf8Decode(collected.stderr),
    exit: exit.code ?? null,
    signal: exit.signal,
    hints: collected.hints,
    took: collected.until - collected.since,
  };
}
