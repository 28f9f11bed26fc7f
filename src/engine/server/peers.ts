/** Which peers are connected, and since when: the transport tells (etcd-io/etcd:server/etcdserver/util.go). */
import type { Id64 } from '../../base/index.ts';
import type { MemberInfo } from './api.ts';
import { writePeerActive, writePeerInactive, writeRejectedPeer } from './peerLines.ts';
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

/** The transport tells that a connection is there, or gone. */
export function onPeer(member: Member, peer: Id64, isConnected: boolean): void {
  if (!isConnected) {
    if (member.peers.delete(peer)) writePeerInactive(member, peer);
  } else if (member.membership.removed.includes(peer)) {
    member.outputs.push({ type: 'sendPeer', to: peer, message: { type: 'removed' } });
    writeRejectedPeer(member, peer);
  } else if (!member.peers.has(peer)) {
    member.peers.set(peer, member.now);
    writePeerActive(member, peer);
  }
}
