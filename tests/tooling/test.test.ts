// The sum at the end of `npm test`: what the runners' reports come to, and that nothing that did not run counts as passed.
import { describe, expect, it } from 'vitest';
import { tallyPlaywright, tallyVitest } from '../../scripts/test.ts';

describe('a Vitest report', () => {
  const report = (numPassedTests: number, numTotalTests: number) => JSON.stringify({ numPassedTests, numTotalTests });

  it.each([
    ['all passed', report(7, 7), 0, { passed: 7, failed: 0 }],
    ['two failed', report(5, 7), 1, { passed: 5, failed: 2 }],
    ['one skipped, which the runner forgives', report(6, 7), 0, { passed: 6, failed: 1 }],
    ['a file that could not be loaded', report(7, 7), 1, { passed: 7, failed: 1 }],
    ['no test at all', report(0, 0), 0, { passed: 0, failed: 1 }],
  ])('%s', (_what, text, code, tally) => expect(tallyVitest(text, code)).toEqual(tally));
});

describe('a Playwright report', () => {
  const report = (expected: number, unexpected: number, flaky: number, skipped: number) =>
    JSON.stringify({ stats: { expected, unexpected, flaky, skipped } });

  it.each([
    ['all passed', report(3, 0, 0, 0), 0, { passed: 3, failed: 0 }],
    ['one failed', report(2, 1, 0, 0), 1, { passed: 2, failed: 1 }],
    ['one skipped and one that passed the second time', report(1, 0, 1, 1), 0, { passed: 1, failed: 2 }],
    ['a set-up that failed', report(0, 0, 0, 0), 1, { passed: 0, failed: 1 }],
  ])('%s', (_what, text, code, tally) => expect(tallyPlaywright(text, code)).toEqual(tally));
});
