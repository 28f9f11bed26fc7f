/** What a member is, in one value: two members with the same history have the same digest, on any machine. */
import { byText, digestOf } from '../../base/index.ts';
import { confStateOf, progressViews, raftEntryAt, raftFirstIndex, raftLastIndex, storageLastIndex } from '../raft/index.ts';
import { stateView } from './applied.ts';
import type { Member } from './state.ts';

/** The digest of a member's whole state: consensus, store, and what it owes its clients. */
export function memberDigest(member: Member): string {
  const { raft } = member;
  const entries = [];
  for (let index = raftFirstIndex(raft); index <= raftLastIndex(raft); index++) entries.push(raftEntryAt(raft, index));
  return digestOf({
    raft: {
      id: raft.id,
      term: raft.term,
      vote: raft.vote,
      role: raft.role,
      lead: raft.lead,
      electionElapsed: raft.electionElapsed,
      heartbeatElapsed: raft.heartbeatElapsed,
      randomizedElectionTimeout: raft.randomizedElectionTimeout,
      committed: raft.log.committed,
      applying: raft.log.applying,
      applied: raft.log.applied,
      stored: storageLastIndex(raft.log.storage),
      config: confStateOf(raft),
      leadTransferee: raft.leadTransferee,
      pendingConfIndex: raft.pendingConfIndex,
      progress: progressViews(raft),
    },
    entries,
    applied: stateView(member),
    publication: member.publication,
    storageVersionDue: member.storageVersionDue,
    heldRequests: member.heldRequests,
    peers: member.peers,
    lostWriters: [...member.lostWriters].sort(byText),
    probes: member.probes,
    heartbeats: member.heartbeats,
    configurations: member.configurations,
    moves: member.moves,
    waitingPromotions: member.waitingPromotions,
    sentSnapshots: member.sentSnapshots,
    diskSnapshotIndex: member.diskSnapshotIndex,
    mayAdvanceTicks: member.mayAdvanceTicks,
    stopAt: member.stopAt,
    appliedIndex: member.appliedIndex,
    diskPosition: member.diskPosition,
    writing: member.writing.map(({ position }) => position),
    waitingProposals: member.waitingProposals,
    writes: member.writes,
    ownOutcomes: member.ownOutcomes,
    waitingReads: member.waitingReads,
    readRound: member.readRound,
    staleRead: member.staleRead,
    confirmedReads: member.confirmedReads,
    tokens: member.tokens,
    lessor: member.lessor,
    leaderCalls: member.leaderCalls,
    leaderRequestCount: member.leaderRequestCount,
    compactingSince: member.compactingSince,
    physicalWaits: member.physicalWaits,
    compactor: member.compactor,
    fileSize: member.fileSize,
    replayTo: member.replayTo,
    watches: member.watches,
    knownLeader: member.knownLeader,
    leaderSince: member.leaderSince,
    leaderlessLooks: member.leaderlessLooks,
    ticks: member.ticks,
    tickedAt: member.tickedAt,
    requestCount: member.requestCount,
    counters: member.counters,
    meters: member.meters,
    calls: member.calls,
    traceCount: member.traceCount,
  });
}
