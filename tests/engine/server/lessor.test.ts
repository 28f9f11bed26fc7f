/**
 * The leader's clock of leases, after etcd-io/etcd:server/lease/lessor_test.go (spec/etcd.md 3, 9.4): checkpoints of what leases have
 * left, when the clock changes hands, and what a leader does that has stood still. Through members, in virtual time.
 */
import { describe, expect, test } from 'vitest';
import { type Id64, toId64 } from '../../../src/base/index.ts';
import { cloneMember, handleInput, type MemberConfig, memberDigest } from '../../../src/engine/server/index.ts';
import {
  ask,
  type Cluster,
  call,
  del,
  grant,
  heal,
  isolate,
  leaderOf,
  ledCluster,
  linesOf,
  logOf,
  memberOf,
  must,
  outcomeOf,
  pass,
  put,
  start,
  stop,
  valuesAt,
} from './cluster.ts';

const S = 1_000_000;
const CHECKPOINTS: Partial<MemberConfig> = { options: { featureGates: ['LeaseCheckpoint'] } };

const ttlOf = (cluster: Cluster, ordinal: number, id: Id64) =>
  must(call(cluster, ordinal, { type: 'leaseTimeToLive', id, keys: false }), 'leaseTimeToLive').ttl;
const keepAlive = (cluster: Cluster, ordinal: number, id: Id64) => call(cluster, ordinal, { type: 'leaseKeepAlive', id });
const checkpointsIn = (cluster: Cluster, ordinal = 1) =>
  logOf(cluster, ordinal).flatMap((request) => (request.type === 'leaseCheckpoint' ? [request.checkpoints] : []));

/** Stops the leader, and waits until another one counts. */
function changeLeader(cluster: Cluster): number {
  stop(cluster, leaderOf(cluster));
  while (leaderOf(cluster) === 0) pass(cluster, 0.1 * S);
  pass(cluster, 0.2 * S);
  return leaderOf(cluster);
}

