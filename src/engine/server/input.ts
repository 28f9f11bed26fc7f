/** What goes into a member and what comes out: all of its dealings with the world, as data. */
import type { Bytes, Id64 } from '../../base/index.ts';
import type { KeyValue } from '../kv/index.ts';
import type { Entry, HardState, LogIndex, LogLine, MemberId, Message, Snapshot } from '../raft/index.ts';
import type {
  ApiRequest,
  LeaseKeepAliveRequest,
  LeaseTimeToLiveRequest,
  MemberInfo,
  StreamResponse,
  UnaryResponse,
} from './api.ts';
import type { ApiError, ApiErrorCode } from './errors.ts';
import type { ServerLine } from './serverLine.ts';
import type { StateSnapshot } from './stateSnapshot.ts';

/** A client's number for a call or a stream, unique in a run. */
export type CallId = number;

export type MemberInput =
  /** A tenth of a second of the member's own clock has passed. */
  | { readonly type: 'tick' }
  /** A peer's message has arrived. */
  | {
      readonly type: 'message';
      readonly message: Message;
      /** With MsgSnap: the applied state. */
      readonly state?: StateSnapshot;
    }
  | {
      readonly type: 'request';
      readonly call: CallId;
      readonly request: ApiRequest;
      /** Streams: end it when this member has had no leader for three election timeouts. */
      readonly requireLeader: boolean;
      /** Of the user who asks, from an `authenticate`; left out: nobody. */
      readonly token?: Bytes | undefined;
    }
  /** The client gave up, or its connection is gone. */
  | { readonly type: 'cancel'; readonly call: CallId }
  /** Everything that was written before `position` is safe on the disk. */
  | { readonly type: 'synced'; readonly position: number }
  /** A send to this peer was refused. */
  | { readonly type: 'unreachable'; readonly peer: MemberId }
  /** The connection to a peer is there, or gone. `roundTrip`: what it took to make it, virtual µs. */
  | { readonly type: 'peer'; readonly peer: MemberId; readonly isConnected: true; readonly roundTrip: number }
  | { readonly type: 'peer'; readonly peer: MemberId; readonly isConnected: false }
  /** A snapshot will not reach a peer. */
  | { readonly type: 'snapshotLost'; readonly peer: MemberId }
  /** A peer says something beside Raft. */
  | { readonly type: 'peerMessage'; readonly from: MemberId; readonly message: PeerMessage };

/** What only the leader knows. */
export type LeaderRequest = LeaseKeepAliveRequest | LeaseTimeToLiveRequest;

/** What the leader says to it. An unknown lease has 0 seconds after a keep-alive, and -1 when it is asked about. */
export type LeaderAnswer =
  | { readonly type: 'leaseKeepAlive'; readonly ttl: number }
  | { readonly type: 'leaseTimeToLive'; readonly ttl: number; readonly grantedTtl: number; readonly keys: readonly Bytes[] };

export type LeaderOutcome =
  | { readonly ok: true; readonly answer: LeaderAnswer }
  | { readonly ok: false; readonly code: ApiErrorCode };

/** What members say to each other beside Raft. */
export type PeerMessage =
  /** Asked of the leader: only it knows how far a learner is. */
  | { readonly type: 'promote'; readonly call: CallId; readonly id: Id64 }
  /** The answer. `error` undefined: it was done. */
  | { readonly type: 'promoted'; readonly call: CallId; readonly error: ApiError | undefined }
  /** Asked of the leader for a client of the sender, who has a number for it. */
  | { readonly type: 'leaderRequest'; readonly id: number; readonly request: LeaderRequest }
  /** The answer. */
  | { readonly type: 'leaderOutcome'; readonly id: number; readonly outcome: LeaderOutcome }
  /** A snapshot has been received. */
  | { readonly type: 'snapshotReceived' }
  /** Whoever is told this was removed for good. */
  | { readonly type: 'removed' };

/** What a member writes; an entry at index i replaces everything at i and after. */
export type DiskRecord =
  | { readonly type: 'hardState'; readonly hardState: HardState }
  | { readonly type: 'entries'; readonly entries: readonly Entry[] }
  /** Everything up to its index is in `state`. */
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot; readonly state: StateSnapshot };

export type MemberOutput =
  | {
      readonly type: 'send';
      readonly message: Message;
      /** With MsgSnap: the applied state, and about how many bytes it takes. */
      readonly state?: StateSnapshot;
      readonly size?: number;
    }
  | { readonly type: 'sendPeer'; readonly to: MemberId; readonly message: PeerMessage }
  /**
   * `sync`: a `synced` input must follow when it is safe. `position` counts records, behind the last of these. `replaces`:
   * once it is safe, nothing that was written before these records is needed any more.
   */
  | {
      readonly type: 'write';
      readonly records: readonly DiskRecord[];
      readonly position: number;
      readonly sync: boolean;
      readonly replaces: boolean;
    }
  /** The one answer to a unary call. */
  | { readonly type: 'answer'; readonly call: CallId; readonly response: UnaryResponse }
  /** The refusal of a call, or the end of a stream. */
  | { readonly type: 'refuse'; readonly call: CallId; readonly error: ApiError }
  /** One message of a stream. */
  | { readonly type: 'stream'; readonly call: CallId; readonly response: StreamResponse }
  /** A call was handed to Raft, here or by way of the leader; its entry will carry this id. */
  | { readonly type: 'proposed'; readonly call: CallId; readonly requestId: Id64 }
  /** An entry was applied that moved the store's revision, to `revision`; a deletion has version 0. */
  | { readonly type: 'applied'; readonly index: LogIndex; readonly revision: number; readonly changes: readonly KeyValue[] }
  /** The members as they are after `index` was applied. */
  | { readonly type: 'members'; readonly index: LogIndex; readonly members: readonly MemberInfo[] }
  /** The process ends by itself: it was removed from the cluster. */
  | { readonly type: 'exit' }
  | { readonly type: 'log'; readonly line: LogLine | ServerLine };
