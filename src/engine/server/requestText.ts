/**
 * Requests as etcd's log shows them (etcd-io/etcd:api/etcdserverpb/raft_internal_stringer.go): in full at level debug, elsewhere
 * without what is secret, and with the sizes of values in the place of values.
 */
import { type Bytes, base64Encode, unreachable, utf8Decode, utf8Encode } from '../../base/index.ts';
import type {
  AlarmRequest,
  Compare,
  DeleteRangeRequest,
  Permission,
  PutRequest,
  RangeRequest,
  TxnOperation,
  TxnRequest,
} from './api.ts';
import type { ClusterCommand } from './clusterCommand.ts';
import { isLoggedAuth, type LoggedAuthRequest, type LoggedRequest } from './logged.ts';
import { textBytes, textField, textFlag, textMessage, textSigned, textUnsigned } from './protoText.ts';
import type { Command } from './requestCodec.ts';

/** A command of the log, with nothing left out. */
export function commandText({ requestId, auth, request }: Command): string {
  return headerText(requestId, auth) + plainText(request);
}

/** The same for eyes that should not see everything. */
export function redactedCommandText({ requestId, auth, request }: Command): string {
  const header = `header:<${textUnsigned('ID', requestId)}${textBytes('username', auth.user)}${textField('auth_revision', auth.revision)}>`;
  switch (request.type) {
    case 'leaseGrant':
      return `${header} lease_grant:<ttl:${request.ttl}-second id:${request.id}>`;
    case 'leaseRevoke':
      return `${header} lease_revoke:<id:${request.id}>`;
    case 'authenticate':
      return `${header} authenticate:<name:${utf8Decode(request.name)} simple_token:${request.token}>`;
    case 'authUserAdd':
      return `${header} auth_user_add:<name:${utf8Decode(request.name)}>`;
    case 'authUserChangePassword':
      return `${header} auth_user_change_password:<name:${utf8Decode(request.name)}>`;
    case 'put':
      return `${header} put:<${redactedPutText(request)}>`;
    case 'txn':
      return `${header} txn:<${redactedTxnText(request)}>`;
    default:
      return headerText(requestId, auth) + plainText(request);
  }
}

/** An entry that members write of their own accord. */
export function clusterCommandText(command: ClusterCommand): string {
  const header = textMessage('header', textUnsigned('ID', command.requestId));
  if (command.type === 'clusterVersion')
    return header + textMessage('cluster_version_set', textBytes('ver', utf8Encode(command.version)));
  const urls = command.clientUrls.map((url) => textBytes('client_urls', utf8Encode(url))).join('');
  const attributes = textMessage('member_attributes', textBytes('name', utf8Encode(command.name)) + urls);
  return header + textMessage('cluster_member_attr_set', textUnsigned('member_ID', command.id) + attributes);
}

export function rangeText(range: RangeRequest): string {
  return (
    textBytes('key', range.key) +
    textBytes('range_end', range.rangeEnd) +
    textField('limit', range.limit) +
    textField('revision', range.revision) +
    textField('sort_order', range.sortOrder === 'none' ? '' : range.sortOrder.toUpperCase()) +
    textField('sort_target', range.sortTarget === 'key' ? '' : range.sortTarget.toUpperCase()) +
    textFlag('serializable', range.serializable) +
    textFlag('keys_only', range.keysOnly) +
    textFlag('count_only', range.countOnly) +
    textField('min_mod_revision', range.minModRevision) +
    textField('max_mod_revision', range.maxModRevision) +
    textField('min_create_revision', range.minCreateRevision) +
    textField('max_create_revision', range.maxCreateRevision)
  );
}

export function deleteRangeText({ key, rangeEnd, prevKv }: DeleteRangeRequest): string {
  return textBytes('key', key) + textBytes('range_end', rangeEnd) + textFlag('prev_kv', prevKv);
}

export function redactedPutText(put: PutRequest): string {
  return textBytes('key', put.key) + textField('value_size', put.value.length) + putRest(put);
}

