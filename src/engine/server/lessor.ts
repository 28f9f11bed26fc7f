/**
 * The leader's clock of leases. Only a leader that has applied an entry of its own term counts time; it ends leases through
 * the log, and writes there from time to time how long they have left (`spec/etcd.md` 3; etcd-io/etcd:server/lease/lessor.go and
 * server/etcdserver/server.go).
 */
import { byNumber, byText, type Id64 } from '../../base/index.ts';
import { internalText } from './internalText.ts';
import { checkpointLease, type Lease, listLeases } from './leases.ts';
import { wantsDebug, writeServerLine } from './lines.ts';
import { type LeaseCheckpointRequest, NOBODY } from './logged.ts';
import { isEnabled } from './options.ts';
import type { OwnOutcome } from './pending.ts';
import { isReplay } from './replay.ts';
import type { LineField } from './serverLine.ts';
import type { Member } from './state.ts';
import { ELECTION_TIMEOUT, REQUEST_TIMEOUT } from './timeouts.ts';
import { tellOwnToken } from './tokens.ts';
import { beginOwnWrite, selfInfo } from './writes.ts';

const SECOND = 1_000_000;
/** Ticks between two looks for leases that have ended: 500 ms. */
const LOOK_TICKS = 5;
/** etcd: defaultLeaseRevokeRate, a second. */
const REVOKE_RATE = 1_000;
const MAX_ENDED_PER_LOOK = REVOKE_RATE / 2;
/** Of so many leases, those that may end in one second after a change of leader: the rest of the rate is for others. */
const MAX_ENDS_PER_SECOND = (3 * REVOKE_RATE) / 4;
/** Revocations under way at most. etcd: maxPendingRevokes. */
const MAX_REVOKES = 16;
/** etcd takes what it gives a request. */
const REVOKE_RETRY = REQUEST_TIMEOUT;
/** etcd: defaultLeaseCheckpointInterval, 5 min. */
const CHECKPOINT_INTERVAL = 300 * SECOND;
/** Leases in one entry. etcd: maxLeaseCheckpointBatchSize. */
const MAX_CHECKPOINTS = 1_000;

/**
 * This member leads and has applied all entries of earlier terms: every lease gets what it had left at its last checkpoint, or
 * its whole time, and an election timeout more.
 */
export function promoteLessor(member: Member): void {
  const { lessor } = member;
  lessor.isPrimary = true;
  lessor.endsAt.clear();
  lessor.revoking.clear();
  lessor.due = [];
  lessor.checkpoints.length = 0;
  for (const lease of listLeases(member.leases)) {
    lessor.endsAt.set(lease.id, member.now + ELECTION_TIMEOUT + remainingOf(member, lease) * SECOND);
    scheduleCheckpoint(member, lease);
  }
  if (lessor.endsAt.size >= REVOKE_RATE) spreadEnds(member);
}

/** So many leases would end at once that the log would be busy with them for long: they are spread over the seconds that follow. */
function spreadEnds(member: Member): void {
  const { lessor, now } = member;
  const inOrder = [...lessor.endsAt].sort(([a, endA], [b, endB]) => byNumber(endA, endB) || byText(a, b));
  let windowStart = (inOrder[0]?.[1] ?? now) - now;
  let windowEnd = windowStart + SECOND;
  let count = 0;
  for (const [id, endsAt] of inOrder) {
    const left = endsAt - now;
    if (left > windowEnd) {
      windowStart = left;
      windowEnd = left + SECOND;
      count = 1;
      continue;
    }
    count++;
    const lease = member.leases.byId.get(id);
    if (count <= MAX_ENDS_PER_SECOND || lease === undefined) continue;
    // The more have gone before, the later; what it would have had beyond the window's start counts.
    const delay = Math.floor((SECOND * count) / MAX_ENDS_PER_SECOND) - (left - windowStart);
    windowEnd = windowStart + delay;
    lessor.endsAt.set(id, now + ELECTION_TIMEOUT + delay + remainingOf(member, lease) * SECOND);
    scheduleCheckpoint(member, lease);
  }
}

