/**
 * Requests that change who is in the cluster, and who leads it (`spec/etcd.md` 4.7, 4.8;
 * etcd-io/etcd:server/etcdserver/server.go). A change goes through the log; what does not need the log is checked at once.
 */
import { assert, byText, formatHex, type Id64, ZERO_ID } from '../../base/index.ts';
import { type ConfChange, type ConfChangeType, type ConfChangeV1, progressViews, transferLeader } from '../raft/index.ts';
import type { MemberInfo, MemberReplaceRequest } from './api.ts';
import type { ApiError, ApiErrorCode } from './errors.ts';
import { headerOf, NO_HEADER } from './header.ts';
import type { CallId } from './input.ts';
import { internalText } from './internalText.ts';
import { idField, whoseLine, writeServerLine } from './lines.ts';
import {
  addedMemberId,
  describeMember,
  encodeMemberContext,
  findMember,
  hasStartedQuorumWhenPromoted,
  hasStartedQuorumWithOneMore,
  hasStartedQuorumWithout,
  isStarted,
  quorumOf,
  votersOf,
} from './membership.ts';
import { addCount } from './meters.ts';
import { connectedSince } from './peers.ts';
import type { ConfigureRequest, PendingConfiguration, PendingMove } from './pending.ts';
import { nextRequestId } from './requestId.ts';
import type { LineField } from './serverLine.ts';
import type { Member } from './state.ts';
import { REQUEST_TIMEOUT } from './timeouts.ts';
import { proposeWaiting } from './writes.ts';

/** etcd: HealthInterval, 5 s: that long a peer has to be connected to count. */
export const HEALTH_INTERVAL = 5_000_000;
/** etcd: readyPercentThreshold. */
const READY_SHARE = 0.9;

/** Takes a change in. Returns the refusal where it does not need the log to be refused. */
export function beginConfigure(
  member: Member,
  call: CallId,
  request: Exclude<ConfigureRequest, MemberReplaceRequest>,
): ApiErrorCode | undefined {
  switch (request.type) {
    case 'memberAdd': {
      const peerUrls = keptPeerUrls(request.peerUrls);
      assert(peerUrls !== undefined, 'the addresses were looked at first');
      const added = { ...nameless(newMemberId(member, peerUrls), peerUrls), isLearner: request.isLearner };
      const refusal = addRefusal(member, added);
      if (refusal !== undefined) return refusal;
      const type = request.isLearner ? 'ConfChangeAddLearnerNode' : 'ConfChangeAddNode';
      return configure(member, { call, asker: undefined, type: request.type }, type, added, false);
    }
    case 'memberRemove': {
      const refusal = removeRefusal(member, request.id);
      if (refusal !== undefined) return refusal;
      return configure(
        member,
        { call, asker: undefined, type: request.type },
        'ConfChangeRemoveNode',
        nameless(request.id, []),
        undefined,
      );
    }
    case 'memberUpdate': {
      // A real member does not look at the addresses, and dies of those that are none: only here is that refused.
      const isKnown = member.membership.members.some(({ id }) => id === request.id);
      if (isKnown && keptPeerUrls(request.peerUrls) === undefined) return 'badMemberUrls';
      return configure(
        member,
        { call, asker: undefined, type: request.type },
        'ConfChangeUpdateNode',
        nameless(request.id, request.peerUrls),
        undefined,
      );
    }
    case 'memberPromote': {
      // Only the leader knows how far the learner is.
      if (member.raft.role !== 'StateLeader') {
        member.waitingPromotions = [...member.waitingPromotions, { call, id: request.id, startedAt: member.now, askedOf: ZERO_ID }];
        askPromotions(member);
        return undefined;
      }
      return promote(member, { call, asker: undefined, type: request.type }, request.id);
    }
  }
}

