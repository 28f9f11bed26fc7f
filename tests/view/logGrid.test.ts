/** The log grid: what each member knows of its own entries, which columns are shown, what will be replaced, who stands with whom. */
import { describe, expect, it } from 'vitest';
import { fillAt, logGrid, logWindow, termRuns } from '../../src/view/index.ts';
import { cutBetween, frameOf, islandOf, logOf, memberOf, textsOf } from './buildFrame.ts';

const leader = { role: 'leader' } as const;

/** Design's partition: n1 and n2 hold a put of term 3 at 8, n3 to n5 committed term 4's entry there. */
function partition() {
  return frameOf(
    [
      memberOf(1, '1 1 1 1 1 3 3 3', 7, leader),
      memberOf(2, '1 1 1 1 1 3 3 3', 7),
      memberOf(3, '1 1 1 1 1 3 3 4', 8),
      memberOf(4, '1 1 1 1 1 3 3 4 4', 8, leader),
      memberOf(5, '1 1 1 1 1 3 3 4', 8),
    ],
    { islands: [islandOf('A', [1, 2], 5, 1), islandOf('B', [3, 4, 5], 5, 4)], cut: cutBetween(5, [1, 2], [3, 4, 5]) },
  );
}

describe('fill', () => {
  it('goes from memory to disk to committed to applied, by what this member knows', () => {
    const member = memberOf(1, '1 1 1 1 1', 3, { appliedIndex: 2, durableIndex: 4 });
    expect([1, 2, 3, 4, 5, 6].map((index) => fillAt(member, index))).toEqual([
      'applied',
      'applied',
      'committed',
      'disk',
      'memory',
      undefined,
    ]);
  });

  it('of a stopped member is what its disk holds, whatever it knew', () => {
    const member = memberOf(1, '1 1 1', 3, { health: 'stopped', durableIndex: 2 });
    expect([1, 2, 3].map((index) => fillAt(member, index))).toEqual(['disk', 'disk', undefined]);
  });
});

describe('columns', () => {
  it('end at the place after the commit line when all is committed', () => {
    const frame = frameOf([
      memberOf(1, '1 1 1 1 1 1 1', 7, leader),
      memberOf(2, '1 1 1 1 1 1 1', 7),
      memberOf(3, '1 1 1 1 1 1 1', 7),
    ]);
    expect(logWindow(frame, { columns: 4, older: 0, last: undefined })).toEqual({ first: 5, last: 8 });
  });

  it('never lose the commit line to a long uncommitted tail, and count what is beyond', () => {
    const frame = frameOf([memberOf(1, '1 '.repeat(40), 10, leader), memberOf(2, '1 1', 2), memberOf(3, '1 1', 2)]);
    const grid = logGrid(frame, { columns: 4, older: 5, last: undefined });
    expect([grid.first, grid.last, grid.flag, grid.beyond]).toEqual([9, 12, 10, 28]);
    expect(grid.groups[0]?.rows[0]?.older.map((cell) => cell.index)).toEqual([4, 5, 6, 7, 8]);
  });

  it('scroll back as far as the first entry and no further', () => {
    const frame = frameOf([memberOf(1, '1 1 1 1 1 1 1', 7, leader), memberOf(2, '', 0), memberOf(3, '', 0)]);
    expect(logWindow(frame, { columns: 3, older: 0, last: -20 })).toEqual({ first: 1, last: 3 });
    expect(logWindow(frame, { columns: 3, older: 0, last: 500 })).toEqual({ first: 6, last: 8 });
  });
});

describe('islands', () => {
  it('group the rows, crown the stale leader hollow, and mark what will be replaced', () => {
    const grid = logGrid(partition(), { columns: 3, older: 0, last: undefined });
    expect(grid.groups.map((group) => [group.label, group.hasQuorum, group.rows.map((row) => row.name)])).toEqual([
      ['A', false, ['n1', 'n2']],
      ['B', true, ['n3', 'n4', 'n5']],
    ]);
    const rows = grid.groups.flatMap((group) => group.rows);
    expect(rows.map((row) => row.crown)).toEqual(['hollow', 'none', 'none', 'solid', 'none']);
    expect(
      rows.map((row) => row.cells.map((cell) => `${cell.term}${cell.replacedBy === 0 ? '' : `>${cell.replacedBy}`}`).join(' ')),
    ).toEqual(['3 3>4 0', '3 3>4 0', '3 4 0', '3 4 4', '3 4 0']);
  });

  it('keep a stopped member with those that its links reach', () => {
    const base = partition();
    const members = base.members.map((member) => (member.ordinal === 2 ? { ...member, health: 'stopped' as const } : member));
    const islands = [islandOf('A', [1], 5, 1), islandOf('B', [3, 4, 5], 5, 4)];
    const grid = logGrid({ ...base, members, islands }, { columns: 2, older: 0, last: undefined });
    expect(grid.groups.map((group) => group.rows.map((row) => row.name))).toEqual([
      ['n1', 'n2'],
      ['n3', 'n4', 'n5'],
    ]);
  });
});

it('names an entry by its term and index, never by its index alone', () => {
  const texts = textsOf(
    { term: 3, index: 8, kind: 'put', key: 'color', value: 'red', call: 4 },
    { term: 4, index: 8, kind: 'noop', key: '', value: '', call: 0 },
  );
  const grid = logGrid({ ...partition(), texts }, { columns: 2, older: 0, last: undefined });
  const at8 = grid.groups.flatMap((group) => group.rows).map((row) => row.cells[0]);
  expect(at8.map((cell) => `${cell?.kind} ${cell?.value}`)).toEqual(['put red', 'put red', 'noop ', 'noop ', 'noop ']);
});

it('tells the terms of a long log without walking it', () => {
  const frame = frameOf([
    memberOf(1, '1', 1),
    { ...memberOf(2, '', 0), log: logOf(`${'1 '.repeat(300)}${'2 '.repeat(5)}${'7 '.repeat(400)}`) },
  ]);
  expect(termRuns(frame)).toEqual([
    { term: 1, from: 1, to: 300 },
    { term: 2, from: 301, to: 305 },
    { term: 7, from: 306, to: 705 },
  ]);
  expect(termRuns(frame, 2).map((run) => [run.from, run.to])).toEqual([
    [1, 305],
    [306, 705],
  ]);
});
