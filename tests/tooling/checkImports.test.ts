// Plants one violation after another in a small tree and asserts that the import check names file, line and reason.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkTree } from '../../scripts/check-imports.ts';
import { LAYERS } from '../../scripts/layers.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'etcdscope-imports-'));
  for (const { folder } of LAYERS) {
    write(`src/${folder}/README.md`, 'a folder\n');
    write(`src/${folder}/index.ts`, 'export const door = 1;\n');
    write(`src/${folder}/inner.ts`, 'export const inner = 1;\n');
  }
  for (const module of ['api', 'errors', 'member']) write(`src/engine/server/${module}.ts`, 'export const x = 1;\n');
  for (const module of ['command', 'scenario', 'event', 'kernel']) write(`src/sim/${module}.ts`, 'export const x = 1;\n');
  write('src/view/explain.ts', 'export const x = 1;\n');
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** The offences as they are printed. */
function offences(): string[] {
  return checkTree(root).offences.map(({ file, line, why }) => `${file}:${line} ${why}`);
}

describe('layers', () => {
  it('finds nothing in a clean tree, and has looked at every file', () => {
    expect(checkTree(root)).toEqual({ files: LAYERS.length * 2 + 8, offences: [] });
  });

  it.each([
    ['ui', '../workers/index.ts'],
    ['workers', '../engine/server/index.ts'],
    ['live', '../engine/server/api.ts'],
    ['live', '../engine/server/index.ts'],
    ['lessons', '../sim/scenario.ts'],
    ['lessons', '../sim/index.ts'],
    ['i18n', '../view/explain.ts'],
    ['i18n', '../engine/server/errors.ts'],
    ['console', '../engine/server/api.ts'],
    ['view', '../engine/raft/index.ts'],
    ['sim', '../engine/kv/index.ts'],
    ['engine/server', '../raft/index.ts'],
    ['engine/raft', '../../base/index.ts'],
    ['cli', '../sim/index.ts'],
  ])('lets %s import %s', (folder, specifier) => {
    write(`src/${folder}/planted.ts`, `import * as other from '${specifier}';\n`);
    expect(offences()).toEqual([]);
  });

  it.each([
    ['engine/raft', '../kv/index.ts', 'engine/raft must not know engine/kv: the two do not meet'],
    ['engine/kv', '../raft/index.ts', 'engine/kv must not know engine/raft: the two do not meet'],
    ['workers', '../live/index.ts', 'workers must not know live: the two do not meet'],
    ['engine/raft', '../server/index.ts', 'engine/raft must not know engine/server: imports point down'],
    ['sim', '../view/index.ts', 'sim must not know view: imports point down'],
    ['base', '../sim/index.ts', 'base must not know sim: imports point down'],
    ['ui', '../sim/index.ts', 'ui must not know sim'],
    ['ui', '../engine/raft/index.ts', 'ui must not know engine/raft'],
    ['live', '../sim/index.ts', 'live must not know sim'],
    ['cli', '../ui/index.ts', 'cli must not know ui'],
    ['cli', '../live/index.ts', 'cli must not know live'],
    ['sim', '../cli/index.ts', 'sim must not know cli'],
    ['view', '../sim/inner.ts', 'reaches past the door of sim: import its index.ts'],
    ['console', '../engine/server/member.ts', 'of engine/server, console may know only api, errors, messageSize'],
    ['i18n', '../engine/server/api.ts', 'of engine/server, i18n may know only errors'],
    ['lessons', '../sim/kernel.ts', 'of sim, lessons may know only command, scenario, event'],
    ['i18n', '../view/inner.ts', 'of view, i18n may know only explain'],
    ['sim', './missing.ts', 'imports ./missing.ts, which is not there (paths carry their extension)'],
    ['sim', './inner', 'imports ./inner, which is not there (paths carry their extension)'],
    ['sim', 'react', 'sim does not use react'],
    ['view', 'node:fs', 'view does not use node:fs'],
  ])('does not let %s import %s', (folder, specifier, why) => {
    write(`src/${folder}/planted.ts`, `// one line\nimport * as other from '${specifier}';\n`);
    expect(offences()).toEqual([`src/${folder}/planted.ts:2 ${why}`]);
  });

  it.each([
    "import type { x } from '../sim/index.ts';",
    "export { door } from '../sim/index.ts';",
    "export * from '../sim/index.ts';",
    "void import('../sim/index.ts');",
    "export type T = import('../sim/index.ts').T;",
    "export const worker = new Worker(new URL('../sim/index.ts', import.meta.url));",
  ])('sees an import however it is written: %s', (statement) => {
    write('src/ui/planted.ts', `${statement}\n`);
    expect(offences()).toEqual(['src/ui/planted.ts:1 ui must not know sim']);
  });

  it('takes an import in a comment or a text for what it is', () => {
    write('src/ui/planted.ts', "// import '../sim/index.ts';\nexport const text = \"import '../sim/index.ts'\";\n");
    expect(offences()).toEqual([]);
  });

  it('wants every folder in the table and described', () => {
    write('src/extra/index.ts', '');
    rmSync(join(root, 'src/sim/README.md'));
    expect(offences()).toEqual([
      'src/extra/index.ts:1 is in no folder that scripts/layers.ts knows',
      'src/sim:1 has no README.md: what it is, what it must not know, where to start',
    ]);
  });
});

