/** A broken promise in words, for a terminal. */
import { type CheckedRule, SECOND, type Violation } from '../../sim/index.ts';

export function describeViolation(violation: Violation): string {
  const { rule, time, members, term, index, key, call } = violation;
  const parts = [
    members.length > 0 ? `members ${members.join(', ')}` : '',
    term > 0 ? `term ${term}` : '',
    index > 0 ? `index ${index}` : '',
    key === '' ? '' : `key ${key}`,
    call > 0 ? `call ${call}` : '',
  ].filter((part) => part !== '');
  return `${RULE_WORDS[rule]} (${rule}) at ${(time / SECOND).toFixed(6)} s: ${parts.join(', ')}`;
}

const RULE_WORDS: Readonly<Record<CheckedRule, string>> = {
  electionSafety: 'two leaders in one term',
  oneVote: 'two votes in one term',
  leaderAppendOnly: 'a leader cut its own log',
  logMatching: 'logs that agree at an entry differ before it',
  leaderCompleteness: 'a leader without a committed entry',
  stateMachineSafety: 'two entries for one index',
  quorumCommit: 'committed without a majority of disks',
  committedStays: 'a committed entry was cut off',
  durability: 'what was synced is gone after a restart',
  applyCommitted: 'applied what was not committed, or not in order',
  threw: 'a member threw',
  linearizability: 'no order of reads and writes explains the answers',
  readsByRevision: 'a read missed the newest write at its revision',
  revisionOrder: 'revisions contradict real time',
  readBack: 'an answered write cannot be read back',
  agreement: 'members differ after rest',
  recovery: 'no answer from a healed cluster',
};
