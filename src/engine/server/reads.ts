/** Reads: ReadIndex for linearizable ones, the local store for serializable ones (`spec/etcd.md` 4.2; thesis §6.4). */
import { fail, formatHex, ok, type Result, unreachable, ZERO_ID } from '../../base/index.ts';
import { range } from '../kv/index.ts';
import { type MemberId, type ReadState, readIndex } from '../raft/index.ts';
import type { DowngradeRequest, UnaryResponse } from './api.ts';
import { countRange } from './counters.ts';
import { downgradeTarget, shortClusterVersion } from './downgrade.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import { endHealth } from './health.ts';
import type { CallId } from './input.ts';
import { internalText } from './internalText.ts';
import { demoteLessor } from './lessor.ts';
import { writeNodeLine, writeServerLine } from './lines.ts';
import { type AuthInfo, NOBODY } from './logged.ts';
import { beginLogin } from './logins.ts';
import { checkRange, checkTxn, checkUser } from './permissions.ts';
import { nextRequestId } from './requestId.ts';
import { tellRangeEnd, tellReadTxnEnd, tellRoundEnd } from './slowLines.ts';
import type { Member, PendingRead } from './state.ts';
import { REQUEST_TIMEOUT } from './timeouts.ts';
import { authInfoOf } from './tokens.ts';
import { readTxn } from './txn.ts';
import { beginWrite } from './writes.ts';

/** etcd: readIndexRetryTime, 500 ms. */
const RETRY_TIME = 500_000;

/** Takes a linearizable read in; it shares the next ReadIndex with others that wait. */
export function beginRead(member: Member, read: PendingRead): void {
  member.waitingReads = [...member.waitingReads, read];
  startRound(member);
}

/** Answers a read from the store as it stands. */
export function answerRead(member: Member, read: PendingRead): void {
  const { call } = read;
  if (read.request.type === 'leadership') {
    noteLeadership(member, read.request.read, true);
    return;
  }
  if (read.request.type === 'health') {
    endHealth(member, call, read.request, undefined);
    return;
  }
  const result = resultOf(member, read);
  if (result === undefined) return;
  tellReadEnd(member, read, result.ok ? result.value : result.error);
  if (result.ok) {
    member.outputs.push({ type: 'answer', call, response: result.value });
  } else member.outputs.push({ type: 'refuse', call, error: { code: result.error } });
}

/** Undefined: it goes on as a write. */
function resultOf(member: Member, { call, request, token }: PendingRead): Result<UnaryResponse, ApiErrorCode> | undefined {
  const info = request.type === 'authenticate' ? ok(NOBODY) : authInfoOf(member, token);
  if (!info.ok) return info;
  switch (request.type) {
    case 'range': {
      const refusal = checkRange(member.auth, info.value, 'read', request.key, request.rangeEnd);
      if (refusal !== undefined) return fail(refusal);
      const result = range(member.kv, request);
      countRange(member, result.ok);
      if (isOfOtherRevision(member, info.value)) return fail('authRevisionOld');
      if (!result.ok) return fail(result.error.code);
      const { kvs, more, count } = result.value;
      return ok({ type: 'range', header: headerOf(member), kvs, more, count });
    }
    case 'txn': {
      const refusal = member.auth.isEnabled ? checkTxn(member, info.value, request) : undefined;
      if (refusal !== undefined) return fail(refusal);
      const result = readTxn(member, request, headerOf(member));
      return isOfOtherRevision(member, info.value) ? fail('authRevisionOld') : result;
    }
    case 'memberList': {
      const refusal = checkUser(member.auth, info.value);
      if (refusal !== undefined) return fail(refusal);
      return ok({ type: 'memberList', header: { ...headerOf(member), revision: 0 }, members: member.membership.members });
    }
    case 'authenticate': {
      const code = beginLogin(member, call, request.name, request.password);
      return code === undefined ? undefined : fail(code);
    }
    case 'downgrade': {
      const code = beginDowngrade(member, call, request, info.value);
      if (code !== undefined) return fail(code);
      // Changes of it go through the log; a check, and an end of nothing, do not.
      if (request.action === 'enable' || (request.action === 'cancel' && member.downgrade !== '')) return undefined;
      return ok({ type: 'downgrade', header: headerOf(member), version: shortClusterVersion(member) });
    }
    case 'health':
    case 'leadership':
      return undefined; // it is answered elsewhere
    default:
      return unreachable(request);
  }
}

