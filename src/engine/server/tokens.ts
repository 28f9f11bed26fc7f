/**
 * Who has logged in. Of simple tokens (etcd-io/etcd:server/auth/simple_token.go) every member learns through the log, and forgets them when
 * it stops; the others (`jwt.ts`) say it themselves, to any member.
 */
import { assert, type Bytes, digestOf, fail, ok, type Result, utf8Decode } from '../../base/index.ts';
import { fingerprintOf } from './authLines.ts';
import type { JwtProvider } from './authToken.ts';
import type { ApiErrorCode } from './errors.ts';
import { readJwt, signJwt } from './jwt.ts';
import { wantsDebug, writeServerLine } from './lines.ts';
import { type AuthInfo, NOBODY } from './logged.ts';
import { isReplay } from './replay.ts';
import { nextRequestId } from './requestId.ts';
import type { Member } from './state.ts';

/** etcd: --auth-token-ttl, 300 s. */
const TOKEN_TTL = 300;
const SECOND = 1_000_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** What an entry carries of the token of a log-in: the letters of one that nobody else has, or nothing where it says itself whose it is. */
export function makeLetters(member: Member): Bytes {
  if (member.tokenProvider.type === 'jwt') return '';
  const digest = digestOf([member.config.seed, nextRequestId(member)]);
  let letters = '';
  for (const digit of digest) {
    const letter = LETTERS[(Number.parseInt(digit, 16) * 7 + letters.length * 3) % LETTERS.length];
    assert(letter !== undefined, 'an alphabet has no gap');
    letters += letter;
  }
  return letters;
}

/**
 * The token of a log-in that is applied. A simple one has the number of its entry: everybody makes the same of it. One that is signed
 * has the time at which this member makes it, and only the member that was asked has somebody to give it to.
 */
export function makeToken(member: Member, user: Bytes, letters: Bytes): Bytes {
  const { tokenProvider: provider, appliedIndex, auth } = member;
  if (provider.type === 'simple') return `${letters}.${appliedIndex}`;
  return signJwt(provider, { user, revision: auth.revision }, wallTime(member));
}

/** Has this member yet to apply the log-in that a simple token comes from? What is asked with it waits for that. */
export function isAhead({ auth, appliedIndex, tokenProvider }: Member, token: Bytes | undefined): boolean {
  if (!auth.isEnabled || token === undefined || tokenProvider.type !== 'simple') return false;
  const index = /^[^.]+\.(\d+)$/.exec(withoutScheme(token))?.[1];
  return index !== undefined && Number(index) > appliedIndex;
}

/** A log-in was applied. */
export function addToken(member: Member, token: Bytes, user: Bytes): void {
  if (isReplay(member)) return; // it was another process that its client knew
  if (member.tokenProvider.type === 'simple') member.tokens.set(token, { user, expiresAt: member.now + ttlOf(member) });
  else tellSigned(member, { user, revision: member.auth.revision }, token);
}

/** A user is gone, or has another password. What is signed ends with the auth store's revision. */
export function dropTokens(member: Member, user: Bytes): void {
  for (const [token, { user: other }] of member.tokens) if (other === user) member.tokens.delete(token);
}

/** Whom a token stands for. */
export function authInfoOf(member: Member, given: Bytes | undefined): Result<AuthInfo, ApiErrorCode> {
  const { auth, tokenProvider: provider } = member;
  if (!auth.isEnabled || given === undefined) return ok(NOBODY);
  const token = withoutScheme(given);
  const info = provider.type === 'simple' ? infoOfSimple(member, token) : infoOfSigned(member, provider, token);
  if (info !== undefined) return ok(info);
  writeServerLine(member, 'warn', 'invalid auth token', [['token-fingerprint', fingerprintOf(token)]]);
  return fail('invalidAuthToken');
}

/** Its use keeps it alive. */
function infoOfSimple(member: Member, token: Bytes): AuthInfo | undefined {
  const known = member.tokens.get(token);
  if (known === undefined || known.expiresAt <= member.now) {
    if (known !== undefined) forgetToken(member, token, known.user);
    return undefined;
  }
  member.tokens.set(token, { ...known, expiresAt: member.now + ttlOf(member) });
  return { user: known.user, revision: member.auth.revision };
}

/** Nobody has used it for too long. */
function forgetToken(member: Member, token: Bytes, user: Bytes): void {
  member.tokens.delete(token);
  writeServerLine(member, 'debug', 'deleted a simple token', [
    ['user-name', utf8Decode(user)],
    ['token', utf8Decode(token)],
  ]);
}

function infoOfSigned(member: Member, provider: JwtProvider, token: Bytes): AuthInfo | undefined {
  const info = readJwt(provider, token, wallTime(member));
  if (info.ok) return info.value;
  const { message, error } = info.error;
  writeServerLine(member, 'warn', message, error === undefined ? [] : [['error', error]]);
  return undefined;
}

/** A member gives itself a token for what it asks in root's name: nothing but the line shows it. */
export function tellOwnToken(member: Member, info: AuthInfo): void {
  const { tokenProvider: provider, auth } = member;
  if (auth.isEnabled && provider.type === 'jwt' && wantsDebug(member))
    tellSigned(member, info, signJwt(provider, info, wallTime(member)));
}

function tellSigned(member: Member, { user, revision }: AuthInfo, token: Bytes): void {
  if (!wantsDebug(member)) return;
  writeServerLine(member, 'debug', 'created/assigned a new JWT token', [
    ['user-name', utf8Decode(user)],
    ['revision', revision],
    ['token-fingerprint', fingerprintOf(token)],
  ]);
}

/** Over HTTP it may come with its scheme. */
function withoutScheme(token: Bytes): Bytes {
  return token.startsWith('Bearer ') ? token.slice('Bearer '.length) : token;
}

function ttlOf({ config }: Member): number {
  return (config.options?.authTokenTtl ?? TOKEN_TTL) * SECOND;
}

/** µs since 1970. */
function wallTime({ config, now }: Member): number {
  return config.epoch * 1000 + now;
}