/** This member does not lead any more. */
export function demoteLessor(member: Member): void {
  const { lessor } = member;
  if (!lessor.isPrimary) return;
  lessor.isPrimary = false;
  lessor.endsAt.clear();
  lessor.revoking.clear();
  lessor.due = [];
  lessor.checkpoints.length = 0;
}

/** A lease was granted. */
export function startLease(member: Member, lease: Lease): void {
  renewLease(member, lease);
  if (member.lessor.isPrimary) scheduleCheckpoint(member, lease);
}

/** Its time begins anew. */
export function renewLease(member: Member, lease: Lease): void {
  if (member.lessor.isPrimary) member.lessor.endsAt.set(lease.id, member.now + remainingOf(member, lease) * SECOND);
}

/** A lease is gone. */
export function endLease(member: Member, id: Id64): void {
  member.lessor.endsAt.delete(id);
  member.lessor.revoking.delete(id);
  member.lessor.remaining.delete(id);
}

/** All leases that this member knows; at the leader those that end first come first. */
export function leasesInOrder(member: Member): readonly Id64[] {
  const { endsAt } = member.lessor;
  const ids = listLeases(member.leases).map(({ id }) => id);
  return ids.sort((a, b) => byNumber(endsAt.get(a) ?? 0, endsAt.get(b) ?? 0));
}

/** Ends leases whose time is over, and takes checkpoints that are due. */
export function tickLessor(member: Member): void {
  // Whoever waits for a checkpoint does not look at the clock.
  if (member.ticks % LOOK_TICKS !== 0 || member.lessor.checkpointing !== undefined) return;
  revokeEnded(member);
  takeCheckpoints(member);
}

/** Looks for leases whose time is over; they end when their revocations are applied. */
function revokeEnded(member: Member): void {
  const { lessor, now, raft } = member;
  if (!lessor.isPrimary || raft.role !== 'StateLeader') return;
  const due = [...lessor.endsAt].filter(([id, at]) => at <= now && (lessor.revoking.get(id) ?? 0) <= now);
  lessor.due = due
    .sort((a, b) => byNumber(a[1], b[1]))
    .slice(0, MAX_ENDED_PER_LOOK)
    .map(([id]) => id);
  proposeRevokes(member);
}

/** Proposes revocations of ended leases, so many that the log is not swamped; more when these are applied. */
export function proposeRevokes(member: Member): void {
  const { lessor, now } = member;
  if (lessor.due.length === 0) return;
  let underWay = 0;
  for (const retryAt of lessor.revoking.values()) if (retryAt > now) underWay++;
  const room = Math.max(0, MAX_REVOKES - underWay);
  const next = lessor.due.slice(0, room);
  lessor.due = lessor.due.slice(room);
  for (const id of next) {
    if (!lessor.endsAt.has(id)) continue;
    lessor.revoking.set(id, now + REVOKE_RETRY);
    // A lease ends whoever owns its keys: the member acts as root. Refused during a hand-over of leadership, it is tried again.
    const info = selfInfo(member);
    tellOwnToken(member, info);
    beginOwnWrite(member, { type: 'leaseRevoke', id }, info);
  }
}

/** A revocation of the member's own has ended. */
export function onRevoked(member: Member, id: Id64, { error }: OwnOutcome): void {
  if (error === undefined) {
    member.counters.etcd_debugging_server_lease_expired_total++;
    return;
  }
  const fields = [
    ['lease-id', id],
    ['error', internalText(error)],
  ] as const;
  writeServerLine(member, 'warn', 'failed to revoke lease', fields);
}

/** Seconds that a lease has from now on, if this member begins to count. */
function remainingOf({ lessor }: Member, { id, ttl, remainingTtl }: Lease): number {
  return (lessor.remaining.get(id) ?? remainingTtl) || ttl;
}

