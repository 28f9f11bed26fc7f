/** A member for unit tests, and what a test does to it. Its writes reach its storage at once (`settle`). */
import fc from 'fast-check';
import { toId64, ZERO_ID } from '../../../src/base/index.ts';
import {
  advance,
  appendToStorage,
  applyConfChange,
  applySnapshot,
  type ConfChange,
  type ConfChangeV2,
  campaign,
  compactStorage,
  confStateOf,
  createMessage,
  createRaft,
  createSnapshot,
  createStorage,
  decodeConfChange,
  EMPTY_CONF_STATE,
  EMPTY_SNAPSHOT,
  type Entry,
  formatLogLine,
  hasReady,
  type MemberId,
  type Message,
  type MessageType,
  makeEntry,
  type Progress,
  type Raft,
  type RaftConfig,
  type RaftRules,
  type ReadState,
  raftConfig,
  raftEntryAt,
  raftFirstIndex,
  raftLastIndex,
  ready,
  type Snapshot,
  setHardState,
  step,
  takeLogLines,
  tick,
} from '../../../src/engine/raft/index.ts';

/** The same cases every time: a property that fails must fail again. RAFT_SEED draws others. */
export const propertySeed = Number(process.env.RAFT_SEED ?? 1);
fc.configureGlobal({ seed: propertySeed });

export const id = (number: number): MemberId => (number === 0 ? ZERO_ID : toId64(number));
export const ids = (numbers: readonly number[]): MemberId[] => numbers.map(id);

/** 1 … count */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

export interface MemberOptions {
  readonly voters?: readonly number[];
  readonly votersOutgoing?: readonly number[];
  readonly learners?: readonly number[];
  /** Terms of the entries 1, 2, … that are in storage. */
  readonly terms?: readonly number[];
  readonly term?: number;
  readonly vote?: number;
  readonly commit?: number;
  /** Storage starts from a snapshot here (at term `snapshotTerm`); `terms` then starts one after it. */
  readonly snapshotIndex?: number;
  readonly snapshotTerm?: number;
  readonly config?: Partial<RaftConfig>;
  readonly rules?: RaftRules;
}

/** A follower with what is given in its storage; ElectionTick 10, HeartbeatTick 1, no size limits. */
export function member(number: number, options: MemberOptions = {}): Raft {
  const storage = createStorage();
  const snapshotIndex = options.snapshotIndex ?? 0;
  const confState = {
    ...EMPTY_CONF_STATE,
    voters: ids(options.voters ?? [1, 2, 3]),
    votersOutgoing: ids(options.votersOutgoing ?? []),
    learners: ids(options.learners ?? []),
  };
  applySnapshot(storage, {
    ...EMPTY_SNAPSHOT,
    index: snapshotIndex,
    term: options.snapshotTerm ?? (snapshotIndex > 0 ? 1 : 0),
    confState,
  });
  appendToStorage(
    storage,
    (options.terms ?? []).map((term, i) => makeEntry(term, snapshotIndex + 1 + i, 'EntryNormal', 'x')),
  );
  setHardState(storage, { term: options.term ?? 0, vote: id(options.vote ?? 0), commit: options.commit ?? snapshotIndex });
  const config = raftConfig({
    electionTicks: 10,
    heartbeatTicks: 1,
    maxInflightMsgs: 256,
    maxSizePerMsg: Number.POSITIVE_INFINITY,
    logLevel: 'DEBUG',
    seed: number,
    ...options.config,
    id: id(number),
  });
  return createRaft(config, storage, options.rules);
}

/** Member 1 has stood for election and asked for votes. */
export function candidate(options: MemberOptions = {}): Raft {
  const raft = member(1, options);
  campaign(raft);
  settle(raft);
  return raft;
}

/**
 * Member 1 leads, at the term after `options.term`, and has sent everything that there is to send.
 *
 * @param acknowledging who has acknowledged its empty entry, and so replicates; by default everybody
 */
export function leader(options: MemberOptions = {}, acknowledging?: readonly number[]): Raft {
  const raft = candidate(options);
  const others = raft.tracker.progress.map((peer) => Number(`0x${peer.id}`)).filter((number) => id(number) !== raft.id);
  for (const voter of others) {
    if (raft.role !== 'StateLeader') step(raft, message('MsgVoteResp', voter, 1, { term: raft.term }));
  }
  settle(raft);
  for (const peer of acknowledging ?? others) acknowledge(raft, peer);
  settle(raft);
  takeLogLines(raft);
  if (raft.role !== 'StateLeader') throw new Error(`member 1 does not lead: ${raft.role}`);
  return raft;
}

