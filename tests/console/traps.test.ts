/**
 * The traps for whoever builds etcd again (`spec/etcd.md` 14) that can be walked into from a console, each by its number; those behind
 * it are in tests/engine/server. tests/tooling/checklists.test.ts sees that none is missing.
 */
import { expect, test } from 'vitest';
import { actInline, SECOND } from '../../src/sim/index.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** What lines come to, one after the other; the first word of a refusal is its exit code. */
function say({ type }: Terminal, ...lines: readonly (string | readonly [line: string, stdin: string])[]): string[] {
  return lines.map((entry) => {
    const [line, stdin] = typeof entry === 'string' ? [entry, ''] : entry;
    const { out, err, exit } = type(line, 20, stdin);
    return exit === 0 ? out : `${exit} ${err.split('\n').find((text) => text.startsWith('Error: '))}`;
  });
}

function revisionOf(terminal: Terminal): number {
  return Number(/"revision":(\d+)/.exec(terminal.type('get nothing -w json').out)?.[1]);
}

const part = (lines: string): string => (lines === '' ? '\n' : `${lines}\n\n`);
const txn = (success: string, failure = '', compare = ''): [string, string] => [
  'txn',
  part(compare) + part(success) + part(failure),
];
const DUPLICATE = '1 Error: etcdserver: duplicate key given in txn request';

test('etcd.md 14.1: a put without a lease takes the key off its lease; --ignore-lease leaves it there', () => {
  const terminal = openTerminal(1);
  const id = /lease (\w+)/.exec(terminal.type('lease grant 500').out)?.[1];
  const keys = () => / attached keys\((.*)\)/.exec(terminal.type(`lease timetolive ${id} --keys`).out)?.[1];
  say(terminal, `put a 1 --lease=${id}`, `put b 1 --lease=${id}`);
  expect(keys()).toBe('[a b]');
  say(terminal, 'put a 2 --ignore-lease', 'put b 2');
  expect(keys()).toBe('[a]');
});

test('etcd.md 14.2: the revision moves once for each transaction that changes something', () => {
  const terminal = openTerminal(1);
  const moves = (line: string | [string, string]) => {
    const before = revisionOf(terminal);
    say(terminal, line);
    return revisionOf(terminal) - before;
  };
  expect(moves('put a 1')).toBe(1);
  expect(moves(txn('put b 1\nput c 1\ndel a'))).toBe(1);
  expect(moves('del nothing')).toBe(0);
  expect(moves(txn('put a 1', '', 'version("a") = "1"'))).toBe(0);
  expect(moves(txn('del nothing\nget b'))).toBe(0);
  expect(moves('put a --ignore-value')).toBe(0);
});

test('etcd.md 14.3: a header tells the current revision, and a count all that there is', () => {
  const terminal = openTerminal(1);
  say(terminal, 'put a1 1', 'put a2 2', 'put a3 3');
  const read = (line: string) => {
    const { header, count, more = false, kvs = [] } = JSON.parse(terminal.type(`get ${line} -w json`).out);
    return [header.revision, count ?? 0, kvs.length, more];
  };
  expect(read('a --prefix --rev=2')).toEqual([4, 1, 1, false]);
  expect(read('nothing')).toEqual([4, 0, 0, false]);
  expect(read('a --prefix --limit=1')).toEqual([4, 3, 1, true]);
  expect(read('a --prefix --min-mod-rev=4')).toEqual([4, 3, 1, false]);
});

test('etcd.md 14.4: the compact revision itself can be read, and not be compacted to again', () => {
  const terminal = openTerminal(1);
  say(terminal, 'put a 1', 'put a 2', 'put a 3');
  expect(say(terminal, 'compact 3', 'get a --rev=3', 'get a --rev=2', 'compact 3')).toEqual([
    'compacted revision 3\n',
    'a\n2\n',
    '1 Error: etcdserver: mvcc: required revision has been compacted',
    '1 Error: etcdserver: mvcc: required revision has been compacted',
  ]);
});

test('etcd.md 14.5: no comparison with the value of an absent key holds; all else of it is 0', () => {
  const terminal = openTerminal(1);
  say(terminal, 'put yes 1', 'put no 1');
  const holds = (compare: string) => say(terminal, txn('get yes', 'get no', compare))[0]?.startsWith('SUCCESS');
  for (const result of ['=', '!=', '<', '>']) expect(holds(`value("none") ${result} ""`), result).toBe(false);
  expect(holds('value("none") != "x"')).toBe(false);
  for (const target of ['version', 'create', 'mod']) expect(holds(`${target}("none") = "0"`), target).toBe(true);
});

