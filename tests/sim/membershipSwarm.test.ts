/**
 * Random lives of clusters that change their members: additions, promotions, removals, updates, transfers, snapshots after a
 * few entries, crashes, pauses and cuts, all drawn from a seed. No member throws, Raft's promises hold at every row, in the end
 * all members that belong to the cluster agree, and the journal gives the same run one by one and in the historian.
 */
import { describe, expect, it } from 'vitest';
import { below, chance, createPrng, type Prng } from '../../src/base/index.ts';
import type { MemberInfo, UnaryRequest } from '../../src/engine/server/index.ts';
import {
  advanceInline,
  checkLogs,
  checkRows,
  checkStores,
  createHistory,
  createInlineRun,
  createSafetyChecker,
  digestsInline,
  followRun,
  MAX_MEMBERS,
  ROW_KIND,
  type Scenario,
  SECOND,
  traceDigest,
} from '../../src/sim/index.ts';
import { act, ask, type Cluster, createCluster, leaderOf, pass, put } from './support.ts';

const SEEDS = 30;
const BUSY = 30 * SECOND;

interface Life {
  readonly cluster: Cluster;
  readonly counts: { changes: number; transfers: number; snapshots: number; joins: number; exits: number; overwritten: number };
}

function scenarioOf(seed: number): Partial<Scenario> {
  const prng = createPrng(seed, 'scenario');
  return {
    boot: chance(prng, 3, 4) ? 'etcd' : 'lean',
    snapshotCount: 5 + below(prng, 60),
    catchUpEntries: below(prng, 12),
    bandwidth: chance(prng, 1, 2) ? 10_000_000 : 40_000,
  };
}

function live(seed: number): Life {
  const prng = createPrng(seed, 'life');
  const members = 1 + below(prng, 5);
  const cluster = createCluster(members, { seed, scenario: scenarioOf(seed) });
  const checker = createSafetyChecker(members);
  let checked = 0;
  const go = (duration: number) => {
    pass(cluster, duration);
    checkRows(checker, cluster.rows.slice(checked));
    checked = cluster.rows.length;
    expect(cluster.thrown, `seed ${seed}`).toEqual([]);
    expect(checker.violations, `seed ${seed}`).toEqual([]);
  };
  go(8 * SECOND);
  while (cluster.run.kernel.now < BUSY) {
    doSomething(cluster, prng);
    go(below(prng, SECOND));
  }
  restore(cluster);
  go(3 * SECOND);
  restore(cluster); // who was added while others were away joins now
  go(14 * SECOND);
  const running = new Map([...cluster.run.hosts].map(([ordinal, { member }]) => [ordinal, member] as const));
  expect(checkLogs(running, 0), `seed ${seed}`).toEqual([]);
  expect(checkStores(running, 0), `seed ${seed}`).toEqual([]);
  const belonging = [...running.values()].filter(({ config, membership }) => membership.members.some(({ id }) => id === config.id));
  const pictures = new Set(
    belonging.map(({ appliedIndex, raft, kv, membership }) =>
      JSON.stringify([appliedIndex, raft.term, raft.lead, kv.revision, membership]),
    ),
  );
  if (isWhole(cluster)) expect([...pictures], `seed ${seed}`).toHaveLength(1);
  const count = (kind: number, p?: number) =>
    cluster.rows.filter((row) => row.kind === kind && (p === undefined || row.p === p)).length;
  return {
    cluster,
    counts: {
      changes: new Set(cluster.rows.filter((row) => row.kind === ROW_KIND.config).map((row) => `${row.index} ${row.p} ${row.r}`))
        .size,
      transfers: cluster.news.filter(
        (item) => item.type === 'end' && item.outcome.type === 'ok' && item.outcome.response.type === 'moveLeader',
      ).length,
      snapshots: count(ROW_KIND.snapshot, 1),
      joins: cluster.rows.filter((row) => row.kind === ROW_KIND.boot && row.q === 1).length,
      exits: count(ROW_KIND.stop, 2),
      overwritten: checker.seen.overwritten,
    },
  };
}

/** Do enough voters have a place here for a quorum? Where members were added that nobody can start, no quorum may be left. */
function isWhole({ run }: Cluster): boolean {
  const voters = run.kernel.roster.members.filter(({ isLearner }) => !isLearner);
  const up = voters.filter(({ id }) => [...run.hosts.values()].some(({ member }) => member.config.id === id));
  return 2 * up.length > voters.length;
}

