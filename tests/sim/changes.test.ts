/**
 * What a run tells of keys, entry by entry, is what every member's store holds at what it has applied: after puts, transactions, deletions
 * of ranges, ends of leases, refused writes, compactions, crashes, and in a member that got a snapshot.
 */
import { expect, test } from 'vitest';
import { toId64 } from '../../src/base/index.ts';
import { getKey } from '../../src/engine/kv/index.ts';
import type { UnaryRequest } from '../../src/engine/server/index.ts';
import { SECOND } from '../../src/sim/index.ts';
import { act, ask, type Cluster, createLedCluster, followersOf, leaderOf, pass, put } from './support.ts';

const KEYS = ['a', 'b', 'c', 'd'];
const LEASE = toId64(7);

test.each(Array.from({ length: 12 }, (_, seed) => [seed + 1]))('seed %i', (seed) => {
  const cluster = createLedCluster(3, { seed, scenario: { snapshotCount: 20, catchUpEntries: 5 } });
  const draw = drawFrom(seed);
  let compared = 0;
  for (let step = 0; step < 60; step++) {
    const [leader, [follower = 0]] = [leaderOf(cluster), followersOf(cluster)];
    if (leader !== 0) ask(cluster, requestOf(draw, step), [leader]);
    if (step % 20 === 10) act(cluster, { type: 'crash', member: follower });
    if (step % 20 === 19) for (const ordinal of [1, 2, 3]) act(cluster, { type: 'restart', member: ordinal });
    pass(cluster, draw(4) === 0 ? 2 * SECOND : SECOND / 50);
    compared += compare(cluster);
  }
  expect(compared).toBeGreaterThan(400);
  const told = cluster.changes.map(({ index }) => index);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
});

/** Compares every running member with what was told. @returns how many values */
function compare(cluster: Cluster): number {
  let count = 0;
  for (const { member } of cluster.run.hosts.values()) {
    for (const key of KEYS) {
      const told = cluster.changes.findLast((change) => change.key === key && change.index <= member.appliedIndex)?.value;
      expect(told).toBe(getKey(member.kv, key)?.value);
      count++;
    }
  }
  return count;
}

function requestOf(draw: (below: number) => number, step: number): UnaryRequest {
  const key = KEYS[draw(4)] as string; // below their number
  const value = `v${step}`;
  switch (draw(7)) {
    case 0:
      return { type: 'deleteRange', key, rangeEnd: 'z', prevKv: false };
    case 1:
      return { type: 'leaseGrant', id: LEASE, ttl: 3 };
    case 2:
      return { ...putOf(key, value), lease: LEASE }; // refused where there is none
    case 3: {
      const condition = { key, rangeEnd: '', target: 'version', result: 'greater', version: 1 } as const;
      const del = { type: 'deleteRange', key: 'b', rangeEnd: '', prevKv: false } as const;
      return {
        type: 'txn',
        compare: [condition],
        success: [putOf('a', value), del],
        failure: [putOf('c', value), putOf('d', value)],
      };
    }
    case 4:
      return { type: 'compaction', revision: 1 + draw(step + 1), physical: false };
    default:
      return put(key, value);
  }
}

function putOf(key: string, value: string) {
  return put(key, value) as Extract<UnaryRequest, { type: 'put' }>;
}

function drawFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
