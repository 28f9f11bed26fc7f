/** `Run` over the scripted cluster: clock, pace, past and acts as the real one has them. For looking at the page only. */
import { utf8Decode, utf8Encode, ZERO_ID } from '../../src/base/index.ts';
import type { CallOutcome, UnaryRequest } from '../../src/engine/server/index.ts';
import { freshScenario } from '../../src/sim/index.ts';
import type { Frame } from '../../src/view/index.ts';
import type { Action, Pace, Run, RunState } from '../../src/workers/index.ts';
import { createWorld, type World } from './fakeWorld.ts';

const SCENES = [
  'open',
  'election',
  'partition',
  'stopped',
  'many',
  'past',
  'noquorum',
  'single',
  'threw',
  'healed',
  'waiting',
] as const;
export type Scene = (typeof SCENES)[number];

export function isScene(name: string): name is Scene {
  return (SCENES as readonly string[]).includes(name);
}

const MS = 1_000;
const S = 1_000 * MS;

/** A scene stands still at its most telling moment until it is played. */
export function createFakeRun(scene: Scene, seed: number, count = scene === 'single' ? 1 : 5): Run {
  const world = createWorld(count, seed, scene === 'many' ? 150 * MS : 10 * MS);
  const scenario = freshScenario(count, seed);
  let nextCall = 1000;
  const script = (time: number, action: Action) => {
    world.runTo(time);
    world.act(action);
  };
  const put = (member: number, key: string, value: string, text = `put ${key} ${value}`): Action => ({
    type: 'call',
    client: 1,
    call: nextCall++,
    endpoints: [member],
    request: {
      type: 'put',
      key: utf8Encode(key),
      value: utf8Encode(value),
      lease: ZERO_ID,
      prevKv: false,
      ignoreValue: false,
      ignoreLease: false,
    },
    timeout: 5 * S,
    requireLeader: false,
    text,
  });
  play(scene, world, script, put, count);

  const listeners = new Set<() => void>();
  const waiting: Action[] = scene === 'waiting' ? [{ type: 'crash', member: 1 }] : [];
  let playhead = scene === 'past' ? 4.6 * S : world.now();
  let before: number | undefined;
  let factor = 1 / 50;
  let frame: Frame | undefined;
  let state: RunState = {
    phase: 'ready',
    failure: '',
    playing: false,
    atLive: playhead === world.now(),
    pace: 'auto',
    factor,
    waiting: [...waiting],
    thrown:
      scene === 'threw'
        ? [
            {
              member: 2,
              message: 'applied past commit {"id":"n2"}',
              stack:
                'AssertionError: applied past commit\n    at assertRaftInvariants (engine/raft/raft.ts:88)\n    at step (engine/raft/raft.ts:41)',
            },
          ]
        : [],
    proof: 'pending',
    revision: 0,
  };
  update({});

  function update(change: Partial<RunState>): void {
    frame = undefined;
    const revision = decisionsUntil(world.decisions, playhead);
    const next = { ...state, atLive: playhead === world.now(), factor, revision, ...change };
    if ((Object.keys(next) as (keyof RunState)[]).every((key) => Object.is(next[key], state[key]))) return;
    state = next;
    for (const listener of listeners) listener();
  }
  function show(): Frame {
    frame ??= world.frameAt(playhead);
    return frame;
  }
  function gear(): number {
    if (state.pace !== 'auto') return state.pace;
    const { calls, flights, members } = show();
    const decisive = flights.some((flight) => !['heartbeat', 'heartbeatAck'].includes(flight.kind) && flight.lostAt === undefined);
    if (decisive || calls.some((call) => call.arrivesAt > playhead || call.answer !== undefined)) return 1 / 50;
    const ruled = members.some((member) => member.role === 'leader') && members.every((m) => m.health !== 'up' || m.leader !== 0);
    return ruled && calls.every((call) => call.state !== 'open') ? 1 / 10 : 1;
  }
  function runWaiting(): void {
    for (const action of waiting.splice(0)) world.act(action);
  }
  function doNow(action: Action, onEnd?: () => void): boolean {
    if (!state.atLive) return false;
    if (state.playing) world.act(action, onEnd);
    else if (onEnd !== undefined) world.act(action, onEnd);
    else waiting.push(action);
    update({ waiting: [...waiting] });
    return true;
  }

  return {
    scenario,
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    playhead: () => playhead,
    live: () => world.now(),
    frame: show,
    timeline: () => world.timeline(),
    animate(nowMs) {
      const elapsed = Math.min(50, nowMs - (before ?? nowMs));
      before = nowMs;
      if (!state.playing) return false;
      factor = gear();
      const atLive = state.atLive;
      playhead += Math.round(elapsed * MS * factor);
      if (atLive || playhead > world.now()) world.runTo(playhead);
      update({});
      return true;
    },
    play() {
      before = undefined;
      runWaiting();
      update({ playing: true, waiting: [] });
    },
    pause: () => update({ playing: false }),
    step(unit) {
      runWaiting();
      if (state.atLive) {
        while (!world.runOne() && unit === 'decision');
        playhead = world.now();
      } else {
        playhead = world.decisions.find((time) => time > playhead) ?? world.now();
      }
      update({ playing: false, waiting: [] });
    },
    stepBack() {
      playhead = world.decisions.findLast((time) => time < playhead) ?? 0;
      update({ playing: false });
    },
    seek(time) {
      playhead = Math.round(Math.min(world.now(), Math.max(0, time)));
      update({ playing: false });
    },
    backToLive() {
      playhead = world.now();
      update({});
    },
    setPace(pace: Pace) {
      if (pace !== 'auto') factor = pace;
      update({ pace, factor });
    },
    act: (action) => doNow(action),
    target: (client) => ({
      now: () => world.now(),
      request(call, onReply) {
        const id = nextCall++;
        const endpoints = call.endpoints.map((endpoint) => Number(/n(\d+)/.exec(endpoint)?.[1] ?? 1));
        const { request, timeout } = call;
        const text = `${request.type === 'range' ? 'get' : request.type} ${'key' in request ? utf8Decode(request.key) : ''}`;
        doNow({ type: 'call', client, call: id, endpoints, request, timeout, requireLeader: false, text }, () => {
          const done = world.calls.find((known) => known.id === id);
          if (done?.state === 'ok') onReply({ ok: true, response: respond(world, request) });
          else if (done?.state === 'timeout') onReply({ ok: false, error: { code: 'deadlineExceeded' } });
        });
        return { id, cancel: () => world.act({ type: 'cancel', call: id }) };
      },
      openStream: () => ({ id: undefined, cancel() {} }),
      sleep: () => ({ id: undefined, cancel() {} }),
    }),
    whenIdle: () => Promise.resolve(),
    advanceTo(time) {
      world.runTo(time);
      playhead = world.now();
      update({});
      return Promise.resolve();
    },
    digests: () => Promise.resolve([]),
    digestsAt: () => Promise.resolve([]),
    memberAt: () => Promise.reject(new Error('a hand-made run has no historian')),
    storeAt: () => Promise.reject(new Error('a hand-made run has no historian')),
    watchesAt: () => Promise.reject(new Error('a hand-made run has no historian')),
    leasesAt: () => Promise.reject(new Error('a hand-made run has no historian')),
    namesAt: () => Promise.reject(new Error('a hand-made run has no historian')),
    linesAt: () => Promise.reject(new Error('a hand-made run has no historian')),
    journal: () => [],
    traceHash: () => '',
    prove: () => Promise.resolve(),
    dispose() {
      listeners.clear();
    },
  };
}

