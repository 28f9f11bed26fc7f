/** JSON Web Tokens as etcd makes and reads them (RFC 7519; etcd-io/etcd:server/auth/jwt.go over golang-jwt/jwt v5). */
import {
  type Bytes,
  base64Decode,
  base64Encode,
  fail,
  goJsonString,
  hmac,
  ok,
  type Result,
  utf8Decode,
  utf8Encode,
} from '../../base/index.ts';
import { isKnownMethod, JWT_HASHES, type JwtProvider } from './authToken.ts';
import type { AuthInfo } from './logged.ts';

const SECOND = 1_000_000;

/** Why a token is not taken, as etcd logs it; `error`: in the words of its library. */
export interface JwtRefusal {
  readonly message: string;
  readonly error?: string;
}

type Claims = Readonly<Record<string, unknown>>;

/** A token for who has just logged in. @param wallTime µs since 1970 */
export function signJwt(provider: JwtProvider, { user, revision }: AuthInfo, wallTime: number): Bytes {
  const header = `{"alg":"${provider.method}","typ":"JWT"}`;
  const expiresAt = Math.floor((wallTime + provider.ttl) / SECOND);
  const claims = `{"exp":${expiresAt},"revision":${revision},"username":${goJsonString(user)}}`;
  const text = `${encodeSegment(header)}.${encodeSegment(claims)}`;
  return `${text}.${encodeSegment(signatureOf(provider, text))}`;
}

/** Whom a token stands for: the user, and the auth store's revision when he logged in. @param wallTime µs since 1970 */
export function readJwt(provider: JwtProvider, token: Bytes, wallTime: number): Result<AuthInfo, JwtRefusal> {
  const claims = verify(provider, token, wallTime);
  if (!claims.ok) return fail({ message: 'failed to parse a JWT token', error: claims.error });
  const { username, revision } = claims.value;
  if (typeof username !== 'string') return fail({ message: 'failed to obtain user claims from jwt token' });
  if (typeof revision !== 'number') return fail({ message: 'failed to obtain revision claims from jwt token' });
  return ok({ user: utf8Encode(username), revision: Math.max(0, Math.trunc(revision)) });
}

/** The claims of a token that is whole, signed with the key, and valid now. Everything is looked at in the library's order. */
function verify(provider: JwtProvider, token: Bytes, wallTime: number): Result<Claims, string> {
  const malformed = (what: string) => fail(`token is malformed: ${what}`);
  const [first = '', second, third, ...rest] = token.split('.');
  if (second === undefined || third === undefined || rest.length > 0)
    return malformed('token contains an invalid number of segments');
  const header = readObject(first, 'map[string]interface {}');
  if (!header.ok) return malformed(`could not ${header.error.step} decode header: ${header.error.fault}`);
  const claims = readObject(second, 'jwt.MapClaims');
  if (!claims.ok) return malformed(`could not ${claims.error.step} decode claim: ${claims.error.fault}`);
  const { alg } = header.value;
  if (typeof alg !== 'string' || !isKnownMethod(alg))
    return fail(`token is unverifiable: signing method (alg) is ${typeof alg === 'string' ? 'unavailable' : 'unspecified'}`);
  const signature = decodeSegment(third);
  if (!signature.ok) return malformed(`could not base64 decode signature: ${signature.error}`);
  if (alg !== provider.method) return fail('token is unverifiable: error while executing keyfunc: invalid signing method');
  if (signature.value !== signatureOf(provider, `${first}.${second}`))
    return fail('token signature is invalid: signature is invalid');
  const faults = [expiryFault(claims.value, wallTime), beginFault(claims.value, wallTime)].filter((fault) => fault !== undefined);
  return faults.length === 0 ? claims : fail(`token has invalid claims: ${faults.join(', ')}`);
}

function expiryFault(claims: Claims, wallTime: number): string | undefined {
  const time = timeOf(claims, 'exp');
  if (!time.ok) return time.error;
  return time.value === undefined || wallTime < time.value ? undefined : 'token is expired';
}

/** No token of etcd's own has it, but somebody else with the key may have made one. */
function beginFault(claims: Claims, wallTime: number): string | undefined {
  const time = timeOf(claims, 'nbf');
  if (!time.ok) return time.error;
  return time.value === undefined || wallTime >= time.value ? undefined : 'token is not valid yet';
}

/** µs since 1970 of a claim in seconds, whose fractions do not count; undefined: there is none, or it is 0. */
function timeOf(claims: Claims, name: string): Result<number | undefined, string> {
  if (!Object.hasOwn(claims, name)) return ok(undefined);
  const seconds = claims[name];
  if (typeof seconds !== 'number') return fail(`invalid type for claim: ${name} is invalid`);
  return ok(seconds === 0 ? undefined : Math.trunc(seconds) * SECOND);
}

function signatureOf({ method, key }: JwtProvider, text: Bytes): Bytes {
  return hmac(JWT_HASHES[method], key, text);
}

type SegmentFault = { readonly step: 'base64' | 'JSON'; readonly fault: string };

/** A segment that holds an object of JSON; `null` counts as one without fields, as it does for Go. @param type what Go would put it into */
function readObject(segment: Bytes, type: string): Result<Claims, SegmentFault> {
  const bytes = decodeSegment(segment);
  if (!bytes.ok) return fail({ step: 'base64', fault: bytes.error });
  const text = utf8Decode(bytes.value);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail({ step: 'JSON', fault: jsonFault(text) });
  }
  if (value === null) return ok({});
  const kind = typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? 'array' : typeof value;
  if (kind === 'object') return ok(value as Claims); // neither null nor a list
  return fail({ step: 'JSON', fault: `json: cannot unmarshal ${kind} into Go value of type ${type}` });
}

/** Go names the first character that cannot be; of texts that begin as JSON, it is said here only that they do not end so. */
function jsonFault(text: string): string {
  const first = text.trimStart().charAt(0);
  if (first === '' || /[[{"\dtfn-]/.test(first)) return 'unexpected end of JSON input';
  return `invalid character '${first}' looking for beginning of value`;
}

function encodeSegment(bytes: Bytes): Bytes {
  return base64Encode(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Base64 for addresses, without padding (RFC 4648 section 5). */
function decodeSegment(segment: Bytes): Result<Bytes, string> {
  const wrong = segment.search(/[^\w-]/);
  const at = wrong >= 0 ? wrong : segment.length % 4 === 1 ? segment.length - 1 : -1;
  const bytes = at >= 0 ? undefined : base64Decode(segment.replaceAll('-', '+').replaceAll('_', '/'));
  return bytes === undefined ? fail(`illegal base64 data at input byte ${at}`) : ok(bytes);
}
