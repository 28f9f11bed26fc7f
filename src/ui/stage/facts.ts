/** What the stage says about a frame, as data: no pixels, no words. Everything here is a pure function of the frame. */
import {
  type CallFrame,
  catchUp,
  crownOf,
  type Fill,
  type Frame,
  fillAt,
  freePlace,
  isCompacted,
  logEnd,
  logTerm,
  type MemberFrame,
  newestIndex,
  standingOf,
  topLeader,
  votersOf,
} from '../../view/index.ts';

/** etcd's default election timeout, µs: a voter heard within it still counts for its leader. Raft §5.2, thesis §6.2. */
export const ELECTION_TIMEOUT = 1_000_000;

/** The word beside a member, as a key; followers of a leader have none. */
export type RoleWord =
  | {
      readonly type:
        | 'leader'
        | 'oldLeader'
        | 'candidate'
        | 'preCandidate'
        | 'stopped'
        | 'threw'
        | 'learner'
        | 'removed'
        | 'catchingUp';
    }
  | { readonly type: 'voted'; readonly name: string };

export function roleWord(frame: Frame, member: MemberFrame): RoleWord | undefined {
  if (member.health === 'threw') return { type: 'threw' };
  if (member.health === 'stopped') return undefined;
  if (standingOf(member) === 'removed') return { type: 'removed' };
  if (member.isLearner) return { type: 'learner' };
  switch (member.role) {
    case 'leader':
      return { type: crownOf(frame, member) === 'hollow' ? 'oldLeader' : 'leader' };
    case 'candidate':
      return { type: 'candidate' };
    case 'preCandidate':
      return { type: 'preCandidate' };
    case 'follower': {
      const voted =
        member.leader === 0 && member.vote !== 0 && member.vote !== member.ordinal ? frame.members[member.vote - 1] : undefined;
      if (voted !== undefined) return { type: 'voted', name: voted.name };
      return catchUp(frame, member) === undefined ? undefined : { type: 'catchingUp' };
    }
  }
}

/** What one voter means to a candidate. */
export type VoteMark = 'granted' | 'refused' | 'waiting' | 'unreachable';

/** One mark per voter, those of both halves of a joint configuration, in order of ordinals; empty unless the member is a candidate of either kind. */
export function voteMarks(frame: Frame, member: MemberFrame): readonly VoteMark[] {
  if (member.role !== 'candidate' && member.role !== 'preCandidate') return [];
  return votersOf(frame).map((voter) => {
    const vote = member.votes[voter.ordinal - 1] ?? 'waiting';
    if (vote !== 'waiting' || voter.ordinal === member.ordinal) return vote;
    const out = voter.health !== 'up' || isCut(frame, member.ordinal, voter.ordinal) || isCut(frame, voter.ordinal, member.ordinal);
    return out ? 'unreachable' : 'waiting';
  });
}

export function isCut(frame: Frame, from: number, to: number): boolean {
  return frame.cut[(from - 1) * frame.members.length + (to - 1)] === true;
}

/** Of a link between a < b: messages from a to b are lost (`forward`), from b to a (`backward`), or both. */
export type CutState = 'none' | 'both' | 'forward' | 'backward';

export function cutState(frame: Frame, a: number, b: number): CutState {
  const forward = isCut(frame, a, b);
  const backward = isCut(frame, b, a);
  if (forward) return backward ? 'both' : 'forward';
  return backward ? 'backward' : 'none';
}

/** How a link is cut: by hand (bars in its middle), by a wall that is drawn anyway, or not. */
export function isWalled(frame: Frame, a: number, b: number): boolean {
  return frame.walls.some((wall) => wall.links.some(([from, to]) => (from === a && to === b) || (from === b && to === a)));
}

/** Six indices, the same at every member: the newest anywhere is the last. */
export function logWindow(frame: Frame, cells: number): readonly number[] {
  const newest = Math.max(cells, newestIndex(frame));
  return Array.from({ length: cells }, (_, i) => newest - cells + 1 + i);
}

export interface MiniCell {
  readonly index: number;
  /** 0 = this member has no entry there. */
  readonly term: number;
  readonly fill: Fill | 'none' | 'compacted';
}

/** What this member has at each index, by what it knows itself. */
export function miniCells(member: MemberFrame, window: readonly number[]): readonly MiniCell[] {
  return window.map((index) => {
    if (isCompacted(member, index)) return { index, term: 0, fill: 'compacted' };
    const fill = fillAt(member, index);
    return { index, term: fill === undefined ? 0 : logTerm(member.log, index), fill: fill ?? 'none' };
  });
}

/** How far the search for the newest put looks back. */
const LOOK_BACK = 4_000;

/**
 * The key whose value stands under every member: that of the newest put in the most up-to-date log (Raft §5.4.1), applied or not, so
 * that a write is looked at from the moment somebody has it. undefined = nothing was put yet, and the members
 * began with nothing.
 */
