/** A minute of trouble, drawn from a seed: what several drivers have to come to the same end with. */
import { below, createPrng, type Prng, utf8Encode, ZERO_ID } from '../../src/base/index.ts';
import type { Action, JournalEntry, Scenario } from '../../src/sim/index.ts';

const SECOND = 1_000_000;

/** Links of uneven length: the third member lives far away, and one way to it is longer than the other. */
export function unevenScenario(seed: number): Partial<Scenario> {
  return { seed, members: 5, uneven: { '1>3': 45_000, '3>1': 30_000, '2>3': 60_000, '4>5': 4_000 } };
}

/** Puts, gets and deletes through all members, one-way cuts, isolations, crashes of any member, and the way back from all of them. */
export function troubledJournal(seed: number, until: number): readonly JournalEntry[] {
  const prng = createPrng(seed, 'trouble');
  const planned: { at: number; action: Action }[] = [];
  let call = 0;
  for (let at = 1_500_000; at < until; at += 20_000 + below(prng, 120_000)) {
    planned.push({ at, action: command(prng, ++call) });
  }
  for (let at = 3 * SECOND; at < until - 4 * SECOND; at += 2 * SECOND + below(prng, 2 * SECOND)) {
    planned.push(...trouble(prng, at));
  }
  planned.sort((a, b) => a.at - b.at);
  return planned.map(({ at, action }, order) => ({ at, order, action }));
}

/** One command of a console session, at the only address that it knows. */
export function command(prng: Prng, call: number): Action {
  const key = utf8Encode(`k${below(prng, 8)}`);
  const none = utf8Encode('');
  const requests = [
    { type: 'put', key, value: utf8Encode(`v${call}`), lease: ZERO_ID, prevKv: false, ignoreValue: false, ignoreLease: false },
    { type: 'put', key, value: utf8Encode(`w${call}`), lease: ZERO_ID, prevKv: true, ignoreValue: false, ignoreLease: false },
    { type: 'deleteRange', key, rangeEnd: none, prevKv: false },
    {
      type: 'range',
      key,
      rangeEnd: none,
      limit: 0,
      revision: 0,
      sortOrder: 'none',
      sortTarget: 'key',
      serializable: below(prng, 3) === 0,
      keysOnly: false,
      countOnly: false,
      minModRevision: 0,
      maxModRevision: 0,
      minCreateRevision: 0,
      maxCreateRevision: 0,
    },
  ] as const;
  return {
    type: 'call',
    client: 1 + below(prng, 4),
    call,
    endpoints: [1 + below(prng, 5)],
    request: requests[below(prng, requests.length)] ?? requests[0],
    timeout: 5 * SECOND,
    requireLeader: false,
    text: '',
  };
}

function trouble(prng: Prng, at: number): { at: number; action: Action }[] {
  const member = 1 + below(prng, 5);
  const other = 1 + ((member + below(prng, 4)) % 5);
  const back = at + 500_000 + below(prng, 3 * SECOND);
  const others = [1, 2, 3, 4, 5].filter((each) => each !== member);
  const links = others.flatMap((each) => [[member, each] as const, [each, member] as const]);
  switch (below(prng, 3)) {
    case 0:
      return [
        { at, action: { type: 'crash', member } },
        { at: back, action: { type: 'restart', member } },
      ];
    case 1:
      return [
        { at, action: { type: 'cut', cause: `isolate:${member}`, links } },
        { at: back, action: { type: 'heal', cause: `isolate:${member}`, links } },
      ];
    default:
      return [
        { at, action: { type: 'cut', cause: 'hand', links: [[member, other]] } },
        { at: back, action: { type: 'heal', cause: 'all', links: [[member, other]] } },
      ];
  }
}
