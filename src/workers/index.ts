export type { RestoreOptions, SnapshotFileError } from '../engine/server/index.ts';
export { readRestoreOptions } from '../engine/server/index.ts';
export type { Action, CutCause, JournalEntry, Scenario, WallLine } from '../sim/index.ts';
export { openPlannedRun, openRestoredRun, openRun, type RunPlan } from './openRun.ts';
export type { PastMember } from './protocol.ts';
export type { Pace, Run, RunState } from './run.ts';
export type { SavedStore } from './snapshot.ts';

/** Reads what `snapshot save` wrote: a chunk of its own. */
export const loadSnapshotReader = () => import('./snapshot.ts');
