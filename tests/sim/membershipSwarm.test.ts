/**
 * Random lives of clusters that change their members (`npm run sim -- --lives`; `docs/simulation.md` has the record of 2,000). No
 * member throws, Raft's promises hold at every row, what was answered is there in the end, and the journal gives the same run one
 * by one and in the historian.
 */
import { describe, expect, it } from 'vitest';
import { ZERO_ID } from '../../src/base/index.ts';
import { foundersOf, type LifeCounts, MENDED_RULES, runLife } from '../../src/cli/sim/life.ts';
import type { Counts } from '../../src/cli/sim/observed.ts';
import { describeViolation } from '../../src/cli/sim/violationWords.ts';
import {
  advanceInline,
  createHistory,
  createInlineRun,
  digestsInline,
  ETCD_RULES,
  followRun,
  SECOND,
  traceDigest,
} from '../../src/sim/index.ts';
import { act, ask, createLedCluster, endOf, followersOf, get, leaderOf, pass, put } from './support.ts';

const SEEDS = 60;

function lifeOf(seed: number) {
  return { seed, members: foundersOf(seed), duration: 30 * SECOND };
}

describe('clusters that change their members', () => {
  it(`live ${SEEDS} random lives without breaking a promise`, () => {
    const total: Record<string, number> = {};
    const complaints: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { report, counts } = runLife(lifeOf(seed));
      for (const [what, count] of Object.entries({ ...report.counts, ...counts })) total[what] = (total[what] ?? 0) + count;
      for (const violation of report.violations) {
        complaints.push(`${describeViolation(violation)}\n  again: npm run sim -- --lives --seed ${seed}`);
      }
    }
    console.info(`${SEEDS} lives:`, JSON.stringify(total));
    expect(complaints).toEqual([]);
    const common: (keyof Counts | keyof LifeCounts)[] = [
      'changes',
      'joints',
      'transfers',
      'joins',
      'exits',
      'compactions',
      'snapshots',
      'overwritten',
      'crashes',
      'leaderChanges',
      'readBack',
    ];
    for (const what of common) expect(total[what], what).toBeGreaterThan(20);
  });

  it.each([
    ["etcd's rule lets it", ETCD_RULES, 'old'],
    ['the mended rule does not let it', MENDED_RULES, undefined],
  ])('found a flaw: a removed leader that left one voter behind answers reads from an old store; %s', (_, rules, wanted) => {
    const cluster = createLedCluster(2, { rules });
    pass(cluster, 5 * SECOND); // for so long members have to know each other
    const leader = leaderOf(cluster);
    const [other = 0] = followersOf(cluster);
    const valueIn = (call: number) => {
      const outcome = endOf(cluster, call)?.outcome;
      return outcome?.type === 'ok' && outcome.response.type === 'range' ? outcome.response.kvs[0]?.value : undefined;
    };
    ask(cluster, put('key', 'old'), [leader]);
    pass(cluster, SECOND);
    const id = cluster.run.hosts.get(leader)?.member.config.id ?? ZERO_ID;
    ask(cluster, { type: 'memberRemove', id }, [leader]);
    pass(cluster, 100_000);
    act(cluster, { type: 'pause', member: leader }); // it has applied its removal, and would end within the second
    pass(cluster, 5 * SECOND);
    const written = ask(cluster, put('key', 'new'), [other]);
    pass(cluster, SECOND);
    expect(endOf(cluster, written)?.outcome.type).toBe('ok');
    const read = ask(cluster, get('key'), [leader]);
    pass(cluster, 10_000); // it waits in the stopped process's inbox
    act(cluster, { type: 'resume', member: leader });
    pass(cluster, 5 * SECOND);
    expect(valueIn(read)).toBe(wanted);
  });

  it('are the same run by horizons, one by one, and in the historian', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const life = lifeOf(seed);
      const { run } = runLife({ ...life, rules: ETCD_RULES }); // as a worker, which cannot be sent rules
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
