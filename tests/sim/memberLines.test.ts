/**
 * A member's own log (spec/etcd.md 8.2 to 8.4): the lines of a start, a restart, a new member, a removal and a snapshot come in
 * etcd's order and words.
 */
import { describe, expect, it } from 'vitest';
import type { Id64 } from '../../src/base/index.ts';
import { formatLogLine } from '../../src/engine/raft/index.ts';
import { type HostLine, hostLines, SECOND } from '../../src/sim/index.ts';
import { act, ask, type Cluster, createLedCluster, followersOf, isolate, leaderOf, pass, put } from './support.ts';

const ETCD = { boot: 'etcd' as const };

function textOf({ line }: HostLine): string {
  return 'template' in line ? formatLogLine(line, 'v3.6') : line.message;
}

function linesOf(cluster: Cluster, ordinal: number, from = 0): string[] {
  const host = cluster.run.hosts.get(ordinal);
  return host === undefined ? [] : hostLines(host, from, cluster.run.kernel.now).map(textOf);
}

/** The wanted lines stand in the log in this order, with others between them. */
function expectInOrder(lines: readonly string[], wanted: readonly (string | RegExp)[]): void {
  let at = 0;
  for (const want of wanted) {
    const found = lines.findIndex((line, i) => i >= at && (typeof want === 'string' ? line === want : want.test(line)));
    expect(found, `${want} after ${lines[at - 1] ?? 'the start'} in:\n${lines.join('\n')}`).toBeGreaterThanOrEqual(at);
    at = found + 1;
  }
}

