/** What a leader does with a message of its own term (etcd-io/raft:raft.go, stepLeader). */
import { ZERO_ID } from '../../base/index.ts';
import { freeInflightsTo } from './inflights.ts';
import { DEBUG, INFO, WARN, wants, writeLine } from './lineSink.ts';
import { findConflictByTerm, firstIndex, lastIndex } from './log.ts';
import { createMessage } from './message.ts';
import {
  becomeProbe,
  becomeReplicate,
  canBumpCommit,
  describeProgress,
  maybeDecrease,
  maybeUpdate,
  type Progress,
} from './progress.ts';
import { handleProposal } from './proposals.ts';
import { acknowledgeRead, releasePostponedReads, takeRead } from './readOnly.ts';
import { broadcastAppend, broadcastHeartbeat, maybeCommit, sendAppend } from './replication.ts';
import { becomeFollower } from './roles.ts';
import { send } from './send.ts';
import { abortTransfer, type Raft } from './state.ts';
import { findProgress, isQuorumActive } from './tracker.ts';
import type { MemberId, Message, StepError } from './types.ts';

export function stepLeader(raft: Raft, message: Message): StepError | undefined {
  switch (message.type) {
    case 'MsgBeat':
      broadcastHeartbeat(raft);
      return undefined;
    case 'MsgCheckQuorum':
      checkQuorum(raft);
      return undefined;
    case 'MsgProp':
      return handleProposal(raft, message);
    case 'MsgReadIndex':
      takeRead(raft, message);
      return undefined;
    case 'MsgForgetLeader':
      return undefined;
    default:
      break;
  }
  const peer = findProgress(raft.tracker, message.from);
  if (peer === undefined) {
    writeLine(raft.lines, DEBUG, 'noProgress', [raft.id, message.from]);
    return undefined;
  }
  switch (message.type) {
    case 'MsgAppResp':
      peer.recentActive = true;
      if (message.reject) handleRefusal(raft, peer, message);
      else handleAcknowledgement(raft, peer, message);
      break;
    case 'MsgHeartbeatResp':
      handleHeartbeatResponse(raft, peer, message);
      break;
    case 'MsgSnapStatus':
      handleSnapshotStatus(raft, peer, message.reject);
      break;
    case 'MsgUnreachable':
      // Appends under way are probably lost: find out where the peer is, one at a time.
      if (peer.state === 'StateReplicate') becomeProbe(peer);
      if (wants(raft.lines, DEBUG)) writeLine(raft.lines, DEBUG, 'unreachable', [raft.id, peer.id, describeProgress(peer)]);
      break;
    case 'MsgTransferLeader':
      handleTransfer(raft, peer);
      break;
    default:
      break;
  }
  return undefined;
}

/** Steps down unless a quorum has been heard of since the last time. Thesis §6.2. */
function checkQuorum(raft: Raft): void {
  if (!isQuorumActive(raft.rules, raft.tracker)) {
    writeLine(raft.lines, WARN, 'quorumNotActive', [raft.id]);
    becomeFollower(raft, raft.term, ZERO_ID);
  }
  for (const peer of raft.tracker.progress) if (peer.id !== raft.id) peer.recentActive = false;
}

/** A peer's log does not hold the entry before an append: go back, by whole terms. Raft §5.3. */
function handleRefusal(raft: Raft, peer: Progress, message: Message): void {
  writeLine(raft.lines, DEBUG, 'appendRefused', [raft.id, message.rejectHint, message.logTerm, message.from, message.index]);
  let hint = message.rejectHint;
  // The peer has skipped its own entries of later terms; our own of terms later than that cannot match either.
  if (message.logTerm > 0) hint = findConflictByTerm(raft.log, message.rejectHint, message.logTerm).index;
  if (!maybeDecrease(peer, message.index, hint)) return;
  if (wants(raft.lines, DEBUG)) writeLine(raft.lines, DEBUG, 'decreasedProgress', [raft.id, peer.id, describeProgress(peer)]);
  if (peer.state === 'StateReplicate') becomeProbe(peer);
  sendAppend(raft, peer, true);
}

