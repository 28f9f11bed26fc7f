/** One member's consensus engine from outside (etcd-io/raft:rawnode.go, RawNode). */
import { type Bytes, clonePrng, createPrng, formatHex, ZERO_ID } from '../../base/index.ts';
import { encodeConfChange } from './confCodec.ts';
import { configError, type RaftConfig, resolveConfig } from './config.ts';
import { applyConfChange, restoreConfiguration } from './configuration.ts';
import { makeEntry } from './entry.ts';
import { assertRaftInvariants } from './invariants.ts';
import { createLineSink, DEBUG, fatal, INFO, writeLine } from './lineSink.ts';
import { appendToLog, cloneLog, createLog, entryAt, firstIndex, lastIndex, lastTerm, logAppliedTo, termAt } from './log.ts';
import type { LogLine } from './logLines.ts';
import { createMessage, isLocalMessage, isLocalTarget, isResponseMessage } from './message.ts';
import { RaftPanic } from './panic.ts';
import { proposalOf } from './proposals.ts';
import { cloneReadTracker, createReadTracker } from './readTracker.ts';
import { becomeFollower } from './roles.ts';
import { etcdRules, type RaftRules } from './rules.ts';
import { abortTransfer, hardStateOf, isEmptyHardState, isPromotable, type Raft, softStateOf } from './state.ts';
import { stepCore } from './step.ts';
import { cloneStorage, type MemoryStorage, storageLastIndex } from './storage.ts';
import { allVoters, cloneTracker, createTracker, findProgress } from './tracker.ts';
import {
  type ConfChange,
  EMPTY_HARD_STATE,
  type Entry,
  type LogIndex,
  type MemberId,
  type Message,
  RAFT_ERROR_TEXT,
  type StepError,
  type Term,
} from './types.ts';

/**
 * A member that starts, or starts again, from what its storage holds: hard state, log, and the configuration of its snapshot.
 * The storage stays the driver's, who writes it; the engine reads it.
 *
 * @throws RaftPanic with etcd's text on a config or a storage that makes no sense
 */
export function createRaft(config: RaftConfig, storage: MemoryStorage, rules: RaftRules = etcdRules): Raft {
  const error = configError(config, storage !== undefined);
  if (error !== undefined) throw new RaftPanic(error);
  const resolved = resolveConfig(config);
  const lines = createLineSink(config.logLevel);
  const raft: Raft = {
    config: resolved,
    rules,
    storage,
    id: config.id,
    term: 0,
    vote: ZERO_ID,
    role: 'StateFollower',
    lead: ZERO_ID,
    isLearner: false,
    log: createLog(storage, lines, resolved.maxCommittedSizePerReady),
    tracker: createTracker(config.maxInflightMsgs, resolved.maxInflightBytes),
    electionElapsed: 0,
    heartbeatElapsed: 0,
    randomizedElectionTimeout: 0,
    prng: createPrng(config.seed, `election timeouts of ${config.id}`),
    timeoutDraws: 0,
    leadTransferee: ZERO_ID,
    pendingConfIndex: 0,
    uncommittedSize: 0,
    reads: createReadTracker(),
    postponedReads: [],
    messages: [],
    messagesAfterAppend: [],
    readStates: [],
    stepsOnAdvance: [],
    acceptedSoftState: { lead: ZERO_ID, role: 'StateFollower' },
    acceptedHardState: EMPTY_HARD_STATE,
    lines,
  };
  restoreConfiguration(raft, storage.snapshot.confState);
  loadHardState(raft, storage);
  if (config.applied > 0) logAppliedTo(raft.log, config.applied, 0);
  becomeFollower(raft, raft.term, ZERO_ID);
  const peers = allVoters(raft.tracker.config);
  const { log } = raft;
  writeLine(lines, INFO, 'newRaft', [raft.id, peers, raft.term, log.committed, log.applied, lastIndex(log), lastTerm(log)]);
  raft.acceptedSoftState = softStateOf(raft);
  raft.acceptedHardState = hardStateOf(raft);
  assertRaftInvariants(raft);
  return raft;
}

/** A member of a cluster that is being founded: one who knows its peers by configuration. */
export interface Peer {
  readonly id: MemberId;
  /** Goes into the context of the peer's conf change. */
  readonly context: Bytes | undefined;
}

export type BootstrapError = 'noPeers' | 'nonemptyStorage';

/** etcd's words. */
export const BOOTSTRAP_ERROR_TEXT: Readonly<Record<BootstrapError, string>> = {
  noPeers: 'must provide at least one peer to Bootstrap',
  nonemptyStorage: "can't bootstrap a nonempty Storage",
};

