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
  | 'deadlineExceeded'
  | 'canceled'
  /** The leader takes no proposals right now: it hands its leadership over. */
  | 'proposalDropped'
  /** The member's process went away while the call was open. */
  | 'connectionLost';

export interface ApiError {
  readonly code: ApiErrorCode;
}

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
    case 'requestTooLarge':
      return { grpc: 'InvalidArgument', text: 'etcdserver: request is too large' };
    case 'deadlineExceeded':
      return { grpc: 'DeadlineExceeded', text: 'context deadline exceeded' };
    case 'canceled':
      return { grpc: 'Canceled', text: 'context canceled' };
    case 'proposalDropped':
      return { grpc: 'Unknown', text: 'rpc error: code = Unknown desc = raft proposal dropped' };
    case 'connectionLost':
      return { grpc: 'Unavailable', text: 'rpc error: code = Unavailable desc = error reading from server: EOF' };
    default:
      return unreachable(error.code);
  }
}
