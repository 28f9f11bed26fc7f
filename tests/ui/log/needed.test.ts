/** The sentence for the next commit, from facts; the facts themselves are tested in tests/view. */
import { expect, it } from 'vitest';
import { ENGLISH } from '../../../src/i18n/index.ts';
import { sayCommit } from '../../../src/ui/needed/NeededNow.tsx';
import type { DiskState, Needed } from '../../../src/view/index.ts';

function say(have: number, states: readonly DiskState[], more: Partial<Extract<Needed, { type: 'commit' }>> = {}) {
  const fact: Extract<Needed, { type: 'commit' }> = {
    type: 'commit',
    leader: 'n1',
    term: 2,
    entry: { index: 11, term: 2, kind: 'put', key: 'color', value: 'green', call: 3 },
    needed: 3,
    have,
    voters: states.map((state, at) => ({ member: at + 1, name: `n${at + 1}`, state })),
    learners: [],
    joint: [],
    behind: 0,
    carries: 0,
    possible: true,
    ...more,
  };
  const { bold, why } = sayCommit(fact, ENGLISH.log.needed);
  return `${bold} ${why}`;
}

it('says what decides, and never that a disk counts whose ack has not landed', () => {
  expect(say(2, ['ownDisk', 'counted', 'landsNext', 'ackSent', 'ackSent'])).toBe(
    'The next ack decides. All five have 11 on disk, but n1 counts only acks that have landed. With n3’s, 11 is committed; n1 applies it and answers OK.',
  );
  expect(say(1, ['ownDisk', 'landsNext', 'ackSent', 'inMemory', 'stopped'])).toBe(
    'Two more acks decide. Three have 11 on disk, but n1 counts only acks that have landed.',
  );
  expect(say(2, ['inMemory', 'counted', 'counted', 'stopped', 'stopped'])).toMatch(/^n1’s own disk decides\./);
  expect(say(1, ['ownDisk', 'inMemory', 'inMemory', 'appendSent', 'waiting'])).toBe(
    'Two more disks must have it. n2 and n3 write it first: a yes must be true after a crash, too.',
  );
  expect(say(1, ['ownDisk', 'waiting', 'unreachable', 'unreachable', 'stopped'], { possible: false })).toMatch(
    /^Too few members can be reached\./,
  );
});

it('older entries go with the one of the own term', () => {
  expect(say(1, ['ownDisk', 'appendSent', 'appendSent', 'stopped', 'stopped'], { carries: 2 })).toContain(
    'Entries 9 to 10 of earlier terms cannot commit by counting; with term 2’s own entry they do.',
  );
});
