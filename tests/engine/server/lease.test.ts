/** Leases through members: spec/etcd.md 3, and traps 1 and 10 of 14. */
import { expect, test } from 'vitest';
import { toId64, ZERO_ID } from '../../../src/base/index.ts';
import {
  ask,
  type Cluster,
  call,
  del,
  get,
  grant,
  heal,
  isolate,
  leaderOf,
  ledCluster,
  memberOf,
  must,
  outcomeOf,
  pass,
  put,
  start,
  stop,
  valuesAt,
  watch,
} from './cluster.ts';

const S = 1_000_000;

const ttlOf = (cluster: Cluster, ordinal: number, id: ReturnType<typeof toId64>) =>
  must(call(cluster, ordinal, { type: 'leaseTimeToLive', id, keys: true }), 'leaseTimeToLive');

test('TestLessorGrant, TestLessorMaxTTL: granting: the minimum, the maximum, an id that is used, and one that is chosen', () => {
  const cluster = ledCluster(1);
  const grantTtl = (id: number, ttl: number) => call(cluster, 1, { type: 'leaseGrant', id: toId64(id), ttl });
  expect(must(grantTtl(5, 60), 'leaseGrant')).toMatchObject({ id: toId64(5), ttl: 60, header: { revision: 1 } });
  expect(must(grantTtl(6, -1), 'leaseGrant').ttl).toBe(2);
  expect(must(grantTtl(7, 0), 'leaseGrant').ttl).toBe(2);
  expect(must(grantTtl(8, 9_000_000_000), 'leaseGrant').ttl).toBe(9_000_000_000);
  expect(grantTtl(9, 9_000_000_001)).toBe('leaseTtlTooLarge');
  expect(grantTtl(5, 60)).toBe('leaseExists');
  const chosen = grant(cluster, 1, 60);
  // Two bytes of the member's id, its top bit cleared.
  expect(Number.parseInt(chosen.slice(0, 4), 16)).toBe(Number.parseInt(memberOf(cluster, 1).config.id.slice(12), 16) & 0x7fff);
});

test('TestLessorRevoke, TestLessorDetach: a key hangs on the lease of its last put, and goes with it', () => {
  const cluster = ledCluster(1);
  const one = grant(cluster, 1, 60);
  const other = grant(cluster, 1, 60);
  for (const key of ['d', 'a', 'c', 'b']) call(cluster, 1, put(key, 'v', { lease: one }));
  expect(ttlOf(cluster, 1, one).keys).toEqual(['a', 'b', 'c', 'd']);
  call(cluster, 1, put('a', 'v', { lease: other }));
  call(cluster, 1, put('b', 'v'));
  call(cluster, 1, put('c', 'w', { ignoreLease: true }));
  expect(ttlOf(cluster, 1, one).keys).toEqual(['c', 'd']);
  expect(ttlOf(cluster, 1, other).keys).toEqual(['a']);
  call(cluster, 1, del('d'));
  call(cluster, 1, put('e', 'v', { lease: one }));
  const watching = ask(cluster, 1, watch('\0', { rangeEnd: '\0' }));
  const revoked = must(call(cluster, 1, { type: 'leaseRevoke', id: one }), 'leaseRevoke');
  expect(valuesAt(cluster, 1)).toEqual({ a: 'v', b: 'v' });
  const events = (cluster.streams.get(watching) ?? []).flatMap((message) => (message.type === 'watch' ? message.events : []));
  expect(events.map(({ type, kv }) => [type, kv.key, kv.modRevision])).toEqual([
    ['delete', 'c', revoked.header.revision],
    ['delete', 'e', revoked.header.revision],
  ]);
  expect(call(cluster, 1, { type: 'leaseRevoke', id: one })).toBe('leaseNotFound');
  expect(call(cluster, 1, put('x', 'v', { lease: one }))).toBe('leaseNotFound');
});

test('revoking a lease without keys leaves the revision as it is', () => {
  const cluster = ledCluster(1);
  call(cluster, 1, put('a', '1'));
  const id = grant(cluster, 1, 60);
  expect(must(call(cluster, 1, { type: 'leaseRevoke', id }), 'leaseRevoke').header.revision).toBe(2);
});

