/**
 * etcdctl's commands and flags, one row each, in the order in which etcdctl adds them (its suggestions follow it).
 * Names, flags, defaults and usage lines are etcdctl's interface; descriptions are looked up elsewhere.
 *
 * @see etcd-io/etcd:etcdctl/ctlv3/ctl.go
 */
import { bool, duration, type FlagSpec, int, list, text, uint } from './flags.ts';

/** A command or a group of commands. */
export interface CommandSpec {
  readonly name: string;
  /** Its usage line begins with its name. */
  readonly use: string;
  readonly flags: readonly FlagSpec[];
  /** Flags of its own that its children have too. */
  readonly persistent: readonly FlagSpec[];
  readonly children: readonly CommandSpec[];
  /** Help has a longer description. */
  readonly hasDescription: boolean;
  readonly hasExamples: boolean;
  /** USAGE does not end in `[flags]`. */
  readonly bareUsage: boolean;
}

/** Flags that every command has. */
export const GLOBAL = {
  endpoints: list('endpoints', '127.0.0.1:2379'),
  debug: bool('debug'),
  writeOut: text('write-out', 'simple', 'w'),
  hex: bool('hex'),
  dialTimeout: duration('dial-timeout', '2s'),
  commandTimeout: duration('command-timeout', '5s'),
  keepaliveTime: duration('keepalive-time', '2s'),
  keepaliveTimeout: duration('keepalive-timeout', '6s'),
  maxRequestBytes: int('max-request-bytes'),
  maxRecvBytes: int('max-recv-bytes'),
  insecureTransport: bool('insecure-transport', undefined, 'true'),
  insecureDiscovery: bool('insecure-discovery', undefined, 'true'),
  insecureSkipVerify: bool('insecure-skip-tls-verify'),
  cert: text('cert'),
  key: text('key'),
  cacert: text('cacert'),
  user: text('user'),
  password: text('password'),
  discoverySrv: text('discovery-srv', '', 'd'),
  discoverySrvName: text('discovery-srv-name'),
} as const;

export const GLOBAL_FLAGS: readonly FlagSpec[] = Object.values(GLOBAL);

export const HELP_FLAG = bool('help', 'h');

export const GET = {
  consistency: text('consistency', 'l'),
  order: text('order'),
  sortBy: text('sort-by'),
  limit: int('limit'),
  prefix: bool('prefix'),
  fromKey: bool('from-key'),
  rev: int('rev'),
  keysOnly: bool('keys-only'),
  countOnly: bool('count-only'),
  printValueOnly: bool('print-value-only'),
  minCreateRev: int('min-create-rev'),
  maxCreateRev: int('max-create-rev'),
  minModRev: int('min-mod-rev'),
  maxModRev: int('max-mod-rev'),
} as const;

export const PUT = {
  lease: text('lease', '0'),
  prevKv: bool('prev-kv'),
  ignoreValue: bool('ignore-value'),
  ignoreLease: bool('ignore-lease'),
} as const;

export const DEL = { prefix: bool('prefix'), prevKv: bool('prev-kv'), fromKey: bool('from-key'), range: bool('range') } as const;

export const WATCH = {
  interactive: bool('interactive', 'i'),
  prefix: bool('prefix'),
  rev: int('rev'),
  prevKv: bool('prev-kv'),
  progressNotify: bool('progress-notify'),
} as const;

export const MEMBER_LIST = { consistency: text('consistency', 'l') } as const;

export const TXN = { interactive: bool('interactive', 'i') } as const;
export const COMPACTION = { physical: bool('physical') } as const;
export const DEFRAG = { cluster: bool('cluster') } as const;
/** Of the group; its children have it too. */
export const ENDPOINT = { cluster: bool('cluster') } as const;
export const HASHKV = { rev: int('rev') } as const;
export const LEASE_TIMETOLIVE = { keys: bool('keys') } as const;
export const LEASE_KEEP_ALIVE = { once: bool('once') } as const;
export const MEMBER_ADD = { peerUrls: text('peer-urls'), learner: bool('learner') } as const;
export const MEMBER_UPDATE = { peerUrls: text('peer-urls') } as const;
export const MAKE_MIRROR = {
  prefix: text('prefix'),
  rev: int('rev'),
  maxTxnOps: uint('max-txn-ops', '128'),
  destPrefix: text('dest-prefix'),
  noDestPrefix: bool('no-dest-prefix'),
  destCert: text('dest-cert'),
  destKey: text('dest-key'),
  destCacert: text('dest-cacert'),
  destInsecureTransport: bool('dest-insecure-transport', undefined, 'true'),
  destUser: text('dest-user'),
  destPassword: text('dest-password'),
} as const;
export const LOCK = { ttl: int('ttl', '10') } as const;
export const ELECT = { listen: bool('listen', 'l') } as const;
export const USER_ADD = {
  interactive: bool('interactive', undefined, 'true'),
  newUserPassword: text('new-user-password'),
  noPassword: bool('no-password'),
} as const;
export const USER_GET = { detail: bool('detail') } as const;
export const USER_PASSWD = { interactive: bool('interactive', undefined, 'true') } as const;
/** Of `role grant-permission` and `role revoke-permission`. */
export const ROLE_PERMISSION = { prefix: bool('prefix'), fromKey: bool('from-key') } as const;
export const CHECK = { load: text('load', 's'), autoCompact: bool('auto-compact'), autoDefrag: bool('auto-defrag') } as const;
export const CHECK_PERF = { ...CHECK, prefix: text('prefix', '/etcdctl-check-perf/') } as const;
export const CHECK_DATASCALE = { ...CHECK, prefix: text('prefix', '/etcdctl-check-datascale/') } as const;

