/** Who has logged in (etcd-io/etcd:server/auth/simple_token.go). Every member learns of a token through the log, and forgets it when it stops. */
import { assert, type Bytes, digestOf, fail, ok, type Result } from '../../base/index.ts';
import type { ApiErrorCode } from './errors.ts';
import { type AuthInfo, NOBODY } from './logged.ts';
import { nextRequestId } from './requestId.ts';
import type { Member } from './state.ts';

/** etcd: --auth-token-ttl, 300 s. */
const TOKEN_TTL = 300_000_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A token that nobody else has: sixteen letters, and the index that the member had applied. */
export function makeToken(member: Member): Bytes {
  const digest = digestOf([member.config.seed, nextRequestId(member)]);
  let letters = '';
  for (const digit of digest) {
    const letter = LETTERS[(Number.parseInt(digit, 16) * 7 + letters.length * 3) % LETTERS.length];
    assert(letter !== undefined, 'an alphabet has no gap');
    letters += letter;
  }
  return `${letters}.${member.appliedIndex}`;
}

/** A log-in was applied. */
export function addToken(member: Member, token: Bytes, user: Bytes): void {
  if (member.appliedIndex < member.replayTo) return; // it was another process that its client knew
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
  if (known === undefined || known.expiresAt <= member.now) return fail('invalidAuthToken');
  member.tokens.set(token, { ...known, expiresAt: member.now + TOKEN_TTL });
  return ok({ user: known.user, revision: auth.revision });
}
