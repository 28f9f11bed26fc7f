/**
 * The generations of a key, read and compacted: `spec/etcd.md` 1.2, and the tables of etcd's key_index_test.go and index_test.go. Where
 * those begin at revision 1, everything comes one later here, for that is the first revision a store can give.
 */
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import {
  cloneKv,
  createKv,
  currentRevision,
  type Kv,
  kvState,
  range,
  restoreKv,
  writeDelete,
  writePut,
} from '../../../src/engine/kv/index.ts';
import { visitVersionsFrom } from '../../../src/engine/kv/versionLog.ts';
import { compactFully, del, getKeyAt, must, put, putOptions, rangeOptions, stored, write } from './support.ts';

/**
 * Writes one key at the revisions of a plan, `4` for a put and `6t` for a deletion, `15.1` as the second change of its transaction;
 * another key fills the revisions between.
 */
function plan(kv: Kv, key: string, revisions: string): Kv {
  for (const item of revisions.split(' ')) {
    const revision = Number.parseInt(item, 10);
    while (currentRevision(kv) < revision - 1) put(kv, 'filler', '');
    if (item.endsWith('t')) del(kv, key);
    else {
      write(kv, (open) => {
        if (item.endsWith('.1')) must(writePut(open, putOptions('filler', '')));
        must(writePut(open, putOptions(key, item)));
      });
    }
  }
  return kv;
}

/** etcd's key_index_test.go: three generations, the last one closed. */
const THREE = '2 4 6t 8 10 12t 14 15.1 16t';
const threeGenerations = (): Kv => plan(createKv(), 'foo', THREE);

/** A generation a string: what created it, as far as that can be told, and its revisions with their versions. */
function generations(kv: Kv, key: string): string[] {
  const all: string[] = [];
  let open: string | undefined;
  for (const { kv: pair } of kvState(kv).versions) {
    if (pair.key !== key) continue;
    const isTombstone = pair.version === 0;
    const begun: string = open ?? (isTombstone ? '?:' : `${pair.createRevision}:`);
    open = `${begun} ${pair.modRevision}${isTombstone ? 't' : `(${pair.version})`}`;
    if (!isTombstone) continue;
    all.push(open);
    open = undefined;
  }
  return open === undefined ? all : [...all, open];
}

/** Revisions of a key from one on. */
function since(kv: Kv, key: string, revision: number): number[] {
  const found: number[] = [];
  visitVersionsFrom(kv.log, revision, ({ kv: pair }) => {
    if (pair.key === key) found.push(pair.modRevision);
    return true;
  });
  return found;
}

/** [modified, created, version] of a key at a revision. */
function at(kv: Kv, key: string, revision: number): number[] | undefined {
  const pair = getKeyAt(kv, key, revision);
  return pair && [pair.modRevision, pair.createRevision, pair.version];
}

