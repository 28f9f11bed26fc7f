/**
 * Everything that CI runs, one step after the other: types, lint, imports, unit tests, simulations, the build and its size, browser tests.
 * The last line is the sum of all suites, `N passed, N failed`; a skipped test counts as failed. Exits non-zero when anything failed.
 *
 *     npm test
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { obtainChromium } from './findChromium.ts';

/** What a suite came to. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

interface Step {
  readonly name: string;
  readonly run: (done: ReadonlyMap<string, Tally>) => Promise<Tally>;
}

const REPORTS = join('test-results', 'reports');
const TSX = ['node_modules/tsx/dist/cli.mjs'];
const VITEST = ['node_modules/vitest/vitest.mjs', 'run'];

const STEPS: readonly Step[] = [
  { name: 'types', run: () => check([...TSX, 'scripts/typecheck.ts']) },
  { name: 'lint', run: () => check(['node_modules/@biomejs/biome/bin/biome', 'check', '.']) },
  { name: 'imports', run: () => check([...TSX, 'scripts/check-imports.ts']) },
  { name: 'unit', run: () => vitest('unit') },
  { name: 'simulation', run: () => vitest('sim') },
  { name: 'build', run: () => check(['node_modules/vite/bin/vite.js', 'build'], [...TSX, 'scripts/check-size.ts']) },
  { name: 'browser', run: (done) => browser(done.get('build')?.failed === 0) },
];

/**
 * The tally of a Vitest JSON report. What did not run (skipped, to do) counts as failed, and so does a file that could not be loaded:
 * the exit code tells of it even where no test does.
 */
export function tallyVitest(report: string, exitCode: number): Tally {
  const { numPassedTests, numTotalTests } = JSON.parse(report) as { numPassedTests: number; numTotalTests: number }; // its documented form
  return settle({ passed: numPassedTests, failed: numTotalTests - numPassedTests }, exitCode);
}

/** The tally of a Playwright JSON report, by the same rules; a test that passed only when tried again has failed. */
export function tallyPlaywright(report: string, exitCode: number): Tally {
  const { stats } = JSON.parse(report) as { stats: { expected: number; unexpected: number; flaky: number; skipped: number } }; // its documented form
  return settle({ passed: stats.expected, failed: stats.unexpected + stats.flaky + stats.skipped }, exitCode);
}

/** A suite that ended badly, or that tested nothing, has failed even if no test of it has. */
function settle(tally: Tally, exitCode: number): Tally {
  const isEmpty = tally.passed + tally.failed === 0;
  return tally.failed === 0 && (exitCode !== 0 || isEmpty) ? { ...tally, failed: 1 } : tally;
}

/** Runs commands up to the first that fails; together they count as one. */
async function check(...commands: readonly (readonly string[])[]): Promise<Tally> {
  for (const command of commands) if ((await node(command)) !== 0) return { passed: 0, failed: 1 };
  return { passed: 1, failed: 0 };
}

async function vitest(project: string): Promise<Tally> {
  const report = join(REPORTS, `${project}.json`);
  const code = await node([
    ...VITEST,
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  return read(report, code, tallyVitest);
}

async function browser(isBuilt: boolean): Promise<Tally> {
  let path: string;
  try {
    const chromium = obtainChromium();
    path = chromium.path;
    console.log(`Chromium: ${path} (${chromium.source})`);
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    return { passed: 0, failed: 1 };
  }
  const report = join(REPORTS, 'browser.json');
  const code = await node(['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'], {
    CHROME: path,
    ETCDSCOPE_BUILT: isBuilt ? '1' : '0',
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  });
  return read(report, code, tallyPlaywright);
}

/** A runner that could not even start leaves no report. */
function read(report: string, code: number, tally: (report: string, exitCode: number) => Tally): Tally {
  return existsSync(report) ? tally(readFileSync(report, 'utf8'), code) : { passed: 0, failed: 1 };
}

/** Runs a script of node_modules or ours, its output straight to ours, and returns its exit code; a signal counts as 1. */
function node(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((fulfil, reject) => {
    const child = spawn(process.execPath, command, { stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', reject);
    child.on('exit', (code) => fulfil(code ?? 1));
  });
}

async function main(): Promise<void> {
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  const done = new Map<string, Tally>();
  const lines: string[] = [];
  for (const [index, { name, run }] of STEPS.entries()) {
    console.log(`\n── ${index + 1}/${STEPS.length} ${name}`);
    const start = performance.now();
    const tally = await run(done);
    done.set(name, tally);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const verdict = tally.failed === 0 ? 'ok    ' : 'FAILED';
    lines.push(`${verdict} ${name.padEnd(10)} ${tally.passed} passed, ${tally.failed} failed, ${seconds} s`);
  }
  const passed = [...done.values()].reduce((total, tally) => total + tally.passed, 0);
  const failed = [...done.values()].reduce((total, tally) => total + tally.failed, 0);
  console.log(`\n${lines.join('\n')}\n\n${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
