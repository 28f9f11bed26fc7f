/**
 * What the cluster needs now, as facts without words: the next commit, votes, one place with two entries, a call that
 * cannot be answered, somebody who catches up, or nothing at all.
 */
import type { CallFrame, EntryKind, Fill, Flight, Frame, Island, MemberFrame } from './frame.ts';
import { committedTerm, fillAt, newestIndex } from './logGrid.ts';
import { logEnd, logTerm, topLeader } from './lookup.ts';
import { canDecide, isPresent, type QuorumHalf, quorumHalves, snapshotIndex, transferOf, votersOf } from './membership.ts';

/** What is known of one voter on the way to the next commit, in the order in which it counts. */
export type DiskState =
  /** The leader's own disk has it: counts. */
  | 'ownDisk'
  /** Its acknowledgement has landed at the leader: counts. */
  | 'counted'
  /** The acknowledgement that lands before all others. */
  | 'landsNext'
  | 'ackSent'
  /** On its disk, and no acknowledgement is on its way. */
  | 'onDisk'
  /** The acknowledgement was lost. */
  | 'ackLost'
  /** In its memory only: its disk still writes. */
  | 'inMemory'
  | 'appendSent'
  | 'waiting'
  | 'unreachable'
  | 'stopped';

/** What is known of one voter on the way to a leader. */
export type BallotState =
  /** The candidate's own vote. */
  | 'itself'
  | 'granted'
  | 'grantSent'
  /** It has decided for the candidate and writes that down before it says so. Raft §5.2, Figure 2. */
  | 'writing'
  | 'refusalSent'
  /** The request is on its way. */
  | 'asked'
  /** Nothing is on its way in either direction. */
  | 'waiting'
  | 'refused'
  | 'unreachable'
  | 'stopped';

/** What one member knows of a commit. */
export type SpreadState = 'applied' | 'committed' | 'behind' | 'unreachable' | 'stopped';

/** Whether a leader reaches a voter. */
export type ReachState = 'reached' | 'unreachable' | 'stopped';

export interface Voter<State> {
  readonly member: number;
  readonly name: string;
  readonly state: State;
}

/** One of the two majorities of a joint configuration, on the way to a decision. Raft §6. */
export interface Half<State> {
  readonly side: QuorumHalf['side'];
  readonly needed: number;
  readonly have: number;
  /** Those who have it first. */
  readonly voters: readonly Voter<State>[];
}

/** An entry as it is named in a sentence. */
export interface EntryName {
  readonly index: number;
  readonly term: number;
  readonly kind: EntryKind;
  readonly key: string;
  readonly value: string;
  /** Call that waits for it; 0 = nobody asked for it, or it is not known (yet). */
  readonly call: number;
}

/** One of the entries that stand at the same index. */
export interface Claim {
  readonly entry: EntryName;
  readonly fill: Fill;
  readonly holders: readonly string[];
  /** Holders whose disk has it. */
  readonly onDisk: number;
  /** 'committed' for ever; 'replaced' as soon as its holders hear the leader; 'open': nothing is decided yet. */
  readonly fate: 'committed' | 'replaced' | 'open';
  /** All of its holders are stopped. */
  readonly asleep: boolean;
  /** Island of its holders; '' while the cluster is whole. */
  readonly island: string;
}

