/** Carries a planned run out, watched by all checkers, and asks in the end for everything that was answered. */
import { createInlineRun, type KernelRules, type Pacing, SECOND, type SimTime } from '../../sim/index.ts';
import { conclude, letPass, observe, type Report } from './observed.ts';
import { type Plan, placesOf } from './plan.ts';

export interface ExperimentOptions {
  readonly rules?: KernelRules;
  readonly pacing?: Pacing;
  /** Called now and then. */
  readonly onProgress?: (now: SimTime) => void;
}

/** Longer than an election, and than any call that is still open when all is healed. */
const QUIET = 8 * SECOND;

/** Runs a plan to its end. Deterministic: the same plan gives the same report. */
export function runExperiment(plan: Plan, options: ExperimentOptions = {}): Report {
  const { rules, pacing, onProgress } = options;
  const { scenario, journal, healedAt } = plan;
  const run = createInlineRun(scenario, {
    journal,
    ...(rules === undefined ? {} : { rules }),
    ...(pacing === undefined ? {} : { pacing }),
  });
  const observed = observe(run, onProgress);
  letPass(observed, healedAt + QUIET);
  return conclude(observed, plan.nextCall, placesOf(scenario.members));
}
