/** What is in a file that `snapshot save` wrote, for whoever is about to start a cluster from it. */
import { type Bytes, ok, type Result } from '../base/index.ts';
import { decodeSnapshotFile, type SnapshotFileError } from '../engine/server/index.ts';
import { clusterToken } from '../sim/index.ts';

export interface SavedStore {
  readonly file: Bytes;
  readonly revision: number;
  /** -1: never compacted. */
  readonly compactRevision: number;
  /** Keys that are there at the newest revision. */
  readonly keyCount: number;
  readonly leaseCount: number;
  /** Who does not log in, may not read. */
  readonly hasAuth: boolean;
  /** What etcd calls the --initial-cluster-token of a cluster that is started from it. */
  readonly token: string;
}

/** Reads a file, or says why it is none that a cluster could be started from. */
export function readSnapshot(file: Bytes): Result<SavedStore, SnapshotFileError> {
  const decoded = decodeSnapshotFile(file);
  if (!decoded.ok) return decoded;
  const { kv, leases, auth } = decoded.value;
  const keys = new Set<Bytes>();
  for (const { kv: pair } of kv.versions) {
    if (pair.version === 0) keys.delete(pair.key);
    else if (pair.key !== '') keys.add(pair.key); // a revision that was raised is no key that can be read
  }
  const { revision, compactRevision } = kv;
  return ok({
    file,
    revision,
    compactRevision,
    keyCount: keys.size,
    leaseCount: leases.length,
    hasAuth: auth.isEnabled,
    token: clusterToken({ naming: 'explorer', snapshot: file }),
  });
}
