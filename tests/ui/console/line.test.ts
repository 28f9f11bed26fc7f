/** What is typed: keys as in a shell, the key that the stage follows, and words for every hint. */
import { describe, expect, it } from 'vitest';
import { helpKeys } from '../../../src/console/index.ts';
import { ENGLISH, loadWords } from '../../../src/i18n/index.ts';
import { keyOf } from '../../../src/ui/console/followed.ts';
import { sayHint } from '../../../src/ui/console/hintText.ts';
import { editByControl, insert } from '../../../src/ui/console/keys.ts';
import { describeHelp } from '../../../src/ui/console/shelf.ts';
import { sayClock } from '../../../src/ui/console/WaitingCall.tsx';

describe('keys', () => {
  const line = { text: 'put color red', from: 4, to: 9 };

  it('Ctrl-A, E, U and K move and cut round the caret', () => {
    expect(editByControl('a', line)).toEqual({ text: 'put color red', from: 0, to: 0 });
    expect(editByControl('E', line)).toEqual({ text: 'put color red', from: 13, to: 13 });
    expect(editByControl('u', line)).toEqual({ text: ' red', from: 0, to: 0 });
    expect(editByControl('k', line)).toEqual({ text: 'put ', from: 4, to: 4 });
    expect(editByControl('t', line)).toBeUndefined();
  });

  it('what is inserted takes the place of what was selected', () => {
    expect(insert(line, 'name')).toEqual({ text: 'put name red', from: 8, to: 8 });
  });
});

describe('the followed key', () => {
  it('is the one that a put, get or del is about', () => {
    expect(keyOf('etcdctl put "a key" 1')).toBe('a key');
    expect(keyOf('get --rev 3 color')).toBe('color');
    expect(keyOf('get -w json --consistency=s color')).toBe('color');
    expect(keyOf('del -- -dash')).toBe('-dash');
    expect(keyOf('put a 1\nput b 2\nversion')).toBe('b');
  });

  it('is none for many keys, other commands and what cannot be read', () => {
    for (const text of ['get a --prefix', 'get a z', 'watch a', 'member list', 'put', 'get ""', 'put "a', ''])
      expect(keyOf(text)).toBeUndefined();
  });
});

it('a deadline says whom the member reached, for a write that it may still survive, and for a read what would answer', () => {
  const deadline = { code: 'deadline', endpoints: ['n1:2379'], timeout: 5_000_000 } as const;
  const reach = { isUp: true, reached: 2, voters: 5, needed: 3, hasQuorum: false };
  expect(sayHint(ENGLISH, { ...deadline, request: 'put' })).toBe(
    'n1 did not answer within 5 s. The write may still be lost or survive: a timeout does not tell.',
  );
  expect(sayHint(ENGLISH, { ...deadline, request: 'txn', reach })).toBe(
    'n1 did not answer within 5 s. n1 reaches 2 of 5 voters, itself included: 1 fewer than the 3 of a quorum. Start members, heal links, or ask a member on the other side.',
  );
  expect(sayHint(ENGLISH, { ...deadline, request: 'range', reach: { ...reach, isUp: false } })).toMatch(
    /^n1 did not answer within 5 s\. No process runs at n1\. A read waits .*--consistency=s/,
  );
  expect(sayHint(ENGLISH, { ...deadline, request: 'range', reach: { ...reach, reached: 3, hasQuorum: true } })).toContain(
    'enough for a quorum',
  );
});

it('a change of members that came too early says what to wait for, and who is away', async () => {
  const hint = { code: 'unhealthy', request: 'memberAdd', endpoints: ['n2:2379'] } as const;
  const reach = { isUp: true, reached: 2, voters: 5, needed: 3, hasQuorum: false };
  expect(sayHint(ENGLISH, hint)).toMatch(/connected for 5 s .* Let 5 s pass/);
  expect(sayHint(ENGLISH, { ...hint, reach: { ...reach, reached: 5, hasQuorum: true } })).toBe(sayHint(ENGLISH, hint));
  expect(sayHint(await loadWords('zh'), { ...hint, reach })).toMatch(/5 秒.*5 个投票成员中的 2 个.*还差 1 个/);
});

it('what a member refuses, and what is not closed, has words', () => {
  expect(sayHint(ENGLISH, { code: 'refused', error: 'canceled' })).toBe(ENGLISH.hints.refused.other);
  expect(sayHint(ENGLISH, { code: 'unclosedQuote', quote: '"', at: 0 })).toBe(
    'Close it with another ", or put a backslash before it: \\"',
  );
});

it('what waits is timed once it is worth telling', () => {
  const wait = { sentAt: 1_000_000, deadline: 6_000_000 };
  expect(sayClock(ENGLISH.console, 1_300_000, wait)).toBe('');
  expect(sayClock(ENGLISH.console, 2_600_000, wait)).toBe('1.6 of 5 s');
  expect(sayClock(ENGLISH.console, 2_600_000, { ...wait, deadline: 0 })).toBe('1.6 s');
});

it('everything that help can name is described in both languages', async () => {
  for (const words of [ENGLISH, await loadWords('zh')]) {
    const bare = helpKeys().filter((key) => describeHelp(words, key) === (key.kind === 'flag' ? key.flag : key.command));
    expect(bare).toEqual([]);
  }
});
