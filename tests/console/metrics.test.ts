/** `/metrics` and `/debug/vars` of our members beside those of etcd 3.6.14, whose names, kinds, texts, labels and buckets are in testdata/metrics.json. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { actInline, SECOND } from '../../src/sim/index.ts';
import { openTerminal, type Terminal } from './terminal.ts';

interface Family {
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly bounds?: readonly string[];
}

const RECORDED: Readonly<Record<string, Family>> = JSON.parse(
  readFileSync(new URL('./testdata/metrics.json', import.meta.url), 'utf8'),
);

/** What our members do not measure, with the reason in src/engine/server/README.md. */
const LEFT_OUT = [
  /^etcd_debugging_disk_backend_commit_/,
  /^etcd_debugging_mvcc_(db_compaction_(last|pause|total)|index_compaction_pause)/,
  /^etcd_debugging_(snap|store)_/,
  /^etcd_disk_backend_(defrag|snapshot)_/,
  /^etcd_disk_wal_write_/,
  /^etcd_mvcc_db_open_read_transactions$/,
  /^etcd_server_go_version$/,
  /^etcd_snap_/,
];

interface Page {
  readonly families: ReadonlyMap<string, Family>;
  readonly values: ReadonlyMap<string, string>;
}

function parse(text: string): Page {
  const families = new Map<string, { type: string; help: string; labels: string[]; bounds?: string[] }>();
  const values = new Map<string, string>();
  const order: string[] = [];
  let current = '';
  for (const line of text.trimEnd().split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      families.set(name, { type: '', help: rest, labels: [] });
      order.push(name);
      current = name;
    } else if (kind === 'TYPE') {
      expect(name).toBe(current);
      families.set(name, { type: rest, help: families.get(name)?.help ?? '', labels: [] });
    } else {
      const [, sample = '', inner = '', value = ''] = /^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const family = families.get(current);
      if (family === undefined) throw new Error(line);
      expect(sample.replace(family.type === 'histogram' ? /_(bucket|sum|count)$/ : '', ''), line).toBe(current);
      const labels = [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [label, text] as const);
      family.labels = labels.map(([label]) => label).filter((label) => label !== 'le');
      if (family.type === 'histogram') family.bounds ??= [];
      const bound = labels.find(([label]) => label === 'le')?.[1];
      if (bound !== undefined && family.bounds?.includes(bound) === false) family.bounds.push(bound);
      values.set(inner === '' ? sample : `${sample}{${inner}}`, value);
    }
  }
  expect(order).toEqual([...order].sort());
  return { families, values };
}

function pageOf({ type }: Terminal, member: number): Page {
  return parse(type(`curl -s n${member}:2379/metrics`).out);
}

function leaderOf(terminal: Terminal): number {
  return [1, 2, 3].find((n) => pageOf(terminal, n).values.get('etcd_server_is_leader') === '1') ?? 0;
}

/** What was done to etcd when its pages were recorded. */
function doAsRecorded(terminal: Terminal, leader: number): void {
  const { stage, type, start } = terminal;
  const etcdctl = (line: string) => type(`etcdctl --endpoints n${leader}:2379 ${line}`);
  etcdctl('put a 1');
  etcdctl('get a');
  type(`etcdctl --endpoints n${(leader % 3) + 1}:2379 get a`);
  etcdctl('del a');
  const txn = start(
    `etcdctl --endpoints n${leader}:2379 txn`,
    'version("k1") > "0"\n\nput k1 2\nput k3 zz\n\nput b 1\nput c 1\n\n',
  );
  stage.pass(stage.run.kernel.now + 5 * SECOND, () => txn.exit !== undefined);
  type(`curl -s n${leader}:2379/v3/kv/range -d '{"key":"YQ=="}'`);
  for (const page of ['health', 'health', 'readyz', 'livez']) type(`curl -s n${leader}:2379/${page}`);
  start(`etcdctl --endpoints n${leader}:2379 watch a`);
  stage.pass(stage.run.kernel.now + SECOND / 2);
  etcdctl('put a 3');
  etcdctl('compact 3');
  const [, lease = ''] = /lease (\w+) granted/.exec(etcdctl('lease grant 3').out) ?? [];
  etcdctl(`lease keep-alive --once ${lease}`);
  for (const line of ['defrag', 'endpoint hashkv', 'endpoint status', 'put zz --ignore-value']) etcdctl(line);
  type(`curl -s n${leader}:2379/v3/maintenance/alarm -d '{"action":"ACTIVATE","alarm":"NOSPACE"}'`);
  type(`curl -s n${leader}:2379/health`);
  etcdctl('alarm disarm');
  stage.pass(stage.run.kernel.now + 6 * SECOND);
}

