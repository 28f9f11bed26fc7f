/**
 * The cluster changes while it runs (spec/etcd.md 4.4, 4.5, 4.7, 4.8; spec/raft.md 2.3): it boots as etcd does, takes snapshots,
 * takes members in, promotes, renames and removes them, and hands leadership over. Each test drives a small cluster through
 * its clients alone and looks at their answers and at the members.
 */
import { describe, expect, it } from 'vitest';
import type { Id64 } from '../../src/base/index.ts';
import { kvDigest } from '../../src/engine/kv/index.ts';
import { raftFirstIndex } from '../../src/engine/raft/index.ts';
import type { ApiRequest, MemberInfo, UnaryResponse } from '../../src/engine/server/index.ts';
import { MESSAGE_CODE, ROW_KIND, SECOND } from '../../src/sim/index.ts';
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

const ETCD = { boot: 'etcd' as const };
/** Small numbers, so that a few dozen entries show what ten thousand do. */
const SMALL = { ...ETCD, snapshotCount: 20, catchUpEntries: 5 };

function memberIn(cluster: Cluster, ordinal: number) {
  const host = cluster.run.hosts.get(ordinal);
  if (host === undefined) throw new Error(`member ${ordinal} does not run`);
  return host.member;
}

/** Asks and waits. @returns the response, or the code of the refusal, or how else it ended */
function call(cluster: Cluster, request: ApiRequest, endpoint: number, seconds = 6): UnaryResponse | string {
  const number = ask(cluster, request, [endpoint]);
  for (let waited = 0; waited < seconds * 20 && endOf(cluster, number) === undefined; waited++) pass(cluster, SECOND / 20);
  const outcome = endOf(cluster, number)?.outcome;
  if (outcome === undefined) return 'open';
  if (outcome.type === 'ok') return outcome.response;
  return outcome.type === 'error' ? outcome.error.code : outcome.type;
}

function done(cluster: Cluster, request: ApiRequest, endpoint: number): UnaryResponse {
  const result = call(cluster, request, endpoint);
  if (typeof result === 'string') throw new Error(`${request.type} ended with ${result}`);
  return result;
}

const add = (ordinal: number, isLearner = false): ApiRequest => ({
  type: 'memberAdd',
  peerUrls: [`http://n${ordinal}:2380`],
  isLearner,
});

function membersOf(cluster: Cluster, endpoint: number): readonly MemberInfo[] {
  const list = done(cluster, { type: 'memberList', linearizable: true }, endpoint);
  return list.type === 'memberList' ? list.members : [];
}

function idOf(cluster: Cluster, ordinal: number): Id64 {
  const url = `http://n${ordinal}:2380`;
  const found = membersOf(cluster, leaderOf(cluster)).find(({ peerUrls }) => peerUrls.includes(url));
  if (found === undefined) throw new Error(`the cluster knows nobody at ${url}`);
  return found.id;
}

function putMany(cluster: Cluster, count: number, endpoint: number): void {
  for (let i = 0; i < count; i++) ask(cluster, put(`k${i % 7}`, `v${i}`), [endpoint]);
  pass(cluster, SECOND);
}

/** A cluster whose members have been connected for long enough to be changed. */
function settled(members: number, scenario: object = ETCD): Cluster {
  const cluster = createLedCluster(members, { scenario });
  pass(cluster, 3 * SECOND);
  return cluster;
}

