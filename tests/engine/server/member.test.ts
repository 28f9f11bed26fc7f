/** One member, driven by hand: when it writes, sends, applies and answers (spec: raft.md 2.3, etcd.md 4.1–4.3). */
import { describe, expect, test } from 'vitest';
import { raftLastIndex } from '../../../src/engine/raft/index.ts';
import {
  bootMember,
  cloneMember,
  handleInput,
  type MemberOutput,
  memberDigest,
  takeOutputs,
} from '../../../src/engine/server/index.ts';
import { answersTo, ask, createBench, createLedBench, feed, get, handOf, put, sent, settle, sync, tick } from './support.ts';

/** What kinds of output came, in order, those of the trace left out. */
const kinds = (outputs: readonly MemberOutput[]) =>
  outputs
    .filter(({ type }) => type === 'send' || type === 'write' || type === 'answer' || type === 'refuse')
    .map((output) => (output.type === 'send' ? output.message.type : output.type));

describe('one Ready at a time', () => {
  test('a leader sends while it writes, and answers when a quorum has it', () => {
    const bench = createLedBench(3);
    const outputs = ask(bench, 1, 1, put('k', 'v'));
    expect(kinds(outputs)).toEqual(['MsgApp', 'MsgApp', 'write']);
    const [toSecond] = sent(outputs);
    if (toSecond === undefined) throw new Error('an append was sent');
    // Its own disk first: nobody else has it, nothing is answered.
    expect(kinds(sync(bench, 1))).toEqual([]);
    const second = bench.hands.findIndex((hand) => hand.config.id === toSecond.to) + 1;
    feed(bench, second, { type: 'message', message: toSecond });
    const [ack] = sent(sync(bench, second));
    if (ack === undefined) throw new Error('the append was acknowledged');
    expect(kinds(feed(bench, 1, { type: 'message', message: ack }))).toContain('answer');
    expect(answersTo(handOf(bench, 1), 1)).toMatchObject([{ type: 'answer', response: { type: 'put', header: { revision: 2 } } }]);
  });

  test('a leader alone does not answer before its disk has it', () => {
    const bench = createLedBench(1);
    expect(kinds(ask(bench, 1, 1, put('k', 'v')))).toEqual(['write']);
    expect(answersTo(handOf(bench, 1), 1)).toEqual([]);
    expect(kinds(sync(bench, 1))).toContain('answer');
  });

  test('what comes in while it writes waits for the next one', () => {
    const bench = createLedBench(1);
    ask(bench, 1, 1, put('a', '1'));
    for (const call of [2, 3, 4]) expect(kinds(ask(bench, 1, call, put('b', `${call}`)))).toEqual([]);
    const outputs = sync(bench, 1);
    // One write for all three.
    expect(kinds(outputs).filter((kind) => kind === 'write')).toHaveLength(1);
    settle(bench);
    expect([1, 2, 3, 4].map((call) => answersTo(handOf(bench, 1), call).length)).toEqual([1, 1, 1, 1]);
    expect(answersTo(handOf(bench, 1), 4)).toMatchObject([{ response: { header: { revision: 5 } } }]);
  });

  test('a follower acknowledges when its disk has it, and only the last of several', () => {
    const bench = createLedBench(3);
    const appends = [1, 2, 3].flatMap((call) => sent(ask(bench, 1, call, put('k', `${call}`))));
    appends.push(...sent(sync(bench, 1))); // the second and third proposal travel when the first is on the leader's disk
    const toSecond = appends.filter((message) => message.to === handOf(bench, 2).config.id);
    expect(toSecond.map(({ type }) => type)).toEqual(['MsgApp', 'MsgApp', 'MsgApp']);
    const [first, ...rest] = toSecond;
    if (first === undefined) throw new Error('something was sent');
    expect(kinds(feed(bench, 2, { type: 'message', message: first }))).toEqual(['write']);
    for (const message of rest) expect(kinds(feed(bench, 2, { type: 'message', message }))).toEqual([]);
    const last = raftLastIndex(handOf(bench, 1).member.raft);
    expect(sent(sync(bench, 2)).map(({ type }) => type)).toEqual(['MsgAppResp']);
    expect(sent(sync(bench, 2))).toMatchObject([{ type: 'MsgAppResp', index: last }]);
    expect(handOf(bench, 2).unsynced).toEqual([]);
  });

  test('a vote is not given before it is on disk', () => {
    const bench = createBench(3);
    let votes = [] as ReturnType<typeof sent>;
    for (let ticks = 0; ticks < 25 && votes.length === 0; ticks++) votes = sent(tick(bench, 1));
    const preVote = votes.find((message) => message.to === handOf(bench, 2).config.id);
    if (preVote?.type !== 'MsgPreVote') throw new Error('it asks for a pre-vote first');
    const [granted] = sent(feed(bench, 2, { type: 'message', message: preVote }));
    if (granted === undefined) throw new Error('a pre-vote promises nothing, so it needs no disk');
    const campaign = feed(bench, 1, { type: 'message', message: granted });
    expect(kinds(campaign)).toEqual(['write']); // its vote for itself, before it asks for others
    const vote = sent(sync(bench, 1)).find((message) => message.to === handOf(bench, 2).config.id);
    if (vote?.type !== 'MsgVote') throw new Error('now it asks for votes');
    expect(kinds(feed(bench, 2, { type: 'message', message: vote }))).toEqual(['write']);
    expect(kinds(sync(bench, 2))).toEqual(['MsgVoteResp']);
  });
});

