/**
 * A voter for another voter in one step, through a joint configuration (Raft §6): while it lasts, an entry needs a majority of the
 * old voters and one of the new. Raft's library can, etcd's API cannot ask for it; it is here to be seen.
 */
import { assert, type Bytes, type Id64, toId64, utf8Decode, utf8Encode, ZERO_ID } from '../../base/index.ts';
import { applyConfChange, type ConfChangeV1, type ConfChangeV2, type LogIndex } from '../raft/index.ts';
import type { MemberInfo, MemberReplaceRequest } from './api.ts';
import { forgetMember, refuseChange, tellMembers, writeChange } from './configuration.ts';
import { finishConfigure, HEALTH_INTERVAL, keptPeerUrls, nameless, newMemberId, proposeChange } from './configure.ts';
import type { ApiErrorCode } from './errors.ts';
import type { CallId } from './input.ts';
import {
  changeMembers,
  changeRefusal,
  decodeMemberContext,
  encodeMemberContext,
  findMember,
  isStarted,
  quorumOf,
  votersOf,
} from './membership.ts';
import { connectedSince } from './peers.ts';
import { nextRequestId } from './requestId.ts';
import type { Member } from './state.ts';

/** Takes the request in. Returns the refusal where it does not need the log to be refused. */
export function beginReplace(member: Member, call: CallId, request: MemberReplaceRequest): ApiErrorCode | undefined {
  const { id } = request;
  const peerUrls = keptPeerUrls(request.peerUrls);
  if (peerUrls === undefined) return 'badMemberUrls';
  const voters = votersOf(member.membership);
  const staying = voters.filter((voter) => voter.id !== id);
  if (staying.length === voters.length) return 'memberNotFound';
  const quorum = quorumOf(voters.length);
  if (staying.filter(isStarted).length < quorum) return 'notEnoughStartedMembers';
  if (connectedSince(member, staying, member.now - HEALTH_INTERVAL) < quorum) return 'unhealthyCluster';
  const added = nameless(newMemberId(member, peerUrls), peerUrls);
  const requestId = nextRequestId(member);
  const change: ConfChangeV2 = {
    version: 2,
    transition: 'ConfChangeTransitionAuto',
    changes: [
      { type: 'ConfChangeAddNode', nodeId: added.id },
      { type: 'ConfChangeRemoveNode', nodeId: id },
    ],
    context: encodeReplacement(requestId, added),
  };
  proposeChange(member, { requestId, call, asker: undefined, type: 'memberReplace' }, change);
  return undefined;
}

/** A committed change of several members takes effect: the joint configuration is entered, or, without operations, left. */
export function applyReplacement(member: Member, index: LogIndex, change: ConfChangeV2): void {
  if (change.changes.length === 0) leave(member, change);
  else enter(member, change);
  tellMembers(member, index);
}

function enter(member: Member, change: ConfChangeV2): void {
  const { requestId, context } = decodeReplacement(change.context);
  const [add, remove] = change.changes.map((one): ConfChangeV1 => ({ ...one, version: 1, context: undefined, id: requestId }));
  assert(add !== undefined && remove !== undefined, 'members propose one for one', { changes: change.changes.length });
  const before = member.membership;
  const about = decodeMemberContext(context);
  const refusal = changeRefusal(before, add, about) ?? changeRefusal(before, remove, about);
  if (refusal !== undefined) refuseChange(member, add, refusal);
  else {
    applyConfChange(member.raft, change);
    member.membership = changeMembers(before, add, about);
    writeChange(member, before, add, about);
  }
  finishConfigure(member, add, refusal);
}

function leave(member: Member, change: ConfChangeV2): void {
  const { voters, votersOutgoing } = member.raft.tracker.config;
  const gone = votersOutgoing.filter((id) => !voters.includes(id));
  applyConfChange(member.raft, change);
  for (const nodeId of gone) {
    const remove: ConfChangeV1 = { version: 1, type: 'ConfChangeRemoveNode', nodeId, context: undefined, id: undefined };
    const before = member.membership;
    if (findMember(before, nodeId) === undefined) continue;
    member.membership = changeMembers(before, remove, NOTHING);
    writeChange(member, before, remove, NOTHING);
    forgetMember(member, remove);
  }
}

const NOTHING = { peerUrls: [], isLearner: false, isPromote: false };

function encodeReplacement(requestId: Id64, added: MemberInfo): Bytes {
  return utf8Encode(`${requestId} `) + encodeMemberContext(added, undefined);
}

function decodeReplacement(context: Bytes | undefined): { readonly requestId: Id64; readonly context: Bytes } {
  const at = context?.indexOf(' ') ?? -1;
  if (context === undefined || at < 0) return { requestId: ZERO_ID, context: '' };
  return { requestId: toId64(BigInt(`0x${utf8Decode(context.slice(0, at))}`)), context: context.slice(at + 1) };
}
