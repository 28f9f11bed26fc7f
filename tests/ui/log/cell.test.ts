/** What a cell of the log says in words. */
import { expect, test } from 'vitest';
import { ENGLISH } from '../../../src/i18n/index.ts';
import { describeCell } from '../../../src/ui/log/LogCell.tsx';
import { logGrid } from '../../../src/view/index.ts';
import { frameOf, memberOf, textsOf } from '../../view/buildFrame.ts';

test('an entry that was applied says which revision it made, or that no key changed', () => {
  const text = (index: number, kind: 'put' | 'txn' | 'noop', key: string) => ({ term: 1, index, kind, key, value: 'v', call: 0 });
  const members = [memberOf(1, '1 1 1 1', 4, { role: 'leader' }), memberOf(2, '1 1 1 1', 4, { appliedIndex: 1 })];
  const texts = textsOf(text(1, 'noop', ''), text(2, 'put', 'a'), text(3, 'put', 'b'), text(4, 'txn', ''));
  const frame = frameOf(members, { texts, revisionAt: new Map([[2, 5]]) });
  const { groups } = logGrid(frame, { columns: 5, older: 0, last: undefined });
  const said = groups[0]?.rows.flatMap(({ name, cells }) => cells.slice(0, 4).map((cell) => describeCell(ENGLISH, name, cell)));
  expect(said?.map((line) => line.split(' · ').slice(3).join(' · '))).toEqual([
    'n1 has applied it',
    'n1 has applied it · revision 5',
    'n1 has applied it · no key changed',
    'n1 has applied it · no key changed',
    'n2 has applied it',
    'n2 knows that it is committed',
    'n2 knows that it is committed',
    'n2 knows that it is committed',
  ]);
});
