/** Reads: ReadIndex for linearizable ones, the local store for serializable ones (`spec/etcd.md` 4.2; thesis §6.4). */
import { unreachable, ZERO_ID } from '../../base/index.ts';
import { range } from '../kv/index.ts';
import { type MemberId, type ReadState, readIndex } from '../raft/index.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import type { CallId } from './input.ts';
import { nextRequestId } from './requestId.ts';
import type { Member, PendingRead } from './state.ts';
import { REQUEST_TIMEOUT, timeoutReason } from './timeouts.ts';

/** etcd: readIndexRetryTime, 500 ms. */
const RETRY_TIME = 500_000;

/** Takes a linearizable read in; it shares the next ReadIndex with others that wait. */
export function beginRead(member: Member, read: PendingRead): void {
  member.waitingReads = [...member.waitingReads, read];
  startRound(member);
}

/** Answers a read from the store as it stands. */
export function answerRead(member: Member, read: PendingRead): void {
  const { call, request } = read;
  switch (request.type) {
    case 'range': {
      const result = range(member.kv, request);
      if (!result.ok) member.outputs.push({ type: 'refuse', call, error: result.error });
      else {
        const { kvs, more, count } = result.value;
        member.outputs.push({ type: 'answer', call, response: { type: 'range', header: headerOf(member), kvs, more, count } });
      }
      break;
    }
    case 'memberList': {
      const members = [...member.config.cluster.members].sort((a, b) => (a.id < b.id ? -1 : 1));
      const header = { ...headerOf(member), revision: 0 };
      member.outputs.push({ type: 'answer', call, response: { type: 'memberList', header, members } });
      break;
    }
    default:
      unreachable(request);
  }
}

/** Raft has confirmed a round: its reads wait for nothing but the apply. */
export function onReadState(member: Member, state: ReadState): void {
  const round = member.readRound;
  if (round === undefined || round.context !== state.context) return; // an answer to a round that was given up
  member.readRound = undefined;
  member.confirmedReads = [...member.confirmedReads, { index: state.index, reads: round.reads }];
  releaseReads(member);
  startRound(member);
}

/** Answers every confirmed read whose index has been applied. */
export function releaseReads(member: Member): void {
  const due = member.confirmedReads.filter((reads) => reads.index <= member.appliedIndex);
  if (due.length === 0) return;
  member.confirmedReads = member.confirmedReads.filter((reads) => reads.index > member.appliedIndex);
  for (const { reads } of due) for (const read of reads) answerRead(member, read);
}

/** Another leader is known than before: a round that was asked of the old one may never be answered. */
export function onLeader(member: Member, leader: MemberId): void {
  if (leader === member.knownLeader) return;
  member.knownLeader = leader;
  if (leader === ZERO_ID) return;
  member.leaderSince = member.now;
  const round = member.readRound;
  if (round === undefined) return;
  member.readRound = undefined;
  for (const read of round.reads) refuseRead(member, read, 'leaderChanged');
  startRound(member);
}

/** The first entry of a term was applied: a leader that could not confirm reads before can do so now. */
export function onFirstCommitInTerm(member: Member): void {
  if (member.readRound !== undefined) askAgain(member);
}

/** Asks again for a round without an answer, and ends reads that have waited too long. */
export function tickReads(member: Member): void {
  const late = (read: PendingRead) => member.now - read.startedAt >= REQUEST_TIMEOUT;
  dropReads(member, late, (read) => refuseRead(member, read, timeoutReason(member, read.startedAt)));
  if (member.readRound !== undefined && member.now >= member.readRound.retryAt) askAgain(member);
}

/** The client no longer waits. */
export function cancelRead(member: Member, call: CallId): void {
  dropReads(
    member,
    (read) => read.call === call,
    () => {},
  );
}

function startRound(member: Member): void {
  if (member.readRound !== undefined || member.waitingReads.length === 0) return;
  member.readRound = { context: '', reads: member.waitingReads, retryAt: 0 };
  member.waitingReads = [];
  askAgain(member);
}

function askAgain(member: Member): void {
  if (member.readRound === undefined) return;
  const context = nextRequestId(member);
  member.readRound = { ...member.readRound, context, retryAt: member.now + RETRY_TIME };
  readIndex(member.raft, context);
}

function dropReads(member: Member, isOver: (read: PendingRead) => boolean, end: (read: PendingRead) => void): void {
  const keep = (reads: readonly PendingRead[]) => {
    if (!reads.some(isOver)) return reads;
    for (const read of reads) if (isOver(read)) end(read);
    return reads.filter((read) => !isOver(read));
  };
  member.waitingReads = keep(member.waitingReads);
  const round = member.readRound;
  if (round !== undefined) {
    const reads = keep(round.reads);
    member.readRound = reads.length === 0 ? undefined : { ...round, reads };
  }
  member.confirmedReads = member.confirmedReads
    .map((confirmed) => ({ index: confirmed.index, reads: keep(confirmed.reads) }))
    .filter((confirmed) => confirmed.reads.length > 0);
  startRound(member);
}

function refuseRead(member: Member, read: PendingRead, code: ApiErrorCode): void {
  member.outputs.push({ type: 'refuse', call: read.call, error: { code } });
}
