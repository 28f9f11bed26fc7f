/**
 * Snapshots: taken by count, written, sent to a follower that lags, and put in the place of our own state (`spec/etcd.md` 4.4;
 * etcd-io/etcd:server/etcdserver/server.go, snapshot_merge.go).
 */
import { assert, formatHex, goDuration, goSize, type Id64 } from '../../base/index.ts';
import {
  compactStorage,
  confStateOf,
  createSnapshot,
  type Entry,
  type HardState,
  type LogIndex,
  type Message,
  type Raft,
  raftEntryAt,
  raftTermAt,
  reportSnapshot,
  type Snapshot,
} from '../raft/index.ts';
import type { MemberInfo } from './api.ts';
import { beginStop, tellMembers } from './configuration.ts';
import type { DiskRecord } from './input.ts';
import { idField, sizeFields, wantsDebug, writeServerLine } from './lines.ts';
import { addCount } from './meters.ts';
import { writeLostPeer, writeNewPeer, writePeerActive } from './peerLines.ts';
import { growFile } from './quota.ts';
import { releaseReads } from './reads.ts';
import type { LineField } from './serverLine.ts';
import { writeOpenLines, writeStoredCluster, writeStoreLines } from './startLines.ts';
import type { Member, SentSnapshot } from './state.ts';
import { installState, type StateSnapshot, stateSize, takeState } from './stateSnapshot.ts';
import { raftMessageSize } from './traffic.ts';

/** etcd: memorySnapshotCount. */
const MEMORY_SNAPSHOT_COUNT = 100;
/** etcd: releaseDelayAfterSnapshot, 30 s, in virtual µs. */
const RELEASE_DELAY = 30_000_000;

/**
 * Snapshots by count, as etcd takes them (`spec/etcd.md` 4.4): in memory every hundred entries, and then the log is compacted;
 * on the disk after many more, and then what it replaces is dropped.
 */
export function takeSnapshots(member: Member): void {
  const { config, raft, appliedIndex } = member;
  const { storage } = raft.log;
  if (appliedIndex > raft.log.applied) return; // a leader's snapshot is applied and not yet safe: what is stored ends before it
  const isDiskDue = appliedIndex - member.diskSnapshotIndex > config.snapshotCount;
  if (!isDiskDue && appliedIndex <= storage.snapshot.index + Math.min(MEMORY_SNAPSHOT_COUNT, config.snapshotCount)) return;
  createSnapshot(storage, appliedIndex, confStateOf(raft), ''); // its state is this member's, and is taken when it is sent
  if (isDiskDue) writeSnapshot(member, storage.snapshot);
  if (member.sentSnapshots.length > 0) return; // whoever gets one needs what comes after it
  const index = Math.max(1, appliedIndex - config.catchUpEntries);
  if (compactStorage(storage, index).ok) writeServerLine(member, 'debug', 'compacted Raft logs', [['compact-index', index]]);
}

/** A snapshot, and what was written beyond it: with that, nothing that was written before is needed. */
function writeSnapshot(member: Member, snapshot: Snapshot): void {
  assert(member.appliedIndex === snapshot.index, 'the state that is written is the one at the snapshot', { index: snapshot.index });
  writeServerLine(member, 'info', 'triggering snapshot', [
    idField('local-member-id', member.config.id),
    ['local-member-applied-index', snapshot.index],
    ['local-member-snapshot-index', member.diskSnapshotIndex],
    ['local-member-snapshot-count', member.config.snapshotCount],
    ['snapshot-forced', false],
  ]);
  const records: DiskRecord[] = [
    { type: 'snapshot', snapshot, state: takeState(member) },
    { type: 'hardState', hardState: writtenHardState(member) },
  ];
  const rest = writtenEntriesAfter(member.raft, snapshot.index);
  if (rest.length > 0) records.push({ type: 'entries', entries: rest });
  member.diskPosition += records.length;
  member.diskSnapshotIndex = snapshot.index;
  member.outputs.push({ type: 'write', records, position: member.diskPosition, sync: true, replaces: true });
  member.writing = [
    ...member.writing,
    { ready: undefined, position: member.diskPosition, startedAt: member.now, sync: true, after: [] },
  ];
  if (wantsDebug(member)) {
    for (const { id, peerUrls, isLearner } of member.membership.members) {
      writeServerLine(member, 'debug', 'snapshot storing member', [
        idField('id', id),
        ['peer-urls', peerUrls],
        ['is-learner', isLearner],
      ]);
    }
  }
  writeServerLine(member, 'info', 'saved snapshot to disk', [['snapshot-index', snapshot.index]]);
}