/** A peer has all of the leader's log, or what is said. */
export function acknowledge(raft: Raft, from: number, index: number = raftLastIndex(raft)): void {
  step(raft, message('MsgAppResp', from, 1, { term: raft.term, index }));
}

/** A peer does not have the entry at `index`; `rejectHint` is what it has instead. */
export function refuse(raft: Raft, from: number, index: number, rejectHint: number, logTerm = 0): void {
  step(raft, message('MsgAppResp', from, 1, { term: raft.term, index, reject: true, rejectHint, logTerm }));
}

export function answerHeartbeat(raft: Raft, from: number, context?: string): void {
  step(raft, message('MsgHeartbeatResp', from, 1, { term: raft.term, context }));
}

export function ticks(raft: Raft, count: number): void {
  for (let i = 0; i < count; i++) tick(raft);
}

/** What a leader knows of a peer; a test may write it. */
export function progressOf(raft: Raft, number: number): Progress {
  const progress = raft.tracker.progress.find((peer) => peer.id === id(number));
  if (progress === undefined) throw new Error(`no progress for ${number}`);
  return progress;
}

/** Makes a snapshot of all that is applied, and drops the entries. */
export function compactAll(raft: Raft): void {
  createSnapshot(raft.storage, raft.log.applied, confStateOf(raft), '');
  compactStorage(raft.storage, raft.log.applied);
}

/** What a driver has seen of one member's Readys. */
export interface Settled {
  readonly messages: readonly Message[];
  readonly applied: readonly Entry[];
  readonly readStates: readonly ReadState[];
}

/** Handles Readys until there is none: everything is written, applied (conf changes too) and acknowledged. */
export function settle(raft: Raft): Settled {
  const messages: Message[] = [];
  const applied: Entry[] = [];
  const readStates: ReadState[] = [];
  while (hasReady(raft)) {
    const done = ready(raft);
    if (done.hardState !== undefined) setHardState(raft.storage, done.hardState);
    if (done.snapshot !== undefined) applySnapshot(raft.storage, done.snapshot);
    appendToStorage(raft.storage, done.entries);
    for (const entry of done.committedEntries) if (entry.type !== 'EntryNormal') applyConfChange(raft, decodeConfChange(entry));
    messages.push(...done.messages);
    applied.push(...done.committedEntries);
    readStates.push(...done.readStates);
    advance(raft);
  }
  return { messages, applied, readStates };
}

/** The messages that a member sends now. */
export function sent(raft: Raft): readonly Message[] {
  return settle(raft).messages;
}

export function message(type: MessageType, from: number, to: number, fields: Partial<Message> = {}): Message {
  return { ...createMessage(type, id(to), id(from)), ...fields };
}

export function types(messages: readonly Message[]): MessageType[] {
  return messages.map((one) => one.type);
}

export function v1(type: 'Add' | 'Remove' | 'Update' | 'AddLearner', nodeId: number): ConfChange {
  return { version: 1, type: `ConfChange${type}Node`, nodeId: id(nodeId), context: undefined, id: undefined };
}

export function v2(transition: 'Auto' | 'JointImplicit' | 'JointExplicit', ...changes: readonly ConfChange[]): ConfChangeV2 {
  const operations = changes.flatMap((change) => (change.version === 1 ? [{ type: change.type, nodeId: change.nodeId }] : []));
  return { version: 2, transition: `ConfChangeTransition${transition}`, changes: operations, context: undefined };
}

export function entry(term: number, index: number, data: string | undefined = 'x'): Entry {
  return makeEntry(term, index, 'EntryNormal', data);
}

export function proposal(from: number, ...data: readonly string[]): Message {
  return message('MsgProp', from, from, { entries: data.map((one) => entry(0, 0, one)) });
}

/** `1/1 1/2 2/3`: a member's whole log as term/index. */
export function logOf(raft: Raft): string {
  const out: string[] = [];
  for (let index = raftFirstIndex(raft); index <= raftLastIndex(raft); index++)
    out.push(`${raftEntryAt(raft, index)?.term}/${index}`);
  return out.join(' ');
}

/** Log lines since the last call, as `LEVEL text`. */
export function logLines(raft: Raft): readonly string[] {
  return takeLogLines(raft).map((line) => `${line.level} ${formatLogLine(line, 'v3.7')}`);
}

export function snapshotAt(
  index: number,
  term: number,
  voters: readonly number[],
  more: Partial<Snapshot['confState']> = {},
): Snapshot {
  return { index, term, confState: { ...EMPTY_CONF_STATE, voters: ids(voters), ...more }, data: '' };
}