function doSomething(cluster: Cluster, prng: Prng): void {
  const { kernel, hosts } = cluster.run;
  const places = kernel.members.map(({ ordinal }) => ordinal);
  const roster = kernel.roster.members;
  const anyPlace = () => places[below(prng, places.length)] ?? 1;
  const anyMember = (): MemberInfo | undefined => roster[below(prng, roster.length)];
  const endpoint = () => (chance(prng, 2, 3) && leaderOf(cluster) > 0 ? leaderOf(cluster) : anyPlace());
  const request = (wanted: UnaryRequest) => ask(cluster, wanted, [endpoint()], { client: 1 + below(prng, 3) });
  switch (below(prng, 14)) {
    case 0:
    case 1: {
      const place = 1 + below(prng, MAX_MEMBERS);
      request({ type: 'memberAdd', peerUrls: [`http://n${place}:2380`], isLearner: chance(prng, 1, 2) });
      return;
    }
    case 2:
    case 3: {
      const member = anyMember();
      if (member !== undefined && roster.length > 2) request({ type: 'memberRemove', id: member.id });
      return;
    }
    case 4: {
      const learner = roster.find(({ isLearner }) => isLearner) ?? anyMember();
      if (learner !== undefined) request({ type: 'memberPromote', id: learner.id });
      return;
    }
    case 5: {
      const member = anyMember();
      if (member !== undefined) request({ type: 'moveLeader', targetId: member.id });
      return;
    }
    case 6:
    case 7:
      for (let place = 1; place <= MAX_MEMBERS; place++) if (!hosts.has(place)) act(cluster, { type: 'restart', member: place });
      return;
    case 8:
      act(cluster, { type: 'crash', member: anyPlace() });
      return;
    case 9: {
      const [from, to] = [anyPlace(), anyPlace()];
      if (from !== to)
        act(cluster, {
          type: 'cut',
          cause: 'hand',
          links: chance(prng, 1, 2)
            ? [[from, to]]
            : [
                [from, to],
                [to, from],
              ],
        });
      return;
    }
    case 10:
      heal(cluster);
      return;
    case 11: {
      const member = anyPlace();
      act(cluster, { type: chance(prng, 1, 2) ? 'pause' : 'resume', member });
      return;
    }
    default:
      for (let i = 0; i < 12; i++) request(put(`k${below(prng, 5)}`, `v${cluster.calls}`));
  }
}

function heal(cluster: Cluster): void {
  const places = Array.from({ length: MAX_MEMBERS }, (_, i) => i + 1);
  const links = places.flatMap((from) => places.flatMap((to) => (from === to ? [] : [[from, to] as const])));
  act(cluster, { type: 'heal', cause: 'all', links });
}

function restore(cluster: Cluster): void {
  heal(cluster);
  for (let member = 1; member <= MAX_MEMBERS; member++) {
    act(cluster, { type: 'resume', member });
    act(cluster, { type: 'restart', member });
  }
}

describe('clusters that change their members', () => {
  it(`live ${SEEDS} random lives without breaking a promise`, () => {
    const total = { changes: 0, transfers: 0, snapshots: 0, joins: 0, exits: 0, overwritten: 0 };
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { counts } = live(seed);
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += counts[key];
    }
    console.info(`members of ${SEEDS} clusters:`, total);
    const { overwritten: _rare, ...common } = total;
    for (const [what, count] of Object.entries(common)) expect(count, what).toBeGreaterThan(9);
  });

  it('are the same run by horizons, one by one, and in the historian', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { run } = live(seed).cluster;
      const { scenario, journal, now } = run.kernel;
      const again = createInlineRun(scenario, { journal, pacing: 'oneByOne' });
      advanceInline(again, now);
      expect(traceDigest(again.kernel.hash), `seed ${seed}`).toBe(traceDigest(run.kernel.hash));
      expect(digestsInline(again), `seed ${seed}`).toEqual(digestsInline(run));
      const history = createHistory(scenario);
      expect(followRun(history, journal, now), `seed ${seed}`).toBe(traceDigest(run.kernel.hash));
      expect(digestsInline(history.run), `seed ${seed}`).toEqual(digestsInline(run));
    }
  });
});
