/**
 * Builds one module with Vite, as the page is built, and runs it in Node with a heap of 8 GB and its garbage collector at hand. Driven
 * by `npm run bench`.
 *
 *     tsx scripts/benchBuilt.ts MODULE [NODE OPTION...]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

const [module, ...options] = process.argv.slice(2);
if (module === undefined) throw new Error('usage: benchBuilt.ts MODULE [NODE OPTION...]');

const folder = mkdtempSync(join(tmpdir(), 'etcdscope-bench-'));
try {
  await build({ configFile: false, logLevel: 'error', build: { ssr: module, outDir: folder, target: 'es2022' } });
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.js') || name.endsWith('.mjs'));
  if (file === undefined) throw new Error(`${module} was built to nothing`);
  const node = ['--expose-gc', '--max-old-space-size=8192', ...options, join(folder, file)];
  process.exitCode = spawnSync(process.execPath, node, { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