/**
 * Founds a cluster: the log starts with a committed conf change for each peer, at term 1. The driver will see and apply them
 * again. etcd-io/raft:bootstrap.go.
 */
export function bootstrap(raft: Raft, peers: readonly Peer[]): BootstrapError | undefined {
  if (peers.length === 0) return 'noPeers';
  if (storageLastIndex(raft.log.storage) !== 0) return 'nonemptyStorage';
  becomeFollower(raft, 1, ZERO_ID);
  const changes = peers.map(
    ({ id, context }): ConfChange => ({ version: 1, type: 'ConfChangeAddNode', nodeId: id, context, id: undefined }),
  );
  appendToLog(
    raft.log,
    changes.map((change, i) => makeEntry(1, i + 1, 'EntryConfChange', encodeConfChange(change))),
  );
  raft.log.committed = changes.length;
  for (const change of changes) applyConfChange(raft, change);
  assertRaftInvariants(raft);
  return undefined;
}

/** One tick of virtual time: an election or a heartbeat may be due. */
export function tick(raft: Raft): void {
  if (raft.role === 'StateLeader') heartbeatTick(raft);
  else electionTick(raft);
}

/**
 * Takes a message from another member, or from this member's own storage threads.
 *
 * @returns why it was refused: messages that only a member itself may step, answers from strangers, dropped proposals
 */
export function step(raft: Raft, message: Message): StepError | undefined {
  if (!isLocalTarget(message.from)) {
    if (isLocalMessage(message.type)) return 'localMessage';
    if (isResponseMessage(message.type) && findProgress(raft.tracker, message.from) === undefined) return 'peerNotFound';
  }
  return stepCore(raft, message);
}

/** Stands for election now. */
export function campaign(raft: Raft): StepError | undefined {
  return stepCore(raft, createMessage('MsgHup', ZERO_ID));
}

/** Proposes data for the log; a follower forwards it to the leader. Accepted does not mean committed. */
export function propose(raft: Raft, data: Bytes): StepError | undefined {
  const proposal = createMessage('MsgProp', ZERO_ID, raft.id);
  proposal.entries = [{ term: 0, index: 0, type: 'EntryNormal', data, encodedSize: 0 }];
  return stepCore(raft, proposal);
}

/** @param change undefined: leave the joint configuration, in an entry without data */
export function proposeConfChange(raft: Raft, change: ConfChange | undefined): StepError | undefined {
  const type = change?.version === 1 ? 'EntryConfChange' : 'EntryConfChangeV2';
  const data = change === undefined ? undefined : encodeConfChange(change);
  return stepCore(raft, proposalOf(makeEntry(0, 0, type, data)));
}

/**
 * Asks for an index such that a read of what is applied up to there sees every write acknowledged before the call. The answer
 * comes as a ReadState with this context, or not at all: ask again after a while. Thesis §6.4.
 */
export function readIndex(raft: Raft, context: Bytes): void {
  const request = createMessage('MsgReadIndex', ZERO_ID);
  request.entries = [{ term: 0, index: 0, type: 'EntryNormal', data: context, encodedSize: 0 }];
  stepCore(raft, request);
}

/** Hands leadership to another voter, if this member leads or knows who does. Thesis §3.10. */
export function transferLeader(raft: Raft, transferee: MemberId): void {
  stepCore(raft, createMessage('MsgTransferLeader', ZERO_ID, transferee));
}

/** A follower no longer counts on its leader: it may vote for another at once. */
export function forgetLeader(raft: Raft): void {
  stepCore(raft, createMessage('MsgForgetLeader', ZERO_ID));
}

/** The transport could not reach a peer. */
export function reportUnreachable(raft: Raft, peer: MemberId): void {
  stepCore(raft, createMessage('MsgUnreachable', ZERO_ID, peer));
}

/** The transport has delivered a snapshot to a peer, or lost it. */
export function reportSnapshot(raft: Raft, peer: MemberId, delivered: boolean): void {
  const report = createMessage('MsgSnapStatus', ZERO_ID, peer);
  report.reject = !delivered;
  stepCore(raft, report);
}

/** Log lines since the last call; the caller's own. */
export function takeLogLines(raft: Raft): readonly LogLine[] {
  const { lines } = raft.lines;
  if (lines.length === 0) return NO_LINES;
  raft.lines.lines = [];
  return lines;
}

