/** Every figure that a performance goal is stated in: `npm run bench -- [NAME…]`. */
import type { Figure } from './bench/figure.ts';
import { SUITES, type Suite } from './bench/suites.ts';
import { parseWords, UsageError } from './options.ts';

const HELP = `usage: npm run -s bench -- [--json] [NAME...]

Measures, and prints a line per figure. Without a name all suites run, one after the other.

${SUITES.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n')}

  --json     print one JSON object: {"figures": [{"id", "value", "unit"}]}
  --help     print this

Progress goes to standard error. Measure on a machine that does nothing else: the load at start and end is among the progress.
Exit code: 0 measured, 1 a suite failed, 2 the command line is not what it should be.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  let suites: readonly Suite[];
  let isJson: boolean;
  try {
    const words = parseWords(argv, { flags: ['json'], values: [] });
    isJson = words.flags.has('json');
    suites = words.operands.length === 0 ? SUITES : words.operands.map(suiteOf);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`bench: ${error.message}\nTry: npm run bench -- --help\n`);
    return 2;
  }
  const figures: Figure[] = [];
  let failed = 0;
  for (const suite of suites) {
    try {
      const measured = await suite.run((line) => process.stderr.write(`${suite.name}: ${line}\n`));
      figures.push(...measured);
      if (!isJson) for (const figure of measured) process.stdout.write(`${lineOf(figure)}\n`);
    } catch (error) {
      failed++;
      process.stderr.write(`${suite.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    }
  }
  if (isJson) process.stdout.write(`${JSON.stringify({ figures })}\n`);
  return failed > 0 ? 1 : 0;
}

function suiteOf(name: string): Suite {
  const suite = SUITES.find((candidate) => candidate.name === name);
  if (suite !== undefined) return suite;
  throw new UsageError(`unknown name ${name}: there is ${SUITES.map((candidate) => candidate.name).join(', ')}`);
}

function lineOf({ id, value, unit }: Figure): string {
  return `${id.padEnd(56)} ${value.toFixed(value < 10 ? 2 : value < 1_000 ? 1 : 0).padStart(10)} ${unit}`;
}
