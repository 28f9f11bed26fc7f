/** A session file as data (tests/recorded/etcdctl/README.md), checked field by field, so that a mistake is told with its place. */
import { optionsError } from '../../engine/server/index.ts';
import { readJson, UsageError } from '../options.ts';

/** Which members a command talks to. */
export type EndpointChoice = string | number | undefined;

/** What is done to members. */
export type FaultVerb = 'pause' | 'resume' | 'kill' | 'start';

/** Variable → regular expression with one group. */
export type Capture = Readonly<Record<string, RegExp>>;

interface CommandFields {
  readonly args: readonly string[];
  /** Standard input from the start. */
  readonly stdin: string;
  readonly env: Readonly<Record<string, string>>;
  readonly endpoints: EndpointChoice;
  readonly capture: Capture;
  readonly note: string | undefined;
}

export type Step =
  | (CommandFields & {
      readonly type: 'run';
      readonly timed: boolean;
      readonly timeoutMs: number;
      readonly retry: number;
    })
  | (CommandFields & {
      readonly type: 'start';
      readonly name: string;
      readonly stdinOpen: boolean;
      readonly waitMs: number;
    })
  | { readonly type: 'write'; readonly name: string; readonly stdin: string; readonly waitMs: number }
  | {
      readonly type: 'stop';
      readonly name: string;
      readonly signal: string;
      readonly waitMs: number;
      readonly closeStdin: boolean;
      readonly timeoutMs: number;
    }
  | { readonly type: 'await'; readonly name: string; readonly waitMs: number; readonly timeoutMs: number }
  | { readonly type: 'sleep'; readonly ms: number }
  | { readonly type: 'fault'; readonly members: readonly number[] | 'leader' | 'followers'; readonly verb: FaultVerb }
  | {
      readonly type: 'http';
      readonly method: string;
      readonly path: string;
      readonly body: string | undefined;
      readonly headers: Readonly<Record<string, string>>;
      /** Who asks: an `Authorization` header; undefined: none. */
      readonly token: string | undefined;
      /** A stream is cut after that; undefined: it is none. */
      readonly streamMs: number | undefined;
      readonly capture: Capture;
    };

/** A session, ready to play. */
export interface Session {
  /** Where it was read from, for what cannot be played. */
  readonly file: string;
  /** '' where the file gives none. */
  readonly name: string;
  /** 1 to 9. */
  readonly members: number;
  /** Of the members' stores, in bytes; undefined: the default. */
  readonly quota: number | undefined;
  /** As etcd's flag --auth-token, but for the key (`ServerOptions.authToken`); undefined: the default. */
  readonly authToken: string | undefined;
  readonly steps: readonly Step[];
}

/** Longer than any session waits, and far from what a number can hold. */
const LONGEST_MS = 24 * 3_600_000;

/** Reads a session file. Throws {@link UsageError} with the file and the place of what is wrong. */
export function readSession(path: string): Session {
  const fields = new Fields(readJson(path), path, '');
  const members = fields.integer('members', undefined, 1, 9);
  const steps = fields.list('steps').map((step, i) => readStep(new Fields(step, path, `steps[${i}]`), members));
  const quota = fields.has('quota') ? fields.integer('quota', undefined, 1, Number.MAX_SAFE_INTEGER) : undefined;
  const authToken = fields.has('authToken') ? fields.text('authToken') : undefined;
  const fault = optionsError(authToken === undefined ? {} : { authToken });
  if (fault !== undefined) fields.refuse('authToken', `is not what --auth-token takes: ${fault}`);
  return { file: path, name: fields.text('name', ''), members, quota, authToken, steps };
}

function readStep(step: Fields, members: number): Step {
  if (step.has('sleepMs')) return { type: 'sleep', ms: step.integer('sleepMs', undefined, 0, LONGEST_MS) };
  if (step.has('member')) return readFault(step, members);
  if (step.has('http')) return readHttp(step.record('http'), readCapture(step));
  if (step.has('write')) {
    const waitMs = step.integer('waitMs', 300, 0, LONGEST_MS);
    return { type: 'write', name: step.text('write'), stdin: step.text('stdin'), waitMs };
  }
  if (step.has('stop')) {
    return {
      type: 'stop',
      name: step.text('stop'),
      signal: step.text('signal', 'SIGINT'),
      waitMs: step.integer('waitMs', 300, 0, LONGEST_MS),
      closeStdin: step.flag('closeStdin'),
      timeoutMs: step.integer('timeoutMs', 8_000, 0, LONGEST_MS),
    };
  }
  if (step.has('await')) {
    const waitMs = step.integer('waitMs', 300, 0, LONGEST_MS);
    return { type: 'await', name: step.text('await'), waitMs, timeoutMs: step.integer('timeoutMs', 8_000, 0, LONGEST_MS) };
  }
  if (step.has('args')) return readCommand(step, members);
  return step.refuse('', 'is none of args, write, stop, await, sleepMs, member, http');
}