test('etcd.md 14.6: a key is put once in a branch, and not deleted there, in whichever order; two deletions are fine', () => {
  const terminal = openTerminal(1);
  expect(
    say(
      terminal,
      txn('put a 1\nput a 2'),
      txn('put a 1\ndel a'),
      txn('del a\nput a 1'),
      txn('del a z\nput b 1'),
      txn('', 'put a 1\ndel a'),
      txn('del a\ndel a b'),
      txn('put a 1', 'put a 2'),
    ),
  ).toEqual([DUPLICATE, DUPLICATE, DUPLICATE, DUPLICATE, DUPLICATE, 'SUCCESS\n\n0\n\n0\n', 'SUCCESS\n\nOK\n']);
});

test('etcd.md 14.7: what is wrong in the branch that is taken undoes all of it; in the other it does not matter', () => {
  const terminal = openTerminal(1);
  say(terminal, 'put a 1');
  const wrong = ['get a --rev=100', 'put b 1 --lease=1234', 'put nothing --ignore-value'];
  expect(wrong.flatMap((line) => say(terminal, txn(`put c 1\n${line}`), txn('get a', line)))).toEqual([
    '1 Error: etcdserver: mvcc: required revision is a future revision',
    'SUCCESS\n\na\n1\n',
    '1 Error: etcdserver: requested lease not found',
    'SUCCESS\n\na\n1\n',
    '1 Error: etcdserver: key not found',
    'SUCCESS\n\na\n1\n',
  ]);
  expect([revisionOf(terminal), ...say(terminal, 'get c')]).toEqual([2, '']);
});

test('etcd.md 14.8: a watch hears each revision in one response; from the compact revision it is fine, from before it is cancelled', () => {
  const terminal = openTerminal(1);
  const { stage, start } = terminal;
  const heard = (out: string) =>
    out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).Events);
  const live = start('watch "" --prefix -w json');
  stage.pass(stage.run.kernel.now + SECOND / 2);
  say(terminal, 'put a 1', txn('put a 2\nput b 2\ndel none'), txn('del a\nput b 3'));
  const events = heard(live.stdout);
  expect(events.map(({ length }) => length)).toEqual([1, 2, 2]);
  expect(events[2][0]).toEqual({ type: 1, kv: { key: 'YQ==', mod_revision: 4 } });
  say(terminal, 'compact 4');
  const there = terminal.type('watch "" --prefix --rev=4 -w json', 1);
  expect(there.exit).toBe(undefined);
  expect(heard(there.out)).toEqual([events[2]]);
  const before = terminal.type('watch "" --prefix --rev=3', 1);
  expect([before.exit, before.err]).toEqual([
    5,
    'watch was canceled (etcdserver: mvcc: required revision has been compacted)\nError: watch is canceled by the server\n',
  ]);
  const { out } = terminal.type(`curl -sN -m 1 n1:2379/v3/watch -d '{"create_request":{"key":"YQ==","start_revision":"3"}}'`);
  const fields = out
    .trimEnd()
    .split('\n')
    .map((line) => Object.keys(JSON.parse(line).result).slice(1));
  expect(fields).toEqual([['created'], ['canceled', 'compact_revision']]);
});

test('etcd.md 14.9: who asks for progress is told once for all watches of the stream, by the number -1', () => {
  const terminal = openTerminal(1);
  say(terminal, 'put a 1');
  const create = (more: string) => `{"create_request":{"key":"YQ=="${more}}}`;
  const ask = (body: string) =>
    terminal
      .type(`curl -sN -m 2 n1:2379/v3/watch -d '${body}{"progress_request":{}}'`)
      .out.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).result)
      .filter((result) => result.created !== true);
  expect(ask(create('') + create(''))).toMatchObject([{ watch_id: '-1', header: { revision: '2' } }]);
  // Whatever else is asked on the stream: a real 3.6.14 has one answer for each question.
  const idsOf = (body: string) => ask(body).map(({ watch_id, canceled }) => [watch_id ?? '0', canceled ?? false]);
  const progress = '{"progress_request":{}}';
  expect(idsOf(create('') + progress)).toEqual([
    ['-1', false],
    ['-1', false],
  ]);
  expect(idsOf(create('') + progress + create(''))).toEqual([
    ['-1', false],
    ['-1', false],
  ]);
  expect(idsOf(`${create('')}${progress}{"cancel_request":{}}`)).toEqual([
    ['-1', false],
    ['0', true],
  ]);
  // One that waits for a revision to come is behind.
  expect(ask(create('') + create(',"start_revision":"1"')).filter(({ events }) => events === undefined)).toEqual([]);
});

