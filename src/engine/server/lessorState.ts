/** What a member knows of the time that leases have left, and what it has asked its leader about them. */
import type { Bytes, Id64 } from '../../base/index.ts';
import type { MemberId } from '../raft/index.ts';
import type { ResponseHeader } from './api.ts';
import type { CallId, LeaderRequest } from './input.ts';

export interface Lessor {
  /** Counts time. Elsewhere leases last for ever. */
  isPrimary: boolean;
  /** Virtual µs at which each lease ends; empty unless primary. */
  readonly endsAt: Map<Id64, number>;
  /** Ended leases whose revocation was proposed, and when to try again. */
  readonly revoking: Map<Id64, number>;
  /** Ended leases whose turn has not come. */
  due: readonly Id64[];
  /** Checkpoints to be taken, in the order of their times; a lease may be in it more than once, as in etcd. Changed in place. */
  readonly checkpoints: ScheduledCheckpoint[];
  /** The checkpoint that is on its way through the log: nothing else is looked at meanwhile, as in etcd. */
  checkpointing: Id64 | undefined;
  /** Seconds that were left at a checkpoint that this process remembers and its disk does not. */
  readonly remaining: Map<Id64, number>;
}

/** @property at virtual µs */
export interface ScheduledCheckpoint {
  readonly id: Id64;
  readonly at: number;
}

export type LeaderCaller =
  | { readonly type: 'client'; readonly call: CallId; readonly header: ResponseHeader; readonly token: Bytes | undefined }
  | { readonly type: 'peer'; readonly peer: MemberId; readonly id: number };

/** A question that only the leader can answer, on its way. */
export interface LeaderCall {
  readonly caller: LeaderCaller;
  readonly request: LeaderRequest;
  readonly startedAt: number;
  readonly state:
    | { readonly type: 'new' }
    /** Nobody leads, or the leader could not be reached: tried again then. */
    | { readonly type: 'pausing'; readonly at: number; readonly isLeaderless: boolean }
    /** This member may have ceased to lead without knowing it: it asks, with a read of this number. */
    | { readonly type: 'checking'; readonly read: number }
    | { readonly type: 'checked'; readonly isConfirmed: boolean }
    /** This is the leader, and it must have applied so much first. */
    | { readonly type: 'applying'; readonly index: number; readonly until: number }
    /** The lease has ended, and goes as soon as its revocation is applied. */
    | { readonly type: 'revoking' }
    /** It is renewed as soon as its checkpoint is cleared by this request. */
    | { readonly type: 'clearing'; readonly requestId: Id64 }
    | { readonly type: 'sent'; readonly to: MemberId; readonly id: number };
}

export function createLessor(): Lessor {
  return {
    isPrimary: false,
    endsAt: new Map(),
    revoking: new Map(),
    due: [],
    checkpoints: [],
    checkpointing: undefined,
    remaining: new Map(),
  };
}

export function cloneLessor(lessor: Lessor): Lessor {
  return {
    ...lessor,
    endsAt: new Map(lessor.endsAt),
    revoking: new Map(lessor.revoking),
    checkpoints: lessor.checkpoints.slice(),
    remaining: new Map(lessor.remaining),
  };
}
