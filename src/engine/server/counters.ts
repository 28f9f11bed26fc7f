/** What a member has counted since its process began: for its `/metrics`, and for nothing else. */
import type { TxnOperationResponse } from './api.ts';
import type { LoggedResponse } from './logged.ts';

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

/** Counts what was done to the store, or read in it. */
export function countOperations(counters: Counters, response: LoggedResponse): void {
  switch (response.type) {
    case 'leaseGrant':
      counters.etcd_debugging_lease_granted_total++;
      return;
    case 'leaseRevoke':
      counters.etcd_debugging_lease_revoked_total++;
      return;
    case 'range':
    case 'put':
    case 'deleteRange':
    case 'txn':
      // Several operations at once are a transaction to the store, whatever the client called them.
      if (countStoreOperations(counters, response) > 1) counters.etcd_mvcc_txn_total++;
      return;
    default:
  }
}

function countStoreOperations(counters: Counters, response: TxnOperationResponse): number {
  switch (response.type) {
    case 'range':
      counters.etcd_mvcc_range_total++;
      return 1;
    case 'put':
      counters.etcd_mvcc_put_total++;
      return 1;
    case 'deleteRange':
      counters.etcd_mvcc_delete_total++;
      return 1;
    case 'txn': {
      let count = 0;
      for (const inner of response.responses) count += countStoreOperations(counters, inner);
      return count;
    }
  }
}
