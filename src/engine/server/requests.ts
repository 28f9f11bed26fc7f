/** The front door of a member: each request is checked, in etcd's order, and sent on its way (etcd-io/etcd:server/etcdserver/api/v3rpc/key.go). */
import { ZERO_ID } from '../../base/index.ts';
import type { PutRequest } from './api.ts';
import type { ApiErrorCode } from './errors.ts';
import type { CallId } from './input.ts';
import { answerRead, beginRead, cancelRead } from './reads.ts';
import { nextRequestId } from './requestId.ts';
import type { IncomingRequest, Member } from './state.ts';
import { beginWatch, cancelWatch } from './watches.ts';
import { beginWrite, cancelWrite } from './writes.ts';

/** Takes a request in. Every call is answered, refused, or stays open until it is cancelled. */
export function handleRequest(member: Member, incoming: IncomingRequest): void {
  const code = begin(member, incoming);
  if (code !== undefined) member.outputs.push({ type: 'refuse', call: incoming.call, error: { code } });
}

/** The client gave up on a call, or went away. Nothing is answered any more. */
export function handleCancel(member: Member, call: CallId): void {
  cancelWrite(member, call);
  cancelRead(member, call);
  cancelWatch(member, call);
}

function begin(member: Member, { call, request, requireLeader }: IncomingRequest): ApiErrorCode | undefined {
  switch (request.type) {
    case 'range': {
      if (request.key === '') return 'emptyKey';
      const read = { call, request, startedAt: member.now };
      if (request.serializable) answerRead(member, read);
      else beginRead(member, read);
      return undefined;
    }
    case 'memberList': {
      const read = { call, request, startedAt: member.now };
      if (request.linearizable) beginRead(member, read);
      else answerRead(member, read);
      return undefined;
    }
    case 'put':
      return checkPut(request) ?? beginWrite(member, call, request, nextRequestId(member));
    case 'deleteRange':
      return request.key === '' ? 'emptyKey' : beginWrite(member, call, request, nextRequestId(member));
    case 'watch':
      return beginWatch(member, call, request, requireLeader);
    default:
      return 'notCapable';
  }
}

function checkPut(request: PutRequest): ApiErrorCode | undefined {
  if (request.key === '') return 'emptyKey';
  if (request.ignoreValue && request.value !== '') return 'valueProvided';
  if (request.ignoreLease && request.lease !== ZERO_ID) return 'leaseProvided';
  return undefined;
}
