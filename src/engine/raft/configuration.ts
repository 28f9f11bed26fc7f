/** Conf changes take effect when they are applied (etcd-io/raft:raft.go, applyConfChange, switchToConfig). Raft §6, thesis §4. */
import { type Result, ZERO_ID } from '../../base/index.ts';
import {
  changeContext,
  changeSimply,
  enterJoint,
  isEquivalent,
  leaveJoint,
  type Membership,
  restoreMembership,
} from './confChange.ts';
import { isLeaveJoint, toConfChangeV2 } from './confCodec.ts';
import { describeConfState } from './describe.ts';
import { fatal, INFO, writeLine } from './lineSink.ts';
import { lastIndex } from './log.ts';
import { RaftPanic } from './panic.ts';
import type { Progress } from './progress.ts';
import { broadcastAppend, maybeCommit, sendAppend } from './replication.ts';
import { becomeFollower } from './roles.ts';
import { abortTransfer, type Raft } from './state.ts';
import { confStateOfConfig, createTracker, findProgress, installConfig, isVoter } from './tracker.ts';
import type { ConfChange, ConfState } from './types.ts';

/**
 * Puts a committed change into force; every member does so with every committed change.
 *
 * @returns the configuration that holds from now on. Throws {@link RaftPanic} on a change that cannot be made.
 */
export function applyConfChange(raft: Raft, change: ConfChange): ConfState {
  const result = changedMembership(raft, change);
  if (!result.ok) throw new RaftPanic(result.error);
  return switchTo(raft, result.value);
}

/**
 * Starts anew with the configuration of a snapshot.
 *
 * @throws RaftPanic if what comes out is not that configuration
 */
export function restoreConfiguration(raft: Raft, confState: ConfState): void {
  const tracker = createTracker(raft.config.maxInflightMsgs, raft.config.maxInflightBytes);
  const result = restoreMembership(changeContext(raft.rules, tracker, lastIndex(raft.log)), confState);
  if (!result.ok) throw new RaftPanic(`unable to restore config ${describeConfState(confState)}: ${result.error}`);
  raft.tracker = tracker;
  const restored = switchTo(raft, result.value);
  if (!isEquivalent(restored, confState)) {
    fatal(
      raft.lines,
      `ConfStates not equivalent after sorting:\n${describeConfState(restored)}\n${describeConfState(confState)}\nInputs were:\n${describeConfState(restored)}\n${describeConfState(confState)}`,
    );
  }
}

function changedMembership(raft: Raft, change: ConfChange): Result<Membership, string> {
  const general = toConfChangeV2(change);
  const { tracker, rules } = raft;
  const context = changeContext(rules, tracker, lastIndex(raft.log));
  const now = { config: tracker.config, progress: tracker.progress };
  if (isLeaveJoint(general)) return leaveJoint(now);
  if (rules.needsJoint(general)) {
    return enterJoint(context, now, general.transition !== 'ConfChangeTransitionJointExplicit', general.changes);
  }
  return changeSimply(context, now, general.changes);
}

function switchTo(raft: Raft, membership: Membership): ConfState {
  installConfig(raft.tracker, membership.config, [...membership.progress]);
  const { config } = raft.tracker;
  writeLine(raft.lines, INFO, 'switchedConfiguration', [raft.id, config]);
  const confState = confStateOfConfig(config);
  const self = findProgress(raft.tracker, raft.id);
  raft.isLearner = self?.isLearner ?? false;

  if (raft.role === 'StateLeader' && (self === undefined || self.isLearner)) {
    if (raft.config.stepDownOnRemoval) becomeFollower(raft, raft.term, ZERO_ID);
    return confState;
  }
  if (raft.role !== 'StateLeader' || config.voters.length === 0) return confState;

  // The quorum may have shrunk. If not, probe whoever is new without waiting for the next proposal.
  if (maybeCommit(raft)) broadcastAppend(raft);
  else for (const peer of raft.tracker.progress) probe(raft, peer);
  if (raft.leadTransferee !== ZERO_ID && !isVoter(config, raft.leadTransferee)) abortTransfer(raft);
  return confState;
}

function probe(raft: Raft, peer: Progress): void {
  if (peer.id !== raft.id) sendAppend(raft, peer, false);
}
