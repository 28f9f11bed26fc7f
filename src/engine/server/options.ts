/** Flags of a member's process that change what it does. Each left out is etcd's default (`spec/etcd.md` 4.11). */

import { BCRYPT_MAX_COST, BCRYPT_MIN_COST } from '../../base/index.ts';
import { readAuthToken } from './authToken.ts';

/** etcd: --feature-gates; those that mean something here. */
export type FeatureGate = 'LeaseCheckpoint' | 'LeaseCheckpointPersist';

/** How much history stays. */
export type AutoCompaction =
  /** That of the last `period`, virtual µs. */
  | { readonly mode: 'periodic'; readonly period: number }
  /** That of the last `retention` revisions. */
  | { readonly mode: 'revision'; readonly retention: number };

export interface ServerOptions {
  /** Lines below it are not made. etcd: --log-level. */
  readonly logLevel?: 'debug' | 'info';
  /** Old revisions are compacted from time to time; left out: never. etcd: --auto-compaction-mode, --auto-compaction-retention. */
  readonly autoCompaction?: AutoCompaction;
  /** What a password's hash costs, 4 … 31; left out: 4, where etcd has 10, for a tenth of a second is long here. etcd: --bcrypt-cost. */
  readonly bcryptCost?: number;
  /** What log-ins are remembered by, as etcd's flag has it (`authToken.ts`); left out: `simple`. etcd: --auth-token. */
  readonly authToken?: string;
  /** How long a simple token lives without being used, seconds; left out: 300. etcd: --auth-token-ttl. */
  readonly authTokenTtl?: number;
  /** Gates that are open; none by default. */
  readonly featureGates?: readonly FeatureGate[];
}

/** Is a gate open? */
export function isEnabled(options: ServerOptions | undefined, gate: FeatureGate): boolean {
  return options?.featureGates?.includes(gate) ?? false;
}

/** What is wrong with options; undefined: nothing is. etcd-io/etcd:server/embed/config.go (Validate). */
export function optionsError(options: ServerOptions): string | undefined {
  if (isEnabled(options, 'LeaseCheckpointPersist') && !isEnabled(options, 'LeaseCheckpoint')) {
    return 'enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint';
  }
  const { autoCompaction } = options;
  if (autoCompaction?.mode === 'periodic' && !isCount(autoCompaction.period)) return 'auto-compaction-retention is a time';
  if (autoCompaction?.mode === 'revision' && !isCount(autoCompaction.retention)) return 'auto-compaction-retention is a count';
  const { bcryptCost = BCRYPT_MIN_COST } = options;
  const isCost = Number.isInteger(bcryptCost) && bcryptCost >= BCRYPT_MIN_COST && bcryptCost <= BCRYPT_MAX_COST;
  if (!isCost) return 'bcrypt-cost is between 4 and 31';
  if (options.authTokenTtl !== undefined && !isCount(options.authTokenTtl)) return 'auth-token-ttl is a count of seconds';
  const provider = readAuthToken(options.authToken ?? 'simple');
  return provider.ok ? undefined : provider.error;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
