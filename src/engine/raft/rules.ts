/**
 * The decisive rules of Raft: each a small pure function, handed to a member when it is created. {@link etcdRules} is etcd's
 * set. The break-it lab hands in a set with one rule bent; the engine never asks which.
 */
import { ZERO_ID } from '../../base/index.ts';
import type { ConfChangeV2, Entry, HardState, LogIndex, MemberId, MessageType, ReadOnlyOption, Term } from './types.ts';

export type VoteResult = 'VotePending' | 'VoteLost' | 'VoteWon';

export interface RaftRules {
  /** How many of a majority configuration's voters decide. At least 1 when there are voters. Raft §5.2. */
  readonly quorumSize: (voterCount: number) => number;
  /** What a number of votes means in one majority configuration, of at least one voter. Raft §5.2. */
  readonly electionResult: (yes: number, missing: number, voterCount: number, quorum: number) => VoteResult;
  /** May this vote be given, the logs apart? One vote a term, and none against a known leader. Raft §5.2. */
  readonly isVoteFree: (vote: MemberId, lead: MemberId, candidate: MemberId, isFuturePreVote: boolean) => boolean;
  /** Is the candidate's last entry at least as new as ours? Raft §5.4.1. */
  readonly isUpToDate: (logTerm: Term, index: LogIndex, lastTerm: Term, lastIndex: LogIndex) => boolean;
  /** Does a live leader's lease forbid to answer a vote request? Thesis §4.2.3. */
  readonly isLeaseHeld: (checkQuorum: boolean, lead: MemberId, electionElapsed: number, electionTicks: number) => boolean;
  /** May a leader commit up to an index that a quorum has? Only through an entry of its own term. Raft §5.4.2. */
  readonly mayCommit: (quorumIndex: LogIndex, committed: LogIndex, termAtIndex: Term | undefined, term: Term) => boolean;
  /** Does the log hold the entry that precedes an append? Raft §5.3. */
  readonly matchesPrevious: (termAtIndex: Term | undefined, logTerm: Term) => boolean;
  /**
   * The index from which an append that matches is written, replacing everything from there on; 0: it brings nothing.
   *
   * @param conflict the first index whose entry is missing or of another term; 0: all are there
   */
  readonly appendFrom: (entries: readonly Entry[], conflict: LogIndex) => LogIndex;
  /** The commit index that a heartbeat carries to a follower whose log matches up to `matchIndex`. Raft §5.3. */
  readonly heartbeatCommit: (matchIndex: LogIndex, committed: LogIndex) => LogIndex;
  /** Must this message wait until everything before it is on disk? Raft Figure 2 (responds after updating stable storage). */
  readonly waitsForDisk: (type: MessageType) => boolean;
  /** What of the hard state goes to disk. Raft Figure 2 (persistent state). */
  readonly durableHardState: (hardState: HardState) => HardState;
  /** Must the disk be synced before the messages of a Ready are sent? */
  readonly mustSync: (entryCount: number, now: HardState, before: HardState) => boolean;
  /** May a leader take reads: has it committed an entry of its own term? Raft §8. */
  readonly mayTakeReads: (termAtCommitted: Term | undefined, term: Term) => boolean;
  /**
   * Must a quorum confirm the leader before a read is answered? Raft §8, thesis §6.4.
   *
   * @param isSingleVoter there is one voter
   * @param isVoter it is the leader that is asked. etcd's rule takes that for granted, so a leader that was removed and left one
   *   voter behind answers from what it has (docs/simulation.md)
   */
  readonly mustConfirmRead: (option: ReadOnlyOption, isSingleVoter: boolean, isVoter: boolean) => boolean;
  /** Does a change need a joint configuration? Raft §6, thesis §4.3. */
  readonly needsJoint: (change: ConfChangeV2) => boolean;
  /** May this many voters come and go in one step without a joint configuration? Thesis §4.1. */
  readonly maySwitchInOneStep: (changedVoters: number) => boolean;
}

/** etcd's rules. */
export const etcdRules: RaftRules = {
  quorumSize: (voterCount) => Math.floor(voterCount / 2) + 1,
  electionResult: (yes, missing, _voterCount, quorum) =>
    yes >= quorum ? 'VoteWon' : yes + missing >= quorum ? 'VotePending' : 'VoteLost',
  isVoteFree: (vote, lead, candidate, isFuturePreVote) =>
    vote === candidate || (vote === ZERO_ID && lead === ZERO_ID) || isFuturePreVote,
  isUpToDate: (logTerm, index, lastTerm, lastIndex) => logTerm > lastTerm || (logTerm === lastTerm && index >= lastIndex),
  isLeaseHeld: (checkQuorum, lead, electionElapsed, electionTicks) =>
    checkQuorum && lead !== ZERO_ID && electionElapsed < electionTicks,
  mayCommit: (quorumIndex, committed, termAtIndex, term) => quorumIndex > committed && termAtIndex === term && term !== 0,
  matchesPrevious: (termAtIndex, logTerm) => termAtIndex === logTerm,
  appendFrom: (_entries, conflict) => conflict,
  heartbeatCommit: (matchIndex, committed) => Math.min(matchIndex, committed),
  waitsForDisk: (type) => type === 'MsgAppResp' || type === 'MsgVoteResp' || type === 'MsgPreVoteResp',
  durableHardState: (hardState) => hardState,
  mustSync: (entryCount, now, before) => entryCount > 0 || now.vote !== before.vote || now.term !== before.term,
  mayTakeReads: (termAtCommitted, term) => termAtCommitted === term,
  mustConfirmRead: (option, isSingleVoter) => option === 'safe' && !isSingleVoter,
  needsJoint: (change) => change.transition !== 'ConfChangeTransitionAuto' || change.changes.length > 1,
  maySwitchInOneStep: (changedVoters) => changedVoters <= 1,
};
