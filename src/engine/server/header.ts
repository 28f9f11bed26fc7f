import { ZERO_ID } from '../../base/index.ts';
import { currentRevision } from '../kv/index.ts';
import type { ResponseHeader } from './api.ts';
import type { Member } from './state.ts';

/** Of answers that say nothing about the member: defragment and move-leader. */
export const NO_HEADER: ResponseHeader = { clusterId: ZERO_ID, memberId: ZERO_ID, revision: 0, raftTerm: 0 };

/** What every answer of this member starts with (`spec/etcd.md` 4.6). */
export function headerOf(member: Member): ResponseHeader {
  return {
    clusterId: member.config.cluster.clusterId,
    memberId: member.config.id,
    revision: currentRevision(member.kv),
    raftTerm: member.raft.term,
  };
}
