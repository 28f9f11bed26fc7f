/** Who can still reach whom: a link carries Raft only when both directions do. */
import type { ConfigFrame, Frame, Island, MemberFrame } from './frame.ts';

/**
 * The connected parts of the running members, in order of their lowest ordinal.
 *
 * @param cut by `(from - 1) * members + (to - 1)`
 */
export function islandsOf(members: readonly MemberFrame[], cut: readonly boolean[], config: ConfigFrame): Island[] {
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
      needed: quorumOf(config),
      hasQuorum: hasQuorum(config, reached),
      leader: leaderAmong(members, reached),
    });
  }
  return islands;
}

/** Whom a member reaches, itself included. */
export interface Reach {
  readonly isUp: boolean;
  /** Voters among those that it reaches, and all of them. */
  readonly reached: number;
  readonly voters: number;
  /** So many make a quorum. */
  readonly needed: number;
  readonly hasQuorum: boolean;
}

/** Whom the member reaches. @param ordinal of one that may not run */
export function reachOf({ islands, config }: Pick<Frame, 'islands' | 'config'>, ordinal: number): Reach {
  const island = islands.find((each) => each.members.includes(ordinal));
  const reached = island?.members.filter((member) => config.voters.includes(member)).length ?? 0;
  const voters = config.voters.length + config.unplacedVoters;
  return { isUp: island !== undefined, reached, voters, needed: quorumOf(config), hasQuorum: island?.hasQuorum ?? false };
}

function leaderAmong(members: readonly MemberFrame[], ordinals: readonly number[]): number {
  let leader: MemberFrame | undefined;
  for (const ordinal of ordinals) {
    const member = members[ordinal - 1];
    if (member?.role === 'leader' && member.term > (leader?.term ?? -1)) leader = member;
  }
  return leader?.ordinal ?? 0;
}

/** The first configuration of a cluster. */
export function foundersConfig(members: number): ConfigFrame {
  const voters = Array.from({ length: members }, (_, i) => i + 1);
  const none: readonly number[] = [];
  return { index: 0, voters, votersOutgoing: none, learners: none, learnersNext: none, unplacedVoters: 0, unplacedOutgoing: 0 };
}

/** How many voters it takes, at least. */
export function quorumOf({ voters, votersOutgoing, unplacedVoters, unplacedOutgoing }: ConfigFrame): number {
  const incoming = majority(voters.length + unplacedVoters);
  return votersOutgoing.length === 0 ? incoming : Math.max(incoming, majority(votersOutgoing.length + unplacedOutgoing));
}

/** Are there enough voters among these members, of both halves if there are two? */
export function hasQuorum(config: ConfigFrame, members: readonly number[]): boolean {
  const { voters, votersOutgoing, unplacedVoters, unplacedOutgoing } = config;
  const holds = (half: readonly number[], unplaced: number) =>
    half.filter((voter) => members.includes(voter)).length >= majority(half.length + unplaced);
  return holds(voters, unplacedVoters) && (votersOutgoing.length === 0 || holds(votersOutgoing, unplacedOutgoing));
}

function majority(count: number): number {
  return Math.floor(count / 2) + 1;
}
