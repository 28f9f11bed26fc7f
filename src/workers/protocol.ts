/** The whole conversation between page, bus, members and historian: structured-clone-safe data, in one place. */
import type { Known } from '../console/index.ts';
import type { DiskRecord } from '../engine/server/index.ts';
import type {
  Action,
  ChangeNote,
  ClientNews,
  Delivery,
  EntryRecord,
  FoundingStore,
  HostConfig,
  HostResult,
  JournalEntry,
  Pacing,
  RowBatch,
  Scenario,
  SimTime,
  StopAt,
  Thrown,
} from '../sim/index.ts';
import type { LineFilter, PastLeases, PastLines, PastStore, PastWatches } from '../view/index.ts';

/** What a worker is, given to it as its name. */
export type WorkerRole = 'bus' | 'historian' | `member:${number}`;

/** The first message to every worker but a member's: its ends of the channels. */
export interface Greeting {
  /** comlink's end. */
  readonly control: MessagePort;
  /** Rows, without comlink: buses only. */
  readonly rows?: MessagePort;
}

/** Page → bus, on the raw port: one at a time, each answered by one {@link Batch}. */
export interface AdvanceRequest {
  readonly until: SimTime;
  readonly stop: StopAt | undefined;
}

/** Bus → page: everything that became known. The columns are transferred. */
export interface Batch {
  /** Everything before it has happened. */
  readonly now: SimTime;
  readonly rows: RowBatch;
  readonly actions: readonly JournalEntry[];
  readonly entries: readonly EntryRecord[];
  readonly changes: readonly ChangeNote[];
  readonly news: readonly ClientNews[];
  readonly thrown: readonly Thrown[];
  /** Digest of the whole trace up to `now`. */
  readonly hash: string;
}

/** Page → bus, by comlink. */
export interface BusControl {
  /** Before everything else, once. @returns what the members begin with */
  start(scenario: Scenario, journal: readonly JournalEntry[], pacing: Pacing): FoundingStore;
  /** Does something as soon as the advance under way, if any, has ended. @returns where it stands in the journal */
  act(action: Action): Promise<JournalEntry>;
  /** Each running member's digest, by ordinal - 1; '' for a stopped one. */
  digests(): Promise<readonly string[]>;
}

/** Page → historian, by comlink. */
export interface HistorianControl {
  start(scenario: Scenario): void;
  /**
   * Repeats what the bus has done. @param entries of the journal, those after the ones given before
   * @returns the digest of the trace up to `until`: the bus's own, or the run is not the run
   */
  follow(entries: readonly JournalEntry[], until: SimTime): string;
  /** What a member was at any time that has been followed. */
  memberAt(member: number, time: SimTime): PastMember;
  /** A member's store with its readable past, just before `time`: keys that begin with `prefix`. */
  storeAt(member: number, time: SimTime, prefix: string): PastStore;
  /** The watches of all members just before `time`, and those that had ended. */
  watchesAt(time: SimTime): PastWatches;
  /** The leases just before `time`. */
  leasesAt(time: SimTime): PastLeases;
  /** What has a name at a member just before `time`; keys that begin with `prefix`. */
  namesAt(member: number, time: SimTime, prefix: string): PastNames;
  /** The newest lines of a member's log just before `time`, those that pass. */
  linesAt(member: number, time: SimTime, filter: LineFilter): PastLines;
  /** Each member's digest just before `time`, by ordinal - 1; '' for a stopped one. */
  digestsAt(time: SimTime): readonly string[];
}

/** Names of what there was at a moment of the past, each kind in order; ids as etcdctl prints them. */
export type PastNames = Omit<Known, 'endpoints' | 'peerUrls'>;

/** A member's store at a moment of the past. */
export interface PastMember {
  readonly isUp: boolean;
  readonly revision: number;
  /** In byte order of the key; texts are decoded for reading. */
  readonly pairs: readonly {
    readonly key: string;
    readonly value: string;
    readonly modRevision: number;
    readonly version: number;
  }[];
  readonly digest: string;
}

/** A host's config as it crosses to its worker: rules are functions and stay; a worker runs etcd's own. */
export type SentHostConfig = Omit<HostConfig, 'member'> & {
  readonly member: Omit<HostConfig['member'], 'raftRules' | 'serverRules'>;
};

/** Bus → member; each is answered by one {@link MemberAnswer} with the same number. */
export type MemberOrder =
  | {
      readonly type: 'boot';
      readonly number: number;
      readonly config: SentHostConfig;
      readonly records: readonly DiskRecord[];
      readonly at: SimTime;
    }
  | { readonly type: 'run'; readonly number: number; readonly until: SimTime; readonly deliveries: readonly Delivery[] }
  | { readonly type: 'digest'; readonly number: number };

export type MemberAnswer =
  | { readonly type: 'result'; readonly number: number; readonly result: HostResult }
  | { readonly type: 'digest'; readonly number: number; readonly digest: string }
  /** The order made no sense: a bug of ours, shown with its member. */
  | { readonly type: 'refused'; readonly number: number; readonly reason: string };

/** Bus → page, on the raw port, instead of a batch: a bug of ours. */
export interface BusFailure {
  readonly failure: string;
}
