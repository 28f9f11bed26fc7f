/** Members that come, catch up, take over or go. */
import type { Frame, MemberFrame } from '../frame.ts';
import { logEnd, logTerm } from '../lookup.ts';
import { snapshotIndex, transferOf } from '../membership.ts';
import type { Needed, ReachState } from './fact.ts';
import { halvesOf, isLinked } from './shared.ts';

/** Running members that the leader feeds and that lack more than what was just sent to everybody. */
export function catching(frame: Frame, leader: MemberFrame): Needed | undefined {
  const late = frame.members.filter((member) => {
    if (
      member === leader ||
      member.health !== 'up' ||
      (!member.isVoter && !member.isLearner) ||
      !isLinked(frame, leader.ordinal, member.ordinal)
    )
      return false;
    const progress = leader.progress[member.ordinal - 1];
    if (progress === undefined) return false;
    return progress.state !== 'replicate' || progress.match < leader.commitIndex;
  });
  const slow = late.find(
    (member) =>
      logEnd(member.log) < leader.commitIndex ||
      logTerm(member.log, leader.commitIndex) !== logTerm(leader.log, leader.commitIndex),
  );
  const progress = slow === undefined ? undefined : leader.progress[slow.ordinal - 1];
  if (slow === undefined || progress === undefined) return undefined;
  return {
    type: 'catching',
    leader: leader.name,
    member: slow.name,
    match: progress.match,
    target: leader.commitIndex,
    state: progress.state,
    others: late.length - 1,
    isLearner: slow.isLearner,
    snapshot: snapshotIndex(leader, slow),
    begins: leader.firstIndex,
  };
}

/** The order to take over flies. */
export function transfer(frame: Frame): Needed | undefined {
  const order = transferOf(frame);
  const leader = order === undefined ? undefined : frame.members[order.from - 1];
  const to = order === undefined ? undefined : frame.members[order.to - 1];
  return leader === undefined || to === undefined
    ? undefined
    : { type: 'transfer', leader: leader.name, to: to.name, term: leader.term };
}

const REACH_ORDER: readonly ReachState[] = ['reached', 'unreachable', 'stopped'];

export function joint(frame: Frame, leader: MemberFrame): Needed | undefined {
  const reach = (member: MemberFrame): ReachState => {
    if (member.health !== 'up') return 'stopped';
    return member === leader || isLinked(frame, leader.ordinal, member.ordinal) ? 'reached' : 'unreachable';
  };
  const halves = halvesOf(frame, reach, (state) => state === 'reached', REACH_ORDER);
  return halves.length < 2 ? undefined : { type: 'joint', term: leader.term, joint: halves };
}
