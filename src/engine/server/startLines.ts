/**
 * What a member writes while it starts (`spec/etcd.md` 8.2; etcd-io/etcd:server/embed/etcd.go, server/etcdserver/bootstrap.go).
 * There is no file and no socket here: paths are those that etcd would use in a data directory of the member's name, what takes
 * time in a real process takes none, and places that depend on the machine are left out.
 */
import { goDuration } from '../../base/index.ts';
import { currentRevision } from '../kv/index.ts';
import { idField, sizeFields, whoseLine, writeServerLine } from './lines.ts';
import { describeMember } from './membership.ts';
import { type AutoCompaction, isEnabled } from './options.ts';
import { writeNewPeer, writeNewRemote } from './peerLines.ts';
import { DEFAULT_QUOTA, sizeInUse } from './quota.ts';
import type { LineField } from './serverLine.ts';
import type { Member, MemberConfig } from './state.ts';

/** etcd: server version. */
const VERSION = '3.6.14';
const UNKEPT = 'Detected that checkpointing is enabled without persistence. Consider enabling feature gate LeaseCheckpointPersist';
const SINGLE_PORT = 'Running http and grpc server on single port. This is not recommended for production.';

/** How the process was started. */
export function commandLineOf(config: MemberConfig): readonly string[] {
  const words = ['etcd', `--name=${config.attributes.name}`, `--initial-cluster=${initialCluster(config)}`];
  return config.isJoining ? [...words, '--initial-cluster-state=existing'] : words;
}

/** Everything up to the start of Raft. To be called before Raft's lines are taken. @param isFirst it has nothing on its disk */
export function writeLinesBeforeRaft(member: Member, isFirst: boolean, hasSnapshot: boolean): void {
  const { config } = member;
  const { clientUrls } = config.attributes;
  const dir = dataDir(config);
  const write = (level: 'info' | 'warn', message: string, fields: readonly LineField[] = [], logger = '') =>
    member.outputs.push({ type: 'log', line: { level, logger, message, fields } });
  const checkFlags = () => {
    write('warn', SINGLE_PORT);
    if (isEnabled(config.options, 'LeaseCheckpoint') && !isEnabled(config.options, 'LeaseCheckpointPersist')) write('warn', UNKEPT);
  };
  checkFlags();
  write('info', 'Running: ', [['args', commandLineOf(config)]]);
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
  checkFlags();
  write('info', 'configuring peer listeners', [['listen-peer-urls', ownPeerUrls(config)]]);
  write('info', 'configuring client listeners', [['listen-client-urls', clientUrls]]);
  write('info', 'starting an etcd server', serverFields(config, isFirst));
  writeOpenLines(member);
  // What was committed before has been applied before: etcd's store knows how far.
  const consistentIndex = isFirst ? 0 : Math.max(member.replayTo, member.diskSnapshotIndex);
  write('info', 'restore consistentIndex', [['index', consistentIndex]]);
  if (!isFirst) {
    if (!hasSnapshot) write('info', 'No snapshot found. Recovering WAL from scratch!');
    else {
      write('info', 'recovered v2 store from snapshot', [['snapshot-index', member.diskSnapshotIndex]]);
      const indexes: LineField[] = [
        ['consistent-index', consistentIndex],
        ['snapshot-index', member.diskSnapshotIndex],
      ];
      write('info', 'Skipping snapshot backend', indexes);
    }
    write('info', 'recovered v3 backend', [
      ...sizeFields('backend-size', member.fileSize),
      ...sizeFields('backend-size-in-use', sizeInUse(member.kv)),
    ]);
    write('info', 'Bootstrapping WAL from snapshot');
    write('info', 'restarting local member', [...whose(config), ['commit-index', member.replayTo]]);
  }
  write('info', 'bootstrapping cluster');
  write('info', 'bootstrapping storage');
  if (!isFirst) {
    if (!hasSnapshot) {
      for (const each of member.membership.members) {
        write('info', 'Detected member only in v3store but missing in v2store', [['member', describeMember(each)]]);
      }
    }
    writeStoredCluster(member);
  }
  write('info', 'bootstrapping raft');
  if (isFirst) {
    const [cluster, local] = whose(config);
    write('info', 'starting local member', [local, cluster]);
  }
  write('info', 'bootstrap successfully');
}