describe('a write', () => {
  test('waits for a leader to be known, and is forwarded then', () => {
    const bench = createBench(3);
    const hand = handOf(bench, 2);
    expect(kinds(ask(bench, 2, 7, put('k', 'v')))).toEqual([]);
    expect(hand.outputs.some((output) => output.type === 'proposed')).toBe(false);
    for (let ticks = 0; ticks < 25 && handOf(bench, 1).member.raft.role !== 'StateLeader'; ticks++)
      settle(bench, sent(tick(bench, 1)));
    settle(bench, sent(tick(bench, 1)));
    settle(bench, sent(tick(bench, 1)));
    expect(hand.outputs.filter((output) => output.type === 'proposed')).toMatchObject([{ call: 7 }]);
    expect(sent(hand.outputs).filter((message) => message.type === 'MsgProp')).toHaveLength(1);
    expect(answersTo(hand, 7)).toMatchObject([{ type: 'answer', response: { type: 'put', header: { revision: 2 } } }]);
    expect(handOf(bench, 1).outputs.some((output) => output.type === 'answer')).toBe(false);
  });

  test('etcd.md 14.18: that found no leader for seven seconds gets the plain deadline', () => {
    const bench = createBench(3);
    ask(bench, 2, 7, put('k', 'v'));
    const began = bench.now;
    while (bench.now < began + 6_900_000) tick(bench, 2);
    expect(answersTo(handOf(bench, 2), 7)).toEqual([]);
    tick(bench, 2);
    tick(bench, 2);
    expect(answersTo(handOf(bench, 2), 7)).toMatchObject([{ type: 'refuse', error: { code: 'deadlineExceeded' } }]);
  });

  test('etcd.md 14.18: that was forwarded and lost is not sent again, and times out after seven seconds', () => {
    const bench = createLedBench(3);
    for (let i = 0; i < 50; i++) settle(bench, sent(tick(bench, 1))); // long after the election
    feed(bench, 2, { type: 'peer', peer: handOf(bench, 1).config.id, isConnected: true, roundTrip: 0 });
    expect(kinds(ask(bench, 2, 7, put('k', 'v')))).toEqual(['MsgProp']); // nobody gets it
    const began = bench.now;
    const goOn = () => {
      expect(sent(tick(bench, 2))).toEqual([]);
      settle(bench, sent(tick(bench, 1)));
    };
    while (bench.now < began + 6_800_000) goOn();
    expect(answersTo(handOf(bench, 2), 7)).toEqual([]);
    for (let i = 0; i < 3; i++) goOn();
    expect(answersTo(handOf(bench, 2), 7)).toMatchObject([{ type: 'refuse', error: { code: 'timeout' } }]);
  });

  test('etcd.md 14.18: that a leader took and nobody acknowledged times out after seven seconds', () => {
    const bench = createLedBench(3);
    for (let i = 0; i < 50; i++) settle(bench, sent(tick(bench, 1))); // long after the election
    ask(bench, 1, 7, put('k', 'v'));
    sync(bench, 1);
    const began = bench.now;
    while (bench.now < began + 6_900_000) tick(bench, 1);
    expect(answersTo(handOf(bench, 1), 7)).toEqual([]);
    for (let i = 0; i < 3; i++) tick(bench, 1);
    expect(answersTo(handOf(bench, 1), 7)).toMatchObject([{ type: 'refuse', error: { code: 'timeout' } }]);
  });

  test('that is given up before a leader is known is never proposed', () => {
    const bench = createBench(3);
    ask(bench, 2, 7, put('k', 'v'));
    feed(bench, 2, { type: 'cancel', call: 7 });
    for (let ticks = 0; ticks < 25 && handOf(bench, 1).member.raft.role !== 'StateLeader'; ticks++)
      settle(bench, sent(tick(bench, 1)));
    settle(bench, sent(tick(bench, 1)));
    expect(handOf(bench, 1).member.raft.role).toBe('StateLeader');
    expect(handOf(bench, 2).outputs.some((output) => output.type === 'proposed' || output.type === 'answer')).toBe(false);
  });

  test('that is given up later takes effect all the same, and tells nobody', () => {
    const bench = createLedBench(3);
    const appends = sent(ask(bench, 1, 7, put('k', 'v')));
    feed(bench, 1, { type: 'cancel', call: 7 });
    settle(bench, appends);
    expect(answersTo(handOf(bench, 1), 7)).toEqual([]);
    ask(bench, 1, 8, get('k', true));
    expect(answersTo(handOf(bench, 1), 8)).toMatchObject([{ response: { kvs: [{ value: 'v' }] } }]);
  });

  test.each<[string, ReturnType<typeof put>, string]>([
    ['no key', put('', 'v'), 'emptyKey'],
    ['a value that is to be ignored', put('k', 'v', { ignoreValue: true }), 'valueProvided'],
    ['a lease that is to be ignored', put('k', 'v', { ignoreLease: true, lease: '0000000000000001' as never }), 'leaseProvided'],
    ['more than a megabyte and a half', put('k', 'v'.repeat(1_572_864)), 'requestTooLarge'],
    ['a delete without a key', { type: 'deleteRange', key: '', rangeEnd: '', prevKv: false }, 'emptyKey'],
  ])('with %s is refused at once', (_, request, code) => {
    const bench = createLedBench(3);
    expect(kinds(ask(bench, 1, 1, request))).toEqual(['refuse']);
    expect(answersTo(handOf(bench, 1), 1)).toMatchObject([{ error: { code } }]);
  });

  test.each<[string, ReturnType<typeof put>, string]>([
    ['a lease that nobody granted', put('k', 'v', { lease: '0000000000000001' as never }), 'leaseNotFound'],
    ['the value of a key that is not there', put('k', '', { ignoreValue: true }), 'keyNotFound'],
  ])('with %s is refused when it is applied, and moves no revision', (_, request, code) => {
    const bench = createLedBench(3);
    settle(bench, sent(ask(bench, 1, 1, request)));
    expect(answersTo(handOf(bench, 1), 1)).toMatchObject([{ type: 'refuse', error: { code } }]);
    settle(bench, sent(ask(bench, 1, 2, put('other', 'v'))));
    expect(answersTo(handOf(bench, 1), 2)).toMatchObject([{ response: { header: { revision: 2 } } }]);
  });
});

