/**
 * What etcd's tests of etcdctl as a program check (`spec/etcd.md` 9.2; etcd-io/etcd:tests/e2e/ctl_v3_*), typed at a prompt in front of
 * ours. A title begins with the names of those it stands for; tests/tooling/checklists.test.ts sees that none is missing.
 */
import { describe, expect, test } from 'vitest';
import { actInline } from '../../src/sim/index.ts';
import { ask, openTerminal, pass, type Terminal } from './terminal.ts';

const ALL = '--endpoints=n1:2379,n2:2379,n3:2379';
const LATE = 'Error: context deadline exceeded';

function leaderOf(terminal: Terminal): number {
  return [1, 2, 3].find((n) => / true, false, /.test(ask(terminal, `--endpoints=n${n}:2379 endpoint status`))) ?? 0;
}

function idOf(terminal: Terminal, name: string, where = ''): string {
  return new RegExp(`(\\w+), \\w+, ${name},`).exec(ask(terminal, `member list ${where}`))?.[1] ?? '';
}

describe('keys', () => {
  test('TestCtlV3PutTimeout, TestCtlV3GetTimeout, TestCtlV3DelTimeout, TestCtlV3RoleAddTimeout: no time at all is over at once', () => {
    const terminal = openTerminal(1);
    for (const line of ['put foo bar', 'get foo', 'del foo'])
      expect(ask(terminal, `${line} --command-timeout=0s`), line).toBe(LATE);
    expect(ask(terminal, 'get foo')).toBe('');
    // Roles are no concern of that flag.
    expect(ask(terminal, 'role add root --command-timeout=0s')).toBe('Role root created\n');
  });

  test('TestCtlV3WatchTimeout: a watch has all the time that there is', () => {
    const terminal = openTerminal(1);
    const watch = terminal.start('watch foo --command-timeout=0s');
    pass(terminal, 1);
    ask(terminal, 'put foo bar');
    expect([watch.exit, watch.stdout]).toEqual([undefined, 'PUT\nfoo\nbar\n']);
  });

  test('TestCtlV3PutIgnoreValue, TestCtlV3PutIgnoreLease: what is left out is kept, where there is something', () => {
    const terminal = openTerminal(1);
    const id = /lease (\w+)/.exec(ask(terminal, 'lease grant 100'))?.[1];
    expect(ask(terminal, 'put foo --ignore-value')).toBe('Error: etcdserver: key not found');
    expect(ask(terminal, 'put foo bar --ignore-lease')).toBe('Error: etcdserver: key not found');
    ask(terminal, `put foo bar --lease=${id}`);
    expect([ask(terminal, 'put foo bar2 --ignore-lease'), ask(terminal, 'put foo --ignore-value --ignore-lease')]).toEqual([
      'OK\n',
      'OK\n',
    ]);
    expect(ask(terminal, 'get foo')).toBe('foo\nbar2\n');
    expect(ask(terminal, `lease timetolive ${id} --keys`)).toContain('attached keys([foo])');
    expect(ask(terminal, 'put foo --ignore-value')).toBe('OK\n');
    expect(ask(terminal, `lease timetolive ${id} --keys`)).toContain('attached keys([])');
    expect(ask(terminal, 'put foo x --ignore-value')).toMatch(/^Error: put command needs only 1 argument/);
  });

  test('TestCtlV3GetFormat, TestCtlV3GetRev: lines, fields, JSON; as it was', () => {
    const terminal = openTerminal(1);
    ask(terminal, 'put abc 123');
    ask(terminal, 'put abc 456');
    expect(ask(terminal, 'get abc --rev=2')).toBe('abc\n123\n');
    expect(ask(terminal, 'get abc -w fields --rev=2')).toMatch(
      /^"ClusterID" : \d+\n"MemberID" : \d+\n"Revision" : 3\n"RaftTerm" : \d+\n"Key" : "abc"\n"CreateRevision" : 2\n"ModRevision" : 2\n"Version" : 1\n"Value" : "123"\n"Lease" : 0\n"More" : false\n"Count" : 1\n$/,
    );
    expect(JSON.parse(ask(terminal, 'get abc -w json')).kvs).toEqual([
      { key: 'YWJj', create_revision: 2, mod_revision: 3, version: 2, value: 'NDU2' },
    ]);
    expect(ask(terminal, 'get abc --print-value-only')).toBe('456\n');
    expect(ask(terminal, 'get abc -w protobuf')).toContain('abc');
  });

  test('TestCtlV3GetMinMaxCreateModRev, TestCtlV3GetKeysOnly, TestCtlV3GetCountOnly: what is left of a range, and of a pair', () => {
    const terminal = openTerminal(1);
    for (const line of ['put key1 val1', 'put key2 val2', 'put key1 val3', 'put key4 val4']) ask(terminal, line);
    for (const [flag, keys] of [
      ['--min-create-rev=3', 'key2 key4'],
      ['--max-create-rev=3', 'key1 key2'],
      ['--min-mod-rev=4', 'key1 key4'],
      ['--max-mod-rev=3', 'key2'],
    ])
      expect(ask(terminal, `get key --prefix --keys-only ${flag}`).split('\n').filter(Boolean).join(' '), flag).toBe(keys);
    expect(ask(terminal, 'get key1 --keys-only')).toBe('key1\n\n');
    expect(ask(terminal, 'get key --prefix --count-only')).toMatch(/^Error: --count-only is only for `--write-out=fields`$/);
    expect(ask(terminal, 'get key --prefix --count-only -w fields')).toMatch(/"Count" : 3\n$/);
  });

  test('TestCtlV3LeaseKeepAlive: it says so again and again', () => {
    const terminal = openTerminal(1);
    const id = /lease (\w+)/.exec(ask(terminal, 'lease grant 10'))?.[1];
    const keeping = terminal.start(`lease keep-alive ${id}`);
    pass(terminal, 9);
    const lines = keeping.stdout.split('\n').filter((line) => line === `lease ${id} keepalived with TTL(10)`);
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(lines.length).toBeLessThanOrEqual(4);
    expect(ask(terminal, `lease keep-alive --once ${id}`)).toBe(`lease ${id} keepalived with TTL(10)\n`);
  });
});