export function followedKey(frame: Frame): string | undefined {
  let first: MemberFrame | undefined;
  let rank: readonly [number, number] = [-1, -1];
  for (const member of frame.members) {
    const end = logEnd(member.log);
    const term = logTerm(member.log, end);
    if (term > rank[0] || (term === rank[0] && end > rank[1])) {
      first = member;
      rank = [term, end];
    }
  }
  if (first === undefined) return undefined;
  for (let index = rank[1]; index >= Math.max(1, rank[1] - LOOK_BACK); index--) {
    const text = frame.texts.get(`${logTerm(first.log, index)}/${index}`);
    if (text?.kind === 'put') return text.key;
  }
  return [...frame.begun.values.keys()].at(-1);
}

export interface KeptValue {
  /** undefined = the member has no such key. */
  readonly value: string | undefined;
  /** Entry that last changed it; 0 = none did. */
  readonly index: number;
}

/** A key as a member has it: its last change within what the member applied. What is applied never changes (Raft §5.4.3). */
export function keptValue({ changes, begun }: Frame, { appliedIndex }: MemberFrame, key: string): KeptValue {
  const ofKey = changes.get(key) ?? [];
  let low = 0;
  let high = ofKey.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ofKey[middle] as KeptValue).index <= appliedIndex)
      low = middle + 1; // middle < length
    else high = middle;
  }
  const last = ofKey[low - 1];
  if (last !== undefined) return { value: last.value, index: last.index };
  // Whoever joined later has nothing of what the others began with until it has caught up.
  return { value: appliedIndex >= begun.index ? begun.values.get(key) : undefined, index: 0 };
}

/** What is left of a follower's or candidate's patience at `time`, 1 … 0; undefined where no timer runs. Raft §5.2. */
export function timerLeft(member: MemberFrame, time: number): number | undefined {
  if (member.health !== 'up' || member.timerAt <= member.timerFrom) return undefined;
  return Math.max(0, Math.min(1, (member.timerAt - time) / (member.timerAt - member.timerFrom)));
}

/** Of a leader, by every other voter, ascending: whether it heard it within an election timeout. */
export function heardOfLate(member: MemberFrame, voters: readonly number[], time: number): readonly boolean[] {
  return voters
    .filter((voter) => voter !== member.ordinal)
    .map((voter) => {
      const at = member.heardAt[voter - 1] ?? 0;
      return at > 0 && time - at < ELECTION_TIMEOUT;
    });
}

/** The call whose words stand beside its path: the newest that waits or was answered a moment ago; watches stay quiet. */
export function spokenCall(frame: Frame): CallFrame | undefined {
  for (let i = frame.calls.length - 1; i >= 0; i--) {
    const call = frame.calls[i];
    if (call !== undefined && call.kind !== 'watch') return call;
  }
  return undefined;
}

/** Why a verb makes no sense now, as a key. */
export type Reason =
  | { readonly type: 'noLeader' | 'lastVoter' | 'full' }
  | { readonly type: 'notRunning' | 'behind'; readonly name: string }
  | { readonly type: 'unreachable'; readonly leader: string; readonly name: string };

/** What can be done with a member of the cluster beside stopping it: each verb with the reason that is against it now. */
export interface MembershipVerb {
  readonly id: 'makeLeader' | 'promote' | 'replace' | 'remove';
  readonly against: Reason | undefined;
}

/** A learner must have so much of what its leader has. etcd: readyPercentThreshold. */
const READY = 0.9;

export function membershipVerbs(frame: Frame, member: MemberFrame): readonly MembershipVerb[] {
  if (standingOf(member) === 'removed') return [];
  const leader = topLeader(frame);
  const verbs: MembershipVerb[] = [];
  if (member.isLearner) verbs.push({ id: 'promote', against: againstPromotion(member, leader) });
  else if (member !== leader) verbs.push({ id: 'makeLeader', against: againstLeading(frame, member, leader) });
  const voters = votersOf(frame);
  if (member.isVoter && voters.length > 1) {
    const full = freePlace(frame) === undefined;
    verbs.push({ id: 'replace', against: leader === undefined ? { type: 'noLeader' } : full ? { type: 'full' } : undefined });
  }
  const against: Reason | undefined =
    leader === undefined ? { type: 'noLeader' } : member.isVoter && voters.length === 1 ? { type: 'lastVoter' } : undefined;
  verbs.push({ id: 'remove', against });
  return verbs;
}

function againstLeading(frame: Frame, member: MemberFrame, leader: MemberFrame | undefined): Reason | undefined {
  if (leader === undefined) return { type: 'noLeader' };
  if (member.health !== 'up') return { type: 'notRunning', name: member.name };
  if (cutState(frame, leader.ordinal, member.ordinal) !== 'none')
    return { type: 'unreachable', leader: leader.name, name: member.name };
  return undefined;
}

function againstPromotion(member: MemberFrame, leader: MemberFrame | undefined): Reason | undefined {
  if (leader === undefined) return { type: 'noLeader' };
  if (member.health !== 'up') return { type: 'notRunning', name: member.name };
  const match = leader.progress[member.ordinal - 1]?.match ?? 0;
  return match < READY * logEnd(leader.log) ? { type: 'behind', name: member.name } : undefined;
}

/** Does the member at this ordinal lead, as far as it knows? */
export function leadsNow(frame: Frame, member: number): boolean {
  const { role, health } = frame.members[member - 1] ?? { role: 'follower', health: 'stopped' };
  return role === 'leader' && health === 'up';
}
