/** The engine's own assertions: each fact, broken by hand, is told. What holds between members is for safety.test.ts. */
import { expect, test } from 'vitest';
import { assertRaftInvariants, type Raft } from '../../../src/engine/raft/index.ts';
import { id, leader, progressOf } from './harness.ts';

test.each<[string, (raft: Raft) => void]>([
  ['nothing is applied before it is handed out', ({ log }) => Object.assign(log, { applied: log.applying + 1 })],
  ['nothing is handed out before it is committed', ({ log }) => Object.assign(log, { applying: log.committed + 1 })],
  ['the commit index lies within the log', ({ log }) => Object.assign(log, { committed: 2 })],
  ['what is in progress starts with what is unstable', ({ log }) => Object.assign(log.unstable, { offset: 3 })],
  ['what is in progress ends with the log', ({ log }) => Object.assign(log.unstable, { offsetInProgress: 3 })],
  ['a leader follows itself', (raft) => Object.assign(raft, { lead: id(2) })],
  ['nobody leads before the first election', (raft) => Object.assign(raft, { term: 0 })],
  ['matchIndex trails nextIndex', (raft) => Object.assign(progressOf(raft, 2), { matchIndex: 2 })],
  ['only a replicating peer has appends in flight', (raft) => Object.assign(progressOf(raft, 2).inflights, { count: 1 })],
])('%s', (fact, break_) => {
  const raft = leader();
  progressOf(raft, 2).state = 'StateProbe';
  expect(() => assertRaftInvariants(raft)).not.toThrow();
  break_(raft);
  expect(() => assertRaftInvariants(raft)).toThrow(fact);
});
