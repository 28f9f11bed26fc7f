/** Proposals to a leader, and what follows when entries have been applied (etcd-io/raft:raft.go). */
import { formatHex, ZERO_ID } from '../../base/index.ts';
import { decodeConfChange, LEAVE_JOINT, toConfChangeV2 } from './confCodec.ts';
import { makeEntry } from './entry.ts';
import { DEBUG, fatal, INFO, wants, writeLine } from './lineSink.ts';
import { lastIndex, logAppliedTo } from './log.ts';
import { createMessage } from './message.ts';
import { appendEntries, broadcastAppend, REFUSED_CHANGE } from './replication.ts';
import type { Raft } from './state.ts';
import { findProgress, isJoint } from './tracker.ts';
import { type ConfChange, type Entry, type LogIndex, type Message, RAFT_ERROR_TEXT, type StepError } from './types.ts';

/** A leader takes a proposal: appends it and sends it out, unless it is on its way out itself. */
export function handleProposal(raft: Raft, message: Message): StepError | undefined {
  if (message.entries.length === 0) fatal(raft.lines, `${formatHex(raft.id)} stepped empty MsgProp`);
  // Removed by a change that it has applied: it may still lead, but takes nothing new.
  if (findProgress(raft.tracker, raft.id) === undefined) return 'proposalDropped';
  if (raft.leadTransferee !== ZERO_ID) {
    writeLine(raft.lines, DEBUG, 'transferBlocksProposal', [raft.id, raft.term, raft.leadTransferee]);
    return 'proposalDropped';
  }
  if (!appendEntries(raft, admitConfChanges(raft, message.entries))) return 'proposalDropped';
  broadcastAppend(raft);
  return undefined;
}

/**
 * Entries up to `index` have been applied. The leader of a joint configuration that is to be left by itself proposes that, once
 * the configuration is applied.
 *
 * @param size encoded bytes of the entries
 */
export function appliedTo(raft: Raft, index: LogIndex, size: number): void {
  const applied = Math.max(index, raft.log.applied);
  logAppliedTo(raft.log, applied, size);
  const { config } = raft.tracker;
  if (!config.autoLeave || applied < raft.pendingConfIndex || raft.role !== 'StateLeader') return;
  const error = handleProposal(raft, proposalOf(makeEntry(0, 0, 'EntryConfChangeV2', undefined)));
  if (error === undefined) writeLine(raft.lines, INFO, 'leavingJoint', [config]);
  else writeLine(raft.lines, DEBUG, 'notLeavingJoint', [config, RAFT_ERROR_TEXT[error]]);
}

/** A proposal of one entry that has no term and index yet. */
export function proposalOf(entry: Entry): Message {
  const message = createMessage('MsgProp', ZERO_ID);
  message.entries = [entry];
  return message;
}

/**
 * Puts an empty entry in the place of every conf change that may not be made now: one at a time, and a joint configuration has
 * to be left before the next change. Raft §6.
 */
function admitConfChanges(raft: Raft, entries: readonly Entry[]): readonly Entry[] {
  let admitted: Entry[] | undefined;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as Entry; // i < length
    if (entry.type === 'EntryNormal') continue;
    const change = entry.data === undefined ? LEAVE_JOINT : decodeConfChange(entry);
    const reason = refusal(raft, change);
    if (reason !== undefined && !raft.config.disableConfChangeValidation) {
      if (wants(raft.lines, INFO))
        writeLine(raft.lines, INFO, 'ignoringConfChange', [raft.id, change, raft.tracker.config, reason]);
      admitted ??= entries.slice();
      admitted[i] = REFUSED_CHANGE;
    } else raft.pendingConfIndex = lastIndex(raft.log) + i + 1;
  }
  return admitted ?? entries;
}

function refusal(raft: Raft, change: ConfChange): string | undefined {
  const { applied } = raft.log;
  // Compared with what is applied, not with what is handed out: a configuration counts when it is in force.
  if (raft.pendingConfIndex > applied) {
    return `possible unapplied conf change at index ${raft.pendingConfIndex} (applied to ${applied})`;
  }
  const wantsToLeave = toConfChangeV2(change).changes.length === 0;
  if (isJoint(raft.tracker.config)) return wantsToLeave ? undefined : 'must transition out of joint config first';
  return wantsToLeave ? 'not in joint state; refusing empty conf change' : undefined;
}
