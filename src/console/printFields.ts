/** The `fields` writer: a line for each field, `"Name" : value`. spec/etcd.md 6.2 */
import { type Bytes, formatDecimal, formatHex, type Id64, utf8Encode } from '../base/index.ts';
import type { HashKvResponse, KeyValue, MemberInfo, ResponseHeader, StatusResponse, WatchEvent } from '../engine/server/api.ts';
import { goQuote } from './goText.ts';
import { type EndpointAnswer, type EndpointHealth, type PrintedResponse, tookText } from './printed.ts';
import { formatLease } from './printJson.ts';

/** undefined where etcdctl has no such form. */
export function printFields(response: PrintedResponse, isHex: boolean): Bytes | undefined {
  const header = fieldsHeader(response.header, isHex);
  const lease = (id: Id64): Bytes => `"ID" : ${isHex ? id : formatLease(id)}\n`;
  switch (response.type) {
    case 'range': {
      const pairs = response.kvs.map((kv) => fieldsPair('', kv, isHex)).join('');
      return `${header}${pairs}"More" : ${response.more}\n"Count" : ${response.count}\n`;
    }
    case 'put':
      return `${header}${response.prevKv === undefined ? '' : fieldsPair('Prev', response.prevKv, isHex)}`;
    case 'deleteRange':
      return `${header}"Deleted" : ${response.deleted}\n${response.prevKvs.map((kv) => fieldsPair('Prev', kv, isHex)).join('')}`;
    case 'txn': {
      const inner = response.responses.map((one) => printFields(one, isHex) ?? '').join('');
      return `${header}"Succeeded" : ${response.succeeded}\n${inner}`;
    }
    case 'memberList':
      return header + response.members.map((member) => fieldsMember(member, isHex)).join('');
    case 'watch':
      return header + response.events.map((event) => fieldsEvent(event, isHex)).join('');
    case 'leaseGrant':
    case 'leaseKeepAlive':
      return `${header}${lease(response.id)}"TTL" : ${response.ttl}\n`;
    case 'leaseTimeToLive': {
      const keys = response.keys.map((key) => `"Key" : ${goQuote(key)}\n`).join('');
      return `${header}${lease(response.id)}"TTL" : ${response.ttl}\n"GrantedTTL" : ${response.grantedTtl}\n${keys}`;
    }
    case 'leaseLeases':
      return header + response.leases.map(lease).join('');
    case 'alarm': {
      const id = isHex ? formatHex : formatDecimal;
      const alarms = response.alarms.map(
        ({ memberId, alarm }) => `"MemberID" : ${id(memberId)}\n"AlarmType" : ${String(alarm).toUpperCase()}\n\n`,
      );
      return header + alarms.join('');
    }
    case 'authRoleList':
      return `${header}"Roles" :${response.roles.map((role) => ` ${goQuote(role)}`).join('')}\n`;
    case 'authRoleGet': {
      const permissions = response.permissions.map(
        ({ access, key, rangeEnd }) =>
          `"PermType" :  ${String(access).toUpperCase()}\n"Key" : ${goQuote(key)}\n"RangeEnd" : ${goQuote(rangeEnd)}\n`,
      );
      return header + permissions.join('');
    }
    case 'leaseRevoke':
    case 'authRoleAdd':
    case 'authRoleDelete':
    case 'authRoleGrantPermission':
    case 'authRoleRevokePermission':
    case 'authUserAdd':
    case 'authUserDelete':
    case 'authUserChangePassword':
    case 'authUserGrantRole':
    case 'authUserRevokeRole':
      return header;
    default:
      return undefined;
  }
}

/** `endpoint health`. */
export function fieldsHealth(healths: readonly EndpointHealth[]): Bytes {
  return healths
    .map(
      (one) =>
        `"Endpoint" : ${goQuote(one.endpoint)}\n"Health" : ${one.error === undefined}\n"Took" : ${tookText(one)}\n"Error" : ${one.error ?? ''}\n\n`,
    )
    .join('');
}

