/** What followers and candidates do with a message of their own term (etcd-io/raft:raft.go, stepFollower, stepCandidate). */
import { ZERO_ID } from '../../base/index.ts';
import { restoreConfiguration } from './configuration.ts';
import { handleVoteResponse, standForElection } from './election.ts';
import { DEBUG, ERROR, fatal, INFO, WARN, writeLine } from './lineSink.ts';
import { appendToLog, commitTo, findConflict, findConflictByTerm, lastIndex, lastTerm, restoreLog, termAt } from './log.ts';
import { createMessage, readdress } from './message.ts';
import { becomeFollower } from './roles.ts';
import { send } from './send.ts';
import type { Raft } from './state.ts';
import { EMPTY_SNAPSHOT, type LogIndex, type Message, type Snapshot, type StepError } from './types.ts';

export function stepFollower(raft: Raft, message: Message): StepError | undefined {
  switch (message.type) {
    case 'MsgProp':
      return forwardProposal(raft, message);
    case 'MsgApp':
    case 'MsgHeartbeat':
    case 'MsgSnap':
      raft.electionElapsed = 0;
      raft.lead = message.from;
      handleFromLeader(raft, message);
      break;
    case 'MsgTransferLeader':
      if (raft.lead === ZERO_ID) writeLine(raft.lines, INFO, 'noLeaderForTransfer', [raft.id, raft.term]);
      else send(raft, readdress(message, raft.lead));
      break;
    case 'MsgForgetLeader':
      forgetLeaderNow(raft);
      break;
    case 'MsgTimeoutNow':
      writeLine(raft.lines, INFO, 'receivedTimeoutNow', [raft.id, raft.term, message.from]);
      // Leadership transfers never ask first, even with PreVote: we know that we are not recovering from a partition.
      standForElection(raft, 'transfer');
      break;
    case 'MsgReadIndex':
      if (raft.lead === ZERO_ID) writeLine(raft.lines, INFO, 'noLeaderForRead', [raft.id, raft.term]);
      else send(raft, readdress(message, raft.lead));
      break;
    case 'MsgReadIndexResp': {
      const entry = message.entries[0];
      if (entry === undefined || message.entries.length !== 1) {
        writeLine(raft.lines, ERROR, 'invalidReadIndexResponse', [raft.id, message.from, message.entries.length]);
      } else raft.readStates.push({ index: message.index, context: entry.data ?? '' });
      break;
    }
    default:
      break;
  }
  return undefined;
}

/** For candidates and pre-candidates: each counts the answers to its own question only. */
export function stepCandidate(raft: Raft, message: Message): StepError | undefined {
  switch (message.type) {
    case 'MsgProp':
      writeLine(raft.lines, INFO, 'noLeaderForProposal', [raft.id, raft.term]);
      return 'proposalDropped';
    case 'MsgApp':
    case 'MsgHeartbeat':
    case 'MsgSnap':
      // Somebody else leads this term. Raft §5.2.
      becomeFollower(raft, message.term, message.from);
      handleFromLeader(raft, message);
      break;
    case 'MsgPreVoteResp':
      if (raft.role === 'StatePreCandidate') handleVoteResponse(raft, message);
      break;
    case 'MsgVoteResp':
      if (raft.role === 'StateCandidate') handleVoteResponse(raft, message);
      break;
    case 'MsgTimeoutNow':
      writeLine(raft.lines, DEBUG, 'ignoredTimeoutNow', [raft.id, raft.term, raft.role, message.from]);
      break;
    default:
      break;
  }
  return undefined;
}

function forwardProposal(raft: Raft, message: Message): StepError | undefined {
  if (raft.lead === ZERO_ID) {
    writeLine(raft.lines, INFO, 'noLeaderForProposal', [raft.id, raft.term]);
    return 'proposalDropped';
  }
  if (raft.config.disableProposalForwarding) {
    writeLine(raft.lines, INFO, 'notForwarding', [raft.id, raft.lead, raft.term]);
    return 'proposalDropped';
  }
  send(raft, readdress(message, raft.lead));
  return undefined;
}

function forgetLeaderNow(raft: Raft): void {
  // A lease that answers reads must not be broken by a vote for somebody else.
  if (raft.config.readOnlyOption === 'leaseBased') {
    writeLine(raft.lines, ERROR, 'notForgettingLeader', []);
  } else if (raft.lead !== ZERO_ID) {
    writeLine(raft.lines, INFO, 'forgettingLeader', [raft.id, raft.lead, raft.term]);
    raft.lead = ZERO_ID;
  }
}