/** A change was applied, or refused as it was: its client, if it is one of ours, is told. */
export function finishConfigure(member: Member, change: ConfChangeV1, refusal: ApiErrorCode | undefined): void {
  const pending = change.id === undefined ? undefined : member.configurations.get(change.id);
  if (pending === undefined) return;
  member.configurations.delete(pending.requestId);
  writeServerLine(member, 'info', 'applied a configuration change through raft', [
    idField('local-member-id', member.config.id),
    ['raft-conf-change', change.type],
    idField('raft-conf-change-node-id', change.nodeId),
  ]);
  const { call, type, asker } = pending;
  if (type === 'memberPromote') countPromotion(member, refusal);
  if (asker !== undefined) {
    const error = refusal === undefined ? undefined : { code: refusal };
    member.outputs.push({ type: 'sendPeer', to: asker, message: { type: 'promoted', call, error } });
    return;
  }
  if (refusal !== undefined) {
    member.outputs.push({ type: 'refuse', call, error: { code: refusal } });
    return;
  }
  const header = { ...headerOf(member), revision: 0 };
  const { members } = member.membership;
  if (type !== 'memberAdd' && type !== 'memberReplace')
    member.outputs.push({ type: 'answer', call, response: { type, header, members } });
  else {
    const added = findMember(member.membership, change.nodeId);
    if (added !== undefined) member.outputs.push({ type: 'answer', call, response: { type, header, member: added, members } });
  }
}

/** A peer's client wants a learner promoted. */
export function onPromote(member: Member, from: Id64, call: CallId, id: Id64): void {
  const refusal =
    member.raft.role === 'StateLeader' ? promote(member, { call, asker: from, type: 'memberPromote' }, id) : 'notLeader';
  if (refusal === undefined) return;
  member.outputs.push({ type: 'sendPeer', to: from, message: { type: 'promoted', call, error: { code: refusal } } });
}

/** The leader has answered. */
export function onPromoted(member: Member, call: CallId, error: ApiError | undefined): void {
  const promotion = member.waitingPromotions.find((other) => other.call === call);
  if (promotion === undefined) return;
  if (error?.code === 'notLeader') {
    // It was, a moment ago: whoever leads now is asked with the next tick.
    const again = { ...promotion, askedOf: ZERO_ID };
    member.waitingPromotions = member.waitingPromotions.map((other) => (other === promotion ? again : other));
    return;
  }
  member.waitingPromotions = member.waitingPromotions.filter((other) => other !== promotion);
  if (error !== undefined) member.outputs.push({ type: 'refuse', call, error });
  else {
    const header = { ...headerOf(member), revision: 0 };
    const { members } = member.membership;
    member.outputs.push({ type: 'answer', call, response: { type: 'memberPromote', header, members } });
  }
}

/** Asks the leader for promotions, and gives up on those that have waited too long. */
export function tickPromotions(member: Member): void {
  for (const promotion of member.waitingPromotions) {
    if (member.now - promotion.startedAt < REQUEST_TIMEOUT) continue;
    member.waitingPromotions = member.waitingPromotions.filter((other) => other !== promotion);
    const code = member.raft.lead === ZERO_ID ? 'noLeader' : 'timeout';
    member.outputs.push({ type: 'refuse', call: promotion.call, error: { code } });
  }
  askPromotions(member);
}

function askPromotions(member: Member): void {
  const { lead } = member.raft;
  const waiting = member.waitingPromotions.filter(({ askedOf }) => askedOf !== lead);
  if (lead === ZERO_ID || waiting.length === 0) return;
  if (lead === member.config.id) {
    member.waitingPromotions = member.waitingPromotions.filter(({ askedOf }) => askedOf === lead);
    for (const { call, id } of waiting) {
      const refusal = promote(member, { call, asker: undefined, type: 'memberPromote' }, id);
      if (refusal !== undefined) member.outputs.push({ type: 'refuse', call, error: { code: refusal } });
    }
    return;
  }
  member.waitingPromotions = member.waitingPromotions.map((promotion) => ({ ...promotion, askedOf: lead }));
  for (const { call, id } of waiting) member.outputs.push({ type: 'sendPeer', to: lead, message: { type: 'promote', call, id } });
}

function promote(member: Member, who: Omit<PendingConfiguration, 'requestId'>, id: Id64): ApiErrorCode | undefined {
  const refusal = promoteRefusal(member, id);
  if (refusal !== undefined) countPromotion(member, refusal);
  return refusal ?? configure(member, who, 'ConfChangeAddNode', nameless(id, []), true);
}

