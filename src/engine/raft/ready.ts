/** What a member's driver has to do (etcd-io/raft:rawnode.go). With synchronous storage one Ready at a time. */
import { encodedSize } from './entry.ts';
import { acceptApplying, hasNextCommittedEntries, hasNextSnapshot, lastIndex, lastTerm, nextCommittedEntries } from './log.ts';
import { createMessage, NO_MESSAGES } from './message.ts';
import { RaftPanic } from './panic.ts';
import { empty } from './queue.ts';
import { hardStateOf, isEmptyHardState, type Raft, softStateOf } from './state.ts';
import { stepCore } from './step.ts';
import {
  APPEND_THREAD,
  APPLY_THREAD,
  type Entry,
  type HardState,
  type Message,
  type ReadState,
  type Ready,
  type Snapshot,
  type SoftState,
} from './types.ts';
import { acceptInProgress, hasNextUnstableEntries, nextUnstableEntries, nextUnstableSnapshot, unstableCount } from './unstable.ts';

/** Is there anything for a Ready? In constant time. */
export function hasReady(raft: Raft): boolean {
  return (
    raft.messages.length > 0 ||
    raft.messagesAfterAppend.length > 0 ||
    hasNextUnstableEntries(raft.log.unstable) ||
    hasNextCommittedEntries(raft.log, appliesUnstable(raft)) ||
    softStateChanged(raft) ||
    hardStateChanged(raft) ||
    hasNextSnapshot(raft.log) ||
    raft.readStates.length > 0
  );
}

/**
 * Everything that there is to do, and from now on counts as being done. With synchronous storage the driver does it and calls
 * {@link advance} before it asks again; with asynchronous storage writes all of it may be sent at once, and the answers of the
 * two threads are stepped.
 */
export function ready(raft: Raft): Ready {
  const { log, rules } = raft;
  const entries = nextUnstableEntries(log.unstable);
  const committedEntries = nextCommittedEntries(log, appliesUnstable(raft));
  const softState = softStateChanged(raft) ? softStateOf(raft) : undefined;
  const hardState = hardStateChanged(raft) ? hardStateOf(raft) : undefined;
  const snapshot = nextUnstableSnapshot(log.unstable);
  const { messagesAfterAppend } = raft;
  const messages = raft.messages.length > 0 ? raft.messages.slice() : [];
  const readStates = raft.readStates.length > 0 ? raft.readStates : NO_READ_STATES;
  const mustSync = rules.mustSync(entries.length, hardState ?? raft.acceptedHardState, raft.acceptedHardState);
  const durable = hardState === undefined ? undefined : rules.durableHardState(hardState);

  if (raft.config.asyncStorageWrites) {
    pushStorageMessages(raft, messages, entries, durable, snapshot, committedEntries);
  } else {
    if (raft.stepsOnAdvance.length > 0) throw new RaftPanic('two accepted Ready structs without call to Advance');
    const steps = raft.stepsOnAdvance;
    for (let i = 0; i < messagesAfterAppend.length; i++) {
      const message = messagesAfterAppend[i] as Message; // i < length
      // Its own acknowledgements come before storage's: they then find their terms in the unstable part still.
      if (message.to === raft.id) steps.push(message);
      else messages.push(message);
    }
    if (unstableCount(log.unstable) > 0 || snapshot !== undefined) steps.push(storageAppendResponse(raft, snapshot));
    if (committedEntries.length > 0) steps.push(storageApplyResponse(raft, committedEntries));
  }

  accept(raft, softState, hardState, committedEntries);
  return { softState, hardState: durable, readStates, entries, snapshot, committedEntries, messages, mustSync };
}

const NO_READ_STATES: readonly ReadState[] = [];

/** The last Ready is done: written, sent, applied. Not for asynchronous storage writes. */
export function advance(raft: Raft): void {
  if (raft.config.asyncStorageWrites) throw new RaftPanic('Advance must not be called when using AsyncStorageWrites');
  const steps = raft.stepsOnAdvance;
  // An error here is nobody's request that failed.
  for (let i = 0; i < steps.length; i++) stepCore(raft, steps[i] as Message); // i < length
  empty(steps);
}

