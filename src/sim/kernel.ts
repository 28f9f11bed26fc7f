/**
 * The deterministic world: it plans deliveries that cannot affect each other, somebody carries them out, and it commits what
 * comes of them in its own order (`spec/architecture.md`, rule 2). It never calls a member. Between two calls of
 * {@link advance} its state is plain data.
 */
import { assert, type Id64, ZERO_ID } from '../base/index.ts';
import { etcdRules, type MemberId, type RaftRules } from '../engine/raft/index.ts';
import { type DiskRecord, etcdServerRules, type MemberInfo, type MemberOutput, type ServerRules } from '../engine/server/index.ts';
import {
  beginCall,
  type CallEnd,
  type Client,
  type ClientEffect,
  type ClientEvent,
  callsAt,
  cancelCall,
  clientEvent,
  cloneClient,
  createClient,
  type FailedAttempt,
  isActive,
} from './client.ts';
import type { Action, JournalEntry } from './command.ts';
import { cloneDisk, createDisk, type Disk, diskCrash, diskRecords, diskSynced, diskWrite } from './disk.ts';
import type { Delivery, EntryNote, HostConfig, HostResult, TimedOutput } from './host.ts';
import { messageCode, messageIndex } from './messageCode.ts';
import {
  cloneNetwork,
  createNetwork,
  cutLink,
  drawArrival,
  drawSnapshotArrival,
  healLink,
  linkOf,
  lookahead,
  type Network,
} from './network.ts';
import { addressOf, clusterOf, foundingRecords, MAX_MEMBERS, type Scenario, SECOND, type SimTime } from './scenario.ts';
import {
  createTraceHash,
  hashRow,
  hashSeen,
  isDecision,
  makeRow,
  OUTCOME_CODE,
  ROW_KIND,
  type Row,
  type TraceHash,
} from './trace.ts';

/** What has to be carried out before the kernel goes on. All items of one round may be done side by side. */
export type Work =
  | { readonly type: 'boot'; readonly config: HostConfig; readonly records: readonly DiskRecord[]; readonly at: SimTime }
  | { readonly type: 'run'; readonly member: number; readonly until: SimTime; readonly deliveries: readonly Delivery[] }
  /** The process is gone; there is no result. */
  | { readonly type: 'stop'; readonly member: number };

/** An entry as a leader appended it, for reading, with the call that asked for it. */
export type EntryRecord = Omit<EntryNote, 'requestId'> & {
  /** 0 = none. */
  readonly call: number;
};

/** What a client learned, for whoever asked. */
export type ClientNews =
  | {
      readonly type: 'message';
      readonly time: SimTime;
      readonly client: number;
      readonly call: number;
      readonly response: StreamMessage;
    }
  | ({ readonly type: 'failed'; readonly time: SimTime; readonly client: number; readonly call: number } & FailedAttempt)
  | { readonly type: 'end'; readonly time: SimTime; readonly client: number; readonly call: number; readonly outcome: CallEnd };

type StreamMessage = Extract<ClientEffect, { type: 'deliver' }>['response'];

/** A member that stopped by itself. */
export interface Thrown {
  readonly member: number;
  readonly time: SimTime;
  readonly message: string;
  readonly stack: string;
}

/** Everything that has become known since the last time: rows in their order, and what belongs beside them. */
export interface Released {
  readonly rows: readonly Row[];
  /** What people did: the rows name it by its order. */
  readonly actions: readonly JournalEntry[];
  readonly entries: readonly EntryRecord[];
  readonly news: readonly ClientNews[];
  readonly thrown: readonly Thrown[];
}

/** How a driver carries a run on: horizons, or one microsecond at a time. Both give the same run. */
export type Pacing = 'horizons' | 'oneByOne';

/** Ends an advance early: after the microsecond in which such a row appeared. */
export type StopAt = 'decision' | 'row';

export interface KernelRules {
  readonly raft: RaftRules;
  readonly server: ServerRules;
}

/** What etcd itself goes by; a worker, which cannot be sent functions, always does. */
export const ETCD_RULES: KernelRules = { raft: etcdRules, server: etcdServerRules };

interface Queued {
  readonly time: SimTime;
  readonly source: number;
  readonly sequence: number;
  readonly input: Delivery['input'];
  /** Of the process it was sent to; another process at that address does not get it. */
  readonly incarnation: number;
  /** For what is lost: 0 = a client sent it. */
  readonly from: number;
  readonly client: number;
  readonly attempt: number;
  /** Message id, or call. */
  readonly ref: number;
  /** News of a silent connection: dropped if it has changed since. */
  readonly connection?: { readonly index: number; readonly version: number };
}

interface KernelMember {
  readonly ordinal: number;
  /** `ZERO_ID`: nobody has ever run in this place. */
  id: MemberId;
  isUp: boolean;
  /** Stopped as by SIGSTOP: what reaches it stays in its inbox. */
  isPaused: boolean;
  incarnation: number;
  /** In order. */
  inbox: Queued[];
  disk: Disk;
  nextLocal: SimTime;
  /** Messages sent so far. */
  sent: number;
  /** Order of what happens at its address while nobody is there. */
  addressSequence: number;
}

