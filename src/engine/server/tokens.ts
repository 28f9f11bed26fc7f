/** Who has logged in (etcd-io/etcd:server/auth/simple_token.go). Every member learns of a token through the log, and forgets it when it stops. */
import { assert, type Bytes, digestOf, fail, ok, type Result, utf8Decode } from '../../base/index.ts';
import { fingerprintOf } from './authLines.ts';
import type { ApiErrorCode } from './errors.ts';
import { writeServerLine } from './lines.ts';
import { type AuthInfo, NOBODY } from './logged.ts';
import { isReplay } from './replay.ts';
import { nextRequestId } from './requestId.ts';
import type { Member } from './state.ts';

/** etcd: --auth-token-ttl, 300 s. */
const TOKEN_TTL = 300_000_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The letters of a token that nobody else has. */
export function makeToken(member: Member): Bytes {
  const digest = digestOf([member.config.seed, nextRequestId(member)]);
  let letters = '';
  for (const digit of digest) {
    const letter = LETTERS[(Number.parseInt(digit, 16) * 7 + letters.length * 3) % LETTERS.length];
    assert(letter !== undefined, 'an alphabet has no gap');
    letters += letter;
  }
  return letters;
}

/** A token: its letters, and how far the log was applied before it. */
export function tokenAt(letters: Bytes, appliedIndex: number): Bytes {
  return `${letters}.${appliedIndex}`;
}

/** Has this member yet to apply the log-in that a token comes from? What is asked with it waits for that. */
export function isAhead({ auth, appliedIndex }: Member, token: Bytes | undefined): boolean {
  if (!auth.isEnabled || token === undefined) return false;
  const index = /^[^.]+\.(\d+)$/.exec(token)?.[1];
  return index !== undefined && Number(index) > appliedIndex;
}

/** A log-in was applied. */
export function addToken(member: Member, token: Bytes, user: Bytes): void {
  if (isReplay(member)) return; // it was another process that its client knew
  member.tokens.set(token, { user, expiresAt: member.now + TOKEN_TTL });
}

/** A user is gone, or has another password. */
export function dropTokens(member: Member, user: Bytes): void {
  for (const [token, { user: other }] of member.tokens) if (other === user) member.tokens.delete(token);
}

/** Whom a token stands for. Its use keeps it alive. */
export function authInfoOf(member: Member, token: Bytes | undefined): Result<AuthInfo, ApiErrorCode> {
  const { auth } = member;
  if (!auth.isEnabled || token === undefined) return ok(NOBODY);
  const known = member.tokens.get(token);
  if (known === undefined || known.expiresAt <= member.now) {
    if (known !== undefined) forgetToken(member, token, known.user);
    writeServerLine(member, 'warn', 'invalid auth token', [['token-fingerprint', fingerprintOf(token)]]);
    return fail('invalidAuthToken');
  }
  member.tokens.set(token, { ...known, expiresAt: member.now + TOKEN_TTL });
  return ok({ user: known.user, revision: auth.revision });
}

/** Nobody has used it for too long. */
function forgetToken(member: Member, token: Bytes, user: Bytes): void {
  member.tokens.delete(token);
  writeServerLine(member, 'debug', 'deleted a simple token', [
    ['user-name', utf8Decode(user)],
    ['token', utf8Decode(token)],
  ]);
}
