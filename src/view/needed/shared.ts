/** What several facts ask of a frame. */
import type { Frame, Island, MemberFrame } from '../frame.ts';
import { topLeader } from '../lookup.ts';
import { quorumHalves } from '../membership.ts';
import type { EntryName, Half, Voter } from './fact.ts';

/** The leader of the highest term, if a quorum hears it. */
export function commitLeader(frame: Frame): MemberFrame | undefined {
  const leader = topLeader(frame);
  if (leader === undefined) return undefined;
  return islandOf(frame, leader.ordinal)?.hasQuorum === true ? leader : undefined;
}

export function islandOf(frame: Frame, member: number): Island | undefined {
  return frame.islands.find((island) => island.members.includes(member));
}

export function nameEntry(frame: Frame, term: number, index: number): EntryName {
  const text = frame.texts.get(`${term}/${index}`);
  return { index, term, kind: text?.kind ?? 'other', key: text?.key ?? '', value: text?.value ?? '', call: text?.call ?? 0 };
}

/** Messages between the two get through in both directions. */
export function isLinked(frame: Frame, a: number, b: number): boolean {
  const count = frame.members.length;
  return frame.cut[(a - 1) * count + (b - 1)] !== true && frame.cut[(b - 1) * count + (a - 1)] !== true;
}

/** The majorities that a decision needs, with what is known of each voter. */
export function halvesOf<State>(
  frame: Frame,
  stateOf: (member: MemberFrame) => State,
  counts: (state: State) => boolean,
  order: readonly State[],
): readonly Half<State>[] {
  return quorumHalves(frame).map(({ side, voters, needed }) => {
    const states = frame.members
      .filter((member) => voters.includes(member.ordinal))
      .map((member) => ({ member: member.ordinal, name: member.name, state: stateOf(member) }));
    return { side, needed, have: states.filter(({ state }) => counts(state)).length, voters: sortVoters(states, order) };
  });
}

/** By state, then by name; the order of members is already theirs. */
export function sortVoters<State>(voters: readonly Voter<State>[], order: readonly State[]): readonly Voter<State>[] {
  return [...voters].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.member - b.member);
}

export function votersIn(frame: Frame, members: readonly number[]): number {
  return members.filter((member) => frame.members[member - 1]?.isVoter === true).length;
}
