export type { Explanation, Note, Said, Why, Work } from './explain.ts';
export { explain } from './explain.ts';
export type * from './frame.ts';
export type { Crown, LogCell, LogGrid, LogGroup, LogRow, LogWindow, StripCell, TermRun } from './logGrid.ts';
export {
  committedTerm,
  crownOf,
  fillAt,
  logEnd,
  logGrid,
  logTerm,
  logWindow,
  newestIndex,
  termRuns,
  topLeader,
} from './logGrid.ts';
export type { BallotState, Claim, DiskState, EntryName, Needed, SpreadState, StuckCall, Voter } from './needed.ts';
export { neededNow } from './needed.ts';