describe('watch', () => {
  const heard = (line: string, input?: string): string => {
    const terminal = openTerminal(1);
    ask(terminal, 'put key before');
    const watch = terminal.start(line, input);
    pass(terminal, 0.7);
    for (const put of ['put key value', 'put key9 other']) ask(terminal, put);
    pass(terminal, 0.7);
    return watch.exit === undefined
      ? watch.stdout
      : (watch.stderr.split('\n').find((text) => text.startsWith('Error: ')) ?? watch.stdout);
  };

  test.each([
    ['watch key', 'PUT\nkey\nvalue\n'],
    ['watch --rev=1 key', 'PUT\nkey\nbefore\nPUT\nkey\nvalue\n'],
    ['watch key --rev=1', 'PUT\nkey\nbefore\nPUT\nkey\nvalue\n'],
    ['watch --prefix key', 'PUT\nkey\nvalue\nPUT\nkey9\nother\n'],
    ['watch key end more', 'PUT\nkey\nvalue\n'],
    ['watch key key9', 'PUT\nkey\nvalue\n'],
    ['watch key --prev-kv', 'PUT\nkey\nbefore\nkey\nvalue\n'],
    ['ETCDCTL_WATCH_KEY=key etcdctl watch', 'PUT\nkey\nvalue\n'],
    ['ETCDCTL_WATCH_KEY=key ETCDCTL_WATCH_RANGE_END=key99 etcdctl watch', 'PUT\nkey\nvalue\nPUT\nkey9\nother\n'],
    ['watch key -- echo heard', 'PUT\nkey\nvalue\nheard\n'],
    ['watch key key9 --rev=1 -- echo heard', 'PUT\nkey\nbefore\nheard\nPUT\nkey\nvalue\nheard\n'],
    ['ETCDCTL_WATCH_KEY=key etcdctl watch -- echo heard', 'PUT\nkey\nvalue\nheard\n'],
  ])('TestCtlV3Watch: %s', (line, out) => {
    expect(heard(line)).toBe(out);
  });

  test.each([
    ['watch', 'Error: bad number of arguments'],
    ['watch -- echo heard', 'Error: bad number of arguments'],
    ['ETCDCTL_WATCH_RANGE_END=x etcdctl watch', 'Error: ETCDCTL_WATCH_KEY is empty but got ETCDCTL_WATCH_RANGE_END="x"'],
  ])('TestCtlV3Watch: %s is refused', (line, error) => {
    expect(heard(line)).toContain(error);
  });

  test.each([
    ['watch key\n', 'PUT\nkey\nvalue\n'],
    ['watch key --rev=1\n', 'PUT\nkey\nbefore\nPUT\nkey\nvalue\n'],
    ['watch --prefix key\n', 'PUT\nkey\nvalue\nPUT\nkey9\nother\n'],
    ['watch key -- echo heard\n', 'PUT\nkey\nvalue\nheard\n'],
    ['watch key\nprogress\n', 'progress notify: 2\nPUT\nkey\nvalue\n'],
  ])('TestCtlV3WatchInteractive: %j', (input, out) => {
    expect(heard('watch --interactive', input)).toBe(out);
  });
});

