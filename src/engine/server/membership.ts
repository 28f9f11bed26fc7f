/**
 * Who belongs to the cluster, as the applied log says, and what may be changed in it (etcd-io/etcd:server/etcdserver/api/membership;
 * `spec/etcd.md` 4.7). A value that is replaced, never changed.
 */
import { type Bytes, byText, type Id64, sha1, utf8Decode, utf8Encode } from '../../base/index.ts';
import type { ConfChangeV1 } from '../raft/index.ts';
import type { MemberInfo } from './api.ts';
import type { ApiErrorCode } from './errors.ts';
import { firstEightBytes } from './identity.ts';
import { internalText } from './internalText.ts';

export interface Membership {
  /** By id. */
  readonly members: readonly MemberInfo[];
  /** Ids that can never come back, ascending. */
  readonly removed: readonly Id64[];
  /** `3.6.0`; '' until the leader has decided it. */
  readonly clusterVersion: string;
}

/** etcd: --max-learners. */
const MAX_LEARNERS = 1;

/** A member as a conf change describes it. etcd: ConfigChangeContext, in JSON. */
export interface MemberContext {
  readonly peerUrls: readonly string[];
  readonly isLearner: boolean;
  /** A learner that is there becomes a voter. */
  readonly isPromote: boolean;
}

/** Nobody is known yet. */
export const EMPTY_MEMBERSHIP: Membership = { members: [], removed: [], clusterVersion: '' };

/** A cluster that was told who is in it. */
export function membershipOf(members: readonly MemberInfo[], clusterVersion: string): Membership {
  return { members: sorted(members), removed: [], clusterVersion };
}

export function findMember(membership: Membership, id: Id64): MemberInfo | undefined {
  return membership.members.find((member) => member.id === id);
}

export function votersOf(membership: Membership): readonly MemberInfo[] {
  return membership.members.filter((member) => !member.isLearner);
}

/** The id that `member add` gives: SHA-1 over the sorted peer URLs, no name, and the time. @param unixSeconds wall time */
export function addedMemberId(peerUrls: readonly string[], unixSeconds: number): Id64 {
  return firstEightBytes(sha1(utf8Encode([...peerUrls].sort(byText).join('') + String(unixSeconds))));
}

/** What goes into the context of a conf change. */
export function encodeMemberContext(member: MemberInfo, isPromote: boolean | undefined): Bytes {
  const fields = [`"id":${BigInt(`0x${member.id}`)}`, `"peerURLs":${jsonList(member.peerUrls)}`];
  if (member.isLearner) fields.push('"isLearner":true');
  if (member.name !== '') fields.push(`"name":${JSON.stringify(member.name)}`);
  if (member.clientUrls.length > 0) fields.push(`"clientURLs":${jsonList(member.clientUrls)}`);
  if (isPromote !== undefined) fields.push(`"isPromote":${isPromote}`);
  return utf8Encode(`{${fields.join(',')}}`);
}

/** What {@link encodeMemberContext} wrote. The name is left out: a member says itself what it is called, once it has started. */
export function decodeMemberContext(context: Bytes | undefined): MemberContext {
  if (context === undefined || context === '') return { peerUrls: [], isLearner: false, isPromote: false };
  const parsed = JSON.parse(utf8Decode(context)) as { peerURLs?: string[] | null; isLearner?: boolean; isPromote?: boolean };
  return { peerUrls: parsed.peerURLs ?? [], isLearner: parsed.isLearner === true, isPromote: parsed.isPromote === true };
}

/** Why a committed change is not made. Looked at by every member when it applies the entry; undefined = it is made. */
export function changeRefusal(membership: Membership, change: ConfChangeV1, context: MemberContext): ApiErrorCode | undefined {
  const { nodeId: id } = change;
  const member = findMember(membership, id);
  if (membership.removed.includes(id)) return 'memberNotFound';
  switch (change.type) {
    case 'ConfChangeAddNode':
    case 'ConfChangeAddLearnerNode':
      if (context.isPromote) {
        if (member === undefined) return 'memberNotFound';
        return member.isLearner ? undefined : 'memberNotLearner';
      }
      if (member !== undefined) return 'memberExists';
      if (isUrlUsed(membership, context.peerUrls, id)) return 'peerUrlExists';
      if (change.type === 'ConfChangeAddNode') return undefined;
      return membership.members.filter((other) => other.isLearner).length + 1 > MAX_LEARNERS ? 'tooManyLearners' : undefined;
    case 'ConfChangeRemoveNode':
      return member === undefined ? 'memberNotFound' : undefined;
    case 'ConfChangeUpdateNode':
      if (member === undefined) return 'memberNotFound';
      return isUrlUsed(membership, context.peerUrls, id) ? 'peerUrlExists' : undefined;
  }
}

