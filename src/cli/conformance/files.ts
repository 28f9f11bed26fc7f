import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RaftPanic } from '../../engine/raft/index.ts';
import { createInteractionPlayer } from './commands.ts';
import { createConfChangePlayer } from './confChangeFiles.ts';
import { type DataFile, type Directive, parseDataFile, printDataFile } from './directives.ts';
import { answerQuorumCommand } from './quorumFiles.ts';

/** The first command whose answer is not what the file expects. */
export interface Difference {
  readonly directive: Directive;
  readonly actual: string;
}

/** A member panicked, as the real library would: no answer to this command or to any after it. */
export class MemberStopped extends Error {
  readonly directive: Directive;

  constructor(directive: Directive, text: string) {
    super(text);
    this.name = 'MemberStopped';
    this.directive = directive;
  }
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

/** Plays a file until the first difference; a member that stops is one. @throws FormatError */
export function checkDataFile(path: string): Difference | undefined {
  const play = playerFor(path);
  for (const directive of readDataFile(path).directives) {
    const actual = answerOrPanic(play, directive);
    if (actual !== directive.expected) return { directive, actual };
  }
  return undefined;
}

/** The file's text with our answers. @throws FormatError, MemberStopped */
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

/** The name of the file's folder says of which kind it is; upstream's own folders are called `quorum/testdata` and so on. */
function playerFor(path: string): (directive: Directive) => string {
  const folder = dirname(resolve(path));
  const kind = basename(basename(folder) === 'testdata' ? dirname(folder) : folder);
  if (kind === 'quorum') return answerQuorumCommand;
  return kind === 'confchange' ? createConfChangePlayer() : createInteractionPlayer();
}

function answerOrPanic(play: (directive: Directive) => string, directive: Directive): string {
  try {
    return answer(play, directive);
  } catch (error) {
    if (error instanceof MemberStopped) return `panic: ${error.message}\n`;
    throw error;
  }
}

function answer(play: (directive: Directive) => string, directive: Directive): string {
  try {
    const text = play(directive);
    return text === '' || text.endsWith('\n') ? text : `${text}\n`;
  } catch (error) {
    if (error instanceof RaftPanic) throw new MemberStopped(directive, error.message);
    throw error;
  }
}
