/**
 * The state machine: committed entries, in order, on the store (etcd-io/etcd:server/etcdserver/apply). Every member does the same, but
 * for the reads of a transaction ({@link withoutReads}).
 */
import { assert, goSize } from '../../base/index.ts';
import { currentRevision, newestChanges } from '../kv/index.ts';
import { decodeConfChange, type Entry, type LogIndex } from '../raft/index.ts';
import { observeApply, tellApplied } from './applyLines.ts';
import { applyClusterCommand, decodeClusterCommand, watchVersions } from './clusterCommand.ts';
import { settleCompactions } from './compaction.ts';
import { applyConfiguration } from './configuration.ts';
import { createCounters } from './counters.ts';
import { executeCommand } from './execute.ts';
import { settleLeaderCalls } from './leaderCalls.ts';
import { promoteLessor } from './lessor.ts';
import { wantsDebug, writeServerLine } from './lines.ts';
import { isForAskerOnly, withoutReads } from './logged.ts';
import { repeatLogin } from './logins.ts';
import { hasRoom } from './quota.ts';
import { onFirstCommitInTerm, releaseReads } from './reads.ts';
import { applyReplacement } from './replace.ts';
import { type Command, decodeCommand } from './requestCodec.ts';
import { isOwnId } from './requestId.ts';
import { clusterCommandText, commandText } from './requestText.ts';
import { tellWriteEnd } from './slowLines.ts';
import type { Member } from './state.ts';
import { answerWrite, forgetAnswered, raiseNoSpace, refuseWrite } from './writes.ts';

/** Applies entries and answers the clients of this member that waited for them. */
export function applyEntries(member: Member, entries: readonly Entry[]): void {
  if (entries.length === 0) return;
  const isDebug = wantsDebug(member);
  if (isDebug) writeServerLine(member, 'debug', 'Applying entries', [['num-entries', entries.length]]);
  for (const entry of entries) {
    assert(entry.index === member.appliedIndex + 1, 'entries are applied in order, none left out', {
      index: entry.index,
      applied: member.appliedIndex,
    });
    const before = currentRevision(member.kv);
    if (isDebug) tellEntry(member, entry);
    applyEntry(member, entry);
    member.appliedIndex = entry.index;
    if (entry.index === member.replayTo) forgetReplay(member);
    const revision = currentRevision(member.kv);
    if (revision !== before)
      member.outputs.push({ type: 'applied', index: entry.index, revision, changes: newestChanges(member.kv) });
  }
  releaseReads(member);
  settleLeaderCalls(member);
}

/** What an earlier process had in its memory only is gone: the hashes of its compactions, and what it had counted. */
function forgetReplay(member: Member): void {
  member.kv.compactionHashes = [];
  member.counters = createCounters();
}

function tellEntry(member: Member, entry: Entry): void {
  writeServerLine(member, 'debug', 'Applying entry', [
    // What an earlier process of this member has applied stands in its store.
    ['consistent-index', Math.max(member.appliedIndex, member.replayTo)],
    ['entry-index', entry.index],
    ['entry-term', entry.term],
    ['entry-type', entry.type],
  ]);
}

function applyEntry(member: Member, entry: Entry): void {
  if (entry.type !== 'EntryNormal') {
    const change = decodeConfChange(entry);
    if (change.version === 1) applyConfiguration(member, entry.index, change);
    else applyReplacement(member, entry.index, change);
    return;
  }
  if (entry.data === undefined || entry.data === '') {
    onFirstCommitInTerm(member); // a leader's empty entry
    if (member.raft.role === 'StateLeader') promoteLessor(member);
    watchVersions(member);
    return;
  }
  const clusterCommand = decodeClusterCommand(entry.data);
  if (clusterCommand !== undefined) {
    if (wantsDebug(member)) tellRequest(member, clusterCommandText(clusterCommand));
    applyClusterCommand(member, clusterCommand);
    observeApply(member, clusterCommand.type === 'clusterVersion' ? 'ClusterVersionSet' : 'ClusterMemberAttrSet', true);
    return;
  }
  const command = decodeCommand(entry.data);
  if (wantsDebug(member)) tellRequest(member, commandText(command));
  applyCommand(member, command, entry.index);
}

function tellRequest(member: Member, text: string): void {
  writeServerLine(member, 'debug', 'applyEntryNormal', [['raftReq', text]]);
}

function applyCommand(member: Member, command: Command, index: LogIndex): void {
  const { requestId, request, auth } = command;
  const isNew = index > member.replayTo;
  const own = member.writes.get(requestId);
  if (own === undefined && isForAskerOnly(request)) return;
  const isFull = !hasRoom(member, request);
  const isAwaited = own !== undefined || (!isNew && isOwnId(member, requestId)); // read back: as if its client waited again
  const result = executeCommand(member, isAwaited ? request : withoutReads(request), auth);
  const isOverQuota = result.ok && isFull && isNew;
  if (isNew) tellApplied(member, command, result, isOverQuota);
  else if (command.request.type === 'downgradeInfo') observeApply(member, 'DowngradeInfoSet', true); // as what else concerns the cluster
  if (!result.ok) refuseWrite(member, requestId, result.error);
  else if (isOverQuota) {
    // It is done, but this member has run out of room with it: everybody has to know, and its client as well.
    writeServerLine(member, 'warn', 'message exceeded backend quota; raising alarm', [
      ['quota-size-bytes', member.config.quotaBytes ?? 0],
      ['quota-size', goSize(member.config.quotaBytes ?? 0)],
      ['error', 'etcdserver: no space'],
    ]);
    forgetAnswered(member, requestId);
    raiseNoSpace(member, own?.call ?? 0);
  } else if (own !== undefined && request.type === 'compaction' && request.physical && result.value.type === 'compaction') {
    forgetAnswered(member, requestId);
    const { call, startedAt } = own;
    const wait = { call, revision: request.revision, response: result.value, startedAt, appliedAt: member.now };
    member.physicalWaits = [...member.physicalWaits, wait];
    settleCompactions(member);
  } else if (own?.login !== undefined && request.type === 'authenticate' && own.login.revision !== member.auth.revision) {
    forgetAnswered(member, requestId);
    repeatLogin(member, own.call, request.name, own.login.password);
  } else {
    if (own !== undefined && result.value.type !== 'leaseCheckpoint') tellWriteEnd(member, own, result.value);
    answerWrite(member, requestId, result.value);
  }
}
