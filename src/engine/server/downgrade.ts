/** A cluster that goes back one minor version: what may be asked for (`spec/etcd.md` 4.10; etcd-io/etcd:server/etcdserver/v3_server.go, server/etcdserver/version/downgrade.go). */
import { assert, fail, ok, type Result } from '../../base/index.ts';
import type { DowngradeRequest } from './api.ts';
import type { StateMachine } from './applied.ts';
import type { ApiErrorCode } from './errors.ts';

const NAMES = '(?:[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?';
/** Two numbers, or three with whatever a semantic version has behind them; only the first two count. */
const VERSION = new RegExp(`^(\\d+)\\.(\\d+)(?:\\.\\d+(?:-${NAMES})?(?:\\+${NAMES})?)?$`);

/** What is wrong with a request on its face. */
export function downgradeFault({ action, version }: DowngradeRequest): ApiErrorCode | undefined {
  return action === 'cancel' || VERSION.test(version) ? undefined : 'downgradeVersionFormat';
}

/** The version that a request for a downgrade means, if it may be had. @param version as typed, without fault */
export function downgradeTarget({ membership, downgrade }: StateMachine, version: string): Result<string, ApiErrorCode> {
  const typed = VERSION.exec(version);
  assert(typed !== null, 'a version has the form of one', { version });
  if (membership.clusterVersion === '') return fail('clusterVersionUnavailable');
  const [major, minor] = membership.clusterVersion.split('.').map(Number);
  if (Number(typed[1]) !== major || Number(typed[2]) !== (minor ?? 0) - 1) return fail('downgradeVersionInvalid');
  return downgrade === '' ? ok(`${Number(typed[1])}.${Number(typed[2])}.0`) : fail('downgradeInProgress');
}

/** The cluster's version as a downgrade's answer says it: `3.6`. */
export function shortClusterVersion({ membership }: StateMachine): string {
  return membership.clusterVersion.split('.').slice(0, 2).join('.');
}
