/** The state of one member: plain data beside the raft and the store that it drives. */
import type { Bytes, Id64 } from '../../base/index.ts';
import type { Kv } from '../kv/index.ts';
import type { LogIndex, MemberId, Message, Raft, RaftRules, Ready } from '../raft/index.ts';
import type { ApiRequest, UnaryRequest } from './api.ts';
import type { ClusterIdentity } from './identity.ts';
import type { CallId, MemberOutput } from './input.ts';
import type { LoggedRequest } from './requestCodec.ts';
import type { ServerRules } from './rules.ts';

/** What a member is told at its start; immutable, shared by copies. */
export interface MemberConfig {
  readonly id: MemberId;
  readonly cluster: ClusterIdentity;
  /** Of the member's own random stream. */
  readonly seed: number;
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /** Wall time at virtual 0, ms since 1970: request ids derive from it. */
  readonly epoch: number;
  /** Pinned election timeouts in ticks; undefined: drawn. */
  readonly electionTimeouts?: readonly number[];
  readonly raftRules: RaftRules;
  readonly serverRules: ServerRules;
}

/** A write that this member has to answer. */
export interface PendingWrite {
  readonly requestId: Id64;
  readonly call: CallId;
  readonly request: LoggedRequest;
  readonly startedAt: number;
}

/** A proposal that waits for this member to know a leader. */
export interface WaitingProposal {
  readonly requestId: Id64;
  readonly call: CallId;
  readonly data: Bytes;
}

/** A read that must not be answered from an old store. */
export interface PendingRead {
  readonly call: CallId;
  readonly request: Extract<UnaryRequest, { type: 'range' | 'memberList' }>;
  readonly startedAt: number;
}

/** Reads that share one ReadIndex. */
export interface ReadRound {
  /** Names the round in Raft; a resent round has a new name. */
  readonly context: Bytes;
  readonly reads: readonly PendingRead[];
  /** Virtual µs at which it is asked again. */
  readonly retryAt: number;
}

/** Reads whose index is known and that wait for this member to apply it. */
export interface ConfirmedReads {
  readonly index: LogIndex;
  readonly reads: readonly PendingRead[];
}

export interface OpenWatch {
  readonly call: CallId;
  readonly requireLeader: boolean;
}

/** A Ready whose write is under way: nothing else is taken from Raft meanwhile (`spec/raft.md` 2.3). */
export interface Writing {
  readonly ready: Ready;
  readonly position: number;
  /** To be sent when it is safe: a leader's have gone out already. */
  readonly messages: readonly Message[];
}

export interface Member {
  readonly config: MemberConfig;
  readonly raft: Raft;
  kv: Kv;
  /** Virtual µs of the input that is being handled. */
  now: number;
  /** Last index that has been applied to the store. */
  appliedIndex: LogIndex;
  /** Records written so far, by this process and those before it. */
  diskPosition: number;
  writing: Writing | undefined;
  waitingProposals: readonly WaitingProposal[];
  /** By request id. */
  readonly writes: Map<Id64, PendingWrite>;
  waitingReads: readonly PendingRead[];
  readRound: ReadRound | undefined;
  confirmedReads: readonly ConfirmedReads[];
  /** By call. */
  readonly watches: Map<CallId, OpenWatch>;
  /** The leader that was last told to the rest of the server. */
  knownLeader: MemberId;
  /** Since when that leader is known, virtual µs. */
  leaderSince: number;
  ticks: number;
  /** Successive looks, an election timeout apart, at which no leader was known. */
  leaderlessLooks: number;
  /** Ids given out so far. */
  requestCount: number;
  /** Outputs of the input that is being handled. */
  outputs: MemberOutput[];
}

/** What reaches a member as a request, once it is clear that it will be worked on. */
export interface IncomingRequest {
  readonly call: CallId;
  readonly request: ApiRequest;
  readonly requireLeader: boolean;
}
