/** Which key a typed command is about: the stage then shows its value at every member. */
import { tokenize } from '../../console/index.ts';

/** Flags of put, get and del whose value may stand in the next word. */
const WITH_VALUE = new Set([
  '--command-timeout',
  '--consistency',
  '--dial-timeout',
  '--endpoints',
  '--lease',
  '--limit',
  '--max-create-rev',
  '--max-mod-rev',
  '--min-create-rev',
  '--min-mod-rev',
  '--order',
  '--rev',
  '--sort-by',
  '--write-out',
  '-w',
]);
/** With them the first word is no single key. */
const MANY = new Set(['--prefix', '--from-key', '--range']);

/** The one key that the last of `text`'s lines puts, reads or deletes; undefined where it is none or many. */
export function keyOf(text: string): string | undefined {
  return text
    .split('\n')
    .map(keyOfLine)
    .findLast((key) => key !== undefined);
}

function keyOfLine(line: string): string | undefined {
  const tokens = tokenize(line);
  if (!tokens.ok) return undefined;
  const words = tokens.value.words[0] === 'etcdctl' ? tokens.value.words.slice(1) : tokens.value.words;
  const plain: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') {
      plain.push(...words.slice(at + 1));
      break;
    }
    if (MANY.has(word)) return undefined;
    if (WITH_VALUE.has(word)) at++;
    else if (!word.startsWith('-') || word === '-') plain.push(word);
  }
  const [command, key, end] = plain;
  if (key === undefined || key === '') return undefined;
  if (command === 'put') return key;
  return (command === 'get' || command === 'del') && end === undefined ? key : undefined;
}
