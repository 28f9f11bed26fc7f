/** How a leader's log gets to its peers (etcd-io/raft:raft.go). Raft §5.3. */
import { makeEntry, payloadSize } from './entry.ts';
import { inflightsFull } from './inflights.ts';
import { DEBUG, fatal, WARN, wants, writeLine } from './lineSink.ts';
import { appendToLog, commitTo, entriesFrom, firstIndex, lastIndex, logSnapshot, termAt } from './log.ts';
import { createMessage, NO_ENTRIES } from './message.ts';
import { RaftPanic } from './panic.ts';
import { becomeSnapshot, describeProgress, isPaused, type Progress, sentEntries } from './progress.ts';
import { encodePosition } from './readTracker.ts';
import { send } from './send.ts';
import type { Raft } from './state.ts';
import { trackerQuorumIndex } from './tracker.ts';
import { type Entry, RAFT_ERROR_TEXT } from './types.ts';

/**
 * Appends entries at the end of a leader's log, with its term and their indexes. Its own acknowledgement waits for its disk
 * like everybody's.
 *
 * @returns false: the uncommitted tail would grow too long
 */
export function appendEntries(raft: Raft, entries: readonly Entry[]): boolean {
  const last = lastIndex(raft.log);
  const stamped: Entry[] = [];
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as Entry; // i < length
    // Of all normal entries, the stand-in of a refused conf change alone writes its type.
    const writesType = entry.type !== 'EntryNormal' || entry === REFUSED_CHANGE;
    stamped.push(makeEntry(raft.term, last + 1 + i, entry.type, entry.data, writesType));
  }
  if (!growUncommitted(raft, payloadSize(stamped))) {
    writeLine(raft.lines, WARN, 'quotaExceeded', [raft.id]);
    return false;
  }
  const acknowledgement = createMessage('MsgAppResp', raft.id);
  acknowledgement.index = appendToLog(raft.log, stamped);
  send(raft, acknowledgement);
  return true;
}

/** What stands in the log for a conf change that was refused. */
export const REFUSED_CHANGE: Entry = makeEntry(0, 0, 'EntryNormal', undefined, true);

/** Entries have been applied: they no longer count against the quota. */
export function shrinkUncommitted(raft: Raft, entries: readonly Entry[]): void {
  raft.uncommittedSize = Math.max(0, raft.uncommittedSize - payloadSize(entries));
}

/** Commits what a quorum holds, if the rule allows. Raft §5.4.2. */
export function maybeCommit(raft: Raft): boolean {
  const index = trackerQuorumIndex(raft.rules, raft.tracker);
  if (!raft.rules.mayCommit(index, raft.log.committed, termAt(raft.log, index), raft.term)) return false;
  commitTo(raft.log, index);
  return true;
}

/** To every peer, ascending; an empty append still tells the commit index. */
export function broadcastAppend(raft: Raft): void {
  const peers = raft.tracker.progress;
  for (let i = 0; i < peers.length; i++) {
    const peer = peers[i] as Progress; // i < length
    if (peer.id !== raft.id) sendAppend(raft, peer, true);
  }
}

/**
 * Sends a peer what it lacks, as far as its window and the message limit let it; a snapshot if the entries are gone.
 *
 * @param emptyAllowed send also if there are no entries
 * @returns whether a message was sent
 */
export function sendAppend(raft: Raft, peer: Progress, emptyAllowed: boolean): boolean {
  if (isPaused(peer)) return false;
  const { log } = raft;
  const previous = peer.nextIndex - 1;
  const previousTerm = termAt(log, previous);
  if (previousTerm === undefined) return sendSnapshot(raft, peer);
  // A full window gets no entries, but an empty append may find out that all of it was lost.
  const isThrottled = peer.state === 'StateReplicate' && inflightsFull(peer.inflights);
  const entries = isThrottled ? NO_ENTRIES : entriesFrom(log, peer.nextIndex, raft.config.maxSizePerMsg);
  if (entries.length === 0 || entries === 'compacted') {
    if (!emptyAllowed) return false;
    if (entries === 'compacted') return sendSnapshot(raft, peer);
  }
  const message = createMessage('MsgApp', peer.id);
  message.index = previous;
  message.logTerm = previousTerm;
  message.entries = entries;
  message.commit = log.committed;
  send(raft, message);
  sentEntries(peer, entries.length, payloadSize(entries));
  peer.sentCommit = log.committed;
  return true;
}

/** To every peer, ascending, learners included; with the position of the last read that waits for a quorum. */
export function broadcastHeartbeat(raft: Raft): void {
  const { confirmed, unconfirmed } = raft.reads;
  const context = unconfirmed.length === 0 ? undefined : encodePosition(confirmed + unconfirmed.length);
  for (const peer of raft.tracker.progress) {
    if (peer.id === raft.id) continue;
    // The peer may hold a wrong tail beyond what is known to match: it must not commit that.
    const commit = raft.rules.heartbeatCommit(peer.matchIndex, raft.log.committed);
    const message = createMessage('MsgHeartbeat', peer.id);
    message.commit = commit;
    message.context = context;
    send(raft, message);
    peer.sentCommit = commit;
  }
}

function sendSnapshot(raft: Raft, peer: Progress): boolean {
  const { log, lines } = raft;
  if (!peer.recentActive) {
    writeLine(lines, DEBUG, 'snapshotToInactive', [peer.id]);
    return false;
  }
  const snapshot = logSnapshot(log);
  if (snapshot === 'snapshotTemporarilyUnavailable') {
    writeLine(lines, DEBUG, 'snapshotUnavailable', [raft.id, peer.id]);
    return false;
  }
  if (typeof snapshot === 'string') return fatal(lines, RAFT_ERROR_TEXT[snapshot]);
  if (snapshot.index === 0) throw new RaftPanic('need non-empty snapshot');
  if (wants(lines, DEBUG)) {
    writeLine(lines, DEBUG, 'sentSnapshot', [
      raft.id,
      firstIndex(log),
      log.committed,
      snapshot.index,
      snapshot.term,
      peer.id,
      describeProgress(peer),
    ]);
  }
  becomeSnapshot(peer, snapshot.index);
  if (wants(lines, DEBUG)) writeLine(lines, DEBUG, 'pausedReplication', [raft.id, peer.id, describeProgress(peer)]);
  const message = createMessage('MsgSnap', peer.id);
  message.snapshot = snapshot;
  send(raft, message);
  return true;
}

/** One proposal that is too large passes while the tail is empty, and an empty one always: a new leader's must. */
function growUncommitted(raft: Raft, size: number): boolean {
  if (raft.uncommittedSize > 0 && size > 0 && raft.uncommittedSize + size > raft.config.maxUncommittedEntriesSize) return false;
  raft.uncommittedSize += size;
  return true;
}
