/**
 * A new cluster from a saved store, as `etcdutl snapshot restore` makes one (etcd-io/etcd:etcdutl/snapshot/v3_snapshot.go): keys,
 * revisions, leases, users and alarms are kept; who belonged to the old cluster, and its log, are forgotten.
 */
import { byText, ZERO_ID } from '../../base/index.ts';
import type { ConfState, HardState, Snapshot } from '../raft/index.ts';
import type { MemberInfo } from './api.ts';
import type { DiskRecord } from './input.ts';
import { membershipOf } from './membership.ts';
import type { StateSnapshot } from './stateSnapshot.ts';

/** The log of a restored member begins in this term. */
const FIRST_TERM = 1;

/**
 * What each member of the new cluster has on its disk before it has ever run. The log counts as if it had begun, as any cluster's,
 * with an entry for each member: the store stands behind the last of them.
 *
 * @param members of the new cluster, as they are known before they have said anything of themselves
 */
export function restoredRecords(saved: StateSnapshot, members: readonly MemberInfo[]): readonly DiskRecord[] {
  const voters = members.map(({ id }) => id).sort(byText);
  const index = voters.length;
  const confState: ConfState = { voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
  const snapshot: Snapshot = { index, term: FIRST_TERM, data: '', confState };
  const state: StateSnapshot = { ...saved, membership: membershipOf(members, saved.membership.clusterVersion) };
  // etcd writes it into each disk that the first member has the vote of that term.
  const hardState: HardState = { term: FIRST_TERM, vote: voters[0] ?? ZERO_ID, commit: index };
  return [
    { type: 'snapshot', snapshot, state },
    { type: 'hardState', hardState },
  ];
}