describe('boot as etcd', () => {
  it.each([
    [1, 4],
    [2, 6],
    [3, 8],
    [5, 12],
  ])('%i members idle at index %i, in term 2, at revision 1, and all are known by name', (count, index) => {
    const cluster = createLedCluster(count, { scenario: ETCD });
    for (const { member } of cluster.run.hosts.values()) {
      expect(member.raft.term).toBe(2);
      expect(member.raft.log.committed).toBe(index);
      expect(member.appliedIndex).toBe(index);
      expect(member.kv.revision).toBe(1);
      expect(member.membership.clusterVersion).toBe('3.6.0');
    }
    const list = membersOf(cluster, 1);
    expect(list.map(({ name }) => name).sort()).toEqual(Array.from({ length: count }, (_, i) => `n${i + 1}`));
    const ids = list.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
  });

  it('skips most of the first election timeout: one member leads within 1.1 s, three within 1.6 s, two wait it out', () => {
    const firstLeader = (members: number, seed: number) => {
      const cluster = createCluster(members, { seed, scenario: ETCD });
      pass(cluster, 4 * SECOND);
      return cluster.rows.find((row) => row.kind === ROW_KIND.role && row.p === 3)?.time ?? Number.POSITIVE_INFINITY;
    };
    for (let seed = 1; seed <= 8; seed++) {
      expect(firstLeader(1, seed)).toBeLessThan(1.15 * SECOND);
      expect(firstLeader(3, seed)).toBeLessThan(1.6 * SECOND);
      expect(firstLeader(2, seed)).toBeGreaterThan(0.9 * SECOND);
    }
  });

  it('goes on from its log after a restart, and publishes itself again', () => {
    const cluster = createLedCluster(3, { scenario: ETCD });
    const [follower = 0] = followersOf(cluster);
    act(cluster, { type: 'crash', member: follower });
    pass(cluster, SECOND);
    act(cluster, { type: 'restart', member: follower });
    pass(cluster, 2 * SECOND);
    expect(memberIn(cluster, follower).appliedIndex).toBe(9);
    expect(membersOf(cluster, follower)).toHaveLength(3);
  });

  it('lets clients of a member wait that cannot publish itself', () => {
    const cluster = createLedCluster(3, { scenario: ETCD });
    for (const member of [1, 2, 3]) act(cluster, { type: 'crash', member });
    act(cluster, { type: 'restart', member: 1 });
    pass(cluster, SECOND);
    const waiting = ask(cluster, get('a', { serializable: true }), [1], { timeout: 20 * SECOND });
    pass(cluster, 3 * SECOND);
    expect(endOf(cluster, waiting)).toBeUndefined();
    act(cluster, { type: 'restart', member: 2 });
    pass(cluster, 4 * SECOND);
    expect(endOf(cluster, waiting)?.outcome.type).toBe('ok');
  });
});

describe('snapshots', () => {
  it('shorten the log and the disk, and a restart goes on from them', () => {
    const cluster = createLedCluster(3, { scenario: SMALL });
    putMany(cluster, 100, leaderOf(cluster));
    const disk = cluster.run.kernel.members[0]?.disk;
    const member = memberIn(cluster, 1);
    expect(member.diskSnapshotIndex).toBeGreaterThan(80);
    expect(raftFirstIndex(member.raft)).toBeGreaterThan(80);
    expect(disk?.records.start).toBeGreaterThan(10);
    const before = kvDigest(member.kv);
    act(cluster, { type: 'crash', member: 1 });
    act(cluster, { type: 'restart', member: 1 });
    pass(cluster, 3 * SECOND);
    const again = memberIn(cluster, 1);
    expect(again.kv.revision).toBe(101);
    expect(again.membership.members).toHaveLength(3);
    expect(before).not.toBe('');
    const [restored, other] = [1, 2].map((ordinal) => JSON.stringify(call(cluster, get('k1', { serializable: true }), ordinal)));
    expect(restored?.replace(/"header".*?\}/, '')).toBe(other?.replace(/"header".*?\}/, ''));
  });

  it('on the disk come with the first entry after each count: 51, 102, 153 for 50', () => {
    const cluster = createLedCluster(1, { scenario: { ...ETCD, snapshotCount: 50, catchUpEntries: 5 } });
    const seen = new Set<number>();
    for (let i = 0; i < 160; i++) {
      ask(cluster, put('k', String(i)), [1]);
      pass(cluster, SECOND / 50);
      seen.add(memberIn(cluster, 1).diskSnapshotIndex);
    }
    expect([...seen]).toEqual([0, 51, 102, 153]);
  });

  it('bring a follower back that was away for too long, in a time that depends on their size; its watchers miss nothing', () => {
    const cluster = createLedCluster(3, { scenario: { ...SMALL, bandwidth: 20_000 } });
    const leader = leaderOf(cluster);
    const [follower = 0] = followersOf(cluster);
    const watching = ask(cluster, watch('k1'), [follower], { timeout: undefined });
    pass(cluster, SECOND);
    isolate(cluster, [follower]);
    putMany(cluster, 70, leader);
    expect(raftFirstIndex(memberIn(cluster, leader).raft)).toBeGreaterThan(memberIn(cluster, follower).appliedIndex + 1);
    act(cluster, {
      type: 'heal',
      cause: 'all',
      links: cluster.run.kernel.members.flatMap((a) =>
        cluster.run.kernel.members.flatMap((b) => (a === b ? [] : [[a.ordinal, b.ordinal] as const])),
      ),
    });
    pass(cluster, 5 * SECOND);
    const sent = cluster.rows.find(
      (row) => row.kind === ROW_KIND.send && row.p === MESSAGE_CODE.snapshot && row.b === follower && row.r > 0,
    );
    expect(sent?.r).toBeGreaterThan(SECOND); // more than twenty thousand bytes at that many a second
    expect(cluster.rows.some((row) => row.kind === ROW_KIND.snapshot && row.a === follower && row.p === 1)).toBe(true);
    expect(memberIn(cluster, follower).kv.revision).toBe(71);
    expect(messagesOf(cluster, watching).flatMap(({ events }) => events.map(({ kv }) => kv.value))).toEqual(
      Array.from({ length: 10 }, (_, i) => `v${7 * i + 1}`),
    );
    expect(cluster.thrown).toEqual([]);
  });

  it('stop the compaction while they travel and for half a minute after', () => {
    const cluster = createLedCluster(3, { scenario: SMALL });
    const leader = leaderOf(cluster);
    const [follower = 0] = followersOf(cluster);
    act(cluster, { type: 'crash', member: follower });
    putMany(cluster, 70, leader);
    act(cluster, { type: 'restart', member: follower });
    pass(cluster, 3 * SECOND);
    expect(memberIn(cluster, leader).sentSnapshots).toHaveLength(1);
    const first = raftFirstIndex(memberIn(cluster, leader).raft);
    putMany(cluster, 60, leader);
    expect(raftFirstIndex(memberIn(cluster, leader).raft)).toBe(first);
    pass(cluster, 31 * SECOND);
    putMany(cluster, 30, leader);
    expect(raftFirstIndex(memberIn(cluster, leader).raft)).toBeGreaterThan(first + 50);
  });
});

