/**
 * What etcd's own tests of users, roles and rights check (`spec/etcd.md` 9.1; etcd-io/etcd:tests/common, role_test.go to
 * maintenance_auth_test.go), typed at a prompt in front of ours. See common.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { actInline } from '../../src/sim/index.ts';
import { ask, openTerminal, pass, type Terminal } from './terminal.ts';

const DENIED = 'Error: etcdserver: permission denied';
const NOT_HIM = 'Error: etcdserver: authentication failed, invalid user ID or password';
const ROOT = '--user root:rootPass';
const USER = '--user user0:user0Pass';

/** What log-ins are remembered by: nothing of what follows depends on it. */
const PROVIDERS = ['simple', 'jwt,priv-key=hush-hush,sign-method=HS256'];

/** Auth is on: root, and user0 who may do everything with `foo`. */
function guarded(authToken: string, members = 1): Terminal {
  const terminal = openTerminal(members, { options: { authToken } });
  const lines = [
    'put foo a',
    'user add root:rootPass',
    'role add root',
    'user grant-role root root',
    'role add role0',
    'role grant-permission role0 readwrite foo',
    'user add user0:user0Pass',
    'user grant-role user0 role0',
    'auth enable',
  ];
  for (const line of lines) expect(ask(terminal, line), line).not.toMatch(/^Error/);
  return terminal;
}

describe('roles', () => {
  test('TestRoleAdd_Simple, TestRoleAdd_Error: once, and with a name', () => {
    const terminal = openTerminal(1);
    expect(ask(terminal, 'role add test-role')).toBe('Role test-role created\n');
    expect(ask(terminal, 'role add test-role')).toBe('Error: etcdserver: role name already exists');
    expect(ask(terminal, "role add ''")).toBe('Error: etcdserver: role name is empty');
  });

  test('TestRootRole: it may be asked about and given, also before auth is on', () => {
    const terminal = openTerminal(1);
    for (const line of ['role add root', 'user add root:123', 'user grant-role root root']) ask(terminal, line);
    expect(ask(terminal, 'role get root')).toBe('Role root\nKV Read:\n\t[, <open ended>\nKV Write:\n\t[, <open ended>\n');
    expect(ask(terminal, 'role grant-permission root readwrite foo')).toBe('Role root updated\n');
  });

  test('TestRoleGrantRevokePermission: rights on a key and a range, taken away as they were given', () => {
    const terminal = openTerminal(1);
    ask(terminal, 'role add role1');
    expect(ask(terminal, 'role grant-permission role1 readwrite bar foo')).toBe('Role role1 updated\n');
    expect(ask(terminal, 'role get role1')).toBe('Role role1\nKV Read:\n\t[bar, foo)\nKV Write:\n\t[bar, foo)\n');
    expect(ask(terminal, 'role revoke-permission role1 bar')).toBe('Error: etcdserver: permission is not granted to the role');
    expect(ask(terminal, 'role revoke-permission role1 bar foo')).toBe(
      'Permission of range [bar, foo) is revoked from role role1\n',
    );
    expect(ask(terminal, 'role get role1')).toBe('Role role1\nKV Read:\nKV Write:\n');
  });

  test('TestRoleDelete: it is gone', () => {
    const terminal = openTerminal(1);
    ask(terminal, 'role add role1');
    expect(ask(terminal, 'role delete role1')).toBe('Role role1 deleted\n');
    expect([ask(terminal, 'role get role1'), ask(terminal, 'role list')]).toEqual(['Error: etcdserver: role name not found', '']);
  });
});

