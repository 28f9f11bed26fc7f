/** What goes into a member and what comes out: all of its dealings with the world, as data. */
import type { Id64 } from '../../base/index.ts';
import type { Entry, HardState, LogIndex, LogLine, MemberId, Message, Snapshot } from '../raft/index.ts';
import type { ApiRequest, StreamResponse, UnaryResponse } from './api.ts';
import type { ApiError } from './errors.ts';

/** A client's number for a call or a stream, unique in a run. */
export type CallId = number;

export type MemberInput =
  /** A tenth of a second of the member's own clock has passed. */
  | { readonly type: 'tick' }
  /** A peer's message has arrived. */
  | { readonly type: 'message'; readonly message: Message }
  | {
      readonly type: 'request';
      readonly call: CallId;
      readonly request: ApiRequest;
      /** Streams: end it when this member has had no leader for three election timeouts. */
      readonly requireLeader: boolean;
    }
  /** The client gave up, or its connection is gone. */
  | { readonly type: 'cancel'; readonly call: CallId }
  /** Everything that was written before `position` is safe on the disk. */
  | { readonly type: 'synced'; readonly position: number }
  /** A send to this peer was refused. */
  | { readonly type: 'unreachable'; readonly peer: MemberId };

/** What a member writes; an entry at index i replaces everything at i and after. */
export type DiskRecord =
  | { readonly type: 'hardState'; readonly hardState: HardState }
  | { readonly type: 'entries'; readonly entries: readonly Entry[] }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot };

export type MemberOutput =
  | { readonly type: 'send'; readonly message: Message }
  /** `sync`: a `synced` input must follow when it is safe. `position` counts records, behind the last of these. */
  | { readonly type: 'write'; readonly records: readonly DiskRecord[]; readonly position: number; readonly sync: boolean }
  /** The one answer to a unary call. */
  | { readonly type: 'answer'; readonly call: CallId; readonly response: UnaryResponse }
  /** The refusal of a call, or the end of a stream. */
  | { readonly type: 'refuse'; readonly call: CallId; readonly error: ApiError }
  /** One message of a stream. */
  | { readonly type: 'stream'; readonly call: CallId; readonly response: StreamResponse }
  /** A call was handed to Raft, here or by way of the leader; its entry will carry this id. */
  | { readonly type: 'proposed'; readonly call: CallId; readonly requestId: Id64 }
  /** An entry was applied that moved the store's revision, to `revision`. */
  | { readonly type: 'applied'; readonly index: LogIndex; readonly revision: number }
  | { readonly type: 'log'; readonly line: LogLine };
