import { addInflight, cloneInflights, createInflights, type Inflights, inflightsFull, resetInflights } from './inflights.ts';
import { RaftPanic } from './panic.ts';
import type { LogIndex, MemberId, ProgressState, ProgressView } from './types.ts';

/**
 * What a leader knows of one peer (etcd-io/raft:tracker/progress.go). It probes with one append at a time until it knows where
 * the logs agree, then streams; a peer that needs what is compacted gets a snapshot and silence until it has it.
 */
export interface Progress {
  readonly id: MemberId;
  /** Highest index known to be in the peer's log. etcd: Match. */
  matchIndex: LogIndex;
  /** First index of the next append. matchIndex < nextIndex. etcd: Next. */
  nextIndex: LogIndex;
  /** Highest commit index on its way to the peer. */
  sentCommit: LogIndex;
  state: ProgressState;
  /** Index of the snapshot under way; 0 = none. */
  pendingSnapshot: LogIndex;
  /** Heard of in this election timeout. */
  recentActive: boolean;
  msgAppFlowPaused: boolean;
  inflights: Inflights;
  isLearner: boolean;
}

/** A peer that has just been added. It counts as active, or the first CheckQuorum would hold its silence against the leader. */
export function createProgress(
  id: MemberId,
  nextIndex: LogIndex,
  isLearner: boolean,
  maxInflight: number,
  maxInflightBytes: number,
): Progress {
  return {
    id,
    matchIndex: 0,
    nextIndex,
    sentCommit: 0,
    state: 'StateProbe',
    pendingSnapshot: 0,
    recentActive: true,
    msgAppFlowPaused: false,
    inflights: createInflights(maxInflight, maxInflightBytes),
    isLearner,
  };
}

export function cloneProgress(progress: Progress): Progress {
  return { ...progress, inflights: cloneInflights(progress.inflights) };
}

/** All that was known is forgotten, as at every change of term or role. */
export function restartProgress(progress: Progress, matchIndex: LogIndex, nextIndex: LogIndex): void {
  progress.matchIndex = matchIndex;
  progress.nextIndex = nextIndex;
  progress.sentCommit = 0;
  progress.recentActive = false;
  enterState(progress, 'StateProbe');
}

export function becomeProbe(progress: Progress): void {
  // A snapshot that has arrived need not be probed for.
  const afterSnapshot = progress.state === 'StateSnapshot' ? progress.pendingSnapshot + 1 : 0;
  enterState(progress, 'StateProbe');
  progress.nextIndex = Math.max(progress.matchIndex + 1, afterSnapshot);
  clipSentCommit(progress);
}

export function becomeReplicate(progress: Progress): void {
  enterState(progress, 'StateReplicate');
  progress.nextIndex = progress.matchIndex + 1;
}

export function becomeSnapshot(progress: Progress, index: LogIndex): void {
  enterState(progress, 'StateSnapshot');
  progress.pendingSnapshot = index;
  progress.nextIndex = index + 1;
  progress.sentCommit = index;
}

/** An append with so many entries and payload bytes has been sent. */
export function sentEntries(progress: Progress, count: number, bytes: number): void {
  switch (progress.state) {
    case 'StateReplicate':
      if (count > 0) {
        progress.nextIndex += count;
        addInflight(progress.inflights, progress.nextIndex - 1, bytes);
      }
      // Also after an empty append: a full window lets only one of those through for each heartbeat's answer.
      progress.msgAppFlowPaused = inflightsFull(progress.inflights);
      break;
    case 'StateProbe':
      if (count > 0) progress.msgAppFlowPaused = true;
      break;
    default:
      throw new RaftPanic(`sending append in unhandled state ${progress.state}`);
  }
}

/** Would an append tell the peer of a commit index that is not on its way yet? */
export function canBumpCommit(progress: Progress, committed: LogIndex): boolean {
  return committed > progress.sentCommit && progress.sentCommit < progress.nextIndex - 1;
}

/** The peer's log matches up to `index`. False: that is old news. */
export function maybeUpdate(progress: Progress, index: LogIndex): boolean {
  if (index <= progress.matchIndex) return false;
  progress.matchIndex = index;
  progress.nextIndex = Math.max(progress.nextIndex, index + 1);
  progress.msgAppFlowPaused = false;
  return true;
}

/**
 * The peer refused the append that followed `rejected`. False: a late or repeated answer, which says nothing.
 *
 * @param hint where the logs may agree
 */
export function maybeDecrease(progress: Progress, rejected: LogIndex, hint: LogIndex): boolean {
  if (progress.state === 'StateReplicate') {
    if (rejected <= progress.matchIndex) return false;
    progress.nextIndex = progress.matchIndex + 1;
    clipSentCommit(progress);
    return true;
  }
  if (progress.nextIndex - 1 !== rejected) return false;
  progress.nextIndex = Math.max(Math.min(rejected, hint + 1), progress.matchIndex + 1);
  clipSentCommit(progress);
  progress.msgAppFlowPaused = false;
  return true;
}

/** May nothing be sent to the peer just now? */
export function isPaused(progress: Progress): boolean {
  return progress.state === 'StateSnapshot' || progress.msgAppFlowPaused;
}

/** `StateReplicate match=4 next=5 learner paused …` */
export function describeProgress(progress: Progress): string {
  let text = `${progress.state} match=${progress.matchIndex} next=${progress.nextIndex}`;
  if (progress.isLearner) text += ' learner';
  if (isPaused(progress)) text += ' paused';
  if (progress.pendingSnapshot > 0) text += ` pendingSnap=${progress.pendingSnapshot}`;
  if (!progress.recentActive) text += ' inactive';
  const { inflights } = progress;
  if (inflights.count > 0) text += ` inflight=${inflights.count}${inflightsFull(inflights) ? '[full]' : ''}`;
  return text;
}

export function viewProgress(progress: Progress): ProgressView {
  return {
    id: progress.id,
    matchIndex: progress.matchIndex,
    nextIndex: progress.nextIndex,
    state: progress.state,
    isLearner: progress.isLearner,
    isPaused: isPaused(progress),
    recentActive: progress.recentActive,
    pendingSnapshot: progress.pendingSnapshot,
    inflightCount: progress.inflights.count,
  };
}

function enterState(progress: Progress, state: ProgressState): void {
  progress.msgAppFlowPaused = false;
  progress.pendingSnapshot = 0;
  progress.state = state;
  resetInflights(progress.inflights);
}

function clipSentCommit(progress: Progress): void {
  progress.sentCommit = Math.min(progress.sentCommit, progress.nextIndex - 1);
}
