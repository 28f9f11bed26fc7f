/** The start of a run: with a seed and a journal it reproduces every message, on any machine. */
import { assert, type Bytes, utf8Decode } from '../base/index.ts';
import {
  type ClusterIdentity,
  type DiskRecord,
  decodeSnapshotFile,
  identifyCluster,
  type MemberAddress,
  optionsError,
  type RestoreOptions,
  restoredRecords,
  type ServerOptions,
  type StateSnapshot,
  snapshotFileId,
} from '../engine/server/index.ts';

/** Virtual time: an integer number of microseconds since the run's start. */
export type SimTime = number;

export const MILLISECOND: SimTime = 1_000;
export const SECOND: SimTime = 1_000_000;
/** etcd: TickMs = 100. */
export const TICK: SimTime = 100 * MILLISECOND;
/** Places for members: those that start with a run, and those that join it. */
export const MAX_MEMBERS = 9;

export interface Scenario {
  /** Feeds every random stream of the run. */
  readonly seed: number;
  /** How many found the cluster, 1 … 9; others can join. */
  readonly members: number;
  /** Wall time at virtual 0, in ms since 1970; log stamps and generated ids derive from it. */
  readonly epoch: number;
  /** One way between members, µs; each message takes latency ± jitter. At least 1 after jitter. */
  readonly latency: SimTime;
  readonly jitter: SimTime;
  /** Links that differ from the rest: `${from}>${to}` → latency, µs. */
  readonly uneven: Readonly<Record<string, SimTime>>;
  /** One way between a client and a member, µs. */
  readonly clientLatency: SimTime;
  /** What a synced write takes, µs. */
  readonly diskSync: SimTime;
  /** How members' Raft and their disks keep step (`spec/raft.md` 1.5, 1.6). etcd's server writes synchronously. */
  readonly storageWrites: 'sync' | 'async';
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /**
   * 'lean': membership is given and the log empty, so the first leader has term 1 and its empty entry index 1. 'etcd': as the
   * real server, an entry for each member at term 1, the first leader at term 2, then an entry with which each member tells
   * its name and one with the cluster's version.
   */
  readonly boot: 'lean' | 'etcd';
  /** Entries that are applied between two snapshots on the disk. etcd: --snapshot-count. */
  readonly snapshotCount: number;
  /** Entries that are kept behind a snapshot for followers that lag. etcd: --snapshot-catchup-entries. */
  readonly catchUpEntries: number;
  /** Flags of the members' processes; left out: etcd's defaults. */
  readonly options?: ServerOptions;
  /** Of each member's store, in bytes. Left out: etcd's default of 2 GiB. */
  readonly quotaBytes?: number;
  /** What a link carries of a snapshot, bytes a second; everything else is small. */
  readonly bandwidth: number;
  /** 'explorer': n1 at n1:2379, …; 'loopback': m1 at 127.0.0.1:23719, … as recorded sessions have it. */
  readonly naming: 'explorer' | 'loopback';
  /** What `snapshot save` wrote: each founder starts with it on its disk. Left out: with nothing. */
  readonly snapshot?: Bytes;
  /** What its revisions become. Left out: they stay. */
  readonly restoreOptions?: RestoreOptions;
}

/** A cluster of etcd's defaults on a quiet network (`spec/architecture.md`, "Units, defaults, pace"). */
export function freshScenario(members: number, seed: number): Scenario {
  const scenario: Scenario = {
    seed,
    members,
    epoch: 1_767_225_600_000,
    latency: 10 * MILLISECOND,
    jitter: 2 * MILLISECOND,
    uneven: {},
    clientLatency: 1 * MILLISECOND,
    diskSync: 2 * MILLISECOND,
    storageWrites: 'sync',
    preVote: true,
    checkQuorum: true,
    boot: 'lean',
    snapshotCount: 10_000,
    catchUpEntries: 5_000,
    bandwidth: 10_000_000,
    naming: 'explorer',
  };
  assertScenario(scenario);
  return scenario;
}

