export { callWords } from './callWords.ts';
export { type Chronicle, chronicle, createChronicle } from './chronicle.ts';
export type { Explanation, Note, Said, Why, Work } from './explain.ts';
export { explain } from './explain.ts';
export type * from './frame.ts';
export { foundersConfig, hasQuorum, reachOf } from './islands.ts';
export {
  entryOfRevision,
  type KeyRibbon,
  type KeyRow,
  keyRibbon,
  keyRows,
  type MadeBy,
  oldestReadable,
  type PastKey,
  type PastStore,
  type PastVersion,
  type RibbonBar,
  revisionOfEntry,
  storeMember,
  versionAt,
} from './keys.ts';
export { type LeaseClock, leaseClock, type PastLease, type PastLeases } from './leases.ts';
export type { Crown, LogCell, LogGrid, LogGroup, LogRow, LogWindow, StripCell, TermRun } from './logGrid.ts';
export {
  committedTerm,
  crownOf,
  fillAt,
  isCompacted,
  logGrid,
  logWindow,
  newestIndex,
  termRuns,
} from './logGrid.ts';
export { logEnd, logTerm, topLeader } from './lookup.ts';
export {
  jsonLine,
  LINE_LEVELS,
  type LineFilter,
  type LineLevel,
  type PastLine,
  type PastLines,
  passesFilter,
  prettyField,
} from './memberLog.ts';
export {
  canDecide,
  catchUp,
  freePlace,
  isPresent,
  presentOrdinals,
  quorumHalves,
  type Standing,
  standingOf,
  transferOf,
  votersOf,
} from './membership.ts';
export * from './needed/index.ts';
export { earliestDeadline, GEAR_FACTOR, type Gear, gearOf } from './pace.ts';
export { createProjector, type Projector, project, projectorRevision } from './projector.ts';
export { createRecording, type Increment, type Recording, record, recordedRow, rowsUpTo } from './recording.ts';
export { entryText } from './texts.ts';
export {
  type AwayWatch,
  type OpenWatch,
  type PastEndedWatch,
  type PastWatch,
  type PastWatches,
  type WatchPosition,
  watchConcerns,
  watchPosition,
} from './watches.ts';
