/** Flags of a member's process that change what it does. Each left out is etcd's default (`spec/etcd.md` 4.11). */

/** etcd: --feature-gates; those that mean something here. */
export type FeatureGate = 'LeaseCheckpoint' | 'LeaseCheckpointPersist';

export interface ServerOptions {
  /** Lines below it are not made. etcd: --log-level. */
  readonly logLevel?: 'debug' | 'info';
  /** Gates that are open; none by default. */
  readonly featureGates?: readonly FeatureGate[];
}

/** Is a gate open? */
export function isEnabled(options: ServerOptions | undefined, gate: FeatureGate): boolean {
  return options?.featureGates?.includes(gate) ?? false;
}

/** What is wrong with options, in etcd's words; undefined: nothing is. etcd-io/etcd:server/embed/config.go (Validate). */
export function optionsError(options: ServerOptions): string | undefined {
  if (isEnabled(options, 'LeaseCheckpointPersist') && !isEnabled(options, 'LeaseCheckpoint')) {
    return 'enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint';
  }
  return undefined;
}
