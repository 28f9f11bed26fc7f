/** The state machine: committed entries, in order, on the store (etcd-io/etcd:server/etcdserver/apply). Every member does the same. */
import { assert, fail, ok, type Result, ZERO_ID } from '../../base/index.ts';
import { beginWrite, currentRevision, endWrite, writeDelete, writePut } from '../kv/index.ts';
import { applyConfChange, decodeConfChange, type Entry } from '../raft/index.ts';
import type { UnaryResponse } from './api.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import { onFirstCommitInTerm, releaseReads } from './reads.ts';
import { decodeCommand, type LoggedRequest } from './requestCodec.ts';
import type { Member } from './state.ts';
import { answerWrite, refuseWrite } from './writes.ts';

/** Applies entries and answers the clients of this member that waited for them. */
export function applyEntries(member: Member, entries: readonly Entry[]): void {
  for (const entry of entries) {
    assert(entry.index === member.appliedIndex + 1, 'entries are applied in order, none left out', {
      index: entry.index,
      applied: member.appliedIndex,
    });
    const before = currentRevision(member.kv);
    applyEntry(member, entry);
    member.appliedIndex = entry.index;
    const revision = currentRevision(member.kv);
    if (revision !== before) member.outputs.push({ type: 'applied', index: entry.index, revision });
  }
  if (entries.length > 0) releaseReads(member);
}

function applyEntry(member: Member, entry: Entry): void {
  if (entry.type !== 'EntryNormal') {
    applyConfChange(member.raft, decodeConfChange(entry));
    return;
  }
  if (entry.data === undefined || entry.data === '') {
    onFirstCommitInTerm(member); // a leader's empty entry
    return;
  }
  const { requestId, request } = decodeCommand(entry.data);
  const result = execute(member, request);
  if (result.ok) answerWrite(member, requestId, result.value);
  else refuseWrite(member, requestId, result.error);
}

/** Executes one command. Its result is the same on every member; only the one that proposed it has somebody to tell. */
function execute(member: Member, request: LoggedRequest): Result<UnaryResponse, ApiErrorCode> {
  // Nobody has been granted a lease: each is unknown.
  if (request.type === 'put' && request.lease !== ZERO_ID) return fail('leaseNotFound');
  const write = beginWrite(member.kv);
  if (request.type === 'put') {
    const result = writePut(write, request);
    endWrite(write);
    if (!result.ok) return fail(result.error.code);
    const prevKv = request.prevKv ? result.value.prevKv : undefined;
    return ok({ type: 'put', header: headerOf(member), prevKv });
  }
  const { deleted, prevKvs } = writeDelete(write, request);
  endWrite(write);
  return ok({ type: 'deleteRange', header: headerOf(member), deleted, prevKvs: request.prevKv ? prevKvs : [] });
}
