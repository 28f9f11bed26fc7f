/** What panels ask of the past: stores with their history, watches with their position and their end, and the entry of each revision. */
import { expect, test } from 'vitest';
import { toId64 } from '../../src/base/index.ts';
import {
  createHistory,
  detailedHistory,
  digestsAt,
  followRun,
  leasesAt,
  linesAt,
  packRows,
  SECOND,
  storeAt,
  traceDigest,
  watchesAt,
} from '../../src/sim/index.ts';
import { createRecording, record } from '../../src/view/index.ts';
import { act, ask, createLedCluster, followersOf, leaderOf, pass, put, watch } from './support.ts';

const limits = { prefix: '', mostKeys: 100, mostVersions: 100 };

test('every revision goes back to the entry that made it, after restarts and with entries that made none', () => {
  const cluster = createLedCluster(3);
  const [follower = 0] = followersOf(cluster);
  const leader = leaderOf(cluster);
  const del = { type: 'deleteRange' as const, key: 'nothing', rangeEnd: '', prevKv: false };
  for (let i = 0; i < 6; i++) ask(cluster, i === 2 ? del : put('color', String(i)), [leader]);
  pass(cluster, SECOND);
  act(cluster, { type: 'crash', member: follower });
  pass(cluster, SECOND);
  act(cluster, { type: 'restart', member: follower });
  pass(cluster, 2 * SECOND);
  const recording = createRecording(3);
  record(
    recording,
    { rows: packRows(cluster.rows), actions: [], entries: cluster.entries, changes: cluster.changes },
    cluster.run.kernel.now,
  );
  const value = (index: number | undefined) => cluster.entries.find((entry) => entry.index === index)?.value;
  // The first write makes revision 2; a deletion that finds nothing makes none.
  expect([2, 3, 4, 5, 6].map((revision) => value(recording.revisions.get(revision)))).toEqual(['0', '1', '3', '4', '5']);
  expect(recording.revisions.size).toBe(5);
  // And back; and from each call to what it became.
  for (const [revision, index] of recording.revisions) expect(recording.revisionAt.get(index)).toBe(revision);
  expect([1, 2, 3, 4, 5, 6].map((call) => recording.entryOfCall.get(call)?.kind)).toEqual([
    'put',
    'put',
    'delete',
    'put',
    'put',
    'put',
  ]);
});

test('stores and watches are told as they were, and watches as they ended', () => {
  const cluster = createLedCluster(3);
  const leader = leaderOf(cluster);
  ask(cluster, put('color', 'red'), [leader]);
  pass(cluster, SECOND);
  const began = cluster.run.kernel.now;
  const call = ask(cluster, watch('color', 2), [leader], { timeout: undefined, client: 2 });
  pass(cluster, SECOND);
  ask(cluster, put('color', 'blue'), [leader]);
  pass(cluster, SECOND);
  act(cluster, { type: 'cancel', call });
  pass(cluster, SECOND);
  const [follower = 0] = followersOf(cluster);
  act(cluster, { type: 'crash', member: follower });
  pass(cluster, SECOND);
  const { now, journal, scenario } = cluster.run.kernel;
  const history = createHistory(scenario);
  followRun(history, journal, now);

  const values = (time: number) => storeAt(history, leader, time, limits).histories.map((key) => key.versions.map((v) => v.value));
  expect(values(now)).toEqual([['red', 'blue']]);
  expect(values(began)).toEqual([['red']]);
  expect(storeAt(history, leader, now, { ...limits, prefix: 'x' }).keyCount).toBe(0);
  expect(storeAt(history, follower, now, limits)).toMatchObject({ isUp: false, histories: [] });

  expect(watchesAt(history, began)).toEqual({ open: [], away: [], ended: [] });
  // Just opened: its history comes with the next tick.
  const behind = watchesAt(history, began + 2_000).open[0];
  expect(behind).toMatchObject({ call, client: 2, member: leader, state: 'unsynced', minRevision: 2, revision: 2, missed: 1 });
  expect(watchesAt(history, began + SECOND).open[0]).toMatchObject({ state: 'synced', missed: 0 });
  const after = watchesAt(history, now);
  expect(after.open).toEqual([]);
  expect(after.ended).toMatchObject([{ call, reason: '', compactRevision: 0 }]);
});

