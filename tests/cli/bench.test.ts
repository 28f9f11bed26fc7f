// The benchmark's command line: help, names, mistakes. What it measures is measured by it.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

function bench(...args: readonly string[]): { readonly status: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'src/cli/bench.ts', ...args], {
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

describe('bench', () => {
  it('says what there is', () => {
    const { status, out } = bench('--help');
    expect(status).toBe(0);
    expect(out).toMatch(/^usage: npm run -s bench/);
    expect(out).toMatch(/^ {2}ui {9}/m);
  });

  it('refuses a name and an option that it does not know, and names them', () => {
    const name = bench('ui', 'nothing');
    expect([name.status, name.out]).toEqual([2, '']);
    expect(name.err).toMatch(/^bench: unknown name nothing: there is .*\bui\b/);
    const option = bench('--fast');
    expect([option.status, option.out]).toEqual([2, '']);
    expect(option.err).toContain('bench: unknown option --fast');
  });
});
