/** Where the page's runs come from. */
import { openingOf } from './opening.ts';
import { openPageRun } from './pageRun.ts';
import type { Run } from './run.ts';

/** A fresh cluster in workers of its own. @param members 1 … 9 */
export function openRun(members: number, seed: number): Run {
  return openPageRun(
    openingOf(members, seed),
    (role) => new Worker(new URL('./entry.ts', import.meta.url), { type: 'module', name: role }),
  );
}
