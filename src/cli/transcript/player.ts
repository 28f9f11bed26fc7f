/** Plays a session on a fresh cluster in virtual time (tests/recorded/etcdctl/README.md). */
import { type Bytes, utf8Decode, utf8Encode } from '../../base/index.ts';
import {
  type CollectedRun,
  collectRun,
  etcdctl,
  type HttpHead,
  type HttpRequest,
  type Program,
  serveHttp,
} from '../../console/index.ts';
import {
  actInline,
  advanceInline,
  clusterOf,
  createInlineRun,
  freshScenario,
  type InlineRun,
  leaderInline,
  MILLISECOND,
  type Scenario,
  SECOND,
} from '../../sim/index.ts';
import { UsageError } from '../options.ts';
import { createStage, type Stage } from './inlineTarget.ts';
import type { Capture, EndpointChoice, FaultVerb, Session, Step } from './session.ts';

/** What came of one step. */
export interface StepRecord {
  readonly group: string;
  /** Counts from 1. */
  readonly n: number;
  readonly [field: string]: unknown;
}

export interface Transcript {
  readonly head: { readonly endpoints: readonly string[]; readonly members: readonly string[] };
  readonly records: readonly StepRecord[];
}

/** A cluster is left alone for that long before the first step, as the recordings were. */
const SETTLE = 6 * SECOND;
/** A process takes about that long to start, ms: whoever was waiting for the one before is served first. */
const START_MS = 20;
/** About that long after a process has ended comes what is done by hand, ms: members have told each other what it changed. */
const HAND_MS = 5;
/** For what a program still does when it was interrupted. */
const PATIENCE = 8 * SECOND;
/** An answer that is no stream is waited for no longer. */
const HTTP_PATIENCE_MS = 15_000;
/** One more than a third of the seeds would be enough for three members; a cluster that nobody leads by then is a bug. */
const MOST_SEEDS = 1_000;

/** Plays all steps. @param onStep called before each one */
export function playSession(session: Session, onStep: (done: number) => void = () => {}): Transcript {
  const player = new Player(session, startCluster(session));
  for (const [i, step] of session.steps.entries()) {
    onStep(i);
    player.play(step, i);
  }
  player.interruptRest();
  return { head: player.head, records: player.records };
}

/** A cluster on a loopback network whose first member leads: of the seeds, counted from 1, the first one with which it does. */
function startCluster({ members, quota, authToken }: Session): InlineRun {
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const scenario: Scenario = {
      ...freshScenario(members, seed),
      latency: 200,
      jitter: 50,
      clientLatency: 100,
      diskSync: 1 * MILLISECOND,
      naming: 'loopback',
      boot: 'etcd',
      ...(quota === undefined ? {} : { quotaBytes: quota }),
      ...(authToken === undefined ? {} : { options: { authToken } }),
    };
    const run = createInlineRun(scenario);
    advanceInline(run, SETTLE);
    if (leaderInline(run) === 1) return run;
  }
  throw new Error(`the first of ${members} members leads with none of ${MOST_SEEDS} seeds`);
}

type CommandStep = Extract<Step, { type: 'run' | 'start' }>;

interface Background {
  readonly collected: CollectedRun;
  readonly args: readonly string[];
  readonly step: CommandStep;
}

class Player {
  readonly head: Transcript['head'];
  readonly records: StepRecord[] = [];
  readonly #session: Session;
  readonly #run: InlineRun;
  readonly #stage: Stage;
  readonly #background = new Map<string, Background>();
  readonly #variables = new Map<string, string>();

