/** The state of one member: plain data beside the raft and the store that it drives. */
import type { Bytes, Id64 } from '../../base/index.ts';
import type { ConfChange, LogIndex, MemberId, Message, Raft, RaftRules, Ready } from '../raft/index.ts';
import type { ApiRequest, UnaryRequest, UnaryResponse } from './api.ts';
import type { StateMachine } from './applied.ts';
import type { TokenProvider } from './authToken.ts';
import type { Compactor } from './compactorState.ts';
import type { Counters } from './counters.ts';
import type { ApiErrorCode } from './errors.ts';
import type { ClusterIdentity } from './identity.ts';
import type { CallId, MemberOutput } from './input.ts';
import type { LeaderCall, Lessor } from './lessorState.ts';
import type { LoggedRequest } from './logged.ts';
import type { Meters } from './meters.ts';
import type { ServerOptions } from './options.ts';
import type { OpenCall, OwnOutcome, PendingConfiguration, PendingMove, PendingPromotion, Publication } from './pending.ts';
import type { ServerRules } from './rules.ts';
import type { StateSnapshot } from './stateSnapshot.ts';

/** What a member is told at its start; immutable, shared by copies. */
export interface MemberConfig {
  readonly id: MemberId;
  /** The cluster at its beginning. */
  readonly cluster: ClusterIdentity;
  /**
   * 'lean': membership is given and the log begins empty. 'etcd': as the real server, the log begins with a conf change for
   * each member, and each member publishes itself by way of the log.
   */
  readonly boot: 'lean' | 'etcd';
  /** A new member of a cluster that runs: it founds none. */
  readonly isJoining: boolean;
  /** What it says of itself once it has started. */
  readonly attributes: { readonly name: string; readonly peerUrls: readonly string[]; readonly clientUrls: readonly string[] };
  /** Entries that are applied between two snapshots on the disk. etcd: --snapshot-count. */
  readonly snapshotCount: number;
  /** Entries that stay in memory behind a snapshot, for followers that lag. etcd: --snapshot-catchup-entries. */
  readonly catchUpEntries: number;
  /** How Raft and the disk keep step; etcd's server writes synchronously. */
  readonly storageWrites: 'sync' | 'async';
  /** Position on the disk of the first record that is still there. */
  readonly diskStart: number;
  /** Of the member's own random stream. */
  readonly seed: number;
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /** Wall time at virtual 0, ms since 1970: request ids derive from it. */
  readonly epoch: number;
  /** Flags of its process; left out: etcd's defaults. */
  readonly options?: ServerOptions;
  /** Of the store, in bytes; 0 or left out: etcd's default of 2 GiB; negative: none. */
  readonly quotaBytes?: number;
  /** Pinned election timeouts in ticks; undefined: drawn. */
  readonly electionTimeouts?: readonly number[];
  readonly raftRules: RaftRules;
  readonly serverRules: ServerRules;
}

/** A write that this member has to answer. */
export interface PendingWrite {
  readonly requestId: Id64;
  /** 0 = the member itself wants it. */
  readonly call: CallId;
  readonly request: LoggedRequest;
  readonly startedAt: number;
  /** However it ends, its client is told this: an alarm that is raised before a call is refused. */
  readonly refusal?: ApiErrorCode;
  /** A log-in: the password, and the auth store's revision when it was right. */
  readonly login?: { readonly password: Bytes; readonly revision: number };
}

/** A compaction that is applied, and whose client wants to know when its work is done. */
export interface PhysicalWait {
  readonly call: CallId;
  readonly revision: number;
  readonly response: UnaryResponse;
  /** Of the call, and when it was applied; virtual µs. */
  readonly startedAt: number;
  readonly appliedAt: number;
}

/** Who has logged in, by token. etcd's simple tokens: in memory only. */
export interface Token {
  readonly user: Bytes;
  /** Virtual µs; each use puts it off. */
  readonly expiresAt: number;
}

/** A proposal that waits for this member to know a leader. */
export interface WaitingProposal {
  readonly requestId: Id64;
  /** 0 = no client asked. */
  readonly call: CallId;
  readonly data: Bytes;
  /** A conf change instead of data. */
  readonly change?: ConfChange;
}

/** A read that must not be answered from an old store. */
export interface PendingRead {
  readonly call: CallId;
  readonly request:
    | Extract<UnaryRequest, { type: 'range' | 'memberList' | 'txn' | 'authenticate' | 'downgrade' | 'health' }>
    /** Nothing is read: a call to the leader wants to know whether this member still is it. */
    | { readonly type: 'leadership'; readonly read: number };
  readonly token: Bytes | undefined;
  /** Virtual µs. */
  readonly startedAt: number;
}

/** Reads that share one ReadIndex. */
export interface ReadRound {
  /** Name the round in Raft, the last one first; a resent round has one more. */
  readonly contexts: readonly string[];
  /** Those whose clients still wait; perhaps none. */
  readonly reads: readonly PendingRead[];
  /** Virtual µs at which it began. */
  readonly startedAt: number;
  /** Virtual µs at which it is asked again. */
  readonly retryAt: number;
}

/** Reads whose index is known and that wait for this member to apply it. */
export interface ConfirmedReads {
  readonly index: LogIndex;
  /** Of the round, and when its index was known; virtual µs. */
  readonly startedAt: number;
  readonly confirmedAt: number;
  readonly reads: readonly PendingRead[];
}

