/** What a client of the cluster sees, in good times and bad (spec: etcd.md 4.1–4.3). */
import { describe, expect, test } from 'vitest';
import { MESSAGE_CODE, MILLISECOND, ROW_KIND, SECOND } from '../../src/sim/index.ts';
import {
  act,
  ask,
  createCluster,
  createLedCluster,
  endOf,
  followersOf,
  get,
  healAll,
  isolate,
  leaderOf,
  messagesOf,
  pass,
  put,
  watch,
} from './support.ts';

/** The values that a read returned. */
function valuesOf(end: ReturnType<typeof endOf>): readonly string[] | undefined {
  return end?.outcome.type === 'ok' && end.outcome.response.type === 'range'
    ? end.outcome.response.kvs.map((kv) => kv.value)
    : undefined;
}

describe('a write', () => {
  test('is answered by the leader after one round trip and two syncs', () => {
    const cluster = createLedCluster(3, { scenario: { jitter: 0 } });
    const now = cluster.run.kernel.now;
    const call = ask(cluster, put('k', 'v'), [leaderOf(cluster)]);
    pass(cluster, 1 * SECOND);
    // Wire, then at once to the followers, their sync, back, wire. The leader's own sync ends meanwhile.
    expect((endOf(cluster, call)?.time ?? 0) - now).toBe(1_000 + 10_000 + 2_000 + 10_000 + 1_000);
  });

  test('at a follower is forwarded to the leader', () => {
    const cluster = createLedCluster(5);
    const [follower = 0] = followersOf(cluster);
    const call = ask(cluster, put('k', 'v'), [follower]);
    pass(cluster, 1 * SECOND);
    expect(endOf(cluster, call)?.outcome).toMatchObject({ type: 'ok', response: { type: 'put', header: { revision: 2 } } });
    const forwarded = cluster.rows.filter((row) => row.kind === ROW_KIND.send && row.p === MESSAGE_CODE.forward);
    expect(forwarded.map((row) => [row.a, row.b])).toEqual([[follower, leaderOf(cluster)]]);
    // Its entry is noted with the call that asked for it.
    expect(cluster.entries.at(-1)).toMatchObject({ kind: 'put', key: 'k', value: 'v', call });
  });

  test('that is typed during an election is answered once somebody leads', () => {
    const cluster = createCluster(3);
    const call = ask(cluster, put('k', 'v'), [2]);
    pass(cluster, 500 * MILLISECOND);
    expect(leaderOf(cluster)).toBe(0);
    expect(endOf(cluster, call)).toBeUndefined();
    pass(cluster, 4 * SECOND);
    const end = endOf(cluster, call);
    expect(end?.outcome.type).toBe('ok');
    const elected = cluster.rows.find((row) => row.kind === ROW_KIND.role && row.p === 3);
    expect(end?.time).toBeGreaterThan(elected?.time ?? 0);
    expect(end?.time).toBeLessThan((elected?.time ?? 0) + 200 * MILLISECOND);
  });

  test('in a minority ends with the deadline of its client, after exactly five virtual seconds', () => {
    const cluster = createLedCluster(5);
    const leader = leaderOf(cluster);
    const [other = 0] = followersOf(cluster);
    isolate(cluster, [leader, other]);
    const now = cluster.run.kernel.now;
    const call = ask(cluster, put('k', 'lost'), [leader]);
    pass(cluster, 4 * SECOND + 999 * MILLISECOND);
    expect(endOf(cluster, call)).toBeUndefined();
    pass(cluster, 10 * MILLISECOND);
    expect(endOf(cluster, call)?.outcome.type).toBe('timeout');
    expect(endOf(cluster, call)?.time).toBe(now + 5 * SECOND);
    // The majority has a leader of its own; healed, the stale entry is overwritten everywhere.
    const winner = leaderOf(cluster);
    expect([leader, other]).not.toContain(winner);
    const won = ask(cluster, put('k', 'won'), [winner]);
    pass(cluster, 1 * SECOND);
    expect(endOf(cluster, won)?.outcome.type).toBe('ok');
    healAll(cluster);
    pass(cluster, 3 * SECOND);
    expect(cluster.rows.some((row) => row.kind === ROW_KIND.truncate && row.a === leader)).toBe(true);
    const reads = [1, 2, 3, 4, 5].map((member) => ask(cluster, get('k'), [member]));
    pass(cluster, 1 * SECOND);
    expect(reads.map((read) => valuesOf(endOf(cluster, read)))).toEqual([1, 2, 3, 4, 5].map(() => ['won']));
  });

  test('without a limit gets the server’s own words after seven seconds', () => {
    const cluster = createLedCluster(3);
    const leader = leaderOf(cluster);
    isolate(cluster, [leader]);
    const now = cluster.run.kernel.now;
    // Taken by the leader, replicated to nobody.
    const call = ask(cluster, put('k', 'v'), [leader], { timeout: 60 * SECOND });
    pass(cluster, 8 * SECOND);
    const end = endOf(cluster, call);
    expect(end?.outcome).toMatchObject({ type: 'error', error: { code: 'timeout' } });
    expect((end?.time ?? 0) - now).toBeGreaterThan(7 * SECOND);
    expect((end?.time ?? 0) - now).toBeLessThan(7 * SECOND + 200 * MILLISECOND);
  });

  test('at a dead member goes to the next endpoint; one that was lost under way is not repeated', () => {
    const cluster = createLedCluster(3);
    const [dead = 0, alive = 0] = followersOf(cluster);
    act(cluster, { type: 'crash', member: dead });
    const call = ask(cluster, put('k', 'v'), [dead, alive]);
    pass(cluster, 500 * MILLISECOND);
    expect(endOf(cluster, call)?.outcome.type).toBe('ok');
    const leader = leaderOf(cluster);
    act(cluster, { type: 'restart', member: dead });
    pass(cluster, 1 * SECOND);
    const lost = ask(cluster, put('k', 'w'), [leader, alive]);
    pass(cluster, 5 * MILLISECOND);
    act(cluster, { type: 'crash', member: leader });
    pass(cluster, 50 * MILLISECOND);
    expect(endOf(cluster, lost)?.outcome).toMatchObject({ type: 'error', error: { code: 'connectionLost' } });
  });

  test('can be given up', () => {
    const cluster = createLedCluster(3);
    isolate(cluster, [leaderOf(cluster)]);
    const call = ask(cluster, put('k', 'v'), [leaderOf(cluster)]);
    pass(cluster, 1 * SECOND);
    const now = cluster.run.kernel.now;
    act(cluster, { type: 'cancel', call });
    pass(cluster, 6 * SECOND);
    expect(endOf(cluster, call)?.outcome.type).toBe('canceled');
    expect(endOf(cluster, call)?.time).toBe(now);
    expect(cluster.news.filter((news) => news.call === call)).toHaveLength(1);
  });
});

