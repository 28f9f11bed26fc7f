/** What the store does in a second (`npm run bench -- kv`), at four sizes, in one thread. */
import { type Bytes, ZERO_ID } from '../../../base/index.ts';
import {
  beginWrite,
  type Compare,
  compact,
  compactStep,
  compareHolds,
  createKv,
  createWatcher,
  currentRevision,
  endWrite,
  type Kv,
  type KvSnapshot,
  keySearchCost,
  kvDigest,
  type RangeOptions,
  range,
  restoreKv,
  snapshotKv,
  takeWatchResponses,
  writeDelete,
  writePut,
} from '../../../engine/kv/index.ts';
import type { Figure } from '../figure.ts';
import { heapUsed, load, median, printFigures, race, say, timed } from './clock.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000] as const;
/** Versions a member looks at in one step of a compaction, as etcd does. */
const COMPACTION_STEP = 1_000;
const VALUE = flat('v'.repeat(100));

function main(): void {
  say(`load ${load()}`);
  const figures: Figure[] = [];
  for (const size of SIZES) figures.push(...atSize(size));
  figures.push(...growing(figures), ...watching(), ...compacting(), ...snapshots());
  printFigures(figures);
}

function atSize(size: number): Figure[] {
  const keys = shuffled(Array.from({ length: size }, (_, i) => keyOf(i)));
  const { figures, kv } = filling(keys);
  figures.push(...searching(kv, keys));
  // The history that a round leaves behind is swept up before the next one.
  const count = 100_000;
  let next = 0;
  const nextKey = () => keys[next++ % size] as Bytes; // % length
  // A plain Map of records is what no store of versions can be faster than: it tells how fast the machine is.
  const map = new Map<Bytes, object>(keys.map((key) => [key, {}]));
  figures.push(
    ...race(
      [
        {
          id: `kv/put/keys=${size}`,
          slice: (start) => {
            sweep(kv);
            start();
            for (let i = 0; i < count; i++) put(kv, nextKey());
            return count;
          },
        },
        {
          id: `kv-anchor/map-set/keys=${size}`,
          slice: (start) => {
            start();
            for (let i = 0; i < count; i++) {
              const key = nextKey();
              map.set(key, { key, createRevision: 1, modRevision: i, version: 1, value: VALUE, lease: ZERO_ID });
            }
            return count;
          },
        },
        {
          id: `kv/get/keys=${size}`,
          slice: (start) => {
            start();
            for (let i = 0; i < count; i++) expectCount(range(kv, read(nextKey(), '', 0)), 1);
            return count;
          },
        },
        {
          id: `kv/range100/keys=${size}`,
          slice: (start) => {
            const last = keyOf(size - 100);
            start();
            for (let i = 0; i < 20_000; i++) {
              const from = nextKey();
              expectCount(range(kv, read(from < last ? from : last, '\0', 100)), 100);
            }
            return 20_000;
          },
        },
        {
          id: `kv/txn/keys=${size}`,
          slice: (start) => {
            start();
            for (let i = 0; i < count / 2; i++) exchange(kv, nextKey(), nextKey());
            return count / 2;
          },
        },
        {
          id: `kv/delete/keys=${size}`,
          slice: (start) => {
            const gone = Math.min(size, count) / 2;
            const from = next;
            start();
            for (let i = 0; i < gone; i++) remove(kv, nextKey());
            next = from; // the next slice puts them back
            return gone;
          },
        },
        {
          id: `kv/put-back/keys=${size}`,
          slice: (start) => {
            const gone = Math.min(size, count) / 2;
            start();
            for (let i = 0; i < gone; i++) put(kv, nextKey());
            return gone;
          },
        },
      ],
      5,
    ),
  );
  return figures;
}

/** What does not depend on the machine: how far a search goes, on average over some keys. */
function searching(kv: Kv, keys: readonly Bytes[]): Figure[] {
  const costs = keys.slice(0, 1_000).map((key) => keySearchCost(kv, key));
  return (['nodes', 'comparisons', 'keys'] as const).map((field) => {
    const value = costs.reduce((sum, cost) => sum + cost[field], 0) / costs.length;
    return { id: `kv/search-${field}/keys=${keys.length}`, value, unit: 'count' };
  });
}

