/**
 * One etcd member as a pure function of its inputs: booted from a config and what its disk holds (`boot.ts`), it takes inputs stamped
 * with virtual time, and answers with outputs. It drives Raft as etcd's server does (`spec/raft.md` 2.3;
 * etcd-io/etcd:server/etcdserver/raft.go); its disk is `storageWrites.ts`.
 */
import { assert, type Id64, unreachable } from '../../base/index.ts';
import { cloneKv } from '../kv/index.ts';
import { cloneRaft, hasReady, type Message, ready, step, tick } from '../raft/index.ts';
import { advanceTicks, ELECTION_TICKS } from './advanceTicks.ts';
import { applyEntries } from './apply.ts';
import { tickCompactor } from './autoCompaction.ts';
import { noteAnswers } from './calls.ts';
import { tickCluster } from './clusterCommand.ts';
import { tickCompaction } from './compaction.ts';
import { beginStop } from './configuration.ts';
import { onPromote, onPromoted, tickMoves, tickPromotions } from './configure.ts';
import type { MemberInput, MemberOutput, PeerMessage } from './input.ts';
import { handleLeaderOutcome, handleLeaderRequest, onPeerLost, settleLeaderCalls, tickLeaderCalls } from './leaderCalls.ts';
import { cloneLeases } from './leases.ts';
import { tickLessor } from './lessor.ts';
import { cloneLessor } from './lessorState.ts';
import { idField, takeRaftLines, writeServerLine } from './lines.ts';
import { cloneMeters } from './meters.ts';
import { settleOwn } from './ownOutcomes.ts';
import { onConnected, onDisconnected, onUnreachable, tickPeers } from './peers.ts';
import { tickBackend } from './quota.ts';
import { onLeader, onReadState, tickReads } from './reads.ts';
import { handleCancel, handleRequest, releaseHeld } from './requests.ts';
import { installSnapshot, onSnapshotLost, onSnapshotReceived, tickSnapshots, writeReceivedSnapshot } from './snapshots.ts';
import type { Member } from './state.ts';
import type { StateSnapshot } from './stateSnapshot.ts';
import { carryOut, mayTakeReady, onSynced } from './storageWrites.ts';
import { countReceived } from './traffic.ts';
import { drainWatches, tickWatches } from './watches.ts';
import { proposeWaiting, tickWrites } from './writes.ts';

/** Outputs that have come up since the last time they were taken; the booting process has some as well. */
export function takeOutputs(member: Member): readonly MemberOutput[] {
  takeRaftLines(member);
  const outputs = member.outputs;
  member.outputs = [];
  return outputs;
}

/** Hands one input to a member. @param now virtual µs, never less than before @returns what it does about it, in order */
export function handleInput(member: Member, input: MemberInput, now: number): readonly MemberOutput[] {
  assert(now >= member.now, 'time does not run backwards', { now, was: member.now });
  member.now = now;
  switch (input.type) {
    case 'tick':
      member.ticks++;
      member.tickedAt = now;
      tick(member.raft);
      advanceTicks(member);
      tickCluster(member);
      if (member.ticks % ELECTION_TICKS === 0) tickPeers(member);
      tickMoves(member);
      tickPromotions(member);
      tickSnapshots(member);
      tickLessor(member);
      tickLeaderCalls(member);
      tickCompaction(member);
      tickBackend(member);
      tickCompactor(member);
      tickWrites(member);
      tickReads(member);
      tickWatches(member, member.ticks % ELECTION_TICKS === 0);
      if (member.stopAt !== undefined && now >= member.stopAt) member.outputs.push({ type: 'exit' });
      break;
    case 'message':
      onMessage(member, input.message, input.state);
      break;
    case 'request':
      handleRequest(member, input);
      break;
    case 'cancel':
      handleCancel(member, input.call);
      break;
    case 'synced':
      onSynced(member, input.position);
      break;
    case 'unreachable':
      onUnreachable(member, input.peer);
      onPeerLost(member, input.peer);
      break;
    case 'peer':
      if (input.isConnected) onConnected(member, input.peer, input.roundTrip);
      else {
        onDisconnected(member, input.peer);
        onPeerLost(member, input.peer);
      }
      break;
    case 'snapshotLost':
      onSnapshotLost(member, input.peer);
      break;
    case 'peerMessage':
      onPeerMessage(member, input.from, input.message);
      break;
  }
  pump(member);
  releaseHeld(member);
  settleOwn(member);
  settleLeaderCalls(member);
  pump(member);
  noteAnswers(member);
  assertMember(member);
  return takeOutputs(member);
}

