/** Measurements that run in a process of their own: what this one holds does not weigh on them. */
import { spawn } from 'node:child_process';
import type { Figure } from './figure.ts';

/**
 * Runs a script of the house that prints `{"figures": […]}`, with what it tells on standard error handed on line by line. Rejects where
 * it fails.
 */
export function runTool(words: readonly string[], say: (line: string) => void): Promise<readonly Figure[]> {
  return new Promise((fulfil, reject) => {
    const child = spawn(process.execPath, ['node_modules/tsx/dist/cli.mjs', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
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
      if (code !== 0) reject(new Error(`${words.join(' ')} ended with exit code ${code}`));
      else fulfil((JSON.parse(printed) as { readonly figures: readonly Figure[] }).figures); // it prints that and nothing else
    });
  });
}
