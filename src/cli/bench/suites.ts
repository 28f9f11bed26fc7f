/** What can be measured. A new suite is a line in this list. */
import { measureBuilt } from './built.ts';
import type { Figure } from './figure.ts';
import { measurePage } from './page.ts';

export interface Suite {
  readonly name: string;
  /** One line for help. */
  readonly about: string;
  /** @param say tells how far it is, a line at a time */
  readonly run: (say: (line: string) => void) => Promise<readonly Figure[]>;
}

/** In the order in which they run. */
export const SUITES: readonly Suite[] = [
  { name: 'raft', about: 'the consensus engine: entries a second, quorums, catching up (2 min)', run: measureBuilt('raft.ts') },
  { name: 'kv', about: 'the store at four sizes: writes, reads, watches, compaction, memory (5 min)', run: measureBuilt('kv.ts') },
  { name: 'ui', about: 'the built page in a headless Chromium: frames, seeks, memory, start (5 min)', run: measurePage },
];
