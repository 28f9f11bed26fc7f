/** What a call can be refused with, as data; the words are etcd's own (etcd-io/etcd:api/v3rpc/rpctypes/error.go). */
import { unreachable } from '../../base/index.ts';

/** gRPC status names that etcd uses. */
export type GrpcCode =
  | 'Canceled'
  | 'Unknown'
  | 'InvalidArgument'
  | 'DeadlineExceeded'
  | 'NotFound'
  | 'PermissionDenied'
  | 'ResourceExhausted'
  | 'FailedPrecondition'
  | 'OutOfRange'
  | 'Unavailable'
  | 'DataLoss'
  | 'Unauthenticated';

/** Refusals and failures of a call. `text` is only needed where the words carry data of their own. */
export type ApiErrorCode =
  | 'emptyKey'
  | 'valueProvided'
  | 'leaseProvided'
  | 'invalidSortOption'
  | 'keyNotFound'
  | 'leaseNotFound'
  | 'compacted'
  | 'futureRevision'
  | 'noLeader'
  | 'leaderChanged'
  | 'stopped'
  | 'timeout'
  | 'timeoutDueToLeaderFail'
  | 'timeoutDueToConnectionLost'
  | 'tooManyRequests'
  | 'requestTooLarge'
  /** A message that the client's library does not send, or whoever gets it does not take. */
  | 'sentTooLarge'
  | 'receivedTooLarge'
  | 'deadlineExceeded'
  | 'canceled'
  | 'tooManyOperations'
  | 'duplicateKey'
  | 'invalidClientApiVersion'
  | 'leaseExists'
  | 'leaseTtlTooLarge'
  | 'notPrimaryLessor'
  | 'noSpace'
  | 'corrupt'
  | 'timeoutWaitAppliedIndex'
  | 'timeoutLeaderTransfer'
  | 'requestCanceled'
  | 'watchCanceled'
  | 'notLeader'
  | 'badLeaderTransferee'
  | 'notCapable'
  | 'learnerNotSupported'
  | 'unhealthyCluster'
  | 'notEnoughStartedMembers'
  | 'memberNotFound'
  | 'memberExists'
  | 'peerUrlExists'
  | 'badMemberUrls'
  | 'memberNotLearner'
  | 'learnerNotReady'
  | 'tooManyLearners'
  | 'clusterIdMismatch'
  | 'rootUserMissing'
  | 'rootRoleMissing'
  | 'userExists'
  | 'userEmpty'
  | 'userNotFound'
  | 'roleExists'
  | 'roleEmpty'
  | 'roleNotFound'
  | 'roleNotGranted'
  | 'permissionNotGranted'
  | 'permissionNotGiven'
  | 'authFailed'
  /** A password was given for a user who has none. */
  | 'passwordNotUsed'
  | 'passwordTooLong'
  | 'authNotEnabled'
  | 'invalidAuthManagement'
  | 'invalidAuthToken'
  | 'authRevisionOld'
  | 'permissionDenied'
  | 'downgradeVersionFormat'
  | 'downgradeVersionInvalid'
  | 'clusterVersionUnavailable'
  | 'downgradeInProgress'
  | 'noDowngradeInProgress'
  /** Neither validate nor enable nor cancel. */
  | 'unknownMethod'
  /** The leader takes no proposals right now: it hands its leadership over. */
  | 'proposalDropped'
  /** The member's process went away while the call was open. */
  | 'connectionLost'
  /** The member's process did not answer for so long that the client gave the connection up. */
  | 'connectionSilent'
  /** The deadline came before there was a connection, for the member's process is paused. */
  | 'connectionPending'
  /** Nobody listens at the address. Only told to those who ask once. */
  | 'connectionRefused';

export interface ApiError {
  readonly code: ApiErrorCode;
  /** Of `sentTooLarge` and `receivedTooLarge`: the message's bytes, and how many it may have. */
  readonly size?: number;
  readonly limit?: number;
}

const EXHAUSTED = 'rpc error: code = ResourceExhausted desc = ';

