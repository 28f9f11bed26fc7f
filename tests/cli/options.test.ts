/** Words of a command line: what is understood, and that a mistake is named. */
import { describe, expect, test } from 'vitest';
import { integerOption, parseWords, UsageError } from '../../src/cli/options.ts';
import { readOrder, SIM_OPTIONS } from '../../src/cli/sim/order.ts';
import { runCli } from './support.ts';

const KNOWN = { flags: ['json'], values: ['seed', 'faults'] };

describe('words', () => {
  test('are flags, values and operands', () => {
    const words = parseWords(['--seed', '3', 'a', '--json', '--faults=x,y', '--seed=4', '-', '--', '--json', 'b'], KNOWN);
    expect([...words.flags]).toEqual(['json']);
    expect([...words.values]).toEqual([
      ['seed', '4'],
      ['faults', 'x,y'],
    ]);
    expect(words.operands).toEqual(['a', '-', '--json', 'b']);
  });

  test.each<[string[], string]>([
    [['--sead', '3'], 'unknown option --sead'],
    [['--sead=3'], 'unknown option --sead'],
    [['-s'], 'unknown option -s'],
    [['-json'], 'unknown option -json'],
    [['--seed'], '--seed needs a value'],
    [['--seed='], '--seed needs a value'],
    [['--json=yes'], '--json takes no value'],
    [['--toString'], 'unknown option --toString'],
  ])('%j is refused', (argv, text) => {
    expect(() => parseWords(argv, KNOWN)).toThrow(new UsageError(text));
  });

  test.each(['', 'x', '1.5', '1e3', '0x10', '-1', '11', ' 3', '99999999999999999999'])(
    '"%s" is no integer from 0 to 10',
    (text) => {
      const words = { flags: new Set<string>(), values: new Map([['n', text]]), operands: [] };
      expect(() => integerOption(words, 'n', 5, 0, 10)).toThrow('--n is an integer from 0 to 10');
    },
  );
});

describe('sim', () => {
  test('--help says what there is', () => {
    const { code, stdout, stderr } = runCli('sim', ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const option of [
      '--seed',
      '--seeds',
      '--members',
      '--duration',
      '--faults',
      '--clients',
      '--rate',
      '--storage',
      '--lives',
      '--json',
      '--help',
    ]) {
      expect(stdout).toContain(option);
    }
  });

  test.each<[string[], string]>([
    [['--members', '0'], '--members is an integer from 1 to 9, not "0"'],
    [['--members', '10'], '--members is an integer from 1 to 9, not "10"'],
    [['--seed', 'x'], '--seed is an integer from 0 to 4294967295, not "x"'],
    [['--seeds', '3'], '--seeds is like 1..200, not "3"'],
    [['--seeds', '3..1'], '--seeds 3..1 is empty'],
    [['--storage', 'ssd'], '--storage is sync or async, not "ssd"'],
    [['--lives', '--faults', 'cut'], 'a life draws what --faults would say'],
    [['--seed', '1', '--seeds', '1..2'], 'either --seed or --seeds'],
    [['--duration', '20'], '--duration is like 20s, 500ms or 2m, up to an hour, not "20"'],
    [['--duration', '0s'], '--duration is like 20s, 500ms or 2m, up to an hour, not "0s"'],
    [['--duration', '61m'], '--duration is like 20s, 500ms or 2m, up to an hour, not "61m"'],
    [['--faults', 'crash,fire'], '--faults knows crash, cut, partition, uneven, pause and none, not "fire"'],
    [['--frob'], 'unknown option --frob'],
    [['extra'], 'unexpected word extra'],
  ])('%j is refused', (args, text) => {
    expect(() => readOrder(parseWords(args, SIM_OPTIONS))).toThrow(new UsageError(text));
  });

  test('a refusal is one line and where to look, with exit code 2', () => {
    expect(runCli('sim', ['--members', '10'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sim: --members is an integer from 1 to 9, not "10"\nTry: npm run sim -- --help\n',
    });
  });

  test('prints one JSON object, the same each time', () => {
    const args = ['--seed', '5', '--members', '3', '--duration', '3s', '--faults', 'crash,uneven', '--clients', '2', '--json'];
    const first = runCli('sim', args);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const report = JSON.parse(first.stdout) as Record<string, unknown>;
    expect(report).toMatchObject({
      ok: true,
      seed: 5,
      members: 3,
      duration: 3_000_000,
      faults: ['crash', 'uneven'],
      violations: [],
    });
    expect(report.traceHash).toMatch(/^[0-9a-f]{16}$/);
    expect((report.counts as Record<string, number>).writesAnswered).toBeGreaterThan(0);
    expect(runCli('sim', args).stdout).toBe(first.stdout);
  });

  test('several seeds are a list of runs; in words, a line counts them', () => {
    const args = ['--seeds', '1..2', '--members', '1', '--duration', '500ms', '--faults', 'none', '--rate', '0'];
    const { runs } = JSON.parse(runCli('sim', [...args, '--json']).stdout) as { runs: { seed: number }[] };
    expect(runs.map(({ seed }) => seed)).toEqual([1, 2]);
    const { code, stdout } = runCli('sim', args);
    expect(code).toBe(0);
    expect(stdout).toContain('seed 1: 1 members');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('2 runs, 0 broken');
  });
});
