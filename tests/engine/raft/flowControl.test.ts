/** How much a leader sends to whom, and when it waits. Titles begin with what the test stands for: checklist.ts. */
import { describe, expect, test } from 'vitest';
import { campaign, propose, type Raft, readIndex, reportUnreachable, step, tick } from '../../../src/engine/raft/index.ts';
import { sendAppend } from '../../../src/engine/raft/replication.ts';
import {
  acknowledge,
  answerHeartbeat,
  candidate,
  entry,
  id,
  leader,
  logLines,
  message,
  progressOf,
  proposal,
  refuse,
  sent,
  settle,
  ticks,
  types,
} from './harness.ts';
import { act, cluster, deliver, heal, isolate } from './network.ts';

/** Entries in each append that is sent now. */
const counts = (raft: Raft) => sent(raft).flatMap((one) => (one.type === 'MsgApp' ? one.entries.length : []));

function proposeMany(raft: Raft, count: number, data = 'somedata'): void {
  for (let i = 0; i < count; i++) propose(raft, data);
}

describe('progress', () => {
  test('TestProgressLeader: a leader’s own match stays where it was until its disk has answered', () => {
    const raft = candidate({ voters: [1, 2] });
    step(raft, message('MsgVoteResp', 2, 1, { term: 1 }));
    proposeMany(raft, 5, 'foo');
    expect(progressOf(raft, 1).matchIndex).toBe(0);
    expect(raft.log.unstable.entries.map((one) => one.data)).toEqual([undefined, 'foo', 'foo', 'foo', 'foo', 'foo']);
    settle(raft);
    expect(progressOf(raft, 1)).toMatchObject({ matchIndex: 6, nextIndex: 7 });
  });

  test('TestLeaderIncreaseNext: next runs ahead while replicating, not while probing', () => {
    for (const [acknowledging, next] of [
      [[2], 6],
      [[], 4],
    ] as const) {
      const raft = leader({ voters: [1, 2], terms: [1, 2, 3], term: 3 }, acknowledging);
      propose(raft, 'somedata');
      expect(progressOf(raft, 2).nextIndex).toBe(next);
    }
  });

  test('TestSendAppendForProgressReplicate: who replicates is sent every entry at once', () => {
    const raft = leader({ voters: [1, 2] });
    for (let i = 0; i < 10; i++) {
      propose(raft, 'somedata');
      expect(counts(raft)).toEqual([1]);
    }
  });

  test('TestSendAppendForProgressSnapshot: who waits for a snapshot is sent nothing', () => {
    const raft = leader({ voters: [1, 2] });
    Object.assign(progressOf(raft, 2), { state: 'StateSnapshot', pendingSnapshot: 10, nextIndex: 11 });
    proposeMany(raft, 10);
    expect([sent(raft), sendAppend(raft, progressOf(raft, 2), true)]).toEqual([[], false]);
  });
});

describe('a peer that is probed', () => {
  test('TestProgressPaused: three proposals make one append', () => {
    const raft = candidate({ voters: [1, 2] });
    step(raft, message('MsgVoteResp', 2, 1, { term: 1 }));
    proposeMany(raft, 3);
    expect(counts(raft)).toEqual([1]);
  });

  test('TestSendAppendForProgressProbe: one append, then silence over heartbeats until one is answered, then exactly one more', () => {
    const raft = leader({ voters: [1, 2] });
    reportUnreachable(raft, id(2));
    proposeMany(raft, 3);
    expect(types(sent(raft))).toEqual(['MsgApp']);
    for (let round = 0; round < 3; round++) {
      proposeMany(raft, 10);
      tick(raft);
      expect(types(sent(raft))).toEqual(['MsgHeartbeat']);
      expect(progressOf(raft, 2).msgAppFlowPaused).toBe(true);
    }
    answerHeartbeat(raft, 2);
    proposeMany(raft, 3);
    expect(types(sent(raft))).toEqual(['MsgApp']);
    expect(progressOf(raft, 2).msgAppFlowPaused).toBe(true);
  });

  test('TestProgressResumeByHeartbeatResp: a heartbeat does not end the pause, its answer does, and so does replicating', () => {
    const raft = leader({ voters: [1, 2] });
    const peer = progressOf(raft, 2);
    peer.msgAppFlowPaused = true;
    tick(raft);
    expect(peer.msgAppFlowPaused).toBe(true);
    answerHeartbeat(raft, 2);
    expect(peer.msgAppFlowPaused).toBe(false);
    reportUnreachable(raft, id(2));
    proposeMany(raft, 1);
    expect(peer.msgAppFlowPaused).toBe(true);
    acknowledge(raft, 2);
    expect(peer).toMatchObject({ state: 'StateReplicate', msgAppFlowPaused: false });
  });

  test('9.2/23: an empty append does not make it wait', () => {
    const raft = leader({ voters: [1, 2] });
    reportUnreachable(raft, id(2));
    answerHeartbeat(raft, 2);
    expect(counts(raft)).toEqual([0]);
    expect(progressOf(raft, 2).msgAppFlowPaused).toBe(false);
  });

  test('9.2/35: being unreachable does not make one of a peer that waits for a snapshot', () => {
    const raft = leader({ voters: [1, 2] });
    const peer = progressOf(raft, 2);
    peer.state = 'StateSnapshot';
    reportUnreachable(raft, id(2));
    expect(peer.state).toBe('StateSnapshot');
    peer.state = 'StateReplicate';
    reportUnreachable(raft, id(2));
    expect(peer.state).toBe('StateProbe');
  });
});

