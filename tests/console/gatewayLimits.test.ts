/**
 * What the gateway takes and what it opens: messages of 2 MiB at most, whose size in the refusal is the size on gRPC's wire, and
 * WebSockets. Each answer was given by a real etcd 3.6.14 (curl 7.88) to the same line.
 */
import { describe, expect, test } from 'vitest';
import { collectRun, compileLine } from '../../src/console/index.ts';
import { SECOND } from '../../src/sim/index.ts';
import { openTerminal } from './terminal.ts';

const terminal = openTerminal(1, { boot: 'etcd' });

describe('messages (etcd.md 7)', () => {
  const post = (path: string, body: string): string => {
    const line = `curl -sS -m 3 -w ' %{http_code}' n1:2379/v3/${path} -d @-`;
    const { program } = compileLine(line, { env: {}, endpoints: ['n1:2379'] });
    const run = collectRun(program, terminal.stage.createTarget(), body, false);
    terminal.stage.pass(terminal.stage.run.kernel.now + 5 * SECOND, () => run.exit !== undefined);
    return run.stdout.replace(/^\{"header".*(?= )/, 'DONE');
  };
  const bytes = (count: number): string => Buffer.alloc(count, 'a').toString('base64');
  const MORE = 2 * 1024 * 1024;
  const refusal = (size: number) => `{"code":8,"message":"grpc: received message larger than max (${size} vs. 2097152)"}`;

  test.each([
    ['kv/put', 1_572_000, 'DONE 200'],
    ['kv/put', 1_572_864, '{"code":3,"message":"etcdserver: request is too large"} 400'],
    ['kv/put', MORE - 8, '{"code":3,"message":"etcdserver: request is too large"} 400'],
    ['kv/put', MORE, `${refusal(MORE + 8)} 429`],
  ])('%s of a value of %i bytes: %s', (path, count, answer) => {
    expect(post(path, `{"key":"YQ==","value":"${bytes(count)}"}`)).toBe(answer);
  });

  test.each([
    ['kv/range', { key: bytes(MORE - 4) }, 'DONE 200'],
    ['kv/range', { key: bytes(MORE - 3) }, `${refusal(MORE + 1)} 429`],
    ['kv/txn', { success: [{ request_put: { key: 'YQ==', value: bytes(MORE) } }] }, `${refusal(MORE + 18)} 429`],
    ['auth/user/add', { name: 'u'.repeat(MORE), password: 'p' }, `${refusal(MORE + 8)} 429`],
    ['cluster/member/add', { peerURLs: [`http://${'u'.repeat(MORE)}:2380`] }, `${refusal(MORE + 17)} 429`],
    ['watch', { create_request: { key: bytes(MORE) } }, `{"error":${refusal(MORE + 10)}}\n 429`],
    ['lock/lock', { name: bytes(MORE) }, `${refusal(MORE + 5)} 429`],
    ['lock/lock', { name: bytes(1_572_864) }, '{"code":2,"message":"etcdserver: request is too large"} 500'],
    ['lock/unlock', { key: bytes(MORE) }, `${refusal(MORE + 5)} 429`],
    ['election/observe', { name: bytes(MORE) }, `{"error":${refusal(MORE + 5)}}\n 429`],
    ['kv/put', { nosuch: 'u'.repeat(MORE) }, '{"code":3,"message":"etcdserver: key is not provided"} 400'],
  ])('%s, case %#', (path, body, answer) => {
    expect(post(path, JSON.stringify(body))).toBe(answer);
  });

  test('lists of numbers, zeros that were chosen, negative numbers', () => {
    const watch = { filters: ['NOPUT', 'NODELETE'], start_revision: '-1', key: bytes(MORE) };
    expect(post('watch', JSON.stringify({ create_request: watch }))).toBe(`{"error":${refusal(MORE + 10 + 4 + 11)}}\n 429`);
    const compare = [{ target: 'VERSION', version: '0', key: bytes(MORE) }];
    expect(post('kv/txn', JSON.stringify({ compare }))).toBe(`${refusal(MORE + 5 + 2 + 5)} 429`);
  });
});

test('a watch has the number that it was given, to the last digit', () => {
  const said = (id: string) => `{"watch_id":"${id}","key":"YQ=="}`;
  const ids = ['9007199254740993', '9007199254740995', '-5', '9007199254740993'];
  const body = [...ids.map((id) => `{"create_request":${said(id)}}`), `{"cancel_request":${said('9007199254740995')}}`].join('');
  const { out } = terminal.type(`curl -sN -m 2 n1:2379/v3/watch -d '${body}'`);
  const heard = out.trimEnd().split('\n');
  expect(heard.map((line) => JSON.parse(line).result).map((result) => [result.watch_id, result.canceled ?? false])).toEqual([
    ['9007199254740993', false],
    ['9007199254740995', false],
    ['-5', false],
    ['-1', true],
    ['9007199254740995', true],
  ]);
});

describe('WebSockets (etcd.md 7.2)', () => {
  const UPGRADE = "-H 'Connection: keep-alive, Upgrade' -H 'Upgrade: WebSocket'";
  const VERSION = "-H 'Sec-WebSocket-Version: 13'";
  const KEY = "-H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='";
  const HEAD = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  ];
  const open = (more: string) => terminal.type(`curl -si -m 2 ${UPGRADE} ${VERSION} ${KEY} ${more}`);

  test.each(['watch', 'kv/range', 'lock/lock'])('/v3/%s opens and waits for frames, which curl cannot send', (path) => {
    expect(open(`n1:2379/v3/${path}`)).toMatchObject({ out: [...HEAD, '', ''].join('\r\n'), exit: 28 });
  });

  test('a token is taken as a subprotocol', () => {
    const { out } = open("-H 'Sec-WebSocket-Protocol: Bearer, x' n1:2379/v3beta/watch");
    expect(out).toBe([...HEAD, 'Sec-WebSocket-Protocol: Bearer', '', ''].join('\r\n'));
  });

  test('what is none is told in a frame, and closed', () => {
    const frame = '\x81 {"code":5,"message":"Not Found"}';
    expect(open('--output nosuch n1:2379/v3/nosuch').exit).toBe(0);
    const ran = terminal.start(`curl -si ${UPGRADE} ${VERSION} ${KEY} n1:2379/v3/nosuch`);
    terminal.stage.pass(terminal.stage.run.kernel.now + SECOND, () => ran.exit !== undefined);
    expect([ran.exit?.code, ran.stdout]).toEqual([0, [...HEAD, '', frame].join('\r\n')]);
  });

  test('whoever speaks before it is open is hung up on', () => {
    expect(open("-X GET -d '{}' n1:2379/v3/watch")).toMatchObject({ out: '', exit: 52 });
  });

  test.each([
    ['no key', `${UPGRADE} ${VERSION}`, '400 Bad Request'],
    ['an empty key', `${UPGRADE} ${VERSION} -H 'Sec-WebSocket-Key;'`, '400 Bad Request'],
    ['no version', `${UPGRADE} ${KEY}`, '400 Bad Request'],
    ['another version', `${UPGRADE} -H 'Sec-WebSocket-Version: 12' ${KEY}`, '400 Bad Request'],
    ['a POST', `-X POST ${UPGRADE} ${VERSION} ${KEY}`, '405 Method Not Allowed'],
  ])('refused: %s', (_, words, status) => {
    const { out } = terminal.type(`curl -si ${words} n1:2379/v3/watch`);
    const lines = [
      'Content-Type: text/plain; charset=utf-8',
      'Sec-Websocket-Version: 13',
      'X-Content-Type-Options: nosniff',
      'Date',
    ];
    expect(out.startsWith(`HTTP/1.1 ${status}\r\nAccess-Control`), out).toBe(true);
    expect(out).toContain(`\r\n${lines.join('\r\n')}`);
    expect(out.endsWith(`\r\n\r\n${status.slice(4)}\n`), out).toBe(true);
  });

  test('asked in half, it is a request as every other', () => {
    expect(terminal.type("curl -s -H 'Upgrade: websocket' n1:2379/v3/watch").out).toBe(
      '{"code":12,"message":"Method Not Allowed"}',
    );
    expect(terminal.type("curl -s -H 'Connection: Upgrade' n1:2379/v3/watch").out).toBe(
      '{"code":12,"message":"Method Not Allowed"}',
    );
    expect(open('n1:2379/version').out).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});
