/** The service Cluster: who belongs to it. */
import type { Id64 } from '../../../base/index.ts';
import type { ResponseHeader } from './header.ts';

/** etcd: membershippb.Member as clients see it. */
export interface MemberInfo {
  readonly id: Id64;
  /** '' until the member has published itself. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

/** etcd: MemberListRequest. */
export interface MemberListRequest {
  readonly type: 'memberList';
  readonly linearizable: boolean;
}

export interface MemberListResponse {
  readonly type: 'memberList';
  readonly header: ResponseHeader;
  readonly members: readonly MemberInfo[];
}

/** etcd: MemberAddRequest. */
export interface MemberAddRequest {
  readonly type: 'memberAdd';
  readonly peerUrls: readonly string[];
  readonly isLearner: boolean;
}

export interface MemberAddResponse {
  readonly type: 'memberAdd';
  readonly header: ResponseHeader;
  readonly member: MemberInfo;
  readonly members: readonly MemberInfo[];
}

/** etcd: MemberRemoveRequest. */
export interface MemberRemoveRequest {
  readonly type: 'memberRemove';
  readonly id: Id64;
}

/** etcd: MemberUpdateRequest. */
export interface MemberUpdateRequest {
  readonly type: 'memberUpdate';
  readonly id: Id64;
  readonly peerUrls: readonly string[];
}

/** etcd: MemberPromoteRequest. */
export interface MemberPromoteRequest {
  readonly type: 'memberPromote';
  readonly id: Id64;
}

/** To a change of the membership: the members as they are now, by id. */
export type MembersResponse<Type extends string> = Type extends string
  ? { readonly type: Type; readonly header: ResponseHeader; readonly members: readonly MemberInfo[] }
  : never;

/**
 * A new member takes a voter's place, in one step through a joint configuration (Raft §6). Not of etcd's gRPC services: Raft's
 * library can, etcd does not ask for it.
 */
export interface MemberReplaceRequest {
  readonly type: 'memberReplace';
  /** Who leaves. */
  readonly id: Id64;
  /** Of who comes. */
  readonly peerUrls: readonly string[];
}

export type MemberReplaceResponse = Omit<MemberAddResponse, 'type'> & { readonly type: 'memberReplace' };

export type ClusterRequest =
  | MemberListRequest
  | MemberAddRequest
  | MemberRemoveRequest
  | MemberUpdateRequest
  | MemberPromoteRequest
  | MemberReplaceRequest;
export type ClusterResponse =
  | MemberListResponse
  | MemberAddResponse
  | MemberReplaceResponse
  | MembersResponse<'memberRemove' | 'memberUpdate' | 'memberPromote'>;
