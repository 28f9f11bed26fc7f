/**
 * What the statement over the stage says, as facts: who leads, what goes on or is wrong, and why that is so. No words: a closed union
 * that every language puts into its own. Members go by name, times are virtual µs.
 */
import { chunkAt } from '../base/index.ts';
import type { CallFrame, Frame, MemberFrame } from './frame.ts';
import { canDecide, catchUp, isPresent, quorumHalves, snapshotIndex, transferOf, votersOf } from './membership.ts';

/** What a client wants. */
export type Work = 'put' | 'delete' | 'read';

/** First half of the statement: who leads. */
export type Said =
  | { readonly type: 'leads'; readonly leader: string; readonly term: number }
  /** `able`: the one of the higher term can commit. */
  | { readonly type: 'twoLeaders'; readonly current: string; readonly old: string; readonly able: boolean }
  /** It leads, but too few can hear it. */
  | { readonly type: 'cutOffLeader'; readonly leader: string; readonly term: number }
  /** Nobody has ever led. */
  | { readonly type: 'nobodyYet' }
  /** `stopped`: the leader that was, when it was stopped. */
  | { readonly type: 'nobody'; readonly stopped: string | undefined }
  /** Too few run, or can reach each other, to elect anybody. */
  | { readonly type: 'noQuorum' };

/** Second half: what goes on, or what is wrong. */
export type Note =
  | { readonly type: 'rehearses'; readonly candidates: readonly string[]; readonly term: number }
  | { readonly type: 'campaigns'; readonly candidate: string; readonly term: number }
  | { readonly type: 'rivals'; readonly candidates: readonly string[]; readonly term: number }
  | { readonly type: 'timersRun' }
  /** A leader's empty first entry is on its way. */
  | { readonly type: 'firstEntry' }
  | { readonly type: 'asked'; readonly work: Work }
  | { readonly type: 'copied'; readonly work: Work }
  | { readonly type: 'checked' }
  | { readonly type: 'committed'; readonly work: Work }
  | { readonly type: 'answered'; readonly work: Work }
  | { readonly type: 'waits'; readonly work: Work }
  | { readonly type: 'replaces'; readonly members: readonly string[]; readonly index: number }
  /** A new learner catches up before it may count. */
  | { readonly type: 'catchesUp'; readonly member: string; readonly isLearner: boolean }
  /** The leader asks another to take its place. Thesis §3.10. */
  | { readonly type: 'handsOver'; readonly to: string }
  /** Two configurations stand. Raft §6. */
  | { readonly type: 'joint' }
  | { readonly type: 'stopped'; readonly members: readonly string[] }
  | { readonly type: 'threw'; readonly members: readonly string[] }
  | { readonly type: 'cutOff'; readonly members: readonly string[] }
  | { readonly type: 'linksCut'; readonly count: number };

/** The line under the statement. */
export type Why =
  /** `spare` more members may fail. */
  | { readonly type: 'calm'; readonly members: number; readonly spare: number }
  | { readonly type: 'alone' }
  | { readonly type: 'spare'; readonly running: number; readonly members: number; readonly needed: number; readonly spare: number }
  | { readonly type: 'tooFew'; readonly reached: number; readonly members: number; readonly needed: number }
  | { readonly type: 'firstTimer'; readonly member: string }
  | { readonly type: 'rehearsal'; readonly candidate: string; readonly granted: number; readonly needed: number }
  /** `coming`: voters whose grant is on its way; `unaware`: running members that have not heard of the term. */
  | {
      readonly type: 'votes';
      readonly candidate: string;
      readonly granted: number;
      readonly needed: number;
      readonly coming: readonly string[];
      readonly unaware: readonly string[];
    }
  | { readonly type: 'splitVotes'; readonly needed: number; readonly best: number }
  | { readonly type: 'firstEntry'; readonly leader: string; readonly counted: number; readonly needed: number }
  | { readonly type: 'sent'; readonly member: string }
  /** A follower passes it on. */
  | { readonly type: 'passedOn'; readonly member: string; readonly leader: string }
  /** The member that was asked knows no leader. */
  | { readonly type: 'knowsNoLeader'; readonly member: string }
  /** `spare`: so many disks may be lost with the last one needed. */
  | {
      readonly type: 'counting';
      readonly leader: string;
      readonly counted: number;
      readonly needed: number;
      readonly spare: number;
    }
  | { readonly type: 'readChecks'; readonly leader: string }
  | { readonly type: 'onMajority'; readonly leader: string; readonly index: number; readonly needed: number }
  | {
      readonly type: 'resigns';
      readonly old: string;
      readonly silence: number;
      readonly soon: boolean;
      readonly current: string | undefined;
    }
  /** The two hear each other again: the older term ends with the next message. Raft §5.1. */
  | { readonly type: 'learns'; readonly old: string; readonly current: string; readonly term: number }
  | {
      readonly type: 'silent';
      readonly leader: string;
      readonly reached: number;
      readonly needed: number;
      readonly silence: number;
    }
  | { readonly type: 'neverCommitted'; readonly leader: string; readonly index: number; readonly term: number }
  | { readonly type: 'lags'; readonly leader: string; readonly member: string; readonly has: number; readonly last: number }
  /** What the member lacks is compacted: the leader sends the state at `index` instead. Raft §7. */
  | { readonly type: 'snapshot'; readonly leader: string; readonly member: string; readonly index: number }
  | { readonly type: 'handsOver'; readonly leader: string; readonly to: string; readonly term: number }
  /** A majority of the old and one of the new voters are needed. */
  | { readonly type: 'joint'; readonly old: number; readonly new: number }
  | { readonly type: 'goesOn' };

