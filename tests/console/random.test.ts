/** Whatever is typed: no line throws or hangs, every one comes to an exit code, and a failing one says something on stderr. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CollectedRun, collectRun, compileLine, quoteWord } from '../../src/console/index.ts';
import { answering } from './support.ts';

const PIECES = [
  ...[
    'etcdctl',
    'get',
    'put',
    'del',
    'watch',
    'member',
    'list',
    'version',
    'help',
    'txn',
    'lease',
    'grant',
    'revoke',
    'keep-alive',
    'endpoint',
    'health',
    'status',
    'hashkv',
    'compaction',
    'alarm',
    'disarm',
    'defrag',
    'move-leader',
    'snapshot',
    'save',
    'lock',
    'elect',
    'user',
    'role',
    'auth',
    'add',
    'remove',
    'get',
    'passwd',
    'grant-permission',
    'check',
    'perf',
    'make-mirror',
    'completion',
    'bash',
    'downgrade',
    'validate',
    'echo',
    'sh -c',
    'exit',
    '3',
    'gett',
    'e',
  ],
  ...[
    '--prefix',
    '--rev=3',
    '--rev',
    '-w',
    'json',
    'fields',
    'table',
    '--hex',
    '--limit=x',
    '--order=up',
    '--',
    '-',
    '-z',
    '--help',
  ],
  ...[
    '--command-timeout=1h',
    '--command-timeout=-1s',
    '--endpoints=a,b',
    '--endpoints="',
    '--lease=zz',
    '--range',
    '--interactive',
  ],
  ...[
    '--once',
    '--cluster',
    '--user=a:b',
    '--user=a',
    '-l',
    '--peer-urls=http://n4:2380',
    '--ttl=0',
    '-i',
    '-w protobuf',
    '1f',
    '"echo $x"',
  ],
  ...['foo', '""', "''", '"a b"', '键', '\\', "'", '"', '|', '$x', '$(', '#', 'A=1', 'ETCDCTL_HEX=true', 'ETCDCTL_X=', '\t'],
];

test('2,000 random lines', () => {
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 7 }).map((pieces) => pieces.join(' ')) },
    { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    {
      weight: 1,
      arbitrary: fc.array(fc.string({ maxLength: 8 }), { maxLength: 5 }).map((words) => words.map(quoteWord).join(' ')),
    },
  );
  let failed = 0;
  fc.assert(
    fc.property(line, (typed) => {
      const target = answering(() => ({ ok: false, error: { code: 'deadlineExceeded' } }));
      const { program } = compileLine(typed, { env: {}, endpoints: ['n1:2379'] });
      const run: CollectedRun = collectRun(program, target, '', false);
      if (run.exit === undefined) {
        // Only a watch waits for ever.
        expect(run.running.waiting()?.for).toBe('stream');
        run.running.interrupt();
        expect(run.exit).toEqual({ code: undefined, signal: 'SIGINT' });
        return;
      }
      if (run.exit.code === 0) return;
      failed++;
      expect(run.exit.code).toBeGreaterThan(0);
      expect(run.exit.code).toBeLessThan(256);
      expect(run.stderr).toMatch(
        /^(?:\{"level":.*\}\n|Warning: .*\n)*(?:Failed to [^\n]*\n|[^\n]* is unhealthy: [^\n]*\n)*(?:(?:Error|sh): [\s\S]*\n|)$/,
      );
      expect(run.stderr).not.toBe('');
    }),
    { seed: 20, numRuns: 2000 },
  );
  // The pieces are meant to go wrong often.
  expect(failed).toBeGreaterThan(300);
});
