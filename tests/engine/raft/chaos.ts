/**
 * A few members whose links, disks and processes do what a script says: messages are reordered, lost and repeated, writes take their
 * time or are torn, members crash and start again from what was synced, others join and leave. Everything is in the script, so that a
 * failing one can be shortened and read. What must hold throughout is checked after each step (promises.ts).
 */
import {
  advance,
  appendToStorage,
  applyConfChange,
  applySnapshot,
  type ConfChangeOperation,
  type ConfChangeType,
  campaign,
  cloneStorage,
  compactStorage,
  confStateOf,
  createRaft,
  createSnapshot,
  createStorage,
  decodeConfChange,
  type Entry,
  forgetLeader,
  type HardState,
  hasReady,
  type MemberId,
  type MemoryStorage,
  type Message,
  propose,
  proposeConfChange,
  type Raft,
  type RaftConfig,
  type RaftRules,
  type Ready,
  raftConfig,
  raftTermAt,
  readIndex,
  ready,
  reportSnapshot,
  reportUnreachable,
  type Snapshot,
  setHardState,
  step,
  storageLastIndex,
  tick,
  transferLeader,
} from '../../../src/engine/raft/index.ts';
import { id, snapshotAt, upTo } from './harness.ts';
import {
  createPromises,
  noteApplied,
  noteAsked,
  noteChanged,
  noteRead,
  noteSent,
  noteStarted,
  type Observed,
  observe,
  observeAll,
  type Promises,
} from './promises.ts';

/** Members there are; the last of them join later, or never. */
export const MEMBERS = 6;

export interface Scenario {
  /** Founders: members 1 … voters. */
  readonly voters: number;
  readonly isAsync: boolean;
  /** No change leaves fewer. */
  readonly leastVoters: number;
  readonly config: Partial<RaftConfig>;
}

/** Stands for whoever leads, at the highest term. */
export const LEADER = MEMBERS;

/** Something that happens. Members count from 0; a message's number is taken modulo how many there are. */
export type Action =
  | { readonly do: 'tick'; readonly member: number; readonly count: number }
  | { readonly do: 'campaign' | 'propose' | 'read' | 'forget' | 'leave' | 'compact'; readonly member: number }
  | { readonly do: 'change'; readonly member: number; readonly operations: readonly Operation[]; readonly isExplicit: boolean }
  | { readonly do: 'transfer' | 'unreachable'; readonly member: number; readonly to: number }
  | { readonly do: 'report'; readonly member: number; readonly to: number; readonly delivered: boolean }
  /** A message that is on its way, from anywhere in the queue. */
  | { readonly do: 'deliver' | 'lose' | 'repeat'; readonly at: number }
  /** The member's driver goes on by one step: takes a Ready, writes it, sends and applies it. */
  | { readonly do: 'drive' | 'apply'; readonly member: number }
  /** What was not synced is lost, but for a few entries that were just being written. */
  | { readonly do: 'crash'; readonly member: number; readonly torn: number }
  /** Of some members (bits of ordinals - 1), those that have crashed start again. */
  | { readonly do: 'start'; readonly among: number }
  /** Some members work and talk to each other without any fault, for so many messages; one may stand first. */
  | { readonly do: 'run'; readonly among: number; readonly messages: number; readonly stands: number | undefined };

export interface Operation {
  readonly type: ConfChangeType;
  readonly member: number;
}

interface Process extends Observed {
  readonly number: number;
  readonly id: MemberId;
  /** Undefined: crashed. */
  raft: Raft | undefined;
  durable: MemoryStorage;
  /** Synchronous storage: the Ready under way, and how far it is. */
  current: Ready | undefined;
  isWritten: boolean;
  isSent: boolean;
  /** Asynchronous storage: what the two threads have still to do. */
  appends: Message[];
  applies: Message[];
  /** The application's own count. */
  applied: number;
}

export interface World {
  readonly scenario: Scenario;
  readonly rules: RaftRules;
  readonly processes: readonly Process[];
  readonly promises: Promises;
  wire: Message[];
  proposals: number;
  /** After every call into an engine: where a test bends what no rule can. */
  readonly sabotage: (raft: Raft) => void;
}

