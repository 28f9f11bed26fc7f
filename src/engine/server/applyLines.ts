/** What is told of a command that was applied, and counted of it (etcd-io/etcd:server/etcdserver/apply/uber_applier.go). */
import type { Result } from '../../base/index.ts';
import type { TxnOperation, UnaryResponse } from './api.ts';
import { tellAuthRefused } from './authLines.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import { internalText } from './internalText.ts';
import { writeServerLine } from './lines.ts';
import { isForAskerOnly, type LoggedRequest, type LoggedResponse } from './logged.ts';
import { headerOnlySize, responseSize } from './messageSize.ts';
import { observe } from './meters.ts';
import { needsAdmin } from './permissions.ts';
import type { Command } from './requestCodec.ts';
import { redactedCommandText } from './requestText.ts';
import type { Member } from './state.ts';

/** @param isOverQuota it was done, and is held to have failed for want of room */
export function tellApplied(
  member: Member,
  command: Command,
  result: Result<LoggedResponse, ApiErrorCode>,
  isOverQuota: boolean,
): void {
  const { request } = command;
  const error = isOverQuota ? 'noSpace' : result.ok ? undefined : result.error;
  // Who is not allowed to administer is turned away before anything is tried.
  if (needsAdmin(request) && (error === 'permissionDenied' || error === 'userEmpty')) return;
  const isFailure = error !== undefined && error !== 'compacted';
  observeApply(member, OPERATIONS[request.type], !isFailure);
  if (!isFailure) return;
  tellAuthRefused(member, command, error);
  const size = sizeOf(member, request, error, result.ok ? result.value : undefined);
  writeServerLine(member, 'warn', 'failed to apply request', [
    ['took', '0s'],
    ['request', redactedCommandText(asApplied(member, command))],
    ['response', size === undefined ? '' : `size:${size}`],
    ['error', internalText(error)],
  ]);
}

/** An operation was applied, which takes no time here. */
export function observeApply(member: Member, op: string, isSuccess: boolean): void {
  const labels = [
    ['op', op],
    ['success', String(isSuccess)],
    ['version', 'v3'],
  ] as const;
  observe(member.meters, 'etcd_server_apply_duration_seconds', 0, labels);
}

/** Some failures come with a response that nobody gets to see. */
function sizeOf(
  member: Member,
  request: LoggedRequest,
  error: ApiErrorCode,
  response: LoggedResponse | undefined,
): number | undefined {
  if (response !== undefined) return responseSize(response as UnaryResponse, false); // only puts, grants and transactions are charged
  if (request.type === 'leaseRevoke' && error === 'leaseNotFound') return headerOnlySize(headerOf(member));
  if (request.type === 'leaseGrant' && error !== 'noSpace' && error !== 'corrupt') return 0;
  return isForAskerOnly(request) && (error === 'permissionDenied' || error === 'userEmpty') ? 0 : undefined;
}

/** Who has nobody to tell what a transaction reads does not see the reads, as in etcd; here they are only not shown. */
function asApplied(member: Member, command: Command): Command {
  const { request, requestId } = command;
  if (request.type !== 'txn' || member.writes.has(requestId)) return command;
  const isWrite = ({ type }: TxnOperation) => type !== 'range';
  return {
    ...command,
    request: { ...request, success: request.success.filter(isWrite), failure: request.failure.filter(isWrite) },
  };
}

/** `unknown`: etcd has forgotten to name it. */
const OPERATIONS = {
  put: 'Put',
  deleteRange: 'DeleteRange',
  txn: 'Txn',
  compaction: 'Compaction',
  leaseGrant: 'LeaseGrant',
  leaseRevoke: 'LeaseRevoke',
  leaseCheckpoint: 'LeaseCheckpoint',
  alarm: 'Alarm',
  downgradeInfo: 'DowngradeInfoSet',
  authenticate: 'Authenticate',
  authEnable: 'AuthEnable',
  authDisable: 'AuthDisable',
  authStatus: 'unknown',
  authUserAdd: 'AuthUserAdd',
  authUserDelete: 'AuthUserDelete',
  authUserChangePassword: 'AuthUserChangePassword',
  authUserGrantRole: 'AuthUserGrantRole',
  authUserGet: 'AuthUserGet',
  authUserRevokeRole: 'AuthUserRevokeRole',
  authRoleAdd: 'AuthRoleAdd',
  authRoleGrantPermission: 'AuthRoleGrantPermission',
  authRoleGet: 'AuthRoleGet',
  authRoleRevokePermission: 'AuthRoleRevokePermission',
  authRoleDelete: 'AuthRoleDelete',
  authUserList: 'AuthUserList',
  authRoleList: 'AuthRoleList',
} as const satisfies Record<LoggedRequest['type'], string>;
