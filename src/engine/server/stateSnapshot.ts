/** Everything that applied entries have made, as it stands on a disk and on its way to a member that lags. */
import { installSnapshot, type KvSnapshot, snapshotKv } from '../kv/index.ts';
import type { AlarmMember } from './api.ts';
import type { StateMachine } from './applied.ts';
import type { AuthState } from './auth.ts';
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

/** What etcd's backend adds to each key-value, about, in bytes. */
const BYTES_PER_VERSION = 80;
/** The pages of an empty database, in bytes. */
const EMPTY_SIZE = 20_480;

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

/** How many bytes it takes to send it, about. */
export function stateSize(state: StateSnapshot): number {
  let size = EMPTY_SIZE;
  for (const { kv } of state.kv.versions) size += kv.key.length + kv.value.length + BYTES_PER_VERSION;
  return size;
}