describe('after what was done to etcd', () => {
  const terminal = openTerminal(3, { boot: 'etcd' });
  const leader = leaderOf(terminal);
  doAsRecorded(terminal, leader);
  const { families, values } = pageOf(terminal, leader);

  test('every metric has its kind, its text, its labels and its buckets', () => {
    for (const [name, family] of families) expect({ name, ...family }).toEqual({ name, ...RECORDED[name] });
  });

  test('none is missing but those that are left out', () => {
    const missing = Object.keys(RECORDED).filter((name) => !families.has(name));
    const later = [
      'etcd_network_disconnected_peers_total',
      'etcd_network_peer_sent_failures_total',
      'etcd_server_learner_promote_failures',
    ];
    const unexplained = missing.filter((name) => !LEFT_OUT.some((pattern) => pattern.test(name)) && !later.includes(name));
    expect(unexplained).toEqual([]);
    expect(LEFT_OUT.filter((pattern) => !missing.some((name) => pattern.test(name)))).toEqual([]);
  });

  test('it counts what etcd has counted', () => {
    const counted = {
      etcd_debugging_auth_revision: '1',
      etcd_debugging_lease_granted_total: '1',
      etcd_debugging_lease_renewed_total: '1',
      etcd_debugging_lease_revoked_total: '1',
      etcd_debugging_lease_ttl_total_sum: '3',
      'etcd_debugging_lease_ttl_total_bucket{le="4"}': '1',
      'etcd_debugging_lease_ttl_total_bucket{le="2"}': '0',
      etcd_debugging_lease_ttl_total_count: '1',
      etcd_debugging_mvcc_compact_revision: '3',
      etcd_debugging_mvcc_current_revision: '5',
      etcd_debugging_mvcc_db_compaction_keys_total: '1',
      etcd_debugging_mvcc_events_total: '1',
      etcd_debugging_mvcc_keys_total: '3',
      etcd_debugging_mvcc_total_put_size_in_bytes: '8',
      etcd_debugging_mvcc_watch_stream_total: '1',
      etcd_debugging_mvcc_watcher_total: '1',
      'etcd_debugging_server_alarms{alarm_type="NOSPACE",server_id="0"}': '0',
      etcd_debugging_server_lease_expired_total: '1',
      etcd_mvcc_delete_total: '1',
      etcd_mvcc_hash_duration_seconds_count: '0',
      etcd_mvcc_hash_rev_duration_seconds_count: '1',
      etcd_mvcc_put_total: '4',
      etcd_mvcc_range_total: '10',
      etcd_mvcc_txn_total: '1',
      'etcd_server_apply_duration_seconds_count{op="Alarm",success="true",version="v3"}': '3',
      'etcd_server_apply_duration_seconds_count{op="ClusterMemberAttrSet",success="true",version="v3"}': '3',
      'etcd_server_apply_duration_seconds_count{op="ClusterVersionSet",success="true",version="v3"}': '1',
      'etcd_server_apply_duration_seconds_count{op="Compaction",success="true",version="v3"}': '1',
      'etcd_server_apply_duration_seconds_count{op="DeleteRange",success="true",version="v3"}': '1',
      'etcd_server_apply_duration_seconds_count{op="LeaseGrant",success="true",version="v3"}': '1',
      'etcd_server_apply_duration_seconds_count{op="LeaseRevoke",success="true",version="v3"}': '1',
      'etcd_server_apply_duration_seconds_count{op="Put",success="false",version="v3"}': '1',
      'etcd_server_apply_duration_seconds_count{op="Put",success="true",version="v3"}': '2',
      'etcd_server_apply_duration_seconds_count{op="Txn",success="true",version="v3"}': '1',
      'etcd_server_feature_enabled{name="TxnModeWriteWithSharedBuffer",stage="BETA"}': '1',
      'etcd_server_feature_enabled{name="LeaseCheckpoint",stage="ALPHA"}': '0',
      etcd_server_health_failures: '1',
      etcd_server_health_success: '2',
      'etcd_server_healthcheck{name="linearizable_read",type="readyz"}': '1',
      'etcd_server_healthchecks_total{name="serializable_read",status="success",type="livez"}': '1',
      etcd_server_leader_changes_seen_total: '1',
      etcd_server_proposals_applied_total: '19',
      etcd_server_proposals_committed_total: '19',
      etcd_server_proposals_failed_total: '0',
      etcd_server_quota_backend_bytes: '2.147483648e+09',
      'etcd_server_range_duration_seconds_count{success="true"}': '7',
    };
    expect(Object.fromEntries(Object.keys(counted).map((name) => [name, values.get(name)]))).toEqual(counted);
  });

  test('what was measured adds up', () => {
    for (const [name, { bounds }] of families) {
      if (bounds === undefined) continue;
      const samples = [...values].filter(([sample]) => sample.startsWith(`${name}_`));
      const counts = samples.filter(([sample]) => sample.startsWith(`${name}_count`));
      for (const [sample, count] of counts) {
        const own = /\{(.*)\}/.exec(sample)?.[1];
        const buckets = bounds.map((bound) =>
          Number(values.get(`${name}_bucket{${own === undefined ? '' : `${own},`}le="${bound}"}`)),
        );
        expect(buckets, sample).toEqual(buckets.toSorted((a, b) => a - b));
        expect(String(buckets.at(-1)), sample).toBe(count);
      }
    }
    expect(Number(values.get('etcd_disk_wal_fsync_duration_seconds_count'))).toBeGreaterThan(10);
    expect(Number(values.get('etcd_disk_wal_fsync_duration_seconds_sum'))).toBeGreaterThan(0);
  });

  test('/debug/vars has the state of Raft, as etcd has it', () => {
    const { out } = terminal.type(`curl -si n${leader}:2379/debug/vars`);
    expect(out).toContain('Content-Type: application/json; charset=utf-8\r\n');
    const body = out.slice(out.indexOf('\r\n\r\n') + 4);
    expect(body).toMatch(
      /^\{\n"cmdline": \["etcd",.*\],\n"raft\.status": \{"id":"[0-9a-f]+","term":\d+,.*"leadtransferee":"0"\}\n\}\n$/,
    );
    const { cmdline, 'raft.status': status } = JSON.parse(body);
    expect(cmdline[1]).toBe(`--name=n${leader}`);
    expect(status).toMatchObject({ raftState: 'StateLeader', lead: status.id, vote: status.id, commit: 19, applied: 19 });
    expect(Object.keys(status.progress)).toHaveLength(3);
    expect(Object.values(status.progress)).toEqual(Array(3).fill({ match: 19, next: 20, state: 'StateReplicate' }));
    expect(terminal.type(`curl -s -o /dev/null -w '%{http_code}' n${leader}:2379/debug/pprof/`).out).toBe('404');
  });

  test('a peer that goes away is counted, and a promotion that comes too early', () => {
    const gone = (leader % 3) + 1;
    actInline(terminal.stage.run, { type: 'crash', member: gone });
    terminal.stage.pass(terminal.stage.run.kernel.now + 2 * SECOND);
    const [, id] = /^(\w+), started, n/.exec(terminal.type(`etcdctl --endpoints n${leader}:2379 member list`).out) ?? [];
    const promoted = terminal.type(`etcdctl --endpoints n${leader}:2379 member promote 123`);
    expect(promoted.exit).toBe(1);
    expect(id).toBeDefined();
    const lost = pageOf(terminal, leader);
    for (const [name, family] of lost.families) expect({ name, ...family }).toEqual({ name, ...RECORDED[name] });
    const of = (start: string) => [...lost.values].filter(([name]) => name.startsWith(start)).map(([, value]) => value);
    expect(of('etcd_network_active_peers{').sort()).toEqual(['0', '1']);
    expect(of('etcd_network_disconnected_peers_total{')).toEqual(['1']);
    expect(of('etcd_network_known_peers{')).toEqual(['1', '1', '1']);
    expect(Number(of('etcd_network_peer_sent_failures_total{')[0])).toBeGreaterThan(1);
    // Looked at once, by both ways, when it had been measured once: an eighth of 20 ms.
    expect(of('etcd_network_peer_round_trip_time_seconds_count{')).toEqual(['2', '2']);
    expect(of('etcd_network_peer_round_trip_time_seconds_sum{')).toEqual(['0.005', '0.005']);
    expect(lost.values.get('etcd_server_learner_promote_failures{Reason="membership: ID not found"}')).toBe('1');
  });

  test('a restarted process counts anew, and not what it reads back', () => {
    const { stage, type } = terminal;
    for (const n of [1, 2, 3]) actInline(stage.run, { type: 'crash', member: n });
    stage.pass(stage.run.kernel.now + SECOND);
    for (const n of [1, 2, 3]) actInline(stage.run, { type: 'restart', member: n });
    stage.pass(stage.run.kernel.now + 5 * SECOND);
    const { values: again } = pageOf(terminal, 1);
    const zero = [
      'etcd_mvcc_put_total',
      'etcd_mvcc_txn_total',
      'etcd_debugging_lease_granted_total',
      'etcd_debugging_lease_ttl_total_count',
    ];
    for (const name of zero) expect(again.get(name), name).toBe('0');
    expect(again.get('etcd_debugging_mvcc_keys_total')).toBe('3');
    expect(again.get('etcd_server_apply_duration_seconds_count{op="ClusterVersionSet",success="true",version="v3"}')).toBe('1');
    expect([...again.keys()].some((name) => name.includes('op="Put"'))).toBe(false);
    expect(type('etcdctl put a 4 --prev-kv').out).toBe('OK\na\n3\n');
    const { values: then } = pageOf(terminal, 1);
    expect([then.get('etcd_mvcc_put_total'), then.get('etcd_mvcc_range_total'), then.get('etcd_mvcc_txn_total')]).toEqual([
      '1',
      '1',
      '1',
    ]);
  });
});

