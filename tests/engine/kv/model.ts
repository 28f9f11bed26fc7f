/**
 * A store as slow and obvious as it can be: the list of all changes ever made. It never forgets; what may be read, and what
 * is still stored, follows from the compact revision. The list is kept by key as well, so that a question about one key
 * looks through its own changes only.
 */
import { ZERO_ID } from '../../../src/base/index.ts';
import type { Compare, Event, KeyRange, KeyValue, RangeOptions, RangeResult, WatchOptions } from '../../../src/engine/kv/index.ts';

export interface ModelChange {
  readonly sub: number;
  readonly kv: KeyValue;
}

export interface Model {
  /** In the order in which they were made. */
  readonly changes: ModelChange[];
  readonly byKey: Map<string, ModelChange[]>;
  revision: number;
  compactRevision: number;
}

export function createModel(): Model {
  return { changes: [], byKey: new Map(), revision: 1, compactRevision: -1 };
}

export function cloneModel(model: Model): Model {
  const byKey = new Map([...model.byKey].map(([key, changes]) => [key, changes.slice()]));
  return { ...model, changes: model.changes.slice(), byKey };
}

export function isInside({ key, rangeEnd }: KeyRange, candidate: string): boolean {
  if (rangeEnd === '') return candidate === key;
  return candidate >= key && (rangeEnd === '\0' || candidate < rangeEnd);
}

/** The last change of a key up to a revision, also a deletion. */
function lastChange(model: Model, key: string, revision: number): ModelChange | undefined {
  return model.byKey.get(key)?.findLast(({ kv }) => kv.modRevision <= revision);
}

export function modelGet(model: Model, key: string, revision: number): KeyValue | undefined {
  const change = lastChange(model, key, revision);
  return change === undefined || change.kv.version === 0 ? undefined : change.kv;
}

/** One change of an open write with main revision `main`. */
export function modelPut(model: Model, main: number, sub: number, pair: Pick<KeyValue, 'key' | 'value' | 'lease'>): void {
  const before = modelGet(model, pair.key, main);
  const createRevision = before?.createRevision ?? main;
  addChange(model, { sub, kv: { ...pair, createRevision, modRevision: main, version: (before?.version ?? 0) + 1 } });
}

export function modelDelete(model: Model, main: number, sub: number, key: string): void {
  addChange(model, { sub, kv: { key, value: '', lease: ZERO_ID, createRevision: 0, modRevision: main, version: 0 } });
}

/** Adds a change that comes behind all others. */
export function addChange(model: Model, change: ModelChange): void {
  const { key } = change.kv;
  model.changes.push(change);
  if (!model.byKey.has(key)) model.byKey.set(key, []);
  model.byKey.get(key)?.push(change);
}

/** The pairs of a range at a revision, by key. */
export function modelPairs(model: Model, keys: KeyRange, revision: number): KeyValue[] {
  const inside = keys.rangeEnd === '' ? [keys.key] : [...model.byKey.keys()].filter((key) => isInside(keys, key)).sort();
  return inside.flatMap((key) => modelGet(model, key, revision) ?? []);
}

/** Step by step as spec/etcd.md 1.3 has it. `current` may include an open write. */
export function modelRange(model: Model, options: RangeOptions, current: number): RangeResult | 'compacted' | 'futureRevision' {
  if (options.revision > current) return 'futureRevision';
  if (options.revision > 0 && options.revision < model.compactRevision) return 'compacted';
  const all = modelPairs(model, options, options.revision > 0 ? options.revision : current);
  if (options.countOnly) return { revision: current, kvs: [], more: false, count: all.length };
  const within = (value: number, low: number, high: number): boolean =>
    (low === 0 || value >= low) && (high === 0 || value <= high);
  const filtered = all.filter(
    (kv) =>
      within(kv.modRevision, options.minModRevision, options.maxModRevision) &&
      within(kv.createRevision, options.minCreateRevision, options.maxCreateRevision),
  );
  const field = { key: 'key', version: 'version', create: 'createRevision', mod: 'modRevision', value: 'value' } as const;
  const by = (kv: KeyValue): string | number => kv[field[options.sortTarget]];
  const sign = options.sortOrder === 'descend' ? -1 : 1;
  const isAsIs = options.sortTarget === 'key' && sign === 1;
  const sorted = isAsIs ? filtered : filtered.toSorted((a, b) => sign * (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0));
  const cut = options.limit > 0 ? sorted.slice(0, options.limit) : sorted;
  const kvs = options.keysOnly ? cut.map((kv) => ({ ...kv, value: '' })) : cut;
  return { revision: current, kvs, more: cut.length < sorted.length, count: all.length };
}

/** spec/etcd.md 1.6: every key of the range, or one absent key. */
export function modelCompare(model: Model, compare: Compare): boolean {
  const pairs = modelPairs(model, compare, model.revision);
  return (pairs.length > 0 ? pairs : [undefined]).every((pair) => {
    if (pair === undefined && compare.target === 'value') return false;
    const [actual, wanted] = sides(compare, pair);
    if (compare.result === 'equal') return actual === wanted;
    if (compare.result === 'notEqual') return actual !== wanted;
    return compare.result === 'greater' ? actual > wanted : actual < wanted;
  });
}

function sides(compare: Compare, pair: KeyValue | undefined): readonly [number, number] | readonly [string, string] {
  if (compare.target === 'version') return [pair?.version ?? 0, compare.version];
  if (compare.target === 'create') return [pair?.createRevision ?? 0, compare.createRevision];
  if (compare.target === 'mod') return [pair?.modRevision ?? 0, compare.modRevision];
  if (compare.target === 'value') return [pair?.value ?? '', compare.value];
  return [pair?.lease ?? ZERO_ID, compare.lease];
}

/** What is stored once all physical work is done. spec/etcd.md 1.2. */
export function modelStored(model: Model): ModelChange[] {
  const at = model.compactRevision;
  const newest = new Set([...model.byKey.keys()].map((key) => lastChange(model, key, at)));
  return model.changes.filter((change) => {
    const { modRevision, version } = change.kv;
    return modRevision > at || (newest.has(change) && (version > 0 || modRevision === at));
  });
}

/** The changes that a watcher has to see between two revisions, both included, without the pairs before them. */
export function modelEvents(model: Model, options: WatchOptions, from: number, to: number): Omit<Event, 'prevKv'>[] {
  const { changes } = model;
  let first = changes.length;
  while (first > 0 && (changes[first - 1]?.kv.modRevision ?? 0) >= from) first--;
  return changes
    .slice(first)
    .filter(({ kv }) => kv.modRevision <= to && isInside(options, kv.key))
    .filter(({ kv }) => !(kv.version === 0 ? options.noDelete : options.noPut))
    .map(({ kv }) => ({ type: kv.version === 0 ? 'delete' : 'put', kv }));
}
