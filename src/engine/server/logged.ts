/** Requests as they stand in the log. What is secret or chosen by chance has been replaced by the member that proposed them. */
import type { Bytes, Id64 } from '../../base/index.ts';
import type {
  AlarmRequest,
  AuthRequest,
  CompactionRequest,
  DeleteRangeRequest,
  LeaseGrantRequest,
  LeaseRevokeRequest,
  PlainResponse,
  PutRequest,
  TxnOperation,
  TxnRequest,
  UnaryResponse,
} from './api.ts';

/** As {@link AuthRequest}, but passwords are hashes, and whoever is authenticated has a token already. */
export type LoggedAuthRequest =
  | Exclude<AuthRequest, { type: 'authenticate' | 'authUserAdd' | 'authUserChangePassword' }>
  /** `token` is its letters; its number comes when the entry is applied. */
  | { readonly type: 'authenticate'; readonly name: Bytes; readonly token: Bytes }
  | { readonly type: 'authUserAdd'; readonly name: Bytes; readonly passwordHash: Bytes; readonly noPassword: boolean }
  | { readonly type: 'authUserChangePassword'; readonly name: Bytes; readonly passwordHash: Bytes };

/** How long leases have left, as their leader says so that the next one knows. */
export interface LeaseCheckpointRequest {
  readonly type: 'leaseCheckpoint';
  /** @property remainingTtl seconds; 0 = the lease was renewed, and has all of its time */
  readonly checkpoints: readonly { readonly id: Id64; readonly remainingTtl: number }[];
}

/** Requests that go through the log. */
export type LoggedRequest =
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | CompactionRequest
  | LeaseGrantRequest
  | LeaseRevokeRequest
  | AlarmRequest
  | LeaseCheckpointRequest
  /** etcd: DowngradeInfoSetRequest. '' ends a downgrade. */
  | { readonly type: 'downgradeInfo'; readonly target: string }
  | LoggedAuthRequest;

/** What comes of them: an answer for a client, or for the member itself. */
export type LoggedResponse = UnaryResponse | PlainResponse<'leaseCheckpoint'>;

/** Users, roles and tokens: what the auth store answers to. */
export function isLoggedAuth(request: LoggedRequest): request is LoggedAuthRequest {
  return request.type.startsWith('auth');
}

/** Questions that change nothing: members that have nobody to tell do not answer them. */
export function isForAskerOnly({ type }: LoggedRequest): boolean {
  return type === 'authUserGet' || type === 'authRoleGet' || type === 'authStatus';
}

/**
 * A request as a member executes it where nobody waits for the answer: a transaction's own reads are left out. One of them that cannot be
 * done, of a revision that is compacted or is yet to come, or by a user who may not, ends the transaction where its client waits, and
 * nowhere else: from then on the members differ, as those of etcd 3.6.14 do
 * (etcd-io/etcd:server/etcdserver/server.go, removeNeedlessRangeReqs).
 */
export function withoutReads<R extends LoggedRequest>(request: R): R | TxnRequest {
  if (request.type !== 'txn') return request;
  const isRead = ({ type }: TxnOperation) => type === 'range';
  if (!request.success.some(isRead) && !request.failure.some(isRead)) return request;
  const others = (operations: readonly TxnOperation[]) => operations.filter((operation) => !isRead(operation));
  return { ...request, success: others(request.success), failure: others(request.failure) };
}

/** Who asks, as the member that took the request knew it. etcd: auth.AuthInfo. */
export interface AuthInfo {
  /** '' = nobody. */
  readonly user: Bytes;
  /** The auth store's revision at that time; 0 = nobody. */
  readonly revision: number;
}

export const NOBODY: AuthInfo = { user: '', revision: 0 };
