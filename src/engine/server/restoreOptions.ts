/** What `etcdutl snapshot restore` is told of revisions (etcd-io/etcd:etcdutl/etcdutl/snapshot_command.go). */
import { fail, ok, type Result } from '../../base/index.ts';
import { MOST } from './stateShape.ts';

export interface RestoreOptions {
  /** Added to the newest revision that was saved; 0 = it stays. etcdutl: --bump-revision. */
  readonly bumpRevision: number;
  /** Everything below the newest revision counts as compacted: both or neither. etcdutl: --mark-compacted. */
  readonly markCompacted: boolean;
}

/** Revisions stay as they were saved. */
export const NO_BUMP: RestoreOptions = { bumpRevision: 0, markCompacted: false };

/**
 * The flags as somebody types them.
 *
 * @param bump of `--bump-revision`; '' = it is left out
 * @param latest the newest revision that was saved
 * @returns fails with what etcdutl prints behind `Error: `
 */
export function readRestoreOptions(bump: string, markCompacted: boolean, latest: number): Result<RestoreOptions, string> {
  const bumpRevision = Number(bump);
  const isWhole = /^\d*$/.test(bump);
  // etcd counts to 2^63; here a store has to have room to go on.
  if (!isWhole || bumpRevision + latest > MOST) {
    const text = JSON.stringify(bump);
    const fault = isWhole ? 'value out of range' : 'invalid syntax';
    return fail(`invalid argument ${text} for "--bump-revision" flag: strconv.ParseUint: parsing ${text}: ${fault}`);
  }
  // It calls its own flag by another name.
  if (bumpRevision > 0 !== markCompacted) return fail('--mark-compacted required if --revision-bump > 0');
  return ok({ bumpRevision, markCompacted });
}
