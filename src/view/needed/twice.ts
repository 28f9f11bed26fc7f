/** One index, claimed by two leaders. */
import type { Fill, Frame, MemberFrame } from '../frame.ts';
import { committedTerm, fillAt } from '../logGrid.ts';
import { logEnd, logTerm } from '../lookup.ts';
import { isPresent } from '../membership.ts';
import type { Claim, Needed } from './fact.ts';
import { islandOf, nameEntry } from './shared.ts';

/** @param running look at running members only: a stale entry on the disk of a stopped one can wait */
export function twice(frame: Frame, running: boolean): Needed | undefined {
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
