/**
 * The leader's clock of leases. Only a leader that has applied an entry of its own term counts time; it ends leases through
 * the log, and is asked by all others how long one has left (`spec/etcd.md` 3; etcd-io/etcd:server/lease/lessor.go and
 * server/etcdserver/v3_server.go).
 */
import { type Bytes, byNumber, type Id64, ZERO_ID } from '../../base/index.ts';
import { type MemberId, propose } from '../raft/index.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import type { CallId, LeaderAnswer, LeaderOutcome, LeaderRequest } from './input.ts';
import { keysOfLease, listLeases } from './leases.ts';
import type { LeaderCall, LeaderCaller } from './lessorState.ts';
import { checkRange } from './permissions.ts';
import { encodeCommand } from './requestCodec.ts';
import { nextRequestId } from './requestId.ts';
import type { Member } from './state.ts';
import { ELECTION_TIMEOUT, REQUEST_TIMEOUT } from './timeouts.ts';
import { authInfoOf } from './tokens.ts';
import { selfInfo } from './writes.ts';

const SECOND = 1_000_000;
/** Ticks between two looks for leases that have ended: 500 ms. */
const LOOK_TICKS = 5;
/** etcd: half of leaseRevokeRate. */
const MAX_ENDED_PER_LOOK = 500;
/** Revocations under way at most. etcd: maxPendingRevokes. */
const MAX_REVOKES = 16;
/** etcd: expiredLeaseRetryInterval. */
const REVOKE_RETRY = 3 * SECOND;
/** Leases that may end in one second after a change of leader, when there are more than {@link PILE_SIZE}. */
const MAX_ENDS_PER_SECOND = 750;
const PILE_SIZE = 1_000;
/** What a member waits until it has applied what is committed. etcd: applyTimeout. */
const APPLY_WAIT = 1 * SECOND;
/** Between two attempts to reach the leader. */
const PEER_PAUSE = 50_000;

