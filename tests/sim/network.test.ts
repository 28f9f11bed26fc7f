/** Links, wires, disks and processes: what arrives, when, and what is lost. */
import { describe, expect, test } from 'vitest';
import { MESSAGE_CODE, MILLISECOND, ROW_KIND, type Row, SECOND } from '../../src/sim/index.ts';
import { linkOf } from '../../src/sim/network.ts';
import {
  act,
  ask,
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

const sends = (rows: readonly Row[]) => rows.filter((row) => row.kind === ROW_KIND.send);

describe('a link', () => {
  test('takes its latency, give or take the jitter, and never reorders', () => {
    const uneven = { '1>2': 50 * MILLISECOND, '2>3': 50 * MILLISECOND, '3>1': 50 * MILLISECOND };
    const cluster = createCluster(3, { scenario: { uneven, jitter: 9 * MILLISECOND } });
    for (let i = 0; i < 40; i++) {
      pass(cluster, 100 * MILLISECOND + i);
      if (i > 25) for (let j = 0; j < 5; j++) ask(cluster, put(`k${j}`, `v${i}`), [1 + (i % 3)]);
    }
    const byLink = new Map<string, Row[]>();
    for (const row of sends(cluster.rows)) {
      const link = `${row.a}>${row.b}`;
      byLink.set(link, [...(byLink.get(link) ?? []), row]);
    }
    expect(byLink.size).toBeGreaterThanOrEqual(4); // followers need not talk to each other
    let jittered = 0;
    for (const [link, rows] of byLink) {
      const latency = link in uneven ? 50 * MILLISECOND : 10 * MILLISECOND;
      let last = 0;
      for (const { time, r } of rows) {
        expect(r).toBeGreaterThanOrEqual(latency - 9 * MILLISECOND);
        expect(time + r).toBeGreaterThanOrEqual(last);
        // Late only because nothing overtakes what was sent before.
        if (r > latency + 9 * MILLISECOND) throw new Error(`${link} took ${r}`);
        if (r !== latency) jittered++;
        last = time + r;
      }
    }
    expect(jittered).toBeGreaterThan(100);
  });

  test('loses what is on it when it is cut, and what is sent until it is healed', () => {
    const cluster = createLedCluster(3);
    const leader = leaderOf(cluster);
    const [peer = 0] = followersOf(cluster);
    const before = cluster.rows.length;
    ask(cluster, put('k', 'v'), [leader]);
    pass(cluster, 4 * MILLISECOND); // the append is under way
    const flying = sends(cluster.rows.slice(before)).filter(
      (row) => row.a === leader && row.b === peer && row.p === MESSAGE_CODE.append,
    );
    expect(flying).toHaveLength(1);
    const since = cluster.rows.length;
    act(cluster, { type: 'cut', cause: 'hand', links: [[leader, peer]] });
    pass(cluster, 300 * MILLISECOND);
    const after = cluster.rows.slice(since);
    expect(after.filter((row) => row.kind === ROW_KIND.lost).map((row) => row.ref)).toContain(flying[0]?.ref);
    const cutSends = sends(after).filter((row) => row.a === leader && row.b === peer);
    expect(cutSends.length).toBeGreaterThan(2);
    expect(cutSends.every((row) => row.r < 0)).toBe(true);
    expect(sends(after).filter((row) => row.a === peer && row.b === leader && row.p === MESSAGE_CODE.ack)).toHaveLength(0);
    act(cluster, { type: 'heal', cause: 'hand', links: [[leader, peer]] });
    const healed = cluster.rows.length;
    pass(cluster, 500 * MILLISECOND);
    expect(sends(cluster.rows.slice(healed)).some((row) => row.a === leader && row.b === peer && row.r > 0)).toBe(true);
    expect(cluster.run.hosts.get(peer)?.member.appliedIndex).toBe(cluster.run.hosts.get(leader)?.member.appliedIndex);
  });

  test('stays cut until its last cause is gone', () => {
    const cluster = createLedCluster(3);
    const links = [[1, 2]] as const;
    const isCut = () => linkOf(cluster.run.kernel.network, 1, 2).causes.length > 0;
    act(cluster, { type: 'cut', cause: 'hand', links });
    act(cluster, { type: 'cut', cause: 'wall:1', links });
    act(cluster, { type: 'heal', cause: 'hand', links });
    pass(cluster, 1);
    expect(isCut()).toBe(true);
    act(cluster, { type: 'heal', cause: 'wall:1', links });
    pass(cluster, 1);
    expect(isCut()).toBe(false);
    // One row when it stopped carrying, one when it carries again.
    expect(cluster.rows.filter((row) => row.kind === ROW_KIND.link).map((row) => row.p)).toEqual([1, 0]);
  });

  test('has random numbers of its own: a busy one leaves the others as they were', () => {
    const quiet = createLedCluster(3);
    const busy = createLedCluster(3);
    const leader = leaderOf(quiet);
    const [one = 0, other = 0] = followersOf(quiet);
    isolate(busy, [one]);
    isolate(quiet, [one]);
    // A third follower is out of it: the leader talks to `other` alone, in both.
    for (const cluster of [quiet, busy]) act(cluster, { type: 'heal', cause: 'hand', links: [[one, other]] });
    pass(quiet, 300 * MILLISECOND);
    pass(busy, 300 * MILLISECOND);
    const times = (rows: readonly Row[]) => sends(rows).map((row) => [row.time, row.a, row.b, row.r]);
    expect(times(busy.rows)).toEqual(times(quiet.rows));
    expect(leaderOf(busy)).toBe(leader);
  });
});

describe('a process that is gone', () => {
  test('refuses what reaches it, and the sender hears of it a round trip after its send', () => {
    const cluster = createLedCluster(3, { scenario: { jitter: 0 } });
    const leader = leaderOf(cluster);
    const [peer = 0] = followersOf(cluster);
    act(cluster, { type: 'crash', member: peer });
    pass(cluster, 1);
    const feed = () => cluster.rows.filter((row) => row.kind === ROW_KIND.progress && row.a === leader && row.b === peer).at(-1);
    expect(feed()?.q).toBe(1); // still replicating: nobody knows yet
    const since = cluster.rows.length;
    pass(cluster, 200 * MILLISECOND);
    const rows = cluster.rows.slice(since);
    const sent = sends(rows).find((row) => row.a === leader && row.b === peer);
    const lost = rows.find((row) => row.kind === ROW_KIND.lost && row.ref === sent?.ref);
    expect(lost?.time).toBe((sent?.time ?? 0) + 10 * MILLISECOND);
    const doubted = rows.find((row) => row.kind === ROW_KIND.progress && row.a === leader && row.b === peer && row.q === 0);
    expect(doubted?.time).toBe((sent?.time ?? 0) + 20 * MILLISECOND);
  });

  test('keeps what was synced, and nothing else', () => {
    const cluster = createLedCluster(1, { scenario: { diskSync: 20 * MILLISECOND } });
    const first = ask(cluster, put('a', '1'), [1]);
    pass(cluster, 100 * MILLISECOND);
    expect(endOf(cluster, first)?.outcome.type).toBe('ok');
    const { disk } = cluster.run.kernel.members[0] as (typeof cluster.run.kernel.members)[number]; // there is one member
    ask(cluster, put('b', '2'), [1]);
    pass(cluster, 15 * MILLISECOND); // written, and not yet synced
    const { synced } = disk;
    expect(disk.records.end).toBeGreaterThan(synced);
    act(cluster, { type: 'crash', member: 1 });
    pass(cluster, 1);
    expect(disk.records.end).toBe(synced);
    act(cluster, { type: 'restart', member: 1 });
    pass(cluster, 3 * SECOND);
    const a = ask(cluster, get('a'), [1]);
    const b = ask(cluster, get('b'), [1]);
    pass(cluster, 100 * MILLISECOND);
    expect(
      [endOf(cluster, a), endOf(cluster, b)].map((end) =>
        end?.outcome.type === 'ok' && end.outcome.response.type === 'range'
          ? end.outcome.response.kvs.map((kv) => kv.value)
          : undefined,
      ),
    ).toEqual([['1'], []]);
  });

  test('is another one after a restart: what was sent to the first does not reach the second', () => {
    const cluster = createLedCluster(3, { scenario: { latency: 100 * MILLISECOND } });
    const leader = leaderOf(cluster);
    const [peer = 0] = followersOf(cluster);
    ask(cluster, put('k', 'v'), [leader]);
    pass(cluster, 4 * MILLISECOND);
    const sent = sends(cluster.rows)
      .filter((row) => row.b === peer)
      .at(-1);
    act(cluster, { type: 'crash', member: peer });
    act(cluster, { type: 'restart', member: peer });
    pass(cluster, 200 * MILLISECOND);
    expect(cluster.rows.filter((row) => row.kind === ROW_KIND.lost).map((row) => row.ref)).toContain(sent?.ref);
  });
});

describe('a disk', () => {
  test.each([
    ['sync', [0, 20, 20]],
    ['async', [0, 1, 2]],
  ] as const)('that is written %s lets a leader send what is proposed after %j ms', (storageWrites, wanted) => {
    const cluster = createLedCluster(3, { scenario: { storageWrites, diskSync: 20 * MILLISECOND, jitter: 0 } });
    const leader = leaderOf(cluster);
    const [peer = 0] = followersOf(cluster);
    pass(cluster, SECOND);
    const since = cluster.rows.length;
    const askedAt = cluster.run.kernel.now;
    const calls = ['a', 'b', 'c'].map((key) => {
      const call = ask(cluster, put(key, '1'), [leader]);
      pass(cluster, MILLISECOND);
      return call;
    });
    pass(cluster, 200 * MILLISECOND);
    const appends = sends(cluster.rows.slice(since)).filter(({ a, b, q }) => a === leader && b === peer && q > 0);
    expect(appends.map(({ time }) => (time - askedAt) / MILLISECOND - 1)).toEqual(wanted); // a client's wire takes 1 ms
    for (const call of calls) expect(endOf(cluster, call)?.outcome.type).toBe('ok');
  });

  test('that is written asynchronously makes one sync at a time, and the next covers all that came meanwhile', () => {
    const cluster = createLedCluster(1, { scenario: { storageWrites: 'async', diskSync: 20 * MILLISECOND } });
    pass(cluster, SECOND);
    const since = cluster.rows.length;
    const askedAt = cluster.run.kernel.now;
    for (const key of ['a', 'b', 'c']) {
      ask(cluster, put(key, '1'), [1]);
      pass(cluster, MILLISECOND);
    }
    pass(cluster, 200 * MILLISECOND);
    const safe = cluster.rows.slice(since).filter(({ kind }) => kind === ROW_KIND.durable);
    expect(safe.map(({ time }) => (time - askedAt) / MILLISECOND - 1)).toEqual([20, 40]);
  });
});

describe('a paused process', () => {
  test('does and hears nothing until it goes on, and then takes what has reached it', () => {
    const cluster = createLedCluster(3);
    const [peer = 0, other = 0] = followersOf(cluster);
    act(cluster, { type: 'pause', member: peer });
    const since = cluster.rows.length;
    const call = ask(cluster, get('k', { serializable: true }), [peer]);
    const write = ask(cluster, put('k', 'v'), [other]);
    pass(cluster, 3 * SECOND);
    const ofPeer = cluster.rows
      .slice(since)
      .filter((row) => row.a === peer && row.kind < ROW_KIND.lost && row.kind !== ROW_KIND.link);
    expect(ofPeer).toEqual([]);
    expect(endOf(cluster, call)).toBeUndefined();
    expect(endOf(cluster, write)?.outcome.type).toBe('ok');
    const now = cluster.run.kernel.now;
    act(cluster, { type: 'resume', member: peer });
    pass(cluster, 200 * MILLISECOND);
    const end = endOf(cluster, call);
    expect(end?.outcome.type).toBe('ok');
    expect(end?.time).toBe(now + 1 * MILLISECOND);
    expect(cluster.run.hosts.get(peer)?.member.appliedIndex).toBe(cluster.run.hosts.get(other)?.member.appliedIndex);
    // The ticks that it missed are gone: it did not stand for election.
    expect(cluster.rows.slice(since).filter((row) => row.kind === ROW_KIND.role && row.a === peer && row.p > 0)).toEqual([]);
  });

  test('can be killed: what waited for it is refused', () => {
    const cluster = createLedCluster(3);
    const [peer = 0] = followersOf(cluster);
    act(cluster, { type: 'pause', member: peer });
    const call = ask(cluster, get('k', { serializable: true }), [peer]);
    pass(cluster, 1 * SECOND);
    expect(endOf(cluster, call)).toBeUndefined();
    expect(cluster.rows.filter((row) => row.kind === ROW_KIND.drop)).toEqual([]);
    const now = cluster.run.kernel.now;
    act(cluster, { type: 'crash', member: peer });
    pass(cluster, 100 * MILLISECOND);
    expect(cluster.rows.filter((row) => row.kind === ROW_KIND.drop && row.b === peer)).not.toEqual([]);
    const lost = cluster.rows.filter((row) => row.kind === ROW_KIND.lost && row.b === peer);
    expect(lost.length).toBeGreaterThan(5);
    expect(lost.every((row) => row.time >= now)).toBe(true);
  });

  test('is passed over by clients that have other endpoints', () => {
    const cluster = createLedCluster(3);
    const [peer = 0, other = 0] = followersOf(cluster);
    act(cluster, { type: 'pause', member: peer });
    const call = ask(cluster, put('k', 'v'), [peer, other]);
    pass(cluster, 200 * MILLISECOND);
    expect(endOf(cluster, call)?.outcome.type).toBe('ok');
  });

  test('never hears what clients gave up before it went on, as no connection came to be', () => {
    const cluster = createLedCluster(3);
    const leader = leaderOf(cluster);
    act(cluster, { type: 'pause', member: leader });
    const late = ask(cluster, put('k', 'late'), [leader], { timeout: 200 * MILLISECOND });
    pass(cluster, 300 * MILLISECOND);
    expect(endOf(cluster, late)?.outcome.type).toBe('timeout');
    const patient = ask(cluster, put('k', 'patient'), [leader]);
    pass(cluster, 100 * MILLISECOND);
    act(cluster, { type: 'resume', member: leader });
    pass(cluster, 500 * MILLISECOND);
    const outcome = endOf(cluster, patient)?.outcome;
    expect(outcome?.type === 'ok' && outcome.response.type === 'put' && outcome.response.header.revision).toBe(2);
  });

  test('is given up by who was connected to it after sixteen seconds of silence', () => {
    const cluster = createLedCluster(3);
    const [peer = 0, other = 0] = followersOf(cluster);
    const choosy = ask(cluster, watch('k'), [peer, other], { timeout: undefined });
    const loyal = ask(cluster, watch('k'), [peer], { timeout: undefined });
    const brief = ask(cluster, watch('k'), [other, peer], { timeout: undefined });
    pass(cluster, 1 * SECOND);
    const values = (call: number) => messagesOf(cluster, call).flatMap(({ events }) => events.map(({ kv }) => kv.value));
    act(cluster, { type: 'pause', member: peer });
    act(cluster, { type: 'pause', member: other });
    pass(cluster, 10 * SECOND);
    act(cluster, { type: 'resume', member: other });
    pass(cluster, 5 * SECOND);
    ask(cluster, put('k', 'v'), [other]);
    pass(cluster, 500 * MILLISECOND);
    expect([values(choosy), values(loyal), values(brief)]).toEqual([[], [], ['v']]);
    pass(cluster, 1 * SECOND);
    expect([values(choosy), values(loyal), values(brief)]).toEqual([['v'], [], ['v']]);
    act(cluster, { type: 'resume', member: peer });
    pass(cluster, 1 * SECOND);
    ask(cluster, put('k', 'w'), [other]);
    pass(cluster, 1 * SECOND);
    expect([values(choosy), values(loyal), values(brief)]).toEqual([
      ['v', 'w'],
      ['v', 'w'],
      ['v', 'w'],
    ]);
  });
});
