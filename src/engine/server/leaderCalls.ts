/**
 * Questions about leases that only the leader can answer: it is asked by its own clients, and by all other members for theirs
 * (`spec/etcd.md` 3; etcd-io/etcd:server/etcdserver/v3_server.go, server/lease/leasehttp).
 */
import { type Bytes, ZERO_ID } from '../../base/index.ts';
import type { MemberId } from '../raft/index.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import type { CallId, LeaderAnswer, LeaderOutcome, LeaderRequest } from './input.ts';
import { keysOfLease } from './leases.ts';
import { clearCheckpoint, hasCheckpoint, proposeRevokes, renewLease } from './lessor.ts';
import type { LeaderCall, LeaderCaller } from './lessorState.ts';
import { writeServerLine } from './lines.ts';
import type { OwnOutcome } from './pending.ts';
import { checkLeaseRead, checkLeaseWrite } from './permissions.ts';
import { beginRead } from './reads.ts';
import type { Member } from './state.ts';
import { ELECTION_TIMEOUT, REQUEST_TIMEOUT } from './timeouts.ts';
import { authInfoOf } from './tokens.ts';

const SECOND = 1_000_000;
/** What a member waits until it has applied what is committed. etcd: applyTimeout. */
const APPLY_WAIT = 1 * SECOND;
/** Between two attempts to reach the leader. */
const PEER_PAUSE = 50_000;
/** A leader whose clock has stood still for longer has to ask whether it still leads: three ticks. */
const ACTIVE = 300_000;

/** Carries on with what waits for the leader. */
export function tickLeaderCalls(member: Member): void {
  for (const call of member.leaderCalls) {
    const { state, startedAt } = call;
    const isLate = call.caller.type === 'client' && member.now - startedAt >= REQUEST_TIMEOUT;
    if (state.type === 'applying' && member.now >= state.until) refuse(member, call, 'timeoutWaitAppliedIndex');
    else if (isLate) refuse(member, call, state.type === 'pausing' && state.isLeaderless ? 'noLeader' : 'timeout');
    else if (state.type === 'pausing' && member.now >= state.at) ask(member, call);
  }
}

/** Takes in a client's question, or says why not. */
export function beginLeaderCall(
  member: Member,
  call: CallId,
  request: LeaderRequest,
  token: Bytes | undefined,
): ApiErrorCode | undefined {
  const caller: LeaderCaller = { type: 'client', call, header: headerOf(member), token };
  const refusal = request.type === 'leaseTimeToLive' ? rightsRefusal(member, caller, request) : undefined;
  if (refusal === undefined) begin(member, caller, request);
  return refusal;
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

/** A checkpoint was cleared, or could not be: the lease that waited for it is renewed either way, as in etcd. */
export function onCleared(member: Member, { requestId }: OwnOutcome): void {
  const call = member.leaderCalls.find(({ state }) => state.type === 'clearing' && state.requestId === requestId);
  if (call !== undefined) renew(member, call);
}

/** Entries were applied, or reads confirmed: answers what has waited for that, and goes on with ended leases. */
export function settleLeaderCalls(member: Member): void {
  proposeRevokes(member);
  for (const call of member.leaderCalls) {
    const { state, request } = call;
    if (state.type === 'checked') endCheck(member, call, state.isConfirmed);
    else if (state.type === 'applying' && member.appliedIndex >= state.index) answerHere(member, call);
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
  const { lead, role } = member.raft;
  const { request, caller } = call;
  if (role === 'StateLeader') {
    if (request.type === 'leaseKeepAlive' && caller.type === 'client' && member.now - member.tickedAt >= ACTIVE)
      check(member, call);
    else waitApplied(member, call);
    return;
  }
  if (caller.type === 'peer') {
    notPrimary(member, call);
    return;
  }
  const refusal = lead !== ZERO_ID && request.type === 'leaseKeepAlive' ? rightsRefusal(member, caller, request) : undefined;
  if (refusal !== undefined) refuse(member, call, refusal);
  else if (lead === ZERO_ID) {
    replace(member, call, { ...call, state: { type: 'pausing', at: member.now + ELECTION_TIMEOUT, isLeaderless: true } });
  } else {
    const id = ++member.leaderRequestCount;
    replace(member, call, { ...call, state: { type: 'sent', to: lead, id } });
    member.outputs.push({ type: 'sendPeer', to: lead, message: { type: 'leaderRequest', id, request } });
  }
}

/** This member may have stood still for so long that another leads: whoever renews a lease then promises what he cannot keep. */
function check(member: Member, call: LeaderCall): void {
  const read = ++member.leaderRequestCount;
  replace(member, call, { ...call, state: { type: 'checking', read } });
  beginRead(member, { call: 0, request: { type: 'leadership', read }, token: undefined, startedAt: member.now });
}

function endCheck(member: Member, call: LeaderCall, isConfirmed: boolean): void {
  const { lead } = member.raft;
  const self = member.config.id;
  if (isConfirmed && lead === self) {
    waitApplied(member, call);
    return;
  }
  if (isConfirmed) {
    writeServerLine(member, 'warn', "Current member isn't a leader", [
      ['local-member-id', BigInt(`0x${self}`)],
      ['new-lead', BigInt(`0x${lead}`)],
    ]);
  }
  refuse(member, call, 'notPrimaryLessor');
}

function waitApplied(member: Member, call: LeaderCall): void {
  const state = { type: 'applying' as const, index: member.raft.log.committed, until: member.now + APPLY_WAIT };
  const waiting = { ...call, state };
  replace(member, call, waiting);
  if (member.appliedIndex >= state.index) answerHere(member, waiting);
}

function answerHere(member: Member, call: LeaderCall): void {
  const { lessor, leases, now } = member;
  const { request, caller } = call;
  const refusal =
    request.type === 'leaseKeepAlive' && caller.type === 'client' ? rightsRefusal(member, caller, request) : undefined;
  if (refusal !== undefined) {
    refuse(member, call, refusal);
    return;
  }
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
  else if (hasCheckpoint(member, lease)) {
    const requestId = clearCheckpoint(member, lease.id);
    if (requestId === undefined) renew(member, call);
    else replace(member, call, { ...call, state: { type: 'clearing', requestId } });
  } else renew(member, call);
}

function renew(member: Member, call: LeaderCall): void {
  const lease = member.leases.byId.get(call.request.id);
  if (lease === undefined) {
    answer(member, call, { type: 'leaseKeepAlive', ttl: 0 });
    return;
  }
  renewLease(member, lease);
  member.counters.etcd_debugging_lease_renewed_total++;
  answer(member, call, { type: 'leaseKeepAlive', ttl: lease.ttl });
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
  member.outputs.push({ type: 'answer', call: caller.call, response: { ...said, header: headerOf(member), id } });
}

/** Whoever keeps a lease alive must be allowed to write its keys, and whoever wants to see them to read them. */
function rightsRefusal(
  member: Member,
  { token }: Extract<LeaderCaller, { type: 'client' }>,
  request: LeaderRequest,
): ApiErrorCode | undefined {
  if (!member.auth.isEnabled) return undefined;
  const info = authInfoOf(member, token);
  if (!info.ok) return info.error;
  if (request.type === 'leaseKeepAlive') return checkLeaseWrite(member, info.value, request.id);
  return checkLeaseRead(member, info.value, request.keys ? [request.id] : []);
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