/** etcd's own words for a refusal, as its log has them. */
export function changeRefusalText(membership: Membership, id: Id64, code: ApiErrorCode): string {
  const isRemoved = code === 'memberNotFound' && membership.removed.includes(id);
  return isRemoved ? 'membership: ID removed' : internalText(code);
}

/** The members after a change that was not refused. */
export function changeMembers(membership: Membership, change: ConfChangeV1, context: MemberContext): Membership {
  const { nodeId: id } = change;
  const others = membership.members.filter((member) => member.id !== id);
  const member = findMember(membership, id);
  switch (change.type) {
    case 'ConfChangeAddNode':
    case 'ConfChangeAddLearnerNode': {
      if (context.isPromote && member !== undefined) {
        return { ...membership, members: sorted([...others, { ...member, isLearner: false }]) };
      }
      const isLearner = change.type === 'ConfChangeAddLearnerNode';
      const added: MemberInfo = { id, name: '', peerUrls: context.peerUrls, clientUrls: [], isLearner };
      return { ...membership, members: sorted([...others, added]) };
    }
    case 'ConfChangeRemoveNode':
      return { ...membership, members: others, removed: [...membership.removed, id].sort(byText) };
    case 'ConfChangeUpdateNode':
      if (member === undefined) return membership;
      return { ...membership, members: sorted([...others, { ...member, peerUrls: context.peerUrls }]) };
  }
}

/** A member has said what it is called and where it listens. One that is not there (any more) says nothing. */
export function publishMember(membership: Membership, id: Id64, name: string, clientUrls: readonly string[]): Membership {
  const members = membership.members.map((member) => (member.id === id ? { ...member, name, clientUrls } : member));
  return { ...membership, members };
}

/** May a voter be added: would those that have started still be a quorum? */
export function hasStartedQuorumWithOneMore(membership: Membership): boolean {
  const voters = votersOf(membership);
  const started = voters.filter(isStarted).length;
  // The second member of a cluster of one may be added before the first of them is known to have started: recovery.
  if (started === 1 && voters.length === 1) return true;
  return started >= quorumOf(voters.length + 1);
}

/** May a voter be removed: would those that have started be a quorum of the rest? */
export function hasStartedQuorumWithout(membership: Membership, id: Id64): boolean {
  const rest = votersOf(membership).filter((member) => member.id !== id);
  return rest.length > 0 && rest.filter(isStarted).length >= quorumOf(rest.length);
}

/** May a learner be promoted? It counts as a voter that has started. */
export function hasStartedQuorumWhenPromoted(membership: Membership): boolean {
  const voters = votersOf(membership);
  return voters.filter(isStarted).length + 1 >= quorumOf(voters.length + 1);
}

/** How many of `count` voters make a quorum. */
export function quorumOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** As etcd's logs print a member. */
export function describeMember(member: MemberInfo): string {
  const id = BigInt(`0x${member.id}`).toString(16);
  const raft = `{PeerURLs:[${member.peerUrls.join(' ')}] IsLearner:${member.isLearner}}`;
  return `{ID:${id} RaftAttributes:${raft} Attributes:{Name:${member.name} ClientURLs:[${member.clientUrls.join(' ')}]}}`;
}

/** Has it said what it is called? */
export function isStarted(member: MemberInfo): boolean {
  return member.name !== '';
}

function isUrlUsed(membership: Membership, urls: readonly string[], except: Id64): boolean {
  return membership.members.some((member) => member.id !== except && member.peerUrls.some((url) => urls.includes(url)));
}

function sorted(members: readonly MemberInfo[]): readonly MemberInfo[] {
  return [...members].sort((a, b) => byText(a.id, b.id));
}

function jsonList(texts: readonly string[]): string {
  return JSON.stringify(texts);
}
