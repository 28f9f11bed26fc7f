/** What is looked up in a frame everywhere: entries of a log, the leader that counts. */
import { type Chunks, chunkAt } from '../base/index.ts';
import type { Frame, MemberFrame } from './frame.ts';

/** Term of the entry at `index`; 0 where there is none. */
export function logTerm(log: Chunks<number>, index: number): number {
  return index < 1 ? 0 : (chunkAt(log, index) ?? 0);
}

/** Highest index of a log, 0 when it is empty. */
export function logEnd(log: Chunks<number>): number {
  return Math.max(0, log.end - 1);
}

/** The leader that counts: running, of the highest term. Undefined when nobody leads. */
export function topLeader(frame: Frame): MemberFrame | undefined {
  let top: MemberFrame | undefined;
  for (const member of frame.members) {
    if (member.health !== 'up' || member.role !== 'leader') continue;
    if (top === undefined || member.term > top.term) top = member;
  }
  return top;
}
