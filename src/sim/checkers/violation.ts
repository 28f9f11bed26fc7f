/** A broken promise, as data. */
import type { SimTime } from '../scenario.ts';

export type CheckedRule =
  /** At most one leader can be elected in a given term. Raft Figure 3. */
  | 'electionSafety'
  /** A member votes for at most one candidate in a term, crashes or not. Raft §5.2. */
  | 'oneVote'
  /** A leader never overwrites or deletes entries in its log; it only appends. Raft Figure 3. */
  | 'leaderAppendOnly'
  /** Two logs with an entry of the same index and term are identical up to it. Raft Figure 3. */
  | 'logMatching'
  /** An entry committed in a term is in the logs of the leaders of all later terms. Raft Figure 3. */
  | 'leaderCompleteness'
  /** No two members apply, or hold for committed, different entries at one index. Raft Figure 3. */
  | 'stateMachineSafety'
  /** What a leader commits is on the disks of a majority. Raft §5.3. */
  | 'quorumCommit'
  /** A member never cuts off what it knows to be committed. */
  | 'committedStays'
  /** A restarted member has everything that it had said to be on its disk. */
  | 'durability'
  /** A member applies what is committed, and nothing else. */
  | 'applyCommitted'
  /** A member does not throw. */
  | 'threw'
  /** Reads and writes of a key take effect at one instant between call and return. */
  | 'linearizability'
  /** Revisions order answers as real time does, and no two writes share one. */
  | 'revisionOrder'
  /** A read returns the newest write of its key at the revision that it was answered at. */
  | 'readsByRevision'
  /** What was answered is still there afterwards, on every member. */
  | 'readBack'
  /** Healed and left alone, all members are the same. */
  | 'agreement'
  /** Healed and left alone, a cluster answers. */
  | 'recovery';

/** Where a rule was broken; 0 and '' for what does not apply. */
export interface Violation {
  readonly rule: CheckedRule;
  readonly time: SimTime;
  /** Ordinals. */
  readonly members: readonly number[];
  readonly term: number;
  readonly index: number;
  readonly key: string;
  readonly call: number;
}

/** A violation with nothing for what is not given. */
export function makeViolation(rule: CheckedRule, time: SimTime, fields: Partial<Omit<Violation, 'rule' | 'time'>> = {}): Violation {
  return { rule, time, members: [], term: 0, index: 0, key: '', call: 0, ...fields };
}
