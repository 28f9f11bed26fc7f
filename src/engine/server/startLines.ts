/**
 * What a member writes while it starts (`spec/etcd.md` 8.2; etcd-io/etcd:server/embed/etcd.go, server/etcdserver/bootstrap.go).
 * There is no file and no socket here: paths are those that etcd would use in a data directory of the member's name, what takes
 * time in a real process takes none, and places that depend on the machine are left out.
 */
import { goDuration } from '../../base/index.ts';
import { currentRevision } from '../kv/index.ts';
import { idField, writeServerLine } from './lines.ts';
import type { AutoCompaction } from './options.ts';
import { writeNewPeer } from './peerLines.ts';
import type { LineField } from './serverLine.ts';
import type { Member, MemberConfig } from './state.ts';

/** etcd: server version. */
const VERSION = '3.6.14';
const SINGLE_PORT = 'Running http and grpc server on single port. This is not recommended for production.';

/** Everything up to the start of Raft. To be called before Raft's lines are taken. @param isFirst it has nothing on its disk */
export function writeLinesBeforeRaft(member: Member, isFirst: boolean, hasSnapshot: boolean): void {
  const { config } = member;
  const { name, clientUrls } = config.attributes;
  const dir = dataDir(config);
  const write = (level: 'info' | 'warn', message: string, fields: readonly LineField[] = [], logger = '') =>
    member.outputs.push({ type: 'log', line: { level, logger, message, fields } });
  write('warn', SINGLE_PORT);
  write('info', 'Running: ', [['args', ['etcd', `--name=${name}`, `--initial-cluster=${initialCluster(config)}`]]]);
  if (isFirst)
    write('info', 'Initialize and start etcd server', [
      ['data-dir', dir],
      ['dir-type', 'empty'],
    ]);
  else
    write('info', 'server has already been initialized', [
      ['data-dir', dir],
      ['dir-type', 'member'],
    ]);
  write('warn', SINGLE_PORT);
  write('info', 'configuring peer listeners', [['listen-peer-urls', ownPeerUrls(config)]]);
  write('info', 'configuring client listeners', [['listen-client-urls', clientUrls]]);
  write('info', 'starting an etcd server', serverFields(config, isFirst));
  write(
    'info',
    `Opening db file (${dir}/member/snap/db) with mode -rw------- and with options: {Timeout: 0s, NoGrowSync: false, NoFreelistSync: true, PreLoadFreelist: false, FreelistType: hashmap, ReadOnly: false, MmapFlags: 8000, InitialMmapSize: 10737418240, PageSize: 0, NoSync: false, OpenFile: 0x0, Mlock: false, Logger: *zap.Logger}`,
    [],
    'bbolt',
  );
  write('info', `Opening bbolt db (${dir}/member/snap/db) successfully`, [], 'bbolt');
  write('info', 'opened backend db', [
    ['path', `${dir}/member/snap/db`],
    ['took', '0s'],
  ]);
  write('info', 'restore consistentIndex', [['index', member.appliedIndex]]);
  if (!isFirst) {
    if (!hasSnapshot) write('info', 'No snapshot found. Recovering WAL from scratch!');
    else {
      write('info', 'recovered v2 store from snapshot', [['snapshot-index', member.diskSnapshotIndex]]);
      const indexes: LineField[] = [
        ['consistent-index', member.appliedIndex],
        ['snapshot-index', member.diskSnapshotIndex],
      ];
      write('info', 'Skipping snapshot backend', indexes);
    }
    write('info', 'recovered v3 backend');
    write('info', 'Bootstrapping WAL from snapshot');
    const commit = member.raft.log.committed;
    write('info', 'restarting local member', [...whose(config), ['commit-index', commit]]);
  }
  write('info', 'bootstrapping cluster');
  write('info', 'bootstrapping storage');
  write('info', 'bootstrapping raft');
  if (isFirst) {
    const [cluster, local] = whose(config);
    write('info', 'starting local member', [local, cluster]);
  }
  write('info', 'bootstrap successfully');
}

/** From there to the first tick. */
export function writeLinesAfterRaft(member: Member): void {
  const { config } = member;
  writeServerLine(member, 'warn', 'simple token is not cryptographically signed');
  writeServerLine(member, 'info', 'kvstore restored', [['current-rev', currentRevision(member.kv)]]);
  writeServerLine(member, 'info', 'enabled backend quota with default value', [
    ['quota-name', 'v3-applier'],
    ['quota-size-bytes', 2_147_483_648],
    ['quota-size', '2.1 GB'],
  ]);
  const known = member.membership.members.length > 0 ? member.membership.members : config.cluster.members;
  for (const peer of known) if (peer.id !== config.id) writeNewPeer(member, peer);
  const version = member.membership.clusterVersion;
  writeServerLine(member, 'info', 'starting etcd server', [
    idField('local-member-id', config.id),
    ['local-server-version', VERSION],
    ['cluster-version', version === '' ? 'to_be_decided' : version.split('.').slice(0, 2).join('.')],
  ]);
  writeServerLine(member, 'info', 'now serving peer/client/metrics', [
    idField('local-member-id', config.id),
    ['initial-advertise-peer-urls', ownPeerUrls(config)],
    ['listen-peer-urls', ownPeerUrls(config)],
    ['advertise-client-urls', config.attributes.clientUrls],
    ['listen-client-urls', config.attributes.clientUrls],
    ['listen-metrics-urls', []],
  ]);
  for (const url of ownPeerUrls(config)) {
    writeServerLine(member, 'info', 'serving peer traffic', [['address', addressOf(url)]]);
    writeServerLine(member, 'info', 'cmux::serve', [['address', addressOf(url)]]);
  }
  for (const [folder, suffix] of [
    ['snap', 'snap.db'],
    ['snap', 'snap'],
    ['wal', 'wal'],
  ] as const) {
    const fields: LineField[] = [
      ['dir', `${dataDir(config)}/member/${folder}`],
      ['suffix', suffix],
      ['max', 5],
      ['interval', '30s'],
    ];
    writeServerLine(member, 'info', 'started to purge file', fields);
  }
  if (member.mayAdvanceTicks && known.length > 1) {
    const ticks: LineField[] = [idField('local-member-id', config.id), ['election-ticks', 10]];
    writeServerLine(member, 'info', 'starting initial election tick advance', ticks);
  }
}