/** A signed token may be of users and roles that this member has yet to hear of. */
function isOfOtherRevision({ auth }: Member, info: AuthInfo): boolean {
  return info.revision !== 0 && info.revision !== auth.revision;
}

function beginDowngrade(
  member: Member,
  call: CallId,
  { action, version }: DowngradeRequest,
  info: AuthInfo,
): ApiErrorCode | undefined {
  if (action === 'cancel') {
    return member.downgrade === '' ? undefined : beginWrite(member, call, { type: 'downgradeInfo', target: '' }, info);
  }
  const target = downgradeTarget(member, version);
  if (!target.ok) return target.error;
  return action === 'enable' ? beginWrite(member, call, { type: 'downgradeInfo', target: target.value }, info) : undefined;
}

/** Raft has confirmed a round: its reads wait for nothing but the apply. */
export function onReadState(member: Member, state: ReadState): void {
  const round = member.readRound;
  if (round === undefined) {
    // An answer to a round that was given up: whoever waits next meets it.
    member.staleRead ??= state.context;
    return;
  }
  if (!round.contexts.includes(state.context)) {
    tellStale(member, state.context);
    return;
  }
  member.readRound = undefined;
  member.confirmedReads = [
    ...member.confirmedReads,
    { index: state.index, startedAt: round.startedAt, confirmedAt: member.now, reads: round.reads },
  ];
  releaseReads(member);
  startRound(member);
}

/** Answers every confirmed read whose index has been applied. */
export function releaseReads(member: Member): void {
  const due = member.confirmedReads.filter((reads) => reads.index <= member.appliedIndex);
  if (due.length === 0) return;
  member.confirmedReads = member.confirmedReads.filter((reads) => reads.index > member.appliedIndex);
  for (const confirmed of due) {
    tellRoundEnd(member, confirmed);
    for (const read of confirmed.reads) answerRead(member, read);
  }
}

/** Another leader is known than before: a round that was asked of the old one may never be answered. */
export function onLeader(member: Member, leader: MemberId): void {
  const before = member.knownLeader;
  if (leader !== member.config.id) demoteLessor(member);
  if (leader === before) return;
  member.knownLeader = leader;
  if (leader === ZERO_ID) writeNodeLine(member, `lost leader ${formatHex(before)}`);
  else if (before === ZERO_ID) writeNodeLine(member, `elected leader ${formatHex(leader)}`);
  else writeNodeLine(member, `changed leader from ${formatHex(before)} to ${formatHex(leader)}`);
  if (leader === ZERO_ID) return;
  member.leaderSince = member.now;
  member.counters.etcd_server_leader_changes_seen_total++;
  const round = member.readRound;
  if (round === undefined) return;
  member.readRound = undefined;
  member.counters.etcd_server_read_indexes_failed_total++;
  for (const read of round.reads) refuseRead(member, read, 'leaderChanged');
  startRound(member);
}

/** The first entry of a term was applied: a leader that could not confirm reads before can do so now. */
export function onFirstCommitInTerm(member: Member): void {
  if (member.readRound === undefined) return;
  writeServerLine(member, 'info', 'first commit in current term: resending ReadIndex request');
  askAgain(member);
}

