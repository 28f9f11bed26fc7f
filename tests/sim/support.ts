/** What the simulation's tests share: a small cluster to talk to. */
import { ZERO_ID } from '../../src/base/index.ts';
import type { UnaryRequest, WatchResponse } from '../../src/engine/server/index.ts';
import {
  type Action,
  actInline,
  advanceInline,
  type ChangeNote,
  type ClientNews,
  type CutCause,
  createInlineRun,
  type EntryRecord,
  freshScenario,
  type InlineRun,
  type KernelRules,
  leaderInline,
  type Pacing,
  type Row,
  type Scenario,
  SECOND,
  type SimTime,
} from '../../src/sim/index.ts';

/** A run with everything that has become known of it. */
export interface Cluster {
  readonly run: InlineRun;
  readonly rows: Row[];
  readonly news: ClientNews[];
  readonly entries: EntryRecord[];
  readonly changes: ChangeNote[];
  readonly thrown: number[];
  calls: number;
}

export function createCluster(
  members: number,
  options: {
    readonly seed?: number;
    readonly scenario?: Partial<Scenario>;
    readonly rules?: KernelRules;
    readonly pacing?: Pacing;
  } = {},
): Cluster {
  const scenario = { ...freshScenario(members, options.seed ?? 1), ...options.scenario };
  const { rules, pacing } = options;
  const run = createInlineRun(scenario, { ...(rules && { rules }), ...(pacing && { pacing }) });
  return { run, rows: [], news: [], entries: [], changes: [], thrown: [], calls: 0 };
}

/** A cluster with a leader, a few virtual seconds in. */
export function createLedCluster(members: number, options: Parameters<typeof createCluster>[1] = {}): Cluster {
  const cluster = createCluster(members, options);
  pass(cluster, 4 * SECOND);
  if (leaderOf(cluster) === 0) throw new Error('nobody leads after four seconds');
  return cluster;
}

/** Lets time pass. */
export function pass(cluster: Cluster, duration: SimTime): void {
  const released = advanceInline(cluster.run, cluster.run.kernel.now + duration);
  cluster.rows.push(...released.rows);
  cluster.changes.push(...released.changes);
  cluster.news.push(...released.news);
  cluster.entries.push(...released.entries);
  cluster.thrown.push(...released.thrown.map(({ member }) => member));
}

export function act(cluster: Cluster, action: Action): void {
  actInline(cluster.run, action);
}

/** The member that leads in the highest term; 0 = nobody. */
export function leaderOf({ run }: Cluster): number {
  return leaderInline(run);
}

/** Members that do not lead, in order. */
export function followersOf(cluster: Cluster): number[] {
  const leader = leaderOf(cluster);
  return cluster.run.kernel.members.map(({ ordinal }) => ordinal).filter((ordinal) => ordinal !== leader);
}

/** Asks, and does not wait. @returns the call's number */
export function ask(
  cluster: Cluster,
  request: Extract<Action, { type: 'call' }>['request'],
  endpoints: readonly number[],
  options: { readonly timeout?: SimTime | undefined; readonly requireLeader?: boolean; readonly client?: number } & Pick<
    Extract<Action, { type: 'call' }>,
    'token' | 'login'
  > = {},
): number {
  const call = ++cluster.calls;
  const timeout = 'timeout' in options ? options.timeout : 5 * SECOND;
  const { requireLeader = false, client = 1, token, login } = options;
  const who = { ...(token !== undefined && { token }), ...(login !== undefined && { login }) };
  act(cluster, { type: 'call', client, call, endpoints, request, timeout, requireLeader, text: '', ...who });
  return call;
}

/** How a call ended, and when; undefined while it is open. */
export function endOf(cluster: Cluster, call: number): Extract<ClientNews, { type: 'end' }> | undefined {
  for (const item of cluster.news) if (item.type === 'end' && item.call === call) return item;
  return undefined;
}

/** The messages of a watch. */
export function messagesOf(cluster: Cluster, call: number): WatchResponse[] {
  return cluster.news.flatMap((item) =>
    item.type === 'message' && item.call === call && item.response.type === 'watch' ? [item.response] : [],
  );
}

export function put(key: string, value: string): UnaryRequest {
  return { type: 'put', key, value, lease: ZERO_ID, prevKv: false, ignoreValue: false, ignoreLease: false };
}

export function get(key: string, options: { readonly serializable?: boolean; readonly revision?: number } = {}): UnaryRequest {
  return {
    type: 'range',
    key,
    rangeEnd: '',
    limit: 0,
    revision: options.revision ?? 0,
    sortOrder: 'none',
    sortTarget: 'key',
    serializable: options.serializable ?? false,
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
  };
}

export function watch(key: string, startRevision = 0): Extract<Action, { type: 'call' }>['request'] {
  return {
    type: 'watch',
    key,
    rangeEnd: '',
    startRevision,
    prevKv: false,
    progressNotify: false,
    noPut: false,
    noDelete: false,
  };
}

/** Cuts these members off from all others, both ways. */
export function isolate(cluster: Cluster, island: readonly number[], cause: CutCause = 'hand'): void {
  act(cluster, { type: 'cut', cause, links: linksBetween(cluster, island) });
}

export function healAll(cluster: Cluster): void {
  const all = cluster.run.kernel.members.map(({ ordinal }) => ordinal);
  const links = all.flatMap((from) => all.flatMap((to) => (from === to ? [] : [[from, to] as const])));
  act(cluster, { type: 'heal', cause: 'all', links });
}

function linksBetween(cluster: Cluster, island: readonly number[]): (readonly [number, number])[] {
  const all = cluster.run.kernel.members.map(({ ordinal }) => ordinal);
  return all.flatMap((from) => all.flatMap((to) => (island.includes(from) === island.includes(to) ? [] : [[from, to] as const])));
}