function readCommand(step: Fields, members: number): Step {
  const fields: CommandFields = {
    args: step.texts('args'),
    stdin: step.text('stdin', '') + readRepeated(step),
    env: step.textsByName('env'),
    endpoints: readEndpoints(step, members),
    capture: readCapture(step),
    note: step.has('note') ? step.text('note') : undefined,
  };
  if (step.flag('background')) {
    const waitMs = step.integer('waitMs', 400, 0, LONGEST_MS);
    return { type: 'start', ...fields, name: step.text('name'), stdinOpen: step.flag('stdinOpen'), waitMs };
  }
  const timeoutMs = step.integer('timeoutMs', 20_000, 0, LONGEST_MS);
  return { type: 'run', ...fields, timed: step.flag('timed'), timeoutMs, retry: step.integer('retry', 0, 0, 1_000) };
}

function readRepeated(step: Fields): string {
  if (!step.has('stdinRepeat')) return '';
  const [text, times, ...rest] = step.list('stdinRepeat');
  if (typeof text !== 'string' || !isIntegerIn(times, 0, 10_000_000) || rest.length > 0) {
    return step.refuse('stdinRepeat', 'is not [text, times]');
  }
  if (text.length * times > 100_000_000) return step.refuse('stdinRepeat', 'is more than 100 million characters');
  return text.repeat(times);
}

function readCapture(step: Fields): Capture {
  return Object.fromEntries(
    Object.entries(step.textsByName('capture')).map(([name, pattern]) => [name, readPattern(step, name, pattern)]),
  );
}

function readPattern(step: Fields, name: string, pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'm');
  } catch {
    return step.refuse(`capture.${name}`, 'is not a regular expression');
  }
}

function readEndpoints(step: Fields, members: number): EndpointChoice {
  const value = step.get('endpoints');
  if (value === undefined || typeof value === 'string') return value;
  if (!isIntegerIn(value, 0, members - 1))
    return step.refuse('endpoints', `is neither a text nor a member from 0 to ${members - 1}`);
  return value;
}

function readFault(step: Fields, members: number): Step {
  const verb = step.text('do');
  if (verb !== 'pause' && verb !== 'resume' && verb !== 'kill' && verb !== 'start') {
    return step.refuse('do', 'is none of pause, resume, kill, start');
  }
  const who = step.get('member');
  if (who === 'leader' || who === 'followers') return { type: 'fault', members: who, verb };
  const indexes: readonly unknown[] = Array.isArray(who) ? who : [who];
  return {
    type: 'fault',
    verb,
    members: indexes.map((index) =>
      isIntegerIn(index, 0, members - 1)
        ? index
        : step.refuse('member', `is none of "leader", "followers", an index from 0 to ${members - 1}, a list of those`),
    ),
  };
}

function readHttp(http: Fields, capture: Capture): Step {
  const body = http.get('body');
  const text = body === undefined ? undefined : http.flag('raw') ? http.text('body') : JSON.stringify(body);
  return {
    type: 'http',
    method: http.text('method', 'POST'),
    path: http.text('path'),
    body: text,
    headers: http.textsByName('headers'),
    token: http.has('token') ? http.text('token') : undefined,
    streamMs: http.has('streamMs') ? http.integer('streamMs', undefined, 0, LONGEST_MS) : undefined,
    capture,
  };
}

function isIntegerIn(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
}

/** The fields of one object of a file, with where it stands. */
class Fields {
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #file: string;
  readonly #place: string;

  constructor(value: unknown, file: string, place: string) {
    this.#file = file;
    this.#place = place;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse('', 'is not an object');
    this.#record = value as Readonly<Record<string, unknown>>; // an object, and no list
  }

  refuse(name: string, why: string): never {
    const place = [this.#place, name].filter((part) => part !== '').join('.');
    throw new UsageError(`${this.#file}: ${place === '' ? 'the whole' : place} ${why}`);
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#record, name) ? this.#record[name] : undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  text(name: string, fallback?: string): string {
    const value = this.get(name) ?? fallback;
    return typeof value === 'string' ? value : this.refuse(name, value === undefined ? 'is missing' : 'is not a text');
  }

  flag(name: string): boolean {
    const value = this.get(name) ?? false;
    return typeof value === 'boolean' ? value : this.refuse(name, 'is neither true nor false');
  }

  integer(name: string, fallback: number | undefined, min: number, max: number): number {
    const value = this.get(name) ?? fallback;
    if (value === undefined) return this.refuse(name, 'is missing');
    return isIntegerIn(value, min, max) ? value : this.refuse(name, `is not an integer from ${min} to ${max}`);
  }

  list(name: string): readonly unknown[] {
    const value = this.get(name);
    return Array.isArray(value) ? value : this.refuse(name, value === undefined ? 'is missing' : 'is not a list');
  }

  texts(name: string): readonly string[] {
    return this.list(name).map((item, i) => (typeof item === 'string' ? item : this.refuse(`${name}[${i}]`, 'is not a text')));
  }

  textsByName(name: string): Readonly<Record<string, string>> {
    if (!this.has(name)) return {};
    const record = this.record(name);
    return Object.fromEntries(record.names().map((key) => [key, record.text(key)]));
  }

  record(name: string): Fields {
    return new Fields(this.get(name), this.#file, [this.#place, name].filter((part) => part !== '').join('.'));
  }

  names(): readonly string[] {
    return Object.keys(this.#record);
  }
}
