import { assert, fail, ok, type Result } from '../../base/index.ts';
import { finishHash, hashVersion, startHash } from './hash.ts';
import { findNewest, removeKey } from './keyTree.ts';
import type { CompactionJob, Kv } from './state.ts';
import { isSurvivor } from './survivor.ts';
import type { HashKvResult, RevisionError } from './types.ts';
import { isTombstone, storedSizeOf, sweepChunk, type Version } from './versionLog.ts';

/** Hashes of finished compactions that are remembered. etcd: hashStorageMaxSize. */
const STORED_HASHES = 10;

/** What one step of physical compaction did. */
export interface CompactStepResult {
  /** The compaction that this step finished, for the log line; undefined if none. */
  readonly finished: number | undefined;
  /** There is more to do. */
  readonly isPending: boolean;
  /** Versions that are gone now. */
  readonly removed: number;
}

/**
 * Accepts a compaction: reads below `revision` fail from now on; what nobody can read any more goes in later steps of
 * {@link compactStep}. `spec/etcd.md` 1.7.
 *
 * @returns the revision; fails with `compacted` up to the compact revision, and with `futureRevision` above the current one
 */
export function compact(kv: Kv, revision: number): Result<number, RevisionError> {
  assert(!kv.isWriting, 'a compaction is accepted between writes');
  if (revision <= kv.compactRevision) return fail({ code: 'compacted' });
  if (revision > kv.revision) return fail({ code: 'futureRevision' });
  kv.compactions.push(createJob(revision, kv.compactRevision, kv.compactions.length === 0));
  kv.compactRevision = revision;
  return ok(revision);
}

export function createJob(revision: number, previousRevision: number, storesHash: boolean): CompactionJob {
  return { revision, previousRevision, storesHash, cursor: 0, crc: startHash() };
}

/**
 * Goes on with the oldest unfinished compaction; ends early when it is finished. Not visible to reads.
 *
 * @param budget versions to look at, about: at most 255 more
 */
export function compactStep(kv: Kv, budget: number): CompactStepResult {
  assert(!kv.isWriting, 'a compaction works between writes');
  const job = kv.compactions[0];
  if (job === undefined) return { finished: undefined, isPending: false, removed: 0 };
  let removed = 0;
  for (let left = budget; left > 0; ) {
    const { visited, next } = sweepChunk(kv.log, kv.owner, job.cursor, job.revision, (version) => {
      const isKept = meet(kv, job, version);
      if (!isKept) removed++;
      return isKept;
    });
    if (next === undefined) {
      finish(kv, job);
      return { finished: job.revision, isPending: kv.compactions.length > 0, removed };
    }
    job.cursor = next;
    left -= Math.max(1, visited);
  }
  return { finished: undefined, isPending: true, removed };
}

/** Looks at one version at or below the job's revision. */
function meet(kv: Kv, job: CompactionJob, version: Version): boolean {
  const isKept = isSurvivor(kv, version, job.revision);
  if (job.storesHash) job.crc = hashVersion(job.crc, version, job.previousRevision, () => isKept);
  if (!isKept) kv.storedSize -= storedSizeOf(version);
  if (!isKept && isTombstone(version)) {
    // A key whose last change is a tombstone nobody needs is forgotten.
    const isNewest = findNewest(kv.keys, version.kv.key)?.position === version.position;
    if (isNewest) kv.keys = removeKey(kv.keys, kv.owner, version.kv.key);
  }
  return isKept;
}

function finish(kv: Kv, job: CompactionJob): void {
  kv.compactions.shift();
  kv.finishedCompactRevision = job.revision;
  if (!job.storesHash) return;
  const hash: HashKvResult = { hash: finishHash(job.crc), compactRevision: job.previousRevision, hashRevision: job.revision };
  kv.compactionHashes = [...kv.compactionHashes, hash].slice(-STORED_HASHES);
}
