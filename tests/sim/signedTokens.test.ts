/**
 * Tokens that are signed (`--auth-token jwt,…`): any member takes one that another made, after a restart as before, until it ends by its
 * clock or until users and roles have changed; and a run with them is as repeatable as any other.
 */
import { expect, test } from 'vitest';
import type { Bytes } from '../../src/base/index.ts';
import {
  advanceInline,
  createHistory,
  createInlineRun,
  digestsAt,
  digestsInline,
  followRun,
  hostLines,
  SECOND,
  traceDigest,
} from '../../src/sim/index.ts';
import {
  act,
  ask,
  type Cluster,
  createLedCluster,
  endOf,
  followersOf,
  get,
  isolate,
  leaderOf,
  messagesOf,
  pass,
  put,
  watch,
} from './support.ts';

type Request = Parameters<typeof ask>[1];
const OLD = 'authRevisionOld';
const INVALID = 'invalidAuthToken';

/** Asks as the simulation's clients do, with a token. @returns the response, or the error's code */
function asked(cluster: Cluster, request: Request, member: number, token?: Bytes) {
  const call = ask(cluster, request, [member], { token });
  pass(cluster, SECOND / 2);
  const outcome = endOf(cluster, call)?.outcome;
  return outcome?.type === 'ok' ? outcome.response : outcome?.type === 'error' ? outcome.error.code : outcome?.type;
}

function login(cluster: Cluster, member: number, name = 'root'): Bytes {
  const response = asked(cluster, { type: 'authenticate', name, password: 'pw' }, member);
  if (typeof response !== 'object' || response.type !== 'authenticate') throw new Error(String(response));
  return response.token;
}

function guarded(members: number, ttl: string, logLevel: 'debug' | 'info' = 'info'): Cluster {
  const authToken = `jwt,priv-key=hush-hush,sign-method=HS256,ttl=${ttl},colour=red`;
  const cluster = createLedCluster(members, { scenario: { boot: 'etcd', options: { authToken, logLevel } } });
  const leader = leaderOf(cluster);
  const setup: Request[] = [
    { type: 'authUserAdd', name: 'root', password: 'pw', noPassword: false },
    { type: 'authUserGrantRole', user: 'root', role: 'root' },
    put('color', 'red'),
    { type: 'authEnable' },
  ];
  for (const request of setup) expect(asked(cluster, request, leader)).toBeTypeOf('object');
  return cluster;
}

const lines = (cluster: Cluster, member: number) => {
  const host = cluster.run.hosts.get(member);
  return host === undefined
    ? []
    : hostLines(host, 0, cluster.run.kernel.now).flatMap(({ line }) => ('fields' in line ? [line] : []));
};

test('any member takes a token that another made, also after all of them were restarted, until it ends', () => {
  const cluster = guarded(3, '20s');
  const token = login(cluster, 1);
  const madeAt = cluster.run.kernel.now;
  for (const member of [1, 2, 3]) {
    expect(asked(cluster, put('color', `by ${member}`), member, token)).toMatchObject({ type: 'put' });
    expect(asked(cluster, get('color'), member, `Bearer ${token}`)).toMatchObject({ kvs: [{ value: `by ${member}` }] });
  }
  for (const member of [1, 2, 3]) act(cluster, { type: 'crash', member });
  pass(cluster, SECOND);
  for (const member of [1, 2, 3]) act(cluster, { type: 'restart', member });
  pass(cluster, 5 * SECOND);
  for (const member of [1, 2, 3]) expect(asked(cluster, get('color'), member, token)).toMatchObject({ kvs: [{ value: 'by 3' }] });
  // Its use does not keep it alive.
  pass(cluster, madeAt + 21 * SECOND - cluster.run.kernel.now);
  for (const member of [1, 2, 3]) expect(asked(cluster, get('color'), member, token)).toBe(INVALID);
  expect(asked(cluster, get('color'), 1)).toBe('userEmpty');
  expect(cluster.thrown).toEqual([]);
});

test('a change of users makes it old for keys, and not for what only root may do', () => {
  const cluster = guarded(3, '5m');
  const token = login(cluster, 2);
  expect(asked(cluster, { type: 'authRoleAdd', name: 'r' }, 1, token)).toBeTypeOf('object');
  for (const member of [1, 2, 3]) {
    expect(asked(cluster, get('color'), member, token)).toBe(OLD);
    expect(asked(cluster, get('color', { serializable: true }), member, token)).toBe(OLD);
    expect(asked(cluster, put('color', 'blue'), member, token)).toBe(OLD);
    expect(asked(cluster, { type: 'authUserList' }, member, token)).toMatchObject({ users: ['root'] });
  }
});

