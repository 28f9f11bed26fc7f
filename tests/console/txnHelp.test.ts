/**
 * Help where `txn` reads an operation: etcdctl shows it in its library's own layout and then waits for an operation that never comes.
 * Asked of a real etcdctl 3.6.14; what commands do is said in our words, so that it is not among the recordings.
 */
import { expect, test } from 'vitest';
import { openTerminal } from './terminal.ts';

function typed(operation: string) {
  const { out, err, exit } = openTerminal(1).type('txn', 20, `\n${operation}\nput a 1\n\n\n`);
  return { out, err, exit };
}

const DEL = 'Usage:\n   del [options] <key> [range_end] [flags]\n\nFlags:\n';
const ALL = 'Usage:\n   [command]\n\nAvailable Commands:\n  del ';

test.each(['del --help', 'del -h', 'del a -h', 'del --help=true a', 'help del', 'help del put'])(
  '%s is shown, and no more',
  (line) => {
    const { out, err, exit } = typed(line);
    expect({ err, exit }).toEqual({ err: '', exit: undefined });
    expect(out).toMatch(/^del\n\nUsage:/);
    expect(out.slice(5)).toMatch(/^Usage:\n {3}del \[options\] <key> \[range_end\] \[flags\]\n\nFlags:\n(?: +-.*\n){5}$/);
  },
);

test.each(['-h x', '--help get', '-- get a'])('%s asks for help on all of them', (line) => {
  const { out, err, exit } = typed(line);
  expect({ err, exit }).toEqual({ err: '', exit: undefined });
  expect(out.startsWith(ALL)).toBe(true);
  expect(out.endsWith('\nFlags:\n  -h, --help  help\n\nUse " [command] --help" for more information about a command.\n')).toBe(
    true,
  );
});

test('a topic that is none is told apart, and waited for as well', () => {
  const { out, err, exit } = typed('help nothing');
  expect({ out, exit }).toEqual({ out: '', exit: undefined });
  expect(err.startsWith(`Unknown help topic [\`nothing\`]\n${ALL}`)).toBe(true);
});

test('a flag that is none is an error, even beside one that asks for help', () => {
  for (const [line, usage] of [
    ['del --bogus', DEL],
    ['del -h --bogus', DEL],
    ['del --help=x a', DEL],
    ['--bogus y', ALL],
    ['-w json', ALL],
  ] as const) {
    const { out, err, exit } = typed(line);
    expect({ out, exit }, line).toEqual({ out: '', exit: 3 });
    expect(err.startsWith(usage), line).toBe(true);
    expect(err.endsWith(`\n\nError: invalid txn request: ${line}\n`), line).toBe(true);
  }
  expect(typed('-h get a')).toEqual({ out: '', err: 'Error: invalid txn request: -h get a\n', exit: 3 });
  expect(typed('del -- -h')).toMatchObject({ exit: 0, err: '' });
});
