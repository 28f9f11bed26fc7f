/** Which peers are connected, and since when: the transport tells (etcd-io/etcd:server/etcdserver/util.go). */
import { formatHex, type Id64 } from '../../base/index.ts';
import { reportUnreachable } from '../raft/index.ts';
import type { MemberInfo } from './api.ts';
import { addCount, type Labels } from './meters.ts';
import { writeLostWriters, writePeerActive, writePeerInactive, writeRejectedPeer, writeUnhealthyPeer } from './peerLines.ts';
import type { Member } from './state.ts';

/** Virtual µs between two looks. etcd: statusMonitoringInterval, and statusErrorInterval at first and while something is wrong. */
const PROBE_INTERVAL = 30_000_000;
const PROBE_ERROR_INTERVAL = 5_000_000;

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
    if (!member.peers.delete(peer)) return;
    member.lostWriters.add(peer);
    countInactive(member, peer);
    writePeerInactive(member, peer);
  } else if (member.membership.removed.includes(peer)) {
    member.outputs.push({ type: 'sendPeer', to: peer, message: { type: 'removed' } });
    writeRejectedPeer(member, peer);
  } else if (!member.peers.has(peer)) {
    member.peers.set(peer, member.now);
    member.lostWriters.delete(peer);
    addCount(member.meters, 'etcd_network_active_peers', linkLabels(member, peer), 1);
    writePeerActive(member, peer);
  }
}

/** A message to a peer leaves: if the connection was lost since the last one, this is when its other half is found to be gone. */
export function onPeerSend(member: Member, peer: Id64): void {
  if (member.lostWriters.delete(peer)) writeLostWriters(member, peer);
}

/** A connection is there no more. */
export function countInactive(member: Member, peer: Id64): void {
  addCount(member.meters, 'etcd_network_active_peers', linkLabels(member, peer), -1);
  addCount(member.meters, 'etcd_network_disconnected_peers_total', linkLabels(member, peer), 1);
}

/** Nobody takes what is sent to a peer. */
export function onUnreachable(member: Member, peer: Id64): void {
  addCount(member.meters, 'etcd_network_peer_sent_failures_total', [['To', formatHex(peer)]], 1);
  reportUnreachable(member.raft, peer);
}

/** What a peer's connection is called where it is counted. */
export function linkLabels(member: Member, peer: Id64): Labels {
  return [
    ['Local', formatHex(member.config.id)],
    ['Remote', formatHex(peer)],
  ];
}

/** Looks after the others, as etcd's prober does: it says so when one is not there. */
export function tickPeers(member: Member): void {
  const { probes, membership, config, now } = member;
  for (const peer of membership.members) {
    if (peer.id === config.id) continue;
    const at = probes.get(peer.id) ?? now + PROBE_ERROR_INTERVAL;
    const isDue = now >= at;
    const isHealthy = member.peers.has(peer.id);
    if (isDue && !isHealthy) writeUnhealthyPeer(member, peer);
    probes.set(peer.id, !isDue ? at : now + (isHealthy ? PROBE_INTERVAL : PROBE_ERROR_INTERVAL));
  }
}