describe('checkpoints', () => {
  test('are not taken unless their gate is open', () => {
    const cluster = ledCluster(1);
    grant(cluster, 1, 1_000);
    pass(cluster, 700 * S);
    expect(checkpointsIn(cluster)).toEqual([]);
  });

  test('TestLessorCheckpointScheduling: every five minutes, of leases that have longer than that', () => {
    const cluster = ledCluster(3, CHECKPOINTS);
    const long = grant(cluster, 1, 1_000);
    grant(cluster, 2, 300);
    pass(cluster, 301 * S);
    expect(checkpointsIn(cluster)).toEqual([[{ id: long, remainingTtl: 700 }]]);
    pass(cluster, 301 * S);
    expect(checkpointsIn(cluster)).toEqual([[{ id: long, remainingTtl: 700 }], [{ id: long, remainingTtl: 400 }]]);
    for (const ordinal of [1, 2, 3]) expect(memberOf(cluster, ordinal).leases.byId.get(long)?.remainingTtl).toBe(400);
    // The one at 900 s leaves 100: after that there is nothing to save.
    pass(cluster, 395 * S);
    expect(checkpointsIn(cluster).at(-1)).toEqual([{ id: long, remainingTtl: expect.closeTo(100, 0) }]);
    expect(checkpointsIn(cluster)).toHaveLength(3);
    // It ends when it would have ended without them.
    pass(cluster, 6 * S);
    expect(must(call(cluster, 1, { type: 'leaseLeases' }), 'leaseLeases').leases).toEqual([]);
  });

  test('are taken of a thousand leases in one entry; the rest follows when that is applied', () => {
    const cluster = ledCluster(1, CHECKPOINTS);
    for (let i = 1; i <= 1_200; i++) call(cluster, 1, { type: 'leaseGrant', id: toId64(i), ttl: 1_000 });
    pass(cluster, 299 * S);
    expect(checkpointsIn(cluster)).toEqual([]);
    pass(cluster, 1.5 * S);
    expect(checkpointsIn(cluster).map((each) => each.length)).toEqual([1_000, 200]);
  });

  test('TestLessorCheckpointsRestoredOnPromote: a new leader gives a lease what it had left, and an election timeout', () => {
    const without = ledCluster(3);
    const whole = grant(without, 1, 1_000);
    pass(without, 305 * S);
    expect(ttlOf(without, changeLeader(without), whole)).toBe(1_000);

    const cluster = ledCluster(3, CHECKPOINTS);
    const id = grant(cluster, 1, 1_000);
    const short = grant(cluster, 1, 200);
    pass(cluster, 100 * S);
    keepAlive(cluster, 1, short);
    pass(cluster, 205 * S);
    keepAlive(cluster, 1, id);
    const renewed = ttlOf(cluster, changeLeader(cluster), id);
    expect(renewed).toBe(1_000);

    const other = ledCluster(3, CHECKPOINTS);
    const left = grant(other, 1, 1_000);
    pass(other, 305 * S);
    const leader = changeLeader(other);
    expect(ttlOf(other, leader, left)).toBe(700);
    pass(other, 699 * S);
    expect(memberOf(other, leader).leases.byId.size).toBe(1);
    pass(other, 3 * S);
    expect(memberOf(other, leader).leases.byId.size).toBe(0);
  });

  test('TestLessorRenewWithCheckpointer: a renewal clears the checkpoint by a checkpoint of 0, and only if there is one', () => {
    const cluster = ledCluster(3, CHECKPOINTS);
    const id = grant(cluster, 1, 1_000);
    expect(must(keepAlive(cluster, 2, id), 'leaseKeepAlive').ttl).toBe(1_000);
    expect(checkpointsIn(cluster)).toEqual([]);
    pass(cluster, 301 * S);
    expect(checkpointsIn(cluster)).toHaveLength(1);
    expect(must(keepAlive(cluster, 2, id), 'leaseKeepAlive').ttl).toBe(1_000);
    expect(checkpointsIn(cluster).slice(1)).toEqual([[{ id, remainingTtl: 0 }]]);
    expect(ttlOf(cluster, 1, id)).toBe(1_000);
    pass(cluster, 1 * S);
    for (const ordinal of [1, 2, 3]) expect(memberOf(cluster, ordinal).leases.byId.get(id)?.remainingTtl).toBe(0);
    expect(must(keepAlive(cluster, 1, id), 'leaseKeepAlive').ttl).toBe(1_000);
    expect(checkpointsIn(cluster)).toHaveLength(2);
  });

  test('a renewal waits for that until the entry is applied', () => {
    const cluster = ledCluster(3, CHECKPOINTS);
    const id = grant(cluster, 1, 1_000);
    pass(cluster, 301 * S);
    isolate(cluster, 1);
    const waiting = ask(cluster, 1, { type: 'leaseKeepAlive', id });
    expect(outcomeOf(cluster, waiting)).toBeUndefined();
    pass(cluster, 0.5 * S);
    expect(outcomeOf(cluster, waiting)).toBeUndefined();
    heal(cluster);
    pass(cluster, 1 * S);
    expect(must(outcomeOf(cluster, waiting), 'leaseKeepAlive').ttl).toBe(1_000);
  });

  test.each([
    ['3.6.0', false, 700],
    ['3.5.0', true, 700],
    ['', true, 700],
    ['3.5.0', false, 1_000],
    ['', false, 1_000],
  ])('TestLessorCheckpointPersistenceAfterRestart: cluster version %j, persistence %j: %i s are left', (version, persist, left) => {
    const featureGates = persist ? (['LeaseCheckpoint', 'LeaseCheckpointPersist'] as const) : (['LeaseCheckpoint'] as const);
    // Once the checkpoint is in a snapshot, and once it is read back from the log behind one.
    for (const putsAfter of [0, 20]) {
      const cluster = ledCluster(1, { snapshotCount: 10, options: { featureGates } });
      const member = memberOf(cluster, 1);
      member.membership = { ...member.membership, clusterVersion: version };
      const id = grant(cluster, 1, 1_000);
      for (let i = 0; i < 20; i++) call(cluster, 1, put('k', `${i}`));
      pass(cluster, 301 * S);
      expect(checkpointsIn(cluster)).toEqual([[{ id, remainingTtl: 700 }]]);
      for (let i = 0; i < putsAfter; i++) call(cluster, 1, put('k', `${i}`));
      stop(cluster, 1);
      start(cluster, 1);
      pass(cluster, 2.5 * S);
      expect(memberOf(cluster, 1).membership.clusterVersion).toBe(version);
      // The clock began less than two seconds ago, with a second more than was left.
      expect(ttlOf(cluster, 1, id)).toBeGreaterThanOrEqual(left - 1);
      expect(ttlOf(cluster, 1, id)).toBeLessThanOrEqual(left + 1);
    }
  });

  test("a leader's state takes the place of what was only remembered", () => {
    const cluster = ledCluster(3, { ...CHECKPOINTS, snapshotCount: 20, catchUpEntries: 5 });
    const members = [1, 2, 3].map((ordinal) => memberOf(cluster, ordinal));
    for (const member of members) member.membership = { ...member.membership, clusterVersion: '3.5.0' };
    const id = grant(cluster, 1, 1_000);
    pass(cluster, 301 * S);
    const lead = (ordinal: number) => {
      ask(cluster, leaderOf(cluster), { type: 'moveLeader', targetId: memberOf(cluster, ordinal).config.id });
      pass(cluster, 1 * S);
    };
    isolate(cluster, 2);
    for (let i = 0; i < 60; i++) call(cluster, 1, put('k', `${i}`));
    heal(cluster);
    pass(cluster, 2 * S);
    expect(linesOf(cluster, 2, 'applied snapshot')).toHaveLength(1);
    lead(2);
    // etcd's lessor recovers from the new database, in which there are no checkpoints then (lessor.go, Recover).
    expect(ttlOf(cluster, 2, id)).toBeGreaterThan(990);
    // Who was sent nothing remembers.
    lead(3);
    expect(ttlOf(cluster, 3, id)).toBeLessThan(710);
  });

  test('nothing else is looked at until the checkpoint has gone through the log', () => {
    const cluster = ledCluster(3, CHECKPOINTS);
    grant(cluster, 1, 1_000);
    pass(cluster, 0.2 * S);
    grant(cluster, 1, 300);
    pass(cluster, 299.4 * S);
    isolate(cluster, 1);
    pass(cluster, 1 * S);
    const revokes = () => logOf(cluster, 1).filter(({ type }) => type === 'leaseRevoke').length;
    expect(memberOf(cluster, 1).raft.role).toBe('StateLeader');
    expect(memberOf(cluster, 1).lessor.checkpointing).toBeDefined();
    expect(revokes()).toBe(0);
    heal(cluster);
    pass(cluster, 1 * S);
    expect(memberOf(cluster, 1).lessor.checkpointing).toBeUndefined();
    expect(revokes()).toBe(1);
  });

  test('a copy of the member goes on as the original does', () => {
    const cluster = ledCluster(1, CHECKPOINTS);
    grant(cluster, 1, 1_000);
    pass(cluster, 299 * S);
    const member = memberOf(cluster, 1);
    const copy = cloneMember(member);
    const before = memberDigest(copy);
    pass(cluster, 10 * S);
    expect(memberDigest(member)).not.toBe(before);
    expect(memberDigest(copy)).toBe(before);
    for (let now = copy.now + 0.1 * S; now <= member.now; now += 0.1 * S) {
      for (const output of handleInput(copy, { type: 'tick' }, now)) {
        if (output.type === 'write' && output.sync) handleInput(copy, { type: 'synced', position: output.position }, now);
      }
    }
    expect(memberDigest(copy)).toBe(memberDigest(member));
  });

  test('lines of level debug tell of them', () => {
    const cluster = ledCluster(1, { options: { featureGates: ['LeaseCheckpoint'], logLevel: 'debug' } });
    call(cluster, 1, { type: 'leaseGrant', id: 'f000000000000001' as Id64, ttl: 1_000 });
    pass(cluster, 301 * S);
    const leaseID = -1_152_921_504_606_846_975n;
    const scheduling = [
      ['leaseID', leaseID],
      ['intervalSeconds', '5m0s'],
    ];
    expect(linesOf(cluster, 1, 'Scheduling lease checkpoint', 'Checkpointing lease').map(({ fields }) => fields)).toEqual([
      scheduling,
      [
        ['leaseID', leaseID],
        ['remainingTTL', 700],
      ],
      scheduling,
    ]);
  });
});

