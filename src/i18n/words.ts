/** What every language has: English says which keys there are. */
import type { en } from './en/index.ts';

export type Words = typeof en;