describe("a member's log", () => {
  it('tells of the start of a cluster of one, line for line', () => {
    const id = '5440ff22fe632778';
    const lines = linesOf(createLedCluster(1, { scenario: ETCD }), 1);
    const opening = lines.filter((line) => !line.startsWith('Opening '));
    const port = 'Running http and grpc server on single port. This is not recommended for production.';
    expect(opening.slice(0, 22)).toEqual([
      port,
      'Running: ',
      'Initialize and start etcd server',
      port,
      'configuring peer listeners',
      'configuring client listeners',
      'starting an etcd server',
      'opened backend db',
      'restore consistentIndex',
      'bootstrapping cluster',
      'bootstrapping storage',
      'bootstrapping raft',
      'starting local member',
      'bootstrap successfully',
      `${id} switched to configuration voters=()`,
      `${id} became follower at term 0`,
      `newRaft ${id} [peers: [], term: 0, commit: 0, applied: 0, lastindex: 0, lastterm: 0]`,
      `${id} became follower at term 1`,
      `${id} switched to configuration voters=(6071132823457310584)`,
      'simple token is not cryptographically signed',
      'kvstore restored',
      'enabled backend quota with default value',
    ]);
    expectInOrder(lines, [
      'starting etcd server',
      'now serving peer/client/metrics',
      'started as single-node; fast-forwarding election ticks',
      `${id} switched to configuration voters=(6071132823457310584)`,
      'added member',
      `${id} is starting a new election at term 1`,
      `${id} became leader at term 2`,
      `raft.node: ${id} elected leader ${id} at term 2`,
      'setting up initial cluster version using v3 API',
      'published local member to cluster through raft',
      'ready to serve client requests',
      'set initial cluster version',
      'updated storage version',
    ]);
  });

  it('tells of peers, of their loss, and of a restart that applies again what it knows', () => {
    const cluster = createLedCluster(3, { scenario: ETCD });
    const [follower = 0, other = 0] = followersOf(cluster);
    expectInOrder(linesOf(cluster, other), [
      'starting remote peer',
      'starting initial election tick advance',
      'peer became active',
      'initialized peer connections; fast-forwarding election ticks',
      /cast MsgPreVote for/,
      /cast MsgVote for/,
      /^raft.node: .* elected leader .* at term 2$/,
    ]);
    const at = cluster.run.kernel.now;
    act(cluster, { type: 'crash', member: follower });
    pass(cluster, SECOND);
    expectInOrder(linesOf(cluster, other, at), [
      'lost TCP streaming connection with remote peer',
      'peer became inactive (message send to peer failed)',
    ]);
    act(cluster, { type: 'restart', member: follower });
    pass(cluster, 2 * SECOND);
    const again = linesOf(cluster, follower);
    expectInOrder(again, [
      'server has already been initialized',
      'No snapshot found. Recovering WAL from scratch!',
      'restarting local member',
      /switched to configuration voters=\(\)$/,
      /^newRaft .* \[peers: \[\], term: 2, commit: 8, applied: 0, lastindex: 8, lastterm: 2\]$/,
      'ignore already added member',
      'ready to serve client requests',
    ]);
    expect(again).not.toContain('added member');
    expect(again).not.toContain('updated storage version');
  });

  it('tells of additions, refusals and removals', () => {
    const cluster = createLedCluster(3, { scenario: ETCD });
    pass(cluster, 3 * SECOND);
    const leader = leaderOf(cluster);
    const [other = 0] = followersOf(cluster);
    const at = cluster.run.kernel.now;
    ask(cluster, { type: 'memberAdd', peerUrls: ['http://n4:2380'], isLearner: true }, [leader]);
    pass(cluster, SECOND);
    ask(cluster, { type: 'memberPromote', id: '00000000000000ff' as Id64 }, [leader]);
    ask(cluster, { type: 'memberRemove', id: '00000000000000ff' as Id64 }, [leader]);
    pass(cluster, SECOND);
    const learner = cluster.run.kernel.roster.members.find(({ isLearner }) => isLearner);
    ask(cluster, { type: 'memberRemove', id: learner?.id ?? ('0' as Id64) }, [leader]);
    pass(cluster, SECOND);
    expectInOrder(linesOf(cluster, leader, at), [
      /switched to configuration voters=\(\d+ \d+ \d+\) learners=\(\d+\)$/,
      'added member',
      'starting remote peer',
      'applied a configuration change through raft',
      'Validation on configuration change failed',
      'applied a configuration change through raft',
      'removed member',
      'removed remote peer',
      'applied a configuration change through raft',
    ]);
    expect(linesOf(cluster, other, at)).not.toContain('applied a configuration change through raft');
  });

  it('tells of those whom a joining member asks first, and of them no more once its log names them', () => {
    const cluster = createLedCluster(3, { scenario: ETCD });
    pass(cluster, 6 * SECOND);
    ask(cluster, { type: 'memberAdd', peerUrls: ['http://n4:2380'], isLearner: true }, [leaderOf(cluster)]);
    pass(cluster, SECOND);
    act(cluster, { type: 'restart', member: 4 });
    pass(cluster, 3 * SECOND);
    const asked = Array.from({ length: 3 }, () => ['started HTTP pipelining with remote peer', 'added new remote peer']).flat();
    const lines = linesOf(cluster, 4);
    const at = lines.indexOf('enabled backend quota with default value') + 1;
    expect(lines.slice(at, at + 8)).toEqual([...asked, 'starting remote peer', 'started HTTP pipelining with remote peer']);
    expectInOrder(lines, ['set initial cluster version', 'Failed to detect schema version', 'failed to update storage version']);
    expect(lines).not.toContain('updated storage version');
    pass(cluster, 4 * SECOND);
    expectInOrder(linesOf(cluster, 4, cluster.run.kernel.now - 4 * SECOND), [
      'cluster version differs from storage version.',
      'updated storage version',
    ]);
    const running = hostLines(cluster.run.hosts.get(4) ?? expect.fail(), 0, cluster.run.kernel.now).map(({ line }) => line);
    const words = running.flatMap((line) => ('message' in line && line.message === 'Running: ' ? line.fields : []));
    expect(JSON.stringify(words)).toContain('--initial-cluster-state=existing');
    act(cluster, { type: 'crash', member: 4 });
    const again = cluster.run.kernel.now;
    act(cluster, { type: 'restart', member: 4 });
    pass(cluster, 3 * SECOND);
    expectInOrder(linesOf(cluster, 4, again), [
      'restarting local member',
      'starting remote peer',
      'ready to serve client requests',
    ]);
    expect(linesOf(cluster, 4, again)).not.toContain('added new remote peer');
  });

  it('tells of a snapshot at both of its ends', () => {
    const cluster = createLedCluster(3, {
      scenario: { ...ETCD, snapshotCount: 20, catchUpEntries: 5, options: { logLevel: 'debug' } },
    });
    const leader = leaderOf(cluster);
    const [follower = 0] = followersOf(cluster);
    isolate(cluster, [follower]);
    for (let i = 0; i < 60; i++) ask(cluster, put('k', String(i)), [leader]);
    pass(cluster, SECOND);
    expectInOrder(linesOf(cluster, leader), ['triggering snapshot', 'saved snapshot to disk', 'compacted Raft logs']);
    const links = [1, 2, 3].flatMap((from) => [1, 2, 3].flatMap((to) => (from === to ? [] : [[from, to] as const])));
    act(cluster, { type: 'heal', cause: 'all', links });
    pass(cluster, 4 * SECOND);
    expectInOrder(linesOf(cluster, leader), ['sending database snapshot']);
    expectInOrder(linesOf(cluster, follower), [
      /^log \[committed=.*\] starts to restore snapshot \[index: \d+, term: \d+\]$/,
      /switched to configuration voters=/,
      /restored snapshot/,
      'applying snapshot',
      'applied snapshot',
    ]);
  });
});
