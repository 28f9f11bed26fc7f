/** Session files: every form of step, and files that are broken in every way. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/options.ts';
import { playSession } from '../../src/cli/transcript/player.ts';
import { readSession } from '../../src/cli/transcript/session.ts';
import { runCli } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'transcript-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(text: string): string {
  const path = join(folder, 'session.json');
  writeFileSync(path, text);
  return path;
}

interface PlayedRecord {
  readonly n: number;
  readonly args?: readonly string[];
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exit?: number | null;
  readonly signal?: string;
  readonly elapsedMs?: number;
  readonly background?: string;
  readonly error?: string;
  readonly response?: string;
}

function play(
  members: number,
  steps: readonly unknown[],
): { readonly head: { endpoints: readonly string[]; members: readonly string[] }; readonly records: readonly PlayedRecord[] } {
  return playSession(readSession(fileOf(JSON.stringify({ members, steps }))));
}

const outputs = (records: readonly PlayedRecord[]) => records.map(({ stdout }) => stdout);

describe('every form of step', () => {
  test('commands, input, captures and variables', () => {
    const { head, records } = play(1, [
      { args: ['put', 'k', 'v'] },
      { args: ['put', 'stdin'], stdin: 'typed' },
      { args: ['get', 'stdin', '--print-value-only'] },
      { args: ['put', 'long'], stdin: 'a', stdinRepeat: ['bc', 3] },
      { args: ['get', 'long', '-w', 'json'], capture: { rev: '"revision":(\\d+)', none: 'no (match)' } },
      { args: ['put', 'captured', '{{rev}} {{none}} {{never}} {{clusterSize}} {{ep0}} {{m0}}'] },
      { args: ['get', 'captured', '--print-value-only'] },
      { args: ['get', 'k'], env: { ETCDCTL_WRITE_OUT: 'json' }, note: 'by a variable' },
    ]);
    expect(records.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(records.every(({ exit }) => exit === 0)).toBe(true);
    expect(records[2]?.stdout).toBe('typed\n');
    expect(records[4]?.stdout).toContain(Buffer.from('abcbcbc').toString('base64'));
    expect(records[6]?.stdout).toBe(`4 UNCAPTURED_none {{never}} 1 ${head.endpoints[0]} ${head.members[0]}\n`);
    expect(records[7]).toMatchObject({ note: 'by a variable', stdout: expect.stringContaining('"kvs"') });
  });

  test('the background: started, stopped, awaited, and what is left at the end', () => {
    const { records } = play(1, [
      { args: ['watch', 'k'], background: true, name: 'w' },
      { args: ['watch', 'never'], background: true, name: 'left' },
      { args: ['put', 'typed'], background: true, name: 'p', stdin: 'one ', stdinOpen: true },
      { write: 'p', stdin: 'two' },
      { args: ['put', 'k', '1'] },
      { stop: 'p', closeStdin: true },
      { stop: 'w' },
      { args: ['get', 'typed', '--print-value-only'] },
      { args: ['put', 'quick', '1'], background: true, name: 'q' },
      { await: 'q' },
      { args: ['watch', 'k'], background: true, name: 'forever' },
      { await: 'forever', timeoutMs: 500 },
      { stop: 'unknown' },
    ]);
    expect(records.map(({ background, stdout, exit, signal }) => ({ background, stdout, exit, signal }))).toEqual([
      { background: undefined, stdout: 'OK\n', exit: 0, signal: undefined },
      { background: 'p', stdout: 'OK\n', exit: 0, signal: undefined },
      { background: 'w', stdout: 'PUT\nk\n1\n', exit: null, signal: 'SIGINT' },
      { background: undefined, stdout: 'one two\n', exit: 0, signal: undefined },
      { background: 'q', stdout: 'OK\n', exit: 0, signal: undefined },
      { background: 'forever', stdout: '', exit: null, signal: 'SIGKILL' },
      { background: 'left', stdout: '', exit: null, signal: 'SIGINT' },
    ]);
  });

  test('signals reach etcdctl alone: it cleans up after those that it can hear, and waits for what it runs', () => {
    const { records } = play(1, [
      ...['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGHUP'].flatMap((signal) => [
        { args: ['lock', signal], background: true, name: signal },
        { stop: signal, signal },
        { args: ['get', signal, '--prefix', '--count-only', '-w', 'fields'] },
      ]),
      { args: ['lock', 'k', '--ttl=1', '--', 'sh', '-c', 'sleep 3; echo slept'], background: true, name: 'long' },
      { stop: 'long' },
    ]);
    const count = (record: PlayedRecord | undefined) => /"Count" : (\d)/.exec(record?.stdout ?? '')?.[1];
    expect([1, 3, 5, 7].map((i) => count(records[i]))).toEqual(['0', '0', '1', '1']);
    expect([0, 2, 4, 6].map((i) => records[i]?.signal ?? records[i]?.exit)).toEqual([0, 0, 'SIGKILL', 'SIGHUP']);
    expect(records[8]).toMatchObject({ stdout: 'slept\n', exit: 0 });
  });

  test('a transaction whose own read cannot be done ends where its client waits, and nowhere else, as with etcd 3.6.14', () => {
    const values = (n: number) => ({ args: ['get', 'k', '--print-value-only', '--consistency=s'], endpoints: n });
    const { records } = play(3, [
      { args: ['put', 'k', '1'] },
      { args: ['txn'], stdin: '\nput k 2\nget k --rev=99\n\n\n', endpoints: 0 },
      { args: ['put', 'other', 'v'] },
      ...[0, 1, 2].map(values),
      { args: ['txn'], stdin: '\nput k 3\nget k\n\n\n', endpoints: 1 },
      { args: ['put', 'other', 'w'] },
      ...[0, 1, 2].map(values),
      { args: ['txn'], stdin: '\nput k 4\nget k --rev=99\n\n\n', endpoints: 0 },
      { member: 0, do: 'kill' },
      { member: 0, do: 'start' },
      { sleepMs: 4_000 },
      ...[0, 1, 2].map(values),
    ]);
    expect(records[1]).toMatchObject({ exit: 1, stderr: expect.stringContaining('required revision is a future revision') });
    const told = outputs(records);
    expect([told.slice(3, 6), told.slice(8, 11), told.slice(12, 15)]).toEqual([
      ['1\n', '2\n', '2\n'],
      ['3\n', '3\n', '3\n'],
      ['3\n', '4\n', '4\n'],
    ]);
  });

  test('time: sleeps, deadlines, retries', () => {
    const { records } = play(3, [
      { args: ['put', 'k', 'v'], timed: true },
      { args: ['watch', 'k'], timeoutMs: 1_500, timed: true },
      { member: [1, 2], do: 'kill' },
      { sleepMs: 3_000 },
      { args: ['put', 'k', 'w'], timed: true },
      { member: 2, do: 'start' },
      { args: ['put', 'k', 'x', '--command-timeout=100ms'], retry: 9, timed: true },
    ]);
    expect(records[0]?.elapsedMs).toBeLessThan(50);
    expect(records[1]).toMatchObject({ exit: null, signal: 'SIGKILL', elapsedMs: 1_500 });
    expect(records[2]).toMatchObject({ exit: 1, elapsedMs: 5_020, stderr: expect.stringContaining('context deadline exceeded') });
    expect(records[3]?.exit).toBe(0);
    expect(records[3]?.elapsedMs).toBeGreaterThan(1_000);
  });

  test('members: the first one leads; each kind of fault; each choice of endpoints', () => {
    const { head, records } = play(3, [
      { args: ['put', 'k', '1'], endpoints: 'leader' },
      { member: 'leader', do: 'pause' },
      { sleepMs: 4_000 },
      { args: ['put', 'k', '2'], endpoints: 1 },
      { args: ['get', 'k', '--consistency=s', '--command-timeout=300ms'], endpoints: 0 },
      { member: 0, do: 'resume' },
      { sleepMs: 2_000 },
      { args: ['get', 'k'], endpoints: 'all' },
      { args: ['get', 'k'], endpoints: 'followers' },
      { args: ['get', 'k'], endpoints: 'none' },
      { args: ['get', 'k'], endpoints: 'http://{{ep2}}' },
      { member: 'followers', do: 'kill' },
      { member: 'followers', do: 'start' },
      { args: ['get', 'k'] },
    ]);
    expect(head.endpoints).toHaveLength(3);
    expect(new Set(head.members).size).toBe(3);
    expect(outputs(records)).toEqual(['OK\n', 'OK\n', '', 'k\n2\n', 'k\n2\n', '', 'k\n2\n', 'k\n2\n']);
    expect(records[2]?.stderr).toContain('context deadline exceeded');
  });

  test('HTTP: methods, raw bodies, headers, captures, streams that are cut', () => {
    const { records } = play(1, [
      { http: { path: '/v3/kv/put', body: { key: 'aw==', value: 'dg==' } }, capture: { rev: '"revision":"(\\d+)"' } },
      { http: { path: '/health', method: 'GET' } },
      { http: { path: '/v3/kv/range', body: '{"key":"aw=="}x', raw: true, headers: { 'Content-Type': 'text/plain' } } },
      { http: { path: '/v3/watch', body: { create_request: { key: 'aw==', start_revision: '{{rev}}' } }, streamMs: 200 } },
      { http: { path: '/v3/watch', body: '{', raw: true } },
    ]);
    expect(records[1]).toMatchObject({
      http: { method: 'GET', path: '/health' },
      status: 200,
      contentType: 'text/plain; charset=utf-8',
      cors: '*',
      response: '{"health":"true","reason":""}',
    });
    expect(records[2]).toMatchObject({ status: 200, response: expect.stringContaining('"count":"1"') });
    expect(records[3]).toMatchObject({
      status: 200,
      response: expect.stringMatching(/"created":true.*\n.*"value":"dg=="\}\}\]\}\}\n$/),
    });
    expect(records[4]).toMatchObject({ status: null, contentType: null, cors: null, response: '', error: 'timeout' });
  });

  test('what cannot be done is said', () => {
    const twice = { args: ['watch', 'k'], background: true, name: 'w' };
    expect(() => play(1, [twice, twice])).toThrow('session.json: steps[1].name "w" is still running');
  });
});

describe('a broken file', () => {
  test.each<[string, string]>([
    ['', ':1:1: not JSON: it ends too early'],
    ['{"members": 1,\n "steps": [}', ':2:12: not JSON: unexpected "}"'],
    ['{"members": 1, "steps": [tru', ':1:29: not JSON: it ends too early'],
    ['{"members": 1, "steps": "x', ':1:27: not JSON: it ends too early'],
    ['{"members": 1, "steps": [{"a"}]}', ':1:30: not JSON: unexpected "}"'],
    ['{"members": 01}', ':1:14: not JSON: unexpected "1"'],
    ['[] x', ':1:4: not JSON: unexpected "x"'],
    ['null', ': the whole is not an object'],
    ['[]', ': the whole is not an object'],
    ['{}', ': members is missing'],
    ['{"members": 0, "steps": []}', ': members is not an integer from 1 to 9'],
    ['{"members": "1", "steps": []}', ': members is not an integer from 1 to 9'],
    ['{"members": 1, "quota": 0, "steps": []}', ': quota is not an integer from 1 to 9007199254740991'],
    ['{"members": 1}', ': steps is missing'],
    ['{"members": 1, "steps": {}}', ': steps is not a list'],
    ['{"members": 1, "steps": [1]}', ': steps[0] is not an object'],
    ['{"members": 1, "steps": [{}]}', ': steps[0] is none of args, write, stop, await, sleepMs, member, http'],
    ['{"members": 1, "steps": [{"args": "get"}]}', ': steps[0].args is not a list'],
    ['{"members": 1, "steps": [{"args": ["get", 1]}]}', ': steps[0].args[1] is not a text'],
    ['{"members": 1, "steps": [{"args": [], "timeoutMs": -1}]}', ': steps[0].timeoutMs is not an integer from 0 to 86400000'],
    ['{"members": 1, "steps": [{"args": [], "env": {"A": 1}}]}', ': steps[0].env.A is not a text'],
    ['{"members": 1, "steps": [{"args": [], "capture": {"A": "("}}]}', ': steps[0].capture.A is not a regular expression'],
    ['{"members": 1, "steps": [{"args": [], "background": true}]}', ': steps[0].name is missing'],
    ['{"members": 1, "steps": [{"args": [], "endpoints": 1}]}', ': steps[0].endpoints is neither a text nor a member from 0 to 0'],
    ['{"members": 1, "steps": [{"args": [], "stdinRepeat": ["a"]}]}', ': steps[0].stdinRepeat is not [text, times]'],
    ['{"members": 1, "steps": [{"member": 0, "do": "burn"}]}', ': steps[0].do is none of pause, resume, kill, start'],
    ['{"members": 1, "steps": [{"member": 1, "do": "kill"}]}', ': steps[0].member is none of "leader", "followers", an index'],
    ['{"members": 1, "steps": [{"http": {}}]}', ': steps[0].http.path is missing'],
  ])('%s', (text, message) => {
    const path = fileOf(text);
    expect(() => readSession(path)).toThrow(UsageError);
    expect(() => readSession(path)).toThrow(`${path}${message}`);
  });

  test('however it is broken, is told in one line', () => {
    const good = JSON.stringify({
      members: 1,
      steps: [
        { args: ['put', 'k', 'v'], stdin: 'x', capture: { a: '(b)' }, env: { A: 'b' }, retry: 1, timed: true },
        { args: ['watch', 'k'], background: true, name: 'w', stdinOpen: true, waitMs: 1 },
        { write: 'w', stdin: 'x', waitMs: 1 },
        { stop: 'w', waitMs: 1, closeStdin: false },
        { member: 0, do: 'kill' },
        { http: { path: '/health', body: { a: 1 } } },
      ],
    });
    let refused = 0;
    const check = (text: string) => {
      const path = fileOf(text);
      try {
        readSession(path);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect((error as Error).message).toMatch(/^\S+session\.json:[^\n]+$/);
        refused++;
      }
    };
    for (let length = 0; length < good.length; length++) check(good.slice(0, length));
    const strange = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.array(fc.string()),
      fc.object(),
    );
    fc.assert(
      fc.property(fc.nat(), strange, (which, value) => {
        // Some value in the file is another one.
        const places: [Record<string, unknown>, string][] = [];
        const whole: unknown = JSON.parse(good, function (this: Record<string, unknown>, key, item: unknown) {
          if (key !== '') places.push([this, key]);
          return item;
        });
        const [holder, key] = places[which % places.length] as (typeof places)[number]; // there are many
        holder[key] = value;
        check(JSON.stringify(whole));
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(good.length);
  });

  test('as a process: exit code 2 and no stack', () => {
    for (const [args, text] of [
      [[join(folder, 'nowhere.json')], 'no such file'],
      [[folder], 'is a folder'],
      [[], 'no session file given'],
      [['a', 'b'], 'one session file at a time, not also b'],
      [['--frob'], 'unknown option --frob'],
      [[fileOf('{"members": 1, "steps": [')], 'not JSON'],
    ] as const) {
      const { code, stdout, stderr } = runCli('transcript', args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(text);
      expect(stderr).not.toContain('    at ');
    }
    expect(runCli('transcript', ['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('FILE') });
  });
});
