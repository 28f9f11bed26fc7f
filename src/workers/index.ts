export type { Action, CutCause, JournalEntry, Scenario, WallLine } from '../sim/index.ts';
export { openPlannedRun, openRun, type RunPlan } from './openRun.ts';
export type { PastMember } from './protocol.ts';
export type { Pace, Run, RunState } from './run.ts';
