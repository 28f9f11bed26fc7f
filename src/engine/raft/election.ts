/** Elections: standing, voting, counting (etcd-io/raft:raft.go). Raft §5.2, §5.4.1; PreVote: thesis §9.6. */
import { unreachable, ZERO_ID } from '../../base/index.ts';
import { DEBUG, INFO, WARN, writeLine } from './lineSink.ts';
import { lastIndex, lastTerm, someEntry } from './log.ts';
import { createMessage } from './message.ts';
import { broadcastAppend } from './replication.ts';
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from './roles.ts';
import { send } from './send.ts';
import { isPromotable, type Raft, TRANSFER_CONTEXT } from './state.ts';
import { allVoters, recordVote, tallyVotes } from './tracker.ts';
import type { Entry, Message } from './types.ts';

/** Ask first, stand at once, or stand because the leader said so (which passes leases and skips the asking). */
type CampaignKind = 'preElection' | 'election' | 'transfer';

/** Stands for election unless something forbids it. etcd: hup. */
export function standForElection(raft: Raft, kind: CampaignKind): void {
  if (raft.role === 'StateLeader') {
    writeLine(raft.lines, DEBUG, 'alreadyLeader', [raft.id]);
    return;
  }
  if (!isPromotable(raft)) {
    writeLine(raft.lines, WARN, 'unpromotable', [raft.id]);
    return;
  }
  // A member that does not know the configuration yet in which it would lead must not stand.
  if (hasUnappliedConfChange(raft)) {
    writeLine(raft.lines, WARN, 'pendingChangesBlockCampaign', [raft.id, raft.term]);
    return;
  }
  writeLine(raft.lines, INFO, 'startingElection', [raft.id, raft.term]);
  campaign(raft, kind);
}

/** Answers MsgVote or MsgPreVote of this term or, for a pre-vote, a later one. */
export function handleVoteRequest(raft: Raft, message: Message): void {
  const { rules } = raft;
  const isPreVote = message.type === 'MsgPreVote';
  const isFree = rules.isVoteFree(raft.vote, raft.lead, message.from, isPreVote && message.term > raft.term);
  const ownTerm = lastTerm(raft.log);
  const ownIndex = lastIndex(raft.log);
  const isGranted = isFree && rules.isUpToDate(message.logTerm, message.index, ownTerm, ownIndex);
  writeLine(raft.lines, INFO, isGranted ? 'castVote' : 'rejectedVote', voteLine(raft, message));
  const answer = createMessage(isPreVote ? 'MsgPreVoteResp' : 'MsgVoteResp', message.from);
  // A grant carries the term it is for: a pre-candidate has not moved to it, and would ignore ours as old.
  answer.term = isGranted ? message.term : raft.term;
  answer.reject = !isGranted;
  send(raft, answer);
  if (isGranted && !isPreVote) {
    raft.electionElapsed = 0;
    raft.vote = message.from;
  }
}

/** The arguments of the three lines about a vote request. */
export function voteLine(raft: Raft, message: Message) {
  return [
    raft.id,
    lastTerm(raft.log),
    lastIndex(raft.log),
    raft.vote,
    message.type,
    message.from,
    message.logTerm,
    message.index,
    raft.term,
  ] as const;
}

/** Counts an answer to the candidacy of this member's present role. */
export function handleVoteResponse(raft: Raft, message: Message): void {
  writeLine(raft.lines, INFO, message.reject ? 'receivedVoteRejection' : 'receivedVote', [
    raft.id,
    message.type,
    message.from,
    raft.term,
  ]);
  recordVote(raft.tracker, message.from, !message.reject);
  const { granted, rejected, result } = tallyVotes(raft.rules, raft.tracker);
  writeLine(raft.lines, INFO, 'hasReceivedVotes', [raft.id, granted, message.type, rejected]);
  switch (result) {
    case 'VoteWon':
      if (raft.role === 'StatePreCandidate') campaign(raft, 'election');
      else {
        becomeLeader(raft);
        broadcastAppend(raft);
      }
      break;
    case 'VoteLost':
      becomeFollower(raft, raft.term, ZERO_ID);
      break;
    case 'VotePending':
      break;
    default:
      unreachable(result);
  }
}

function campaign(raft: Raft, kind: CampaignKind): void {
  if (!isPromotable(raft)) writeLine(raft.lines, WARN, 'unpromotableCampaign', [raft.id]);
  const isPreVote = kind === 'preElection';
  if (isPreVote) becomePreCandidate(raft);
  else becomeCandidate(raft);
  const term = isPreVote ? raft.term + 1 : raft.term;
  const type = isPreVote ? 'MsgPreVote' : 'MsgVote';
  for (const id of allVoters(raft.tracker.config)) {
    if (id === raft.id) {
      // Its own vote too counts only once it is on disk.
      const own = createMessage(isPreVote ? 'MsgPreVoteResp' : 'MsgVoteResp', id);
      own.term = term;
      send(raft, own);
      continue;
    }
    const request = createMessage(type, id);
    request.term = term;
    request.index = lastIndex(raft.log);
    request.logTerm = lastTerm(raft.log);
    writeLine(raft.lines, INFO, 'sentVoteRequest', [raft.id, request.logTerm, request.index, type, id, raft.term]);
    if (kind === 'transfer') request.context = TRANSFER_CONTEXT;
    send(raft, request);
  }
}

function hasUnappliedConfChange(raft: Raft): boolean {
  const { log } = raft;
  if (log.applied >= log.committed) return false;
  return someEntry(log, log.applied + 1, log.committed + 1, raft.config.maxCommittedSizePerReady, isConfChange);
}

function isConfChange(entry: Entry): boolean {
  return entry.type !== 'EntryNormal';
}