/** Before anything has happened. The founders share a snapshot at 1; who joins has nothing. */
export function createWorld(scenario: Scenario, rules: RaftRules, sabotage: (raft: Raft) => void = () => undefined): World {
  const founded = snapshotAt(1, 1, upTo(scenario.voters));
  const processes = upTo(MEMBERS).map((number): Process => {
    const durable = createStorage();
    if (number <= scenario.voters) {
      applySnapshot(durable, founded);
      setHardState(durable, { term: 1, vote: id(0), commit: 1 });
    }
    return {
      number,
      id: id(number),
      raft: undefined,
      durable,
      current: undefined,
      isWritten: false,
      isSent: false,
      appends: [],
      applies: [],
      applied: 0,
      known: [],
      checkedCommit: 0,
      ledTerm: 0,
    };
  });
  const world = { scenario, rules, processes, promises: createPromises(1), wire: [], proposals: 0, sabotage };
  for (const process of processes) start(world, process);
  return world;
}

/** @throws what a broken promise or a broken invariant throws */
export function play(world: World, script: readonly Action[]): World {
  for (const action of script) perform(world, action);
  observeAll(world.promises, world.processes);
  return world;
}

/** A line for each action, for people. */
export function describeScript(scenario: Scenario, script: readonly Action[]): string {
  return [JSON.stringify(scenario), ...script.map((action) => JSON.stringify(action))].join('\n');
}

function perform(world: World, action: Action): void {
  switch (action.do) {
    case 'deliver':
    case 'lose':
    case 'repeat':
      handleMessage(world, action.do, action.at);
      return;
    case 'run':
      run(world, action.among, action.messages, action.stands);
      return;
    case 'start':
      for (const process of among(world, action.among)) if (process.raft === undefined) start(world, process);
      return;
    default:
      break;
  }
  const process = processOf(world, action.member);
  const { raft } = process;
  if (raft === undefined) return;
  switch (action.do) {
    case 'tick':
      for (let i = 0; i < action.count; i++) tick(raft);
      break;
    case 'campaign':
      campaign(raft);
      break;
    case 'propose':
      propose(raft, `p${++world.proposals}`);
      break;
    case 'read':
      // Where there is one voter, etcd's leader answers at once with what it has: also one that was removed, and one that has just
      // started and does not know yet how far it had committed (read.test.ts).
      if (world.scenario.leastVoters > 1) readIndex(raft, noteAsked(world.promises));
      break;
    case 'forget':
      forgetLeader(raft);
      break;
    case 'leave':
      // Only a leader of a joint configuration can leave it.
      if (raft.role === 'StateLeader') proposeConfChange(raft, undefined);
      break;
    case 'change':
      change(raft, action.operations, action.isExplicit, world.scenario.leastVoters);
      break;
    case 'transfer':
      // A request that is forwarded twice stops etcd's members as well.
      if (raft.role === 'StateLeader') transferLeader(raft, processOf(world, action.to).id);
      break;
    case 'unreachable':
      reportUnreachable(raft, processOf(world, action.to).id);
      break;
    case 'report':
      reportSnapshot(raft, processOf(world, action.to).id, action.delivered);
      break;
    case 'compact':
      compact(process, raft);
      break;
    case 'drive':
      drive(world, process, raft);
      break;
    case 'apply':
      applyNext(world, process, raft);
      break;
    case 'crash':
      crash(process, action.torn);
      break;
  }
  look(world, process);
}

function processOf(world: World, number: number): Process {
  const leaders = number === LEADER ? world.processes.filter(({ raft }) => raft?.role === 'StateLeader') : [];
  const leader = leaders.sort((one, other) => (other.raft?.term ?? 0) - (one.raft?.term ?? 0))[0];
  return leader ?? (world.processes[number % MEMBERS] as Process); // in range
}

function among(world: World, bits: number): readonly Process[] {
  return world.processes.filter(({ number }) => ((bits >> (number - 1)) & 1) === 1);
}

function look(world: World, process: Process): void {
  if (process.raft === undefined) return;
  world.sabotage(process.raft);
  observe(world.promises, process, world.processes);
}

// Links.

/** What is on its way is bounded: the oldest is lost. */
const WIRE = 60;

function send(world: World, process: Process, messages: readonly Message[]): void {
  for (const message of messages) {
    noteSent(world.promises, process.id, message);
    world.wire.push(message);
  }
  if (world.wire.length > WIRE) world.wire.splice(0, world.wire.length - WIRE);
}

