/**
 * JSON Web Tokens: what etcd 3.6.14, run with `--auth-token jwt,…` and a key of the same bytes, made, answered and logged. Its tokens are
 * taken here, and ours are its own to the byte; each token that it refused is refused in its words, and so are options of the flag.
 */
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Bytes, utf8Encode } from '../../../src/base/index.ts';
import { type JwtProvider, readAuthToken } from '../../../src/engine/server/authToken.ts';
import { readJwt, signJwt } from '../../../src/engine/server/jwt.ts';

const NOW = 1_795_615_000_000_000;
const SECOND = 1_000_000;

function providerOf(text: string): JwtProvider {
  const provider = readAuthToken(text);
  if (!provider.ok || provider.value.type !== 'jwt') throw new Error(JSON.stringify(provider));
  return provider.value;
}

const HS256 = providerOf('jwt,priv-key=hush-hush,sign-method=HS256');

/** A token of whatever somebody with the key signs. */
function made(header: string, claims: string, hash = 'sha256'): Bytes {
  const text = [header, claims].map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${text}.${createHmac(hash, 'hush-hush').update(text).digest('base64url')}`;
}

describe('a token that etcd made', () => {
  const user = utf8Encode('a<b>&é');
  test.each([
    [
      'HS256',
      1_795_619_504,
      'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3OTU2MTk1MDQsInJldmlzaW9uIjo0LCJ1c2VybmFtZSI6ImFcdTAwM2NiXHUwMDNlXHUwMDI2w6kifQ.Orwb3ueHxfjTgD2luZwQaL2nrewAUfh3Xm5l5ZbBfKs',
    ],
    [
      'HS384',
      1_795_619_513,
      'eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3OTU2MTk1MTMsInJldmlzaW9uIjo0LCJ1c2VybmFtZSI6ImFcdTAwM2NiXHUwMDNlXHUwMDI2w6kifQ.WRA54cfIFHGm8rC3Ls0ZN6Ar6dp-y2XXO95ss6o9RGrDFRhkiHnToUssLR3koTFI',
    ],
    [
      'HS512',
      1_795_619_515,
      'eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3OTU2MTk1MTUsInJldmlzaW9uIjo0LCJ1c2VybmFtZSI6ImFcdTAwM2NiXHUwMDNlXHUwMDI2w6kifQ.wzV_0h3tYjaszrgySy6lsuzUu2r3aOdwGnae7cYRHO4PhQUkiavFUo4wKlydOC89byop01HySGKAONylsuR7QA',
    ],
  ])('%s', (method, expiresAt, token) => {
    const provider = providerOf(`jwt,priv-key=hush-hush,sign-method=${method},ttl=1h`);
    const info = { user, revision: 4 };
    const end = expiresAt * SECOND;
    expect(signJwt(provider, info, end - 3600 * SECOND + 999_999)).toBe(token);
    expect(readJwt(provider, token, end - 1)).toEqual({ ok: true, value: info });
    const error = 'token has invalid claims: token is expired';
    expect(readJwt(provider, token, end)).toEqual({ ok: false, error: { message: 'failed to parse a JWT token', error } });
    const other = providerOf(`jwt,priv-key=hush-husH,sign-method=${method}`);
    expect(readJwt(other, token, end - 1)).toMatchObject({ error: { error: 'token signature is invalid: signature is invalid' } });
  });
});

describe('a token that somebody else made', () => {
  const header = '{"alg":"HS256","typ":"JWT"}';
  test.each([
    ['{"username":"root","revision":3}', { user: 'root', revision: 3 }],
    ['{"username":"root","revision":4,"exp":0}', { user: 'root', revision: 4 }],
    ['{"username":"root","revision":4,"exp":99999999999.5,"iat":99999999999}', { user: 'root', revision: 4 }],
    ['{"username":"","revision":0}', { user: '', revision: 0 }],
  ])('%s is taken', (claims, info) => {
    expect(readJwt(HS256, made(header, claims), NOW)).toEqual({ ok: true, value: info });
  });

  test.each([
    ['{"username":"root"}', 'failed to obtain revision claims from jwt token'],
    ['{"revision":3}', 'failed to obtain user claims from jwt token'],
    ['{"username":7,"revision":3}', 'failed to obtain user claims from jwt token'],
    ['{"username":"root","revision":"3"}', 'failed to obtain revision claims from jwt token'],
    ['null', 'failed to obtain user claims from jwt token'],
  ])('%s is not: it says too little', (claims, message) => {
    expect(readJwt(HS256, made(header, claims), NOW)).toEqual({ ok: false, error: { message } });
  });

  const rest = '"username":"root","revision":4';
  const unmarshal = (kind: string, type: string) => `json: cannot unmarshal ${kind} into Go value of type ${type}`;
  const headerFault = 'token is malformed: could not JSON decode header: ';
  const claimFault = 'token is malformed: could not JSON decode claim: ';
  test.each([
    [made(header, `{${rest},"exp":1}`), 'token has invalid claims: token is expired'],
    [made(header, `{${rest},"exp":"x"}`), 'token has invalid claims: invalid type for claim: exp is invalid'],
    [made(header, `{${rest},"nbf":9999999999}`), 'token has invalid claims: token is not valid yet'],
    [made(header, `{${rest},"nbf":9999999999,"exp":1}`), 'token has invalid claims: token is expired, token is not valid yet'],
    [
      made('{"alg":"HS384"}', `{${rest}}`, 'sha384'),
      'token is unverifiable: error while executing keyfunc: invalid signing method',
    ],
    [made('{"alg":"RS256"}', '{}'), 'token is unverifiable: error while executing keyfunc: invalid signing method'],
    [made('{"alg":"none"}', '{}'), 'token is unverifiable: error while executing keyfunc: invalid signing method'],
    [made('{"alg":"XX"}', '{}'), 'token is unverifiable: signing method (alg) is unavailable'],
    [made('{}', '{}'), 'token is unverifiable: signing method (alg) is unspecified'],
    [made('{"alg":7}', '{}'), 'token is unverifiable: signing method (alg) is unspecified'],
    [made('null', '{}'), 'token is unverifiable: signing method (alg) is unspecified'],
    [made('[]', '{}'), headerFault + unmarshal('array', 'map[string]interface {}')],
    [made('"x"', '{}'), headerFault + unmarshal('string', 'map[string]interface {}')],
    [made('7', '{}'), headerFault + unmarshal('number', 'map[string]interface {}')],
    [made('true', '{}'), headerFault + unmarshal('bool', 'map[string]interface {}')],
    [made('', '{}'), `${headerFault}unexpected end of JSON input`],
    [made('x', '{}'), `${headerFault}invalid character 'x' looking for beginning of value`],
    [made('{"alg', '{}'), `${headerFault}unexpected end of JSON input`],
    [made(header, '[]'), claimFault + unmarshal('array', 'jwt.MapClaims')],
    [made(header, ''), `${claimFault}unexpected end of JSON input`],
    [made(header, 'x'), `${claimFault}invalid character 'x' looking for beginning of value`],
    [`${made(header, `{${rest}}`)}x`, 'token signature is invalid: signature is invalid'],
    ['eyJhbGciOiJIUzI1NiJ9.e30.!!', 'token is malformed: could not base64 decode signature: illegal base64 data at input byte 0'],
    [
      'eyJhbGciOiJIUzI1NiJ9.e30.abcde',
      'token is malformed: could not base64 decode signature: illegal base64 data at input byte 4',
    ],
    ['eyJhbGciOiJIUzI1NiJ9.e3=.ab', 'token is malformed: could not base64 decode claim: illegal base64 data at input byte 2'],
    ['eyJhbGciOiJIUzI1NiJ9.e30.', 'token signature is invalid: signature is invalid'],
    ['..', `${headerFault}unexpected end of JSON input`],
    ['a+b.c.d', 'token is malformed: could not base64 decode header: illegal base64 data at input byte 1'],
    ['nothing', 'token is malformed: token contains an invalid number of segments'],
    ['', 'token is malformed: token contains an invalid number of segments'],
    ['a.b.c.d', 'token is malformed: token contains an invalid number of segments'],
  ])('%s is not', (token, error) => {
    expect(readJwt(HS256, token, NOW)).toEqual({ ok: false, error: { message: 'failed to parse a JWT token', error } });
  });
});

describe('--auth-token', () => {
  test('is read as etcd reads it, but for the key, which is the text itself', () => {
    expect(readAuthToken('simple')).toEqual({ ok: true, value: { type: 'simple' } });
    expect(readAuthToken('simple,foo=bar')).toEqual({ ok: true, value: { type: 'simple' } });
    const provider = { type: 'jwt', method: 'HS256', key: 'hush-hush', ttl: 300 * SECOND, unknown: [] };
    expect(HS256).toEqual(provider);
    const text = 'jwt,pub-key=p,priv-key=hush-hush,zoo=1,sign-method=HS512,ttl=1m30s,foo=bar';
    expect(providerOf(text)).toEqual({ ...provider, method: 'HS512', ttl: 90 * SECOND, unknown: ['foo', 'zoo'] });
  });

  test.each([
    ['jwt', 'auth: invalid auth options (problem loading JWT options: auth: invalid auth signature method)'],
    ['jwt,sign-method=HS256', 'auth: missing key data'],
    [
      'jwt,sign-method=XX,priv-key=k',
      'auth: invalid auth options (problem loading JWT options: auth: invalid auth signature method)',
    ],
    ['jwt,sign-method=none,priv-key=k', 'unsupported signing method: *jwt.signingMethodNone'],
    [
      'jwt,sign-method=HS256,priv-key=k,ttl=x',
      'auth: invalid auth options (problem loading JWT options: time: invalid duration "x")',
    ],
    ['jwt,foo', 'auth: invalid auth options (invalid token option: jwt,foo)'],
    ['simple,foo', 'auth: invalid auth options (invalid token option: simple,foo)'],
    ['jwt,a=b,a=c', 'auth: invalid auth options (invalid token option: jwt,a=b,a=c, duplicate-parameter: a)'],
    ['paseto', 'auth: invalid auth options (unknown token type: paseto)'],
    ...['RS256', 'PS384', 'ES512', 'EdDSA'].map((method) => [
      `jwt,sign-method=${method},priv-key=k,pub-key=p`,
      `${method} signs with a key from a file, and here are none: take HS256, HS384 or HS512`,
    ]),
  ])('%s starts no member', (text, error) => {
    expect(readAuthToken(text)).toEqual({ ok: false, error });
  });
});
