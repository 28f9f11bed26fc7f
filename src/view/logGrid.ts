/**
 * The replicated log as a grid of members and indexes: who holds which entry, and what that member itself knows of it.
 * Pure and small: it looks only at the columns that are shown and never walks a whole log.
 */
import type { Chunks } from '../base/index.ts';
import type { EntryKind, Fill, Frame, Health, MemberFrame, Role } from './frame.ts';
import { logEnd, logTerm, topLeader } from './lookup.ts';
import { catchUp, isPresent, type Standing, standingOf } from './membership.ts';

/** A leader wears a crown; one whose term is over, and who has not heard of it, a hollow one. */
export type Crown = 'none' | 'solid' | 'hollow';

/** One place of one member. */
export interface LogCell {
  readonly index: number;
  /** 0 = this member has no entry there. */
  readonly term: number;
  /** What the member knows of the entry; undefined where it has none. */
  readonly fill: Fill | undefined;
  /** Of the store, made by it where the member has applied it; 0 = it changed no key. */
  readonly revision: number;
  readonly kind: EntryKind;
  /** '' for entries without a key, and where the text is not known (yet). */
  readonly key: string;
  readonly value: string;
  /** Call that caused it; 0 = none. */
  readonly call: number;
  /** Term of the committed entry that will take this place; 0 = it stays. Raft §5.3. */
  readonly replacedBy: number;
  /** Dropped from this log: a snapshot stands in for it. 'last': the newest such entry, where the snapshot stands. Raft §7. */
  readonly compacted: 'no' | 'yes' | 'last';
  /** Index at which this member's snapshot stands; 0 = it holds its log from the beginning. */
  readonly snapshot: number;
}

/** One cell of the strip of older entries. */
export interface StripCell {
  readonly index: number;
  readonly term: number;
  readonly fill: Fill | undefined;
  readonly compacted: boolean;
}

export interface LogRow {
  /** Ordinal. */
  readonly member: number;
  readonly name: string;
  readonly health: Health;
  readonly role: Role;
  readonly term: number;
  readonly crown: Crown;
  readonly standing: Standing;
  readonly catchingUp: 'snapshot' | 'log' | undefined;
  /** One per column, ascending. */
  readonly cells: readonly LogCell[];
  /** The entries just before the first column, ascending; shorter near the log's beginning. */
  readonly older: readonly StripCell[];
}

/** Rows that can reach each other. */
export interface LogGroup {
  /** Label of the island, '' while the cluster is whole. */
  readonly label: string;
  readonly hasQuorum: boolean;
  readonly rows: readonly LogRow[];
}