export type Needed =
  | {
      readonly type: 'commit';
      readonly leader: string;
      readonly term: number;
      readonly entry: EntryName;
      readonly needed: number;
      readonly have: number;
      /** Those who have it first; in a joint configuration those of the half that lacks more. */
      readonly voters: readonly Voter<DiskState>[];
      /** They get it too, and do not count. */
      readonly learners: readonly Voter<DiskState>[];
      /** Both halves of a joint configuration; empty otherwise. */
      readonly joint: readonly Half<DiskState>[];
      /** Entries that go with it: everything up to the leader's last one. */
      readonly behind: number;
      /** The leader holds older entries that only this one may commit. Raft §5.4.2. */
      readonly carries: number;
      /** A quorum can still be reached by this leader. */
      readonly possible: boolean;
    }
  | {
      readonly type: 'votes';
      readonly candidate: string;
      readonly term: number;
      /** PreVote: nobody's term changes yet. Thesis §9.6. */
      readonly rehearsal: boolean;
      readonly needed: number;
      readonly have: number;
      readonly voters: readonly Voter<BallotState>[];
      /** Both halves of a joint configuration; empty otherwise. */
      readonly joint: readonly Half<BallotState>[];
      readonly possible: boolean;
      /** Other candidates of now, by name. */
      readonly rivals: readonly string[];
    }
  /** Nobody leads and nobody campaigns yet: the first timer to run out decides. */
  | { readonly type: 'silence'; readonly first: string; readonly needed: number; readonly running: number; readonly whole: boolean }
  /** No set of members can commit anything. */
  | {
      readonly type: 'noQuorum';
      readonly needed: number;
      /** Size of the largest set of members that reach each other. */
      readonly have: number;
      readonly stopped: readonly string[];
      /** True where links are what is missing. */
      readonly split: boolean;
      /** The oldest call that waits for it. */
      readonly call: StuckCall | undefined;
    }
  | {
      readonly type: 'twice';
      readonly index: number;
      readonly needed: number;
      readonly claims: readonly Claim[];
      readonly split: boolean;
    }
  | {
      readonly type: 'stuck';
      readonly call: StuckCall;
      readonly member: string;
      readonly reaches: number;
      readonly members: number;
      readonly needed: number;
    }
  /**
   * A linearizable read: its member asks the leader for a commit index, the leader has itself confirmed by a quorum, and the
   * index comes back. Thesis §6.4.
   */
  | {
      readonly type: 'read';
      readonly call: StuckCall;
      readonly leader: string;
      readonly member: string;
      readonly phase: 'asks' | 'confirms' | 'answers';
      /** Members that must confirm the leader, itself not counted. */
      readonly others: number;
    }
  /** A call still waits for an entry that another one has replaced for ever: nobody will answer it. Raft §5.3. */
  | { readonly type: 'overwritten'; readonly call: StuckCall; readonly index: number; readonly term: number; readonly by: number }
  | {
      readonly type: 'catching';
      readonly leader: string;
      readonly member: string;
      /** Highest index that the leader knows to be alike on the member. */
      readonly match: number;
      readonly target: number;
      readonly state: 'probe' | 'replicate' | 'snapshot';
      readonly others: number;
      readonly isLearner: boolean;
      /** Index of the snapshot that is sent; 0 = none. */
      readonly snapshot: number;
      /** First index that the leader still holds. */
      readonly begins: number;
    }
  /** A leadership that changes hands: the order to take over is on its way. Thesis §3.10. */
  | { readonly type: 'transfer'; readonly leader: string; readonly to: string; readonly term: number }
  /** Two configurations stand: both majorities have to agree. Raft §6. */
  | { readonly type: 'joint'; readonly term: number; readonly joint: readonly Half<ReachState>[] }
  | {
      readonly type: 'spread';
      readonly leader: string;
      readonly term: number;
      readonly entry: EntryName;
      readonly voters: readonly Voter<SpreadState>[];
      readonly needed: number;
    }
  | {
      readonly type: 'calm';
      readonly leader: string;
      readonly term: number;
      readonly index: number;
      readonly running: number;
      readonly members: number;
      /** How many more may fail while a quorum remains. */
      readonly spare: number;
      /** Running members that the leader does not reach. */
      readonly apart: number;
      readonly stopped: readonly string[];
    }
  | { readonly type: 'starting' };

export interface StuckCall {
  readonly id: number;
  readonly kind: CallFrame['kind'];
  readonly key: string;
  readonly value: string;
  /** Virtual µs; 0 = it waits for ever. */
  readonly deadline: number;
}