/** A peer's log matches up to the message's index. Raft §5.3. */
function handleAcknowledgement(raft: Raft, peer: Progress, message: Message): void {
  // An answer that brings nothing new still ends the probing: it says that the logs agree.
  const isNews = maybeUpdate(peer, message.index) || (peer.matchIndex === message.index && peer.state === 'StateProbe');
  if (!isNews) return;
  if (peer.state === 'StateProbe') becomeReplicate(peer);
  else if (peer.state === 'StateSnapshot') recoverFromSnapshot(raft, peer);
  else freeInflightsTo(peer.inflights, message.index);

  if (maybeCommit(raft)) {
    releasePostponedReads(raft);
    broadcastAppend(raft);
  } else if (peer.id !== raft.id && canBumpCommit(peer, raft.log.committed)) {
    sendAppend(raft, peer, true);
  }
  // Fill the window again: the acknowledgement may have made room for more than one append.
  if (peer.id !== raft.id) while (sendAppend(raft, peer, false));
  if (peer.id === raft.leadTransferee && peer.matchIndex === lastIndex(raft.log)) {
    writeLine(raft.lines, INFO, 'timeoutNowAfterAck', [raft.id, peer.id]);
    sendTimeoutNow(raft, peer.id);
  }
}

/** What counts is that the log goes on where the peer stands, not that it is the snapshot that was sent. */
function recoverFromSnapshot(raft: Raft, peer: Progress): void {
  if (peer.matchIndex + 1 < firstIndex(raft.log)) return;
  if (wants(raft.lines, DEBUG)) writeLine(raft.lines, DEBUG, 'snapshotRecovered', [raft.id, peer.id, describeProgress(peer)]);
  becomeProbe(peer);
  becomeReplicate(peer);
}

function handleHeartbeatResponse(raft: Raft, peer: Progress, message: Message): void {
  peer.recentActive = true;
  peer.msgAppFlowPaused = false;
  if (peer.matchIndex < lastIndex(raft.log) || peer.state === 'StateProbe') sendAppend(raft, peer, true);
  if (raft.config.readOnlyOption === 'safe' && message.context) acknowledgeRead(raft, peer.id, message.context);
}

function handleSnapshotStatus(raft: Raft, peer: Progress, failed: boolean): void {
  if (peer.state !== 'StateSnapshot') return;
  if (failed) peer.pendingSnapshot = 0;
  becomeProbe(peer);
  if (wants(raft.lines, DEBUG)) {
    writeLine(raft.lines, DEBUG, failed ? 'snapshotFailed' : 'snapshotSucceeded', [raft.id, peer.id, describeProgress(peer)]);
  }
  // If it succeeded, wait for the peer's answer; if not, for the next heartbeat's, before trying again.
  peer.msgAppFlowPaused = true;
}

/** Hands leadership to a peer, as soon as it has the whole log. Thesis §3.10. */
function handleTransfer(raft: Raft, peer: Progress): void {
  const { lines } = raft;
  if (peer.isLearner) {
    writeLine(lines, DEBUG, 'transferToLearner', [raft.id]);
    return;
  }
  if (raft.leadTransferee !== ZERO_ID) {
    if (raft.leadTransferee === peer.id) {
      writeLine(lines, INFO, 'transferRepeated', [raft.id, raft.term, peer.id, peer.id]);
      return;
    }
    writeLine(lines, INFO, 'transferReplaced', [raft.id, raft.term, raft.leadTransferee]);
    abortTransfer(raft);
  }
  if (peer.id === raft.id) {
    writeLine(lines, DEBUG, 'transferToSelf', [raft.id]);
    return;
  }
  writeLine(lines, INFO, 'transferStarts', [raft.id, raft.term, peer.id]);
  // It has one election timeout to succeed.
  raft.electionElapsed = 0;
  raft.leadTransferee = peer.id;
  if (peer.matchIndex === lastIndex(raft.log)) {
    sendTimeoutNow(raft, peer.id);
    writeLine(lines, INFO, 'timeoutNowImmediately', [raft.id, peer.id, peer.id]);
  } else sendAppend(raft, peer, true);
}

function sendTimeoutNow(raft: Raft, to: MemberId): void {
  send(raft, createMessage('MsgTimeoutNow', to));
}
