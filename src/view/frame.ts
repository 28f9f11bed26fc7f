/**
 * What the screen asks, at one playhead: a readonly picture of the whole cluster, folded from the trace alone.
 * Members are named by ordinal (1, 2, …; 0 = nobody), times are virtual µs.
 */
import type { Chunks } from '../base/index.ts';
import type { ChangeNote, FoundingStore } from '../sim/index.ts';

export type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader';

/** 'up' runs, 'stopped' was crashed by somebody, 'threw' stopped by itself on a bug. */
export type Health = 'up' | 'stopped' | 'threw';

/** What a candidate knows of one voter. */
export type Vote = 'granted' | 'refused' | 'waiting';

/** How a leader feeds one peer. etcd: StateProbe, StateReplicate, StateSnapshot. */
export type FeedState = 'probe' | 'replicate' | 'snapshot';

/** What this one member knows of an entry: in its memory, on its own disk, committed, applied. */
export type Fill = 'memory' | 'disk' | 'committed' | 'applied';

export interface PeerProgress {
  readonly match: number;
  readonly next: number;
  readonly state: FeedState;
}

export interface MemberFrame {
  readonly ordinal: number;
  /** n1, n2, … */
  readonly name: string;
  readonly health: Health;
  readonly role: Role;
  readonly term: number;
  /** Ordinal; 0 = no vote in this term. */
  readonly vote: number;
  /** Ordinal of the leader it follows; itself when it leads; 0 = knows none. */
  readonly leader: number;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  /** Highest index on its own disk. */
  readonly durableIndex: number;
  /** The first index that it still holds; what comes before is in its snapshot. 1 = all of them. */
  readonly firstIndex: number;
  /** Belongs to the cluster as one of those who decide. */
  readonly isVoter: boolean;
  /** Belongs to the cluster and gets its log, but does not count. */
  readonly isLearner: boolean;
  /** A process has run in this place: false = the cluster was told of it, and waits. */
  readonly hasStarted: boolean;
  /** Term of each entry, by index; position 0 is unused. Read with `termAt`. */
  readonly log: Chunks<number>;
  /** Election timer: runs from `timerFrom` to `timerAt`; both 0 for a leader and for a stopped member. */
  readonly timerFrom: number;
  readonly timerAt: number;
  /** Candidates and pre-candidates: one per voter, by ordinal - 1. Empty otherwise. */
  readonly votes: readonly Vote[];
  /** Leaders: what it knows of each peer, by ordinal - 1 (undefined for itself). Empty otherwise. */
  readonly progress: readonly (PeerProgress | undefined)[];
  /** Leaders: when it last heard each peer, by ordinal - 1; 0 = not in this term. */
  readonly heardAt: readonly number[];
  /** Last instant at which its role, term or leader changed. */
  readonly changedAt: number;
  /** When it became what it is in life: booted or stopped. */
  readonly since: number;
}

/** Message kinds as drawn (design/README.md, "shape"). */
export type FlightKind =
  | 'append' // with entries
  | 'commit' // append without entries
  | 'ack' // append accepted
  | 'reject' // append refused
  | 'heartbeat'
  | 'heartbeatAck'
  | 'preVote'
  | 'vote'
  | 'preVoteGranted'
  | 'preVoteRefused'
  | 'voteGranted'
  | 'voteRefused'
  | 'snapshot'
  | 'timeoutNow'
  | 'forward' // a proposal on its way to the leader
  | 'readIndex'
  | 'readIndexAnswer'
  | 'other';

/** One message between members that flies at the playhead, or died a moment ago. */
export interface Flight {
  /** Unique in a run. */
  readonly id: number;
  readonly kind: FlightKind;
  readonly from: number;
  readonly to: number;
  readonly term: number;
  /** Appends: index of the last entry carried, or of the preceding one; acks: the index accepted; else 0. */
  readonly index: number;
  /** Entries carried. */
  readonly count: number;
  readonly sentAt: number;
  /** When it arrives, or would have arrived. */
  readonly arrivesAt: number;
  /** When it was, or will be, lost (link cut, receiver stopped); undefined = it arrives. */
  readonly lostAt: number | undefined;
  /** Heartbeats that carry a read request and their answers. */
  readonly carriesRead: boolean;
}

/** One call of a client, from the prompt to the member and back. */
export interface CallFrame {
  /** Unique in a run. */
  readonly id: number;
  /** Client ordinal, 1-based. */
  readonly client: number;
  /** Member that was asked. */
  readonly member: number;
  readonly kind: 'put' | 'get' | 'delete' | 'watch' | 'memberList' | 'other';
  /** Of another command: its words. */
  readonly key: string;
  readonly value: string;
  readonly sentAt: number;
  /** Request on its way until then. */
  readonly arrivesAt: number;
  /** The answer on its way back, when there is one. For a watch: the newest event. */
  readonly answer: { readonly sentAt: number; readonly arrivesAt: number; readonly ok: boolean } | undefined;
  /** Index and term of the entry that it became; 0 when it became none (yet). */
  readonly index: number;
  readonly term: number;
  /** Open calls wait; the others ended at `endedAt` and stay for a moment. */
  readonly state: 'open' | 'ok' | 'error' | 'timeout' | 'canceled';
  readonly endedAt: number;
  /** When its client gives up; 0 = never. */
  readonly deadline: number;
}

