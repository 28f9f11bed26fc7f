/**
 * Command lines drawn at random and what a real etcdctl 3.6.14 made of them, with nobody listening and `--command-timeout=1ms`:
 * which command it found, how it read the flags, what it complained about. Of help only its topic was kept: the layout is
 * compared with the recorded sessions.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { prefixEnd } from '../../src/console/keyRange.ts';
import { answering, run } from './support.ts';

interface Line {
  readonly args: readonly string[];
  readonly exit: number;
  readonly stderr: string;
  readonly help?: string;
  readonly stdout?: string;
}

const lines = JSON.parse(readFileSync(new URL('testdata/commandLines.json', import.meta.url), 'utf8')) as readonly Line[]; // written by us

test(`${lines.length} recorded command lines`, () => {
  expect(lines.length).toBeGreaterThan(300);
  for (const line of lines) {
    const ran = run(
      line.args,
      answering(() => ({ ok: false, error: { code: 'deadlineExceeded' } })),
    );
    const help = /^NAME:\n {2}(.*?) - /.exec(ran.stdout)?.[1];
    const mine = {
      args: line.args,
      exit: ran.exit,
      stderr: ran.stderr,
      ...(help === undefined ? { stdout: ran.stdout } : { help }),
    };
    expect(mine).toEqual(line);
  }
});

test('an unknown help topic is quoted as Go does', () => {
  const ran = run(
    ['help', 'bogus', 'a`', 'b"c', 'x'],
    answering(() => ({ ok: false, error: { code: 'stopped' } })),
  );
  expect(ran.stderr).toBe('Unknown help topic [`bogus` "a`" `b"c` `x`]\n');
});

test('the end of a prefix', () => {
  expect(prefixEnd('a')).toBe('b');
  expect(prefixEnd('a\xff')).toBe('b');
  expect(prefixEnd('a\xfe')).toBe('a\xff');
  expect(prefixEnd('\xff\xff')).toBe('\0');
});
