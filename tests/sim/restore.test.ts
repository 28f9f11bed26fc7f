/**
 * A new cluster from a saved store, as `etcdutl snapshot restore` makes one: what etcd 3.6.14 showed of clusters of three that were
 * restored (the log begins behind an entry for each member, in term 1; keys, revisions, hashes and leases as they were; new ids), and
 * that such a run is as repeatable as any other. With a raised revision: what etcd 3.6.14 answered after etcdutl 3.6.14 had restored the
 * same history, hashes included.
 */
import { describe, expect, test } from 'vitest';
import { toId64 } from '../../src/base/index.ts';
import { readRestoreOptions } from '../../src/engine/server/index.ts';
import {
  advanceInline,
  createHistory,
  createInlineRun,
  digestsAt,
  digestsInline,
  followRun,
  freshScenario,
  hostLines,
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
  messagesOf,
  pass,
  put,
  watch,
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

describe('TestRestoreCompactionRevBump', () => {
  const bump = { bumpRevision: 1000, markCompacted: true };
  /** The history of which etcd's answers are known. */
  const small = createCluster(1, { scenario: { boot: 'etcd' } });
  pass(small, 3 * SECOND);
  const empty = save(small, 1);
  for (const request of [
    put('foo', 'bar'),
    put('foo', 'baz'),
    put('x', 'y'),
    { type: 'deleteRange' as const, key: 'x', rangeEnd: '', prevKv: false },
    put('a', 'b'),
  ])
    answer(small, request as Parameters<typeof ask>[1], 1);
  const file = save(small, 1);

  /** A cluster with a leader, restored so. */
  function restore(members: number, from: string, restoreOptions: Scenario['restoreOptions']): Cluster {
    const scenario = { boot: 'etcd' as const, snapshot: from, ...(restoreOptions === undefined ? {} : { restoreOptions }) };
    const cluster = createCluster(members, { seed: 3, scenario });
    pass(cluster, 4 * SECOND);
    return cluster;
  }

  function refusal(cluster: Cluster, request: Parameters<typeof ask>[1], member: number): string | undefined {
    const call = ask(cluster, request, [member]);
    pass(cluster, SECOND);
    const end = endOf(cluster, call);
    return end?.outcome.type === 'error' ? end.outcome.error.code : undefined;
  }

  /** All that a watch is told in two seconds. */
  function watched(cluster: Cluster, startRevision: number) {
    const call = ask(cluster, watch('foo', startRevision), [1], { timeout: undefined, client: 8 });
    pass(cluster, 2 * SECOND);
    return messagesOf(cluster, call);
  }

  test('TestRestoreCompactionRevBump: the revision jumps, and everything before it is compacted', () => {
    expect(hashOf(small, 1)).toEqual({ hash: 241_880_600, compactRevision: -1, hashRevision: 6 });
    const cluster = restore(3, file, bump);
    const leader = leaderOf(cluster);
    for (const member of [1, 2, 3])
      expect(hashOf(cluster, member)).toEqual({ hash: 480_958_240, compactRevision: 1006, hashRevision: 1006 });
    // What was there is there, under its own revisions.
    const all = { ...get('\0'), rangeEnd: '\0' };
    const kvs = [
      { key: 'a', value: 'b', createRevision: 6, modRevision: 6, version: 1 },
      { key: 'foo', value: 'baz', createRevision: 2, modRevision: 3, version: 2 },
    ];
    expect(answer(cluster, all, 2)).toMatchObject({ header: { revision: 1006 }, count: 2, kvs });
    expect(answer(cluster, get('foo', { revision: 1006 }), 3)).toMatchObject({ kvs: [{ value: 'baz' }] });
    for (const revision of [3, 6, 1005]) expect(refusal(cluster, get('foo', { revision }), 1), `${revision}`).toBe('compacted');
    expect(refusal(cluster, get('foo', { revision: 1007 }), 1)).toBe('futureRevision');

    // Who has seen revisions up to the saved one, and later ones that were lost, is told; who starts at the new one watches on.
    for (const revision of [3, 6, 900])
      expect(watched(cluster, revision)).toMatchObject([{ created: true }, { canceled: true, compactRevision: 1006 }]);
    const call = ask(cluster, watch('foo', 1006), [1], { timeout: undefined, client: 7 });
    pass(cluster, SECOND);
    for (const revision of [1006, 1000])
      expect(refusal(cluster, { type: 'compaction', revision, physical: false }, leader)).toBe('compacted');
    expect(answer(cluster, put('foo', 'new'), leader)).toMatchObject({ header: { revision: 1007 } });
    expect(messagesOf(cluster, call)).toMatchObject([
      { created: true },
      { events: [{ type: 'put', kv: { value: 'new', modRevision: 1007, version: 3 } }] },
    ]);
    for (const member of [1, 2, 3]) expect(hashOf(cluster, member)).toMatchObject({ hash: 335_431_361, hashRevision: 1007 });
    answer(cluster, { type: 'compaction', revision: 1007, physical: true }, leader);
    pass(cluster, SECOND);
    for (const member of [1, 2, 3]) expect(hashOf(cluster, member)).toMatchObject({ hash: 335_431_361, compactRevision: 1007 });
    expect(cluster.thrown).toEqual([]);
  });

  test('it outlives crashes, and can be saved and raised again', () => {
    const cluster = restore(3, file, bump);
    for (const member of [1, 2, 3]) act(cluster, { type: 'crash', member });
    pass(cluster, SECOND);
    for (const member of [1, 2, 3]) act(cluster, { type: 'restart', member });
    pass(cluster, 4 * SECOND);
    for (const member of [1, 2, 3]) expect(hashOf(cluster, member)).toMatchObject({ hash: 480_958_240, hashRevision: 1006 });
    answer(cluster, put('foo', 'new'), leaderOf(cluster));
    const again = restore(1, save(cluster, 1), { bumpRevision: 10, markCompacted: true });
    expect(hashOf(again, 1)).toMatchObject({ hashRevision: 1017, compactRevision: 1017 });
    expect(answer(again, get('foo'), 1)).toMatchObject({ header: { revision: 1017 }, kvs: [{ value: 'new', modRevision: 1007 }] });
  });

  test('a member tells of the compaction that it was marked with', () => {
    const cluster = restore(1, file, bump);
    const host = cluster.run.hosts.get(1);
    const lines = host === undefined ? [] : hostLines(host, 0, cluster.run.kernel.now);
    const told = lines.flatMap(({ line }) => ('fields' in line && /compact|kvstore/.test(line.message) ? [line] : []));
    expect(told.map(({ message, fields }) => [message, ...(fields[0] ?? [])])).toEqual([
      ['kvstore restored', 'current-rev', 1006],
      ['resume scheduled compaction', 'scheduled-compact-revision', 1006],
      ['compact tree index', 'revision', 1006],
      ['finished scheduled compaction', 'compact-revision', 1006],
    ]);
  });

  test('a store that nobody has written to is raised from 0', () => {
    const cluster = restore(1, empty, { bumpRevision: 7, markCompacted: true });
    expect(hashOf(cluster, 1)).toEqual({ hash: 2_885_483_692, compactRevision: 7, hashRevision: 7 });
    expect(answer(cluster, put('a', 'b'), 1)).toMatchObject({ header: { revision: 8 } });
    expect(refusal(cluster, get('a', { revision: 3 }), 1)).toBe('compacted');
  });

  test('etcdutl’s refusals, to the letter', () => {
    const said = (bump: string, markCompacted: boolean) => readRestoreOptions(bump, markCompacted, 6);
    const refused = (error: string) => ({ ok: false, error });
    expect(said('', false)).toEqual({ ok: true, value: { bumpRevision: 0, markCompacted: false } });
    expect(said('0', false)).toEqual({ ok: true, value: { bumpRevision: 0, markCompacted: false } });
    expect(said('1000', true)).toEqual({ ok: true, value: { bumpRevision: 1000, markCompacted: true } });
    for (const [bump, mark] of [
      ['5', false],
      ['0', true],
      ['', true],
    ] as const)
      expect(said(bump, mark)).toEqual(refused('--mark-compacted required if --revision-bump > 0'));
    const flag = 'for "--bump-revision" flag: strconv.ParseUint: parsing';
    for (const bump of ['-1', 'x', '1.5', '1e3', ' 1'])
      expect(said(bump, true)).toEqual(refused(`invalid argument "${bump}" ${flag} "${bump}": invalid syntax`));
    const much = String(2 ** 52 - 5);
    expect(said(much, true)).toEqual(refused(`invalid argument "${much}" ${flag} "${much}": value out of range`));
    expect(() => restore(1, file, { bumpRevision: 5, markCompacted: false })).toThrow('--mark-compacted required');
  });

  test('such a run is the same run with every driver, and in the past', () => {
    const live = restore(3, file, bump);
    answer(live, put('foo', 'new'), leaderOf(live));
    const { scenario, journal, now, hash } = live.run.kernel;
    const travelled: Scenario = JSON.parse(JSON.stringify(structuredClone(scenario)));
    const oneByOne = createInlineRun(travelled, { journal, pacing: 'oneByOne' });
    advanceInline(oneByOne, now);
    expect(traceDigest(oneByOne.kernel.hash)).toBe(traceDigest(hash));
    const history = createHistory(scenario);
    expect(followRun(history, journal, now)).toBe(traceDigest(hash));
    expect(digestsAt(history, now)).toEqual(digestsInline(live.run));
    const { histories, revision } = storeAt(history, 1, 1, { prefix: '', mostKeys: 9, mostVersions: 9 });
    expect(revision).toBe(1006);
    expect(histories.map(({ key }) => key)).toEqual(['a', 'foo']);
  });
});
