export * from './checkers/index.ts';
export type { CallEnd, FailedAttempt } from './client.ts';
export type * from './command.ts';
export {
  createHistory,
  detailedHistory,
  digestsAt,
  type EndedWatch,
  followRun,
  type History,
  type LeaseThen,
  type LineThen,
  leasesAt,
  linesAt,
  type MemberThen,
  memberAt,
  type NamesThen,
  namesAt,
  type StoreThen,
  storeAt,
  type WatchThen,
  watchesAt,
} from './history.ts';
export {
  bootHost,
  type ChangeNote,
  cloneHost,
  type Delivery,
  type EntryNote,
  type Host,
  type HostConfig,
  type HostLine,
  type HostResult,
  hostDigest,
  hostLines,
  runHost,
} from './host/index.ts';
export {
  actInline,
  advanceInline,
  cloneInlineRun,
  createInlineRun,
  digestsInline,
  type InlineRun,
  leaderInline,
} from './inline.ts';
export {
  act,
  advance,
  type ClientNews,
  createKernel,
  type EntryRecord,
  ETCD_RULES,
  type Kernel,
  type KernelRules,
  loadJournal,
  memberCount,
  type Pacing,
  type Released,
  type StopAt,
  type Thrown,
  takeReleased,
  type Work,
} from './kernel/index.ts';
export * from './scenario.ts';
export * from './trace.ts';
