/** Which peers are connected, and since when: the transport tells (etcd-io/etcd:server/etcdserver/util.go). */
import type { Id64 } from '../../base/index.ts';
import type { MemberInfo } from './api.ts';
import type { Member } from './state.ts';

/** Is a peer connected, and has been since then? @param since virtual µs */
export function isConnectedSince(member: Member, peer: Id64, since: number): boolean {
  const from = member.peers.get(peer);
  return from !== undefined && from <= since;
}

/** Members of a list to which this member has been connected since then, itself included. */
export function connectedSince(member: Member, members: readonly MemberInfo[], since: number): number {
  return members.filter(({ id }) => id === member.config.id || isConnectedSince(member, id, since)).length;
}