/** What a unit costs at the largest size, as a multiple of what it costs at the smallest: log n makes 2 of it. */
function growing(figures: readonly Figure[]): Figure[] {
  const [smallest, largest] = [SIZES[0], SIZES[SIZES.length - 1]];
  const rates = new Map(figures.filter(({ unit }) => unit === '1/s').map(({ id, value }) => [id, value]));
  return [...rates].flatMap(([id, rate]) => {
    const name = id.replace(`/keys=${smallest}`, '');
    const rateAtLargest = rates.get(`${name}/keys=${largest}`);
    return name === id || rateAtLargest === undefined
      ? []
      : [{ id: `${name}/growth=${smallest}-${largest}`, value: rate / rateAtLargest, unit: 'count' }];
  });
}

/** New keys in random order until there are so many, several times over for small stores; and what the last one weighs. */
function filling(keys: readonly Bytes[]): { readonly figures: Figure[]; readonly kv: Kv } {
  const size = keys.length;
  const rates: number[] = [];
  let kv = createKv();
  let bytes = 0;
  for (let run = 0; run < 3; run++) {
    kv = createKv();
    const stores = [kv, ...Array.from({ length: Math.floor(100_000 / size) }, createKv)];
    const before = heapUsed();
    const { ms } = timed(() => {
      for (const store of stores) for (const key of keys) put(store, key);
    });
    rates.push((size * stores.length * 1_000) / ms);
    bytes = (heapUsed() - before) / (size * stores.length);
    if (stores.some((store) => currentRevision(store) !== size + 1)) throw new Error('a put was lost');
  }
  say(`kv/insert/keys=${size}: ${rates.map(Math.round).join(', ')}/s, ${bytes.toFixed(0)} bytes a key, load ${load()}`);
  return {
    kv,
    figures: [
      { id: `kv/insert/keys=${size}`, value: median(rates), unit: '1/s' },
      { id: `kv/memory-per-key/keys=${size}`, value: bytes, unit: 'B' },
    ],
  };
}

/** 10,000 watchers of single keys and of ranges over 1,000 keys; a unit is a put, with its ten events taken. */
function watching(): Figure[] {
  const kv = createKv();
  const keys = shuffled(Array.from({ length: 1_000 }, (_, i) => keyOf(i)));
  for (const key of keys) put(kv, key);
  for (let id = 1; id <= 10_000; id++) {
    const key = keys[id % 1_000] as Bytes; // % length
    createWatcher(kv, id, { key, rangeEnd: '', startRevision: 0, prevKv: false, noPut: false, noDelete: false });
  }
  let next = 0;
  const figures = race(
    [
      {
        id: 'kv/watch-put/watchers=10000/keys=1000',
        slice: (start) => {
          sweep(kv);
          start();
          for (let i = 0; i < 20_000; i++) {
            put(kv, keys[next++ % 1_000] as Bytes); // % length
            const events = takeWatchResponses(kv).length;
            if (events !== 10) throw new Error(`${events} events instead of 10`);
          }
          return 20_000;
        },
      },
    ],
    5,
  );
  return [
    ...figures,
    ...figures.map(({ value }) => ({ id: 'kv/watch-events/watchers=10000/keys=1000', value: value * 10, unit: '1/s' })),
  ];
}