test('etcd.md 14.11: a header names the member that answered; none of members has a revision, an inner one nothing else', () => {
  const terminal = openTerminal(3);
  const headerFrom = (member: number, line: string) =>
    JSON.parse(terminal.type(`--endpoints=n${member}:2379 ${line} -w json`).out).header;
  const { members } = JSON.parse(terminal.type('member list -w json').out.replace(/"ID":(\d+)/g, '"ID":"$1"'));
  for (const n of [1, 2, 3]) {
    const own = members.find(({ name }: { name: string }) => name === `n${n}`).ID;
    expect(terminal.type(`--endpoints=n${n}:2379 get a -w json`).out, own).toContain(`"member_id":${own},`);
    expect(Object.keys(headerFrom(n, 'get a'))).toEqual(['cluster_id', 'member_id', 'revision', 'raft_term']);
    expect(Object.keys(headerFrom(n, 'member list'))).toEqual(['cluster_id', 'member_id', 'raft_term']);
  }
  const { out } = terminal.type('txn -w json', 20, '\nput a 1\n\n\n');
  expect(JSON.parse(out).responses).toEqual([{ Response: { response_put: { header: { revision: 2 } } } }]);
});

test('etcd.md 14.12: what is printed of nothing, and how commands exit', () => {
  const terminal = openTerminal(1);
  say(terminal, 'put a 1');
  expect(say(terminal, 'get nothing', 'get a --keys-only', txn('get a\nget nothing\nput b 1'))).toEqual([
    '',
    'a\n\n',
    'SUCCESS\n\na\n1\n\n\nOK\n',
  ]);
  expect(
    say(terminal, 'get', 'put a 1 --lease=zz', ['txn', 'nonsense\n'], 'get a --order=up', 'put a 1 --lease=12').map(
      (line) => line.split(' ')[0],
    ),
  ).toEqual(['128', '128', '3', '4', '1']);
});

test('etcd.md 14.13: ids are hex as they are, of leases 16 digits, of new members padded with blanks; in JSON decimal', () => {
  const terminal = openTerminal(1);
  const small = 'n6=http://n6:2380';
  const [granted = '', added = ''] = say(terminal, 'lease grant 100', `member add n6 --learner --peer-urls=${small.slice(3)}`);
  expect(granted).toMatch(/^lease [0-9a-f]{16} granted with TTL\(100s\)\n/);
  expect(/^Member ([ 0-9a-f]{16}) added as learner to cluster ([ 0-9a-f]{16})\n/.exec(added)).not.toBeNull();
  const [list = '', json = '', lease = ''] = say(terminal, 'member list', 'member list -w json', 'lease timetolive 1');
  expect(list.split('\n').map((line) => line.split(',')[0])).toContain(/^Member +(\w+) /.exec(added)?.[1]);
  const ids = [...json.matchAll(/"ID":(\d+)/g)].map(([, id = '']) => BigInt(id).toString(16));
  expect(ids).toEqual(
    list
      .trimEnd()
      .split('\n')
      .map((line) => line.split(',')[0]),
  );
  expect(ids.some((id) => BigInt(`0x${id}`) > BigInt(Number.MAX_SAFE_INTEGER))).toBe(true);
  expect(lease).toBe('lease 0000000000000001 already expired\n');
});

test('etcd.md 14.15: a follower waits for its leader; a cut-off member reads and watches what it has, until the stream is ended', () => {
  const terminal = openTerminal(3);
  const { stage, start, type } = terminal;
  type('put a 1');
  const at3 = '--endpoints=n3:2379';
  expect(type(`${at3} get a`).out).toBe('a\n1\n');
  const links = [
    [1, 3],
    [3, 1],
    [2, 3],
    [3, 2],
  ] as const;
  const kept = start(`${at3} watch a`);
  stage.pass(stage.run.kernel.now + SECOND / 2);
  actInline(stage.run, { type: 'cut', cause: 'hand', links });
  expect(type('--endpoints=n1:2379,n2:2379 put a 2', 10).exit).toBe(0);
  expect([kept.exit, kept.stdout]).toEqual([undefined, '']);
  expect(type(`${at3} get a --consistency=s`)).toMatchObject({ out: 'a\n1\n', exit: 0 });
  expect(type(`${at3} get a`)).toMatchObject({ out: '', exit: 1 });
  stage.pass(stage.run.kernel.now + 6 * SECOND);
  expect(kept.stderr).toContain('etcdserver: no leader');
  actInline(stage.run, { type: 'heal', cause: 'all', links });
  stage.pass(stage.run.kernel.now + 3 * SECOND);
  expect(type(`${at3} get a`).out).toBe('a\n2\n');
});

