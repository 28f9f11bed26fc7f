/** Hashes of bytes against Node's own, for all lengths around the edges of their blocks, and long inputs. */
import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { hmac, sha1, sha256 } from '../../src/base/index.ts';

/** Bytes that differ from place to place. */
function bytesOf(length: number): string {
  return Array.from({ length }, (_, i) => String.fromCharCode((i * 31 + length) & 0xff)).join('');
}

test('SHA-1 and SHA-256 are the standard’s', () => {
  for (const length of [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 100_003]) {
    const bytes = bytesOf(length);
    expect(sha1(bytes), `${length}`).toBe(createHash('sha1').update(bytes, 'latin1').digest('binary'));
    expect(sha256(bytes), `${length}`).toBe(createHash('sha256').update(bytes, 'latin1').digest('binary'));
  }
});

test('HMAC is the standard’s, with keys below, at and above the size of a block', () => {
  for (const [name, node] of [
    ['SHA-256', 'sha256'],
    ['SHA-384', 'sha384'],
    ['SHA-512', 'sha512'],
  ] as const)
    for (const size of [0, 1, 63, 64, 65, 127, 128, 129, 200]) {
      const [key, text] = [bytesOf(size), bytesOf(150 - (size % 3))];
      const wanted = createHmac(node, Buffer.from(key, 'latin1')).update(text, 'latin1').digest('binary');
      expect(hmac(name, key, text), `${name} ${size}`).toBe(wanted);
    }
});