/** The one thing that matters most. Decisive things first; a standing fault shows again when they are over. */
export function neededNow(frame: Frame): Needed {
  const leader = commitLeader(frame);
  return (
    votes(frame) ??
    transfer(frame) ??
    twice(frame, true) ??
    (leader === undefined ? undefined : nextCommit(frame, leader)) ??
    noQuorum(frame) ??
    stuck(frame) ??
    overwritten(frame) ??
    silence(frame) ??
    (leader === undefined
      ? undefined
      : (reading(frame, leader) ??
        joint(frame, leader) ??
        catching(frame, leader) ??
        spread(frame, leader) ??
        twice(frame, false) ??
        calm(frame, leader))) ?? {
      type: 'starting',
    }
  );
}

/** The leader of the highest term, if a quorum hears it. */
function commitLeader(frame: Frame): MemberFrame | undefined {
  const leader = topLeader(frame);
  if (leader === undefined) return undefined;
  return islandOf(frame, leader.ordinal)?.hasQuorum === true ? leader : undefined;
}

function islandOf(frame: Frame, member: number): Island | undefined {
  return frame.islands.find((island) => island.members.includes(member));
}

function nameEntry(frame: Frame, term: number, index: number): EntryName {
  const text = frame.texts.get(`${term}/${index}`);
  return { index, term, kind: text?.kind ?? 'other', key: text?.key ?? '', value: text?.value ?? '', call: text?.call ?? 0 };
}

/** Messages between the two get through in both directions. */
function isLinked(frame: Frame, a: number, b: number): boolean {
  const count = frame.members.length;
  return frame.cut[(a - 1) * count + (b - 1)] !== true && frame.cut[(b - 1) * count + (a - 1)] !== true;
}

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