/** Two members' transport: members are told when it comes and goes, and its traffic is Raft's messages. */
interface Connection {
  readonly isUp: boolean;
  /** Counts its changes: that it went silent is no news if it carries again. */
  readonly version: number;
  /** When the ends hear of its last change; news do not overtake each other. */
  readonly newsAt: SimTime;
}

interface KernelClient {
  readonly client: Client;
  inbox: QueuedEvent[];
  sequence: number;
}

interface QueuedEvent {
  readonly time: SimTime;
  readonly source: number;
  readonly sequence: number;
  readonly event: ClientEvent;
}

interface PendingRow {
  readonly source: number;
  readonly sequence: number;
  readonly time: SimTime;
  /** undefined: nothing but the news. */
  readonly row: Row | undefined;
  /** What a client learned at that instant. */
  readonly news: ClientNews | undefined;
}

export interface Kernel {
  readonly scenario: Scenario;
  readonly rules: KernelRules;
  /** Everything before it has happened. */
  now: SimTime;
  /** By ordinal - 1: those that found the cluster, and places behind them as soon as somebody has to do with them. */
  readonly members: KernelMember[];
  /** Who belongs to the cluster, as the member knows it that has applied most. */
  roster: { readonly index: number; readonly members: readonly MemberInfo[] };
  /** The place of each member that was ever told of, by id; 0 = it has none. */
  readonly places: Map<MemberId, number>;
  /** Connections between members: `(low - 1) * MAX_MEMBERS + (high - 1)`. */
  readonly connections: Connection[];
  readonly network: Network;
  readonly clients: Map<number, KernelClient>;
  /** Everything that people did, and will do where a run is repeated. */
  readonly journal: JournalEntry[];
  /** Entries of the journal that have happened. */
  done: number;
  /** Calls by the id that their entry carries. */
  readonly calls: Map<Id64, number>;
  pendingRows: PendingRow[];
  released: { rows: Row[]; actions: JournalEntry[]; entries: EntryRecord[]; news: ClientNews[]; thrown: Thrown[] };
  actionSequence: number;
  readonly hash: TraceHash;
  hasStarted: boolean;
}

/** Sources, in the order in which they come at one instant: people, members by ordinal, clients, addresses without a process. */
const CLIENT_SOURCE = 100;
const ADDRESS_SOURCE = 1_000;
const MESSAGE_IDS = 1_000_000_000;
/** etcd's transport notices a connection that carries nothing after 5 s, and gives a snapshot's answer as long. */
const SILENCE: SimTime = 5 * SECOND;

/** A cluster before its first instant. */
export function createKernel(scenario: Scenario, rules: KernelRules = ETCD_RULES): Kernel {
  const cluster = clusterOf(scenario);
  const found = foundingRecords(scenario);
  return {
    scenario,
    rules,
    now: 0,
    roster: { index: 0, members: cluster.members },
    places: new Map(cluster.members.map((member, i) => [member.id, i + 1])),
    connections: new Array<Connection>(MAX_MEMBERS * MAX_MEMBERS).fill({ isUp: false, version: 0, newsAt: 0 }),
    members: cluster.members.map((member, i) => createMember(i + 1, member.id, found)),
    network: createNetwork(scenario),
    clients: new Map(),
    journal: [],
    done: 0,
    calls: new Map(),
    pendingRows: [],
    released: { rows: [], actions: [], entries: [], news: [], thrown: [] },
    actionSequence: 0,
    hash: createTraceHash(),
    hasStarted: false,
  };
}

/**
 * Adds something that somebody does now. What is planned for later comes after it and counts on by one: only what has happened
 * has its place for good.
 *
 * @returns its place in the journal
 */
export function act(kernel: Kernel, action: Action): JournalEntry {
  const { journal } = kernel;
  let order = journal.length;
  while (order > kernel.done && (journal[order - 1] as JournalEntry).at > kernel.now) order--; // order - 1 is inside
  const entry: JournalEntry = { at: kernel.now, order, action };
  const later = journal.splice(order).map((planned) => ({ ...planned, order: planned.order + 1 }));
  journal.push(entry, ...later);
  return entry;
}

/** Gives a run what was, or is to be, done in it. Nothing may lie in the past. */
export function loadJournal(kernel: Kernel, entries: readonly JournalEntry[]): void {
  for (const entry of entries) {
    const last = kernel.journal.at(-1);
    assert(entry.order === kernel.journal.length, 'a journal has no gap', { order: entry.order, length: kernel.journal.length });
    assert(entry.at >= kernel.now && entry.at >= (last?.at ?? 0), 'a journal is in order of time', {
      at: entry.at,
      now: kernel.now,
    });
    kernel.journal.push(entry);
  }
}

/**
 * Lets everything before `until` happen. Yields work, wants its results in the same order, and is done when it returns.
 *
 * @returns the virtual time reached: `until`, or just after the instant of the row that `stop` asks for
 */
