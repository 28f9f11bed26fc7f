/**
 * A store as slow and obvious as it can be: the list of all changes ever made, looked through from the start for every
 * question. It never forgets; what may be read, and what is still stored, follows from the compact revision.
 */
import { ZERO_ID } from '../../../src/base/index.ts';
import type { Event, KeyValue, RangeOptions, RangeResult, WatchOptions } from '../../../src/engine/kv/index.ts';

export interface ModelChange {
  readonly sub: number;
  readonly kv: KeyValue;
}

export interface ModelWatcher {
  readonly options: WatchOptions;
  /** The first revision it was ever due. */
  readonly start: number;
  /** Nothing below it is sent any more. */
  next: number;
  isSynced: boolean;
  /** Events handed over so far. */
  readonly seen: Event[];
}

export interface Model {
  readonly changes: ModelChange[];
  revision: number;
  compactRevision: number;
  readonly watchers: Map<number, ModelWatcher>;
}

export function createModel(): Model {
  return { changes: [], revision: 1, compactRevision: -1, watchers: new Map() };
}

export function cloneModel(model: Model): Model {
  const watchers = [...model.watchers].map(([id, watcher]) => [id, { ...watcher, seen: watcher.seen.slice() }] as const);
  return { ...model, changes: model.changes.slice(), watchers: new Map(watchers) };
}

export function isInside(options: { readonly key: string; readonly rangeEnd: string }, key: string): boolean {
  if (options.rangeEnd === '') return key === options.key;
  return key >= options.key && (options.rangeEnd === '\0' || key < options.rangeEnd);
}

/** The last change of a key up to a revision, also a deletion. */
export function lastChange(model: Model, key: string, revision: number): ModelChange | undefined {
  return model.changes.findLast(({ kv }) => kv.key === key && kv.modRevision <= revision);
}

export function modelGet(model: Model, key: string, revision: number): KeyValue | undefined {
  const change = lastChange(model, key, revision);
  return change === undefined || change.kv.version === 0 ? undefined : change.kv;
}

/** One change of an open write with main revision `main`. */
export function modelPut(model: Model, main: number, sub: number, key: string, value: string, lease: KeyValue['lease']): void {
  const before = modelGet(model, key, main);
  const createRevision = before?.createRevision ?? main;
  model.changes.push({ sub, kv: { key, value, lease, createRevision, modRevision: main, version: (before?.version ?? 0) + 1 } });
}

export function modelDelete(model: Model, main: number, sub: number, key: string): void {
  model.changes.push({ sub, kv: { key, value: '', lease: ZERO_ID, createRevision: 0, modRevision: main, version: 0 } });
}

export function modelKeys(
  model: Model,
  options: { readonly key: string; readonly rangeEnd: string },
  revision: number,
): KeyValue[] {
  const keys = [...new Set(model.changes.map(({ kv }) => kv.key))].filter((key) => isInside(options, key)).sort();
  return keys.flatMap((key) => modelGet(model, key, revision) ?? []);
}

/** Step by step as spec/etcd.md 1.3 has it. `current` may include an open write. */
export function modelRange(model: Model, options: RangeOptions, current: number): RangeResult | 'compacted' | 'futureRevision' {
  if (options.revision > current) return 'futureRevision';
  if (options.revision > 0 && options.revision < model.compactRevision) return 'compacted';
  const all = modelKeys(model, options, options.revision > 0 ? options.revision : current);
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

/** What is stored once all physical work is done. spec/etcd.md 1.2. */
export function modelStored(model: Model): ModelChange[] {
  const at = model.compactRevision;
  return model.changes.filter((change) => {
    const { kv } = change;
    if (kv.modRevision > at) return true;
    if (lastChange(model, kv.key, at) !== change) return false;
    return kv.version > 0 || kv.modRevision === at;
  });
}

/** The events a watcher has to see between two revisions, both included. */
export function modelEvents(model: Model, options: WatchOptions, from: number, to: number): Event[] {
  return model.changes
    .filter(({ kv }) => kv.modRevision >= from && kv.modRevision <= to && isInside(options, kv.key))
    .filter(({ kv }) => !(kv.version === 0 ? options.noDelete : options.noPut))
    .map(({ kv }) => {
      const canLookBack = options.prevKv && kv.modRevision - 1 >= model.compactRevision;
      const prevKv = canLookBack ? modelGet(model, kv.key, kv.modRevision - 1) : undefined;
      return { type: kv.version === 0 ? 'delete' : 'put', kv, prevKv };
    });
}
