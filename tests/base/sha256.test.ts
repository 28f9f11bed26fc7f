/** SHA-256 against Node's own, for all lengths around the edges of its blocks, and long inputs. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/base/index.ts';

test('the hash is the standard’s', () => {
  for (const length of [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 100_003]) {
    const bytes = Array.from({ length }, (_, i) => String.fromCharCode((i * 31 + length) & 0xff)).join('');
    expect(sha256(bytes)).toBe(createHash('sha256').update(bytes, 'latin1').digest('binary'));
  }
});