export function* advance(
  kernel: Kernel,
  until: SimTime,
  pacing: Pacing,
  stop?: StopAt,
): Generator<readonly Work[], SimTime, readonly (HostResult | undefined)[]> {
  if (!kernel.hasStarted) {
    kernel.hasStarted = true;
    yield* perform(
      kernel,
      kernel.members.map((member) => bootWork(kernel, member, 0)),
    );
    settleConnections(kernel, 0);
  }
  while (kernel.now < until) {
    const action = kernel.journal[kernel.done];
    const bound = Math.min(until, action?.at ?? until);
    const next = nextEvent(kernel);
    if (next >= bound) {
      releaseRows(kernel, bound);
      kernel.now = bound;
      if (action !== undefined && action.at < until) {
        const released = kernel.released.rows.length;
        while (kernel.journal[kernel.done]?.at === bound) yield* happen(kernel, kernel.journal[kernel.done] as JournalEntry); // it is there: its time was compared
        // An instant is over when nothing of it is left: what people did at `bound` and what members do then are one instant.
        if (stop !== undefined && nextEvent(kernel) > bound) {
          releaseRows(kernel, bound + 1);
          if (hasStopRow(kernel, released, stop)) {
            kernel.now = bound + 1;
            return kernel.now;
          }
        }
        continue;
      }
      return kernel.now;
    }
    yield* round(kernel, next, bound, pacing === 'oneByOne' || stop !== undefined);
    const released = kernel.released.rows.length;
    const open = nextEvent(kernel);
    releaseRows(kernel, Math.min(open, bound));
    if (stop !== undefined && hasStopRow(kernel, released, stop)) {
      kernel.now = next + 1;
      return kernel.now;
    }
  }
  return kernel.now;
}

/** Takes what has become known. */
export function takeReleased(kernel: Kernel): Released {
  const released = kernel.released;
  kernel.released = { rows: [], actions: [], entries: [], news: [], thrown: [] };
  return released;
}

/** Places in which somebody has ever run, counted up to the last of them. */
export function memberCount(kernel: Kernel): number {
  return kernel.members.findLastIndex((member) => member.id !== ZERO_ID) + 1;
}

/** A copy that goes on exactly as the original would. Only between two advances. */
export function cloneKernel(kernel: Kernel): Kernel {
  return {
    ...kernel,
    members: kernel.members.map((member) => ({ ...member, inbox: member.inbox.slice(), disk: cloneDisk(member.disk) })),
    places: new Map(kernel.places),
    connections: kernel.connections.slice(),
    network: cloneNetwork(kernel.network),
    journal: kernel.journal.slice(),
    clients: new Map(
      [...kernel.clients].map(([ordinal, { client, inbox, sequence }]) => [
        ordinal,
        { client: cloneClient(client), inbox: inbox.slice(), sequence },
      ]),
    ),
    calls: new Map(kernel.calls),
    pendingRows: kernel.pendingRows.slice(),
    released: {
      rows: kernel.released.rows.slice(),
      actions: kernel.released.actions.slice(),
      entries: kernel.released.entries.slice(),
      news: kernel.released.news.slice(),
      thrown: kernel.released.thrown.slice(),
    },
    hash: { hash: { ...kernel.hash.hash }, rows: kernel.hash.rows },
  };
}

/** One set of deliveries that cannot affect each other. */
function* round(
  kernel: Kernel,
  next: SimTime,
  bound: SimTime,
  isOneByOne: boolean,
): Generator<readonly Work[], void, readonly (HostResult | undefined)[]> {
  const horizons = isOneByOne ? undefined : planHorizons(kernel, bound);
  const horizonOf = (source: number) => horizons?.get(source) ?? next + 1;
  for (const [ordinal, client] of kernel.clients) runClient(kernel, client, horizonOf(CLIENT_SOURCE + ordinal));
  const work: Work[] = [];
  for (const member of kernel.members) {
    const until = horizonOf(member.ordinal);
    const deliveries = takeDeliveries(kernel, member, until);
    if (!member.isUp || member.isPaused || (deliveries.length === 0 && member.nextLocal >= until)) continue;
    work.push({ type: 'run', member: member.ordinal, until, deliveries });
  }
  if (work.length > 0) yield* perform(kernel, work);
}

/** Yields work and commits its results, in the order of the members. */
function* perform(kernel: Kernel, work: readonly Work[]): Generator<readonly Work[], void, readonly (HostResult | undefined)[]> {
  const results = yield work;
  for (const [i, item] of work.entries()) {
    const result = results[i];
    if (item.type === 'stop') continue;
    assert(result !== undefined, 'work that runs a member has a result', { type: item.type });
    const ordinal = item.type === 'boot' ? item.config.ordinal : item.member;
    const member = memberOf(kernel, ordinal);
    commit(kernel, member, result);
    const endedAt = result.thrown?.time ?? result.exitedAt;
    if (endedAt !== undefined) {
      const left = item.type === 'run' ? item.deliveries.slice(result.handled) : [];
      loseProcess(kernel, member, endedAt);
      settleConnections(kernel, endedAt);
      const stopped = makeRow(endedAt, ROW_KIND.stop, { a: ordinal, p: result.thrown === undefined ? 2 : 1 });
      addRow(kernel, ordinal, Number.MAX_SAFE_INTEGER, stopped); // the last thing that it did
      for (const delivery of left) if (isQueued(delivery)) enqueue(member, delivery);
      if (result.thrown !== undefined) kernel.released.thrown.push({ member: ordinal, ...result.thrown });
      yield [{ type: 'stop', member: ordinal }];
    }
  }
}

