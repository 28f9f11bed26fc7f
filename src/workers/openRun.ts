/** Where the page's runs come from. */
import type { Bytes } from '../base/index.ts';
import type { RestoreOptions } from '../engine/server/index.ts';
import { assertScenario, freshScenario, type JournalEntry, type Pacing, type Scenario } from '../sim/index.ts';
import { openingOf, restoredOpening } from './opening.ts';
import { openPageRun } from './pageRun.ts';
import type { WorkerRole } from './protocol.ts';
import type { Run } from './run.ts';

/** What a run is made of, where it is not a fresh one. */
export interface RunPlan {
  /** What differs from a fresh cluster of five. */
  readonly scenario?: Partial<Scenario>;
  /** What will be done in it. Nobody can act before its last entry has happened. */
  readonly journal?: readonly JournalEntry[];
  /** Virtual time at which the page opens, µs. */
  readonly openAt?: number;
  /** How its bus carries it on, for tests: a run is the same either way. */
  readonly pacing?: Pacing;
}

/** A fresh cluster in workers of its own. @param members 1 … 9 */
export function openRun(members: number, seed: number): Run {
  return openPageRun(openingOf(members, seed), startWorker);
}

/** A new cluster whose members begin with a saved store. @param snapshot a file that `readSnapshot` has taken */
export function openRestoredRun(members: number, seed: number, snapshot: Bytes, options: RestoreOptions): Run {
  return openPageRun(restoredOpening(members, seed, snapshot, options), startWorker);
}

/** A run by its plan, in workers of its own. Throws on a scenario that no cluster could be made of. */
export function openPlannedRun({ scenario: differences = {}, journal = [], openAt = 0, pacing = 'horizons' }: RunPlan): Run {
  const scenario: Scenario = { ...freshScenario(differences.members ?? 5, differences.seed ?? 1), ...differences };
  assertScenario(scenario);
  const nextCall = 1 + journal.reduce((last, { action }) => (action.type === 'call' ? Math.max(last, action.call) : last), 0);
  return openPageRun({ scenario, journal, openAt, nextCall, pacing }, startWorker);
}

function startWorker(role: WorkerRole): Worker {
  return new Worker(new URL('./entry.ts', import.meta.url), { type: 'module', name: role });
}