describe('a read', () => {
  test('that may be stale is answered at once, without anybody', () => {
    const bench = createBench(3);
    expect(kinds(ask(bench, 2, 1, get('k', true)))).toEqual(['answer']);
  });

  test('waits for a quorum to confirm the leader; those that come meanwhile share the next round', () => {
    const bench = createLedBench(3);
    const first = sent(ask(bench, 1, 1, get('k')));
    expect(first.map(({ type }) => type)).toEqual(['MsgHeartbeat', 'MsgHeartbeat']);
    expect(sent(ask(bench, 1, 2, get('k')))).toEqual([]);
    expect(sent(ask(bench, 1, 3, get('k')))).toEqual([]);
    expect(answersTo(handOf(bench, 1), 1)).toEqual([]);
    const [beat] = first;
    if (beat === undefined) throw new Error('a heartbeat was sent');
    const peer = bench.hands.findIndex((hand) => hand.config.id === beat.to) + 1;
    const [echo] = sent(feed(bench, peer, { type: 'message', message: beat }));
    if (echo === undefined) throw new Error('it was answered');
    const outputs = feed(bench, 1, { type: 'message', message: echo });
    expect(answersTo(handOf(bench, 1), 1)).toHaveLength(1);
    expect(answersTo(handOf(bench, 1), 2)).toEqual([]);
    settle(bench, sent(outputs));
    expect([2, 3].map((call) => answersTo(handOf(bench, 1), call).length)).toEqual([1, 1]);
  });

  test('without an answer is asked again every half second, under another name', () => {
    const bench = createLedBench(3);
    const contexts = new Set<string>();
    const collect = (outputs: readonly MemberOutput[]) => {
      for (const message of sent(outputs)) if (message.type === 'MsgHeartbeat' && message.context) contexts.add(message.context);
    };
    collect(ask(bench, 1, 1, get('k')));
    expect(contexts.size).toBe(1);
    for (let i = 0; i < 4; i++) collect(tick(bench, 1));
    expect(contexts.size).toBe(1);
    for (let i = 0; i < 3; i++) collect(tick(bench, 1));
    expect(contexts.size).toBe(2);
  });

  test('does not outlive another leader', () => {
    const bench = createLedBench(3);
    ask(bench, 2, 1, get('k')); // its question to member 1 is lost
    for (let ticks = 0; ticks < 45 && handOf(bench, 3).member.raft.role !== 'StateLeader'; ticks++) {
      tick(bench, 2); // patience runs out on both
      const out = sent(tick(bench, 3)).filter((message) => message.to !== handOf(bench, 1).config.id);
      settle(bench, out);
    }
    expect(handOf(bench, 3).member.raft.role).toBe('StateLeader');
    settle(bench, sent(tick(bench, 3)));
    expect(answersTo(handOf(bench, 2), 1)).toMatchObject([{ type: 'refuse', error: { code: 'leaderChanged' } }]);
  });
});