test('etcd.md 14.16: a voter that is added counts at once, one that is not healthy is refused, a learner has to catch up', () => {
  const alone = openTerminal(1);
  expect(alone.type('member add n4 --peer-urls=http://n4:2380').exit).toBe(0);
  expect(alone.type('put a 1', 10)).toMatchObject({ out: '', exit: 1 });
  const terminal = openTerminal(3);
  terminal.stage.pass(terminal.stage.run.kernel.now + 5 * SECOND);
  expect(say(terminal, 'member add n4 --learner --peer-urls=http://n4:2380')[0]).toContain('added as learner');
  const id = /(\w+), unstarted/.exec(terminal.type('member list').out)?.[1];
  expect(say(terminal, `member promote ${id}`)).toEqual([
    '1 Error: etcdserver: can only promote a learner member which is in sync with leader',
  ]);
  const leader = [1, 2, 3].find((n) => terminal.type(`curl -s n${n}:2379/metrics`).out.includes('etcd_server_is_leader 1')) ?? 0;
  const other = (leader % 3) + 1;
  actInline(terminal.stage.run, { type: 'crash', member: other });
  terminal.stage.pass(terminal.stage.run.kernel.now + SECOND);
  const line = `--endpoints=n${leader}:2379 member add n5 --peer-urls=http://n5:2380`;
  expect(say(terminal, line)).toEqual(['1 Error: etcdserver: unhealthy cluster']);
});

test('etcd.md 14.17: ties keep the order of the keys; a prefix of 0xff ends nowhere; from a key is up to the single NUL', () => {
  const terminal = openTerminal(1);
  say(terminal, 'put c x', 'put a x', 'put b w');
  expect(
    say(terminal, 'get "" --prefix --keys-only --sort-by=VALUE', 'get "" --prefix --keys-only --sort-by=VALUE --order=DESCEND'),
  ).toEqual(['b\n\na\n\nc\n\n', 'a\n\nc\n\nb\n\n']);
  expect(say(terminal, 'get b --from-key --keys-only')).toEqual(['b\n\nc\n\n']);
  const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
  const put = (key: string) => terminal.type(`curl -s n1:2379/v3/kv/put -d '{"key":"${base64(key)}"}'`);
  for (const key of ['\xff', '\xff\xff1', '\xfe']) put(key);
  const count = (key: string, end: string) =>
    JSON.parse(terminal.type(`curl -s n1:2379/v3/kv/range -d '{"key":"${base64(key)}","range_end":"${base64(end)}"}'`).out).count;
  expect([count('\xff', '\0'), count('\xfe', '\xff'), count('\0', '\0'), count('c', '\0')]).toEqual(['2', '1', '6', '4']);
});

test('etcd.md 14.19: a lease that nobody can keep alive is called expired after three seconds, and that is no failure', () => {
  const terminal = openTerminal(3);
  const { stage, type } = terminal;
  const id = /lease (\w+)/.exec(type('lease grant 100').out)?.[1];
  for (const member of [2, 3]) actInline(stage.run, { type: 'crash', member });
  stage.pass(stage.run.kernel.now + 8 * SECOND);
  const { out, exit, took } = type(`lease keep-alive ${id}`);
  expect([out, exit]).toEqual([`lease ${id} expired or revoked.\n`, 0]);
  expect(took).toBeGreaterThan(2.9);
  expect(took).toBeLessThan(4.1);
});

test('etcd.md 14.21: an attempt that failed is logged before the error, and also where the next one succeeds', () => {
  const terminal = openTerminal(3);
  actInline(terminal.stage.run, { type: 'crash', member: 1 });
  terminal.stage.pass(terminal.stage.run.kernel.now + 5 * SECOND);
  const failed = terminal.type('--endpoints=n1:2379 --command-timeout=1s put a 1').err.trimEnd().split('\n');
  expect(failed.map((line) => line.slice(0, 8))).toEqual(['{"level"', 'Error: c']);
  const lease = terminal.type('--endpoints=n2:2379 put a 1 --lease=1234').err.trimEnd().split('\n');
  expect(lease.map((line) => line.slice(0, 8))).toEqual(['{"level"', 'Error: e']);
  // The process dies with the question: it is asked again elsewhere, and answered.
  terminal.type('--endpoints=n2:2379 put a 1');
  const read = terminal.start('--endpoints=n3:2379,n2:2379 get a');
  actInline(terminal.stage.run, { type: 'crash', member: 3 });
  actInline(terminal.stage.run, { type: 'restart', member: 1 });
  terminal.stage.pass(terminal.stage.run.kernel.now + 5 * SECOND);
  expect(read).toMatchObject({ exit: { code: 0 }, stdout: 'a\n1\n' });
  expect(
    read.stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(0, 8)),
  ).toEqual(['{"level"']);
});
