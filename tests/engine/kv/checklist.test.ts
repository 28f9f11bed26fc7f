/** Every test of etcd's own store (checklist.ts) is cited by the title of a test of this folder, and no other is. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { UPSTREAM_TESTS } from './checklist.ts';

const FOLDER = 'tests/engine/kv';
const NAME = String.raw`Test\w+`;
/** A literal that begins with names: a title, or that part of a table of tests which goes into one. */
const CITATION = new RegExp(String.raw`['"\`](${NAME}(?:, ${NAME})*)(?:: |['"])`, 'g');

const names = Object.values(UPSTREAM_TESTS).flatMap((list) => list.split(/\s+/).filter((name) => name !== ''));

const cited = new Set(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.test.ts') && name !== 'checklist.test.ts')
    .flatMap((name) => [...readFileSync(`${FOLDER}/${name}`, 'utf8').matchAll(CITATION)])
    .flatMap(([, list = '']) => list.split(', ')),
);

test('there are as many as in the specification, and two with recorded hashes', () => {
  expect(Object.values(UPSTREAM_TESTS).map((list) => list.trim().split(/\s+/).length)).toEqual([25, 4, 6 + 2, 10, 6, 10, 11]);
});

test.each(names)('a test stands for %s', (name) => {
  expect(cited).toContain(name);
});

test('no test cites one that there is not', () => {
  expect([...cited].filter((name) => !names.includes(name))).toEqual([]);
});