describe('the window', () => {
  test('TestMsgAppFlowControlFull: when it is full nothing more goes out', () => {
    const raft = leader({ voters: [1, 2], config: { maxInflightMsgs: 5 } });
    proposeMany(raft, 5);
    expect(counts(raft)).toEqual([1, 1, 1, 1, 1]);
    expect(progressOf(raft, 2).msgAppFlowPaused).toBe(true);
    proposeMany(raft, 10);
    expect(sent(raft)).toEqual([]);
  });

  test('TestMsgAppFlowControlMoveForward: an acknowledgement frees up to its index, an older one nothing', () => {
    const raft = leader({ voters: [1, 2], config: { maxInflightMsgs: 5 } });
    proposeMany(raft, 5);
    settle(raft);
    for (let index = 2; index <= 6; index++) {
      acknowledge(raft, 2, index);
      settle(raft);
      expect(progressOf(raft, 2).inflights.count).toBe(4);
      propose(raft, 'somedata');
      expect(counts(raft)).toEqual([1]);
      expect(progressOf(raft, 2).msgAppFlowPaused).toBe(true);
      for (let old = 0; old <= index; old++) {
        acknowledge(raft, 2, old);
        expect([progressOf(raft, 2).inflights.count, sent(raft)]).toEqual([5, []]);
      }
    }
  });

  test('TestMsgAppFlowControlRecvHeartbeat, 9.2/36: each heartbeat’s answer lets one empty append through, then it is full again', () => {
    const raft = leader({ voters: [1, 2], config: { maxInflightMsgs: 2 } });
    proposeMany(raft, 3);
    expect(counts(raft)).toEqual([1, 1]);
    for (let round = 1; round <= 4; round++) {
      for (let i = 0; i < round; i++) {
        answerHeartbeat(raft, 2);
        expect(counts(raft)).toEqual([0]);
        expect(progressOf(raft, 2).msgAppFlowPaused).toBe(true);
      }
      proposeMany(raft, 3);
      expect(sent(raft)).toEqual([]);
    }
  });

  test('TestProgressFlowControl, 9.2/22: an acknowledgement refills it, within messages, their size and the bytes on their way', () => {
    const raft = candidate({ voters: [1, 2], config: { maxInflightMsgs: 3, maxSizePerMsg: 2048, maxInflightBytes: 9000 } });
    // Two small entries fit into a message; a large one goes alone, and two of them are more than the window.
    step(raft, message('MsgVoteResp', 2, 1, { term: 1 }));
    settle(raft);
    progressOf(raft, 2).msgAppFlowPaused = false; // the append of the empty entry was lost
    for (let i = 0; i < 22; i++) propose(raft, 'x'.repeat(i >= 10 && i < 16 ? 5000 : 1000));
    const [probe, ...more] = sent(raft);
    expect([probe?.entries.map((one) => one.data?.length ?? 0), more]).toEqual([[0, 1000], []]);
    let acknowledged = 2;
    for (const expected of [[2, 2, 2], [2, 1, 1], [1, 1], [1, 1], [1, 2, 2], [2]]) {
      acknowledge(raft, 2, acknowledged);
      const messages = sent(raft).filter((one) => one.type === 'MsgApp');
      expect(messages.map((one) => one.entries.length)).toEqual(expected);
      acknowledged = messages.at(-1)?.entries.at(-1)?.index ?? 0;
    }
    expect(acknowledged).toBe(23);
  });

  test('9.2/22: its bytes are those of the payload on its way, and the append that passes the limit still goes', () => {
    const raft = leader({ voters: [1, 2], config: { maxInflightBytes: 300, maxSizePerMsg: 300 } });
    proposeMany(raft, 5, 'x'.repeat(100));
    expect([counts(raft), progressOf(raft, 2).inflights.bytes]).toEqual([[1, 1, 1], 300]);
    acknowledge(raft, 2, 2);
    expect([counts(raft), progressOf(raft, 2).inflights.bytes]).toEqual([[2], 400]);
  });
});