/** From there to the first tick. */
export function writeLinesAfterRaft(member: Member): void {
  const { config, tokenProvider } = member;
  if (tokenProvider.type === 'simple') writeServerLine(member, 'warn', 'simple token is not cryptographically signed');
  else if (tokenProvider.unknown.length > 0)
    writeServerLine(member, 'warn', 'unknown JWT options', [['keys', tokenProvider.unknown]]);
  writeStoreLines(member);
  writeServerLine(member, 'debug', 'Refreshing rangePermCache');
  writeQuotaLine(member);
  const known = member.membership.members.length > 0 ? member.membership.members : config.cluster.members;
  const peers = known.filter(({ id }) => id !== config.id);
  // Before its log says who is in the cluster, it asks those whom it was told of.
  if (config.isJoining && member.membership.members.length === 0) for (const peer of peers) writeNewRemote(member, peer);
  for (const peer of peers) writeNewPeer(member, peer);
  const version = member.membership.clusterVersion;
  writeServerLine(member, 'info', 'starting etcd server', [
    idField('local-member-id', config.id),
    ['local-server-version', VERSION],
    ...(version === ''
      ? ([['cluster-version', 'to_be_decided']] as const)
      : ([idField('cluster-id', config.cluster.clusterId), ['cluster-version', shortVersion(version)]] as const)),
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
    writeServerLine(member, 'info', 'starting initial election tick advance', [['election-ticks', 10]]);
  }
}

/** A member that is known under its name serves clients. */
export function writeServingLines(member: Member): void {
  writeServerLine(member, 'info', 'ready to serve client requests');
  writeServing(member);
  writeServerLine(member, 'info', 'notifying init daemon');
  writeServerLine(member, 'info', 'successfully notified init daemon');
  for (const url of member.config.attributes.clientUrls) {
    writeServerLine(member, 'info', 'serving client traffic insecurely; this is strongly discouraged!', [
      ['traffic', 'grpc+http'],
      ['address', addressOf(url)],
    ]);
  }
}

/** The service for clients is there, or there again. */
export function writeServing(member: Member): void {
  writeServerLine(member, 'info', 'grpc service status changed', [
    ['service', ''],
    ['status', 'SERVING'],
  ]);
}

/** The database's file is opened. */
export function writeOpenLines(member: Member): void {
  const path = `${dataDir(member.config)}/member/snap/db`;
  writeDbLines(member);
  writeServerLine(member, 'info', 'opened backend db', [
    ['path', path],
    ['took', '0s'],
  ]);
}

/** What the library of the database's file says when it opens one. */
export function writeDbLines({ config, outputs }: Member): void {
  const path = `${dataDir(config)}/member/snap/db`;
  const write = (message: string) => outputs.push({ type: 'log', line: { level: 'info', logger: 'bbolt', message, fields: [] } });
  write(
    `Opening db file (${path}) with mode -rw------- and with options: {Timeout: 0s, NoGrowSync: false, NoFreelistSync: true, PreLoadFreelist: false, FreelistType: hashmap, ReadOnly: false, MmapFlags: 8000, InitialMmapSize: 10737418240, PageSize: 0, NoSync: false, OpenFile: 0x0, Mlock: false, Logger: *zap.Logger}`,
  );
  write(`Opening bbolt db (${path}) successfully`);
}

/** What the store says of the key-values in it. */
export function writeStoreLines(member: Member): void {
  const compacted = member.kv.finishedCompactRevision;
  if (compacted > 0) {
    writeServerLine(member, 'info', 'restored last compact revision', [
      ['meta-bucket-name-key', 'finishedCompactRev'],
      ['restored-compact-revision', compacted],
    ]);
  }
  writeServerLine(member, 'info', 'kvstore restored', [['current-rev', currentRevision(member.kv)]]);
  // A compaction that was accepted and not finished, or that a restored store was marked with.
  const unfinished = member.kv.compactions[0];
  if (unfinished === undefined) return;
  writeServerLine(member, 'info', 'resume scheduled compaction', [['scheduled-compact-revision', unfinished.revision]]);
  writeServerLine(member, 'info', 'compact tree index', [['revision', unfinished.revision]]);
}

/** Who is in the cluster, as the store says. */
export function writeStoredCluster(member: Member): void {
  const { members, clusterVersion } = member.membership;
  const short: LineField[] = clusterVersion === '' ? [] : [['cluster-version', shortVersion(clusterVersion)]];
  if (short.length > 0) writeServerLine(member, 'info', 'enabled capabilities for version', short);
  for (const { id, peerUrls, isLearner } of members) {
    writeServerLine(member, 'info', 'recovered/added member from store', [
      ...whoseLine(member),
      idField('recovered-remote-peer-id', id),
      ['recovered-remote-peer-urls', peerUrls],
      ['recovered-remote-peer-is-learner', isLearner],
    ]);
  }
  if (short.length > 0) writeServerLine(member, 'info', 'set cluster version from store', short);
}

function writeQuotaLine(member: Member): void {
  const configured = member.config.quotaBytes ?? 0;
  const name: LineField = ['quota-name', 'v3-applier'];
  if (configured < 0) {
    writeServerLine(member, 'info', 'disabled backend quota', [name, ['quota-size-bytes', configured]]);
    return;
  }
  const sizes = sizeFields('quota-size', configured === 0 ? DEFAULT_QUOTA : configured);
  const message = configured === 0 ? 'enabled backend quota with default value' : 'enabled backend quota';
  writeServerLine(member, 'info', message, [name, ...sizes]);
}

function shortVersion(version: string): string {
  return version.split('.').slice(0, 2).join('.');
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
    ['quota-backend-bytes', config.quotaBytes || DEFAULT_QUOTA],
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
