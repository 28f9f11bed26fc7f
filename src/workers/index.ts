export type { Action, CutCause, Scenario, WallLine } from '../sim/index.ts';
export { openRun } from './openRun.ts';
export type { PastMember } from './protocol.ts';
export type { Pace, Run, RunState } from './run.ts';
