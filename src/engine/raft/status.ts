/** A member's state for those who look at it (etcd-io/raft:status.go). */
import { formatHex } from '../../base/index.ts';
import { viewProgress } from './progress.ts';
import { hardStateOf, type Raft, softStateOf } from './state.ts';
import { confStateOfConfig } from './tracker.ts';
import type { BasicStatus, ConfState, ProgressView, Status } from './types.ts';

/** What costs nothing to know. */
export function basicStatus(raft: Raft): BasicStatus {
  return {
    id: raft.id,
    hardState: hardStateOf(raft),
    softState: softStateOf(raft),
    applied: raft.log.applied,
    leadTransferee: raft.leadTransferee,
  };
}

/** With the configuration and, of a leader, everybody's progress. */
export function status(raft: Raft): Status {
  return {
    ...basicStatus(raft),
    config: { ...raft.tracker.config, autoLeave: false },
    progress: raft.role === 'StateLeader' ? progressViews(raft) : [],
  };
}

/** What this member has of every peer, ascending; current only while it leads. etcd: WithProgress. */
export function progressViews(raft: Raft): readonly ProgressView[] {
  return raft.tracker.progress.map(viewProgress);
}

/** The configuration in force. */
export function confStateOf(raft: Raft): ConfState {
  return confStateOfConfig(raft.tracker.config);
}

/** etcd's JSON of a status. */
export function statusJson(value: Status): string {
  const { hardState, softState } = value;
  const progress = value.progress.map(
    (peer) => `"${formatHex(peer.id)}":{"match":${peer.matchIndex},"next":${peer.nextIndex},"state":"${peer.state}"}`,
  );
  return (
    `{"id":"${formatHex(value.id)}","term":${hardState.term},"vote":"${formatHex(hardState.vote)}",` +
    `"commit":${hardState.commit},"lead":"${formatHex(softState.lead)}","raftState":"${softState.role}",` +
    `"applied":${value.applied},"progress":{${progress.join(',')}},"leadtransferee":"${formatHex(value.leadTransferee)}"}`
  );
}