/** How far each node may run ahead: nobody can reach it before that. */
function planHorizons(kernel: Kernel, bound: SimTime): Map<number, SimTime> {
  const { clientLatency } = kernel.scenario;
  const mayReact = [...kernel.clients.values()].some(({ client }) => isActive(client));
  const horizons = new Map<number, SimTime>();
  const awaited = kernel.members
    .map((member) => ({ ordinal: member.ordinal, next: nextOfMember(member) }))
    .filter(({ next }) => next < Number.POSITIVE_INFINITY);
  const clientsNext = Math.min(...[...kernel.clients.values()].map(nextOfClient), Number.POSITIVE_INFINITY);
  for (const member of kernel.members) {
    let horizon = Math.min(bound, clientsNext + clientLatency);
    for (const { ordinal, next } of awaited) {
      horizon = Math.min(horizon, next + lookahead(kernel.network, ordinal, member.ordinal, mayReact));
    }
    horizons.set(member.ordinal, horizon);
  }
  const membersNext = Math.min(...awaited.map(({ next }) => next));
  // What a client sends comes back refused without any member's doing, where no process is.
  const clientHorizon = Math.min(bound, membersNext + clientLatency, clientsNext + 2 * clientLatency);
  for (const ordinal of kernel.clients.keys()) horizons.set(CLIENT_SOURCE + ordinal, clientHorizon);
  return horizons;
}

function nextEvent(kernel: Kernel): SimTime {
  let next = Number.POSITIVE_INFINITY;
  for (const member of kernel.members) next = Math.min(next, nextOfMember(member));
  for (const client of kernel.clients.values()) next = Math.min(next, nextOfClient(client));
  return next;
}

function nextOfMember(member: KernelMember): SimTime {
  if (member.isPaused) return Number.POSITIVE_INFINITY;
  return Math.min(member.inbox[0]?.time ?? Number.POSITIVE_INFINITY, member.nextLocal);
}

function nextOfClient({ inbox }: KernelClient): SimTime {
  return inbox[0]?.time ?? Number.POSITIVE_INFINITY;
}

/** What reaches a member before `until`. Whatever finds no process, or another one than it was sent to, is lost here. */
function takeDeliveries(kernel: Kernel, member: KernelMember, until: SimTime): Queued[] {
  if (member.isPaused) return [];
  let count = 0;
  while (count < member.inbox.length && (member.inbox[count] as Queued).time < until) count++; // count < length
  if (count === 0) return [];
  const due = member.inbox.slice(0, count);
  member.inbox = member.inbox.slice(count);
  return due.filter((delivery) => {
    const { connection } = delivery;
    if (connection !== undefined && kernel.connections[connection.index]?.version !== connection.version) return false;
    if (member.isUp && delivery.incarnation === member.incarnation) return true;
    refuseDelivery(kernel, member, delivery);
    return false;
  });
}

/** Nobody listens: the sender hears of it when the refusal has travelled back. */
function refuseDelivery(kernel: Kernel, member: KernelMember, delivery: Queued): void {
  const { time, from, ref } = delivery;
  const source = ADDRESS_SOURCE + member.ordinal;
  if (from > 0) {
    addRow(kernel, source, member.addressSequence++, makeRow(time, ROW_KIND.lost, { a: from, b: member.ordinal, ref }));
    const back = linkOf(kernel.network, member.ordinal, from);
    if (back.causes.length > 0) return;
    const sender = memberOf(kernel, from);
    enqueue(sender, {
      time: drawArrival(kernel.network, back, time),
      source,
      sequence: member.addressSequence++,
      input: { type: 'unreachable', peer: addresseeOf(delivery) ?? member.id },
      incarnation: sender.incarnation,
      from: 0,
      client: 0,
      attempt: 0,
      ref: 0,
    });
    loseSnapshot(kernel, delivery, member, time, back.latency);
  } else if (delivery.client > 0 && delivery.input.type === 'request') {
    const { client, attempt } = delivery;
    addRow(kernel, source, member.addressSequence++, makeRow(time, ROW_KIND.drop, { a: client, b: member.ordinal, ref }));
    tellClient(kernel, client, time + kernel.scenario.clientLatency, source, member.addressSequence++, {
      type: 'unreachable',
      call: ref,
      attempt,
    });
  }
}

function commit(kernel: Kernel, member: KernelMember, result: HostResult): void {
  member.nextLocal = result.nextLocal;
  for (const { sequence, row } of result.rows) addRow(kernel, member.ordinal, sequence, row);
  for (const timed of result.outputs) commitOutput(kernel, member, timed);
  for (const note of result.notes) {
    const { requestId, ...said } = note;
    const call = kernel.calls.get(requestId as Id64) ?? 0; // '' is no id and finds nothing
    kernel.calls.delete(requestId as Id64);
    kernel.released.entries.push({ ...said, call });
  }
}

