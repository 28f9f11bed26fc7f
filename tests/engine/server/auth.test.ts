/** Users, roles and what they may do, through a member: spec/etcd.md 4.9. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bytes } from '../../../src/base/index.ts';
import { bcryptMatches, toId64, ZERO_ID } from '../../../src/base/index.ts';
import { NO_AUTH } from '../../../src/engine/server/auth.ts';
import type { AuthRequest, Permission, TxnOperation, UnaryRequest } from '../../../src/engine/server/index.ts';
import { checkRange } from '../../../src/engine/server/permissions.ts';
import {
  ask,
  type Cluster,
  call,
  commandsIn,
  del,
  get,
  heal,
  isolate,
  ledCluster,
  logOf,
  memberOf,
  must,
  outcomeOf,
  pass,
  put,
  start,
  stop,
  watch,
} from './cluster.ts';
import { answersTo, createLedBench, feed, handOf, settle } from './support.ts';

const all = (cluster: Cluster, requests: readonly AuthRequest[], token?: Bytes) => {
  for (const request of requests) must(call(cluster, 1, request, token), request.type);
};

const login = (cluster: Cluster, ordinal: number, name: Bytes, password: Bytes): Bytes =>
  must(call(cluster, ordinal, { type: 'authenticate', name, password }), 'authenticate').token;

const permit = (name: Bytes, access: Permission['access'], key: Bytes, rangeEnd: Bytes = ''): AuthRequest => ({
  type: 'authRoleGrantPermission',
  name,
  permission: { access, key, rangeEnd },
});

const SETUP: readonly AuthRequest[] = [
  { type: 'authUserAdd', name: 'root', password: 'rootpw', noPassword: false },
  { type: 'authRoleAdd', name: 'root' },
  { type: 'authUserGrantRole', user: 'root', role: 'root' },
  { type: 'authRoleAdd', name: 'reader' },
  permit('reader', 'read', 'pub/', 'pub0'),
  permit('reader', 'readwrite', 'mine'),
  permit('reader', 'write', 'k1', 'k5'),
  { type: 'authUserAdd', name: 'alice', password: 'pw1', noPassword: false },
  { type: 'authUserAdd', name: 'carol', password: '', noPassword: true },
  { type: 'authUserGrantRole', user: 'alice', role: 'reader' },
  { type: 'authEnable' },
];

function guarded(count: number): Cluster {
  const cluster = ledCluster(count);
  all(cluster, SETUP);
  return cluster;
}

test('users and roles: each mistake has its own answer, and each change its revision', () => {
  const cluster = ledCluster(1);
  const revision = () => must(call(cluster, 1, { type: 'authStatus' }), 'authStatus').authRevision;
  expect(revision()).toBe(1);
  all(cluster, [
    { type: 'authRoleAdd', name: 'r' },
    { type: 'authUserAdd', name: 'u', password: 'p', noPassword: false },
  ]);
  expect(revision()).toBe(3);
  const refusals: readonly (readonly [AuthRequest, string])[] = [
    [{ type: 'authRoleAdd', name: 'r' }, 'roleExists'],
    [{ type: 'authRoleAdd', name: '' }, 'roleEmpty'],
    [{ type: 'authUserAdd', name: '', password: 'p', noPassword: false }, 'userEmpty'],
    [{ type: 'authUserAdd', name: 'u', password: 'p', noPassword: false }, 'userExists'],
    [{ type: 'authUserGet', name: 'x' }, 'userNotFound'],
    [{ type: 'authUserDelete', name: 'x' }, 'userNotFound'],
    [{ type: 'authUserChangePassword', name: 'x', password: 'p' }, 'userNotFound'],
    [{ type: 'authUserGrantRole', user: 'x', role: 'r' }, 'userNotFound'],
    [{ type: 'authUserGrantRole', user: 'u', role: 'x' }, 'roleNotFound'],
    [{ type: 'authUserRevokeRole', user: 'u', role: 'r' }, 'roleNotGranted'],
    [{ type: 'authRoleGet', role: 'x' }, 'roleNotFound'],
    [{ type: 'authRoleDelete', role: 'x' }, 'roleNotFound'],
    [permit('x', 'read', 'k'), 'roleNotFound'],
    [permit('r', 'read', 'k', 'a'), 'invalidAuthManagement'],
    [{ type: 'authRoleGrantPermission', name: 'r', permission: undefined }, 'permissionNotGiven'],
    [{ type: 'authRoleRevokePermission', role: 'r', key: 'k', rangeEnd: '' }, 'permissionNotGranted'],
    [{ type: 'authEnable' }, 'rootUserMissing'],
    [{ type: 'authenticate', name: 'u', password: 'p' }, 'authNotEnabled'],
  ];
  for (const [request, code] of refusals) expect([request, call(cluster, 1, request)]).toEqual([request, code]);
  expect(revision()).toBe(3);
  all(cluster, [{ type: 'authUserAdd', name: 'root', password: 'p', noPassword: false }]);
  expect(call(cluster, 1, { type: 'authEnable' })).toBe('rootRoleMissing');
  all(cluster, [{ type: 'authUserGrantRole', user: 'root', role: 'root' }, { type: 'authEnable' }]);
  expect(must(call(cluster, 1, { type: 'authStatus' }, login(cluster, 1, 'root', 'p')), 'authStatus')).toMatchObject({
    enabled: true,
    authRevision: 5,
  });
});

test('permissions stand by key, a second grant on the same range replaces the first', () => {
  const cluster = ledCluster(1);
  all(cluster, [
    { type: 'authRoleAdd', name: 'r' },
    permit('r', 'read', 'z'),
    permit('r', 'write', 'a', 'c'),
    permit('r', 'readwrite', 'z'),
  ]);
  expect(must(call(cluster, 1, { type: 'authRoleGet', role: 'r' }), 'authRoleGet').permissions).toEqual([
    { access: 'write', key: 'a', rangeEnd: 'c' },
    { access: 'readwrite', key: 'z', rangeEnd: '' },
  ]);
});

test('nobody, a wrong password, and a user without one', () => {
  const cluster = guarded(1);
  const requests = [get('pub/x'), put('pub/x', 'v'), { type: 'memberList', linearizable: true }, { type: 'status' }] as const;
  for (const request of requests) expect([request.type, call(cluster, 1, request)]).toEqual([request.type, 'userEmpty']);
  expect(call(cluster, 1, { type: 'authenticate', name: 'alice', password: 'no' })).toBe('authFailed');
  expect(call(cluster, 1, { type: 'authenticate', name: 'nobody', password: 'no' })).toBe('authFailed');
  expect(call(cluster, 1, { type: 'authenticate', name: 'carol', password: '' })).toBe('passwordNotUsed');
  expect(call(cluster, 1, get('pub/x'), 'made.up')).toBe('invalidAuthToken');
  // As a real 3.6.14 answered through its gateway: nobody may ask about itself, and is not there.
  expect(call(cluster, 1, { type: 'authUserGet', name: '' })).toBe('userNotFound');
  expect(call(cluster, 1, { type: 'authUserGet', name: 'alice' })).toBe('userEmpty');
});

test('what is wrong with a request on its face is told to whoever asks; who may read is looked at when the leader has been heard', () => {
  const cluster = guarded(3);
  const root = login(cluster, 1, 'root', 'rootpw');
  const alice = login(cluster, 1, 'alice', 'pw1');
  isolate(cluster, 1);
  const txn = (operation: TxnOperation): UnaryRequest => ({ type: 'txn', compare: [], success: [operation], failure: [] });
  const grants = (version: string): UnaryRequest => ({ type: 'downgrade', action: 'validate', version });
  const long = { name: 'x', password: 'x'.repeat(80) };
  // As a real 3.6.14 answered that two of its three members had left: each within a few milliseconds, or not in seven seconds.
  const cases: readonly (readonly [UnaryRequest, Bytes, string | undefined])[] = [
    [get(''), 'made.up', 'emptyKey'],
    [put('', ''), 'made.up', 'emptyKey'],
    [txn(put('', '')), 'made.up', 'emptyKey'],
    [{ type: 'memberAdd', peerUrls: ['x'], isLearner: false }, 'made.up', 'badMemberUrls'],
    [{ type: 'memberAdd', peerUrls: ['x'], isLearner: false }, alice, 'badMemberUrls'],
    [{ type: 'authUserAdd', noPassword: false, ...long }, 'made.up', 'passwordTooLong'],
    [put('k', ''), 'made.up', 'invalidAuthToken'],
    [get('k', { serializable: true }), 'made.up', 'invalidAuthToken'],
    [{ type: 'memberList', linearizable: false }, 'made.up', 'invalidAuthToken'],
    [{ type: 'leaseTimeToLive', id: toId64(5), keys: false }, 'made.up', 'invalidAuthToken'],
    [grants('3.5'), alice, 'permissionDenied'],
    [grants('x'), root, 'downgradeVersionFormat'],
    [get('k'), 'made.up', undefined],
    [txn(get('k')), 'made.up', undefined],
    [{ type: 'memberList', linearizable: true }, 'made.up', undefined],
    [grants('3.5'), root, undefined],
  ];
  const calls = cases.map(([request, token]) => ask(cluster, 1, request, { token }));
  expect(calls.map((number) => outcomeOf(cluster, number))).toEqual(cases.map(([, , code]) => code));
  pass(cluster, 15_000_000); // the first had a round of its own, the others the next
  const late = calls.filter((_, i) => cases[i]?.[2] === undefined).map((number) => outcomeOf(cluster, number));
  expect(late).toEqual(['timeout', 'timeout', 'timeout', 'timeout']);
});

test('a user may do what his roles say, at every member', () => {
  const cluster = guarded(3);
  const token = login(cluster, 2, 'alice', 'pw1');
  pass(cluster, 200_000);
  for (const ordinal of [1, 2, 3]) {
    const mayDo = (request: Parameters<typeof call>[2]) => typeof call(cluster, ordinal, request, token) !== 'string';
    expect(mayDo(get('pub/x'))).toBe(true);
    expect(mayDo(get('pub/', { rangeEnd: 'pub0' }))).toBe(true);
    expect(mayDo(get('pub/', { rangeEnd: 'pub1' }))).toBe(false);
    expect(mayDo(put('pub/x', 'v'))).toBe(false);
    // A range with its ends exchanged has no key in it. etcd 3.6.14 looks at the first end.
    expect(mayDo(get('pub/x', { rangeEnd: 'a' }))).toBe(true);
    expect(mayDo(get('pub0', { rangeEnd: 'pub/x' }))).toBe(false);
    expect(mayDo(get('pub0', { rangeEnd: 'pub0' }))).toBe(false);
    expect(mayDo(put('k2', 'v'))).toBe(true);
    expect(mayDo(put('k2', 'v', { prevKv: true }))).toBe(false);
    expect(mayDo(del('k1', 'k5'))).toBe(true);
    expect(mayDo({ ...del('k1', 'k5'), prevKv: true })).toBe(false);
    expect(mayDo(put('mine', 'v', { prevKv: true }))).toBe(true);
    expect(mayDo({ type: 'txn', compare: [], success: [get('pub/x'), put('k3', 'v')], failure: [] })).toBe(true);
    expect(mayDo({ type: 'txn', compare: [], success: [get('pub/x')], failure: [get('secret')] })).toBe(false);
    expect(mayDo({ type: 'status' })).toBe(true);
    expect(mayDo({ type: 'memberList', linearizable: true })).toBe(true);
    expect(mayDo({ type: 'alarm', action: 'get', memberId: ZERO_ID, alarm: 'none' })).toBe(true);
    expect(mayDo({ type: 'authUserGet', name: 'alice' })).toBe(true);
    expect(mayDo({ type: 'authRoleGet', role: 'reader' })).toBe(true);
    expect(call(cluster, ordinal, { type: 'compaction', revision: 1, physical: false }, token)).toBe('permissionDenied');
    for (const type of ['hashKv', 'defragment', 'authStatus', 'authUserList', 'authRoleList', 'snapshot', 'moveLeader'] as const) {
      const request = { type, revision: 0, targetId: ZERO_ID } as Parameters<typeof call>[2];
      expect([type, call(cluster, ordinal, request, token)]).toEqual([type, 'permissionDenied']);
    }
    expect(call(cluster, ordinal, { type: 'authUserGet', name: 'root' }, token)).toBe('permissionDenied');
    expect(call(cluster, ordinal, { type: 'leaseRevoke', id: toId64(4) }, token)).toBe('leaseNotFound');
  }
});

test('a lease with other keys on it is not his to attach to or to end', () => {
  const cluster = guarded(1);
  const root = login(cluster, 1, 'root', 'rootpw');
  const alice = login(cluster, 1, 'alice', 'pw1');
  const { id } = must(call(cluster, 1, { type: 'leaseGrant', id: toId64(9), ttl: 60 }, alice), 'leaseGrant');
  must(call(cluster, 1, put('k1', 'v', { lease: id }), alice), 'put');
  must(call(cluster, 1, put('secret', 'v', { lease: id }), root), 'put');
  expect(call(cluster, 1, put('k2', 'v', { lease: id }), alice)).toBe('permissionDenied');
  expect(call(cluster, 1, { type: 'leaseRevoke', id }, alice)).toBe('permissionDenied');
  expect(call(cluster, 1, { type: 'leaseTimeToLive', id, keys: true }, alice)).toBe('permissionDenied');
  must(call(cluster, 1, { type: 'leaseTimeToLive', id, keys: false }, alice), 'leaseTimeToLive');
  // Its time runs out all the same.
  pass(cluster, 62_000_000);
  expect(must(call(cluster, 1, get('secret'), root), 'range').count).toBe(0);
});

test('a watch without the right is cancelled with the reason in full', () => {
  const cluster = guarded(1);
  const reasonOf = (key: Bytes, token?: Bytes) => {
    const number = ask(cluster, 1, watch(key), token === undefined ? {} : { token });
    const [first] = cluster.streams.get(number) ?? [];
    return first?.type === 'watch' ? [first.created, first.canceled, first.cancelReason] : undefined;
  };
  const alice = login(cluster, 1, 'alice', 'pw1');
  expect(reasonOf('pub/x', alice)).toEqual([true, false, '']);
  expect(reasonOf('other', alice)).toEqual([true, true, 'rpc error: code = PermissionDenied desc = etcdserver: permission denied']);
  expect(reasonOf('pub/x')).toEqual([true, true, 'rpc error: code = InvalidArgument desc = etcdserver: user name is empty']);
});

test('root stays root while auth is on, and nothing is guarded when it is off again', () => {
  const cluster = guarded(1);
  const root = login(cluster, 1, 'root', 'rootpw');
  for (const request of [
    { type: 'authUserDelete', name: 'root' },
    { type: 'authUserRevokeRole', user: 'root', role: 'root' },
    { type: 'authRoleDelete', role: 'root' },
  ] as const)
    expect(call(cluster, 1, request, root)).toBe('invalidAuthManagement');
  all(cluster, [{ type: 'authDisable' }], root);
  must(call(cluster, 1, put('anything', 'v')), 'put');
});

test('a token lives for five minutes from its last use, and not in another process', () => {
  const cluster = guarded(3);
  const token = login(cluster, 1, 'alice', 'pw1');
  pass(cluster, 299_000_000);
  must(call(cluster, 1, get('pub/x'), token), 'range');
  pass(cluster, 299_000_000);
  must(call(cluster, 1, get('pub/x'), token), 'range');
  expect(call(cluster, 2, get('pub/x'), token)).toBe('invalidAuthToken');
  const fresh = login(cluster, 1, 'alice', 'pw1');
  pass(cluster, 200_000);
  stop(cluster, 3);
  start(cluster, 3);
  pass(cluster, 2_000_000);
  expect(memberOf(cluster, 3).auth).toEqual(memberOf(cluster, 1).auth);
  expect(call(cluster, 3, get('pub/x'), fresh)).toBe('invalidAuthToken');
  must(call(cluster, 2, get('pub/x'), fresh), 'range');
});

test('a new password ends the old tokens', () => {
  const cluster = guarded(1);
  const root = login(cluster, 1, 'root', 'rootpw');
  const alice = login(cluster, 1, 'alice', 'pw1');
  all(cluster, [{ type: 'authUserChangePassword', name: 'alice', password: 'pw2' }], root);
  expect(call(cluster, 1, get('pub/x'), alice)).toBe('invalidAuthToken');
  expect(call(cluster, 1, { type: 'authenticate', name: 'alice', password: 'pw1' })).toBe('authFailed');
  login(cluster, 1, 'alice', 'pw2');
});

test('TestAuthLeaseKeepAlive, TestAuthLeaseTimeToLive, TestAuthLeaseGrantLeases: leases are guarded by the keys on them', () => {
  const cluster = guarded(3);
  const root = login(cluster, 1, 'root', 'rootpw');
  const alice = login(cluster, 2, 'alice', 'pw1');
  const grantBy = (token: Bytes) => must(call(cluster, 2, { type: 'leaseGrant', id: ZERO_ID, ttl: 60 }, token), 'leaseGrant').id;
  const [mine, others, readable] = [grantBy(alice), grantBy(alice), grantBy(alice)];
  must(call(cluster, 1, put('mine', 'v', { lease: mine }), alice), 'put');
  must(call(cluster, 1, put('other', 'v', { lease: others }), root), 'put');
  must(call(cluster, 1, put('pub/a', 'v', { lease: readable }), root), 'put');
  for (const ordinal of [1, 2, 3]) {
    const keepAlive = (id: typeof mine) => call(cluster, ordinal, { type: 'leaseKeepAlive', id }, alice);
    const keysOf = (id: typeof mine) => call(cluster, ordinal, { type: 'leaseTimeToLive', id, keys: true }, alice);
    expect(must(keepAlive(mine), 'leaseKeepAlive').ttl).toBe(60);
    expect(keepAlive(others)).toBe('permissionDenied');
    expect(keepAlive(readable)).toBe('permissionDenied');
    expect(must(keysOf(mine), 'leaseTimeToLive').keys).toEqual(['mine']);
    expect(must(keysOf(readable), 'leaseTimeToLive').keys).toEqual(['pub/a']);
    expect(keysOf(others)).toBe('permissionDenied');
    expect(
      must(call(cluster, ordinal, { type: 'leaseTimeToLive', id: others, keys: false }, alice), 'leaseTimeToLive').keys,
    ).toEqual([]);
    // Who may not read all of the keys does not see which leases there are.
    expect(call(cluster, ordinal, { type: 'leaseLeases' }, alice)).toBe('permissionDenied');
    expect(must(call(cluster, ordinal, { type: 'leaseLeases' }, root), 'leaseLeases').leases).toHaveLength(3);
    expect(call(cluster, ordinal, { type: 'leaseKeepAlive', id: mine })).toBe('userEmpty');
  }
  must(call(cluster, 1, del('other'), root), 'deleteRange');
  expect(must(call(cluster, 1, { type: 'leaseLeases' }, alice), 'leaseLeases').leases).toHaveLength(3);
});

test('TestAuthAlarm, TestAuthCompact: who is not root is turned away at the door, and nothing of it is in the log', () => {
  const cluster = guarded(1);
  const alice = login(cluster, 1, 'alice', 'pw1');
  const before = logOf(cluster, 1).length;
  const alarm = (action: 'get' | 'activate' | 'deactivate') =>
    call(cluster, 1, { type: 'alarm', action, memberId: ZERO_ID, alarm: 'nospace' }, alice);
  expect(call(cluster, 1, { type: 'compaction', revision: 1, physical: false }, alice)).toBe('permissionDenied');
  expect(alarm('activate')).toBe('permissionDenied');
  expect(alarm('deactivate')).toBe('permissionDenied');
  expect(logOf(cluster, 1)).toHaveLength(before);
  expect(must(alarm('get'), 'alarm').alarms).toEqual([]);
});

test("a password's hash is made once, by who takes it in, with a salt of its own, and travels in the entry", () => {
  const cluster = ledCluster(3, { options: { bcryptCost: 5 } });
  for (const name of ['a', 'b'])
    must(call(cluster, 2, { type: 'authUserAdd', name, password: 'same', noPassword: false }), 'authUserAdd');
  const logged = logOf(cluster, 1).flatMap((request) => (request.type === 'authUserAdd' ? [request.passwordHash] : []));
  expect(logged).toHaveLength(2);
  for (const hash of logged) {
    expect(hash).toMatch(/^\$2a\$05\$[./A-Za-z0-9]{53}$/);
    expect(bcryptMatches(hash, 'same')).toBe(true);
  }
  expect(logged[0]).not.toBe(logged[1]);
  for (const ordinal of [1, 2, 3]) expect(memberOf(cluster, ordinal).auth.users.map((user) => user.passwordHash)).toEqual(logged);
  const long = { type: 'authUserAdd' as const, name: 'c', password: 'x'.repeat(73), noPassword: false };
  expect(call(cluster, 1, long)).toBe('passwordTooLong');
});

/** A member whose disk is slow: what is asked before it is done is in the log, and not applied. */
function slowMember() {
  const bench = createLedBench(1);
  const { member } = handOf(bench, 1);
  let calls = 0;
  const request = (asked: UnaryRequest, token?: Bytes) => {
    feed(bench, 1, { type: 'request', call: ++calls, request: asked, requireLeader: false, token });
    return calls;
  };
  const outcome = (id: number) => answersTo(handOf(bench, 1), id)[0];
  const settled = (asked: UnaryRequest) => {
    const id = request(asked);
    settle(bench);
    const got = outcome(id);
    return got?.type === 'answer' ? got.response : undefined;
  };
  for (const each of SETUP) settled(each);
  return { member, request, outcome, settled, settle: () => settle(bench) };
}

