/**
 * How a member's disk and its Raft keep step, in Raft's two ways (`spec/raft.md` 1.5, 1.6, 2.3). 'sync', as etcd's server:
 * one Ready at a time, a leader sends while it writes, a follower after, and nothing new is taken meanwhile. 'async': every
 * Ready at once, its writes in a queue, and with each what may be said only when it is safe (etcd-io/raft:doc.go, "Usage with
 * Asynchronous Storage Writes").
 */
import { assert, goDuration } from '../../base/index.ts';
import { advance, appendToStorage, applySnapshot, type Message, type Ready, setHardState, step } from '../raft/index.ts';
import type { DiskRecord } from './input.ts';
import { writeServerLine } from './lines.ts';
import { observe } from './meters.ts';
import { onPeerSend } from './peers.ts';
import { sendSnapshot, takeSnapshots } from './snapshots.ts';
import type { Member, Writing } from './state.ts';
import { takeState } from './stateSnapshot.ts';
import { countSent, watchHeartbeat } from './traffic.ts';

/** Whether the next Ready may be taken from Raft: with synchronous storage not while one is being written. */
export function mayTakeReady({ config, writing }: Member): boolean {
  return config.storageWrites === 'async' || writing.length === 0;
}

/** Sends and writes what a Ready says, once its committed entries are applied. */
export function carryOut(member: Member, rd: Ready): void {
  if (member.config.storageWrites === 'sync') {
    // A leader's own disk is one of many: the others may write at the same time. Thesis §10.2.1.
    const isLeader = member.raft.role === 'StateLeader';
    if (isLeader) send(member, rd.messages);
    write(member, rd, isLeader ? NO_MESSAGES : rd.messages);
    return;
  }
  let append: Message | undefined;
  let apply: Message | undefined;
  const messages: Message[] = [];
  for (const message of rd.messages) {
    if (message.type === 'MsgStorageAppend') append = message;
    else if (message.type === 'MsgStorageApply') apply = message;
    else messages.push(message);
  }
  send(member, messages);
  if (append !== undefined) write(member, rd, append.responses);
  if (apply !== undefined) conclude(member, apply.responses); // it took no time
}

/** Everything that was written before `position` is safe. */
export function onSynced(member: Member, position: number): void {
  for (let first = member.writing[0]; first !== undefined && first.position <= position; first = member.writing[0]) {
    member.writing = member.writing.slice(1);
    if (first.sync) measureSync(member, first);
    finish(member, first);
  }
}

/** etcd: warnSyncDuration, 1 s. */
const SLOW_SYNC = 1_000_000;

function measureSync(member: Member, { startedAt }: Writing): void {
  const took = member.now - startedAt;
  observe(member.meters, 'etcd_disk_wal_fsync_duration_seconds', took / 1_000_000);
  if (took <= SLOW_SYNC) return;
  writeServerLine(member, 'warn', 'slow fdatasync', [
    ['took', goDuration(took)],
    ['expected-duration', goDuration(SLOW_SYNC)],
  ]);
}

const NO_MESSAGES: readonly Message[] = [];

/** @param after what may be said only when the write, and those before it, are safe */
function write(member: Member, rd: Ready, after: readonly Message[]): void {
  const records = recordsOf(member, rd);
  const replaces = rd.snapshot !== undefined;
  const sync = rd.mustSync || replaces;
  if (records.length > 0) {
    member.diskPosition += records.length;
    member.outputs.push({ type: 'write', records, position: member.diskPosition, sync, replaces });
  }
  const last = member.writing.at(-1);
  const position = sync || last === undefined ? member.diskPosition : last.position;
  const writing: Writing = { ready: rd, position, startedAt: member.now, sync, after };
  if (!sync && last === undefined) finish(member, writing);
  else member.writing = [...member.writing, writing];
}

function recordsOf(member: Member, { snapshot, hardState, entries }: Ready): DiskRecord[] {
  const records: DiskRecord[] = [];
  if (snapshot !== undefined) {
    assert(member.appliedIndex === snapshot.index, 'a state is written as it was received', { applied: member.appliedIndex });
    records.push({ type: 'snapshot', snapshot, state: takeState(member) });
  }
  // What a snapshot replaces held the hard state as well.
  const kept = snapshot === undefined ? hardState : (hardState ?? member.raft.acceptedHardState);
  if (kept !== undefined) records.push({ type: 'hardState', hardState: kept });
  if (entries.length > 0) records.push({ type: 'entries', entries });
  return records;
}

/** A write is safe: Raft's storage knows it, and what waited for it is said. */
function finish(member: Member, { ready, after }: Writing): void {
  if (ready === undefined) return; // a snapshot of its own: Raft has no part in it
  const { raft } = member;
  const { storage } = raft.log;
  const { snapshot, hardState, entries } = ready;
  if (snapshot !== undefined) applySnapshot(storage, snapshot);
  if (hardState !== undefined) setHardState(storage, hardState);
  if (entries.length > 0) appendToStorage(storage, entries);
  if (member.config.storageWrites === 'sync') {
    send(member, after);
    advance(raft);
  } else conclude(member, after);
  takeSnapshots(member);
}

/** What was done for Raft is told: to itself, and to others. */
function conclude(member: Member, responses: readonly Message[]): void {
  const { id } = member.raft;
  send(
    member,
    responses.filter(({ to }) => to !== id),
  );
  for (const response of responses) if (response.to === id) step(member.raft, response);
}

/** Of several acknowledgements to one leader at one time only the last is sent, as etcd's transport does. */
function send(member: Member, messages: readonly Message[]): void {
  let lastAck = -1;
  messages.forEach((message, i) => {
    if (message.type === 'MsgAppResp') lastAck = i;
  });
  messages.forEach((message, i) => {
    assert(message.to !== member.raft.id, 'nobody sends to itself', { type: message.type });
    if (message.type === 'MsgHeartbeat') watchHeartbeat(member, message.to);
    if (message.type === 'MsgSnap') sendSnapshot(member, message);
    else if (message.type !== 'MsgAppResp' || i === lastAck) {
      if (member.lostWriters.size > 0) onPeerSend(member, message.to);
      countSent(member, message);
      member.outputs.push({ type: 'send', message });
    }
  });
}
