/** What people do to a cluster, as data: the journal holds nothing else. */
import type { Bytes } from '../base/index.ts';
import type { ApiRequest } from '../engine/server/index.ts';
import type { SimTime } from './scenario.ts';

/** Why a directed link is cut. A link carries messages again when its last cause is gone. */
export type CutCause = 'hand' | `isolate:${number}` | `wall:${number}`;

/** A wall on the stage, in fractions of its width and height: only for drawing. */
export interface WallLine {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export type Action =
  /** The process dies: memory is gone, what was synced stays. Nothing happens to a member that is not running. */
  | { readonly type: 'crash'; readonly member: number }
  /**
   * A new process boots: from the disk, or as a new member that the cluster has been told of (`member add` with that place's
   * peer URL). Nothing happens to a member that runs, and in a place of which the cluster knows nothing.
   */
  | { readonly type: 'restart'; readonly member: number }
  /** The process stops as by SIGSTOP: what reaches it waits. Nothing happens to a member that does not run. */
  | { readonly type: 'pause'; readonly member: number }
  /** A paused process goes on with what has reached it meanwhile; ticks that it missed are gone. */
  | { readonly type: 'resume'; readonly member: number }
  /** Directed links [from, to] lose everything that is on them and that is sent on them from now on. */
  | {
      readonly type: 'cut';
      readonly cause: CutCause;
      readonly links: readonly (readonly [number, number])[];
      readonly wall?: WallLine;
    }
  /** Takes one cause away from the links; `'all'` takes every cause. */
  | { readonly type: 'heal'; readonly cause: CutCause | 'all'; readonly links: readonly (readonly [number, number])[] }
  /** A client asks. `endpoints` are member ordinals in the order of its list (0 = an address where nobody is); `timeout` µs, undefined = it waits for ever. */
  | {
      readonly type: 'call';
      readonly client: number;
      /** Chosen by who asks; unique in a run. */
      readonly call: number;
      readonly endpoints: readonly number[];
      readonly request: ApiRequest;
      readonly timeout: SimTime | undefined;
      /** Streams: the member ends it when it has had no leader for three election timeouts. */
      readonly requireLeader: boolean;
      /** Of the user who asks, from an `authenticate`; left out: nobody. */
      readonly token?: Bytes | undefined;
      /** Who that is: the client logs in again where his token is no longer taken; left out: it does not. */
      readonly login?: { readonly name: Bytes; readonly password: Bytes } | undefined;
      /** Asked of each endpoint at most once; left out: as etcd's client library asks. */
      readonly once?: boolean | undefined;
      /** The words that were typed, for the timeline; '' where it stays unnamed. */
      readonly text: string;
    }
  /** The client no longer waits (Ctrl-C, or a watch is ended). */
  | { readonly type: 'cancel'; readonly call: number };

/** Actions of one instant come in `order`, before the members' events of that time. */
export interface JournalEntry {
  readonly at: SimTime;
  /** Counts from 0 through the whole journal. */
  readonly order: number;
  readonly action: Action;
}
