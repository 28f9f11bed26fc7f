/** Patience with the first election (etcd-io/etcd:server/etcdserver/server.go). */
import { tick } from '../raft/index.ts';
import { idField, writeServerLine } from './lines.ts';
import type { LineField } from './serverLine.ts';
import type { Member } from './state.ts';

/** An election timeout; etcd's second. */
export const ELECTION_TICKS = 10;
/** etcd: rafthttp.ConnReadTimeout, 5 s, in ticks. */
const ADVANCE_PATIENCE = 50;

/**
 * Most of the first election timeout is skipped: at once by the only member; by others when more than one peer is connected,
 * for then a leader would have been heard. etcd: --initial-election-tick-advance.
 */
export function advanceTicks(member: Member): void {
  if (!member.mayAdvanceTicks) return;
  const { config } = member;
  const count = Math.max(config.isJoining ? 2 : config.cluster.members.length, member.membership.members.length);
  if (count > 1 && member.peers.size <= 1) {
    if (member.ticks >= ADVANCE_PATIENCE) member.mayAdvanceTicks = false;
    return;
  }
  member.mayAdvanceTicks = false;
  const ticks = ELECTION_TICKS - (count === 1 ? 1 : 2);
  const times: LineField[] = [
    ['forward-ticks', ticks],
    ['forward-duration', `${ticks * 100}ms`],
    ['election-ticks', ELECTION_TICKS],
    ['election-timeout', '1s'],
  ];
  const id = idField('local-member-id', config.id);
  if (count === 1) writeServerLine(member, 'info', 'started as single-node; fast-forwarding election ticks', [id, ...times]);
  else {
    const active: LineField = ['active-remote-members', member.peers.size];
    writeServerLine(member, 'info', 'initialized peer connections; fast-forwarding election ticks', [id, ...times, active]);
  }
  for (let i = 0; i < ticks; i++) tick(member.raft);
}
