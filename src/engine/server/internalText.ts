/** How the server's own log names a failure: not in the words of the API, but in those of the part that failed. */
import { type ApiErrorCode, describeApiError } from './errors.ts';

/** Parts below the server name themselves, or nobody (etcd-io/etcd:server/lease/lessor.go, server/auth/store.go, server/storage/mvcc, server/etcdserver/api/membership). */
const WORDS: Readonly<Partial<Record<ApiErrorCode, string>>> = {
  compacted: 'mvcc: required revision has been compacted',
  futureRevision: 'mvcc: required revision is a future revision',
  leaseNotFound: 'lease not found',
  leaseExists: 'lease already exists',
  leaseTtlTooLarge: 'too large lease TTL',
  noSpace: 'etcdserver: no space',
  requestCanceled: 'etcdserver: request cancelled',
  memberNotFound: 'membership: ID not found',
  memberExists: 'membership: ID exists',
  peerUrlExists: 'membership: peerURL exists',
  memberNotLearner: 'membership: can only promote a learner member',
  tooManyLearners: 'membership: too many learner members in cluster',
  proposalDropped: 'raft proposal dropped',
  rootUserMissing: 'auth: root user does not exist',
  rootRoleMissing: 'auth: root user does not have root role',
  userExists: 'auth: user already exists',
  userEmpty: 'auth: user name is empty',
  userNotFound: 'auth: user not found',
  roleExists: 'auth: role already exists',
  roleNotFound: 'auth: role not found',
  roleEmpty: 'auth: role name is empty',
  roleNotGranted: 'auth: role is not granted to the user',
  permissionNotGiven: 'auth: permission not given',
  permissionNotGranted: 'auth: permission is not granted to the role',
  permissionDenied: 'auth: permission denied',
  authFailed: 'auth: authentication failed, invalid user ID or password',
  passwordNotUsed: 'auth: authentication failed, password was given for no password user',
  passwordTooLong: 'bcrypt: password length exceeds 72 bytes',
  authNotEnabled: 'auth: authentication is not enabled',
  authRevisionOld: 'auth: revision in header is old',
  invalidAuthToken: 'auth: invalid auth token',
  invalidAuthManagement: 'auth: invalid auth management',
};

/** A failure as a log line's field `error` has it. */
export function internalText(code: ApiErrorCode): string {
  return WORDS[code] ?? describeApiError({ code }).text;
}
