/** Texts as Go's libraries write and read them: examples that Go itself gave, or that etcdctl 3.6.14 printed. */
import { describe, expect, test } from 'vitest';
import { goSize, utf8Decode, utf8Encode } from '../../src/base/index.ts';
import { formatGoDuration, parseGoUint, readGoQuoted } from '../../src/console/goText.ts';
import { renderTable } from '../../src/console/printTable.ts';
import { splitWords, trimBlanks } from '../../src/console/txnText.ts';

test('durations', () => {
  const shown = [0, 0.5, 850, 3640.22, 159_171.047, 1_000_352.408, 5_000_000, 60_500_000, 3_600_000_000, -1500].map((micros) =>
    utf8Decode(formatGoDuration(micros)),
  );
  expect(shown).toEqual(['0s', '500ns', '850µs', '3.64022ms', '159.171047ms', '1.000352408s', '5s', '1m0.5s', '1h0m0s', '-1.5ms']);
});

test('sizes', () => {
  expect([9, 512, 1000, 20480, 24576, 999_999, 8_000_000, 2_147_483_648].map(goSize)).toEqual([
    '9 B',
    '512 B',
    '1.0 kB',
    '20 kB',
    '25 kB',
    '1000 kB',
    '8.0 MB',
    '2.1 GB',
  ]);
});

test('unsigned integers', () => {
  expect(parseGoUint('ffffffffffffffff', 16)).toEqual({ ok: true, value: 2n ** 64n - 1n });
  expect(parseGoUint('1ffffffffffffffff', 16)).toEqual({ ok: false, error: 'value out of range' });
  for (const text of ['', '-1', '+1', '0x1', ' 1']) expect(parseGoUint(text, 16)).toEqual({ ok: false, error: 'invalid syntax' });
});

test('quoted strings', () => {
  expect(readGoQuoted('"a\\x41\\u00e9\\101\\n\\"") rest')).toEqual({ value: utf8Encode('aAéA\n"'), rest: ') rest' });
  expect(readGoQuoted('`raw \\n`x')).toEqual({ value: 'raw \\n', rest: 'x' });
  for (const text of ['a', "'a'", '"a', '"\\z"', '"\\xf"', '"\\ud800"', '"\\777"', '`a'])
    expect(readGoQuoted(text)).toBeUndefined();
});

test('words of an operation', () => {
  expect(splitWords(`put a"b c`)).toEqual(['put', 'a"b', 'c']);
  expect(splitWords(`put 'it''s' "x\\ty"`)).toEqual(['put', 'it', 's', 'x\ty']);
  expect(splitWords(`put 'open v`)).toEqual(['put', 'open', 'v']);
  expect(splitWords('put "a\\z" v')).toBeUndefined();
  expect(utf8Decode(trimBlanks(utf8Encode('\u00a0 käse \u3000')))).toBe('käse');
});

describe('tables', () => {
  test('a cell of several words breaks at 30 columns and makes its column that wide', () => {
    const [, , , first, second] = renderTable(['ERRORS', 'X'], [['memberID:7376657606203668635 alarm:CORRUPT ', 'false']]).split(
      '\n',
    );
    expect([first, second]).toEqual(['|   memberID:7376657606203668635 | false |', '|                 alarm:CORRUPT  |       |']);
  });
  test('one long word stays whole, and is as wide as it looks', () => {
    const wide = 'http://127.0.0.1:24803,http://127.0.0.1:24804';
    expect(
      renderTable(['N'], [[wide], [utf8Encode('é')]])
        .split('\n')
        .map((line) => utf8Decode(line).length),
    ).toEqual([...Array.from({ length: 6 }, () => wide.length + 4), 0]);
  });
  test('without rows', () => {
    expect(renderTable(['ENDPOINT', 'ID'], [])).toBe(
      '+----------+----+\n| ENDPOINT | ID |\n+----------+----+\n+----------+----+\n',
    );
  });
});