/** Only leases that have longer than the interval are worth it. */
function scheduleCheckpoint(member: Member, lease: Lease): void {
  if (!isEnabled(member.config.options, 'LeaseCheckpoint') || remainingOf(member, lease) * SECOND <= CHECKPOINT_INTERVAL) return;
  if (wantsDebug(member)) {
    writeServerLine(member, 'debug', 'Scheduling lease checkpoint', [leaseField(lease.id), ['intervalSeconds', '5m0s']]);
  }
  member.lessor.checkpoints.push({ id: lease.id, at: member.now + CHECKPOINT_INTERVAL });
}

/** Writes into the log what leases have left whose checkpoint is due; what is too much for one entry follows when that is applied. */
function takeCheckpoints(member: Member): void {
  const { lessor, now } = member;
  const checkpoints: LeaseCheckpointRequest['checkpoints'][number][] = [];
  while (checkpoints.length < MAX_CHECKPOINTS && (lessor.checkpoints[0]?.at ?? Number.POSITIVE_INFINITY) <= now) {
    const id = lessor.checkpoints.shift()?.id as Id64; // there is a first one
    const lease = member.leases.byId.get(id);
    const left = (lessor.endsAt.get(id) ?? now) - now;
    const remainingTtl = Math.ceil(left / SECOND);
    // Gone, ended, or just renewed: there is nothing to say of it.
    if (lease === undefined || left <= 0 || remainingTtl >= lease.ttl) continue;
    if (wantsDebug(member))
      writeServerLine(member, 'debug', 'Checkpointing lease', [leaseField(id), ['remainingTTL', remainingTtl]]);
    checkpoints.push({ id, remainingTtl });
  }
  if (checkpoints.length > 0) lessor.checkpointing = beginOwnWrite(member, { type: 'leaseCheckpoint', checkpoints }, NOBODY);
}

/** A lease that was checkpointed is renewed: the next leader has to know. @returns the id of the request */
export function clearCheckpoint(member: Member, id: Id64): Id64 | undefined {
  return beginOwnWrite(member, { type: 'leaseCheckpoint', checkpoints: [{ id, remainingTtl: 0 }] }, NOBODY);
}

/** Does a renewal have to be told? */
export function hasCheckpoint(member: Member, lease: Lease): boolean {
  const isTaken = (member.lessor.remaining.get(lease.id) ?? lease.remainingTtl) > 0;
  return isTaken && isEnabled(member.config.options, 'LeaseCheckpoint');
}

/** A checkpoint was applied; every member does the same. */
export function applyCheckpoints(member: Member, { checkpoints }: LeaseCheckpointRequest): void {
  const { lessor, leases, membership, config } = member;
  const [major = 0, minor = 0] = membership.clusterVersion.split('.').map(Number);
  const isKept = isEnabled(config.options, 'LeaseCheckpointPersist') || major > 3 || (major === 3 && minor >= 6);
  for (const { id, remainingTtl } of checkpoints) {
    if (!leases.byId.has(id)) continue;
    lessor.remaining.delete(id);
    if (isKept) checkpointLease(leases, id, remainingTtl);
    else if (!isReplay(member)) lessor.remaining.set(id, remainingTtl);
    const lease = leases.byId.get(id);
    if (lessor.isPrimary && lease !== undefined) scheduleCheckpoint(member, lease);
  }
}

/** A checkpoint of the member's own has ended, well or not. */
export function onCheckpointed(member: Member, { requestId }: OwnOutcome): void {
  if (member.lessor.checkpointing !== requestId) return;
  member.lessor.checkpointing = undefined;
  if (member.lessor.isPrimary) takeCheckpoints(member);
}

/** A lease's id as the lessor's lines have it: a signed number. */
function leaseField(id: Id64): LineField {
  return ['leaseID', BigInt.asIntN(64, BigInt(`0x${id}`))];
}