describe('users', () => {
  test('TestUserAdd_Simple, TestUserAdd_DuplicateUserNotAllowed: with a name and a password, or none at all, once', () => {
    const terminal = openTerminal(1);
    expect(ask(terminal, 'user add user1:123')).toBe('User user1 created\n');
    expect(ask(terminal, 'user add user1:456')).toBe('Error: etcdserver: user name already exists');
    expect(ask(terminal, 'user add :123')).toBe('Error: empty user name is not allowed');
    expect(ask(terminal, 'user add user2 --no-password')).toBe('User user2 created\n');
    expect(ask(terminal, 'user add user3 --interactive=false', 'pw\n')).toBe('User user3 created\n');
  });

  test('TestUserList, TestUserDelete: all, and all but one', () => {
    const terminal = openTerminal(1);
    expect(ask(terminal, 'user list')).toBe('');
    for (const name of ['b', 'a']) ask(terminal, `user add ${name}:123`);
    expect(ask(terminal, 'user list')).toBe('a\nb\n');
    expect([ask(terminal, 'user delete b'), ask(terminal, 'user list')]).toEqual(['User b deleted\n', 'a\n']);
    expect(ask(terminal, 'user delete b')).toBe('Error: etcdserver: user name not found');
  });

  test('TestUserChangePassword: of one that is there; the new one is asked for from then on', () => {
    const terminal = guarded('simple');
    expect(ask(terminal, `user passwd nobody ${ROOT} --interactive=false`, 'new\n')).toBe('Error: etcdserver: user name not found');
    expect(ask(terminal, `user passwd user0 ${ROOT} --interactive=false`, 'new\n')).toBe('Password updated\n');
    expect([ask(terminal, `get foo ${USER}`), ask(terminal, 'get foo --user user0:new')]).toEqual([NOT_HIM, 'foo\na\n']);
  });
});

