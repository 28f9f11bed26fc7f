/**
 * A new cluster from a saved store, as `etcdutl snapshot restore` makes one: what etcd 3.6.14 showed of clusters of three that were
 * restored (the log begins behind an entry for each member, in term 1; keys, revisions, hashes and leases as they were; new ids), and
 * that such a run is as repeatable as any other.
 */
import { expect, test } from 'vitest';
import { toId64 } from '../../src/base/index.ts';
import {
  advanceInline,
  createHistory,
  createInlineRun,
  digestsAt,
  digestsInline,
  followRun,
  freshScenario,
  type Scenario,
  SECOND,
  storeAt,
  traceDigest,
} from '../../src/sim/index.ts';
import {
  act,
  ask,
  type Cluster,
  createCluster,
  createLedCluster,
  endOf,
  followersOf,
  get,
  isolate,
  leaderOf,
  pass,
  put,
} from './support.ts';

/** What `snapshot save` gives. */
function save(cluster: Cluster, member: number): string {
  const call = ask(cluster, { type: 'snapshot' }, [member], { timeout: undefined, client: 9 });
  pass(cluster, SECOND);
  const parts = cluster.news.flatMap((item) => (item.type === 'message' && item.call === call ? [item.response] : []));
  return parts.map((part) => (part.type === 'snapshot' ? part.blob : '')).join('');
}

function answer(cluster: Cluster, request: Parameters<typeof ask>[1], member: number) {
  const call = ask(cluster, request, [member]);
  pass(cluster, SECOND);
  const end = endOf(cluster, call);
  if (end?.outcome.type !== 'ok') throw new Error(`${request.type}: ${JSON.stringify(end?.outcome)}`);
  return end.outcome.response;
}

function hashOf(cluster: Cluster, member: number) {
  const response = answer(cluster, { type: 'hashKv', revision: 0 }, member);
  if (response.type !== 'hashKv') throw new Error(response.type);
  const { hash, compactRevision, hashRevision } = response;
  return { hash, compactRevision, hashRevision };
}

const lease = toId64(7);

/** Some versions, a deletion, a compaction, a lease and a user. */
function fill(cluster: Cluster): void {
  const leader = leaderOf(cluster);
  const asked = [
    put('color', 'red'),
    put('color', 'green'),
    { type: 'deleteRange' as const, key: 'color', rangeEnd: '', prevKv: false },
    put('color', 'blue'),
    { type: 'leaseGrant' as const, id: lease, ttl: 600 },
    { ...put('lock', 'held'), lease },
    { type: 'compaction' as const, revision: 3, physical: true },
    { type: 'authUserAdd' as const, name: 'u', password: 'p', noPassword: false },
  ];
  for (const request of asked) answer(cluster, request as Parameters<typeof ask>[1], leader);
}

const saved = createLedCluster(3, { scenario: { boot: 'etcd' } });
fill(saved);
const snapshot = save(saved, 2);

test.each(['etcd', 'lean'] as const)(
  'TestCtlV3Snapshot: each member of the new cluster begins with what was saved (%s)',
  (boot) => {
    const cluster = createCluster(5, { seed: 3, scenario: { boot, snapshot } });
    pass(cluster, 1);
    for (const { member } of cluster.run.hosts.values()) {
      expect(member.raft).toMatchObject({ term: 1, log: { committed: 5 }, storage: { compactedIndex: 5, compactedTerm: 1 } });
      expect(member.appliedIndex).toBe(5);
      expect(member.membership.members.map(({ name }) => name).sort()).toEqual(['n1', 'n2', 'n3', 'n4', 'n5']);
    }
    pass(cluster, 4 * SECOND);
    const leader = leaderOf(cluster);
    expect(cluster.run.hosts.get(leader)?.member.raft.term).toBe(2);
    const before = hashOf(saved, 1);
    expect(before).toMatchObject({ compactRevision: 3, hashRevision: 6 });
    for (const member of [1, 2, 3, 4, 5]) expect(hashOf(cluster, member)).toEqual(before);

    const status = answer(cluster, { type: 'status' }, leader);
    const told = answer(saved, { type: 'status' }, leaderOf(saved));
    expect(status.header.clusterId).not.toBe(told.header.clusterId);
    expect(status.header.memberId).not.toBe(told.header.memberId);
    // The leader's own entry, and with etcd's boot one in which each member says where it listens; nobody has to decide the version.
    expect(status).toMatchObject({ raftAppliedIndex: boot === 'etcd' ? 11 : 6, raftTerm: 2 });
    const list = answer(cluster, { type: 'memberList', linearizable: true }, leader);
    expect(list.type === 'memberList' && list.members.map(({ clientUrls }) => clientUrls.length)).toEqual([1, 1, 1, 1, 1]);

    expect(answer(cluster, { type: 'leaseTimeToLive', id: lease, keys: true }, leader)).toMatchObject({
      grantedTtl: 600,
      keys: ['lock'],
    });
    expect(answer(cluster, { type: 'authUserList' }, leader)).toMatchObject({ users: ['u'] });
    expect(answer(cluster, get('color', { revision: 4 }), 1)).toMatchObject({ kvs: [] });
    expect(answer(cluster, put('color', 'amber'), 1)).toMatchObject({ header: { revision: 7 } });
    expect(cluster.thrown).toEqual([]);
  },
);

