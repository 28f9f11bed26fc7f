/** The next commit: whose disks it waits for. */
import type { Flight, Frame, MemberFrame } from '../frame.ts';
import { logEnd, logTerm } from '../lookup.ts';
import { canDecide, votersOf } from '../membership.ts';
import type { DiskState, Half, Needed } from './fact.ts';
import { halvesOf, isLinked, nameEntry } from './shared.ts';

const DISK_ORDER: readonly DiskState[] = [
  'ownDisk',
  'counted',
  'landsNext',
  'ackSent',
  'onDisk',
  'ackLost',
  'inMemory',
  'appendSent',
  'waiting',
  'unreachable',
  'stopped',
];

export function nextCommit(frame: Frame, leader: MemberFrame): Needed | undefined {
  const end = logEnd(leader.log);
  if (end <= leader.commitIndex) return undefined;
  // Only an entry of the leader's own term commits by counting; older ones go with it. Raft §5.4.2.
  let index = leader.commitIndex + 1;
  while (index < end && logTerm(leader.log, index) < leader.term) index++;
  const states = frame.members.map((member) => diskState(frame, leader, member, index));
  const landing = firstAck(
    frame,
    leader,
    index,
    states
      .map((state, at) => (state === 'ackSent' && frame.members[at]?.isVoter === true ? at + 1 : 0))
      .filter((member) => member > 0),
  );
  if (landing !== 0) states[landing - 1] = 'landsNext';
  const stateOf = (member: MemberFrame) => states[member.ordinal - 1] as DiskState; // one state per member
  const halves = halvesOf(frame, stateOf, counts, DISK_ORDER);
  const { needed, have, voters } = shortest(halves);
  const reachable = frame.members.filter((member) => stateOf(member) !== 'stopped' && stateOf(member) !== 'unreachable');
  return {
    type: 'commit',
    leader: leader.name,
    term: leader.term,
    entry: nameEntry(frame, logTerm(leader.log, index), index),
    needed,
    have,
    voters,
    learners: frame.members
      .filter((member) => member.isLearner)
      .map((member) => ({ member: member.ordinal, name: member.name, state: stateOf(member) })),
    joint: halves.length > 1 ? halves : [],
    behind: end - index,
    carries: index - leader.commitIndex - 1,
    possible: canDecide(
      frame,
      reachable.map((member) => member.ordinal),
    ),
  };
}

/** The half that lacks more: it decides. */
export function shortest<State>(halves: readonly Half<State>[]): Half<State> {
  const [first, second] = halves;
  if (first === undefined) return { side: 'new', needed: 1, have: 0, voters: [] };
  return second !== undefined && second.needed - second.have >= first.needed - first.have ? second : first;
}

export function counts(state: DiskState): boolean {
  return state === 'ownDisk' || state === 'counted';
}

function diskState(frame: Frame, leader: MemberFrame, member: MemberFrame, index: number): DiskState {
  if (member === leader) return member.durableIndex >= index ? 'ownDisk' : 'inMemory';
  if ((leader.progress[member.ordinal - 1]?.match ?? 0) >= index) return 'counted';
  if (member.health !== 'up') return 'stopped';
  const acks = frame.flights.filter(
    (flight) =>
      flight.kind === 'ack' &&
      flight.from === member.ordinal &&
      flight.to === leader.ordinal &&
      flight.term === leader.term &&
      flight.index >= index,
  );
  if (acks.some((flight) => flight.lostAt === undefined)) return 'ackSent';
  const linked = isLinked(frame, leader.ordinal, member.ordinal);
  if (logTerm(member.log, index) === logTerm(leader.log, index)) {
    if (!linked && acks.length === 0) return member.durableIndex >= index ? 'onDisk' : 'unreachable';
    if (acks.length > 0) return 'ackLost';
    return member.durableIndex >= index ? 'onDisk' : 'inMemory';
  }
  if (!linked) return 'unreachable';
  return frame.flights.some((flight) => carries(flight, leader, member, index)) ? 'appendSent' : 'waiting';
}

export function carries(flight: Flight, leader: MemberFrame, member: MemberFrame, index: number): boolean {
  return (
    flight.kind === 'append' &&
    flight.from === leader.ordinal &&
    flight.to === member.ordinal &&
    flight.lostAt === undefined &&
    flight.index >= index &&
    flight.index - flight.count < index
  );
}

/** Of those members the one whose acknowledgement arrives first; 0 = none of several matters, there is only one decision. */
function firstAck(frame: Frame, leader: MemberFrame, index: number, members: readonly number[]): number {
  let first: Flight | undefined;
  for (const flight of frame.flights) {
    if (flight.kind !== 'ack' || flight.to !== leader.ordinal || flight.index < index || flight.lostAt !== undefined) continue;
    if (!members.includes(flight.from)) continue;
    if (first === undefined || flight.arrivesAt < first.arrivesAt) first = flight;
  }
  return first?.from ?? 0;
}

/**
 * Disks that an entry has on its way to a commit: those that a leader counts (its own, and whose acknowledgement has landed);
 * while nobody who leads holds it, the disks of running members that have it.
 */
export function countedDisks(frame: Frame, term: number, index: number): number {
  const holders = frame.members.filter((member) => member.health === 'up' && logTerm(member.log, index) === term);
  const leaders = holders.filter((member) => member.role === 'leader');
  if (leaders.length === 0) return holders.filter((member) => member.isVoter && member.durableIndex >= index).length;
  const isCounted = (leader: MemberFrame, voter: MemberFrame) =>
    voter === leader ? leader.durableIndex >= index : (leader.progress[voter.ordinal - 1]?.match ?? 0) >= index;
  return Math.max(...leaders.map((leader) => votersOf(frame).filter((voter) => isCounted(leader, voter)).length));
}
