/** What a member says of itself, and what is done on it alone (`spec/etcd.md` 1.8, 1.9; etcd-io/etcd:server/etcdserver/api/v3rpc/maintenance.go). */
import { digestOf, formatDecimal, goSize, ZERO_ID } from '../../base/index.ts';
import { hashKv, kvState } from '../kv/index.ts';
import type { AlarmMember, StatusResponse } from './api.ts';
import { OLD_STORAGE_VERSION, STORAGE_VERSION } from './clusterCommand.ts';
import { headerOf, NO_HEADER } from './header.ts';
import type { CallId } from './input.ts';
import { sizeFields, writeServerLine } from './lines.ts';
import { observe } from './meters.ts';
import { defragment, quotaOf, sizeInUse } from './quota.ts';
import type { LineField } from './serverLine.ts';
import { encodeSnapshotFile, HASH_SIZE } from './snapshotFile.ts';
import { writeDbLines, writeServing } from './startLines.ts';
import type { Member } from './state.ts';
import { takeState } from './stateSnapshot.ts';

/** What our members are. */
const VERSION = '3.6.14';
/** Bytes of one part of a snapshot's stream. etcd: snapshotSendBufferSize. */
const PART_SIZE = 32 * 1024;

/** How the member is. Asked of nobody else. */
export function statusOf(member: Member): StatusResponse {
  const { raft, alarms } = member;
  const errors = alarms.map(describeAlarm);
  return {
    type: 'status',
    header: headerOf(member),
    version: VERSION,
    dbSize: member.fileSize,
    leader: raft.lead,
    raftIndex: raft.log.committed,
    raftTerm: raft.term,
    raftAppliedIndex: member.appliedIndex,
    errors: raft.lead === ZERO_ID ? ['etcdserver: no leader', ...errors] : errors,
    dbSizeInUse: sizeInUse(member.kv),
    isLearner: raft.isLearner,
    storageVersion: member.storageVersionDue === undefined ? STORAGE_VERSION : OLD_STORAGE_VERSION,
    dbSizeQuota: Math.min(quotaOf(member), Number.MAX_SAFE_INTEGER),
    downgradeInfo: { enabled: member.downgrade !== '', targetVersion: member.downgrade },
  };
}

/** A protobuf message as Go prints it: with a blank at its end. */
export function describeAlarm({ memberId, alarm }: AlarmMember): string {
  const who = memberId === ZERO_ID ? '' : `memberID:${formatDecimal(memberId)} `;
  return who + (alarm === 'none' ? '' : `alarm:${String(alarm).toUpperCase()} `);
}

/** The hash by which members are compared. */
export function answerHashKv(member: Member, call: CallId, revision: number): void {
  const result = hashKv(member.kv, revision);
  if (!result.ok) member.outputs.push({ type: 'refuse', call, error: result.error });
  else {
    observe(member.meters, 'etcd_mvcc_hash_rev_duration_seconds', 0);
    member.outputs.push({ type: 'answer', call, response: { type: 'hashKv', header: headerOf(member), ...result.value } });
  }
}

/** A hash of everything that is stored, on this member at this moment. */
export function answerHash(member: Member, call: CallId): void {
  observe(member.meters, 'etcd_mvcc_hash_duration_seconds', 0);
  const hash = Number.parseInt(digestOf(kvState(member.kv).versions).slice(0, 8), 16);
  member.outputs.push({ type: 'answer', call, response: { type: 'hash', header: headerOf(member), hash } });
}

/** Rewrites the database without what is free in it; the member does nothing else meanwhile, and no time goes by. */
export function answerDefragment(member: Member, call: CallId): void {
  const { fileSize } = member;
  const inUse = sizeInUse(member.kv);
  writeServerLine(member, 'info', 'starting defragment');
  const path: LineField = ['path', `${member.config.attributes.name}.etcd/member/snap/db`];
  writeServerLine(member, 'info', 'defragmenting', [
    path,
    ...sizeFields('current-db-size', fileSize),
    ...sizeFields('current-db-size-in-use', inUse),
  ]);
  defragment(member);
  writeDbLines(member);
  writeServerLine(member, 'info', 'finished defragmenting directory', [
    path,
    ['current-db-size-bytes-diff', member.fileSize - fileSize],
    ...sizeFields('current-db-size', member.fileSize),
    ['current-db-size-in-use-bytes-diff', 0],
    ...sizeFields('current-db-size-in-use', inUse),
    ['took', '0s'],
  ]);
  writeServerLine(member, 'info', 'finished defragment');
  writeServing(member);
  member.outputs.push({ type: 'answer', call, response: { type: 'defragment', header: NO_HEADER } });
}

/** Sends this member's store, part after part. */
export function beginSnapshot(member: Member, call: CallId): void {
  const file = encodeSnapshotFile(takeState(member));
  const size = file.length - HASH_SIZE;
  const sizes: LineField[] = [
    ['total-bytes', size],
    ['size', goSize(size)],
  ];
  writeServerLine(member, 'info', 'sending database snapshot to client', [...sizes, ['storage-version', STORAGE_VERSION]]);
  writeServerLine(member, 'info', 'sending database sha256 checksum to client', [
    ['total-bytes', size],
    ['checksum-size', HASH_SIZE],
  ]);
  for (let at = 0; at < file.length; at += PART_SIZE) {
    const blob = file.slice(at, at + PART_SIZE);
    const remainingBytes = file.length - at - blob.length;
    const response = { type: 'snapshot' as const, header: headerOf(member), remainingBytes, blob, version: STORAGE_VERSION };
    member.outputs.push({ type: 'stream', call, response });
  }
  writeServerLine(member, 'info', 'successfully sent database snapshot to client', [
    ...sizes,
    ['took', '0s'],
    ['storage-version', STORAGE_VERSION],
  ]);
}
