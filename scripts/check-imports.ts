/**
 * Holds the layers (scripts/layers.ts): imports point down and come in by the door, files form no circle, what must be deterministic
 * stays so, and exports have names. Prints each offence as `file:line why`, and a count last.
 *
 *     npm run tidy
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LAYERS, type Layer } from './layers.ts';
import { isNode, type Node, parse, type Reference, referenceOf, textOf, walk } from './syntax.ts';

/** One broken rule. `file` is relative to the root of the tree, with forward slashes; `line` counts from 1. */
export interface Offence {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

/** Checks `<root>/src` and returns its offences, ordered by file and line, with the number of files looked at. */
export function checkTree(root: string): { readonly files: number; readonly offences: readonly Offence[] } {
  const sources = listSources(join(root, 'src')).map((path) => readSource(root, path));
  const offences = [
    ...missingReadmes(root),
    ...sources.flatMap((source) => checkSource(root, source)),
    ...findCircles(root, sources),
  ];
  offences.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  return { files: sources.length, offences };
}

interface Import {
  /** As written, e.g. `../base/index.ts` or `react`. */
  readonly specifier: string;
  readonly line: number;
  readonly kind: Reference['kind'];
}

interface Source {
  /** Relative to the root, with forward slashes. */
  readonly file: string;
  readonly imports: readonly Import[];
  readonly misuses: readonly Offence[];
}

const REPEATABLE_MATH = new Set([
  'abs',
  'ceil',
  'clz32',
  'floor',
  'fround',
  'imul',
  'max',
  'min',
  'round',
  'sign',
  'sqrt',
  'trunc',
]);

const UNREPEATABLE = new Map([
  ['Date', 'reads the clock'],
  ['performance', 'reads the clock'],
  ['setTimeout', 'is a timer'],
  ['setInterval', 'is a timer'],
  ['setImmediate', 'is a timer'],
  ['queueMicrotask', 'depends on the event loop'],
  ['Promise', 'depends on the event loop'],
  ['Atomics', 'depends on other threads'],
  ['WeakRef', 'depends on the garbage collector'],
  ['FinalizationRegistry', 'depends on the garbage collector'],
  ['Intl', 'depends on the locale'],
  ['crypto', 'is random'],
  ['eval', 'hides code from this check'],
  ['globalThis', 'hides names from this check'],
]);

const UNREPEATABLE_METHODS = new Map([
  ['localeCompare', 'depends on the locale'],
  ['toLocaleString', 'depends on the locale'],
  ['toLocaleLowerCase', 'depends on the locale'],
  ['toLocaleUpperCase', 'depends on the locale'],
]);

function listSources(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...listSources(path));
    else if (/\.tsx?$/.test(entry.name)) found.push(path);
  }
  return found.sort();
}

function readSource(root: string, path: string): Source {
  const file = relative(root, path).split(sep).join('/');
  const text = readFileSync(path, 'utf8');
  const { program, errors } = parse(file, text);
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const imports: Import[] = [];
  const misuses: Offence[] = errors.map(({ at, message }) => ({ file, line: lineAt(at), why: `does not parse: ${message}` }));
  const deterministic = layerOf(file)?.deterministic ?? false;
  walk(program, (node, parent, field) => {
    const reference = referenceOf(node);
    if (reference !== undefined) imports.push({ ...reference, line: lineAt(node.start) });
    const why = isDefaultExport(node)
      ? 'exports a default: exports have names'
      : deterministic
        ? unrepeatable(node, parent, field)
        : undefined;
    if (why !== undefined) misuses.push({ file, line: lineAt(node.start), why });
  });
  return { file, imports, misuses };
}

function isDefaultExport(node: Node): boolean {
  if (node.type === 'ExportDefaultDeclaration') return true;
  return node.type === 'ExportSpecifier' && isNode(node.exported) && node.exported.name === 'default';
}

/** Why a node has no place where runs must repeat to the bit, or undefined if it may stay. */
function unrepeatable(node: Node, parent: Node | undefined, field: string): string | undefined {
  if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await === true))
    return 'awaits: the event loop decides what comes next';
  if (node.async === true) return 'is async: the event loop decides what comes next';
  if (node.type === 'MemberExpression' && isNode(node.object) && isNode(node.property)) {
    const property = node.computed === true ? textOf(node.property) : String(node.property.name);
    if (node.object.type === 'Identifier' && node.object.name === 'Math') {
      if (property === undefined || !(REPEATABLE_MATH.has(property) || /^[A-Z]/.test(property))) {
        return `Math.${property ?? '[…]'}: ${property === 'random' ? 'is random' : 'may differ between machines'}`;
      }
    }
    const reason = property === undefined ? undefined : UNREPEATABLE_METHODS.get(property);
    return reason && `${property} ${reason}`;
  }
  if (node.type === 'BinaryExpression' && node.operator === '**' && !(isInteger(node.left) && isInteger(node.right))) {
    return '** may differ between machines, as Math.pow does';
  }
  if (node.type !== 'Identifier' || isMereName(parent, field)) return undefined;
  const reason = UNREPEATABLE.get(String(node.name));
  return reason && `${String(node.name)} ${reason}`;
}