describe('locks, elections and leaders', () => {
  test('TestCtlV3Lock: who waits has it when it is free', () => {
    const terminal = openTerminal(1);
    const first = terminal.start('lock a');
    pass(terminal, 1);
    const second = terminal.start('lock a');
    pass(terminal, 1);
    expect([first.stdout, second.stdout]).toEqual([expect.stringMatching(/^a\/[0-9a-f]+\n\n$/), '']);
    first.running.interrupt();
    pass(terminal, 1);
    expect(second.stdout).toMatch(/^a\/[0-9a-f]+\n\n$/);
  });

  test('TestCtlV3LockWithCmd: the command knows its key, its exit is the lock’s, and then it is free', () => {
    const terminal = openTerminal(1);
    expect(ask(terminal, `lock a -- sh -c 'echo $ETCD_LOCK_KEY'`)).toMatch(/^a\/[0-9a-f]+\n$/);
    expect(terminal.type(`lock a -- sh -c 'exit 7'`).exit).toBe(7);
    expect(ask(terminal, 'get a/ --prefix')).toBe('');
  });

  test('TestCtlV3Elect: the next candidate is elected when the first resigns', () => {
    const terminal = openTerminal(1);
    const first = terminal.start('elect a p1');
    pass(terminal, 1);
    const second = terminal.start('elect a p2');
    const listening = terminal.start('elect a --listen');
    pass(terminal, 1);
    expect([first.stdout, second.stdout]).toEqual([expect.stringMatching(/^a\/[0-9a-f]+\np1\n$/), '']);
    first.running.interrupt();
    pass(terminal, 1);
    expect(second.stdout).toMatch(/^a\/[0-9a-f]+\np2\n$/);
    expect(listening.stdout.replace(/[0-9a-f]{16}/g, 'ID')).toBe('a/ID\np1\na/ID\np2\n');
  });

  test('TestCtlV3MoveLeaderScenarios: to a member, to nobody, asked of followers only', () => {
    const terminal = openTerminal(3);
    const leader = leaderOf(terminal);
    const [to = 0, third = 0] = [1, 2, 3].filter((n) => n !== leader);
    const target = idOf(terminal, `n${to}`);
    const followers = `--endpoints=n${to}:2379,n${third}:2379`;
    expect(ask(terminal, `move-leader ${target} ${followers}`)).toMatch(/^Error: no leader endpoint given at \[/);
    expect(ask(terminal, `move-leader 1234 ${ALL}`)).toBe('Error: etcdserver: bad leader transferee');
    expect(ask(terminal, `move-leader ${target} ${ALL}`)).toMatch(new RegExp(`^Leadership transferred from \\w+ to ${target}\n$`));
    pass(terminal, 1);
    expect(leaderOf(terminal)).toBe(to);
  });
});

describe('members', () => {
  test('TestCtlV3MemberList, TestCtlV3MemberListWithHex, TestCtlV3ConsistentMemberList: as lines, as JSON with hex, alike at each', () => {
    const terminal = openTerminal(3);
    const list = ask(terminal, 'member list');
    expect(
      list
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/^\w+/, 'ID').replaceAll('http://', ''))
        .sort(),
    ).toEqual([
      'ID, started, n1, n1:2380, n1:2379, false',
      'ID, started, n2, n2:2380, n2:2379, false',
      'ID, started, n3, n3:2380, n3:2379, false',
    ]);
    for (const n of [2, 3]) expect(ask(terminal, `member list --endpoints=n${n}:2379`)).toBe(list);
    const { members } = JSON.parse(ask(terminal, 'member list -w json --hex'));
    expect(members.map(({ ID }: { ID: string }) => ID)).toEqual(
      list
        .trimEnd()
        .split('\n')
        .map((line) => line.split(',')[0]),
    );
  });

  test('TestCtlV3MemberAdd, TestCtlV3MemberAddAsLearner, TestCtlV3MemberUpdate: one more, and where it is then', () => {
    const terminal = openTerminal(1);
    expect(ask(terminal, 'member add n4 --learner --peer-urls=http://n4:2380')).toMatch(
      /^Member [ \w]{16} added as learner to cluster [ \w]{16}\n\nETCD_NAME="n4"\nETCD_INITIAL_CLUSTER=".*n4=http:\/\/n4:2380.*"\nETCD_INITIAL_ADVERTISE_PEER_URLS="http:\/\/n4:2380"\nETCD_INITIAL_CLUSTER_STATE="existing"\n$/,
    );
    const learner = /(\w+), unstarted, , http:\/\/n4:2380, , true/.exec(ask(terminal, 'member list'))?.[1];
    expect(ask(terminal, `member update ${learner} --peer-urls=http://n7:2380`)).toMatch(
      /^Member [ \w]{16} updated in cluster [ \w]{16}\n$/,
    );
    expect(ask(terminal, 'member list')).toContain(`${learner}, unstarted, , http://n7:2380, , true`);
    expect(ask(terminal, 'member update')).toBe('Error: member ID is not provided');
    expect(ask(terminal, `member remove ${learner}`)).toMatch(/^Member [ \w]{16} removed/);
    expect(ask(terminal, 'member add n5 --peer-urls=http://n5:2380')).toMatch(/^Member [ \w]{16} added to cluster/);
  });

  test('TestCtlV3MemberAddAsLearnerWithOneMemberDown, TestRemoveNonExistingMember: the others are enough; nobody cannot be removed', () => {
    const terminal = openTerminal(3);
    pass(terminal, 6);
    const down = [1, 2, 3].find((n) => n !== leaderOf(terminal)) ?? 0;
    actInline(terminal.stage.run, { type: 'crash', member: down });
    pass(terminal, 6);
    const rest = `--endpoints=${[1, 2, 3]
      .filter((n) => n !== down)
      .map((n) => `n${n}:2379`)
      .join(',')}`;
    expect(ask(terminal, `member remove 1234 ${rest}`)).toBe('Error: etcdserver: member not found');
    expect(ask(terminal, `member add n4 --learner --peer-urls=http://n4:2380 ${rest}`)).toBe(
      'Error: etcdserver: unhealthy cluster',
    );
  });

  test.each([
    ['TestMemberReplace', ''],
    ['TestMemberReplaceWithLearner', ' --learner'],
  ])('%s: one leaves, another comes in its place', (_, flag) => {
    const terminal = openTerminal(3);
    pass(terminal, 6);
    const leader = leaderOf(terminal);
    const gone = [1, 2, 3].find((n) => n !== leader) ?? 0;
    const rest = `--endpoints=n${leader}:2379`;
    expect(ask(terminal, `member remove ${idOf(terminal, `n${gone}`)} ${rest}`)).toMatch(/^Member [ \w]{16} removed/);
    pass(terminal, 6);
    expect(ask(terminal, `member add n${gone}${flag} --peer-urls=http://n${gone}:2380 ${rest}`)).toMatch(/^Member [ \w]{16} added/);
    expect(ask(terminal, `put after replacement ${rest}`)).toBe('OK\n');
    expect(ask(terminal, `member list ${rest}`)).toContain(`unstarted, , http://n${gone}:2380, , ${flag !== ''}`);
  });

  test('TestCtlV3MemberPromoteWithAuth: for root alone', () => {
    const terminal = openTerminal(1);
    for (const line of ['user add root:r', 'role add root', 'user grant-role root root', 'user add u:p', 'auth enable'])
      ask(terminal, line);
    expect(ask(terminal, 'member add n4 --learner --peer-urls=http://n4:2380 --user root:r')).toMatch(/added as learner/);
    const id = /(\w+), unstarted/.exec(ask(terminal, 'member list --user root:r'))?.[1];
    expect(ask(terminal, `member promote ${id} --user u:p`)).toBe('Error: etcdserver: permission denied');
    expect(ask(terminal, `member promote ${id} --user root:r`)).toBe(
      'Error: etcdserver: can only promote a learner member which is in sync with leader',
    );
  });
});

