/** Files about quorums (`spec/raft.md` 6.9): the engine's answer, and cross-checks that speak only when they disagree. */
import { byNumber, byText, formatDecimal, formatHex, type Id64, toId64 } from '../../base/index.ts';
import { etcdRules, jointVoteResult, quorumIndex, type VoteResult, voteResult } from '../../engine/raft/index.ts';
import { CommandArguments, type Directive } from './directives.ts';

/** Answers one command; commands do not depend on each other. */
export function answerQuorumCommand(directive: Directive): string {
  const args = new CommandArguments(directive);
  const voters = toIds(args, args.values('cfg') ?? []);
  const second = args.values('cfgj');
  const isJoint = second !== undefined;
  const outgoing = second === undefined || (second.length === 1 && second[0] === 'zero') ? [] : toIds(args, second);
  const all = [...new Set([...voters, ...outgoing])];
  const given = args.values('idx') ?? args.values('votes') ?? [];
  const numbers = given.map((value) => toNumber(args, value));
  if (numbers.length !== all.length) {
    const map = [...all].sort(byText).map((id) => `${formatDecimal(id)}:{}`);
    return `error: mismatched input (explicit or _) for voters map[${map.join(' ')}]: [${numbers.join(' ')}]`;
  }
  const known = new Map<Id64, number>();
  all.forEach((id, i) => {
    if (given[i] !== '_') known.set(id, numbers[i] ?? 0);
  });
  const incoming = sorted(voters);
  const other = sorted(outgoing);
  switch (directive.command) {
    case 'vote':
      return vote(incoming, other, isJoint, new Map([...known].map(([id, value]) => [id, value === VOTE_YES])));
    case 'committed':
      return committed(incoming, other, isJoint, known);
    default:
      return args.fail('unknown command');
  }
}

const VOTE_NO = 1;
const VOTE_YES = 2;

function vote(incoming: readonly Id64[], outgoing: readonly Id64[], isJoint: boolean, votes: ReadonlyMap<Id64, boolean>): string {
  if (!isJoint) return `${voteResult(etcdRules, incoming, votes)}\n`;
  const result: VoteResult = jointVoteResult(etcdRules, incoming, outgoing, votes);
  const symmetric = jointVoteResult(etcdRules, outgoing, incoming, votes);
  const warning = symmetric === result ? '' : `${symmetric} <-- via symmetry\n`;
  return `${warning}${result}\n`;
}

function committed(
  incoming: readonly Id64[],
  outgoing: readonly Id64[],
  isJoint: boolean,
  acks: ReadonlyMap<Id64, number>,
): string {
  const result = jointIndex(incoming, outgoing, acks);
  let text = describe(sorted([...new Set([...incoming, ...outgoing])]), acks);
  const check = (value: number, how: string) => {
    if (value !== result) text += `${printIndex(value)} <-- ${how}\n`;
  };
  if (isJoint) check(jointIndex(outgoing, incoming, acks), 'via symmetry');
  else {
    check(slowIndex(incoming, acks), 'via alternative computation');
    check(jointIndex(incoming, [], acks), 'via zero-joint quorum');
    check(jointIndex(incoming, incoming, acks), 'via self-joint quorum');
    // What is above the result need only stay there, and what is below may be anything less.
    for (const id of incoming) {
      const ack = acks.get(id) ?? 0;
      const overlay = ack > result ? result : ack < result ? 0 : ack;
      check(jointIndex(incoming, [], new Map(acks).set(id, overlay)), `overlaying ${formatDecimal(id)}->${overlay}`);
    }
  }
  return `${text}${printIndex(result)}\n`;
}

function jointIndex(one: readonly Id64[], other: readonly Id64[], acks: ReadonlyMap<Id64, number>): number {
  const half = (ids: readonly Id64[]) =>
    quorumIndex(
      etcdRules,
      ids.map((id) => acks.get(id) ?? 0),
      ids.length,
    );
  return Math.min(half(one), half(other));
}

/** The greatest acknowledged index that more than half of the voters have reached. */
function slowIndex(voters: readonly Id64[], acks: ReadonlyMap<Id64, number>): number {
  if (voters.length === 0) return Number.POSITIVE_INFINITY;
  const reached = (index: number) => voters.filter((id) => (acks.get(id) ?? 0) >= index).length;
  return Math.max(0, ...[...acks.values()].filter((index) => reached(index) * 2 > voters.length));
}

/** A bar for each voter: how many others are behind it. */
function describe(voters: readonly Id64[], acks: ReadonlyMap<Id64, number>): string {
  const count = voters.length;
  if (count === 0) return '<empty majority quorum>';
  const index = (id: Id64) => acks.get(id) ?? 0;
  const ranked = [...voters].sort((a, b) => byNumber(index(a), index(b)) || byText(a, b));
  const bars = new Map<Id64, number>();
  ranked.forEach((id, rank) => {
    const before = ranked[rank - 1];
    if (before === undefined) bars.set(id, 0);
    else bars.set(id, index(id) > index(before) ? rank : (bars.get(before) ?? 0));
  });
  const rows = voters.map((id) => {
    const bar = bars.get(id) ?? 0;
    const drawn = acks.has(id) ? `${'x'.repeat(bar)}>${' '.repeat(count - bar)}` : `?${' '.repeat(count)}`;
    return `${drawn} ${String(index(id)).padStart(5)}    (id=${formatHex(id)})\n`;
  });
  return `${' '.repeat(count)}    idx\n${rows.join('')}`;
}

function printIndex(index: number): string {
  return index === Number.POSITIVE_INFINITY ? '∞' : String(index);
}

function sorted(ids: readonly Id64[]): readonly Id64[] {
  return [...ids].sort(byText);
}

function toIds(args: CommandArguments, values: readonly string[]): Id64[] {
  return [...new Set(values.filter((value) => value !== '').map((value) => toId64(args.toNumber(value))))];
}

function toNumber(args: CommandArguments, value: string): number {
  switch (value) {
    case '_':
      return 0;
    case 'y':
      return VOTE_YES;
    case 'n':
      return VOTE_NO;
    default: {
      const index = args.toNumber(value);
      return index > 0 ? index : args.fail('an index is positive; use _ for none');
    }
  }
}
