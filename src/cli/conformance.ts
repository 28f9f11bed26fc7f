/** Plays data-driven files of etcd-io/raft through our engine: `npm run conformance -- FILE|DIR…`. */
import { existsSync, writeFileSync } from 'node:fs';
import { FormatError } from './conformance/directives.ts';
import { checkDataFile, type Difference, listDataFiles, MemberStopped, rewriteDataFile } from './conformance/files.ts';

const HELP = `usage: npm run conformance -- [--rewrite] [--help] FILE|DIR...

Plays data-driven files (*.txt, folders recursively) of etcd-io/raft's test format and compares every answer.
A folder named quorum or confchange holds files of that kind; all others are interaction files.

  --rewrite   write our answers into the files instead of comparing
  --help      print this

Prints a line per file, with the first difference of each one that fails, and last "N passed, N failed".
Exit code: 0 all files pass, 1 some do not, 2 the command line or a file is not what it should be.
`;

process.exitCode = main(process.argv.slice(2));

function main(argv: readonly string[]): number {
  if (argv.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const options = argv.filter((arg) => arg.startsWith('-'));
  const paths = argv.filter((arg) => !arg.startsWith('-'));
  const unknown = options.find((option) => option !== '--rewrite');
  if (unknown !== undefined) return refuse(`unknown option ${unknown}`);
  if (paths.length === 0) return refuse('no file or folder given');
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) return refuse(`${missing}: no such file or folder`);
  const files = paths.flatMap(listDataFiles);
  if (files.length === 0) return refuse(`${paths.join(' ')}: no *.txt file in there`);
  return play(files, options.includes('--rewrite'));
}

function play(files: readonly string[], rewrite: boolean): number {
  let passed = 0;
  let failed = 0;
  let broken = 0;
  for (const file of files) {
    try {
      const difference = rewrite ? writeAnswers(file) : checkDataFile(file);
      if (difference === undefined) passed++;
      else failed++;
      process.stdout.write(difference === undefined ? `ok   ${file}\n` : `FAIL ${file}${describe(difference)}`);
    } catch (error) {
      failed++;
      if (error instanceof FormatError) {
        broken++;
        process.stdout.write(`FAIL ${file}\n`);
        process.stderr.write(`${file}:${error.line}: ${error.message}\n`);
      } else if (error instanceof MemberStopped) {
        process.stdout.write(`FAIL ${file}:${error.directive.line}: ${error.directive.command}\n  panic: ${error.message}\n`);
      } else throw error;
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return broken > 0 ? 2 : failed > 0 ? 1 : 0;
}

function writeAnswers(file: string): undefined {
  writeFileSync(file, rewriteDataFile(file));
}

/** The command, and the first line in which its answer differs. */
function describe({ directive, actual }: Difference): string {
  const want = directive.expected.split('\n');
  const got = actual.split('\n');
  const at = want.findIndex((line, i) => line !== got[i]);
  const first = at < 0 ? want.length : at;
  const line = (lines: readonly string[]) => lines[first] ?? '(nothing more)';
  return (
    `:${directive.line}: ${[directive.command, ...directive.args.map((arg) => arg.key)].join(' ')}\n` +
    `  line ${first + 1} of the answer\n  want: ${line(want)}\n  got:  ${line(got)}\n`
  );
}

function refuse(text: string): number {
  process.stderr.write(`conformance: ${text}\n`);
  return 2;
}
