/**
 * 2,000 messages that nobody of ours would send, to members, bus and historian: each is answered, or refused with a reason; nothing hangs,
 * nothing is lost, and a bus that has refused goes on. Workers are stood in for by ports of Node, with everything cloned on its way.
 */
import { type Remote, wrap } from 'comlink';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { utf8Encode, ZERO_ID } from '../../src/base/index.ts';
import { type Action, actInline, advanceInline, createInlineRun, freshScenario, SECOND, type Work } from '../../src/sim/index.ts';
import { startBus } from '../../src/workers/bus.ts';
import { startHistorian } from '../../src/workers/historian.ts';
import { startMember } from '../../src/workers/member.ts';
import type { Batch, BusControl, BusFailure, HistorianControl, MemberAnswer } from '../../src/workers/protocol.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Whatever survives a clone: what a port can carry. */
const anything = fc
  .anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true, withNullPrototype: false })
  .filter((value) => {
    try {
      structuredClone(value);
      return true;
    } catch {
      return false;
    }
  });
const odd = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5, 2 ** 60, '', 'leader', [], {}),
  anything,
);

describe('a member', () => {
  it('answers every order once, under its number', () => {
    const boot = bootOrder();
    const order = fc.oneof(
      anything,
      fc.record(
        { type: fc.constantFrom('boot', 'run', 'digest', 'sink'), number: fc.oneof(fc.nat(), odd) },
        { requiredKeys: ['type'] },
      ),
      fc.record({
        type: fc.constant('run'),
        number: fc.nat(),
        until: fc.oneof(fc.nat(5 * SECOND), odd),
        deliveries: fc.oneof(fc.constant([]), odd, fc.array(delivery())),
      }),
      fc.record({
        type: fc.constant('boot'),
        number: fc.nat(),
        config: spoilt(boot.config),
        records: fc.oneof(fc.constant([]), odd),
        at: fc.oneof(fc.constant(0), odd),
      }),
    );
    const seen = new Map<string, number>();
    let asked = 0;
    let boots = true;
    fc.assert(
      fc.property(fc.array(order, { minLength: 1, maxLength: 8 }), (orders) => {
        const answers: MemberAnswer[] = [];
        const tell = startMember((answer) => answers.push(structuredClone(answer)));
        boots = !boots;
        if (boots) tell({ type: 'boot', number: 0, config: boot.config, records: [], at: 0 });
        answers.length = 0;
        for (const [i, message] of orders.entries()) {
          tell(structuredClone(message));
          asked++;
          expect(answers.length).toBe(i + 1);
          const answer = answers[i];
          seen.set(answer?.type ?? '', (seen.get(answer?.type ?? '') ?? 0) + 1);
          if (answer?.type === 'refused') expect(answer.reason).not.toBe('');
          const { number } = Object(message) as { number?: unknown };
          expect(answer?.number).toEqual(typeof number === 'number' ? number : 0);
        }
      }),
      { numRuns: 250, seed: 1 },
    );
    expect(asked).toBeGreaterThan(900);
    expect([...seen.keys()].sort()).toEqual(['digest', 'refused', 'result']);
    for (const count of seen.values()) expect(count).toBeGreaterThan(20);
  });
});

