/**
 * Keys and watches as the screen asks them: the store at any revision and its ribbons against a naive list of all writes; whose
 * store is shown; which entry made a revision; where a watch stands.
 */
import { describe, expect, it } from 'vitest';
import {
  type EntryText,
  entryOfRevision,
  jsonLine,
  keyRibbon,
  keyRows,
  leaseClock,
  type OpenWatch,
  oldestReadable,
  type PastKey,
  type PastLine,
  type PastStore,
  passesFilter,
  revisionOfEntry,
  storeMember,
  watchConcerns,
  watchPosition,
} from '../../src/view/index.ts';
import { frameOf, memberOf } from './buildFrame.ts';

/** color: red 2, blue 4, deleted 5, green 7 (a new life); name: etcd 3. */
const COLOR: PastKey = {
  key: 'color',
  isCut: false,
  versions: [
    { createRevision: 2, modRevision: 2, version: 1, value: 'red', lease: '' },
    { createRevision: 2, modRevision: 4, version: 2, value: 'blue', lease: '' },
    { createRevision: 0, modRevision: 5, version: 0, value: '', lease: '' },
    { createRevision: 7, modRevision: 7, version: 1, value: 'green', lease: '' },
  ],
};
const NAME: PastKey = {
  key: 'name',
  isCut: false,
  versions: [{ createRevision: 3, modRevision: 3, version: 1, value: 'etcd', lease: '' }],
};
const STORE: PastStore = { isUp: true, revision: 8, compactRevision: -1, keys: [COLOR, NAME], keyCount: 2 };

describe('keys', () => {
  it('shows the store as it was at each revision', () => {
    const at = (revision: number) => keyRows(STORE, revision).map((row) => `${row.key}=${row.isDeleted ? '-' : row.version.value}`);
    expect(at(1)).toEqual([]);
    expect(at(2)).toEqual(['color=red']);
    expect(at(3)).toEqual(['color=red', 'name=etcd']);
    expect(at(6)).toEqual(['color=-', 'name=etcd']);
    expect(at(8)).toEqual(['color=green', 'name=etcd']);
  });

  it('has a bar for each version that the window touches, and a gap after a deletion', () => {
    const bars = (from: number, to: number) =>
      keyRibbon(COLOR, STORE, from, to).bars.map((bar) => `${bar.kind} ${bar.from}-${bar.to}${bar.isCurrent ? '*' : ''}`);
    expect(bars(1, 8)).toEqual(['value 2-4', 'value 4-5', 'deleted 5-7', 'value 7-9*']);
    expect(bars(4, 6)).toEqual(['value 4-5', 'deleted 5-7']);
    expect(bars(8, 8)).toEqual(['value 7-9*']);
  });

  it('goes back to the compaction, and not beyond what is listed', () => {
    expect(oldestReadable(STORE)).toBe(1);
    expect(oldestReadable({ ...STORE, compactRevision: 4 })).toBe(4);
    expect(oldestReadable({ ...STORE, keys: [{ ...COLOR, isCut: true }, NAME] })).toBe(2);
  });

  it('is the leader’s store; without a leader that of the running member that has applied most', () => {
    const members = [memberOf(1, '1 1', 2), memberOf(2, '1 1', 1, { role: 'leader' }), memberOf(3, '1 1', 2)];
    expect(storeMember(frameOf(members))).toBe(2);
    const leaderless = members.map((member) => ({ ...member, role: 'follower' as const }));
    expect(storeMember(frameOf(leaderless))).toBe(1);
    expect(storeMember(frameOf(leaderless.map((m, i) => (i === 0 ? { ...m, health: 'stopped' as const } : m))))).toBe(3);
  });

  it('leads from a revision to its committed entry and back', () => {
    const text: EntryText = { term: 2, index: 3, kind: 'put', key: 'color', value: 'red', call: 9 };
    const frame = frameOf([memberOf(1, '1 1 2', 3)], {
      revisions: new Map([[2, 3]]),
      revisionAt: new Map([[3, 2]]),
      texts: new Map([['2/3', text]]),
    });
    expect(entryOfRevision(frame, 2)).toEqual({ term: 2, index: 3, call: 9 });
    expect(entryOfRevision(frame, 3)).toBeUndefined();
    expect(revisionOfEntry(frame, 2, 3)).toBe(2);
    expect(revisionOfEntry(frame, 1, 3)).toBe(0); // a replaced entry made nothing
  });
});

