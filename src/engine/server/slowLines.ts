/**
 * What a member writes when something has taken long: reads that waited for the leader, writes that waited for the log
 * (`spec/etcd.md` 8.4; etcd-io/etcd:server/etcdserver/txn/util.go, pkg/traceutil/trace.go). Work itself takes no time here: of the
 * steps of etcd's traces only those that wait can be long.
 */
import { digestOf, goDuration, goTime, utf8Decode } from '../../base/index.ts';
import type { RangeRequest, TxnRequest, UnaryResponse } from './api.ts';
import type { ApiErrorCode } from './errors.ts';
import { internalText } from './internalText.ts';
import { writeServerLine } from './lines.ts';
import { requestSize, responseSize } from './messageSize.ts';
import { rangeText, redactedTxnText } from './requestText.ts';
import type { LineField } from './serverLine.ts';
import type { ConfirmedReads, Member, PendingWrite } from './state.ts';

/** etcd: --warning-apply-duration, and traceThreshold: 100 ms. */
const LONG = 100_000;
/** Of the five or so steps of a trace, one that took no longer is not worth a line. */
const SHORT = LONG / 6;

/** How a read has ended: with its answer, or with the reason why not. */
type ReadOutcome = UnaryResponse | ApiErrorCode;

/** A range was read, or not. @param startedAt virtual µs */
export function tellRangeEnd(member: Member, request: RangeRequest, startedAt: number, outcome: ReadOutcome): void {
  const took = member.now - startedAt;
  if (took <= LONG) return;
  const response = typeof outcome !== 'string' && outcome.type === 'range' ? outcome : undefined;
  const size = response === undefined ? '' : `range_response_count:${response.kvs.length} size:${responseSize(response, false)}`;
  tellSlowApply(member, took, 'read-only range ', rangeText(request), size, codeOf(outcome));
  const details: LineField[] = [
    ['range_begin', utf8Decode(request.key)],
    ['range_end', utf8Decode(request.rangeEnd)],
  ];
  if (response !== undefined)
    details.push(['response_count', response.kvs.length], ['response_revision', response.header.revision]);
  tellTrace(member, 'range', details, startedAt, [[AGREEMENT, took]]);
}

/** A read-only transaction was executed, or was not allowed. If nobody agreed to it, nothing is told. */
export function tellReadTxnEnd(member: Member, request: TxnRequest, startedAt: number, outcome: ReadOutcome): void {
  const took = member.now - startedAt;
  if (took <= LONG) return;
  const response = typeof outcome !== 'string' && outcome.type === 'txn' ? outcome : undefined;
  const counts = response?.responses.map((inner) => (inner.type === 'range' ? `range_response_count:${inner.kvs.length}` : ''));
  const text = response === undefined ? '' : `responses:<${counts?.join(' ')}> size:${responseSize(response, false)}`;
  tellSlowApply(member, took, 'read-only txn ', redactedTxnText(request), text, codeOf(outcome));
  const details: LineField[] = [['read_only', true]];
  if (response !== undefined) {
    details.push(['number_of_response', response.responses.length], ['response_revision', response.header.revision]);
  }
  tellTrace(member, 'transaction', details, startedAt, [[AGREEMENT, took]]);
}

/** Reads that shared a ReadIndex may be answered. */
export function tellRoundEnd(member: Member, { index, startedAt, confirmedAt }: ConfirmedReads): void {
  if (member.now - startedAt <= LONG) return;
  const details: LineField[] = [
    ['readStateIndex', index],
    ['appliedIndex', member.appliedIndex],
  ];
  const steps = [
    ['read index received', confirmedAt - startedAt],
    ['applied index is now lower than readState.Index', member.now - confirmedAt],
  ] as const;
  tellTrace(member, 'linearizableReadLoop', details, startedAt, steps, 0);
}

/** A client's write was applied. */
export function tellWriteEnd(member: Member, { request, startedAt }: PendingWrite, response: UnaryResponse): void {
  const took = member.now - startedAt;
  if (took <= LONG) return;
  const revision: LineField = ['response_revision', response.header.revision];
  const steps = [[PROCESS, took]] as const;
  if (request.type === 'put') {
    const details: LineField[] = [['key', utf8Decode(request.key)], ['req_size', requestSize(request)], revision];
    tellTrace(member, 'put', details, startedAt, steps);
  } else if (request.type === 'txn' && response.type === 'txn') {
    const details: LineField[] = [['read_only', false], ['number_of_response', response.responses.length], revision];
    tellTrace(member, 'transaction', details, startedAt, steps);
  } else if (request.type === 'compaction') tellCompactionEnd(member, request.revision, startedAt, member.now, response);
}

/** A client's compaction was applied, and if he wanted to wait for that, worked off. @param appliedAt virtual µs */
export function tellCompactionEnd(
  member: Member,
  revision: number,
  startedAt: number,
  appliedAt: number,
  response: UnaryResponse,
): void {
  if (member.now - startedAt <= LONG) return;
  const details: LineField[] = [
    ['revision', revision],
    ['response_revision', response.header.revision],
  ];
  const steps = [
    [PROCESS, appliedAt - startedAt],
    ['physically toApply compaction', member.now - appliedAt],
  ] as const;
  tellTrace(member, 'compact', details, startedAt, steps);
}

const AGREEMENT = 'agreement among raft nodes before linearized reading';
const PROCESS = 'process raft request';

function codeOf(outcome: ReadOutcome): ApiErrorCode | undefined {
  return typeof outcome === 'string' ? outcome : undefined;
}

function tellSlowApply(
  member: Member,
  took: number,
  prefix: string,
  request: string,
  response: string,
  error: ApiErrorCode | undefined,
): void {
  member.counters.etcd_server_slow_apply_total++;
  writeServerLine(member, 'warn', 'apply request took too long', [
    ['took', goDuration(took)],
    ['expected-duration', goDuration(LONG)],
    ['prefix', prefix],
    ['request', request],
    ['response', response],
    ...(error === undefined ? [] : [['error', internalText(error)] as const]),
  ]);
}

/** @param steps each with how long it took @param threshold those that took no longer are left out; etcd has it depend on how many there are */
function tellTrace(
  member: Member,
  operation: string,
  details: readonly LineField[],
  startedAt: number,
  steps: readonly (readonly [name: string, took: number])[],
  threshold = SHORT,
): void {
  const name = `trace[${traceNumber(member)}]`;
  const long = steps
    .filter(([, took]) => took > threshold)
    .map(([step, took]) => `${name} '${step}'  (duration: ${goDuration(took)})`);
  const { epoch } = member.config;
  writeServerLine(member, 'info', `${name} ${operation}`, [
    ['detail', `{${details.map(([key, value]) => `${key}:${value}; `).join('')}}`],
    ['duration', goDuration(member.now - startedAt)],
    ['start', goTime(epoch, startedAt)],
    ['end', goTime(epoch, member.now)],
    ['steps', long],
    ['step_count', long.length],
  ]);
}

/** Of 31 bits, so that lines of different traces are told apart. etcd draws it. */
function traceNumber(member: Member): number {
  member.traceCount++;
  return Number.parseInt(digestOf([member.config.seed, member.traceCount]).slice(0, 8), 16) >>> 1;
}
