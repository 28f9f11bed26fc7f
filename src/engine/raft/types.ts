/** The words of Raft as data. Names of messages, states and fields are etcd-io/raft's, so that both sources can be read side by side. */
import { type Bytes, type Id64, ZERO_ID } from '../../base/index.ts';

/** A member's id; `ZERO_ID` = nobody (etcd: None). */
export type MemberId = Id64;
/** An election epoch; 0 before the first election, never decreases on a member. Raft §5.1. */
export type Term = number;
/** A position in the log, 1-based; 0 means "before the first entry". Raft §5.3. */
export type LogIndex = number;

/** etcd: AppendThread, the pseudo-member that stores entries when storage writes are asynchronous. */
export const APPEND_THREAD = 'ffffffffffffffff' as MemberId; // 2^64 - 1
/** etcd: ApplyThread. */
export const APPLY_THREAD = 'fffffffffffffffe' as MemberId; // 2^64 - 2

export type EntryType = 'EntryNormal' | 'EntryConfChange' | 'EntryConfChangeV2';

/** One slot of the log. Immutable once made; shared between log, messages and Readys. */
export interface Entry {
  readonly term: Term;
  readonly index: LogIndex;
  readonly type: EntryType;
  /** undefined ≠ '' only for the encoded size. A new leader's first entry is a normal entry without data. */
  readonly data: Bytes | undefined;
  /** Bytes as etcd encodes it; counted once, by `makeEntry`. What size limits, apply budgets and storage reads count. */
  readonly encodedSize: number;
}

/** What must survive a restart, besides the entries. Raft Figure 2. */
export interface HardState {
  readonly term: Term;
  readonly vote: MemberId;
  readonly commit: LogIndex;
}

export type RaftRole = 'StateFollower' | 'StatePreCandidate' | 'StateCandidate' | 'StateLeader';

/** What need not survive a restart. */
export interface SoftState {
  readonly lead: MemberId;
  readonly role: RaftRole;
}

export interface ConfState {
  readonly voters: readonly MemberId[];
  readonly votersOutgoing: readonly MemberId[];
  readonly learners: readonly MemberId[];
  readonly learnersNext: readonly MemberId[];
  readonly autoLeave: boolean;
}

/** Empty iff `index` is 0. */
export interface Snapshot {
  readonly index: LogIndex;
  readonly term: Term;
  readonly confState: ConfState;
  readonly data: Bytes;
}

export type MessageType =
  | 'MsgHup'
  | 'MsgBeat'
  | 'MsgProp'
  | 'MsgApp'
  | 'MsgAppResp'
  | 'MsgVote'
  | 'MsgVoteResp'
  | 'MsgSnap'
  | 'MsgHeartbeat'
  | 'MsgHeartbeatResp'
  | 'MsgUnreachable'
  | 'MsgSnapStatus'
  | 'MsgCheckQuorum'
  | 'MsgTransferLeader'
  | 'MsgTimeoutNow'
  | 'MsgReadIndex'
  | 'MsgReadIndexResp'
  | 'MsgPreVote'
  | 'MsgPreVoteResp'
  | 'MsgStorageAppend'
  | 'MsgStorageAppendResp'
  | 'MsgStorageApply'
  | 'MsgStorageApplyResp'
  | 'MsgForgetLeader';

/**
 * Every message has every field in one order, so that all share one hidden class (`spec/raft.md` 10). Which fields mean
 * something for which type: `spec/raft.md` 1.3.
 */
export interface Message {
  readonly type: MessageType;
  readonly to: MemberId;
  readonly from: MemberId;
  readonly term: Term;
  readonly logTerm: Term;
  readonly index: LogIndex;
  readonly entries: readonly Entry[];
  readonly commit: LogIndex;
  readonly vote: MemberId;
  readonly snapshot: Snapshot | undefined;
  readonly reject: boolean;
  readonly rejectHint: LogIndex;
  readonly context: Bytes | undefined;
  /** Storage messages only. */
  readonly responses: readonly Message[];
}

/** The answer to a ReadIndex request made on this member. */
export interface ReadState {
  readonly index: LogIndex;
  readonly context: Bytes;
}

/**
 * What the driver of a member has to do now, in order: persist `hardState`, `snapshot` and `entries` (an entry at index i
 * replaces everything stored at i and after); send `messages` (a leader may send before its own write is done); apply
 * `snapshot` and `committedEntries`, calling `applyConfChange` for each conf change; call `advance`. The arrays are the
 * driver's own: nothing that the engine does later changes them.
 */
export interface Ready {
  /** Present iff it changed. */
  readonly softState: SoftState | undefined;
  /** Present iff it changed. */
  readonly hardState: HardState | undefined;
  readonly readStates: readonly ReadState[];
  /** To be written to stable storage. */
  readonly entries: readonly Entry[];
  /** To be written to stable storage and applied before the entries. */
  readonly snapshot: Snapshot | undefined;
  readonly committedEntries: readonly Entry[];
  readonly messages: readonly Message[];
  /** False: `hardState` and `entries` may be written without waiting for the disk. */
  readonly mustSync: boolean;
}

