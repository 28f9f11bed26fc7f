/**
 * One etcd member as a pure function of its inputs: it boots from a config and what its disk holds, takes inputs stamped with
 * virtual time, and answers with outputs. It drives Raft as etcd's server does (`spec/raft.md` 2.3;
 * etcd-io/etcd:server/etcdserver/raft.go); its disk is `storageWrites.ts`.
 */
import { assert, byText, type Id64, unreachable, ZERO_ID } from '../../base/index.ts';
import { cloneKv, createKv } from '../kv/index.ts';
import {
  appendToStorage,
  applySnapshot,
  bootstrap,
  cloneRaft,
  createRaft,
  createStorage,
  hasReady,
  type MemoryStorage,
  type Message,
  raftConfig,
  ready,
  setHardState,
  step,
  tick,
} from '../raft/index.ts';
import { applyEntries } from './apply.ts';
import { NO_AUTH } from './auth.ts';
import { tickCompactor } from './autoCompaction.ts';
import { noteAnswers } from './calls.ts';
import { publish, tickCluster } from './clusterCommand.ts';
import { tickCompaction } from './compaction.ts';
import { createCompactor } from './compactorState.ts';
import { beginStop, tellMembers } from './configuration.ts';
import { onPromote, onPromoted, tickMoves, tickPromotions } from './configure.ts';
import { createCounters } from './counters.ts';
import type { DiskRecord, MemberInput, MemberOutput, PeerMessage } from './input.ts';
import { handleLeaderOutcome, handleLeaderRequest, onPeerLost, settleLeaderCalls, tickLeaderCalls } from './leaderCalls.ts';
import { cloneLeases, createLeases } from './leases.ts';
import { tickLessor } from './lessor.ts';
import { cloneLessor, createLessor } from './lessorState.ts';
import { idField, takeRaftLines, writeServerLine } from './lines.ts';
import { EMPTY_MEMBERSHIP, encodeMemberContext, membershipOf } from './membership.ts';
import { cloneMeters, createMeters } from './meters.ts';
import { settleOwn } from './ownOutcomes.ts';
import { onConnected, onDisconnected, onUnreachable, tickPeers } from './peers.ts';
import { growFile, tickBackend } from './quota.ts';
import { onLeader, onReadState, tickReads } from './reads.ts';
import { handleCancel, handleRequest, releaseHeld } from './requests.ts';
import type { LineField } from './serverLine.ts';
import { installSnapshot, onSnapshotLost, onSnapshotReceived, tickSnapshots, writeReceivedSnapshot } from './snapshots.ts';
import { writeLinesAfterRaft, writeLinesBeforeRaft } from './startLines.ts';
import type { Member, MemberConfig } from './state.ts';
import { installState, type StateSnapshot } from './stateSnapshot.ts';
import { carryOut, mayTakeReady, onSynced } from './storageWrites.ts';
import { countReceived } from './traffic.ts';
import { drainWatches, tickWatches } from './watches.ts';
import { proposeWaiting, tickWrites } from './writes.ts';

const ELECTION_TICKS = 10;
const HEARTBEAT_TICKS = 1;
const MAX_SIZE_PER_MESSAGE = 1024 * 1024;
const MAX_INFLIGHT_MESSAGES = 512;
/** etcd: rafthttp.ConnReadTimeout, 5 s, in ticks. */
const ADVANCE_PATIENCE = 50;
/** Nobody decides a lean cluster's version: it is there. */
const LEAN_VERSION = '3.6.0';

/**
 * Starts a process.
 *
 * @param records everything that the member's disk holds, in the order in which it was written; none = a new member
 * @param now virtual µs
 */
