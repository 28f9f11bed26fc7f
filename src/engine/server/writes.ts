/** Writes: proposed, replicated, committed, applied, answered (`spec/etcd.md` 4.1). */
import type { Id64 } from '../../base/index.ts';
import { ZERO_ID } from '../../base/index.ts';
import { currentRevision } from '../kv/index.ts';
import { propose, proposeConfChange } from '../raft/index.ts';
import type { UnaryResponse } from './api.ts';
import { ROOT } from './auth.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import type { CallId } from './input.ts';
import { type AuthInfo, type LoggedRequest, NOBODY } from './logged.ts';
import { encodeCommand } from './requestCodec.ts';
import { nextRequestId } from './requestId.ts';
import type { Member, PendingWrite } from './state.ts';
import { REQUEST_TIMEOUT, timeoutReason } from './timeouts.ts';

/** etcd: DefaultMaxRequestBytes, 1.5 MiB. */
const MAX_REQUEST_SIZE = 1_572_864;
/** etcd: maxGapBetweenApplyAndCommitIndex. */
const MAX_APPLY_GAP = 5_000;

/**
 * Takes a write in: it becomes a proposal now, or as soon as this member knows a leader.
 *
 * @param auth who asks
 * @param refusal however the write ends, its client is told this
 */
export function beginWrite(
  member: Member,
  call: CallId,
  request: LoggedRequest,
  auth: AuthInfo,
  refusal?: ApiErrorCode,
): ApiErrorCode | undefined {
  if (member.raft.log.committed > member.appliedIndex + MAX_APPLY_GAP) return 'tooManyRequests';
  const requestId = nextRequestId(member);
  const data = encodeCommand({ requestId, request, auth });
  if (data.length > MAX_REQUEST_SIZE) return 'requestTooLarge';
  const write: PendingWrite = { requestId, call, request, startedAt: member.now, ...(refusal === undefined ? {} : { refusal }) };
  member.writes.set(requestId, write);
  member.waitingProposals = [...member.waitingProposals, { requestId, call, data }];
  proposeWaiting(member);
  if (member.config.serverRules.mayAnswerWrite({ applied: false })) answerEarly(member, write);
  return undefined;
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
export function answerWrite(member: Member, requestId: Id64, response: UnaryResponse): void {
  const write = member.writes.get(requestId);
  if (write === undefined) return;
  member.writes.delete(requestId);
  const { call, refusal } = write;
  if (refusal !== undefined) member.outputs.push({ type: 'refuse', call, error: { code: refusal } });
  else member.outputs.push({ type: 'answer', call, response });
}

/** Tells the client of a write that it was refused. */
export function refuseWrite(member: Member, requestId: Id64, code: ApiErrorCode): void {
  const write = member.writes.get(requestId);
  if (write === undefined) return;
  forgetWrite(member, write);
  member.outputs.push({ type: 'refuse', call: write.call, error: { code: write.refusal ?? code } });
}

/** A write has been done, and its client is told later. */
export function forgetAnswered(member: Member, requestId: Id64): void {
  member.writes.delete(requestId);
}

/** This member's store is full: everybody is told by way of the log, and then the client. */
export function raiseNoSpace(member: Member, call: CallId): ApiErrorCode | undefined {
  const request = { type: 'alarm' as const, action: 'activate' as const, memberId: member.config.id, alarm: 'nospace' as const };
  return beginWrite(member, call, request, selfInfo(member), 'noSpace');
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