/** The lowest index whose entry was overwritten or cut off since the last call; undefined: none. */
export function takeTruncation(raft: Raft): LogIndex | undefined {
  const from = raft.log.truncatedFrom;
  raft.log.truncatedFrom = 0;
  return from === 0 ? undefined : from;
}

/** First index that this member's log still has; unstable entries and a pending snapshot count. */
export function raftFirstIndex(raft: Raft): LogIndex {
  return firstIndex(raft.log);
}

export function raftLastIndex(raft: Raft): LogIndex {
  return lastIndex(raft.log);
}

/** undefined: compacted, or past the end. */
export function raftTermAt(raft: Raft, index: LogIndex): Term | undefined {
  return termAt(raft.log, index);
}

/** undefined: compacted, or past the end. */
export function raftEntryAt(raft: Raft, index: LogIndex): Entry | undefined {
  return entryAt(raft.log, index);
}

/**
 * A copy that goes on exactly as the original would, for checkpoints. Entries and messages are shared, so that it costs a
 * spine; `rules` is the same set.
 *
 * @param storage the copy's own storage; by default a copy of the original's
 */
export function cloneRaft(raft: Raft, storage: MemoryStorage = cloneStorage(raft.log.storage)): Raft {
  const lines = { level: raft.lines.level, lines: raft.lines.lines.slice() };
  return {
    config: raft.config,
    rules: raft.rules,
    storage,
    id: raft.id,
    term: raft.term,
    vote: raft.vote,
    role: raft.role,
    lead: raft.lead,
    isLearner: raft.isLearner,
    log: cloneLog(raft.log, storage, lines),
    tracker: cloneTracker(raft.tracker),
    electionElapsed: raft.electionElapsed,
    heartbeatElapsed: raft.heartbeatElapsed,
    randomizedElectionTimeout: raft.randomizedElectionTimeout,
    prng: clonePrng(raft.prng),
    timeoutDraws: raft.timeoutDraws,
    leadTransferee: raft.leadTransferee,
    pendingConfIndex: raft.pendingConfIndex,
    uncommittedSize: raft.uncommittedSize,
    reads: cloneReadTracker(raft.reads),
    postponedReads: raft.postponedReads.slice(),
    messages: raft.messages.slice(),
    messagesAfterAppend: raft.messagesAfterAppend.slice(),
    readStates: raft.readStates.slice(),
    stepsOnAdvance: raft.stepsOnAdvance.slice(),
    acceptedSoftState: raft.acceptedSoftState,
    acceptedHardState: raft.acceptedHardState,
    lines,
  };
}

const NO_LINES: readonly LogLine[] = [];

function loadHardState(raft: Raft, storage: MemoryStorage): void {
  if (isEmptyHardState(storage.hardState)) return;
  const { term, vote, commit } = storage.hardState;
  const { log } = raft;
  const last = lastIndex(log);
  if (commit < log.committed || commit > last) {
    fatal(raft.lines, `${formatHex(raft.id)} state.commit ${commit} is out of range [${log.committed}, ${last}]`);
  }
  log.committed = commit;
  raft.term = term;
  raft.vote = vote;
}

/** Raft §5.2. */
function electionTick(raft: Raft): void {
  raft.electionElapsed++;
  if (raft.electionElapsed < raft.randomizedElectionTimeout || !isPromotable(raft)) return;
  raft.electionElapsed = 0;
  const error = stepCore(raft, createMessage('MsgHup', ZERO_ID, raft.id));
  if (error !== undefined) writeLine(raft.lines, DEBUG, 'electionTickError', [RAFT_ERROR_TEXT[error]]);
}

function heartbeatTick(raft: Raft): void {
  raft.heartbeatElapsed++;
  raft.electionElapsed++;
  if (raft.electionElapsed >= raft.config.electionTicks) {
    raft.electionElapsed = 0;
    if (raft.config.checkQuorum) stepOnTick(raft, createMessage('MsgCheckQuorum', ZERO_ID, raft.id));
    // A transfer that has not come to an end in an election timeout never will.
    if (raft.role === 'StateLeader' && raft.leadTransferee !== ZERO_ID) abortTransfer(raft);
  }
  if (raft.role !== 'StateLeader' || raft.heartbeatElapsed < raft.config.heartbeatTicks) return;
  raft.heartbeatElapsed = 0;
  stepOnTick(raft, createMessage('MsgBeat', ZERO_ID, raft.id));
}

function stepOnTick(raft: Raft, message: Message): void {
  const error = stepCore(raft, message);
  if (error !== undefined) writeLine(raft.lines, DEBUG, 'heartbeatTickError', [RAFT_ERROR_TEXT[error]]);
}