export function bootMember(config: MemberConfig, records: readonly DiskRecord[], now: number): Member {
  const { storage, state } = readDisk(config, records);
  const raft = createRaft(
    raftConfig({
      id: config.id,
      electionTicks: ELECTION_TICKS,
      heartbeatTicks: HEARTBEAT_TICKS,
      maxSizePerMsg: MAX_SIZE_PER_MESSAGE,
      maxInflightMsgs: MAX_INFLIGHT_MESSAGES,
      asyncStorageWrites: config.storageWrites === 'async',
      checkQuorum: config.checkQuorum,
      preVote: config.preVote,
      electionTimeouts: config.electionTimeouts,
      seed: config.seed,
      logLevel: config.options?.logLevel === 'debug' ? 'DEBUG' : 'INFO',
      applied: storage.snapshot.index,
    }),
    storage,
    config.raftRules,
  );
  const member: Member = {
    config,
    raft,
    kv: createKv(),
    leases: createLeases(),
    auth: NO_AUTH,
    alarms: [],
    downgrade: '',
    membership: config.boot === 'lean' ? membershipOf(config.cluster.members, LEAN_VERSION) : EMPTY_MEMBERSHIP,
    publication: undefined,
    heldRequests: [],
    peers: new Map(),
    lostWriters: new Set(),
    probes: new Map(),
    heartbeats: new Map(),
    staleRead: undefined,
    configurations: new Map(),
    moves: [],
    waitingPromotions: [],
    receivedState: undefined,
    sentSnapshots: [],
    diskSnapshotIndex: storage.snapshot.index,
    mayAdvanceTicks: config.boot === 'etcd',
    stopAt: undefined,
    now,
    appliedIndex: storage.snapshot.index,
    diskPosition: config.diskStart + records.length,
    writing: [],
    waitingProposals: [],
    writes: new Map(),
    ownOutcomes: [],
    waitingReads: [],
    readRound: undefined,
    confirmedReads: [],
    tokens: new Map(),
    lessor: createLessor(),
    leaderCalls: [],
    leaderRequestCount: 0,
    physicalWaits: [],
    compactor: createCompactor(config.options?.autoCompaction, now),
    compactingSince: now,
    fileSize: 0,
    replayTo: raft.log.committed,
    watches: new Map(),
    knownLeader: ZERO_ID,
    leaderSince: now,
    ticks: 0,
    tickedAt: now,
    leaderlessLooks: 0,
    requestCount: (Math.floor(config.epoch + now / 1000) % 2 ** 40) * 256,
    counters: createCounters(),
    meters: createMeters(),
    calls: new Map(),
    traceCount: 0,
    outputs: [],
  };
  if (state !== undefined) installState(member, state);
  growFile(member);
  if (config.boot === 'etcd' && !config.isJoining && records.length === 0) found(member);
  const raftLines = takeOutputs(member);
  if (member.membership.members.length > 0) tellMembers(member, member.appliedIndex);
  // A joining member of a lean cluster has a name to tell as well: nobody was given it.
  if (config.boot === 'etcd' || config.isJoining) publish(member);
  advanceTicks(member);
  pump(member);
  // What a process writes first tells of its store, which here is only there when the log has been read back.
  const rest = takeOutputs(member);
  writeLinesBeforeRaft(member, records.length === 0, state !== undefined);
  member.outputs.push(...raftLines);
  writeLinesAfterRaft(member);
  member.outputs.push(...rest);
  return member;
}

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
function pump(member: Member): void {
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

/** Founds the cluster: its log begins with a conf change for each member, ascending by id. */
function found(member: Member): void {
  const members = [...member.config.cluster.members].sort((a, b) => byText(a.id, b.id));
  const error = bootstrap(
    member.raft,
    members.map((peer) => ({ id: peer.id, context: encodeMemberContext({ ...peer, clientUrls: [] }, undefined) })),
  );
  assert(error === undefined, 'a new member has an empty log, and peers', { error });
}

/**
 * Most of the first election timeout is skipped: at once by the only member; by others when more than one peer is connected,
 * for then a leader would have been heard. etcd: --initial-election-tick-advance.
 */
function advanceTicks(member: Member): void {
  if (!member.mayAdvanceTicks) return;
  const { config } = member;
  const count = Math.max(config.isJoining ? 2 : config.cluster.members.length, member.membership.members.length);
  if (count > 1 && member.peers.size <= 1) {
    if (member.ticks >= ADVANCE_PATIENCE) member.mayAdvanceTicks = false;
    return;
  }
  member.mayAdvanceTicks = false;
  const ticks = ELECTION_TICKS - (count === 1 ? 1 : 2);
  const times: LineField[] = [
    ['forward-ticks', ticks],
    ['forward-duration', `${ticks * 100}ms`],
    ['election-ticks', ELECTION_TICKS],
    ['election-timeout', '1s'],
  ];
  const id = idField('local-member-id', config.id);
  if (count === 1) writeServerLine(member, 'info', 'started as single-node; fast-forwarding election ticks', [id, ...times]);
  else {
    const active: LineField = ['active-remote-members', member.peers.size];
    writeServerLine(member, 'info', 'initialized peer connections; fast-forwarding election ticks', [id, ...times, active]);
  }
  for (let i = 0; i < ticks; i++) tick(member.raft);
}

/** What a disk holds: Raft's storage, and the applied state of the snapshot that it begins with. */
function readDisk(
  config: MemberConfig,
  records: readonly DiskRecord[],
): { storage: MemoryStorage; state: StateSnapshot | undefined } {
  const storage = createStorage();
  let state: StateSnapshot | undefined;
  if (config.boot === 'lean') {
    // Membership is given from outside: a snapshot of nothing but the configuration (raft v3.7 takes one at index 0).
    const voters = config.cluster.members.map((member) => member.id).sort(byText);
    const confState = { voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
    applySnapshot(storage, { index: 0, term: 0, data: '', confState });
  }
  for (const record of records) {
    switch (record.type) {
      case 'snapshot':
        applySnapshot(storage, record.snapshot);
        state = record.state;
        break;
      case 'hardState':
        setHardState(storage, record.hardState);
        break;
      case 'entries':
        appendToStorage(storage, record.entries);
        break;
    }
  }
  return { storage, state };
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