function accept(
  raft: Raft,
  softState: SoftState | undefined,
  hardState: HardState | undefined,
  committedEntries: readonly Entry[],
): void {
  if (softState !== undefined) raft.acceptedSoftState = softState;
  if (hardState !== undefined) raft.acceptedHardState = hardState;
  if (raft.readStates.length > 0) raft.readStates = []; // the old ones are the driver's now
  empty(raft.messages);
  empty(raft.messagesAfterAppend);
  acceptInProgress(raft.log.unstable);
  const last = committedEntries[committedEntries.length - 1];
  if (last !== undefined) acceptApplying(raft.log, last.index, encodedSize(committedEntries), appliesUnstable(raft));
}

/** An entry may be applied before this member has it on disk, for a quorum has; but not while the write is not its own affair. */
function appliesUnstable(raft: Raft): boolean {
  return !raft.config.asyncStorageWrites;
}

function softStateChanged(raft: Raft): boolean {
  return raft.lead !== raft.acceptedSoftState.lead || raft.role !== raft.acceptedSoftState.role;
}

/** What has changed is not empty: terms and the commit index only rise, and a vote is taken back with a new term. */
function hardStateChanged(raft: Raft): boolean {
  const accepted = raft.acceptedHardState;
  return raft.log.committed !== accepted.commit || raft.term !== accepted.term || raft.vote !== accepted.vote;
}

function pushStorageMessages(
  raft: Raft,
  messages: Message[],
  entries: readonly Entry[],
  hardState: HardState | undefined,
  snapshot: Snapshot | undefined,
  committedEntries: readonly Entry[],
): void {
  const hasHardState = hardState !== undefined && !isEmptyHardState(hardState);
  if (entries.length > 0 || hasHardState || snapshot !== undefined || raft.messagesAfterAppend.length > 0) {
    const append = createMessage('MsgStorageAppend', APPEND_THREAD, raft.id);
    append.entries = entries;
    if (hasHardState) {
      append.term = hardState.term;
      append.vote = hardState.vote;
      append.commit = hardState.commit;
    }
    append.snapshot = snapshot;
    // Everything that waits for this write is sent by whoever has made it. The storage's own answer comes last, and also
    // if there is nothing new to write: an answer that was ignored for its term has to be made up for in the end.
    append.responses = storageResponses(raft, snapshot);
    messages.push(append);
  }
  if (committedEntries.length > 0) {
    const apply = createMessage('MsgStorageApply', APPLY_THREAD, raft.id);
    apply.entries = committedEntries;
    apply.responses = [storageApplyResponse(raft, committedEntries)];
    messages.push(apply);
  }
}

function storageResponses(raft: Raft, snapshot: Snapshot | undefined): readonly Message[] {
  const waiting = raft.messagesAfterAppend;
  if (unstableCount(raft.log.unstable) > 0 || snapshot !== undefined) return [...waiting, storageAppendResponse(raft, snapshot)];
  return waiting.length > 0 ? waiting.slice() : NO_MESSAGES;
}

function storageAppendResponse(raft: Raft, snapshot: Snapshot | undefined): Message {
  const response = createMessage('MsgStorageAppendResp', raft.id, APPEND_THREAD);
  response.term = raft.term;
  if (unstableCount(raft.log.unstable) > 0) {
    // The end of the log, not of this write: it tells that the log up to there is what was written.
    response.index = lastIndex(raft.log);
    response.logTerm = lastTerm(raft.log);
  }
  response.snapshot = snapshot;
  return response;
}

function storageApplyResponse(raft: Raft, entries: readonly Entry[]): Message {
  const response = createMessage('MsgStorageApplyResp', raft.id, APPLY_THREAD);
  response.entries = entries;
  return response;
}
