import type { Bytes } from '../../base/index.ts';
import type { KeyNode } from './keyNode.ts';
import type { Event, HashKvResult, WatcherResponse, WatchOptions } from './types.ts';
import type { Owner, VersionLog } from './versionLog.ts';

/** A member's key-value store: plain data, changed in place by the functions of this folder. `spec/etcd.md` 1. */
export interface Kv {
  /** Marks what this store may change in place; see {@link Owner}. */
  owner: Owner;
  /** Main revision of the last change; 1 in an empty store. */
  revision: number;
  /** Reads below it fail; -1 in a store that was never compacted. Moves as soon as a compaction is accepted. */
  compactRevision: number;
  /** The last compaction whose physical work is done; -1 if there was none. */
  finishedCompactRevision: number;
  /** Accepted and not finished; the first one is at work. */
  compactions: CompactionJob[];
  /** What finished compactions hashed to, by revision, ascending; in memory only. */
  compactionHashes: HashKvResult[];
  /** Between `beginWrite` and `endWrite`. */
  isWriting: boolean;
  /** Bytes of the stored versions, see `storedSizeOf`. */
  storedSize: number;
  log: VersionLog;
  keys: KeyNode;
  watchers: Watchers;
}

/** An accepted compaction and how far its physical work has come. */
export interface CompactionJob {
  readonly revision: number;
  /** The compact revision before it. */
  readonly previousRevision: number;
  /** False if an earlier one was unfinished when it was accepted: what it meets is not what others meet. */
  readonly storesHash: boolean;
  /** Position in the log from which versions were not looked at yet. */
  cursor: number;
  /** Running hash of the versions met. */
  crc: number;
}

/**
 * How a watcher gets what it has to hear: with each write; from history, with the next round of catching up; or not before
 * its stream has room again. `spec/etcd.md` 2.2.
 */
export type WatcherState = 'synced' | 'unsynced' | 'victim';

/** Somebody who wants the changes of a range. Changed in place by `watch.ts` only. */
export interface Watcher {
  readonly id: number;
  readonly options: WatchOptions;
  readonly start: Bytes;
  /** First key behind the range; undefined = no end. */
  readonly end: Bytes | undefined;
  /**
   * Nothing below it is sent, what a victim waits with aside. As in etcd it moves when something is sent or caught up, so for
   * a synced watcher it can lag behind the current revision; it matters again when a snapshot makes everybody unsynced.
   */
  minRevision: number;
  state: WatcherState;
  /** Responses in its stream that were not taken yet. */
  buffered: number;
  /** What found no room in the stream of a victim; empty for everybody else. */
  waiting: readonly Event[];
}

/** Watchers by what they look at, so that a change finds those it concerns. */
export interface WatcherGroup {
  readonly byKey: Map<Bytes, Set<number>>;
  readonly ranges: Set<number>;
}

/** Everything that a store knows of its watchers. `spec/etcd.md` 2.2. */
export interface Watchers {
  readonly all: Map<number, Watcher>;
  readonly synced: WatcherGroup;
  /** Who was served longest ago comes first. */
  readonly unsynced: Set<number>;
  /** Who waits longest comes first. */
  readonly victims: Set<number>;
  /** In the order in which they were made. */
  responses: WatcherResponse[];
}