test('TestLessorExpireAndDemote: a renewal that waits for the end of its lease goes to the next leader', () => {
  const cluster = ledCluster(3);
  const id = grant(cluster, 1, 2);
  pass(cluster, 1.9 * S);
  isolate(cluster, 1);
  pass(cluster, 0.4 * S);
  const waiting = ask(cluster, 1, { type: 'leaseKeepAlive', id });
  pass(cluster, 3 * S);
  expect(outcomeOf(cluster, waiting)).toBeUndefined();
  expect([2, 3]).toContain(
    cluster.nodes.findIndex(({ member }) => member?.raft.role === 'StateLeader' && member.lessor.isPrimary) + 1,
  );
  heal(cluster);
  pass(cluster, 0.5 * S);
  // The next leader gave it all its time again.
  expect(must(outcomeOf(cluster, waiting), 'leaseKeepAlive').ttl).toBe(2);
});

test('TestLeaseQueue: leases end in the order of their times, whatever the order in which they began', () => {
  const cluster = ledCluster(1);
  const ttls = [9, 3, 7, 5, 11, 4];
  ttls.forEach((ttl, i) => {
    call(cluster, 1, { type: 'leaseGrant', id: toId64(i + 1), ttl });
  });
  call(cluster, 1, { type: 'leaseKeepAlive', id: toId64(1) });
  expect(must(call(cluster, 1, { type: 'leaseLeases' }), 'leaseLeases').leases).toEqual([2, 6, 4, 3, 1, 5].map(toId64));
  pass(cluster, 13 * S);
  const ended = logOf(cluster, 1).flatMap((request) => (request.type === 'leaseRevoke' ? [request.id] : []));
  expect(ended).toEqual([2, 6, 4, 3, 1, 5].map(toId64));
});

