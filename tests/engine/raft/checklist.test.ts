/** Every line of the checklist (checklist.ts) is cited by the title of a test of this folder, and nothing is cited that is not a line. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LEFT_OUT, MISTAKES, UPSTREAM_TESTS } from './checklist.ts';
import { upTo } from './harness.ts';

const FOLDER = 'tests/engine/raft';
const NAME = String.raw`(?:Test\w+|9\.[12]/\d+)`;
/** A literal that begins with names: a title, or that part of a table of tests which goes into one. */
const CITATION = new RegExp(String.raw`['"\`](${NAME}(?:, ${NAME})*)(?:: |['"])`, 'g');

const lines = [
  ...Object.values(UPSTREAM_TESTS).flatMap((names) => names.split(/\s+/).filter((name) => name !== '')),
  ...upTo(MISTAKES).map((row) => `9.2/${row}`),
];

const cited = new Set(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.test.ts') && name !== 'checklist.test.ts')
    .flatMap((name) => [...readFileSync(`${FOLDER}/${name}`, 'utf8').matchAll(CITATION)])
    .flatMap(([, names = '']) => names.split(', ')),
);

test('there are as many lines as in the specification', () => {
  const counts = Object.values(UPSTREAM_TESTS).map((names) => names.trim().split(/\s+/).length);
  expect(counts).toEqual([118, 26, 8, 21, 9, 12, 18, 8, 23]);
});

test('every line has a test, or a reason not to have one', () => {
  expect(lines.filter((line) => !cited.has(line))).toEqual(Object.keys(LEFT_OUT));
});

test('no test cites a line that there is not', () => {
  // Of 9.1, what upstream's own files detect, all 40 lines may be cited; the recordings stand for most of them.
  const known = new Set([...lines, ...upTo(40).map((row) => `9.1/${row}`)]);
  expect([...cited].filter((name) => !known.has(name))).toEqual([]);
});
