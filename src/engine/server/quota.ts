/**
 * How big a member's store is, and when it is full (`spec/etcd.md` 1.9; etcd-io/etcd:server/storage/quota.go). As etcd's database it
 * never shrinks but by a defragmentation.
 */
import type { Kv } from '../kv/index.ts';
import type { TxnOperation, TxnRequest } from './api.ts';
import { databaseSize } from './databaseSize.ts';
import type { LoggedRequest } from './logged.ts';
import { observe } from './meters.ts';
import type { Member } from './state.ts';

/** etcd: DefaultQuotaBytes, 2 GiB. */
export const DEFAULT_QUOTA = 2_147_483_648;

/** What a put costs beside its key and value, and what a lease costs. etcd: kvOverhead, leaseOverhead. */
const PUT_OVERHEAD = 256;
const LEASE_COST = 64;

/** Bytes of pages that hold something. */
export function sizeInUse(kv: Kv): number {
  return databaseSize(kv.storedSize);
}

/** Called when the store has changed: the file grows with it. */
export function growFile(member: Member): void {
  member.fileSize = Math.max(member.fileSize, sizeInUse(member.kv));
}

/** Rewrites the file without its free pages. */
export function defragment(member: Member): void {
  member.fileSize = sizeInUse(member.kv);
}

/** Bytes; what etcd calls for by a flag, or the default; infinite when it is switched off. */
export function quotaOf(member: Member): number {
  const quota = member.config.quotaBytes ?? 0;
  if (quota === 0) return DEFAULT_QUOTA;
  return quota < 0 ? Number.POSITIVE_INFINITY : quota;
}

/** etcd commits what was written to its database every tenth of a second; here that takes no time. */
export function tickBackend({ meters, appliedIndex }: Member): void {
  if (appliedIndex === meters.committedIndex) return;
  meters.committedIndex = appliedIndex;
  observe(meters, 'etcd_disk_backend_commit_duration_seconds', 0);
}

/** Is there room for a request? One that adds nothing always fits. */
export function hasRoom(member: Member, request: LoggedRequest): boolean {
  const cost = costOf(request);
  return cost === 0 || member.fileSize + cost < quotaOf(member);
}

/** Bytes that a request is charged. A transaction costs its dearer branch. */
export function costOf(request: LoggedRequest): number {
  switch (request.type) {
    case 'put':
      return PUT_OVERHEAD + request.key.length + request.value.length;
    case 'txn':
      return costOfTxn(request);
    case 'leaseGrant':
      return LEASE_COST;
    default:
      return 0;
  }
}

function costOfTxn({ success, failure }: TxnRequest): number {
  const costOfAll = (operations: readonly TxnOperation[]) =>
    operations.reduce((sum, operation) => sum + (operation.type === 'put' || operation.type === 'txn' ? costOf(operation) : 0), 0);
  return Math.max(costOfAll(success), costOfAll(failure));
}
