/** Linearizable reads (Raft §8, thesis §6.4). No file of upstream uses them: 9.2/24. Titles: checklist.ts. */
import { describe, expect, test } from 'vitest';
import {
  advance,
  applyConfChange,
  campaign,
  describeMessage,
  propose,
  type ReadState,
  readIndex,
  ready,
  step,
  tick,
} from '../../../src/engine/raft/index.ts';
import { decodePosition, encodePosition } from '../../../src/engine/raft/readTracker.ts';
import {
  acknowledge,
  answerHeartbeat,
  candidate,
  entry,
  id,
  leader,
  member,
  message,
  proposal,
  sent,
  settle,
  types,
  v1,
  v2,
} from './harness.ts';
import { act, at, cluster, deliver, heal, isolate, type Network, network } from './network.ts';

const LEASE = { config: { checkQuorum: true, readOnlyOption: 'leaseBased' as const } };

/** Ten proposals before each read; `askers` ask in turn. */
function readsOf(net: Network, askers: readonly number[]): readonly (ReadState | undefined)[] {
  act(net, 1, campaign);
  return askers.map((number, round) => {
    for (let i = 0; i < 10; i++) deliver(net, proposal(1, 'x'));
    act(net, number, (raft) => readIndex(raft, `ctx${round}`));
    return net.readStates.get(id(number))?.at(-1);
  });
}

describe('who asks', () => {
  test.each([
    ['TestReadOnlyOptionSafe', {}],
    ['TestReadOnlyOptionLease', LEASE],
  ])('%s: leader and followers get the commit index of their request', (_title, options) => {
    expect(readsOf(cluster(3, options), [1, 2, 3, 1, 2, 3])).toEqual(
      [11, 21, 31, 41, 51, 61].map((index, round) => ({ index, context: `ctx${round}` })),
    );
  });

  test('TestReadOnlyWithLearner: so does a learner', () => {
    const net = network(...[1, 2].map((number) => member(number, { voters: [1], learners: [2] })));
    expect(readsOf(net, [1, 2, 1, 2])).toEqual([11, 21, 31, 41].map((index, round) => ({ index, context: `ctx${round}` })));
  });

  test('TestReadOnlyWithLearner, 9.2/24: but its answer confirms nothing', () => {
    const raft = leader({ voters: [1, 2], learners: [3] });
    step(raft, message('MsgReadIndex', 3, 1, { entries: [entry(0, 0, 'ctx')] }));
    const beats = sent(raft);
    answerHeartbeat(raft, 3, beats[0]?.context);
    expect(sent(raft)).toEqual([]);
    answerHeartbeat(raft, 2, beats[0]?.context);
    expect(sent(raft)).toMatchObject([{ type: 'MsgReadIndexResp', to: id(3), index: 1, entries: [{ data: 'ctx' }] }]);
  });

  test('TestRawNodeReadIndex: a read is a step with its context, and its answer is told once', () => {
    const raft = leader({ voters: [1] });
    readIndex(raft, 'somedata');
    expect(settle(raft).readStates).toEqual([{ index: 1, context: 'somedata' }]);
    expect(settle(raft).readStates).toEqual([]);
  });

  test('9.2/24: a follower forwards it as it was asked for', () => {
    const raft = member(2, { term: 1 });
    step(raft, message('MsgHeartbeat', 1, 2, { term: 1 }));
    settle(raft);
    readIndex(raft, 'ctx');
    expect(sent(raft).map((one) => describeMessage(one))).toEqual([
      '2->1 MsgReadIndex Term:0 Log:0/0 Entries:[0/0 EntryNormal "ctx"]',
    ]);
  });

  test('TestNodeReadIndexToOldLeader: who led before forwards it to the one who leads now, for the same asker', () => {
    const net = cluster(3);
    act(net, 1, campaign);
    act(net, 3, campaign);
    const old = at(net, 1);
    for (const asker of [2, 3]) step(old, message('MsgReadIndex', asker, 1, { entries: [entry(0, 0, 'ctx')] }));
    expect(sent(old).map((one) => describeMessage(one))).toEqual(
      [2, 3].map((asker) => `${asker}->3 MsgReadIndex Term:0 Log:0/0 Entries:[0/0 EntryNormal "ctx"]`),
    );
  });
});

