/** Revisions, puts and deletes, rule by rule: spec/etcd.md 1.1, 1.4, 1.5, 14. Each test sets up a store and looks at the answers. */
import { describe, expect, test } from 'vitest';
import { ZERO_ID } from '../../../src/base/index.ts';
import {
  beginWrite,
  cloneKv,
  compact,
  compactStep,
  createKv,
  createWatcher,
  currentRevision,
  endWrite,
  getKey,
  kvState,
  range,
  syncWatchers,
  takeWatchResponses,
  writeDelete,
  writePut,
  writeRange,
  writeRevision,
} from '../../../src/engine/kv/index.ts';
import { del, LEASE, must, put, putOptions, rangeOptions, watchOptions, write } from './support.ts';

describe('revisions (1.1)', () => {
  test('an empty store is at revision 1 and the first write gets 2', () => {
    const kv = createKv();
    expect(currentRevision(kv)).toBe(1);
    expect(put(kv, 'a', '1')).toBe(2);
  });

  test('all changes of a write share one main revision, with subs in the order of execution', () => {
    const kv = createKv();
    put(kv, 'c', '0');
    const revision = write(kv, (open) => {
      writePut(open, putOptions('b', '1'));
      writePut(open, putOptions('a', '2'));
      writeDelete(open, { key: 'c', rangeEnd: '' });
    });
    expect(revision).toBe(3);
    const versions = kvState(kv).versions.slice(1);
    expect(versions.map(({ sub, kv: pair }) => [pair.modRevision, sub, pair.key])).toEqual([
      [3, 0, 'b'],
      [3, 1, 'a'],
      [3, 2, 'c'],
    ]);
  });

  test('the revision moves by one only if something changed', () => {
    const kv = createKv();
    const open = beginWrite(kv);
    writeDelete(open, { key: 'nothing', rangeEnd: '' });
    must(writeRange(open, rangeOptions('a', '')));
    expect(endWrite(open)).toEqual({ revision: 1, changed: false });
    put(kv, 'a', '1');
    expect(put(kv, 'a', '1')).toBe(3);
  });

  test('a put of a new key creates it, later ones count versions, and a put after a delete starts again', () => {
    const kv = createKv();
    put(kv, 'a', '1');
    expect(getKey(kv, 'a')).toEqual({ key: 'a', value: '1', createRevision: 2, modRevision: 2, version: 1, lease: ZERO_ID });
    put(kv, 'a', '2');
    expect(getKey(kv, 'a')).toEqual({ key: 'a', value: '2', createRevision: 2, modRevision: 3, version: 2, lease: ZERO_ID });
    del(kv, 'a');
    expect(getKey(kv, 'a')).toBeUndefined();
    put(kv, 'a', '3');
    expect(getKey(kv, 'a')).toEqual({ key: 'a', value: '3', createRevision: 5, modRevision: 5, version: 1, lease: ZERO_ID });
  });

  test('a tombstone holds the key and its revision, nothing else', () => {
    const kv = createKv();
    put(kv, 'a', '1', { lease: LEASE });
    del(kv, 'a');
    expect(kvState(kv).versions[1]).toEqual({
      sub: 0,
      kv: { key: 'a', value: '', createRevision: 0, modRevision: 3, version: 0, lease: ZERO_ID },
    });
  });
});

describe('put (1.4)', () => {
  test('a lease is replaced by the one of the request, also by none (14.1)', () => {
    const kv = createKv();
    put(kv, 'a', '1', { lease: LEASE });
    expect(getKey(kv, 'a')?.lease).toBe(LEASE);
    put(kv, 'a', '2');
    expect(getKey(kv, 'a')?.lease).toBe(ZERO_ID);
  });

  test('ignoreLease keeps the lease, ignoreValue keeps the value and takes the lease', () => {
    const kv = createKv();
    put(kv, 'a', '1', { lease: LEASE });
    put(kv, 'a', '2', { ignoreLease: true });
    expect(getKey(kv, 'a')).toMatchObject({ value: '2', lease: LEASE, version: 2 });
    put(kv, 'a', '', { ignoreValue: true });
    expect(getKey(kv, 'a')).toMatchObject({ value: '2', lease: ZERO_ID, version: 3 });
  });

  test.each([{ ignoreValue: true }, { ignoreLease: true }])('%o on an absent key is refused and changes nothing', (more) => {
    const kv = createKv();
    put(kv, 'gone', '1');
    del(kv, 'gone');
    const open = beginWrite(kv);
    expect(writePut(open, putOptions('new', '', more))).toEqual({ ok: false, error: { code: 'keyNotFound' } });
    expect(writePut(open, putOptions('gone', '', more))).toEqual({ ok: false, error: { code: 'keyNotFound' } });
    expect(endWrite(open)).toEqual({ revision: 3, changed: false });
  });

  test('the previous pair comes along, and none for a new key', () => {
    const kv = createKv();
    const open = beginWrite(kv);
    expect(must(writePut(open, putOptions('a', '1'))).prevKv).toBeUndefined();
    endWrite(open);
    const again = beginWrite(kv);
    expect(must(writePut(again, putOptions('a', '2')))).toMatchObject({ kv: { value: '2' }, prevKv: { value: '1' } });
    endWrite(again);
  });
});