export function redactedTxnText({ compare, success, failure }: TxnRequest): string {
  const list = (operations: readonly TxnOperation[]) => operations.map(redactedOperationText).join(' ');
  return `compare:<${compare.map(redactedCompareText).join(' ')}> success:<${list(success)}> failure:<${list(failure)}>`;
}

function headerText(requestId: Command['requestId'], auth: Command['auth']): string {
  const inner = textUnsigned('ID', requestId) + textBytes('username', auth.user) + textField('auth_revision', auth.revision);
  return textMessage('header', inner);
}

function plainText(request: LoggedRequest): string {
  if (isLoggedAuth(request)) return authText(request);
  switch (request.type) {
    case 'put':
      return textMessage('put', putText(request));
    case 'deleteRange':
      return textMessage('delete_range', deleteRangeText(request));
    case 'txn':
      return textMessage('txn', txnText(request));
    case 'compaction':
      return textMessage('compaction', textField('revision', request.revision) + textFlag('physical', request.physical));
    case 'leaseGrant':
      return textMessage('lease_grant', textField('TTL', request.ttl) + textSigned('ID', request.id));
    case 'leaseRevoke':
      return textMessage('lease_revoke', textSigned('ID', request.id));
    case 'leaseCheckpoint': {
      const each = request.checkpoints.map(({ id, remainingTtl }) =>
        textMessage('checkpoints', textSigned('ID', id) + textField('remaining_TTL', remainingTtl)),
      );
      return textMessage('lease_checkpoint', each.join(''));
    }
    case 'alarm':
      return textMessage('alarm', alarmText(request));
    case 'downgradeInfo':
      return textMessage('downgrade_info_set', textFlag('enabled', request.target !== '') + textBytes('ver', request.target));
    default:
      return unreachable(request);
  }
}

function alarmText({ action, memberId, alarm }: AlarmRequest): string {
  return (
    textField('action', action === 'get' ? '' : action.toUpperCase()) +
    textUnsigned('memberID', memberId) +
    textField('alarm', alarm === 'none' ? '' : String(alarm).toUpperCase())
  );
}

function putText(put: PutRequest): string {
  return textBytes('key', put.key) + textBytes('value', put.value) + putRest(put);
}

function putRest({ lease, prevKv, ignoreValue, ignoreLease }: PutRequest): string {
  return (
    textSigned('lease', lease) +
    textFlag('prev_kv', prevKv) +
    textFlag('ignore_value', ignoreValue) +
    textFlag('ignore_lease', ignoreLease)
  );
}

function txnText({ compare, success, failure }: TxnRequest): string {
  return [
    ...compare.map((one) => textMessage('compare', compareText(one))),
    ...success.map((one) => textMessage('success', operationText(one))),
    ...failure.map((one) => textMessage('failure', operationText(one))),
  ].join('');
}

function operationText(operation: TxnOperation): string {
  switch (operation.type) {
    case 'range':
      return textMessage('request_range', rangeText(operation));
    case 'put':
      return textMessage('request_put', putText(operation));
    case 'deleteRange':
      return textMessage('request_delete_range', deleteRangeText(operation));
    case 'txn':
      return textMessage('request_txn', txnText(operation));
    case 'empty':
      return '';
    default:
      return unreachable(operation);
  }
}

/** What is not redacted keeps the blank behind it, and gets another one in a list; as in etcd. */
function redactedOperationText(operation: TxnOperation): string {
  if (operation.type === 'put') return `request_put:<${redactedPutText(operation)}>`;
  return operation.type === 'txn' ? `request_txn:<${redactedTxnText(operation)}>` : operationText(operation);
}

function compareText(compare: Compare): string {
  return compareHead(compare) + textBytes('key', compare.key) + operandText(compare) + textBytes('range_end', compare.rangeEnd);
}