describe('one key', () => {
  test('TestKeyIndexGet: the newest change of the generation that lives at the revision', () => {
    const kv = threeGenerations();
    compactFully(kv, 4);
    const found = Array.from({ length: 18 }, (_, revision) => [revision, at(kv, 'foo', revision)] as const);
    expect(found.filter(([, pair]) => pair !== undefined)).toEqual([
      [4, [4, 2, 2]],
      [5, [4, 2, 2]],
      [8, [8, 8, 1]],
      [9, [8, 8, 1]],
      [10, [10, 8, 2]],
      [11, [10, 8, 2]],
      [14, [14, 14, 1]],
      [15, [15, 14, 2]],
    ]);
  });

  test('TestKeyIndexSince: every change from a revision on, over all generations', () => {
    const kv = threeGenerations();
    compactFully(kv, 4);
    const all = [4, 6, 8, 10, 12, 14, 15, 16];
    for (let revision = 0; revision <= 17; revision++) {
      expect(since(kv, 'foo', revision)).toEqual(all.filter((each) => each >= revision));
    }
  });

  test('TestKeyIndexPut: a first put creates a generation, the next one counts', () => {
    const kv = plan(createKv(), 'foo', '5');
    expect(generations(kv, 'foo')).toEqual(['5: 5(1)']);
    plan(kv, 'foo', '7');
    expect(generations(kv, 'foo')).toEqual(['5: 5(1) 7(2)']);
  });

  test('TestKeyIndexRestore: what is left of a generation knows its beginning and counts on', () => {
    const pair = { key: 'foo', value: '', createRevision: 5, modRevision: 7, version: 2, lease: ZERO_ID };
    const kv = restoreKv({ revision: 7, compactRevision: 7, finishedCompactRevision: 7, versions: [{ sub: 0, kv: pair }] });
    expect(generations(kv, 'foo')).toEqual(['5: 7(2)']);
    put(kv, 'foo', '');
    expect(generations(kv, 'foo')).toEqual(['5: 7(2) 8(3)']);
  });

  test('TestKeyIndexTombstone: a deletion closes a generation, and there is nothing to delete behind it', () => {
    const kv = plan(createKv(), 'foo', '5 7t');
    expect(generations(kv, 'foo')).toEqual(['5: 5(1) 7t']);
    plan(kv, 'foo', '8 9 15t');
    expect(generations(kv, 'foo')).toEqual(['5: 5(1) 7t', '8: 8(1) 9(2) 15t']);
    expect(write(kv, (open) => expect(writeDelete(open, { key: 'foo', rangeEnd: '' }).deleted).toBe(0))).toBe(15);
  });

  const FIRST = '2: 2(1) 4(2) 6t';
  const SECOND = '8: 8(1) 10(2) 12t';
  const THIRD = '14: 14(1) 15(2) 16t';
  /** Compact revision, what is kept at or below it, generations. A lone tombstone does not tell when its generation began. */
  const COMPACTED: readonly (readonly [number, string[], string[]])[] = [
    [1, [], [FIRST, SECOND, THIRD]],
    [2, ['2'], [FIRST, SECOND, THIRD]],
    [3, ['2'], [FIRST, SECOND, THIRD]],
    [4, ['4'], ['2: 4(2) 6t', SECOND, THIRD]],
    [5, ['4'], ['2: 4(2) 6t', SECOND, THIRD]],
    [6, ['6t'], ['?: 6t', SECOND, THIRD]],
    [7, [], [SECOND, THIRD]],
    [8, ['8'], [SECOND, THIRD]],
    [9, ['8'], [SECOND, THIRD]],
    [10, ['10'], ['8: 10(2) 12t', THIRD]],
    [11, ['10'], ['8: 10(2) 12t', THIRD]],
    [12, ['12t'], ['?: 12t', THIRD]],
    [13, [], [THIRD]],
    [14, ['14'], [THIRD]],
    [15, ['15'], ['14: 15(2) 16t']],
    [16, ['16t'], ['?: 16t']],
    [17, [], []],
  ];

  test('TestKeyIndexCompactAndKeep: at every revision, each after the one before, with gaps, and alone', () => {
    const original = threeGenerations();
    put(original, 'filler', '');
    const [continuous, jumping] = [cloneKv(original), cloneKv(original)];
    for (const [revision, kept, expected] of COMPACTED) {
      const isDeletion = [6, 12, 16].includes(revision);
      const alone = cloneKv(original);
      for (const kv of isDeletion ? [continuous, alone] : [continuous, jumping, alone]) {
        compactFully(kv, revision);
        expect(stored(kv, 'foo').filter((each) => Number.parseInt(each, 10) <= revision)).toEqual(kept);
        expect(generations(kv, 'foo')).toEqual(expected);
      }
    }
  });

  test('TestKeyIndexCompactOnFurtherRev: beyond its last change the key keeps that one', () => {
    const kv = plan(createKv(), 'foo', '2 3');
    put(kv, 'filler', '');
    compactFully(kv, 4);
    expect(generations(kv, 'foo')).toEqual(['2: 3(2)']);
  });

  test('TestKeyIndexFindGeneration: a revision lies in the generation that began before and has not ended', () => {
    const kv = threeGenerations();
    const created = Array.from({ length: 14 }, (_, revision) => getKeyAt(kv, 'foo', revision)?.createRevision);
    const none = undefined;
    expect(created).toEqual([none, none, 2, 2, 2, 2, none, none, 8, 8, 8, 8, none, none]);
  });

  test('TestGenerationWalk: from the newest back to the first that is old enough', () => {
    const kv = plan(createKv(), 'foo', '2 4 6');
    put(kv, 'filler', '');
    expect([7, 6, 5, 4, 3, 2, 1].map((revision) => getKeyAt(kv, 'foo', revision)?.modRevision)).toEqual([
      6,
      6,
      4,
      4,
      2,
      2,
      undefined,
    ]);
  });

  test('TestRestoreTombstone: a key of which only its deletion is left is absent, and can be put again', () => {
    const tombstone = { key: 'foo', value: '', createRevision: 0, modRevision: 16, version: 0, lease: ZERO_ID };
    const kv = restoreKv({ revision: 16, compactRevision: 15, finishedCompactRevision: 15, versions: [{ sub: 0, kv: tombstone }] });
    expect(generations(kv, 'foo')).toEqual(['?: 16t']);
    for (let revision = 16; revision <= 20; revision++) expect(getKeyAt(kv, 'foo', revision)).toBeUndefined();
    compactFully(kv, 16);
    expect(stored(kv, 'foo')).toEqual(['16t']);
    plan(kv, 'foo', '17 18');
    expect(since(kv, 'foo', 16)).toEqual([16, 17, 18]);
    compactFully(kv, 17);
    expect(generations(kv, 'foo')).toEqual(['17: 17(1) 18(2)']);
  });
});

