/**
 * Raft's promises (Raft Figure 3), from the rows of the trace alone: each member's log is followed as the terms of its
 * entries, in memory and on disk, through crashes. Plain data.
 */
import { MAX_MEMBERS } from '../scenario.ts';
import { MESSAGE_CODE, ROLE_CODE, ROW_KIND, type Row } from '../trace.ts';
import { makeViolation, type Violation } from './violation.ts';

/** Whose disks decide, as a member has applied it: bits of ordinals - 1, and how many more there are without a place. */
interface VoterSets {
  readonly voters: number;
  readonly unplaced: number;
  readonly outgoing: number;
  readonly unplacedOutgoing: number;
}

interface MemberModel {
  readonly ordinal: number;
  /** Another member than before in the same place has another life. */
  life: number;
  config: VoterSets;
  /** The configuration before, and when it changed: what is committed at that instant may be so by either. */
  configBefore: VoterSets;
  configAt: number;
  isUp: boolean;
  /** Term of the entry at index i + 1; while the process is gone, what its disk surely holds. */
  log: number[];
  /** Last index on disk. */
  durable: number;
  commit: number;
  applied: number;
  term: number;
  role: number;
  /** What a booting process has to find on its disk; undefined once compared. */
  expected: number[] | undefined;
  /** A truncation while it was leader, which is none if it is not leader any more in the same instant. */
  suspect: Row | undefined;
}

/** What has been seen of a run, and every promise that was broken in it. */
export interface SafetyChecker {
  readonly members: readonly MemberModel[];
  /** Term → its leader. */
  readonly leaders: Map<number, number>;
  /** (member, term) → whom it voted for. */
  readonly votes: Map<string, number>;
  /** (index, term) of an entry → term of the entry before it. */
  readonly before: Map<string, number>;
  /** Committed entries by index - 1: their own term, and the term in which they were first known to be committed. */
  readonly committed: { readonly term: number; readonly inTerm: number }[];
  readonly violations: Violation[];
  /** What happened at all: a check of nothing proves nothing. */
  readonly seen: {
    leaderChanges: number;
    crashes: number;
    overwritten: number;
    committed: number;
    lost: number;
    snapshots: number;
  };
  lastLeader: number;
  /** When a leader's log was cut that may turn out to be no leader any more; Infinity = never. */
  suspectAt: number;
}

/** Before the first row. */
export function createSafetyChecker(members: number): SafetyChecker {
  const founders: VoterSets = { voters: (1 << members) - 1, unplaced: 0, outgoing: 0, unplacedOutgoing: 0 };
  return {
    members: Array.from({ length: MAX_MEMBERS }, (_, i) => ({
      ordinal: i + 1,
      life: 0,
      config: founders,
      configBefore: founders,
      configAt: -1,
      isUp: false,
      log: [],
      durable: 0,
      commit: 0,
      applied: 0,
      term: 0,
      role: ROLE_CODE.StateFollower,
      expected: undefined,
      suspect: undefined,
    })),
    leaders: new Map(),
    votes: new Map(),
    before: new Map(),
    committed: [],
    violations: [],
    seen: { leaderChanges: 0, crashes: 0, overwritten: 0, committed: 0, lost: 0, snapshots: 0 },
    lastLeader: 0,
    suspectAt: Number.POSITIVE_INFINITY,
  };
}

/** Takes in rows, in their order. */
export function checkRows(checker: SafetyChecker, rows: readonly Row[]): void {
  for (const row of rows) checkRow(checker, row);
}

function checkRow(checker: SafetyChecker, row: Row): void {
  const member = checker.members[row.a - 1];
  if (row.time > checker.suspectAt) settleSuspects(checker);
  switch (row.kind) {
    case ROW_KIND.send:
      if (row.p === MESSAGE_CODE.voteGranted) noteVote(checker, row, row.a, row.b);
      return;
    case ROW_KIND.lost:
      checker.seen.lost++;
      return;
    case ROW_KIND.boot:
    case ROW_KIND.stop:
    case ROW_KIND.role:
    case ROW_KIND.append:
    case ROW_KIND.truncate:
    case ROW_KIND.durable:
    case ROW_KIND.commit:
    case ROW_KIND.apply:
    case ROW_KIND.snapshot:
    case ROW_KIND.config:
      if (member !== undefined) checkMemberRow(checker, member, row);
      return;
    default:
      return;
  }
}