describe.each(PROVIDERS)('with auth on (%s)', (authToken) => {
  test('TestAuthEnable, TestAuthStatus: it needs root with its role, and is seen', () => {
    const terminal = openTerminal(1, { options: { authToken } });
    expect(ask(terminal, 'auth status')).toBe('Authentication Status: false\nAuthRevision: 1\n');
    expect(ask(terminal, 'auth enable')).toBe('Error: etcdserver: root user does not exist');
    ask(terminal, 'user add root:rootPass');
    expect(ask(terminal, 'auth enable')).toBe('Authentication Enabled\n');
    expect(ask(terminal, `auth status ${ROOT}`)).toMatch(/^Authentication Status: true\nAuthRevision: \d+\n$/);
  });

  test('TestAuthDisable: everybody may do everything again', () => {
    const terminal = guarded(authToken);
    ask(terminal, `put hoo a ${ROOT}`);
    expect(ask(terminal, `put hoo bar ${USER}`)).toBe(DENIED);
    expect(ask(terminal, `auth disable ${ROOT}`)).toBe('Authentication Disabled\n');
    expect([ask(terminal, `put hoo bar ${USER}`), ask(terminal, 'put hoo bar'), ask(terminal, 'get hoo')]).toEqual([
      'OK\n',
      'OK\n',
      'hoo\nbar\n',
    ]);
  });

  test('TestAuthGracefulDisable: a watch that began before goes on after auth is off and its member was restarted', () => {
    const terminal = guarded(authToken, 3);
    const watch = terminal.start(`watch key --endpoints=n1:2379,n2:2379,n3:2379 ${ROOT}`);
    pass(terminal, 1);
    ask(terminal, `auth disable ${ROOT}`);
    actInline(terminal.stage.run, { type: 'crash', member: 1 });
    pass(terminal, 1);
    actInline(terminal.stage.run, { type: 'restart', member: 1 });
    pass(terminal, 5);
    ask(terminal, 'put key value');
    pass(terminal, 2);
    expect(watch.stdout).toBe('PUT\nkey\nvalue\n');
  });

  test('TestAuthRoleUpdate: rights that a role gets and loses are its users’ at once', () => {
    const terminal = guarded(authToken);
    expect(ask(terminal, `put hoo bar ${USER}`)).toBe(DENIED);
    ask(terminal, `role grant-permission role0 readwrite hoo ${ROOT}`);
    expect(ask(terminal, `put hoo bar ${USER}`)).toBe('OK\n');
    ask(terminal, `role revoke-permission role0 hoo ${ROOT}`);
    expect([ask(terminal, `put hoo bar ${USER}`), ask(terminal, `get foo ${USER}`)]).toEqual([DENIED, 'foo\na\n']);
  });

  test('TestAuthUserDeleteDuringOps, TestAuthWriteKey: who is not there, or has another password, is nobody', () => {
    const terminal = guarded(authToken);
    expect(ask(terminal, `put foo bar ${ROOT}`)).toBe('OK\n');
    expect(ask(terminal, `put foo bar2 ${USER}`)).toBe('OK\n');
    expect(ask(terminal, 'put foo x --user a:b')).toBe(NOT_HIM);
    expect(ask(terminal, 'put foo x --user user0:wrong')).toBe(NOT_HIM);
    ask(terminal, `user delete user0 ${ROOT}`);
    expect(ask(terminal, `put foo baz ${USER}`)).toBe(NOT_HIM);
    expect(ask(terminal, `get foo ${ROOT}`)).toBe('foo\nbar2\n');
    expect(ask(terminal, 'put foo x')).toBe('Error: etcdserver: user name is empty');
  });

  test('TestAuthRoleRevokeDuringOps: a role that is taken away takes its rights along, and no others', () => {
    const terminal = guarded(authToken);
    for (const line of ['role add role2', 'role grant-permission role2 readwrite hoo', 'user grant-role user0 role2'])
      ask(terminal, `${line} ${ROOT}`);
    expect(ask(terminal, `put hoo bar ${USER}`)).toBe('OK\n');
    ask(terminal, `user revoke-role user0 role0 ${ROOT}`);
    expect([ask(terminal, `put foo baz ${USER}`), ask(terminal, `put hoo bar2 ${USER}`)]).toEqual([DENIED, 'OK\n']);
  });

  test('TestAuthRevokeWithDelete: a role that is deleted is taken from its users', () => {
    const terminal = guarded(authToken);
    for (const line of ['role add role2', 'user grant-role user0 role2']) ask(terminal, `${line} ${ROOT}`);
    expect(ask(terminal, `user get user0 ${ROOT}`)).toBe('User: user0\nRoles: role0 role2\n');
    ask(terminal, `role delete role2 ${ROOT}`);
    expect(ask(terminal, `user get user0 ${ROOT}`)).toBe('User: user0\nRoles: role0\n');
  });

  test('TestAuthTxn: each key of a transaction has to be his, also one of the branch that is not taken', () => {
    const terminal = guarded(authToken);
    for (const key of ['c1', 's1', 'f1', 'c2', 's2', 'f2']) ask(terminal, `put ${key} v ${ROOT}`);
    for (const key of ['c2', 's2', 'f2']) ask(terminal, `role grant-permission role0 readwrite ${key} ${ROOT}`);
    const txn = (compare: string, success: string, failure: string) =>
      ask(terminal, `txn ${USER}`, `version("${compare}") = "1"\n\nget ${success}\n\nget ${failure}\n\n`);
    expect(txn('c2', 's2', 'f2')).toBe('SUCCESS\n\ns2\nv\n');
    expect([txn('c1', 's2', 'f2'), txn('c2', 's1', 'f2'), txn('c2', 's2', 'f1')]).toEqual([DENIED, DENIED, DENIED]);
  });

  test('TestAuthPrefixPerm: a prefix ends before its end', () => {
    const terminal = guarded(authToken);
    ask(terminal, `role grant-permission role0 readwrite /prefix/ --prefix ${ROOT}`);
    expect(ask(terminal, `put /prefix/1 v ${USER}`)).toBe('OK\n');
    expect(ask(terminal, `put /prefix0 v ${USER}`)).toBe(DENIED);
    expect(ask(terminal, `get /prefix/ --prefix ${USER}`)).toBe('/prefix/1\nv\n');
  });

  test('TestAuthLeaseKeepAlive, TestAuthLeaseGrantLeases, TestAuthLeaseTimeToLiveExpired, TestAuthLeaseRevoke: leases, by root', () => {
    const terminal = guarded(authToken);
    const grant = (ttl: number) => /lease (\w+)/.exec(ask(terminal, `lease grant ${ttl} ${ROOT}`))?.[1] ?? '';
    const long = grant(100);
    ask(terminal, `put key value --lease=${long} ${ROOT}`);
    expect(ask(terminal, `lease keep-alive --once ${long} ${ROOT}`)).toBe(`lease ${long} keepalived with TTL(100)\n`);
    expect(ask(terminal, `lease list ${ROOT}`)).toBe(`found 1 leases\n${long}\n`);
    expect(ask(terminal, `lease revoke ${long} ${ROOT}`)).toBe(`lease ${long} revoked\n`);
    const short = grant(2);
    ask(terminal, `put key value --lease=${short} ${ROOT}`);
    pass(terminal, 4);
    expect([ask(terminal, `lease timetolive ${short} ${ROOT}`), ask(terminal, `get key ${ROOT}`)]).toEqual([
      `lease ${short} already expired\n`,
      '',
    ]);
  });

  test('TestAuthLeaseTimeToLive: whose keys they are, sees them', () => {
    const terminal = guarded(authToken);
    const id = /lease (\w+)/.exec(ask(terminal, `lease grant 100 ${ROOT}`))?.[1];
    ask(terminal, `put foo value --lease=${id} ${ROOT}`);
    expect(ask(terminal, `lease timetolive ${id} --keys ${USER}`)).toContain('attached keys([foo])');
    ask(terminal, `put hoo value --lease=${id} ${ROOT}`);
    expect(ask(terminal, `lease timetolive ${id} --keys ${USER}`)).toBe(DENIED);
  });

  test('TestAuthMemberAdd, TestAuthMemberRemove: for root alone', () => {
    const terminal = guarded(authToken, 3);
    pass(terminal, 5);
    expect(ask(terminal, `member add n5 --peer-urls=http://n5:2380 ${USER}`)).toBe(DENIED);
    expect(ask(terminal, `member add n5 --learner --peer-urls=http://n5:2380 ${ROOT}`)).toMatch(
      /^Member [ \w]{16} added as learner to cluster/,
    );
    const id = /(\w+), started, n2,/.exec(ask(terminal, `member list ${USER}`))?.[1];
    expect(ask(terminal, `member remove ${id} ${USER}`)).toBe(DENIED);
    expect(ask(terminal, `member remove ${id} ${ROOT}`)).toMatch(/^Member [ \w]{16} removed from cluster/);
  });

  test('TestAuthTestInvalidMgmt: root stays root', () => {
    const terminal = guarded(authToken);
    const refused = 'Error: etcdserver: invalid auth management';
    expect([ask(terminal, `user delete root ${ROOT}`), ask(terminal, `user revoke-role root root ${ROOT}`)]).toEqual([
      refused,
      refused,
    ]);
    expect(ask(terminal, `role delete root ${ROOT}`)).toBe(refused);
  });

  test('TestAuthRoleGet, TestAuthUserGet, TestAuthRoleList: a user sees himself and his roles', () => {
    const terminal = guarded(authToken);
    expect(ask(terminal, `role get role0 ${USER}`)).toBe('Role role0\nKV Read:\n\tfoo\nKV Write:\n\tfoo\n');
    expect(ask(terminal, `role get root ${USER}`)).toBe(DENIED);
    expect(ask(terminal, `user get user0 ${USER}`)).toBe('User: user0\nRoles: role0\n');
    expect(ask(terminal, `user get root ${USER}`)).toBe(DENIED);
    expect([ask(terminal, `role list ${USER}`), ask(terminal, `role list ${ROOT}`)]).toEqual([DENIED, 'role0\nroot\n']);
  });

  test('TestAuthTestCacheReload: rights are what they were in a new process', () => {
    const terminal = guarded(authToken);
    actInline(terminal.stage.run, { type: 'crash', member: 1 });
    pass(terminal, 1);
    actInline(terminal.stage.run, { type: 'restart', member: 1 });
    pass(terminal, 4);
    expect([ask(terminal, `put foo b ${USER}`), ask(terminal, `put hoo b ${USER}`), ask(terminal, 'get foo')]).toEqual([
      'OK\n',
      DENIED,
      'Error: etcdserver: user name is empty',
    ]);
  });
});

