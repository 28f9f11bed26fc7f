/** SHA-2 and HMAC against Node's own, for all lengths around the edges of their blocks, and long inputs. */
import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { hmac, sha256, sha384, sha512 } from '../../src/base/index.ts';

test('the hash is the standard’s', () => {
  for (const length of [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 100_003]) {
    const bytes = Array.from({ length }, (_, i) => String.fromCharCode((i * 31 + length) & 0xff)).join('');
    expect(sha256(bytes)).toBe(createHash('sha256').update(bytes, 'latin1').digest('binary'));
  }
});

/** Bytes that differ from place to place. */
function bytesOf(length: number): string {
  return Array.from({ length }, (_, i) => String.fromCharCode((i * 31 + length) & 0xff)).join('');
}

test('SHA-384 and SHA-512 are the standard’s', () => {
  for (const length of [0, 1, 3, 110, 111, 112, 113, 119, 120, 127, 128, 129, 239, 240, 255, 256, 1000]) {
    const bytes = bytesOf(length);
    expect(sha384(bytes), `${length}`).toBe(createHash('sha384').update(bytes, 'latin1').digest('binary'));
    expect(sha512(bytes), `${length}`).toBe(createHash('sha512').update(bytes, 'latin1').digest('binary'));
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