function handleMessage(world: World, what: 'deliver' | 'lose' | 'repeat', at: number): void {
  const { wire } = world;
  if (wire.length === 0) return;
  const position = at % wire.length;
  const message = wire[position] as Message; // in range
  if (what === 'repeat') {
    wire.push(message);
    return;
  }
  wire.splice(position, 1);
  if (what === 'deliver') receive(world, message);
}

function receive(world: World, message: Message): void {
  const process = world.processes.find((one) => one.id === message.to);
  if (process?.raft === undefined) return;
  step(process.raft, message);
  look(world, process);
}

function run(world: World, bits: number, messages: number, stands: number | undefined): void {
  const running = among(world, bits).filter((process) => process.raft !== undefined);
  const first = stands === undefined ? undefined : running[stands % Math.max(1, running.length)];
  if (first?.raft !== undefined) {
    campaign(first.raft);
    look(world, first);
  }
  const isAmong = (one: MemberId) => running.some((process) => process.id === one);
  let left = messages;
  for (let isBusy = true; isBusy && left > 0; ) {
    for (const process of running) settle(world, process);
    const now = world.wire.filter((message) => isAmong(message.from) && isAmong(message.to));
    world.wire = world.wire.filter((message) => !now.includes(message));
    world.wire.unshift(...now.splice(left)); // enough: these stay on their way
    for (const message of now) receive(world, message);
    left -= now.length;
    isBusy = now.length > 0;
  }
}

/** Drives a member until there is nothing to do. */
function settle(world: World, process: Process): void {
  const { raft } = process;
  if (raft === undefined) return;
  for (let i = 0; i < 50; i++) {
    if (process.current === undefined && process.appends.length === 0 && process.applies.length === 0 && !hasReady(raft)) return;
    drive(world, process, raft);
    look(world, process);
    applyNext(world, process, raft);
    look(world, process);
  }
}

// Disks and drivers.

function drive(world: World, process: Process, raft: Raft): void {
  if (world.scenario.isAsync) driveAsync(world, process, raft);
  else driveSync(world, process, raft);
}

/** One Ready at a time; a leader sends before it writes. */
function driveSync(world: World, process: Process, raft: Raft): void {
  const done = process.current;
  if (done === undefined) {
    if (!hasReady(raft)) return;
    process.current = ready(raft);
    process.isWritten = false;
    process.isSent = raft.role === 'StateLeader';
    noteReads(world, process.current);
    if (process.isSent) send(world, process, process.current.messages);
  } else if (!process.isWritten) {
    write(raft, done.hardState, done.snapshot, done.entries);
    if (done.mustSync || done.snapshot !== undefined) sync(process, raft);
    process.isWritten = true;
  } else {
    if (done.snapshot !== undefined) noteRestored(process, raft, done.snapshot);
    applyEntries(world, process, raft, done.committedEntries);
    if (!process.isSent) send(world, process, done.messages);
    process.current = undefined;
    advance(raft);
  }
}

/** Writes and applies are messages to two threads, each of which works in order. */
function driveAsync(world: World, process: Process, raft: Raft): void {
  const append = process.appends.shift();
  if (append === undefined) {
    if (!hasReady(raft)) return;
    const taken = ready(raft);
    noteReads(world, taken);
    process.appends.push(...taken.messages.filter((one) => one.type === 'MsgStorageAppend'));
    process.applies.push(...taken.messages.filter((one) => one.type === 'MsgStorageApply'));
    send(
      world,
      process,
      taken.messages.filter((one) => one.type !== 'MsgStorageAppend' && one.type !== 'MsgStorageApply'),
    );
    return;
  }
  const { term, vote, commit, snapshot, entries, responses } = append;
  write(raft, term === 0 ? undefined : { term, vote, commit }, snapshot, entries);
  if (responses.length > 0) sync(process, raft);
  if (snapshot !== undefined) noteRestored(process, raft, snapshot);
  for (const response of responses) {
    if (response.to !== raft.id) send(world, process, [response]);
    else {
      step(raft, response);
      look(world, process);
    }
  }
}

function write(raft: Raft, hardState: HardState | undefined, snapshot: Snapshot | undefined, entries: readonly Entry[]): void {
  if (hardState !== undefined) setHardState(raft.storage, hardState);
  if (snapshot !== undefined) applySnapshot(raft.storage, snapshot);
  appendToStorage(raft.storage, entries);
}

