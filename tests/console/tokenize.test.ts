/** Words of a line by the shell's rules: examples of each rule, and quoting that always reads back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteWord, tokenize } from '../../src/console/index.ts';

function words(line: string): readonly string[] {
  const result = tokenize(line);
  if (!result.ok) throw new Error(`${line}: ${JSON.stringify(result.error)}`);
  return result.value.words;
}

function refusal(line: string): unknown {
  const result = tokenize(line);
  return result.ok ? undefined : result.error;
}

describe('words', () => {
  test.each<[string, string[]]>([
    ['', []],
    ['   \t ', []],
    ['put foo bar', ['put', 'foo', 'bar']],
    ["put greeting 'hello, world'", ['put', 'greeting', 'hello, world']],
    ['put a ""', ['put', 'a', '']],
    ["put a ''", ['put', 'a', '']],
    ['get pre"fix mid"suffix', ['get', 'prefix midsuffix']],
    ["'it'\\''s'", ["it's"]],
    ['"a \\"b\\" \\\\ \\n"', ['a "b" \\ \\n']],
    ['a\\ b \\"c', ['a b', '"c']],
    ["'a\\b'", ['a\\b']],
    ['put k {"a":[1,2]}', ['put', 'k', '{a:[1,2]}']],
    ['get * ? [x] ~ % @ =', ['get', '*', '?', '[x]', '~', '%', '@', '=']],
    ['"\\$x \\`y\\`"', ['$x `y`']],
    ['cost 5$ "$"', ['cost', '5$', '$']],
    ['get a # the rest', ['get', 'a']],
    ['get a#b', ['get', 'a#b']],
    ['put 键 🔑', ['put', '键', '🔑']],
    ['a\\\nb', ['ab']],
    ['a \\\n b', ['a', 'b']],
    ['put "two\nlines" x', ['put', 'two\nlines', 'x']],
  ])('%j', (line, expected) => {
    expect(words(line)).toEqual(expected);
  });

  test('NAME=value in front of a command is an assignment, elsewhere and in quotes a word', () => {
    expect(tokenize("A=1 B_2='x y' get C=3")).toEqual({
      ok: true,
      value: {
        assignments: [
          ['A', '1'],
          ['B_2', 'x y'],
        ],
        words: ['get', 'C=3'],
      },
    });
    expect(words("'A'=1 get")).toEqual(['A=1', 'get']);
    expect(words('A\\=1 get')).toEqual(['A=1', 'get']);
    expect(words('1A=1')).toEqual(['1A=1']);
  });
});

describe('what is no command', () => {
  test.each<[string, unknown]>([
    ["put a 'b", { code: 'unclosedQuote', quote: "'", at: 6 }],
    ['put a "b\\"', { code: 'unclosedQuote', quote: '"', at: 6 }],
    ['put a b\\', { code: 'trailingBackslash', at: 7 }],
    ['get a | wc', { code: 'unsupportedShell', construct: '|', at: 6 }],
    ['get a || x', { code: 'unsupportedShell', construct: '||', at: 6 }],
    ['get a; get b', { code: 'unsupportedShell', construct: ';', at: 5 }],
    ['get a && get b', { code: 'unsupportedShell', construct: '&&', at: 6 }],
    ['get a &', { code: 'unsupportedShell', construct: '&', at: 6 }],
    ['put a < f', { code: 'unsupportedShell', construct: '<', at: 6 }],
    ['put a <<< v', { code: 'unsupportedShell', construct: '<<<', at: 6 }],
    ['get a >> f', { code: 'unsupportedShell', construct: '>>', at: 6 }],
    ['put a $(date)', { code: 'unsupportedShell', construct: '$(', at: 6 }],
    ['put a `date`', { code: 'unsupportedShell', construct: '`', at: 6 }],
    ['put a $HOME', { code: 'unsupportedShell', construct: '$HOME', at: 6 }],
    ['put a "x$' + '{Y}"', { code: 'unsupportedShell', construct: '$' + '{', at: 8 }],
    ["put a $'x'", { code: 'unsupportedShell', construct: "$'", at: 6 }],
  ])('%j', (line, expected) => {
    expect(refusal(line)).toEqual(expected);
  });
});

test('a quoted word reads back as itself', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 }).map((word) => word.replaceAll('\r', '').replaceAll('\0', ''));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6 }), (list) => {
      // An assignment in front would not be a word: NAME=… is one only unquoted.
      expect(words(['etcdctl', ...list.map(quoteWord)].join(' '))).toEqual(['etcdctl', ...list]);
    }),
    { seed: 7, numRuns: 500 },
  );
});