  constructor(session: Session, run: InlineRun) {
    this.#session = session;
    this.#run = run;
    const { members } = clusterOf(run.kernel.scenario);
    const endpoints = members.map((member) => addressOf(member.clientUrls[0] ?? ''));
    this.head = { endpoints, members: members.map((member) => shortHex(member.id)) };
    this.#stage = createStage(run, (endpoint) => endpoints.indexOf(addressOf(endpoint)) + 1);
    endpoints.forEach((endpoint, i) => void this.#variables.set(`ep${i}`, endpoint));
    this.head.members.forEach((id, i) => void this.#variables.set(`m${i}`, id));
    this.#variables.set('epAll', endpoints.join(','));
    this.#variables.set('clusterSize', String(endpoints.length));
    this.#lookAround();
  }

  /** @param at the step's place in the file, for what cannot be done */
  play(step: Step, at: number): void {
    switch (step.type) {
      case 'run':
        this.#runToEnd(step);
        break;
      case 'start':
        this.#start(step, at);
        break;
      case 'write':
        this.#wait(HAND_MS);
        this.#background.get(step.name)?.collected.running.write(utf8Encode(this.#fill(step.stdin)));
        this.#wait(step.waitMs);
        break;
      case 'stop':
      case 'await':
        this.#finish(step);
        break;
      case 'sleep':
        this.#wait(step.ms);
        break;
      case 'fault':
        this.#wait(HAND_MS);
        this.#fault(step.members, step.verb);
        break;
      case 'http':
        this.#ask(step);
    }
  }

  /** What still runs at the end is interrupted. */
  interruptRest(): void {
    for (const background of this.#background.values()) {
      const signal = this.#interrupt(background.collected, 'SIGINT') ?? this.#kill(background.collected);
      this.#recordCommand(background.step, background.args, background.collected, { signal });
    }
    this.#background.clear();
  }

  #runToEnd(step: Extract<Step, { type: 'run' }>): void {
    const began = this.#run.kernel.now;
    for (let attempt = 0; ; attempt++) {
      const until = this.#run.kernel.now + step.timeoutMs * MILLISECOND;
      const { collected, args } = this.#launch(step, false);
      this.#stage.pass(until, () => collected.exit !== undefined);
      const signal = this.#kill(collected);
      if (collected.exit?.code !== 0 && attempt < step.retry) {
        this.#wait(1_000);
        continue;
      }
      this.#capture(step, collected);
      const elapsedMs = Math.round((this.#run.kernel.now - began) / MILLISECOND);
      this.#recordCommand(step, args, collected, { signal, ...(step.timed ? { elapsedMs } : {}) });
      return;
    }
  }

  #start(step: Extract<Step, { type: 'start' }>, at: number): void {
    if (this.#background.has(step.name)) {
      throw new UsageError(`${this.#session.file}: steps[${at}].name "${step.name}" is still running`);
    }
    this.#background.set(step.name, { step, ...this.#launch(step, step.stdinOpen) });
    this.#wait(step.waitMs);
    this.#capture(step, (this.#background.get(step.name) as Background).collected); // it was just put there
  }

  #launch(step: CommandStep, stdinOpen: boolean): { readonly collected: CollectedRun; readonly args: readonly string[] } {
    this.#wait(START_MS);
    const args = step.args.map((word) => this.#fill(word));
    const endpoints = this.#endpointsOf(step.endpoints, step.args);
    const env: Record<string, string> = endpoints === undefined ? {} : { ETCDCTL_ENDPOINTS: endpoints };
    for (const [name, value] of Object.entries(step.env)) env[name] = this.#fill(value);
    const program = etcdctl(args, { env, endpoints: ['127.0.0.1:2379'], isPiped: true });
    const stdin = utf8Encode(this.#fill(step.stdin));
    return { collected: collectRun(program, this.#stage.createTarget(), stdin, stdinOpen), args };
  }

  /** Asks the first member over HTTP. */
  #ask(step: Extract<Step, { type: 'http' }>): void {
    const http = {
      method: step.method,
      path: this.#fill(step.path),
      ...(step.body === undefined ? {} : { body: this.#fill(step.body) }),
    };
    // Without variables, as in the recordings; but for the token.
    const headers = Object.entries(step.headers);
    const token = step.token === undefined ? [] : [['Authorization', this.#fill(step.token)] as const];
    const answer: { head: HttpHead | undefined; body: Bytes } = { head: undefined, body: '' };
    const request: HttpRequest = {
      method: http.method,
      target: utf8Encode(http.path),
      headers: [...headers, ...token].map(([name, value]) => [name, utf8Encode(value)]),
      body: utf8Encode(http.body ?? ''),
    };
    const program = exchange(request, this.head.endpoints[0] ?? '', answer);
    const collected = collectRun(program, this.#stage.createTarget(), '', false);
    const patience = (step.streamMs ?? HTTP_PATIENCE_MS) * MILLISECOND;
    this.#stage.pass(this.#run.kernel.now + patience, () => collected.exit !== undefined);
    const isCut = collected.exit === undefined;
    if (isCut) this.#interrupt(collected, 'SIGINT');
    this.#kill(collected);
    // Who recorded speaks HTTP and nothing else: where another protocol begins, they hear nothing.
    const isOther = answer.head?.status === 101;
    const head = isOther ? undefined : answer.head;
    const response = isOther ? '' : utf8Decode(answer.body);
    this.#learn(step.capture, response);
    const header = (name: string) => head?.headers.find(([other]) => other === name)?.[1] ?? null;
    this.#record({
      http,
      status: head?.status ?? null,
      contentType: header('Content-Type'),
      cors: header('Access-Control-Allow-Origin'),
      response,
      ...(isCut && step.streamMs === undefined ? { error: 'timeout' } : {}),
    });
  }

  #finish(step: Extract<Step, { type: 'stop' | 'await' }>): void {
    const background = this.#background.get(step.name);
    if (background === undefined) return;
    const { collected, args } = background;
    this.#wait(step.waitMs);
    let signal: string | undefined;
    if (step.type === 'stop') {
      if (step.closeStdin) {
        collected.running.closeInput();
        this.#wait(300);
      }
      signal = this.#interrupt(collected, step.signal, step.timeoutMs * MILLISECOND);
    } else this.#stage.pass(this.#run.kernel.now + step.timeoutMs * MILLISECOND, () => collected.exit !== undefined);
    signal ??= this.#kill(collected);
    this.#background.delete(step.name);
    this.#recordCommand(background.step, args, collected, { signal });
  }

  /** Interrupts a program that still runs, and lets it clean up if the signal does. @returns the signal, if it died of it */
  #interrupt(collected: CollectedRun, signal: string, patience = PATIENCE): string | undefined {
    const exit = () => collected.exit;
    if (exit() !== undefined) return undefined;
    if (signal !== 'SIGINT' && signal !== 'SIGTERM') {
      this.#kill(collected);
      return signal;
    }
    collected.running.interrupt();
    this.#stage.pass(this.#run.kernel.now + patience, () => exit() !== undefined);
    return exit()?.signal === undefined ? undefined : signal;
  }

  /** Ends a program that still runs. @returns the signal that ended it */
  #kill(collected: CollectedRun): string | undefined {
    if (collected.exit !== undefined) return undefined;
    collected.running.kill();
    return 'SIGKILL';
  }

  #fault(who: readonly number[] | 'leader' | 'followers', verb: FaultVerb): void {
    this.#lookAround();
    const leader = this.head.endpoints.indexOf(this.#variables.get('leaderEp') ?? '');
    const indexes =
      who === 'leader' ? [leader] : who === 'followers' ? this.head.members.map((_, i) => i).filter((i) => i !== leader) : who;
    for (const index of indexes) {
      if (index < 0) continue; // nobody has ever led
      const member = index + 1;
      actInline(this.#run, { type: ACTION_OF[verb], member });
    }
  }

  #wait(ms: number): void {
    this.#stage.pass(this.#run.kernel.now + ms * MILLISECOND);
  }

  /** Learns who leads; without a leader what was known stays, as in the recordings. */
  #lookAround(): void {
    const leader = leaderInline(this.#run);
    if (leader === 0) return;
    let follower = 0;
    this.head.endpoints.forEach((endpoint, i) => {
      const id = this.head.members[i] ?? '';
      const role = i + 1 === leader ? 'leader' : `follower${follower++}`;
      this.#variables.set(`${role}Id`, id);
      this.#variables.set(`${role}Ep`, endpoint);
    });
  }

  #endpointsOf(choice: EndpointChoice, args: readonly string[]): string | undefined {
    const asksAll = args.some((word) => word === 'endpoint' || word === 'move-leader' || word === 'defrag');
    const chosen = choice ?? (asksAll ? 'all' : 0);
    const { endpoints } = this.head;
    if (typeof chosen === 'number') return endpoints[chosen];
    if (chosen === 'leader' || chosen === 'followers') this.#lookAround();
    const leader = this.#variables.get('leaderEp') ?? '';
    switch (chosen) {
      case 'none':
        return undefined;
      case 'all':
        return endpoints.join(',');
      case 'leader':
        return leader;
      case 'followers':
        return endpoints.filter((endpoint) => endpoint !== leader).join(',');
      default:
        return this.#fill(chosen);
    }
  }

  #fill(text: string): string {
    return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => this.#variables.get(name) ?? whole);
  }

  #capture(step: CommandStep, collected: CollectedRun): void {
    this.#learn(step.capture, utf8Decode(collected.stdout));
  }

  #learn(capture: Capture, text: string): void {
    for (const [name, pattern] of Object.entries(capture)) {
      const match = pattern.exec(text);
      this.#variables.set(name, match === null ? `UNCAPTURED_${name}` : (match[1] ?? ''));
    }
  }

