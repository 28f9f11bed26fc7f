// Weighs a small build whose files are written by hand: what belongs to the first view, what comes later, and what does not count.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sum, weigh } from '../../scripts/check-size.ts';

let dist: string;

beforeAll(() => {
  dist = mkdtempSync(join(tmpdir(), 'etcdscope-size-'));
  mkdirSync(join(dist, 'assets'));
  const files = {
    'index.html':
      '<script type="module" crossorigin src="./assets/main.js"></script><link rel="stylesheet" href="./assets/main.css"><link rel="icon" href="./icon.svg">',
    'icon.svg': '<svg/>',
    'unused.svg': '<svg/>',
    'assets/main.css': 'p{}',
    'assets/main.js':
      'import{a as b}from"./shared.js";import"./side.js";b();import("./panel.js");new Worker(new URL(new URL(`worker.js`,import.meta.url).href,``+import.meta.url));new URL("data.bin",import.meta.url);',
    'assets/shared.js': 'export const a=()=>1;',
    'assets/side.js': 'export{a}from"./shared.js";',
    'assets/panel.js': 'import"./shared.js";import"./panelOnly.js";import("./main.js");',
    'assets/panelOnly.js': 'export{};',
    'assets/worker.js': 'import(`./role.js`);',
    'assets/role.js': 'export{};',
    'assets/unused.js': 'export{};',
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(dist, file), text);
});

afterAll(() => rmSync(dist, { recursive: true }));

it('counts what the page loads at once, and the worker’s entry', () => {
  expect([...weigh(dist).firstView.keys()]).toEqual([
    'index.html',
    'assets/main.js',
    'assets/shared.js',
    'assets/side.js',
    'assets/worker.js',
    'assets/main.css',
    'icon.svg',
  ]);
});

it('keeps apart what is loaded on demand', () => {
  expect([...weigh(dist).later.keys()]).toEqual(['assets/panel.js', 'assets/panelOnly.js', 'assets/role.js']);
});

it('weighs in gzipped bytes', () => {
  expect(weigh(dist).firstView.get('icon.svg')).toBe(gzipSync('<svg/>', { level: 9 }).length);
  expect(sum(new Map([['a', 1], ['b', 2]]))).toBe(3); // biome-ignore format: a table
});

it('fails where a named file is missing', () => {
  writeFileSync(join(dist, 'assets/side.js'), 'import"./gone.js";');
  expect(() => weigh(dist)).toThrow('gone.js');
});