function nextCommit(frame: Frame, leader: MemberFrame): Needed | undefined {
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

/** The majorities that a decision needs, with what is known of each voter. */
function halvesOf<State>(
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

/** The half that lacks more: it decides. */
function shortest<State>(halves: readonly Half<State>[]): Half<State> {
  const [first, second] = halves;
  if (first === undefined) return { side: 'new', needed: 1, have: 0, voters: [] };
  return second !== undefined && second.needed - second.have >= first.needed - first.have ? second : first;
}

function counts(state: DiskState): boolean {
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

function carries(flight: Flight, leader: MemberFrame, member: MemberFrame, index: number): boolean {
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

/** By state, then by name; the order of members is already theirs. */
function sortVoters<State>(voters: readonly Voter<State>[], order: readonly State[]): readonly Voter<State>[] {
  return [...voters].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.member - b.member);
}

const BALLOT_ORDER: readonly BallotState[] = [
  'itself',
  'granted',
  'grantSent',
  'writing',
  'asked',
  'waiting',
  'refusalSent',
  'refused',
  'unreachable',
  'stopped',
];

function votes(frame: Frame): Needed | undefined {
  const running = frame.members.filter(
    (member) => member.health === 'up' && (member.role === 'candidate' || member.role === 'preCandidate'),
  );
  // Who campaigns without a quorum beside it decides nothing, and does so for ever.
  const serious = running.filter((member) => {
    const island = islandOf(frame, member.ordinal);
    return island?.hasQuorum === true && (island.leader === 0 || (frame.members[island.leader - 1]?.term ?? 0) < member.term);
  });
  let best: MemberFrame | undefined;
  for (const member of serious) if (best === undefined || outranks(member, best)) best = member;
  if (best === undefined) return undefined;
  const candidate = best;
  const rehearsal = candidate.role === 'preCandidate';
  const halves = halvesOf(
    frame,
    (member) => ballotState(frame, candidate, member),
    (state) => state === 'itself' || state === 'granted',
    BALLOT_ORDER,
  );
  const { needed, have, voters } = shortest(halves);
  const open = halves.flatMap((half) =>
    half.voters.filter(
      ({ state }) => state !== 'refused' && state !== 'refusalSent' && state !== 'unreachable' && state !== 'stopped',
    ),
  );
  return {
    type: 'votes',
    candidate: candidate.name,
    term: rehearsal ? candidate.term + 1 : candidate.term,
    rehearsal,
    needed,
    have,
    voters,
    joint: halves.length > 1 ? halves : [],
    possible: canDecide(
      frame,
      open.map(({ member }) => member),
    ),
    rivals: running.filter((member) => member !== candidate && member.role === candidate.role).map((member) => member.name),
  };
}

function outranks(a: MemberFrame, b: MemberFrame): boolean {
  if ((a.role === 'candidate') !== (b.role === 'candidate')) return a.role === 'candidate';
  if (a.term !== b.term) return a.term > b.term;
  return granted(a) > granted(b);
}

function granted(member: MemberFrame): number {
  return member.votes.filter((vote) => vote === 'granted').length;
}

function ballotState(frame: Frame, candidate: MemberFrame, member: MemberFrame): BallotState {
  const vote = candidate.votes[member.ordinal - 1];
  if (member === candidate) return vote === 'granted' ? 'itself' : 'writing'; // its own vote goes to its disk first
  if (vote === 'granted') return 'granted';
  if (vote === 'refused') return 'refused';
  if (member.health !== 'up') return 'stopped';
  const rehearsal = candidate.role === 'preCandidate';
  const between = frame.flights.filter((flight) => flight.lostAt === undefined);
  const back = between.filter((flight) => flight.from === member.ordinal && flight.to === candidate.ordinal);
  if (back.some((flight) => flight.kind === (rehearsal ? 'preVoteGranted' : 'voteGranted'))) return 'grantSent';
  if (back.some((flight) => flight.kind === (rehearsal ? 'preVoteRefused' : 'voteRefused'))) return 'refusalSent';
  if (!isLinked(frame, candidate.ordinal, member.ordinal)) return 'unreachable';
  const asked = between.some(
    (flight) =>
      flight.from === candidate.ordinal && flight.to === member.ordinal && flight.kind === (rehearsal ? 'preVote' : 'vote'),
  );
  if (asked) return 'asked';
  return !rehearsal && member.term === candidate.term && member.vote === candidate.ordinal ? 'writing' : 'waiting';
}

/** @param running look at running members only: a stale entry on the disk of a stopped one can wait */
function twice(frame: Frame, running: boolean): Needed | undefined {
  const index = contestedIndex(frame, running);
  if (index === 0) return undefined;
  const truth = committedTerm(frame, index);
  const claims: Claim[] = [];
  const terms = new Set<number>();
  for (const member of frame.members.filter(isPresent)) {
    const term = fillAt(member, index) === undefined ? 0 : logTerm(member.log, index);
    if (term !== 0) terms.add(term);
  }
  for (const term of [...terms].sort((a, b) => a - b)) {
    const holders = frame.members.filter(
      (member) => isPresent(member) && fillAt(member, index) !== undefined && logTerm(member.log, index) === term,
    );
    const best = bestFill(holders, index);
    claims.push({
      entry: nameEntry(frame, term, index),
      fill: best,
      holders: holders.map((member) => member.name),
      onDisk: holders.filter((member) => member.durableIndex >= index).length,
      fate: truth === 0 ? 'open' : truth === term ? 'committed' : 'replaced',
      asleep: holders.every((member) => member.health !== 'up'),
      island: frame.islands.length < 2 ? '' : (islandOf(frame, holders[0]?.ordinal ?? 0)?.label ?? ''),
    });
  }
  return { type: 'twice', index, needed: frame.quorum, claims, split: frame.islands.length > 1 };
}

const FILLS: readonly Fill[] = ['memory', 'disk', 'committed', 'applied'];

function bestFill(holders: readonly MemberFrame[], index: number): Fill {
  let best = 0;
  for (const member of holders) best = Math.max(best, FILLS.indexOf(fillAt(member, index) ?? 'memory'));
  return FILLS[best] ?? 'memory';
}

/** The lowest index at which two members hold different entries; logs that agree at an index agree below it. Raft §5.3. */
function contestedIndex(frame: Frame, running: boolean): number {
  const members = frame.members.filter((member) => isPresent(member) && (!running || member.health === 'up'));
  let lowest = 0;
  for (const [at, a] of members.entries()) {
    for (const b of members.slice(at + 1)) {
      const index = firstDifference(a, b);
      if (index !== 0 && (lowest === 0 || index < lowest)) lowest = index;
    }
  }
  return lowest;
}

function firstDifference(a: MemberFrame, b: MemberFrame): number {
  const end = Math.min(logEnd(a.log), logEnd(b.log));
  // What either has compacted was committed, so it is the same at both. Raft §7.
  const first = Math.max(a.firstIndex, b.firstIndex);
  if (end < first || logTerm(a.log, end) === logTerm(b.log, end)) return 0;
  // By the log matching property the logs agree up to some index and differ from there on.
  let low = first;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (logTerm(a.log, middle) !== logTerm(b.log, middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function noQuorum(frame: Frame): Needed | undefined {
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

function votersIn(frame: Frame, members: readonly number[]): number {
  return members.filter((member) => frame.members[member - 1]?.isVoter === true).length;
}

function stuck(frame: Frame): Needed | undefined {
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

function overwritten(frame: Frame): Needed | undefined {
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

function stuckCall({ id, kind, key, value, deadline }: CallFrame): StuckCall {
  return { id, kind, key, value, deadline };
}

function silence(frame: Frame): Needed | undefined {
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

/** A read on its way, as far as messages tell; one that needs no leader is answered at once and never seen here. */
function reading(frame: Frame, leader: MemberFrame): Needed | undefined {
  const call = frame.calls.find(
    (each) => each.kind === 'get' && each.state === 'open' && each.answer === undefined && each.arrivesAt <= frame.time,
  );
  if (call === undefined) return undefined;
  const flies = (wanted: (flight: Flight) => boolean) =>
    frame.flights.some((flight) => flight.lostAt === undefined && wanted(flight));
  const phase = flies((flight) => flight.kind === 'readIndexAnswer' && flight.to === call.member)
    ? 'answers'
    : flies((flight) => flight.carriesRead)
      ? 'confirms'
      : flies((flight) => flight.kind === 'readIndex' && flight.from === call.member)
        ? 'asks'
        : undefined;
  if (phase === undefined) return undefined;
  const member = frame.members[call.member - 1]?.name ?? '';
  return { type: 'read', call: stuckCall(call), leader: leader.name, member, phase, others: frame.quorum - 1 };
}

/** Running members that the leader feeds and that lack more than what was just sent to everybody. */
function catching(frame: Frame, leader: MemberFrame): Needed | undefined {
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
function transfer(frame: Frame): Needed | undefined {
  const order = transferOf(frame);
  const leader = order === undefined ? undefined : frame.members[order.from - 1];
  const to = order === undefined ? undefined : frame.members[order.to - 1];
  return leader === undefined || to === undefined
    ? undefined
    : { type: 'transfer', leader: leader.name, to: to.name, term: leader.term };
}

const REACH_ORDER: readonly ReachState[] = ['reached', 'unreachable', 'stopped'];

function joint(frame: Frame, leader: MemberFrame): Needed | undefined {
  const reach = (member: MemberFrame): ReachState => {
    if (member.health !== 'up') return 'stopped';
    return member === leader || isLinked(frame, leader.ordinal, member.ordinal) ? 'reached' : 'unreachable';
  };
  const halves = halvesOf(frame, reach, (state) => state === 'reached', REACH_ORDER);
  return halves.length < 2 ? undefined : { type: 'joint', term: leader.term, joint: halves };
}

const SPREAD_ORDER: readonly SpreadState[] = ['applied', 'committed', 'behind', 'unreachable', 'stopped'];

function spread(frame: Frame, leader: MemberFrame): Needed | undefined {
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

function calm(frame: Frame, leader: MemberFrame): Needed {
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
