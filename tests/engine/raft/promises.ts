/**
 * What Raft promises (Raft Figure 3), looked at from outside: what each member's log, disk and messages show, and nothing of how it
 * decides. Beside it what makes the promises true: one vote a term, a quorum of disks under every commit.
 */
import { assert, ZERO_ID } from '../../../src/base/index.ts';
import {
  type ConfState,
  type Entry,
  type LogIndex,
  type MemberId,
  type MemoryStorage,
  type Message,
  type Raft,
  raftEntryAt,
  raftFirstIndex,
  raftLastIndex,
  raftTermAt,
  storageTerm,
  type Term,
} from '../../../src/engine/raft/index.ts';

/** One member as the checks see it, and what they have seen of it. */
export interface Observed {
  readonly id: MemberId;
  readonly raft: Raft | undefined;
  /** What a crash would leave. */
  readonly durable: MemoryStorage;
  /** Entries that have been looked at, by index. */
  known: (Entry | undefined)[];
  checkedCommit: LogIndex;
  /** The last term that it was seen to lead. */
  ledTerm: Term;
}

export interface Promises {
  readonly leaders: Map<Term, MemberId>;
  /** Whom a member has voted for in a term. */
  readonly votes: Map<string, MemberId>;
  /** The one entry of an index and term there may be, and the term of the entry before it. */
  readonly entries: Map<string, { readonly entry: Entry; readonly before: Term }>;
  /** By index: the term of the entry, and in which term it was committed. */
  readonly committed: ({ readonly term: Term; readonly inTerm: Term } | undefined)[];
  /** Of each read, by its context: the index that its answer must have reached. */
  readonly reads: Map<string, LogIndex>;
  /** What happened at all: a check of nothing proves nothing. */
  readonly seen: Record<'leaders' | 'committed' | 'overwritten' | 'snapshots' | 'joint' | 'applied' | 'reads' | 'restarts', number>;
}

/** @param founded everybody starts from a snapshot here, of term 1 */
export function createPromises(founded: LogIndex): Promises {
  const committed: Promises['committed'] = [];
  committed[founded] = { term: 1, inTerm: 1 };
  const seen = { leaders: 0, committed: 0, overwritten: 0, snapshots: 0, joint: 0, applied: 0, reads: 0, restarts: 0 };
  return { leaders: new Map(), votes: new Map(), entries: new Map(), committed, reads: new Map(), seen };
}

/** A process has started: what it knew is gone, and all that it has is looked at anew. */
export function noteStarted(member: Observed): void {
  member.known = [];
  member.checkedCommit = 0;
  member.ledTerm = 0;
}

/** Looks at a member after it has done something. */
export function observe(promises: Promises, member: Observed, all: readonly Observed[]): void {
  const { raft } = member;
  if (raft === undefined) return;
  checkLog(promises, member, raft);
  checkCommit(promises, member, raft, all);
  // Its vote for itself is one once it is on its disk; before that a crash makes it undone.
  const { term, vote } = member.durable.hardState;
  if (vote !== ZERO_ID) noteVote(promises, raft.id, term, vote);
  if (raft.role === 'StateLeader') checkLeader(promises, member, raft);
}

/** Everything at once, from the beginning: nothing has changed that was looked at before. */
export function observeAll(promises: Promises, all: readonly Observed[]): void {
  for (const member of all) {
    member.known = [];
    member.checkedCommit = 0;
    observe(promises, member, all);
  }
}

/** A message leaves a member. */
export function noteSent(promises: Promises, from: MemberId, message: Message): void {
  const { type, term, to, reject, index, logTerm, entries } = message;
  if (type === 'MsgVoteResp' && !reject) noteVote(promises, from, term, to);
  if (type === 'MsgSnap') promises.seen.snapshots++;
  if (type !== 'MsgApp') return;
  // A slice of a log: what follows the entry that it names, of terms that do not fall, up to the leader's own.
  let before = { index, term: logTerm };
  for (const entry of entries) {
    const follows = entry.index === before.index + 1 && entry.term >= before.term && entry.term <= term;
    assert(follows, 'an append is a slice of its leader’s log', { from, before, entry, term });
    before = entry;
  }
}

/** State Machine Safety. @param applied what the application had applied before */
export function noteApplied(promises: Promises, member: Observed, entry: Entry, applied: LogIndex): void {
  assert(entry.index === applied + 1, 'entries are applied one after the other', { id: member.id, index: entry.index, applied });
  const committed = promises.committed[entry.index];
  assert(committed?.term === entry.term, 'everybody applies the same entries', { id: member.id, entry, committed });
  promises.seen.applied++;
}

/** A change is in force: every quorum of before and every one of now have a member in common. */
export function noteChanged(before: ConfState, now: ConfState): void {
  const changed = difference(before.voters, now.voters);
  const isSafe =
    before.votersOutgoing.length > 0
      ? changed === 0 && (now.votersOutgoing.length === 0 || difference(before.votersOutgoing, now.votersOutgoing) === 0)
      : now.votersOutgoing.length > 0
        ? difference(before.voters, now.votersOutgoing) === 0
        : changed <= 1;
  assert(isSafe, 'one voter comes or goes, or both halves decide', { before, now });
}

