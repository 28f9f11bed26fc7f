// Somebody may act while the run's own journal still plans for later, as in the page's opening: what is planned happens all the
// same, and the journal that came of it repeats the run.
import { describe, expect, it } from 'vitest';
import { utf8Encode, ZERO_ID } from '../../src/base/index.ts';
import {
  actInline,
  advanceInline,
  createInlineRun,
  digestsInline,
  freshScenario,
  type JournalEntry,
  MILLISECOND,
  SECOND,
  traceDigest,
} from '../../src/sim/index.ts';

const put = (at: number, order: number, value: string): JournalEntry => ({
  at,
  order,
  action: {
    type: 'call',
    client: 1,
    call: order + 1,
    endpoints: [1],
    request: {
      type: 'put',
      key: utf8Encode('color'),
      value: utf8Encode(value),
      lease: ZERO_ID,
      prevKv: false,
      ignoreValue: false,
      ignoreLease: false,
    },
    timeout: 5 * SECOND,
    requireLeader: false,
    text: '',
  },
});

describe('acting while something is planned', () => {
  it('comes before what is planned for later, and after what is planned for now', () => {
    const scenario = freshScenario(3, 5);
    const run = createInlineRun(scenario, { journal: [put(3_000 * MILLISECOND, 0, 'a'), put(4_000 * MILLISECOND, 1, 'b')] });
    advanceInline(run, 3_000 * MILLISECOND);
    expect(actInline(run, { type: 'crash', member: 3 })).toMatchObject({ at: 3_000 * MILLISECOND, order: 1 });
    advanceInline(run, 3_500 * MILLISECOND);
    expect(actInline(run, { type: 'restart', member: 3 })).toMatchObject({ at: 3_500 * MILLISECOND, order: 2 });
    const { actions, news } = advanceInline(run, 6 * SECOND);
    expect(actions.map(({ at, order, action }) => [at, order, action.type])).toEqual([
      [3_500 * MILLISECOND, 2, 'restart'],
      [4_000 * MILLISECOND, 3, 'call'],
    ]);
    expect(news.map((item) => [item.type, item.call])).toContainEqual(['end', 2]);

    const again = createInlineRun(scenario, { journal: run.kernel.journal });
    advanceInline(again, 6 * SECOND);
    expect(traceDigest(again.kernel.hash)).toBe(traceDigest(run.kernel.hash));
    expect(digestsInline(again)).toEqual(digestsInline(run));
  });
});
