/**
 * What a client tells of the attempts that fail on the way, as etcd's client library logs them. The sequences were seen at a
 * real etcdctl 3.6.14: members killed or stopped, with one endpoint and with two.
 */
import { expect, test } from 'vitest';
import { ZERO_ID } from '../../src/base/index.ts';
import type { UnaryRequest } from '../../src/engine/server/index.ts';
import { MILLISECOND, ROW_KIND, SECOND } from '../../src/sim/index.ts';
import {
  act,
  ask,
  type Cluster,
  createLedCluster,
  endOf,
  followersOf,
  get,
  isolate,
  leaderOf,
  pass,
  put,
  watch,
} from './support.ts';

const attempts = (cluster: Cluster, call: number) =>
  cluster.news.flatMap((item) =>
    item.type === 'failed' && item.call === call ? [`${item.attempt} n${item.peer} ${item.error.code}`] : [],
  );

const crash = (cluster: Cluster, member: number) => act(cluster, { type: 'crash', member });
const grant: UnaryRequest = { type: 'leaseGrant', id: ZERO_ID, ttl: 60 };

/** A follower whose leader and whose peers are gone, and the others. */
function lonely(): { readonly cluster: Cluster; readonly member: number } {
  const cluster = createLedCluster(3);
  const [member = 0] = followersOf(cluster);
  for (const other of [1, 2, 3]) if (other !== member) crash(cluster, other);
  return { cluster, member };
}

test('a read without quorum is tried again after each refusal, until its deadline', () => {
  const { cluster, member } = lonely();
  const call = ask(cluster, get('k'), [member], { timeout: 16 * SECOND });
  pass(cluster, 8 * SECOND);
  expect(attempts(cluster, call)).toEqual([`0 n${member} timeout`]); // told as it happens
  pass(cluster, 9 * SECOND);
  expect(attempts(cluster, call)).toEqual([`0 n${member} timeout`, `1 n${member} timeout`, `2 n${member} deadlineExceeded`]);
  expect(endOf(cluster, call)?.outcome.type).toBe('timeout');
});

test('a write is not, but a grant of a lease is', () => {
  const { cluster, member } = lonely();
  const write = ask(cluster, put('k', 'v'), [member], { timeout: 16 * SECOND });
  const lease = ask(cluster, grant, [member], { timeout: undefined });
  pass(cluster, 16 * SECOND);
  expect(attempts(cluster, write)).toEqual([`0 n${member} timeout`]);
  expect(endOf(cluster, write)?.outcome).toEqual({ type: 'error', error: { code: 'timeout' } });
  expect(attempts(cluster, lease)).toEqual([`0 n${member} timeout`, `1 n${member} deadlineExceeded`]);
});

test('an address where nobody listens costs no attempt, unless it is the only one', () => {
  const cluster = createLedCluster(3);
  const [member = 0, dead = 0] = followersOf(cluster);
  crash(cluster, dead);
  const both = ask(cluster, put('k', 'v'), [dead, member]);
  const alone = ask(cluster, put('k', 'v'), [dead], { timeout: SECOND });
  const nowhere = ask(cluster, get('k'), [0], { timeout: SECOND });
  pass(cluster, 2 * SECOND);
  expect([attempts(cluster, both), endOf(cluster, both)?.outcome.type]).toEqual([[], 'ok']);
  expect([attempts(cluster, alone), endOf(cluster, alone)?.outcome.type]).toEqual([['0 n0 connectionRefused'], 'timeout']);
  expect(attempts(cluster, nowhere)).toEqual(['0 n0 connectionRefused']);
});

test('a process that is paused is waited for: the attempt fails at the deadline, without a connection', () => {
  const cluster = createLedCluster(3);
  const [paused = 0] = followersOf(cluster);
  const before = ask(cluster, get('k', { revision: 1 }), [paused], { timeout: 100 * MILLISECOND });
  act(cluster, { type: 'pause', member: paused });
  const after = ask(cluster, put('k', 'v'), [paused], { timeout: SECOND });
  pass(cluster, 2 * SECOND);
  expect(attempts(cluster, before)).toEqual([`0 n${paused} deadlineExceeded`]);
  expect(attempts(cluster, after)).toEqual(['0 n0 connectionPending']);
  expect(endOf(cluster, after)?.outcome.type).toBe('timeout');
});

