/**
 * What the recordings do not show: interrupts, locks and elections between clients, several endpoints at once, files, programs
 * that run programs. Every answer was asked of a real etcdctl 3.6.14.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { utf8Decode, utf8Encode } from '../../src/base/index.ts';
import {
  type CollectedRun,
  type ConsoleTarget,
  collectRun,
  compileLine,
  createShell,
  etcdctl,
  quoteWord,
} from '../../src/console/index.ts';
import { createModelEtcd, type ModelEtcd } from './model.ts';

const ENDPOINT = 'n1:2379';
const SECOND = 1_000_000;
const newModel = () => createModelEtcd('ecd84297f868e01a', `http://${ENDPOINT}`);

function start(model: ModelEtcd, line: string, stdin = '', stdinOpen = false): CollectedRun {
  const { program } = compileLine(line, { env: {}, endpoints: [ENDPOINT] });
  return collectRun(program, model, utf8Encode(stdin), stdinOpen);
}

function outcome(run: CollectedRun) {
  return { stdout: utf8Decode(run.stdout), stderr: utf8Decode(run.stderr), exit: run.exit?.code ?? run.exit?.signal };
}

function ask(model: ModelEtcd, line: string, stdin = ''): string {
  const run = start(model, line, stdin);
  model.pass(model.now() + 20 * SECOND, () => run.exit !== undefined);
  return utf8Decode(run.stdout + run.stderr);
}

const wait = (model: ModelEtcd, seconds: number) => model.pass(model.now() + seconds * SECOND);

describe('locks', () => {
  test('Ctrl-C releases what is held, and the next one has it', () => {
    const model = newModel();
    const first = start(model, 'lock L');
    wait(model, 1);
    const second = start(model, 'lock L');
    wait(model, 30);
    expect(second.stdout).toBe('');
    first.running.interrupt();
    expect(outcome(first)).toMatchObject({ stdout: expect.stringMatching(/^L\/[0-9a-f]{16}\n\n$/), stderr: '', exit: 0 });
    expect(utf8Decode(second.stdout)).toMatch(/^L\/[0-9a-f]{16}\n\n$/);
    expect(ask(model, 'get L/ --prefix --keys-only').trim()).toBe(utf8Decode(second.stdout).trim());
  });

  test('Ctrl-C while waiting takes its key back', () => {
    const model = newModel();
    start(model, 'lock L');
    const waiting = start(model, 'lock L');
    wait(model, 1);
    waiting.running.interrupt();
    expect(outcome(waiting)).toEqual({ stdout: '', stderr: 'Error: context canceled\n', exit: 1 });
    expect(ask(model, 'get L/ --prefix --count-only -w fields')).toContain('"Count" : 1\n');
  });

  test('a revoked lease ends what hangs on it, at the next keep-alive', () => {
    const model = newModel();
    const lock = start(model, 'lock M');
    wait(model, 1);
    ask(model, `lease revoke ${utf8Decode(lock.stdout).trim().slice(2)}`);
    expect(lock.exit).toBeUndefined();
    wait(model, 5);
    expect(outcome(lock)).toMatchObject({ stderr: 'Error: session expired\n', exit: 1 });
    const elect = start(model, 'elect M v');
    wait(model, 1);
    ask(model, `lease revoke ${utf8Decode(elect.stdout).split('\n')[0]?.slice(2)}`);
    wait(model, 25);
    expect(outcome(elect)).toMatchObject({ stderr: 'Error: elect: session expired\n', exit: 1 });
  });

  test('a lease outlives its lock by its time to live, and is kept alive no longer', () => {
    const model = newModel();
    const lock = start(model, 'lock L --ttl=5');
    wait(model, 60);
    lock.running.interrupt();
    expect(ask(model, 'lease list')).toContain('found 1 leases');
    wait(model, 6);
    expect(ask(model, 'lease list')).toBe('found 0 leases\n');
  });

  test('etcdctl itself runs while a lock is held, which is kept alive', () => {
    const model = newModel();
    expect(ask(model, 'lock L --ttl=3 etcdctl put a b')).toBe('OK\n');
    const held = start(model, 'lock L --ttl=3 etcdctl watch a');
    wait(model, 30);
    ask(model, 'put a c');
    held.running.interrupt();
    expect(outcome(held)).toEqual({ stdout: 'PUT\na\nc\n', stderr: 'Error: signal: interrupt\n', exit: 255 });
    expect(ask(model, 'get L/ --prefix')).toBe('');
  });

  test('programs that are not there', () => {
    const model = newModel();
    expect(ask(model, 'lock L ls')).toBe('Error: exec: "ls": executable file not found in $PATH\n');
    expect(ask(model, 'lock L ./run')).toBe('Error: fork/exec ./run: no such file or directory\n');
  });
});

describe('elections', () => {
  test('candidates follow one another, and who listens sees each', () => {
    const model = newModel();
    const first = start(model, 'elect E v1');
    wait(model, 1);
    const second = start(model, 'elect E v2');
    const listener = start(model, 'elect -l E');
    wait(model, 1);
    expect(second.stdout).toBe('');
    first.running.interrupt();
    expect(first.exit?.code).toBe(0);
    wait(model, 1);
    second.running.interrupt();
    listener.running.interrupt();
    const keys = [first, second].map((run) => utf8Decode(run.stdout));
    expect(outcome(listener)).toEqual({ stdout: keys.join(''), stderr: '', exit: 0 });
    expect(keys[1]).toMatch(/^E\/[0-9a-f]{16}\nv2\n$/);
  });

  test('Ctrl-C while waiting', () => {
    const model = newModel();
    start(model, 'elect E v1');
    const waiting = start(model, 'elect E v2');
    wait(model, 1);
    waiting.running.interrupt();
    expect(outcome(waiting)).toEqual({ stdout: '', stderr: 'Error: context canceled\n', exit: 1 });
  });
});

test('a second Ctrl-C ends what cannot be released', () => {
  const model = newModel();
  let silent = false;
  const target: ConsoleTarget = {
    ...model,
    request: (call, onReply) => (silent ? { id: undefined, cancel: () => {} } : model.request(call, onReply)),
  };
  const lock = collectRun(etcdctl(['lock', 'L'], { env: {}, endpoints: [ENDPOINT] }), target, '', false);
  silent = true;
  lock.running.interrupt();
  expect(lock.exit).toBeUndefined();
  lock.running.interrupt();
  expect(lock.exit).toEqual({ code: undefined, signal: 'SIGINT' });
});

describe('several endpoints', () => {
  const both = `--endpoints=n9:2379,${ENDPOINT}`;

  test('health is asked of all at once: the whole takes as long as the slowest', () => {
    const model = newModel();
    const run = start(model, `endpoint health ${both},n8:2379 -w json`);
    model.pass(model.now() + 60 * SECOND, () => run.exit !== undefined);
    const rows: readonly { readonly endpoint: string; readonly health: boolean }[] = JSON.parse(utf8Decode(run.stdout));
    // In the order in which they ended.
    expect(rows.map(({ endpoint, health }) => [endpoint, health])).toEqual([
      [ENDPOINT, true],
      ['n9:2379', false],
      ['n8:2379', false],
    ]);
    expect(outcome(run)).toMatchObject({ stderr: 'Error: unhealthy cluster\n', exit: 1 });
    expect((run.until ?? 0) - run.since).toBeLessThan(5.1 * SECOND);
  });

  test('status, hash and defrag go on behind one that does not answer', () => {
    const model = newModel();
    expect(ask(model, `endpoint hashkv ${both}`)).toBe(
      `${ENDPOINT}, 3836316991, 1\nFailed to get the hash of endpoint n9:2379 (context deadline exceeded)\nError: context deadline exceeded\n`,
    );
    expect(ask(model, `endpoint status -w json --endpoints=n9:2379`)).toBe(
      'null\nFailed to get the status of endpoint n9:2379 (context deadline exceeded)\n',
    );
    expect(ask(model, `defrag ${both}`)).toMatch(
      /^Finished defragmenting etcd member\[n1:2379\]\. took [\d.µ]+s\nFailed to defragment etcd member\[n9:2379\]\. took 5[\d.]*s\. \(context deadline exceeded\)\n$/,
    );
  });
});

test('who is used to export hears how variables are set here, and where there are none', () => {
  const shell = createShell(newModel(), [ENDPOINT], {}, () => {});
  for (const line of ['export ETCDCTL_WRITE_OUT=json', 'unset ETCDCTL_WRITE_OUT', 'exports']) shell.submit(line);
  const hinted = shell.state().lines.flatMap((line) => (line.kind === 'hint' ? [line.hint.code] : []));
  expect(hinted).toEqual(['variables', 'variables', 'unknownCommand']);
});

test('snapshot save hands out a file', () => {
  const model = newModel();
  const files: [string, string][] = [];
  const shell = createShell(model, [ENDPOINT], { save: (name, data) => files.push([name, data]) }, () => {});
  shell.submit('snapshot save /tmp/s.db');
  expect(files).toEqual([['s.db', 'SNAP']]);
  const lines = shell.state().lines.map((line) => ('text' in line ? line.text : line.kind));
  // What can be done with it is said beside it, and where somebody looks for etcdutl.
  expect(lines.slice(-3)).toEqual(['Snapshot saved at /tmp/s.db', 'Server version 3.6.0', 'hint']);
  const hinted = () => shell.state().lines.flatMap((line) => (line.kind === 'hint' ? [line.hint.code] : []));
  shell.submit('etcdutl snapshot restore s.db');
  shell.submit('snapshot restore s.db');
  shell.submit('snapshot --help');
  expect(hinted()).toEqual(['restoreHere', 'restoreHere', 'restoreHere']);
  expect(lines.filter((line) => line.startsWith('{"level":"info"'))).toHaveLength(6);
  expect(ask(model, 'snapshot save /nosuch/s.db')).toBe(
    'Error: could not open /nosuch/s.db.part (open /nosuch/s.db.part: no such file or directory)\n',
  );
});

test('lines of a watch are known by the revision of their event', () => {
  const model = newModel();
  const shell = createShell(model, [ENDPOINT], {}, () => {});
  shell.submit('watch a --prefix');
  for (const line of ['put a 1', 'put b 2', 'put ab 3', 'del a']) ask(model, line);
  const told = () => shell.state().lines.flatMap((line) => (line.kind === 'stdout' ? [[line.text, line.revision]] : []));
  const events = [
    ['PUT', 2],
    ['a', 2],
    ['1', 2],
    ['PUT', 4],
    ['ab', 4],
    ['3', 4],
    ['DELETE', 5],
    ['a', 5],
    ['', 5],
  ];
  expect(told()).toEqual(events);
  shell.interrupt();
  shell.submit('watch a --prefix --rev=2 -w json');
  wait(model, 1);
  expect(told().at(-1)).toEqual([expect.stringContaining('"Events"'), 5]); // of several in one line it is the last
  shell.interrupt();
  shell.submit('get ab');
  expect(told().slice(-2)).toEqual([
    ['ab', undefined],
    ['3', undefined],
  ]);
});

describe('interactive watch', () => {
  test('events that come while a program runs are not lost', () => {
    const model = newModel();
    const watch = start(model, 'watch a -- etcdctl put b x');
    for (const value of ['1', '2']) ask(model, `put a ${value}`);
    watch.running.interrupt();
    expect(outcome(watch)).toEqual({ stdout: 'PUT\na\n1\nOK\nPUT\na\n2\nOK\n', stderr: '', exit: 'SIGINT' });
  });

  test('a program that fails ends it', () => {
    const model = newModel();
    const watch = start(model, 'watch a -- sh -c "exit 3"');
    ask(model, 'put a 1');
    expect(outcome(watch)).toEqual({
      stdout: 'PUT\na\n1\n',
      stderr: 'command ["sh" "-c" "exit 3"] error (exit status 3)\n',
      exit: 1,
    });
  });

  test('a cancelled watch is told of, and the others go on', () => {
    const model = newModel();
    for (const value of ['1', '2', '3']) ask(model, `put a ${value}`);
    ask(model, 'compaction 4');
    const watch = start(model, 'watch -i', 'watch a --rev=1\nwatch b\nprogress\n', true);
    expect(outcome(watch)).toEqual({
      stdout: 'progress notify: 4\n',
      stderr: 'watch was canceled (etcdserver: mvcc: required revision has been compacted)\n',
      exit: undefined,
    });
  });
});

test('a shell of a few words', () => {
  const model = newModel();
  expect(ask(model, 'echo a  "b  c"')).toBe('a b  c\n');
  expect(outcome(start(model, 'exit 7')).exit).toBe(7);
  expect(outcome(start(model, 'false')).exit).toBe(1);
  expect(ask(model, `sh -c 'echo "a\\tb" \\$x'`)).toBe('a\tb $x\n');
  expect(ask(model, `sh -c 'ls'`)).toBe('sh: 1: ls: not found\n');
  expect(ask(model, `sh -c 'echo a | cat'`)).toBe('sh: | at column 8 is not supported in this console\n');
  expect(utf8Decode(start(model, 'X="1 2" echo $X').stdout)).toBe('\n');
});

test.each([
  ['echo a; echo b >&2; exit 4; echo c', 'a\n', 'b\n', 4],
  ['false || echo a && echo b', 'a\nb\n', '', 0],
  ['false && echo a; echo "b; c" \'&& d\'', 'b; c && d\n', '', 0],
  ['true || echo a\nfalse', '', '', 1],
  ['false; echo $?; echo "$?"; (', '1\n0\n', 'sh: ( at column 28 is not supported in this console\n', 2],
  ['X=1; Y=2 echo $X$Y; echo $X # $X', '1\n1\n', '', 0],
  ['echo a >/dev/null; ls 2>/dev/null; ls 2>&1', 'sh: 1: ls: not found\n', '', 127],
  ['ls >/dev/null 2>&1', '', '', 127],
  ['echo a > b', '', 'sh: > at column 8 is not supported in this console\n', 2],
  ['echo a; echo $(b)', 'a\n', 'sh: $( at column 14 is not supported in this console\n', 2],
  ['sleep', '', "sleep: missing operand\nTry 'sleep --help' for more information.\n", 1],
  ['cat; cat x', '', 'cat: x: No such file or directory\n', 1],
])('a script: %s', (script, stdout, stderr, exit) => {
  expect(outcome(start(newModel(), `sh -c ${quoteWord(script)}`))).toEqual({ stdout, stderr, exit });
});

test('a lock is kept while its command sleeps', () => {
  const model = newModel();
  const lock = start(model, 'lock a --ttl=2 sleep 8');
  wait(model, 7);
  expect(ask(model, 'get a/ --prefix --keys-only')).toMatch(/^a\//);
  wait(model, 2);
  expect(outcome(lock)).toEqual({ stdout: '', stderr: '', exit: 0 });
});

test('a password is asked for where there is none', () => {
  const model = newModel();
  const added = start(model, 'user add root', 'pw\npw\n');
  expect(utf8Decode(added.stdout)).toBe('Password of root: \nType password of root again for confirmation: \nUser root created\n');
  ask(model, 'auth enable');
  expect(outcome(start(model, '--user root get a', 'pw\n'))).toEqual({ stdout: 'Password: \n', stderr: '', exit: 0 });
  expect(outcome(start(model, '--user root get a', 'wrong\n'))).toMatchObject({ exit: 2 });
});

test('the bytes of -w protobuf (golden/protobuf.json)', () => {
  const golden: readonly (
    | { readonly cluster_id: string; readonly member_id: string }
    | { readonly args: readonly string[]; readonly stdin?: string; readonly hex: string }
  )[] = JSON.parse(readFileSync(new URL('../recorded/etcdctl/golden/protobuf.json', import.meta.url), 'utf8'));
  const [head, ...steps] = golden;
  if (head === undefined || !('cluster_id' in head)) throw new Error('the ids come first');
  const model = createModelEtcd(BigInt(head.member_id).toString(16), `http://${ENDPOINT}`, BigInt(head.cluster_id));
  let compared = 0;
  for (const step of steps) {
    if (!('args' in step)) throw new Error('commands follow');
    const program = etcdctl([...step.args, '-w', 'protobuf'], { env: {}, endpoints: [ENDPOINT] });
    const run = collectRun(program, model, utf8Encode(step.stdin ?? ''), false);
    const hex = [...run.stdout].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
    expect([step.args, hex]).toEqual([step.args, step.hex]);
    compared++;
  }
  expect(compared).toBe(steps.length);
});