describe('a read', () => {
  test('is never stale: a leader that was cut off does not answer, its own store does', () => {
    const cluster = createLedCluster(3);
    const old = leaderOf(cluster);
    const first = ask(cluster, put('k', 'old'), [old]);
    pass(cluster, 500 * MILLISECOND);
    expect(endOf(cluster, first)?.outcome.type).toBe('ok');
    isolate(cluster, [old]);
    pass(cluster, 400 * MILLISECOND); // it still believes that it leads
    expect(cluster.run.hosts.get(old)?.member.raft.role).toBe('StateLeader');
    const linearizable = ask(cluster, get('k'), [old]);
    const serializable = ask(cluster, get('k', { serializable: true }), [old]);
    pass(cluster, 4 * SECOND);
    const [other = 0] = followersOf(cluster);
    const second = ask(cluster, put('k', 'new'), [leaderOf(cluster)]);
    pass(cluster, 400 * MILLISECOND);
    expect(endOf(cluster, second)?.outcome.type).toBe('ok');
    expect(endOf(cluster, linearizable)).toBeUndefined();
    expect(valuesOf(endOf(cluster, serializable))).toEqual(['old']);
    const there = ask(cluster, get('k'), [other]);
    const stale = ask(cluster, get('k', { serializable: true }), [old]);
    healAll(cluster);
    pass(cluster, 5 * SECOND);
    expect(valuesOf(endOf(cluster, stale))).toEqual(['old']);
    expect(valuesOf(endOf(cluster, there))).toEqual(['new']);
  });

  test('at a follower waits until the follower has applied what was committed when it was asked', () => {
    const cluster = createLedCluster(3, { scenario: { uneven: {} } });
    const leader = leaderOf(cluster);
    const [near = 0, far = 0] = followersOf(cluster);
    // Appends to `far` are lost; its questions and their answers are not the same link, so cut only leader → far for a while.
    act(cluster, { type: 'cut', cause: 'hand', links: [[leader, far]] });
    const write = ask(cluster, put('k', 'v'), [near]);
    pass(cluster, 200 * MILLISECOND);
    expect(endOf(cluster, write)?.outcome.type).toBe('ok');
    const read = ask(cluster, get('k'), [far]);
    pass(cluster, 100 * MILLISECOND);
    expect(endOf(cluster, read)).toBeUndefined();
    act(cluster, { type: 'heal', cause: 'hand', links: [[leader, far]] });
    pass(cluster, 2 * SECOND);
    expect(valuesOf(endOf(cluster, read))).toEqual(['v']);
  });
});