/** A stretch of the log that one term wrote, for the overview. */
export interface TermRun {
  readonly term: number;
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

export interface LogGrid {
  /** Index of the first and of the last column; the columns between them are all there. */
  readonly first: number;
  readonly last: number;
  /** Highest index of any member. */
  readonly newest: number;
  /** The highest commit that anybody ever knew. */
  readonly flag: number;
  /** Entries right of the last column. */
  readonly beyond: number;
  /** Groups with a wall between them; one group while the cluster is whole. */
  readonly groups: readonly LogGroup[];
}

export interface LogWindow {
  /** Full-size columns, at least 1. */
  readonly columns: number;
  /** Cells in the strip of older entries. */
  readonly older: number;
  /** Last column when somebody scrolled back; undefined = stay at the commit line. */
  readonly last: number | undefined;
}

/**
 * What a member knows of its entry at `index`; undefined where it has none. Of a stopped member only its disk is left:
 * what was committed it learns anew after its restart.
 */
export function fillAt(member: MemberFrame, index: number): Fill | undefined {
  if (index < member.firstIndex) return undefined; // compacted
  if (logTerm(member.log, index) === 0) return undefined;
  if (member.health !== 'up') return index <= member.durableIndex ? 'disk' : undefined;
  if (index <= member.appliedIndex) return 'applied';
  if (index <= member.commitIndex) return 'committed';
  return index <= member.durableIndex ? 'disk' : 'memory';
}

/** Solid for the leader of the highest term that anybody knows of, hollow for a leader that does not know its time is over. */
export function crownOf(frame: Frame, member: MemberFrame): Crown {
  if (member.health !== 'up' || member.role !== 'leader') return 'none';
  return topLeader(frame)?.term === member.term ? 'solid' : 'hollow';
}

/**
 * Term of the committed entry at `index`: as a member has it that knew the commit. 0 above the flag, and where nobody who
 * knew it still has it on record.
 */
export function committedTerm(frame: Frame, index: number): number {
  if (index < 1 || index > frame.flag) return 0;
  for (const member of frame.members) {
    if (member.commitIndex < index) continue;
    const term = logTerm(member.log, index);
    if (term !== 0) return term;
  }
  // Everybody who knew it has lost its memory. A leader of a later term has every committed entry. Raft §5.4.
  const leader = topLeader(frame);
  return leader === undefined ? 0 : logTerm(leader.log, index);
}

/** Highest index that any member holds. */
export function newestIndex(frame: Frame): number {
  let newest = 0;
  for (const member of frame.members) if (isPresent(member)) newest = Math.max(newest, logEnd(member.log));
  return newest;
}

/**
 * First and last column: the newest entry or the place after the commit line comes last, yet the line itself never leaves the
 * grid while nobody scrolls.
 */
export function logWindow(frame: Frame, window: LogWindow): { readonly first: number; readonly last: number } {
  const columns = Math.max(1, window.columns);
  const end = Math.max(newestIndex(frame), frame.flag + 1, columns);
  const home = Math.min(end, Math.max(columns, frame.flag + Math.max(1, columns - 2)));
  const last = window.last === undefined ? home : Math.min(end, Math.max(columns, window.last));
  return { first: last - columns + 1, last };
}

/** The grid for a window of columns. */
export function logGrid(frame: Frame, window: LogWindow): LogGrid {
  const { first, last } = logWindow(frame, window);
  const newest = newestIndex(frame);
  const committed: number[] = [];
  for (let index = first; index <= last; index++) committed.push(committedTerm(frame, index));

  const row = (member: MemberFrame): LogRow => ({
    member: member.ordinal,
    name: member.name,
    health: member.health,
    role: member.role,
    term: member.term,
    crown: crownOf(frame, member),
    standing: standingOf(member),
    catchingUp: catchUp(frame, member),
    cells: committed.map((truth, at) => cellAt(frame, member, first + at, truth)),
    older: olderCells(member, first, window.older),
  });

  return {
    first,
    last,
    newest,
    flag: frame.flag,
    beyond: Math.max(0, newest - last),
    groups: groupMembers(frame).map((group) => ({ ...group, rows: group.members.map(row) })),
  };
}

/** The longest log, term by term; walks it backwards in runs and stops at `most` of them (the oldest are joined). */
export function termRuns(frame: Frame, most = 200): readonly TermRun[] {
  let log: Chunks<number> | undefined;
  for (const member of frame.members) if (log === undefined || member.log.end > log.end) log = member.log;
  if (log === undefined) return [];
  const runs: TermRun[] = [];
  let to = logEnd(log);
  while (to >= 1) {
    const term = logTerm(log, to);
    let from = to;
    if (runs.length === most - 1) from = 1;
    else {
      // Terms never fall along a log, so the beginning of a run can be found by halving.
      let low = 1;
      while (low < from) {
        const middle = (low + from) >> 1;
        if (logTerm(log, middle) >= term) from = middle;
        else low = middle + 1;
      }
    }
    if (term !== 0) runs.push({ term, from, to });
    to = from - 1;
  }
  return runs.reverse();
}

function cellAt(frame: Frame, member: MemberFrame, index: number, truth: number): LogCell {
  const fill = fillAt(member, index);
  const term = fill === undefined ? 0 : logTerm(member.log, index);
  const text = term === 0 ? undefined : frame.texts.get(`${term}/${index}`);
  return {
    index,
    term,
    fill,
    revision: fill === 'applied' ? (frame.revisionAt.get(index) ?? 0) : 0,
    kind: text?.kind ?? 'other',
    key: text?.key ?? '',
    value: text?.value ?? '',
    call: text?.call ?? 0,
    replacedBy: term !== 0 && truth !== 0 && truth !== term ? truth : 0,
    compacted: !isCompacted(member, index) ? 'no' : index === member.firstIndex - 1 ? 'last' : 'yes',
    snapshot: member.firstIndex - 1,
  };
}

/** Dropped from this member's log; its snapshot holds what it did. */
export function isCompacted(member: MemberFrame, index: number): boolean {
  return index >= 1 && index < member.firstIndex;
}

function olderCells(member: MemberFrame, first: number, count: number): readonly StripCell[] {
  const cells: StripCell[] = [];
  for (let index = Math.max(1, first - count); index < first; index++) {
    const fill = fillAt(member, index);
    cells.push({
      index,
      term: fill === undefined ? 0 : logTerm(member.log, index),
      fill,
      compacted: isCompacted(member, index),
    });
  }
  return cells;
}

interface MemberGroup {
  readonly label: string;
  readonly hasQuorum: boolean;
  readonly members: readonly MemberFrame[];
}

/** Members by island; a stopped one stands with the first island that its links still reach. */
function groupMembers(frame: Frame): readonly MemberGroup[] {
  const members = frame.members.filter(isPresent);
  if (frame.islands.length < 2) return [{ label: '', hasQuorum: frame.islands[0]?.hasQuorum ?? false, members }];
  const count = frame.members.length;
  const isOpen = (a: number, b: number): boolean =>
    frame.cut[(a - 1) * count + (b - 1)] !== true && frame.cut[(b - 1) * count + (a - 1)] !== true;
  const homeOf = (member: MemberFrame): string => {
    const own = frame.islands.find((island) => island.members.includes(member.ordinal));
    const near = own ?? frame.islands.find((island) => island.members.some((other) => isOpen(member.ordinal, other)));
    return near?.label ?? '';
  };
  const groups: MemberGroup[] = frame.islands.map(({ label, hasQuorum }) => ({
    label,
    hasQuorum,
    members: members.filter((member) => homeOf(member) === label),
  }));
  const alone = members.filter((member) => homeOf(member) === '');
  return alone.length === 0 ? groups : [...groups, { label: '', hasQuorum: false, members: alone }];
}
