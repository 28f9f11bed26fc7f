/** Who belongs to the cluster and who decides in it, as the newest configuration says; what stage, log and sentences ask of it. */

import type { Frame, MemberFrame } from './frame.ts';
import { hasQuorum } from './islands.ts';
import { logEnd, topLeader } from './lookup.ts';

/** 'joining': the cluster was told of it and its process has never run. 'removed': it belongs no more. */
export type Standing = 'voter' | 'learner' | 'joining' | 'removed';

export function standingOf(member: MemberFrame): Standing {
  if (!member.isVoter && !member.isLearner) return 'removed';
  if (!member.hasStarted && member.health !== 'up') return 'joining';
  return member.isLearner ? 'learner' : 'voter';
}

/** Has a place in the picture: belongs to the cluster, or has been removed and has not ended yet. */
export function isPresent(member: MemberFrame): boolean {
  return member.isVoter || member.isLearner || member.health === 'up';
}

/** Ordinals of those who have a place in the picture, ascending. */
export function presentOrdinals(frame: Frame): readonly number[] {
  return frame.members.filter(isPresent).map((member) => member.ordinal);
}

/** One majority that has to agree. Raft §6. */
export interface QuorumHalf {
  /** 'new' is the only one unless a joint configuration stands. */
  readonly side: 'old' | 'new';
  /** Ordinals, ascending. */
  readonly voters: readonly number[];
  readonly needed: number;
}

/** The majorities that every decision needs: one, or two while a joint configuration stands, the old one first. */
export function quorumHalves({ config }: Frame): readonly QuorumHalf[] {
  const { voters, votersOutgoing, unplacedVoters, unplacedOutgoing } = config;
  const half = (side: QuorumHalf['side'], of: readonly number[], unplaced: number): QuorumHalf => ({
    side,
    voters: of,
    needed: Math.floor((of.length + unplaced) / 2) + 1,
  });
  const incoming = half('new', voters, unplacedVoters);
  return votersOutgoing.length === 0 ? [incoming] : [half('old', votersOutgoing, unplacedOutgoing), incoming];
}

/** Voters, those of both halves; voters without a place are not counted. */
export function votersOf(frame: Frame): readonly MemberFrame[] {
  return frame.members.filter((member) => member.isVoter);
}

/** Enough voters among these members to decide anything, in both halves if there are two. */
export function canDecide(frame: Frame, members: readonly number[]): boolean {
  return hasQuorum(frame.config, members);
}

/** Entries that a member may lack without being said to catch up: what is on its way anyway. */
const LAG = 4;

/**
 * How a running member that lacks much gets it: 'snapshot' where the leader has dropped the entries that it lacks, or already sends
 * one; 'log' entry by entry. Undefined: it keeps up, or nobody leads.
 */
export function catchUp(frame: Frame, member: MemberFrame): 'snapshot' | 'log' | undefined {
  const leader = topLeader(frame);
  if (leader === undefined || leader === member || member.health !== 'up' || standingOf(member) === 'removed') return undefined;
  const end = logEnd(member.log);
  const progress = leader.progress[member.ordinal - 1];
  // Nobody can be sent what nobody has kept. etcd: StateSnapshot.
  if (progress?.state === 'snapshot' || (end + 1 < leader.firstIndex && end < leader.commitIndex)) return 'snapshot';
  return leader.commitIndex - end >= LAG ? 'log' : undefined;
}

/** Index of the snapshot that a leader sends to a member; 0 = it sends none. etcd: in StateSnapshot, Next is behind PendingSnapshot. */
export function snapshotIndex(leader: MemberFrame, member: MemberFrame): number {
  const progress = leader.progress[member.ordinal - 1];
  return progress?.state === 'snapshot' ? progress.next - 1 : 0;
}

/** A leadership that changes hands: the order to take over is on its way. Thesis §3.10. */
export interface Transfer {
  /** Ordinals. */
  readonly from: number;
  readonly to: number;
}

export function transferOf(frame: Frame): Transfer | undefined {
  const order = frame.flights.find((flight) => flight.kind === 'timeoutNow' && flight.lostAt === undefined);
  return order === undefined ? undefined : { from: order.from, to: order.to };
}

/** Places there are. */
const PLACES = 9;

/** The lowest place that nobody has taken yet, else one that somebody was removed from; undefined: all are taken. */
export function freePlace(frame: Frame): number | undefined {
  if (frame.members.length < PLACES) return frame.members.length + 1;
  return frame.members.find((member) => !isPresent(member))?.ordinal;
}
