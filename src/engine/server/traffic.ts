/** What goes over the links between members: how many bytes, and whether a leader's heartbeats leave in time. */
import { formatHex, goDuration, varint64Size, varintSize } from '../../base/index.ts';
import type { Entry, MemberId, Message, Snapshot } from '../raft/index.ts';
import { idField, writeServerLine } from './lines.ts';
import { addCount } from './meters.ts';
import { messageSize } from './protoSize.ts';
import type { Member } from './state.ts';

const HEARTBEAT = 100_000;
/** Between two heartbeats to one peer, virtual µs. etcd: twice the interval. */
const LATE_HEARTBEAT = 2 * HEARTBEAT;

/** A heartbeat leaves: a leader that is late with it may lose its place (etcd-io/etcd:server/etcdserver/raft.go, processMessages). */
export function watchHeartbeat(member: Member, to: MemberId): void {
  const last = member.heartbeats.get(to);
  member.heartbeats.set(to, member.now);
  const exceeded = last === undefined ? 0 : member.now - last - LATE_HEARTBEAT;
  if (exceeded <= 0) return;
  member.counters.etcd_server_heartbeat_send_failures_total++;
  const message = 'leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk';
  writeServerLine(member, 'warn', message, [
    idField('to', to),
    ['heartbeat-interval', goDuration(HEARTBEAT)],
    ['expected-duration', goDuration(LATE_HEARTBEAT)],
    ['exceeded-duration', goDuration(exceeded)],
  ]);
}

/** A message of Raft's leaves. */
export function countSent(member: Member, message: Message): void {
  addCount(member.meters, 'etcd_network_peer_sent_bytes_total', [['To', formatHex(message.to)]], raftMessageSize(message));
}

/** A message of Raft's has arrived. */
export function countReceived(member: Member, message: Message): void {
  addCount(member.meters, 'etcd_network_peer_received_bytes_total', [['From', formatHex(message.from)]], raftMessageSize(message));
}

/** Bytes of a message on the wire: most fields are written even when they are zero (etcd-io/raft:raftpb/raft.proto). */
export function raftMessageSize(message: Message): number {
  let size = 2 + 1 + varint64Size(message.to) + 1 + varint64Size(message.from) + 2 + 1 + varint64Size(message.vote); // type, to, from, reject, vote
  size += 1 + varintSize(message.term);
  size += 1 + varintSize(message.logTerm);
  size += 1 + varintSize(message.index);
  size += 1 + varintSize(message.commit);
  size += 1 + varintSize(message.rejectHint);
  for (const entry of message.entries) size += messageSize(7, entrySize(entry));
  if (message.snapshot !== undefined) size += messageSize(9, snapshotSize(message.snapshot));
  if (message.context !== undefined) size += messageSize(12, contextSize(message.context));
  return size;
}

/** A read's number is 8 bytes there; the word of a transfer is itself. */
function contextSize(context: string): number {
  return /^[0-9a-f]{16}$/.test(context) ? 8 : context.length;
}

function entrySize({ term, index, data }: Entry): number {
  return 2 + 1 + varintSize(term) + 1 + varintSize(index) + (data === undefined ? 0 : messageSize(4, data.length));
}

function snapshotSize({ data, index, term, confState }: Snapshot): number {
  const { voters, votersOutgoing, learners, learnersNext } = confState;
  let ids = 2; // whether it leaves a joint configuration by itself
  for (const list of [voters, votersOutgoing, learners, learnersNext]) for (const id of list) ids += 1 + varint64Size(id);
  const meta = messageSize(1, ids) + 1 + varintSize(index) + 1 + varintSize(term);
  return (data === '' ? 0 : messageSize(1, data.length)) + messageSize(2, meta);
}
