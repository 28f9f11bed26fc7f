/** The front door of a member: each request is checked, in etcd's order, and sent on its way (etcd-io/etcd:server/etcdserver/api/v3rpc). */
import { BCRYPT_MAX_PASSWORD, ok, toId64, unreachable, ZERO_ID } from '../../base/index.ts';
import type { HealthRequest, LeaseGrantRequest, PutRequest, TxnRequest, UnaryResponse } from './api.ts';
import { forgetCall, noteRequest } from './calls.ts';
import { beginConfigure, beginMove, cancelConfigure, keptPeerUrls } from './configure.ts';
import { downgradeFault } from './downgrade.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import { endHealth, healthWantsRead } from './health.ts';
import type { CallId } from './input.ts';
import { beginLeaderCall, cancelLeaderCall } from './leaderCalls.ts';
import { leasesInOrder } from './lessor.ts';
import { type LoggedRequest, NOBODY } from './logged.ts';
import { hashPassword } from './logins.ts';
import { answerDefragment, answerHash, answerHashKv, beginSnapshot, statusOf } from './maintenance.ts';
import { MAX_MESSAGE_SIZE, requestSize } from './messageSize.ts';
import { inspectionOf } from './metrics.ts';
import { checkAdmin, checkLeaseRead, checkUser } from './permissions.ts';
import { hasRoom } from './quota.ts';
import { answerRead, beginRead, cancelRead } from './reads.ts';
import { beginReplace } from './replace.ts';
import { nextRequestId } from './requestId.ts';
import type { IncomingRequest, Member, PendingRead } from './state.ts';
import { authInfoOf, isAhead } from './tokens.ts';
import { checkPutRequest, checkTxnRequest, isReadOnly, isSerializable } from './txn.ts';
import { askProgress, beginWatch, cancelWatch } from './watches.ts';
import { beginWrite, cancelWrite, raiseNoSpace } from './writes.ts';

/** Takes a request in. Every call is answered, refused, or stays open until it is cancelled. */
export function handleRequest(member: Member, incoming: IncomingRequest): void {
  // A member that has not been able to say who it is does not serve clients yet: they wait. So does whoever logged in with one that is ahead.
  if (member.publication !== undefined || isAhead(member, incoming.token)) {
    member.heldRequests = [...member.heldRequests, incoming];
    return;
  }
  noteRequest(member, incoming);
  const size = requestSize(incoming.request);
  if (size > MAX_MESSAGE_SIZE) {
    const error = { code: 'receivedTooLarge', size, limit: MAX_MESSAGE_SIZE } as const;
    member.outputs.push({ type: 'refuse', call: incoming.call, error });
    return;
  }
  const code = begin(member, incoming);
  if (code !== undefined) member.outputs.push({ type: 'refuse', call: incoming.call, error: { code } });
}

/** The member is known under its name: it serves those who waited. */
export function releaseHeld(member: Member): void {
  if (member.publication !== undefined || member.heldRequests.length === 0) return;
  const held = member.heldRequests;
  member.heldRequests = [];
  for (const incoming of held) handleRequest(member, incoming); // some wait on
}

/** The client gave up on a call, or went away. Nothing is answered any more. */
export function handleCancel(member: Member, call: CallId): void {
  member.heldRequests = member.heldRequests.filter((held) => held.call !== call);
  member.physicalWaits = member.physicalWaits.filter((wait) => wait.call !== call);
  cancelConfigure(member, call);
  cancelWrite(member, call);
  cancelRead(member, call);
  cancelLeaderCall(member, call);
  cancelWatch(member, call);
  forgetCall(member, call);
}

