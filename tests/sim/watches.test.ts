/**
 * Watches of clients over members, against the list of all changes (`tests/engine/kv/model.ts`), while members crash, come
 * back, stand still, are cut off, get snapshots, change their leader and compact their history. No event is lost, none comes
 * twice, they come in order and whole revisions at a time; a watch resumes at another member where it was; a start that is
 * compacted is answered as etcd answers it; progress is promised only where nothing is missing (`spec/etcd.md` 2.5, 10).
 *
 * What happened is counted and asked for. A failure tells its seed.
 */
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { below, between, chance, createPrng, type Prng, pick } from '../../src/base/index.ts';
import { currentRevision, getWatcher, kvState, type StoredVersion } from '../../src/engine/kv/index.ts';
import type { Member, WatchRequest } from '../../src/engine/server/index.ts';
import { MESSAGE_CODE, MILLISECOND, ROW_KIND, SECOND } from '../../src/sim/index.ts';
import { addChange, createModel, type Model, modelEvents, modelGet } from '../engine/kv/model.ts';
import {
  act,
  ask,
  type Cluster,
  createLedCluster,
  endOf,
  followersOf,
  healAll,
  isolate,
  leaderOf,
  messagesOf,
  pass,
  put,
  watch,
} from './support.ts';

const SEEDS = 80;
const KEYS = ['a', 'b', 'c', 'd'];

const counts = { watches: 0, events: 0, resumed: 0, compacted: 0, leaderless: 0, progress: 0, victims: 0, snapshots: 0 };

/** A run with what its members have ever stored. */
interface World {
  readonly cluster: Cluster;
  readonly prng: Prng;
  readonly stored: Map<string, StoredVersion>;
  /** By member: the revision at which it was looked at. */
  readonly looked: Map<number, number>;
  revision: number;
  readonly watches: Map<number, WatchRequest>;
  /** Those that their clients ended. */
  readonly cancelled: Set<number>;
}

/** Takes in what members have applied: changes are decided, so whoever knows one knows the same. */
function look(world: World): void {
  for (const [ordinal, { member }] of world.cluster.run.hosts) {
    counts.victims += member.kv.watchers.victims.size;
    const revision = currentRevision(member.kv);
    if (world.looked.get(ordinal) === revision) continue;
    world.looked.set(ordinal, revision);
    world.revision = Math.max(world.revision, revision);
    for (const version of kvState(member.kv).versions) {
      const id = `${version.kv.modRevision}/${version.sub}`;
      const known = world.stored.get(id);
      if (known === undefined) world.stored.set(id, version);
      else if (!isDeepStrictEqual(version, known)) expect(version).toEqual(known);
    }
  }
}

/** The list of all changes. A compaction never goes beyond what was looked at, so that none is missing. */
function truthOf({ stored, revision }: World): Model {
  const model = createModel();
  const inOrder = [...stored.values()].sort((a, b) => a.kv.modRevision - b.kv.modRevision || a.sub - b.sub);
  for (const change of inOrder) {
    expect(change.kv.modRevision).toBeLessThanOrEqual(model.revision + 1);
    model.revision = change.kv.modRevision;
    addChange(model, change);
  }
  expect(model.revision).toBe(revision);
  return model;
}

function disturb(world: World): void {
  const { cluster, prng } = world;
  const members = cluster.run.kernel.members.map(({ ordinal }) => ordinal);
  const member = chance(prng, 1, 3) ? leaderOf(cluster) || 1 : pick(prng, members);
  switch (below(prng, 8)) {
    case 0:
    case 1:
      act(cluster, { type: 'crash', member });
      break;
    case 2:
      for (const down of members) act(cluster, { type: 'restart', member: down });
      break;
    case 3:
      act(cluster, { type: 'pause', member });
      break;
    case 4:
      for (const paused of members) act(cluster, { type: 'resume', member: paused });
      break;
    case 5:
      isolate(cluster, [member]);
      break;
    default:
      healAll(cluster);
  }
}

