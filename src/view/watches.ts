/** Watches as the screen asks: who looks at what, how far it has come, and what it still has to hear. */

/** What was asked for. Texts are decoded for reading. */
export interface PastWatch {
  readonly call: number;
  readonly client: number;
  /** The words that were typed. */
  readonly text: string;
  readonly key: string;
  /** How the range is meant: one key, all with a prefix, all from a key on, all, or up to `rangeEnd`. */
  readonly range: 'key' | 'prefix' | 'from' | 'all' | 'range';
  readonly rangeEnd: string;
  /** 0 = from when it was opened. */
  readonly startRevision: number;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly prevKv: boolean;
}

/** One that a member holds open. */
export interface OpenWatch extends PastWatch {
  /** Ordinal. */
  readonly member: number;
  /** Of that member's store. */
  readonly revision: number;
  /** As etcd calls it: sent with each write, from history, or not before its stream has room. */
  readonly state: 'synced' | 'unsynced' | 'victim';
  /** Nothing below it is left to be sent. */
  readonly minRevision: number;
  /** Changes that it was not sent yet. */
  readonly missed: number;
}

/** One that no member holds: its client looks for a member. */
export interface AwayWatch extends PastWatch {
  /** Where it will go on; 0 = it was not created yet. */
  readonly nextRevision: number;
}

/** One that is over. */
export interface PastEndedWatch extends PastWatch {
  readonly time: number;
  /** > 0: its start was compacted; the oldest revision that can be read. */
  readonly compactRevision: number;
  /** The server's words; '' when the client itself ended it. */
  readonly reason: string;
}

export interface PastWatches {
  /** By member, then in the order of their calls. */
  readonly open: readonly OpenWatch[];
  readonly away: readonly AwayWatch[];
  /** The newest last. */
  readonly ended: readonly PastEndedWatch[];
}

/** How far an open watch has come. */
export type WatchPosition =
  /** Everything up to the store's revision was sent. */
  | { readonly type: 'synced'; readonly revision: number }
  /** It waits for a revision that is not there yet. */
  | { readonly type: 'ahead'; readonly start: number; readonly revision: number }
  /** It reads history: everything up to `at` was sent. */
  | { readonly type: 'catchingUp'; readonly at: number; readonly revision: number; readonly missed: number }
  /** Its stream is full: what comes after `at` waits until there is room. */
  | { readonly type: 'heldUp'; readonly at: number; readonly revision: number; readonly missed: number };

/** Where a watch stands. `spec/etcd.md` 2.2. */
export function watchPosition({ state, revision, minRevision, startRevision, missed }: OpenWatch): WatchPosition {
  const at = Math.max(0, minRevision - 1);
  if (state !== 'synced') return { type: state === 'victim' ? 'heldUp' : 'catchingUp', at, revision, missed };
  if (startRevision > revision) return { type: 'ahead', start: startRevision, revision };
  return { type: 'synced', revision };
}

/** Whether a change of `key` is within what it watches. */
export function watchConcerns({ key, range, rangeEnd }: PastWatch, changed: string): boolean {
  switch (range) {
    case 'key':
      return changed === key;
    case 'prefix':
      return changed.startsWith(key);
    case 'from':
      return changed >= key;
    case 'all':
      return true;
    case 'range':
      return changed >= key && changed < rangeEnd;
  }
}
