/** How a process begins: from its config and what its disk holds (etcd-io/etcd:server/etcdserver/bootstrap.go). */
import { assert, byText, ZERO_ID } from '../../base/index.ts';
import { createKv, currentRevision } from '../kv/index.ts';
import {
  appendToStorage,
  applySnapshot,
  bootstrap,
  createRaft,
  createStorage,
  type MemoryStorage,
  raftConfig,
  setHardState,
} from '../raft/index.ts';
import { advanceTicks, ELECTION_TICKS } from './advanceTicks.ts';
import { NO_AUTH } from './auth.ts';
import { readAuthToken } from './authToken.ts';
import { publish } from './clusterCommand.ts';
import { createCompactor } from './compactorState.ts';
import { tellMembers } from './configuration.ts';
import { createCounters } from './counters.ts';
import type { DiskRecord } from './input.ts';
import { createLeases } from './leases.ts';
import { createLessor } from './lessorState.ts';
import { pump, takeOutputs } from './member.ts';
import { EMPTY_MEMBERSHIP, encodeMemberContext, membershipOf } from './membership.ts';
import { createMeters } from './meters.ts';
import { growFile } from './quota.ts';
import { writeLinesAfterRaft, writeLinesBeforeRaft } from './startLines.ts';
import type { Member, MemberConfig } from './state.ts';
import { installState, type StateSnapshot } from './stateSnapshot.ts';

const HEARTBEAT_TICKS = 1;
const MAX_SIZE_PER_MESSAGE = 1024 * 1024;
const MAX_INFLIGHT_MESSAGES = 512;
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
  const tokenProvider = readAuthToken(config.options?.authToken ?? 'simple');
  assert(tokenProvider.ok, 'a process starts with options that can be read', { authToken: config.options?.authToken });
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
    storageVersionDue: undefined,
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
    tokenProvider: tokenProvider.value,
    tokens: new Map(),
    lessor: createLessor(),
    leaderCalls: [],
    leaderRequestCount: 0,
    physicalWaits: [],
    compactor: undefined,
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
  member.compactor = createCompactor(config.options?.autoCompaction, now, currentRevision(member.kv));
  // What a process writes first tells of its store, which here is only there when the log has been read back.
  const rest = takeOutputs(member);
  writeLinesBeforeRaft(member, records.length === 0, state !== undefined);
  member.outputs.push(...raftLines);
  writeLinesAfterRaft(member);
  member.outputs.push(...rest);
  return member;
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
