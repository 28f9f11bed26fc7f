/** What the compactor of a member knows (`autoCompaction.ts`). */
import type { AutoCompaction } from './options.ts';

export const HOUR = 3_600_000_000;
/** Looks in one interval. etcd: retryDivisor. */
const LOOKS = 10;
/** etcd: revInterval, 5 min. */
const REVISION_INTERVAL = 300_000_000;

/** Where the compactor of a member is in its round; times in virtual µs. Replaced, never changed. */
export interface Compactor {
  /** When it looks again; undefined: it waits for the compaction that it asked for. */
  readonly lookAt: number | undefined;
  /** Revisions at its last looks, the oldest first. Periodic only. */
  readonly samples: readonly number[];
  /** That of the last compaction that went well. */
  readonly lastRevision: number;
  /** Of the last one that went well, or the start of the process. Periodic only. */
  readonly lastSuccess: number;
  /** The first whole period has gone by. Periodic only. */
  readonly isWarm: boolean;
}

/** Of a process that has read its store back. Undefined: none is wanted. */
export function createCompactor(config: AutoCompaction | undefined, now: number, revision: number): Compactor | undefined {
  if (config === undefined) return undefined;
  const samples = config.mode === 'periodic' ? [revision] : [];
  return { lookAt: now + lookInterval(config), samples, lastRevision: 0, lastSuccess: now, isWarm: false };
}

/** Virtual µs between two looks: a tenth of the period, at most of an hour; or five minutes. */
export function lookInterval(config: AutoCompaction): number {
  return config.mode === 'revision' ? REVISION_INTERVAL : Math.min(config.period, HOUR) / LOOKS;
}