describe('membership', () => {
  it('takes a learner in: it boots when it is told to, catches up by snapshot, serves only local reads, and is promoted', () => {
    const cluster = settled(3, SMALL);
    const leader = leaderOf(cluster);
    putMany(cluster, 60, leader);
    const added = done(cluster, add(4, true), leader);
    expect(added).toMatchObject({
      type: 'memberAdd',
      header: { revision: 0 },
      member: { name: '', isLearner: true, clientUrls: [] },
    });
    expect(call(cluster, { type: 'memberPromote', id: idOf(cluster, 4) }, leader)).toBe('learnerNotReady');
    act(cluster, { type: 'restart', member: 4 });
    pass(cluster, 4 * SECOND);
    expect(cluster.rows.some((row) => row.kind === ROW_KIND.boot && row.a === 4 && row.q === 1)).toBe(true);
    expect(cluster.rows.some((row) => row.kind === ROW_KIND.snapshot && row.a === 4 && row.p === 1)).toBe(true);
    expect(memberIn(cluster, 4).kv.revision).toBe(61);
    expect(membersOf(cluster, leader).find(({ name }) => name === 'n4')).toMatchObject({
      isLearner: true,
      clientUrls: ['http://n4:2379'],
    });
    expect(call(cluster, get('k1', { serializable: true }), 4)).toMatchObject({ type: 'range', count: 1 });
    expect(call(cluster, get('k1'), 4)).toBe('learnerNotSupported');
    expect(call(cluster, { type: 'memberList', linearizable: false }, 4)).toBe('learnerNotSupported');
    expect(call(cluster, { type: 'moveLeader', targetId: idOf(cluster, 4) }, leader)).toBe('badLeaderTransferee');

    const [follower = 0] = followersOf(cluster);
    const promoted = done(cluster, { type: 'memberPromote', id: idOf(cluster, 4) }, follower); // forwarded to the leader
    expect(promoted).toMatchObject({ type: 'memberPromote' });
    pass(cluster, SECOND);
    expect(memberIn(cluster, 4).raft.tracker.config.voters).toHaveLength(4);
    expect(memberIn(cluster, 4).raft.isLearner).toBe(false);
    expect(call(cluster, { type: 'memberPromote', id: idOf(cluster, 4) }, leader)).toBe('memberNotLearner');
    expect(call(cluster, put('after', 'all'), 4)).toMatchObject({ type: 'put' });
    expect(cluster.thrown).toEqual([]);
  });

  it('takes a voter in by the log, in a lean cluster as well', () => {
    for (const boot of ['etcd', 'lean'] as const) {
      const cluster = settled(1, { boot });
      putMany(cluster, 5, 1);
      done(cluster, add(2), 1);
      pass(cluster, SECOND);
      // One of two is no quorum: nothing goes on until the second has come.
      expect(call(cluster, put('a', 'b'), 1)).not.toMatchObject({ type: 'put' });
      act(cluster, { type: 'restart', member: 2 });
      pass(cluster, 5 * SECOND);
      expect(call(cluster, put('a', 'c'), 2)).toMatchObject({ type: 'put' });
      expect(
        membersOf(cluster, 2)
          .map(({ name }) => name)
          .sort(),
      ).toEqual(['n1', 'n2']);
      expect(cluster.thrown).toEqual([]);
    }
  });

  it('refuses what would break the cluster, at once or when the entry is applied', () => {
    const young = createLedCluster(3, { scenario: ETCD });
    expect(call(young, add(4), leaderOf(young))).toBe('unhealthyCluster');
    const cluster = settled(3);
    const leader = leaderOf(cluster);
    const strange = '00000000000000ff' as Id64;
    const before = memberIn(cluster, leader).appliedIndex;
    expect(call(cluster, { type: 'memberRemove', id: strange }, leader)).toBe('memberNotFound');
    expect(memberIn(cluster, leader).appliedIndex).toBe(before + 1); // it costs an entry
    expect(call(cluster, { type: 'memberPromote', id: strange }, leader)).toBe('memberNotFound');
    expect(call(cluster, { type: 'memberUpdate', id: strange, peerUrls: ['http://x:1'] }, leader)).toBe('memberNotFound');
    expect(call(cluster, { type: 'memberAdd', peerUrls: ['nonsense'], isLearner: false }, leader)).toBe('badMemberUrls');
    expect(call(cluster, add(1), leader)).toBe('peerUrlExists');
    expect(call(cluster, { type: 'memberUpdate', id: idOf(cluster, 1), peerUrls: ['http://n2:2380'] }, leader)).toBe(
      'peerUrlExists',
    );
    done(cluster, add(4, true), leader);
    expect(call(cluster, add(5, true), leader)).toBe('tooManyLearners');
    // Within one second the same URL is the same id (spec/etcd.md 4.5).
    pass(cluster, SECOND - (cluster.run.kernel.now % SECOND));
    const second = Math.floor(cluster.run.kernel.now / SECOND);
    done(cluster, add(6), leader);
    expect(call(cluster, add(6), leader)).toBe('memberExists');
    // An id that was removed never comes back.
    done(cluster, { type: 'memberRemove', id: idOf(cluster, 6) }, leader);
    expect(call(cluster, add(6), leader)).toBe('memberNotFound');
    expect(Math.floor(cluster.run.kernel.now / SECOND)).toBe(second);
    pass(cluster, SECOND);
    done(cluster, add(6), leader);
    // Three have started: a fourth voter was one that has not, a fifth may come, a sixth may not.
    done(cluster, add(7), leader);
    expect(call(cluster, add(8), leader)).toBe('notEnoughStartedMembers');
  });

  it('asks for a quorum of connected voters before it takes one away', () => {
    const cluster = settled(3);
    const leader = leaderOf(cluster);
    const [one = 0, other = 0] = followersOf(cluster);
    act(cluster, { type: 'crash', member: one });
    pass(cluster, SECOND);
    const ids = [idOf(cluster, one), idOf(cluster, other)];
    expect(call(cluster, { type: 'memberRemove', id: ids[1] as Id64 }, leader)).toBe('unhealthyCluster');
    expect(call(cluster, { type: 'memberRemove', id: ids[0] as Id64 }, leader)).toMatchObject({ type: 'memberRemove' });
    const single = settled(1);
    expect(call(single, { type: 'memberRemove', id: idOf(single, 1) }, 1)).toBe('notEnoughStartedMembers');
  });

  it('removes a member, which ends by itself a second later and cannot come back; its place can be taken anew', () => {
    const cluster = settled(3);
    const leader = leaderOf(cluster);
    const [gone = 0] = followersOf(cluster);
    const id = idOf(cluster, gone);
    const at = cluster.run.kernel.now;
    expect(done(cluster, { type: 'memberRemove', id }, leader)).toMatchObject({ members: [{}, {}] });
    pass(cluster, 2 * SECOND);
    const stop = cluster.rows.find((row) => row.kind === ROW_KIND.stop && row.a === gone);
    expect(stop?.p).toBe(2);
    expect((stop?.time ?? 0) - at).toBeGreaterThan(SECOND);
    expect(memberIn(cluster, leader).raft.tracker.config.voters).toHaveLength(2);
    act(cluster, { type: 'restart', member: gone });
    pass(cluster, 4 * SECOND);
    expect(cluster.run.hosts.has(gone)).toBe(false);

    pass(cluster, 3 * SECOND);
    done(cluster, add(gone), leader);
    expect(idOf(cluster, gone)).not.toBe(id);
    act(cluster, { type: 'restart', member: gone });
    pass(cluster, 4 * SECOND);
    expect(memberIn(cluster, gone).config.id).not.toBe(id);
    expect(call(cluster, put('a', 'b'), gone)).toMatchObject({ type: 'put' });
    expect(cluster.thrown).toEqual([]);
  });

  it('removes a member that is away: it hears of it when it asks for votes', () => {
    const cluster = settled(3);
    const leader = leaderOf(cluster);
    const [gone = 0] = followersOf(cluster);
    const id = idOf(cluster, gone);
    isolate(cluster, [gone]);
    pass(cluster, 7 * SECOND);
    done(cluster, { type: 'memberRemove', id }, leader);
    act(cluster, {
      type: 'heal',
      cause: 'hand',
      links: [1, 2, 3].flatMap((a) => [1, 2, 3].flatMap((b) => (a === b ? [] : [[a, b] as const]))),
    });
    pass(cluster, 4 * SECOND);
    expect(cluster.run.hosts.has(gone)).toBe(false);
  });

  it('removes its leader: it answers, ends, and the others elect', () => {
    const cluster = settled(3);
    const leader = leaderOf(cluster);
    expect(call(cluster, { type: 'memberRemove', id: idOf(cluster, leader) }, leader)).toMatchObject({ type: 'memberRemove' });
    pass(cluster, 5 * SECOND);
    expect(cluster.run.hosts.has(leader)).toBe(false);
    expect(leaderOf(cluster)).not.toBe(0);
    expect(leaderOf(cluster)).not.toBe(leader);
  });

  it('knows nobody in a place of which it was not told', () => {
    const cluster = settled(3);
    act(cluster, { type: 'restart', member: 5 });
    pass(cluster, SECOND);
    expect(cluster.run.hosts.has(5)).toBe(false);
    expect(call(cluster, get('a'), 5)).toBe('timeout');
    // A member whose address is no place of ours counts, though nobody is there.
    done(cluster, { type: 'memberAdd', peerUrls: ['http://elsewhere:2380'], isLearner: false }, leaderOf(cluster));
    pass(cluster, 2 * SECOND);
    const config = cluster.rows.findLast((row) => row.kind === ROW_KIND.config);
    expect(config).toMatchObject({ p: 0b111, b: 1 });
    expect(call(cluster, put('a', 'b'), 1)).toMatchObject({ type: 'put' });
    expect(cluster.thrown).toEqual([]);
  });
});

