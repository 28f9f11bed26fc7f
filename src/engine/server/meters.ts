/** What a member has measured, or counted apart by labels, since its process began: for its `/metrics`, and for nothing else. */

/** In the order in which they are shown. */
export type Labels = readonly (readonly [name: string, value: string])[];

/** Changed in place; a copy of the member has its own. */
export interface Meters {
  /** By name and labels. */
  readonly counts: Map<string, LabelledCount>;
  readonly histograms: Map<string, Histogram>;
  /** How far the store was written when it was committed last. */
  committedIndex: number;
}

export interface LabelledCount {
  readonly name: string;
  readonly labels: Labels;
  value: number;
}

export interface Histogram {
  readonly name: HistogramName;
  readonly labels: Labels;
  /** So many values were at most as big as the bound in the same place, and bigger than the one before. */
  readonly counts: number[];
  count: number;
  sum: number;
}

/** Upper bounds, each twice the one before: as etcd's. */
const BOUNDS = {
  etcd_debugging_lease_ttl_total: powersFrom(1, 24),
  etcd_disk_backend_commit_duration_seconds: powersFrom(0.001, 14),
  etcd_disk_wal_fsync_duration_seconds: powersFrom(0.001, 14),
  etcd_mvcc_hash_duration_seconds: powersFrom(0.01, 15),
  etcd_mvcc_hash_rev_duration_seconds: powersFrom(0.01, 15),
  etcd_network_peer_round_trip_time_seconds: powersFrom(0.0001, 16),
  etcd_server_apply_duration_seconds: powersFrom(0.0001, 20),
  etcd_server_range_duration_seconds: powersFrom(0.0001, 20),
} as const;

export type HistogramName = keyof typeof BOUNDS;

/** Those that are shown before anything was measured; the others have labels. */
const PLAIN: readonly HistogramName[] = [
  'etcd_debugging_lease_ttl_total',
  'etcd_disk_backend_commit_duration_seconds',
  'etcd_disk_wal_fsync_duration_seconds',
  'etcd_mvcc_hash_duration_seconds',
  'etcd_mvcc_hash_rev_duration_seconds',
];

export function createMeters(): Meters {
  const meters: Meters = { counts: new Map(), histograms: new Map(), committedIndex: 0 };
  for (const name of PLAIN) histogramOf(meters, name, NO_LABELS);
  return meters;
}

export function cloneMeters({ counts, histograms, committedIndex }: Meters): Meters {
  return {
    committedIndex,
    counts: new Map([...counts].map(([key, count]) => [key, { ...count }])),
    histograms: new Map([...histograms].map(([key, one]) => [key, { ...one, counts: one.counts.slice() }])),
  };
}

export function boundsOf(name: HistogramName): readonly number[] {
  return BOUNDS[name];
}

/** Adds to a count; 0 makes it seen. */
export function addCount(meters: Meters, name: string, labels: Labels, value: number): void {
  const key = keyOf(name, labels);
  const count = meters.counts.get(key);
  if (count === undefined) meters.counts.set(key, { name, labels, value });
  else count.value += value;
}

/** Replaces a number that goes up and down. */
export function setCount(meters: Meters, name: string, labels: Labels, value: number): void {
  meters.counts.set(keyOf(name, labels), { name, labels, value });
}

/** Takes a measured value in. */
export function observe(meters: Meters, name: HistogramName, value: number, labels: Labels = NO_LABELS): void {
  const histogram = histogramOf(meters, name, labels);
  histogram.count++;
  histogram.sum += value;
  const bucket = BOUNDS[name].findIndex((bound) => value <= bound);
  if (bucket >= 0) histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
}

const NO_LABELS: Labels = [];

function histogramOf({ histograms }: Meters, name: HistogramName, labels: Labels): Histogram {
  const key = keyOf(name, labels);
  let histogram = histograms.get(key);
  if (histogram === undefined) {
    histogram = { name, labels, counts: BOUNDS[name].map(() => 0), count: 0, sum: 0 };
    histograms.set(key, histogram);
  }
  return histogram;
}

function keyOf(name: string, labels: Labels): string {
  let key = name;
  for (const [, value] of labels) key += `,${value}`;
  return key;
}

function powersFrom(first: number, count: number): readonly number[] {
  const bounds: number[] = [];
  for (let bound = first; bounds.length < count; bound *= 2) bounds.push(bound);
  return bounds;
}
