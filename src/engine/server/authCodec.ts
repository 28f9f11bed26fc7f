/** Protobuf forms of the requests about users and roles, with their places in an InternalRaftRequest. */
import {
  type Bytes,
  base64Decode,
  base64Encode,
  boolField,
  bytesField,
  messageField,
  readFields,
  unreachable,
} from '../../base/index.ts';
import type { Permission } from './api.ts';
import type { LoggedAuthRequest } from './logged.ts';
import { enumField, int64Field, int64Of } from './protoFields.ts';

const AUTH_FIELD = {
  authEnable: 1000,
  authDisable: 1011,
  authenticate: 1012,
  authStatus: 1013,
  authUserAdd: 1100,
  authUserDelete: 1101,
  authUserGet: 1102,
  authUserChangePassword: 1103,
  authUserGrantRole: 1104,
  authUserRevokeRole: 1105,
  authUserList: 1106,
  authRoleList: 1107,
  authRoleAdd: 1200,
  authRoleDelete: 1201,
  authRoleGet: 1202,
  authRoleGrantPermission: 1203,
  authRoleRevokePermission: 1204,
} as const satisfies Record<LoggedAuthRequest['type'], number>;

const ACCESSES: readonly Exclude<Permission['access'], number>[] = ['read', 'write', 'readwrite'];

export function isAuthField(field: number): boolean {
  return field >= AUTH_FIELD.authEnable && field <= AUTH_FIELD.authRoleRevokePermission;
}

export function encodeAuthRequest(request: LoggedAuthRequest): Bytes {
  return messageField(AUTH_FIELD[request.type], encodeBody(request));
}

function encodeBody(request: LoggedAuthRequest): Bytes {
  switch (request.type) {
    case 'authEnable':
    case 'authDisable':
    case 'authStatus':
    case 'authUserList':
    case 'authRoleList':
      return '';
    case 'authenticate':
      return bytesField(1, request.name) + bytesField(3, request.token);
    case 'authUserAdd': {
      const options = request.noPassword ? messageField(3, boolField(1, true)) : '';
      return bytesField(1, request.name) + options + bytesField(4, base64Encode(request.passwordHash));
    }
    case 'authUserChangePassword':
      return bytesField(1, request.name) + bytesField(3, base64Encode(request.passwordHash));
    case 'authUserGet':
    case 'authUserDelete':
    case 'authRoleAdd':
      return bytesField(1, request.name);
    case 'authUserGrantRole':
    case 'authUserRevokeRole':
      return bytesField(1, request.user) + bytesField(2, request.role);
    case 'authRoleGet':
    case 'authRoleDelete':
      return bytesField(1, request.role);
    case 'authRoleGrantPermission': {
      const { permission } = request;
      return bytesField(1, request.name) + (permission === undefined ? '' : messageField(2, encodePermission(permission)));
    }
    case 'authRoleRevokePermission':
      return bytesField(1, request.role) + bytesField(2, request.key) + bytesField(3, request.rangeEnd);
    default:
      return unreachable(request);
  }
}

/** The request in one field of an InternalRaftRequest. */
export function decodeAuthRequest(field: number, bytes: Bytes): LoggedAuthRequest | undefined {
  const fields = readFields(bytes);
  const text = (number: number) => fields.find((part) => part.field === number)?.bytes ?? '';
  switch (field) {
    case AUTH_FIELD.authEnable:
      return { type: 'authEnable' };
    case AUTH_FIELD.authDisable:
      return { type: 'authDisable' };
    case AUTH_FIELD.authStatus:
      return { type: 'authStatus' };
    case AUTH_FIELD.authenticate:
      return { type: 'authenticate', name: text(1), token: text(3) };
    case AUTH_FIELD.authUserAdd:
      return { type: 'authUserAdd', name: text(1), passwordHash: base64Decode(text(4)) ?? '', noPassword: text(3) !== '' };
    case AUTH_FIELD.authUserDelete:
      return { type: 'authUserDelete', name: text(1) };
    case AUTH_FIELD.authUserGet:
      return { type: 'authUserGet', name: text(1) };
    case AUTH_FIELD.authUserChangePassword:
      return { type: 'authUserChangePassword', name: text(1), passwordHash: base64Decode(text(3)) ?? '' };
    case AUTH_FIELD.authUserGrantRole:
      return { type: 'authUserGrantRole', user: text(1), role: text(2) };
    case AUTH_FIELD.authUserRevokeRole:
      return { type: 'authUserRevokeRole', user: text(1), role: text(2) };
    case AUTH_FIELD.authUserList:
      return { type: 'authUserList' };
    case AUTH_FIELD.authRoleList:
      return { type: 'authRoleList' };
    case AUTH_FIELD.authRoleAdd:
      return { type: 'authRoleAdd', name: text(1) };
    case AUTH_FIELD.authRoleDelete:
      return { type: 'authRoleDelete', role: text(1) };
    case AUTH_FIELD.authRoleGet:
      return { type: 'authRoleGet', role: text(1) };
    case AUTH_FIELD.authRoleGrantPermission: {
      const permission = fields.find((part) => part.field === 2);
      return {
        type: 'authRoleGrantPermission',
        name: text(1),
        permission: permission === undefined ? undefined : decodePermission(permission.bytes),
      };
    }
    case AUTH_FIELD.authRoleRevokePermission:
      return { type: 'authRoleRevokePermission', role: text(1), key: text(2), rangeEnd: text(3) };
    default:
      return undefined;
  }
}

function encodePermission(permission: Permission): Bytes {
  const { access, key, rangeEnd } = permission;
  const kind = typeof access === 'number' ? int64Field(1, access) : enumField(1, ACCESSES, access);
  return kind + bytesField(2, key) + bytesField(3, rangeEnd);
}

function decodePermission(bytes: Bytes): Permission {
  let access: Permission['access'] = 'read';
  let key = '';
  let rangeEnd = '';
  for (const part of readFields(bytes)) {
    if (part.field === 1) access = ACCESSES[int64Of(part)] ?? int64Of(part);
    else if (part.field === 2) key = part.bytes;
    else if (part.field === 3) rangeEnd = part.bytes;
  }
  return { access, key, rangeEnd };
}