/** What the client library reports as the error's text, and the gRPC status it travels with. */
export function describeApiError(error: ApiError): { readonly grpc: GrpcCode; readonly text: string } {
  switch (error.code) {
    case 'emptyKey':
      return { grpc: 'InvalidArgument', text: 'etcdserver: key is not provided' };
    case 'valueProvided':
      return { grpc: 'InvalidArgument', text: 'etcdserver: value is provided' };
    case 'leaseProvided':
      return { grpc: 'InvalidArgument', text: 'etcdserver: lease is provided' };
    case 'invalidSortOption':
      return { grpc: 'InvalidArgument', text: 'etcdserver: invalid sort option' };
    case 'keyNotFound':
      return { grpc: 'InvalidArgument', text: 'etcdserver: key not found' };
    case 'leaseNotFound':
      return { grpc: 'NotFound', text: 'etcdserver: requested lease not found' };
    case 'compacted':
      return { grpc: 'OutOfRange', text: 'etcdserver: mvcc: required revision has been compacted' };
    case 'futureRevision':
      return { grpc: 'OutOfRange', text: 'etcdserver: mvcc: required revision is a future revision' };
    case 'noLeader':
      return { grpc: 'Unavailable', text: 'etcdserver: no leader' };
    case 'leaderChanged':
      return { grpc: 'Unavailable', text: 'etcdserver: leader changed' };
    case 'stopped':
      return { grpc: 'Unavailable', text: 'etcdserver: server stopped' };
    case 'timeout':
      return { grpc: 'Unavailable', text: 'etcdserver: request timed out' };
    case 'timeoutDueToLeaderFail':
      return { grpc: 'Unavailable', text: 'etcdserver: request timed out, possibly due to previous leader failure' };
    case 'timeoutDueToConnectionLost':
      return { grpc: 'Unavailable', text: 'etcdserver: request timed out, possibly due to connection lost' };
    case 'tooManyRequests':
      return { grpc: 'Unknown', text: 'etcdserver: too many requests' };
    case 'sentTooLarge':
      return {
        grpc: 'ResourceExhausted',
        text: `${EXHAUSTED}trying to send message larger than max (${error.size} vs. ${error.limit})`,
      };
    case 'receivedTooLarge':
      return {
        grpc: 'ResourceExhausted',
        text: `${EXHAUSTED}grpc: received message larger than max (${error.size} vs. ${error.limit})`,
      };
    case 'requestTooLarge':
      return { grpc: 'InvalidArgument', text: 'etcdserver: request is too large' };
    case 'deadlineExceeded':
      return { grpc: 'DeadlineExceeded', text: 'context deadline exceeded' };
    case 'canceled':
      return { grpc: 'Canceled', text: 'context canceled' };
    case 'tooManyOperations':
      return { grpc: 'InvalidArgument', text: 'etcdserver: too many operations in txn request' };
    case 'duplicateKey':
      return { grpc: 'InvalidArgument', text: 'etcdserver: duplicate key given in txn request' };
    case 'invalidClientApiVersion':
      return { grpc: 'InvalidArgument', text: 'etcdserver: invalid client api version' };
    case 'leaseExists':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: lease already exists' };
    case 'leaseTtlTooLarge':
      return { grpc: 'OutOfRange', text: 'etcdserver: too large lease TTL' };
    case 'notPrimaryLessor':
      return { grpc: 'Unknown', text: 'not a primary lessor' };
    case 'noSpace':
      return { grpc: 'ResourceExhausted', text: 'etcdserver: mvcc: database space exceeded' };
    case 'corrupt':
      return { grpc: 'DataLoss', text: 'etcdserver: corrupt cluster' };
    case 'timeoutWaitAppliedIndex':
      return { grpc: 'Unavailable', text: 'etcdserver: request timed out, waiting for the applied index took too long' };
    case 'timeoutLeaderTransfer':
      return {
        grpc: 'Unknown',
        text: 'rpc error: code = Unknown desc = etcdserver: request timed out, leader transfer took too long',
      };
    case 'requestCanceled':
      return { grpc: 'Canceled', text: 'etcdserver: request canceled' };
    case 'watchCanceled':
      return { grpc: 'Canceled', text: 'etcdserver: watch canceled' };
    case 'notLeader':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: not leader' };
    case 'badLeaderTransferee':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: bad leader transferee' };
    case 'notCapable':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: not capable' };
    case 'learnerNotSupported':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: rpc not supported for learner' };
    case 'unhealthyCluster':
      return { grpc: 'Unavailable', text: 'etcdserver: unhealthy cluster' };
    case 'notEnoughStartedMembers':
      return { grpc: 'Unknown', text: 'etcdserver: re-configuration failed due to not enough started members' };
    case 'memberNotFound':
      return { grpc: 'NotFound', text: 'etcdserver: member not found' };
    case 'memberExists':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: member ID already exist' };
    case 'peerUrlExists':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: Peer URLs already exists' };
    case 'badMemberUrls':
      return { grpc: 'InvalidArgument', text: 'etcdserver: given member URLs are invalid' };
    case 'memberNotLearner':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: can only promote a learner member' };
    case 'learnerNotReady':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: can only promote a learner member which is in sync with leader' };
    case 'tooManyLearners':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: too many learner members in cluster' };
    case 'clusterIdMismatch':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: cluster ID mismatch' };
    case 'rootUserMissing':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: root user does not exist' };
    case 'rootRoleMissing':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: root user does not have root role' };
    case 'userExists':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: user name already exists' };
    case 'userEmpty':
      return { grpc: 'InvalidArgument', text: 'etcdserver: user name is empty' };
    case 'userNotFound':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: user name not found' };
    case 'roleExists':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: role name already exists' };
    case 'roleEmpty':
      return { grpc: 'InvalidArgument', text: 'etcdserver: role name is empty' };
    case 'roleNotFound':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: role name not found' };
    case 'roleNotGranted':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: role is not granted to the user' };
    case 'permissionNotGranted':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: permission is not granted to the role' };
    case 'permissionNotGiven':
      return { grpc: 'InvalidArgument', text: 'etcdserver: permission not given' };
    case 'authFailed':
      return { grpc: 'InvalidArgument', text: 'etcdserver: authentication failed, invalid user ID or password' };
    case 'passwordNotUsed':
      return {
        grpc: 'Unknown',
        text: 'rpc error: code = Unknown desc = auth: authentication failed, password was given for no password user',
      };
    case 'passwordTooLong':
      return {
        grpc: 'Unknown',
        text: 'rpc error: code = Unknown desc = bcrypt: password length exceeds 72 bytes',
      };
    case 'authNotEnabled':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: authentication is not enabled' };
    case 'invalidAuthManagement':
      return { grpc: 'InvalidArgument', text: 'etcdserver: invalid auth management' };
    case 'invalidAuthToken':
      return { grpc: 'Unauthenticated', text: 'etcdserver: invalid auth token' };
    case 'authRevisionOld':
      return { grpc: 'InvalidArgument', text: 'etcdserver: revision of auth store is old' };
    case 'permissionDenied':
      return { grpc: 'PermissionDenied', text: 'etcdserver: permission denied' };
    case 'downgradeVersionFormat':
      return { grpc: 'InvalidArgument', text: 'etcdserver: wrong downgrade target version format' };
    case 'downgradeVersionInvalid':
      return { grpc: 'InvalidArgument', text: 'etcdserver: invalid downgrade target version' };
    case 'clusterVersionUnavailable':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: cluster version not found during downgrade' };
    case 'downgradeInProgress':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: cluster has a downgrade job in progress' };
    case 'noDowngradeInProgress':
      return { grpc: 'FailedPrecondition', text: 'etcdserver: no inflight downgrade job' };
    case 'unknownMethod':
      return { grpc: 'Unknown', text: 'rpc error: code = Unknown desc = etcdserver: unknown method' };
    case 'proposalDropped':
      return { grpc: 'Unknown', text: 'rpc error: code = Unknown desc = raft proposal dropped' };
    case 'connectionLost':
      return { grpc: 'Unavailable', text: 'rpc error: code = Unavailable desc = error reading from server: EOF' };
    case 'connectionSilent':
      return {
        grpc: 'Unavailable',
        text: 'rpc error: code = Unavailable desc = keepalive ping failed to receive ACK within timeout',
      };
    case 'connectionPending':
      return { grpc: 'DeadlineExceeded', text: 'context deadline exceeded while waiting for connections to become ready' };
    case 'connectionRefused':
      return { grpc: 'Unavailable', text: 'rpc error: code = Unavailable desc = connection error: connection refused' };
    default:
      return unreachable(error.code);
  }
}