function handleFromLeader(raft: Raft, message: Message): void {
  if (message.type === 'MsgApp') handleAppend(raft, message);
  else if (message.type === 'MsgHeartbeat') handleHeartbeat(raft, message);
  else handleSnapshot(raft, message);
}

/** Raft §5.3, Figure 2 (AppendEntries). */
function handleAppend(raft: Raft, message: Message): void {
  const { log } = raft;
  const answer = createMessage('MsgAppResp', message.from);
  if (message.index < log.committed) {
    answer.index = log.committed;
  } else if (raft.rules.matchesPrevious(termAt(log, message.index), message.logTerm)) {
    answer.index = appendMatching(raft, message);
  } else {
    writeLine(raft.lines, DEBUG, 'rejectedAppend', [
      raft.id,
      termAt(log, message.index) ?? 0,
      message.index,
      message.logTerm,
      message.index,
      message.from,
    ]);
    // Our own entries of terms later than the leader's at that place cannot match: say so at once, for a whole term.
    const hint = findConflictByTerm(log, Math.min(message.index, lastIndex(log)), message.logTerm);
    answer.index = message.index;
    answer.reject = true;
    answer.rejectHint = hint.index;
    answer.logTerm = hint.term;
  }
  send(raft, answer);
}

/** @returns the last index that the message covers */
function appendMatching(raft: Raft, message: Message): LogIndex {
  const { log } = raft;
  const { entries } = message;
  const lastNew = message.index + entries.length;
  const from = raft.rules.appendFrom(entries, findConflict(log, entries));
  if (from !== 0) {
    if (from <= log.committed) fatal(log.lines, `entry ${from} conflict with committed entry [committed(${log.committed})]`);
    appendToLog(log, entries, from - message.index - 1);
  }
  commitTo(log, Math.min(message.commit, lastNew));
  return lastNew;
}

function handleHeartbeat(raft: Raft, message: Message): void {
  commitTo(raft.log, message.commit);
  const answer = createMessage('MsgHeartbeatResp', message.from);
  answer.context = message.context;
  send(raft, answer);
}

/** Raft §7. */
function handleSnapshot(raft: Raft, message: Message): void {
  const snapshot = message.snapshot ?? EMPTY_SNAPSHOT;
  const answer = createMessage('MsgAppResp', message.from);
  if (restore(raft, snapshot)) {
    writeLine(raft.lines, INFO, 'snapshotRestored', [raft.id, raft.log.committed, snapshot.index, snapshot.term]);
    answer.index = lastIndex(raft.log);
  } else {
    writeLine(raft.lines, INFO, 'snapshotIgnored', [raft.id, raft.log.committed, snapshot.index, snapshot.term]);
    answer.index = raft.log.committed;
  }
  send(raft, answer);
}

/** Replaces log and configuration by a snapshot, unless there is nothing in it that we lack. */
function restore(raft: Raft, snapshot: Snapshot): boolean {
  const { log, lines } = raft;
  if (snapshot.index <= log.committed) return false;
  if (raft.role !== 'StateFollower') {
    writeLine(lines, WARN, 'restoreAsLeader', [raft.id]);
    becomeFollower(raft, raft.term + 1, ZERO_ID);
    return false;
  }
  const { confState } = snapshot;
  const isMember = [confState.voters, confState.learners, confState.votersOutgoing].some((ids) => ids.includes(raft.id));
  if (!isMember) {
    writeLine(lines, WARN, 'restoreOutsideConf', [raft.id, confState]);
    return false;
  }
  if (termAt(log, snapshot.index) === snapshot.term) {
    // The log already holds all of it: keep the log, and what is after the snapshot's index.
    writeLine(lines, INFO, 'fastForwarded', [raft.id, log.committed, lastIndex(log), lastTerm(log), snapshot.index, snapshot.term]);
    commitTo(log, snapshot.index);
    return false;
  }
  restoreLog(log, snapshot);
  restoreConfiguration(raft, confState);
  writeLine(lines, INFO, 'logRestored', [raft.id, log.committed, lastIndex(log), lastTerm(log), snapshot.index, snapshot.term]);
  return true;
}
