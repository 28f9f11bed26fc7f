import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { createInteractionPlayer } from './commands.ts';
import { createConfChangePlayer } from './confChangeFiles.ts';
import { type DataFile, type Directive, FormatError, parseDataFile, printDataFile } from './directives.ts';
import { answerQuorumCommand } from './quorumFiles.ts';

/** The first command whose answer is not what the file expects. */
export interface Difference {
  readonly directive: Directive;
  readonly actual: string;
}

/** Every *.txt file at or below a path, in the order of names. */
export function listDataFiles(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => {
      const child = join(path, name);
      return statSync(child).isDirectory() || name.endsWith('.txt') ? listDataFiles(child) : [];
    });
}

/** Plays a file until the first difference. @throws FormatError */
export function checkDataFile(path: string): Difference | undefined {
  const play = playerFor(path);
  for (const directive of readDataFile(path).directives) {
    const actual = answer(play, directive);
    if (actual !== directive.expected) return { directive, actual };
  }
  return undefined;
}

/** The file's text with our answers. @throws FormatError */
export function rewriteDataFile(path: string): string {
  const play = playerFor(path);
  const file = readDataFile(path);
  return printDataFile(
    file,
    file.directives.map((directive) => answer(play, directive)),
  );
}

function readDataFile(path: string): DataFile {
  return parseDataFile(readFileSync(path, 'utf8'));
}

/** The folder's name says of which kind a file is. */
function playerFor(path: string): (directive: Directive) => string {
  const folders = path.split(sep).slice(0, -1);
  const kind = folders.reverse().find((name) => name === 'quorum' || name === 'confchange' || name === 'interaction');
  if (kind === 'quorum') return answerQuorumCommand;
  return kind === 'confchange' ? createConfChangePlayer() : createInteractionPlayer();
}

function answer(play: (directive: Directive) => string, directive: Directive): string {
  try {
    const text = play(directive);
    return text === '' || text.endsWith('\n') ? text : `${text}\n`;
  } catch (error) {
    if (error instanceof FormatError) throw error;
    // A member that stops is an answer that no file expects, and the end of this file.
    throw new FormatError(
      directive.line,
      `${directive.command}: the member stopped: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