/** What leads to a scene's moment, and the run up to it. */
function play(
  scene: Scene,
  world: World,
  script: (time: number, action: Action) => void,
  put: (member: number, key: string, value: string, text?: string) => Action,
  count: number,
): void {
  const cutOff = (left: readonly number[]): Action => {
    const all = Array.from({ length: count }, (_, i) => i + 1);
    const right = all.filter((ordinal) => !left.includes(ordinal));
    const links = left.flatMap((a) =>
      right.flatMap((b): (readonly [number, number])[] => [
        [a, b],
        [b, a],
      ]),
    );
    return { type: 'cut', cause: 'wall:1', links, wall: { x1: 0.44, y1: 0, x2: 0.36, y2: 1 } };
  };
  world.force(Math.min(3, count), 1.2 * S);
  if (count === 1) {
    script(3 * S, put(1, 'color', 'red'));
    script(4 * S, put(1, 'color', 'green'));
    world.runTo(4.0015 * S);
    return;
  }
  script(3.4 * S, put(Math.min(3, count), 'color', 'red'));
  if (count < 4) {
    world.runTo(6 * S);
    return;
  }
  script(5.2 * S, { type: 'crash', member: 3 });
  world.force(1, 6.5 * S);
  script(7.8 * S, { type: 'restart', member: 3 });
  script(8.7 * S, put(1, '/cron/jobs/job1', '{...job1}', 'put …job1'));
  script(9.8 * S, put(1, 'name', 'etcd'));
  switch (scene) {
    case 'open':
    case 'past':
    case 'single':
    case 'waiting':
      script(12.2 * S, put(1, 'color', 'green'));
      world.runTo(12.2195 * S);
      return;
    case 'threw':
      world.runTo(11 * S);
      world.breakDown(2);
      world.runTo(11.2 * S);
      return;
    case 'stopped':
      script(10.4 * S, { type: 'crash', member: 5 });
      script(12.2 * S, put(1, 'color', 'green'));
      world.runTo(12.2122 * S);
      return;
    case 'election':
      script(10.6 * S, { type: 'crash', member: 1 });
      world.force(4, 11.8 * S);
      world.runTo(11.845 * S);
      return;
    case 'noquorum':
      script(10.6 * S, { type: 'crash', member: 2 });
      script(10.9 * S, { type: 'crash', member: 5 });
      script(11.3 * S, { type: 'crash', member: 1 });
      world.runTo(13.6 * S);
      return;
    case 'many':
      for (let i = 0; i < 160; i++) script(10 * S + i * 10 * MS, put(1 + (i % 5), `k${i % 7}`, `v${i}`, ''));
      return;
    case 'partition':
    case 'healed':
      script(10.5 * S, cutOff([1, 2]));
      world.force(4, 11.5 * S);
      script(10.74 * S, put(1, 'color', 'red'));
      script(11.9 * S, put(4, 'color', 'blue'));
      world.runTo(11.9085 * S);
      if (scene === 'partition') return;
      script(12.3 * S, { type: 'heal', cause: 'wall:1', links: allLinks(count) });
      world.runTo(12.42 * S);
      return;
  }
}

