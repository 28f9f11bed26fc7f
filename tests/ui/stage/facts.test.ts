/** What the stage says of a frame: role words, votes, the six entries, the followed key as each member has it, timers. */
import { describe, expect, test } from 'vitest';
import {
  cutState,
  ELECTION_TIMEOUT,
  followedKey,
  heardOfLate,
  isWalled,
  keptValue,
  logWindow,
  membershipVerbs,
  miniCells,
  roleWord,
  timerLeft,
  voteMarks,
} from '../../../src/ui/stage/facts.ts';
import type { EntryText, MemberFrame } from '../../../src/view/index.ts';
import { changesOf, memberOf, quietFrame, textsOf } from '../../view/buildFrame.ts';

/** A follower with three entries. */
const three = (ordinal: number, more: Partial<MemberFrame> = {}) => memberOf(ordinal, '1 1 1', 3, more);

function entries(...told: readonly (readonly [number, number, EntryText['kind'], string, string])[]) {
  return textsOf(...told.map(([term, index, kind, key, value]) => ({ term, index, kind, key, value, call: 0 })));
}

describe('role words', () => {
  test('followers of a leader have none, of two leaders the one of the lower term is old', () => {
    const frame = quietFrame(3, 1, {
      members: [three(1, { role: 'leader', term: 2 }), three(2, { role: 'leader', term: 3 }), three(3, { term: 3, leader: 2 })],
    });
    expect(frame.members.map((member) => roleWord(frame, member)?.type)).toEqual(['oldLeader', 'leader', undefined]);
  });

  test('who has voted and knows no leader says for whom; who stopped or threw says so', () => {
    const frame = quietFrame(3, 1, {
      members: [
        three(1, { health: 'threw' }),
        three(2, { role: 'candidate', vote: 2, leader: 0 }),
        three(3, { vote: 2, leader: 0 }),
      ],
    });
    expect(roleWord(frame, frame.members[0] as never)).toEqual({ type: 'threw' });
    expect(roleWord(frame, frame.members[1] as never)).toEqual({ type: 'candidate' });
    expect(roleWord(frame, frame.members[2] as never)).toEqual({ type: 'voted', name: 'n2' });
  });
});

test('a voter that waits is unreachable when it is stopped or cut off in either direction', () => {
  const candidate = three(1, { role: 'candidate', votes: ['granted', 'waiting', 'waiting', 'waiting', 'refused'] });
  const members = [candidate, three(2, { health: 'stopped' }), three(3), three(4), three(5)];
  const cut = new Array<boolean>(25).fill(false);
  cut[2 * 5 + 0] = true; // n3 does not reach n1
  const frame = quietFrame(5, 1, { members, cut });
  expect(voteMarks(frame, candidate)).toEqual(['granted', 'unreachable', 'unreachable', 'waiting', 'refused']);
  expect(voteMarks(frame, members[3] as never)).toEqual([]);
});

test('a link is cut one way, both ways or not; a wall is known from a cut by hand', () => {
  const cut = new Array<boolean>(9).fill(false);
  cut[0 * 3 + 1] = true; // 1 → 2
  cut[0 * 3 + 2] = true;
  cut[2 * 3 + 0] = true;
  const walls = [{ id: 1, line: { x1: 0, y1: 0, x2: 1, y2: 1 }, links: [[3, 1] as const], since: 0 }];
  const frame = quietFrame(3, 1, { cut, walls });
  expect([cutState(frame, 1, 2), cutState(frame, 2, 1), cutState(frame, 1, 3), cutState(frame, 2, 3)]).toEqual([
    'forward',
    'backward',
    'both',
    'none',
  ]);
  expect([isWalled(frame, 1, 3), isWalled(frame, 1, 2)]).toEqual([true, false]);
});

test('six entries end at the newest anywhere, and say what this member knows', () => {
  const ahead = memberOf(1, '1 1 1 2 2 2 2 2', 8, { durableIndex: 7, commitIndex: 6, appliedIndex: 5 });
  const behind = memberOf(2, '1 1 1 2', 4, { appliedIndex: 4 });
  const frame = quietFrame(2, 1, { members: [ahead, behind] });
  const window = logWindow(frame, 6);
  expect(window).toEqual([3, 4, 5, 6, 7, 8]);
  expect(miniCells(ahead, window).map((cell) => cell.fill)).toEqual([
    'applied',
    'applied',
    'applied',
    'committed',
    'disk',
    'memory',
  ]);
  expect(miniCells(behind, window).map((cell) => cell.fill)).toEqual(['applied', 'applied', 'none', 'none', 'none', 'none']);
  const stopped = memberOf(1, '1 1 1 2 2 2 2 2', 8, { durableIndex: 7, health: 'stopped' });
  expect(miniCells(stopped, window).map((cell) => cell.fill)).toEqual(['disk', 'disk', 'disk', 'disk', 'disk', 'none']);
});

