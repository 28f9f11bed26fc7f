/** Everything that applied entries have made, as it stands on a disk and on its way to a member that lags. */
import { installSnapshot, type KvSnapshot, snapshotKv, storedSizeOf } from '../kv/index.ts';
import type { AlarmMember } from './api.ts';
import type { StateMachine } from './applied.ts';
import type { AuthState } from './auth.ts';
import { databaseSize } from './databaseSize.ts';
import { restoreLeases, type StoredLease, storeLeases } from './leases.ts';
import type { Membership } from './membership.ts';

/** The applied state of a member: plain data that can be sent. Its key-values are shared with the store. */
export interface StateSnapshot {
  readonly kv: KvSnapshot;
  readonly membership: Membership;
  /** By id. */
  readonly leases: readonly StoredLease[];
  readonly auth: AuthState;
  readonly alarms: readonly AlarmMember[];
  readonly downgrade: string;
}

/** The applied state as it stands; costs O(versions). */
export function takeState(machine: StateMachine): StateSnapshot {
  const { membership, auth, alarms, downgrade } = machine;
  return { kv: snapshotKv(machine.kv), membership, leases: storeLeases(machine.leases), auth, alarms, downgrade };
}

/** Replaces the applied state. Who watches is unsynced then. */
export function installState(machine: StateMachine, state: StateSnapshot): void {
  installSnapshot(machine.kv, state.kv);
  machine.membership = state.membership;
  machine.leases = restoreLeases(
    state.leases,
    state.kv.versions.map(({ kv }) => kv),
  );
  machine.auth = state.auth;
  machine.alarms = state.alarms;
  machine.downgrade = state.downgrade;
}

/** How many bytes it takes to send it: etcd sends its database. */
export function stateSize({ kv }: StateSnapshot): number {
  return databaseSize(kv.versions.reduce((size, version) => size + storedSizeOf(version), 0));
}
