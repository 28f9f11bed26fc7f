/** What is committed on its way to those who do not know, and nothing at all. */
import type { Frame, MemberFrame } from '../frame.ts';
import { newestIndex } from '../logGrid.ts';
import { logTerm } from '../lookup.ts';
import { isPresent, votersOf } from '../membership.ts';
import type { Needed, SpreadState } from './fact.ts';
import { isLinked, islandOf, nameEntry, sortVoters, votersIn } from './shared.ts';

const SPREAD_ORDER: readonly SpreadState[] = ['applied', 'committed', 'behind', 'unreachable', 'stopped'];

export function spread(frame: Frame, leader: MemberFrame): Needed | undefined {
  const index = leader.commitIndex;
  if (index === 0) return undefined;
  const voters = frame.members.filter(isPresent).map((member) => ({
    member: member.ordinal,
    name: member.name,
    state: spreadState(frame, leader, member, index),
  }));
  if (!voters.some(({ state }) => state === 'behind' || state === 'committed')) return undefined;
  return {
    type: 'spread',
    leader: leader.name,
    term: leader.term,
    entry: nameEntry(frame, logTerm(leader.log, index), index),
    voters: sortVoters(voters, SPREAD_ORDER),
    needed: frame.quorum,
  };
}

function spreadState(frame: Frame, leader: MemberFrame, member: MemberFrame, index: number): SpreadState {
  if (member.health !== 'up') return 'stopped';
  if (member.appliedIndex >= index) return 'applied';
  if (member.commitIndex >= index) return 'committed';
  return member === leader || isLinked(frame, leader.ordinal, member.ordinal) ? 'behind' : 'unreachable';
}

export function calm(frame: Frame, leader: MemberFrame): Needed {
  const island = islandOf(frame, leader.ordinal);
  const voters = votersOf(frame);
  const reached = votersIn(frame, island?.members ?? []);
  const running = voters.filter((member) => member.health === 'up').length;
  return {
    type: 'calm',
    leader: leader.name,
    term: leader.term,
    index: newestIndex(frame),
    running,
    members: voters.length,
    spare: Math.max(0, reached - frame.quorum),
    apart: running - reached,
    stopped: voters.filter((member) => member.health !== 'up').map((member) => member.name),
  };
}
