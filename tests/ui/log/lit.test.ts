/** What lights up in the log when something is pointed at elsewhere. */
import { expect, it } from 'vitest';
import { isLit, litBy } from '../../../src/ui/log/lit.ts';
import type { EntryText, Flight } from '../../../src/view/index.ts';
import { frameOf, memberOf } from '../../view/buildFrame.ts';

const append: Flight = {
  id: 7,
  kind: 'append',
  from: 1,
  to: 2,
  term: 2,
  index: 4,
  count: 2,
  sentAt: 0,
  arrivesAt: 9,
  lostAt: undefined,
  carriesRead: false,
};
const frame = frameOf([memberOf(1, '1 1 1 2', 3, { role: 'leader' }), memberOf(2, '1 1', 2), memberOf(3, '1 1', 2)], {
  flights: [append, { ...append, id: 8, kind: 'ack', from: 2, to: 1, index: 2, count: 0 }, { ...append, id: 9, kind: 'heartbeat' }],
});

it('is what an append carries, the entry of an acknowledgement, and nothing of a heartbeat', () => {
  expect(litBy(frame, { type: 'flight', flight: 7 }).entries).toEqual(['1/3', '2/4']);
  expect(litBy(frame, { type: 'flight', flight: 8 }).entries).toEqual(['1/2']);
  expect(litBy(frame, { type: 'flight', flight: 9 }).entries).toEqual([]);
  expect(litBy(frame, { type: 'flight', flight: 99 }).entries).toEqual([]);
});

it('is the same entry wherever it stands, the entry of a call, and never an empty place', () => {
  const cell = { term: 2, index: 4, call: 5 };
  expect(isLit(litBy(frame, { type: 'entry', term: 2, index: 4 }), cell)).toBe(true);
  expect(isLit(litBy(frame, { type: 'entry', term: 1, index: 4 }), cell)).toBe(false);
  expect(isLit(litBy(frame, { type: 'call', call: 5 }), cell)).toBe(true);
  expect(isLit(litBy(frame, { type: 'call', call: 5 }), { ...cell, term: 0 })).toBe(false);
  expect(isLit(litBy(frame, undefined), { term: 0, index: 4, call: 0 })).toBe(false);
});

it('is the same for a command, its entry and its revision', () => {
  const text: EntryText = { term: 2, index: 4, kind: 'put', key: 'color', value: 'red', call: 5 };
  const members = [memberOf(1, '1 1 1 2', 4, { role: 'leader' }), memberOf(2, '1 1 1 2', 3), memberOf(3, '1 1', 2)];
  const applied = frameOf(members, {
    texts: new Map([['2/4', text]]),
    revisions: new Map([[7, 4]]),
    revisionAt: new Map([[4, 7]]),
    entryOfCall: new Map([[5, text]]),
  });
  const together = { entries: ['2/4'], calls: [5], revisions: [7], keys: ['color'], member: 0 };
  expect(litBy(applied, { type: 'entry', term: 2, index: 4 })).toEqual(together);
  expect(litBy(applied, { type: 'call', call: 5 })).toEqual(together);
  expect(litBy(applied, { type: 'revision', revision: 7 })).toEqual(together);
  // An entry that never was committed made no revision; a watch is no entry; a restored store has revisions that no entry made.
  const before = { ...applied, flag: 3, members: members.map((member) => ({ ...member, commitIndex: 3 })) };
  expect(litBy(before, { type: 'entry', term: 2, index: 4 })).toEqual({ ...together, revisions: [] });
  const nothing = { entries: [], calls: [], revisions: [], keys: [], member: 0 };
  expect(litBy(applied, { type: 'call', call: 9 })).toEqual({ ...nothing, calls: [9] });
  expect(litBy(applied, { type: 'revision', revision: 3 })).toEqual({ ...nothing, revisions: [3] });
});
