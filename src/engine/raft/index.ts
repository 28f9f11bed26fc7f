/** The consensus engine's door. Start reading at `raft.ts` (what a driver calls) and `step.ts` (what a message does). */

export {
  type ChangeContext,
  changeSimply,
  enterJoint,
  invariantError,
  leaveJoint,
  type Membership,
  restoreMembership,
} from './confChange.ts';
export { decodeConfChange, encodeConfChange, readConfChange, toConfChangeV2 } from './confCodec.ts';
export { configError, type RaftConfig, raftConfig } from './config.ts';
export { applyConfChange } from './configuration.ts';
export {
  type DataFormatter,
  describeConfState,
  describeEntries,
  describeEntry,
  describeHardState,
  describeMessage,
  describeOperations,
  describeReady,
  describeSnapshot,
  describeSoftState,
} from './describe.ts';
export { encodedSize, makeEntry, payloadSize } from './entry.ts';
export { assertRaftInvariants } from './invariants.ts';
export {
  describeConfig,
  formatLogLine,
  LOG_LEVELS,
  type LogArgument,
  type LogLevel,
  type LogLine,
  type LogTemplate,
  type RaftDialect,
} from './logLines.ts';
export { createMessage, isLocalMessage, isLocalTarget, isResponseMessage, type MessageDraft } from './message.ts';
export { RaftPanic } from './panic.ts';
export { describeProgress, type Progress } from './progress.ts';
export { jointVoteResult, quorumIndex, voteResult } from './quorum.ts';
export {
  BOOTSTRAP_ERROR_TEXT,
  type BootstrapError,
  bootstrap,
  campaign,
  cloneRaft,
  createRaft,
  forgetLeader,
  type Peer,
  propose,
  proposeConfChange,
  raftEntryAt,
  raftFirstIndex,
  raftLastIndex,
  raftTermAt,
  readIndex,
  reportSnapshot,
  reportUnreachable,
  step,
  takeLogLines,
  takeTruncation,
  tick,
  transferLeader,
} from './raft.ts';
export { advance, hasReady, ready } from './ready.ts';
export { etcdRules, type RaftRules, type VoteResult } from './rules.ts';
export { isEmptyHardState, type Raft } from './state.ts';
export { basicStatus, confStateOf, progressViews, status, statusJson } from './status.ts';
export {
  appendToStorage,
  applySnapshot,
  cloneStorage,
  compactStorage,
  createSnapshot,
  createStorage,
  type MemoryStorage,
  setHardState,
  storageEntries,
  storageFirstIndex,
  storageLastIndex,
  storageSnapshot,
  storageTerm,
} from './storage.ts';
export { EMPTY_CONFIG } from './tracker.ts';
export * from './types.ts';
