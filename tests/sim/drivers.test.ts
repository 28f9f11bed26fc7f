/**
 * One run, carried out in different ways: with horizons and one instant at a time, in steps of odd sizes, given by hand while
 * it goes on, and replayed from its journal. Rows, clients' news and members are the same to the bit, also when a member throws.
 */
import { describe, expect, test } from 'vitest';
import { type FaultKind, planRun } from '../../src/cli/sim/plan.ts';
import { etcdRules } from '../../src/engine/raft/index.ts';
import { etcdServerRules } from '../../src/engine/server/index.ts';
import {
  actInline,
  act as actKernel,
  advanceInline,
  cloneInlineRun,
  createInlineRun,
  digestsInline,
  type InlineRun,
  type JournalEntry,
  type KernelRules,
  type Pacing,
  ROW_KIND,
  SECOND,
  type SimTime,
  traceDigest,
} from '../../src/sim/index.ts';

const END = 62 * SECOND;

/** Sixty seconds of cuts, crashes, pauses, uneven links and commands. */
const plan = planRun({
  seed: 7,
  members: 5,
  duration: 60 * SECOND,
  faults: new Set<FaultKind>(['crash', 'cut', 'partition', 'uneven', 'pause']),
  clients: 5,
  rate: 20,
});

/** Everything that a run shows, in two values. */
function resultOf(run: InlineRun): { readonly trace: string; readonly rows: number; readonly members: readonly string[] } {
  return { trace: traceDigest(run.kernel.hash), rows: run.kernel.hash.rows, members: digestsInline(run) };
}

function play(pacing: Pacing, journal: readonly JournalEntry[], until: SimTime, rules?: KernelRules): InlineRun {
  const run = createInlineRun(plan.scenario, { journal, pacing, ...(rules && { rules }) });
  advanceInline(run, until);
  return run;
}

describe('the same run to the bit', () => {
  const reference = resultOf(play('horizons', plan.journal, END));

  test('is one in which something happens', () => {
    expect(reference.rows).toBeGreaterThan(20_000);
    const kinds = new Set(plan.journal.map(({ action }) => action.type));
    expect([...kinds].sort()).toEqual(['call', 'crash', 'cut', 'heal', 'pause', 'restart', 'resume']);
  });

  test('one instant at a time', () => {
    expect(resultOf(play('oneByOne', plan.journal, END))).toEqual(reference);
  });

  test.each<[string, SimTime]>([
    ['a sixtieth of a second', 16_667],
    ['a prime number of microseconds', 104_729],
    ['seconds', SECOND],
  ])('in steps of %s', (_, size) => {
    const run = createInlineRun(plan.scenario, { journal: plan.journal });
    while (run.kernel.now < END) advanceInline(run, Math.min(END, run.kernel.now + size));
    expect(resultOf(run)).toEqual(reference);
  });

  test('ending at each decision, or at each row', () => {
    const until = 12 * SECOND;
    const whole = resultOf(play('horizons', plan.journal, until));
    for (const stop of ['decision', 'row'] as const) {
      const run = createInlineRun(plan.scenario, { journal: plan.journal });
      let stops = 0;
      for (; run.kernel.now < until; stops++) advanceInline(run, until, stop);
      expect(stops).toBeGreaterThan(200);
      expect(resultOf(run)).toEqual(whole);
    }
  });

  test('given by hand at odd boundaries, and replayed from the journal that came of it', () => {
    const byHand = createInlineRun(plan.scenario);
    let next = 0;
    for (let step = 0; byHand.kernel.now < END; step++) {
      advanceInline(byHand, Math.min(END, byHand.kernel.now + 1 + ((step * 7_919) % 33_333)));
      for (let entry = plan.journal[next]; entry !== undefined && entry.at <= byHand.kernel.now; entry = plan.journal[++next]) {
        actInline(byHand, entry.action);
      }
    }
    expect(next).toBe(plan.journal.length);
    const { journal } = byHand.kernel;
    expect(journal.some(({ at }, i) => at !== plan.journal[i]?.at)).toBe(true);
    for (const pacing of ['horizons', 'oneByOne'] as const) expect(resultOf(play(pacing, journal, END))).toEqual(resultOf(byHand));
  });

  test('another seed is another run', () => {
    const run = createInlineRun({ ...plan.scenario, seed: plan.scenario.seed + 1 }, { journal: plan.journal });
    advanceInline(run, END);
    expect(resultOf(run).trace).not.toBe(reference.trace);
  });
});