describe('auth', () => {
  test('TestCtlV3AuthEndpointHealth, TestCtlV3AuthAndWatch, TestCtlV3AuthFromKeyPerm: health, watches and ranges up to the end', () => {
    const terminal = openTerminal(1);
    const setup = 'user add root:r,role add root,user grant-role root root,role add reader,user add u:p,user grant-role u reader';
    for (const line of [
      ...setup.split(','),
      'role grant-permission reader read key --prefix',
      'role grant-permission reader readwrite z --from-key',
      'auth enable',
    ])
      expect(ask(terminal, line), line).not.toMatch(/^Error/);
    expect(ask(terminal, 'endpoint health --user u:p')).toMatch(/is healthy: successfully committed proposal/);
    const mine = terminal.start('watch key --prefix --user u:p');
    expect(terminal.type('watch other --user u:p', 2).err).toContain('permission denied');
    ask(terminal, 'put key1 v --user root:r');
    pass(terminal, 0.5);
    expect(mine.stdout).toBe('PUT\nkey1\nv\n');
    expect([
      ask(terminal, 'put z1 v --user u:p'),
      ask(terminal, 'get z --from-key --user u:p'),
      ask(terminal, 'del zz --from-key --user u:p'),
    ]).toEqual(['OK\n', 'z1\nv\n', '0\n']);
    expect(ask(terminal, 'get k --from-key --user u:p')).toBe('Error: etcdserver: permission denied');
    expect(ask(terminal, 'role revoke-permission reader z --from-key --user root:r')).toMatch(
      /^Permission of range \[z, <open ended> is revoked from role reader\n$/,
    );
    expect(ask(terminal, 'put z1 v --user u:p')).toBe('Error: etcdserver: permission denied');
  });
});