test('a password is looked at again if users have changed since', () => {
  const { member, request, outcome, settled, settle } = slowMember();
  const root = must(settled({ type: 'authenticate', name: 'root', password: 'rootpw' }), 'authenticate').token;
  const logins = () => commandsIn(member).filter(({ type }) => type === 'authenticate').length;
  const logIn = { type: 'authenticate', name: 'alice', password: 'pw1' } as const;
  request({ type: 'authRoleAdd', name: 'another' }, root);
  const fine = request(logIn);
  settle();
  expect(outcome(fine)).toMatchObject({ type: 'answer', response: { type: 'authenticate' } });
  expect(logins()).toBe(3); // root's, and alice's twice
  // Now the password is not his any more when the first entry comes to be applied.
  request({ type: 'authUserChangePassword', name: 'alice', password: 'new' }, root);
  const late = request(logIn);
  settle();
  expect(outcome(late)).toMatchObject({ type: 'refuse', error: { code: 'authFailed' } });
  expect(logins()).toBe(4);
});

test('TestAuthRevisionConsistency: what was asked before rights changed is refused if it is applied after', () => {
  const { request, outcome, settled, settle } = slowMember();
  const alice = must(settled({ type: 'authenticate', name: 'alice', password: 'pw1' }), 'authenticate').token;
  const root = must(settled({ type: 'authenticate', name: 'root', password: 'rootpw' }), 'authenticate').token;
  request(permit('reader', 'read', 'else'), root);
  const old = request(put('mine', 'v'), alice);
  settle();
  expect(outcome(old)).toMatchObject({ type: 'refuse', error: { code: 'authRevisionOld' } });
  const again = request(put('mine', 'v'), alice);
  settle();
  expect(outcome(again)).toMatchObject({ type: 'answer', response: { type: 'put' } });
});

