/**
 * Compactions that the leader asks for by itself (spec/etcd.md 1.7, 8.4; etcd-io/etcd:server/etcdserver/api/v3compactor): when, at
 * which revision, by whom, and what its log says of them.
 */
import { expect, test } from 'vitest';
import { type AutoCompaction, optionsError } from '../../../src/engine/server/index.ts';
import { type Cluster, call, isolate, leaderOf, ledCluster, linesOf, logOf, memberOf, pass, put, start, stop } from './cluster.ts';

const S = 1_000_000;
const HOUR = 3_600 * S;

const clusterOf = (members: number, autoCompaction: AutoCompaction) => ledCluster(members, { options: { autoCompaction } });
const compactedAt = (cluster: Cluster, ordinal = 1) =>
  logOf(cluster, ordinal).flatMap((request) => (request.type === 'compaction' ? [request.revision] : []));
const putSome = (cluster: Cluster, count: number) => {
  for (let i = 0; i < count; i++) call(cluster, leaderOf(cluster), put('k', `${i}`));
};

test('nobody asks for one unless told to', () => {
  const cluster = ledCluster(1);
  putSome(cluster, 10);
  pass(cluster, 3 * HOUR);
  expect(compactedAt(cluster)).toEqual([]);
});

test('TestPeriodicMinutes: every period, at the revision that a period before was current', () => {
  const cluster = clusterOf(1, { mode: 'periodic', period: 30 * S });
  putSome(cluster, 9); // revision 10, at 1.5 s
  pass(cluster, 28.4 * S); // 29.9 s after the start
  expect(compactedAt(cluster)).toEqual([]);
  pass(cluster, 0.3 * S);
  // As the real one does: what was current when it started.
  expect(compactedAt(cluster)).toEqual([1]);
  putSome(cluster, 5);
  pass(cluster, 30.2 * S);
  expect(compactedAt(cluster)).toEqual([1, 10]);
  pass(cluster, 30.2 * S);
  expect(compactedAt(cluster)).toEqual([1, 10, 15]);
  // Nothing new: nothing to do.
  pass(cluster, 120 * S);
  expect(compactedAt(cluster)).toEqual([1, 10, 15]);
});

test('a process that starts with a store begins to count there', () => {
  const cluster = clusterOf(1, { mode: 'periodic', period: 30 * S });
  putSome(cluster, 9);
  stop(cluster, 1);
  start(cluster, 1);
  pass(cluster, 32 * S);
  // As a real 3.6.14 did it, with a period of 5 s and 5 puts before it was stopped: at 6, five seconds after it was there again.
  expect(compactedAt(cluster)).toEqual([10]);
});

test('TestPeriodicHourly: a longer period is kept, but compacted to every hour', () => {
  const cluster = clusterOf(1, { mode: 'periodic', period: 2 * HOUR });
  for (let tenths = 0; tenths < 42; tenths++) {
    pass(cluster, tenths === 0 ? 359 * S - 1.5 * S : 360 * S);
    putSome(cluster, 1);
  }
  // Look n comes after n writes; those of 2, 3 and 4 hours remember what 21 looks before them saw, or the start.
  expect(compactedAt(cluster)).toEqual([1, 10, 20]);
});

test('TestPeriodicPause: followers keep the time and do nothing; a new leader goes on with what it has seen', () => {
  const cluster = clusterOf(3, { mode: 'periodic', period: 30 * S });
  putSome(cluster, 9);
  pass(cluster, 29 * S);
  expect(compactedAt(cluster)).toEqual([1]);
  for (const ordinal of [2, 3]) expect(linesOf(cluster, ordinal, 'starting auto periodic compaction')).toEqual([]);
  stop(cluster, 1);
  pass(cluster, 3.5 * S);
  const leader = leaderOf(cluster);
  putSome(cluster, 2);
  // Its own last success was its start: it compacts with its first look as a leader, and finds that done.
  expect(compactedAt(cluster, leader)).toEqual([1, 1]);
  expect(linesOf(cluster, leader, 'completed auto periodic compaction')).toHaveLength(1);
  pass(cluster, 30 * S);
  expect(compactedAt(cluster, leader)).toEqual([1, 1, 10]);
  pass(cluster, 30 * S);
  expect(compactedAt(cluster, leader)).toEqual([1, 1, 10, 12]);
});

