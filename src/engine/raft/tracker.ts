import { byText } from '../../base/index.ts';
import { cloneProgress, type Progress } from './progress.ts';
import { jointVoteResult, quorumIndex } from './quorum.ts';
import type { RaftRules, VoteResult } from './rules.ts';
import type { ConfState, LogIndex, MemberId, TrackerConfig } from './types.ts';

/** A member's view of the cluster: who is in it, how far each one is, who voted (etcd-io/raft:tracker/tracker.go). */
export interface Tracker {
  config: TrackerConfig;
  /** Everybody in the configuration, ascending. */
  progress: Progress[];
  /** Those of the incoming and the outgoing voters, ascending: the same records. */
  incoming: Progress[];
  outgoing: Progress[];
  votes: Map<MemberId, boolean>;
  readonly maxInflight: number;
  readonly maxInflightBytes: number;
}

export const EMPTY_CONFIG: TrackerConfig = { voters: [], votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };

export function createTracker(maxInflight: number, maxInflightBytes: number): Tracker {
  return { config: EMPTY_CONFIG, progress: [], incoming: [], outgoing: [], votes: new Map(), maxInflight, maxInflightBytes };
}

export function cloneTracker(tracker: Tracker): Tracker {
  const copy = createTracker(tracker.maxInflight, tracker.maxInflightBytes);
  installConfig(copy, tracker.config, tracker.progress.map(cloneProgress));
  copy.votes = new Map(tracker.votes);
  return copy;
}

/** @param progress ascending, one for everybody in the configuration */
export function installConfig(tracker: Tracker, config: TrackerConfig, progress: Progress[]): void {
  tracker.config = config;
  tracker.progress = progress;
  tracker.incoming = progress.filter((peer) => config.voters.includes(peer.id));
  tracker.outgoing = progress.filter((peer) => config.votersOutgoing.includes(peer.id));
}

export function findProgress(tracker: Tracker, id: MemberId): Progress | undefined {
  const peers = tracker.progress;
  for (let i = 0; i < peers.length; i++) if ((peers[i] as Progress).id === id) return peers[i]; // i < length
  return undefined;
}

export function isJoint(config: TrackerConfig): boolean {
  return config.votersOutgoing.length > 0;
}

/** One voter that needs nobody else. */
export function isSingleVoter(config: TrackerConfig): boolean {
  return config.voters.length === 1 && config.votersOutgoing.length === 0;
}

/** Voters of both halves, ascending. */
export function allVoters(config: TrackerConfig): readonly MemberId[] {
  if (config.votersOutgoing.length === 0) return config.voters;
  return [...new Set([...config.voters, ...config.votersOutgoing])].sort(byText);
}

/** Is this member a voter in either half? */
export function isVoter(config: TrackerConfig, id: MemberId): boolean {
  return config.voters.includes(id) || config.votersOutgoing.includes(id);
}

export function confStateOfConfig(config: TrackerConfig): ConfState {
  return {
    voters: config.voters,
    votersOutgoing: config.votersOutgoing,
    learners: config.learners,
    learnersNext: config.learnersNext,
    autoLeave: config.autoLeave,
  };
}

// Scratch space, filled and read within one call: an index for each voter of a half. Never cut, so that nothing is allocated.
const acks: LogIndex[] = [];

/** The highest index that a quorum, or both of them, holds. Raft §5.4.2. */
export function trackerQuorumIndex(rules: RaftRules, tracker: Tracker): LogIndex {
  const incoming = halfIndex(rules, tracker.incoming);
  return tracker.outgoing.length === 0 ? incoming : Math.min(incoming, halfIndex(rules, tracker.outgoing));
}

/** The same over acknowledgements of another kind; who has sent none counts as 0. */
export function ackQuorumIndex(rules: RaftRules, config: TrackerConfig, acknowledged: ReadonlyMap<MemberId, number>): number {
  return Math.min(halfAcks(rules, config.voters, acknowledged), halfAcks(rules, config.votersOutgoing, acknowledged));
}

/** Counts the first vote of each member only. */
export function recordVote(tracker: Tracker, id: MemberId, granted: boolean): void {
  if (!tracker.votes.has(id)) tracker.votes.set(id, granted);
}

/** The result, with the counts that etcd logs (learners' votes do not show in them). */
export function tallyVotes(
  rules: RaftRules,
  tracker: Tracker,
): { readonly granted: number; readonly rejected: number; readonly result: VoteResult } {
  let granted = 0;
  let rejected = 0;
  for (const peer of tracker.progress) {
    const vote = peer.isLearner ? undefined : tracker.votes.get(peer.id);
    if (vote === true) granted++;
    else if (vote === false) rejected++;
  }
  const { voters, votersOutgoing } = tracker.config;
  return { granted, rejected, result: jointVoteResult(rules, voters, votersOutgoing, tracker.votes) };
}

/** Has a leader heard from a quorum since it last asked? Only voters are counted, so learners cannot help. Thesis §6.2. */
export function isQuorumActive(rules: RaftRules, tracker: Tracker): boolean {
  const active = new Map<MemberId, boolean>();
  for (const peer of tracker.progress) active.set(peer.id, peer.recentActive);
  return jointVoteResult(rules, tracker.config.voters, tracker.config.votersOutgoing, active) === 'VoteWon';
}

function halfIndex(rules: RaftRules, voters: readonly Progress[]): LogIndex {
  const count = voters.length;
  for (let i = 0; i < count; i++) acks[i] = (voters[i] as Progress).matchIndex; // i < length
  return quorumIndex(rules, acks, count);
}

function halfAcks(rules: RaftRules, voters: readonly MemberId[], acknowledged: ReadonlyMap<MemberId, number>): number {
  for (let i = 0; i < voters.length; i++) acks[i] = acknowledged.get(voters[i] as MemberId) ?? 0; // i < length
  return quorumIndex(rules, acks, voters.length);
}
