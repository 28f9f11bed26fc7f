/** A few members wired together without a simulation: messages arrive at once and in order, disks are instant, time goes by ticks. */
import { type Bytes, type Id64, ZERO_ID } from '../../../src/base/index.ts';
import { etcdRules, raftEntryAt, raftFirstIndex, raftLastIndex } from '../../../src/engine/raft/index.ts';
import {
  type ApiErrorCode,
  type ApiRequest,
  bootMember,
  type DiskRecord,
  decodeClusterCommand,
  decodeCommand,
  etcdServerRules,
  handleInput,
  identifyCluster,
  type LoggedRequest,
  type Member,
  type MemberConfig,
  type MemberInput,
  type MemberOutput,
  type PutRequest,
  type RangeRequest,
  type ServerLine,
  type StreamResponse,
  type UnaryResponse,
  type WatchRequest,
} from '../../../src/engine/server/index.ts';

/** What a call has come to: an answer, a refusal's code, or undefined while it is open. */
export type Outcome = UnaryResponse | ApiErrorCode | undefined;

interface Node {
  readonly config: MemberConfig;
  member: Member | undefined;
  records: DiskRecord[];
}

export interface Cluster {
  now: number;
  readonly nodes: Node[];
  readonly answers: Map<number, UnaryResponse>;
  readonly refusals: Map<number, ApiErrorCode>;
  readonly streams: Map<number, StreamResponse[]>;
  /** The server's own log lines, by ordinal - 1. */
  readonly lines: ServerLine[][];
  /** Directed links, `from>to` by ordinal, that lose everything. */
  readonly cut: Set<string>;
  nextCall: number;
}

const TICK = 100_000;

export function createCluster(count: number, more: Partial<MemberConfig> = {}): Cluster {
  const addresses = Array.from({ length: count }, (_, i) => ({
    name: `m${i + 1}`,
    peerUrls: [`http://127.0.0.1:${2380 + 100 * i}`],
    clientUrls: [`http://127.0.0.1:${2379 + 100 * i}`],
  }));
  const identity = identifyCluster(addresses, 'test');
  const nodes = identity.members.map((info, i): Node => {
    const config: MemberConfig = {
      id: info.id,
      cluster: identity,
      boot: 'lean',
      isJoining: false,
      attributes: { name: info.name, peerUrls: info.peerUrls, clientUrls: info.clientUrls },
      snapshotCount: 10_000,
      catchUpEntries: 5_000,
      storageWrites: 'sync',
      diskStart: 0,
      seed: 7 + i,
      preVote: true,
      checkQuorum: true,
      epoch: 1_700_000_000_000,
      // The first member leads first.
      electionTimeouts: [10 + 5 * i],
      raftRules: etcdRules,
      serverRules: etcdServerRules,
      ...more,
    };
    return { config, member: undefined, records: [] };
  });
  const cluster: Cluster = {
    now: 0,
    nodes,
    answers: new Map(),
    refusals: new Map(),
    streams: new Map(),
    lines: nodes.map(() => []),
    cut: new Set(),
    nextCall: 1,
  };
  for (let ordinal = 1; ordinal <= count; ordinal++) start(cluster, ordinal);
  return cluster;
}

/** A cluster in which the first member leads. */
export function ledCluster(count: number, more: Partial<MemberConfig> = {}): Cluster {
  const cluster = createCluster(count, more);
  pass(cluster, 1_500_000);
  if (leaderOf(cluster) !== 1) throw new Error(`member ${leaderOf(cluster)} leads`);
  return cluster;
}

export function memberOf(cluster: Cluster, ordinal: number): Member {
  const member = cluster.nodes[ordinal - 1]?.member;
  if (member === undefined) throw new Error(`member ${ordinal} does not run`);
  return member;
}

export function leaderOf(cluster: Cluster): number {
  return cluster.nodes.findIndex(({ member }) => member?.raft.role === 'StateLeader') + 1;
}

/** Its process is gone; its disk stays. */
export function stop(cluster: Cluster, ordinal: number): void {
  nodeOf(cluster, ordinal).member = undefined;
}

export function start(cluster: Cluster, ordinal: number): void {
  const node = nodeOf(cluster, ordinal);
  node.member = bootMember(node.config, node.records, cluster.now);
  // Its first outputs come with the first input.
}

/** Cuts a member off from all others, both ways. */
export function isolate(cluster: Cluster, ordinal: number): void {
  cluster.nodes.forEach((_, i) => {
    cluster.cut.add(`${ordinal}>${i + 1}`).add(`${i + 1}>${ordinal}`);
  });
}

export function heal(cluster: Cluster): void {
  cluster.cut.clear();
}

/** Lets time go by, µs. */
export function pass(cluster: Cluster, duration: number): void {
  const until = cluster.now + duration;
  while (cluster.now + TICK <= until) {
    cluster.now += TICK;
    for (let ordinal = 1; ordinal <= cluster.nodes.length; ordinal++) give(cluster, ordinal, { type: 'tick' });
  }
}

/** Asks a member; what comes of it is found by {@link outcomeOf}. */
export function ask(
  cluster: Cluster,
  ordinal: number,
  request: ApiRequest,
  more: { token?: Bytes; requireLeader?: boolean } = {},
): number {
  const call = cluster.nextCall++;
  give(cluster, ordinal, { type: 'request', call, request, requireLeader: more.requireLeader ?? false, token: more.token });
  return call;
}

