/** What cannot go on, and why. */
import type { CallFrame, Frame, MemberFrame } from '../frame.ts';
import { committedTerm } from '../logGrid.ts';
import { logTerm } from '../lookup.ts';
import { isPresent, votersOf } from '../membership.ts';
import type { Needed, StuckCall } from './fact.ts';
import { islandOf, votersIn } from './shared.ts';

export function noQuorum(frame: Frame): Needed | undefined {
  if (frame.members.length === 0 || frame.islands.some((island) => island.hasQuorum)) return undefined;
  const voters = votersOf(frame);
  const running = voters.filter((member) => member.health === 'up').length;
  const call = frame.calls.find((each) => each.state === 'open' && each.kind !== 'watch');
  return {
    type: 'noQuorum',
    needed: frame.quorum,
    have: frame.islands.reduce((most, island) => Math.max(most, votersIn(frame, island.members)), 0),
    stopped: voters.filter((member) => member.health !== 'up').map((member) => member.name),
    split: running >= frame.quorum,
    call: call === undefined ? undefined : stuckCall(call),
  };
}

export function stuck(frame: Frame): Needed | undefined {
  for (const call of frame.calls) {
    if (call.state !== 'open' || call.answer !== undefined || call.kind === 'watch') continue;
    const island = islandOf(frame, call.member);
    if (island === undefined || island.hasQuorum) continue;
    return {
      type: 'stuck',
      call: stuckCall(call),
      member: frame.members[call.member - 1]?.name ?? '',
      reaches: votersIn(frame, island.members),
      members: votersOf(frame).length,
      needed: frame.quorum,
    };
  }
  return undefined;
}

export function overwritten(frame: Frame): Needed | undefined {
  for (const call of frame.calls) {
    const by = call.state === 'open' && call.answer === undefined ? replacedBy(frame, call) : 0;
    if (by !== 0) return { type: 'overwritten', call: stuckCall(call), index: call.index, term: call.term, by };
  }
  return undefined;
}

/**
 * Term of the committed entry that has taken the place of a call's entry; 0 while a running member still holds the call's own,
 * and while nothing else is committed there.
 */
export function replacedBy(frame: Frame, call: Pick<CallFrame, 'index' | 'term'>): number {
  const truth = call.index === 0 ? 0 : committedTerm(frame, call.index);
  if (truth === call.term) return 0;
  const held = frame.members.some((member) => member.health === 'up' && logTerm(member.log, call.index) === call.term);
  return held ? 0 : truth;
}

export function stuckCall({ id, kind, key, value, deadline }: CallFrame): StuckCall {
  return { id, kind, key, value, deadline };
}

export function silence(frame: Frame): Needed | undefined {
  const island = frame.islands.find((each) => each.hasQuorum);
  if (island === undefined || island.leader !== 0) return undefined;
  let first: MemberFrame | undefined;
  for (const ordinal of island.members) {
    const member = frame.members[ordinal - 1];
    if (member === undefined || member.timerAt === 0) continue;
    if (first === undefined || member.timerAt < first.timerAt) first = member;
  }
  if (first === undefined) return undefined;
  return {
    type: 'silence',
    first: first.name,
    needed: frame.quorum,
    running: island.members.length,
    whole: island.members.length === frame.members.filter(isPresent).length,
  };
}
