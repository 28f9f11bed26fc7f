export type { Action, CutCause, Scenario, WallLine } from '../sim/index.ts';
export type { Pace, Run, RunState } from './run.ts';