export interface Explanation {
  readonly said: Said;
  readonly note: Note | undefined;
  readonly why: Why;
}

/** After so long without a majority a leader is about to resign, µs (thesis §6.2; etcd checks every election timeout, 1 s). */
const SOON_RESIGNS = 700_000;

/** The statement for a picture. Silences are rounded down to 100 ms. */
export function explain(frame: Frame): Explanation {
  const leaders = frame.members.filter((member) => member.health === 'up' && member.role === 'leader');
  leaders.sort((a, b) => b.term - a.term);
  const [leader, older] = leaders;
  if (leader === undefined) return explainNobody(frame);
  if (older !== undefined) return explainTwo(frame, leader, older);
  if (!canDecide(frame, reachedBy(frame, leader))) return explainCutOff(frame, leader);
  return { said: { type: 'leads', leader: leader.name, term: leader.term }, ...explainLed(frame, leader) };
}

function explainNobody(frame: Frame): Explanation {
  const running = frame.members.filter((member) => member.health === 'up');
  if (!frame.islands.some((island) => canDecide(frame, island.members))) {
    const voters = votersOf(frame);
    const inIsland = (members: readonly number[]) => voters.filter((voter) => members.includes(voter.ordinal)).length;
    const largest = Math.max(0, ...frame.islands.map((island) => inIsland(island.members)));
    const why: Why = { type: 'tooFew', reached: largest, members: voters.length, needed: frame.quorum };
    return { said: { type: 'noQuorum' }, note: waiting(frame), why };
  }
  const never = frame.members.every((member) => member.term === 0);
  const said: Said =
    never && formerLeader(frame) === undefined ? { type: 'nobodyYet' } : { type: 'nobody', stopped: formerLeader(frame) };
  const election = explainElection(frame);
  if (election !== undefined) return { said, ...election };
  const first = running.filter((member) => member.timerAt > 0).sort((a, b) => a.timerAt - b.timerAt)[0];
  const why: Why = first === undefined ? { type: 'goesOn' } : { type: 'firstTimer', member: first.name };
  return { said, note: { type: 'timersRun' }, why };
}

/** What candidates do, those of the highest term first; undefined while there are none. */
function explainElection(frame: Frame): { readonly note: Note; readonly why: Why } | undefined {
  const running = frame.members.filter((member) => member.health === 'up');
  const candidates = running.filter((member) => member.role === 'candidate').sort((a, b) => b.term - a.term);
  const [candidate] = candidates;
  if (candidate !== undefined) {
    const { term } = candidate;
    const rivals = candidates.filter((rival) => rival.term === term);
    if (rivals.length > 1) {
      const note: Note = { type: 'rivals', candidates: rivals.map((rival) => rival.name), term };
      return { note, why: { type: 'splitVotes', needed: frame.quorum, best: Math.max(...rivals.map(grantedTo)) } };
    }
    const coming = frame.flights.filter(
      (flight) =>
        flight.kind === 'voteGranted' && flight.to === candidate.ordinal && flight.term === term && flight.lostAt === undefined,
    );
    const unaware = running.filter((member) => member.term < term && !isCut(frame, candidate.ordinal, member.ordinal));
    const why: Why = {
      type: 'votes',
      candidate: candidate.name,
      granted: grantedTo(candidate),
      needed: frame.quorum,
      coming: nameAll(
        frame,
        coming.map((flight) => flight.from),
      ),
      unaware: unaware.map((member) => member.name),
    };
    return { note: { type: 'campaigns', candidate: candidate.name, term }, why };
  }
  const rehearsing = running.filter((member) => member.role === 'preCandidate').sort((a, b) => grantedTo(b) - grantedTo(a));
  const [first] = rehearsing;
  if (first === undefined) return undefined;
  const note: Note = { type: 'rehearses', candidates: rehearsing.map((member) => member.name).sort(), term: first.term + 1 };
  return { note, why: { type: 'rehearsal', candidate: first.name, granted: grantedTo(first), needed: frame.quorum } };
}

