/** Entries in words, for reading. */
import { formatHex, utf8Decode, ZERO_ID } from '../../base/index.ts';
import type { KeyValue } from '../../engine/kv/index.ts';
import { decodeConfChange, type Entry, type Raft, raftEntryAt, raftLastIndex } from '../../engine/raft/index.ts';
import { decodeClusterCommand, decodeCommand } from '../../engine/server/index.ts';
import type { ChangeNote, EntryNote } from './state.ts';

export function noteEntries(raft: Raft, from: number, to: number, notes: EntryNote[]): void {
  for (let index = from; index <= to; index++) {
    const entry = raftEntryAt(raft, index);
    if (entry !== undefined && entry.term === raft.term) notes.push(noteOf(entry));
  }
}

/** Bytes of a value that are worth telling: what is shown of it beside a member is shorter. */
const TOLD_BYTES = 128;

export function noteChanges(index: number, changes: readonly KeyValue[], notes: ChangeNote[]): void {
  for (const { key, version, value } of changes) {
    notes.push({ index, key: utf8Decode(key), value: version === 0 ? undefined : utf8Decode(value.slice(0, TOLD_BYTES)) });
  }
}

export function foundingEntries(raft: Raft): Entry[] {
  const entries: Entry[] = [];
  for (let index = 1; index <= raftLastIndex(raft); index++) {
    const entry = raftEntryAt(raft, index);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

export function noteOf(entry: Entry): EntryNote {
  const { term, index } = entry;
  if (entry.type !== 'EntryNormal') return noteOfChange(entry);
  if (entry.data === undefined || entry.data === '') return { term, index, kind: 'noop', key: '', value: '', requestId: '' };
  const own = decodeClusterCommand(entry.data);
  if (own !== undefined) {
    const value = own.type === 'clusterVersion' ? own.version : own.name;
    return { term, index, kind: 'other', key: own.type, value, requestId: own.requestId };
  }
  const { requestId, request } = decodeCommand(entry.data);
  switch (request.type) {
    case 'put':
      return { term, index, kind: 'put', key: utf8Decode(request.key), value: utf8Decode(request.value), requestId };
    case 'deleteRange':
      return { term, index, kind: 'delete', key: utf8Decode(request.key), value: utf8Decode(request.rangeEnd), requestId };
    case 'txn':
      return { term, index, kind: 'txn', key: '', value: '', requestId };
    case 'leaseGrant':
    case 'leaseRevoke':
      return { term, index, kind: 'lease', key: formatHex(request.id), value: request.type, requestId };
    case 'leaseCheckpoint':
      return { term, index, kind: 'lease', key: formatHex(request.checkpoints[0]?.id ?? ZERO_ID), value: request.type, requestId };
    case 'compaction':
      return { term, index, kind: 'compact', key: String(request.revision), value: '', requestId };
    default:
      return { term, index, kind: 'other', key: request.type, value: '', requestId };
  }
}

/** A conf change: what is done, and the peer URL that it concerns, or the member's id in hex. */
function noteOfChange(entry: Entry): EntryNote {
  const { term, index } = entry;
  const change = decodeConfChange(entry);
  if (change.version !== 1) return { term, index, kind: 'conf', key: '', value: '', requestId: '' };
  return { term, index, kind: 'conf', key: change.type, value: formatHex(change.nodeId), requestId: change.id ?? '' };
}
