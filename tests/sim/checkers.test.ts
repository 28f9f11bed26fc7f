/** The checkers themselves, on histories and rows made up for them: right ones pass, each kind of wrong one is named. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkAgreement,
  checkLogs,
  checkRows,
  checkStores,
  createSafetyChecker,
  isLinearizable,
  MESSAGE_CODE,
  makeRow,
  type RegisterOperation,
  ROLE_CODE,
  ROW_KIND,
  type Row,
  SECOND,
} from '../../src/sim/index.ts';
import { act, ask, type Cluster, createLedCluster, pass, put as putRequest } from './support.ts';

const put = (called: number, returned: number, value: string): RegisterOperation => ({ type: 'put', called, returned, value });
const get = (called: number, returned: number, value: string | undefined): RegisterOperation => ({
  type: 'get',
  called,
  returned,
  value,
});
const del = (called: number, returned: number, found: boolean | undefined): RegisterOperation => ({
  type: 'delete',
  called,
  returned,
  found,
});
const NEVER = Number.POSITIVE_INFINITY;

describe('linearizability of one key', () => {
  test.each<[string, boolean, RegisterOperation[]]>([
    ['nothing', true, []],
    ['a write, then its read', true, [put(0, 1, 'a'), get(2, 3, 'a')]],
    ['a read of what nobody wrote', false, [get(2, 3, 'a')]],
    ['a read before the write was called', false, [get(0, 1, 'a'), put(2, 3, 'a')]],
    ['a read beside the write, before or after it', true, [put(0, 9, 'a'), get(1, 2, undefined), get(3, 4, 'a')]],
    ['back to the old value', false, [put(0, 9, 'a'), get(1, 2, 'a'), get(3, 4, undefined)]],
    ['a stale read', false, [put(0, 1, 'a'), put(2, 3, 'b'), get(4, 5, 'a')]],
    ['writes side by side, seen in both orders', false, [put(0, 9, 'a'), put(0, 9, 'b'), get(10, 11, 'a'), get(12, 13, 'b')]],
    ['writes side by side', true, [put(0, 9, 'a'), put(0, 9, 'b'), get(10, 11, 'a')]],
    ['an unanswered write that took effect late', true, [put(0, NEVER, 'a'), get(50, 51, undefined), get(60, 61, 'a')]],
    ['an unanswered write that came and went', false, [put(0, NEVER, 'a'), get(1, 2, 'a'), get(3, 4, undefined)]],
    ['a delete', true, [put(0, 1, 'a'), del(2, 3, true), get(4, 5, undefined)]],
    ['a delete that did nothing', false, [put(0, 1, 'a'), del(2, 3, false)]],
    ['a delete that found nothing there', false, [del(2, 3, true)]],
    ['a delete that found an unanswered write', true, [put(0, NEVER, 'a'), del(2, 3, true)]],
    ['an unanswered delete', true, [put(0, 1, 'a'), del(2, NEVER, undefined), get(4, 5, 'a'), get(6, 7, undefined)]],
    ['returns and calls in one instant overlap', true, [put(0, 5, 'a'), get(5, 6, undefined)]],
  ])('%s: %s', (_, expected, operations) => {
    expect(isLinearizable(operations)).toBe(expected);
  });

  test('what came of one register at one instant each is linearizable, and a wrong answer in it is not', () => {
    const operation = fc.record({
      kind: fc.constantFrom('put', 'get', 'delete'),
      at: fc.integer({ min: 0, max: 1_000 }),
      before: fc.integer({ min: 0, max: 60 }),
      after: fc.integer({ min: 0, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 40 }), fc.nat(), (drawn, which) => {
        // Instants of their own: doubled, and told apart by position.
        const points = drawn.map((item, i) => ({ ...item, at: item.at * 100 + i })).sort((a, b) => a.at - b.at);
        let value: string | undefined;
        const history = points.map(({ kind, at, before, after }, i): RegisterOperation => {
          const times = [at - before * 100, at + after * 100 + 1] as const;
          if (kind === 'put') {
            value = `v${i}`;
            return put(...times, value);
          }
          if (kind === 'get') return get(...times, value);
          const found = value !== undefined;
          value = undefined;
          return del(...times, found);
        });
        expect(isLinearizable(history)).toBe(true);
        const reads = history.filter((item) => item.type === 'get');
        const wrong = reads[which % Math.max(1, reads.length)];
        if (wrong === undefined) return;
        expect(isLinearizable(history.map((item) => (item === wrong ? { ...wrong, value: 'nobody wrote that' } : item)))).toBe(
          false,
        );
      }),
      { numRuns: 300 },
    );
  });
});

/** Rules broken by rows, of three members. */
function brokenBy(rows: readonly Row[]): string[] {
  const checker = createSafetyChecker(3);
  checkRows(checker, rows);
  return [...new Set(checker.violations.map(({ rule }) => rule))];
}

const row = (time: number, kind: keyof typeof ROW_KIND, fields: Partial<Row>) => makeRow(time, ROW_KIND[kind], fields);
const lead = (time: number, a: number, term: number) => row(time, 'role', { a, term, p: ROLE_CODE.StateLeader, q: a, r: a });
const follow = (time: number, a: number, term: number) => row(time, 'role', { a, term, p: ROLE_CODE.StateFollower });
const append = (time: number, a: number, term: number, index: number) => [
  row(time, 'append', { a, term, index, p: 1 }),
  row(time, 'durable', { a, index }),
];
const commit = (time: number, a: number, index: number) => row(time, 'commit', { a, index });
const boots = [1, 2, 3].map((a) => row(0, 'boot', { a }));