describe('commit indexes on their way', () => {
  test('9.2/23, 9.2/39: they follow heartbeats down and are clipped by refusals', () => {
    const raft = leader();
    proposeMany(raft, 3);
    settle(raft);
    acknowledge(raft, 3);
    settle(raft);
    const peer = progressOf(raft, 2);
    expect([peer.matchIndex, peer.sentCommit]).toEqual([1, 4]);
    tick(raft);
    expect(peer.sentCommit).toBe(1); // the heartbeat told only what is known to match
    answerHeartbeat(raft, 2);
    expect(peer.sentCommit).toBe(4);
    refuse(raft, 2, 4, 1);
    // Probing from 2 on again; the probe itself told the commit index anew.
    expect([peer.state, peer.nextIndex, peer.sentCommit]).toEqual(['StateProbe', 2, 4]);
    reportUnreachable(raft, id(2));
    expect(peer.nextIndex).toBe(2);
  });
});

describe('limits', () => {
  test('TestAppendPagination, 9.2/22: messages are as full as they may be, and never fuller', () => {
    const net = cluster(3, { config: { maxSizePerMsg: 2048 } });
    act(net, 1, campaign);
    isolate(net, 1);
    for (let i = 0; i < 5; i++) deliver(net, proposal(1, 'a'.repeat(1000)));
    heal(net);
    net.trace.length = 0;
    act(net, 1, tick);
    const sizes = net.trace.map((one) => one.entries.reduce((sum, each) => sum + each.encodedSize, 0));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2048);
    expect(Math.max(...sizes)).toBeGreaterThan(1024);
    expect(Math.max(...net.trace.map((one) => one.entries.length))).toBe(2);
  });

  test('TestUncommittedEntryLimit, 9.2/24: the tail of a leader is bounded by the quota, in bytes of payload', () => {
    const count = 1024;
    const data = 'testdata';
    const raft = leader({ config: { maxUncommittedEntriesSize: count * data.length, maxInflightMsgs: 2 * count } });
    for (let i = 0; i < count; i++) expect(propose(raft, data)).toBeUndefined();
    logLines(raft);
    expect(propose(raft, data)).toBe('proposalDropped');
    expect(logLines(raft).at(-1)).toBe(
      'WARN 1 appending new entries to log would exceed uncommitted entry size limit; dropping proposal',
    );
    expect(sent(raft).filter((one) => one.type === 'MsgApp')).toHaveLength(2 * count);
    acknowledge(raft, 2);
    settle(raft);
    expect(raft.uncommittedSize).toBe(0);
    // One proposal of twice the size passes while the tail is empty, and nothing after it but what is empty.
    const batch = { entries: Array.from({ length: 2 * count }, () => entry(0, 0, data)) };
    expect(step(raft, message('MsgProp', 1, 1, batch))).toBeUndefined();
    expect(propose(raft, data)).toBe('proposalDropped');
    expect(propose(raft, '')).toBeUndefined();
    settle(raft);
    acknowledge(raft, 2);
    settle(raft);
    expect(raft.uncommittedSize).toBe(0);
  });

  test('9.2/24: a leader of a later term starts with the whole quota', () => {
    const raft = leader({ voters: [1, 2], config: { maxUncommittedEntriesSize: 8 } });
    for (const error of [undefined, 'proposalDropped']) expect(propose(raft, 'testdata')).toBe(error);
    step(raft, message('MsgHeartbeat', 2, 1, { term: 2 }));
    campaign(raft);
    settle(raft);
    step(raft, message('MsgVoteResp', 2, 1, { term: 3 }));
    expect([raft.role, propose(raft, 'testdata')]).toEqual(['StateLeader', undefined]);
  });

  test('TestRawNodeBoundedLogGrowthWithPartition: the quota bounds the log, and is given back only when entries are applied', () => {
    const data = 'testdata';
    const raft = leader({ voters: [1, 2], config: { maxUncommittedEntriesSize: 16 * data.length } });
    for (let i = 0; i < 1024; i++) propose(raft, data);
    expect(raft.uncommittedSize).toBe(16 * data.length);
    settle(raft);
    expect([raft.uncommittedSize, raft.storage.entries.end - 1]).toEqual([16 * data.length, 17]);
    acknowledge(raft, 2);
    expect([raft.log.committed, raft.uncommittedSize]).toEqual([17, 16 * data.length]);
    expect(settle(raft).applied).toHaveLength(16);
    expect(raft.uncommittedSize).toBe(0);
  });

  test('9.2/24: heartbeats and reads are not held back by a full window', () => {
    const raft = leader({ voters: [1, 2], config: { maxInflightMsgs: 1 } });
    proposeMany(raft, 2);
    settle(raft);
    readIndex(raft, 'ctx');
    ticks(raft, 1);
    expect(types(sent(raft))).toEqual(['MsgHeartbeat', 'MsgHeartbeat']);
  });
});
