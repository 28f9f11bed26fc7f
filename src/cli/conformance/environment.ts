/**
 * The world in which interaction files are played: members, one list of messages under way, no time of its own
 * (`spec/raft.md` 6.3, 6.5; etcd-io/raft:rafttest). An error is a text; the caller prints it.
 */
import { type Bytes, toId64 } from '../../base/index.ts';
import {
  APPEND_THREAD,
  APPLY_THREAD,
  advance,
  appendToStorage,
  applyConfChange,
  applySnapshot,
  createRaft,
  createStorage,
  decodeConfChange,
  describeMessage,
  describeReady,
  EMPTY_SNAPSHOT,
  type Entry,
  formatLogLine,
  type HardState,
  hasReady,
  isEmptyHardState,
  isLocalTarget,
  type MemberId,
  type MemoryStorage,
  type Message,
  RAFT_ERROR_TEXT,
  type Raft,
  type RaftConfig,
  raftConfig,
  ready,
  type Snapshot,
  setHardState,
  step,
  takeLogLines,
} from '../../engine/raft/index.ts';
import { createOutput, type Output, withIndent, write, writeLog } from './output.ts';

export interface Node {
  /** Position in creation order, from 1: what scripts call it. */
  readonly number: number;
  readonly id: MemberId;
  readonly raft: Raft;
  readonly storage: MemoryStorage;
  /** A snapshot for each applied entry, oldest first; storage offers the newest. */
  readonly history: Snapshot[];
  readonly appendWork: Message[];
  readonly applyWork: Message[];
}

export interface Environment {
  readonly output: Output;
  readonly nodes: Node[];
  /** For all members, in the order of sending. */
  messages: Message[];
  /** Options of members to come that no command can set. */
  options: Partial<RaftConfig>;
}

export interface Recipient {
  readonly id: MemberId;
  /** undefined: what goes there is lost. */
  readonly node: Node | undefined;
}

export function createEnvironment(): Environment {
  return { output: createOutput(), nodes: [], messages: [], options: {} };
}

/** @param options what differs from the environment's defaults */
export function addNodes(
  environment: Environment,
  count: number,
  snapshot: Snapshot | undefined,
  options: Partial<RaftConfig>,
): void {
  for (let i = 0; i < count; i++) {
    const number = environment.nodes.length + 1;
    const id = toId64(number);
    const storage = createStorage();
    if (snapshot !== undefined) applySnapshot(storage, snapshot);
    const first = snapshot ?? EMPTY_SNAPSHOT;
    storage.offered = first;
    const config = raftConfig({
      electionTicks: 3,
      heartbeatTicks: 1,
      maxSizePerMsg: Number.POSITIVE_INFINITY,
      maxInflightMsgs: 2 ** 31 - 1,
      logLevel: 'DEBUG',
      seed: 1,
      ...environment.options,
      ...options,
      id,
      applied: snapshot?.index ?? 0,
    });
    const raft = createRaft(config, storage);
    const node: Node = { number, id, raft, storage, history: [first], appendWork: [], applyWork: [] };
    environment.nodes.push(node);
    flushLog(environment, node);
  }
}

/** Calls into a member's engine and prints what it logged, also if it throws. */
export function withNode<T>(environment: Environment, node: Node, call: (raft: Raft) => T): T {
  try {
    return call(node.raft);
  } finally {
    flushLog(environment, node);
  }
}

export function processReady(environment: Environment, node: Node): string | undefined {
  const { output } = environment;
  const done = withNode(environment, node, ready);
  write(output, describeReady(done));
  const isAsync = node.raft.config.asyncStorageWrites;
  if (!isAsync) {
    const error = persist(node, done.hardState, done.entries, done.snapshot);
    if (error !== undefined) return error;
    applyEntries(environment, node, done.committedEntries);
  }
  for (const message of done.messages) {
    if (message.to === APPEND_THREAD) node.appendWork.push(message);
    else if (message.to === APPLY_THREAD) node.applyWork.push(message);
    else environment.messages.push(message);
  }
  if (!isAsync) withNode(environment, node, advance);
  return undefined;
}

export function processAppendThread(environment: Environment, node: Node): string | undefined {
  return processThread(environment, node.appendWork, 'no append work to perform', (message) => {
    const hardState = { term: message.term, vote: message.vote, commit: message.commit };
    return persist(node, hardState, message.entries, message.snapshot);
  });
}

export function processApplyThread(environment: Environment, node: Node): string | undefined {
  return processThread(environment, node.applyWork, 'no apply work to perform', (message) => {
    applyEntries(environment, node, message.entries);
    return undefined;
  });
}

/**
 * Delivers, or drops, everything that is under way to the recipients.
 *
 * @param type undefined: messages of every type
 * @returns how many messages were handled
 */