/** The tree, from `etcdctl` down. */
export const ROOT: CommandSpec = group(
  'etcdctl',
  [
    leaf('get [options] <key> [range_end]', Object.values(GET)),
    leaf('put [options] <key> <value> (<value> can also be given from stdin)', Object.values(PUT), { hasDescription: true }),
    leaf('del [options] <key> [range_end]', Object.values(DEL)),
    leaf('txn [options]', Object.values(TXN), { hasDescription: true }),
    leaf('compaction [options] <revision>', Object.values(COMPACTION)),
    group('alarm <subcommand>', [leaf('disarm'), leaf('list')]),
    leaf('defrag', Object.values(DEFRAG)),
    group(
      'endpoint <subcommand>',
      [leaf('health'), leaf('status', [], { hasDescription: true }), leaf('hashkv', Object.values(HASHKV))],
      {
        persistent: Object.values(ENDPOINT),
      },
    ),
    leaf('move-leader <transferee-member-id>'),
    leaf('watch [options] [key or prefix] [range_end] [--] [exec-command arg1 arg2 ...]', Object.values(WATCH)),
    leaf('version'),
    group('lease <subcommand>', [
      leaf('grant <ttl>'),
      leaf('revoke <leaseID>'),
      leaf('timetolive <leaseID> [options]', Object.values(LEASE_TIMETOLIVE)),
      leaf('list'),
      leaf('keep-alive [options] <leaseID>', Object.values(LEASE_KEEP_ALIVE)),
    ]),
    group('member <subcommand>', [
      leaf('add <memberName> [options]', Object.values(MEMBER_ADD)),
      leaf('remove <memberID>'),
      leaf('update <memberID> [options]', Object.values(MEMBER_UPDATE)),
      leaf('list', Object.values(MEMBER_LIST), { hasDescription: true }),
      leaf('promote <memberID>', [], { hasDescription: true }),
    ]),
    group('snapshot <subcommand>', [leaf('save <filename>', [], { hasExamples: true })], { hasExamples: true }),
    leaf('make-mirror [options] <destination>', Object.values(MAKE_MIRROR)),
    leaf('lock <lockname> [exec-command arg1 arg2 ...]', Object.values(LOCK)),
    leaf('elect <election-name> [proposal]', Object.values(ELECT)),
    group('auth <enable or disable>', [leaf('enable'), leaf('disable'), leaf('status')]),
    group('user <subcommand>', [
      leaf('add <user name or user:password> [options]', Object.values(USER_ADD)),
      leaf('delete <user name>'),
      leaf('get <user name> [options]', Object.values(USER_GET)),
      leaf('list'),
      leaf('passwd <user name> [options]', Object.values(USER_PASSWD)),
      leaf('grant-role <user name> <role name>'),
      leaf('revoke-role <user name> <role name>'),
    ]),
    group('role <subcommand>', [
      leaf('add <role name>'),
      leaf('delete <role name>'),
      leaf('get <role name>'),
      leaf('list'),
      leaf('grant-permission [options] <role name> <permission type> <key> [endkey]', Object.values(ROLE_PERMISSION)),
      leaf('revoke-permission <role name> <key> [endkey]', Object.values(ROLE_PERMISSION)),
    ]),
    group('check <subcommand>', [
      leaf('perf [options]', Object.values(CHECK_PERF)),
      leaf('datascale [options]', Object.values(CHECK_DATASCALE), { hasDescription: true }),
    ]),
    leaf('completion [bash|zsh|fish|powershell]', [], { hasDescription: true, bareUsage: true }),
    group('downgrade <TARGET_VERSION>', [leaf('validate <TARGET_VERSION>'), leaf('enable <TARGET_VERSION>'), leaf('cancel')]),
    leaf('help [command]', [], { hasDescription: true }),
  ],
  { persistent: GLOBAL_FLAGS },
);

type Extras = Partial<Pick<CommandSpec, 'persistent' | 'hasDescription' | 'hasExamples' | 'bareUsage'>>;

function leaf(use: string, flags: readonly FlagSpec[] = [], extras: Extras = {}): CommandSpec {
  const name = use.split(' ')[0] ?? use;
  return { name, use, flags, persistent: [], children: [], hasDescription: false, hasExamples: false, bareUsage: false, ...extras };
}

function group(use: string, children: readonly CommandSpec[], extras: Extras = {}): CommandSpec {
  return { ...leaf(use, [], extras), children };
}
