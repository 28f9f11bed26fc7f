export { type CollectedRun, collectRun } from './collect.ts';
export type { Hint } from './hint.ts';
export type { Effect, ExitCode, Program, Reply, StreamEvent, StreamNumber } from './program.ts';
export {
  createSession,
  type FinishedCommand,
  type RunningCommand,
  type SessionAction,
  type SessionCommand,
  type SessionLine,
  type SessionState,
  type SessionStep,
  stepSession,
  wantsInput,
} from './session.ts';
export {
  type ConsoleTarget,
  type ProgramExit,
  type ProgramIo,
  type RunningProgram,
  runProgram,
  type TargetCall,
  type TargetHandle,
  type TargetStream,
  type Waiting,
} from './target.ts';