describe('a bus', () => {
  it('answers every advance, and goes on after those that it refuses', async () => {
    const bus = await openBus();
    const advance = fc.oneof(
      anything,
      fc.record({ until: odd, stop: odd }),
      fc.record({ until: fc.nat(SECOND), stop: fc.constantFrom(undefined, 'decision', 'row') }),
    );
    let refused = 0;
    let asked = 0;
    for (const message of fc.sample(advance, { numRuns: 500, seed: 2 })) {
      asked++;
      const before = bus.now;
      const answer = await bus.advance(message);
      if ('failure' in answer) {
        refused++;
        expect(answer.failure).not.toBe('');
      } else expect(answer.now).toBeGreaterThanOrEqual(before);
    }
    expect(asked).toBe(500);
    expect(refused).toBeGreaterThan(200);
    const last = await bus.advance({ until: bus.now + SECOND, stop: undefined });
    expect('failure' in last ? last.failure : last.now).toBe(bus.now);
  });

  it('does an action or says why not, and lets time pass after either', async () => {
    const bus = await openBus();
    await bus.advance({ until: 3 * SECOND, stop: undefined });
    const put = callAction(1, {
      type: 'put',
      key: utf8Encode('a'),
      value: utf8Encode('b'),
      lease: ZERO_ID,
      prevKv: false,
      ignoreValue: false,
      ignoreLease: false,
    });
    const action = fc.oneof(
      odd,
      spoilt<unknown>({ type: 'crash', member: 1 }),
      spoilt<unknown>({ type: 'restart', member: 1 }),
      spoilt<unknown>({ type: 'cut', cause: 'hand', links: [[1, 2]] }),
      spoilt<unknown>({ type: 'heal', cause: 'all', links: [[1, 2]] }),
      spoilt<unknown>({ type: 'cancel', call: 1 }),
      spoilt<unknown>(put),
      spoilt<unknown>(put.request).map((request) => ({ ...put, request })),
    );
    const told = { done: 0, refused: 0, thrown: 0 };
    let call = 1;
    for (const given of fc.sample(action, { numRuns: 400, seed: 3 })) {
      const message = numbered(given, () => ++call);
      await bus.control.act(message as Action).then(
        () => told.done++,
        (error: Error) => {
          told.refused++;
          expect(error.message).not.toBe('');
        },
      );
      const batch = await bus.advance({ until: bus.now + 5_000, stop: undefined });
      if ('failure' in batch) throw new Error(`after ${JSON.stringify(message)}: ${batch.failure}`);
      told.thrown += batch.thrown.length;
      // A member that threw, or was crashed, is started again: the next message finds somebody.
      for (const member of [1, 2, 3]) await bus.control.act({ type: 'restart', member });
    }
    expect(told.done + told.refused).toBe(400);
    expect(told.done).toBeGreaterThan(60);
    expect(told.refused).toBeGreaterThan(100);
    // No call is lost: whoever still waits is answered, or ends with its time.
    await bus.control.act({
      type: 'heal',
      cause: 'all',
      links: [
        [1, 2],
        [2, 1],
      ],
    });
    const end = callAction(call + 1, put.request);
    await bus.control.act(end);
    const batch = await bus.advance({ until: bus.now + 6 * SECOND, stop: undefined });
    if ('failure' in batch) throw new Error(batch.failure);
    expect(batch.news.some((news) => news.type === 'end' && news.call === call + 1 && news.outcome.type === 'ok')).toBe(true);
    expect((await bus.control.digests()).filter((digest) => digest !== '')).toHaveLength(3);
  }, 60_000);
});

describe('a historian', () => {
  it('answers every question, and follows on after those that it refuses', async () => {
    const { port1, port2 } = channel();
    startHistorian({ control: port2 });
    const historian: Remote<HistorianControl> = wrap<HistorianControl>(port1);
    await expect(historian.digestsAt(0)).rejects.toThrow('started');
    const scenario = freshScenario(3, 5);
    await historian.start(scenario);
    const run = createInlineRun(scenario);
    advanceInline(run, 2 * SECOND);
    const hash = await historian.follow([], 2 * SECOND);
    const questions = fc.sample(fc.tuple(fc.constantFrom('memberAt', 'digestsAt', 'follow'), odd, odd), { numRuns: 200, seed: 4 });
    let refused = 0;
    for (const [what, a, b] of questions) {
      const question =
        what === 'memberAt'
          ? historian.memberAt(a as number, b as number)
          : what === 'digestsAt'
            ? historian.digestsAt(a as number)
            : historian.follow(a as never, b as number);
      await question.catch((error: Error) => {
        refused++;
        expect(String(error.message)).not.toBe('');
      });
    }
    expect(refused).toBeGreaterThan(100);
    actInline(run, { type: 'crash', member: 1 });
    advanceInline(run, 3 * SECOND);
    expect(await historian.follow([], 2 * SECOND)).toBe(hash);
    await historian.follow(run.kernel.journal, 3 * SECOND);
    expect((await historian.digestsAt(3 * SECOND))[0]).toBe('');
  });
});

