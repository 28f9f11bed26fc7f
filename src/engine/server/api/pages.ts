/** What a member tells on its own pages (`/version`, `/health`, `/metrics`); part of no service of etcd's. */
import type { ResponseHeader } from './header.ts';
import type { AlarmMember } from './maintenance.ts';

/**
 * What a member tells on its own pages (`/version`, `/health`, `/metrics`) about itself, at once and to everybody; no method of
 * etcd's gRPC services.
 */
export interface InspectRequest {
  readonly type: 'inspect';
}

export interface InspectResponse {
  readonly type: 'inspect';
  readonly header: ResponseHeader;
  /** The member's clock, ms since 1970. */
  readonly wallTime: number;
  /** Of the server, `3.6.14`. */
  readonly version: string;
  /** `3.6.0`; '': not decided yet. */
  readonly clusterVersion: string;
  readonly storageVersion: string;
  readonly hasLeader: boolean;
  readonly isLearner: boolean;
  readonly alarms: readonly AlarmMember[];
  readonly metrics: readonly MetricSample[];
  readonly histograms: readonly HistogramSample[];
  readonly commandLine: readonly string[];
  /** As etcd writes it in JSON. */
  readonly raftStatus: string;
}

/** One number that a member counts or measures, named as etcd's Prometheus metrics are. */
export interface MetricSample {
  readonly name: string;
  /** In the order in which they are shown. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
}

/** Values that a member has measured, by their size. */
export interface HistogramSample {
  readonly name: string;
  /** In the order in which they are shown. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** How many values were at most so big; ascending. */
  readonly buckets: readonly (readonly [bound: number, count: number])[];
  /** How many values there were, and what they come to together. */
  readonly count: number;
  readonly sum: number;
}

/** The checks of each of the pages that have some, in the order in which we make them; etcd's order is random. */
export const HEALTH_CHECKS = {
  livez: ['serializable_read'],
  readyz: ['data_corruption', 'serializable_read', 'linearizable_read', 'non_learner'],
} as const;

/** How a member is, as its own pages say it; part of no version of etcd's API. */
export interface HealthRequest {
  readonly type: 'health';
  readonly page: 'health' | 'livez' | 'readyz';
  /** One check alone, by its name; undefined: all of the page. */
  readonly part: string | undefined;
  /** Alarms, or checks, that do not count. */
  readonly excluded: readonly string[];
  /** Nobody else is asked. Of `health` only. */
  readonly serializable: boolean;
}

export interface HealthResponse {
  readonly type: 'health';
  readonly header: ResponseHeader;
  readonly isHealthy: boolean;
  /** Of `health` why not, or ''; of the others a line for each check. */
  readonly reason: string;
}
