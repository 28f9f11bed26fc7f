/** What a member tells about itself on its own pages (`spec/etcd.md` 7.4; etcd-io/etcd:server/etcdserver/metrics.go, server/storage/mvcc/metrics.go). */
import { byText, formatHex, ZERO_ID } from '../../base/index.ts';
import { compactRevision, currentRevision, slowWatcherCount } from '../kv/index.ts';
import type { AlarmMember, InspectResponse, MetricSample } from './api.ts';
import { headerOf } from './header.ts';
import { statusOf } from './maintenance.ts';
import { quotaOf, sizeInUse } from './quota.ts';
import type { Member } from './state.ts';

/** Everything at once, as it is now. */
export function inspectionOf(member: Member): InspectResponse {
  const { version, storageVersion, isLearner } = statusOf(member);
  return {
    type: 'inspect',
    header: headerOf(member),
    wallTime: member.config.epoch + Math.floor(member.now / 1000),
    version,
    clusterVersion: member.membership.clusterVersion,
    storageVersion,
    hasLeader: member.raft.lead !== ZERO_ID,
    isLearner,
    alarms: member.alarms,
    metrics: metricsOf(member),
  };
}

/** In the order of their names. */
function metricsOf(member: Member): MetricSample[] {
  const { raft, config } = member;
  const isOn = (value: boolean): number => (value ? 1 : 0);
  const id = formatHex(config.id);
  const samples: Readonly<Record<string, number>> = {
    ...member.counters,
    etcd_debugging_mvcc_compact_revision: compactRevision(member.kv),
    etcd_debugging_mvcc_current_revision: currentRevision(member.kv),
    etcd_debugging_mvcc_slow_watcher_total: slowWatcherCount(member.kv),
    etcd_debugging_mvcc_watch_stream_total: member.watches.size,
    etcd_debugging_mvcc_watcher_total: member.watches.size,
    etcd_disk_defrag_inflight: 0,
    etcd_mvcc_db_total_size_in_bytes: member.fileSize,
    etcd_mvcc_db_total_size_in_use_in_bytes: sizeInUse(member.kv),
    etcd_server_has_leader: isOn(raft.lead !== ZERO_ID),
    etcd_server_is_leader: isOn(raft.lead === config.id),
    etcd_server_is_learner: isOn(raft.isLearner),
    etcd_server_proposals_applied_total: member.appliedIndex,
    etcd_server_proposals_committed_total: raft.log.committed,
    etcd_server_proposals_pending: member.writes.size + member.configurations.size,
    etcd_server_quota_backend_bytes: quotaOf(member),
  };
  const plain = Object.entries(samples).map(([name, value]): MetricSample => ({ name, labels: [], value }));
  const told: readonly MetricSample[] = [
    { name: 'etcd_server_id', labels: [['server_id', id]], value: 1 },
    ...clusterVersionOf(member),
    ...member.alarms.map(alarmSample),
    ...[...member.peers.keys()].sort(byText).map((peer) => peerSample(id, formatHex(peer))),
    { name: 'etcd_server_version', labels: [['server_version', statusOf(member).version]], value: 1 },
  ];
  return [...plain, ...told].sort((a, b) => byText(a.name, b.name));
}

/** Nothing while it is not decided. */
function clusterVersionOf({ membership }: Member): MetricSample[] {
  const version = membership.clusterVersion.split('.').slice(0, 2).join('.');
  return version === '' ? [] : [{ name: 'etcd_cluster_version', labels: [['cluster_version', version]], value: 1 }];
}

function alarmSample({ memberId, alarm }: AlarmMember): MetricSample {
  const labels = [
    ['alarm_type', alarm.toUpperCase()],
    ['server_id', formatHex(memberId)],
  ] as const;
  return { name: 'etcd_debugging_server_alarms', labels, value: 1 };
}

function peerSample(local: string, remote: string): MetricSample {
  const labels = [
    ['Local', local],
    ['Remote', remote],
  ] as const;
  return { name: 'etcd_network_active_peers', labels, value: 1 };
}