/** What every part of a run relies on. Throws on a scenario that no cluster could be made of. */
export function assertScenario(scenario: Scenario): void {
  assert(Number.isInteger(scenario.seed) && Math.abs(scenario.seed) < 2 ** 32, 'a seed is an integer below 2^32', {
    seed: scenario.seed,
  });
  assert(
    Number.isInteger(scenario.members) && scenario.members >= 1 && scenario.members <= MAX_MEMBERS,
    'a cluster has 1 to 9 members',
    {
      members: scenario.members,
    },
  );
  for (const latency of [scenario.latency, ...Object.values(scenario.uneven)]) {
    assert(Number.isSafeInteger(latency) && latency - scenario.jitter >= 1, 'a link takes at least a microsecond', { latency });
  }
  assert(Number.isSafeInteger(scenario.jitter) && scenario.jitter >= 0, 'jitter is not negative', { jitter: scenario.jitter });
  assert(
    Number.isSafeInteger(scenario.clientLatency) && scenario.clientLatency >= 1,
    'a client wire takes at least a microsecond',
    {},
  );
  const { snapshotCount, catchUpEntries, bandwidth } = scenario;
  assert(Number.isSafeInteger(snapshotCount) && snapshotCount >= 1, 'a snapshot covers an entry or more', { snapshotCount });
  assert(Number.isSafeInteger(catchUpEntries) && catchUpEntries >= 0, 'entries are counted', { catchUpEntries });
  assert(Number.isSafeInteger(bandwidth) && bandwidth >= 1, 'a link carries a byte a second or more', { bandwidth });
  const hasSnapshot = scenario.snapshot !== undefined || scenario.restoreOptions === undefined;
  assert(hasSnapshot, 'only what was saved can be restored', { ...scenario.restoreOptions });
  const fault = optionsError(scenario.options ?? {});
  assert(fault === undefined, fault ?? '', {});
  assert(Number.isSafeInteger(scenario.diskSync) && scenario.diskSync >= 0, 'a disk sync is not negative', {});
}

/** Names, addresses and ids of the members that found a scenario's cluster, by ordinal - 1. */
export function clusterOf(scenario: Scenario): ClusterIdentity {
  const addresses = Array.from({ length: scenario.members }, (_, i) => addressOf(scenario, i + 1));
  return identifyCluster(addresses, clusterToken(scenario));
}

/** What etcd calls --initial-cluster-token: a restored cluster must never be taken for the one that was saved. */
export function clusterToken({ naming, snapshot }: Pick<Scenario, 'naming' | 'snapshot'>): string {
  const token = naming === 'explorer' ? 'etcd-cluster' : 'golden';
  return snapshot === undefined ? token : `${token}-${snapshotFileId(snapshot)}`;
}

/** What the disk of each founder holds before the run's first instant. */
export function foundingRecords(scenario: Scenario): readonly DiskRecord[] {
  const saved = savedState(scenario);
  if (saved === undefined) return [];
  const { members } = clusterOf(scenario);
  // In a lean cluster nobody says where it listens: it is known.
  const known = scenario.boot === 'lean' ? members : members.map((member) => ({ ...member, clientUrls: [] }));
  return restoredRecords(saved, known, scenario.restoreOptions);
}

/** The store that the members of a run begin with, for reading. */
export interface FoundingStore {
  /** Of the log: the store stands there. 0 = it is empty. */
  readonly index: number;
  /** By key; what was written last comes last. Long values are cut. */
  readonly values: ReadonlyMap<string, string>;
}

/** Characters of a value; whoever wants all of it reads the key. */
const MOST_TEXT = 400;

/** The store that a run begins with. */
export function foundingStore(scenario: Scenario): FoundingStore {
  const saved = savedState(scenario);
  const values = new Map<string, string>();
  for (const { kv } of saved?.kv.versions ?? []) {
    if (kv.key === '') continue; // a revision that was raised
    const key = utf8Decode(kv.key);
    values.delete(key);
    if (kv.version > 0) values.set(key, utf8Decode(kv.value.slice(0, MOST_TEXT)));
  }
  return { index: saved === undefined ? 0 : scenario.members, values };
}

function savedState({ snapshot }: Scenario): StateSnapshot | undefined {
  if (snapshot === undefined) return undefined;
  const saved = decodeSnapshotFile(snapshot);
  assert(saved.ok, 'a scenario has a snapshot that can be read', {});
  return saved.value;
}

/** What the member in a place is called and where it listens, also one that has yet to join. @param ordinal 1 … {@link MAX_MEMBERS} */
export function addressOf({ naming }: Scenario, ordinal: number): MemberAddress {
  if (naming === 'explorer') {
    return { name: `n${ordinal}`, peerUrls: [`http://n${ordinal}:2380`], clientUrls: [`http://n${ordinal}:2379`] };
  }
  return {
    name: `m${ordinal}`,
    peerUrls: [`http://127.0.0.1:238${ordinal}0`],
    clientUrls: [`http://127.0.0.1:237${ordinal}9`],
  };
}