describe('the followed key', () => {
  const texts = entries(
    [1, 1, 'noop', '', ''],
    [1, 2, 'put', 'color', 'red'],
    [1, 3, 'put', 'color', 'green'],
    [2, 4, 'delete', 'color', ''],
    [2, 5, 'put', 'name', 'etcd'],
    [1, 4, 'put', 'color', 'lost'],
  );
  const one = memberOf(1, '1 1 1 2 2', 5, { appliedIndex: 3, commitIndex: 3 });

  test('is that of the newest put in the most up-to-date log', () => {
    const longerButOlder = memberOf(2, '1 1 1 1 1 1', 6);
    expect(followedKey(quietFrame(2, 1, { members: [longerButOlder, one], texts }))).toBe('name');
    expect(followedKey(quietFrame(1, 1, { texts: new Map() }))).toBeUndefined();
  });

  test('is read at what the member applied, whoever changed it: a put, a transaction, the end of a lease', () => {
    const changes = changesOf([2, 'color', 'red'], [3, 'color', 'green'], [4, 'color', undefined], [5, 'name', 'etcd']);
    const frame = quietFrame(1, 1, { texts, changes });
    const at = (appliedIndex: number, key = 'color') => keptValue(frame, { ...one, appliedIndex }, key);
    expect(at(1)).toEqual({ value: undefined, index: 0 });
    expect(at(2)).toEqual({ value: 'red', index: 2 });
    expect(at(3)).toEqual({ value: 'green', index: 3 });
    expect(at(4)).toEqual({ value: undefined, index: 4 });
    expect(at(5)).toEqual({ value: undefined, index: 4 });
    expect(at(5, 'name')).toEqual({ value: 'etcd', index: 5 });
  });
});

test('where the members began with a store, its values hold until something changes them', () => {
  const begun = {
    index: 3,
    values: new Map([
      ['color', 'red'],
      ['name', 'etcd'],
    ]),
  };
  const texts = entries([2, 4, 'noop', '', ''], [2, 5, 'put', 'color', 'green']);
  const one = memberOf(1, '1 1 1 2 2', 3, { firstIndex: 4 });
  const frame = quietFrame(1, 1, { members: [one], texts, begun, changes: changesOf([5, 'color', 'green']) });
  const at = (appliedIndex: number, key: string) => keptValue(frame, { ...one, appliedIndex }, key).value;
  expect([at(3, 'color'), at(4, 'color'), at(5, 'color'), at(5, 'name'), at(5, 'other')]).toEqual([
    'red',
    'red',
    'green',
    'etcd',
    undefined,
  ]);
  // Whoever joins has nothing of it before it has caught up.
  expect([at(0, 'color'), at(3, 'color')]).toEqual([undefined, 'red']);
  expect(followedKey(frame)).toBe('color');
  expect(followedKey(quietFrame(1, 1, { texts: new Map(), begun }))).toBe('name');
});

test('a timer runs down, and rests where none runs', () => {
  const member = three(1, { timerFrom: 100, timerAt: 300 });
  expect([timerLeft(member, 100), timerLeft(member, 250), timerLeft(member, 400)]).toEqual([1, 0.25, 0]);
  expect(timerLeft(three(1, { timerFrom: 0, timerAt: 0 }), 5)).toBeUndefined();
  expect(timerLeft(three(1, { health: 'stopped' }), 5)).toBeUndefined();
});

test('a leader counts whom it heard within an election timeout', () => {
  const leader = three(2, { role: 'leader', heardAt: [500_000, 0, 0, 1_400_000] });
  expect(heardOfLate(leader, [1, 2, 3, 4], 500_000 + ELECTION_TIMEOUT)).toEqual([false, false, true]);
  expect(heardOfLate(leader, [1, 2, 3, 4], 499_999 + ELECTION_TIMEOUT)).toEqual([true, false, true]);
});

describe('membership', () => {
  const learner = three(4, { isVoter: false, isLearner: true });
  const leading = (match: number) =>
    memberOf(1, '1 '.repeat(20), 20, {
      role: 'leader',
      progress: [undefined, undefined, undefined, { match, next: match + 1, state: 'replicate' }],
    });

  test('a learner says so and has no vote; whoever was removed says so until it ends', () => {
    const removed = three(3, { isVoter: false });
    const candidate = three(1, { role: 'candidate', votes: ['granted', 'waiting', 'waiting', 'waiting'] });
    const frame = quietFrame(4, 1, { members: [candidate, three(2), removed, learner] });
    expect(roleWord(frame, learner)).toEqual({ type: 'learner' });
    expect(roleWord(frame, removed)).toEqual({ type: 'removed' });
    expect(voteMarks(frame, candidate)).toEqual(['granted', 'waiting']);
  });

  test('a learner can be promoted once it has nine tenths of the log (etcd: readyPercentThreshold)', () => {
    const against = (match: number) => {
      const frame = quietFrame(4, 1, { members: [leading(match), three(2), three(3), learner] });
      return membershipVerbs(frame, learner).map((verb) => [verb.id, verb.against?.type]);
    };
    expect(against(17)).toEqual([
      ['promote', 'behind'],
      ['remove', undefined],
    ]);
    expect(against(18)).toEqual([
      ['promote', undefined],
      ['remove', undefined],
    ]);
  });

  test('nobody hands over to who is stopped or cut off, and the only voter stays', () => {
    const cut = new Array<boolean>(9).fill(false);
    cut[0 * 3 + 2] = true;
    const members = [three(1, { role: 'leader' }), three(2, { health: 'stopped' }), three(3)];
    const frame = quietFrame(3, 1, { members, cut });
    const against = (at: number) => membershipVerbs(frame, members[at] as never).map((verb) => verb.against?.type);
    expect([against(0), against(1), against(2)]).toEqual([
      [undefined, undefined],
      ['notRunning', undefined, undefined],
      ['unreachable', undefined, undefined],
    ]);
    const verbs = (at: number) => membershipVerbs(frame, members[at] as never).map((verb) => verb.id);
    expect([verbs(0), verbs(1)]).toEqual([
      ['replace', 'remove'],
      ['makeLeader', 'replace', 'remove'],
    ]);
    const alone = quietFrame(1, 1);
    expect(membershipVerbs(alone, alone.members[0] as never).map((verb) => verb.against?.type)).toEqual(['lastVoter']);
  });
});