/** The leader counts, whoever was asked. */
function countPromotion({ counters, meters }: Member, refusal: ApiErrorCode | undefined): void {
  if (refusal === undefined) counters.etcd_server_learner_promote_successes++;
  else addCount(meters, 'etcd_server_learner_promote_failures', [['Reason', internalText(refusal)]], 1);
}

/** The client no longer waits; what was proposed goes on. */
export function cancelConfigure(member: Member, call: CallId): void {
  for (const pending of [...member.configurations.values()]) {
    if (pending.call !== call) continue;
    member.configurations.delete(pending.requestId);
    member.waitingProposals = member.waitingProposals.filter(({ requestId }) => requestId !== pending.requestId);
  }
  member.moves = member.moves.filter((move) => move.call !== call);
  member.waitingPromotions = member.waitingPromotions.filter((promotion) => promotion.call !== call);
}

/** Hands leadership over; answered when this member has seen the new leader. */
export function beginMove(member: Member, call: CallId, target: Id64): ApiErrorCode | undefined {
  if (member.raft.lead !== member.config.id) return 'notLeader';
  const transferee = findMember(member.membership, target);
  if (transferee === undefined || transferee.isLearner) return 'badLeaderTransferee';
  writeServerLine(member, 'info', 'leadership transfer starting', [
    idField('local-member-id', member.config.id),
    idField('current-leader-member-id', member.raft.lead),
    idField('transferee-member-id', target),
  ]);
  const move: PendingMove = { call, from: member.raft.lead, target, startedAt: member.now };
  transferLeader(member.raft, target);
  member.moves = [...member.moves, move];
  if (target === member.config.id) tickMoves(member);
  return undefined;
}

/** Looks, every heartbeat, whether a transfer has come to its end. */
export function tickMoves(member: Member): void {
  for (const move of member.moves) {
    if (member.raft.lead !== move.target) continue;
    member.moves = member.moves.filter((other) => other !== move);
    writeServerLine(member, 'info', 'leadership transfer finished', [
      idField('local-member-id', member.config.id),
      idField('old-leader-member-id', move.from),
      idField('new-leader-member-id', move.target),
      ['took', `${(member.now - move.startedAt) / 1000}ms`],
    ]);
    member.outputs.push({ type: 'answer', call: move.call, response: { type: 'moveLeader', header: NO_HEADER } });
  }
}

/** Why a learner cannot be promoted now; asked at the leader. */
function promoteRefusal(member: Member, id: Id64): ApiErrorCode | undefined {
  const progress = progressViews(member.raft);
  const own = progress.find((peer) => peer.id === member.config.id)?.matchIndex ?? 0;
  const learner = progress.find((peer) => peer.id === id);
  if (learner === undefined) return 'memberNotFound';
  if (learner.matchIndex < own * READY_SHARE) {
    writeServerLine(member, 'error', 'rejecting promote learner: learner is not ready', [
      ['learner-ready-percent', learner.matchIndex / own],
      ['ready-percent-threshold', READY_SHARE],
    ]);
    return 'learnerNotReady';
  }
  if (hasStartedQuorumWhenPromoted(member.membership)) return undefined;
  return rejectUnstarted(member, 'promote', ZERO_ID, [['requested-member-remove-id', formatHex(id)]]); // its name in etcd, too
}

function addRefusal(member: Member, added: MemberInfo): ApiErrorCode | undefined {
  const { membership } = member;
  if (!added.isLearner && !hasStartedQuorumWithOneMore(membership)) {
    return rejectUnstarted(member, 'add', ZERO_ID, [['requested-member-add', describeMember(added)]]);
  }
  const voters = votersOf(membership);
  if (voters.length === 1 && !added.isLearner)
    writeServerLine(member, 'debug', 'number of started member is 1; can accept add member request');
  const connected = connectedSince(member, voters, member.now - HEALTH_INTERVAL);
  if (voters.length === 1 || connected >= quorumOf(voters.length + 1)) return undefined;
  const rejected =
    'rejecting member add request; local member has not been connected to majority peers, reconfigure breaks active quorum';
  writeServerLine(member, 'warn', rejected, [
    idField('local-member-id', member.config.id),
    ['requested-member-add', describeMember(added)],
    ['error', internalText('unhealthyCluster')],
  ]);
  return 'unhealthyCluster';
}

