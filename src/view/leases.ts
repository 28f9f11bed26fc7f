/** Leases as the screen asks: how long each has, by whose clock, and which keys go with it. `spec/etcd.md` 3. */

export interface PastLease {
  /** Hex without leading zeroes, as etcdctl prints it. */
  readonly id: string;
  /** As granted, seconds. */
  readonly ttl: number;
  /** Virtual µs at which the leader will end it; 0 while nobody counts. */
  readonly endsAt: number;
  /** Decoded for reading, in byte order; the first few. */
  readonly keys: readonly string[];
  /** Keys, those not listed included. */
  readonly keyCount: number;
}

export interface PastLeases {
  /** By id. */
  readonly leases: readonly PastLease[];
  /** The leader whose clock decides; 0 = nobody counts, no lease can end. Ordinal. */
  readonly clock: number;
}

export type LeaseClock =
  /** `share` of the granted time that is left, 0 … 1; a new leader gives more than was granted, which counts as all. */
  | { readonly type: 'running'; readonly seconds: number; readonly share: number }
  | { readonly type: 'paused' }
  /** Its time is over and its revocation is on its way through the log. */
  | { readonly type: 'ended' };

/** What is left of a lease. @param now virtual µs */
export function leaseClock({ ttl, endsAt }: PastLease, now: number): LeaseClock {
  if (endsAt === 0) return { type: 'paused' };
  if (now >= endsAt) return { type: 'ended' };
  const seconds = (endsAt - now) / 1_000_000;
  return { type: 'running', seconds: Math.ceil(seconds), share: Math.min(1, seconds / ttl) };
}
