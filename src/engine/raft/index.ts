/** The consensus engine's door (signatures first; the parts follow). */
import type { Bytes } from '../../base/index.ts';
import type { RaftConfig } from './config.ts';
import type { LogLine } from './logLines.ts';
import type { RaftRules } from './rules.ts';
import type { MemoryStorage } from './storage.ts';
import type {
  BasicStatus,
  ConfChange,
  ConfState,
  Entry,
  LogIndex,
  MemberId,
  Message,
  ProgressView,
  RaftRole,
  Ready,
  Status,
  StepError,
  Term,
} from './types.ts';

export { configError, type RaftConfig, raftConfig } from './config.ts';
export { encodedSize, makeEntry, payloadSize } from './entry.ts';
export { describeConfig, formatLogLine, LOG_LEVELS, type LogLevel, type LogLine, type RaftDialect } from './logLines.ts';
export { RaftPanic } from './panic.ts';
export { etcdRules, type RaftRules } from './rules.ts';
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
export * from './types.ts';

/** Read-only outside the engine; more fields than these are there. */
export interface Raft {
  readonly config: RaftConfig;
  readonly rules: RaftRules;
  readonly storage: MemoryStorage;
  readonly id: MemberId;
  readonly term: Term;
  readonly vote: MemberId;
  readonly role: RaftRole;
  readonly lead: MemberId;
  readonly leadTransferee: MemberId;
  /** In ticks. */
  readonly electionElapsed: number;
  readonly heartbeatElapsed: number;
  readonly randomizedElectionTimeout: number;
  readonly log: { readonly committed: LogIndex; readonly applying: LogIndex; readonly applied: LogIndex };
}

export declare function createRaft(config: RaftConfig, storage: MemoryStorage, rules?: RaftRules): Raft;
export declare function bootstrap(
  raft: Raft,
  peers: readonly { readonly id: MemberId; readonly context: Bytes | undefined }[],
): void;
export declare function tick(raft: Raft): void;
export declare function step(raft: Raft, message: Message): StepError | undefined;
export declare function campaign(raft: Raft): StepError | undefined;
export declare function propose(raft: Raft, data: Bytes): StepError | undefined;
export declare function proposeConfChange(raft: Raft, change: ConfChange): StepError | undefined;
export declare function applyConfChange(raft: Raft, change: ConfChange): ConfState;
export declare function readIndex(raft: Raft, context: Bytes): void;
export declare function transferLeader(raft: Raft, transferee: MemberId): void;
export declare function forgetLeader(raft: Raft): void;
export declare function reportUnreachable(raft: Raft, peer: MemberId): void;
export declare function reportSnapshot(raft: Raft, peer: MemberId, delivered: boolean): void;
export declare function hasReady(raft: Raft): boolean;
export declare function ready(raft: Raft): Ready;
export declare function advance(raft: Raft): void;
export declare function status(raft: Raft): Status;
export declare function basicStatus(raft: Raft): BasicStatus;
export declare function statusJson(status: Status): string;
/** Every peer, ascending; also when not leader. */
export declare function progressViews(raft: Raft): readonly ProgressView[];
export declare function confStateOf(raft: Raft): ConfState;
/** Member's whole log as it knows it, unstable entries included. */
export declare function raftFirstIndex(raft: Raft): LogIndex;
export declare function raftLastIndex(raft: Raft): LogIndex;
/** undefined: compacted or past the end. */
export declare function raftTermAt(raft: Raft, index: LogIndex): Term | undefined;
export declare function raftEntryAt(raft: Raft, index: LogIndex): Entry | undefined;
/** Lines since the last call. */
export declare function takeLogLines(raft: Raft): readonly LogLine[];
/** The lowest index whose entry was overwritten or cut off since the last call; undefined: none. */
export declare function takeTruncation(raft: Raft): LogIndex | undefined;
/** A copy that goes on exactly as the original would; it has a storage of its own. Entries are shared. */
export declare function cloneRaft(raft: Raft): Raft;
export declare function encodeConfChange(change: ConfChange): Bytes;
/** The change in an entry's data; the zero change for no data. Throws RaftPanic on what is no change. */
export declare function decodeConfChange(entry: Entry): ConfChange;
