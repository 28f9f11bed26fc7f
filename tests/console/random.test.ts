/**
 * Whatever is typed: no line throws or hangs, every one comes to its end, and one that fails says so in etcdctl's form. Sessions of
 * random lines (grammar.ts) run through the shell, over a model of etcd that refuses a call now and then, with standard input,
 * time, Ctrl-D and Ctrl-C.
 *
 *     CONSOLE_LINES=500000 CONSOLE_SEED=21 npm run test:unit -- tests/console/random.test.ts
 *
 * types other lines, or more than a pass of all tests has (docs/console.md has what long runs came to).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ConsoleTarget,
  createShell,
  isAside,
  type SessionLine,
  type Shell,
  type Waiting,
  wantsInput,
} from '../../src/console/index.ts';
import type { ApiErrorCode } from '../../src/engine/server/errors.ts';
import { LINE, TYPED } from './grammar.ts';
import { createModelEtcd, type ModelEtcd } from './model.ts';

const LINES = Number(process.env.CONSOLE_LINES ?? 100_000);
const SEED = Number(process.env.CONSOLE_SEED ?? 20);
const LINES_OF_A_SESSION = 25;
const SECOND = 1_000_000;
/** A line that makes more of them than this goes round in circles. */
const MOST_EFFECTS = 200_000;

const REFUSALS: readonly ApiErrorCode[] = [
  'deadlineExceeded',
  'noLeader',
  'timeout',
  'unhealthyCluster',
  'compacted',
  'futureRevision',
  'noSpace',
  'corrupt',
  'permissionDenied',
  'userEmpty',
  'invalidAuthToken',
  'leaseNotFound',
  'learnerNotSupported',
  'connectionLost',
  'tooManyRequests',
  'canceled',
];

interface Session {
  readonly lines: readonly { readonly line: string; readonly typed: readonly string[] }[];
  /** Which calls are refused, and how: one in so many, from the list above; none at 0. */
  readonly refuseOneIn: number;
  readonly refusal: number;
}

const SESSION: fc.Arbitrary<Session> = fc.record({
  lines: fc.array(fc.record({ line: LINE, typed: fc.array(TYPED, { maxLength: 5 }) }), {
    minLength: LINES_OF_A_SESSION,
    maxLength: LINES_OF_A_SESSION,
  }),
  refuseOneIn: fc.constantFrom(0, 0, 0, 1, 3, 7),
  refusal: fc.nat(REFUSALS.length - 1),
});

