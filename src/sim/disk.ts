/**
 * A member's disk: append-only records with a synced mark. A crash keeps what was synced and loses the rest, so what
 * stands on it is a function of what the member wrote and of when its syncs ended. The bus keeps it, so it outlives the
 * member's worker.
 */
import { assert, type Chunks, chunkDrop, chunkPush, chunkSlice, chunkTruncate, cloneChunks, createChunks } from '../base/index.ts';
import type { DiskRecord } from '../engine/server/index.ts';

export interface Disk {
  readonly records: Chunks<DiskRecord>;
  /** Records before this position are safe. */
  synced: number;
  /** Records written in [start, end) replace all before `start`, as soon as they are safe; undefined: nothing is being replaced. */
  replacing: { readonly start: number; readonly end: number } | undefined;
}

/** An empty disk. */
export function createDisk(): Disk {
  return { records: createChunks<DiskRecord>(), synced: 0, replacing: undefined };
}

/**
 * Adds records behind the others; they are not safe yet. Returns the position behind them.
 *
 * @param replaces once they are safe, nothing before them is needed
 */
export function diskWrite(disk: Disk, records: readonly DiskRecord[], replaces: boolean): number {
  const start = disk.records.end;
  for (const record of records) chunkPush(disk.records, record);
  if (replaces) disk.replacing = { start, end: disk.records.end };
  return disk.records.end;
}

/** Everything before `position` is safe from now on. */
export function diskSynced(disk: Disk, position: number): void {
  assert(position <= disk.records.end, 'only what was written can be synced', { position, end: disk.records.end });
  disk.synced = Math.max(disk.synced, position);
  if (disk.replacing === undefined || disk.replacing.end > disk.synced) return;
  chunkDrop(disk.records, disk.replacing.start);
  disk.replacing = undefined;
}

/** The process died: what was not synced is gone. */
export function diskCrash(disk: Disk): void {
  chunkTruncate(disk.records, disk.synced);
  disk.replacing = undefined;
}

/** All records that are there, for a boot. */
export function diskRecords(disk: Disk): DiskRecord[] {
  return chunkSlice(disk.records, disk.records.start, disk.records.end);
}

/** A copy that shares its chunks. */
export function cloneDisk(disk: Disk): Disk {
  return { records: cloneChunks(disk.records), synced: disk.synced, replacing: disk.replacing };
}
