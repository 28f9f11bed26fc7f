import { assert } from '../../base/index.ts';
import { findNewest } from './keyTree.ts';
import type { Kv } from './state.ts';
import { isTombstone, type Version, versionAtRevision } from './versionLog.ts';

/**
 * Does a version outlive a compaction at `revision`, which is not below its own? Of each key the newest one up to there
 * does; if that is a tombstone, only when it is of that very revision, for a watch may start there. `spec/etcd.md` 1.2.
 */
export function isSurvivor(kv: Kv, version: Version, revision: number): boolean {
  if (isTombstone(version) && version.kv.modRevision < revision) return false;
  const newest = findNewest(kv.keys, version.kv.key);
  assert(newest !== undefined, 'every stored version is in the index', { key: version.kv.key });
  return versionAtRevision(kv.log, newest, revision)?.position === version.position;
}
