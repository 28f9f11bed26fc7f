/**
 * The page's scripting handle, `window.etcdscope`: for the developer console, for scripted scenes in a lecture, and for the tests.
 *
 *     const run = etcdscope.run();
 *     await run.advanceTo(run.live() + 5_000_000);   // five virtual seconds, then it stands
 *     run.frame().members.map((member) => member.role);
 */
import { openPlannedRun, type Run, type RunPlan } from '../workers/index.ts';
import type { House } from './frame/context.tsx';

export interface ScriptingHandle {
  /** The run on the page. Reset puts another in its place. */
  run(): Run;
  /** Puts a run of one's own scenario and journal on the page; it plays at once. */
  open(plan: RunPlan): Run;
  /** Draws what a script has moved: the page's loop rests while nothing plays. */
  wake(): void;
  /** How often the page has called each of its painters since it was opened: it stands still while nothing can change. */
  paints(): number;
}

declare global {
  interface Window {
    etcdscope?: ScriptingHandle;
  }
}

/** The handle of one page. */
export function createScriptingHandle({ runs, scheduler }: House): ScriptingHandle {
  let paints = 0;
  scheduler.register(() => {
    paints++;
  });
  return {
    run: () => runs.getState().run,
    open(plan) {
      const run = openPlannedRun(plan);
      runs.getState().replace(run);
      return run;
    },
    wake: () => scheduler.wake(),
    paints: () => paints,
  };
}
