/** What a member writes of its connections to others (`spec/etcd.md` 8.2, 8.4; etcd-io/etcd:server/etcdserver/api/rafthttp). */
import { formatHex, goDuration, type Id64 } from '../../base/index.ts';
import type { MemberInfo } from './api.ts';
import { idField, writeServerLine } from './lines.ts';
import type { LineField } from './serverLine.ts';
import type { Member } from './state.ts';

const STREAMS = ['stream MsgApp v2', 'stream Message'] as const;

/** From now on it is talked to. */
export function writeNewPeer(member: Member, peer: MemberInfo): void {
  const remote = idField('remote-peer-id', peer.id);
  const both = [idField('local-member-id', member.config.id), remote];
  writeServerLine(member, 'info', 'starting remote peer', [remote]);
  writeServerLine(member, 'info', 'started HTTP pipelining with remote peer', both);
  for (const _ of STREAMS) writeServerLine(member, 'info', 'started stream writer with remote peer', both);
  writeServerLine(member, 'info', 'started remote peer', [remote]);
  writeServerLine(member, 'info', 'added remote peer', [...both, ['remote-peer-urls', peer.peerUrls]]);
  for (const stream of STREAMS) writeServerLine(member, 'info', 'started stream reader with remote peer', readers(stream, both));
}

/** From now on it can be asked, by a member that joins. */
export function writeNewRemote(member: Member, peer: MemberInfo): void {
  const both = [idField('local-member-id', member.config.id), idField('remote-peer-id', peer.id)];
  writeServerLine(member, 'info', 'started HTTP pipelining with remote peer', both);
  writeServerLine(member, 'info', 'added new remote peer', [...both, ['remote-peer-urls', peer.peerUrls]]);
}

/** It is not talked to any more. */
export function writeLostPeer(member: Member, id: Id64): void {
  const remote = idField('remote-peer-id', id);
  const both = [idField('local-member-id', member.config.id), remote];
  const isConnected = member.peers.has(id);
  writeServerLine(member, 'info', 'stopping remote peer', [remote]);
  for (const stream of STREAMS) {
    const writer: LineField[] = [['stream-writer-type', stream], remote];
    if (isConnected) writeServerLine(member, 'warn', 'closed TCP streaming connection with remote peer', writer);
    writeServerLine(member, 'info', 'stopped TCP streaming connection with remote peer', writer);
  }
  writeServerLine(member, 'info', 'stopped HTTP pipelining with remote peer', both);
  for (const [i, stream] of STREAMS.entries()) {
    if (isConnected) writeLostReader(member, id, stream, 'context canceled');
    if (isConnected && i === 0) writeInactive(member, id, `failed to read ${formatHex(id)} on ${stream} (context canceled)`);
    writeServerLine(member, 'info', 'stopped stream reader with remote peer', readers(stream, both));
  }
  writeServerLine(member, 'info', 'stopped remote peer', [remote]);
  writeServerLine(member, 'info', 'removed remote peer', [
    idField('local-member-id', member.config.id),
    ['removed-remote-peer-id', formatHex(id)],
  ]);
}

/** The connection is there. */
export function writePeerActive(member: Member, id: Id64): void {
  const both = [idField('local-member-id', member.config.id), idField('remote-peer-id', id)];
  writeServerLine(member, 'info', 'peer became active', [idField('peer-id', id)]);
  for (const stream of STREAMS) {
    const ends: LineField[] = [idField('from', member.config.id), idField('to', id), ['stream-type', stream]];
    writeServerLine(member, 'info', 'set message encoder', ends);
    const writer: LineField[] = [['stream-writer-type', stream], ...both];
    writeServerLine(member, 'info', 'established TCP streaming connection with remote peer', writer);
  }
  for (const stream of STREAMS) {
    writeServerLine(member, 'info', 'established TCP streaming connection with remote peer', readers(stream, both));
  }
}

/** The connection is gone. */
export function writePeerInactive(member: Member, id: Id64): void {
  const error = 'unexpected EOF';
  for (const stream of STREAMS) writeLostReader(member, id, stream, error);
  writeInactive(member, id, `failed to read ${formatHex(id)} on stream Message (${error})`);
}

/** Something was to be sent, and nobody is there to take it. */
export function writeLostWriters(member: Member, id: Id64): void {
  const both = [idField('local-member-id', member.config.id), idField('remote-peer-id', id)];
  for (const stream of STREAMS) {
    writeServerLine(member, 'warn', 'lost TCP streaming connection with remote peer', [['stream-writer-type', stream], ...both]);
  }
}

/** It listens elsewhere now. */
export function writeUpdatedPeer(member: Member, id: Id64, urls: readonly string[]): void {
  const fields: LineField[] = [idField('local-member-id', member.config.id), idField('updated-remote-peer-id', id)];
  writeServerLine(member, 'info', 'updated remote peer', [...fields, ['updated-remote-peer-urls', urls]]);
}

/** It does not answer those who look after it. @param roundTrip as it was, virtual µs */
export function writeUnhealthyPeer(member: Member, peer: MemberInfo, tripper: string, roundTrip: number): void {
  writeServerLine(member, 'warn', 'prober detected unhealthy status', [
    ['round-tripper-name', tripper],
    idField('remote-peer-id', peer.id),
    ['rtt', goDuration(roundTrip)],
    ['error', refusedBy(peer)],
  ]);
}

/** The leader wanted to know its version. */
export function writeUnknownVersion(member: Member, peer: MemberInfo): void {
  const id = idField('remote-member-id', peer.id);
  for (const url of peer.peerUrls) {
    const address = `${url}/version`;
    const error: LineField = ['error', `Get "${address}": ${refusedBy(peer)}`];
    writeServerLine(member, 'warn', 'failed to reach the peer URL', [['address', address], id, error]);
    writeServerLine(member, 'warn', 'failed to get version', [id, error]);
  }
}

function refusedBy({ peerUrls }: MemberInfo): string {
  return `dial tcp ${(peerUrls[0] ?? '').replace(/^https?:\/\//, '')}: connect: connection refused`;
}

function writeLostReader(member: Member, id: Id64, stream: string, error: string): void {
  const both = [idField('local-member-id', member.config.id), idField('remote-peer-id', id)];
  writeServerLine(member, 'warn', 'lost TCP streaming connection with remote peer', [...readers(stream, both), ['error', error]]);
}

function writeInactive(member: Member, id: Id64, error: string): void {
  writeServerLine(member, 'warn', 'peer became inactive (message send to peer failed)', [idField('peer-id', id), ['error', error]]);
}

/** Somebody who was removed has come back. */
export function writeRejectedPeer(member: Member, id: Id64): void {
  writeServerLine(member, 'warn', 'rejected stream from remote peer because it was removed', [
    idField('local-member-id', member.config.id),
    idField('remote-peer-id-stream-handler', member.config.id),
    idField('remote-peer-id-from', id),
  ]);
}

function readers(stream: string, both: readonly LineField[]): LineField[] {
  return [['stream-reader-type', stream], ...both];
}
