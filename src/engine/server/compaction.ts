/** Compactions as a member carries them out: accepted at once, worked off in batches, and told in its log (`spec/etcd.md` 1.7, 8.4). */
import { fail, goDuration, ok, type Result } from '../../base/index.ts';
import { compact, compactStep } from '../kv/index.ts';
import type { UnaryResponse } from './api.ts';
import type { ApiErrorCode } from './errors.ts';
import { headerOf } from './header.ts';
import { sizeFields, writeServerLine } from './lines.ts';
import { sizeInUse } from './quota.ts';
import { isReplay } from './replay.ts';
import type { LineField } from './serverLine.ts';
import { tellCompactionEnd } from './slowLines.ts';
import type { Member } from './state.ts';

/** Revisions that are looked at in one step. etcd: --compaction-batch-limit. */
const BATCH = 1_000;
/** Steps in one tick: etcd pauses 10 ms between two. */
const STEPS_PER_TICK = 10;

/** Reads below the revision fail from now on; the work is begun, and carried on with the ticks if it is much. */
export function executeCompaction(member: Member, revision: number): Result<UnaryResponse, ApiErrorCode> {
  const isFirst = member.kv.compactions.length === 0;
  const result = compact(member.kv, revision);
  if (!result.ok) return fail(result.error.code);
  member.counters.etcd_mvcc_range_total++; // for the revision of its answer etcd looks at a key
  if (isFirst) {
    member.compactingSince = member.now;
    writeLine(member, 'compact tree index', [['revision', revision]]);
    step(member);
  }
  return ok({ type: 'compaction', header: headerOf(member) });
}

/** Carries on with compactions, and tells those who waited for the end of one. */
export function tickCompaction(member: Member): void {
  for (let i = 0; i < STEPS_PER_TICK && member.kv.compactions.length > 0; i++) step(member);
  settleCompactions(member);
}

/** Answers those whose compaction is done. */
export function settleCompactions(member: Member): void {
  if (member.physicalWaits.length === 0) return;
  const isDone = (revision: number) => member.kv.finishedCompactRevision >= revision;
  for (const { call, revision, response, startedAt, appliedAt } of member.physicalWaits) {
    if (!isDone(revision)) continue;
    tellCompactionEnd(member, revision, startedAt, appliedAt, response);
    member.outputs.push({ type: 'answer', call, response });
  }
  member.physicalWaits = member.physicalWaits.filter(({ revision }) => !isDone(revision));
}

function step(member: Member): void {
  const { kv } = member;
  const { finished, removed } = compactStep(kv, BATCH);
  member.counters.etcd_debugging_mvcc_db_compaction_keys_total += removed;
  if (finished === undefined) return;
  const stored = kv.compactionHashes.findLast(({ hashRevision }) => hashRevision === finished);
  writeLine(member, 'finished scheduled compaction', [
    ['compact-revision', finished],
    ['took', goDuration(member.now - member.compactingSince)],
    // One that had to wait for another has seen what others have not: it has no hash to compare.
    ...(stored === undefined ? [] : [['hash', stored.hash] as const]),
    ...sizeFields('current-db-size', member.fileSize),
    ...sizeFields('current-db-size-in-use', sizeInUse(kv)),
  ]);
  if (stored !== undefined) {
    const { hash: value, compactRevision } = stored;
    writeLine(member, 'storing new hash', [
      ['hash', value],
      ['revision', finished],
      ['compact-revision', compactRevision],
    ]);
  }
  member.compactingSince = member.now;
  const next = kv.compactions[0];
  if (next !== undefined) writeLine(member, 'compact tree index', [['revision', next.revision]]);
}

/** What an earlier process of this member has written already is not written again. */
function writeLine(member: Member, message: string, fields: readonly LineField[]): void {
  if (!isReplay(member)) writeServerLine(member, 'info', message, fields);
}