test('etcd.md 14.10: a lease ends by the log, on all members, up to a second after its time', () => {
  const cluster = ledCluster(3);
  const id = grant(cluster, 2, 5);
  call(cluster, 3, put('k', 'v', { lease: id }));
  pass(cluster, 4.9 * S);
  for (const ordinal of [1, 2, 3]) expect(valuesAt(cluster, ordinal)).toEqual({ k: 'v' });
  pass(cluster, 1.2 * S);
  for (const ordinal of [1, 2, 3]) {
    expect(valuesAt(cluster, ordinal)).toEqual({});
    expect(memberOf(cluster, ordinal).kv.revision).toBe(3);
  }
  const expired = [1, 2, 3].map((ordinal) => memberOf(cluster, ordinal).counters.etcd_debugging_server_lease_expired_total);
  expect(expired).toEqual([1, 0, 0]);
  expect(must(call(cluster, 2, { type: 'leaseLeases' }), 'leaseLeases').leases).toEqual([]);
});

test('TestLessorRenew: keep-alive and time-to-live are answered by the leader, whoever is asked', () => {
  const cluster = ledCluster(3);
  const id = grant(cluster, 1, 10);
  call(cluster, 1, put('k', 'v', { lease: id }));
  pass(cluster, 6 * S);
  expect(ttlOf(cluster, 3, id)).toMatchObject({
    ttl: 4,
    grantedTtl: 10,
    keys: ['k'],
    header: { memberId: memberOf(cluster, 3).config.id },
  });
  expect(must(call(cluster, 2, { type: 'leaseKeepAlive', id }), 'leaseKeepAlive').ttl).toBe(10);
  expect(ttlOf(cluster, 2, id).ttl).toBe(10);
  pass(cluster, 9 * S);
  expect(valuesAt(cluster, 1)).toEqual({ k: 'v' });
  pass(cluster, 2 * S);
  expect(valuesAt(cluster, 1)).toEqual({});
});

test('etcd.md 14.10: an unknown lease is no error: 0 seconds when it is kept alive, -1 when it is asked about', () => {
  const cluster = ledCluster(3);
  for (const ordinal of [1, 2]) {
    expect(must(call(cluster, ordinal, { type: 'leaseKeepAlive', id: toId64(9) }), 'leaseKeepAlive').ttl).toBe(0);
    expect(ttlOf(cluster, ordinal, toId64(9))).toMatchObject({ ttl: -1, grantedTtl: 0, keys: [] });
  }
});

test('TestLessorExpire: keep-alive of a lease that has ended waits until it is revoked, and then says so', () => {
  const cluster = ledCluster(3);
  const id = grant(cluster, 1, 2);
  pass(cluster, 1.9 * S);
  // No revocation can be committed: nobody else is there.
  stop(cluster, 2);
  stop(cluster, 3);
  pass(cluster, 0.5 * S);
  const waiting = ask(cluster, 1, { type: 'leaseKeepAlive', id });
  expect(outcomeOf(cluster, waiting)).toBeUndefined();
  start(cluster, 2);
  start(cluster, 3);
  pass(cluster, 8 * S);
  expect(must(outcomeOf(cluster, waiting), 'leaseKeepAlive').ttl).toBe(0);
});

test('etcd.md 14.10: a new leader gives every lease its whole time again, and an election timeout more', () => {
  const cluster = ledCluster(3);
  const id = grant(cluster, 1, 10);
  call(cluster, 1, put('k', 'v', { lease: id }));
  pass(cluster, 9 * S);
  stop(cluster, 1);
  while (leaderOf(cluster) === 0) pass(cluster, 0.1 * S);
  const led = cluster.now;
  pass(cluster, 0.2 * S);
  const { ttl } = ttlOf(cluster, 2, id);
  expect(ttl).toBe(10);
  pass(cluster, led + 10.9 * S - cluster.now);
  expect(valuesAt(cluster, 2)).toEqual({ k: 'v' });
  pass(cluster, 1.5 * S);
  expect(valuesAt(cluster, 2)).toEqual({});
});

