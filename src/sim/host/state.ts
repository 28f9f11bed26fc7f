/** What a host knows, what reaches it and what comes of it. */
import type { Chunks } from '../../base/index.ts';
import type { MemberId, Raft, TrackerConfig } from '../../engine/raft/index.ts';
import type { Member, MemberConfig, MemberInput, MemberOutput } from '../../engine/server/index.ts';
import type { SimTime } from '../scenario.ts';
import type { Row } from '../trace.ts';

/** Everything a member's process is started with. */
export interface HostConfig {
  readonly ordinal: number;
  /** How many processes this member has had before. */
  readonly incarnation: number;
  readonly member: MemberConfig;
  /** Ids by ordinal - 1; `ZERO_ID` in a place of which the cluster knows nothing. */
  readonly ids: readonly MemberId[];
  /** The peer URL of each place, by ordinal - 1: members that are added later are known by it. */
  readonly peerUrls: readonly string[];
  /** What a synced write takes, µs. */
  readonly diskSync: SimTime;
}

/** Something that reaches a member from outside. Ordered by (time, source, sequence). */
export interface Delivery {
  readonly time: SimTime;
  readonly source: number;
  readonly sequence: number;
  readonly input: MemberInput | Resumption;
}

/** The process goes on after a pause: ticks that it missed are gone, and a sync that has ended is noticed now. */
export interface Resumption {
  readonly type: 'resume';
}

/** An output with its place in the member's own order, which it shares with the member's rows. */
export interface TimedOutput {
  readonly time: SimTime;
  readonly sequence: number;
  readonly output: MemberOutput | { readonly type: 'safe'; readonly position: number };
}

/** A row with its place in the member's own order. */
export interface TimedRow {
  readonly sequence: number;
  readonly row: Row;
}

/** An entry as a leader appended it, for reading. */
export interface EntryNote {
  readonly term: number;
  readonly index: number;
  /** 'conf': key and value are the kind of change and the id of the member, in hex; 'other': the request's type, and a word. */
  readonly kind: 'noop' | 'put' | 'delete' | 'txn' | 'lease' | 'conf' | 'compact' | 'other';
  readonly key: string;
  readonly value: string;
  /** '' for an entry that no client asked for. */
  readonly requestId: string;
}

/** What an applied entry did to a key, for reading: the same on every member. */
export interface ChangeNote {
  readonly index: number;
  readonly key: string;
  /** Its beginning; undefined = the key was deleted. */
  readonly value: string | undefined;
}

export interface HostResult {
  readonly outputs: readonly TimedOutput[];
  readonly rows: readonly TimedRow[];
  readonly notes: readonly EntryNote[];
  /** Of the entries that it applied, in their order; of those that it applies again after a restart as well. */
  readonly changes: readonly ChangeNote[];
  /** When the member's next own event is due. */
  readonly nextLocal: SimTime;
  /** Deliveries that were handled: all, unless it threw. */
  readonly handled: number;
  /** The process ended by itself at that time: it was removed from the cluster. */
  readonly exitedAt: SimTime | undefined;
  /** The member threw at that time and is no more. */
  readonly thrown: { readonly time: SimTime; readonly message: string; readonly stack: string } | undefined;
}

export interface Host {
  readonly config: HostConfig;
  readonly member: Member;
  nextTick: SimTime;
  /** The sync under way: a disk makes one at a time. */
  sync: { readonly doneAt: SimTime; readonly position: number } | undefined;
  /** How far the next has to reach: what is to be synced meanwhile is, all of it, by the one after. */
  nextSync: number | undefined;
  sequence: number;
  /** Ordinals of members that were added later, by id; replaced, never changed. */
  added: ReadonlyMap<MemberId, number>;
  /** The last lines of its log. */
  readonly lines: Chunks<HostLine>;
  /** What the rows have told so far. */
  told: Told;
}

/** A line of a member's log with its time. */
export interface HostLine {
  readonly time: SimTime;
  readonly line: Extract<MemberOutput, { type: 'log' }>['line'];
}

interface Told {
  term: number;
  role: Raft['role'];
  vote: MemberId;
  lead: MemberId;
  commit: number;
  applied: number;
  last: number;
  durable: number;
  /** Last index that is not in memory any more. */
  compacted: number;
  /** Index of the last snapshot from a leader. */
  snapshot: number;
  config: TrackerConfig | undefined;
  timerAt: SimTime;
  timerFrom: SimTime;
  /** By ordinal - 1: match, next, state. */
  progress: readonly (readonly [number, number, number] | undefined)[];
  votes: readonly number[];
}

export interface Effects {
  hasExited: boolean;
  /** Entries that moved the store's revision and that no row has told yet, in order. */
  readonly steps: { readonly index: number; readonly revision: number }[];
  readonly outputs: TimedOutput[];
  readonly rows: TimedRow[];
  readonly notes: EntryNote[];
  readonly changes: ChangeNote[];
}

export function createEffects(): Effects {
  return { hasExited: false, steps: [], outputs: [], rows: [], notes: [], changes: [] };
}