/** Somebody asks for a read. @returns its context */
export function noteAsked(promises: Promises): string {
  const context = `r${promises.reads.size}`;
  promises.reads.set(context, promises.committed.length - 1);
  return context;
}

/** A read is answered. */
export function noteRead(promises: Promises, index: LogIndex, context: string): void {
  const needed = promises.reads.get(context);
  assert(needed !== undefined && index >= needed, 'a read sees all that was committed when it was asked for', {
    context,
    index,
    needed,
  });
  promises.seen.reads++;
}

/** Log Matching: an index and a term name one entry, and one log up to it. Looked at from the end back to what is known. */
function checkLog(promises: Promises, member: Observed, raft: Raft): void {
  const last = raftLastIndex(raft);
  const first = raftFirstIndex(raft);
  if (member.known.length > last + 1) member.known.length = last + 1;
  for (let index = last; index >= first; index--) {
    const entry = raftEntryAt(raft, index);
    assert(entry !== undefined && entry.index === index, 'an entry stands at its index', { id: raft.id, index, entry });
    const known = member.known[index];
    if (known === entry) return;
    if (known !== undefined) promises.seen.overwritten++;
    member.known[index] = entry;
    const before = raftTermAt(raft, index - 1);
    assert(before !== undefined && before <= entry.term, 'terms do not fall along a log', { id: raft.id, index, before });
    const name = `${index}/${entry.term}`;
    const other = promises.entries.get(name);
    if (other === undefined) promises.entries.set(name, { entry, before });
    else {
      const isSame = other.entry.type === entry.type && other.entry.data === entry.data && other.before === before;
      assert(isSame, 'an index and a term name one entry, and what is before it', { id: raft.id, entry, before, other });
    }
  }
}

/** Nobody's committed prefix differs from anybody else's, and a quorum of disks is under each commit. */
function checkCommit(promises: Promises, member: Observed, raft: Raft, all: readonly Observed[]): void {
  for (let index = Math.max(member.checkedCommit + 1, raftFirstIndex(raft) - 1); index <= raft.log.committed; index++) {
    const term = raftTermAt(raft, index);
    if (index === 0 || term === undefined) continue;
    const committed = promises.committed[index];
    if (committed !== undefined) {
      assert(committed.term === term, 'committed prefixes never differ', { id: raft.id, index, term, committed });
      continue;
    }
    assert(raft.role === 'StateLeader', 'a leader commits first', { id: raft.id, index, role: raft.role });
    const { voters, votersOutgoing } = raft.tracker.config;
    for (const half of [voters, votersOutgoing]) {
      const holding = half.filter((voter) => all.some((one) => one.id === voter && holds(one.durable, index, term)));
      const isQuorum = half.length === 0 || holding.length * 2 > half.length;
      assert(isQuorum, 'what is committed is on a quorum of disks', { id: raft.id, index, term, half, holding });
    }
    const top = raftTermAt(raft, raft.log.committed);
    assert(top === raft.term, 'a leader commits by an entry of its own term', { id: raft.id, index, top, term: raft.term });
    promises.committed[index] = { term, inTerm: raft.term };
    promises.seen.committed++;
  }
  member.checkedCommit = raft.log.committed;
}

function holds(disk: MemoryStorage, index: LogIndex, term: Term): boolean {
  if (disk.compactedIndex > index) return true;
  const held = storageTerm(disk, index);
  return held.ok && held.value === term;
}

/** Election Safety; Leader Completeness when it begins to lead, Leader Append-Only as long as it does. */
function checkLeader(promises: Promises, member: Observed, raft: Raft): void {
  const leader = promises.leaders.get(raft.term);
  assert(leader === undefined || leader === raft.id, 'a term has one leader', { term: raft.term, leader, id: raft.id });
  if (raft.tracker.config.votersOutgoing.length > 0) promises.seen.joint++;
  if (member.ledTerm === raft.term) return;
  member.ledTerm = raft.term;
  promises.leaders.set(raft.term, raft.id);
  promises.seen.leaders++;
  const first = raftFirstIndex(raft);
  for (let index = first; index < promises.committed.length; index++) {
    const committed = promises.committed[index];
    if (committed === undefined || committed.inTerm >= raft.term) continue;
    const term = raftTermAt(raft, index);
    assert(term === committed.term, 'a leader has all that was committed before its term', { id: raft.id, index, term, committed });
  }
}

function noteVote(promises: Promises, voter: MemberId, term: Term, candidate: MemberId): void {
  const vote = `${voter} in ${term}`;
  const before = promises.votes.get(vote);
  assert(before === undefined || before === candidate, 'a member votes once in a term', { vote, before, candidate });
  promises.votes.set(vote, candidate);
}

/** How many are in one list only. */
function difference(one: readonly MemberId[], other: readonly MemberId[]): number {
  return [...one, ...other].filter((voter) => one.includes(voter) !== other.includes(voter)).length;
}
