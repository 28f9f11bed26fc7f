/** Members side by side: their logs and their stores, entry by entry and pair by pair. */
import { digestOf } from '../../base/index.ts';
import { kvState } from '../../engine/kv/index.ts';
import { raftEntryAt, raftFirstIndex, raftLastIndex } from '../../engine/raft/index.ts';
import type { Member } from '../../engine/server/index.ts';
import type { SimTime } from '../scenario.ts';
import { makeViolation, type Violation } from './violation.ts';

/** Members that run, by ordinal. */
export type RunningMembers = ReadonlyMap<number, Member>;

/** Log Matching with contents: entries of the same index and term are the same entry. Holds at any time. */
export function checkLogs(members: RunningMembers, time: SimTime): Violation[] {
  const violations: Violation[] = [];
  const known = new Map<string, { readonly ordinal: number; readonly data: string }>();
  for (const [ordinal, { raft }] of members) {
    for (let index = raftFirstIndex(raft); index <= raftLastIndex(raft); index++) {
      const entry = raftEntryAt(raft, index);
      if (entry === undefined) continue;
      const key = `${index} ${entry.term}`;
      const data = `${entry.type} ${entry.data ?? ''}`;
      const other = known.get(key);
      if (other === undefined) known.set(key, { ordinal, data });
      else if (other.data !== data) {
        violations.push(makeViolation('logMatching', time, { members: [other.ordinal, ordinal], term: entry.term, index }));
      }
    }
  }
  return violations;
}

/** Two members that have applied the same have the same store. Holds at any time. */
export function checkStores(members: RunningMembers, time: SimTime): Violation[] {
  const violations: Violation[] = [];
  const known = new Map<number, { readonly ordinal: number; readonly digest: string }>();
  for (const [ordinal, { kv, appliedIndex }] of members) {
    const digest = storeDigest(kv);
    const other = known.get(appliedIndex);
    if (other === undefined) known.set(appliedIndex, { ordinal, digest });
    else if (other.digest !== digest) {
      violations.push(makeViolation('stateMachineSafety', time, { members: [other.ordinal, ordinal], index: appliedIndex }));
    }
  }
  return violations;
}

/** Healed and left alone: everybody runs, has applied the same, and has the same store and log. */
export function checkAgreement(members: RunningMembers, count: number, time: SimTime): Violation[] {
  const pictures = new Map<string, number>();
  for (const [ordinal, { kv, raft, appliedIndex }] of members) {
    const picture = `${appliedIndex} ${raftLastIndex(raft)} ${raft.term} ${raft.lead} ${storeDigest(kv)}`;
    if (!pictures.has(picture)) pictures.set(picture, ordinal);
  }
  const isOne = pictures.size === 1 && members.size === count;
  return isOne ? [] : [makeViolation('agreement', time, { members: [...pictures.values()] })];
}

/** Watchers are a member's own affair; what it stores is everybody's. */
function storeDigest(kv: Member['kv']): string {
  const { revision, compactRevision, versions } = kvState(kv);
  return digestOf({ revision, compactRevision, versions });
}
