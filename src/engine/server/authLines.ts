/** What a member writes of changes to users and roles (etcd-io/etcd:server/auth/store.go). */
import { type Bytes, hexEncode, sha256, utf8Decode } from '../../base/index.ts';
import type { TxnRequest } from './api.ts';
import { type AuthState, findUser, ROOT } from './auth.ts';
import type { ApiErrorCode } from './errors.ts';
import { internalText } from './internalText.ts';
import { wantsDebug, writeServerLine } from './lines.ts';
import type { LoggedAuthRequest, LoggedRequest } from './logged.ts';
import { isReplay } from './replay.ts';
import type { Command } from './requestCodec.ts';
import type { LineField, LineLevel } from './serverLine.ts';
import type { Member } from './state.ts';

/** A request was applied that changed users, roles, or whether they matter. */
export function tellAuthDone(member: Member, before: AuthState, request: LoggedAuthRequest, token: Bytes): void {
  const tell = (message: string, ...fields: readonly LineField[]) => write(member, 'info', message, fields);
  const user = (name: Bytes): LineField => ['user-name', utf8Decode(name)];
  const rolesOf = (auth: AuthState, name: Bytes) => (findUser(auth, name)?.roles ?? []).map(utf8Decode);
  // Whatever changes rights has them looked up anew, but for the end of all of them.
  if (member.auth !== before && request.type !== 'authDisable' && request.type !== 'authRoleAdd') {
    write(member, 'debug', 'Refreshing rangePermCache', []);
  }
  switch (request.type) {
    case 'authEnable':
      tell(before.isEnabled ? 'authentication is already enabled; ignored auth enable request' : 'enabled authentication');
      return;
    case 'authDisable':
      if (before.isEnabled) tell('disabled authentication');
      return;
    case 'authenticate':
      if (wantsDebug(member)) {
        write(member, 'debug', 'authenticated a user', [user(request.name), ['token-fingerprint', fingerprintOf(token)]]);
      }
      return;
    case 'authUserAdd':
      tell('added a user', user(request.name));
      return;
    case 'authUserDelete':
      tell('deleted a user', user(request.name), ['user-roles', rolesOf(before, request.name)]);
      return;
    case 'authUserChangePassword':
      tell('changed a password of a user', user(request.name), ['user-roles', rolesOf(before, request.name)]);
      return;
    case 'authUserGrantRole': {
      const roles: LineField = ['user-roles', rolesOf(member.auth, request.user)];
      const role = utf8Decode(request.role);
      if (member.auth !== before) tell('granted a role to a user', user(request.user), roles, ['added-role-name', role]);
      else
        write(member, 'warn', 'ignored grant role request to a user', [user(request.user), roles, ['duplicate-role-name', role]]);
      return;
    }
    case 'authUserRevokeRole':
      tell(
        'revoked a role from a user',
        user(request.user),
        ['old-user-roles', rolesOf(before, request.user)],
        ['new-user-roles', rolesOf(member.auth, request.user)],
        ['revoked-role-name', utf8Decode(request.role)],
      );
      return;
    case 'authRoleAdd':
      tell('created a role', ['role-name', utf8Decode(request.name)]);
      return;
    case 'authRoleDelete':
      tell('deleted a role', ['role-name', utf8Decode(request.role)]);
      return;
    case 'authRoleGrantPermission': {
      const { permission } = request;
      if (permission === undefined) return;
      tell(
        'granted/updated a permission to a user',
        ['user-name', utf8Decode(request.name)],
        ['permission-name', String(permission.access).toUpperCase()],
        ['key', utf8Decode(permission.key)],
        ['range-end', utf8Decode(permission.rangeEnd)],
      );
      return;
    }
    case 'authRoleRevokePermission':
      tell(
        'revoked a permission on range',
        ['role-name', utf8Decode(request.role)],
        ['key', utf8Decode(request.key)],
        ['range-end', utf8Decode(request.rangeEnd)],
      );
      return;
    default:
      return;
  }
}

/** A request was applied, and refused for what the auth store says of it. */
export function tellAuthRefused(member: Member, { request, auth: info }: Command, code: ApiErrorCode): void {
  const { auth } = member;
  if (code === 'authRevisionOld') {
    write(member, 'warn', 'request auth revision is less than current node auth revision', [
      ['current node auth revision', auth.revision],
      ['request auth revision', info.revision],
      ['request key', utf8Decode(firstKeyOf(request))],
      ['error', internalText(code)],
    ]);
  } else if (code === 'permissionDenied' && findUser(auth, info.user) === undefined && firstKeyOf(request) !== '') {
    write(member, 'error', 'cannot find a user for permission check', [['user-name', utf8Decode(info.user)]]);
  } else if (code === 'invalidAuthManagement') {
    if (request.type === 'authUserDelete') {
      write(member, 'error', "cannot delete 'root' user", [['user-name', utf8Decode(request.name)]]);
    } else if (request.type === 'authUserRevokeRole') {
      const fields: LineField[] = [
        ['user-name', utf8Decode(request.user)],
        ['role-name', utf8Decode(request.role)],
      ];
      write(member, 'error', "'root' user cannot revoke 'root' role", fields);
    } else if (request.type === 'authRoleDelete' && request.role === ROOT) {
      write(member, 'error', "cannot delete 'root' role", [['role-name', utf8Decode(request.role)]]);
    }
  }
}

/** A token in a line: not itself, for who has it may use it. */
export function fingerprintOf(token: Bytes): string {
  return hexEncode(sha256(token).slice(0, 6));
}

/** The key whose rights are looked at first. */
function firstKeyOf(request: LoggedRequest): Bytes {
  if (request.type === 'put' || request.type === 'deleteRange') return request.key;
  return request.type === 'txn' ? firstKeyOfTxn(request) : '';
}

function firstKeyOfTxn({ compare, success, failure }: TxnRequest): Bytes {
  const [first] = [...compare, ...success, ...failure];
  if (first === undefined || ('type' in first && first.type === 'empty')) return '';
  return 'type' in first && first.type === 'txn' ? firstKeyOfTxn(first) : first.key;
}

function write(member: Member, level: LineLevel, message: string, fields: readonly LineField[]): void {
  // What an earlier process of this member has told already is not told again.
  if (!isReplay(member)) writeServerLine(member, level, message, fields);
}
