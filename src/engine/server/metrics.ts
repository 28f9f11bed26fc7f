/** What a member tells about itself on its own pages (`spec/etcd.md` 7.4; etcd-io/etcd:server/etcdserver/metrics.go, server/storage/mvcc/metrics.go). */
import { formatHex, ZERO_ID } from '../../base/index.ts';
import { compactRevision, currentRevision, PLAIN_RANGE, range, slowWatcherCount } from '../kv/index.ts';
import { status, statusJson } from '../raft/index.ts';
import type { HistogramSample, InspectResponse, MetricSample } from './api.ts';
import { headerOf } from './header.ts';
import { statusOf } from './maintenance.ts';
import { boundsOf, type Histogram, type Labels } from './meters.ts';
import { type FeatureGate, isEnabled } from './options.ts';
import { linkLabels } from './peers.ts';
import { DEFAULT_QUOTA, sizeInUse } from './quota.ts';
import { commandLineOf } from './startLines.ts';
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
    histograms: [...member.meters.histograms.values()].map(sampleOf),
    commandLine: commandLineOf(member.config),
    raftStatus: statusJson(status(member.raft)),
  };
}

function metricsOf(member: Member): MetricSample[] {
  const { raft, config, kv } = member;
  const isOn = (value: boolean): number => (value ? 1 : 0);
  const one = (name: string, label: string, value: string): MetricSample => ({ name, labels: [[label, value]], value: 1 });
  const samples: Readonly<Record<string, number>> = {
    ...member.counters,
    etcd_debugging_auth_revision: member.auth.revision,
    etcd_debugging_mvcc_compact_revision: compactRevision(kv),
    etcd_debugging_mvcc_current_revision: currentRevision(kv),
    etcd_debugging_mvcc_keys_total: keyCount(member),
    etcd_debugging_mvcc_pending_events_total: 0, // what is there is sent before anybody can look
    etcd_debugging_mvcc_slow_watcher_total: slowWatcherCount(kv),
    etcd_debugging_mvcc_watch_stream_total: member.watches.size,
    etcd_debugging_mvcc_watcher_total: member.watches.size,
    etcd_disk_defrag_inflight: 0, // it takes no time
    etcd_mvcc_db_total_size_in_bytes: member.fileSize,
    etcd_mvcc_db_total_size_in_use_in_bytes: sizeInUse(kv),
    etcd_server_has_leader: isOn(raft.lead !== ZERO_ID),
    etcd_server_is_leader: isOn(raft.lead === config.id),
    etcd_server_is_learner: isOn(raft.isLearner),
    etcd_server_proposals_applied_total: member.appliedIndex,
    etcd_server_proposals_committed_total: raft.log.committed,
    etcd_server_proposals_pending: member.writes.size,
    etcd_server_quota_backend_bytes: config.quotaBytes || DEFAULT_QUOTA, // below 0: it is switched off
    etcd_server_snapshot_apply_in_progress_total: 0, // nor does that
  };
  return [
    ...Object.entries(samples).map(([name, value]): MetricSample => ({ name, labels: [], value })),
    ...member.meters.counts.values(),
    ...knownPeers(member),
    ...features(member),
    ...clusterVersion(member),
    one('etcd_server_id', 'server_id', formatHex(config.id)),
    one('etcd_server_version', 'server_version', statusOf(member).version),
  ];
}

function keyCount({ kv }: Member): number {
  const all = range(kv, { ...PLAIN_RANGE, key: '\0', rangeEnd: '\0', countOnly: true });
  return all.ok ? all.value.count : 0;
}

/** Members, this one included, and those that were. */
function knownPeers(member: Member): MetricSample[] {
  const { members, removed } = member.membership;
  const sample = (id: Member['config']['id'], value: number): MetricSample => ({
    name: 'etcd_network_known_peers',
    labels: linkLabels(member, id),
    value,
  });
  return [...members.map(({ id }) => sample(id, 1)), ...removed.map((id) => sample(id, 0))];
}

/** etcd's gates, and those of them that are open by default. */
const GATES: readonly (readonly [name: string, stage: 'ALPHA' | 'BETA', isOpen: boolean])[] = [
  ['AllAlpha', 'ALPHA', false],
  ['AllBeta', 'BETA', false],
  ['CompactHashCheck', 'ALPHA', false],
  ['InitialCorruptCheck', 'ALPHA', false],
  ['LeaseCheckpoint', 'ALPHA', false],
  ['LeaseCheckpointPersist', 'ALPHA', false],
  ['SetMemberLocalAddr', 'ALPHA', false],
  ['StopGRPCServiceOnDefrag', 'ALPHA', false],
  ['TxnModeWriteWithSharedBuffer', 'BETA', true],
];

function features({ config }: Member): MetricSample[] {
  return GATES.map(([name, stage, isOpen]) => {
    const labels: Labels = [
      ['name', name],
      ['stage', stage],
    ];
    const value = isOpen || isEnabled(config.options, name as FeatureGate) ? 1 : 0; // a name that is none is never enabled
    return { name: 'etcd_server_feature_enabled', labels, value };
  });
}

/** Nothing while it is not decided. */
function clusterVersion({ membership }: Member): MetricSample[] {
  const version = membership.clusterVersion.split('.').slice(0, 2).join('.');
  return version === '' ? [] : [{ name: 'etcd_cluster_version', labels: [['cluster_version', version]], value: 1 }];
}

function sampleOf({ name, labels, counts, count, sum }: Histogram): HistogramSample {
  let below = 0;
  const buckets = boundsOf(name).map((bound, i) => {
    below += counts[i] ?? 0;
    return [bound, below] as const;
  });
  return { name, labels, buckets, count, sum };
}
