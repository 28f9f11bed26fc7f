/** bcrypt: vectors of the openwall suite, hashes that a real etcd 3.6.14 has written, and that nothing but the password matches. */
import { expect, test } from 'vitest';
import { base64Encode, bcryptHash, bcryptMatches } from '../../src/base/index.ts';

const SALT = '\x10\x41\x04\x10\x41\x04\x10\x41\x04\x10\x41\x04\x10\x41\x04\x10';

test('known hashes', () => {
  // John the Ripper's crypt_blowfish, wrapper.c
  expect(bcryptMatches('$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U')).toBe(true);
  expect(bcryptMatches('$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK', 'U*U*')).toBe(true);
  expect(bcryptMatches('$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy', '')).toBe(true);
});

test("a real etcd's hashes, of a default cost of 10", () => {
  const hash = '$2a$10$PM/hZsfLPwXEKu.CCgKzseY96ps8KQvETtKT5XnCmggzmIVBiQzHa';
  expect(bcryptMatches(hash, 'r')).toBe(true);
  expect(bcryptMatches(hash, 'R')).toBe(false);
  expect(base64Encode(hash)).toBe('JDJhJDEwJFBNL2hac2ZMUHdYRUt1LkNDZ0t6c2VZOTZwczhLUXZFVHRLVDVYbkNtZ2d6bUlWQmlRekhh');
});

test('what was hashed matches, and nothing else does', () => {
  const hash = bcryptHash('päss\0word', 4, SALT);
  expect(hash).toHaveLength(60);
  expect(hash.startsWith('$2a$04$')).toBe(true);
  expect(bcryptMatches(hash, 'päss\0word')).toBe(true);
  expect(bcryptMatches(hash, 'päss')).toBe(false);
  for (const none of ['plain', '', hash.slice(1), hash.replace('04', '99'), hash.replace('04', '03'), `${hash}x`]) {
    expect(bcryptMatches(none, 'plain')).toBe(false);
  }
  expect(bcryptHash('a', 4, SALT)).toBe(bcryptHash('a', 4, SALT));
  expect(bcryptHash('a', 4, SALT.replace('\x10', '\x11'))).not.toBe(bcryptHash('a', 4, SALT));
  expect(() => bcryptHash('x'.repeat(73), 4, SALT)).toThrow(/so many bytes/);
});
