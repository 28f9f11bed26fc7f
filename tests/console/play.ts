/** Plays a recorded session's steps over a model, as tests/recorded/etcdctl/README.md describes them. */
import { utf8Decode, utf8Encode } from '../../src/base/index.ts';
import { type CollectedRun, collectRun, etcdctl } from '../../src/console/index.ts';
import type { ModelEtcd } from './model.ts';
import type { RecordedStep } from './support.ts';

const MS = 1000;

/** One command, as its record has it; undefined for a step that was left out. */
export interface Played {
  readonly args: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number | null;
  readonly signal?: string;
}

interface Background {
  readonly run: CollectedRun;
  readonly args: readonly string[];
}

/** @param endpoint of the one member. Throws on steps that it does not know (HTTP, faults). */
export function playSteps(steps: readonly RecordedStep[], model: ModelEtcd, endpoint: string): Played[] {
  const played: Played[] = [];
  const background = new Map<string, Background>();
  const member = model.memberId.toString(16);
  const variables = new Map([
    ['ep0', endpoint],
    ['epAll', endpoint],
    ['m0', member],
    ['leaderId', member],
    ['leaderEp', endpoint],
    ['clusterSize', '1'],
  ]);
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => variables.get(name) ?? whole);
  const wait = (ms: number) => model.pass(model.now() + ms * MS);

  const launch = (step: RecordedStep, stdinOpen: boolean): Background => {
    const args = (step.args ?? []).map(fill);
    const env: Record<string, string> = step.endpoints === 'none' ? {} : { ETCDCTL_ENDPOINTS: endpoint };
    for (const [name, value] of Object.entries(step.env ?? {})) env[name] = fill(value);
    const [text, times] = step.stdinRepeat ?? ['', 0];
    const stdin = fill(step.stdin ?? '') + text.repeat(times);
    const program = etcdctl(args, { env, endpoints: ['127.0.0.1:2379'] });
    return { args, run: collectRun(program, model, utf8Encode(stdin), stdinOpen) };
  };
  const record = ({ run, args }: Background): void => {
    const { exit } = run;
    if (exit === undefined) throw new Error(`${args.join(' ')} has not ended`);
    const text = { stdout: utf8Decode(run.stdout), stderr: utf8Decode(run.stderr) };
    played.push({ args, ...text, exit: exit.code ?? null, ...(exit.signal === undefined ? {} : { signal: exit.signal }) });
  };
  const capture = (step: RecordedStep, run: CollectedRun): void => {
    for (const [name, pattern] of Object.entries(step.capture ?? {}))
      variables.set(name, new RegExp(pattern, 'm').exec(utf8Decode(run.stdout))?.[1] ?? `UNCAPTURED_${name}`);
  };
  const finish = (one: Background, ms: number): void => {
    model.pass(model.now() + ms * MS, () => one.run.exit !== undefined);
    one.run.running.kill();
    record(one);
  };

  for (const step of steps) {
    if (step.sleepMs !== undefined) wait(step.sleepMs);
    else if (step.write !== undefined) {
      background.get(step.write)?.run.running.write(utf8Encode(fill(step.stdin ?? '')));
      wait(step.waitMs ?? 300);
    } else if (step.stop !== undefined || step.await !== undefined) {
      const name = step.stop ?? step.await ?? '';
      const one = background.get(name);
      if (one === undefined) continue;
      background.delete(name);
      if (step.stop !== undefined) {
        wait(step.waitMs ?? 300);
        if (step.closeStdin === true) {
          one.run.running.closeInput();
          wait(300);
        }
        one.run.running.interrupt();
      }
      finish(one, step.timeoutMs ?? 8000);
    } else if (step.args === undefined) throw new Error('a step of another kind');
    else if (step.background === true) {
      const one = launch(step, step.stdinOpen === true);
      background.set(step.name ?? '', one);
      wait(step.waitMs ?? 400);
      capture(step, one.run);
    } else {
      const one = launch(step, false);
      model.pass(model.now() + (step.timeoutMs ?? 20_000) * MS, () => one.run.exit !== undefined);
      capture(step, one.run);
      finish(one, 0);
    }
  }
  for (const one of background.values()) {
    one.run.running.interrupt();
    finish(one, 8000);
  }
  return played;
}
