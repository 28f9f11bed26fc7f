/** Changes of role and term (etcd-io/raft:raft.go, become…). Raft §5.1, §5.2. */
import { ZERO_ID } from '../../base/index.ts';
import { makeEntry } from './entry.ts';
import { INFO, writeLine } from './lineSink.ts';
import { lastIndex } from './log.ts';
import { RaftPanic } from './panic.ts';
import { becomeReplicate, restartProgress } from './progress.ts';
import { createReadTracker } from './readTracker.ts';
import { appendEntries } from './replication.ts';
import { drawElectionTimeout, type Raft } from './state.ts';
import { findProgress } from './tracker.ts';
import type { MemberId, Term } from './types.ts';

export function becomeFollower(raft: Raft, term: Term, lead: MemberId): void {
  reset(raft, term);
  raft.lead = lead;
  raft.role = 'StateFollower';
  writeLine(raft.lines, INFO, 'becameFollower', [raft.id, raft.term]);
}

export function becomeCandidate(raft: Raft): void {
  if (raft.role === 'StateLeader') throw new RaftPanic('invalid transition [leader -> candidate]');
  reset(raft, raft.term + 1);
  raft.vote = raft.id;
  raft.role = 'StateCandidate';
  writeLine(raft.lines, INFO, 'becameCandidate', [raft.id, raft.term]);
}

/** Only asks: neither term nor vote nor timers change. Thesis §9.6. */
export function becomePreCandidate(raft: Raft): void {
  if (raft.role === 'StateLeader') throw new RaftPanic('invalid transition [leader -> pre-candidate]');
  raft.tracker.votes.clear();
  raft.lead = ZERO_ID;
  raft.role = 'StatePreCandidate';
  writeLine(raft.lines, INFO, 'becamePreCandidate', [raft.id, raft.term]);
}

/** Appends an empty entry, so that what was there before can be committed. Raft §5.4.2, §8. */
export function becomeLeader(raft: Raft): void {
  if (raft.role === 'StateFollower') throw new RaftPanic('invalid transition [follower -> leader]');
  reset(raft, raft.term);
  raft.lead = raft.id;
  raft.role = 'StateLeader';
  const self = findProgress(raft.tracker, raft.id);
  if (self !== undefined) {
    becomeReplicate(self);
    self.recentActive = true;
  }
  // A conf change may be among what is not committed yet: no other until all of that is applied.
  raft.pendingConfIndex = lastIndex(raft.log);
  if (!appendEntries(raft, [makeEntry(0, 0, 'EntryNormal', undefined)])) throw new RaftPanic('empty entry was dropped');
  writeLine(raft.lines, INFO, 'becameLeader', [raft.id, raft.term]);
}

function reset(raft: Raft, term: Term): void {
  if (term !== raft.term) {
    raft.term = term;
    raft.vote = ZERO_ID;
  }
  raft.lead = ZERO_ID;
  raft.electionElapsed = 0;
  raft.heartbeatElapsed = 0;
  drawElectionTimeout(raft);
  raft.leadTransferee = ZERO_ID;
  raft.tracker.votes.clear();
  const last = lastIndex(raft.log);
  for (const peer of raft.tracker.progress) restartProgress(peer, peer.id === raft.id ? last : 0, last + 1);
  raft.pendingConfIndex = 0;
  raft.uncommittedSize = 0;
  raft.reads = createReadTracker();
}
