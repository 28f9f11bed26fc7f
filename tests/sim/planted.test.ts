/** Bent rules, one at a time, through the engine's own door for them: the checkers have to notice, each in its own way. */
import { describe, expect, test } from 'vitest';
import { runExperiment } from '../../src/cli/sim/experiment.ts';
import { planRun } from '../../src/cli/sim/plan.ts';
import { etcdRules, type RaftRules } from '../../src/engine/raft/index.ts';
import { etcdServerRules, type ServerRules } from '../../src/engine/server/index.ts';
import { type CheckedRule, type KernelRules, SECOND } from '../../src/sim/index.ts';

function bent(raft: Partial<RaftRules>, server: Partial<ServerRules> = {}): KernelRules {
  return { raft: { ...etcdRules, ...raft }, server: { ...etcdServerRules, ...server } };
}

/** Promises that were broken in the first seeds of a bent cluster; it stops at the first seed that breaks `wanted`. */
function brokenBy(
  rules: KernelRules,
  wanted: CheckedRule,
  { storage = 'sync' as 'sync' | 'async', rate = 10 } = {},
): CheckedRule[] {
  const broken = new Set<CheckedRule>();
  for (let seed = 1; seed <= 40 && !broken.has(wanted); seed++) {
    const members = seed % 2 === 0 ? 3 : 5;
    const faults = new Set(['crash', 'cut', 'partition'] as const);
    const plan = planRun({ seed, members, duration: 20 * SECOND, faults, clients: 4, rate, storage });
    for (const { rule } of runExperiment(plan, { rules }).violations) broken.add(rule);
  }
  return [...broken];
}

describe('an engine that breaks a rule is caught', () => {
  test.each<[string, KernelRules, CheckedRule]>([
    ['answers before the commit: not there afterwards', bent({}, { mayAnswerWrite: () => true }), 'readBack'],
    ['answers before the commit: no order explains it', bent({}, { mayAnswerWrite: () => true }), 'linearizability'],
    ['answers before the commit: revisions twice', bent({}, { mayAnswerWrite: () => true }), 'revisionOrder'],
    ['commits with half of the members', bent({ quorumSize: (n) => Math.floor(n / 2) }), 'quorumCommit'],
    ['elects with half of the members', bent({ quorumSize: (n) => Math.floor(n / 2) }), 'electionSafety'],
    ['lets anybody lead', bent({ quorumSize: () => 1 }), 'leaderCompleteness'],
    ['votes twice in a term', bent({ isVoteFree: () => true }), 'oneVote'],
    ['votes for a log that is behind', bent({ isUpToDate: () => true }), 'leaderCompleteness'],
    ['appends behind a gap', bent({ matchesPrevious: () => true }), 'threw'],
  ])('%s', (_, rules, wanted) => {
    expect(brokenBy(rules, wanted)).toContain(wanted);
  });

  // A client seldom stays with who leads no more: many calls find one that did.
  test('reads without asking a quorum', () => {
    expect(brokenBy(bent({ mustConfirmRead: () => false }), 'linearizability', { rate: 30 })).toContain('linearizability');
  });
});

// With synchronous storage a follower's answers wait for its server as well.
test('with asynchronous storage, who acknowledges before its disk is safe is caught', () => {
  expect(brokenBy(bent({ waitsForDisk: () => false }), 'quorumCommit', { storage: 'async' })).toContain('quorumCommit');
});

test.each(['sync', 'async'] as const)('with %s storage the same seeds keep every promise with the rules as they are', (storage) => {
  expect(brokenBy(bent({}), 'linearizability', { storage })).toEqual([]);
});
