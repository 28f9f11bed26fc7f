/** One message into one member (etcd-io/raft:raft.go, Step). Terms first, then what every role does, then the role. */
import { ZERO_ID } from '../../base/index.ts';
import { handleVoteRequest, standForElection, voteLine } from './election.ts';
import { encodedSize } from './entry.ts';
import { stepCandidate, stepFollower } from './follower.ts';
import { assertRaftInvariants } from './invariants.ts';
import { stepLeader } from './leader.ts';
import { INFO, writeLine } from './lineSink.ts';
import { createMessage } from './message.ts';
import { appliedTo } from './proposals.ts';
import { shrinkUncommitted } from './replication.ts';
import { becomeFollower } from './roles.ts';
import { send } from './send.ts';
import { type Raft, TRANSFER_CONTEXT } from './state.ts';
import type { Message, Snapshot, StepError } from './types.ts';
import { stableSnapshotTo, stableTo } from './unstable.ts';

/** Steps a message without asking where it comes from. */
export function stepCore(raft: Raft, message: Message): StepError | undefined {
  let error: StepError | undefined;
  if (settleTerms(raft, message)) error = dispatch(raft, message);
  assertRaftInvariants(raft);
  return error;
}

/** Raft §5.1. @returns false: the message is dealt with */
function settleTerms(raft: Raft, message: Message): boolean {
  if (message.term === 0 || message.term === raft.term) return true; // term 0: a local message
  return message.term > raft.term ? meetHigherTerm(raft, message) : answerLowerTerm(raft, message);
}

function meetHigherTerm(raft: Raft, message: Message): boolean {
  const { type } = message;
  const isRequest = type === 'MsgVote' || type === 'MsgPreVote';
  if (isRequest && message.context !== TRANSFER_CONTEXT) {
    const { electionTicks, checkQuorum } = raft.config;
    if (raft.rules.isLeaseHeld(checkQuorum, raft.lead, raft.electionElapsed, electionTicks)) {
      // A live leader is heard: a member that was away must not depose it. Thesis §4.2.3.
      writeLine(raft.lines, INFO, 'leaseNotExpired', [...voteLine(raft, message), electionTicks - raft.electionElapsed]);
      return false;
    }
  }
  // Asking changes no term, and a granted pre-vote carries the term that it is for.
  if (type === 'MsgPreVote' || (type === 'MsgPreVoteResp' && !message.reject)) return true;
  writeLine(raft.lines, INFO, 'higherTerm', [raft.id, raft.term, type, message.from, message.term]);
  const isFromLeader = type === 'MsgApp' || type === 'MsgHeartbeat' || type === 'MsgSnap';
  becomeFollower(raft, message.term, isFromLeader ? message.from : ZERO_ID);
  return true;
}

function answerLowerTerm(raft: Raft, message: Message): boolean {
  const { type } = message;
  if ((raft.config.checkQuorum || raft.config.preVote) && (type === 'MsgHeartbeat' || type === 'MsgApp')) {
    // A leader that we can no longer depose by standing for election: it learns of our term from this answer, and we get
    // out of a term that nobody shares.
    send(raft, createMessage('MsgAppResp', message.from));
  } else if (type === 'MsgPreVote') {
    // Without an answer, members with and without PreVote could wait for each other for ever.
    writeLine(raft.lines, INFO, 'rejectedVote', voteLine(raft, message));
    const answer = createMessage('MsgPreVoteResp', message.from);
    answer.term = raft.term;
    answer.reject = true;
    send(raft, answer);
  } else if (type === 'MsgStorageAppendResp') {
    // An old write's (term, index) may match an entry that a newer write is about to replace on disk: it proves nothing
    // about entries. A snapshot is of what was committed, so that part holds.
    if (message.index !== 0) writeLine(raft.lines, INFO, 'lowerTermStorageAppend', [raft.id, raft.term, message.term]);
    if (message.snapshot !== undefined) snapshotStored(raft, message.snapshot);
  } else writeLine(raft.lines, INFO, 'lowerTerm', [raft.id, raft.term, type, message.from, message.term]);
  return false;
}

function dispatch(raft: Raft, message: Message): StepError | undefined {
  switch (message.type) {
    case 'MsgHup':
      standForElection(raft, raft.config.preVote ? 'preElection' : 'election');
      return undefined;
    case 'MsgStorageAppendResp':
      if (message.index !== 0) stableTo(raft.lines, raft.log.unstable, message.logTerm, message.index);
      if (message.snapshot !== undefined) snapshotStored(raft, message.snapshot);
      return undefined;
    case 'MsgStorageApplyResp': {
      const last = message.entries[message.entries.length - 1];
      if (last !== undefined) {
        appliedTo(raft, last.index, encodedSize(message.entries));
        shrinkUncommitted(raft, message.entries);
      }
      return undefined;
    }
    case 'MsgVote':
    case 'MsgPreVote':
      handleVoteRequest(raft, message);
      return undefined;
    default:
      break;
  }
  if (raft.role === 'StateLeader') return stepLeader(raft, message);
  return raft.role === 'StateFollower' ? stepFollower(raft, message) : stepCandidate(raft, message);
}

function snapshotStored(raft: Raft, snapshot: Snapshot): void {
  stableSnapshotTo(raft.log.unstable, snapshot.index);
  appliedTo(raft, snapshot.index, 0);
}
