/**
 * How a member says that it is well: `/health`, `/livez` and `/readyz` (`spec/etcd.md` 7.4;
 * etcd-io/etcd:server/etcdserver/api/etcdhttp/health.go). Whoever asks needs no rights: it reads in root's name, and reads nothing.
 */
import { ZERO_ID } from '../../base/index.ts';
import { HEALTH_CHECKS, type HealthRequest } from './api.ts';
import { countRange } from './counters.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import type { CallId } from './input.ts';
import { internalText } from './internalText.ts';
import { wantsDebug, writeServerLine } from './lines.ts';
import { describeAlarm } from './maintenance.ts';
import { addCount, setCount } from './meters.ts';
import type { Member } from './state.ts';

type CheckedPage = keyof typeof HEALTH_CHECKS;
type Check = (typeof HEALTH_CHECKS)[CheckedPage][number];

/** Does the answer want a read that the leader has agreed to? If there is a reason against it anyway, it does not. */
export function healthWantsRead(member: Member, request: HealthRequest): boolean {
  if (request.page === 'health') return !request.serializable && faultBeforeRead(member, request, false) === undefined;
  return checksOf(request).includes('linearizable_read');
}

/** Answers. @param failure of that read, if it was wanted */
export function endHealth(member: Member, call: CallId, request: HealthRequest, failure: ApiErrorCode | undefined): void {
  const { isHealthy, reason } =
    request.page === 'health' ? judge(member, request, failure) : judgeByChecks(member, request.page, request, failure);
  member.outputs.push({ type: 'answer', call, response: { type: 'health', header: headerOf(member), isHealthy, reason } });
}

interface Judgement {
  readonly isHealthy: boolean;
  readonly reason: string;
}

function judge(member: Member, request: HealthRequest, failure: ApiErrorCode | undefined): Judgement {
  let reason = failure === undefined ? faultBeforeRead(member, request, true) : undefined;
  if (failure !== undefined) {
    reason = `RANGE ERROR:${internalText(failure)}`;
    writeServerLine(member, 'warn', 'serving /health false; Range fails', [['error', internalText(failure)]]);
  }
  if (reason === undefined) {
    countRange(member, true);
    member.counters.etcd_server_health_success++;
    writeServerLine(member, 'debug', 'serving /health true');
    writeServerLine(member, 'debug', '/health OK', [['status-code', 200]]);
    return { isHealthy: true, reason: '' };
  }
  member.counters.etcd_server_health_failures++;
  writeServerLine(member, 'warn', '/health error', [
    ['output', JSON.stringify({ health: 'false', reason })],
    ['status-code', 503],
  ]);
  return { isHealthy: false, reason };
}

/** @param isTold it is said in the log as well */
function faultBeforeRead(member: Member, { excluded, serializable }: HealthRequest, isTold: boolean): string | undefined {
  for (const each of member.alarms) {
    const name = String(each.alarm).toUpperCase();
    const alarm = ['alarm', describeAlarm(each)] as const;
    if (excluded.includes(name)) {
      if (isTold) writeServerLine(member, 'debug', '/health excluded alarm', [alarm]);
      continue;
    }
    if (isTold) writeServerLine(member, 'warn', 'serving /health false due to an alarm', [alarm]);
    return `ALARM ${typeof each.alarm === 'number' ? 'UNKNOWN' : name}`;
  }
  if (serializable || member.raft.lead !== ZERO_ID) return undefined;
  if (isTold) writeServerLine(member, 'warn', 'serving /health false; no leader');
  return 'RAFT NO LEADER';
}

function judgeByChecks(member: Member, page: CheckedPage, request: HealthRequest, failure: ApiErrorCode | undefined): Judgement {
  const names = checksOf(request);
  let isHealthy = true;
  let reason = '';
  for (const name of names) {
    const fault = faultOf(member, name, failure);
    if (fault !== undefined) isHealthy = false;
    reason += fault === undefined ? `[+]${name} ok\n` : `[-]${name} failed: ${fault}\n`;
    count(member, page, name, fault === undefined);
  }
  const path = ['path', request.part === undefined ? `/${page}` : `/${page}/${request.part}`] as const;
  if (!isHealthy) writeServerLine(member, 'error', 'Health check error', [path, ['reason', reason], ['status-code', 503]]);
  else if (wantsDebug(member))
    writeServerLine(member, 'debug', 'Health check OK', [path, ['reason', reason], ['status-code', 200]]);
  const unknown = request.excluded.filter((name) => !(HEALTH_CHECKS[page] as readonly string[]).includes(name));
  if (unknown.length > 0 && request.part === undefined) {
    const quoted = unknown.map((name) => `"${name}"`).join(',');
    writeServerLine(member, 'warn', 'some health checks cannot be excluded', [['missing-health-checks', quoted]]);
  }
  return { isHealthy, reason };
}

function checksOf({ page, part, excluded }: HealthRequest): readonly Check[] {
  if (page === 'health') return [];
  const all: readonly Check[] = HEALTH_CHECKS[page];
  return all.filter((name) => (part === undefined ? !excluded.includes(name) : name === part));
}

function faultOf(member: Member, name: Check, failure: ApiErrorCode | undefined): string | undefined {
  switch (name) {
    case 'data_corruption':
      return member.alarms.some(({ alarm }) => alarm === 'corrupt') ? 'alarm activated: CORRUPT' : undefined;
    case 'serializable_read':
      countRange(member, true);
      return undefined; // a member that answers can read its own store
    case 'linearizable_read':
      if (failure === undefined) countRange(member, true);
      return failure === undefined ? undefined : internalText(failure);
    case 'non_learner':
      return member.raft.isLearner ? 'not supported for learner' : undefined;
  }
}

function count({ meters }: Member, type: string, name: string, isFine: boolean): void {
  setCount(
    meters,
    'etcd_server_healthcheck',
    [
      ['name', name],
      ['type', type],
    ],
    isFine ? 1 : 0,
  );
  const labels = [
    ['name', name],
    ['status', isFine ? 'success' : 'error'],
    ['type', type],
  ] as const;
  addCount(meters, 'etcd_server_healthchecks_total', labels, 1);
}
