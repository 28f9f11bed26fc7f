/** The past: the run repeated beside the live one, asked for what any member was at any time, dead ones included. */
import { expect, test } from 'vitest';
import { type FaultKind, planRun } from '../../src/cli/sim/plan.ts';
import {
  advanceInline,
  createHistory,
  createInlineRun,
  digestsAt,
  digestsInline,
  followRun,
  memberAt,
  SECOND,
  type SimTime,
  traceDigest,
} from '../../src/sim/index.ts';

const plan = planRun({
  seed: 11,
  members: 3,
  duration: 40 * SECOND,
  faults: new Set<FaultKind>(['crash', 'partition', 'pause']),
  clients: 3,
  rate: 8,
});
const END = 42 * SECOND;

test('is the live run, at every time', () => {
  const live = createInlineRun(plan.scenario, { journal: plan.journal });
  const history = createHistory(plan.scenario);
  const crash = plan.journal.find(({ action }) => action.type === 'crash');
  const crashedAt = crash?.at ?? 0;
  expect(crashedAt).toBeGreaterThan(2 * SECOND);
  const moments = [1, 2 * SECOND, crashedAt, crashedAt + 1, 10 * SECOND, 10 * SECOND + 1, 29_999_999, 40 * SECOND, END];
  const seen = new Map<SimTime, string[]>();
  let followed = 0;
  for (const moment of moments.sort((a, b) => a - b)) {
    advanceInline(live, moment);
    seen.set(moment, digestsInline(live));
    const entries = plan.journal.filter(({ at }) => at < moment).slice(followed);
    followed += entries.length;
    expect(followRun(history, entries, moment)).toBe(traceDigest(live.kernel.hash));
  }
  for (const moment of [...moments].reverse()) expect(digestsAt(history, moment)).toEqual(seen.get(moment));
  // Asking disturbs nothing.
  expect(traceDigest(history.run.kernel.hash)).toBe(traceDigest(live.kernel.hash));
  expect(digestsInline(history.run)).toEqual(digestsInline(live));
});

test('knows what a member was before it was crashed', () => {
  const history = createHistory(plan.scenario);
  followRun(history, plan.journal, END);
  const crash = plan.journal.find(({ action, at }) => action.type === 'crash' && at > 8 * SECOND);
  if (crash?.action.type !== 'crash') throw new Error('the plan has a crash');
  const { member } = crash.action;
  const before = memberAt(history, member, crash.at);
  expect(before.isUp).toBe(true);
  expect(before.revision).toBeGreaterThan(1);
  expect(before.pairs.length).toBeGreaterThan(0);
  expect(before.digest).toBe(digestsAt(history, crash.at)[member - 1]);
  const after = memberAt(history, member, crash.at + 1);
  expect(after).toEqual({ isUp: false, revision: 0, pairs: [], digest: '' });
});
