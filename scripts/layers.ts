/**
 * Who may know whom (ARCHITECTURE.md, "Folders and who may know whom"). Widening this table is an architectural decision: argue it in
 * the commit.
 */
export interface Layer {
  /** Folder below `src/`. */
  readonly folder: string;
  /** Imports point from a higher rank to a lower one; undefined stands beside the house. */
  readonly rank: number | undefined;
  /** Folders that it may import, by their door; `folder:a,b` admits the modules a and b, by name or through the door. */
  readonly mayImport: readonly string[];
  /** Packages from npm; `node:` stands for Node's own modules. */
  readonly packages: readonly string[];
  /** Whether every run must be the same to the bit, so that clocks, chance, promises and locales have no place. */
  readonly deterministic: boolean;
}

const ENGINE = ['engine/server', 'engine/raft', 'engine/kv'];
const WIRE = 'engine/server:api,errors,messageSize';

/** From the screen down to what everything stands on. */
export const LAYERS: readonly Layer[] = [
  layer(
    'ui',
    9,
    ['workers', 'live', 'lessons', 'i18n', 'console', 'view', 'base'],
    ['react', 'react-dom', 'framer-motion', 'zustand'],
  ),
  layer('workers', 8, ['console', 'view', 'sim', 'engine/server', 'base'], ['comlink']),
  layer('live', 8, ['console', 'view', WIRE, 'base'], []),
  layer('lessons', 7, ['i18n', 'view', 'sim:command,scenario,event', 'base'], []),
  layer('i18n', 6, ['view:explain', 'engine/server:errors', 'base'], []),
  layer('console', 5, [WIRE, 'base'], []),
  layer('view', 4, ['sim', ...ENGINE, 'base'], []),
  pure('sim', 3, [...ENGINE, 'base'], []),
  pure('engine/server', 2, ['engine/raft', 'engine/kv', 'base'], []),
  pure('engine/raft', 1, ['base'], []),
  pure('engine/kv', 1, ['base'], []),
  pure('base', 0, [], ['@noble/hashes']),
  layer('cli', undefined, ['lessons', 'i18n', 'console', 'view', 'sim', ...ENGINE, 'base'], ['node:']),
];

function layer(folder: string, rank: number | undefined, mayImport: readonly string[], packages: readonly string[]): Layer {
  return { folder, rank, mayImport, packages, deterministic: false };
}

function pure(folder: string, rank: number, mayImport: readonly string[], packages: readonly string[]): Layer {
  return { folder, rank, mayImport, packages, deterministic: true };
}
