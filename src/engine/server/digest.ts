/** What a member is, in one value: two members with the same history have the same digest, on any machine. */
import { digestOf } from '../../base/index.ts';
import { kvState } from '../kv/index.ts';
import { progressViews, raftEntryAt, raftFirstIndex, raftLastIndex, storageLastIndex } from '../raft/index.ts';
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
      progress: progressViews(raft),
    },
    entries,
    kv: kvState(member.kv),
    appliedIndex: member.appliedIndex,
    diskPosition: member.diskPosition,
    writing: member.writing?.position,
    waitingProposals: member.waitingProposals,
    writes: member.writes,
    waitingReads: member.waitingReads,
    readRound: member.readRound,
    confirmedReads: member.confirmedReads,
    watches: member.watches,
    knownLeader: member.knownLeader,
    ticks: member.ticks,
    requestCount: member.requestCount,
  });
}