/** What etcd had counted after each line, one after the other: ranges, puts, deletions, transactions. */
const COUNTED: readonly (readonly [
  line: string,
  stdin: string | undefined,
  ranges: number,
  puts: number,
  deletes: number,
  txns: number,
])[] = [
  ['put zz --ignore-value', undefined, 1, 0, 0, 0],
  ['put a 1', undefined, 1, 1, 0, 0],
  ['txn', 'version("k1") > "0"\n\nput k1 2\nput k3 zz\n\nput b 1\nput c 1\n\n', 2, 3, 0, 1],
  ['del a', undefined, 2, 3, 1, 1],
  ['compact 3', undefined, 3, 3, 1, 1],
  ['defrag', undefined, 3, 3, 1, 1],
  ['endpoint hashkv', undefined, 3, 3, 1, 1],
  ['put q 1 --prev-kv', undefined, 4, 4, 1, 2],
  ['put q --ignore-value', undefined, 5, 5, 1, 3],
  ['put q 4 --ignore-lease --prev-kv', undefined, 6, 6, 1, 4],
  ['del q --prev-kv', undefined, 7, 6, 2, 5],
  ['put x 1 --lease=1234', undefined, 7, 6, 2, 5],
  ['txn', 'value("k1") = "0"\nversion("b") = "1"\n\n\nput b 1 --prev-kv\nget c\n\n', 10, 7, 2, 6],
  ['txn', '\nget b\n\n\n', 11, 7, 2, 6],
  ['txn', '\nput b 1\n\n\n', 11, 8, 2, 6],
  ['txn', '\nget b\nput b 1\nput nono --ignore-value=true\n\n\n', 12, 8, 2, 6],
];

test('operations of the store, line by line', () => {
  const terminal = openTerminal(1);
  const { stage, start } = terminal;
  for (const [line, stdin, ...counts] of COUNTED) {
    const run = start(`etcdctl ${line}`, stdin);
    stage.pass(stage.run.kernel.now + 5 * SECOND, () => run.exit !== undefined);
    const { values } = pageOf(terminal, 1);
    const read = ['range', 'put', 'delete', 'txn'].map((kind) => Number(values.get(`etcd_mvcc_${kind}_total`)));
    expect(read, line + (stdin ?? '')).toEqual(counts);
  }
});