test('without a leader: the words depend on whether one was known', () => {
  const cluster = ledCluster(3);
  const id = grant(cluster, 1, 60);
  stop(cluster, 1);
  stop(cluster, 3);
  const early = ask(cluster, 2, { type: 'leaseTimeToLive', id, keys: false });
  pass(cluster, 5 * S);
  const late = ask(cluster, 2, { type: 'leaseKeepAlive', id });
  pass(cluster, 8 * S);
  expect(outcomeOf(cluster, early)).toMatch(/^(timeout|noLeader)$/);
  expect(outcomeOf(cluster, late)).toBe('noLeader');
  // A list needs nobody.
  expect(must(call(cluster, 2, { type: 'leaseLeases' }), 'leaseLeases').leases).toEqual([id]);
});

test('a cut-off leader answers until it steps down; then its client hears of no leader', () => {
  const cluster = ledCluster(3);
  const id = grant(cluster, 1, 60);
  isolate(cluster, 1);
  expect(must(call(cluster, 1, { type: 'leaseKeepAlive', id }), 'leaseKeepAlive').ttl).toBe(60);
  pass(cluster, 3 * S);
  const waiting = ask(cluster, 1, { type: 'leaseKeepAlive', id });
  expect(outcomeOf(cluster, waiting)).toBeUndefined();
  heal(cluster);
  pass(cluster, 3 * S);
  expect(must(outcomeOf(cluster, waiting), 'leaseKeepAlive').ttl).toBe(60);
});

test('TestLessorRecover: a restarted member has its leases and their keys again', () => {
  const cluster = ledCluster(3, { snapshotCount: 20, catchUpEntries: 5 });
  const id = grant(cluster, 1, 600);
  for (let i = 0; i < 100; i++) call(cluster, 1, put(`k${i % 10}`, `${i}`, { lease: i % 2 === 0 ? id : ZERO_ID }));
  pass(cluster, S);
  stop(cluster, 3);
  for (let i = 0; i < 40; i++) call(cluster, 1, put(`k${i % 10}`, `${i}`, { lease: i % 3 === 0 ? id : ZERO_ID }));
  start(cluster, 3);
  pass(cluster, 3 * S);
  const keysAt = (ordinal: number) => [...(memberOf(cluster, ordinal).leases.byId.get(id)?.keys ?? [])].sort();
  expect(keysAt(1).length).toBeGreaterThan(2);
  expect(keysAt(3)).toEqual(keysAt(1));
  expect(keysAt(2)).toEqual(keysAt(1));
});

test('TestLessorRenewExtendPileup: many leases that end at once are spread by a new leader', () => {
  const cluster = ledCluster(3);
  // Those of 31 seconds overlap what has been put off of those of 30.
  for (let i = 1; i <= 3_000; i++) call(cluster, 1, { type: 'leaseGrant', id: toId64(i), ttl: 30 + (i % 2) });
  stop(cluster, 1);
  while (leaderOf(cluster) === 0) pass(cluster, 0.1 * S);
  pass(cluster, 0.2 * S);
  const member = memberOf(cluster, leaderOf(cluster));
  const ends = [...member.lessor.endsAt.values()];
  const first = Math.min(...ends);
  const perSecond = new Map<number, number>();
  for (const at of ends) {
    const second = Math.floor((at - first) / S + 0.1);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  for (const [second, count] of perSecond) expect(count, `${second}`).toBeLessThanOrEqual(1_000);
  for (const second of [0, 1, 2]) expect(perSecond.get(second), `${second}`).toBeGreaterThanOrEqual(500);
  // They go as fast as they end.
  const left = () => must(call(cluster, 2, { type: 'leaseLeases' }), 'leaseLeases').leases.length;
  pass(cluster, 31.5 * S);
  expect(left()).toBeLessThan(3_000);
  expect(left()).toBeGreaterThan(1_000);
  pass(cluster, 5 * S);
  expect(left()).toBe(0);
  expect(must(call(cluster, 2, get('k')), 'range').count).toBe(0);
});
