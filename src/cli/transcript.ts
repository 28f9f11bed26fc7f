/** Plays a session file of etcdctl commands and faults on a fresh cluster in virtual time: `npm run transcript -- FILE`. */
import { runCommand, UsageError } from './options.ts';
import { playSession } from './transcript/player.ts';
import { readSession } from './transcript/session.ts';

const HELP = `usage: npm run -s transcript -- [--help] FILE

Plays a session file (tests/recorded/etcdctl/README.md gives the form; members and steps are enough) on a fresh cluster
in virtual time and prints {head: {endpoints, members}, records} as JSON.

  --help   print this

Exit code: 0 the session was played, 2 the command line or the file is not what it should be.
`;

process.exitCode = runCommand(
  { name: 'transcript', help: HELP, known: { flags: [], values: [] } },
  process.argv.slice(2),
  ({ operands }) => {
    const [file, ...rest] = operands;
    if (file === undefined) throw new UsageError('no session file given');
    if (rest.length > 0) throw new UsageError(`one session file at a time, not also ${rest[0]}`);
    const session = readSession(file);
    const isTerminal = process.stderr.isTTY === true;
    const transcript = playSession(session, (done) => {
      if (isTerminal) process.stderr.write(`\rstep ${done + 1} of ${session.steps.length}`);
    });
    if (isTerminal) process.stderr.write('\r\x1b[K');
    process.stdout.write(`${JSON.stringify(transcript, undefined, 1)}\n`);
    return 0;
  },
);