/** A member that is known under its name serves clients. */
export function writeServingLines(member: Member): void {
  writeServerLine(member, 'info', 'ready to serve client requests');
  writeServerLine(member, 'info', 'grpc service status changed', [
    ['service', ''],
    ['status', 'SERVING'],
  ]);
  writeServerLine(member, 'info', 'notifying init daemon');
  writeServerLine(member, 'info', 'successfully notified init daemon');
  for (const url of member.config.attributes.clientUrls) {
    writeServerLine(member, 'info', 'serving client traffic insecurely; this is strongly discouraged!', [
      ['traffic', 'grpc+http'],
      ['address', addressOf(url)],
    ]);
  }
}

function serverFields(config: MemberConfig, isFirst: boolean): LineField[] {
  const { name, clientUrls } = config.attributes;
  const dir = dataDir(config);
  const isNew = isFirst && !config.isJoining;
  return [
    ['etcd-version', VERSION],
    ['member-initialized', !isFirst],
    ['name', name],
    ['data-dir', dir],
    ['wal-dir', ''],
    ['wal-dir-dedicated', ''],
    ['member-dir', `${dir}/member`],
    ['force-new-cluster', false],
    ['heartbeat-interval', '100ms'],
    ['election-timeout', '1s'],
    ['initial-election-tick-advance', true],
    ['snapshot-count', config.snapshotCount],
    ['max-wals', 5],
    ['max-snapshots', 5],
    ['snapshot-catchup-entries', config.catchUpEntries],
    ['initial-advertise-peer-urls', ownPeerUrls(config)],
    ['listen-peer-urls', ownPeerUrls(config)],
    ['advertise-client-urls', clientUrls],
    ['listen-client-urls', clientUrls],
    ['listen-metrics-urls', []],
    ['experimental-local-address', ''],
    ['cors', ['*']],
    ['host-whitelist', ['*']],
    ['initial-cluster', isFirst ? initialCluster(config) : ''],
    ['initial-cluster-state', isNew ? 'new' : 'existing'],
    ['initial-cluster-token', isFirst ? 'etcd-cluster' : ''],
    ['quota-backend-bytes', 2_147_483_648],
    ['max-request-bytes', 1_572_864],
    ['max-concurrent-streams', 4_294_967_295],
    ['pre-vote', config.preVote],
    ['feature-gates', (config.options?.featureGates ?? []).map((gate) => `${gate}=true`).join(',')],
    ['initial-corrupt-check', false],
    ['corrupt-check-time-interval', '0s'],
    ['compact-check-time-interval', '1m0s'],
    ...compactionFields(config.options?.autoCompaction),
    ['discovery-url', ''],
    ['discovery-proxy', ''],
    ['discovery-token', ''],
    ['discovery-endpoints', ''],
    ['discovery-dial-timeout', '2s'],
    ['discovery-request-timeout', '5s'],
    ['discovery-keepalive-time', '2s'],
    ['discovery-keepalive-timeout', '6s'],
    ['discovery-insecure-transport', true],
    ['discovery-insecure-skip-tls-verify', false],
    ['discovery-cert', ''],
    ['discovery-key', ''],
    ['discovery-cacert', ''],
    ['discovery-user', ''],
    ['downgrade-check-interval', '5s'],
    ['max-learners', 1],
    ['v2-deprecation', 'write-only'],
  ];
}

/** A count of revisions is shown as a time as well, in ns. */
function compactionFields(config: AutoCompaction | undefined): LineField[] {
  const kept = goDuration(config === undefined ? 0 : config.mode === 'periodic' ? config.period : config.retention / 1000);
  return [
    ['auto-compaction-mode', config?.mode ?? 'periodic'],
    ['auto-compaction-retention', kept],
    ['auto-compaction-interval', kept],
  ];
}

function whose({ cluster, id }: MemberConfig): [LineField, LineField] {
  return [idField('cluster-id', cluster.clusterId), idField('local-member-id', id)];
}

function dataDir({ attributes }: MemberConfig): string {
  return `${attributes.name}.etcd`;
}

function ownPeerUrls({ attributes }: MemberConfig): readonly string[] {
  return attributes.peerUrls;
}

function initialCluster({ cluster, isJoining, attributes }: MemberConfig): string {
  const members = cluster.members.map(({ name, peerUrls }) => `${name}=${peerUrls.join(',')}`);
  if (isJoining) members.push(`${attributes.name}=${attributes.peerUrls.join(',')}`);
  return members.join(',');
}

/** Host and port. */
function addressOf(url: string): string {
  return url.replace(/^https?:\/\//, '');
}
