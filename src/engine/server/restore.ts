/**
 * A new cluster from a saved store, as `etcdutl snapshot restore` makes one (etcd-io/etcd:etcdutl/snapshot/v3_snapshot.go): keys,
 * revisions, leases, users and alarms are kept; who belonged to the old cluster, and its log, are forgotten.
 */
import { assert, byText, ZERO_ID } from '../../base/index.ts';
import type { KvSnapshot } from '../kv/index.ts';
import type { ConfState, HardState, Snapshot } from '../raft/index.ts';
import type { MemberInfo } from './api.ts';
import type { DiskRecord } from './input.ts';
import { membershipOf } from './membership.ts';
import { NO_BUMP, type RestoreOptions } from './restoreOptions.ts';
import { MOST } from './stateShape.ts';
import type { StateSnapshot } from './stateSnapshot.ts';

/** The log of a restored member begins in this term. */
const FIRST_TERM = 1;

/**
 * What each member of the new cluster has on its disk before it has ever run. The log counts as if it had begun, as any cluster's,
 * with an entry for each member: the store stands behind the last of them.
 *
 * @param members of the new cluster, as they are known before they have said anything of themselves
 */
export function restoredRecords(
  saved: StateSnapshot,
  members: readonly MemberInfo[],
  options: RestoreOptions = NO_BUMP,
): readonly DiskRecord[] {
  const bump = options.bumpRevision;
  assert(
    Number.isInteger(bump) && bump >= 0 && saved.kv.revision + bump <= MOST,
    'a revision is raised to one that can be counted',
    { bump },
  );
  assert(bump > 0 === options.markCompacted, '--mark-compacted required if --revision-bump > 0', { ...options });
  const voters = members.map(({ id }) => id).sort(byText);
  const index = voters.length;
  const confState: ConfState = { voters, votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
  const snapshot: Snapshot = { index, term: FIRST_TERM, data: '', confState };
  const membership = membershipOf(members, saved.membership.clusterVersion);
  const kv = bump === 0 ? saved.kv : bumpRevision(saved.kv, bump);
  const state: StateSnapshot = { ...saved, membership, kv };
  // etcd writes it into each disk that the first member has the vote of that term.
  const hardState: HardState = { term: FIRST_TERM, vote: voters[0] ?? ZERO_ID, commit: index };
  return [
    { type: 'snapshot', snapshot, state },
    { type: 'hardState', hardState },
  ];
}

/**
 * The store as if much had happened since it was saved, and been compacted: whoever has seen revisions that were lost does not meet
 * them again with other contents, and whoever watches from one of them is told that it is gone.
 */
function bumpRevision(kv: KvSnapshot, amount: number): KvSnapshot {
  // A store that was never written to stands at revision 1, and etcdutl finds nothing in it: it counts from 0.
  const revision = (kv.versions.at(-1)?.kv.modRevision ?? 0) + amount;
  // The revision has to be somewhere. etcdutl stores nothing at it, which is a version of the key without a name that nobody can ask for.
  const mark = { key: '', value: '', createRevision: revision, modRevision: revision, version: 1, lease: ZERO_ID };
  return { ...kv, revision, compactRevision: revision, versions: [...kv.versions, { sub: 0, kv: mark }] };
}