describe('circles', () => {
  it('names the files on the way round, once', () => {
    write('src/sim/a.ts', "import './b.ts';\n");
    write('src/sim/b.ts', "\nimport type { c } from './c.ts';\n");
    write('src/sim/c.ts', "\n\nexport * from './a.ts';\n");
    expect(offences()).toEqual(['src/sim/c.ts:3 closes a circle: src/sim/a.ts → src/sim/b.ts → src/sim/c.ts → src/sim/a.ts']);
  });

  it('counts a file that imports itself', () => {
    write('src/sim/a.ts', "import './a.ts';\n");
    expect(offences()).toEqual(['src/sim/a.ts:1 closes a circle: src/sim/a.ts → src/sim/a.ts']);
  });

  it('lets a worker start its own entry again', () => {
    write('src/workers/a.ts', "export const again = () => new Worker(new URL('./a.ts', import.meta.url));\n");
    expect(offences()).toEqual([]);
  });

  it('lets two files share a third', () => {
    write('src/sim/a.ts', "import './b.ts';\nimport './inner.ts';\n");
    write('src/sim/b.ts', "import './inner.ts';\n");
    expect(offences()).toEqual([]);
  });
});

describe('determinism', () => {
  it.each([
    ['export const x = Date.now();', 'Date reads the clock'],
    ['export const x = performance.now();', 'performance reads the clock'],
    ['export const x = Math.random();', 'Math.random: is random'],
    ['export const x = Math.sin(1);', 'Math.sin: may differ between machines'],
    ["export const x = Math['pow'](2, 0.5);", 'Math.pow: may differ between machines'],
    ['export const x = (y: number) => y ** 2;', '** may differ between machines, as Math.pow does'],
    ['setTimeout(() => 1, 1);', 'setTimeout is a timer'],
    ['export const x = (done: Promise<void>) => done;', 'Promise depends on the event loop'],
    ['export async function x() {}', 'is async: the event loop decides what comes next'],
    ["export const x = 'a'.localeCompare('b');", 'localeCompare depends on the locale'],
    ['export const x = (1).toLocaleString();', 'toLocaleString depends on the locale'],
    ['export const x = new Intl.NumberFormat();', 'Intl depends on the locale'],
    ['export const x = { Date };', 'Date reads the clock'],
  ])('refuses %s in the engine and in sim, and not in ui', (statement, why) => {
    write('src/engine/kv/planted.ts', `${statement}\n`);
    write('src/sim/planted.ts', `${statement}\n`);
    write('src/ui/planted.ts', `${statement}\n`);
    const found = offences();
    expect(new Set(found)).toEqual(new Set([`src/engine/kv/planted.ts:1 ${why}`, `src/sim/planted.ts:1 ${why}`]));
  });

  it.each([
    'export const x = Math.floor(Math.max(1, 2)) + Math.imul(3, 4);',
    'export const x = (m: { performance: number; Date: string }) => m.performance + m.Date.length;',
    'export const x = { performance: 1, setTimeout: 2 };',
    'export const x = 2n ** 64n;',
    '// Date.now() and Math.random() have no place here\nexport const x = "Date.now()";',
  ])('lets %s be', (statement) => {
    write('src/sim/planted.ts', `${statement}\n`);
    expect(offences()).toEqual([]);
  });
});

describe('exports', () => {
  it.each(['export default 1;', 'const x = 1;\nexport { x as default };', "export { door as default } from './index.ts';"])(
    'have names: %s',
    (statement) => {
      write('src/ui/planted.ts', `${statement}\n`);
      expect(offences()).toEqual([expect.stringMatching(/^src\/ui\/planted\.ts:\d exports a default: exports have names$/)]);
    },
  );

  it('are not read out of a file that does not parse', () => {
    write('src/ui/planted.ts', 'export const = 1;\n');
    expect(offences()).toEqual([expect.stringMatching(/^src\/ui\/planted\.ts:1 does not parse: /)]);
  });
});
