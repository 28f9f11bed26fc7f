/**
 * The sessions recorded from a real etcd 3.6.14 (tests/recorded/etcdctl/README.md), played by the project's own cluster: what
 * each command and each HTTP request answers is compared word for word, as `compare.mjs` beside them does; other than there, the
 * lines that etcd's client library logs are compared as well.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { playSession } from '../../src/cli/transcript/player.ts';
import { readSession } from '../../src/cli/transcript/session.ts';

interface Played {
  readonly head: unknown;
  readonly records: readonly { readonly group?: unknown; readonly n?: unknown }[];
}

interface Difference {
  readonly key: string;
  readonly field?: string;
}

/** tests/recorded/etcdctl/normalize.mjs: what compare.mjs compares with. */
interface Normalizer {
  normalize(played: Played, options: { readonly dropClientLog: boolean }): Played;
  diff(a: Played, b: Played): readonly Difference[];
}

/** Differences that are right, as `session: step field`, each with its reason. */
const ALLOWED: ReadonlyMap<string, string> = new Map([
  [
    'http_rest.json: ["http_rest",59,""] response',
    "members are listed in the order of their ids, and the new one's comes from the clock",
  ],
  [
    'auth_watch.3.json: ["auth_watch",18,""] stderr',
    'only in the log: with two endpoints chance says which calls meet the member that no longer knows the token',
  ],
  [
    'endpoints.3.json: ["endpoints",55,""] stderr',
    'a port with a blank behind it is a name, which Go looks up: here are no names, and nobody listens',
  ],
]);

const recorded = new URL('../recorded/etcdctl/', import.meta.url);
const { normalize, diff }: Normalizer = await import(new URL('normalize.mjs', recorded).href);
const names = readdirSync(new URL('sessions', recorded)).sort();
let compared = 0;
let logged = 0;

test.each(names)('%s', (name) => {
  const file = new URL(`sessions/${name}`, recorded);
  // Whether a call's end at its deadline comes from the client's clock or from the server's is chance.
  const text = readFileSync(file, 'utf8').replaceAll(
    'stream terminated by RST_STREAM with error code: CANCEL',
    'context deadline exceeded',
  );
  const session = JSON.parse(text) as Played; // our own recording
  const { head, records } = playSession(readSession(file.pathname));
  const mine = records.map((record) => ({ ...record, group: session.records[0]?.group }));
  const options = { dropClientLog: false };
  const differences = diff(normalize(session, options), normalize({ head, records: mine }, options));
  expect(differences.filter(({ key, field }) => !ALLOWED.has(`${name}: ${key} ${field}`))).toEqual([]);
  expect(records.length).toBe(session.records.length);
  compared += records.length;
  logged += text.split('retrying of unary invoker failed').length - 1;
});

test('all of them were there', () => {
  expect(names).toHaveLength(89);
  expect(compared).toBe(3_187);
  expect(logged).toBe(299);
});