function commitOutput(kernel: Kernel, member: KernelMember, { time, sequence, output }: TimedOutput): void {
  switch (output.type) {
    case 'send': {
      const { message, state, size } = output;
      const target = targetOf(kernel, member, message.to, time);
      if (target === undefined) return;
      const link = linkOf(kernel.network, member.ordinal, target.ordinal);
      const { bandwidth } = kernel.scenario;
      const arrival =
        size === undefined
          ? drawArrival(kernel.network, link, time)
          : drawSnapshotArrival(kernel.network, link, time, size, bandwidth);
      const isCut = link.causes.length > 0;
      const ref = member.ordinal * MESSAGE_IDS + member.sent++;
      const fields = { a: member.ordinal, b: target.ordinal, term: message.term, index: messageIndex(message), ref };
      const travel = { p: messageCode(message), q: message.entries.length, r: isCut ? time - arrival : arrival - time };
      addRow(kernel, member.ordinal, sequence, makeRow(time, ROW_KIND.send, { ...fields, ...travel }));
      const queued: Queued = {
        time: arrival,
        source: member.ordinal,
        sequence,
        input: state === undefined ? { type: 'message', message } : { type: 'message', message, state },
        incarnation: isAt(target, message.to) ? target.incarnation : NOT_THERE,
        from: member.ordinal,
        client: 0,
        attempt: 0,
        ref,
      };
      if (isCut) loseSnapshot(kernel, queued, target, arrival, SILENCE);
      else enqueue(target, queued);
      return;
    }
    case 'sendPeer':
      sendPeer(kernel, member, time, sequence, output);
      return;
    case 'members':
      learnRoster(kernel, output);
      return;
    case 'write':
      assert(diskWrite(member.disk, output.records, output.replaces) === output.position, 'a disk holds what its member wrote', {
        ordinal: member.ordinal,
      });
      return;
    case 'safe':
      diskSynced(member.disk, output.position);
      return;
    case 'proposed':
      kernel.calls.set(output.requestId, output.call);
      return;
    case 'answer':
    case 'refuse':
    case 'stream': {
      const owner = ownerOf(kernel, output.call);
      if (owner === undefined) return; // its client has ended the call
      const arrival = time + kernel.scenario.clientLatency;
      const p = output.type === 'answer' ? 1 : output.type === 'refuse' ? 0 : 2;
      const fields = { a: owner.client, b: member.ordinal, p, r: arrival - time, ref: output.call };
      addRow(kernel, member.ordinal, sequence, makeRow(time, ROW_KIND.answer, fields));
      tellClient(kernel, owner.client, arrival, member.ordinal, sequence, { ...output, attempt: owner.attempt });
      return;
    }
    case 'applied': // told by rows
    case 'exit':
    case 'log':
      return;
  }
}

/** Everything that was in a process's memory, and every connection to it, is gone. */
function loseProcess(kernel: Kernel, member: KernelMember, time: SimTime): void {
  unpause(member, time);
  member.isUp = false;
  member.nextLocal = Number.POSITIVE_INFINITY;
  diskCrash(member.disk);
  const source = ADDRESS_SOURCE + member.ordinal;
  for (const [ordinal, { client }] of kernel.clients) {
    for (const { call, attempt } of callsAt(client, member.ordinal)) {
      const at = time + kernel.scenario.clientLatency;
      tellClient(kernel, ordinal, at, source, member.addressSequence++, { type: 'lost', call, attempt });
    }
  }
}

/** What has reached a paused process is there for it, or refused, from now on. */
function unpause(member: KernelMember, time: SimTime): void {
  if (!member.isPaused) return;
  member.isPaused = false;
  member.nextLocal = Math.max(member.nextLocal, time);
  member.inbox = member.inbox.map((queued) => (queued.time < time ? { ...queued, time } : queued)).sort(compareOrder);
}

function bootWork(kernel: Kernel, member: KernelMember, at: SimTime): Work {
  const { scenario, rules } = kernel;
  const cluster = clusterOf(scenario);
  member.isUp = true;
  member.incarnation++;
  const config: HostConfig = {
    ordinal: member.ordinal,
    incarnation: member.incarnation,
    ids: Array.from({ length: MAX_MEMBERS }, (_, i) => kernel.members[i]?.id ?? ZERO_ID),
    peerUrls: Array.from({ length: MAX_MEMBERS }, (_, i) => addressOf(scenario, i + 1).peerUrls[0] ?? ''),
    diskSync: scenario.diskSync,
    member: {
      id: member.id,
      cluster,
      boot: scenario.boot,
      isJoining: cluster.members[member.ordinal - 1]?.id !== member.id,
      attributes: addressOf(scenario, member.ordinal),
      snapshotCount: scenario.snapshotCount,
      catchUpEntries: scenario.catchUpEntries,
      ...(scenario.options === undefined ? {} : { options: scenario.options }),
      ...(scenario.quotaBytes === undefined ? {} : { quotaBytes: scenario.quotaBytes }),
      diskStart: member.disk.records.start,
      seed: (scenario.seed * 64 + member.ordinal) * 1024 + member.incarnation,
      storageWrites: scenario.storageWrites,
      preVote: scenario.preVote,
      checkQuorum: scenario.checkQuorum,
      epoch: scenario.epoch,
      raftRules: rules.raft,
      serverRules: rules.server,
    },
  };
  return { type: 'boot', config, records: diskRecords(member.disk), at };
}