describe('a member that throws', () => {
  /** The member that is the sixth to be asked whether an append fits throws: a follower, once. */
  const throwingOnce = (): KernelRules => {
    let appends = 0;
    return {
      raft: {
        ...etcdRules,
        matchesPrevious: (termAtIndex, logTerm) => {
          if (++appends === 6) throw new Error('planted');
          return etcdRules.matchesPrevious(termAtIndex, logTerm);
        },
      },
      server: etcdServerRules,
    };
  };

  test('stops alone, and the rest goes on', () => {
    const run = createInlineRun({ ...plan.scenario, uneven: {} }, { rules: throwingOnce() });
    actKernel(run.kernel, callAt(1, 1));
    const released = advanceInline(run, 12 * SECOND);
    expect(released.thrown.map(({ message }) => message)).toEqual(['planted']);
    const [thrown] = released.thrown;
    expect(thrown?.stack).toContain('planted');
    const stops = released.rows.filter((row) => row.kind === ROW_KIND.stop);
    expect(stops.map(({ a, p, time }) => ({ a, p, time }))).toEqual([{ a: thrown?.member, p: 1, time: thrown?.time }]);
    expect(digestsInline(run).filter((digest) => digest === '')).toHaveLength(1);
    actInline(run, callAt(2, 1 + ((thrown?.member ?? 0) % 5)));
    const after = advanceInline(run, 20 * SECOND);
    expect(after.news.map((news) => news.type === 'end' && news.outcome.type)).toEqual(['ok']);
    actInline(run, { type: 'restart', member: thrown?.member ?? 0 });
    advanceInline(run, 22 * SECOND);
    expect(digestsInline(run).filter((digest) => digest === '')).toHaveLength(0);
  });

  test('does so in the same instant with every pacing', () => {
    // A pure rule, so that the order in which members are run does not matter: a commit at index 30 of term 1 throws.
    const rules: KernelRules = {
      raft: {
        ...etcdRules,
        mayCommit: (quorumIndex, committed, termAtIndex, term) => {
          if (quorumIndex >= 30 && quorumIndex < 40) throw new Error('planted');
          return etcdRules.mayCommit(quorumIndex, committed, termAtIndex, term);
        },
      },
      server: etcdServerRules,
    };
    const runs = (['horizons', 'oneByOne'] as const).map((pacing) => play(pacing, plan.journal, 40 * SECOND, rules));
    expect(runs.map((run) => run.hosts.size)).toEqual([runs[0]?.hosts.size, runs[0]?.hosts.size]);
    const [first, second] = runs.map(resultOf);
    expect(second).toEqual(first);
    const thrown = advanceInline(createInlineRun(plan.scenario, { journal: plan.journal, rules }), 40 * SECOND).thrown;
    expect(thrown.length).toBeGreaterThan(0);
  });
});

describe('a copy of a run', () => {
  test('goes on exactly as the original, and neither disturbs the other', () => {
    for (const at of [5 * SECOND + 12_345, 33 * SECOND + 1]) {
      const original = createInlineRun(plan.scenario, { journal: plan.journal });
      advanceInline(original, at);
      const before = resultOf(original);
      const copy = cloneInlineRun(original);
      actInline(createInlineRun(plan.scenario), { type: 'crash', member: 1 }); // a run of its own is no part of these
      advanceInline(copy, END);
      expect(resultOf(original)).toEqual(before);
      const afterCopy = resultOf(copy);
      advanceInline(original, END);
      expect(resultOf(original)).toEqual(afterCopy);
      expect(afterCopy).toEqual(resultOf(play('horizons', plan.journal, END)));
    }
  });

  test('can go another way', () => {
    const original = createInlineRun({ ...plan.scenario, uneven: {} });
    advanceInline(original, 5 * SECOND);
    const [left, right] = [cloneInlineRun(original), cloneInlineRun(original)];
    for (const member of [1, 2, 3]) actInline(left, { type: 'crash', member });
    advanceInline(left, 9 * SECOND);
    advanceInline(right, 9 * SECOND);
    advanceInline(original, 9 * SECOND);
    expect(digestsInline(left).filter((digest) => digest === '')).toHaveLength(3);
    expect(resultOf(right)).toEqual(resultOf(original));
  });
});

function callAt(call: number, member: number): Extract<JournalEntry['action'], { type: 'call' }> {
  const request = {
    type: 'put' as const,
    key: 'k',
    value: `v${call}`,
    lease: '0000000000000000' as never, // no lease
    prevKv: false,
    ignoreValue: false,
    ignoreLease: false,
  };
  return { type: 'call', client: 1, call, endpoints: [member], request, timeout: 5 * SECOND, requireLeader: false, text: '' };
}