function explainTwo(frame: Frame, current: MemberFrame, old: MemberFrame): Explanation {
  const able = canDecide(frame, reachedBy(frame, current));
  const said: Said = { type: 'twoLeaders', current: current.name, old: old.name, able };
  if (isHeard(frame, current, old)) {
    return { said, note: undefined, why: { type: 'learns', old: old.name, current: current.name, term: current.term } };
  }
  const silence = silenceOf(frame, old);
  return {
    said,
    note: undefined,
    why: { type: 'resigns', old: old.name, silence, soon: silence >= SOON_RESIGNS, current: able ? current.name : undefined },
  };
}

function explainCutOff(frame: Frame, leader: MemberFrame): Explanation {
  const said: Said = { type: 'cutOffLeader', leader: leader.name, term: leader.term };
  const election = explainElection(frame);
  if (election !== undefined) return { said, ...election };
  const silence = silenceOf(frame, leader);
  const why: Why = { type: 'silent', leader: leader.name, reached: reachOf(frame, leader), needed: frame.quorum, silence };
  return { said, note: waiting(frame), why };
}

/** What goes on under a leader that can commit, the most telling first. */
function explainLed(frame: Frame, leader: MemberFrame): { readonly note: Note | undefined; readonly why: Why } {
  return (
    explainReplaced(frame, leader) ??
    explainElection(frame) ??
    explainTransfer(frame, leader) ??
    explainWork(frame, leader) ??
    explainFirstEntry(frame, leader) ??
    explainJoint(frame) ??
    explainFaults(frame, leader) ??
    explainLag(frame, leader) ?? { note: undefined, why: calm(frame) }
  );
}

/** An entry that contradicts the leader's, at a member that can hear it. Raft §5.3. */
function explainReplaced(frame: Frame, leader: MemberFrame): { readonly note: Note; readonly why: Why } | undefined {
  const wrong = frame.members.filter((member) => isHeard(frame, leader, member) && conflictAt(member, leader) !== undefined);
  const [first] = wrong;
  const index = first === undefined ? undefined : conflictAt(first, leader);
  if (first === undefined || index === undefined) return undefined;
  const term = chunkAt(first.log, index) ?? 0;
  return {
    note: { type: 'replaces', members: wrong.map((member) => member.name), index },
    why: { type: 'neverCommitted', leader: leader.name, index, term },
  };
}

/** The first index at which two logs hold entries of different terms; undefined when one continues the other. */
function conflictAt(member: MemberFrame, leader: MemberFrame): number | undefined {
  const last = Math.min(member.log.end, leader.log.end) - 1;
  let found: number | undefined;
  // Backwards: logs that agree somewhere agree everywhere before (Log Matching, Raft §5.3).
  for (let index = last; index > 0 && chunkAt(member.log, index) !== chunkAt(leader.log, index); index--) {
    if (chunkAt(member.log, index) === undefined || chunkAt(leader.log, index) === undefined) break; // compacted
    found = index;
  }
  return found;
}

