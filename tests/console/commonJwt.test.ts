/**
 * What etcd's own tests check with tokens that are signed (`spec/etcd.md` 9.1, 9.2; etcd-io/etcd:tests/common/auth_test.go,
 * tests/e2e/ctl_v3_auth_test.go), typed at a prompt in front of ours; and that one client outlives its tokens, of either kind. What a real
 * etcd answered to sessions with such tokens is in tests/recorded/etcdctl/sessions/jwt*.json.
 */
import { describe, expect, test } from 'vitest';
import { utf8Decode } from '../../src/base/index.ts';
import { actInline } from '../../src/sim/index.ts';
import { ask, openTerminal, pass, type Terminal } from './terminal.ts';

const ROOT = '--user root:rootPass';
const USER = '--user test-user:pass';
const DENIED = 'Error: etcdserver: permission denied';
const JWT = 'jwt,priv-key=hush-hush,sign-method=HS512,ttl=1s';

/** Auth is on: root, and test-user who may do everything with `foo` and from `key` on to `key4`. */
function guarded(authToken: string, members = 1): Terminal {
  const terminal = openTerminal(members, { boot: 'etcd', options: { authToken } });
  const lines = [
    'put key before',
    'user add root:rootPass',
    'user grant-role root root',
    'user add test-user:pass',
    'role add test-role',
    'user grant-role test-user test-role',
    'role grant-permission test-role readwrite foo',
    'role grant-permission test-role readwrite key key4',
    'auth enable',
  ];
  for (const line of lines) expect(ask(terminal, line), line).not.toMatch(/^Error/);
  return terminal;
}

test('TestAuthJWTExpire: who comes back after the token has ended logs in anew', () => {
  const terminal = guarded(JWT);
  expect(ask(terminal, `put foo bar ${USER}`)).toBe('OK\n');
  pass(terminal, 3);
  expect(ask(terminal, `put foo bar ${USER}`)).toBe('OK\n');
  expect(ask(terminal, `put other bar ${USER}`)).toBe(DENIED);
});

test('TestCtlV3AuthAndWatchJWT: keys that he may read, and no others', () => {
  const terminal = guarded(JWT);
  const watch = terminal.start(`watch key key3 --rev 1 ${USER}`);
  for (const key of ['key1', 'key3', 'key2']) expect(ask(terminal, `put ${key} val ${USER}`)).toBe('OK\n');
  pass(terminal, 1);
  expect(utf8Decode(watch.stdout)).toBe('PUT\nkey\nbefore\nPUT\nkey1\nval\nPUT\nkey2\nval\n');
  for (const range of ['key5', 'key key6'])
    expect(terminal.type(`watch ${range} --rev 1 ${USER}`)).toMatchObject({
      exit: 5,
      out: '',
      err: expect.stringContaining('watch is canceled by the server'),
    });
});

test('TestCtlV3AuthSnapshotJWT: for root alone', () => {
  const terminal = guarded(JWT);
  expect(terminal.type(`snapshot save db ${USER}`).err).toContain('code = PermissionDenied');
  expect(ask(terminal, `snapshot save db ${ROOT}`)).toBe('Snapshot saved at db\nServer version 3.6.0\n');
});

describe('one client outlives its tokens', () => {
  test('when they have ended: a mirror goes on, a lock is given back', () => {
    const terminal = guarded(JWT);
    const mirror = terminal.start(`make-mirror n1:2379 --prefix key --dest-prefix copy ${ROOT} --dest-user root:rootPass`);
    const lock = terminal.start(`lock mine ${ROOT}`);
    pass(terminal, 5);
    for (const value of ['one', 'two']) {
      ask(terminal, `put key1 ${value} ${USER}`);
      pass(terminal, 2);
      expect(ask(terminal, `get copy1 --print-value-only ${ROOT}`)).toBe(`${value}\n`);
    }
    expect(utf8Decode(mirror.stderr)).toContain('Unauthenticated desc = etcdserver: invalid auth token');
    expect(mirror.exit).toBeUndefined();
    lock.running.interrupt();
    pass(terminal, 2);
    expect(lock.exit).toMatchObject({ code: 0 });
    expect(ask(terminal, `get mine --prefix --keys-only ${ROOT}`)).toBe('');
  });

  test.each([JWT, 'simple'])('when the member that knew them was restarted, or rights have changed (%s)', (authToken) => {
    const terminal = guarded(authToken);
    const mirror = terminal.start(`make-mirror n1:2379 --prefix key --dest-prefix copy ${ROOT} --dest-user root:rootPass`);
    const watch = terminal.start(`watch foo ${USER}`);
    pass(terminal, 1);
    expect(ask(terminal, `user add somebody:else ${ROOT}`)).toBe('User somebody created\n');
    ask(terminal, `put key1 changed ${USER}`);
    pass(terminal, 2);
    expect(ask(terminal, `get copy1 --print-value-only ${ROOT}`)).toBe('changed\n');
    actInline(terminal.stage.run, { type: 'crash', member: 1 });
    pass(terminal, 1);
    actInline(terminal.stage.run, { type: 'restart', member: 1 });
    pass(terminal, 5);
    ask(terminal, `put foo again ${USER}`);
    ask(terminal, `put key1 again ${USER}`);
    pass(terminal, 3);
    expect(utf8Decode(watch.stdout)).toBe('PUT\nfoo\nagain\n');
    expect(ask(terminal, `get copy1 --print-value-only ${ROOT}`)).toBe('again\n');
    expect([mirror.exit, watch.exit]).toEqual([undefined, undefined]);
  });

  test('but not his password: the next call ends with what the log-in was answered', () => {
    const terminal = guarded(JWT);
    const mirror = terminal.start(`make-mirror n1:2379 --prefix foo --dest-prefix key ${ROOT} --dest-user test-user:pass`);
    ask(terminal, `put foo early ${ROOT}`);
    pass(terminal, 1);
    expect(ask(terminal, `get key --print-value-only ${ROOT}`)).toBe('early\n');
    ask(terminal, `user passwd test-user --interactive=false ${ROOT}`, 'another\n');
    pass(terminal, 3);
    ask(terminal, `put foo late ${ROOT}`);
    pass(terminal, 3);
    expect(mirror.exit).toMatchObject({ code: 1 });
    expect(utf8Decode(mirror.stderr)).toContain('authentication failed, invalid user ID or password');
  });
});
