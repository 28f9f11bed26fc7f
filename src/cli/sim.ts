/** Random work under random faults, watched by all checkers: `npm run sim -- --seed N`. */
import { SECOND, type SimTime } from '../sim/index.ts';
import { type ParsedWords, runCommand } from './options.ts';
import { describeViolation, type Report, runExperiment } from './sim/experiment.ts';
import { readOrder, SIM_OPTIONS } from './sim/order.ts';
import { type PlanOptions, planRun } from './sim/plan.ts';

const HELP = `usage: npm run -s sim -- [OPTIONS]

Runs a cluster in virtual time with random work under random faults, then heals it, lets it rest, and asks every member for
everything that was answered. All of it is drawn from the seed: the same options give the same run, to the bit.

  --seed N           the run's seed (1)
  --seeds A..B       one run for each of these seeds
  --members N        1 to 9 (5)
  --duration T       of work and faults, virtual: 20s, 500ms, 2m (20s)
  --faults LIST      of crash, cut, partition, pause, uneven; or none (crash,cut,partition)
  --clients N        1 to 50 (4)
  --rate N           calls a virtual second, all clients together, 0 to 1000 (10)
  --json             print one JSON object, with a traceHash and counts for each run
  --help             print this

Exit code: 0 every promise was kept, 1 one was broken, 2 the command line is not what it should be.
`;

process.exitCode = runCommand({ name: 'sim', help: HELP, known: SIM_OPTIONS }, process.argv.slice(2), main);

function main(words: ParsedWords): number {
  const { seeds, common, isJson } = readOrder(words);
  const reports: Report[] = [];
  for (let seed = seeds.first; seed <= seeds.last; seed++) {
    const options: PlanOptions = { ...common, seed };
    const report = runExperiment(planRun(options), { onProgress: progressOf(seed, seeds.last) });
    clearProgress();
    reports.push(report);
    if (!isJson) print(report, options);
  }
  const broken = reports.filter((report) => report.violations.length > 0).length;
  if (isJson) process.stdout.write(`${JSON.stringify(toJson(reports, common))}\n`);
  else if (reports.length > 1) process.stdout.write(`${reports.length} runs, ${broken} broken\n`);
  return broken > 0 ? 1 : 0;
}

/** For one run its own fields stand at the top; several are a list, and `traceHash` is of the last one. */
function toJson(reports: readonly Report[], common: Omit<PlanOptions, 'seed'>): Record<string, unknown> {
  const runs = reports.map(({ ran, ...report }) => ({ ...report, ranMicroseconds: ran }));
  const options = {
    duration: common.duration,
    faults: [...common.faults],
    clients: common.clients,
    rate: common.rate,
    ok: reports.every((report) => report.violations.length === 0),
  };
  const [only] = runs;
  return runs.length === 1 && only !== undefined ? { ...options, ...only } : { ...options, runs };
}

function print(report: Report, options: PlanOptions): void {
  const { seed, members, ran, counts, violations, thrown, traceHash } = report;
  const lines = [
    `seed ${seed}: ${members} members, ${(ran / SECOND).toFixed(1)} virtual seconds, ${counts.rows} rows, trace ${traceHash}`,
    `  ${counts.writesAnswered} writes and ${counts.readsAnswered} reads answered, ${counts.unanswered} calls not; ${counts.readBack} read back`,
    `  ${counts.leaderChanges} leader changes, ${counts.crashes} crashes, ${counts.committed} entries committed, ${counts.overwritten} overwritten, ${counts.lost} messages lost`,
  ];
  for (const violation of violations.slice(0, 20)) lines.push(`  BROKEN ${describeViolation(violation)}`);
  if (violations.length > 20) lines.push(`  and ${violations.length - 20} more`);
  for (const stack of thrown) lines.push(stack);
  if (violations.length > 0) lines.push(`  again: ${commandOf(options)}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** The line that repeats a run. */
function commandOf({ seed, members, duration, faults, clients, rate }: PlanOptions): string {
  const kinds = faults.size === 0 ? 'none' : [...faults].join(',');
  return `npm run sim -- --seed ${seed} --members ${members} --duration ${duration / 1_000}ms --faults ${kinds} --clients ${clients} --rate ${rate}`;
}

function progressOf(seed: number, last: number): (now: SimTime) => void {
  if (process.stderr.isTTY !== true) return () => {};
  return (now) => void process.stderr.write(`\rseed ${seed} of ${last}, ${(now / SECOND).toFixed(0)} virtual seconds `);
}

function clearProgress(): void {
  if (process.stderr.isTTY === true) process.stderr.write('\r\x1b[K');
}
