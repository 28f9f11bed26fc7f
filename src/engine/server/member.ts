/**
 * One etcd member as a pure function of its inputs: it boots from a config and what its disk holds, takes inputs stamped with
 * virtual time, and answers with outputs. It drives Raft as etcd's server does: one Ready at a time, a leader sends while it
 * writes, a follower after (`spec/raft.md` 2.3; etcd-io/etcd:server/etcdserver/raft.go).
 */
import { assert, ZERO_ID } from '../../base/index.ts';
import { cloneKv, createKv } from '../kv/index.ts';
import {
  advance,
  appendToStorage,
  applySnapshot,
  cloneRaft,
  createRaft,
  createStorage,
  hasReady,
  type Message,
  raftConfig,
  ready,
  reportUnreachable,
  setHardState,
  step,
  takeLogLines,
  tick,
} from '../raft/index.ts';
import { applyEntries } from './apply.ts';
import type { DiskRecord, MemberInput, MemberOutput } from './input.ts';
import { onLeader, onReadState, tickReads } from './reads.ts';
import { handleCancel, handleRequest } from './requests.ts';
import type { Member, MemberConfig } from './state.ts';
import { drainWatches, tickWatches } from './watches.ts';
import { proposeWaiting, tickWrites } from './writes.ts';

const ELECTION_TICKS = 10;
const HEARTBEAT_TICKS = 1;
const MAX_SIZE_PER_MESSAGE = 1024 * 1024;
const MAX_INFLIGHT_MESSAGES = 512;

/**
 * Starts a process.
 *
 * @param records everything that the member's disk holds, in the order in which it was written; none = a new member
 * @param now virtual µs
 */
export function bootMember(config: MemberConfig, records: readonly DiskRecord[], now: number): Member {
  const storage = createStorage();
  // Membership is given from outside: a snapshot of nothing but the configuration (raft v3.7 takes one at index 0).
  applySnapshot(storage, {
    index: 0,
    term: 0,
    data: '',
    confState: {
      voters: config.cluster.members.map((member) => member.id).sort(),
      votersOutgoing: [],
      learners: [],
      learnersNext: [],
      autoLeave: false,
    },
  });
  for (const record of records) replay(storage, record);
  const raft = createRaft(
    raftConfig({
      id: config.id,
      electionTicks: ELECTION_TICKS,
      heartbeatTicks: HEARTBEAT_TICKS,
      maxSizePerMsg: MAX_SIZE_PER_MESSAGE,
      maxInflightMsgs: MAX_INFLIGHT_MESSAGES,
      checkQuorum: config.checkQuorum,
      preVote: config.preVote,
      electionTimeouts: config.electionTimeouts,
      seed: config.seed,
    }),
    storage,
    config.raftRules,
  );
  const member: Member = {
    config,
    raft,
    kv: createKv(),
    now,
    appliedIndex: 0,
    diskPosition: records.length,
    writing: undefined,
    waitingProposals: [],
    writes: new Map(),
    waitingReads: [],
    readRound: undefined,
    confirmedReads: [],
    watches: new Map(),
    knownLeader: ZERO_ID,
    leaderSince: now,
    ticks: 0,
    leaderlessLooks: 0,
    requestCount: (Math.floor(config.epoch + now / 1000) % 2 ** 40) * 256,
    outputs: [],
  };
  pump(member);
  return member;
}

/** Outputs that have come up since the last time they were taken; the booting process has some as well. */
export function takeOutputs(member: Member): readonly MemberOutput[] {
  for (const line of takeLogLines(member.raft)) member.outputs.push({ type: 'log', line });
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
      tick(member.raft);
      tickWrites(member);
      tickReads(member);
      tickWatches(member, member.ticks % ELECTION_TICKS === 0);
      break;
    case 'message':
      // A peer that is no longer known, or a proposal that cannot be taken, is refused; the sender finds out by itself.
      step(member.raft, input.message);
      break;
    case 'request':
      handleRequest(member, input);
      break;
    case 'cancel':
      handleCancel(member, input.call);
      break;
    case 'synced':
      if (member.writing !== undefined && input.position >= member.writing.position) finishWriting(member);
      break;
    case 'unreachable':
      reportUnreachable(member.raft, input.peer);
      break;
  }
  pump(member);
  assertMember(member);
  return takeOutputs(member);
}

/** A copy that goes on exactly as the original would; what is immutable is shared. */
export function cloneMember(member: Member): Member {
  return {
    ...member,
    raft: cloneRaft(member.raft),
    kv: cloneKv(member.kv),
    writes: new Map(member.writes),
    watches: new Map(member.watches),
    outputs: member.outputs.slice(),
  };
}

/** Takes Readys until one has to be waited for, or there is nothing to do. */
function pump(member: Member): void {
  proposeWaiting(member);
  while (member.writing === undefined && hasReady(member.raft)) {
    const rd = ready(member.raft);
    if (rd.softState !== undefined) onLeader(member, rd.softState.lead);
    const lastRead = rd.readStates.at(-1); // etcd keeps only the last: it answers all reads that waited
    if (lastRead !== undefined) onReadState(member, lastRead);
    // Committed entries are applied before this Ready is on the disk: a quorum has them.
    applyEntries(member, rd.committedEntries);
    const isLeader = member.raft.role === 'StateLeader';
    if (isLeader) send(member, rd.messages);
    const records: DiskRecord[] = [];
    if (rd.snapshot !== undefined) records.push({ type: 'snapshot', snapshot: rd.snapshot });
    if (rd.hardState !== undefined) records.push({ type: 'hardState', hardState: rd.hardState });
    if (rd.entries.length > 0) records.push({ type: 'entries', entries: rd.entries });
    if (records.length > 0) {
      member.diskPosition += records.length;
      member.outputs.push({ type: 'write', records, position: member.diskPosition, sync: rd.mustSync });
    }
    member.writing = { ready: rd, position: member.diskPosition, messages: isLeader ? [] : rd.messages };
    if (!rd.mustSync) finishWriting(member);
    proposeWaiting(member);
  }
  drainWatches(member);
}

/** The write under way is safe: Raft's storage knows it, a follower's messages go out, the next Ready may come. */
function finishWriting(member: Member): void {
  const writing = member.writing;
  assert(writing !== undefined, 'only a write under way can be finished');
  member.writing = undefined;
  const { storage } = member.raft.log;
  const { snapshot, hardState, entries } = writing.ready;
  if (snapshot !== undefined) applySnapshot(storage, snapshot);
  if (hardState !== undefined) setHardState(storage, hardState);
  if (entries.length > 0) appendToStorage(storage, entries);
  send(member, writing.messages);
  advance(member.raft);
}

/** Of several acknowledgements to one leader in one Ready only the last is sent, as etcd's transport does. */
function send(member: Member, messages: readonly Message[]): void {
  let lastAck = -1;
  messages.forEach((message, i) => {
    if (message.type === 'MsgAppResp') lastAck = i;
  });
  messages.forEach((message, i) => {
    if (message.type !== 'MsgAppResp' || i === lastAck) member.outputs.push({ type: 'send', message });
  });
}

function replay(storage: ReturnType<typeof createStorage>, record: DiskRecord): void {
  switch (record.type) {
    case 'snapshot':
      applySnapshot(storage, record.snapshot);
      break;
    case 'hardState':
      setHardState(storage, record.hardState);
      break;
    case 'entries':
      appendToStorage(storage, record.entries);
      break;
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
