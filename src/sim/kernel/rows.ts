/** Rows of the trace: they wait until nothing can come before them any more, and are hashed in their order. */
import type { SimTime } from '../scenario.ts';
import { hashRow, hashSeen, isDecision, type Row } from '../trace.ts';
import { type ClientNews, compareOrder, type Kernel, type PendingRow } from './state.ts';

export function addRow(kernel: Kernel, source: number, sequence: number, row: Row, news?: ClientNews): void {
  kernel.pendingRows.push({ source, sequence, time: row.time, row, news });
}

/** Rows before `bound` are final: nothing can come before them any more. */
export function releaseRows(kernel: Kernel, bound: SimTime): void {
  const due: PendingRow[] = [];
  const rest: PendingRow[] = [];
  for (const pending of kernel.pendingRows) (pending.time < bound ? due : rest).push(pending);
  if (due.length === 0) return;
  due.sort(compareOrder);
  kernel.pendingRows = rest;
  for (const { row, news } of due) {
    if (row !== undefined) {
      hashRow(kernel.hash, row);
      kernel.released.rows.push(row);
    }
    if (news === undefined) continue;
    hashSeen(kernel.hash, JSON.stringify(news));
    kernel.released.news.push(news);
  }
}

/** Ends an advance early: after the microsecond in which such a row appeared. */
export type StopAt = 'decision' | 'row';

export function hasStopRow(kernel: Kernel, from: number, stop: StopAt): boolean {
  const rows = kernel.released.rows;
  for (let i = from; i < rows.length; i++) if (stop === 'row' || isDecision(rows[i] as Row)) return true; // i < length
  return false;
}