/** `endpoint status` and `endpoint hashkv`. */
export function fieldsEndpoints(answers: readonly EndpointAnswer<StatusResponse | HashKvResponse>[], isHex: boolean): Bytes {
  return answers
    .map(({ endpoint, response }) => {
      const header = fieldsHeader(response.header, isHex);
      const name = `"Endpoint" : ${goQuote(endpoint)}\n`;
      return response.type === 'status'
        ? `${header}${fieldsStatus(response, name)}\n`
        : `${header}${name}"Hash" : ${response.hash}\n"HashRevision" : ${response.hashRevision}\n\n`;
    })
    .join('');
}

function fieldsStatus(status: StatusResponse, endpoint: Bytes): Bytes {
  const { enabled, targetVersion } = status.downgradeInfo;
  return (
    `"Version" : ${goQuote(utf8Encode(status.version))}\n` +
    `"StorageVersion" : ${goQuote(utf8Encode(status.storageVersion))}\n` +
    `"DBSize" : ${status.dbSize}\n` +
    `"DBSizeInUse" : ${status.dbSizeInUse}\n` +
    `"DBSizeQuota" : ${status.dbSizeQuota}\n` +
    `"Leader" : ${formatDecimal(status.leader)}\n` +
    `"IsLearner" : ${status.isLearner}\n` +
    `"RaftIndex" : ${status.raftIndex}\n` +
    `"RaftTerm" : ${status.raftTerm}\n` +
    `"RaftAppliedIndex" : ${status.raftAppliedIndex}\n` +
    `"Errors" : [${utf8Encode(status.errors.join(' '))}]\n` +
    endpoint +
    `"DowngradeTargetVersion" : ${goQuote(utf8Encode(targetVersion))}\n` +
    `"DowngradeEnabled" : ${enabled}\n`
  );
}

function fieldsHeader(header: ResponseHeader, isHex: boolean): Bytes {
  const id = isHex ? formatHex : formatDecimal;
  const revision = header.revision > 0 ? `"Revision" : ${header.revision}\n` : '';
  return `"ClusterID" : ${id(header.clusterId)}\n"MemberID" : ${id(header.memberId)}\n${revision}"RaftTerm" : ${header.raftTerm}\n`;
}

function fieldsPair(prefix: '' | 'Prev', kv: KeyValue, isHex: boolean): Bytes {
  return (
    `"${prefix}Key" : ${goQuote(kv.key)}\n` +
    `"${prefix}CreateRevision" : ${kv.createRevision}\n` +
    `"${prefix}ModRevision" : ${kv.modRevision}\n` +
    `"${prefix}Version" : ${kv.version}\n` +
    `"${prefix}Value" : ${goQuote(kv.value)}\n` +
    `"${prefix}Lease" : ${isHex ? kv.lease : formatLease(kv.lease)}\n`
  );
}

function fieldsEvent(event: WatchEvent, isHex: boolean): Bytes {
  const previous = event.prevKv === undefined ? '' : fieldsPair('Prev', event.prevKv, isHex);
  return `"Type" : ${event.type === 'put' ? 'PUT' : 'DELETE'}\n${previous}${fieldsPair('', event.kv, isHex)}`;
}

function fieldsMember(member: MemberInfo, isHex: boolean): Bytes {
  const peers = member.peerUrls.map((url) => `"PeerURL" : ${goQuote(utf8Encode(url))}\n`).join('');
  const clients = member.clientUrls.map((url) => `"ClientURL" : ${goQuote(utf8Encode(url))}\n`).join('');
  const id = isHex ? formatHex(member.id) : formatDecimal(member.id);
  return `"ID" : ${id}\n"Name" : ${goQuote(utf8Encode(member.name))}\n${peers}${clients}"IsLearner" : ${member.isLearner}\n\n`;
}
