/**
 * Weighs what the built page loads before its first view: index.html with its scripts and styles, and the worker's entry. Prints the
 * parts and the sum in kB (1,000 bytes, gzip -9), and fails above the budget.
 *
 *     tsx scripts/check-size.ts
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { parse, type Reference, referenceOf, walk } from './syntax.ts';

/** Bytes, gzipped. */
export const FIRST_VIEW_BUDGET = 250_000;

export interface Weight {
  /** Files of the first view with their gzipped bytes, in the order in which they are met. */
  readonly firstView: ReadonlyMap<string, number>;
  /** The same for what those files load later, on demand. */
  readonly later: ReadonlyMap<string, number>;
}

/** Weighs the build in `folder`. Throws where a file that the page names is missing. */
export function weigh(folder: string): Weight {
  const firstView = new Map<string, number>();
  const later = new Map<string, number>();
  const demanded: string[] = [];
  const add = (file: string, into: Map<string, number>): void => {
    if (firstView.has(file) || later.has(file)) return;
    const content = readFileSync(join(folder, file));
    into.set(file, gzipSync(content, { level: 9 }).length);
    for (const { kind, specifier } of referencesOf(file, content.toString())) {
      const target = posix.join(posix.dirname(file), specifier);
      if (kind === 'dynamic') demanded.push(target);
      else if (kind === 'static' || /\.m?js$/.test(target)) add(target, into);
    }
  };
  add('index.html', firstView);
  for (let file = demanded.shift(); file !== undefined; file = demanded.shift()) add(file, later);
  return { firstView, later };
}

/** Sum of the weights, in bytes. */
export function sum(weights: ReadonlyMap<string, number>): number {
  return [...weights.values()].reduce((total, bytes) => total + bytes, 0);
}

function referencesOf(file: string, text: string): Reference[] {
  if (file.endsWith('.html')) {
    const tags = text.matchAll(/<(?:script|link)\b[^>]*?\s(?:src|href)="([^"]+)"/g);
    return [...tags].map((tag) => ({ kind: 'static', specifier: String(tag[1]) }));
  }
  if (!/\.m?js$/.test(file)) return [];
  const found: Reference[] = [];
  walk(parse(file, text).program, (node) => {
    const reference = referenceOf(node);
    if (reference !== undefined) found.push(reference);
  });
  return found;
}

function main(): void {
  if (!existsSync('dist/index.html')) throw new Error('There is no dist/index.html: run `npm run build` first.');
  const { firstView, later } = weigh('dist');
  for (const [file, bytes] of firstView) console.log(`${kB(bytes).padStart(8)} kB  ${file}`);
  const total = sum(firstView);
  console.log(`${kB(total).padStart(8)} kB  first view, of ${kB(FIRST_VIEW_BUDGET)} kB; ${kB(sum(later))} kB more on demand`);
  if (total > FIRST_VIEW_BUDGET) process.exitCode = 1;
}

function kB(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
