/**
 * Serves the built page, `dist/`, on this machine, and prints its address.
 *
 *     tsx scripts/serve.ts [--port N] [--base /sub/path/]
 *
 * Without `--port` the system picks a free one.
 */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

export interface ServeOptions {
  /** Folder whose files are served. */
  readonly root: string;
  /** 0 lets the system pick one. */
  readonly port?: number;
  /** Path under which the files appear; starts and ends with a slash. */
  readonly base?: string;
}

export interface Server {
  /** Address of the page, with a slash at its end. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Starts a server on the loopback address. Rejects where the port cannot be had. */
export function serve({ root, port = 0, base = '/' }: ServeOptions): Promise<Server> {
  const folder = resolve(root);
  const server = createServer((request, response) => answer(folder, base, request, response));
  return new Promise((fulfil, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      fulfil({
        url: `http://127.0.0.1:${bound}${base}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

function answer(folder: string, base: string, request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? '/').replace(/[?#].*$/, '');
  const file = path.startsWith(base) ? fileAt(folder, path.slice(base.length)) : undefined;
  if (request.method !== 'GET' && request.method !== 'HEAD') refuse(response, 405, 'Method not allowed', { Allow: 'GET, HEAD' });
  // Without the slash the page's relative addresses would point beside it.
  else if (`${path}/` === base) refuse(response, 308, 'Moved', { Location: base });
  else if (file === undefined) refuse(response, 404, 'Not found');
  else send(folder, file, request.method === 'HEAD', response);
}

function send(folder: string, file: string, isHead: boolean, response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Length': statSync(file).size,
    // Names under assets/ carry a hash of what is in them.
    'Cache-Control': file.startsWith(join(folder, 'assets') + sep) ? 'public, max-age=31536000, immutable' : 'no-cache',
    'X-Content-Type-Options': 'nosniff',
  });
  if (isHead) response.end();
  else pipeline(createReadStream(file), response, () => undefined); // a visitor who leaves half-way is no error
}

/** The file that a path below the base names, or undefined if there is none inside the folder. Hidden files are none. */
function fileAt(folder: string, encoded: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    return undefined; // a stray % names no file
  }
  const parts = path.split(/[/\\]/);
  if (path.includes('\0') || parts.some((part) => part.startsWith('.'))) return undefined;
  const file = resolve(folder, ...parts);
  if (file !== folder && !file.startsWith(folder + sep)) return undefined;
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile()) return file;
  const index = join(file, 'index.html');
  return found?.isDirectory() && statSync(index, { throwIfNoEntry: false })?.isFile() ? index : undefined;
}

function refuse(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', ...headers });
  response.end(`${text}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, base: { type: 'string', default: '/' } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port wants a number from 0 to 65535, not ${values.port}`);
  if (!values.base.startsWith('/') || !values.base.endsWith('/')) throw new Error('--base starts and ends with a slash');
  if (!existsSync('dist/index.html')) throw new Error('There is no dist/index.html: run `npm run build` first.');
  const server = await serve({ root: 'dist', port, base: values.base });
  console.log(server.url);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
