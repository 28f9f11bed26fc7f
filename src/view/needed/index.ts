export { countedDisks } from './commit.ts';
export type {
  BallotState,
  Claim,
  DiskState,
  EntryName,
  Half,
  Needed,
  ReachState,
  SpreadState,
  StuckCall,
  Voter,
} from './fact.ts';
export { neededNow } from './now.ts';
export { replacedBy } from './stuck.ts';
