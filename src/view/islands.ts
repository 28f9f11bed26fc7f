/** Who can still reach whom: a link carries Raft only when both directions do. */
import type { Island, MemberFrame } from './frame.ts';

/**
 * The connected parts of the running members, in order of their lowest ordinal.
 *
 * @param cut by `(from - 1) * members + (to - 1)`
 */
export function islandsOf(members: readonly MemberFrame[], cut: readonly boolean[], quorum: number): Island[] {
  const n = members.length;
  const isOpen = (a: number, b: number) => cut[(a - 1) * n + b - 1] !== true && cut[(b - 1) * n + a - 1] !== true;
  const left = new Set(members.filter((member) => member.health === 'up').map((member) => member.ordinal));
  const islands: Island[] = [];
  for (const member of members) {
    if (!left.delete(member.ordinal)) continue;
    const reached = [member.ordinal];
    for (const here of reached) {
      for (const other of left) {
        if (!isOpen(here, other)) continue;
        left.delete(other);
        reached.push(other);
      }
    }
    reached.sort((a, b) => a - b);
    islands.push({
      label: String.fromCharCode(65 + islands.length),
      members: reached,
      needed: quorum,
      hasQuorum: reached.length >= quorum,
      leader: leaderAmong(members, reached),
    });
  }
  return islands;
}

function leaderAmong(members: readonly MemberFrame[], ordinals: readonly number[]): number {
  let leader: MemberFrame | undefined;
  for (const ordinal of ordinals) {
    const member = members[ordinal - 1];
    if (member?.role === 'leader' && member.term > (leader?.term ?? -1)) leader = member;
  }
  return leader?.ordinal ?? 0;
}