function checkMemberRow(checker: SafetyChecker, member: MemberModel, row: Row): void {
  const isRestoring = (row.kind === ROW_KIND.append && row.q === 1) || (row.kind === ROW_KIND.snapshot && row.p === 0);
  if (member.expected !== undefined && !isRestoring) compareRestored(checker, member, row);
  switch (row.kind) {
    case ROW_KIND.boot:
      member.isUp = true;
      // Who joins has nothing to find.
      member.expected = row.q === 1 ? undefined : member.log;
      if (row.q === 1) member.life++;
      member.log = [];
      member.commit = row.p;
      member.applied = 0;
      return;
    case ROW_KIND.stop:
      if (row.p !== 2) checker.seen.crashes++; // who was removed ends by itself
      member.isUp = false;
      member.role = ROLE_CODE.StateFollower;
      member.log.length = Math.min(member.log.length, member.durable);
      return;
    case ROW_KIND.role:
      changeRole(checker, member, row);
      return;
    case ROW_KIND.append:
      append(checker, member, row);
      return;
    case ROW_KIND.truncate:
      truncate(checker, member, row);
      return;
    case ROW_KIND.durable:
      member.durable = row.index;
      return;
    case ROW_KIND.commit:
      commit(checker, member, row);
      return;
    case ROW_KIND.apply:
      apply(checker, member, row);
      return;
    case ROW_KIND.snapshot:
      beginBehind(checker, member, row);
      return;
    case ROW_KIND.config:
      if (member.configAt !== row.time) member.configBefore = member.config;
      member.config = { voters: row.p, unplaced: row.b, outgoing: row.q, unplacedOutgoing: row.term };
      member.configAt = row.time;
      return;
  }
}

function changeRole(checker: SafetyChecker, member: MemberModel, row: Row): void {
  const wasLeader = member.role === ROLE_CODE.StateLeader && member.term === row.term;
  if (member.suspect !== undefined) {
    if (wasLeader && row.p === ROLE_CODE.StateLeader) settleSuspect(checker, member);
    member.suspect = undefined;
  }
  member.term = row.term;
  member.role = row.p;
  if (row.q !== 0) noteVote(checker, row, member.ordinal, row.q);
  if (row.p !== ROLE_CODE.StateLeader || wasLeader) return;
  const other = checker.leaders.get(row.term);
  if (other !== undefined && other !== member.ordinal) {
    report(checker, 'electionSafety', row, { members: [other, member.ordinal], term: row.term });
  }
  checker.leaders.set(row.term, member.ordinal);
  if (checker.lastLeader !== 0) checker.seen.leaderChanges++;
  checker.lastLeader = member.ordinal;
  for (const [i, entry] of checker.committed.entries()) {
    if (entry.inTerm < row.term && member.log[i] !== entry.term) {
      report(checker, 'leaderCompleteness', row, { members: [member.ordinal], term: row.term, index: i + 1 });
      break;
    }
  }
}

function append(checker: SafetyChecker, member: MemberModel, row: Row): void {
  for (let index = row.index; index < row.index + row.p; index++) {
    const before = index === 1 ? 0 : member.log[index - 2];
    if (before === undefined || index !== member.log.length + 1) {
      report(checker, 'logMatching', row, { members: [member.ordinal], term: row.term, index });
      return;
    }
    member.log.push(row.term);
    const key = `${index} ${row.term}`;
    const known = checker.before.get(key);
    if (known === undefined) checker.before.set(key, before);
    else if (known !== before) report(checker, 'logMatching', row, { members: [member.ordinal], term: row.term, index });
  }
}

function truncate(checker: SafetyChecker, member: MemberModel, row: Row): void {
  checker.seen.overwritten += Math.max(0, member.log.length - row.index + 1);
  if (row.index <= member.commit) report(checker, 'committedStays', row, { members: [member.ordinal], index: row.index });
  member.log.length = Math.min(member.log.length, row.index - 1);
  member.durable = Math.min(member.durable, row.index - 1);
  if (member.role !== ROLE_CODE.StateLeader) return;
  member.suspect = row;
  checker.suspectAt = row.time;
}

