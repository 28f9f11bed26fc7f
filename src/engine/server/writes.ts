/** Writes: proposed, replicated, committed, applied, answered (`spec/etcd.md` 4.1). */
import type { Id64 } from '../../base/index.ts';
import { ZERO_ID } from '../../base/index.ts';
import { currentRevision } from '../kv/index.ts';
import { propose } from '../raft/index.ts';
import type { UnaryResponse } from './api.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import type { CallId } from './input.ts';
import { encodeCommand, type LoggedRequest } from './requestCodec.ts';
import type { Member, PendingWrite } from './state.ts';
import { REQUEST_TIMEOUT, timeoutReason } from './timeouts.ts';

/** etcd: DefaultMaxRequestBytes, 1.5 MiB. */
const MAX_REQUEST_SIZE = 1_572_864;
/** etcd: maxGapBetweenApplyAndCommitIndex. */
const MAX_APPLY_GAP = 5_000;

/** Takes a write in: it becomes a proposal now, or as soon as this member knows a leader. */
export function beginWrite(member: Member, call: CallId, request: LoggedRequest, requestId: Id64): ApiErrorCode | undefined {
  if (member.raft.log.committed > member.appliedIndex + MAX_APPLY_GAP) return 'tooManyRequests';
  const data = encodeCommand({ requestId, request });
  if (data.length > MAX_REQUEST_SIZE) return 'requestTooLarge';
  const write: PendingWrite = { requestId, call, request, startedAt: member.now };
  member.writes.set(requestId, write);
  member.waitingProposals = [...member.waitingProposals, { requestId, call, data }];
  proposeWaiting(member);
  if (member.config.serverRules.mayAnswerWrite({ applied: false })) {
    const header = { ...headerOf(member), revision: currentRevision(member.kv) + 1 };
    const answer: UnaryResponse =
      request.type === 'put'
        ? { type: 'put', header, prevKv: undefined }
        : { type: 'deleteRange', header, deleted: 0, prevKvs: [] };
    answerWrite(member, requestId, answer);
  }
  return undefined;
}

/** Hands waiting proposals to Raft once a leader is known. */
export function proposeWaiting(member: Member): void {
  if (member.waitingProposals.length === 0 || member.raft.lead === ZERO_ID) return;
  const waiting = member.waitingProposals;
  member.waitingProposals = [];
  for (const proposal of waiting) {
    if (propose(member.raft, proposal.data) !== undefined) {
      refuseWrite(member, proposal.requestId, 'proposalDropped');
    } else member.outputs.push({ type: 'proposed', call: proposal.call, requestId: proposal.requestId });
  }
}

/** Ends writes that have waited too long. */
export function tickWrites(member: Member): void {
  for (const write of [...member.writes.values()]) {
    if (member.now - write.startedAt < REQUEST_TIMEOUT) continue;
    const unproposed = member.waitingProposals.some((proposal) => proposal.requestId === write.requestId);
    refuseWrite(member, write.requestId, unproposed ? 'deadlineExceeded' : timeoutReason(member, write.startedAt));
  }
}

/** Answers the client of a write, if it is one of ours and still waits. */
export function answerWrite(member: Member, requestId: Id64, response: UnaryResponse): void {
  const write = member.writes.get(requestId);
  if (write === undefined) return;
  member.writes.delete(requestId);
  member.outputs.push({ type: 'answer', call: write.call, response });
}

/** Tells the client of a write that it was refused. */
export function refuseWrite(member: Member, requestId: Id64, code: ApiErrorCode): void {
  const write = member.writes.get(requestId);
  if (write === undefined) return;
  forgetWrite(member, write);
  member.outputs.push({ type: 'refuse', call: write.call, error: { code } });
}

/** The client no longer waits. A proposal that Raft has taken goes on; one that waits for a leader is dropped. */
export function cancelWrite(member: Member, call: CallId): void {
  for (const write of [...member.writes.values()]) if (write.call === call) forgetWrite(member, write);
}

function forgetWrite(member: Member, write: PendingWrite): void {
  member.writes.delete(write.requestId);
  member.waitingProposals = member.waitingProposals.filter((proposal) => proposal.requestId !== write.requestId);
}