/** The record with some of its fields odd or gone. */
function spoilt<T>(good: T): fc.Arbitrary<T> {
  const keys = Object.keys(good as object);
  return fc.tuple(fc.subarray(keys, { maxLength: 2 }), odd, fc.boolean()).map(([spoilt, value, gone]) => {
    const copy = { ...(good as object) } as Record<string, unknown>;
    for (const key of spoilt) {
      if (gone) delete copy[key];
      else copy[key] = value;
    }
    return copy as T;
  });
}

function delivery(): fc.Arbitrary<unknown> {
  return fc.record({
    time: fc.oneof(fc.nat(SECOND), odd),
    source: fc.nat(9),
    sequence: fc.nat(),
    input: fc.oneof(
      odd,
      fc.record({
        type: fc.constantFrom('tick', 'message', 'request', 'synced', 'unreachable', 'cancel'),
        message: odd,
        request: odd,
        call: odd,
      }),
    ),
  });
}

/** Calls have numbers of their own, or the bus answers for another one. */
function numbered(action: unknown, next: () => number): unknown {
  if (typeof action !== 'object' || action === null || !('type' in action) || action.type !== 'call' || !('call' in action))
    return action;
  return action.call === 1 ? { ...action, call: next() } : action;
}

function callAction(call: number, request: Extract<Action, { type: 'call' }>['request']): Extract<Action, { type: 'call' }> {
  return { type: 'call', client: 1, call, endpoints: [2], request, timeout: 5 * SECOND, requireLeader: false, text: '' };
}

function bootOrder(): Extract<Work, { type: 'boot' }> {
  const run = createInlineRun(freshScenario(1, 1));
  advanceInline(run, 1);
  const config = run.hosts.get(1)?.config;
  if (config === undefined) throw new Error('a cluster of one has a member');
  const { raftRules: _raft, serverRules: _server, ...member } = config.member;
  return { type: 'boot', config: { ...config, member } as typeof config, records: [], at: 0 };
}

function channel(): MessageChannel {
  const both = new MessageChannel();
  closing.push(() => {
    both.port1.close();
    both.port2.close();
  });
  return both;
}

interface OpenBus {
  readonly now: number;
  readonly control: Remote<BusControl>;
  advance(message: unknown): Promise<Batch | BusFailure>;
}

/** A bus with three members, each behind a port. */
async function openBus(): Promise<OpenBus> {
  const controls = channel();
  const rows = channel();
  startBus({ control: controls.port2, rows: rows.port2 }, startStandIn);
  const control: Remote<BusControl> = wrap<BusControl>(controls.port1);
  await control.start(freshScenario(3, 5), [], 'horizons');
  let now = 0;
  return {
    get now() {
      return now;
    },
    control,
    advance: (message) =>
      new Promise((resolve) => {
        rows.port1.onmessage = (event: MessageEvent<Batch | BusFailure>) => {
          if ('now' in event.data) now = event.data.now;
          resolve(event.data);
        };
        rows.port1.postMessage(message);
      }),
  };
}

/** What a bus sees of a member's worker. */
function startStandIn(): Worker {
  const { port1, port2 } = channel();
  const tell = startMember((answer) => port2.postMessage(answer));
  port2.onmessage = (event: MessageEvent<unknown>) => tell(event.data);
  const worker = {
    onmessage: undefined as ((event: MessageEvent<unknown>) => void) | undefined,
    onerror: undefined,
    postMessage: (message: unknown) => port1.postMessage(message),
    terminate: () => {
      port1.close();
      port2.close();
    },
  };
  port1.onmessage = (event: MessageEvent<unknown>) => worker.onmessage?.(event);
  return worker as unknown as Worker; // the bus uses nothing else of it
}
