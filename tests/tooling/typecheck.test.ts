// Compiles small planted trees with our own projects: what a layer must not know must not compile there.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECTS, typecheck } from '../../scripts/typecheck.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'etcdscope-types-'));
  for (const file of ['tsconfig.base.json', ...PROJECTS.map((project) => project.file)]) cpSync(file, join(root, file));
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'), 'junction');
});

afterAll(() => rmSync(root, { recursive: true }));

/** The codes of the errors that one planted file brings. */
function errors(project: string, file: string, text: string): string[] {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  const { code, output } = typecheck(root, project);
  rmSync(join(root, file));
  const found = [...output.matchAll(/error (TS\d+)/g)].map((match) => String(match[1]));
  expect(code === 0).toBe(found.length === 0);
  return found;
}

const CANNOT_FIND_NAME = /^TS2(304|552|580|584|591)$/;

it.each(['setTimeout(() => undefined, 1);', 'console.log(1);', 'window.close();', 'process.exit();', 'new TextEncoder();'])(
  'refuses %s in every pure layer',
  (statement) => {
    for (const folder of ['engine/raft', 'lessons']) {
      expect(errors('tsconfig.pure.json', `src/${folder}/planted.ts`, `${statement}\n`)).toEqual([
        expect.stringMatching(CANNOT_FIND_NAME),
      ]);
    }
  },
);

it('lets a pure layer use the language', () => {
  expect(errors('tsconfig.pure.json', 'src/engine/raft/planted.ts', 'export const x = new Map<string, number>().size;\n')).toEqual(
    [],
  );
});

it.each(['ui', 'workers', 'live'])('lets %s know the browser, and not Node', (folder) => {
  expect(errors('tsconfig.dom.json', `src/${folder}/planted.ts`, 'window.setTimeout(() => undefined, 1);\n')).toEqual([]);
  expect(errors('tsconfig.dom.json', `src/${folder}/planted.ts`, 'process.exit();\n')).toEqual([
    expect.stringMatching(CANNOT_FIND_NAME),
  ]);
});

it('lets cli know Node, and not the browser', () => {
  expect(errors('tsconfig.cli.json', 'src/cli/planted.ts', 'process.stdout.write("");\n')).toEqual([]);
  expect(errors('tsconfig.cli.json', 'src/cli/planted.ts', 'document.title = "";\n')).toEqual([
    expect.stringMatching(CANNOT_FIND_NAME),
  ]);
});

it.each([
  ['an index that may be missing', 'export const x: number = [1][0];\n', 'TS2322'],
  ['an undefined where a field is merely optional', 'export const x: { a?: number } = { a: undefined };\n', 'TS2375'],
  ['an enum', 'export enum Role { Leader }\n', 'TS1294'],
  ['a type imported as a value', "import { T } from './types.ts';\nexport const x: T = 1;\n", 'TS1484'],
])('is strict about %s', (_what, text, code) => {
  mkdirSync(join(root, 'src/sim'), { recursive: true });
  writeFileSync(join(root, 'src/sim/types.ts'), 'export type T = number;\n');
  expect(errors('tsconfig.pure.json', 'src/sim/planted.ts', text)).toContain(code);
});
