/**
 * Members and a network for unit tests. A member's writes reach its storage at once (`settle`); messages are delivered first in,
 * first out, unless a test cuts a link, drops a type or looks at them first.
 */
import { toId64, ZERO_ID } from '../../../src/base/index.ts';
import {
  advance,
  appendToStorage,
  applyConfChange,
  applySnapshot,
  createMessage,
  createRaft,
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
} from '../../../src/engine/raft/index.ts';

export const id = (number: number): MemberId => (number === 0 ? ZERO_ID : toId64(number));
export const ids = (numbers: readonly number[]): MemberId[] => numbers.map(id);

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

export interface Network {
  readonly members: ReadonlyMap<MemberId, Raft>;
  /** Links that lose everything, as `1>2`. */
  readonly cut: Set<string>;
  readonly ignored: Set<MessageType>;
  /** Applied entries and read answers of each member, in order. */
  readonly applied: Map<MemberId, Entry[]>;
  readonly readStates: Map<MemberId, ReadState[]>;
  /** Everything that was sent, lost or not. */
  readonly trace: Message[];
}

export function network(...members: readonly Raft[]): Network {
  return {
    members: new Map(members.map((raft) => [raft.id, raft])),
    cut: new Set(),
    ignored: new Set(),
    applied: new Map(members.map((raft) => [raft.id, []])),
    readStates: new Map(members.map((raft) => [raft.id, []])),
    trace: [],
  };
}

/** A cluster of equal members 1 … count. */
export function cluster(count: number, options: MemberOptions = {}): Network {
  const voters = Array.from({ length: count }, (_, i) => i + 1);
  return network(...voters.map((number) => member(number, { voters, ...options })));
}

export function at(net: Network, number: number): Raft {
  const raft = net.members.get(id(number));
  if (raft === undefined) throw new Error(`there is no member ${number}`);
  return raft;
}

/** Steps messages and everything that follows from them, until nobody has anything to say. */
export function deliver(net: Network, ...first: readonly Message[]): void {
  const queue = [...first];
  const collect = () => {
    for (const raft of net.members.values()) {
      const { messages, applied, readStates } = settle(raft);
      net.applied.get(raft.id)?.push(...applied);
      net.readStates.get(raft.id)?.push(...readStates);
      net.trace.push(...messages);
      queue.push(...messages.filter((one) => !net.cut.has(link(one)) && !net.ignored.has(one.type)));
    }
  };
  collect();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const raft = net.members.get(next.to);
    if (raft === undefined) continue;
    // A member's own hup or proposal may be refused: that is the test's business.
    step(raft, next);
    collect();
  }
}

/** Everything a member has been made to do outside of `deliver` takes its course. */
export function act(net: Network, number: number, action: (raft: Raft) => unknown): void {
  action(at(net, number));
  deliver(net);
}

export function isolate(net: Network, number: number): void {
  for (const other of net.members.keys()) {
    if (other === id(number)) continue;
    net.cut.add(`${id(number)}>${other}`).add(`${other}>${id(number)}`);
  }
}

export function heal(net: Network): void {
  net.cut.clear();
  net.ignored.clear();
}

export function snapshotAt(
  index: number,
  term: number,
  voters: readonly number[],
  more: Partial<Snapshot['confState']> = {},
): Snapshot {
  return { index, term, confState: { ...EMPTY_CONF_STATE, voters: ids(voters), ...more }, data: '' };
}

function link(one: Message): string {
  return `${one.from}>${one.to}`;
}
