/** Who may do what (`spec/etcd.md` 4.9; etcd-io/etcd:server/auth/range_perm_cache.go and server/etcdserver/apply/apply_auth.go). */
import { type Bytes, byText, unreachable, ZERO_ID } from '../../base/index.ts';
import type { Compare, Permission, PutRequest, TxnOperation, TxnRequest } from './api.ts';
import { type AuthState, findRole, findUser, ROOT } from './auth.ts';
import type { ApiErrorCode } from './errors.ts';
import { keysOfLease, type Leases } from './leases.ts';
import type { AuthInfo, LoggedRequest } from './logged.ts';

/** What the decisions are made on. */
export interface Rights {
  readonly auth: AuthState;
  readonly leases: Leases;
}

/** Some known user has to be asking. */
export function checkUser(auth: AuthState, info: AuthInfo): ApiErrorCode | undefined {
  return auth.isEnabled && info.user === '' ? 'userEmpty' : undefined;
}

/** The asking user has to have the role `root`. */
export function checkAdmin(auth: AuthState, info: AuthInfo): ApiErrorCode | undefined {
  if (!auth.isEnabled) return undefined;
  if (info.user === '') return 'userEmpty';
  return isRoot(auth, info.user) ? undefined : 'permissionDenied';
}

/** The asking user has to have a right on every key of a range. */
export function checkRange(
  auth: AuthState,
  info: AuthInfo,
  access: 'read' | 'write',
  key: Bytes,
  rangeEnd: Bytes,
): ApiErrorCode | undefined {
  if (!auth.isEnabled) return undefined;
  if (info.revision === 0) return 'userEmpty';
  // Rights may have been taken away since the member that took the request looked at them.
  if (info.revision < auth.revision) return 'authRevisionOld';
  const user = findUser(auth, info.user);
  if (user === undefined) return 'permissionDenied';
  if (isRoot(auth, info.user)) return undefined;
  const granted = user.roles
    .flatMap((name) => findRole(auth, name)?.permissions ?? [])
    .filter((permission) => permission.access === access || permission.access === 'readwrite');
  return covers(granted, key, rangeEnd) ? undefined : 'permissionDenied';
}

/** The right to write all keys of a lease: whoever keeps it alive, keeps them. */
export function checkLeaseWrite(rights: Rights, info: AuthInfo, lease: PutRequest['lease']): ApiErrorCode | undefined {
  return checkUser(rights.auth, info) ?? checkLeaseKeys(rights, info, lease);
}

/** The right to read all keys of some leases. */
export function checkLeaseRead(rights: Rights, info: AuthInfo, leases: readonly PutRequest['lease'][]): ApiErrorCode | undefined {
  const keys = leases.flatMap((lease) => keysOfLease(rights.leases, lease));
  return checkUser(rights.auth, info) ?? first(keys, (key) => checkRange(rights.auth, info, 'read', key, ''));
}

/** The rights that a request in the log needs, looked at when it is applied: the same on every member. */
export function checkLogged(rights: Rights, info: AuthInfo, request: LoggedRequest): ApiErrorCode | undefined {
  const { auth } = rights;
  if (!auth.isEnabled) return undefined;
  switch (request.type) {
    case 'put':
      return checkPut(rights, info, request);
    case 'deleteRange':
    case 'txn':
      return checkOperation(rights, info, request);
    case 'leaseRevoke':
      return checkLeaseKeys(rights, info, request.id);
    // The member that took them in has looked already.
    case 'leaseGrant':
    case 'leaseCheckpoint':
    case 'compaction':
    case 'alarm':
    case 'downgradeInfo':
    case 'authenticate':
      return undefined;
    case 'authUserGet':
      return info.user === request.name ? undefined : checkAdmin(auth, info); // also nobody, of nobody: there is no such user
    case 'authRoleGet':
      return findUser(auth, info.user)?.roles.includes(request.role) ? undefined : checkAdmin(auth, info);
    default:
      return checkAdmin(auth, info);
  }
}

/** Does a request of the log want the role `root`, whoever asks? */
export function needsAdmin({ type }: LoggedRequest): boolean {
  return type.startsWith('auth') && type !== 'authenticate' && type !== 'authUserGet' && type !== 'authRoleGet';
}

/** The rights that a transaction needs: those of both branches, whichever is taken. */
export function checkTxn(rights: Rights, info: AuthInfo, txn: TxnRequest): ApiErrorCode | undefined {
  const { auth } = rights;
  return (
    first(txn.compare, ({ key, rangeEnd }: Compare) => checkRange(auth, info, 'read', key, rangeEnd)) ??
    first(txn.success, (operation) => checkOperation(rights, info, operation)) ??
    first(txn.failure, (operation) => checkOperation(rights, info, operation))
  );
}

function checkOperation(rights: Rights, info: AuthInfo, operation: TxnOperation): ApiErrorCode | undefined {
  const { auth } = rights;
  switch (operation.type) {
    case 'range':
      return checkRange(auth, info, 'read', operation.key, operation.rangeEnd);
    case 'put':
      return checkPut(rights, info, operation);
    case 'deleteRange': {
      const { key, rangeEnd, prevKv } = operation;
      return checkRange(auth, info, 'write', key, rangeEnd) ?? (prevKv ? checkRange(auth, info, 'read', key, rangeEnd) : undefined);
    }
    case 'txn':
      return checkTxn(rights, info, operation);
    case 'empty':
      return undefined;
    default:
      return unreachable(operation);
  }
}

function checkPut(rights: Rights, info: AuthInfo, { key, lease, prevKv }: PutRequest): ApiErrorCode | undefined {
  const { auth } = rights;
  return (
    checkRange(auth, info, 'write', key, '') ??
    // Whoever attaches a key may end the lease, and with it the other keys on it.
    (lease === ZERO_ID ? undefined : checkLeaseKeys(rights, info, lease)) ??
    (prevKv ? checkRange(auth, info, 'read', key, '') : undefined)
  );
}

/** Root may, however its rights stood when it asked: leases end in its name. */
function checkLeaseKeys({ auth, leases }: Rights, info: AuthInfo, lease: PutRequest['lease']): ApiErrorCode | undefined {
  if (isRoot(auth, info.user)) return undefined;
  return first(keysOfLease(leases, lease), (key) => checkRange(auth, info, 'write', key, ''));
}

function isRoot(auth: AuthState, user: Bytes): boolean {
  return findUser(auth, user)?.roles.includes(ROOT) ?? false;
}

/** Every key of [key, rangeEnd) lies in some permission; several may cover it together. Where no key can lie in it, `key` itself has to. */
function covers(permissions: readonly Permission[], key: Bytes, rangeEnd: Bytes): boolean {
  const end = endOf(key, rangeEnd);
  let covered = key;
  for (const permission of [...permissions].sort((a, b) => byText(a.key, b.key))) {
    if (permission.key > covered) break; // a gap, and all that follow begin even later
    const reach = endOf(permission.key, permission.rangeEnd);
    if (reach === undefined) return true;
    if (reach > covered) covered = reach;
  }
  return end !== undefined && covered > key && covered >= end;
}

/** The first key behind a range; undefined = it has no end. */
function endOf(key: Bytes, rangeEnd: Bytes): Bytes | undefined {
  if (rangeEnd === '\0') return undefined;
  return rangeEnd === '' ? `${key}\0` : rangeEnd;
}

function first<T>(items: readonly T[], check: (item: T) => ApiErrorCode | undefined): ApiErrorCode | undefined {
  for (const item of items) {
    const code = check(item);
    if (code !== undefined) return code;
  }
  return undefined;
}
