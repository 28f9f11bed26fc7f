/** Looks into a store for who wants to see all of it: nothing here is part of etcd's API. */
import type { Bytes } from '../../base/index.ts';
import { intervalOf } from './keyInterval.ts';
import { visitNewest } from './keyTree.ts';
import type { Kv, Watcher } from './state.ts';
import type { KeyRange, KeyValue } from './types.ts';
import { isTombstone, newestVersions, type Version, versionAt, visitVersionsFrom } from './versionLog.ts';

/** What can still be read of one key. */
export interface KeyHistory {
  readonly key: Bytes;
  /** Oldest first; a deletion has version 0. */
  readonly versions: readonly KeyValue[];
  /** There are older ones that could be read as well. */
  readonly isCut: boolean;
}

/**
 * The readable versions of every key in a range, by key; what a compaction has put out of reach counts as gone, whether it
 * was swept away yet or not. Costs O(keys + versions).
 *
 * @param mostKeys histories in the answer; `keyCount` counts the rest as well
 * @param mostVersions newest versions of one key
 */
export function keyHistories(
  kv: Kv,
  range: KeyRange,
  mostKeys: number,
  mostVersions: number,
): { readonly histories: readonly KeyHistory[]; readonly keyCount: number } {
  const histories: KeyHistory[] = [];
  let keyCount = 0;
  const { start, end } = intervalOf(range);
  visitNewest(kv.keys, start, end, (newest) => {
    if (isTombstone(newest) && newest.kv.modRevision <= kv.compactRevision) return;
    if (++keyCount <= mostKeys) histories.push(historyOf(kv, newest, mostVersions));
  });
  return { histories, keyCount };
}

/** What the newest revision changed, in order; a deletion has version 0. Asked for before anything is compacted: after that it may be gone. */
export function newestChanges(kv: Kv): readonly KeyValue[] {
  return newestVersions(kv.log).map((version) => version.kv);
}

/**
 * What a watcher has not been sent yet.
 *
 * @returns the first revision of which something may be missing, and the number of changes, counted up to `most`
 */
export function missedChanges(
  kv: Kv,
  { start, end, minRevision, options, state, waiting }: Readonly<Watcher>,
  most: number,
): { readonly from: number; readonly count: number } {
  const from = waiting[0]?.kv.modRevision ?? minRevision;
  let count = Math.min(most, waiting.length);
  if (state === 'synced' || count === most) return { from, count };
  visitVersionsFrom(kv.log, minRevision, (version) => {
    const { key } = version.kv;
    const isInside = key >= start && (end === undefined || key < end);
    if (isInside && !(isTombstone(version) ? options.noDelete : options.noPut)) count++;
    return count < most;
  });
  return { from, count };
}

function historyOf(kv: Kv, newest: Version, most: number): KeyHistory {
  const versions: KeyValue[] = [newest.kv];
  let oldest = newest;
  for (;;) {
    // What was current at the compaction can be read; what it had replaced cannot.
    const before = oldest.kv.modRevision <= kv.compactRevision ? undefined : versionAt(kv.log, oldest.previous);
    if (before === undefined || (isTombstone(before) && before.kv.modRevision <= kv.compactRevision)) break;
    if (versions.length === most) return { key: newest.kv.key, versions: versions.reverse(), isCut: true };
    versions.push(before.kv);
    oldest = before;
  }
  return { key: newest.kv.key, versions: versions.reverse(), isCut: false };
}
