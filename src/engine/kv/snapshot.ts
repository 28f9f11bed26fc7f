import { assert } from '../../base/index.ts';
import { createJob } from './compaction.ts';
import { updateNewest } from './keyTree.ts';
import type { Kv } from './state.ts';
import { createKv, type StoredVersion, toStored } from './store.ts';
import { appendVersion, listVersions, storedSizeOf } from './versionLog.ts';
import { unsyncWatchers } from './watch.ts';

/** What a store keeps on disk and sends to a member that lags: plain data. The key-values are shared with the store. */
export interface KvSnapshot {
  readonly revision: number;
  /** The last accepted compaction; its work goes on after a restart if it is not the finished one. */
  readonly compactRevision: number;
  readonly finishedCompactRevision: number;
  /** In the order of execution. */
  readonly versions: readonly StoredVersion[];
}

/** The store without what is attached to it. Costs O(versions); taken from a clone it can wait until it is needed. */
export function snapshotKv(kv: Kv): KvSnapshot {
  assert(!kv.isWriting, 'a snapshot is taken between writes');
  const { revision, compactRevision, finishedCompactRevision } = kv;
  return { revision, compactRevision, finishedCompactRevision, versions: listVersions(kv.log).map(toStored) };
}

/** A store as it is after a restart: nobody watches, hashes of compactions are forgotten. `spec/etcd.md` 1.9. */
export function restoreKv(snapshot: KvSnapshot): Kv {
  const kv = createKv();
  load(kv, snapshot);
  return kv;
}

/** Replaces the contents by those of another member; every watcher is unsynced then. `spec/etcd.md` 1.9. */
export function installSnapshot(kv: Kv, snapshot: KvSnapshot): void {
  assert(!kv.isWriting, 'a snapshot is installed between writes');
  const { owner, log, keys, storedSize } = createKv();
  Object.assign(kv, { owner, log, keys, storedSize });
  load(kv, snapshot);
  unsyncWatchers(kv.watchers);
}

function load(kv: Kv, snapshot: KvSnapshot): void {
  const { compactRevision, finishedCompactRevision } = snapshot;
  let revision = 1;
  for (const { sub, kv: pair } of snapshot.versions) {
    kv.keys = updateNewest(kv.keys, kv.owner, pair.key, (newest) => {
      const version = appendVersion(kv.log, kv.owner, newest, pair, sub, snapshot.compactRevision);
      kv.storedSize += storedSizeOf(version);
      return version;
    });
    revision = Math.max(revision, pair.modRevision);
  }
  // Every revision from the compact one on left a version behind, if only a tombstone.
  assert(revision === snapshot.revision, 'the current revision follows from what is stored', { revision, said: snapshot.revision });
  kv.revision = revision;
  kv.compactRevision = compactRevision;
  kv.finishedCompactRevision = finishedCompactRevision;
  const isUnfinished = compactRevision > finishedCompactRevision;
  kv.compactions = isUnfinished ? [createJob(compactRevision, finishedCompactRevision, false)] : [];
}
