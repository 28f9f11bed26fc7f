/** The start of a run: with a seed and a journal it reproduces every message, on any machine. */
import { assert } from '../base/index.ts';

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
  };
  assertScenario(scenario);
  return scenario;
}

/** What every part of a run relies on. Throws on a scenario that no cluster could be made of. */
export function assertScenario(scenario: Scenario): void {
  assert(Number.isSafeInteger(scenario.seed), 'a seed is a safe integer', { seed: scenario.seed });
  assert(Number.isInteger(scenario.members) && scenario.members >= 1 && scenario.members <= 9, 'a cluster has 1 to 9 members', {
    members: scenario.members,
  });
  for (const latency of [scenario.latency, ...Object.values(scenario.uneven)]) {
    assert(Number.isSafeInteger(latency) && latency - scenario.jitter >= 1, 'a link takes at least a microsecond', { latency });
  }
  assert(Number.isSafeInteger(scenario.jitter) && scenario.jitter >= 0, 'jitter is not negative', { jitter: scenario.jitter });
  assert(Number.isSafeInteger(scenario.clientLatency) && scenario.clientLatency >= 1, 'a client wire takes at least a microsecond', {});
  assert(Number.isSafeInteger(scenario.diskSync) && scenario.diskSync >= 0, 'a disk sync is not negative', {});
}