/** In no process's life: who is sent something under an id that has gone from its place is refused. */
const NOT_THERE = -1;

/** Does the place hold the member with that id? */
function isAt(member: KernelMember, id: MemberId): boolean {
  return member.id === id;
}

function addresseeOf({ input }: Queued): MemberId | undefined {
  return input.type === 'message' ? input.message.to : undefined;
}

/** Where a message goes; where there is no place, its sender hears that nobody is there. */
function targetOf(kernel: Kernel, member: KernelMember, to: MemberId, time: SimTime): KernelMember | undefined {
  const place = kernel.places.get(to) ?? 0;
  if (place > 0 && place !== member.ordinal) return memberOf(kernel, place);
  enqueue(member, {
    time: time + 2 * kernel.scenario.latency,
    source: ADDRESS_SOURCE + member.ordinal,
    sequence: member.addressSequence++,
    input: { type: 'unreachable', peer: to },
    incarnation: member.incarnation,
    from: 0,
    client: 0,
    attempt: 0,
    ref: 0,
  });
  return undefined;
}

/** What members say to each other beside Raft takes the same link. */
function sendPeer(
  kernel: Kernel,
  member: KernelMember,
  time: SimTime,
  sequence: number,
  { to, message }: Extract<MemberOutput, { type: 'sendPeer' }>,
): void {
  const target = targetOf(kernel, member, to, time);
  if (target === undefined) return;
  const link = linkOf(kernel.network, member.ordinal, target.ordinal);
  const arrival = drawArrival(kernel.network, link, time);
  const isCut = link.causes.length > 0;
  const ref = member.ordinal * MESSAGE_IDS + member.sent++;
  const fields = { a: member.ordinal, b: target.ordinal, ref, r: isCut ? time - arrival : arrival - time };
  addRow(kernel, member.ordinal, sequence, makeRow(time, ROW_KIND.send, fields));
  const queued: Queued = {
    time: arrival,
    source: member.ordinal,
    sequence,
    input: { type: 'peerMessage', from: member.id, message },
    incarnation: isAt(target, to) ? target.incarnation : NOT_THERE,
    from: member.ordinal,
    client: 0,
    attempt: 0,
    ref,
  };
  if (isCut) loseSnapshot(kernel, queued, target, arrival, SILENCE);
  else enqueue(target, queued);
}

/**
 * A snapshot that will not arrive, or whose receipt will not: its sender's transport gives up on it after a while. Nothing for
 * any other message.
 */
function loseSnapshot(kernel: Kernel, { input, from }: Queued, target: KernelMember, time: SimTime, after: SimTime): void {
  let sender: KernelMember;
  let peer: MemberId;
  if (input.type === 'peerMessage' && input.message.type === 'snapshotReceived') {
    sender = target;
    peer = input.from;
  } else if (input.type === 'message' && input.state !== undefined) {
    sender = memberOf(kernel, from);
    peer = input.message.to;
  } else return;
  enqueue(sender, {
    // Not before a round trip: the sender may have run ahead that far.
    time: time + Math.max(after, 2 * kernel.scenario.latency),
    source: ADDRESS_SOURCE + sender.ordinal,
    sequence: sender.addressSequence++,
    input: { type: 'snapshotLost', peer },
    incarnation: sender.incarnation,
    from: 0,
    client: 0,
    attempt: 0,
    ref: 0,
  });
}

function learnRoster(kernel: Kernel, { index, members }: Extract<MemberOutput, { type: 'members' }>): void {
  for (const { id, peerUrls } of members) {
    if (kernel.places.has(id)) continue;
    let place = MAX_MEMBERS;
    while (place > 0 && !addressOf(kernel.scenario, place).peerUrls.some((url) => peerUrls.includes(url))) place--;
    kernel.places.set(id, place);
  }
  if (index > kernel.roster.index) kernel.roster = { index, members };
}

/** The member that the cluster knows in a place moves in, with an empty disk if another was there. False: it knows none. */
function takePlace(kernel: Kernel, member: KernelMember): boolean {
  const known = kernel.roster.members.find(({ id }) => kernel.places.get(id) === member.ordinal);
  if (known !== undefined && known.id !== member.id) {
    member.id = known.id;
    member.disk = createDisk();
  }
  return member.id !== ZERO_ID;
}

