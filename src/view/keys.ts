/** Keys as the screen asks: ribbons over revisions, and the store as it was at any of them. All from one member's own store. */
import type { Frame } from './frame.ts';
import { committedTerm } from './logGrid.ts';
import { topLeader } from './lookup.ts';
import { entryText } from './texts.ts';

/** One change of a key. A deletion has version 0. */
export interface PastVersion {
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  /** Decoded for reading; its beginning, where it is long. */
  readonly value: string;
  /** Hex without leading zeroes; '' = none. */
  readonly lease: string;
}

export interface PastKey {
  readonly key: string;
  /** What can still be read, oldest first. */
  readonly versions: readonly PastVersion[];
  /** There are older ones that are not listed. */
  readonly isCut: boolean;
}

/** A member's store at a moment: what it is, and what can still be read of its past. */
export interface PastStore {
  readonly isUp: boolean;
  readonly revision: number;
  /** Reads below it fail; -1 = never compacted. */
  readonly compactRevision: number;
  /** In byte order, those with the prefix that was asked for; the first few hundred. */
  readonly keys: readonly PastKey[];
  /** Keys with that prefix, those not listed included. */
  readonly keyCount: number;
}

/** What a revision goes back to. */
export interface MadeBy {
  readonly term: number;
  readonly index: number;
  /** 0 = none is known. */
  readonly call: number;
}

/** One stretch of a ribbon: a value for as long as it held, or what a deletion left. */
export interface RibbonBar {
  readonly kind: 'value' | 'deleted';
  /** Revision that made it. */
  readonly from: number;
  /** Revision that ended it; one behind the newest while nothing has. */
  readonly to: number;
  readonly isCurrent: boolean;
  readonly version: PastVersion;
}

export interface KeyRibbon {
  readonly key: string;
  readonly bars: readonly RibbonBar[];
}

/** One key of the store as it was. */
export interface KeyRow {
  readonly key: string;
  readonly version: PastVersion;
  readonly isDeleted: boolean;
}

/** Whose store is shown while nobody chose: the leader's; without one, that of the member that has applied most. Ordinal. */
export function storeMember(frame: Frame): number {
  const leader = topLeader(frame);
  if (leader !== undefined) return leader.ordinal;
  let best = frame.members[0];
  for (const member of frame.members) {
    const isBetter = best === undefined || best.health !== 'up' || member.appliedIndex > best.appliedIndex;
    if (member.health === 'up' && isBetter) best = member;
  }
  return best?.ordinal ?? 0;
}

/** The version that a read at `revision` would find; a deletion too. Undefined: the key was not there yet. */
export function versionAt({ versions }: PastKey, revision: number): PastVersion | undefined {
  return versions.findLast((version) => version.modRevision <= revision);
}

/** The oldest revision at which everything listed can be told; never below the compaction. */
export function oldestReadable(store: PastStore): number {
  let oldest = Math.max(1, store.compactRevision);
  for (const { versions, isCut } of store.keys) if (isCut) oldest = Math.max(oldest, versions[0]?.modRevision ?? 0);
  return oldest;
}

/** A key's stretches that touch the revisions `from` … `to`. */
export function keyRibbon({ key, versions }: PastKey, store: PastStore, from: number, to: number): KeyRibbon {
  const bars: RibbonBar[] = [];
  versions.forEach((version, at) => {
    const next = versions[at + 1];
    const end = next?.modRevision ?? store.revision + 1;
    if (end <= from || version.modRevision > to) return;
    const kind = version.version === 0 ? 'deleted' : 'value';
    bars.push({ kind, from: version.modRevision, to: end, isCurrent: next === undefined, version });
  });
  return { key, bars };
}

/** The store at a revision, in byte order; keys that were deleted by then are marked, those that came later are left out. */
export function keyRows(store: PastStore, revision: number): readonly KeyRow[] {
  const rows: KeyRow[] = [];
  for (const key of store.keys) {
    const version = versionAt(key, revision);
    if (version !== undefined) rows.push({ key: key.key, version, isDeleted: version.version === 0 });
  }
  return rows;
}

/** The entry that made a revision; undefined where the page has not seen one. */
export function entryOfRevision(frame: Frame, revision: number): MadeBy | undefined {
  const index = frame.revisions.get(revision);
  if (index === undefined) return undefined;
  const term = committedTerm(frame, index);
  if (term === 0) return undefined;
  return { term, index, call: entryText(frame.texts, term, index)?.call ?? 0 };
}

/** The revision that an entry made; 0 = none, or not applied yet. */
export function revisionOfEntry(frame: Frame, term: number, index: number): number {
  return committedTerm(frame, index) === term ? (frame.revisionAt.get(index) ?? 0) : 0;
}
