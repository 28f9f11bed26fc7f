/** The page's run once more, inline in Node: the judge of what workers, ports and a browser have come to. */
import {
  advanceInline,
  createInlineRun,
  digestsInline,
  type JournalEntry,
  type Pacing,
  type Scenario,
  traceDigest,
} from '../../src/sim/index.ts';

export interface Outcome {
  readonly hash: string;
  /** Of each running member, by ordinal - 1. */
  readonly digests: readonly string[];
}

/** What the run is at `until`, from its scenario and journal alone. */
export function rerun(
  plan: { readonly scenario: Scenario; readonly journal: readonly JournalEntry[] },
  until: number,
  pacing: Pacing = 'horizons',
): Outcome {
  const run = createInlineRun(plan.scenario, { journal: plan.journal, pacing });
  advanceInline(run, until);
  return { hash: traceDigest(run.kernel.hash), digests: digestsInline(run) };
}