function isInteger(value: unknown): boolean {
  return isNode(value) && value.type === 'Literal' && (typeof value.value === 'bigint' || Number.isInteger(value.value));
}

/** Names of fields say nothing about what is behind them: `message.Date`, `{ performance: 1 }`. */
function isMereName(parent: Node | undefined, field: string): boolean {
  if (parent === undefined || parent.computed === true) return false;
  return (
    (parent.type === 'MemberExpression' && field === 'property') ||
    (parent.type === 'TSQualifiedName' && field === 'right') ||
    (field === 'key' && parent.shorthand !== true)
  );
}

function layerOf(file: string): Layer | undefined {
  return LAYERS.find((layer) => file.startsWith(`src/${layer.folder}/`));
}

function missingReadmes(root: string): Offence[] {
  return LAYERS.filter(
    ({ folder }) => existsSync(join(root, 'src', folder)) && !existsSync(join(root, 'src', folder, 'README.md')),
  ).map(({ folder }) => ({
    file: `src/${folder}`,
    line: 1,
    why: 'has no README.md: what it is, what it must not know, where to start',
  }));
}

function checkSource(root: string, source: Source): Offence[] {
  const layer = layerOf(source.file);
  if (layer === undefined) return [{ file: source.file, line: 1, why: 'is in no folder that scripts/layers.ts knows' }];
  const offences = [...source.misuses];
  for (const { specifier, line } of source.imports) {
    const why = specifier.startsWith('.') ? whyNotFile(root, source.file, layer, specifier) : whyNotPackage(layer, specifier);
    if (why !== undefined) offences.push({ file: source.file, line, why });
  }
  return offences;
}

function whyNotPackage(layer: Layer, specifier: string): string | undefined {
  const admitted = layer.packages.some((name) =>
    name.endsWith(':') ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`),
  );
  return admitted ? undefined : `${layer.folder} does not use ${specifier}`;
}

function whyNotFile(root: string, from: string, layer: Layer, specifier: string): string | undefined {
  const path = specifier.replace(/\?.*$/, '');
  const target = posix.join(posix.dirname(from), path);
  if (!existsSync(join(root, target))) return `imports ${specifier}, which is not there (paths carry their extension)`;
  const other = layerOf(target);
  if (other === undefined) return `imports ${specifier}, which is outside the house`;
  if (other === layer) return undefined;
  const module = target.slice(`src/${other.folder}/`.length).replace(/\.tsx?$/, '');
  const rule = layer.mayImport.find((entry) => entry.split(':')[0] === other.folder);
  if (rule === undefined) return `${layer.folder} must not know ${other.folder}${whyStrangers(layer, other)}`;
  const named = rule.split(':')[1]?.split(',') ?? [];
  if (module === 'index' || named.includes(module)) return undefined;
  if (named.length > 0) return `of ${other.folder}, ${layer.folder} may know only ${named.join(', ')}`;
  return `reaches past the door of ${other.folder}: import its index.ts`;
}

function whyStrangers(layer: Layer, other: Layer): string {
  if (layer.rank === undefined || other.rank === undefined) return '';
  if (layer.rank === other.rank) return ': the two do not meet';
  return layer.rank < other.rank ? ': imports point down' : '';
}

/** One offence for each import that closes a circle of files. */
function findCircles(root: string, sources: readonly Source[]): Offence[] {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const offences: Offence[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (source: Source): void => {
    path.push(source.file);
    for (const { specifier, line, kind } of source.imports) {
      if (!specifier.startsWith('.')) continue;
      const target = relative(root, resolve(root, dirname(source.file), specifier))
        .split(sep)
        .join('/');
      const start = path.indexOf(target);
      // A worker that starts its own entry again names itself by URL: nothing of it is imported.
      if (target === source.file && kind === 'url') continue;
      if (start >= 0)
        offences.push({ file: source.file, line, why: `closes a circle: ${[...path.slice(start), target].join(' → ')}` });
      const next = byFile.get(target);
      if (start < 0 && next !== undefined && !done.has(target)) visit(next);
    }
    path.pop();
    done.add(source.file);
  };
  for (const source of sources) if (!done.has(source.file)) visit(source);
  return offences;
}

function main(): void {
  const { files, offences } = checkTree(process.cwd());
  for (const { file, line, why } of offences) console.log(`${file}:${line} ${why}`);
  console.log(`${files} files, ${offences.length} offences`);
  if (offences.length > 0 || files === 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
