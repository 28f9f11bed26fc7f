/** Changes of the configuration, one step at a time or joint (etcd-io/raft:confchange). Raft §6, thesis §4.1–4.3. */
import { byText, fail, formatDecimal, ok, type Result, ZERO_ID } from '../../base/index.ts';
import { createProgress, type Progress } from './progress.ts';
import type { RaftRules } from './rules.ts';
import { EMPTY_CONFIG, type Tracker } from './tracker.ts';
import type { ConfChangeOperation, ConfState, LogIndex, MemberId, TrackerConfig } from './types.ts';

/** A configuration and everybody's progress in it; what a change is made from and results in. */
export interface Membership {
  readonly config: TrackerConfig;
  /** Ascending. */
  readonly progress: readonly Progress[];
}

/** What a change needs to know beside the membership. */
export interface ChangeContext {
  readonly rules: RaftRules;
  /** The member's last index: where a new peer is probed first. */
  readonly lastIndex: LogIndex;
  readonly maxInflight: number;
  readonly maxInflightBytes: number;
}

export function changeContext(rules: RaftRules, tracker: Tracker, lastIndex: LogIndex): ChangeContext {
  return { rules, lastIndex, maxInflight: tracker.maxInflight, maxInflightBytes: tracker.maxInflightBytes };
}

/** A change without a joint configuration in between: at most one voter comes or goes. Fails in etcd's words. */
export function changeSimply(
  context: ChangeContext,
  from: Membership,
  operations: readonly ConfChangeOperation[],
): Result<Membership, string> {
  const draft = createDraft(from);
  const broken = invariantError(from);
  if (broken !== undefined) return fail(broken);
  if (draft.outgoing.length > 0) return fail("can't apply simple config change in joint config");
  const error = applyOperations(context, draft, operations);
  if (error !== undefined) return fail(error);
  if (!context.rules.maySwitchInOneStep(countDifference(from.config.voters, draft.voters))) {
    return fail('more than one voter changed without entering joint config');
  }
  return finish(draft);
}

/** Into a joint configuration, in which the voters of before have to agree as well. Fails in etcd's words. */
export function enterJoint(
  context: ChangeContext,
  from: Membership,
  autoLeave: boolean,
  operations: readonly ConfChangeOperation[],
): Result<Membership, string> {
  const draft = createDraft(from);
  const broken = invariantError(from);
  if (broken !== undefined) return fail(broken);
  if (draft.outgoing.length > 0) return fail('config is already joint');
  if (draft.voters.length === 0) return fail("can't make a zero-voter config joint");
  draft.outgoing = draft.voters.slice();
  const error = applyOperations(context, draft, operations);
  if (error !== undefined) return fail(error);
  draft.autoLeave = autoLeave;
  return finish(draft);
}

/** Out of a joint configuration: the incoming half stays. Fails in etcd's words. */
export function leaveJoint(from: Membership): Result<Membership, string> {
  const draft = createDraft(from);
  const broken = invariantError(from);
  if (broken !== undefined) return fail(broken);
  if (draft.outgoing.length === 0) return fail("can't leave a non-joint config");
  for (const id of draft.learnersNext) {
    insert(draft.learners, id);
    const progress = find(draft, id);
    if (progress !== undefined) progress.isLearner = true;
  }
  for (const id of draft.outgoing) {
    if (!draft.voters.includes(id) && !draft.learners.includes(id)) dropProgress(draft, id);
  }
  draft.learnersNext = [];
  draft.outgoing = [];
  draft.autoLeave = false;
  return finish(draft);
}

/**
 * The membership that a ConfState describes, made from nothing by way of ordinary changes, so that it keeps their invariants.
 * etcd-io/raft:confchange/restore.go.
 */
export function restoreMembership(context: ChangeContext, confState: ConfState): Result<Membership, string> {
  const add = (nodeId: MemberId): ConfChangeOperation => ({ type: 'ConfChangeAddNode', nodeId });
  const learn = (nodeId: MemberId): ConfChangeOperation => ({ type: 'ConfChangeAddLearnerNode', nodeId });
  const incoming: ConfChangeOperation[] = [
    ...confState.votersOutgoing.map((nodeId): ConfChangeOperation => ({ type: 'ConfChangeRemoveNode', nodeId })),
    ...confState.voters.map(add),
    ...confState.learners.map(learn),
    ...confState.learnersNext.map(learn),
  ];
  const isJoint = confState.votersOutgoing.length > 0;
  let membership: Membership = { config: EMPTY_CONFIG, progress: [] };
  for (const operation of isJoint ? confState.votersOutgoing.map(add) : incoming) {
    const next = changeSimply(context, membership, [operation]);
    if (!next.ok) return next;
    membership = next.value;
  }
  return isJoint ? enterJoint(context, membership, confState.autoLeave, incoming) : ok(membership);
}

/** Do two ConfStates say the same, whatever the order of their lists? */
export function isEquivalent(one: ConfState, other: ConfState): boolean {
  const same = (a: readonly MemberId[], b: readonly MemberId[]) => [...a].sort(byText).join() === [...b].sort(byText).join();
  return (
    same(one.voters, other.voters) &&
    same(one.learners, other.learners) &&
    same(one.votersOutgoing, other.votersOutgoing) &&
    same(one.learnersNext, other.learnersNext) &&
    one.autoLeave === other.autoLeave
  );
}