/** What of a cluster's upkeep may be done by nobody in particular, by somebody with a wrong password, by root and by a user. */
describe.each(PROVIDERS)('upkeep (%s)', (authToken) => {
  const CALLS = {
    Defragment: { line: 'defrag', refusal: /^Failed to defragment etcd member\[.*\]\. took .*\. \((.*)\)$/, done: /^Finished / },
    Downgrade: {
      line: 'downgrade validate 3.5.0',
      refusal: /^Error: (.*)$/,
      done: /^Downgrade validate success, cluster version 3\.6$/,
    },
    HashKV: { line: 'endpoint hashkv', refusal: /^Failed to get the hash of endpoint .* \((.*)\)$/, done: /^n1:2379, \d+, 2$/ },
    MoveLeader: { line: 'move-leader', refusal: /^Error: (.*)$/, done: /^Leadership transferred from \w+ to \w+$/ },
    Snapshot: { line: 'snapshot save db', refusal: /^Error: rpc error: code = \w+ desc = (.*)$/, done: /^Snapshot saved at db$/ },
    Status: {
      line: 'endpoint status',
      refusal: /^Failed to get the status of endpoint .* \((.*)\)$/,
      done: /^n1:2379, \w+, 3\.6\.14, /,
    },
  };
  const NOBODY = 'etcdserver: user name is empty';
  test.each<[string, keyof typeof CALLS, string]>([
    [
      'TestDefragmentWithNoAuth, TestDefragmentWithInvalidAuth, TestDefragmentWithRootAuth, TestDefragmentWithUserAuth',
      'Defragment',
      DENIED,
    ],
    [
      'TestDowngradeWithNoAuth, TestDowngradeWithInvalidAuth, TestDowngradeWithRootAuth, TestDowngradeWithUserAuth',
      'Downgrade',
      DENIED,
    ],
    ['TestHashKVWithNoAuth, TestHashKVWithInvalidAuth, TestHashKVWithRootAuth, TestHashKVWithUserAuth', 'HashKV', DENIED],
    [
      'TestMoveLeaderWithNoAuth, TestMoveLeaderWithInvalidAuth, TestMoveLeaderWithRootAuth, TestMoveLeaderWithUserAuth',
      'MoveLeader',
      DENIED,
    ],
    ['TestSnapshotWithNoAuth, TestSnapshotWithInvalidAuth, TestSnapshotWithRootAuth, TestSnapshotWithUserAuth', 'Snapshot', DENIED],
    ['TestStatusWithNoAuth, TestStatusWithInvalidAuth, TestStatusWithRootAuth, TestStatusWithUserAuth', 'Status', 'done'],
  ])('%s', (_, name, forUser) => {
    const terminal = guarded(authToken, name === 'MoveLeader' ? 3 : 1);
    const { line, refusal, done } = CALLS[name];
    let words = line;
    if (name === 'MoveLeader') {
      const leader =
        [1, 2, 3].find((n) => / true, false, /.test(ask(terminal, `endpoint status --endpoints=n${n}:2379 ${ROOT}`))) ?? 0;
      const other = new RegExp(`(\\w+), started, n${(leader % 3) + 1},`).exec(ask(terminal, `member list ${ROOT}`))?.[1];
      words = `move-leader ${other} --endpoints=n${leader}:2379`;
    }
    const say = (who: string): string => {
      const { out, err } = terminal.type(`${words} ${who}`);
      const lines = `${out}${err}`.split('\n');
      if (lines.some((text) => done.test(text))) return 'done';
      return lines.map((text) => refusal.exec(text)?.[1]).find((text) => text !== undefined) ?? lines.join(' ');
    };
    expect(say('')).toBe(NOBODY);
    expect(ask(terminal, `${words} --user invalid:invalid`)).toBe(NOT_HIM);
    expect(say(USER)).toBe(forUser.replace('Error: ', ''));
    expect(say(ROOT)).toBe('done');
  });
});

