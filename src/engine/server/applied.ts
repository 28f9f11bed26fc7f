/** Everything that the log decides: equal on all members that have applied the same entries. Snapshots hold it (`stateSnapshot.ts`). */
import { byText } from '../../base/index.ts';
import { type Kv, kvState } from '../kv/index.ts';
import type { AlarmMember } from './api.ts';
import type { AuthState } from './auth.ts';
import { keysOfLease, type Leases, storeLeases } from './leases.ts';
import type { Membership } from './membership.ts';

export interface StateMachine {
  readonly kv: Kv;
  leases: Leases;
  /** Replaced, never changed. */
  auth: AuthState;
  /** By member, then by kind; replaced, never changed. */
  alarms: readonly AlarmMember[];
  membership: Membership;
  /** The version that the cluster goes back to, `3.5.0`; '' = no downgrade is under way. */
  downgrade: string;
}

/** The whole state as plain data in a canonical order, for digests and tests. */
export function stateView({ kv, leases, auth, alarms, membership, downgrade }: StateMachine) {
  const leaseViews = storeLeases(leases).map((lease) => ({ ...lease, keys: keysOfLease(leases, lease.id) }));
  return { kv: kvState(kv), leases: leaseViews, auth, alarms, membership, downgrade };
}

/** Alarms with one more, or as they were. */
export function withAlarm(alarms: readonly AlarmMember[], alarm: AlarmMember): readonly AlarmMember[] {
  if (alarms.some((other) => isSameAlarm(other, alarm))) return alarms;
  return [...alarms, alarm].sort((a, b) => byText(a.memberId, b.memberId) || byText(String(b.alarm), String(a.alarm)));
}

export function isSameAlarm(a: AlarmMember, b: AlarmMember): boolean {
  return a.memberId === b.memberId && a.alarm === b.alarm;
}