test('root ends a lease, and one ends in its name, however rights have changed since it was asked', () => {
  const { member, request, outcome, settled, settle } = slowMember();
  const root = must(settled({ type: 'authenticate', name: 'root', password: 'rootpw' }), 'authenticate').token;
  const id = toId64(9);
  request({ type: 'leaseGrant', id, ttl: 60 }, root);
  request(put('k', 'v', { lease: id }), root);
  settle();
  expect(member.leases.byId.get(id)?.keys.size).toBe(1);
  request(permit('reader', 'read', 'else'), root);
  const late = request({ type: 'leaseRevoke', id }, root);
  settle();
  expect(outcome(late)).toMatchObject({ type: 'answer', response: { type: 'leaseRevoke' } });
});

test('who logged in at a member that is ahead waits at one that is not', () => {
  const cluster = guarded(3);
  isolate(cluster, 3);
  // Its serializable reads know nothing of what has been decided without it.
  for (let i = 0; i < 5; i++) login(cluster, 1, 'alice', 'pw1');
  const alice = login(cluster, 1, 'alice', 'pw1');
  const waiting = ask(cluster, 3, get('mine', { serializable: true }), { token: alice });
  const unknown = ask(cluster, 3, get('mine', { serializable: true }), { token: 'abcdefghijklmnop.3' });
  expect(outcomeOf(cluster, waiting)).toBeUndefined();
  expect(outcomeOf(cluster, unknown)).toBe('invalidAuthToken');
  heal(cluster);
  pass(cluster, 1_000_000);
  expect(must(outcomeOf(cluster, waiting), 'range').kvs).toEqual([]);
});

