/** Users and roles, as every member knows them (`spec/etcd.md` 4.9; etcd-io/etcd:server/auth/store.go). A state is never changed in place. */
import { type Bytes, bcryptMatches, byText, fail, ok, type Result, unreachable } from '../../base/index.ts';
import type { AuthResponse, Permission, ResponseHeader } from './api.ts';
import type { ApiErrorCode } from './errors.ts';
import type { LoggedAuthRequest } from './logged.ts';

export const ROOT: Bytes = 'root';

export interface User {
  readonly name: Bytes;
  /** Undefined: nobody can log in as this user by a password. */
  readonly passwordHash: Bytes | undefined;
  /** In byte order. */
  readonly roles: readonly Bytes[];
}

export interface Role {
  readonly name: Bytes;
  /** By key, then by end. */
  readonly permissions: readonly Permission[];
}

export interface AuthState {
  readonly isEnabled: boolean;
  /** Grows with each change; 1 at first. */
  readonly revision: number;
  /** By name. */
  readonly users: readonly User[];
  /** By name. */
  readonly roles: readonly Role[];
}

/** Nobody is known and everybody may do everything. */
export const NO_AUTH: AuthState = { isEnabled: false, revision: 1, users: [], roles: [] };

export function findUser(auth: AuthState, name: Bytes): User | undefined {
  return auth.users.find((user) => user.name === name);
}

export function findRole(auth: AuthState, name: Bytes): Role | undefined {
  return auth.roles.find((role) => role.name === name);
}

/** Is this the user's password? */
export function checkPassword(auth: AuthState, name: Bytes, password: Bytes): ApiErrorCode | undefined {
  if (!auth.isEnabled) return 'authNotEnabled';
  const user = findUser(auth, name);
  if (user === undefined) return 'authFailed';
  if (user.passwordHash === undefined) return 'passwordNotUsed';
  return bcryptMatches(user.passwordHash, password) ? undefined : 'authFailed';
}

/**
 * A change of users and roles, or a question about them; the asking user's rights have been looked at.
 *
 * @param token what a log-in is answered with
 */
export function applyAuth(
  auth: AuthState,
  request: LoggedAuthRequest,
  header: ResponseHeader,
  token: Bytes,
): Result<{ readonly auth: AuthState; readonly response: AuthResponse }, ApiErrorCode> {
  const same = (response: AuthResponse) => ok({ auth, response });
  switch (request.type) {
    case 'authStatus':
      return same({ type: 'authStatus', header, enabled: auth.isEnabled, authRevision: auth.revision });
    case 'authenticate':
      if (!auth.isEnabled) return fail('authNotEnabled');
      // The password was looked at before; meanwhile the user may have gone, or come back without one.
      return findUser(auth, request.name)?.passwordHash === undefined
        ? fail('authFailed')
        : same({ type: 'authenticate', header, token });
    case 'authUserGet': {
      const user = findUser(auth, request.name);
      return user === undefined ? fail('userNotFound') : same({ type: 'authUserGet', header, roles: user.roles });
    }
    case 'authUserList':
      return same({ type: 'authUserList', header, users: auth.users.map((user) => user.name) });
    case 'authRoleGet': {
      const role = findRole(auth, request.role);
      if (role === undefined) return fail('roleNotFound');
      return same({ type: 'authRoleGet', header, permissions: role.name === ROOT ? [ROOT_PERMISSION] : role.permissions });
    }
    case 'authRoleList':
      return same({ type: 'authRoleList', header, roles: auth.roles.map((role) => role.name) });
    default: {
      const changed = change(auth, request);
      return changed.ok ? ok({ auth: changed.value, response: { type: request.type, header } }) : changed;
    }
  }
}

const ROOT_PERMISSION: Permission = { access: 'readwrite', key: '', rangeEnd: '\0' };

type AuthChange = Exclude<
  LoggedAuthRequest,
  { type: 'authStatus' | 'authenticate' | 'authUserGet' | 'authUserList' | 'authRoleGet' | 'authRoleList' }
>;