/** What is wrong with a membership, in etcd's words; undefined if nothing is. etcd-io/raft:confchange/confchange.go. */
export function invariantError(membership: Membership): string | undefined {
  const { config, progress } = membership;
  const find = (id: MemberId) => progress.find((peer) => peer.id === id);
  for (const list of [config.voters, config.votersOutgoing, config.learners, config.learnersNext]) {
    for (const id of list) if (find(id) === undefined) return `no progress for ${formatDecimal(id)}`;
  }
  for (const id of config.learnersNext) {
    if (!config.votersOutgoing.includes(id)) return `${formatDecimal(id)} is in LearnersNext, but not Voters[1]`;
    if (find(id)?.isLearner) return `${formatDecimal(id)} is in LearnersNext, but is already marked as learner`;
  }
  for (const id of config.learners) {
    if (config.votersOutgoing.includes(id)) return `${formatDecimal(id)} is in Learners and Voters[1]`;
    if (config.voters.includes(id)) return `${formatDecimal(id)} is in Learners and Voters[0]`;
    if (!find(id)?.isLearner) return `${formatDecimal(id)} is in Learners, but is not marked as learner`;
  }
  if (config.votersOutgoing.length === 0) {
    if (config.learnersNext.length > 0) return 'cfg.LearnersNext must be nil when not joint';
    if (config.autoLeave) return 'AutoLeave must be false when not joint';
  }
  return undefined;
}

/** A membership while it is being changed: lists and records of its own. */
interface Draft {
  voters: MemberId[];
  outgoing: MemberId[];
  learners: MemberId[];
  learnersNext: MemberId[];
  autoLeave: boolean;
  progress: Progress[];
}

function createDraft(from: Membership): Draft {
  return {
    voters: from.config.voters.slice(),
    outgoing: from.config.votersOutgoing.slice(),
    learners: from.config.learners.slice(),
    learnersNext: from.config.learnersNext.slice(),
    autoLeave: from.config.autoLeave,
    // The windows of inflights go over to the new records: only one of the two memberships is used from here on.
    progress: from.progress.map((peer) => ({ ...peer })),
  };
}

function finish(draft: Draft): Result<Membership, string> {
  const config: TrackerConfig = {
    voters: draft.voters,
    votersOutgoing: draft.outgoing,
    learners: draft.learners,
    learnersNext: draft.learnersNext,
    autoLeave: draft.autoLeave,
  };
  const membership = { config, progress: draft.progress };
  const broken = invariantError(membership);
  return broken === undefined ? ok(membership) : fail(broken);
}

function applyOperations(context: ChangeContext, draft: Draft, operations: readonly ConfChangeOperation[]): string | undefined {
  for (const { type, nodeId } of operations) {
    if (nodeId === ZERO_ID) continue; // vetoed by the application
    switch (type) {
      case 'ConfChangeAddNode':
        addVoter(context, draft, nodeId);
        break;
      case 'ConfChangeAddLearnerNode':
        addLearner(context, draft, nodeId);
        break;
      case 'ConfChangeRemoveNode':
        removeMember(draft, nodeId);
        break;
      case 'ConfChangeUpdateNode':
        break;
      default:
        return `unexpected conf type ${String(type)}`;
    }
  }
  return draft.voters.length === 0 ? 'removed all voters' : undefined;
}

function addVoter(context: ChangeContext, draft: Draft, id: MemberId): void {
  const progress = find(draft, id);
  if (progress === undefined) addProgress(context, draft, id, false);
  else progress.isLearner = false;
  remove(draft.learners, id);
  remove(draft.learnersNext, id);
  insert(draft.voters, id);
}

function addLearner(context: ChangeContext, draft: Draft, id: MemberId): void {
  const progress = find(draft, id);
  if (progress === undefined) {
    addProgress(context, draft, id, true);
    insert(draft.learners, id);
    return;
  }
  if (progress.isLearner) return;
  // What is known of its log stays, whatever it is from now on.
  remove(draft.voters, id);
  remove(draft.learners, id);
  remove(draft.learnersNext, id);
  // Still a voter of the outgoing half: it becomes a learner when that half goes.
  if (draft.outgoing.includes(id)) insert(draft.learnersNext, id);
  else {
    progress.isLearner = true;
    insert(draft.learners, id);
  }
}

function removeMember(draft: Draft, id: MemberId): void {
  if (find(draft, id) === undefined) return;
  remove(draft.voters, id);
  remove(draft.learners, id);
  remove(draft.learnersNext, id);
  if (!draft.outgoing.includes(id)) dropProgress(draft, id);
}

function addProgress(context: ChangeContext, draft: Draft, id: MemberId, isLearner: boolean): void {
  const next = Math.max(context.lastIndex, 1);
  const progress = createProgress(id, next, isLearner, context.maxInflight, context.maxInflightBytes);
  const at = draft.progress.findIndex((peer) => peer.id > id);
  draft.progress.splice(at < 0 ? draft.progress.length : at, 0, progress);
}

function dropProgress(draft: Draft, id: MemberId): void {
  draft.progress = draft.progress.filter((peer) => peer.id !== id);
}

function find(draft: Draft, id: MemberId): Progress | undefined {
  return draft.progress.find((peer) => peer.id === id);
}

function insert(ids: MemberId[], id: MemberId): void {
  if (ids.includes(id)) return;
  ids.push(id);
  ids.sort(byText);
}

function remove(ids: MemberId[], id: MemberId): void {
  const at = ids.indexOf(id);
  if (at >= 0) ids.splice(at, 1);
}

/** How many are in one list but not in the other. */
function countDifference(one: readonly MemberId[], other: readonly MemberId[]): number {
  return one.filter((id) => !other.includes(id)).length + other.filter((id) => !one.includes(id)).length;
}
