/**
 * Does a test notice when the consensus engine is wrong? Puts one mistake after the other into a copy of the tree and runs the engine's
 * tests there. The mistakes are those of `spec/raft.md` 9, by name, and some drawn at random; what came of it is in docs/mutation.md.
 *
 *     npm run mutate                      # all of them, about 20 minutes
 *     npm run mutate -- 9.1 drawn/17      # those whose id begins so
 *     npm run mutate -- --list            # which there are; fails if one no longer fits the source
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DETECTED } from './mutate/detected.ts';
import { applyEdit, type Mistake } from './mutate/mistake.ts';
import { drawMutants } from './mutate/operators.ts';
import { UNDETECTED } from './mutate/undetected.ts';

const ENGINE = 'src/engine/raft';
/** Without upstream's own files: what is caught is caught by what stands in this repository. */
const NEEDED = [
  'src/base',
  ENGINE,
  'src/cli/conformance',
  'tests/engine/raft',
  'tests/recorded/raft',
  'vitest.config.ts',
  'package.json',
];
/** No test has a time limit of its own here: on a busy machine it would count as catching a mistake. */
const ONE_BY_ONE = ['--bail', '1', '--no-isolate', '--pool', 'threads', '--testTimeout', '0'];
const TESTS = ['run', '--project', 'unit', ...ONE_BY_ONE, 'tests/engine/raft'];
/** A mutant that has not failed after so many times what the tests take without a mistake goes round in circles. */
const PATIENCE = 4;

type Verdict = 'caught' | 'caught: endless' | 'survived';

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    drawn: { type: 'string', default: '80' },
    jobs: { type: 'string', default: '2' },
  },
});

/** Every file as it was when this started: the checkout may move on meanwhile. */
const originals = new Map<string, string>();
const mistakes = collect();
if (options.list) for (const { id, about } of mistakes) console.info(`${id.padEnd(10)} ${about}`);
else process.exitCode = await run();

function collect(): readonly Mistake[] {
  const drawn = drawMutants(engineSources(), Number(options.drawn), generator(Number(options.seed)));
  const all = [...DETECTED, ...UNDETECTED, ...drawn];
  // Every edit is tried on the source as it is, asked for or not: one that no longer fits checks nothing.
  for (const one of all) mutate(one);
  return wanted.length === 0 ? all : all.filter(({ id }) => wanted.some((prefix) => id.startsWith(prefix)));
}

async function run(): Promise<number> {
  const verdicts = new Map<string, Verdict>();
  const queue = [...mistakes];
  const work = async () => {
    const tree = copyTree();
    try {
      const startedAt = Date.now();
      const clean = await runTests(tree, Number.POSITIVE_INFINITY);
      if (clean !== 'survived') throw new Error('the tests fail without a mistake as well');
      const limitMs = PATIENCE * (Date.now() - startedAt);
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
        const verdict = await tryMistake(tree, one, limitMs);
        verdicts.set(one.id, verdict);
        console.info(`${verdict.padEnd(16)} ${one.id.padEnd(10)} ${one.about}`);
      }
    } finally {
      rmSync(tree, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(options.jobs)) }, work));
  const count = (prefix: string, verdict: string) =>
    [...verdicts].filter(([id, one]) => id.startsWith(prefix) && one.startsWith(verdict)).length;
  for (const group of ['9.1', '9.2', 'drawn']) {
    console.info(`${group.padEnd(6)} ${count(group, 'caught')} of ${count(group, '')} caught`);
  }
  return count('9', 'survived') === 0 ? 0 : 1;
}

async function tryMistake(tree: string, one: Mistake, limitMs: number): Promise<Verdict> {
  const mutated = mutate(one);
  for (const [file, text] of mutated) writeFileSync(join(tree, file), text);
  try {
    return await runTests(tree, limitMs);
  } finally {
    for (const file of mutated.keys()) writeFileSync(join(tree, file), original(file));
  }
}

function original(file: string): string {
  const text = originals.get(file) ?? readFileSync(file, 'utf8');
  originals.set(file, text);
  return text;
}

/** @returns the files that change, as they are with the mistake */
function mutate({ id, edits }: Mistake): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const one of edits) {
    try {
      texts.set(one.file, applyEdit(texts.get(one.file) ?? original(one.file), one));
    } catch (error) {
      throw new Error(`${id} does not fit the source any more`, { cause: error });
    }
  }
  return texts;
}

function runTests(tree: string, limitMs: number): Promise<Verdict> {
  return new Promise((fulfil, reject) => {
    const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...TESTS], { cwd: tree, stdio: 'ignore' });
    let verdict: Verdict | undefined;
    const stop = () => {
      verdict = 'caught: endless';
      child.kill('SIGKILL');
    };
    const timer = limitMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(stop, limitMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      fulfil(verdict ?? (code === 0 ? 'survived' : 'caught'));
    });
  });
}

/** What the engine's tests need; packages are linked one by one, so that tools keep their caches to the copy. */
function copyTree(): string {
  const tree = mkdtempSync(join(tmpdir(), 'etcdscope-mutate-'));
  for (const path of NEEDED) cpSync(path, join(tree, path), { recursive: true });
  for (const [file, text] of originals) writeFileSync(join(tree, file), text);
  mkdirSync(join(tree, 'node_modules'));
  for (const name of readdirSync('node_modules')) {
    if (!name.startsWith('.')) symlinkSync(join(process.cwd(), 'node_modules', name), join(tree, 'node_modules', name));
  }
  return tree;
}

function engineSources(): ReadonlyMap<string, string> {
  const files = readdirSync(ENGINE).filter((name) => name.endsWith('.ts') && name !== 'index.ts' && name !== 'types.ts');
  return new Map(files.sort().map((name) => [`${ENGINE}/${name}`, original(`${ENGINE}/${name}`)]));
}

/** Numerical Recipes' generator: small, and the same everywhere. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