/**
 * Why an input was refused: an outcome, not a bug. Texts: {@link RAFT_ERROR_TEXT}.
 * `snapshotTemporarilyUnavailable` and the other storage errors: etcd-io/raft:storage.go.
 */
export type StepError = 'proposalDropped' | 'localMessage' | 'peerNotFound';
export type StorageError = 'compacted' | 'unavailable' | 'snapshotOutOfDate' | 'snapshotTemporarilyUnavailable';

/** etcd's words for every outcome. */
export const RAFT_ERROR_TEXT: Readonly<Record<StepError | StorageError, string>> = {
  proposalDropped: 'raft proposal dropped',
  localMessage: 'raft: cannot step raft local message',
  peerNotFound: 'raft: cannot step as peer not found',
  compacted: 'requested index is unavailable due to compaction',
  unavailable: 'requested entry at index is unavailable',
  snapshotOutOfDate: 'requested index is older than the existing snapshot',
  snapshotTemporarilyUnavailable: 'snapshot is temporarily unavailable',
};

export type ConfChangeType = 'ConfChangeAddNode' | 'ConfChangeRemoveNode' | 'ConfChangeUpdateNode' | 'ConfChangeAddLearnerNode';
export type ConfChangeTransition =
  | 'ConfChangeTransitionAuto'
  | 'ConfChangeTransitionJointImplicit'
  | 'ConfChangeTransitionJointExplicit';

/** One operation on the membership, as etcd's server proposes it (etcd: raftpb.ConfChange). */
export interface ConfChangeV1 {
  readonly version: 1;
  readonly type: ConfChangeType;
  /** `ZERO_ID`: the application vetoed the change. */
  readonly nodeId: MemberId;
  /** The application's own: etcd puts the member's description here. */
  readonly context: Bytes | undefined;
  /** The application's own: etcd matches the answer to the request by it. */
  readonly id: Id64 | undefined;
}

export interface ConfChangeOperation {
  readonly type: ConfChangeType;
  readonly nodeId: MemberId;
}

/** Any number of operations, by way of a joint configuration if need be. Thesis §4.3. No operation: leave it. */
export interface ConfChangeV2 {
  readonly version: 2;
  readonly transition: ConfChangeTransition;
  readonly changes: readonly ConfChangeOperation[];
  readonly context: Bytes | undefined;
}

export type ConfChange = ConfChangeV1 | ConfChangeV2;

/** A member's configuration as its tracker has it. All lists ascending and never changed in place. */
export interface TrackerConfig {
  readonly voters: readonly MemberId[];
  /** The outgoing half; empty unless joint. */
  readonly votersOutgoing: readonly MemberId[];
  readonly learners: readonly MemberId[];
  /** Outgoing voters that become learners when the joint configuration is left. */
  readonly learnersNext: readonly MemberId[];
  /** Leave the joint configuration as soon as it is applied. */
  readonly autoLeave: boolean;
}

export type ProgressState = 'StateProbe' | 'StateReplicate' | 'StateSnapshot';

/** What a leader knows about a peer; a copy. Thesis §10.2.1 (pipelining). */
export interface ProgressView {
  readonly id: MemberId;
  /** etcd: Progress.Match. */
  readonly matchIndex: LogIndex;
  /** etcd: Progress.Next. */
  readonly nextIndex: LogIndex;
  readonly state: ProgressState;
  readonly isLearner: boolean;
  readonly isPaused: boolean;
  readonly recentActive: boolean;
  /** Index of the snapshot on its way; 0 = none. */
  readonly pendingSnapshot: LogIndex;
  /** Appends under way, in messages. */
  readonly inflightCount: number;
}

export interface BasicStatus {
  readonly id: MemberId;
  readonly hardState: HardState;
  readonly softState: SoftState;
  readonly applied: LogIndex;
  /** `ZERO_ID`: no transfer is pending. */
  readonly leadTransferee: MemberId;
}

export interface Status extends BasicStatus {
  /** etcd's Status never shows autoLeave: it is false here. */
  readonly config: TrackerConfig;
  /** Every peer, ascending, the leader itself included; empty unless leader. */
  readonly progress: readonly ProgressView[];
}

/** How a leader answers linearizable reads: ask a quorum each time, or trust its lease (thesis §6.4, §6.4.1). */
export type ReadOnlyOption = 'safe' | 'leaseBased';

export const EMPTY_CONF_STATE: ConfState = { voters: [], votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
export const EMPTY_HARD_STATE: HardState = { term: 0, vote: ZERO_ID, commit: 0 };
export const EMPTY_SNAPSHOT: Snapshot = { index: 0, term: 0, confState: EMPTY_CONF_STATE, data: '' };