function explainWork(frame: Frame, leader: MemberFrame): { readonly note: Note; readonly why: Why } | undefined {
  const call = frame.calls.findLast((candidate) => workOf(candidate) !== undefined && isLively(candidate, frame.time));
  const work = call === undefined ? undefined : workOf(call);
  if (call === undefined || work === undefined) return undefined;
  const needed = frame.quorum;
  const asked = frame.members[call.member - 1];
  const name = asked?.name ?? '';
  if (call.state === 'ok' || call.answer !== undefined) {
    const why: Why = call.index > 0 ? { type: 'onMajority', leader: leader.name, index: call.index, needed } : calm(frame);
    return { note: { type: 'answered', work }, why };
  }
  if (frame.time < call.arrivesAt) return { note: { type: 'asked', work }, why: { type: 'sent', member: name } };
  if (call.index > 0 && call.index <= leader.commitIndex && chunkAt(leader.log, call.index) === call.term) {
    return { note: { type: 'committed', work }, why: { type: 'onMajority', leader: leader.name, index: call.index, needed } };
  }
  if (call.index > 0 && chunkAt(leader.log, call.index) === call.term) {
    const counted = countedAt(frame, leader, call.index);
    const why: Why = { type: 'counting', leader: leader.name, counted, needed, spare: votersOf(frame).length - needed };
    return { note: { type: 'copied', work }, why };
  }
  if (asked === undefined || asked.health !== 'up') return { note: { type: 'waits', work }, why: { type: 'sent', member: name } };
  if (work === 'read') return { note: { type: 'checked' }, why: { type: 'readChecks', leader: leader.name } };
  if (asked.leader === 0) return { note: { type: 'waits', work }, why: { type: 'knowsNoLeader', member: name } };
  if (asked.ordinal !== leader.ordinal) {
    return { note: { type: 'asked', work }, why: { type: 'passedOn', member: name, leader: leader.name } };
  }
  return { note: { type: 'waits', work }, why: calm(frame) };
}

/** Whom the leader has asked to take its place, as soon as the order flies. Thesis §3.10. */
function explainTransfer(frame: Frame, leader: MemberFrame): { readonly note: Note; readonly why: Why } | undefined {
  const order = transferOf(frame);
  const to = order?.from === leader.ordinal ? frame.members[order.to - 1]?.name : undefined;
  if (to === undefined) return undefined;
  return { note: { type: 'handsOver', to }, why: { type: 'handsOver', leader: leader.name, to, term: leader.term } };
}

function explainJoint(frame: Frame): { readonly note: Note; readonly why: Why } | undefined {
  const [old, incoming] = quorumHalves(frame);
  if (old === undefined || incoming === undefined) return undefined;
  return { note: { type: 'joint' }, why: { type: 'joint', old: old.needed, new: incoming.needed } };
}

/** A leader commits nothing of older terms before an entry of its own is committed. Raft §5.4.2. */
function explainFirstEntry(frame: Frame, leader: MemberFrame): { readonly note: Note; readonly why: Why } | undefined {
  const last = leader.log.end - 1;
  if (last < 1 || leader.commitIndex >= last || chunkAt(leader.log, leader.commitIndex) === leader.term) return undefined;
  const counted = countedAt(frame, leader, last);
  return { note: { type: 'firstEntry' }, why: { type: 'firstEntry', leader: leader.name, counted, needed: frame.quorum } };
}

function explainFaults(frame: Frame, leader: MemberFrame): { readonly note: Note; readonly why: Why } | undefined {
  const { quorum } = frame;
  const members = frame.members.filter(isPresent);
  const reached = reachOf(frame, leader);
  const spare: Why = { type: 'spare', running: reached, members: votersOf(frame).length, needed: quorum, spare: reached - quorum };
  const threw = members.filter((member) => member.health === 'threw');
  if (threw.length > 0) return { note: { type: 'threw', members: threw.map((member) => member.name) }, why: { type: 'goesOn' } };
  const stopped = members.filter((member) => member.health === 'stopped');
  if (stopped.length > 0) return { note: { type: 'stopped', members: stopped.map((member) => member.name) }, why: spare };
  const lost = members.filter((member) => member.ordinal !== leader.ordinal && !isHeard(frame, leader, member));
  if (lost.length > 0) return { note: { type: 'cutOff', members: lost.map((member) => member.name) }, why: spare };
  const count = cutPairs(frame);
  return count === 0 ? undefined : { note: { type: 'linksCut', count }, why: spare };
}

function explainLag(frame: Frame, leader: MemberFrame): { readonly note: Note; readonly why: Why } | undefined {
  const last = leader.log.end - 1;
  const lagging = frame.members
    .filter((member) => isHeard(frame, leader, member) && (catchUp(frame, member) !== undefined || lags(member, leader)))
    .sort((a, b) => a.log.end - b.log.end)[0];
  if (lagging === undefined) return undefined;
  const why: Why =
    catchUp(frame, lagging) === 'snapshot'
      ? {
          type: 'snapshot',
          leader: leader.name,
          member: lagging.name,
          index: snapshotIndex(leader, lagging) || leader.firstIndex - 1,
        }
      : { type: 'lags', leader: leader.name, member: lagging.name, has: lagging.log.end - 1, last };
  return { note: { type: 'catchesUp', member: lagging.name, isLearner: lagging.isLearner }, why };
}

