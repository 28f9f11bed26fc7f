/**
 * 200 seeds of 20 virtual seconds with cuts, partitions and crashes, under all checkers. Then everything is healed, every
 * write that was answered is read back, linearizably, on every member, and all members are the same. A run in which nothing
 * happens proves nothing, so what happened is counted, printed and asked for. A failing seed is printed as a command to rerun.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runExperiment } from '../../src/cli/sim/experiment.ts';
import type { Counts, Report } from '../../src/cli/sim/observed.ts';
import { type FaultKind, type PlanOptions, planRun } from '../../src/cli/sim/plan.ts';
import { describeViolation } from '../../src/cli/sim/violationWords.ts';
import { SECOND } from '../../src/sim/index.ts';

const SEEDS = 200;

function optionsOf(seed: number): PlanOptions {
  const faults = new Set<FaultKind>(['crash', 'cut', 'partition']);
  const storage = seed % 4 < 2 ? 'sync' : 'async';
  return { seed, members: seed % 2 === 0 ? 5 : 3, duration: 20 * SECOND, faults, clients: 4, rate: 10, storage };
}

/** What went wrong, and how to see it again. */
function complaint(report: Report, command: string): string[] {
  return report.violations.map((violation) => `${describeViolation(violation)}\n  again: ${command}`);
}

test(`${SEEDS} seeds`, () => {
  const totals: Record<string, number> = {};
  const complaints: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const options = optionsOf(seed);
    const report = runExperiment(planRun(options));
    for (const [name, count] of Object.entries(report.counts)) totals[name] = (totals[name] ?? 0) + count;
    complaints.push(
      ...complaint(report, `npm run sim -- --seed ${seed} --members ${options.members} --storage ${options.storage}`),
    );
  }
  console.log(`over ${SEEDS} seeds:`, JSON.stringify(totals));
  expect(complaints).toEqual([]);
  const total = (name: keyof Counts) => totals[name] ?? 0;
  expect(total('writesAnswered')).toBeGreaterThanOrEqual(10_000);
  expect(total('readsAnswered')).toBeGreaterThanOrEqual(5_000);
  expect(total('leaderChanges')).toBeGreaterThanOrEqual(500);
  expect(total('crashes')).toBeGreaterThanOrEqual(300);
  expect(total('overwritten')).toBeGreaterThanOrEqual(50);
  expect(total('readBack')).toBeGreaterThanOrEqual(30_000);
  expect(total('undecidedKeys')).toBe(0);
});

test('every kind of fault at once, 1 to 7 members', () => {
  const complaints: string[] = [];
  for (let seed = 1; seed <= 14; seed++) {
    const faults = new Set<FaultKind>(['crash', 'cut', 'partition', 'pause', 'uneven']);
    const members = 1 + (seed % 7);
    const report = runExperiment(planRun({ ...optionsOf(seed), members, faults }));
    const command = `npm run sim -- --seed ${seed} --members ${members} --faults crash,cut,partition,pause,uneven`;
    complaints.push(...complaint(report, command));
    expect(report.counts.writesAnswered).toBeGreaterThan(10);
  }
  expect(complaints).toEqual([]);
});

// A line is the options of a run that once failed, and what it caught.
const regressions = readFileSync(new URL('regressions.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

test.each(regressions)('regression: %s', (line) => {
  const [seed, members, duration, faults = '', clients, rate] = (line.split('  ')[0] ?? '').split(' ');
  const options = {
    seed: Number(seed),
    members: Number(members),
    duration: Number(duration) * SECOND,
    faults: new Set(faults.split(',') as FaultKind[]), // our own file
    clients: Number(clients),
    rate: Number(rate),
  };
  expect(complaint(runExperiment(planRun(options)), line)).toEqual([]);
});