test('it outlives crashes: the disk begins with what was saved', () => {
  const cluster = createCluster(3, { scenario: { boot: 'etcd', snapshot } });
  // Nothing has been synced in this run yet.
  pass(cluster, 1);
  act(cluster, { type: 'crash', member: 1 });
  pass(cluster, SECOND);
  act(cluster, { type: 'restart', member: 1 });
  pass(cluster, 3 * SECOND);
  answer(cluster, put('color', 'amber'), 1);
  for (const member of [1, 2, 3]) act(cluster, { type: 'crash', member });
  pass(cluster, SECOND);
  for (const member of [1, 2, 3]) act(cluster, { type: 'restart', member });
  pass(cluster, 5 * SECOND);
  expect(answer(cluster, get('color'), 1)).toMatchObject({ kvs: [{ value: 'amber', modRevision: 7 }] });
  expect(new Set([1, 2, 3].map((member) => hashOf(cluster, member).hash)).size).toBe(1);
});

test('another snapshot makes another cluster, and so does one that was saved of it', () => {
  const idOf = (file: string | undefined) => {
    const cluster = createCluster(1, { scenario: { boot: 'etcd', ...(file === undefined ? {} : { snapshot: file }) } });
    pass(cluster, 2 * SECOND);
    return { clusterId: answer(cluster, { type: 'status' }, 1).header.clusterId, file: save(cluster, 1) };
  };
  const fresh = idOf(undefined);
  const first = idOf(snapshot);
  const second = idOf(first.file);
  expect(new Set([fresh, first, second].map(({ clusterId }) => clusterId)).size).toBe(3);
  expect(idOf(snapshot).clusterId).toBe(first.clusterId);
});

test('a restored run is the same run with every driver, and in the past', () => {
  const live = createCluster(5, { seed: 5, scenario: { boot: 'etcd', snapshot } });
  pass(live, 2 * SECOND);
  const leader = leaderOf(live);
  const [first = 0, second = 0, third = 0] = followersOf(live);
  isolate(live, [first, second]);
  answer(live, put('color', 'amber'), leader);
  act(live, { type: 'crash', member: third });
  pass(live, SECOND);
  const { scenario, journal, now, hash } = live.run.kernel;
  // The scenario travels as JSON and by structured clone.
  const travelled: Scenario = JSON.parse(JSON.stringify(structuredClone(scenario)));
  const oneByOne = createInlineRun(travelled, { journal, pacing: 'oneByOne' });
  advanceInline(oneByOne, now);
  expect(traceDigest(oneByOne.kernel.hash)).toBe(traceDigest(hash));
  expect(digestsInline(oneByOne)).toEqual(digestsInline(live.run));
  const history = createHistory(scenario);
  expect(followRun(history, journal, now)).toBe(traceDigest(hash));
  expect(digestsAt(history, now)).toEqual(digestsInline(live.run));
  // Also the store that nobody of this run has written.
  const { histories, revision } = storeAt(history, 1, 1, { prefix: '', mostKeys: 9, mostVersions: 9 });
  expect(revision).toBe(6);
  expect(histories.map(({ key }) => key)).toEqual(['color', 'lock']);
});

test('a scenario with a snapshot that cannot be read founds no cluster', () => {
  const damaged = `${snapshot.slice(0, -1)}${snapshot.endsWith('x') ? 'y' : 'x'}`;
  expect(() => createInlineRun({ ...freshScenario(3, 1), snapshot: damaged })).toThrow('a snapshot that can be read');
});
