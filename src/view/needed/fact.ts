/** What is needed now: one fact of a frame. */
import type { CallFrame, EntryKind, Fill } from '../frame.ts';
import type { QuorumHalf } from '../membership.ts';

/** What is known of one voter on the way to the next commit, in the order in which it counts. */
export type DiskState =
  /** The leader's own disk has it: counts. */
  | 'ownDisk'
  /** Its acknowledgement has landed at the leader: counts. */
  | 'counted'
  /** The acknowledgement that lands before all others. */
  | 'landsNext'
  | 'ackSent'
  /** On its disk, and no acknowledgement is on its way. */
  | 'onDisk'
  /** The acknowledgement was lost. */
  | 'ackLost'
  /** In its memory only: its disk still writes. */
  | 'inMemory'
  | 'appendSent'
  | 'waiting'
  | 'unreachable'
  | 'stopped';

/** What is known of one voter on the way to a leader. */
export type BallotState =
  /** The candidate's own vote. */
  | 'itself'
  | 'granted'
  | 'grantSent'
  /** It has decided for the candidate and writes that down before it says so. Raft §5.2, Figure 2. */
  | 'writing'
  | 'refusalSent'
  /** The request is on its way. */
  | 'asked'
  /** Nothing is on its way in either direction. */
  | 'waiting'
  | 'refused'
  | 'unreachable'
  | 'stopped';

/** What one member knows of a commit. */
export type SpreadState = 'applied' | 'committed' | 'behind' | 'unreachable' | 'stopped';

/** Whether a leader reaches a voter. */
export type ReachState = 'reached' | 'unreachable' | 'stopped';

export interface Voter<State> {
  readonly member: number;
  readonly name: string;
  readonly state: State;
}

/** One of the two majorities of a joint configuration, on the way to a decision. Raft §6. */
export interface Half<State> {
  readonly side: QuorumHalf['side'];
  readonly needed: number;
  readonly have: number;
  /** Those who have it first. */
  readonly voters: readonly Voter<State>[];
}

/** An entry as it is named in a sentence. */
export interface EntryName {
  readonly index: number;
  readonly term: number;
  readonly kind: EntryKind;
  readonly key: string;
  readonly value: string;
  /** Call that waits for it; 0 = nobody asked for it, or it is not known (yet). */
  readonly call: number;
}

/** One of the entries that stand at the same index. */
export interface Claim {
  readonly entry: EntryName;
  readonly fill: Fill;
  readonly holders: readonly string[];
  /** Holders whose disk has it. */
  readonly onDisk: number;
  /** 'committed' for ever; 'replaced' as soon as its holders hear the leader; 'open': nothing is decided yet. */
  readonly fate: 'committed' | 'replaced' | 'open';
  /** All of its holders are stopped. */
  readonly asleep: boolean;
  /** Island of its holders; '' while the cluster is whole. */
  readonly island: string;
}

export type Needed =
  | {
      readonly type: 'commit';
      readonly leader: string;
      readonly term: number;
      readonly entry: EntryName;
      readonly needed: number;
      readonly have: number;
      /** Those who have it first; in a joint configuration those of the half that lacks more. */
      readonly voters: readonly Voter<DiskState>[];
      /** They get it too, and do not count. */
      readonly learners: readonly Voter<DiskState>[];
      /** Both halves of a joint configuration; empty otherwise. */
      readonly joint: readonly Half<DiskState>[];
      /** Entries that go with it: everything up to the leader's last one. */
      readonly behind: number;
      /** The leader holds older entries that only this one may commit. Raft §5.4.2. */
      readonly carries: number;
      /** A quorum can still be reached by this leader. */
      readonly possible: boolean;
    }
  | {
      readonly type: 'votes';
      readonly candidate: string;
      readonly term: number;
      /** PreVote: nobody's term changes yet. Thesis §9.6. */
      readonly rehearsal: boolean;
      readonly needed: number;
      readonly have: number;
      readonly voters: readonly Voter<BallotState>[];
      /** Both halves of a joint configuration; empty otherwise. */
      readonly joint: readonly Half<BallotState>[];
      readonly possible: boolean;
      /** Other candidates of now, by name. */
      readonly rivals: readonly string[];
    }
  /** Nobody leads and nobody campaigns yet: the first timer to run out decides. */
  | { readonly type: 'silence'; readonly first: string; readonly needed: number; readonly running: number; readonly whole: boolean }
  /** No set of members can commit anything. */
  | {
      readonly type: 'noQuorum';
      readonly needed: number;
      /** Size of the largest set of members that reach each other. */
      readonly have: number;
      readonly stopped: readonly string[];
      /** True where links are what is missing. */
      readonly split: boolean;
      /** The oldest call that waits for it. */
      readonly call: StuckCall | undefined;
    }
  | {
      readonly type: 'twice';
      readonly index: number;
      readonly needed: number;
      readonly claims: readonly Claim[];
      readonly split: boolean;
    }
  | {
      readonly type: 'stuck';
      readonly call: StuckCall;
      readonly member: string;
      readonly reaches: number;
      readonly members: number;
      readonly needed: number;
    }
  /**
   * A linearizable read: its member asks the leader for a commit index, the leader has itself confirmed by a quorum, and the
   * index comes back. Thesis §6.4.
   */
  | {
      readonly type: 'read';
      readonly call: StuckCall;
      readonly leader: string;
      readonly member: string;
      readonly phase: 'asks' | 'confirms' | 'answers';
      /** Members that must confirm the leader, itself not counted. */
      readonly others: number;
    }
  /** A call still waits for an entry that another one has replaced for ever: nobody will answer it. Raft §5.3. */
  | { readonly type: 'overwritten'; readonly call: StuckCall; readonly index: number; readonly term: number; readonly by: number }
  | {
      readonly type: 'catching';
      readonly leader: string;
      readonly member: string;
      /** Highest index that the leader knows to be alike on the member. */
      readonly match: number;
      readonly target: number;
      readonly state: 'probe' | 'replicate' | 'snapshot';
      readonly others: number;
      readonly isLearner: boolean;
      /** Index of the snapshot that is sent; 0 = none. */
      readonly snapshot: number;
      /** First index that the leader still holds. */
      readonly begins: number;
    }
  /** A leadership that changes hands: the order to take over is on its way. Thesis §3.10. */
  | { readonly type: 'transfer'; readonly leader: string; readonly to: string; readonly term: number }
  /** Two configurations stand: both majorities have to agree. Raft §6. */
  | { readonly type: 'joint'; readonly term: number; readonly joint: readonly Half<ReachState>[] }
  | {
      readonly type: 'spread';
      readonly leader: string;
      readonly term: number;
      readonly entry: EntryName;
      readonly voters: readonly Voter<SpreadState>[];
      readonly needed: number;
    }
  | {
      readonly type: 'calm';
      readonly leader: string;
      readonly term: number;
      readonly index: number;
      readonly running: number;
      readonly members: number;
      /** How many more may fail while a quorum remains. */
      readonly spare: number;
      /** Running members that the leader does not reach. */
      readonly apart: number;
      readonly stopped: readonly string[];
    }
  | { readonly type: 'starting' };

export interface StuckCall {
  readonly id: number;
  readonly kind: CallFrame['kind'];
  readonly key: string;
  readonly value: string;
  /** Virtual µs; 0 = it waits for ever. */
  readonly deadline: number;
}
