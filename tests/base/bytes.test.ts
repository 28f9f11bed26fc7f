// Our own UTF-8 and base64 against Node's, for any text and any bytes; the engine has no TextEncoder.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertBytes,
  base64Encode,
  byText,
  decodeRune,
  readableKey,
  utf8Decode,
  utf8Encode,
  visible,
} from '../../src/base/index.ts';

/** Any sequence of UTF-16 code units: lone surrogates too. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.array(fc.constantFrom('a', 'é', '中', '\u{1f451}', '\ud800', '\udfff')).map((parts) => parts.join('')),
);
const anyBytes = fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1'));

describe('UTF-8', () => {
  it('encodes as TextEncoder does', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(utf8Encode(text)).toBe(Buffer.from(new TextEncoder().encode(text)).toString('latin1'));
      }),
      { numRuns: 2000 },
    );
  });

  it('decodes what it has encoded', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(utf8Decode(utf8Encode(text))).toBe(Buffer.from(text).toString());
      }),
      { numRuns: 1000 },
    );
  });

  it('accepts exactly the bytes that a strict decoder accepts', () => {
    const strict = (bytes: string) => {
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
      } catch {
        return undefined;
      }
    };
    const edges = [
      '\xc0\x80',
      '\xc1\xbf',
      '\xc2\x80',
      '\xe0\x9f\xbf',
      '\xe0\xa0\x80',
      '\xed\x9f\xbf',
      '\xed\xa0\x80',
      '\xed\xbf\xbf',
      '\xee\x80\x80',
    ];
    const farEdges = [
      '\xf0\x8f\xbf\xbf',
      '\xf0\x90\x80\x80',
      '\xf4\x8f\xbf\xbf',
      '\xf4\x90\x80\x80',
      '\xf5\x80\x80\x80',
      '\xff',
      '\x80',
      '\xe4\xb8',
    ];
    const near = fc.array(fc.constantFrom(...edges, ...farEdges, 'a')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(near, anyBytes), (bytes) => {
        const text = strict(bytes);
        if (text !== undefined) expect(utf8Decode(bytes)).toBe(text);
        else expect(utf8Decode(bytes)).toContain('\ufffd');
      }),
      { numRuns: 3000 },
    );
  });

  it('replaces each invalid byte by one U+FFFD and keeps the rest', () => {
    expect(utf8Decode('a\xffb')).toBe('a\ufffdb');
    expect(utf8Decode('\xe4\xb8')).toBe('\ufffd\ufffd'); // 中 without its last byte
    expect(utf8Decode('\xe4\xb8a')).toBe('\ufffd\ufffda');
    expect(utf8Decode('\xed\xa0\x80')).toBe('\ufffd\ufffd\ufffd'); // a surrogate
  });

  it('decodes one rune at a time', () => {
    expect(decodeRune('a中', 0)).toEqual({ code: 97, size: 1 });
    expect(decodeRune(utf8Encode('a中'), 1)).toEqual({ code: 0x4e2d, size: 3 });
    expect(decodeRune(utf8Encode('👑'), 0)).toEqual({ code: 0x1f451, size: 4 });
    expect(decodeRune(utf8Encode('👑'), 1)).toEqual({ code: -1, size: 1 });
  });

  it('keeps the order of code points, which code units do not', () => {
    expect(byText('\uffee', '\u{10000}')).toBe(1);
    expect(byText(utf8Encode('\uffee'), utf8Encode('\u{10000}'))).toBe(-1);
    fc.assert(
      fc.property(anyBytes, anyBytes, (a, b) => {
        expect(byText(a, b)).toBe(Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')));
      }),
    );
  });
});

describe('text to be read', () => {
  it('has no control characters', () => {
    expect(visible('a\tb\n\u0085c 键')).toBe('a·b··c 键');
    fc.assert(fc.property(anyText, (text) => visible(text).length === text.length && !/\p{Cc}/u.test(visible(text))));
  });

  it('names the first of all keys as a person would', () => {
    expect([utf8Encode(''), '\0', utf8Encode('键'), 'a\0'].map(readableKey)).toEqual(['""', '""', '键', 'a·']);
  });
});

describe('base64', () => {
  it('is what Buffer prints', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(base64Encode(bytes)).toBe(Buffer.from(bytes, 'latin1').toString('base64'));
      }),
    );
  });

  it('gives the examples of RFC 4648 section 10', () => {
    const words = ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'];
    expect(words.map(base64Encode)).toEqual(['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy']);
  });
});

it('assertBytes lets bytes pass and nothing else', () => {
  expect(() => assertBytes('\x00\xff')).not.toThrow();
  expect(() => assertBytes('a\u0100')).toThrow('bytes have one character per byte {"at":1}');
});