function allLinks(count: number): readonly (readonly [number, number])[] {
  const all = Array.from({ length: count }, (_, i) => i + 1);
  return all.flatMap((a) => all.filter((b) => b !== a).map((b): readonly [number, number] => [a, b]));
}

function respond(world: World, request: UnaryRequest): Extract<CallOutcome, { ok: true }>['response'] {
  const header = { clusterId: ZERO_ID, memberId: ZERO_ID, revision: 1, raftTerm: 1 };
  switch (request.type) {
    case 'put':
      return { type: 'put', header, prevKv: undefined };
    case 'range': {
      const value = world.valueOf(utf8Decode(request.key));
      const kv = {
        key: request.key,
        createRevision: 1,
        modRevision: 1,
        version: 1,
        value: utf8Encode(value ?? ''),
        lease: ZERO_ID,
      };
      return { type: 'range', header, kvs: value === undefined ? [] : [kv], more: false, count: value === undefined ? 0 : 1 };
    }
    case 'deleteRange':
      return { type: 'deleteRange', header, deleted: 1, prevKvs: [] };
    case 'memberList':
      return { type: 'memberList', header, members: [] };
    default:
      throw new Error(`no scene asks for ${request.type}`);
  }
}

function decisionsUntil(decisions: readonly number[], time: number): number {
  let low = 0;
  let high = decisions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((decisions[middle] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