/** Member 1 leads term 1; its entry at 1 is on 1 and 2. */
const beginning = [...boots, ...append(5, 1, 1, 1), lead(5, 1, 1), follow(7, 2, 1), follow(7, 3, 1), ...append(10, 2, 1, 1)];

describe('Raft’s promises from rows', () => {
  test.each<[string, string[], Row[]]>([
    ['a commit by a majority', [], [...beginning, commit(20, 1, 1), commit(25, 2, 1), row(26, 'apply', { a: 2, index: 1 })]],
    ['two leaders of one term', ['electionSafety'], [...beginning, lead(30, 2, 1)]],
    ['a leader of another term', [], [...beginning, commit(20, 1, 1), lead(30, 2, 2)]],
    [
      'two votes in one term',
      ['oneVote'],
      [...boots, ...[1, 2].map((b) => row(b, 'send', { a: 3, b, term: 4, p: MESSAGE_CODE.voteGranted }))],
    ],
    [
      'two votes in one term, with a crash between them',
      ['oneVote'],
      [
        ...boots,
        row(1, 'role', { a: 3, term: 4, q: 1 }),
        row(2, 'stop', { a: 3 }),
        row(3, 'boot', { a: 3 }),
        row(4, 'role', { a: 3, term: 4, q: 2 }),
      ],
    ],
    ['a leader that cuts its log', ['leaderAppendOnly'], [...beginning, row(30, 'truncate', { a: 1, index: 1 }), commit(40, 2, 0)]],
    [
      'a leader that steps down and cuts its log in one instant',
      [],
      [...beginning, row(30, 'truncate', { a: 1, index: 1 }), follow(30, 1, 2), commit(40, 2, 0)],
    ],
    [
      'logs that agree at an entry and differ before it',
      ['logMatching'],
      [...boots, ...append(1, 1, 1, 1), ...append(2, 1, 2, 2), ...append(3, 2, 2, 1), ...append(4, 2, 2, 2)],
    ],
    ['a leader without what was committed', ['leaderCompleteness'], [...beginning, commit(20, 1, 1), lead(30, 3, 2)]],
    [
      'a late winner of an old term',
      [],
      [...boots, follow(1, 1, 2), ...append(5, 1, 2, 1), lead(5, 1, 2), ...append(6, 2, 2, 1), commit(20, 1, 1), lead(21, 3, 1)],
    ],
    [
      'two committed entries at one index',
      ['stateMachineSafety'],
      [...beginning, commit(20, 1, 1), ...append(30, 3, 2, 1), commit(40, 3, 1)],
    ],
    ['a commit of one disk', ['quorumCommit'], [...boots, ...append(5, 1, 1, 1), lead(5, 1, 1), commit(20, 1, 1)]],
    [
      'a commit that is cut off',
      ['committedStays'],
      [...beginning, commit(20, 1, 1), commit(21, 2, 1), row(30, 'truncate', { a: 2, index: 1 })],
    ],
    ['a disk that forgot', ['durability'], [...beginning, row(30, 'stop', { a: 2 }), row(40, 'boot', { a: 2 }), follow(41, 2, 1)]],
    [
      'a disk that lost what was not synced',
      [],
      [
        ...beginning,
        row(29, 'append', { a: 2, term: 1, index: 2, p: 1 }),
        row(30, 'stop', { a: 2 }),
        row(40, 'boot', { a: 2 }),
        row(40, 'append', { a: 2, term: 1, index: 1, p: 1, q: 1 }),
        follow(41, 2, 1),
      ],
    ],
    [
      'an apply ahead of the commit',
      ['applyCommitted', 'stateMachineSafety'],
      [...beginning, row(20, 'apply', { a: 2, index: 1 })],
    ],
  ])('%s', (_, expected, rows) => {
    expect(brokenBy(rows)).toEqual(expected);
  });

  test('counts what happened', () => {
    const checker = createSafetyChecker(3);
    checkRows(checker, [
      ...beginning,
      commit(20, 1, 1),
      row(30, 'truncate', { a: 3, index: 1 }),
      lead(35, 2, 2),
      row(40, 'stop', { a: 1 }),
    ]);
    expect(checker.seen).toEqual({ leaderChanges: 1, crashes: 1, overwritten: 0, committed: 1, lost: 0, snapshots: 0 });
  });
});

describe('members side by side', () => {
  const membersOf = ({ run }: Cluster) => new Map([...run.hosts].map(([ordinal, { member }]) => [ordinal, member]));
  /** The same cluster, of which one is told this value. */
  const told = (value: string) => {
    const cluster = createLedCluster(3);
    ask(cluster, putRequest('k', value), [1]);
    pass(cluster, 2 * SECOND);
    return cluster;
  };

  test('agree when they are at rest, and not while one is away', () => {
    const cluster = told('v');
    const check = () => checkAgreement(membersOf(cluster), 3, 0).map(({ rule }) => rule);
    expect(check()).toEqual([]);
    act(cluster, { type: 'crash', member: 2 });
    pass(cluster, 1);
    expect(check()).toEqual(['agreement']);
  });

  test('of two histories are told apart, in the log and in the store', () => {
    const [one, other] = [told('v'), told('w')];
    const mixed = membersOf(one);
    expect([checkLogs(mixed, 0), checkStores(mixed, 0)]).toEqual([[], []]);
    const stranger = membersOf(other).get(3);
    if (stranger === undefined) throw new Error('there are three members');
    mixed.set(3, stranger);
    expect(checkLogs(mixed, 0)).toMatchObject([{ rule: 'logMatching', members: [1, 3], index: 2 }]);
    expect(checkStores(mixed, 0)).toMatchObject([{ rule: 'stateMachineSafety', members: [1, 3], index: 2 }]);
    expect(checkAgreement(mixed, 3, 0).map(({ rule }) => rule)).toEqual(['agreement']);
  });
});