describe('many keys', () => {
  test('TestIndexGet: absent, created, changed, deleted', () => {
    const kv = plan(createKv(), 'foo', '2 4 6t');
    const found = [0, 1, 2, 3, 4, 5, 6].map((revision) => at(kv, 'foo', revision));
    expect(found).toEqual([undefined, undefined, [2, 2, 1], [2, 2, 1], [4, 2, 2], [4, 2, 2], undefined]);
  });

  const KEYS = ['foo', 'foo1', 'foo2'];

  test.each([
    ['bar', '', []],
    ['foo', '', [2]],
    ['foo', 'foo1', [2]],
    ['foo', 'foo2', [2, 3]],
    ['foo', 'fop', [2, 3, 4]],
    ['foo1', 'fop', [3, 4]],
    ['foo2', 'fop', [4]],
    ['foo3', 'fop', []],
  ])('TestIndexRange: from %j to %j', (key, rangeEnd, expected) => {
    const kv = createKv();
    for (const each of KEYS) put(kv, each, '');
    // A change that comes later must not show at revision 4.
    put(kv, 'foo1', '');
    const { kvs } = must(range(kv, rangeOptions(key, rangeEnd, { revision: 4 })));
    expect(kvs.map((pair) => [pair.key, pair.modRevision])).toEqual(expected.map((revision) => [KEYS[revision - 2], revision]));
  });

  test('TestIndexTombstone: a key that is deleted is absent from there on, and is not deleted again', () => {
    const kv = plan(createKv(), 'foo', '2 3t');
    expect(getKeyAt(kv, 'foo', 3)).toBeUndefined();
    del(kv, 'foo');
    expect([currentRevision(kv), generations(kv, 'foo')]).toEqual([3, ['2: 2(1) 3t']]);
  });

  /** foo, foo1, foo2 at 2, 3, 4, then in the other order at 5, 6, 7. */
  function thereAndBack(): Kv {
    const kv = createKv();
    for (const key of [...KEYS, ...KEYS.toReversed()]) put(kv, key, '');
    return kv;
  }

  test.each<[string, string, number, number, number[], number]>([
    ['bar', '', 7, 0, [], 0],
    ['foo', '', 7, 0, [7], 1],
    ['foo', 'foo1', 7, 0, [7], 1],
    ['foo', 'foo2', 7, 0, [7, 6], 2],
    ['foo', 'fop', 7, 0, [7, 6, 5], 3],
    ['foo1', 'fop', 7, 0, [6, 5], 2],
    ['foo2', 'fop', 7, 0, [5], 1],
    ['foo3', 'fop', 7, 0, [], 0],
    ['foo1', 'fop', 2, 0, [], 0],
    ['foo1', 'fop', 3, 0, [3], 1],
    ['foo1', 'fop', 4, 0, [3, 4], 2],
    ['foo1', 'fop', 5, 0, [3, 5], 2],
    ['foo1', 'fop', 6, 0, [6, 5], 2],
    ['foo1', 'fop', 7, 0, [6, 5], 2],
    ['foo', 'fop', 7, 1, [7], 3],
    ['foo', 'fop', 7, 2, [7, 6], 3],
    ['foo', 'fop', 7, 3, [7, 6, 5], 3],
    ['foo', 'fop', 4, 1, [2], 3],
    ['foo', 'fop', 4, 2, [2, 3], 3],
    ['foo', 'fop', 4, 3, [2, 3, 4], 3],
  ])(
    'TestIndexRevision, TestIndexRevisionsWithTotalCount: from %j to %j at %i, limit %i',
    (key, rangeEnd, revision, limit, expected, count) => {
      const answer = must(range(thereAndBack(), rangeOptions(key, rangeEnd, { revision, limit })));
      expect([answer.kvs.map((pair) => pair.modRevision), answer.count, answer.more]).toEqual([
        expected,
        count,
        expected.length < count,
      ]);
      const counted = must(range(thereAndBack(), rangeOptions(key, rangeEnd, { revision, limit, countOnly: true })));
      expect(counted.count).toBe(count);
    },
  );

  /** etcd's index_test.go, one later: foo 2 6 10t 11, foo1 3 7 8t 11.1, foo2 4 5 9t. */
  function threeKeys(): Kv {
    const kv = createKv();
    for (const key of ['foo', 'foo1', 'foo2', 'foo2', 'foo', 'foo1']) put(kv, key, '');
    for (const key of ['foo1', 'foo2', 'foo']) del(kv, key);
    write(kv, (open) => {
      for (const key of ['foo', 'foo1']) must(writePut(open, putOptions(key, '')));
    });
    for (let i = 0; i < 8; i++) put(kv, 'filler', '');
    return kv;
  }

  test('TestIndexCompactAndKeep: each key by its own generations, one after the other and alone', () => {
    const foo = ['2: 2(1) 6(2) 10t', '11: 11(1)'];
    const foo1 = ['3: 3(1) 7(2) 8t', '11: 11(1)'];
    const foo2 = ['4: 4(1) 5(2) 9t'];
    const last = ['11: 11(1)'];
    const tables: readonly (readonly [number, readonly string[], readonly string[], readonly string[]])[] = [
      [1, foo, foo1, foo2],
      [2, foo, foo1, foo2],
      [3, foo, foo1, foo2],
      [4, foo, foo1, foo2],
      [5, foo, foo1, ['4: 5(2) 9t']],
      [6, ['2: 6(2) 10t', ...last], foo1, ['4: 5(2) 9t']],
      [7, ['2: 6(2) 10t', ...last], ['3: 7(2) 8t', ...last], ['4: 5(2) 9t']],
      [8, ['2: 6(2) 10t', ...last], ['?: 8t', ...last], ['4: 5(2) 9t']],
      [9, ['2: 6(2) 10t', ...last], last, ['?: 9t']],
      [10, ['?: 10t', ...last], last, []],
      [11, last, last, []],
      [19, last, last, []],
    ];
    const continuous = threeKeys();
    for (const [revision, ...expected] of tables) {
      const alone = threeKeys();
      for (const kv of [continuous, alone]) {
        compactFully(kv, revision);
        expect([revision, ...KEYS.map((key) => generations(kv, key))]).toEqual([revision, ...expected]);
      }
    }
  });
});