describe('watches', () => {
  const watch = (change: Partial<OpenWatch>): OpenWatch => ({
    call: 1,
    client: 1,
    text: '',
    key: '/a',
    range: 'key',
    rangeEnd: '',
    startRevision: 0,
    noPut: false,
    noDelete: false,
    prevKv: false,
    member: 1,
    revision: 15,
    state: 'synced',
    minRevision: 10,
    missed: 0,
    ...change,
  });

  it('is synced, ahead of the store, catching up, or held up', () => {
    expect(watchPosition(watch({}))).toEqual({ type: 'synced', revision: 15 });
    expect(watchPosition(watch({ startRevision: 20, minRevision: 20 }))).toEqual({ type: 'ahead', start: 20, revision: 15 });
    const behind = watch({ state: 'unsynced', missed: 4, startRevision: 2 });
    expect(watchPosition(behind)).toEqual({ type: 'catchingUp', at: 9, revision: 15, missed: 4 });
    expect(watchPosition({ ...behind, state: 'victim' })).toEqual({ type: 'heldUp', at: 9, revision: 15, missed: 4 });
  });

  it('concerns the keys of its range', () => {
    const concerned = (change: Partial<OpenWatch>) => ['/', '/a', '/a/b', '/b'].filter((key) => watchConcerns(watch(change), key));
    expect(concerned({})).toEqual(['/a']);
    expect(concerned({ range: 'prefix' })).toEqual(['/a', '/a/b']);
    expect(concerned({ range: 'from' })).toEqual(['/a', '/a/b', '/b']);
    expect(concerned({ range: 'range', rangeEnd: '/b' })).toEqual(['/a', '/a/b']);
    expect(concerned({ range: 'all' })).toHaveLength(4);
  });
});

describe('leases and lines', () => {
  const lease = { id: '1', ttl: 60, endsAt: 100_000_000, keys: [], keyCount: 0 };

  it('runs by the leader’s clock, stands while nobody counts, and ends', () => {
    expect(leaseClock(lease, 70_000_000)).toEqual({ type: 'running', seconds: 30, share: 0.5 });
    expect(leaseClock(lease, 99_999_999)).toMatchObject({ seconds: 1 });
    expect(leaseClock(lease, 10_000_000)).toMatchObject({ seconds: 90, share: 1 }); // a new leader gives more
    expect(leaseClock(lease, 100_000_000)).toEqual({ type: 'ended' });
    expect(leaseClock({ ...lease, endsAt: 0 }, 1)).toEqual({ type: 'paused' });
  });

  it('filters lines by level and text, and writes them as zap does', () => {
    const line: PastLine = {
      number: 1,
      time: 5,
      level: 'warn',
      logger: '',
      message: 'apply request took too long',
      fields: [
        ['took', '319.737µs'],
        ['success', true],
      ],
    };
    expect(passesFilter(line, { level: 'warn', text: '' })).toBe(true);
    expect(passesFilter(line, { level: 'error', text: '' })).toBe(false);
    expect(passesFilter(line, { level: 'debug', text: 'TOOK=319' })).toBe(true);
    expect(passesFilter(line, { level: 'debug', text: 'raft' })).toBe(false);
    expect(jsonLine(line, 'T')).toBe(
      '{"level":"warn","ts":"T","msg":"apply request took too long","took":"319.737µs","success":true}',
    );
    expect(jsonLine({ ...line, logger: 'raft', fields: [] }, 'T')).toContain('"ts":"T","logger":"raft","msg"');
  });
});
