/** Ranges of keys as etcdctl's flags give them. spec/etcd.md 1.3 */
import type { Bytes } from '../base/index.ts';

/** First key behind all that begin with `prefix`; one zero byte where there is none. */
export function prefixEnd(prefix: Bytes): Bytes {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const byte = prefix.charCodeAt(i);
    if (byte < 0xff) return prefix.slice(0, i) + String.fromCharCode(byte + 1);
  }
  return '\0';
}

/** The range of `--prefix`, `--from-key` or neither; an empty key stands for all keys in the first two. */
export function keyRange(
  key: Bytes,
  prefix: boolean,
  fromKey: boolean,
  end: Bytes,
): { readonly key: Bytes; readonly rangeEnd: Bytes } {
  if (fromKey || (prefix && key === '')) return { key: key === '' ? '\0' : key, rangeEnd: '\0' };
  return { key, rangeEnd: prefix ? prefixEnd(key) : end };
}