test('a watch whose member is gone is still told, by its client, with the revision at which it goes on', () => {
  const cluster = createLedCluster(3);
  const leader = leaderOf(cluster);
  const [follower = 0] = followersOf(cluster);
  const call = ask(cluster, watch('color', 0), [follower], { timeout: undefined, client: 2 });
  pass(cluster, SECOND);
  ask(cluster, put('color', 'red'), [leader]);
  pass(cluster, SECOND);
  const heard = cluster.run.kernel.now;
  act(cluster, { type: 'crash', member: follower });
  pass(cluster, SECOND);
  const alone = cluster.run.kernel.now;
  act(cluster, { type: 'restart', member: follower });
  pass(cluster, 6 * SECOND);
  const back = cluster.run.kernel.now;
  act(cluster, { type: 'cancel', call });
  pass(cluster, SECOND);
  const { now, journal, scenario } = cluster.run.kernel;
  const history = createHistory(scenario);
  followRun(history, journal, now);

  expect(watchesAt(history, heard)).toMatchObject({ open: [{ call, member: follower }], away: [] });
  expect(watchesAt(history, alone)).toMatchObject({ open: [], away: [{ call, client: 2, nextRevision: 3 }], ended: [] });
  expect(watchesAt(history, back)).toMatchObject({ open: [{ call, member: follower }], away: [] });
  expect(watchesAt(history, now)).toMatchObject({ open: [], away: [], ended: [{ call }] });
});

test('leases are told by the leader’s clock, and lines of the process that ran then', () => {
  const cluster = createLedCluster(3);
  const leader = leaderOf(cluster);
  ask(cluster, { type: 'leaseGrant', id: toId64(7), ttl: 60 }, [leader]);
  pass(cluster, SECOND);
  ask(
    cluster,
    { type: 'put', key: 'lock', value: 'held', lease: toId64(7), prevKv: false, ignoreValue: false, ignoreLease: false },
    [leader],
  );
  pass(cluster, SECOND);
  const led = cluster.run.kernel.now;
  for (const ordinal of [1, 2, 3]) act(cluster, { type: 'crash', member: ordinal });
  pass(cluster, SECOND);
  act(cluster, { type: 'restart', member: leader });
  pass(cluster, 3 * SECOND);
  const { now, journal, scenario } = cluster.run.kernel;
  const history = createHistory(scenario);
  followRun(history, journal, now);

  const before = leasesAt(history, led);
  expect(before).toMatchObject({ clock: leader, leases: [{ id: toId64(7), ttl: 60, keys: ['lock'] }] });
  expect(before.leases[0]?.endsAt).toBeGreaterThan(led + 57 * SECOND);
  expect(leasesAt(history, led + SECOND)).toEqual({ clock: 0, leases: [] }); // nobody runs
  // Alone it leads nobody: it reads its log back, but nothing tells it what of it was committed.
  expect(leasesAt(history, now).clock).toBe(0);

  const lines = linesAt(history, leader, led).map((line) => line.message);
  expect(lines.some((line) => line.includes('became leader at term'))).toBe(true);
  const anew = linesAt(history, leader, now);
  expect(anew.every((line) => line.time > led)).toBe(true);
  expect(anew.some((line) => line.logger === 'raft' && line.level === 'info')).toBe(true);
  expect(linesAt(history, leader, led + SECOND)).toEqual([]);
});

test('lines of level debug come from the same run, with the others around them', () => {
  const cluster = createLedCluster(3);
  const leader = leaderOf(cluster);
  const [follower = 0] = followersOf(cluster);
  ask(cluster, put('color', 'red'), [leader]);
  pass(cluster, SECOND);
  act(cluster, { type: 'crash', member: follower });
  ask(cluster, put('color', 'blue'), [leader]);
  pass(cluster, SECOND);
  const { journal, scenario, now: half } = cluster.run.kernel;
  const history = createHistory(scenario);
  followRun(history, journal, half);
  let detailed = detailedHistory(history, undefined);
  const known = journal.length;
  act(cluster, { type: 'restart', member: follower });
  pass(cluster, 2 * SECOND);
  const { now } = cluster.run.kernel;
  const digest = followRun(history, journal.slice(known), now);
  detailed = detailedHistory(history, detailed);
  expect(traceDigest(detailed.run.kernel.hash)).toBe(digest);
  expect(digestsAt(detailed, now)).toEqual(digestsAt(history, now));

  const debugOf = (member: number) =>
    linesAt(detailed, member, now)
      .filter(({ level }) => level === 'debug')
      .map(({ logger, message }) => `${logger} ${message}`);
  // Raft's own: the leader probes a peer that it cannot reach; the server's: what it applies.
  expect(debugOf(leader)).toContainEqual(expect.stringMatching(/^raft .* failed to send message to .* because it is unreachable/));
  expect(debugOf(leader)).toContainEqual(' applyEntryNormal');
  expect(linesAt(history, leader, now).filter(({ level }) => level === 'debug')).toEqual([]);
  const usual = linesAt(history, leader, now).map(({ message }) => message);
  const all = linesAt(detailed, leader, now).filter(({ level }) => level !== 'debug');
  expect(all.map(({ message }) => message)).toEqual(usual);
  // Of a moment before the end as well.
  expect(linesAt(detailed, leader, half).length).toBeLessThan(linesAt(detailed, leader, now).length);
});