test('TestRevision, TestRevisionPause: every five minutes from the start, so many revisions stay', () => {
  const cluster = clusterOf(3, { mode: 'revision', retention: 5 });
  putSome(cluster, 20); // revision 21
  pass(cluster, 298.4 * S);
  expect(compactedAt(cluster)).toEqual([]);
  pass(cluster, 0.2 * S);
  expect(compactedAt(cluster)).toEqual([16]);
  pass(cluster, 301 * S);
  expect(compactedAt(cluster)).toEqual([16]);
  putSome(cluster, 3);
  pass(cluster, 300 * S);
  expect(compactedAt(cluster)).toEqual([16, 19]);
  for (const ordinal of [1, 2, 3]) expect(memberOf(cluster, ordinal).kv.compactRevision).toBe(19);
});

test('fewer revisions than stay: none', () => {
  const cluster = clusterOf(1, { mode: 'revision', retention: 50 });
  putSome(cluster, 20);
  pass(cluster, 1_000 * S);
  expect(compactedAt(cluster)).toEqual([]);
});

test('its lines, in the words of 3.6.14', () => {
  const periodic = clusterOf(1, { mode: 'periodic', period: 30 * S });
  putSome(periodic, 9);
  pass(periodic, 60 * S);
  const words = ['starting auto periodic compaction', 'compact tree index', 'completed auto periodic compaction'];
  expect(linesOf(periodic, 1, ...words).map(({ level, message, fields }) => [level, message, Object.fromEntries(fields)])).toEqual(
    [1, 10].flatMap((revision) => [
      ['info', words[0], { revision, 'compact-period': '30s' }],
      ['info', words[1], { revision }],
      ['info', words[2], { revision, 'compact-period': '30s', took: '0s' }],
    ]),
  );
  const revision = clusterOf(1, { mode: 'revision', retention: 5 });
  putSome(revision, 9);
  pass(revision, 300 * S);
  const said = linesOf(revision, 1, 'starting auto revision compaction', 'completed auto revision compaction');
  expect(said.map(({ fields }) => Object.fromEntries(fields))).toEqual([
    { revision: 5, 'revision-compaction-retention': 5 },
    { revision: 5, 'revision-compaction-retention': 5, took: '0s' },
  ]);
});

test('one that comes to nothing is tried again with the next look; one that somebody else did is done', () => {
  const cluster = clusterOf(3, { mode: 'periodic', period: 30 * S });
  putSome(cluster, 9);
  pass(cluster, 28 * S);
  isolate(cluster, 1);
  pass(cluster, 9.5 * S);
  const failed = linesOf(cluster, 1, 'failed auto periodic compaction');
  expect(failed.map(({ level, fields }) => [level, Object.fromEntries(fields)])).toEqual([
    ['warn', { revision: 1, 'compact-period': '30s', 'retry-interval': '3s', error: 'etcdserver: request timed out' }],
  ]);
  const other = clusterOf(1, { mode: 'revision', retention: 5 });
  putSome(other, 20);
  call(other, 1, { type: 'compaction', revision: 20, physical: false });
  pass(other, 300 * S);
  expect(linesOf(other, 1, 'completed auto revision compaction')).toHaveLength(1);
  expect(linesOf(other, 1, 'failed to apply request')).toEqual([]);
});

test('options that mean nothing are refused', () => {
  expect(optionsError({ autoCompaction: { mode: 'periodic', period: 0 } })).toMatch(/retention/);
  expect(optionsError({ autoCompaction: { mode: 'revision', retention: -1 } })).toMatch(/retention/);
  expect(optionsError({ autoCompaction: { mode: 'revision', retention: 1_000 } })).toBeUndefined();
  expect(optionsError({ featureGates: ['LeaseCheckpointPersist'] })).toBe(
    'enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint',
  );
});