describe('move-leader', () => {
  it('is answered when the new leader is seen, about a heartbeat later', () => {
    const cluster = settled(3);
    const leader = leaderOf(cluster);
    const [target = 0, other = 0] = followersOf(cluster);
    expect(call(cluster, { type: 'moveLeader', targetId: idOf(cluster, target) }, other)).toBe('notLeader');
    expect(call(cluster, { type: 'moveLeader', targetId: '00000000000000ff' as Id64 }, leader)).toBe('badLeaderTransferee');
    const at = cluster.run.kernel.now;
    expect(call(cluster, { type: 'moveLeader', targetId: idOf(cluster, target) }, leader)).toMatchObject({ type: 'moveLeader' });
    expect(cluster.run.kernel.now - at).toBeLessThan(SECOND / 2);
    expect(leaderOf(cluster)).toBe(target);
    expect(call(cluster, { type: 'moveLeader', targetId: idOf(cluster, target) }, target, 1)).toMatchObject({ type: 'moveLeader' });
  });

  it('to a member that is gone ends with the patience of the client', () => {
    const cluster = settled(3);
    const leader = leaderOf(cluster);
    const [target = 0] = followersOf(cluster);
    const id = idOf(cluster, target);
    act(cluster, { type: 'crash', member: target });
    expect(call(cluster, { type: 'moveLeader', targetId: id }, leader)).toBe('timeout');
    expect(leaderOf(cluster)).toBe(leader);
  });
});

