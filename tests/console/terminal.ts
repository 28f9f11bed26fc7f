/** Lines at a prompt in front of a real cluster of ours, in virtual time. */
import { utf8Decode, utf8Encode } from '../../src/base/index.ts';
import { createStage, type Stage } from '../../src/cli/transcript/inlineTarget.ts';
import { type CollectedRun, collectRun, compileLine, type Hint } from '../../src/console/index.ts';
import { advanceInline, createInlineRun, freshScenario, type Scenario, SECOND } from '../../src/sim/index.ts';

export interface Terminal {
  readonly stage: Stage;
  /** Starts a line. @param stdin what is typed after it; left out: standard input is closed */
  start(line: string, stdin?: string): CollectedRun;
  /** Runs a line to its end, or for `seconds`. @param stdin all that it can read */
  type(line: string, seconds?: number, stdin?: string): TypedLine;
}

export interface TypedLine {
  readonly out: string;
  readonly err: string;
  /** undefined: it had to be killed. */
  readonly exit: number | undefined;
  readonly hints: readonly Hint[];
  /** Virtual seconds that it took. */
  readonly took: number;
}

/** A cluster of n1, n2, … with a leader. @param changes to its scenario */
export function openTerminal(members: number, changes: Partial<Scenario> = {}): Terminal {
  const run = createInlineRun({ ...freshScenario(members, 1), ...changes });
  advanceInline(run, 4 * SECOND);
  const stage = createStage(run, (endpoint) => Number(/^(?:http:\/\/)?n(\d):2379$/.exec(endpoint)?.[1] ?? 0));
  const begin = (line: string, stdin: string, isOpen: boolean) => {
    const { program } = compileLine(line, { env: {}, endpoints: ['n1:2379'] });
    return collectRun(program, stage.createTarget(), utf8Encode(stdin), isOpen);
  };
  return {
    stage,
    start: (line, stdin) => begin(line, stdin ?? '', stdin !== undefined),
    type: (line, seconds = 20, stdin = '') => {
      const ran = begin(line, stdin, false);
      stage.pass(run.kernel.now + seconds * SECOND, () => ran.exit !== undefined);
      const exit = ran.exit?.code;
      ran.running.kill();
      const took = ((ran.until ?? run.kernel.now) - ran.since) / SECOND;
      return { out: utf8Decode(ran.stdout), err: utf8Decode(ran.stderr), exit, hints: ran.hints, took };
    },
  };
}

/** Lets time go by. */
export function pass({ stage }: Terminal, seconds: number): void {
  stage.pass(stage.run.kernel.now + seconds * SECOND);
}

/** Printed words, or how a line failed. */
export function ask({ type }: Terminal, line: string, stdin = ''): string {
  const { out, err, exit } = type(line, 30, stdin);
  return exit === 0 ? out : (err.split('\n').find((text) => text.startsWith('Error: ')) ?? `exit ${exit}`);
}
