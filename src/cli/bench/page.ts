/**
 * The page's figures. A browser is driven by a tool beside the house (`scripts/benchUi.ts`), in a process of its own: what this process
 * holds of engine and simulation does not weigh on it.
 */
import { spawn } from 'node:child_process';
import type { Figure } from './suites.ts';

/** Runs the tool and takes its figures. Rejects where it fails. */
export function measurePage(say: (line: string) => void): Promise<readonly Figure[]> {
  return new Promise((fulfil, reject) => {
    const child = spawn(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'scripts/benchUi.ts'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) say(line);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (rest !== '') say(rest);
      if (code !== 0) reject(new Error(`scripts/benchUi.ts ended with exit code ${code}`));
      else fulfil((JSON.parse(printed) as { readonly figures: readonly Figure[] }).figures); // it prints that and nothing else
    });
  });
}