function begin(member: Member, incoming: IncomingRequest): ApiErrorCode | undefined {
  const { call, request, requireLeader, token } = incoming;
  if (member.raft.isLearner && !isServedByLearner(request)) return 'learnerNotSupported';
  if (request.type === 'inspect') return answer(member, call, inspectionOf(member));
  if (request.type === 'health') return beginHealth(member, call, request);
  if (request.type === 'watch') return beginWatch(member, { ...incoming, request });
  if (requireLeader && member.raft.lead === ZERO_ID) return 'noLeader';
  // Whether there is room is looked at before anything else.
  if (isCharged(request) && !hasRoom(member, request)) return raiseNoSpace(member, call);
  const fault = faultOf(request);
  if (fault !== undefined) return fault;
  const info = looksLater(request) ? ok(NOBODY) : authInfoOf(member, token);
  if (!info.ok) return info.error;
  const write = (logged: LoggedRequest) => beginWrite(member, call, logged, info.value);
  switch (request.type) {
    case 'range':
      return read(member, { call, request, token, startedAt: member.now }, !request.serializable);
    case 'put':
    case 'deleteRange':
      return write(request);
    case 'txn':
      if (!isReadOnly(request)) return write(request);
      return read(member, { call, request, token, startedAt: member.now }, !isSerializable(request));
    case 'compaction':
      return checkAdmin(member.auth, info.value) ?? write(request);
    case 'leaseGrant':
      return checkUser(member.auth, info.value) ?? write(withId(member, request));
    case 'leaseRevoke':
      return checkUser(member.auth, info.value) ?? write(request);
    case 'leaseKeepAlive':
    case 'leaseTimeToLive':
      return beginLeaderCall(member, call, request, token);
    case 'leaseLeases':
      return (
        checkLeaseRead(member, info.value, [...member.leases.byId.keys()]) ??
        answer(member, call, { type: 'leaseLeases', header: headerOf(member), leases: leasesInOrder(member) })
      );
    case 'watchProgress':
      askProgress(member, request.watches);
      return answer(member, call, { type: 'watchProgress', header: headerOf(member) });
    case 'memberList':
      return read(member, { call, request, token, startedAt: member.now }, request.linearizable);
    case 'memberAdd':
    case 'memberRemove':
    case 'memberUpdate':
    case 'memberPromote':
      return checkAdmin(member.auth, info.value) ?? beginConfigure(member, call, request);
    case 'memberReplace':
      return checkAdmin(member.auth, info.value) ?? beginReplace(member, call, request);
    case 'moveLeader':
      return checkAdmin(member.auth, info.value) ?? beginMove(member, call, request.targetId);
    case 'status':
      return checkUser(member.auth, info.value) ?? answer(member, call, statusOf(member));
    case 'hash':
      return unless(checkAdmin(member.auth, info.value), () => answerHash(member, call));
    case 'hashKv':
      return unless(checkAdmin(member.auth, info.value), () => answerHashKv(member, call, request.revision));
    case 'defragment':
      return unless(checkAdmin(member.auth, info.value), () => answerDefragment(member, call));
    case 'snapshot':
      return unless(checkAdmin(member.auth, info.value), () => beginSnapshot(member, call));
    case 'alarm': {
      const check = request.action === 'get' ? checkUser : checkAdmin;
      return check(member.auth, info.value) ?? write(request);
    }
    case 'downgrade':
      return (
        checkAdmin(member.auth, info.value) ??
        downgradeFault(request) ??
        read(member, { call, request, token, startedAt: member.now }, true)
      );
    case 'authenticate':
      return read(member, { call, request, token, startedAt: member.now }, true);
    case 'authUserAdd': {
      const { type, name, password, noPassword } = request;
      return write({ type, name, noPassword, passwordHash: noPassword ? '' : hashPassword(member, password) });
    }
    case 'authUserChangePassword': {
      const { type, name, password } = request;
      return write({ type, name, passwordHash: password === '' ? '' : hashPassword(member, password) });
    }
    case 'authEnable':
    case 'authDisable':
    case 'authStatus':
    case 'authUserGet':
    case 'authUserList':
    case 'authUserDelete':
    case 'authUserGrantRole':
    case 'authUserRevokeRole':
    case 'authRoleAdd':
    case 'authRoleGet':
    case 'authRoleList':
    case 'authRoleDelete':
    case 'authRoleGrantPermission':
    case 'authRoleRevokePermission':
      return write(request);
    default:
      return unreachable(request);
  }
}

/** Is a request charged to the quota? */
function isCharged(request: IncomingRequest['request']): request is PutRequest | TxnRequest | LeaseGrantRequest {
  return request.type === 'put' || request.type === 'txn' || request.type === 'leaseGrant';
}

/** A learner answers only from what it has. etcd: isRPCSupportedForLearner. */
function isServedByLearner(request: IncomingRequest['request']): boolean {
  return (
    request.type === 'status' ||
    request.type === 'inspect' ||
    request.type === 'health' ||
    request.type === 'snapshot' ||
    (request.type === 'range' && request.serializable)
  );
}

/** What is wrong with a request on its face: whoever asks is told. */
function faultOf(request: IncomingRequest['request']): ApiErrorCode | undefined {
  switch (request.type) {
    case 'range':
    case 'deleteRange':
      return request.key === '' ? 'emptyKey' : undefined;
    case 'put':
      return checkPutRequest(request);
    case 'txn':
      return checkTxnRequest(request);
    case 'memberAdd':
      return keptPeerUrls(request.peerUrls) === undefined ? 'badMemberUrls' : undefined;
    case 'authUserAdd':
      return !request.noPassword && request.password.length > BCRYPT_MAX_PASSWORD ? 'passwordTooLong' : undefined;
    case 'authUserChangePassword':
      return request.password.length > BCRYPT_MAX_PASSWORD ? 'passwordTooLong' : undefined;
    default:
      return undefined;
  }
}

/** Are they those that wait for the leader first? Who asks is looked at where they are answered. */
function looksLater(request: IncomingRequest['request']): boolean {
  switch (request.type) {
    case 'range':
    case 'memberList':
    case 'authenticate':
    case 'leaseKeepAlive':
      return true;
    case 'txn':
      return isReadOnly(request);
    default:
      return false;
  }
}

function read(member: Member, pending: PendingRead, isLinearizable: boolean): undefined {
  if (isLinearizable) beginRead(member, pending);
  else answerRead(member, pending);
}

function beginHealth(member: Member, call: CallId, request: HealthRequest): undefined {
  if (healthWantsRead(member, request)) read(member, { call, request, token: undefined, startedAt: member.now }, true);
  else endHealth(member, call, request, undefined);
}

/** A lease without an id gets one that nobody else has; etcd keeps it positive. */
function withId(member: Member, request: LeaseGrantRequest): LeaseGrantRequest {
  if (request.id !== ZERO_ID) return request;
  return { ...request, id: toId64(BigInt.asUintN(63, BigInt(`0x${nextRequestId(member)}`))) };
}

function answer(member: Member, call: CallId, response: UnaryResponse): undefined {
  member.outputs.push({ type: 'answer', call, response });
}

/** Goes on if there is no reason not to. */
function unless(refusal: ApiErrorCode | undefined, act: () => void): ApiErrorCode | undefined {
  if (refusal === undefined) act();
  return refusal;
}