describe('a watch', () => {
  test('survives a change of leader, without a gap and without an event twice', () => {
    const cluster = createLedCluster(3);
    const leader = leaderOf(cluster);
    const [one = 0, two = 0] = followersOf(cluster);
    const stream = ask(cluster, watch('k'), [one], { timeout: undefined, requireLeader: true });
    pass(cluster, 100 * MILLISECOND);
    for (const value of ['1', '2']) {
      ask(cluster, put('k', value), [leader]);
      pass(cluster, 300 * MILLISECOND);
    }
    act(cluster, { type: 'crash', member: leader });
    pass(cluster, 2_900 * MILLISECOND); // shorter than it takes to give up
    ask(cluster, put('k', '3'), [two]);
    pass(cluster, 3 * SECOND);
    expect(endOf(cluster, stream)).toBeUndefined();
    const events = messagesOf(cluster, stream).flatMap((message) => message.events.map((event) => event.kv.value));
    expect(events).toEqual(['1', '2', '3']);
  });

  test('goes on at another endpoint when its member dies, behind its last event', () => {
    const cluster = createLedCluster(3);
    const [one = 0, two = 0] = followersOf(cluster);
    const stream = ask(cluster, watch('k', 1), [one, two], { timeout: undefined, requireLeader: true });
    pass(cluster, 100 * MILLISECOND);
    ask(cluster, put('k', '1'), [two]);
    pass(cluster, 300 * MILLISECOND);
    act(cluster, { type: 'crash', member: one });
    ask(cluster, put('k', '2'), [two]);
    pass(cluster, 500 * MILLISECOND);
    ask(cluster, put('k', '3'), [two]);
    pass(cluster, 500 * MILLISECOND);
    const messages = messagesOf(cluster, stream);
    expect(messages.flatMap((message) => message.events.map((event) => event.kv.value))).toEqual(['1', '2', '3']);
    expect(messages.filter((message) => message.created)).toHaveLength(1);
  });

  test('in a minority ends for want of a leader, three to four election timeouts after the last one', () => {
    const cluster = createLedCluster(5);
    const leader = leaderOf(cluster);
    const [one = 0, two = 0] = followersOf(cluster);
    const stream = ask(cluster, watch('k'), [one], { timeout: undefined, requireLeader: true });
    const patient = ask(cluster, watch('k'), [one], { timeout: undefined, requireLeader: false });
    pass(cluster, 200 * MILLISECOND);
    isolate(cluster, [one, two]);
    pass(cluster, 8 * SECOND);
    const end = endOf(cluster, stream);
    expect(end?.outcome).toMatchObject({ type: 'error', error: { code: 'noLeader' } });
    const orphaned = cluster.rows.find((row) => row.kind === ROW_KIND.role && row.a === one && row.r === 0 && row.time > 4_200_000);
    const waited = (end?.time ?? 0) - (orphaned?.time ?? 0);
    expect(waited).toBeGreaterThan(2 * SECOND);
    expect(waited).toBeLessThan(4 * SECOND);
    expect(endOf(cluster, patient)).toBeUndefined();
    expect([leader]).not.toContain(one);
    // A new one is refused at once there.
    const late = ask(cluster, watch('k'), [one], { timeout: undefined, requireLeader: true });
    pass(cluster, 100 * MILLISECOND);
    expect(endOf(cluster, late)?.outcome).toMatchObject({ type: 'error', error: { code: 'noLeader' } });
  });
});

test('a cluster of one, two and seven elects, writes and reads', () => {
  for (const members of [1, 2, 7]) {
    const cluster = createLedCluster(members);
    const call = ask(cluster, put('k', 'v'), [members]);
    pass(cluster, 1 * SECOND);
    expect(endOf(cluster, call)?.outcome.type).toBe('ok');
    const read = ask(cluster, get('k'), [1]);
    pass(cluster, 1 * SECOND);
    expect(valuesOf(endOf(cluster, read))).toEqual(['v']);
  }
});
