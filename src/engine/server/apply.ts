/** The state machine: committed entries, in order, on the store (etcd-io/etcd:server/etcdserver/apply). Every member does the same. */
import { assert, goSize } from '../../base/index.ts';
import { currentRevision } from '../kv/index.ts';
import type { Entry, LogIndex } from '../raft/index.ts';
import { applyClusterCommand, decideClusterVersion, decodeClusterCommand } from './clusterCommand.ts';
import { settleCompactions } from './compaction.ts';
import { applyConfiguration } from './configuration.ts';
import { executeCommand } from './execute.ts';
import { settleLeaderCalls } from './leaderCalls.ts';
import { promoteLessor } from './lessor.ts';
import { writeServerLine } from './lines.ts';
import { hasRoom, quotaOf } from './quota.ts';
import { onFirstCommitInTerm, releaseReads } from './reads.ts';
import { type Command, decodeCommand } from './requestCodec.ts';
import type { Member } from './state.ts';
import { answerWrite, forgetAnswered, raiseNoSpace, refuseWrite } from './writes.ts';

/** Applies entries and answers the clients of this member that waited for them. */
export function applyEntries(member: Member, entries: readonly Entry[]): void {
  for (const entry of entries) {
    assert(entry.index === member.appliedIndex + 1, 'entries are applied in order, none left out', {
      index: entry.index,
      applied: member.appliedIndex,
    });
    const before = currentRevision(member.kv);
    applyEntry(member, entry);
    member.appliedIndex = entry.index;
    // Hashes of compactions are kept in memory only: those that an earlier process made are gone.
    if (entry.index === member.replayTo) member.kv.compactionHashes = [];
    const revision = currentRevision(member.kv);
    if (revision !== before) member.outputs.push({ type: 'applied', index: entry.index, revision });
  }
  if (entries.length === 0) return;
  releaseReads(member);
  settleLeaderCalls(member);
}

function applyEntry(member: Member, entry: Entry): void {
  if (entry.type !== 'EntryNormal') {
    applyConfiguration(member, entry);
    return;
  }
  if (entry.data === undefined || entry.data === '') {
    onFirstCommitInTerm(member); // a leader's empty entry
    if (member.raft.role === 'StateLeader') promoteLessor(member);
    decideClusterVersion(member);
    return;
  }
  const clusterCommand = decodeClusterCommand(entry.data);
  if (clusterCommand !== undefined) {
    applyClusterCommand(member, clusterCommand);
    return;
  }
  applyCommand(member, decodeCommand(entry.data), entry.index);
}

function applyCommand(member: Member, { requestId, request, auth }: Command, index: LogIndex): void {
  const isFull = !hasRoom(member, request);
  const result = executeCommand(member, request, auth);
  const own = member.writes.get(requestId);
  if (!result.ok) refuseWrite(member, requestId, result.error);
  else if (isFull && index > member.replayTo) {
    // It is done, but this member has run out of room with it: everybody has to know, and its client as well.
    writeServerLine(member, 'warn', 'message exceeded backend quota; raising alarm', [
      ['quota-size-bytes', quotaOf(member)],
      ['quota-size', goSize(quotaOf(member))],
      ['error', 'etcdserver: no space'],
    ]);
    forgetAnswered(member, requestId);
    raiseNoSpace(member, own?.call ?? 0);
  } else if (own !== undefined && result.value.type === 'compaction' && request.type === 'compaction' && request.physical) {
    forgetAnswered(member, requestId);
    member.physicalWaits = [...member.physicalWaits, { call: own.call, revision: request.revision, response: result.value }];
    settleCompactions(member);
  } else answerWrite(member, requestId, result.value);
}
