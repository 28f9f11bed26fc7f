/** A committed conf change takes effect: in Raft, and among the members that clients see (etcd-io/etcd:server/etcdserver/server.go). */
import { ZERO_ID } from '../../base/index.ts';
import { applyConfChange, type ConfChangeV1, type LogIndex } from '../raft/index.ts';
import { finishConfigure } from './configure.ts';
import type { ApiErrorCode } from './errors.ts';
import { idField, whoseLine, writeServerLine } from './lines.ts';
import {
  changeMembers,
  changeRefusal,
  changeRefusalText,
  decodeMemberContext,
  findMember,
  type MemberContext,
  type Membership,
} from './membership.ts';
import { writeLostPeer, writeNewPeer, writeUpdatedPeer } from './peerLines.ts';
import { countInactive } from './peers.ts';
import { isReplay } from './replay.ts';
import type { LineField } from './serverLine.ts';
import type { Member } from './state.ts';

/** A removed member ends that long after it has learned of it, so that its last acknowledgements still leave; virtual µs. */
const STOP_DELAY = 1_000_000;

/** Makes the change, and tells the client that asked for the change. */
export function applyConfiguration(member: Member, index: LogIndex, change: ConfChangeV1): void {
  const context = decodeMemberContext(change.context);
  const before = member.membership;
  const refusal = changeRefusal(before, change, context);
  if (refusal !== undefined) refuseChange(member, change, refusal);
  else {
    applyConfChange(member.raft, change);
    member.membership = changeMembers(before, change, context);
    writeChange(member, before, change, context);
    if (change.type === 'ConfChangeRemoveNode') forgetMember(member, change);
  }
  tellMembers(member, index);
  finishConfigure(member, change, refusal);
}

/** A committed change that is not made: Raft is told of one that concerns nobody. */
export function refuseChange(member: Member, change: ConfChangeV1, refusal: ApiErrorCode): void {
  applyConfChange(member.raft, { ...change, nodeId: ZERO_ID });
  writeServerLine(member, 'error', 'Validation on configuration change failed', [
    ['shouldApplyV3', true],
    ['error', changeRefusalText(member.membership, change.nodeId, refusal)],
  ]);
}

/** Says who is in the cluster, for whoever starts its members. */
export function tellMembers(member: Member, index: number): void {
  member.outputs.push({ type: 'members', index, members: member.membership.members });
}

/** This member does not belong to the cluster any more. */
export function beginStop(member: Member): void {
  if (member.stopAt !== undefined) return;
  member.stopAt = member.now + STOP_DELAY;
  writeServerLine(member, 'warn', 'server error', [['error', 'the member has been permanently removed from the cluster']]);
  writeServerLine(member, 'warn', 'data-dir used by this member must be removed');
}

/** Who was removed: its transport is turned away, and this member ends if it is itself. */
export function forgetMember(member: Member, change: ConfChangeV1): void {
  // Its transport is turned away, now and whenever it connects again: so it learns of it even if it got no log any more.
  if (member.peers.delete(change.nodeId)) {
    countInactive(member, change.nodeId);
    member.outputs.push({ type: 'sendPeer', to: change.nodeId, message: { type: 'removed' } });
  }
  member.sentSnapshots = member.sentSnapshots.filter(({ peer }) => peer !== change.nodeId);
  if (change.nodeId === member.config.id) beginStop(member);
}

/** The change in etcd's own log. */
export function writeChange(member: Member, before: Membership, change: ConfChangeV1, context: MemberContext): void {
  const { nodeId: id } = change;
  const isAgain = isReplay(member);
  const about = (verb: string, urls: readonly string[], isLearner: boolean): LineField[] => [
    ...whoseLine(member),
    idField(`${verb}-peer-id`, id),
    [`${verb}-peer-${verb === 'added' ? 'peer-' : ''}urls`, urls],
    [`${verb}-peer-is-learner`, isLearner],
  ];
  switch (change.type) {
    case 'ConfChangeAddNode':
    case 'ConfChangeAddLearnerNode':
      if (context.isPromote) {
        const message = isAgain ? 'ignore already promoted member in v3store' : 'promote member';
        writeServerLine(member, 'info', message, [...whoseLine(member), idField('promoted-member-id', id)]);
      } else {
        const isLearner = change.type === 'ConfChangeAddLearnerNode';
        const message = isAgain ? 'ignore already added member' : 'added member';
        writeServerLine(member, 'info', message, about('added', context.peerUrls, isLearner));
        const added = findMember(member.membership, id);
        const isNew = !isAgain && id !== member.config.id && !member.config.cluster.members.some((other) => other.id === id);
        if (isNew && added !== undefined) writeNewPeer(member, added);
      }
      return;
    case 'ConfChangeRemoveNode': {
      const removed = findMember(before, id);
      const fields = about('removed-remote', removed?.peerUrls ?? [], removed?.isLearner ?? false);
      const message = isAgain ? 'ignore already removed member' : 'removed member';
      writeServerLine(member, 'info', message, isAgain ? fields.slice(0, 3) : fields);
      if (!isAgain && id !== member.config.id) writeLostPeer(member, id);
      return;
    }
    case 'ConfChangeUpdateNode':
      writeServerLine(
        member,
        'info',
        isAgain ? 'ignored already updated member' : 'updated member',
        about('updated-remote', context.peerUrls, false),
      );
      if (!isAgain && id !== member.config.id) writeUpdatedPeer(member, id, context.peerUrls);
      return;
  }
}