/** A million revisions of 10,000 keys, worked off in steps as a member does. */
function compacting(): Figure[] {
  const times: number[] = [];
  const pauses: number[] = [];
  for (let run = 0; run < 3; run++) {
    const kv = createKv();
    const keys = shuffled(Array.from({ length: 10_000 }, (_, i) => keyOf(i)));
    for (let i = 0; i < 1_000_000; i++) put(kv, keys[i % 10_000] as Bytes); // % length
    globalThis.gc?.();
    let pause = 0;
    const { ms } = timed(() => {
      compact(kv, currentRevision(kv));
      for (let isPending = true; isPending; ) {
        const step = timed(() => compactStep(kv, COMPACTION_STEP));
        pause = Math.max(pause, step.ms);
        ({ isPending } = step.value);
      }
    });
    times.push(ms);
    pauses.push(pause);
  }
  say(
    `kv/compact: ${times.map(Math.round).join(', ')} ms, longest pauses ${pauses.map((ms) => ms.toFixed(1)).join(', ')} ms, load ${load()}`,
  );
  return [
    { id: 'kv/compact/revisions=1000000', value: median(times), unit: 'ms' },
    { id: 'kv/compact/revisions=1000000/longest-pause', value: Math.max(...pauses), unit: 'ms' },
  ];
}

/** 100 MB of keys and values, as the text that a snapshot's file is made of. */
function snapshots(): Figure[] {
  const kv = createKv();
  const value = flat('v'.repeat(1_000 - keyOf(0).length));
  for (let i = 0; i < 100_000; i++) put(kv, keyOf(i), value);
  const saved = timed(() => JSON.stringify(snapshotKv(kv)));
  const restored = timed(() => restoreKv(JSON.parse(saved.value) as KvSnapshot));
  if (kvDigest(restored.value) !== kvDigest(kv)) throw new Error('what was restored is not what was saved');
  say(`kv/snapshot: ${saved.ms.toFixed(0)} ms, restore ${restored.ms.toFixed(0)} ms, load ${load()}`);
  return [
    { id: 'kv/snapshot/mb=100', value: saved.ms, unit: 'ms' },
    { id: 'kv/restore/mb=100', value: restored.ms, unit: 'ms' },
  ];
}

function put(kv: Kv, key: Bytes, value = VALUE): void {
  const write = beginWrite(kv);
  writePut(write, { key, value, lease: ZERO_ID, ignoreValue: false, ignoreLease: false });
  endWrite(write);
}

function remove(kv: Kv, key: Bytes): void {
  const write = beginWrite(kv);
  if (writeDelete(write, { key, rangeEnd: '' }).deleted !== 1) throw new Error('a key was not there');
  endWrite(write);
}

/** A transaction of one condition and two puts. */
function exchange(kv: Kv, one: Bytes, other: Bytes): void {
  const condition: Compare = { key: one, rangeEnd: '', target: 'version', result: 'greater', version: 0 };
  if (!compareHolds(kv, condition)) throw new Error('a key was not there');
  const write = beginWrite(kv);
  for (const key of [one, other]) writePut(write, { key, value: VALUE, lease: ZERO_ID, ignoreValue: false, ignoreLease: false });
  endWrite(write);
}

/** All history is forgotten. */
function sweep(kv: Kv): void {
  if (!compact(kv, currentRevision(kv)).ok) return;
  while (compactStep(kv, 1_000_000).isPending);
}

/** Written out, for to spread a record takes longer than to find a key. */
function read(key: Bytes, rangeEnd: Bytes, limit: number): RangeOptions {
  return {
    key,
    rangeEnd,
    limit,
    revision: 0,
    sortOrder: 'none',
    sortTarget: 'key',
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
  };
}

function expectCount(result: ReturnType<typeof range>, count: number): void {
  if (!result.ok || result.value.kvs.length !== count) throw new Error('a read has not found what is there');
}

function keyOf(number: number): Bytes {
  return flat(`/registry/keys/${String(number).padStart(10, '0')}`);
}

/** Keys and values come from requests that were decoded: one piece each, not a rope. */
function flat(text: string): Bytes {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** In an order that is the same every time. */
function shuffled<T>(items: T[]): T[] {
  let random = 1;
  for (let i = items.length - 1; i > 0; i--) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    const j = Math.floor((random / 2 ** 32) * (i + 1));
    [items[i], items[j]] = [items[j] as T, items[i] as T]; // j <= i < length
  }
  return items;
}

main();