export type EntryKind = 'noop' | 'put' | 'delete' | 'txn' | 'lease' | 'conf' | 'compact' | 'other';

/** What an entry says; the same wherever (term, index) is the same. Texts are decoded for reading. */
export interface EntryText {
  readonly term: number;
  readonly index: number;
  readonly kind: EntryKind;
  readonly key: string;
  readonly value: string;
  /** Call that caused it; 0 = none. */
  readonly call: number;
}

/** Who decides, as the newest configuration says that anybody has applied. Ordinals, ascending. Raft §6. */
export interface ConfigFrame {
  /** Index of the entry that made it; 0 = it was there from the beginning. */
  readonly index: number;
  readonly voters: readonly number[];
  /** The voters before, while a joint configuration stands: both halves have to agree. Empty otherwise. */
  readonly votersOutgoing: readonly number[];
  readonly learners: readonly number[];
  /** Outgoing voters that will be learners. */
  readonly learnersNext: readonly number[];
  /** Voters that have no place here (a peer URL of nobody); they count all the same. */
  readonly unplacedVoters: number;
  readonly unplacedOutgoing: number;
}

/** A set of members that can reach each other, directly or through others. */
export interface Island {
  /** 'A', 'B', … in order of their lowest ordinal. */
  readonly label: string;
  /** Ordinals, ascending; running ones only. */
  readonly members: readonly number[];
  /** Needed by every quorum. */
  readonly needed: number;
  readonly hasQuorum: boolean;
  /** Ordinal of its leader with the highest term; 0 = none. */
  readonly leader: number;
}

/** A wall that stands: the links it cuts, and where it was drawn (fractions of the stage). */
export interface WallFrame {
  readonly id: number;
  readonly line: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
  readonly links: readonly (readonly [number, number])[];
  readonly since: number;
}

/** The whole cluster at the playhead. */
export interface Frame {
  readonly time: number;
  /** By ordinal - 1. */
  readonly members: readonly MemberFrame[];
  /** True where messages from a to b are lost: `cut[(a - 1) * n + (b - 1)]`. */
  readonly cut: readonly boolean[];
  readonly walls: readonly WallFrame[];
  /** Oldest first. */
  readonly flights: readonly Flight[];
  /** Open calls and those that ended a moment ago, oldest first. */
  readonly calls: readonly CallFrame[];
  /** The highest commit index that any member ever knew, up to the playhead. */
  readonly flag: number;
  readonly islands: readonly Island[];
  /** Voters needed by every quorum: ⌊voters/2⌋ + 1, the higher of the two in a joint configuration. */
  readonly quorum: number;
  readonly config: ConfigFrame;
  /** Entries by `${term}/${index}`: read with `entryText`. Grows; shared by all frames. */
  readonly texts: ReadonlyMap<string, EntryText>;
  /** Index of the entry that made each revision of the store. Grows; shared by all frames. */
  readonly revisions: ReadonlyMap<number, number>;
  /** The way back: the revision that the entry at an index made. Grows; shared by all frames. */
  readonly revisionAt: ReadonlyMap<number, number>;
  /** What applied entries did to each key, by ascending index, as far as anybody has applied them. Grows; shared by all frames. */
  readonly changes: ReadonlyMap<string, readonly ChangeNote[]>;
  /** The newest entry that each call became. Grows; shared by all frames. */
  readonly entryOfCall: ReadonlyMap<number, EntryText>;
  /** The store that the members began with: empty, unless they were restored from a snapshot. */
  readonly begun: FoundingStore;
}

/** One thing that happened, as the timeline names it. */
export interface TimelineEvent {
  readonly time: number;
  readonly kind: 'crash' | 'restart' | 'cut' | 'heal' | 'wall' | 'unwall' | 'call' | 'threw' | 'reset';
  /** A fault somebody made: drawn red. */
  readonly fault: boolean;
  /** Members concerned, by ordinal. */
  readonly members: readonly number[];
  /** For a call: its words, e.g. `put color green`. */
  readonly text: string;
}

/** A stretch of one member's life with one role in one term. */
export interface LaneSegment {
  readonly member: number;
  readonly from: number;
  /** Up to the playhead's live end for the current one. */
  readonly to: number;
  readonly term: number;
  readonly role: Role | 'stopped';
}

/** A stretch of time that one term ruled: from the first member that entered it to the first that entered a higher one. */
export interface TermBand {
  readonly from: number;
  readonly to: number;
  readonly term: number;
  /** Ordinal of the leader it got; 0 = none. */
  readonly leader: number;
}

/** The timeline from the run's start to `live`. */
export interface Timeline {
  readonly live: number;
  readonly segments: readonly LaneSegment[];
  readonly bands: readonly TermBand[];
  readonly events: readonly TimelineEvent[];
}
