/** Passwords: hashed by the member that takes them in, looked at by the member where somebody logs in (etcd-io/etcd:server/etcdserver/v3_server.go). */
import { assert, BCRYPT_MAX_PASSWORD, BCRYPT_MIN_COST, type Bytes, bcryptHash, digestOf, utf8Decode } from '../../base/index.ts';
import { checkPassword, findUser } from './auth.ts';
import type { ApiErrorCode } from './errors.ts';
import type { CallId } from './input.ts';
import { internalText } from './internalText.ts';
import { writeServerLine } from './lines.ts';
import { NOBODY } from './logged.ts';
import { nextRequestId } from './requestId.ts';
import type { Member } from './state.ts';
import { makeLetters } from './tokens.ts';
import { beginWrite } from './writes.ts';

/** What is kept of a password, with a salt of this member's own: it is made once, and travels in the entry. @param password at most 72 bytes */
export function hashPassword(member: Member, password: Bytes): Bytes {
  assert(password.length <= BCRYPT_MAX_PASSWORD, 'a password that is too long has been refused', { length: password.length });
  return bcryptHash(password, member.config.options?.bcryptCost ?? BCRYPT_MIN_COST, saltOf(member));
}

/** Somebody logs in: if the password is right, everybody is told of his token by way of the log. */
export function beginLogin(member: Member, call: CallId, name: Bytes, password: Bytes): ApiErrorCode | undefined {
  const { auth } = member;
  const refusal = checkPassword(auth, name, password);
  if (refusal === undefined) {
    const request = { type: 'authenticate' as const, name, token: makeLetters(member) };
    return beginWrite(member, call, request, NOBODY, { login: { password, revision: auth.revision } });
  }
  if (refusal === 'authNotEnabled') return refusal;
  const user = utf8Decode(name);
  if (refusal === 'authFailed' && findUser(auth, name) !== undefined)
    writeServerLine(member, 'info', 'invalid password', [['user-name', user]]);
  writeServerLine(member, 'warn', 'invalid authentication was requested', [
    ['user', user],
    ['error', internalText(refusal)],
  ]);
  return refusal;
}

/** Users or roles have changed since the password was looked at: it is looked at again. */
export function repeatLogin(member: Member, call: CallId, name: Bytes, password: Bytes): void {
  writeServerLine(member, 'info', 'revision when password checked became stale; retrying');
  const code = beginLogin(member, call, name, password);
  if (code !== undefined) member.outputs.push({ type: 'refuse', call, error: { code } });
}

/** Sixteen bytes that no other password of the cluster gets. */
function saltOf(member: Member): Bytes {
  const id = nextRequestId(member);
  const digits = digestOf([member.config.seed, id, 0]) + digestOf([member.config.seed, id, 1]);
  let salt = '';
  for (let at = 0; at < 32; at += 2) salt += String.fromCharCode(Number.parseInt(digits.slice(at, at + 2), 16));
  return salt;
}