/** Asks again for a round without an answer, and gives up on one that has waited too long. */
export function tickReads(member: Member): void {
  const round = member.readRound;
  if (round === undefined) return;
  if (member.now - round.startedAt >= REQUEST_TIMEOUT) {
    writeServerLine(member, 'warn', 'timed out waiting for read index response (local node might have slow network)', [
      ['timeout', '7s'],
    ]);
    member.readRound = undefined;
    member.counters.etcd_server_slow_read_indexes_total++;
    for (const read of round.reads) refuseRead(member, read, 'timeout');
    startRound(member);
  } else if (member.now >= round.retryAt) {
    writeServerLine(member, 'warn', 'waiting for ReadIndex response took too long, retrying', [
      ['sent-request-id', BigInt(`0x${round.contexts[0] ?? ZERO_ID}`)],
      ['retry-timeout', '500ms'],
    ]);
    askAgain(member);
  }
}

/** The client no longer waits. The round that its read was part of goes on, and others wait for it as before. */
export function cancelRead(member: Member, call: CallId): void {
  const keep = (reads: readonly PendingRead[]) => {
    const gone = reads.find((read) => read.call === call);
    if (gone === undefined) return reads;
    tellUnagreed(member, gone, 'canceled');
    return reads.filter((read) => read !== gone);
  };
  member.waitingReads = keep(member.waitingReads);
  const round = member.readRound;
  if (round !== undefined) member.readRound = { ...round, reads: keep(round.reads) };
  member.confirmedReads = member.confirmedReads.map((confirmed) => ({ ...confirmed, reads: keep(confirmed.reads) }));
}

/** Nobody agreed to a read: of transactions nothing is told then. */
function tellUnagreed(member: Member, { request, startedAt }: PendingRead, code: ApiErrorCode): void {
  if (request.type === 'range') tellRangeEnd(member, request, startedAt, code);
}

/** A client's read has ended: it may have taken long. */
function tellReadEnd(member: Member, { request, startedAt }: PendingRead, outcome: UnaryResponse | ApiErrorCode): void {
  if (request.type === 'range') tellRangeEnd(member, request, startedAt, outcome);
  else if (request.type === 'txn') tellReadTxnEnd(member, request, startedAt, outcome);
}

/** Whether the quorum still knows this member as its leader: whoever asked goes on with that. */
function noteLeadership(member: Member, read: number, isConfirmed: boolean): void {
  member.leaderCalls = member.leaderCalls.map((call) =>
    call.state.type === 'checking' && call.state.read === read ? { ...call, state: { type: 'checked', isConfirmed } } : call,
  );
}

function tellStale(member: Member, context: string): void {
  const message =
    'ignored out-of-date read index response; local node read indexes queueing up and waiting to be in sync with leader';
  writeServerLine(member, 'warn', message, [['received-request-id', BigInt(`0x${context}`)]]);
  member.counters.etcd_server_slow_read_indexes_total++;
}

function startRound(member: Member): void {
  if (member.readRound !== undefined || member.waitingReads.length === 0) return;
  member.readRound = { contexts: [], reads: member.waitingReads, startedAt: member.now, retryAt: 0 };
  member.waitingReads = [];
  if (member.staleRead !== undefined) tellStale(member, member.staleRead);
  member.staleRead = undefined;
  askAgain(member);
}

function askAgain(member: Member): void {
  if (member.readRound === undefined) return;
  const context = nextRequestId(member);
  const contexts = [context, ...member.readRound.contexts];
  member.readRound = { ...member.readRound, contexts, retryAt: member.now + RETRY_TIME };
  readIndex(member.raft, context);
}

function refuseRead(member: Member, read: PendingRead, code: ApiErrorCode): void {
  if (read.request.type === 'leadership') {
    writeServerLine(member, 'warn', "Failed to check current member's leadership", [['error', internalText(code)]]);
    noteLeadership(member, read.request.read, false);
    return;
  }
  if (read.request.type === 'health') {
    endHealth(member, read.call, read.request, code);
    return;
  }
  tellUnagreed(member, read, code);
  member.outputs.push({ type: 'refuse', call: read.call, error: { code } });
}