/** A copy that goes on exactly as the original would; what is immutable is shared. */
export function cloneMember(member: Member): Member {
  return {
    ...member,
    raft: cloneRaft(member.raft),
    kv: cloneKv(member.kv),
    leases: cloneLeases(member.leases),
    tokens: new Map(member.tokens),
    lessor: cloneLessor(member.lessor),
    peers: new Map(member.peers),
    lostWriters: new Set(member.lostWriters),
    probes: new Map(member.probes),
    heartbeats: new Map(member.heartbeats),
    configurations: new Map(member.configurations),
    writes: new Map(member.writes),
    watches: new Map(member.watches),
    counters: { ...member.counters },
    meters: cloneMeters(member.meters),
    calls: new Map(member.calls),
    outputs: member.outputs.slice(),
  };
}

/** Takes Readys until one has to be waited for, or there is nothing to do. */
export function pump(member: Member): void {
  const { raft } = member;
  proposeWaiting(member);
  while (mayTakeReady(member) && hasReady(raft)) {
    const rd = ready(raft);
    if (rd.softState !== undefined) {
      member.heartbeats.clear();
      onLeader(member, rd.softState.lead);
    }
    const lastRead = rd.readStates.at(-1); // etcd keeps only the last: it answers all reads that waited
    if (lastRead !== undefined) onReadState(member, lastRead);
    // Committed entries are applied before this Ready is on the disk: a quorum has them.
    if (rd.snapshot !== undefined) installSnapshot(member, rd.snapshot);
    applyEntries(member, rd.committedEntries);
    carryOut(member, rd);
    proposeWaiting(member);
  }
  drainWatches(member);
}

function onMessage(member: Member, message: Message, state: StateSnapshot | undefined): void {
  if (member.membership.removed.includes(message.from)) {
    writeServerLine(member, 'warn', 'rejected Raft message from removed member', [
      idField('local-member-id', member.config.id),
      idField('removed-member-id', message.from),
    ]);
    writeServerLine(member, 'warn', 'failed to process Raft message', [['error', 'cannot process message from removed member']]);
    member.outputs.push({ type: 'sendPeer', to: message.from, message: { type: 'removed' } });
    return;
  }
  if (message.type === 'MsgSnap') {
    if (state !== undefined) writeReceivedSnapshot(member, message, state);
    member.outputs.push({ type: 'sendPeer', to: message.from, message: { type: 'snapshotReceived' } });
  }
  countReceived(member, message);
  // A peer that is no longer known, or a proposal that cannot be taken, is refused; the sender finds out by itself.
  step(member.raft, message);
  const awaited = member.raft.log.unstable.snapshot;
  if (state !== undefined && awaited !== undefined && awaited === message.snapshot) member.receivedState = state;
}

function onPeerMessage(member: Member, from: Id64, message: PeerMessage): void {
  switch (message.type) {
    case 'promote':
      onPromote(member, from, message.call, message.id);
      return;
    case 'promoted':
      onPromoted(member, message.call, message.error);
      return;
    case 'leaderRequest':
      handleLeaderRequest(member, from, message.id, message.request);
      return;
    case 'leaderOutcome':
      handleLeaderOutcome(member, from, message.id, message.outcome);
      return;
    case 'snapshotReceived':
      onSnapshotReceived(member, from);
      return;
    case 'removed':
      beginStop(member);
      return;
    default:
      unreachable(message);
  }
}

/** What holds between any two inputs. */
function assertMember(member: Member): void {
  const { log } = member.raft;
  assert(member.appliedIndex <= log.committed, 'only committed entries are applied', {
    applied: member.appliedIndex,
    committed: log.committed,
  });
  assert(
    member.confirmedReads.every((reads) => reads.index > member.appliedIndex),
    'a read whose index is applied is answered',
    {},
  );
}
