/**
 * A member's disk: append-only records with a synced mark. A crash keeps what was synced and loses the rest, so what
 * stands on it is a function of what the member wrote and of when its syncs ended. The bus keeps it, so it outlives the
 * member's worker.
 */
import { assert, type Chunks, chunkPush, chunkSlice, chunkTruncate, cloneChunks, createChunks } from '../base/index.ts';
import type { DiskRecord } from '../engine/server/index.ts';

export interface Disk {
  readonly records: Chunks<DiskRecord>;
  /** Records before this position are safe. */
  synced: number;
}

/** An empty disk. */
export function createDisk(): Disk {
  return { records: createChunks<DiskRecord>(), synced: 0 };
}

/** Adds records behind the others; they are not safe yet. Returns the position behind them. */
export function diskWrite(disk: Disk, records: readonly DiskRecord[]): number {
  for (const record of records) chunkPush(disk.records, record);
  return disk.records.end;
}

/** Everything before `position` is safe from now on. */
export function diskSynced(disk: Disk, position: number): void {
  assert(position <= disk.records.end, 'only what was written can be synced', { position, end: disk.records.end });
  disk.synced = Math.max(disk.synced, position);
}

/** The process died: what was not synced is gone. */
export function diskCrash(disk: Disk): void {
  chunkTruncate(disk.records, disk.synced);
}

/** All records, for a boot. */
export function diskRecords(disk: Disk): DiskRecord[] {
  return chunkSlice(disk.records, disk.records.start, disk.records.end);
}

/** A copy that shares its chunks. */
export function cloneDisk(disk: Disk): Disk {
  return { records: cloneChunks(disk.records), synced: disk.synced };
}
