/**
 * Entries that members write of their own accord: who they are, and which version the cluster has
 * (etcd-io/etcd:api/etcdserverpb/raft_internal.proto, api/membershippb/membership.proto).
 */
import {
  type Bytes,
  bytesField,
  formatHex,
  type Id64,
  messageField,
  readFields,
  utf8Decode,
  utf8Encode,
  varintField,
  ZERO_ID,
} from '../../base/index.ts';
import { internalText } from './internalText.ts';
import { idField, whoseLine, writeServerLine } from './lines.ts';
import { publishMember } from './membership.ts';
import { writeUnknownVersion } from './peerLines.ts';
import { isReplay } from './replay.ts';
import { nextRequestId } from './requestId.ts';
import { writeServingLines } from './startLines.ts';
import type { Member } from './state.ts';
import { REQUEST_TIMEOUT, timeoutReason } from './timeouts.ts';

export type ClusterCommand =
  | { readonly type: 'clusterVersion'; readonly requestId: Id64; readonly version: string }
  | {
      readonly type: 'memberAttributes';
      readonly requestId: Id64;
      readonly id: Id64;
      readonly name: string;
      readonly clientUrls: readonly string[];
    };

const HEADER = 100;
/** The tag of the header, length-delimited: these entries begin with it. */
const HEADER_TAG: Bytes = '\xa2\x06';
const CLUSTER_VERSION = 1300;
const MEMBER_ATTRIBUTES = 1301;
/** What our members are. */
const CLUSTER_VERSION_TEXT = '3.6.0';
/** What their stores are, and what a new one is until its cluster has a version. */
export const STORAGE_VERSION = '3.6.0';
export const OLD_STORAGE_VERSION = '3.5.0';
/** etcd: monitorVersionInterval, 4 s: in virtual µs, and in ticks. */
const VERSION_INTERVAL = 4_000_000;
const VERSION_TICKS = 40;

/** The data of an entry. */
function encodeClusterCommand(command: ClusterCommand): Bytes {
  const header = messageField(HEADER, varintField(1, command.requestId));
  if (command.type === 'clusterVersion') {
    return header + messageField(CLUSTER_VERSION, bytesField(1, utf8Encode(command.version)));
  }
  const attributes =
    bytesField(1, utf8Encode(command.name)) + command.clientUrls.map((url) => bytesField(2, utf8Encode(url))).join('');
  return header + messageField(MEMBER_ATTRIBUTES, varintField(1, command.id) + messageField(2, attributes));
}

/** Undefined for an entry of another kind. */
export function decodeClusterCommand(data: Bytes): ClusterCommand | undefined {
  if (!data.startsWith(HEADER_TAG)) return undefined; // requests of clients begin with what they ask
  const fields = readFields(data);
  const body = fields.find(({ field }) => field === CLUSTER_VERSION || field === MEMBER_ATTRIBUTES);
  if (body === undefined) return undefined;
  const header = fields.find(({ field }) => field === HEADER);
  const requestId = header === undefined ? ZERO_ID : (readFields(header.bytes)[0]?.id ?? ZERO_ID);
  const parts = readFields(body.bytes);
  if (body.field === CLUSTER_VERSION) return { type: 'clusterVersion', requestId, version: utf8Decode(parts[0]?.bytes ?? '') };
  const id = parts.find(({ field }) => field === 1)?.id ?? ZERO_ID;
  const attributes = readFields(parts.find(({ field }) => field === 2)?.bytes ?? '');
  const texts = (wanted: number) => attributes.filter(({ field }) => field === wanted).map(({ bytes }) => utf8Decode(bytes));
  return { type: 'memberAttributes', requestId, id, name: texts(1)[0] ?? '', clientUrls: texts(2) };
}

/** Applies one; every member does the same. */
export function applyClusterCommand(member: Member, command: ClusterCommand): void {
  if (command.type === 'clusterVersion') {
    setClusterVersion(member, command.version);
    return;
  }
  if (member.membership.removed.includes(command.id)) {
    writeServerLine(member, 'warn', 'skipped attributes update of removed member', [
      ...whoseLine(member),
      idField('updated-peer-id', command.id),
    ]);
  }
  member.membership = publishMember(member.membership, command.id, command.name, command.clientUrls);
  if (member.publication?.requestId !== command.requestId) return;
  member.publication = undefined;
  writeServerLine(member, 'info', 'published local member to cluster through raft', [
    ['local-member-id', formatHex(member.config.id)],
    ['local-member-attributes', `{Name:${command.name} ClientURLs:[${command.clientUrls.join(' ')}]}`],
    ['cluster-id', formatHex(member.config.cluster.clusterId)],
    ['publish-timeout', '7s'],
  ]);
  writeServingLines(member);
}