function removeRefusal(member: Member, id: Id64): ApiErrorCode | undefined {
  const { membership } = member;
  if (findMember(membership, id)?.isLearner === true) return undefined;
  if (!hasStartedQuorumWithout(membership, id)) {
    return rejectUnstarted(member, 'remove', id, [['requested-member-remove-id', formatHex(id)]]);
  }
  // Who is not there anyway is no loss.
  if (id !== member.config.id && !member.peers.has(id)) return undefined;
  const voters = votersOf(membership);
  const connected = connectedSince(member, voters, member.now - HEALTH_INTERVAL);
  if (connected - 1 >= quorumOf(voters.length - 1)) return undefined;
  const rejected =
    'rejecting member remove request; local member has not been connected to all peers, reconfigure breaks active quorum';
  writeServerLine(member, 'warn', rejected, [
    idField('local-member-id', member.config.id),
    ['requested-member-remove', formatHex(id)],
    ['active-peers', connected],
    ['error', internalText('unhealthyCluster')],
  ]);
  return 'unhealthyCluster';
}

/** Those that have started would not be a quorum any more. @param without a voter that is not to count */
function rejectUnstarted(
  member: Member,
  change: 'add' | 'remove' | 'promote',
  without: Id64,
  about: readonly LineField[],
): ApiErrorCode {
  const voters = votersOf(member.membership).filter(({ id }) => id !== without);
  const started = voters.filter(isStarted).length;
  writeServerLine(member, 'warn', `rejecting member ${change}; started member will be less than quorum`, [
    ['number-of-started-member', change === 'promote' ? started + 1 : started],
    ['quorum', quorumOf(change === 'remove' ? voters.length : voters.length + 1)],
    ...whoseLine(member),
  ]);
  writeServerLine(member, 'warn', `rejecting member ${change} request; not enough healthy members`, [
    idField('local-member-id', member.config.id),
    ...about,
    ['error', internalText('notEnoughStartedMembers')],
  ]);
  return 'notEnoughStartedMembers';
}

function configure(
  member: Member,
  who: Omit<PendingConfiguration, 'requestId'>,
  changeType: ConfChangeType,
  about: MemberInfo,
  isPromote: boolean | undefined,
): undefined {
  const requestId = nextRequestId(member);
  const context = encodeMemberContext(about, isPromote);
  const change: ConfChangeV1 = {
    version: 1,
    type: changeType,
    nodeId: about.id,
    context: changeType === 'ConfChangeRemoveNode' ? undefined : context,
    id: requestId,
  };
  proposeChange(member, { requestId, ...who }, change);
  return undefined;
}

/** Hands a change to Raft, or keeps it until somebody leads; whoever waits for it is told when it is applied. */
export function proposeChange(member: Member, pending: PendingConfiguration, change: ConfChange): void {
  const { requestId, call, asker } = pending;
  member.configurations.set(requestId, pending);
  const own = asker === undefined ? call : 0;
  member.waitingProposals = [...member.waitingProposals, { requestId, call: own, data: '', change }];
  proposeWaiting(member);
}

/** The id of a member that is added now. */
export function newMemberId(member: Member, peerUrls: readonly string[]): Id64 {
  return addedMemberId(peerUrls, Math.floor((member.config.epoch + member.now / 1000) / 1000));
}

/** A member as a conf change tells of it. */
export function nameless(id: Id64, peerUrls: readonly string[]): MemberInfo {
  return { id, name: '', peerUrls, clientUrls: [], isLearner: false };
}

/**
 * A new member's peer URLs as etcd keeps them, in order and without blanks around them; undefined where there are none or one is none:
 * it wants scheme, host and port, and no path (etcd-io/etcd:client/pkg/types/urls.go).
 */
export function keptPeerUrls(urls: readonly string[]): readonly string[] | undefined {
  const kept = urls.map((url) => url.trim().replace(/^[A-Za-z]+:/, (scheme) => scheme.toLowerCase()));
  const isValid = kept.every((url) => /^(?:https?:\/\/[^/?#]*:\d*(?:[?#].*)?|unixs?:.*)$/.test(url));
  return isValid && kept.length > 0 ? kept.sort(byText) : undefined;
}