function change(auth: AuthState, request: AuthChange): Result<AuthState, ApiErrorCode> {
  switch (request.type) {
    case 'authEnable':
      return enable(auth);
    case 'authDisable':
      return ok(auth.isEnabled ? next(auth, { isEnabled: false }) : auth);
    case 'authUserAdd': {
      const { name, passwordHash, noPassword } = request;
      if (name === '') return fail('userEmpty');
      if (findUser(auth, name) !== undefined) return fail('userExists');
      return ok(withUser(auth, { name, passwordHash: noPassword ? undefined : passwordHash, roles: [] }));
    }
    case 'authUserDelete':
      if (auth.isEnabled && request.name === ROOT) return fail('invalidAuthManagement');
      if (findUser(auth, request.name) === undefined) return fail('userNotFound');
      return ok(next(auth, { users: auth.users.filter((user) => user.name !== request.name) }));
    case 'authUserChangePassword': {
      const user = findUser(auth, request.name);
      if (user === undefined) return fail('userNotFound');
      // Who logs in without a password has none to change.
      const passwordHash = user.passwordHash === undefined ? undefined : request.passwordHash;
      return ok(withUser(auth, { ...user, passwordHash }));
    }
    case 'authUserGrantRole':
      return grantRole(auth, request.user, request.role);
    case 'authUserRevokeRole':
      return revokeRole(auth, request.user, request.role);
    case 'authRoleAdd':
      if (request.name === '') return fail('roleEmpty');
      if (findRole(auth, request.name) !== undefined) return fail('roleExists');
      return ok(withRole(auth, { name: request.name, permissions: [] }));
    case 'authRoleDelete':
      return deleteRole(auth, request.role);
    case 'authRoleGrantPermission':
      return grantPermission(auth, request.name, request.permission);
    case 'authRoleRevokePermission': {
      const role = findRole(auth, request.role);
      if (role === undefined) return fail('roleNotFound');
      const kept = role.permissions.filter((one) => one.key !== request.key || one.rangeEnd !== request.rangeEnd);
      if (kept.length === role.permissions.length) return fail('permissionNotGranted');
      return ok(withRole(auth, { ...role, permissions: kept }));
    }
    default:
      return unreachable(request);
  }
}

/** Needs a user `root` who has the role `root`. It is no change of the auth store's revision. */
function enable(auth: AuthState): Result<AuthState, ApiErrorCode> {
  if (auth.isEnabled) return ok(auth);
  const root = findUser(auth, ROOT);
  if (root === undefined) return fail('rootUserMissing');
  return root.roles.includes(ROOT) ? ok({ ...auth, isEnabled: true }) : fail('rootRoleMissing');
}

function grantRole(auth: AuthState, name: Bytes, role: Bytes): Result<AuthState, ApiErrorCode> {
  const user = findUser(auth, name);
  if (user === undefined) return fail('userNotFound');
  // The role `root` stands for everything, whether somebody has added it or not.
  if (role !== ROOT && findRole(auth, role) === undefined) return fail('roleNotFound');
  return ok(user.roles.includes(role) ? auth : withUser(auth, { ...user, roles: [...user.roles, role].sort(byText) }));
}

function revokeRole(auth: AuthState, name: Bytes, role: Bytes): Result<AuthState, ApiErrorCode> {
  if (auth.isEnabled && name === ROOT && role === ROOT) return fail('invalidAuthManagement');
  const user = findUser(auth, name);
  if (user === undefined) return fail('userNotFound');
  if (!user.roles.includes(role)) return fail('roleNotGranted');
  return ok(withUser(auth, { ...user, roles: user.roles.filter((one) => one !== role) }));
}

function deleteRole(auth: AuthState, name: Bytes): Result<AuthState, ApiErrorCode> {
  if (auth.isEnabled && name === ROOT) return fail('invalidAuthManagement');
  if (findRole(auth, name) === undefined) return fail('roleNotFound');
  const users = auth.users.map((user) =>
    user.roles.includes(name) ? { ...user, roles: user.roles.filter((one) => one !== name) } : user,
  );
  return ok(next(auth, { users, roles: auth.roles.filter((role) => role.name !== name) }));
}

function grantPermission(auth: AuthState, name: Bytes, permission: Permission | undefined): Result<AuthState, ApiErrorCode> {
  if (permission === undefined) return fail('permissionNotGiven');
  const { key, rangeEnd } = permission;
  const isRange = key !== '' && (rangeEnd === '' || rangeEnd === '\0' || key < rangeEnd);
  if (!isRange) return fail('invalidAuthManagement');
  const role = findRole(auth, name);
  if (role === undefined) return fail('roleNotFound');
  // As in etcd only the first permission with this key is looked at: behind another range, one that there is already comes again.
  const at = role.permissions.findIndex((one) => one.key >= key);
  const first = role.permissions[at];
  const isThere = first?.key === key && first.rangeEnd === rangeEnd;
  const permissions = isThere
    ? role.permissions.with(at, permission)
    : [...role.permissions, permission].sort((a, b) => byText(a.key, b.key));
  return ok(withRole(auth, { ...role, permissions }));
}

function withUser(auth: AuthState, user: User): AuthState {
  const others = auth.users.filter(({ name }) => name !== user.name);
  return next(auth, { users: [...others, user].sort((a, b) => byText(a.name, b.name)) });
}

function withRole(auth: AuthState, role: Role): AuthState {
  const others = auth.roles.filter(({ name }) => name !== role.name);
  return next(auth, { roles: [...others, role].sort((a, b) => byText(a.name, b.name)) });
}

function next(auth: AuthState, fields: Partial<AuthState>): AuthState {
  return { ...auth, ...fields, revision: auth.revision + 1 };
}