describe('delete (1.5)', () => {
  test('counts and shows what it deleted, in key order, under one revision', () => {
    const kv = createKv();
    for (const key of ['c', 'a', 'b', 'd']) put(kv, key, key);
    const open = beginWrite(kv);
    const { deleted, prevKvs } = writeDelete(open, { key: 'a', rangeEnd: 'd' });
    expect(deleted).toBe(3);
    expect(prevKvs.map((pair) => pair.value)).toEqual(['a', 'b', 'c']);
    expect(endWrite(open)).toEqual({ revision: 6, changed: true });
    expect(must(range(kv, rangeOptions('\0', '\0'))).kvs.map((pair) => pair.key)).toEqual(['d']);
  });

  test('a second delete finds nothing and leaves the revision', () => {
    const kv = createKv();
    put(kv, 'a', '1');
    expect(del(kv, 'a')).toBe(3);
    expect(del(kv, 'a')).toBe(3);
    expect(del(kv, '\0', '\0')).toBe(3);
  });

  test('an end before the key deletes nothing', () => {
    const kv = createKv();
    put(kv, 'b', '1');
    expect(del(kv, 'b', 'a')).toBe(2);
  });
});

describe('inside a write (1.6)', () => {
  test('reads see earlier changes, and the inner revision is current + 1 from the first change on', () => {
    const kv = createKv();
    put(kv, 'a', '1');
    const open = beginWrite(kv);
    expect(writeRevision(open)).toBe(2);
    expect(must(writeRange(open, rangeOptions('a', '')))).toMatchObject({ revision: 2, kvs: [{ value: '1' }] });
    must(writePut(open, putOptions('a', '2')));
    expect(writeRevision(open)).toBe(3);
    expect(must(writeRange(open, rangeOptions('a', '')))).toMatchObject({ revision: 3, kvs: [{ value: '2', modRevision: 3 }] });
    expect(must(writeRange(open, rangeOptions('a', '', { revision: 2 })))).toMatchObject({ revision: 3, kvs: [{ value: '1' }] });
    expect(writeRange(open, rangeOptions('a', '', { revision: 4 }))).toEqual({ ok: false, error: { code: 'futureRevision' } });
    expect(writeDelete(open, { key: 'a', rangeEnd: 'a' })).toEqual({ deleted: 0, prevKvs: [] });
    expect(currentRevision(kv)).toBe(2);
    endWrite(open);
    expect(currentRevision(kv)).toBe(3);
  });

  test('a delete after a delete of the same key finds nothing (14.6)', () => {
    const kv = createKv();
    put(kv, 'a', '1');
    const open = beginWrite(kv);
    expect(writeDelete(open, { key: 'a', rangeEnd: '' }).deleted).toBe(1);
    expect(writeDelete(open, { key: '\0', rangeEnd: '\0' }).deleted).toBe(0);
    endWrite(open);
  });

  // etcd's check of a transaction does not see every way to change a key twice.
  test('a key that changes twice has both changes in its history, and the later one is what it is', () => {
    const kv = createKv();
    put(kv, 'a', 'old');
    put(kv, 'b', 'old');
    must(createWatcher(kv, 1, watchOptions('a', 'c', { startRevision: 4, prevKv: true })));
    const open = beginWrite(kv);
    must(writePut(open, putOptions('a', 'new')));
    expect(writeDelete(open, { key: 'a', rangeEnd: 'c' }).prevKvs.map(({ value }) => value)).toEqual(['new', 'old']);
    must(writePut(open, putOptions('b', 'new')));
    endWrite(open);
    expect(must(range(kv, rangeOptions('a', 'c'))).kvs).toMatchObject([{ key: 'b', createRevision: 4, version: 1, value: 'new' }]);
    expect(must(range(kv, rangeOptions('a', 'c', { revision: 3 }))).kvs.map(({ value }) => value)).toEqual(['old', 'old']);
    must(createWatcher(kv, 2, watchOptions('a', 'c', { startRevision: 2, prevKv: true })));
    syncWatchers(kv);
    const events = takeWatchResponses(kv).map(({ events }) =>
      events.map(({ type, kv: { key, modRevision }, prevKv }) => [type, key, modRevision, prevKv?.value]),
    );
    const twice = [
      ['put', 'a', 4, 'old'],
      ['delete', 'a', 4, 'old'],
      ['delete', 'b', 4, 'old'],
      ['put', 'b', 4, undefined],
    ];
    expect(events).toEqual([twice, [['put', 'a', 2, undefined], ['put', 'b', 3, undefined], ...twice]]);
    must(compact(kv, 4));
    compactStep(kv, 1000);
    expect(must(range(kv, rangeOptions('a', 'c'))).kvs).toMatchObject([{ key: 'b', value: 'new' }]);
  });

  test('TestKVTxnBlockWriteOperations: a second write cannot be opened, nor a write ended twice', () => {
    const kv = createKv();
    const open = beginWrite(kv);
    expect(() => put(kv, 'foo', '')).toThrow('one write at a time');
    expect(() => del(kv, 'foo')).toThrow('one write at a time');
    endWrite(open);
    expect(put(kv, 'foo', '')).toBe(2);
    expect(del(kv, 'foo')).toBe(3);
    expect(() => endWrite(open)).toThrow('a write is ended once');
  });

  test('TestKVTxnNonBlockRange: nobody else reads in the middle of a write; who reads from a copy is not disturbed', () => {
    const kv = createKv();
    put(kv, 'foo', '1');
    const reader = cloneKv(kv);
    const open = beginWrite(kv);
    must(writePut(open, putOptions('foo', '2')));
    expect(() => range(kv, rangeOptions('foo', ''))).toThrow('inside a write');
    expect(must(range(reader, rangeOptions('foo', '')))).toMatchObject({ revision: 2, kvs: [{ value: '1' }] });
    endWrite(open);
    expect(must(range(kv, rangeOptions('foo', '')))).toMatchObject({ revision: 3, kvs: [{ value: '2' }] });
  });
});