function lags(member: MemberFrame, leader: MemberFrame): boolean {
  return (member.isVoter || member.isLearner) && member.log.end - 1 < leader.commitIndex;
}

/** A call that nobody can serve now. */
function waiting(frame: Frame): Note | undefined {
  const call = frame.calls.findLast((candidate) => candidate.state === 'open' && workOf(candidate) !== undefined);
  const work = call === undefined ? undefined : workOf(call);
  return work === undefined ? undefined : { type: 'waits', work };
}

function calm(frame: Frame): Why {
  const members = votersOf(frame).length;
  return members === 1 ? { type: 'alone' } : { type: 'calm', members, spare: members - frame.quorum };
}

function workOf(call: CallFrame): Work | undefined {
  switch (call.kind) {
    case 'put':
    case 'delete':
      return call.kind;
    case 'get':
      return 'read';
    default:
      return undefined;
  }
}

/** Open, or with its answer still on the wire. */
function isLively(call: CallFrame, time: number): boolean {
  return call.state === 'open' || (call.answer !== undefined && time <= call.answer.arrivesAt);
}

function grantedTo(member: MemberFrame): number {
  return member.votes.filter((vote) => vote === 'granted').length;
}

/** Voters' disks that the leader has counted for `index`: its own when synced, and those of acks that arrived. Raft §5.3. */
function countedAt(frame: Frame, leader: MemberFrame, index: number): number {
  return votersOf(frame).filter((voter) =>
    voter.ordinal === leader.ordinal ? leader.durableIndex >= index : (leader.progress[voter.ordinal - 1]?.match ?? 0) >= index,
  ).length;
}

/** The leader that is gone because it was stopped: the one of the highest term. */
function formerLeader(frame: Frame): string | undefined {
  const gone = votersOf(frame).filter((member) => member.health !== 'up');
  const led = gone.filter(
    (member) =>
      member.role === 'leader' ||
      (member.term > 0 && member.vote === member.ordinal) ||
      frame.members.some((other) => other.health === 'up' && other.leader === member.ordinal),
  );
  return led.sort((a, b) => b.term - a.term)[0]?.name;
}

/** Running members that hear this one and are heard by it, itself included; by ordinal. */
function reachedBy(frame: Frame, leader: MemberFrame): readonly number[] {
  return frame.members
    .filter((member) => member.ordinal === leader.ordinal || isHeard(frame, leader, member))
    .map((member) => member.ordinal);
}

/** How many of them vote. */
function reachOf(frame: Frame, leader: MemberFrame): number {
  return reachedBy(frame, leader).filter((ordinal) => frame.members[ordinal - 1]?.isVoter === true).length;
}

function isHeard(frame: Frame, leader: MemberFrame, member: MemberFrame): boolean {
  const { ordinal } = member;
  return (
    ordinal !== leader.ordinal &&
    member.health === 'up' &&
    !isCut(frame, leader.ordinal, ordinal) &&
    !isCut(frame, ordinal, leader.ordinal)
  );
}

function isCut(frame: Frame, from: number, to: number): boolean {
  return frame.cut[(from - 1) * frame.members.length + (to - 1)] === true;
}

/** Links with at least one direction cut. */
function cutPairs(frame: Frame): number {
  const present = frame.members.filter(isPresent).map((member) => member.ordinal);
  const isBroken = (a: number, b: number) => isCut(frame, a, b) || isCut(frame, b, a);
  return present.reduce((sum, a) => sum + present.filter((b) => b > a && isBroken(a, b)).length, 0);
}

/** How long the leader has not heard a majority: the newest answer of the last voter that completes one. In whole 100 ms. */
function silenceOf(frame: Frame, leader: MemberFrame): number {
  const heard = votersOf(frame).map(({ ordinal }) =>
    ordinal === leader.ordinal ? frame.time : leader.heardAt[ordinal - 1] || leader.changedAt,
  );
  heard.sort((a, b) => b - a);
  const silence = frame.time - (heard[frame.quorum - 1] ?? leader.changedAt);
  return Math.max(0, Math.floor(silence / 100_000) * 100_000);
}

function nameAll(frame: Frame, ordinals: readonly number[]): readonly string[] {
  const sorted = [...new Set(ordinals)].sort((a, b) => a - b);
  return sorted.map((ordinal) => frame.members[ordinal - 1]?.name ?? '');
}
