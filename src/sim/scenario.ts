/** The start of a run: with a seed and a journal it reproduces every message, on any machine. */
import { assert } from '../base/index.ts';
import { type ClusterIdentity, identifyCluster } from '../engine/server/index.ts';

/** Virtual time: an integer number of microseconds since the run's start. */
export type SimTime = number;

export const MILLISECOND: SimTime = 1_000;
export const SECOND: SimTime = 1_000_000;
/** etcd: TickMs = 100. */
export const TICK: SimTime = 100 * MILLISECOND;

export interface Scenario {
  /** Feeds every random stream of the run. */
  readonly seed: number;
  /** 1 … 9. */
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
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /** 'lean': membership is given and the log empty, so the first leader has term 1 and its empty entry index 1. */
  readonly boot: 'lean';
  /** 'explorer': n1 at n1:2379, …; 'loopback': m1 at 127.0.0.1:23719, … as recorded sessions have it. */
  readonly naming: 'explorer' | 'loopback';
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
    preVote: true,
    checkQuorum: true,
    boot: 'lean',
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
  assert(Number.isInteger(scenario.members) && scenario.members >= 1 && scenario.members <= 9, 'a cluster has 1 to 9 members', {
    members: scenario.members,
  });
  for (const latency of [scenario.latency, ...Object.values(scenario.uneven)]) {
    assert(Number.isSafeInteger(latency) && latency - scenario.jitter >= 1, 'a link takes at least a microsecond', { latency });
  }
  assert(Number.isSafeInteger(scenario.jitter) && scenario.jitter >= 0, 'jitter is not negative', { jitter: scenario.jitter });
  assert(
    Number.isSafeInteger(scenario.clientLatency) && scenario.clientLatency >= 1,
    'a client wire takes at least a microsecond',
    {},
  );
  assert(Number.isSafeInteger(scenario.diskSync) && scenario.diskSync >= 0, 'a disk sync is not negative', {});
}

/** Names, addresses and ids of a scenario's members, by ordinal - 1. */
export function clusterOf(scenario: Scenario): ClusterIdentity {
  const ordinals = Array.from({ length: scenario.members }, (_, i) => i + 1);
  if (scenario.naming === 'explorer') {
    const addresses = ordinals.map((n) => ({ name: `n${n}`, peerUrls: [`http://n${n}:2380`], clientUrls: [`http://n${n}:2379`] }));
    return identifyCluster(addresses, 'etcd-cluster');
  }
  const addresses = ordinals.map((n) => ({
    name: `m${n}`,
    peerUrls: [`http://127.0.0.1:238${n}0`],
    clientUrls: [`http://127.0.0.1:237${n}9`],
  }));
  return identifyCluster(addresses, 'golden');
}
