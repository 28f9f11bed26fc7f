/**
 * Compiles each layer with just the libraries it may know, so that a browser's `setTimeout` in the engine is a type error.
 *
 *     npm run typecheck
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The projects, each with what it may know beside ECMAScript. */
export const PROJECTS = [
  { file: 'tsconfig.pure.json', knows: 'neither browser nor Node' },
  { file: 'tsconfig.dom.json', knows: 'a browser' },
  { file: 'tsconfig.cli.json', knows: 'Node' },
  { file: 'tsconfig.node.json', knows: 'Node and a browser' },
] as const;

/** What the compiler says about one project of the tree at `root`: its exit code (0 is clean) and its printed errors. */
export function typecheck(root: string, project: string): { readonly code: number; readonly output: string } {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const run = spawnSync(process.execPath, [compiler, '--project', project, '--pretty', 'false'], { cwd: root, encoding: 'utf8' });
  if (run.error) throw run.error;
  return { code: run.status ?? 1, output: run.stdout + run.stderr };
}

function main(): void {
  let failed = 0;
  for (const { file, knows } of PROJECTS) {
    const { code, output } = typecheck(process.cwd(), file);
    process.stdout.write(output);
    console.log(`${code === 0 ? 'ok    ' : 'failed'} ${file} (${knows})`);
    if (code !== 0) failed++;
  }
  console.log(`${PROJECTS.length - failed} projects passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