/** The newest hard state that is on the disk, or on its way there. */
function writtenHardState({ writing, raft }: Member): HardState {
  return writing.findLast(({ ready }) => ready?.hardState !== undefined)?.ready?.hardState ?? raft.log.storage.hardState;
}

function writtenEntriesAfter(raft: Raft, index: LogIndex): Entry[] {
  const entries: Entry[] = [];
  for (let i = index + 1; i < raft.log.unstable.offsetInProgress; i++) {
    const entry = raftEntryAt(raft, i);
    assert(entry !== undefined, 'what has not been applied is not compacted', { index: i });
    entries.push(entry);
  }
  return entries;
}

/** Raft's snapshot leaves as the applied state of this moment. etcd: createMergedSnapshotMessage. */
export function sendSnapshot(member: Member, message: Message): void {
  const { raft, appliedIndex } = member;
  const term = raftTermAt(raft, appliedIndex);
  assert(term !== undefined, 'the term of what was applied last is known', { appliedIndex });
  const snapshot: Snapshot = { index: appliedIndex, term, confState: confStateOf(raft), data: '' };
  const state = takeState(member);
  const size = stateSize(state);
  member.sentSnapshots = [
    ...member.sentSnapshots.filter(({ peer }) => peer !== message.to),
    { peer: message.to, index: appliedIndex, sentAt: member.now, size, releaseAt: undefined },
  ];
  const sizes = [
    ['bytes', size],
    ['size', goSize(size)],
  ] as const;
  writeServerLine(member, 'info', 'sending merged snapshot', [...ends(member, message.to), ...sizes]);
  writeServerLine(member, 'info', 'sending database snapshot', [
    ['snapshot-index', appliedIndex],
    idField('remote-peer-id', message.to),
    ...sizes,
  ]);
  writeServerLine(member, 'info', 'sent database snapshot to writer', sizes);
  addCount(member.meters, 'etcd_network_peer_sent_bytes_total', [['To', formatHex(message.to)]], size);
  member.outputs.push({ type: 'send', message: { ...message, snapshot }, state, size });
}

/** The leader's state takes the place of ours. */
export function installSnapshot(member: Member, snapshot: Snapshot): void {
  const state = member.receivedState;
  assert(state !== undefined, 'a snapshot comes with its state', { index: snapshot.index });
  const fields: LineField[] = [
    ['current-snapshot-index', member.diskSnapshotIndex],
    ['current-applied-index', member.appliedIndex],
    ['incoming-leader-snapshot-index', snapshot.index],
    ['incoming-leader-snapshot-term', snapshot.term],
  ];
  writeServerLine(member, 'info', 'applying snapshot', fields);
  writeServerLine(member, 'info', 'applied incoming Raft snapshot', [['snapshot-index', snapshot.index]]);
  member.receivedState = undefined;
  const before = member.membership.members;
  installState(member, state);
  member.storageVersionDue = undefined; // the store that came has it
  member.lessor.remaining.clear(); // what is not in the state was never on this member's disk
  growFile(member);
  member.appliedIndex = snapshot.index;
  member.diskSnapshotIndex = snapshot.index;
  tellMembers(member, snapshot.index);
  if (member.membership.removed.includes(member.config.id)) beginStop(member);
  writeRestoreLines(member, before);
  releaseReads(member);
  writeServerLine(member, 'info', 'applied snapshot', [
    ['current-snapshot-index', member.diskSnapshotIndex],
    ['current-applied-index', member.appliedIndex],
    ['incoming-leader-snapshot-index', snapshot.index],
    ['incoming-leader-snapshot-term', snapshot.term],
  ]);
}