function commit(checker: SafetyChecker, member: MemberModel, row: Row): void {
  if (row.index < member.commit) report(checker, 'committedStays', row, { members: [member.ordinal], index: row.index });
  for (let index = member.commit + 1; index <= row.index; index++) {
    const term = member.log[index - 1];
    const known = checker.committed[index - 1];
    if (term === undefined || (known !== undefined && known.term !== term)) {
      report(checker, 'stateMachineSafety', row, { members: [member.ordinal], term: term ?? 0, index });
      break;
    }
    if (known !== undefined) continue;
    if (index !== checker.committed.length + 1) {
      // Somebody committed past an entry that nobody had committed.
      report(checker, 'stateMachineSafety', row, { members: [member.ordinal], term, index });
      break;
    }
    checker.committed.push({ term, inTerm: member.term });
    checker.seen.committed++;
    if (member.role === ROLE_CODE.StateLeader) requireQuorum(checker, row, index, term);
    for (const other of checker.members) {
      if (other.role === ROLE_CODE.StateLeader && other.term > member.term && other.log[index - 1] !== term) {
        report(checker, 'leaderCompleteness', row, { members: [other.ordinal], term: other.term, index });
      }
    }
  }
  member.commit = Math.max(member.commit, row.index);
}

function requireQuorum(checker: SafetyChecker, row: Row, index: number, term: number): void {
  const leader = checker.members[row.a - 1];
  if (leader === undefined) return;
  const holds = (mask: number, unplaced: number) => {
    const voters = checker.members.filter(({ ordinal }) => (mask >> (ordinal - 1)) & 1);
    const holders = voters.filter((other) => other.durable >= index && other.log[index - 1] === term);
    return 2 * holders.length > voters.length + unplaced;
  };
  const isQuorum = (sets: VoterSets) =>
    holds(sets.voters, sets.unplaced) && (sets.outgoing === 0 || holds(sets.outgoing, sets.unplacedOutgoing));
  const configs = leader.configAt === row.time ? [leader.config, leader.configBefore] : [leader.config];
  if (!configs.some(isQuorum)) report(checker, 'quorumCommit', row, { members: [row.a], term, index });
}

/** A log that begins behind a snapshot stands for what was committed before. */
function beginBehind(checker: SafetyChecker, member: MemberModel, row: Row): void {
  const covered = checker.committed.slice(0, row.index).map(({ term }) => term);
  if (covered.length < row.index || covered.at(-1) !== row.term) {
    report(checker, 'stateMachineSafety', row, { members: [member.ordinal], term: row.term, index: row.index });
  }
  if (row.p === 1) checker.seen.snapshots++;
  member.log = covered;
}

function apply(checker: SafetyChecker, member: MemberModel, row: Row): void {
  const isNext = row.index > member.applied && row.index <= member.commit;
  if (!isNext) report(checker, 'applyCommitted', row, { members: [member.ordinal], index: row.index });
  for (let index = member.applied + 1; index <= row.index; index++) {
    const term = member.log[index - 1];
    const known = checker.committed[index - 1];
    if (term !== undefined && known?.term === term) continue;
    report(checker, 'stateMachineSafety', row, { members: [member.ordinal], term: term ?? 0, index });
    break;
  }
  member.applied = row.index;
}

function noteVote(checker: SafetyChecker, row: Row, voter: number, candidate: number): void {
  const key = `${voter} ${checker.members[voter - 1]?.life ?? 0} ${row.term}`;
  const known = checker.votes.get(key);
  if (known === undefined) checker.votes.set(key, candidate);
  else if (known !== candidate) report(checker, 'oneVote', row, { members: [voter, known, candidate], term: row.term });
}

/** The log that a process read back begins with everything that was safe. */
function compareRestored(checker: SafetyChecker, member: MemberModel, row: Row): void {
  const expected = member.expected ?? [];
  member.expected = undefined;
  const lost = expected.findIndex((term, i) => member.log[i] !== term);
  if (lost >= 0) report(checker, 'durability', row, { members: [member.ordinal], index: lost + 1 });
}

function settleSuspects(checker: SafetyChecker): void {
  checker.suspectAt = Number.POSITIVE_INFINITY;
  for (const member of checker.members) settleSuspect(checker, member);
}

function settleSuspect(checker: SafetyChecker, member: MemberModel): void {
  const row = member.suspect;
  member.suspect = undefined;
  if (row !== undefined) {
    report(checker, 'leaderAppendOnly', row, { members: [member.ordinal], term: member.term, index: row.index });
  }
}

function report(
  checker: SafetyChecker,
  rule: Violation['rule'],
  row: Row,
  fields: { readonly members?: readonly number[]; readonly term?: number; readonly index?: number },
): void {
  checker.violations.push(makeViolation(rule, row.time, fields));
}
