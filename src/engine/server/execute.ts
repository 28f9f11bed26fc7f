/**
 * What one command of the log does to the state machine. The same command has the same result on every member; only the one that
 * proposed it has somebody to tell (etcd-io/etcd:server/etcdserver/apply).
 */
import { fail, formatHex, ok, type Result, unreachable } from '../../base/index.ts';
import type { AlarmMember, AlarmRequest, AlarmType, LeaseGrantRequest, LeaseRevokeRequest, UnaryResponse } from './api.ts';
import { isSameAlarm, withAlarm } from './applied.ts';
import { applyAuth } from './auth.ts';
import { tellAuthDone } from './authLines.ts';
import { executeCompaction } from './compaction.ts';
import { shortClusterVersion } from './downgrade.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import { dropLease, grantLease, keysOfLease } from './leases.ts';
import { applyCheckpoints, endLease, startLease } from './lessor.ts';
import { type AuthInfo, isLoggedAuth, type LoggedAuthRequest, type LoggedRequest, type LoggedResponse } from './logged.ts';
import { addCount, observe } from './meters.ts';
import { checkLogged } from './permissions.ts';
import { costOf, growFile } from './quota.ts';
import { isReplay } from './replay.ts';
import type { Member } from './state.ts';
import { addToken, dropTokens, makeToken } from './tokens.ts';
import { executeDeletes, executePut, executeTxn } from './txn.ts';

/** Does what a command says, or says why not. */
export function executeCommand(member: Member, request: LoggedRequest, auth: AuthInfo): Result<LoggedResponse, ApiErrorCode> {
  const refusal = alarmRefusal(member, request) ?? checkLogged(member, auth, request);
  if (refusal !== undefined) return fail(refusal);
  const result = execute(member, request);
  growFile(member);
  return result;
}

/** What cannot be done while somebody's store is full, or differs from the others'. */
function alarmRefusal({ alarms }: Member, request: LoggedRequest): ApiErrorCode | undefined {
  const isRaised = (type: AlarmType) => alarms.some(({ alarm }) => alarm === type);
  if (isRaised('corrupt') && changesStore(request)) return 'corrupt';
  return isRaised('nospace') && costOf(request) > 0 ? 'noSpace' : undefined;
}

function changesStore(request: LoggedRequest): boolean {
  switch (request.type) {
    case 'put':
    case 'deleteRange':
    case 'txn':
    case 'compaction':
    case 'leaseGrant':
    case 'leaseRevoke':
      return true;
    default:
      return false;
  }
}

function execute(member: Member, request: LoggedRequest): Result<LoggedResponse, ApiErrorCode> {
  if (isLoggedAuth(request)) return executeAuth(member, request);
  switch (request.type) {
    case 'put': {
      const result = executePut(member, request);
      if (!result.ok) return result;
      const prevKv = request.prevKv ? result.value.prevKv : undefined;
      return ok({ type: 'put', header: headerOf(member), prevKv });
    }
    case 'deleteRange': {
      const [result] = executeDeletes(member, [request]);
      const { deleted = 0, prevKvs = [] } = result ?? {};
      return ok({ type: 'deleteRange', header: headerOf(member), deleted, prevKvs: request.prevKv ? prevKvs : [] });
    }
    case 'txn':
      return executeTxn(member, request, () => headerOf(member));
    case 'compaction':
      return executeCompaction(member, request.revision);
    case 'leaseGrant':
      return executeGrant(member, request);
    case 'leaseRevoke':
      return executeRevoke(member, request);
    case 'leaseCheckpoint':
      applyCheckpoints(member, request);
      return ok({ type: 'leaseCheckpoint', header: headerOf(member) });
    case 'alarm':
      return ok({ type: 'alarm', header: headerOf(member), alarms: changeAlarms(member, request) });
    case 'downgradeInfo':
      member.downgrade = request.target;
      return ok({ type: 'downgrade', header: headerOf(member), version: shortClusterVersion(member) });
    default:
      return unreachable(request);
  }
}

function executeGrant(member: Member, { id, ttl }: LeaseGrantRequest): Result<UnaryResponse, ApiErrorCode> {
  const lease = grantLease(member.leases, id, ttl);
  if (!lease.ok) return lease;
  startLease(member, lease.value);
  member.counters.etcd_debugging_lease_granted_total++;
  if (!isReplay(member)) observe(member.meters, 'etcd_debugging_lease_ttl_total', lease.value.ttl);
  return ok({ type: 'leaseGrant', header: headerOf(member), id, ttl: lease.value.ttl });
}

/** The keys of the lease go in one revision, in byte order. */
function executeRevoke(member: Member, { id }: LeaseRevokeRequest): Result<UnaryResponse, ApiErrorCode> {
  if (!member.leases.byId.has(id)) return fail('leaseNotFound');
  executeDeletes(
    member,
    keysOfLease(member.leases, id).map((key) => ({ key, rangeEnd: '', prevKv: false })),
  );
  dropLease(member.leases, id);
  member.counters.etcd_debugging_lease_revoked_total++;
  endLease(member, id);
  return ok({ type: 'leaseRevoke', header: headerOf(member) });
}

/** The alarms that were asked about, raised or cleared. */
function changeAlarms(member: Member, { action, memberId, alarm: type }: AlarmRequest): readonly AlarmMember[] {
  const alarm: AlarmMember = { memberId, alarm: type };
  switch (action) {
    case 'get':
      return type === 'none' ? member.alarms : member.alarms.filter((other) => other.alarm === type);
    case 'activate':
      if (type === 'none') return [];
      member.alarms = withAlarm(member.alarms, alarm);
      countAlarm(member, alarm, 1);
      return [alarm];
    case 'deactivate': {
      const cleared = member.alarms.filter((other) => isSameAlarm(other, alarm));
      member.alarms = member.alarms.filter((other) => !isSameAlarm(other, alarm));
      for (const other of cleared) countAlarm(member, other, -1);
      return cleared;
    }
    default:
      return unreachable(action);
  }
}

/** As etcd counts: every time it is raised, even if it stands, and not what stood when the process began. */
function countAlarm(member: Member, { memberId, alarm }: AlarmMember, change: number): void {
  if (isReplay(member)) return;
  const labels = [
    ['alarm_type', String(alarm).toUpperCase()],
    ['server_id', formatHex(memberId)],
  ] as const;
  addCount(member.meters, 'etcd_debugging_server_alarms', labels, change);
}

function executeAuth(member: Member, request: LoggedAuthRequest): Result<UnaryResponse, ApiErrorCode> {
  const before = member.auth;
  const token = request.type === 'authenticate' ? makeToken(member, request.name, request.token) : '';
  const result = applyAuth(before, request, headerOf(member), token);
  if (!result.ok) return result;
  member.auth = result.value.auth;
  if (request.type === 'authenticate') addToken(member, token, request.name);
  tellAuthDone(member, before, request, token);
  switch (request.type) {
    case 'authUserDelete':
    case 'authUserChangePassword':
      dropTokens(member, request.name);
      break;
    case 'authDisable':
      member.tokens.clear();
      break;
    default:
      break;
  }
  return ok(result.value.response);
}
