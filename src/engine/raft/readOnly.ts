/** Reads that see every write acknowledged before them (etcd-io/raft:read_only.go, raft.go). Raft §8, thesis §6.4. */
import { type Bytes, ZERO_ID } from '../../base/index.ts';
import { ERROR, writeLine } from './lineSink.ts';
import { termAt } from './log.ts';
import { createMessage } from './message.ts';
import { decodePosition } from './readTracker.ts';
import { broadcastHeartbeat } from './replication.ts';
import { send } from './send.ts';
import type { Raft } from './state.ts';
import { ackQuorumIndex, isSingleVoter, isVoter } from './tracker.ts';
import type { LogIndex, MemberId, Message } from './types.ts';

/** A leader takes a read: answers it, lets a quorum confirm it, or keeps it until it may take reads. */
export function takeRead(raft: Raft, request: Message): void {
  const alone = isSingleVoter(raft.tracker.config);
  if (!alone && !mayTakeReads(raft)) raft.postponedReads.push(request);
  else serveRead(raft, request, alone);
}

/** Serves what was postponed, now that the commit index has moved. */
export function releasePostponedReads(raft: Raft): void {
  if (raft.postponedReads.length === 0) return;
  if (!mayTakeReads(raft)) {
    writeLine(raft.lines, ERROR, 'readReleasedTooEarly', []);
    return;
  }
  const requests = raft.postponedReads;
  raft.postponedReads = [];
  for (const request of requests) serveRead(raft, request, false);
}

/** A peer has answered a heartbeat that carried a position: reads that a quorum has confirmed are answered, oldest first. */
export function acknowledgeRead(raft: Raft, from: MemberId, context: Bytes): void {
  const { reads } = raft;
  reads.acks.set(from, Math.max(reads.acks.get(from) ?? 0, decodePosition(context)));
  const confirmed = Math.min(
    ackQuorumIndex(raft.rules, raft.tracker.config, reads.acks),
    reads.confirmed + reads.unconfirmed.length, // no voters at all would confirm everything
  );
  if (confirmed <= reads.confirmed) return;
  const answered = reads.unconfirmed.splice(0, confirmed - reads.confirmed);
  reads.confirmed = confirmed;
  for (const { request, index } of answered) answerRead(raft, request, index);
}

function mayTakeReads(raft: Raft): boolean {
  return raft.rules.mayTakeReads(termAt(raft.log, raft.log.committed), raft.term);
}

function serveRead(raft: Raft, request: Message, alone: boolean): void {
  const index = raft.log.committed;
  const isOneOfThem = isVoter(raft.tracker.config, raft.id);
  if (!raft.rules.mustConfirmRead(raft.config.readOnlyOption, alone, isOneOfThem)) {
    answerRead(raft, request, index);
    return;
  }
  const { reads } = raft;
  reads.unconfirmed.push({ request, index });
  reads.acks.set(raft.id, reads.confirmed + reads.unconfirmed.length);
  broadcastHeartbeat(raft);
}

function answerRead(raft: Raft, request: Message, index: LogIndex): void {
  if (request.from === ZERO_ID || request.from === raft.id) {
    const entry = request.entries[0];
    if (entry === undefined) throw new RangeError('index out of range [0] with length 0'); // upstream crashes as well
    raft.readStates.push({ index, context: entry.data ?? '' });
    return;
  }
  const answer = createMessage('MsgReadIndexResp', request.from);
  answer.index = index;
  answer.entries = request.entries;
  send(raft, answer);
}
