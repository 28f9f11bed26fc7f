/** Writes: proposed, replicated, committed, applied, answered (`spec/etcd.md` 4.1). */
import { assert, fail, type Id64, ok, type Result, ZERO_ID } from '../../base/index.ts';
import { currentRevision } from '../kv/index.ts';
import { propose, proposeConfChange } from '../raft/index.ts';
import { ROOT } from './auth.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import type { CallId } from './input.ts';
import { type AuthInfo, type LoggedRequest, type LoggedResponse, NOBODY } from './logged.ts';
import { isOwnRequest, type OwnRequest } from './pending.ts';
import { encodeCommand } from './requestCodec.ts';
import { nextRequestId } from './requestId.ts';
import type { Member, PendingWrite } from './state.ts';
import { REQUEST_TIMEOUT, timeoutReason } from './timeouts.ts';

/** etcd: DefaultMaxRequestBytes, 1.5 MiB. */
const MAX_REQUEST_SIZE = 1_572_864;
/** etcd: maxGapBetweenApplyAndCommitIndex. */
const MAX_APPLY_GAP = 5_000;
type WriteEnd = Pick<PendingWrite, 'refusal' | 'login'>;

/** Nobody outside asked. */
const NO_CALL: CallId = 0;

/**
 * Takes a write in: it becomes a proposal now, or as soon as this member knows a leader.
 *
 * @param auth who asks
 * @param more what has to be known at its end
 */
export function beginWrite(
  member: Member,
  call: CallId,
  request: LoggedRequest,
  auth: AuthInfo,
  more: WriteEnd = {},
): ApiErrorCode | undefined {
  const entered = enter(member, call, request, auth, more);
  return entered.ok ? undefined : entered.error;
}

/**
 * Takes in a write that the member itself wants. What comes of it is found among `ownOutcomes`.
 *
 * @returns the id of the request; undefined: it was refused at once, which is an outcome as well
 */
export function beginOwnWrite(member: Member, request: OwnRequest, auth: AuthInfo): Id64 | undefined {
  const entered = enter(member, NO_CALL, request, auth);
  if (entered.ok) return entered.value;
  endOwn(member, ZERO_ID, request, member.now, entered.error);
  return undefined;
}

function enter(
  member: Member,
  call: CallId,
  request: LoggedRequest,
  auth: AuthInfo,
  more: WriteEnd = {},
): Result<Id64, ApiErrorCode> {
  if (member.raft.log.committed > member.appliedIndex + MAX_APPLY_GAP) return fail('tooManyRequests');
  const requestId = nextRequestId(member);
  const data = encodeCommand({ requestId, request, auth });
  if (data.length > MAX_REQUEST_SIZE) return fail('requestTooLarge');
  const write: PendingWrite = { requestId, call, request, startedAt: member.now, ...more };
  member.writes.set(requestId, write);
  member.waitingProposals = [...member.waitingProposals, { requestId, call, data }];
  proposeWaiting(member);
  if (member.config.serverRules.mayAnswerWrite({ applied: false })) answerEarly(member, write);
  return ok(requestId);
}

/** What the member itself wanted has come to an end. Alarms and the like want no answer. */
function endOwn(member: Member, requestId: Id64, request: LoggedRequest, startedAt: number, error: ApiErrorCode | undefined): void {
  if (!isOwnRequest(request)) return;
  member.ownOutcomes = [...member.ownOutcomes, { requestId, request, startedAt, error }];
}

/** A bent rule: the client is told before anybody knows whether it will be true. */
function answerEarly(member: Member, { requestId, request }: PendingWrite): void {
  const header = { ...headerOf(member), revision: currentRevision(member.kv) + 1 };
  if (request.type === 'put') answerWrite(member, requestId, { type: 'put', header, prevKv: undefined });
  else if (request.type === 'deleteRange') answerWrite(member, requestId, { type: 'deleteRange', header, deleted: 0, prevKvs: [] });
}

/** Hands waiting proposals to Raft once a leader is known. */
export function proposeWaiting(member: Member): void {
  if (member.waitingProposals.length === 0 || member.raft.lead === ZERO_ID) return;
  const waiting = member.waitingProposals;
  member.waitingProposals = [];
  for (const proposal of waiting) {
    if (proposal.change !== undefined) {
      // Nobody is told when a conf change is dropped: its client waits until it has enough.
      proposeConfChange(member.raft, proposal.change);
      if (proposal.call > 0) member.outputs.push({ type: 'proposed', call: proposal.call, requestId: proposal.requestId });
    } else if (propose(member.raft, proposal.data) !== undefined) {
      refuseWrite(member, proposal.requestId, 'proposalDropped');
    } else if (proposal.call > 0) {
      member.outputs.push({ type: 'proposed', call: proposal.call, requestId: proposal.requestId });
    }
  }
}

/** Ends writes that have waited too long. */
export function tickWrites(member: Member): void {
  for (const write of [...member.writes.values()]) {
    if (member.now - write.startedAt < REQUEST_TIMEOUT) continue;
    member.counters.etcd_server_proposals_failed_total++;
    const unproposed = member.waitingProposals.some((proposal) => proposal.requestId === write.requestId);
    refuseWrite(member, write.requestId, unproposed ? 'deadlineExceeded' : timeoutReason(member, write.startedAt));
  }
}

/** Answers the client of a write, if it is one of ours and still waits. */
export function answerWrite(member: Member, requestId: Id64, response: LoggedResponse): void {
  const write = member.writes.get(requestId);
  if (write === undefined) return;
  member.writes.delete(requestId);
  const { call, refusal, request, startedAt } = write;
  if (call === NO_CALL) endOwn(member, requestId, request, startedAt, undefined);
  else if (refusal !== undefined) member.outputs.push({ type: 'refuse', call, error: { code: refusal } });
  else {
    assert(response.type !== 'leaseCheckpoint', 'no client asks for a checkpoint');
    member.outputs.push({ type: 'answer', call, response });
  }
}

/** Tells the client of a write that it was refused. */
export function refuseWrite(member: Member, requestId: Id64, code: ApiErrorCode): void {
  const write = member.writes.get(requestId);
  if (write === undefined) return;
  forgetWrite(member, write);
  const { call, refusal, request, startedAt } = write;
  if (call === NO_CALL) endOwn(member, requestId, request, startedAt, code);
  else member.outputs.push({ type: 'refuse', call, error: { code: refusal ?? code } });
}

/** A write has been done, and its client is told later. */
export function forgetAnswered(member: Member, requestId: Id64): void {
  member.writes.delete(requestId);
}

/** This member's store is full: everybody is told by way of the log, and then the client. */
export function raiseNoSpace(member: Member, call: CallId): ApiErrorCode | undefined {
  const request = { type: 'alarm' as const, action: 'activate' as const, memberId: member.config.id, alarm: 'nospace' as const };
  return beginWrite(member, call, request, selfInfo(member), { refusal: 'noSpace' });
}

/** A member asks for itself: as root, where users are told apart. */
export function selfInfo({ auth }: Member): AuthInfo {
  return auth.isEnabled ? { user: ROOT, revision: auth.revision } : NOBODY;
}

/** The client no longer waits. A proposal that Raft has taken goes on; one that waits for a leader is dropped. */
export function cancelWrite(member: Member, call: CallId): void {
  for (const write of [...member.writes.values()]) if (write.call === call) forgetWrite(member, write);
}

function forgetWrite(member: Member, write: PendingWrite): void {
  member.writes.delete(write.requestId);
  member.waitingProposals = member.waitingProposals.filter((proposal) => proposal.requestId !== write.requestId);
}