/** A leader's state has arrived: etcd has it in a file before Raft hears of it. */
export function writeReceivedSnapshot(member: Member, message: Message, state: StateSnapshot): void {
  const { snapshot } = message;
  if (snapshot === undefined) return;
  const size = stateSize(state);
  const messageSize = raftMessageSize(message);
  const about: LineField[] = [
    idField('local-member-id', member.config.id),
    idField('remote-snapshot-sender-id', message.from),
    ['incoming-snapshot-index', snapshot.index],
  ];
  writeServerLine(member, 'info', 'receiving database snapshot', [
    ...about,
    ...sizeFields('incoming-snapshot-message-size', messageSize),
  ]);
  const path = `${member.config.attributes.name}.etcd/member/snap/${snapshot.index.toString(16).padStart(16, '0')}.snap.db`;
  writeServerLine(member, 'info', 'saved database snapshot to disk', [
    ['path', path],
    ['bytes', size],
    ['size', goSize(size)],
  ]);
  const took: LineField = ['download-took', '0s'];
  writeServerLine(member, 'info', 'received and saved database snapshot', [
    ...about,
    ...sizeFields('incoming-snapshot-size', size),
    took,
  ]);
  addCount(member.meters, 'etcd_network_peer_received_bytes_total', [['From', formatHex(message.from)]], size);
}

/** Everything is taken anew from the leader's state, and the others are connected to anew. */
function writeRestoreLines(member: Member, before: readonly MemberInfo[]): void {
  const tell = (message: string) => writeServerLine(member, 'info', message);
  writeOpenLines(member);
  tell('applySnapshot: opened snapshot backend');
  tell('restoring lease store');
  tell('restored lease store');
  tell('restoring mvcc store');
  writeStoreLines(member);
  writeServerLine(member, 'info', 'restored mvcc store', [['consistent-index', member.appliedIndex]]);
  tell('restoring alarm store');
  tell('closing old backend file');
  tell('restored alarm store');
  tell('restoring auth store');
  tell('restored auth store');
  tell('restoring v2 store');
  tell('closed old backend file');
  tell('restored v2 store');
  tell('restoring cluster configuration');
  writeStoredCluster(member);
  tell('restored cluster configuration');
  tell('removing old peers from network');
  for (const { id } of before) if (id !== member.config.id) writeLostPeer(member, id);
  tell('removed old peers from network');
  tell('adding peers from new cluster configuration');
  for (const peer of member.membership.members) {
    if (peer.id === member.config.id) continue;
    writeNewPeer(member, peer);
    if (member.peers.has(peer.id)) writePeerActive(member, peer.id);
  }
  tell('added peers from new cluster configuration');
}

function ends(member: Member, to: Id64): LineField[] {
  return [idField('from', member.config.id), idField('to', to)];
}

/** Forgets snapshots that arrived so long ago that their receiver has had time to go on from there. */
export function tickSnapshots(member: Member): void {
  if (member.sentSnapshots.length === 0) return;
  const isUnderWay = ({ releaseAt }: SentSnapshot) => releaseAt === undefined || member.now < releaseAt;
  for (const sent of member.sentSnapshots) if (!isUnderWay(sent)) writeSent(member, sent);
  member.sentSnapshots = member.sentSnapshots.filter(isUnderWay);
}

/** A snapshot does not count any more. */
function writeSent(member: Member, { peer, size, sentAt }: SentSnapshot): void {
  writeServerLine(member, 'info', 'sent merged snapshot', [
    ...ends(member, peer),
    ['bytes', size],
    ['size', goSize(size)],
    ['took', goDuration(member.now - sentAt)],
  ]);
}

/** A snapshot has arrived: it counts a while longer, so that its receiver can go on from there. */
export function onSnapshotReceived(member: Member, peer: Id64): void {
  for (const sent of member.sentSnapshots) {
    if (sent.peer !== peer || sent.releaseAt !== undefined) continue;
    writeServerLine(member, 'info', 'sent database snapshot', [
      ['snapshot-index', sent.index],
      idField('remote-peer-id', peer),
      ['bytes', sent.size],
      ['size', goSize(sent.size)],
    ]);
  }
  member.sentSnapshots = member.sentSnapshots.map((sent) =>
    sent.peer === peer ? { ...sent, releaseAt: member.now + RELEASE_DELAY } : sent,
  );
  reportSnapshot(member.raft, peer, true);
}

/** A snapshot will not arrive. */
export function onSnapshotLost(member: Member, peer: Id64): void {
  for (const sent of member.sentSnapshots) if (sent.peer === peer) writeSent(member, sent);
  member.sentSnapshots = member.sentSnapshots.filter((sent) => sent.peer !== peer);
  reportSnapshot(member.raft, peer, false);
}