/** Says, by way of the log, what this member is called; again if nothing comes of it. */
export function publish(member: Member): void {
  const requestId = nextRequestId(member);
  const { name, clientUrls } = member.config.attributes;
  member.publication = { requestId, proposedAt: member.now };
  proposeCluster(member, { type: 'memberAttributes', requestId, id: member.config.id, name, clientUrls });
}

/** The leader asks all others for their versions, from time to time and when its term begins; those that are down do not say. */
export function watchVersions(member: Member): void {
  const { membership, config, peers, raft } = member;
  if (raft.role !== 'StateLeader') return;
  for (const peer of membership.members) if (peer.id !== config.id && !peers.has(peer.id)) writeUnknownVersion(member, peer);
  decideClusterVersion(member);
}

/** The leader decides which version the cluster has, once it has committed something. */
function decideClusterVersion(member: Member): void {
  if (member.config.boot === 'lean' || member.raft.role !== 'StateLeader' || member.membership.clusterVersion !== '') return;
  writeServerLine(member, 'info', 'setting up initial cluster version using v3 API', [['cluster-version', '3.6']]);
  proposeCluster(member, { type: 'clusterVersion', requestId: nextRequestId(member), version: CLUSTER_VERSION_TEXT });
}

/** A tenth of a second has passed. */
export function tickCluster(member: Member): void {
  const { publication } = member;
  if (publication !== undefined && member.now - publication.proposedAt >= REQUEST_TIMEOUT) {
    writeServerLine(member, 'warn', 'failed to publish local member to cluster through raft', [
      ['local-member-id', formatHex(member.config.id)],
      [
        'local-member-attributes',
        `{Name:${member.config.attributes.name} ClientURLs:[${member.config.attributes.clientUrls.join(' ')}]}`,
      ],
      ['publish-timeout', '7s'],
      ['error', internalText(timeoutReason(member, publication.proposedAt))],
    ]);
    member.waitingProposals = member.waitingProposals.filter(({ requestId }) => requestId !== publication.requestId);
    publish(member);
  }
  if (member.ticks % VERSION_TICKS === 0) watchVersions(member);
  if (member.storageVersionDue !== undefined && member.now >= member.storageVersionDue) {
    member.storageVersionDue = undefined;
    raiseStorageVersion(member);
  }
}

function proposeCluster(member: Member, command: ClusterCommand): void {
  const data = encodeClusterCommand(command);
  member.waitingProposals = [...member.waitingProposals, { requestId: command.requestId, call: 0, data }];
}

function setClusterVersion(member: Member, version: string): void {
  const before = shortVersion(member.membership.clusterVersion);
  member.membership = { ...member.membership, clusterVersion: version };
  const short = shortVersion(version);
  if (isReplay(member) || before !== '') {
    writeServerLine(member, 'info', 'updated cluster version', [
      ...whoseLine(member),
      ['from', isReplay(member) ? short : before],
      ['to', short],
    ]);
    return;
  }
  writeServerLine(member, 'info', 'set initial cluster version', [...whoseLine(member), ['cluster-version', short]]);
  writeServerLine(member, 'info', 'enabled capabilities for version', [['cluster-version', short]]);
  if (member.raft.role === 'StateLeader') {
    writeServerLine(member, 'info', 'cluster version is updated', [['cluster-version', short]]);
  }
  if (!member.config.isJoining) {
    raiseStorageVersion(member);
    return;
  }
  // The history comes at once, and with it the version: the store that is asked has not yet been written to.
  const error = 'missing term information';
  writeServerLine(member, 'warn', 'Failed to detect schema version', [['error', error]]);
  writeServerLine(member, 'error', 'failed to update storage version', [
    ['cluster-version', version],
    ['error', `cannot detect storage schema version: ${error}`],
  ]);
  member.storageVersionDue = member.now + VERSION_INTERVAL;
}

/** A new store has the version before; it is raised as soon as the cluster has its own. */
function raiseStorageVersion(member: Member): void {
  writeServerLine(member, 'info', 'cluster version differs from storage version.', [
    ['cluster-version', member.membership.clusterVersion],
    ['storage-version', OLD_STORAGE_VERSION],
  ]);
  writeServerLine(member, 'info', 'updated storage version', [['new-storage-version', STORAGE_VERSION]]);
}

/** Major and minor. */
function shortVersion(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
