export { describeApiError } from '../engine/server/errors.ts';
export { isAside } from './aside.ts';
export type { FailedAttempt } from './clientLog.ts';
export { type CollectedRun, collectRun } from './collect.ts';
export { type Completion, commonPrefix, complete, type Known, NOTHING_KNOWN, type Wanted } from './complete.ts';
export { type CommandOptions, type CompiledLine, compileLine, etcdctl } from './etcdctl.ts';
export type { HttpEnd, HttpHead, HttpHeader, HttpRequest, HttpSink } from './gateway/http.ts';
export { serveHttp } from './gateway/serve.ts';
export { type HelpKey, type HelpWords, helpKeys } from './help.ts';
export { type Hint, type HintContext, hintFor, type Reach } from './hint.ts';
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
  wantsSecret,
} from './session.ts';
export { createShell, type Shell, type ShellOptions } from './shell.ts';
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
export { quoteWord, type TokenizedLine, type TokenizeError, tokenize } from './tokenize.ts';
