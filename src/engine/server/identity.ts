/** Who is who: member and cluster ids as etcd computes them from the start configuration (etcd-io/etcd:server/etcdserver/api/membership). */
import { byText, hexEncode, type Id64, sha1, utf8Encode } from '../../base/index.ts';
import type { MemberInfo } from './api.ts';

/** How a member of a new cluster introduces itself. */
export interface MemberAddress {
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
}

/** A cluster as all its members know it from the start. */
export interface ClusterIdentity {
  readonly clusterId: Id64;
  /** In the order of the addresses. */
  readonly members: readonly MemberInfo[];
}

/**
 * Ids of a cluster that starts with these members: the first 8 bytes of SHA-1 over the sorted peer URLs and the token, and
 * for the cluster over all member ids in ascending order. `http://localhost:2380` with `etcd-cluster` is 8e9e05c52164694d.
 */
export function identifyCluster(addresses: readonly MemberAddress[], token: string): ClusterIdentity {
  const members = addresses.map((address) => ({
    id: firstEightBytes(sha1(utf8Encode([...address.peerUrls].sort(byText).join('') + token))),
    name: address.name,
    peerUrls: address.peerUrls,
    clientUrls: address.clientUrls,
    isLearner: false,
  }));
  const ids = members.map((member) => member.id).sort(byText);
  return { clusterId: firstEightBytes(sha1(ids.map(bytesOfId).join(''))), members };
}

/** The id that a hash begins with. */
export function firstEightBytes(bytes: string): Id64 {
  return hexEncode(bytes.slice(0, 8)) as Id64; // 16 hex digits
}

function bytesOfId(id: Id64): string {
  let bytes = '';
  for (let i = 0; i < 16; i += 2) bytes += String.fromCharCode(Number.parseInt(id.slice(i, i + 2), 16));
  return bytes;
}