/** One client asks for something; who it asks may be down, cut off or behind. */
function request(world: World): void {
  const { cluster, prng, watches } = world;
  const members = cluster.run.kernel.members.map(({ ordinal }) => ordinal);
  const first = pick(prng, members);
  const endpoints = [first, ...members.filter((ordinal) => ordinal !== first)];
  const client = between(prng, 1, 3);
  const key = pick(prng, KEYS);
  const kind = below(prng, 20);
  if (kind === 0) {
    const revision = world.revision - below(prng, 20);
    ask(cluster, { type: 'compaction', revision, physical: false }, endpoints, { client });
  } else if (kind <= 3) {
    const rangeEnd = chance(prng, 1, 2) ? '' : pick(prng, [...KEYS, '\0']);
    ask(cluster, { type: 'deleteRange', key, rangeEnd, prevKv: false }, endpoints, { client });
  } else if (kind <= 6) {
    const [noPut, noDelete, prevKv, requireLeader] = [1, 1, 4, 2].map((of) => chance(prng, of, 8)) as [
      boolean,
      boolean,
      boolean,
      boolean,
    ];
    const startRevision = chance(prng, 1, 2) ? 0 : Math.max(1, world.revision + between(prng, -30, 5));
    const rangeEnd = chance(prng, 1, 2) ? '' : '\0';
    const watch: WatchRequest = { type: 'watch', key, rangeEnd, startRevision, prevKv, progressNotify: false, noPut, noDelete };
    watches.set(ask(cluster, watch, endpoints, { client, requireLeader, timeout: undefined }), watch);
  } else if (kind === 7 && watches.size > 0) {
    const call = pick(prng, [...watches.keys()]);
    if (chance(prng, 1, 4)) {
      act(cluster, { type: 'cancel', call });
      world.cancelled.add(call);
    } else ask(cluster, { type: 'watchProgress', watches: [call] }, endpoints, { client: clientOf(world, call) });
  } else {
    // A burst is applied at once by who was away meanwhile.
    for (let i = chance(prng, 1, 20) ? 150 : 1; i > 0; i--) ask(cluster, put(key, String(i)), endpoints, { client });
  }
}

/** A message on an open stream is its client's affair. */
function clientOf({ cluster }: World, call: number): number {
  for (const { action } of cluster.run.kernel.journal) if (action.type === 'call' && action.call === call) return action.client;
  return 1;
}

/** What a client was told on one watch. */
function check({ cluster, cancelled }: World, truth: Model, call: number, asked: WatchRequest): void {
  const messages = messagesOf(cluster, call);
  const attempts = cluster.rows.filter(({ kind, ref }) => kind === ROW_KIND.call && ref === call).length;
  counts.watches++;
  if (attempts > 1) counts.resumed++;
  const [created, ...rest] = messages;
  const end = endOf(cluster, call)?.outcome;
  if (end === undefined) expect(created).toBeDefined();
  else if (end.type === 'error') {
    expect(end.error.code).toBe('noLeader');
    counts.leaderless++;
  } else expect(end.type).toBe('canceled');
  if (created === undefined) return;
  expect(created).toMatchObject({ created: true, canceled: false, events: [] });
  const from = created.header.revision;
  // Lost before it saw anything, it goes on from where it was created, not behind that; so does etcd's client.
  const mayRepeat =
    attempts > 1 && asked.startRevision === 0 && rest.find(({ events }) => events.length > 0)?.events[0]?.kv.modRevision === from;
  let next = asked.startRevision > 0 ? asked.startRevision : mayRepeat ? from : from + 1;
  let isOpen = true;
  for (const { header, created: isCreated, canceled, compactRevision, events } of rest) {
    expect([isCreated, isOpen]).toEqual([false, true]);
    if (canceled) {
      expect({ revision: header.revision, events }).toEqual({ revision: 0, events: [] });
      expect(next).toBeLessThan(compactRevision);
      counts.compacted++;
      isOpen = false;
    } else if (events.length === 0) {
      expect(modelEvents(truth, asked, next, header.revision)).toEqual([]);
      next = Math.max(next, header.revision + 1);
      counts.progress++;
    } else {
      const last = events.at(-1)?.kv.modRevision ?? 0;
      expect(events.map(({ type, kv }) => ({ type, kv }))).toEqual(modelEvents(truth, asked, next, last));
      expect(header.revision).toBeGreaterThanOrEqual(last);
      for (const { kv, prevKv } of events)
        if (prevKv !== undefined) expect(prevKv).toEqual(modelGet(truth, kv.key, kv.modRevision - 1));
      next = last + 1;
      counts.events += events.length;
    }
  }
  if (end === undefined) expect(modelEvents(truth, asked, next, truth.revision)).toEqual([]);
  // Nobody but its client ends a watch, unless it is told why.
  if (end?.type === 'canceled') expect(!isOpen || cancelled.has(call)).toBe(true);
  else expect(isOpen).toBe(true);
}

