/** The words of Raft as data. Names of messages, states and fields are etcd-io/raft's, so that both sources can be read side by side. */
import type { Bytes, Id64 } from '../../base/index.ts';

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