test('TestLeaseConcurrentKeys: the keys of a lease in a copy are not touched by what the original does', () => {
  const cluster = ledCluster(1);
  const id = grant(cluster, 1, 100);
  for (let i = 0; i < 10; i++) call(cluster, 1, put(`foo${i}`, 'v', { lease: id }));
  const copy = cloneMember(memberOf(cluster, 1));
  for (let i = 0; i < 10; i++) call(cluster, 1, del(`foo${i}`));
  expect(memberOf(cluster, 1).leases.byId.get(id)?.keys.size).toBe(0);
  expect(copy.leases.byId.get(id)?.keys.size).toBe(10);
});

describe('a leader that has stood still', () => {
  test('asks whether it still leads before it renews a lease', () => {
    const cluster = ledCluster(3);
    const id = grant(cluster, 1, 10);
    cluster.now += 0.4 * S; // nobody ticks
    expect(must(keepAlive(cluster, 1, id), 'leaseKeepAlive').ttl).toBe(10);
    // Nobody answers it: it does not promise anything.
    isolate(cluster, 1);
    cluster.now += 0.4 * S;
    const waiting = ask(cluster, 1, { type: 'leaseKeepAlive', id });
    expect(outcomeOf(cluster, waiting)).toBeUndefined();
    pass(cluster, 2 * S);
    heal(cluster);
    pass(cluster, 1 * S);
    expect(outcomeOf(cluster, waiting)).toBe('notPrimaryLessor');
    expect(linesOf(cluster, 1, "Failed to check current member's leadership").map(({ fields }) => fields)).toEqual([
      [['error', 'etcdserver: leader changed']],
    ]);
  });

  test('does so for its own clients only, and not while its clock runs', () => {
    const cluster = ledCluster(3);
    const id = grant(cluster, 1, 10);
    isolate(cluster, 1);
    expect(must(keepAlive(cluster, 1, id), 'leaseKeepAlive').ttl).toBe(10);
  });
});

describe('revocations', () => {
  test('sixteen at a time are under way', () => {
    const cluster = ledCluster(3);
    for (let i = 0; i < 40; i++) grant(cluster, 1, 2);
    pass(cluster, 1.9 * S);
    stop(cluster, 2);
    stop(cluster, 3);
    pass(cluster, 0.7 * S);
    const underWay = () => [...memberOf(cluster, 1).writes.values()].filter(({ request }) => request.type === 'leaseRevoke').length;
    expect(underWay()).toBe(16);
    start(cluster, 2);
    // As soon as those are applied, the next are asked for.
    pass(cluster, 2 * S);
    expect(memberOf(cluster, 1).leases.byId.size).toBe(0);
  });

  test('that come to nothing are told and tried again', () => {
    const cluster = ledCluster(3);
    const id = grant(cluster, 1, 2);
    call(cluster, 1, put('k', 'v', { lease: id }));
    pass(cluster, 1.9 * S);
    stop(cluster, 2);
    stop(cluster, 3);
    pass(cluster, 7.5 * S);
    expect(linesOf(cluster, 1, 'failed to revoke lease').map(({ level, fields }) => [level, fields])).toEqual([
      [
        'warn',
        [
          ['lease-id', id],
          ['error', 'etcdserver: request timed out'],
        ],
      ],
    ]);
    expect(memberOf(cluster, 1).counters.etcd_debugging_server_lease_expired_total).toBe(0);
    start(cluster, 2);
    start(cluster, 3);
    pass(cluster, 10 * S);
    expect(valuesAt(cluster, 2)).toEqual({});
  });
});