/** Who can reach whom has changed: the members at both ends of a connection are told when it comes, and when it is gone. */
function settleConnections(kernel: Kernel, time: SimTime): void {
  for (const low of kernel.members) {
    for (const high of kernel.members.slice(low.ordinal)) {
      const index = (low.ordinal - 1) * MAX_MEMBERS + high.ordinal - 1;
      const connection = kernel.connections[index] as Connection; // there is one for each pair
      const there = linkOf(kernel.network, low.ordinal, high.ordinal);
      const back = linkOf(kernel.network, high.ordinal, low.ordinal);
      const isWhole = there.causes.length === 0 && back.causes.length === 0;
      const isUp = low.isUp && high.isUp && isWhole;
      if (isUp === connection.isUp) continue;
      const version = connection.version + 1;
      // It takes a round trip to come; a process that ends is noticed at once; silence only after a while, if it lasts.
      const isSilent = !isUp && !isWhole;
      const delay = isUp ? there.latency + back.latency : Math.max(there.latency, back.latency);
      const newsAt = Math.max(time + delay, connection.newsAt + 1);
      kernel.connections[index] = { isUp, version, newsAt: isSilent ? connection.newsAt : newsAt };
      for (const [member, peer] of [
        [low, high],
        [high, low],
      ] as const) {
        if (!member.isUp) continue;
        enqueue(member, {
          time: isSilent ? time + SILENCE : newsAt,
          source: ADDRESS_SOURCE + peer.ordinal,
          sequence: peer.addressSequence++,
          input: { type: 'peer', peer: peer.id, isConnected: isUp },
          incarnation: member.incarnation,
          from: 0,
          client: 0,
          attempt: 0,
          ref: 0,
          ...(isSilent ? { connection: { index, version } } : {}),
        });
      }
    }
  }
}

/** Somebody does something. */
function* happen(kernel: Kernel, entry: JournalEntry): Generator<readonly Work[], void, readonly (HostResult | undefined)[]> {
  const { action, at } = entry;
  kernel.done++;
  kernel.released.actions.push(entry);
  const row = (kind: number, fields: Partial<Row>) => addRow(kernel, 0, kernel.actionSequence++, makeRow(at, kind, fields));
  row(ROW_KIND.action, { ref: entry.order });
  switch (action.type) {
    case 'crash': {
      const member = memberOf(kernel, action.member);
      if (!member.isUp) return;
      loseProcess(kernel, member, at);
      settleConnections(kernel, at);
      row(ROW_KIND.stop, { a: member.ordinal });
      yield [{ type: 'stop', member: member.ordinal }];
      return;
    }
    case 'restart': {
      const member = memberOf(kernel, action.member);
      if (member.isUp || !takePlace(kernel, member)) return;
      yield* perform(kernel, [bootWork(kernel, member, at)]);
      settleConnections(kernel, at);
      return;
    }
    case 'pause': {
      const member = memberOf(kernel, action.member);
      if (member.isUp) member.isPaused = true;
      return;
    }
    case 'resume': {
      const member = memberOf(kernel, action.member);
      if (!member.isPaused) return;
      unpause(member, at);
      // It comes before everything else of this instant: its source is that of people.
      const { incarnation } = member;
      const sequence = kernel.actionSequence++;
      const input = { type: 'resume' as const };
      enqueue(member, { time: at, source: 0, sequence, input, incarnation, from: 0, client: 0, attempt: 0, ref: 0 });
      return;
    }
    case 'cut':
      for (const [from, to] of action.links) {
        if (!cutLink(linkOf(kernel.network, from, to), action.cause)) continue;
        row(ROW_KIND.link, { a: from, b: to, p: 1 });
        const target = memberOf(kernel, to);
        // What has arrived at a paused process is not on the link any more.
        const isLost = (queued: Queued) => queued.from === from && queued.time >= at;
        for (const lost of target.inbox.filter(isLost)) {
          row(ROW_KIND.lost, { a: from, b: to, ref: lost.ref });
          loseSnapshot(kernel, lost, target, at, SILENCE);
        }
        target.inbox = target.inbox.filter((queued) => !isLost(queued));
      }
      settleConnections(kernel, at);
      return;
    case 'heal':
      for (const [from, to] of action.links) {
        if (healLink(linkOf(kernel.network, from, to), action.cause)) row(ROW_KIND.link, { a: from, b: to, p: 0 });
      }
      settleConnections(kernel, at);
      return;
    case 'call': {
      const { client: ordinal } = action;
      const client = kernel.clients.get(ordinal) ?? { client: createClient(kernel.scenario.seed, ordinal), inbox: [], sequence: 0 };
      kernel.clients.set(ordinal, client);
      carryOut(kernel, client, at, beginCall(client.client, action));
      return;
    }
    case 'cancel':
      for (const client of kernel.clients.values()) carryOut(kernel, client, at, cancelCall(client.client, action.call));
      return;
  }
}

/** Lets a client react to everything that reaches it before `until`. */
function runClient(kernel: Kernel, client: KernelClient, until: SimTime): void {
  for (let head = client.inbox[0]; head !== undefined && head.time < until; head = client.inbox[0]) {
    client.inbox.shift();
    carryOut(kernel, client, head.time, clientEvent(client.client, head.event));
  }
}

