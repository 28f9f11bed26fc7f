/** Members driven by hand: nothing ticks, arrives or is synced unless a test says so. */
import { ZERO_ID } from '../../../src/base/index.ts';
import type { Message } from '../../../src/engine/raft/index.ts';
import {
  bootMember,
  type DiskRecord,
  handleInput,
  type Member,
  type MemberConfig,
  type MemberInput,
  type MemberOutput,
  type RangeRequest,
  takeOutputs,
  type UnaryRequest,
} from '../../../src/engine/server/index.ts';
import { advance, createKernel, freshScenario } from '../../../src/sim/index.ts';

/** A member with everything that it put out, and its disk. */
export interface Hand {
  readonly config: MemberConfig;
  member: Member;
  readonly outputs: MemberOutput[];
  readonly disk: DiskRecord[];
  /** Written, and not yet said to be safe. */
  unsynced: number[];
}

export interface Bench {
  readonly hands: readonly Hand[];
  now: number;
}

/** A cluster as the simulation would start it. */
export function createBench(members: number): Bench {
  // The first thing that a kernel asks for is that its members are booted: with these configurations.
  const first = advance(createKernel(freshScenario(members, 1)), 1, 'horizons').next();
  const work = first.done === true ? [] : first.value;
  const hands = work.flatMap((item): Hand[] => {
    if (item.type !== 'boot') return [];
    const config = item.config.member;
    return [{ config, member: bootMember(config, [], 0), outputs: [], disk: [], unsynced: [] }];
  });
  if (hands.length !== members) throw new Error('every member is booted');
  const bench = { hands, now: 0 };
  for (const hand of hands) take(hand, takeOutputs(hand.member));
  return bench;
}

/** The member of an ordinal. */
export function handOf(bench: Bench, ordinal: number): Hand {
  const hand = bench.hands[ordinal - 1];
  if (hand === undefined) throw new Error(`there is no member ${ordinal}`);
  return hand;
}

/** Hands one input over, a microsecond later. @returns what came of it */
export function feed(bench: Bench, ordinal: number, input: MemberInput): readonly MemberOutput[] {
  const hand = handOf(bench, ordinal);
  bench.now++;
  const outputs = handleInput(hand.member, input, bench.now).filter((output) => output.type !== 'log');
  take(hand, outputs);
  return outputs;
}

/** A tick, a tenth of a second later. */
export function tick(bench: Bench, ordinal: number): readonly MemberOutput[] {
  bench.now += 100_000;
  return feed(bench, ordinal, { type: 'tick' });
}

/** Everything that was written is safe. */
export function sync(bench: Bench, ordinal: number): readonly MemberOutput[] {
  const hand = handOf(bench, ordinal);
  const [position, ...rest] = hand.unsynced;
  if (position === undefined) return [];
  hand.unsynced = rest;
  return feed(bench, ordinal, { type: 'synced', position });
}

export function ask(
  bench: Bench,
  ordinal: number,
  call: number,
  request: Extract<MemberInput, { type: 'request' }>['request'],
): readonly MemberOutput[] {
  return feed(bench, ordinal, { type: 'request', call, request, requireLeader: false });
}

/** Messages among outputs. */
export function sent(outputs: readonly MemberOutput[]): Message[] {
  return outputs.flatMap((output) => (output.type === 'send' ? [output.message] : []));
}

/** Delivers messages, and what comes of them, and syncs, until nothing moves. */
export function settle(bench: Bench, first: readonly Message[] = []): void {
  const queue = first.slice();
  for (let moves = 0; moves < 10_000; moves++) {
    const message = queue.shift();
    if (message !== undefined) {
      const to = bench.hands.findIndex((hand) => hand.config.id === message.to) + 1;
      queue.push(...sent(feed(bench, to, { type: 'message', message })));
      continue;
    }
    const waiting = bench.hands.findIndex((hand) => hand.unsynced.length > 0) + 1;
    if (waiting === 0) return;
    queue.push(...sent(sync(bench, waiting)));
  }
  throw new Error('a cluster comes to rest');
}

/** A cluster whose member 1 leads and whose members are at rest. */
export function createLedBench(members: number): Bench {
  const bench = createBench(members);
  for (let ticks = 0; ticks < 25 && handOf(bench, 1).member.raft.role !== 'StateLeader'; ticks++)
    settle(bench, sent(tick(bench, 1)));
  if (handOf(bench, 1).member.raft.role !== 'StateLeader') throw new Error('member 1 leads');
  settle(bench, sent(tick(bench, 1)));
  for (const hand of bench.hands) hand.outputs.length = 0;
  return bench;
}

export function put(key: string, value: string, options: Partial<Extract<UnaryRequest, { type: 'put' }>> = {}): UnaryRequest {
  return { type: 'put', key, value, lease: ZERO_ID, prevKv: false, ignoreValue: false, ignoreLease: false, ...options };
}

export function get(key: string, serializable = false): RangeRequest {
  return {
    type: 'range',
    key,
    rangeEnd: '',
    limit: 0,
    revision: 0,
    sortOrder: 'none',
    sortTarget: 'key',
    serializable,
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
  };
}

/** What a call was told. */
export function answersTo(hand: Hand, call: number): MemberOutput[] {
  return hand.outputs.filter((output) => (output.type === 'answer' || output.type === 'refuse') && output.call === call);
}

function take(hand: Hand, outputs: readonly MemberOutput[]): void {
  for (const output of outputs) {
    hand.outputs.push(output);
    if (output.type !== 'write') continue;
    hand.disk.push(...output.records);
    if (output.sync) hand.unsynced.push(output.position);
  }
}
