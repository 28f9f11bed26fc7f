/** An election: whose votes it waits for. */
import type { Frame, MemberFrame } from '../frame.ts';
import { canDecide } from '../membership.ts';
import { shortest } from './commit.ts';
import type { BallotState, Needed } from './fact.ts';
import { halvesOf, isLinked, islandOf } from './shared.ts';

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

export function votes(frame: Frame): Needed | undefined {
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