function run(seed: number): void {
  const prng = createPrng(seed, 'watches');
  const isTight = seed % 4 !== 0;
  const scenario = {
    ...(isTight ? { snapshotCount: 20, catchUpEntries: 5 } : {}),
    storageWrites: pick(prng, ['sync', 'async'] as const),
  };
  const cluster = createLedCluster(seed % 4 === 3 ? 5 : 3, { seed, scenario });
  const world: World = {
    cluster,
    prng,
    stored: new Map(),
    looked: new Map(),
    revision: 1,
    watches: new Map(),
    cancelled: new Set(),
  };
  for (let step = 0; step < 150; step++) {
    if (chance(prng, 1, 8)) disturb(world);
    else request(world);
    pass(cluster, between(prng, 1, 100) * MILLISECOND);
    look(world);
  }
  healAll(cluster);
  for (const { ordinal } of cluster.run.kernel.members) {
    act(cluster, { type: 'resume', member: ordinal });
    act(cluster, { type: 'restart', member: ordinal });
  }
  for (let second = 0; second < 10; second++) {
    pass(cluster, SECOND);
    look(world);
  }
  expect(cluster.thrown).toEqual([]);
  counts.snapshots += cluster.rows.filter(({ kind, p }) => kind === ROW_KIND.send && p === MESSAGE_CODE.snapshot).length;
  const truth = truthOf(world);
  for (const [call, watch] of world.watches) check(world, truth, call, watch);
}

test(`${SEEDS} seeds`, () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      run(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
    }
  }
  console.log(JSON.stringify(counts));
  expect(counts.watches).toBeGreaterThan(1_000);
  expect(counts.events).toBeGreaterThan(50_000);
  expect(counts.resumed).toBeGreaterThan(500);
  expect(counts.compacted).toBeGreaterThan(100);
  expect(counts.leaderless).toBeGreaterThan(50);
  expect(counts.progress).toBeGreaterThan(100);
  expect(counts.victims).toBeGreaterThan(100);
  expect(counts.snapshots).toBeGreaterThan(30);
});

test('a follower that catches up applies faster than a stream takes: a victim, which misses nothing', () => {
  const cluster = createLedCluster(3, { seed: 2 });
  const leader = leaderOf(cluster);
  const [follower = 0] = followersOf(cluster);
  const call = ask(cluster, watch('a'), [follower], { timeout: undefined });
  pass(cluster, SECOND);
  isolate(cluster, [follower]);
  for (let i = 1; i <= 300; i++) ask(cluster, put('a', String(i)), [leader]);
  pass(cluster, SECOND);
  expect(messagesOf(cluster, call)).toHaveLength(1);
  healAll(cluster);
  const states: string[] = [];
  for (let step = 0; step < 1000; step++) {
    pass(cluster, MILLISECOND);
    const state = getWatcher(hostOf(cluster, follower).kv, call)?.state ?? '';
    if (states.at(-1) !== state) states.push(state);
  }
  // When the tick comes, it gets what it waited with, and with the same tick the rest of history.
  expect(states).toEqual(['synced', 'victim', 'synced']);
  const messages = messagesOf(cluster, call).slice(1);
  expect(messages.slice(-2).map(({ header, events }) => [header.revision, events.length])).toEqual([
    [130, 1],
    [301, 171],
  ]);
  expect(messages).toHaveLength(130);
  const values = messages.flatMap(({ events }) => events.map(({ kv }) => kv.value));
  expect(values).toEqual(Array.from({ length: 300 }, (_, i) => String(i + 1)));
});

test('a start that is compacted while its watch is on the way to another member is told so, with the oldest revision left', () => {
  const cluster = createLedCluster(3);
  const [first = 0, second = 0] = followersOf(cluster);
  const call = ask(cluster, watch('a'), [first, second], { timeout: undefined });
  for (let i = 1; i <= 3; i++) ask(cluster, put('a', String(i)), [leaderOf(cluster)]);
  pass(cluster, SECOND);
  expect(messagesOf(cluster, call).flatMap(({ events }) => events)).toHaveLength(3);
  isolate(cluster, [first]);
  for (let i = 4; i <= 6; i++) ask(cluster, put('a', String(i)), [leaderOf(cluster)]);
  pass(cluster, SECOND);
  ask(cluster, { type: 'compaction', revision: 6, physical: false }, [leaderOf(cluster)]);
  pass(cluster, SECOND);
  // It has heard up to 4 and would go on at 5.
  act(cluster, { type: 'crash', member: first });
  pass(cluster, SECOND);
  const last = messagesOf(cluster, call).at(-1);
  expect(last).toMatchObject({ canceled: true, compactRevision: 6, events: [], header: { revision: 0 } });
  expect(endOf(cluster, call)?.outcome.type).toBe('canceled');
});

function hostOf({ run }: Cluster, ordinal: number): Member {
  const host = run.hosts.get(ordinal);
  if (host === undefined) throw new Error(`member ${ordinal} does not run`);
  return host.member;
}