function carryOut(kernel: Kernel, client: KernelClient, time: SimTime, effects: readonly ClientEffect[]): void {
  const { ordinal } = client.client;
  const source = CLIENT_SOURCE + ordinal;
  const arrival = time + kernel.scenario.clientLatency;
  for (const effect of effects) {
    const sequence = client.sequence++;
    switch (effect.type) {
      case 'send': {
        const { call, attempt, request, requireLeader, token } = effect;
        const member = memberOf(kernel, effect.member);
        const fields = { a: ordinal, b: member.ordinal, r: arrival - time, ref: call };
        addRow(kernel, source, sequence, makeRow(time, ROW_KIND.call, fields));
        enqueue(member, {
          time: arrival,
          source,
          sequence,
          input: { type: 'request', call, request, requireLeader, token },
          incarnation: member.incarnation,
          from: 0,
          client: ordinal,
          attempt,
          ref: call,
        });
        break;
      }
      case 'cancel': {
        const member = memberOf(kernel, effect.member);
        const input = { type: 'cancel' as const, call: effect.call };
        const { incarnation } = member;
        enqueue(member, {
          time: arrival,
          source,
          sequence,
          input,
          incarnation,
          from: 0,
          client: ordinal,
          attempt: 0,
          ref: effect.call,
        });
        break;
      }
      case 'wait':
        tellClient(kernel, ordinal, time + effect.delay, source, sequence, effect.event);
        break;
      case 'deliver': {
        const { call, response } = effect;
        const row = makeRow(time, ROW_KIND.receive, { a: ordinal, ref: call });
        addRow(kernel, source, sequence, row, { type: 'message', time, client: ordinal, call, response });
        break;
      }
      case 'failed': {
        const { call, attempt, peer, error } = effect;
        const news: ClientNews = { type: 'failed', time, client: ordinal, call, attempt, peer, error };
        kernel.pendingRows.push({ source, sequence, time, row: undefined, news });
        break;
      }
      case 'end': {
        const { call, outcome } = effect;
        const row = makeRow(time, ROW_KIND.end, { a: ordinal, p: OUTCOME_CODE[outcome.type], ref: call });
        addRow(kernel, source, sequence, row, { type: 'end', time, client: ordinal, call, outcome });
        break;
      }
    }
  }
}

function tellClient(kernel: Kernel, ordinal: number, time: SimTime, source: number, sequence: number, event: ClientEvent): void {
  const client = kernel.clients.get(ordinal);
  assert(client !== undefined, 'only a client that asked is told something', { ordinal });
  insertOrdered(client.inbox, { time, source, sequence, event });
}

function ownerOf(kernel: Kernel, call: number): { readonly client: number; readonly attempt: number } | undefined {
  for (const [ordinal, { client }] of kernel.clients) {
    const open = client.calls.get(call);
    if (open !== undefined) return { client: ordinal, attempt: open.attempt };
  }
  return undefined;
}

function memberOf(kernel: Kernel, ordinal: number): KernelMember {
  assert(Number.isInteger(ordinal) && ordinal >= 1 && ordinal <= MAX_MEMBERS, 'a member has a place of its own', { ordinal });
  while (kernel.members.length < ordinal) kernel.members.push(createMember(kernel.members.length + 1, ZERO_ID, []));
  return kernel.members[ordinal - 1] as KernelMember; // it was just made, if it was not there
}

function createMember(ordinal: number, id: MemberId, records: readonly DiskRecord[]): KernelMember {
  const disk = createDisk();
  diskSynced(disk, diskWrite(disk, records, false));
  return {
    ordinal,
    id,
    isUp: false,
    isPaused: false,
    incarnation: 0,
    inbox: [],
    disk,
    nextLocal: Number.POSITIVE_INFINITY,
    sent: 0,
    addressSequence: 0,
  };
}

function enqueue(member: KernelMember, queued: Queued): void {
  insertOrdered(member.inbox, queued);
}

/** Every delivery of a round came out of an inbox, where it was queued. */
function isQueued(delivery: Delivery): delivery is Queued {
  return 'incarnation' in delivery;
}

function insertOrdered<T extends { readonly time: SimTime; readonly source: number; readonly sequence: number }>(
  queue: T[],
  item: T,
): void {
  let at = queue.length;
  while (at > 0 && compareOrder(queue[at - 1] as T, item) > 0) at--; // at - 1 is inside
  queue.splice(at, 0, item);
}

type Ordered = { readonly time: SimTime; readonly source: number; readonly sequence: number };

function compareOrder(a: Ordered, b: Ordered): number {
  return a.time - b.time || a.source - b.source || a.sequence - b.sequence;
}

function addRow(kernel: Kernel, source: number, sequence: number, row: Row, news?: ClientNews): void {
  kernel.pendingRows.push({ source, sequence, time: row.time, row, news });
}

/** Rows before `bound` are final: nothing can come before them any more. */
function releaseRows(kernel: Kernel, bound: SimTime): void {
  const due: PendingRow[] = [];
  const rest: PendingRow[] = [];
  for (const pending of kernel.pendingRows) (pending.time < bound ? due : rest).push(pending);
  if (due.length === 0) return;
  due.sort(compareOrder);
  kernel.pendingRows = rest;
  for (const { row, news } of due) {
    if (row !== undefined) {
      hashRow(kernel.hash, row);
      kernel.released.rows.push(row);
    }
    if (news === undefined) continue;
    hashSeen(kernel.hash, JSON.stringify(news));
    kernel.released.news.push(news);
  }
}

function hasStopRow(kernel: Kernel, from: number, stop: StopAt): boolean {
  const rows = kernel.released.rows;
  for (let i = from; i < rows.length; i++) if (stop === 'row' || isDecision(rows[i] as Row)) return true; // i < length
  return false;
}
