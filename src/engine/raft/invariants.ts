import { assert } from '../../base/index.ts';
import { lastIndex } from './log.ts';
import type { Progress } from './progress.ts';
import type { Raft } from './state.ts';

/**
 * What holds between any two inputs, as far as it is cheap to see. Every message ends with it, also those that a tick or
 * `advance` steps; what holds between members is for the simulator's checkers.
 */
export function assertRaftInvariants(raft: Raft): void {
  const { log } = raft;
  const { unstable } = log;
  const last = lastIndex(log);
  // The values are only gathered for a fact that does not hold: this runs after every message.
  if (!(log.applied <= log.applying)) broken(raft, 'nothing is applied before it is handed out');
  if (!(log.applying <= log.committed)) broken(raft, 'nothing is handed out before it is committed');
  if (!(log.committed <= last)) broken(raft, 'the commit index lies within the log');
  if (!(unstable.offset <= unstable.offsetInProgress)) broken(raft, 'what is in progress starts with what is unstable');
  if (!(unstable.offsetInProgress <= last + 1)) broken(raft, 'what is in progress ends with the log');
  if (raft.role !== 'StateLeader') return;
  if (raft.lead !== raft.id) broken(raft, 'a leader follows itself');
  if (raft.term === 0) broken(raft, 'nobody leads before the first election');
  const peers = raft.tracker.progress;
  for (let i = 0; i < peers.length; i++) {
    const peer = peers[i] as Progress; // i < length
    if (!(peer.matchIndex < peer.nextIndex)) broken(raft, 'matchIndex trails nextIndex');
    if (!(peer.inflights.count === 0 || peer.state === 'StateReplicate'))
      broken(raft, 'only a replicating peer has appends in flight');
  }
}

function broken(raft: Raft, fact: string): never {
  const { committed, applying, applied, unstable } = raft.log;
  assert(false, fact, {
    id: raft.id,
    term: raft.term,
    role: raft.role,
    lead: raft.lead,
    last: lastIndex(raft.log),
    committed,
    applying,
    applied,
    offset: unstable.offset,
    offsetInProgress: unstable.offsetInProgress,
    progress: raft.tracker.progress,
  });
}
