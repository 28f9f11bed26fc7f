/** What Tab offers, by examples: the cursor stands at the bar. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commonPrefix, complete, tokenize } from '../../src/console/index.ts';

const KEYS = ['app/a', 'app/b', 'name', 'it is', "o'clock", '键'];

function offer(marked: string): readonly string[] {
  const cursor = marked.indexOf('|');
  const line = marked.replace('|', '');
  const { candidates, to } = complete(line, cursor, KEYS);
  expect(to).toBe(cursor);
  return candidates;
}

describe('commands', () => {
  test('at the start, with and without etcdctl and variables in front', () => {
    expect(offer('g|')).toEqual(['get']);
    expect(offer('etcdctl l|')).toEqual(['lease', 'lock']);
    expect(offer('ETCDCTL_HEX=true me|')).toEqual(['member']);
    expect(offer('|').length).toBeGreaterThan(20);
  });
  test('of a group, also behind a shortened name and behind global flags', () => {
    expect(offer('member a|')).toEqual(['add']);
    expect(offer('mem |')).toEqual(['add', 'list', 'promote', 'remove', 'update']);
    expect(offer('-w json endpoint h|')).toEqual(['hashkv', 'health']);
    expect(offer('help lease g|')).toEqual(['grant']);
  });
  test('nothing behind a word that is no command', () => {
    expect(offer('frob |')).toEqual([]);
    expect(offer('version |')).toEqual([]);
  });
});

describe('flags', () => {
  test('of the command and of all, those with a value up to their sign', () => {
    expect(offer('get a --pr|')).toEqual(['--prefix', '--print-value-only']);
    expect(offer('get --li|')).toEqual(['--limit=']);
    expect(offer('get --write|')).toEqual(['--write-out=']);
  });
  test('one that is there already is not offered again', () => {
    expect(offer('get --prefix --pr|')).toEqual(['--print-value-only']);
  });
  test('values of those that take one of a few', () => {
    expect(offer('get a --order=|')).toEqual(['--order=ASCEND', '--order=DESCEND']);
    expect(offer('get a -w j|')).toEqual(['json']);
    expect(offer('get a --rev |')).toEqual([]);
  });
  test('none behind --', () => {
    expect(offer('put -- --p|')).toEqual([]);
  });
});

describe('keys', () => {
  test('where a command takes one', () => {
    expect(offer('get app/|')).toEqual(['app/a', 'app/b']);
    expect(offer('put na|')).toEqual(['name']);
    expect(offer('put name na|')).toEqual([]);
    expect(offer('role grant-permission r read app/|')).toEqual(['app/a', 'app/b']);
    expect(offer('role grant-permission r re|')).toEqual(['read', 'readwrite']);
  });
  test('in quotes where they need them, whatever was typed of them', () => {
    expect(offer('get it|')).toEqual(["'it is'"]);
    expect(offer("get 'it i|")).toEqual(["'it is'"]);
    expect(offer('get "it|')).toEqual(["'it is'"]);
    expect(offer('get 键|')).toEqual(["'键'"]);
  });
});

test('the word in which the cursor stands is what is replaced', () => {
  expect(complete('get na --rev=3', 6, KEYS)).toEqual({ from: 4, to: 6, candidates: ['name'] });
});

test('common prefix', () => {
  expect(commonPrefix(['app/a', 'app/b'])).toBe('app/');
  expect(commonPrefix(['--prefix'])).toBe('--prefix');
  expect(commonPrefix([])).toBe('');
  expect(commonPrefix(['🔑', '🔒'])).toBe('');
});

test('a candidate is one word, and never throws', () => {
  const line = fc.array(
    fc.constantFrom('get', 'put', 'member', '--prefix', '-w', ' ', '  ', "'", '"', '\\', '$x', '|', 'a', '键', '='),
    {
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(line, fc.nat(20), (parts, at) => {
      const text = parts.join('');
      const { from, to, candidates } = complete(text, Math.min(at, text.length), KEYS);
      expect(from).toBeLessThanOrEqual(to);
      for (const candidate of candidates) {
        const tokens = tokenize(`x ${candidate}`);
        expect(tokens.ok && tokens.value.words.length).toBe(2);
      }
    }),
    { numRuns: 1000 },
  );
});