describe('when it is answered', () => {
  test('TestReadOnlyOptionLease: under a lease at once, without a heartbeat', () => {
    const raft = leader(LEASE);
    readIndex(raft, 'ctx');
    expect(settle(raft)).toMatchObject({ messages: [], readStates: [{ index: 1, context: 'ctx' }] });
  });

  test('TestReadOnlyForNewLeader: not before the leader has committed an entry of its term', () => {
    const raft = leader({ terms: [1, 1], term: 1, commit: 1 }, []);
    readIndex(raft, 'early');
    expect(sent(raft)).toEqual([]);
    acknowledge(raft, 2, 3);
    const beats = sent(raft).filter((one) => one.type === 'MsgHeartbeat');
    expect(beats).toHaveLength(2);
    answerHeartbeat(raft, 2, beats[0]?.context);
    expect(settle(raft).readStates).toEqual([{ index: 3, context: 'early' }]);
  });

  test('TestReadOnlyForNewLeader: in a cluster whose log is partly compacted', () => {
    const make = (number: number, commit: number, snapshotIndex: number) =>
      member(number, { snapshotIndex, terms: [1, 1].slice(snapshotIndex), term: 1, commit });
    const net = network(make(1, 1, 0), make(2, 2, 2), make(3, 2, 2));
    net.ignored.add('MsgApp');
    act(net, 1, campaign);
    act(net, 1, (raft) => readIndex(raft, 'ctx'));
    expect([at(net, 1).role, net.readStates.get(id(1))]).toEqual(['StateLeader', []]);
    heal(net);
    act(net, 1, tick);
    deliver(net, proposal(1, ''));
    expect(at(net, 1).log.committed).toBe(4);
    act(net, 1, (raft) => readIndex(raft, 'again'));
    const answers = net.readStates.get(id(1)) ?? [];
    expect(answers.map((one) => one.context)).toEqual(['ctx', 'again']);
    for (const { index } of answers) expect(index).toBeGreaterThanOrEqual(3);
    expect(answers.at(-1)?.index).toBe(4);
  });

  test('TestReadOnlyDuplicateRequest: an old request again and answers that come late confirm nothing of a deposed leader', () => {
    const net = cluster(3);
    act(net, 1, campaign);
    const request = message('MsgReadIndex', 2, 1, { entries: [entry(0, 0, 'A')] });
    const atLeastA = at(net, 1).log.committed;
    net.holding.add('MsgHeartbeatResp');
    deliver(net, request);
    act(net, 1, tick);
    net.holding.clear();
    isolate(net, 1);
    act(net, 2, campaign);
    deliver(net, proposal(2, 'someOp'));
    const atLeastB = at(net, 2).log.committed;
    act(net, 1, (raft) => readIndex(raft, 'B'));
    heal(net);
    deliver(net, request, ...net.held);
    const answers = [...net.readStates.values()].flat();
    for (const { index, context } of answers) expect(index).toBeGreaterThanOrEqual(context === 'A' ? atLeastA : atLeastB);
    expect(atLeastB).toBeGreaterThan(atLeastA);
  });

  test('TestReadOnlyDuplicateRequest, 9.2/24: a late answer to an older read confirms nothing newer', () => {
    const raft = leader();
    readIndex(raft, 'a');
    const [beat] = sent(raft);
    readIndex(raft, 'b');
    settle(raft);
    answerHeartbeat(raft, 2, beat?.context);
    expect(settle(raft).readStates).toEqual([{ index: 1, context: 'a' }]);
    for (let i = 0; i < 2; i++) answerHeartbeat(raft, 3, beat?.context);
    expect(settle(raft).readStates).toEqual([]);
    expect(raft.reads.unconfirmed).toHaveLength(1);
  });

  test('TestRaftFreesReadOnlyMem: what is confirmed is forgotten', () => {
    const raft = leader({ voters: [1, 2] });
    step(raft, message('MsgReadIndex', 2, 1, { entries: [entry(0, 0, 'ctx')] }));
    const beats = sent(raft);
    expect([types(beats), raft.reads.unconfirmed.length]).toEqual([['MsgHeartbeat'], 1]);
    answerHeartbeat(raft, 2, beats[0]?.context);
    expect(raft.reads.unconfirmed).toEqual([]);
  });

  test('9.2/24: with the commit index of its request, not with the end of the log nor with a later commit', () => {
    const raft = leader();
    propose(raft, 'x');
    settle(raft);
    readIndex(raft, 'ctx');
    const [beat] = sent(raft);
    acknowledge(raft, 2, 2);
    settle(raft);
    expect(raft.log.committed).toBe(2);
    answerHeartbeat(raft, 2, beat?.context);
    expect(settle(raft).readStates).toEqual([{ index: 1, context: 'ctx' }]);
  });

  test('9.2/24: and stays confirmed when an older answer comes late', () => {
    const raft = leader({ voters: [1, 2, 3, 4, 5] });
    readIndex(raft, 'a');
    const [first] = sent(raft);
    readIndex(raft, 'b');
    const [second] = sent(raft);
    answerHeartbeat(raft, 2, second?.context);
    answerHeartbeat(raft, 2, first?.context);
    answerHeartbeat(raft, 3, second?.context);
    expect(settle(raft).readStates.map((one) => one.context)).toEqual(['a', 'b']);
  });

  test('9.2/24: not by a leader of a later term that is the same member', () => {
    const raft = leader();
    readIndex(raft, 'ctx');
    settle(raft);
    step(raft, message('MsgHeartbeat', 2, 1, { term: 2 }));
    settle(raft);
    campaign(raft);
    settle(raft);
    step(raft, message('MsgVoteResp', 2, 1, { term: 3 }));
    settle(raft);
    expect(raft.role).toBe('StateLeader');
    tick(raft);
    expect(sent(raft).map((one) => one.context)).toEqual([undefined, undefined]);
  });

  test('9.2/24: after both halves of a joint configuration have confirmed it', () => {
    const raft = leader({ voters: [1, 2, 3], votersOutgoing: [4, 5] });
    readIndex(raft, 'ctx');
    const [beat] = sent(raft);
    for (const from of [2, 4]) answerHeartbeat(raft, from, beat?.context);
    expect(settle(raft).readStates).toEqual([]);
    answerHeartbeat(raft, 5, beat?.context);
    expect(settle(raft).readStates).toEqual([{ index: raft.log.committed, context: 'ctx' }]);
  });

  test('9.2/24: at once by a leader that is removed and leaves one voter, as in etcd-io/raft: it is the driver’s to stop it', () => {
    const raft = leader();
    applyConfChange(raft, v2('Auto', v1('Remove', 1), v1('Remove', 3)));
    readIndex(raft, 'joint');
    expect(settle(raft).readStates).toEqual([]);
    applyConfChange(raft, v2('Auto'));
    readIndex(raft, 'alone');
    expect([raft.role, settle(raft).readStates]).toEqual(['StateLeader', [{ index: 1, context: 'alone' }]]);
  });

  test('9.2/24: at once by a lone voter, also if it has just started and does not know yet how far it had committed, as in etcd-io/raft', () => {
    const raft = member(1, { voters: [1], terms: [1, 1], term: 1, commit: 1 });
    campaign(raft);
    ready(raft);
    advance(raft);
    readIndex(raft, 'ctx');
    expect([raft.role, raft.readStates]).toEqual(['StateLeader', [{ index: 1, context: 'ctx' }]]);
  });

  test('9.2/24: never by a candidate', () => {
    const raft = candidate();
    readIndex(raft, 'ctx');
    expect(settle(raft)).toMatchObject({ messages: [], readStates: [] });
  });
});

test('9.2/24: the position of a read is eight bytes, the lowest first', () => {
  expect(encodePosition(0x01_02_03)).toBe('\x03\x02\x01\0\0\0\0\0');
  for (const position of [0, 1, 255, 256, 65_535, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    expect(decodePosition(encodePosition(position))).toBe(position);
  }
});
