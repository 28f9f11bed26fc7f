/** Majorities, and two of them at once (etcd-io/raft:quorum). Raft §5.2, §5.4.2; joint consensus: Raft §6. */
import type { RaftRules, VoteResult } from './rules.ts';
import type { LogIndex, MemberId } from './types.ts';

/**
 * The highest index that a quorum of one majority has acknowledged. No voters: Infinity, so that the other half decides.
 *
 * @param acks one index a voter in the first `count` places, 0 for who has not answered; the call moves them about
 */
export function quorumIndex(rules: RaftRules, acks: LogIndex[], count: number): LogIndex {
  if (count === 0) return Number.POSITIVE_INFINITY;
  const rank = count - rules.quorumSize(count); // 1 <= quorum size <= count
  if (count > FEW) return select(acks, count, rank);
  // Insertion sort: a configuration has a handful of voters, and their indexes are nearly equal.
  for (let i = 1; i < count; i++) {
    const value = acks[i] as LogIndex; // i < count
    let j = i - 1;
    for (; j >= 0 && (acks[j] as LogIndex) > value; j--) acks[j + 1] = acks[j] as LogIndex; // 0 <= j < count
    acks[j + 1] = value;
  }
  return acks[rank] as LogIndex; // 0 <= rank < count
}

/** More voters than that are not sorted: only the one in the middle is looked for. */
const FEW = 24;

/** What would stand at `rank` if the first `count` were sorted; they are moved about. C. A. R. Hoare's FIND, 1961. */
function select(acks: LogIndex[], count: number, rank: number): LogIndex {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = acks[(low + high) >>> 1] as LogIndex; // low <= middle <= high
    let i = low;
    let j = high;
    while (i <= j) {
      while ((acks[i] as LogIndex) < pivot) i++; // stops at the pivot or at what was moved behind it
      while ((acks[j] as LogIndex) > pivot) j--;
      if (i > j) break;
      const larger = acks[i] as LogIndex;
      acks[i++] = acks[j] as LogIndex;
      acks[j--] = larger;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return acks[rank] as LogIndex;
}

/** What the votes that are in mean for one majority. No voters: won, so that the other half decides. */
export function voteResult(rules: RaftRules, voters: readonly MemberId[], votes: ReadonlyMap<MemberId, boolean>): VoteResult {
  if (voters.length === 0) return 'VoteWon';
  let yes = 0;
  let missing = 0;
  for (const voter of voters) {
    const vote = votes.get(voter);
    if (vote === undefined) missing++;
    else if (vote) yes++;
  }
  return rules.electionResult(yes, missing, voters.length, rules.quorumSize(voters.length));
}

/** What the votes mean for a joint configuration: both halves have to be won, either can lose. */
export function jointVoteResult(
  rules: RaftRules,
  incoming: readonly MemberId[],
  outgoing: readonly MemberId[],
  votes: ReadonlyMap<MemberId, boolean>,
): VoteResult {
  const one = voteResult(rules, incoming, votes);
  const other = voteResult(rules, outgoing, votes);
  if (one === other) return one;
  return one === 'VoteLost' || other === 'VoteLost' ? 'VoteLost' : 'VotePending';
}
