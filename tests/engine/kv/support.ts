/** Short words for what the tests of the store do all the time. */
import { type Id64, toId64, ZERO_ID } from '../../../src/base/index.ts';
import {
  beginWrite,
  compact,
  compactStep,
  createKv,
  createWatcher,
  type Event,
  endWrite,
  type KeyValue,
  type Kv,
  type KvWrite,
  kvState,
  type PutOptions,
  type RangeOptions,
  range,
  type WatchOptions,
  writeDelete,
  writePut,
} from '../../../src/engine/kv/index.ts';
import { findNewest } from '../../../src/engine/kv/keyTree.ts';
import { isTombstone, versionAtRevision } from '../../../src/engine/kv/versionLog.ts';

export const LEASE: Id64 = toId64(0x7b);

export function putOptions(key: string, value: string, more: Partial<PutOptions> = {}): PutOptions {
  return { key, value, lease: ZERO_ID, ignoreValue: false, ignoreLease: false, ...more };
}

export function rangeOptions(key: string, rangeEnd: string, more: Partial<RangeOptions> = {}): RangeOptions {
  return {
    key,
    rangeEnd,
    limit: 0,
    revision: 0,
    sortOrder: 'none',
    sortTarget: 'key',
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
    ...more,
  };
}

export function watchOptions(key: string, rangeEnd: string, more: Partial<WatchOptions> = {}): WatchOptions {
  return { key, rangeEnd, startRevision: 0, prevKv: false, noPut: false, noDelete: false, ...more };
}

/** The worked example of 1.2 one revision later, for the first write gets 2: puts at 2, 3; delete 4; put 5; delete 6; another key at 7, 8. */
export function example(): Kv {
  const kv = createKv();
  put(kv, 'k', '1');
  put(kv, 'k', '2');
  del(kv, 'k');
  put(kv, 'k', '3');
  del(kv, 'k');
  put(kv, 'other', '1');
  put(kv, 'other', '2');
  return kv;
}

/** Runs one write transaction. */
export function write(kv: Kv, body: (write: KvWrite) => void): number {
  const open = beginWrite(kv);
  body(open);
  return endWrite(open).revision;
}

export function put(kv: Kv, key: string, value: string, more: Partial<PutOptions> = {}): number {
  return write(kv, (open) => must(writePut(open, putOptions(key, value, more))));
}

export function del(kv: Kv, key: string, rangeEnd = ''): number {
  return write(kv, (open) => writeDelete(open, { key, rangeEnd }));
}

/** The keys of a range, in the order of the answer. */
export function keysOf(kv: Kv, options: RangeOptions): string[] {
  return must(range(kv, options)).kvs.map((pair) => pair.key);
}

/** Compacts and waits for the physical work, in the smallest steps. */
export function compactFully(kv: Kv, revision: number): void {
  must(compact(kv, revision));
  while (compactStep(kv, 1).isPending);
}

/** What is stored of one key: its revisions, with `t` for a tombstone. */
export function stored(kv: Kv, key: string): string[] {
  const versions = kvState(kv).versions.filter((version) => version.kv.key === key);
  return versions.map(({ kv: pair }) => `${pair.modRevision}${pair.version === 0 ? 't' : ''}`);
}

export function watch(kv: Kv, id: number, options: WatchOptions): number {
  return must(createWatcher(kv, id, options));
}

/** `PUT a=1@5` for each event. */
export function describeEvents(events: readonly Event[]): string[] {
  return events.map(({ type, kv }) =>
    type === 'put' ? `PUT ${kv.key}=${kv.value}@${kv.modRevision}` : `DELETE ${kv.key}@${kv.modRevision}`,
  );
}

/** The value of a result that has to be a success. */
export function must<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

/**
 * The pair of one key as it stood at a main revision.
 *
 * @returns undefined if the key was absent then
 */
export function getKeyAt(kv: Kv, key: string, revision: number): KeyValue | undefined {
  const newest = findNewest(kv.keys, key);
  const version = newest === undefined ? undefined : versionAtRevision(kv.log, newest, revision);
  return version === undefined || isTombstone(version) ? undefined : version.kv;
}