export function deliver(environment: Environment, recipients: readonly Recipient[], type: string | undefined): number {
  let count = 0;
  for (const { id, node } of recipients) {
    const chosen: Message[] = [];
    const rest: Message[] = [];
    for (const message of environment.messages) {
      const isMeant = message.to === id && (type === undefined || message.type === type);
      // What a member tells itself, or its threads tell it, is not on any wire.
      const isLocal = message.from === message.to || isLocalTarget(message.from) || isLocalTarget(message.to);
      (isMeant && !(isLocal && node === undefined) ? chosen : rest).push(message);
    }
    environment.messages = rest;
    count += chosen.length;
    for (const message of chosen) {
      write(environment.output, `${node === undefined ? 'dropped: ' : ''}${describeMessage(message)}\n`);
      if (node === undefined) continue;
      const error = withNode(environment, node, (raft) => step(raft, message));
      if (error !== undefined) write(environment.output, `${RAFT_ERROR_TEXT[error]}\n`);
    }
  }
  return count;
}

// Two followers that name each other leader forward a proposal to each other for ever.
const MAX_ROUNDS = 10_000;

/** Lets the nodes work and talk until nothing is left to do. Messages to others stay under way. */
export function stabilize(environment: Environment, nodes: readonly Node[]): string | undefined {
  const { output } = environment;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let isDone = true;
    for (const node of nodes) {
      if (!hasReady(node.raft)) continue;
      isDone = false;
      write(output, `> ${node.number} handling Ready\n`);
      const error = withIndent(output, () => processReady(environment, node));
      if (error !== undefined) return error;
    }
    for (const node of nodes) {
      if (!environment.messages.some((message) => message.to === node.id)) continue;
      isDone = false;
      write(output, `> ${node.number} receiving messages\n`);
      withIndent(output, () => {
        deliver(environment, [{ id: node.id, node }], undefined);
        return undefined;
      });
    }
    for (const node of nodes) {
      if (node.appendWork.length === 0) continue;
      isDone = false;
      write(output, `> ${node.number} processing append thread\n`);
      while (node.appendWork.length > 0) {
        const error = withIndent(output, () => processAppendThread(environment, node));
        if (error !== undefined) return error;
      }
    }
    for (const node of nodes) {
      if (node.applyWork.length === 0) continue;
      isDone = false;
      write(output, `> ${node.number} processing apply thread\n`);
      while (node.applyWork.length > 0) withIndent(output, () => processApplyThread(environment, node));
    }
    if (isDone) return undefined;
  }
  return `not stable after ${MAX_ROUNDS} rounds`;
}

function flushLog(environment: Environment, node: Node): void {
  for (const line of takeLogLines(node.raft)) writeLog(environment.output, line.level, formatLogLine(line, 'v3.7'));
}

function processThread(
  environment: Environment,
  work: Message[],
  idle: string,
  perform: (message: Message) => string | undefined,
): string | undefined {
  const { output } = environment;
  const item = work.shift();
  if (item === undefined) {
    write(output, idle);
    return undefined;
  }
  const { responses } = item;
  const message: Message = { ...item, responses: [] };
  write(output, `Processing:\n${describeMessage(message)}\n`);
  const error = perform(message);
  if (error !== undefined) return error;
  write(output, 'Responses:\n');
  for (const response of responses) write(output, `${describeMessage(response)}\n`);
  environment.messages.push(...responses);
  return undefined;
}

function persist(
  node: Node,
  hardState: HardState | undefined,
  entries: readonly Entry[],
  snapshot: Snapshot | undefined,
): string | undefined {
  if (hardState !== undefined && !isEmptyHardState(hardState)) setHardState(node.storage, hardState);
  if (snapshot !== undefined && snapshot.index !== 0) {
    if (entries.length > 0) return "can't apply snapshot and entries at the same time";
    const result = applySnapshot(node.storage, snapshot);
    return result.ok ? undefined : RAFT_ERROR_TEXT[result.error];
  }
  appendToStorage(node.storage, entries);
  return undefined;
}

/** The state machine is the concatenation of everything applied. */
function applyEntries(environment: Environment, node: Node, entries: readonly Entry[]): void {
  for (const entry of entries) {
    const last = node.history[node.history.length - 1] ?? EMPTY_SNAPSHOT;
    let update: Bytes = entry.data ?? '';
    let { confState } = last;
    if (entry.type !== 'EntryNormal') {
      const change = decodeConfChange(entry);
      update = change.context ?? '';
      confState = withNode(environment, node, (raft) => applyConfChange(raft, change));
    }
    const snapshot: Snapshot = { index: entry.index, term: entry.term, confState, data: last.data + update };
    node.history.push(snapshot);
    node.storage.offered = snapshot;
  }
}
