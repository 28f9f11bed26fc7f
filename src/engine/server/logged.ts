/** Requests as they stand in the log. What is secret or chosen by chance has been replaced by the member that proposed them. */
import type { Bytes } from '../../base/index.ts';
import type {
  AlarmRequest,
  AuthRequest,
  CompactionRequest,
  DeleteRangeRequest,
  LeaseGrantRequest,
  LeaseRevokeRequest,
  PutRequest,
  TxnRequest,
} from './api.ts';

/** As {@link AuthRequest}, but passwords are hashes, and whoever is authenticated has a token already. */
export type LoggedAuthRequest =
  | Exclude<AuthRequest, { type: 'authenticate' | 'authUserAdd' | 'authUserChangePassword' }>
  | { readonly type: 'authenticate'; readonly name: Bytes; readonly token: Bytes }
  | { readonly type: 'authUserAdd'; readonly name: Bytes; readonly passwordHash: Bytes; readonly noPassword: boolean }
  | { readonly type: 'authUserChangePassword'; readonly name: Bytes; readonly passwordHash: Bytes };

/** Requests that go through the log. */
export type LoggedRequest =
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | CompactionRequest
  | LeaseGrantRequest
  | LeaseRevokeRequest
  | AlarmRequest
  /** etcd: DowngradeInfoSetRequest. '' ends a downgrade. */
  | { readonly type: 'downgradeInfo'; readonly target: string }
  | LoggedAuthRequest;

/** Users, roles and tokens: what the auth store answers to. */
export function isLoggedAuth(request: LoggedRequest): request is LoggedAuthRequest {
  return request.type.startsWith('auth');
}

/** Who asks, as the member that took the request knew it. etcd: auth.AuthInfo. */
export interface AuthInfo {
  /** '' = nobody. */
  readonly user: Bytes;
  /** The auth store's revision at that time; 0 = nobody. */
  readonly revision: number;
}

export const NOBODY: AuthInfo = { user: '', revision: 0 };
