/** Random things to do to a store. */
import { below, between, chance, type Id64, type Prng, pick, toId64, ZERO_ID } from '../../../src/base/index.ts';
import type { Compare, KeyRange, PutOptions, RangeOptions, WatchOptions } from '../../../src/engine/kv/index.ts';
import type { Model } from './model.ts';

export type Change =
  | { readonly type: 'put'; readonly options: PutOptions }
  | { readonly type: 'delete'; readonly keys: KeyRange }
  | { readonly type: 'range'; readonly options: RangeOptions };

export type Step =
  /** A transaction: its conditions are asked, its changes made whatever they say. */
  | { readonly type: 'write'; readonly conditions: readonly Compare[]; readonly changes: readonly Change[] }
  | { readonly type: 'range'; readonly options: RangeOptions }
  | { readonly type: 'compact'; readonly revision: number }
  | { readonly type: 'compactStep'; readonly budget: number }
  /** The process ends and comes back with what it has stored. */
  | { readonly type: 'restart' }
  /** Another member went on alone, and its snapshot replaces what is here. */
  | { readonly type: 'install'; readonly writes: readonly (readonly Change[])[]; readonly compactTo: number }
  | { readonly type: 'watch'; readonly id: number; readonly options: WatchOptions }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'take' }
  | { readonly type: 'sync' }
  | { readonly type: 'settle' }
  | { readonly type: 'clone' }
  | { readonly type: 'hash'; readonly revision: number }
  | { readonly type: 'whole' };

/** What a run is like. */
export interface Flavour {
  readonly keys: readonly string[];
  /** Changes of one transaction, at most. */
  readonly bulk: number;
  /** How far back reads and compactions go, at most. */
  readonly depth: number;
  /** Steps between two times that responses are taken, about. */
  readonly takeEvery: number;
}

const WEIGHTS: readonly (readonly [Step['type'], number])[] = [
  ['write', 700],
  ['range', 700],
  ['compact', 40],
  ['compactStep', 150],
  ['restart', 4],
  ['install', 8],
  ['watch', 100],
  ['cancel', 15],
  ['sync', 100],
  ['clone', 8],
  ['hash', 8],
  ['whole', 1],
];
const TYPES = WEIGHTS.flatMap(([type, weight]) => new Array<Step['type']>(weight).fill(type));

export function drawStep(prng: Prng, flavour: Flavour, model: Model): Step {
  if (chance(prng, 1, flavour.takeEvery)) return { type: chance(prng, 1, 10) ? 'settle' : 'take' };
  const { keys, depth } = flavour;
  const type = pick(prng, TYPES);
  switch (type) {
    case 'write':
      return {
        type,
        conditions: drawSome(prng, 2, () => drawCondition(prng, flavour, model)),
        changes: drawChanges(prng, flavour, model),
      };
    case 'range':
      return { type, options: drawRange(prng, flavour, model) };
    case 'compact': {
      // Mostly a tenth of what can be read is given up, so that there is a past to read.
      const some = Math.floor((model.revision - model.compactRevision) / 10);
      return { type, revision: chance(prng, 1, 5) ? drawRevision(prng, depth, model) : model.compactRevision + some };
    }
    case 'hash':
      return { type, revision: drawRevision(prng, depth, model) };
    case 'compactStep':
      return { type, budget: pick(prng, [1, 1, 300, 10_000]) };
    case 'install': {
      const writes = drawSome(prng, 20, () => drawChanges(prng, flavour, model));
      return { type, writes, compactTo: chance(prng, 1, 2) ? -1 : model.revision + below(prng, 5) };
    }
    case 'watch': {
      const startRevision = chance(prng, 1, 2) ? 0 : Math.max(1, drawRevision(prng, depth, model));
      const [prevKv, noPut, noDelete] = [chance(prng, 1, 2), chance(prng, 1, 4), chance(prng, 1, 4)];
      return { type, id: between(prng, 1, 8), options: { ...drawKeys(prng, keys), startRevision, prevKv, noPut, noDelete } };
    }
    case 'cancel':
      return { type, id: between(prng, 1, 8) };
    default:
      return { type };
  }
}

