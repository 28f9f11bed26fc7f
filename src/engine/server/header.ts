import { currentRevision } from '../kv/index.ts';
import type { ResponseHeader } from './api.ts';
import type { Member } from './state.ts';

/** What every answer of this member starts with (`spec/etcd.md` 4.6). */
export function headerOf(member: Member): ResponseHeader {
  return {
    clusterId: member.config.cluster.clusterId,
    memberId: member.config.id,
    revision: currentRevision(member.kv),
    raftTerm: member.raft.term,
  };
}