describe('a process', () => {
  test('that boots from its disk is where it was, with the same digest each time', () => {
    const bench = createLedBench(1);
    for (let call = 1; call <= 5; call++) {
      ask(bench, 1, call, put(`k${call % 2}`, `${call}`));
      settle(bench);
    }
    const { config, disk } = handOf(bench, 1);
    const restart = () => {
      const member = bootMember(config, disk, bench.now);
      takeOutputs(member);
      return member;
    };
    const [one, two] = [restart(), restart()];
    expect(memberDigest(one)).toBe(memberDigest(two));
    expect(one.raft.log.committed).toBeGreaterThanOrEqual(5);
    let now = bench.now;
    for (let ticks = 0; ticks < 25; ticks++) {
      now += 100_000;
      for (const output of handleInput(one, { type: 'tick' }, now)) {
        if (output.type === 'write' && output.sync) handleInput(one, { type: 'synced', position: output.position }, now);
      }
    }
    const answer = handleInput(one, { type: 'request', call: 9, request: get('k1', true), requireLeader: false }, now);
    expect(answer).toMatchObject([{ type: 'answer', response: { header: { revision: 6 }, kvs: [{ value: '5', version: 3 }] } }]);
    expect(memberDigest(one)).not.toBe(memberDigest(two));
  });

  test('can be copied: both go on alike, and neither disturbs the other', () => {
    const bench = createLedBench(3);
    ask(bench, 1, 1, put('k', 'v'));
    ask(bench, 1, 2, get('k'));
    const { member } = handOf(bench, 1);
    const before = memberDigest(member);
    const copy = cloneMember(member);
    expect(memberDigest(copy)).toBe(before);
    const [position = 0] = handOf(bench, 1).unsynced;
    const now = bench.now + 1;
    const first = handleInput(copy, { type: 'synced', position }, now);
    expect(memberDigest(member)).toBe(before);
    expect(memberDigest(copy)).not.toBe(before);
    expect(handleInput(member, { type: 'synced', position }, now)).toEqual(first);
    expect(memberDigest(member)).toBe(memberDigest(copy));
  });

  test('does not take time that runs backwards', () => {
    const bench = createLedBench(1);
    expect(() => handleInput(handOf(bench, 1).member, { type: 'tick' }, bench.now - 1)).toThrow('time does not run backwards');
  });
});