/** This member leads and has applied all entries of earlier terms: every lease begins anew, and gets an election timeout more. */
export function promoteLessor(member: Member): void {
  const { lessor } = member;
  lessor.isPrimary = true;
  lessor.endsAt.clear();
  lessor.revoking.clear();
  lessor.due = [];
  const leases = [...listLeases(member.leases)].sort((a, b) => byNumber(a.ttl, b.ttl));
  let second = 0;
  let count = 0;
  for (const { id, ttl } of leases) {
    // So many leases at once would keep the log busy for long: they are spread over the seconds that follow.
    if (ttl > second) {
      second = ttl;
      count = 0;
    } else if (leases.length > PILE_SIZE && count >= MAX_ENDS_PER_SECOND) {
      second++;
      count = 0;
    }
    count++;
    lessor.endsAt.set(id, member.now + second * SECOND + ELECTION_TIMEOUT);
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
}

/** A lease was granted, or renewed. @param ttl seconds */
export function startLease(member: Member, id: Id64, ttl: number): void {
  if (member.lessor.isPrimary) member.lessor.endsAt.set(id, member.now + ttl * SECOND);
}

/** A lease is gone. */
export function endLease(member: Member, id: Id64): void {
  member.lessor.endsAt.delete(id);
  member.lessor.revoking.delete(id);
}

/** All leases that this member knows; at the leader those that end first come first. */
export function leasesInOrder(member: Member): readonly Id64[] {
  const { endsAt } = member.lessor;
  const ids = listLeases(member.leases).map(({ id }) => id);
  return ids.sort((a, b) => byNumber(endsAt.get(a) ?? 0, endsAt.get(b) ?? 0));
}

/** Ends leases whose time is over, and carries on with what waits for the leader. */
export function tickLessor(member: Member): void {
  if (member.ticks % LOOK_TICKS === 0) revokeEnded(member);
  for (const call of member.leaderCalls) {
    const { state, startedAt } = call;
    const isLate = call.caller.type === 'client' && member.now - startedAt >= REQUEST_TIMEOUT;
    if (state.type === 'applying' && member.now >= state.until) refuse(member, call, 'timeoutWaitAppliedIndex');
    else if (isLate) refuse(member, call, state.type === 'pausing' && state.isLeaderless ? 'noLeader' : 'timeout');
    else if (state.type === 'pausing' && member.now >= state.at) ask(member, call);
  }
}

/** Takes in a client's question. */
export function beginLeaderCall(member: Member, call: CallId, request: LeaderRequest, token: Bytes | undefined): void {
  begin(member, { type: 'client', call, header: headerOf(member), token }, request);
}

/** The client no longer waits. */
export function cancelLeaderCall(member: Member, call: CallId): void {
  member.leaderCalls = member.leaderCalls.filter(({ caller }) => caller.type !== 'client' || caller.call !== call);
}

/** A peer asks for its client. */
export function handleLeaderRequest(member: Member, peer: MemberId, id: number, request: LeaderRequest): void {
  begin(member, { type: 'peer', peer, id }, request);
}

/** The peer that was asked answers. */
export function handleLeaderOutcome(member: Member, peer: MemberId, id: number, outcome: LeaderOutcome): void {
  const call = member.leaderCalls.find(({ state }) => state.type === 'sent' && state.to === peer && state.id === id);
  if (call === undefined) return; // its client has given up
  if (outcome.ok) answer(member, call, outcome.answer);
  else pause(member, call);
}

/** A send to this peer was refused: what it was asked may never have reached it. */
export function onPeerLost(member: Member, peer: MemberId): void {
  for (const call of member.leaderCalls) if (call.state.type === 'sent' && call.state.to === peer) pause(member, call);
}

/** Entries were applied: answers what has waited for that, and goes on with ended leases. */
export function settleLeaderCalls(member: Member): void {
  proposeRevokes(member);
  for (const call of member.leaderCalls) {
    const { state, request } = call;
    if (state.type === 'applying' && member.appliedIndex >= state.index) answerHere(member, call);
    else if (state.type === 'revoking' && !member.leases.byId.has(request.id)) answerHere(member, call);
    else if (state.type === 'revoking' && !member.lessor.isPrimary) notPrimary(member, call);
  }
}

function begin(member: Member, caller: LeaderCaller, request: LeaderRequest): void {
  const begun: LeaderCall = { caller, request, startedAt: member.now, state: { type: 'new' } };
  member.leaderCalls = [...member.leaderCalls, begun];
  ask(member, begun);
}

/** Brings a question on its way: here, if this member leads; else to the leader; else it waits for one. */
function ask(member: Member, call: LeaderCall): void {
  const { lead, role, log } = member.raft;
  if (role === 'StateLeader') {
    const state = { type: 'applying' as const, index: log.committed, until: member.now + APPLY_WAIT };
    const waiting = { ...call, state };
    replace(member, call, waiting);
    if (member.appliedIndex >= state.index) answerHere(member, waiting);
  } else if (call.caller.type === 'peer') notPrimary(member, call);
  else if (lead === ZERO_ID) {
    replace(member, call, { ...call, state: { type: 'pausing', at: member.now + ELECTION_TIMEOUT, isLeaderless: true } });
  } else {
    const id = ++member.leaderRequestCount;
    replace(member, call, { ...call, state: { type: 'sent', to: lead, id } });
    const { request } = call;
    member.outputs.push({ type: 'sendPeer', to: lead, message: { type: 'leaderRequest', id, request } });
  }
}

function answerHere(member: Member, call: LeaderCall): void {
  const { lessor, leases, now } = member;
  const { request } = call;
  const lease = leases.byId.get(request.id);
  if (lease === undefined) {
    const none = { type: 'leaseTimeToLive' as const, ttl: -1, grantedTtl: 0, keys: [] };
    answer(member, call, request.type === 'leaseKeepAlive' ? { type: 'leaseKeepAlive', ttl: 0 } : none);
    return;
  }
  const endsAt = lessor.endsAt.get(request.id);
  if (endsAt === undefined) notPrimary(member, call);
  else if (request.type === 'leaseTimeToLive') {
    const ttl = Math.max(0, Math.floor((endsAt - now) / SECOND));
    const keys = request.keys ? keysOfLease(leases, request.id) : [];
    answer(member, call, { type: 'leaseTimeToLive', ttl, grantedTtl: lease.ttl, keys });
  } else if (endsAt <= now) replace(member, call, { ...call, state: { type: 'revoking' } });
  else {
    startLease(member, lease.id, lease.ttl);
    member.counters.etcd_debugging_lease_renewed_total++;
    answer(member, call, { type: 'leaseKeepAlive', ttl: lease.ttl });
  }
}

/** This member cannot answer, because it does not count time (yet, or any more). */
function notPrimary(member: Member, call: LeaderCall): void {
  if (call.caller.type === 'peer') refuse(member, call, 'notPrimaryLessor');
  else pause(member, call);
}

function pause(member: Member, call: LeaderCall): void {
  replace(member, call, { ...call, state: { type: 'pausing', at: member.now + PEER_PAUSE, isLeaderless: false } });
}

function answer(member: Member, call: LeaderCall, said: LeaderAnswer): void {
  replace(member, call, undefined);
  const { caller, request } = call;
  if (caller.type === 'peer') {
    respondToPeer(member, caller, { ok: true, answer: said });
    return;
  }
  const { id } = request;
  if (said.type === 'leaseKeepAlive') {
    const { header } = caller; // as it was when the request came: the lease is renewed no earlier than it says
    member.outputs.push({ type: 'answer', call: caller.call, response: { type: 'leaseKeepAlive', header, id, ttl: said.ttl } });
    return;
  }
  const code = checkKeys(member, caller.token, said.keys);
  if (code !== undefined) member.outputs.push({ type: 'refuse', call: caller.call, error: { code } });
  else member.outputs.push({ type: 'answer', call: caller.call, response: { ...said, header: headerOf(member), id } });
}

/** Whoever wants to see a lease's keys must be allowed to read them. */
function checkKeys(member: Member, token: Bytes | undefined, keys: readonly Bytes[]): ApiErrorCode | undefined {
  if (!member.auth.isEnabled || keys.length === 0) return undefined;
  const info = authInfoOf(member, token);
  if (!info.ok) return info.error;
  for (const key of keys) {
    const code = checkRange(member.auth, info.value, 'read', key, '');
    if (code !== undefined) return code;
  }
  return undefined;
}

function refuse(member: Member, call: LeaderCall, code: ApiErrorCode): void {
  replace(member, call, undefined);
  const { caller } = call;
  if (caller.type === 'client') member.outputs.push({ type: 'refuse', call: caller.call, error: { code } });
  else respondToPeer(member, caller, { ok: false, code });
}

function respondToPeer(member: Member, { peer, id }: Extract<LeaderCaller, { type: 'peer' }>, outcome: LeaderOutcome): void {
  member.outputs.push({ type: 'sendPeer', to: peer, message: { type: 'leaderOutcome', id, outcome } });
}

function replace(member: Member, call: LeaderCall, next: LeaderCall | undefined): void {
  member.leaderCalls = member.leaderCalls.flatMap((other) => (other !== call ? [other] : next === undefined ? [] : [next]));
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
function proposeRevokes(member: Member): void {
  const { lessor, now, raft } = member;
  if (lessor.due.length === 0) return;
  let underWay = 0;
  for (const retryAt of lessor.revoking.values()) if (retryAt > now) underWay++;
  const room = Math.max(0, MAX_REVOKES - underWay);
  const next = lessor.due.slice(0, room);
  lessor.due = lessor.due.slice(room);
  for (const id of next) {
    if (!lessor.endsAt.has(id)) continue;
    lessor.revoking.set(id, now + REVOKE_RETRY);
    member.counters.etcd_debugging_server_lease_expired_total++;
    const request = { type: 'leaseRevoke' as const, id };
    // A lease ends whoever owns its keys: the member acts as root. Refused during a hand-over of leadership, it is tried again.
    propose(raft, encodeCommand({ requestId: nextRequestId(member), request, auth: selfInfo(member) }));
  }
}
