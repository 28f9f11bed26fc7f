/** Mutants drawn at random: one operator, constant or statement of the engine changed. No parser: the house's formatter makes it enough. */
import type { Edit, Mistake } from './mistake.ts';

/** A place at which a text can be changed. */
interface Site {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** Whatever is between spaces is an operator: in types, the formatter leaves no space around `<` and `>`. */
const SWAPS: readonly (readonly [from: string, to: readonly string[]])[] = [
  [' < ', [' <= ', ' >= ']],
  [' <= ', [' < ', ' > ']],
  [' > ', [' >= ', ' <= ']],
  [' >= ', [' > ', ' < ']],
  [' === ', [' !== ']],
  [' !== ', [' === ']],
  [' + ', [' - ']],
  [' - ', [' + ']],
  [' && ', [' || ']],
  [' || ', [' && ']],
  [' += ', [' -= ']],
  [' -= ', [' += ']],
  ['++', ['--']],
  ['Math.min(', ['Math.max(']],
  ['Math.max(', ['Math.min(']],
  ['if (', ['if (!']],
];

const WORDS: readonly (readonly [pattern: RegExp, replacements: (word: string) => readonly string[]])[] = [
  [/\btrue\b/g, () => ['false']],
  [/\bfalse\b/g, () => ['true']],
  [/(?<![\w.])\d+(?![\w.])/g, (digits) => [String(Number(digits) + 1), String(Number(digits) - 1)]],
];

/** A call or an assignment that stands alone on its line, indented: inside a function. */
const STATEMENT = /^ {2,}(?:[\w.]+\(.*\)|[\w.]+(?:\[[\w.]+\])? [-+]?= .*|[\w.]+\+\+);$/gm;

/** Lines of declarations: nothing on them runs. */
const DECLARATION = /^\s*(?:import|export \*|export type|type|interface|\||readonly|\w+: \w+;$)/;

/**
 * So many mutants, each of one change, drawn without repetition from all places of all files.
 *
 * @param sources text by file
 * @param draw a number below its argument
 */
export function drawMutants(
  sources: ReadonlyMap<string, string>,
  count: number,
  draw: (below: number) => number,
): readonly Mistake[] {
  const sites = [...sources].flatMap(([file, text]) => sitesOf(file, text));
  const mutants: Mistake[] = [];
  while (mutants.length < count && sites.length > 0) {
    const [site] = sites.splice(draw(sites.length), 1);
    if (site === undefined) break;
    const text = sources.get(site.file) ?? '';
    mutants.push({ id: `drawn/${mutants.length + 1}`, about: describe(text, site), edits: [editOf(text, site)] });
  }
  return mutants;
}

function sitesOf(file: string, text: string): Site[] {
  const masked = mask(text);
  const sites: Site[] = [];
  const add = (start: number, length: number, replacements: readonly string[]) => {
    for (const replacement of replacements) sites.push({ file, start, end: start + length, replacement });
  };
  for (const [from, to] of SWAPS) {
    for (let at = masked.indexOf(from); at >= 0; at = masked.indexOf(from, at + 1)) {
      if (from !== 'if (') add(at, from.length, to);
      else {
        const close = closing(masked, at + 3);
        add(at + 4, close - at - 4, [`!(${text.slice(at + 4, close)})`]);
      }
    }
  }
  for (const [pattern, replacements] of WORDS) {
    for (const match of masked.matchAll(pattern)) add(match.index, match[0].length, replacements(match[0]));
  }
  for (const match of masked.matchAll(STATEMENT)) {
    const indent = match[0].length - match[0].trimStart().length;
    add(match.index + indent, match[0].length - indent, [';']);
  }
  return sites.filter(({ start }) => !DECLARATION.test(lineAt(masked, start)));
}

/** The same text with comments and literals blanked, so that nothing in them is found. */
function mask(text: string): string {
  const literal = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;
  return text.replace(literal, (part) => part.replace(/[^\n]/g, '_'));
}

function closing(masked: string, open: number): number {
  let depth = 0;
  for (let at = open; at < masked.length; at++) {
    if (masked[at] === '(') depth++;
    else if (masked[at] === ')' && --depth === 0) return at;
  }
  throw new Error('a parenthesis is not closed');
}

function lineAt(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at) + 1;
  const end = text.indexOf('\n', at);
  return text.slice(start, end < 0 ? text.length : end);
}

function describe(text: string, { file, start, end, replacement }: Site): string {
  const line = text.slice(0, start).split('\n').length;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const before = text.slice(lineStart, text.indexOf('\n', end - 1)).trim();
  const after = (text.slice(lineStart, start) + replacement + text.slice(end, text.indexOf('\n', end - 1))).trim();
  return `${file.split('/').pop()}:${line} \`${before}\` → \`${after}\``;
}

/** The whole file, so that the place need not be unique. */
function editOf(text: string, { file, start, end, replacement }: Site): Edit {
  return { file, find: text, replace: text.slice(0, start) + replacement + text.slice(end) };
}
