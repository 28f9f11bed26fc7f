/** Which peers are connected, and since when: the transport tells (etcd-io/etcd:server/etcdserver/util.go). */
import { formatHex, type Id64 } from '../../base/index.ts';
import { reportUnreachable } from '../raft/index.ts';
import type { MemberInfo } from './api.ts';
import { addCount, type Labels, observe } from './meters.ts';
import { writeLostWriters, writePeerActive, writePeerInactive, writeRejectedPeer, writeUnhealthyPeer } from './peerLines.ts';
import type { Member, Probe } from './state.ts';

/** Virtual µs between two probes. etcd: proberInterval. */
const PROBE_INTERVAL = 4_000_000;

/** Virtual µs between two looks at them. etcd: statusMonitoringInterval, and statusErrorInterval at first and while something is wrong. */
const LOOK_INTERVAL = 30_000_000;
const LOOK_ERROR_INTERVAL = 5_000_000;

/** How much a new round trip weighs beside those before it (xiang90/probing). */
const NEWEST_WEIGHT = 0.125;

/** Is a peer connected, and has been since then? @param since virtual µs */
export function isConnectedSince(member: Member, peer: Id64, since: number): boolean {
  const connection = member.peers.get(peer);
  return connection !== undefined && connection.since <= since;
}

/** Members of a list to which this member has been connected since then, itself included. */
export function connectedSince(member: Member, members: readonly MemberInfo[], since: number): number {
  return members.filter(({ id }) => id === member.config.id || isConnectedSince(member, id, since)).length;
}

/** The transport tells that a connection is gone. */
export function onDisconnected(member: Member, peer: Id64): void {
  if (!member.peers.delete(peer)) return;
  member.lostWriters.add(peer);
  countInactive(member, peer);
  writePeerInactive(member, peer);
}

/** The transport tells that a connection is there. @param roundTrip virtual µs */
export function onConnected(member: Member, peer: Id64, roundTrip: number): void {
  if (member.membership.removed.includes(peer)) {
    member.outputs.push({ type: 'sendPeer', to: peer, message: { type: 'removed' } });
    writeRejectedPeer(member, peer);
  } else if (!member.peers.has(peer)) {
    member.peers.set(peer, { since: member.now, roundTrip });
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

/** Looks after the others, as etcd's prober does: it measures how far they are, and says so when one is not there. */
export function tickPeers(member: Member): void {
  const { probes, membership, config, now } = member;
  for (const peer of membership.members) {
    if (peer.id === config.id) continue;
    const { nextProbe = now + PROBE_INTERVAL, nextLook = now + LOOK_ERROR_INTERVAL, roundTrip = 0 } = probes.get(peer.id) ?? {};
    const connection = member.peers.get(peer.id);
    let probe: Probe = { nextProbe, nextLook, roundTrip };
    if (now >= nextProbe) {
      const change = connection === undefined ? 0 : (connection.roundTrip - roundTrip) * NEWEST_WEIGHT;
      probe = { ...probe, nextProbe: now + PROBE_INTERVAL, roundTrip: roundTrip + change };
    }
    if (now >= nextLook) {
      look(member, peer, probe.roundTrip);
      probe = { ...probe, nextLook: now + (connection === undefined ? LOOK_ERROR_INTERVAL : LOOK_INTERVAL) };
    }
    probes.set(peer.id, probe);
  }
}

/** There are two ways to each peer, the one for snapshots and the one for the rest. */
function look(member: Member, peer: MemberInfo, roundTrip: number): void {
  const to: Labels = [['To', formatHex(peer.id)]];
  for (const way of ['ROUND_TRIPPER_SNAPSHOT', 'ROUND_TRIPPER_RAFT_MESSAGE'] as const) {
    if (!member.peers.has(peer.id)) writeUnhealthyPeer(member, peer, way, roundTrip);
    observe(member.meters, 'etcd_network_peer_round_trip_time_seconds', roundTrip / 1e6, to);
  }
}
