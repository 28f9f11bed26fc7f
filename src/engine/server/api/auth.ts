/** The service Auth: users, roles and what they may do. */
import type { Bytes } from '../../../base/index.ts';
import type { PlainResponse, ResponseHeader } from './header.ts';

/** etcd: authpb.Permission. */
export interface Permission {
  /** A number that etcd has no name for is kept, and grants nothing. */
  readonly access: 'read' | 'write' | 'readwrite' | number;
  readonly key: Bytes;
  /** As in a range: '' = exactly `key`, '\0' = every key from `key` on. */
  readonly rangeEnd: Bytes;
}

/**
 * Users and roles. Names, passwords and tokens are {@link Bytes} (UTF-8). Which user asks is told by the token that travels
 * beside a request; etcdctl gets one by `authenticate` before each of its calls.
 */
export type AuthRequest =
  | { readonly type: 'authEnable' }
  | { readonly type: 'authDisable' }
  | { readonly type: 'authStatus' }
  | { readonly type: 'authenticate'; readonly name: Bytes; readonly password: Bytes }
  | { readonly type: 'authUserAdd'; readonly name: Bytes; readonly password: Bytes; readonly noPassword: boolean }
  | { readonly type: 'authUserGet'; readonly name: Bytes }
  | { readonly type: 'authUserList' }
  | { readonly type: 'authUserDelete'; readonly name: Bytes }
  | { readonly type: 'authUserChangePassword'; readonly name: Bytes; readonly password: Bytes }
  | { readonly type: 'authUserGrantRole'; readonly user: Bytes; readonly role: Bytes }
  | { readonly type: 'authUserRevokeRole'; readonly user: Bytes; readonly role: Bytes }
  | { readonly type: 'authRoleAdd'; readonly name: Bytes }
  | { readonly type: 'authRoleGet'; readonly role: Bytes }
  | { readonly type: 'authRoleList' }
  | { readonly type: 'authRoleDelete'; readonly role: Bytes }
  /** `permission` undefined: none was given, which is refused. */
  | { readonly type: 'authRoleGrantPermission'; readonly name: Bytes; readonly permission: Permission | undefined }
  | { readonly type: 'authRoleRevokePermission'; readonly role: Bytes; readonly key: Bytes; readonly rangeEnd: Bytes };

export type AuthResponse =
  | PlainResponse<
      | 'authEnable'
      | 'authDisable'
      | 'authUserAdd'
      | 'authUserDelete'
      | 'authUserChangePassword'
      | 'authUserGrantRole'
      | 'authUserRevokeRole'
      | 'authRoleAdd'
      | 'authRoleDelete'
      | 'authRoleGrantPermission'
      | 'authRoleRevokePermission'
    >
  | { readonly type: 'authStatus'; readonly header: ResponseHeader; readonly enabled: boolean; readonly authRevision: number }
  | { readonly type: 'authenticate'; readonly header: ResponseHeader; readonly token: Bytes }
  | { readonly type: 'authUserGet'; readonly header: ResponseHeader; readonly roles: readonly Bytes[] }
  | { readonly type: 'authUserList'; readonly header: ResponseHeader; readonly users: readonly Bytes[] }
  | { readonly type: 'authRoleGet'; readonly header: ResponseHeader; readonly permissions: readonly Permission[] }
  | { readonly type: 'authRoleList'; readonly header: ResponseHeader; readonly roles: readonly Bytes[] };
