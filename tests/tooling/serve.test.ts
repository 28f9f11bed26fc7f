// Serves a small folder and asks for what is there, what is not, and what lies outside. Paths go over a raw request: `fetch` would tidy them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, serve } from '../../scripts/serve.ts';

let folder: string;
let server: Server;
let below: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'etcdscope-serve-'));
  mkdirSync(join(folder, 'dist/assets'), { recursive: true });
  mkdirSync(join(folder, 'dist/.vite'));
  mkdirSync(join(folder, 'dist-secret'));
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'dist-secret/secret.txt'), 'secret');
  writeFileSync(join(folder, 'dist/.vite/manifest.json'), '{}');
  writeFileSync(join(folder, 'dist/index.html'), '<title>page</title>');
  writeFileSync(join(folder, 'dist/icon.svg'), '<svg/>');
  writeFileSync(join(folder, 'dist/assets/a b-1.js'), 'let x;');
  writeFileSync(join(folder, 'dist/assets/style-1.css'), 'p{}');
  server = await serve({ root: join(folder, 'dist') });
  below = await serve({ root: join(folder, 'dist'), base: '/some/where/' });
});

afterAll(async () => {
  await Promise.all([server.close(), below.close()]);
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(to: Server, path: string, method = 'GET'): Promise<Answer> {
  return new Promise((fulfil, reject) => {
    const sent = request({ host: '127.0.0.1', port: new URL(to.url).port, path, method }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => fulfil({ status: response.statusCode, headers: response.headers, body }));
    });
    sent.on('error', reject).end();
  });
}

describe('what is there', () => {
  it('has an address on the loopback interface, at a port of the system’s choice', () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+\/$/);
    expect(new URL(server.url).port).not.toBe(new URL(below.url).port);
  });

  it.each([
    ['/', '<title>page</title>', 'text/html; charset=utf-8'],
    ['/index.html?seed=1', '<title>page</title>', 'text/html; charset=utf-8'],
    ['/icon.svg', '<svg/>', 'image/svg+xml'],
    ['/assets/a%20b-1.js', 'let x;', 'text/javascript; charset=utf-8'],
    ['/assets/style-1.css', 'p{}', 'text/css; charset=utf-8'],
  ])('%s is sent with its type', async (path, body, type) => {
    const answer = await ask(server, path);
    expect(answer).toMatchObject({ status: 200, body });
    expect(answer.headers).toMatchObject({
      'content-type': type,
      'x-content-type-options': 'nosniff',
      'content-length': `${body.length}`,
    });
  });

  it('is kept for good where its name carries a hash, and asked for again elsewhere', async () => {
    expect((await ask(server, '/assets/style-1.css')).headers['cache-control']).toContain('immutable');
    expect((await ask(server, '/')).headers['cache-control']).toBe('no-cache');
  });

  it('is told of by HEAD without being sent, and cannot be changed', async () => {
    expect(await ask(server, '/icon.svg', 'HEAD')).toMatchObject({ status: 200, body: '', headers: { 'content-length': '6' } });
    expect(await ask(server, '/icon.svg', 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });
});

describe('what is not there', () => {
  it.each([
    '/missing.js',
    '/assets',
    '/assets/',
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/../dist-secret/secret.txt',
    '//etc/passwd',
    '/%00',
    '/%',
    '/.vite/manifest.json',
  ])('%s', async (path) => {
    expect(await ask(server, path)).toMatchObject({ status: 404, body: 'Not found\n' });
  });
});

describe('below a sub-path', () => {
  it('is the same page, and nothing beside it', async () => {
    expect(below.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/some\/where\/$/);
    expect(await ask(below, '/some/where/')).toMatchObject({ status: 200, body: '<title>page</title>' });
    expect(await ask(below, '/some/where/icon.svg')).toMatchObject({ status: 200, body: '<svg/>' });
    expect(await ask(below, '/icon.svg')).toMatchObject({ status: 404 });
    expect(await ask(below, '/some/whereicon.svg')).toMatchObject({ status: 404 });
    expect(await ask(below, '/some/where/../../icon.svg')).toMatchObject({ status: 404 });
    expect(await ask(below, '/some/where')).toMatchObject({ status: 308, headers: { location: '/some/where/' } });
  });
});

it('says so when the port is taken', async () => {
  await expect(serve({ root: folder, port: Number(new URL(server.url).port) })).rejects.toThrow('EADDRINUSE');
});