test('a member that has yet to hear of a change does not read for who comes from after it', () => {
  const cluster = guarded(3, '5m');
  const leader = leaderOf(cluster);
  const [late = 0] = followersOf(cluster);
  isolate(cluster, [late]);
  const before = login(cluster, leader);
  expect(asked(cluster, { type: 'authRoleAdd', name: 'r' }, leader, before)).toBeTypeOf('object');
  const after = login(cluster, leader);
  expect(asked(cluster, get('color', { serializable: true }), late, before)).toMatchObject({ kvs: [{ value: 'red' }] });
  expect(asked(cluster, get('color', { serializable: true }), late, after)).toBe(OLD);
  const compare = { key: 'color', rangeEnd: '', result: 'equal' as const, target: 'version' as const, version: 1 };
  const txn = { type: 'txn' as const, compare: [compare], success: [], failure: [] };
  const read = { ...get('color', { serializable: true }) } as Extract<Request, { type: 'range' }>; // as it was made
  expect(asked(cluster, { ...txn, success: [read] }, late, after)).toBe(OLD);
});

test('a member tells of tokens that it makes and refuses, and of options that mean nothing', () => {
  const cluster = guarded(1, '5m', 'debug');
  const token = login(cluster, 1);
  expect(asked(cluster, get('color'), 1, `${token}x`)).toBe(INVALID);
  const said = lines(cluster, 1);
  const about = said.filter(({ message }) => /token|JWT/.test(message) && message !== 'authenticated a user');
  expect(about.map(({ level, message, fields }) => [level, message, ...fields.slice(0, 2)])).toEqual([
    ['warn', 'unknown JWT options', ['keys', ['colour']]],
    ['debug', 'created/assigned a new JWT token', ['user-name', 'root'], ['revision', 3]],
    ['warn', 'failed to parse a JWT token', ['error', 'token signature is invalid: signature is invalid']],
    ['warn', 'invalid auth token', ['token-fingerprint', expect.stringMatching(/^[0-9a-f]{12}$/)]],
  ]);
  const [, made] = about;
  const authenticated = said.find(({ message }) => message === 'authenticated a user');
  expect(authenticated?.fields[1]).toEqual(made?.fields[2]);
  // A lease that ends is revoked in root's name, with a token that nobody sees.
  const { length } = about;
  asked(cluster, { type: 'leaseGrant', id: '0000000000000007' as never, ttl: 2 }, 1, token); // an id
  pass(cluster, 8 * SECOND);
  const later = lines(cluster, 1).filter(({ message }) => /JWT/.test(message));
  expect(later.slice(length - 1).map(({ message, fields }) => [message, fields[0]])).toEqual([
    ['created/assigned a new JWT token', ['user-name', 'root']],
  ]);
});

test('such a run is the same run one delivery after the other, and in the past', () => {
  const cluster = guarded(3, '2s');
  const token = login(cluster, 2);
  asked(cluster, put('color', 'blue'), 3, token);
  pass(cluster, 3 * SECOND);
  // The library logs in again: with this token nobody would be served any more.
  const call = ask(cluster, put('color', 'green'), [1, 2, 3], { token, login: { name: 'root', password: 'pw' } });
  pass(cluster, 2 * SECOND);
  expect(endOf(cluster, call)?.outcome).toMatchObject({ type: 'ok', response: { type: 'put' } });
  const { scenario, journal, now, hash } = cluster.run.kernel;
  const oneByOne = createInlineRun(JSON.parse(JSON.stringify(scenario)), {
    journal: JSON.parse(JSON.stringify(journal)),
    pacing: 'oneByOne',
  });
  advanceInline(oneByOne, now);
  expect(traceDigest(oneByOne.kernel.hash)).toBe(traceDigest(hash));
  expect(digestsInline(oneByOne)).toEqual(digestsInline(cluster.run));
  const history = createHistory(scenario);
  expect(followRun(history, journal, now)).toBe(traceDigest(hash));
  expect(digestsAt(history, now)).toEqual(digestsInline(cluster.run));
});

test('a watch that outlives logins turned off and on again, over and over, goes on', () => {
  const cluster = createLedCluster(1, { scenario: { boot: 'etcd' } });
  const setup: Request[] = [
    { type: 'authUserAdd', name: 'root', password: 'pw', noPassword: false },
    { type: 'authUserGrantRole', user: 'root', role: 'root' },
    { type: 'authEnable' },
  ];
  for (const request of setup) asked(cluster, request, 1);
  const who = { token: login(cluster, 1), login: { name: 'root', password: 'pw' } };
  const call = ask(cluster, watch('color'), [1], { ...who, timeout: undefined });
  pass(cluster, SECOND);
  const restart = () => {
    act(cluster, { type: 'crash', member: 1 });
    act(cluster, { type: 'restart', member: 1 });
    pass(cluster, 8 * SECOND);
  };
  for (let round = 1; round <= 3; round++) {
    expect(asked(cluster, { type: 'authDisable' }, 1, login(cluster, 1))).toBeTypeOf('object');
    restart(); // it is opened again without a token
    expect(asked(cluster, { type: 'authEnable' }, 1)).toBeTypeOf('object');
    restart(); // and with a new one
    expect(asked(cluster, put('color', `${round}`), 1, login(cluster, 1))).toBeTypeOf('object');
  }
  const events = messagesOf(cluster, call).flatMap((message) => message.events.map(({ kv }) => kv.value));
  expect(events).toEqual(['1', '2', '3']);
});
