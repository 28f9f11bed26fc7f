/**
 * Command lines drawn at random and what a real etcdctl 3.6.14 made of them, with nobody listening and `--command-timeout=1ms`:
 * which command it found, how it read the flags, what it complained about. Of help only its topic was kept: the layout is
 * compared with the recorded sessions.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { prefixEnd } from '../../src/console/keyRange.ts';
import { answering, loadNormalize, run } from './support.ts';

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

const more = readLines<Line>('moreCommandLines.json');

test(`${more.length} command lines of everything else, with nobody there`, () => {
  expect(more.length).toBeGreaterThan(600);
  for (const line of more) {
    const ran = run(
      line.args,
      answering(() => ({ ok: false, error: { code: 'deadlineExceeded' } })),
      { env: { ETCDCTL_ENDPOINTS: '127.0.0.1:1' } },
    );
    const help = /^NAME:\n {2}(.*?) - /.exec(ran.stdout)?.[1];
    const mine = {
      args: line.args,
      exit: ran.exit,
      stderr: withoutLog(ran.stderr).replace(/took [\d.]+[µm]?s/g, 'took T'),
      ...(help === undefined ? { stdout: ran.stdout } : { help }),
    };
    expect(mine).toEqual(line);
  }
});

interface TxnLine {
  readonly kind: 'compare' | 'operation';
  readonly line: string;
  /** null: it was understood, and etcdctl waited for a member. */
  readonly exit: number | null;
  readonly stderr: string;
}

const txnLines = readLines<TxnLine>('txnLines.json');

test(`${txnLines.length} lines of txn`, async () => {
  const normalize = await loadNormalize();
  const shape = (stderr: string) => {
    const record = { group: '', n: 1, args: ['txn'], stdout: '', stderr, exit: 0 };
    return normalize({ head: {}, records: [record] }, { dropClientLog: true }).records[0]?.stderr;
  };
  for (const { kind, line, exit, stderr } of txnLines) {
    const target = answering(() => ({ ok: false, error: { code: 'deadlineExceeded' } }));
    const ran = run(['txn'], target, { stdin: kind === 'compare' ? `${line}\n\n\n\n` : `\n${line}\n\n\n` });
    const isAsked = target.asked.some(({ type }) => type === 'txn');
    expect([line, isAsked ? null : ran.exit, isAsked ? '' : shape(ran.stderr)]).toEqual([line, exit, shape(stderr)]);
  }
});

/** The client library's own lines. */
function withoutLog(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => !line.startsWith('{"level":'))
    .join('\n');
}

function readLines<T>(file: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`testdata/${file}`, import.meta.url), 'utf8')) as readonly T[]; // written by us
}

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