function drawSome<T>(prng: Prng, most: number, draw: () => T): T[] {
  return Array.from({ length: below(prng, most + 1) }, draw);
}

/** Half of the time one key, otherwise a range: of a few neighbours, of any size, empty, or open. */
function drawKeys(prng: Prng, keys: readonly string[]): KeyRange {
  const at = below(prng, keys.length);
  const key = keys[at] ?? '';
  if (chance(prng, 1, 2)) return { key, rangeEnd: '' };
  if (chance(prng, 2, 3)) return { key, rangeEnd: keys[at + below(prng, 20)] ?? '\0' };
  return { key, rangeEnd: chance(prng, 1, 2) ? '\0' : pick(prng, keys) };
}

/** The current one, close to it, or any; sometimes in the future or compacted. */
function drawRevision(prng: Prng, depth: number, model: Model): number {
  const back = chance(prng, 1, 4) ? 0 : chance(prng, 1, 2) ? between(prng, -2, 12) : between(prng, 0, depth);
  return model.revision - back;
}

function drawChanges(prng: Prng, flavour: Flavour, model: Model): Change[] {
  return Array.from({ length: between(prng, 1, chance(prng, 3, 4) ? 2 : flavour.bulk) }, () => drawChange(prng, flavour, model));
}

function drawChange(prng: Prng, flavour: Flavour, model: Model): Change {
  const kind = below(prng, 10);
  if (kind === 0) return { type: 'range', options: drawRange(prng, flavour, model) };
  if (kind <= 2) {
    const keys = drawKeys(prng, flavour.keys);
    return { type: 'delete', keys: chance(prng, 1, 2) ? { ...keys, rangeEnd: '' } : keys };
  }
  const ignore = chance(prng, 5, 6) ? 0 : between(prng, 1, 3);
  const options = { ignoreValue: ignore % 2 === 1, ignoreLease: ignore >= 2, lease: drawLease(prng), value: drawValue(prng) };
  return { type: 'put', options: { key: pick(prng, flavour.keys), ...options } };
}

function drawValue(prng: Prng): string {
  return pick(prng, ['', 'x', 'y', 'z']);
}

function drawLease(prng: Prng): Id64 {
  return chance(prng, 1, 2) ? ZERO_ID : toId64(between(prng, 1, 2));
}

function drawRange(prng: Prng, { keys, depth }: Flavour, model: Model): RangeOptions {
  const bound = () => (chance(prng, 3, 4) ? 0 : Math.max(1, drawRevision(prng, depth, model)));
  return {
    ...drawKeys(prng, keys),
    limit: chance(prng, 1, 2) ? between(prng, -1, 4) : below(prng, 100),
    revision: chance(prng, 1, 3) ? between(prng, -1, 0) : drawRevision(prng, depth, model),
    sortOrder: pick(prng, ['none', 'ascend', 'descend']),
    sortTarget: pick(prng, ['key', 'key', 'key', 'version', 'create', 'mod', 'value']),
    keysOnly: chance(prng, 1, 3),
    countOnly: chance(prng, 1, 4),
    minModRevision: bound(),
    maxModRevision: bound(),
    minCreateRevision: bound(),
    maxCreateRevision: bound(),
  };
}

function drawCondition(prng: Prng, { keys, depth }: Flavour, model: Model): Compare {
  const common = { ...drawKeys(prng, keys), result: pick(prng, ['equal', 'greater', 'less', 'notEqual'] as const) };
  const revision = chance(prng, 1, 4) ? 0 : drawRevision(prng, depth, model);
  return pick<Compare>(prng, [
    { ...common, target: 'version', version: below(prng, 4) },
    { ...common, target: 'create', createRevision: revision },
    { ...common, target: 'mod', modRevision: revision },
    { ...common, target: 'value', value: drawValue(prng) },
    { ...common, target: 'lease', lease: drawLease(prng) },
  ]);
}