export function outcomeOf(cluster: Cluster, call: number): Outcome {
  return cluster.answers.get(call) ?? cluster.refusals.get(call);
}

/** Asks and says what came of it at once. */
export function call(cluster: Cluster, ordinal: number, request: ApiRequest, token?: Bytes): Outcome {
  return outcomeOf(cluster, ask(cluster, ordinal, request, token === undefined ? {} : { token }));
}

/** The answer to a request that must be answered at once. */
export function must<Type extends UnaryResponse['type']>(outcome: Outcome, type: Type): Extract<UnaryResponse, { type: Type }> {
  if (outcome === undefined || typeof outcome === 'string' || outcome.type !== type)
    throw new Error(`came to ${JSON.stringify(outcome)}`);
  return outcome as Extract<UnaryResponse, { type: Type }>; // its type was compared
}

export function put(key: Bytes, value: Bytes, more: Partial<PutRequest> = {}): PutRequest {
  return { type: 'put', key, value, lease: ZERO_ID, prevKv: false, ignoreValue: false, ignoreLease: false, ...more };
}

export function get(key: Bytes, more: Partial<RangeRequest> = {}): RangeRequest {
  return {
    type: 'range',
    key,
    rangeEnd: '',
    limit: 0,
    revision: 0,
    sortOrder: 'none',
    sortTarget: 'key',
    serializable: false,
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
    ...more,
  };
}

export function del(key: Bytes, rangeEnd: Bytes = '') {
  return { type: 'deleteRange' as const, key, rangeEnd, prevKv: false };
}

export function watch(key: Bytes, more: Partial<WatchRequest> = {}): WatchRequest {
  return {
    type: 'watch',
    key,
    rangeEnd: '',
    startRevision: 0,
    prevKv: false,
    progressNotify: false,
    noPut: false,
    noDelete: false,
    ...more,
  };
}

export function grant(cluster: Cluster, ordinal: number, ttl: number): Id64 {
  return must(call(cluster, ordinal, { type: 'leaseGrant', id: ZERO_ID, ttl }), 'leaseGrant').id;
}

/** Every value of a key's range, by key. */
export function valuesAt(cluster: Cluster, ordinal: number): Record<string, string> {
  const { kvs } = must(call(cluster, ordinal, get('\0', { rangeEnd: '\0', serializable: true })), 'range');
  return Object.fromEntries(kvs.map(({ key, value }) => [key, value]));
}

/** A member's own log lines with one of these messages, in order. */
export function linesOf(cluster: Cluster, ordinal: number, ...messages: string[]): readonly ServerLine[] {
  return (cluster.lines[ordinal - 1] ?? []).filter(({ message }) => messages.includes(message));
}

/** What a member's log holds of commands, the oldest first. */
export function logOf(cluster: Cluster, ordinal: number): readonly LoggedRequest[] {
  return commandsIn(memberOf(cluster, ordinal));
}

/** The same of a member. */
export function commandsIn({ raft }: Member): readonly LoggedRequest[] {
  const commands: LoggedRequest[] = [];
  for (let index = raftFirstIndex(raft); index <= raftLastIndex(raft); index++) {
    const entry = raftEntryAt(raft, index);
    if (entry?.type !== 'EntryNormal' || !entry.data || decodeClusterCommand(entry.data) !== undefined) continue;
    commands.push(decodeCommand(entry.data).request);
  }
  return commands;
}

function nodeOf(cluster: Cluster, ordinal: number): Node {
  const node = cluster.nodes[ordinal - 1];
  if (node === undefined) throw new Error(`there is no member ${ordinal}`);
  return node;
}

function give(cluster: Cluster, ordinal: number, input: MemberInput): void {
  const queue: { readonly to: number; readonly input: MemberInput }[] = [{ to: ordinal, input }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const node = nodeOf(cluster, next.to);
    if (node.member === undefined) continue;
    for (const output of handleInput(node.member, next.input, cluster.now)) take(cluster, next.to, output, queue);
  }
}

function take(cluster: Cluster, from: number, output: MemberOutput, queue: { to: number; input: MemberInput }[]): void {
  const send = (id: Id64, input: MemberInput, own: Id64) => {
    const to = cluster.nodes.findIndex(({ config }) => config.id === id) + 1;
    if (cluster.cut.has(`${from}>${to}`)) return;
    if (nodeOf(cluster, to).member === undefined) queue.push({ to: from, input: { type: 'unreachable', peer: id } });
    else queue.push({ to, input: input.type === 'peerMessage' ? { ...input, from: own } : input });
  };
  const self = nodeOf(cluster, from);
  switch (output.type) {
    case 'send':
      send(
        output.message.to,
        { type: 'message', message: output.message, ...(output.state === undefined ? {} : { state: output.state }) },
        self.config.id,
      );
      break;
    case 'sendPeer':
      send(output.to, { type: 'peerMessage', from: self.config.id, message: output.message }, self.config.id);
      break;
    case 'write':
      self.records = output.replaces ? [...output.records] : [...self.records, ...output.records];
      if (output.sync) queue.unshift({ to: from, input: { type: 'synced', position: output.position } });
      break;
    case 'answer':
      cluster.answers.set(output.call, output.response);
      break;
    case 'refuse':
      cluster.refusals.set(output.call, output.error.code);
      break;
    case 'stream':
      cluster.streams.set(output.call, [...(cluster.streams.get(output.call) ?? []), output.response]);
      break;
    case 'log':
      if ('message' in output.line) cluster.lines[from - 1]?.push(output.line);
      break;
    default:
      break;
  }
}
