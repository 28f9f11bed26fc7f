/** Random work under random faults, watched by all checkers: `npm run sim -- --seed N`. */
import { SECOND, type SimTime } from '../sim/index.ts';
import { type ParsedWords, runCommand } from './options.ts';
import { runExperiment } from './sim/experiment.ts';
import { foundersOf, runLife } from './sim/life.ts';
import type { Report } from './sim/observed.ts';
import { type Order, readOrder, SIM_OPTIONS } from './sim/order.ts';
import { planRun } from './sim/plan.ts';
import { describeViolation } from './sim/violationWords.ts';

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
  --storage HOW      how members' disks are written: sync, as etcd does, or async (sync)
  --lives            members come and go as well: added, promoted, removed, leadership handed on, snapshots after a few entries;
                     everything but seed, members (3, 5 or 7, by the seed) and duration (30s) is drawn
  --json             print one JSON object, with a traceHash and counts for each run
  --help             print this

Exit code: 0 every promise was kept, 1 one was broken, 2 the command line is not what it should be.
`;

/** More runs than this are told of by the hundred. */
const MOST_SINGLE = 50;
const BATCH = 100;

/** Of what happened, in the order in which it is told. */
const COUNT_WORDS: Readonly<Record<string, string>> = {
  rows: 'rows',
  writesAnswered: 'writes answered',
  readsAnswered: 'reads answered',
  unanswered: 'calls not answered',
  readBack: 'read back',
  leaderChanges: 'changes of leader',
  crashes: 'crashes',
  committed: 'entries committed',
  overwritten: 'entries overwritten',
  snapshots: 'snapshots received',
  lost: 'messages lost',
  undecidedKeys: 'keys undecided',
  changes: 'changes of membership',
  joints: 'joint configurations',
  transfers: 'leaderships handed on',
  joins: 'members joined',
  exits: 'exits of removed members',
  compactions: 'log compactions',
};

/** A run, and the line that repeats it. */
interface Told {
  readonly report: Report;
  readonly counts: Readonly<Record<string, number>>;
  readonly again: string;
}

process.exitCode = runCommand({ name: 'sim', help: HELP, known: SIM_OPTIONS }, process.argv.slice(2), main);

function main(words: ParsedWords): number {
  const order = readOrder(words);
  const { first, last } = order.seeds;
  const isMany = last - first >= MOST_SINGLE;
  const told: Told[] = [];
  let batch: Told[] = [];
  for (let seed = first; seed <= last; seed++) {
    const one = runOne(order, seed, progressOf(seed, last));
    clearProgress();
    told.push(one);
    batch.push(one);
    if (order.isJson) continue;
    if (!isMany || one.report.violations.length > 0) print(one);
    if (isMany && (seed % BATCH === 0 || seed === last)) {
      process.stdout.write(`seeds ${batch[0]?.report.seed}..${seed}: ${inWords(sumOf(batch))}\n`);
      batch = [];
    }
  }
  const broken = told.filter(({ report }) => report.violations.length > 0).length;
  if (order.isJson) process.stdout.write(`${JSON.stringify(toJson(told, order))}\n`);
  else if (told.length > 1) {
    if (isMany) process.stdout.write(`all: ${inWords(sumOf(told))}\n`);
    process.stdout.write(`${told.length} runs, ${broken} broken\n`);
  }
  return broken > 0 ? 1 : 0;
}

function runOne(order: Order, seed: number, onProgress: (now: SimTime) => void): Told {
  if (order.type === 'plans') {
    const options = { ...order.common, seed };
    const report = runExperiment(planRun(options), { onProgress });
    const { members, duration, faults, clients, rate, storage } = options;
    const kinds = faults.size === 0 ? 'none' : [...faults].join(',');
    const work = `--faults ${kinds} --clients ${clients} --rate ${rate} --storage ${storage}`;
    return { report, counts: { ...report.counts }, again: `--seed ${seed} --members ${members} ${durationWord(duration)} ${work}` };
  }
  const members = order.members ?? foundersOf(seed);
  const { report, counts } = runLife({ seed, members, duration: order.duration, onProgress });
  const again = `--lives --seed ${seed} --members ${members} ${durationWord(order.duration)}`;
  return { report, counts: { ...report.counts, ...counts }, again };
}

function durationWord(duration: SimTime): string {
  return `--duration ${duration / 1_000}ms`;
}

/** For one run its own fields stand at the top; several are a list, and `traceHash` is of the last one. */
function toJson(told: readonly Told[], order: Order): Record<string, unknown> {
  const runs = told.map(({ report: { ran, ...report }, counts }) => ({ ...report, counts, ranMicroseconds: ran }));
  const [only] = runs;
  const asked =
    order.type === 'lives'
      ? { lives: true, duration: order.duration }
      : {
          duration: order.common.duration,
          faults: [...order.common.faults],
          clients: order.common.clients,
          rate: order.common.rate,
          storage: order.common.storage,
        };
  const options = { ...asked, ok: told.every(({ report }) => report.violations.length === 0) };
  return runs.length === 1 && only !== undefined ? { ...options, ...only } : { ...options, runs };
}

function print({ report, counts, again }: Told): void {
  const { seed, members, ran, violations, thrown, traceHash } = report;
  const lines = [`seed ${seed}: ${members} members, ${(ran / SECOND).toFixed(1)} virtual seconds, trace ${traceHash}`];
  lines.push(`  ${inWords(counts)}`);
  for (const violation of violations.slice(0, 20)) lines.push(`  BROKEN ${describeViolation(violation)}`);
  if (violations.length > 20) lines.push(`  and ${violations.length - 20} more`);
  for (const stack of thrown) lines.push(stack);
  if (violations.length > 0) lines.push(`  again: npm run sim -- ${again}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

function inWords(counts: Readonly<Record<string, number>>): string {
  return Object.entries(COUNT_WORDS)
    .filter(([name]) => counts[name] !== undefined)
    .map(([name, words]) => `${counts[name]} ${words}`)
    .join(', ');
}

function sumOf(told: readonly Told[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { counts } of told) for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

function progressOf(seed: number, last: number): (now: SimTime) => void {
  if (process.stderr.isTTY !== true) return () => {};
  return (now) => void process.stderr.write(`\rseed ${seed} of ${last}, ${(now / SECOND).toFixed(0)} virtual seconds `);
}

function clearProgress(): void {
  if (process.stderr.isTTY === true) process.stderr.write('\r\x1b[K');
}