/** What etcdctl, its library, curl and a shell begin a line on standard error with. */
const FORMS = [
  /^Error: /,
  /^panic: /,
  /^sh: /,
  /^curl: \(\d+\) |^curl: (?:option|try|no URL)|^[*<>{}] /,
  /^Warning: (?:Keys between |You can only select one HTTP request method!|Couldn't read data from file )/,
  /^Failed to (?:get the (?:status|hash) of endpoint|defragment etcd member)/,
  / is unhealthy: failed to commit proposal: /,
  /^watch was canceled \(/,
  /^Invalid command[: ]/,
  /^Unknown help topic \[/,
  /^ETCDCTL_[A-Z_]+=/,
  /^invalid txn (?:compare )?request: /,
  /^Usage:$/,
];

/** A target that may refuse, and counts. */
function doubting(
  model: ModelEtcd,
  { refuseOneIn, refusal }: Session,
): { readonly target: ConsoleTarget; newLine(line: string): void } {
  let calls = 0;
  let effects = 0;
  /** A mirror of itself has no end: where answers take no time, it would not even let time pass. */
  let latency = 0;
  const count = () => {
    if (++effects > MOST_EFFECTS) throw new Error('it goes round in circles');
  };
  return {
    newLine: (line) => {
      effects = 0;
      latency = line.includes('ma') ? SECOND / 20 : 0;
    },
    target: {
      now: model.now,
      request(call, onReply, onFailed) {
        count();
        if (refuseOneIn === 0 || ++calls % refuseOneIn !== 0) {
          if (latency === 0) return model.request(call, onReply);
          return model.sleep(latency, () => void model.request(call, onReply));
        }
        const error = { code: REFUSALS[(refusal + calls) % REFUSALS.length] ?? 'timeout' };
        onFailed?.({ attempt: 0, peer: call.endpoints[0], error });
        onReply({ ok: false, error });
        return { id: undefined, cancel: () => {} };
      },
      openStream(stream, onEvent) {
        count();
        return model.openStream(stream, onEvent);
      },
      sleep(duration, onDone) {
        count();
        return model.sleep(duration, onDone);
      },
    },
  };
}

/** Types a line and sees it to its end. */
function runLine(shell: Shell, model: ModelEtcd, { line, typed }: Session['lines'][number]): void {
  const rest = [...typed];
  shell.submit(line);
  for (let turns = 0; shell.state().running !== undefined; turns++) {
    if (turns > 40) throw new Error(`it does not end: ${JSON.stringify(shell.state().running)}`);
    if (wantsInput(shell.state()) && turns < 12) {
      const next = rest.shift();
      if (next === undefined) shell.endOfInput();
      else shell.submit(next);
    }
    if (shell.state().running === undefined) break;
    if (turns < 3) model.pass(model.now() + 6 * SECOND, () => shell.state().running === undefined || wantsInput(shell.state()));
    else {
      const waiting = shell.state().running?.waiting;
      if (!canEnd(waiting, model.now())) throw new Error(`it hangs: ${JSON.stringify(waiting)}`);
      shell.interrupt();
    }
  }
}

/** Something outside of it can still bring it on: no time that it waits for has passed. */
function canEnd(waiting: Waiting | undefined, now: number): boolean {
  return waiting !== undefined && !('until' in waiting && waiting.until !== undefined && waiting.until <= now);
}

/** What is wrong with what a line printed; undefined: nothing. */
function faultOf(
  lines: readonly SessionLine[],
  exit: { readonly code: number | undefined } | undefined,
  line: string,
): string | undefined {
  const texts = lines.flatMap((one) => (one.kind === 'stdout' || one.kind === 'stderr' ? [one] : []));
  for (const { text } of texts) {
    if (/\[object |\bundefined\b|\bNaN\b/.test(text) && !/object|undefined|NaN/.test(line)) return `it prints ${text}`;
  }
  if (exit?.code === undefined) return undefined;
  if (exit.code === 0 && /json/.test(line) && !/curl|echo|sh|simple|fields/.test(line)) {
    const broken = texts.find(({ kind, text }) => kind === 'stdout' && /^[{[]/.test(text) && !isJson(text));
    if (broken !== undefined) return `no JSON: ${broken.text}`;
  }
  if (!Number.isInteger(exit.code) || exit.code < 0 || exit.code > 255) return `its exit code is ${exit.code}`;
  const said = texts.filter((one) => one.kind === 'stderr' && one.text !== '' && !isAside(one.text));
  const [first] = said;
  if (first !== undefined && !FORMS.some((form) => form.test(first.text))) return `it says ${JSON.stringify(first.text)}`;
  // Programs that are not etcdctl fail in silence.
  if (exit.code !== 0 && texts.length === 0 && !/false|exit|curl|sh/.test(line))
    return `it fails with ${exit.code} and says nothing`;
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test(`${LINES} lines at the prompt, seed ${SEED}`, { timeout: 60 * LINES }, () => {
  let failed = 0;
  let succeeded = 0;
  let interrupted = 0;
  fc.assert(
    fc.property(SESSION, (session) => {
      const model = createModelEtcd('ecd84297f868e01a', 'http://127.0.0.1:2379');
      const { target, newLine } = doubting(model, session);
      const shell = createShell(target, ['127.0.0.1:2379'], {}, () => {});
      for (const one of session.lines) {
        newLine(one.line);
        const before = shell.state();
        runLine(shell, model, one);
        const after = shell.state();
        const finished = after.finished.filter(({ command }) => command >= before.nextCommand);
        const exit = finished.at(-1)?.exit;
        const printed = after.lines.filter(({ number }) => number >= before.nextLine);
        const fault = faultOf(printed, finished.length === 1 ? exit : undefined, `${one.line} ${one.typed.join(' ')}`);
        expect(fault, `${JSON.stringify(one.line)} typed into: ${JSON.stringify(one.typed)}`).toBeUndefined();
        if (exit?.code === 0) succeeded++;
        else if (exit?.code === undefined) interrupted++;
        else failed++;
      }
    }),
    { seed: SEED, numRuns: Math.ceil(LINES / LINES_OF_A_SESSION) },
  );
  if (process.env.CONSOLE_LINES !== undefined)
    console.log(`${succeeded} lines succeeded, ${failed} failed, ${interrupted} were interrupted`);
  // The generator is worth its time only while much of it works, and much does not.
  expect(succeeded / LINES).toBeGreaterThan(0.1);
  expect(failed / LINES).toBeGreaterThan(0.2);
  expect(interrupted).toBeGreaterThan(0);
});

test('a very long line, a very long word, and very many words', () => {
  const model = createModelEtcd('ecd84297f868e01a', 'http://127.0.0.1:2379');
  const shell = createShell(model, ['127.0.0.1:2379'], {}, () => {});
  for (const line of [
    `put a ${'x'.repeat(1_000_000)}`,
    `get ${'"a" '.repeat(100_000)}`,
    `put a "${'\\"'.repeat(100_000)}"`,
    '-'.repeat(100_000),
    `get ${'--hex '.repeat(50_000)}a`,
    `put a ${'é'.repeat(100_000)}`,
  ]) {
    shell.submit(line);
    expect(shell.state().running).toBeUndefined();
  }
  expect(shell.state().finished.map(({ exit }) => exit.code)).toEqual([0, 0, 0, 1, 0, 0]);
});