describe('a voter for a voter', () => {
  const replace = (cluster: Cluster, leaving: number, coming: number): ApiRequest => ({
    type: 'memberReplace',
    id: idOf(cluster, leaving),
    peerUrls: [`http://n${coming}:2380`],
  });

  it('comes by one entry, through a configuration of two majorities that ends by itself', () => {
    const cluster = settled(3);
    const leader = leaderOf(cluster);
    const [leaving = 0, staying = 0] = followersOf(cluster);
    const since = cluster.rows.length;
    const answer = done(cluster, replace(cluster, leaving, 4), staying); // proposed by a follower
    expect(answer).toMatchObject({ type: 'memberReplace', member: { peerUrls: ['http://n4:2380'], isLearner: false } });
    act(cluster, { type: 'restart', member: 4 });
    pass(cluster, 4 * SECOND);
    const bit = (ordinal: number) => 1 << (ordinal - 1);
    const before = bit(leader) | bit(leaving) | bit(staying);
    const after = bit(leader) | bit(staying) | bit(4);
    const configs = cluster.rows
      .slice(since)
      .filter(({ kind, a }) => kind === ROW_KIND.config && a === leader)
      .map(({ p, q }) => [p, q]);
    expect(configs).toEqual([
      [after, before],
      [after, 0],
    ]);
    expect(
      membersOf(cluster, leader)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([`n${leader}`, `n${staying}`, 'n4'].sort());
    expect(cluster.rows.some(({ kind, a, p }) => kind === ROW_KIND.stop && a === leaving && p === 2)).toBe(true);
    expect(call(cluster, put('a', 'b'), 4)).toMatchObject({ type: 'put' });
    expect(memberIn(cluster, 4).kv.revision).toBe(memberIn(cluster, leader).kv.revision);
    expect(cluster.thrown).toEqual([]);
  });

  it('is not over while one of the two majorities is missing, and goes on when it is there', () => {
    const cluster = settled(5);
    const leader = leaderOf(cluster);
    const [leaving = 0, first = 0, second = 0, third = 0] = followersOf(cluster);
    const request = replace(cluster, leaving, 6); // while all are there
    // Of the five, three are left: enough of the old. Of the new, one of three is the leaving one: two are no majority of five.
    isolate(cluster, [second, third]);
    const asked = ask(cluster, request, [leader], { timeout: 20 * SECOND });
    pass(cluster, SECOND / 2);
    expect(memberIn(cluster, leader).raft.tracker.config.votersOutgoing).toHaveLength(5);
    expect(endOf(cluster, asked)?.outcome.type).toBe('ok'); // the change itself needed the old majority only
    const blocked = ask(cluster, put('joint', 'value'), [leader], { timeout: 20 * SECOND });
    pass(cluster, SECOND / 4);
    expect(endOf(cluster, blocked)).toBeUndefined();
    act(cluster, { type: 'restart', member: 6 }); // the third of the new
    pass(cluster, SECOND);
    expect(endOf(cluster, blocked)?.outcome.type).toBe('ok');
    expect(memberIn(cluster, first).raft.tracker.config.votersOutgoing).toEqual([]);
    expect(memberIn(cluster, leader).raft.tracker.config.voters).toHaveLength(5);
  });

  it.each([
    ['by nobody', 'badMemberUrls', { peerUrls: [] }],
    ['that is not there', 'memberNotFound', { id: '00000000000000ff' as Id64 }],
    ['by one whose address is taken', 'peerUrlExists', { peerUrls: ['http://n1:2380'] }],
  ] as const)('cannot be replaced %s', (_, code, wrong) => {
    const cluster = settled(3);
    const leader = leaderOf(cluster);
    const [leaving = 0] = followersOf(cluster);
    const right = { type: 'memberReplace' as const, id: idOf(cluster, leaving), peerUrls: ['http://n4:2380'] };
    expect(call(cluster, { ...right, ...wrong }, leader)).toBe(code);
    expect(membersOf(cluster, leader)).toHaveLength(3);
    expect(call(cluster, put('a', 'b'), leader)).toMatchObject({ type: 'put' });
  });
});