function redactedCompareText(compare: Compare): string {
  if (compare.target !== 'value') return compareText(compare);
  const size = textField('value_size', compare.value.length);
  return compareHead(compare) + textBytes('key', compare.key) + size + textBytes('range_end', compare.rangeEnd);
}

const RESULT_WORDS = { equal: '', greater: 'GREATER', less: 'LESS', notEqual: 'NOT_EQUAL' } as const;
const TARGET_WORDS = { version: '', create: 'CREATE', mod: 'MOD', value: 'VALUE', lease: 'LEASE' } as const;

function compareHead({ result, target }: Compare): string {
  return textField('result', RESULT_WORDS[result]) + textField('target', TARGET_WORDS[target]);
}

/** One of several that may be set: it is shown even if it is zero. */
function operandText(compare: Compare): string {
  switch (compare.target) {
    case 'version':
      return `version:${compare.version} `;
    case 'create':
      return `create_revision:${compare.createRevision} `;
    case 'mod':
      return `mod_revision:${compare.modRevision} `;
    case 'value':
      return compare.value === '' ? 'value:"" ' : textBytes('value', compare.value);
    case 'lease':
      return `lease:${BigInt.asIntN(64, BigInt(`0x${compare.lease}`))} `;
    default:
      return unreachable(compare);
  }
}

const AUTH_NAMES = {
  authEnable: 'auth_enable',
  authDisable: 'auth_disable',
  authStatus: 'auth_status',
  authenticate: 'authenticate',
  authUserAdd: 'auth_user_add',
  authUserDelete: 'auth_user_delete',
  authUserGet: 'auth_user_get',
  authUserChangePassword: 'auth_user_change_password',
  authUserGrantRole: 'auth_user_grant_role',
  authUserRevokeRole: 'auth_user_revoke_role',
  authUserList: 'auth_user_list',
  authRoleList: 'auth_role_list',
  authRoleAdd: 'auth_role_add',
  authRoleDelete: 'auth_role_delete',
  authRoleGet: 'auth_role_get',
  authRoleGrantPermission: 'auth_role_grant_permission',
  authRoleRevokePermission: 'auth_role_revoke_permission',
} as const satisfies Record<LoggedAuthRequest['type'], string>;

function authText(request: LoggedAuthRequest): string {
  return textMessage(AUTH_NAMES[request.type], authBody(request));
}

function authBody(request: LoggedAuthRequest): string {
  const name = (value: Bytes) => textBytes('name', value);
  switch (request.type) {
    case 'authEnable':
    case 'authDisable':
    case 'authStatus':
    case 'authUserList':
    case 'authRoleList':
      return '';
    case 'authenticate':
      return name(request.name) + textBytes('simple_token', request.token);
    case 'authUserAdd': {
      const options = textMessage('options', textFlag('no_password', request.noPassword));
      return name(request.name) + options + textBytes('hashedPassword', base64Encode(request.passwordHash));
    }
    case 'authUserChangePassword':
      return name(request.name) + textBytes('hashedPassword', base64Encode(request.passwordHash));
    case 'authUserGet':
    case 'authUserDelete':
    case 'authRoleAdd':
      return name(request.name);
    case 'authUserGrantRole':
      return textBytes('user', request.user) + textBytes('role', request.role);
    case 'authUserRevokeRole':
      return name(request.user) + textBytes('role', request.role);
    case 'authRoleGet':
    case 'authRoleDelete':
      return textBytes('role', request.role);
    case 'authRoleGrantPermission': {
      const { permission } = request;
      return name(request.name) + (permission === undefined ? '' : textMessage('perm', permissionText(permission)));
    }
    case 'authRoleRevokePermission':
      return textBytes('role', request.role) + textBytes('key', request.key) + textBytes('range_end', request.rangeEnd);
    default:
      return unreachable(request);
  }
}

function permissionText({ access, key, rangeEnd }: Permission): string {
  return (
    textField('permType', access === 'read' ? '' : String(access).toUpperCase()) +
    textBytes('key', key) +
    textBytes('range_end', rangeEnd)
  );
}
