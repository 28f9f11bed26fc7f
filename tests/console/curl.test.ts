/** curl at the console's prompt: a real cluster of ours behind it, curl's own words where something is wrong. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8Decode } from '../../src/base/index.ts';
import * as messages from '../../src/console/gateway/messages.ts';
import { UNARY_METHODS } from '../../src/console/gateway/requests.ts';
import { actInline, MILLISECOND, SECOND } from '../../src/sim/index.ts';
import { openTerminal } from './terminal.ts';

const put = `curl -X POST -d '{"key":"Zm9v","value":"YmFy"}' http://n1:2379/v3/kv/put`;

describe('with a cluster', () => {
  const terminal = openTerminal(3);

  test('requests of every kind, and the member that stands in for localhost', () => {
    expect(terminal.type(put).out).toMatch(
      /^\{"header":\{"cluster_id":"\d+","member_id":"\d+","revision":"2","raft_term":"\d"\}\}$/,
    );
    for (const line of [
      `curl -sL http://n2:2379/v3/kv/range -d '{"key":"Zm9v"}'`,
      `curl -s --request POST --data-raw '{"key":"Zm9v"}' n3:2379/v3/kv/range`,
      `curl --json '{"key":"Zm9v"}' 'http://localhost:2379/v3/../v3/kv/range#x'`,
      `curl -LsXPOST -d'{"key":"Zm9v"}' http://127.0.0.1:2379/v3//kv/range`,
    ])
      expect(terminal.type(line), line).toMatchObject({ out: expect.stringContaining('"value":"YmFy"'), err: '', exit: 0 });
    expect(terminal.type('curl n1:2379/version n2:2379/health')).toMatchObject({
      out: '{"etcdserver":"3.6.14","etcdcluster":"3.6.0","storage":"3.6.0"}{"health":"true","reason":""}',
      err: '',
      exit: 0,
    });
    expect(terminal.type('curl http://n1:2379/readyz?verbose').out).toBe(
      '[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\nok\n',
    );
  });

  test('heads, as sent', () => {
    const { out } = terminal.type('curl -i n1:2379/nosuch');
    expect(out.replace(/Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/, 'DATE')).toBe(
      [
        'HTTP/1.1 404 Not Found',
        'Access-Control-Allow-Headers: accept, content-type, authorization',
        'Access-Control-Allow-Methods: POST, GET, OPTIONS, PUT, DELETE',
        'Access-Control-Allow-Origin: *',
        'Content-Type: text/plain; charset=utf-8',
        'X-Content-Type-Options: nosniff',
        'DATE',
        'Content-Length: 19',
        '',
        '404 page not found\n',
      ].join('\r\n'),
    );
    expect(terminal.type('curl -I n1:2379/version').out).toMatch(
      /^HTTP\/1\.1 405 Method Not Allowed\r\n[\s\S]*Allow: GET\r\n[\s\S]*\r\n\r\n$/,
    );
    expect(terminal.type(`curl -s -o /dev/null -w '%{http_code}\\n' n1:2379/nosuch`).out).toBe('404\n');
    expect(terminal.type('curl -f n1:2379/nosuch')).toMatchObject({
      out: '',
      err: 'curl: (22) The requested URL returned error: 404\n',
      exit: 22,
    });
  });

  test('a stream goes on until Ctrl-C, and shows what happens meanwhile', () => {
    const watching = terminal.start(`curl -N -d '{"create_request":{"key":"Zm9v"}}' http://n2:2379/v3/watch`);
    terminal.stage.pass(terminal.stage.run.kernel.now + SECOND);
    terminal.type(put);
    terminal.stage.pass(terminal.stage.run.kernel.now + SECOND);
    expect(watching.exit).toBeUndefined();
    const lines = utf8Decode(watching.stdout).split('\n');
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ result: { events: [{ kv: { key: 'Zm9v', value: 'YmFy' } }] } });
    watching.running.interrupt();
    expect(watching.exit).toEqual({ code: undefined, signal: 'SIGINT' });
    const { out, err, exit } = terminal.type(`curl -m 1.5 -d '{"create_request":{"key":"Zm9v"}}' http://n2:2379/v3/watch`);
    expect(err).toBe(`curl: (28) Operation timed out after 1500 milliseconds with ${out.length} bytes received\n`);
    expect(exit).toBe(28);
  });

  test('who waits for a lock and goes away leaves nothing behind', () => {
    terminal.type(`curl -d '{"TTL":"600","ID":"9"}' n1:2379/v3/lease/grant`);
    const lock = `curl -d '{"name":"bA==","lease":"9"}' n1:2379/v3/lock/lock`;
    expect(terminal.type(lock).out).toContain('"key":"bC85"');
    const waiting = terminal.start(`curl -d '{"name":"bA=="}' n1:2379/v3/lock/lock`);
    const count = () => terminal.type(`curl -d '{"key":"bC8=","range_end":"bDA=","count_only":true}' n1:2379/v3/kv/range`).out;
    terminal.stage.pass(terminal.stage.run.kernel.now + SECOND);
    expect(count()).toContain('"count":"2"');
    waiting.running.interrupt();
    terminal.stage.pass(terminal.stage.run.kernel.now + SECOND);
    expect(waiting.exit?.code).toBe(130);
    expect(count()).toContain('"count":"1"');
    expect(terminal.type(`curl -m 1 -d '{"name":"bA=="}' n1:2379/v3/lock/lock`).exit).toBe(28);
    expect(count()).toContain('"count":"1"');
  });

  test('metrics tell how the member is', () => {
    const { out } = terminal.type('curl n1:2379/metrics');
    expect(out).toMatch(/^# TYPE etcd_server_has_leader gauge\netcd_server_has_leader 1$/m);
    expect(out).toMatch(/^etcd_debugging_mvcc_current_revision [1-9]\d*$/m);
    expect(out).toMatch(/^etcd_server_quota_backend_bytes 2\.147483648e\+09$/m);
    const metric = (name: string) => {
      const { out: text } = terminal.type('curl n1:2379/metrics');
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    };
    const [puts, txns] = [metric('etcd_mvcc_put_total'), metric('etcd_mvcc_txn_total')];
    terminal.type(put);
    terminal.type('put a b');
    terminal.type(`curl -d '{"success":[{"request_put":{"key":"YQ=="}},{"request_put":{"key":"Yg=="}}]}' n2:2379/v3/kv/txn`);
    terminal.stage.pass(terminal.stage.run.kernel.now + SECOND); // every member has applied them
    expect(metric('etcd_mvcc_put_total')).toBe(puts + 4);
    expect(metric('etcd_mvcc_txn_total')).toBe(txns + 1);
    const leaders = [1, 2, 3].map((n) => terminal.type(`curl n${n}:2379/metrics`).out.includes('etcd_server_is_leader 1\n'));
    expect(leaders.filter(Boolean)).toHaveLength(1);
  });
});

describe('without', () => {
  test('members that are not there, or go away', () => {
    const { stage, type, start } = openTerminal(3);
    const waiting = start(`curl -d '{"create_request":{"key":"Zm9v"}}' http://n2:2379/v3/watch`);
    const silent = start(`curl -d '{}' http://n2:2379/v3/watch`);
    stage.pass(stage.run.kernel.now + SECOND);
    actInline(stage.run, { type: 'crash', member: 2 });
    stage.pass(stage.run.kernel.now + 100 * MILLISECOND);
    expect(utf8Decode(waiting.stderr)).toBe('curl: (18) transfer closed with outstanding read data remaining\n');
    silent.running.kill();
    for (const path of ['/v3/kv/range', '/version', '/nosuch', '/v3/watch', '/v3/lease/keepalive', '/metrics'])
      expect(type(`curl -X POST http://n2:2379${path}`), path).toMatchObject({
        out: '',
        err: expect.stringMatching(/^curl: \(7\) Failed to connect to n2 port 2379 after \d ms: Couldn't connect to server\n$/),
        exit: 7,
      });
    expect(type('curl -s n2:2379/version')).toMatchObject({ out: '', err: '', exit: 7 });
    expect(type('curl -sS n2:2379/version').err).toContain('curl: (7)');
    expect(type('curl n1:80/version').err).toContain('curl: (7) Failed to connect to n1 port 80');
    // Without a quorum nobody can answer for the cluster, and nothing is asked twice.
    actInline(stage.run, { type: 'crash', member: 3 });
    stage.pass(stage.run.kernel.now + 5 * SECOND);
    expect(type('curl n1:2379/health').out).toBe('{"health":"false","reason":"RAFT NO LEADER"}\n');
    expect(type('curl n1:2379/health?serializable=true').out).toBe('{"health":"true","reason":""}');
    expect(type(`curl -d '{"key":"Zm9v"}' n1:2379/v3/kv/range`).out).toBe('{"code":14,"message":"etcdserver: request timed out"}');
    expect(type('curl n1:2379/readyz').out).toContain('[-]linearizable_read failed: etcdserver: request timed out\n');
    expect(type(`curl -d '{"ID":"1"}' -w ' %{http_code}' n1:2379/v3/lease/keepalive`).out).toMatch(
      /^\{"error":\{"code":14,.*\}\}\n 503$/,
    );
  });

  test('words', () => {
    const { type } = openTerminal(1);
    const tryHelp = "curl: try 'curl --help' or 'curl --manual' for more information\n";
    const cases: readonly (readonly [line: string, exit: number, err: string])[] = [
      ['curl', 2, tryHelp],
      ['curl --foo n1:2379', 2, `curl: option --foo: is unknown\n${tryHelp}`],
      ['curl -sQ n1:2379', 2, `curl: option -sQ: is unknown\n${tryHelp}`],
      ['curl n1:2379 -d', 2, `curl: option -d: requires parameter\n${tryHelp}`],
      ['curl -m x n1:2379', 2, `curl: option -m: expected a proper numerical parameter\n${tryHelp}`],
      ['curl nosuch.example:2379/version', 6, 'curl: (6) Could not resolve host: nosuch.example\n'],
      ['curl foo://n1', 1, 'curl: (1) Protocol "foo" not supported or disabled in libcurl\n'],
      ['curl http://n1:99999', 3, 'curl: (3) URL using bad/illegal format or missing URL\n'],
      ['curl http://', 3, 'curl: (3) URL using bad/illegal format or missing URL\n'],
      ['curl https://n1:2379', 35, 'curl: (35) OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to n1:2379 \n'],
    ];
    for (const [line, exit, err] of cases) expect(type(line), line).toMatchObject({ out: '', err, exit });
    expect(type('sh -c "curl http://n9:2379?u=http://x"').err).toMatch(
      /^curl: \(7\) Failed to connect to n9 port 2379 after \d ms/,
    );
    expect(type('curl --help').out).toContain(' -d, --data <data>\n');
  });
});

test('whatever is asked of whichever method, there is an answer', () => {
  const { type } = openTerminal(1);
  const paths = [...UNARY_METHODS.keys(), '/watch', '/lease/keepalive', '/lock/lock', '/lock/unlock', '/election/proclaim'];
  const fields = Object.values(messages).flatMap((message) => ('fields' in message ? Object.keys(message.fields) : []));
  const scalar = fc.constantFrom('Zm9v', 'AA==', '', '1', '-1', 'x', 0, 2, 1.5, true, null, '9223372036854775807', 2 ** 53);
  const { body } = fc.letrec<{ body: unknown; value: unknown }>((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('value'), { maxLength: 2 }), tie('body')),
    body: fc.dictionary(fc.constantFrom(...new Set(fields)), tie('value'), { maxKeys: 4 }),
  }));
  const statuses = new Set<string>();
  fc.assert(
    fc.property(fc.constantFrom(...paths), body, (path, asked) => {
      // Auth would keep everybody out who comes later.
      if (path === '/auth/enable') return;
      const { out, exit } = type(`curl -s -m 8 -w ' %{http_code}' -d '${JSON.stringify(asked)}' n1:2379/v3${path}`);
      const [, text = '', status = ''] = /^([\s\S]*) (\d{3})$/.exec(out) ?? [];
      statuses.add(status);
      // Only what waits for something to happen has said nothing after eight seconds.
      if (status === '000') expect([path, exit]).toEqual([expect.stringMatching(/^\/(?:watch|lock\/lock)$/), 28]);
      else for (const line of text.trimEnd().split('\n')) if (line !== '') expect(JSON.parse(line)).toBeTypeOf('object');
    }),
    { numRuns: 1_500 },
  );
  expect([...statuses]).toEqual(expect.arrayContaining(['000', '200', '400', '404', '500']));
});
