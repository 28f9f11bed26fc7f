/**
 * What etcd's own tests of a cluster and its client check (`spec/etcd.md` 9.1; etcd-io/etcd:tests/common), typed at a prompt in front of
 * ours. A title begins with the names of those it stands for; tests/tooling/checklists.test.ts sees that none is missing. Those of auth
 * are in commonAuth.test.ts, those with tokens that are signed in commonJwt.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { actInline } from '../../src/sim/index.ts';
import { ask, openTerminal, pass, type Terminal } from './terminal.ts';

function keysOf(terminal: Terminal, line: string): string {
  return ask(terminal, `${line} --keys-only`)
    .split('\n')
    .filter((key) => key !== '')
    .join(' ');
}

function leaderOf(terminal: Terminal, members: readonly number[]): number | undefined {
  return members.find((n) => / true, false, /.test(ask(terminal, `--endpoints=n${n}:2379 endpoint status`)));
}

describe('keys', () => {
  test('TestKVPut: what was put is there, once', () => {
    const terminal = openTerminal(3);
    expect(ask(terminal, 'put foo bar')).toBe('OK\n');
    expect(JSON.parse(ask(terminal, 'get foo -w json'))).toMatchObject({ count: 1, kvs: [{ key: 'Zm9v', value: 'YmFy' }] });
  });

  test('TestKVGet: ranges, limits, revisions and every order', () => {
    const terminal = openTerminal(3);
    for (const key of ['a', 'b', 'c', 'c', 'c', 'foo', 'foo/abc', 'fop']) ask(terminal, `put ${key} bar`);
    const all = 'a b c foo foo/abc fop';
    for (const [line, keys] of [
      ['get a', 'a'],
      ['get a --consistency=s', 'a'],
      ['get a c', 'a b'],
      ['get "" --prefix', all],
      ['get "" --prefix --limit=2', 'a b'],
      ['get "" --from-key', all],
      ['get foo --prefix', 'foo foo/abc'],
      ['get foo --from-key', 'foo foo/abc fop'],
      ['get "" --prefix --rev=3', 'a b'],
      ['get "" --prefix --order=ASCEND --sort-by=MODIFY', 'a b c foo foo/abc fop'],
      ['get "" --prefix --order=DESCEND --sort-by=MODIFY', 'fop foo/abc foo c b a'],
      ['get "" --prefix --order=ASCEND --sort-by=CREATE', all],
      ['get "" --prefix --order=DESCEND --sort-by=CREATE', 'fop foo/abc foo c b a'],
      ['get "" --prefix --order=ASCEND --sort-by=VERSION', 'a b foo foo/abc fop c'],
      ['get "" --prefix --order=DESCEND --sort-by=VERSION --limit=1', 'c'],
      ['get "" --prefix --order=DESCEND --sort-by=KEY', 'fop foo/abc foo c b a'],
      ['get "" --prefix --sort-by=VALUE', all],
    ] as const)
      expect(keysOf(terminal, line), line).toBe(keys);
  });

  test('TestKVDelete: one, a range, a prefix, from a key on, and what is not there', () => {
    const terminal = openTerminal(1);
    const deletion = (line: string) => {
      for (const key of ['a', 'b', 'c', 'c/abc', 'd']) ask(terminal, `put ${key} bar`);
      return [ask(terminal, `del ${line}`), keysOf(terminal, 'get "" --prefix')];
    };
    expect(deletion('a')).toEqual(['1\n', 'b c c/abc d']);
    expect(deletion('a c --range')).toEqual(['2\n', 'c c/abc d']);
    expect(deletion('c --prefix')).toEqual(['2\n', 'a b d']);
    expect(deletion('c --from-key')).toEqual(['3\n', 'a b']);
    expect(deletion('"" --prefix')).toEqual(['5\n', '']);
    expect(deletion('e')).toEqual(['0\n', 'a b c c/abc d']);
  });

  test('TestKVGetNoQuorum: without a quorum a serializable read works, a linearizable one ends with its deadline', () => {
    const terminal = openTerminal(3);
    ask(terminal, 'put foo bar');
    for (const member of [2, 3]) actInline(terminal.stage.run, { type: 'crash', member });
    expect(ask(terminal, 'get foo --consistency=s')).toBe('foo\nbar\n');
    expect(ask(terminal, 'get foo --command-timeout=3s')).toBe('Error: context deadline exceeded');
  });

  test('TestTxnSucc, TestTxnFail: both branches, several conditions, keys with blanks and quotes', () => {
    const terminal = openTerminal(1);
    ask(terminal, 'put key1 value1');
    ask(terminal, 'put key2 value2');
    ask(terminal, `put 'key "with" blanks' value3`);
    const txn = (...parts: readonly string[][]) =>
      ask(terminal, 'txn', parts.map((part) => `${part.join('\n')}${part.length > 0 ? '\n' : ''}\n`).join(''));
    expect(txn(['value("key1") != "value2"', 'value("key2") != "value1"'], ['get key1', 'get key2'], [])).toBe(
      'SUCCESS\n\nkey1\nvalue1\n\nkey2\nvalue2\n',
    );
    expect(
      txn(
        ['version("key1") = "1"', 'version("key2") = "1"'],
        ['get key1', 'get key2', 'put "key \\"with\\" space" "value \\x23"'],
        [],
      ),
    ).toBe('SUCCESS\n\nkey1\nvalue1\n\nkey2\nvalue2\n\nOK\n');
    expect(ask(terminal, `get 'key "with" space'`)).toBe('key "with" space\nvalue #\n');
    expect(txn(['version("key \\"with\\" blanks") = "1"'], ['get "key \\"with\\" blanks"'], [])).toBe(
      'SUCCESS\n\nkey "with" blanks\nvalue3\n',
    );
    expect(txn(['version("key") < "0"'], ['put key success'], ['put key fail'])).toBe('FAILURE\n\nOK\n');
    expect(txn(['value("key1") != "value1"'], ['put key1 success'], ['put key1 "fail once"'])).toBe('FAILURE\n\nOK\n');
    expect(ask(terminal, 'get key1')).toBe('key1\nfail once\n');
  });

  test('TestWatch: a key, a range, a prefix, from a revision on; in order', () => {
    const heard = (words: string, puts: readonly string[], before: readonly string[] = []) => {
      const terminal = openTerminal(1);
      for (const line of before) ask(terminal, line);
      const watch = terminal.start(`watch ${words}`);
      pass(terminal, 0.5);
      for (const line of puts) ask(terminal, line);
      pass(terminal, 0.5);
      return watch.stdout.trimEnd().split('\n').join(' ');
    };
    expect(heard('sample', ['put sample value', 'put other value'])).toBe('PUT sample value');
    expect(heard('key --prefix', ['put key1 val1', 'put key2 val2', 'del key1'])).toBe('PUT key1 val1 PUT key2 val2 DELETE key1');
    expect(heard('key1 key3', ['put key1 val1', 'put key3 val3', 'put key2 val2'])).toBe('PUT key1 val1 PUT key2 val2');
    const past = ['put etcd revision_1', 'put etcd revision_2', 'put etcd revision_3'];
    expect(heard('etcd --rev=3', ['put etcd revision_4'], past)).toBe(
      'PUT etcd revision_2 PUT etcd revision_3 PUT etcd revision_4',
    );
  });
});

describe('leases', () => {
  const grant = (terminal: Terminal, ttl: number) =>
    /^lease (\w+) granted with TTL\((\d+)s\)/.exec(ask(terminal, `lease grant ${ttl}`))?.[1] ?? '';

  test('TestLeaseGrantTimeToLive: the time that was granted, and the keys', () => {
    const terminal = openTerminal(1);
    const id = grant(terminal, 10);
    ask(terminal, `put foo bar --lease=${id}`);
    expect(ask(terminal, `lease timetolive ${id} --keys`)).toMatch(
      /^lease \w+ granted with TTL\(10s\), remaining\((9|10)s\), attached keys\(\[foo\]\)\n$/,
    );
  });

  test.each([0, 1, 3])('TestLeaseGrantAndList: a list of %i', (count) => {
    const terminal = openTerminal(3);
    const ids = Array.from({ length: count }, () => grant(terminal, 50)).sort();
    expect(ask(terminal, 'lease list')).toBe([`found ${count} leases`, ...ids, ''].join('\n'));
  });

  test('TestLeaseGrantTimeToLiveExpired: it ends, and its key with it', () => {
    const terminal = openTerminal(1);
    const id = grant(terminal, 2);
    ask(terminal, `put foo bar --lease=${id}`);
    pass(terminal, 4);
    expect([ask(terminal, `lease timetolive ${id}`), ask(terminal, 'get foo')]).toEqual([`lease ${id} already expired\n`, '']);
  });

  test('TestLeaseGrantKeepAliveOnce: renewed once it lives for another time', () => {
    const terminal = openTerminal(1);
    const id = grant(terminal, 4);
    ask(terminal, `put foo bar --lease=${id}`);
    pass(terminal, 2.5);
    expect(ask(terminal, `lease keep-alive --once ${id}`)).toBe(`lease ${id} keepalived with TTL(4)\n`);
    pass(terminal, 2.5);
    expect(ask(terminal, 'get foo')).toBe('foo\nbar\n');
    pass(terminal, 3.5);
    expect(ask(terminal, 'get foo')).toBe('');
  });

  test('TestLeaseGrantRevoke: revoked it takes its keys with it', () => {
    const terminal = openTerminal(1);
    const id = grant(terminal, 100);
    ask(terminal, `put foo bar --lease=${id}`);
    expect(ask(terminal, `lease revoke ${id}`)).toBe(`lease ${id} revoked\n`);
    expect([ask(terminal, 'get foo'), ask(terminal, 'lease list')]).toEqual(['', 'found 0 leases\n']);
  });
});

describe('the store', () => {
  test.each(['', ' --physical'])('TestCompact: below it nothing can be read, and it is not done twice;%s', (flag) => {
    const terminal = openTerminal(1);
    for (const value of [1, 2, 3]) ask(terminal, `put key val${value}`);
    expect(ask(terminal, 'get key --rev=3')).toBe('key\nval2\n');
    expect(ask(terminal, `compact 4${flag}`)).toBe('compacted revision 4\n');
    const refused = 'Error: etcdserver: mvcc: required revision has been compacted';
    expect([ask(terminal, 'get key --rev=3'), ask(terminal, `compact 4${flag}`)]).toEqual([refused, refused]);
  });

  test('TestDefragOnline: all members, while they serve', () => {
    const terminal = openTerminal(3);
    for (let i = 0; i < 10; i++) ask(terminal, `put key${i} value`);
    ask(terminal, 'compact 11');
    const line = (n: number) => new RegExp(`^Finished defragmenting etcd member\\[(http://)?n${n}:2379\\]\\. took `);
    const lines = ask(terminal, 'defrag --endpoints=n1:2379,n2:2379,n3:2379').trimEnd().split('\n');
    for (const n of [1, 2, 3]) expect(lines[n - 1]).toMatch(line(n));
    expect(keysOf(terminal, 'get key --prefix --limit=1')).toBe('key0');
  });

  test('TestAlarm, TestAlarmlistOnMemberRestart: full, alarmed, also after a restart, until there is room and it is disarmed', () => {
    const terminal = openTerminal(1, { quotaBytes: 100 * 1024 });
    const fill = 'x'.repeat(20_000);
    let refused = '';
    for (let i = 0; i < 20 && refused === ''; i++) {
      const said = ask(terminal, `put key${i} ${fill}`);
      if (said !== 'OK\n') refused = said;
    }
    expect(refused).toBe('Error: etcdserver: mvcc: database space exceeded');
    expect(ask(terminal, 'alarm list')).toMatch(/^memberID:\d+ alarm:NOSPACE \n$/);
    actInline(terminal.stage.run, { type: 'crash', member: 1 });
    pass(terminal, 1);
    actInline(terminal.stage.run, { type: 'restart', member: 1 });
    pass(terminal, 4);
    expect(ask(terminal, 'alarm list')).toMatch(/^memberID:\d+ alarm:NOSPACE \n$/);
    expect(ask(terminal, 'put key x')).toBe('Error: etcdserver: mvcc: database space exceeded');
    ask(terminal, 'del key --prefix');
    const { header } = JSON.parse(ask(terminal, 'get key -w json'));
    ask(terminal, `compact ${header.revision} --physical`);
    pass(terminal, 1);
    ask(terminal, 'defrag');
    expect(ask(terminal, 'alarm disarm')).toMatch(/^memberID:\d+ alarm:NOSPACE \n$/);
    expect([ask(terminal, 'alarm list'), ask(terminal, 'put key x')]).toEqual(['', 'OK\n']);
  });

  const hashes = (terminal: Terminal) =>
    JSON.parse(ask(terminal, 'endpoint hashkv --endpoints=n1:2379,n2:2379,n3:2379 -w json')).map(
      ({ HashKV }: { HashKV: { hash: number; compact_revision?: number } }) => [HashKV.hash, HashKV.compact_revision],
    );
  const allAlike = (terminal: Terminal) => {
    const all = hashes(terminal);
    expect(all).toHaveLength(3);
    expect(all.every((one: unknown) => JSON.stringify(one) === JSON.stringify(all[0]))).toBe(true);
    return all[0][0];
  };

  test('TestEndpointHashKV: members agree, and another store has another hash', () => {
    const terminal = openTerminal(3);
    ask(terminal, 'put key1 value1');
    const first = allAlike(terminal);
    ask(terminal, 'put key2 value2');
    expect(allAlike(terminal)).not.toBe(first);
  });

  test('TestVerifyHashKVAfterCompact: at each revision from the compacted one on', () => {
    const terminal = openTerminal(3);
    for (let i = 0; i < 4; i++) ask(terminal, `put key${i % 2} value${i}`);
    ask(terminal, 'del key0');
    ask(terminal, 'put key0 again');
    for (const revision of [3, 6]) {
      ask(terminal, `compact ${revision} --physical`);
      pass(terminal, 0.5);
      allAlike(terminal);
    }
  });

  test('TestVerifyHashKVAfterTwoCompactsOnTombstone: also where both stop at deletions', () => {
    const terminal = openTerminal(3);
    for (const line of ['put foo 1', 'del foo', 'put foo 2', 'del foo', 'put foo 3']) ask(terminal, line);
    for (const revision of [3, 5]) {
      ask(terminal, `compact ${revision} --physical`);
      pass(terminal, 0.5);
      allAlike(terminal);
    }
  });

  test('TestVerifyHashKVAfterCompactOnLastTombstone: also where nothing comes after it, and after a restart of one', () => {
    const terminal = openTerminal(3);
    for (const line of ['put foo 1', 'put foo 2', 'del foo']) ask(terminal, line);
    ask(terminal, 'compact 4 --physical');
    pass(terminal, 0.5);
    allAlike(terminal);
    actInline(terminal.stage.run, { type: 'crash', member: 2 });
    pass(terminal, 1);
    actInline(terminal.stage.run, { type: 'restart', member: 2 });
    pass(terminal, 4);
    ask(terminal, 'put bar 1');
    allAlike(terminal);
  });

  test('TestVerifyHashKVAfterCompactAndDefrag: a defragmentation changes no hash', () => {
    const terminal = openTerminal(3);
    for (const line of ['put foo 1', 'put foo 2', 'del foo', 'put bar 1']) ask(terminal, line);
    ask(terminal, 'compact 4 --physical');
    pass(terminal, 0.5);
    const before = allAlike(terminal);
    ask(terminal, 'defrag --endpoints=n1:2379,n2:2379,n3:2379');
    expect(allAlike(terminal)).toBe(before);
  });
});

describe('members', () => {
  test('TestEndpointStatus, TestStatus: one line for each, one of them leads', () => {
    const terminal = openTerminal(3);
    const all = JSON.parse(
      ask(terminal, 'endpoint status --endpoints=n1:2379,n2:2379,n3:2379 -w json').replace(/:(\d{15,})/g, ':"$1"'),
    );
    expect(all.map(({ Endpoint }: { Endpoint: string }) => Endpoint.replace('http://', ''))).toEqual([
      'n1:2379',
      'n2:2379',
      'n3:2379',
    ]);
    expect(new Set(all.map(({ Status }: { Status: { leader: string } }) => Status.leader)).size).toBe(1);
    expect(
      all.filter(
        ({ Status }: { Status: { leader: string; header: { member_id: string } } }) => Status.leader === Status.header.member_id,
      ),
    ).toHaveLength(1);
    expect(all[0].Status).toMatchObject({
      version: '3.6.14',
      storageVersion: '3.6.0',
      raftTerm: expect.any(Number),
      dbSize: expect.any(Number),
    });
  });

  test('TestEndpointHealth: each of them', () => {
    const terminal = openTerminal(3);
    const lines = ask(terminal, 'endpoint health --endpoints=n1:2379,n2:2379,n3:2379').trimEnd().split('\n').sort();
    for (const [i, line] of lines.entries())
      expect(line).toMatch(new RegExp(`^n${i + 1}:2379 is healthy: successfully committed proposal: took = `));
    expect(lines).toHaveLength(3);
  });

  test('TestWaitLeader, TestWaitLeader_MemberStop: there is a leader, and another one when it stops', () => {
    const terminal = openTerminal(3);
    const first = leaderOf(terminal, [1, 2, 3]) ?? 0;
    expect(first).toBeGreaterThan(0);
    actInline(terminal.stage.run, { type: 'crash', member: first });
    pass(terminal, 5);
    const rest = [1, 2, 3].filter((n) => n !== first);
    expect(rest).toContain(leaderOf(terminal, rest));
  });

  test.each(['', ' --consistency=s', ' --consistency=l'])(
    'TestMemberList, TestMemberListSerializable: all that there are;%s',
    (flag) => {
      const terminal = openTerminal(3);
      const { members } = JSON.parse(ask(terminal, `member list -w json${flag}`));
      expect(members.map(({ name }: { name: string }) => name).sort()).toEqual(['n1', 'n2', 'n3']);
      expect(
        members.every(
          ({ clientURLs, isLearner = false }: { clientURLs: string[]; isLearner?: boolean }) =>
            clientURLs.length === 1 && !isLearner,
        ),
      ).toBe(true);
    },
  );

  test('TestMemberListSerializable: without a quorum only one that may be old', () => {
    const terminal = openTerminal(3);
    for (const member of [2, 3]) actInline(terminal.stage.run, { type: 'crash', member });
    pass(terminal, 3);
    expect(ask(terminal, 'member list --consistency=s').trimEnd().split('\n')).toHaveLength(3);
    expect(ask(terminal, 'member list --command-timeout=3s')).toMatch(/^Error: /);
  });

  const ADDRESS = '--peer-urls=http://n5:2380';
  test.each([
    ['a learner, before they have known each other for five seconds', ' --learner', 0, 'Error: etcdserver: unhealthy cluster'],
    ['a voter, then', '', 0, 'Error: etcdserver: unhealthy cluster'],
    ['a voter, after', '', 6, 'added to'],
    ['a learner, after', ' --learner', 6, 'added as learner to'],
  ])('TestMemberAdd: %s', (_, flag, seconds, answer) => {
    const terminal = openTerminal(3);
    pass(terminal, seconds);
    expect(ask(terminal, `member add n5 ${ADDRESS}${flag}`)).toContain(answer);
  });

  test('TestMemberRemove: one that is not there, one before they have known each other, one after, and the one that is asked', () => {
    const terminal = openTerminal(3);
    const idOf = (n: number) => new RegExp(`(\\w+), started, n${n},`).exec(ask(terminal, 'member list'))?.[1] ?? '';
    const leader = leaderOf(terminal, [1, 2, 3]) ?? 0;
    const [second, third] = [1, 2, 3].filter((n) => n !== leader);
    expect(ask(terminal, 'member remove 1234')).toBe('Error: etcdserver: member not found');
    pass(terminal, 6);
    expect(ask(terminal, `member remove ${idOf(second ?? 0)} --endpoints=n${leader}:2379`)).toMatch(
      /^Member [ \w]{16} removed from cluster [ \w]{16}\n$/,
    );
    expect(ask(terminal, `member list --endpoints=n${leader}:2379`).trimEnd().split('\n')).toHaveLength(2);
    const own = new RegExp(`(\\w+), started, n${third},`).exec(ask(terminal, `member list --endpoints=n${leader}:2379`))?.[1];
    expect(ask(terminal, `member remove ${own} --endpoints=n${third}:2379`)).toMatch(
      /^(Member [ \w]{16} removed|Error: etcdserver: server stopped)/,
    );
  });
});
