/** Who decides and who learns: quorums of voters alone, both halves of a joint configuration, what was compacted. Raft §6, §7. */
import { expect, it } from 'vitest';
import { chunkPush, createChunks } from '../../src/base/index.ts';
import { catchUp, explain, type Frame, freePlace, logGrid, neededNow, presentOrdinals, standingOf } from '../../src/view/index.ts';
import { frameOf, islandOf, memberOf } from './buildFrame.ts';

const learning = { isVoter: false, isLearner: true };
const config = (voters: readonly number[], more: Partial<Frame['config']> = {}): Frame['config'] => ({
  index: 1,
  voters,
  votersOutgoing: [],
  learners: [],
  learnersNext: [],
  unplacedVoters: 0,
  unplacedOutgoing: 0,
  ...more,
});

it('counts voters alone: a learner that has the entry fills no place', () => {
  const ack = (match: number) => ({ match, next: match + 1, state: 'replicate' as const });
  const frame = frameOf(
    [
      memberOf(1, '1 1 1', 2, { role: 'leader', progress: [undefined, ack(2), ack(2), ack(3)] }),
      memberOf(2, '1 1', 2),
      memberOf(3, '1 1', 2),
      memberOf(4, '1 1 1', 2, learning),
    ],
    { config: config([1, 2, 3], { learners: [4] }), quorum: 2, islands: [islandOf('A', [1, 2, 3, 4], 3, 1)] },
  );
  const fact = neededNow(frame);
  expect(fact).toMatchObject({ type: 'commit', needed: 2, have: 1, learners: [{ member: 4, state: 'counted' }], joint: [] });
  // And it may fail as it likes: of three voters one may.
  const calm = { ...frame, members: frame.members.map((member) => ({ ...member, log: memberOf(1, '1 1', 2).log })) };
  expect(neededNow(calm)).toMatchObject({ type: 'calm', members: 3, running: 3, spare: 1 });
  expect(fact.type === 'commit' && fact.voters.map((voter) => voter.member)).toEqual([1, 2, 3]);
});

it('asks both halves of a joint configuration, and names the one that lacks more', () => {
  const ack = (match: number) => ({ match, next: match + 1, state: 'replicate' as const });
  const frame = frameOf(
    [
      memberOf(1, '1 1 1', 2, { role: 'leader', progress: [undefined, ack(3), ack(2), ack(2), ack(2)] }),
      memberOf(2, '1 1 1', 2),
      memberOf(3, '1 1', 2),
      memberOf(4, '1 1', 2),
      memberOf(5, '1 1', 2),
    ],
    { config: config([1, 4, 5], { votersOutgoing: [1, 2, 3] }), quorum: 2 },
  );
  const fact = neededNow(frame);
  expect(fact).toMatchObject({
    type: 'commit',
    have: 1,
    joint: [
      { side: 'old', needed: 2, have: 2 },
      { side: 'new', needed: 2, have: 1 },
    ],
  });
  const quiet = { ...frame, members: frame.members.map((member) => ({ ...member, log: memberOf(1, '1 1', 2).log })) };
  expect(neededNow(quiet)).toMatchObject({ type: 'joint' });
  expect(explain(quiet)).toMatchObject({ note: { type: 'joint' }, why: { old: 2, new: 2 } });
});

it('shows what was compacted as that, with the snapshot at its end, and takes it for no contradiction', () => {
  const log = createChunks<number>(4);
  for (const term of [1, 2, 2]) chunkPush(log, term); // the first stands for what the snapshot holds up to 4
  const leader = memberOf(1, '', 6, { log, firstIndex: 5, term: 2, role: 'leader', durableIndex: 6 });
  const late = memberOf(2, '1 1', 2);
  const frame = frameOf([leader, late, memberOf(3, '1 1 1 1 2 2', 6)]);
  const [row] = logGrid(frame, { columns: 6, older: 0, last: 6 }).groups[0]?.rows ?? [];
  expect(row?.cells.map((cell) => cell.compacted)).toEqual(['yes', 'yes', 'yes', 'last', 'no', 'no']);
  expect(row?.cells.map((cell) => cell.fill)).toEqual([undefined, undefined, undefined, undefined, 'applied', 'applied']);
  expect(catchUp(frame, late)).toBe('snapshot');
  expect(neededNow(frame).type).not.toBe('twice');
  expect(explain(frame)).toMatchObject({ note: { type: 'catchesUp', member: 'n2' }, why: { type: 'snapshot', index: 4 } });
});

it('gives the removed no place once it has ended, and the next one the lowest free place', () => {
  const gone = memberOf(2, '1', 1, { isVoter: false, health: 'stopped' });
  const frame = frameOf([memberOf(1, '1', 1), gone, memberOf(3, '1', 1, { ...learning, hasStarted: false, health: 'stopped' })]);
  expect(frame.members.map(standingOf)).toEqual(['voter', 'removed', 'joining']);
  expect(presentOrdinals(frame)).toEqual([1, 3]);
  expect(freePlace(frame)).toBe(4);
  const nine = frameOf(Array.from({ length: 9 }, (_, i) => (i === 1 ? gone : memberOf(i + 1, '1', 1))));
  expect(freePlace(nine)).toBe(2);
});
