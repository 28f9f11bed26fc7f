/** What a kernel knows: plain data between two advances. Queues are in the order of time, then of source, then of what it did. */
import { assert, type Id64, ZERO_ID } from '../../base/index.ts';
import { etcdRules, type MemberId, type RaftRules } from '../../engine/raft/index.ts';
import { type DiskRecord, etcdServerRules, type MemberInfo, type ServerRules } from '../../engine/server/index.ts';
import { type CallEnd, type Client, type ClientEffect, type ClientEvent, cloneClient, type FailedAttempt } from '../client.ts';
import type { JournalEntry } from '../command.ts';
import { cloneDisk, createDisk, type Disk, diskSynced, diskWrite } from '../disk.ts';
import type { ChangeNote, Delivery, EntryNote } from '../host/index.ts';
import { cloneNetwork, createNetwork, type Network } from '../network.ts';
import { clusterOf, foundingRecords, MAX_MEMBERS, type Scenario, SECOND, type SimTime } from '../scenario.ts';
import { createTraceHash, type Row, type TraceHash } from '../trace.ts';

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
  /** What entries did to keys, as they were first applied anywhere: by ascending index. */
  readonly changes: readonly ChangeNote[];
  readonly news: readonly ClientNews[];
  readonly thrown: readonly Thrown[];
}

export interface KernelRules {
  readonly raft: RaftRules;
  readonly server: ServerRules;
}

/** What etcd itself goes by; a worker, which cannot be sent functions, always does. */
export const ETCD_RULES: KernelRules = { raft: etcdRules, server: etcdServerRules };

export interface Queued {
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

export interface KernelMember {
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
export interface Connection {
  readonly isUp: boolean;
  /** Counts its changes: that it went silent is no news if it carries again. */
  readonly version: number;
  /** When the ends hear of its last change; news do not overtake each other. */
  readonly newsAt: SimTime;
}

export interface KernelClient {
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

export interface PendingRow {
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
  released: {
    rows: Row[];
    actions: JournalEntry[];
    entries: EntryRecord[];
    changes: ChangeNote[];
    news: ClientNews[];
    thrown: Thrown[];
  };
  /** Index of the last entry whose changes were told. */
  changesTold: number;
  actionSequence: number;
  readonly hash: TraceHash;
  hasStarted: boolean;
}

/** Sources, in the order in which they come at one instant: people, members by ordinal, clients, addresses without a process. */
export const CLIENT_SOURCE = 100;
export const ADDRESS_SOURCE = 1_000;
/** etcd's transport notices a connection that carries nothing after 5 s, and gives a snapshot's answer as long. */
export const SILENCE: SimTime = 5 * SECOND;

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
    released: nothingReleased(),
    changesTold: 0,
    actionSequence: 0,
    hash: createTraceHash(),
    hasStarted: false,
  };
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
      changes: kernel.released.changes.slice(),
      news: kernel.released.news.slice(),
      thrown: kernel.released.thrown.slice(),
    },
    hash: { hash: { ...kernel.hash.hash }, rows: kernel.hash.rows },
  };
}

/** Takes what has become known. */
export function takeReleased(kernel: Kernel): Released {
  const released = kernel.released;
  kernel.released = nothingReleased();
  return released;
}

function nothingReleased(): Kernel['released'] {
  return { rows: [], actions: [], entries: [], changes: [], news: [], thrown: [] };
}

/** Places in which somebody has ever run, counted up to the last of them. */
export function memberCount(kernel: Kernel): number {
  return kernel.members.findLastIndex((member) => member.id !== ZERO_ID) + 1;
}

export function memberOf(kernel: Kernel, ordinal: number): KernelMember {
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

export function enqueue(member: KernelMember, queued: Queued): void {
  insertOrdered(member.inbox, queued);
}

/** Tells a member something that nobody sent. */
export function notify(
  member: KernelMember,
  {
    time,
    source,
    sequence,
    input,
    connection,
  }: Pick<Queued, 'time' | 'source' | 'sequence' | 'input'> & {
    readonly connection?: Queued['connection'] | undefined;
  },
): void {
  const { incarnation } = member;
  const about = connection === undefined ? {} : { connection };
  enqueue(member, { time, source, sequence, input, incarnation, from: 0, client: 0, attempt: 0, ref: 0, ...about });
}

export function insertOrdered<T extends { readonly time: SimTime; readonly source: number; readonly sequence: number }>(
  queue: T[],
  item: T,
): void {
  let at = queue.length;
  while (at > 0 && compareOrder(queue[at - 1] as T, item) > 0) at--; // at - 1 is inside
  queue.splice(at, 0, item);
}

type Ordered = { readonly time: SimTime; readonly source: number; readonly sequence: number };

export function compareOrder(a: Ordered, b: Ordered): number {
  return a.time - b.time || a.source - b.source || a.sequence - b.sequence;
}
