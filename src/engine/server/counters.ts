/** What a member has counted since its process began: for its `/metrics`, and for nothing else. */
import { type Meters, observe } from './meters.ts';

/** Named as etcd's metrics. Changed in place; a copy of the member has its own. */
export type Counters = Record<(typeof COUNTERS)[number], number>;

const COUNTERS = [
  'etcd_debugging_lease_granted_total',
  'etcd_debugging_lease_renewed_total',
  'etcd_debugging_lease_revoked_total',
  'etcd_debugging_server_lease_expired_total',
  'etcd_debugging_mvcc_db_compaction_keys_total',
  'etcd_debugging_mvcc_events_total',
  'etcd_debugging_mvcc_total_put_size_in_bytes',
  'etcd_mvcc_delete_total',
  'etcd_mvcc_put_total',
  'etcd_mvcc_range_total',
  'etcd_mvcc_txn_total',
  'etcd_network_client_grpc_received_bytes_total',
  'etcd_network_client_grpc_sent_bytes_total',
  'etcd_server_health_failures',
  'etcd_server_health_success',
  'etcd_server_heartbeat_send_failures_total',
  'etcd_server_leader_changes_seen_total',
  'etcd_server_learner_promote_successes',
  'etcd_server_proposals_failed_total',
  'etcd_server_read_indexes_failed_total',
  'etcd_server_slow_apply_total',
  'etcd_server_slow_read_indexes_total',
] as const;

export function createCounters(): Counters {
  return Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counters; // one number for each name
}

/** What one transaction of the store does (etcd-io/etcd:server/storage/mvcc/metrics_txn.go). */
export interface StoreUse {
  /** Also what a condition looks at, and what a put or a deletion looks at before it. */
  ranges: number;
  puts: number;
  deletes: number;
  /** Bytes of keys and values. */
  putSize: number;
}

export function createUse(): StoreUse {
  return { ranges: 0, puts: 0, deletes: 0, putSize: 0 };
}

/** Counts a transaction of the store that is over. Several operations are a transaction to etcd's counter, whatever the client called them. */
export function countUse(counters: Counters, { ranges, puts, deletes, putSize }: StoreUse): void {
  counters.etcd_mvcc_range_total += ranges;
  counters.etcd_mvcc_put_total += puts;
  counters.etcd_mvcc_delete_total += deletes;
  counters.etcd_debugging_mvcc_total_put_size_in_bytes += putSize;
  if (ranges + puts + deletes > 1) counters.etcd_mvcc_txn_total++;
}

/** Counts a read of a range by itself: it is a transaction of its own. */
export function countRange({ counters, meters }: { readonly counters: Counters; readonly meters: Meters }, isFine: boolean): void {
  counters.etcd_mvcc_range_total++;
  observe(meters, 'etcd_server_range_duration_seconds', 0, [['success', String(isFine)]]);
}