test('a range is allowed exactly if every key in it is', () => {
  const letter = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const end = fc.constantFrom('', '\0', 'b', 'd', 'f', 'g');
  const permission = fc.record({ access: fc.constantFrom('read' as const, 'write' as const), key: letter, rangeEnd: end });
  const within = (key: string, from: string, to: string) => (to === '' ? key === from : key >= from && (to === '\0' || key < to));
  // Between any two letters there are keys as well; beyond the last there are as many as one likes.
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].flatMap((k) => [k, `${k}\0`, `${k}x`]);
  let allowed = 0;
  fc.assert(
    fc.property(fc.array(permission, { maxLength: 4 }), letter, end, (permissions, key, rangeEnd) => {
      const asked = keys.filter((one) => within(one, key, rangeEnd));
      fc.pre(asked.length > 0);
      const auth = {
        ...NO_AUTH,
        isEnabled: true,
        users: [{ name: 'u', passwordHash: undefined, roles: ['r'] }],
        roles: [{ name: 'r', permissions }],
      };
      const readable = permissions.filter(({ access }) => access === 'read');
      const isRight = asked.every((one) => readable.some((granted) => within(one, granted.key, granted.rangeEnd)));
      const isAllowed = checkRange(auth, { user: 'u', revision: 1 }, 'read', key, rangeEnd) === undefined;
      if (isAllowed) allowed++;
      expect(isAllowed).toBe(isRight);
    }),
    { numRuns: 3_000, seed: 2 },
  );
  expect(allowed).toBeGreaterThan(200);
});