test('a watch whose log-in is answered with another leader ends, as it did four times at a real etcdctl 3.6.14; one that watches elsewhere goes on', () => {
  const terminal = guarded('simple', 3);
  const { run } = terminal.stage;
  const leader = [1, 2, 3].find((n) => / true, false, /.test(ask(terminal, `endpoint status --endpoints=n${n}:2379 ${ROOT}`))) ?? 0;
  const other = (leader % 3) + 1;
  const start = (...members: readonly number[]) =>
    terminal.start(`watch foo ${ROOT} --endpoints=${members.map((n) => `n${n}:2379`).join(',')}`);
  const moved = start(leader, other);
  const stayed = start(other, leader);
  pass(terminal, 1);
  actInline(run, { type: 'crash', member: leader });
  pass(terminal, 6);
  expect(ask(terminal, `put foo b ${ROOT} --endpoints=n${other}:2379`)).toBe('OK\n');
  pass(terminal, 1);
  expect([moved.exit?.code, moved.stdout]).toEqual([5, '']);
  const [asked = '', logged = '', ...said] = moved.stderr.split('\n');
  expect(asked).toContain('Unavailable desc = etcdserver: leader changed');
  expect(logged).toContain('"msg":"clientv3/retry_interceptor: getToken failed","error":"etcdserver: leader changed"');
  expect(said).toEqual(['watch was canceled (etcdserver: leader changed)', 'Error: watch is canceled by the server', '']);
  expect([stayed.exit, stayed.stdout]).toEqual([undefined, 'PUT\nfoo\nb\n']);
});
