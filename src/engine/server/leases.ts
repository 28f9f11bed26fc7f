/**
 * Leases as every member knows them: which there are, and which keys hang on them. When they end is the leader's own affair
 * (`lessor.ts`). `spec/etcd.md` 3; etcd-io/etcd:server/lease/lessor.go.
 */
import { assert, type Bytes, byText, fail, type Id64, ok, type Result, ZERO_ID } from '../../base/index.ts';
import type { KeyValue } from './api.ts';
import type { ApiErrorCode } from './errors.ts';

/** Seconds: one and a half election timeouts, rounded up. */
export const MIN_LEASE_TTL = 2;
/** Seconds. etcd: MaxLeaseTTL. */
export const MAX_LEASE_TTL = 9_000_000_000;

export interface Lease {
  readonly id: Id64;
  /** Seconds, as granted. */
  readonly ttl: number;
  /** Seconds that were left at its last checkpoint; 0 = none was taken, or it has been renewed since. */
  readonly remainingTtl: number;
  /** Whoever this is, may change `keys` in place. */
  readonly owner: object;
  readonly keys: Set<Bytes>;
}

export interface Leases {
  /** Of this copy: a lease with another owner is copied before its keys change. */
  owner: object;
  readonly byId: Map<Id64, Lease>;
}

/** What is kept of a lease on disk: its keys are found again in the store. */
export interface StoredLease {
  readonly id: Id64;
  readonly ttl: number;
  /** Left out: 0. */
  readonly remainingTtl?: number;
}

export function createLeases(): Leases {
  return { owner: {}, byId: new Map() };
}

/** A copy on shared key sets: each side copies what it changes from now on. */
export function cloneLeases(leases: Leases): Leases {
  leases.owner = {};
  return { owner: {}, byId: new Map(leases.byId) };
}

/** Leases as they were stored; keys hang on those that their newest pairs name (`spec/etcd.md` 1.9). */
export function restoreLeases(stored: readonly StoredLease[], pairs: Iterable<KeyValue>): Leases {
  const leases = createLeases();
  for (const { id, ttl, remainingTtl } of stored) {
    const granted = grantLease(leases, id, ttl);
    assert(granted.ok, 'what is stored of a lease is what was granted once', { id, ttl });
    if (remainingTtl !== undefined) checkpointLease(leases, id, remainingTtl);
  }
  const newest = new Map<Bytes, KeyValue>();
  for (const pair of pairs) newest.set(pair.key, pair);
  for (const pair of newest.values()) if (leases.byId.has(pair.lease)) moveKey(leases, undefined, pair);
  return leases;
}

/** All leases, by id. */
export function listLeases(leases: Leases): readonly Lease[] {
  return [...leases.byId.values()].sort((a, b) => byText(a.id, b.id));
}

/** The keys that hang on a lease, in byte order. */
export function keysOfLease(leases: Leases, id: Id64): readonly Bytes[] {
  return [...(leases.byId.get(id)?.keys ?? [])].sort(byText);
}

/** Adds a lease. @param ttl seconds; what is below the minimum is raised to it */
export function grantLease(leases: Leases, id: Id64, ttl: number): Result<Lease, ApiErrorCode> {
  if (id === ZERO_ID) return fail('leaseNotFound');
  if (ttl > MAX_LEASE_TTL) return fail('leaseTtlTooLarge');
  if (leases.byId.has(id)) return fail('leaseExists');
  const lease: Lease = { id, ttl: Math.max(ttl, MIN_LEASE_TTL), remainingTtl: 0, owner: leases.owner, keys: new Set() };
  leases.byId.set(id, lease);
  return ok(lease);
}

/** What is kept of all leases, by id. */
export function storeLeases(leases: Leases): readonly StoredLease[] {
  return listLeases(leases).map(({ id, ttl, remainingTtl }) => ({ id, ttl, ...(remainingTtl > 0 ? { remainingTtl } : {}) }));
}

/** Notes how long a lease has left, for the next leader. @param remainingTtl seconds; 0 = all of its time */
export function checkpointLease(leases: Leases, id: Id64, remainingTtl: number): void {
  const lease = leases.byId.get(id);
  if (lease !== undefined) leases.byId.set(id, { ...lease, remainingTtl });
}

/** Takes a lease away; its keys are the caller's to delete before. */
export function dropLease(leases: Leases, id: Id64): void {
  assert(leases.byId.delete(id), 'a lease is dropped once', { id });
}

/** A key was written: it hangs on the lease of its newest pair, and on no other. */
export function moveKey(leases: Leases, previous: KeyValue | undefined, next: KeyValue | undefined): void {
  const from = previous?.lease ?? ZERO_ID;
  const to = next?.lease ?? ZERO_ID;
  if (from === to) return;
  if (previous !== undefined && from !== ZERO_ID) keysToChange(leases, from)?.delete(previous.key);
  if (next !== undefined && to !== ZERO_ID) {
    const keys = keysToChange(leases, to);
    assert(keys !== undefined, 'a key hangs on a lease that exists', { lease: to });
    keys.add(next.key);
  }
}

function keysToChange(leases: Leases, id: Id64): Set<Bytes> | undefined {
  const lease = leases.byId.get(id);
  if (lease === undefined || lease.owner === leases.owner) return lease?.keys;
  const own = { ...lease, owner: leases.owner, keys: new Set(lease.keys) };
  leases.byId.set(id, own);
  return own.keys;
}