  #recordCommand(
    step: CommandStep,
    args: readonly string[],
    collected: CollectedRun,
    how: { readonly signal?: string | undefined; readonly elapsedMs?: number },
  ): void {
    const signal = how.signal ?? collected.exit?.signal;
    this.#record({
      ...(step.note === undefined ? {} : { note: step.note }),
      args,
      stdout: utf8Decode(collected.stdout),
      stderr: utf8Decode(collected.stderr),
      exit: collected.exit?.code ?? null,
      ...(signal === undefined ? {} : { signal }),
      ...(how.elapsedMs === undefined ? {} : { elapsedMs: how.elapsedMs }),
      ...(step.type === 'start' ? { background: step.name } : {}),
    });
  }

  #record(fields: Readonly<Record<string, unknown>>): void {
    this.records.push({ group: this.#session.name, n: this.records.length + 1, ...fields });
  }
}

/** One exchange as a program; what is answered grows in `answer`. */
function* exchange(request: HttpRequest, endpoint: string, answer: { head: HttpHead | undefined; body: Bytes }): Program {
  yield* serveHttp(request, endpoint, {
    // biome-ignore lint/correctness/useYield: what comes is only kept
    *head(head) {
      answer.head = head;
    },
    // biome-ignore lint/correctness/useYield: what comes is only kept
    *body(part) {
      answer.body += part;
    },
  });
  return 0;
}

const ACTION_OF = { pause: 'pause', resume: 'resume', kill: 'crash', start: 'restart' } as const;

/** host:port of a URL or of an address. */
function addressOf(endpoint: string): string {
  return endpoint
    .replace(/^http:\/\//, '')
    .replace(/^localhost:/, '127.0.0.1:')
    .replace(/\/$/, '');
}

/** As etcd prints ids. */
function shortHex(id: string): string {
  return id.replace(/^0+(?=.)/, '');
}
