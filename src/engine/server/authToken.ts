/** What log-ins are remembered by: etcd's `--auth-token` (etcd-io/etcd:server/auth/store.go, options.go). */
import { type Bytes, byText, fail, type HmacHash, ok, parseGoDuration, type Result, utf8Encode } from '../../base/index.ts';

export type TokenProvider =
  /** Every member keeps who has logged in, until it stops. */
  { readonly type: 'simple' } | JwtProvider;

/** A token says itself whom it stands for, and is signed: whoever has the key can make one, and look at one. */
export interface JwtProvider {
  readonly type: 'jwt';
  readonly method: JwtMethod;
  /** What every member signs with. */
  readonly key: Bytes;
  /** Virtual µs; it is not put off by use. */
  readonly ttl: number;
  /** Options that mean nothing, by name. */
  readonly unknown: readonly string[];
}

export type JwtMethod = 'HS256' | 'HS384' | 'HS512';

export const JWT_HASHES: Readonly<Record<JwtMethod, HmacHash>> = { HS256: 'SHA-256', HS384: 'SHA-384', HS512: 'SHA-512' };

/** etcd: DefaultTTL, 5 min. */
const JWT_TTL = 300_000_000;
/** What etcd knows beside {@link JwtMethod}: these sign with one key and are looked at with another, both from files. */
const ASYMMETRIC = /^(?:[RPE]S(?:256|384|512)|EdDSA)$/;

/** A signing method that etcd's library knows, whether it is one of ours or not. */
export function isKnownMethod(name: string): boolean {
  return name in JWT_HASHES || ASYMMETRIC.test(name) || name === 'none';
}

/**
 * Reads the flag as etcd does; only that `priv-key` is the key itself, where etcd names a file that holds it, for a member
 * has no other files: `jwt,priv-key=hush,sign-method=HS256,ttl=10m`.
 *
 * @returns fails with what etcd says when it does not start, and in brackets with what it has logged before
 */
export function readAuthToken(text: string): Result<TokenProvider, string> {
  const [type, ...pairs] = text.split(',');
  const given = new Map<string, string>();
  for (const pair of pairs) {
    const [name = '', value, ...rest] = pair.split('=');
    if (value === undefined || rest.length > 0) return invalid(`invalid token option: ${text}`);
    if (given.has(name)) return invalid(`invalid token option: ${text}, duplicate-parameter: ${name}`);
    given.set(name, value);
  }
  if (type === 'simple') return ok({ type });
  return type === 'jwt' ? readJwtOptions(given) : invalid(`unknown token type: ${type}`);
}

function readJwtOptions(given: ReadonlyMap<string, string>): Result<JwtProvider, string> {
  const problem = (text: string) => invalid(`problem loading JWT options: ${text}`);
  const time = given.get('ttl') ?? '';
  const ttl = time === '' ? ok(JWT_TTL) : parseGoDuration(utf8Encode(time));
  if (!ttl.ok) return problem(`time: ${ttl.error}`);
  const name = given.get('sign-method') ?? '';
  if (!isKnownMethod(name)) return problem('auth: invalid auth signature method');
  if (name === 'none') return fail('unsupported signing method: *jwt.signingMethodNone');
  if (ASYMMETRIC.test(name)) return fail(`${name} signs with a key from a file, and here are none: take HS256, HS384 or HS512`);
  const key = utf8Encode(given.get('priv-key') ?? '');
  if (key === '') return fail('auth: missing key data');
  const known = ['sign-method', 'pub-key', 'priv-key', 'ttl'];
  const unknown = [...given.keys()].filter((option) => !known.includes(option)).sort(byText);
  return ok({ type: 'jwt', method: name as JwtMethod, key, ttl: ttl.value, unknown }); // what else is known has been refused
}

function invalid(logged: string): Result<never, string> {
  return fail(`auth: invalid auth options (${logged})`);
}
