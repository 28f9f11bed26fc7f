/** The one place that puts records into words, as etcd-io/raft:util.go and rafttest print them. */
import { type Bytes, formatDecimal, formatHex, quoteGo, ZERO_ID } from '../../base/index.ts';
import { readConfChange } from './confCodec.ts';
import { isEmptyHardState } from './state.ts';
import {
  APPEND_THREAD,
  APPLY_THREAD,
  type ConfChangeOperation,
  type ConfChangeType,
  type ConfState,
  type Entry,
  type HardState,
  type MemberId,
  type Message,
  type ReadState,
  type Ready,
  type Snapshot,
  type SoftState,
} from './types.ts';

/** Puts a normal entry's data into words; '' prints nothing. */
export type DataFormatter = (data: Bytes) => string;

export function describeHardState(hardState: HardState): string {
  const vote = hardState.vote === ZERO_ID ? '' : ` Vote:${formatDecimal(hardState.vote)}`;
  return `Term:${hardState.term}${vote} Commit:${hardState.commit}`;
}

export function describeSoftState(softState: SoftState): string {
  return `Lead:${formatDecimal(softState.lead)} State:${softState.role}`;
}

export function describeConfState(confState: ConfState): string {
  const list = (ids: readonly MemberId[]) => `[${ids.map(formatDecimal).join(' ')}]`;
  return `Voters:${list(confState.voters)} VotersOutgoing:${list(confState.votersOutgoing)} Learners:${list(confState.learners)} LearnersNext:${list(confState.learnersNext)} AutoLeave:${confState.autoLeave}`;
}

export function describeSnapshot(snapshot: Snapshot): string {
  return `Index:${snapshot.index} Term:${snapshot.term} ConfState:${describeConfState(snapshot.confState)}`;
}

/** `3/14 EntryNormal "data"` */
export function describeEntry(entry: Entry, formatData: DataFormatter = quoteGo): string {
  const payload = entry.type === 'EntryNormal' ? formatData(entry.data ?? '') : describeChange(entry);
  return `${entry.term}/${entry.index} ${entry.type}${payload === '' ? '' : ` ${payload}`}`;
}

/** One entry a line. */
export function describeEntries(entries: readonly Entry[], formatData: DataFormatter = quoteGo): string {
  return entries.map((entry) => `${describeEntry(entry, formatData)}\n`).join('');
}

const OPERATION_LETTERS: Readonly<Record<ConfChangeType, string>> = {
  ConfChangeAddNode: 'v',
  ConfChangeAddLearnerNode: 'l',
  ConfChangeRemoveNode: 'r',
  ConfChangeUpdateNode: 'u',
};

/** `v1 l2 r3 u4` */
export function describeOperations(operations: readonly ConfChangeOperation[]): string {
  return operations.map(({ type, nodeId }) => OPERATION_LETTERS[type] + formatDecimal(nodeId)).join(' ');
}

/** @param indent stands before every line but the first */
export function describeMessage(message: Message, formatData: DataFormatter = quoteGo, indent = ''): string {
  let text = `${describeTarget(message.from)}->${describeTarget(message.to)} ${message.type}`;
  text += ` Term:${message.term} Log:${message.logTerm}/${message.index}`;
  if (message.reject) text += ` Rejected (Hint: ${message.rejectHint})`;
  if (message.commit !== 0) text += ` Commit:${message.commit}`;
  if (message.vote !== ZERO_ID) text += ` Vote:${formatDecimal(message.vote)}`;
  const [first] = message.entries;
  if (first !== undefined && message.entries.length === 1) text += ` Entries:[${describeEntry(first, formatData)}]`;
  else if (first !== undefined) {
    const lines = message.entries.map((entry) => `\n${indent}  ${describeEntry(entry, formatData)}`);
    text += ` Entries:[${lines.join('')}\n${indent}]`;
  }
  if (message.snapshot !== undefined && message.snapshot.index !== 0) {
    text += `\n${indent}  Snapshot: ${describeSnapshot(message.snapshot)}`;
  }
  if (message.responses.length > 0) {
    const lines = message.responses.map((response) => `\n${indent}  ${describeMessage(response, formatData, `${indent}  `)}`);
    text += ` Responses:[${lines.join('')}\n${indent}]`;
  }
  return text;
}

export function describeReady(ready: Ready, formatData: DataFormatter = quoteGo): string {
  let text = '';
  if (ready.softState !== undefined) text += `${describeSoftState(ready.softState)}\n`;
  if (ready.hardState !== undefined && !isEmptyHardState(ready.hardState)) {
    text += `HardState ${describeHardState(ready.hardState)}\n`;
  }
  if (ready.readStates.length > 0) text += `ReadStates ${describeReadStates(ready.readStates)}\n`;
  if (ready.entries.length > 0) text += `Entries:\n${describeEntries(ready.entries, formatData)}`;
  if (ready.snapshot !== undefined && ready.snapshot.index !== 0) text += `Snapshot ${describeSnapshot(ready.snapshot)}\n`;
  if (ready.committedEntries.length > 0) text += `CommittedEntries:\n${describeEntries(ready.committedEntries, formatData)}`;
  if (ready.messages.length > 0) {
    text += `Messages:\n${ready.messages.map((message) => `${describeMessage(message, formatData)}\n`).join('')}`;
  }
  return text === '' ? '<empty Ready>' : `Ready MustSync=${ready.mustSync}:\n${text}`;
}

function describeChange(entry: Entry): string {
  const change = readConfChange(entry);
  if (!change.ok) return change.error;
  return describeOperations(change.value.version === 1 ? [change.value] : change.value.changes);
}

function describeTarget(id: MemberId): string {
  switch (id) {
    case ZERO_ID:
      return 'None';
    case APPEND_THREAD:
      return 'AppendThread';
    case APPLY_THREAD:
      return 'ApplyThread';
    default:
      return formatHex(id);
  }
}

/** As Go prints a list of records: the context is a list of bytes. */
function describeReadStates(readStates: readonly ReadState[]): string {
  const one = ({ index, context }: ReadState) => `{${index} [${Array.from(context, (byte) => byte.charCodeAt(0)).join(' ')}]}`;
  return `[${readStates.map(one).join(' ')}]`;
}