export interface OpenWatch {
  readonly call: CallId;
  readonly requireLeader: boolean;
  readonly isFragmented: boolean;
  /** Virtual µs of the next progress notification; undefined: none is wanted. */
  readonly notifyAt: number | undefined;
  /** Nothing was sent since the last one was due. */
  readonly isQuiet: boolean;
}

/** A snapshot on its way to a peer; the log is not compacted meanwhile. */
export interface SentSnapshot {
  readonly peer: MemberId;
  readonly index: LogIndex;
  /** Virtual µs. */
  readonly sentAt: number;
  readonly size: number;
  /** Virtual µs until which it counts after it has arrived; undefined = it is under way. */
  readonly releaseAt: number | undefined;
}

/** A write under way. */
export interface Writing {
  /** undefined: a snapshot of this member's own is being written. */
  readonly ready: Ready | undefined;
  /** It is safe when everything before it on the disk is. */
  readonly position: number;
  /** Virtual µs. */
  readonly startedAt: number;
  /** It is being synced. */
  readonly sync: boolean;
  /** What may be said only then. */
  readonly after: readonly Message[];
}

/** All in virtual µs. */
export interface Connection {
  readonly since: number;
  readonly roundTrip: number;
}

/** How a peer is looked after; all in virtual µs. Replaced, not changed. */
export interface Probe {
  readonly nextProbe: number;
  readonly nextLook: number;
  /** Smoothed, from 0 on. */
  readonly roundTrip: number;
}

export interface Member extends StateMachine {
  readonly config: MemberConfig;
  readonly raft: Raft;
  /** Set until this member is known under its name. */
  publication: Publication | undefined;
  /** When it tries again to give its store the cluster's version, virtual µs; undefined = it has it. */
  storageVersionDue: number | undefined;
  /** Requests that came before it was. */
  heldRequests: readonly IncomingRequest[];
  /** Those that are connected. */
  readonly peers: Map<MemberId, Connection>;
  /** Peers whose connection was lost, and to whom nothing has been sent since. */
  readonly lostWriters: Set<MemberId>;
  /** Of each other member. */
  readonly probes: Map<MemberId, Probe>;
  /** When the last heartbeat to each peer left, virtual µs; since the last change of leader. */
  readonly heartbeats: Map<MemberId, number>;
  /** By request id. */
  readonly configurations: Map<Id64, PendingConfiguration>;
  moves: readonly PendingMove[];
  waitingPromotions: readonly PendingPromotion[];
  /** The applied state that came with the snapshot which Raft is about to hand out. */
  receivedState: StateSnapshot | undefined;
  sentSnapshots: readonly SentSnapshot[];
  /** Last index that a snapshot on the disk covers. */
  diskSnapshotIndex: LogIndex;
  /** Election ticks are skipped once, when peers are connected; set until then. */
  mayAdvanceTicks: boolean;
  /** Virtual µs at which a removed member ends; undefined = it stays. */
  stopAt: number | undefined;
  /** Virtual µs of the input that is being handled. */
  now: number;
  /** Last index that has been applied to the store. */
  appliedIndex: LogIndex;
  /** Records written so far, by this process and those before it. */
  diskPosition: number;
  /** In their order; with synchronous storage at most one. */
  writing: readonly Writing[];
  waitingProposals: readonly WaitingProposal[];
  /** By request id. */
  readonly writes: Map<Id64, PendingWrite>;
  /** How writes of the member's own have ended; taken in before the input is done with. */
  ownOutcomes: readonly OwnOutcome[];
  waitingReads: readonly PendingRead[];
  /** An answer from Raft that nobody has taken: to a round that was given up. */
  staleRead: string | undefined;
  readRound: ReadRound | undefined;
  confirmedReads: readonly ConfirmedReads[];
  /** Of `config.options.authToken`. */
  readonly tokenProvider: TokenProvider;
  /** By token; of simple ones only. */
  readonly tokens: Map<Bytes, Token>;
  readonly lessor: Lessor;
  leaderCalls: readonly LeaderCall[];
  /** Requests to the leader so far. */
  leaderRequestCount: number;
  /** Virtual µs at which the compaction at work began. */
  compactingSince: number;
  physicalWaits: readonly PhysicalWait[];
  /** undefined: no compactions but those that somebody asks for. */
  compactor: Compactor | undefined;
  /** Bytes of the database as it would stand on this member's disk; see `databaseSize.ts`. */
  fileSize: number;
  /** Entries up to here were committed before this process began: their side effects are history. */
  readonly replayTo: LogIndex;
  /** By call. */
  readonly watches: Map<CallId, OpenWatch>;
  /** The leader that was last told to the rest of the server. */
  knownLeader: MemberId;
  /** Since when that leader is known, virtual µs. */
  leaderSince: number;
  ticks: number;
  /** Virtual µs of the last tick. */
  tickedAt: number;
  /** Successive looks, an election timeout apart, at which no leader was known. */
  leaderlessLooks: number;
  /** Ids given out so far. */
  requestCount: number;
  counters: Counters;
  readonly meters: Meters;
  /** Unary calls that are open. */
  readonly calls: Map<CallId, OpenCall>;
  /** Traces written so far. */
  traceCount: number;
  /** Outputs of the input that is being handled. */
  outputs: MemberOutput[];
}

/** What reaches a member as a request, once it is clear that it will be worked on. */
export interface IncomingRequest {
  readonly call: CallId;
  readonly request: ApiRequest;
  readonly requireLeader: boolean;
  readonly token?: Bytes | undefined;
}
