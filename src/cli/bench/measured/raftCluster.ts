/** Members of one cluster, inline: what the driver does is the least that a driver has to do. */
import { toId64 } from '../../../base/index.ts';
import {
  advance,
  appendToStorage,
  applyConfChange,
  applySnapshot,
  campaign,
  compactStorage,
  createRaft,
  createStorage,
  decodeConfChange,
  EMPTY_CONF_STATE,
  EMPTY_SNAPSHOT,
  hasReady,
  type MemberId,
  propose,
  type Raft,
  raftConfig,
  ready,
  setHardState,
  step,
  storageFirstIndex,
} from '../../../engine/raft/index.ts';

export interface BenchCluster {
  readonly members: readonly Raft[];
  readonly byId: ReadonlyMap<MemberId, Raft>;
  /** Entries that each member has applied. */
  readonly applied: number[];
  /** Members that nobody can reach. */
  readonly unreachable: Set<MemberId>;
}

/** Entries that stay in a log: what is older is compacted. */
const KEPT = 8_192;

/** A cluster whose first member leads; options as etcd's server has them. */
export function createCluster(count: number): BenchCluster {
  const voters = Array.from({ length: count }, (_, i) => toId64(i + 1));
  const members = voters.map((id, i) => {
    const storage = createStorage();
    applySnapshot(storage, { ...EMPTY_SNAPSHOT, index: 1, term: 1, confState: { ...EMPTY_CONF_STATE, voters } });
    return createRaft(
      raftConfig({
        id,
        electionTicks: 10,
        heartbeatTicks: 1,
        applied: 1,
        maxSizePerMsg: 1024 * 1024,
        maxInflightMsgs: 512,
        checkQuorum: true,
        preVote: true,
        seed: i,
      }),
      storage,
    );
  });
  const byId = new Map(members.map((raft) => [raft.id, raft]));
  const cluster = { members, byId, applied: members.map(() => 0), unreachable: new Set<MemberId>() };
  campaign(leaderOf(cluster));
  settle(cluster);
  if (leaderOf(cluster).role !== 'StateLeader') throw new Error('nobody leads');
  return cluster;
}

export function leaderOf(cluster: BenchCluster): Raft {
  return cluster.members[0] as Raft; // there is always one
}

/** Proposes so many entries one by one, and lets everything that follows happen, up to their application by every member. */
export function proposeAndApply(cluster: BenchCluster, count: number, data: string): void {
  const leader = leaderOf(cluster);
  for (let i = 0; i < count; i++) {
    if (propose(leader, data) !== undefined) throw new Error('a proposal was dropped');
  }
  settle(cluster);
}

/** Handles Readys until nobody has one. */
export function settle(cluster: BenchCluster): void {
  const { members, byId, applied, unreachable } = cluster;
  for (let isBusy = true; isBusy; ) {
    isBusy = false;
    for (let i = 0; i < members.length; i++) {
      const raft = members[i] as Raft; // i < length
      if (!hasReady(raft)) continue;
      isBusy = true;
      const work = ready(raft);
      if (work.hardState !== undefined) setHardState(raft.storage, work.hardState);
      appendToStorage(raft.storage, work.entries);
      for (const message of work.messages) {
        if (unreachable.size > 0 && (unreachable.has(message.to) || unreachable.has(raft.id))) continue;
        step(byId.get(message.to) as Raft, message); // nobody else is written to
      }
      for (const entry of work.committedEntries) if (entry.type !== 'EntryNormal') applyConfChange(raft, decodeConfChange(entry));
      applied[i] = (applied[i] ?? 0) + work.committedEntries.length;
      advance(raft);
    }
  }
}

/** Forgets old entries, as a member that takes snapshots does. */
export function compactLogs(cluster: BenchCluster): void {
  for (const { log, storage } of cluster.members) {
    const index = log.applied - KEPT;
    if (index >= storageFirstIndex(storage)) compactStorage(storage, index);
  }
}
