/** What a member waits for beside reads and writes. */
import type { Id64 } from '../../base/index.ts';
import type {
  MemberAddRequest,
  MemberPromoteRequest,
  MemberRemoveRequest,
  MemberReplaceRequest,
  MemberUpdateRequest,
  UnaryRequest,
} from './api.ts';
import type { ApiErrorCode } from './errors.ts';
import type { CallId } from './input.ts';
import type { LoggedRequest } from './logged.ts';

/** A unary call that has not ended. */
export interface OpenCall {
  readonly request: UnaryRequest;
  /** Virtual µs. */
  readonly startedAt: number;
}

/** Requests that become a conf change. */
export type ConfigureRequest =
  | MemberAddRequest
  | MemberRemoveRequest
  | MemberUpdateRequest
  | MemberPromoteRequest
  | MemberReplaceRequest;

/** A change that this member's client, or a peer, waits for. There is no limit but the client's own. */
export interface PendingConfiguration {
  readonly requestId: Id64;
  readonly call: CallId;
  /** The peer whose client it is; undefined = our own. */
  readonly asker: Id64 | undefined;
  readonly type: ConfigureRequest['type'];
}

/** A promotion that has to be asked of the leader. */
export interface PendingPromotion {
  readonly call: CallId;
  readonly id: Id64;
  readonly startedAt: number;
  /** The leader that it was asked of; `ZERO_ID` = none yet. */
  readonly askedOf: Id64;
}

/** A transfer of leadership that a client waits for. */
export interface PendingMove {
  readonly call: CallId;
  readonly from: Id64;
  readonly target: Id64;
  readonly startedAt: number;
}

/** A member that has started and waits to be known under its name; until then it serves no client. */
export interface Publication {
  readonly requestId: Id64;
  readonly proposedAt: number;
}

/** Writes that a member wants of its own accord, and whose end it has to know. */
export type OwnRequest = Extract<LoggedRequest, { type: 'leaseRevoke' | 'leaseCheckpoint' | 'compaction' }>;

export function isOwnRequest(request: LoggedRequest): request is OwnRequest {
  return request.type === 'leaseRevoke' || request.type === 'leaseCheckpoint' || request.type === 'compaction';
}

/** How one of them has ended. `error` undefined: it was done. */
export interface OwnOutcome {
  /** `ZERO_ID`: it was refused before it had one. */
  readonly requestId: Id64;
  readonly request: OwnRequest;
  readonly startedAt: number;
  readonly error: ApiErrorCode | undefined;
}