test('where nobody listens a client knocks ever more rarely, as gRPC does', () => {
  const cluster = createLedCluster(3);
  const [dead = 0] = followersOf(cluster);
  crash(cluster, dead);
  const since = cluster.rows.length;
  ask(cluster, watch('k'), [dead], { timeout: undefined });
  pass(cluster, 600 * SECOND);
  const knocks = cluster.rows.slice(since).filter(({ kind }) => kind === ROW_KIND.call);
  const waits = knocks.slice(1).map(({ time }, i) => (time - (knocks[i]?.time ?? 0)) / SECOND);
  expect(waits.length).toBeGreaterThan(12);
  for (const [i, wait] of waits.entries()) {
    const middle = Math.min(120, 1.6 ** i);
    const jitter = i === 0 ? 0 : 0.2 * middle;
    expect(Math.abs(wait - middle)).toBeLessThanOrEqual(jitter + 0.01);
  }
  expect(new Set(waits.slice(-4).map(Math.round)).size).toBeGreaterThan(1);
});

test('a member that goes away fails the attempt: a read goes on, a write ends', () => {
  const cluster = createLedCluster(3);
  const [member = 0] = followersOf(cluster);
  isolate(cluster, [member]);
  const read = ask(cluster, get('k'), [member]);
  const write = ask(cluster, put('k', 'v'), [member]);
  pass(cluster, SECOND);
  crash(cluster, member);
  pass(cluster, 5 * SECOND);
  expect(attempts(cluster, read)).toEqual([`0 n${member} connectionLost`, `1 n${member} connectionRefused`]);
  expect(endOf(cluster, read)?.outcome.type).toBe('timeout');
  expect(attempts(cluster, write)).toEqual([`0 n${member} connectionLost`]);
  expect(endOf(cluster, write)?.outcome).toEqual({ type: 'error', error: { code: 'connectionLost' } });
});

test('the library gives a call up after a hundred attempts', () => {
  const { cluster, member } = lonely();
  const call = ask(cluster, { type: 'authUserList' }, [member], { timeout: undefined });
  pass(cluster, 710 * SECOND);
  const failed = attempts(cluster, call);
  expect([failed.length, failed.at(-1)]).toEqual([100, `99 n${member} deadlineExceeded`]);
  expect(endOf(cluster, call)?.outcome).toEqual({ type: 'error', error: { code: 'deadlineExceeded' } });
});

test('nothing is told of streams, nor of who asks each endpoint only once', () => {
  const cluster = createLedCluster(3);
  const leader = leaderOf(cluster);
  const stream = ask(cluster, watch('k'), [leader], { timeout: undefined });
  const future = get('k', { revision: 99 });
  const once = ++cluster.calls;
  act(cluster, {
    type: 'call',
    client: 1,
    call: once,
    endpoints: [leader],
    request: future,
    timeout: undefined,
    requireLeader: false,
    once: true,
    text: '',
  });
  const library = ask(cluster, future, [leader]);
  pass(cluster, SECOND);
  crash(cluster, leader);
  pass(cluster, SECOND);
  expect([attempts(cluster, stream), attempts(cluster, once)]).toEqual([[], []]);
  expect(attempts(cluster, library)).toEqual([`0 n${leader} futureRevision`]);
});

test('a refusal is heard before what the client does after it, also where no member runs', () => {
  const ends = (pacing: 'horizons' | 'oneByOne') => {
    const cluster = createLedCluster(1, { pacing });
    crash(cluster, 1);
    pass(cluster, 1);
    const call = ask(cluster, put('k', 'v'), [1], { timeout: 1.5 * SECOND });
    pass(cluster, 2 * SECOND);
    return attempts(cluster, call);
  };
  expect(ends('oneByOne')).toEqual(['0 n0 connectionRefused']);
  expect(ends('horizons')).toEqual(['0 n0 connectionRefused']);
});