function sync(process: Process, raft: Raft): void {
  process.durable = cloneStorage(raft.storage);
}

function noteReads(world: World, { readStates }: Ready): void {
  for (const { index, context } of readStates) noteRead(world.promises, index, context);
}

// The application.

function noteRestored(process: Process, raft: Raft, snapshot: Snapshot): void {
  process.applied = Math.max(process.applied, snapshot.index);
  offer(process, raft);
}

function applyNext(world: World, process: Process, raft: Raft): void {
  const apply = process.applies.shift();
  if (apply === undefined) return;
  applyEntries(world, process, raft, apply.entries);
  for (const response of apply.responses) step(raft, response);
}

function applyEntries(world: World, process: Process, raft: Raft, entries: readonly Entry[]): void {
  for (const entry of entries) {
    if (entry.index <= process.applied) continue; // a snapshot has come first
    noteApplied(world.promises, process, entry, process.applied);
    process.applied = entry.index;
    if (entry.type === 'EntryNormal') continue;
    const before = confStateOf(raft);
    noteChanged(before, applyConfChange(raft, decodeConfChange(entry)));
    look(world, process);
  }
  if (entries.length > 0) offer(process, raft);
}

/** A leader sends what it has applied, not its last snapshot on disk. */
function offer(process: Process, raft: Raft): void {
  const term = raftTermAt(raft, process.applied);
  if (term === undefined) return;
  raft.storage.offered = { index: process.applied, term, confState: confStateOf(raft), data: '' };
}

function compact(process: Process, raft: Raft): void {
  const { storage } = raft;
  if (process.applied <= storage.snapshot.index || process.applied > storageLastIndex(storage)) return;
  createSnapshot(storage, process.applied, confStateOf(raft), '');
  // The driver knows that what it has applied is committed, whatever the last hard state said.
  const { hardState } = storage;
  setHardState(storage, { ...hardState, commit: Math.max(hardState.commit, process.applied) });
  compactStorage(storage, process.applied);
  sync(process, raft);
}

/** A leader's proposal may be anything that leaves enough voters; a follower forwards additions only. */
function change(raft: Raft, operations: readonly Operation[], isExplicit: boolean, leastVoters: number): void {
  const isLeader = raft.role === 'StateLeader';
  const changes = operations
    .filter(({ type }) => isLeader || type === 'ConfChangeAddNode')
    .map(({ type, member }): ConfChangeOperation => ({ type, nodeId: id(1 + (member % MEMBERS)) }));
  const left = new Set(raft.tracker.config.voters);
  for (const { type, nodeId } of changes) {
    if (type === 'ConfChangeAddNode') left.add(nodeId);
    else left.delete(nodeId);
  }
  if (changes.length === 0 || left.size < leastVoters) return;
  const transition = isExplicit ? 'ConfChangeTransitionJointExplicit' : 'ConfChangeTransitionAuto';
  proposeConfChange(raft, { version: 2, transition, changes, context: undefined });
}

// Processes.

function start(world: World, process: Process): void {
  const storage = cloneStorage(process.durable);
  storage.offered = undefined;
  process.applied = storage.snapshot.index;
  const config = raftConfig({
    electionTicks: 5,
    heartbeatTicks: 1,
    maxInflightMsgs: 256,
    maxSizePerMsg: Number.POSITIVE_INFINITY,
    logLevel: 'ERROR',
    ...world.scenario.config,
    id: process.id,
    seed: process.number,
    asyncStorageWrites: world.scenario.isAsync,
    applied: storage.snapshot.index,
  });
  process.raft = createRaft(config, storage, world.rules);
  noteStarted(process);
  world.promises.seen.restarts++;
  look(world, process);
}

function crash(process: Process, torn: number): void {
  const writing = process.isWritten ? undefined : (process.current ?? process.appends[0]);
  const [head] = writing?.entries ?? [];
  if (writing?.snapshot === undefined && head !== undefined && head.index <= storageLastIndex(process.durable) + 1) {
    appendToStorage(process.durable, writing?.entries.slice(0, torn) ?? []);
  }
  process.raft = undefined;
  process.current = undefined;
  process.isWritten = false;
  process.appends = [];
  process.applies = [];
}
