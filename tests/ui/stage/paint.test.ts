/** What the painters put on a canvas, against a recording pen: which shapes fly where, what is bundled, what died. */
import { describe, expect, test } from 'vitest';
import { drawGlyph, type GlyphStore } from '../../../src/ui/stage/glyphs.ts';
import { layoutStage, linkSegment } from '../../../src/ui/stage/layout.ts';
import {
  BUNDLE_OVER,
  callPath,
  callPlace,
  DOTS_OVER,
  paintStage,
  type StagePen,
  type StageScene,
} from '../../../src/ui/stage/paint.ts';
import type { CallFrame, FlightKind } from '../../../src/view/index.ts';
import { flightOf, quietFrame } from '../../view/buildFrame.ts';

const layout = layoutStage(5, { width: 832, height: 424 });

/** Remembers calls with the colours of their moment, and follows translations. */
function recordingPen() {
  const calls: {
    readonly name: string;
    readonly args: readonly unknown[];
    readonly x: number;
    readonly y: number;
    readonly stroke: string;
  }[] = [];
  const state = { x: 0, y: 0 };
  const stack: { x: number; y: number }[] = [];
  const fields: Record<string, unknown> = {};
  const pen = new Proxy(fields, {
    get(target, name: string) {
      if (name in target) return target[name];
      return (...args: unknown[]) => {
        if (name === 'save') stack.push({ ...state });
        if (name === 'restore') Object.assign(state, stack.pop());
        if (name === 'translate') {
          state.x += args[0] as number;
          state.y += args[1] as number;
        }
        calls.push({ name, args, ...state, stroke: String(target.strokeStyle) });
      };
    },
    set(target, name: string, value) {
      target[name] = value;
      return true;
    },
  });
  return { pen: pen as unknown as StagePen, calls };
}

function sceneOf(change: Partial<StageScene> & Pick<StageScene, 'frame' | 'time'>): {
  readonly scene: StageScene;
  readonly stamped: string[];
} {
  const stamped: string[] = [];
  const glyphs: GlyphStore = {
    bitmap: (kind, _size, count, ink) => {
      stamped.push(`${kind} ${count} ${ink.colour}`);
      return undefined;
    },
    clear: () => undefined,
  };
  const ink = {
    hue: (term: number) => `hue${term}`,
    ink: 'ink',
    ink2: 'ink2',
    on: 'on',
    paper: 'paper',
    stage: 'stage',
    fault: 'fault',
    rule2: 'rule2',
    ui: 'ui',
    mono: 'mono',
  };
  return { scene: { layout, ink, glyphs, scale: 1, lit: 0, ground: () => 'stage', ...change }, stamped };
}

describe('messages', () => {
  test('fly as their kind, in the hue of their term, where their times say', () => {
    const { pen, calls } = recordingPen();
    const { scene, stamped } = sceneOf({ frame: quietFrame(5, 1, { flights: [flightOf({ term: 3, count: 2 })] }), time: 6_000 });
    paintStage(pen, scene);
    expect(stamped).toEqual(['append 2 hue3']);
    const { from, to } = linkSegment(layout, 1, 3);
    const moved = calls.find((call) => call.name === 'translate');
    expect(moved?.x).toBeCloseTo((from.x + to.x) / 2);
    expect(moved?.y).toBeCloseTo((from.y + to.y) / 2);
    expect(calls.some((call) => call.stroke === 'fault')).toBe(false);
  });

  test('that will be lost wear a red halo, unless the cause is in sight', () => {
    const flight = flightOf({ lostAt: 9_000 });
    const lost = (cut: readonly boolean[]) => {
      const { pen, calls } = recordingPen();
      paintStage(pen, sceneOf({ frame: quietFrame(5, 1, { flights: [flight], cut }), time: 6_000 }).scene);
      return calls.some((call) => call.name === 'stroke' && call.stroke === 'fault');
    };
    const open = new Array<boolean>(25).fill(false);
    expect(lost(open)).toBe(true);
    expect(lost(open.with(2, true))).toBe(false); // 1 → 3
  });

  test('that died get a red slash and are gone after their fade', () => {
    const flights = [flightOf({ lostAt: 6_000 })];
    const painted = (time: number) => {
      const { pen, calls } = recordingPen();
      paintStage(pen, sceneOf({ frame: quietFrame(5, 1, { flights }), time }).scene);
      return calls.filter((call) => call.name === 'stroke' && call.stroke === 'fault').length;
    };
    expect(painted(60_000)).toBe(1);
    expect(painted(160_000)).toBe(0);
  });

  test('more than six alike on a lane are dots with one pill that counts them', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => flightOf({ id: i, sentAt: i * 100, arrivesAt: 10_000 + i * 100 }));
    const painted = (count: number) => {
      const { pen, calls } = recordingPen();
      const { scene, stamped } = sceneOf({ frame: quietFrame(5, 1, { flights: many(count) }), time: 5_000 });
      paintStage(pen, scene);
      return { stamped: stamped.length, texts: calls.filter((call) => call.name === 'fillText').map((call) => call.args[0]) };
    };
    expect(painted(BUNDLE_OVER).stamped).toBe(BUNDLE_OVER);
    expect(painted(BUNDLE_OVER + 3)).toEqual({ stamped: 1, texts: [`×${BUNDLE_OVER + 3}`] });
  });

  test('more than three hundred in all are dots only', () => {
    const flights = Array.from({ length: DOTS_OVER + 1 }, (_, i) => flightOf({ id: i, to: 2 + (i % 4) }));
    const { pen, calls } = recordingPen();
    const { scene, stamped } = sceneOf({ frame: quietFrame(5, 1, { flights }), time: 6_000 });
    paintStage(pen, scene);
    expect(stamped).toEqual([]);
    expect(calls.filter((call) => call.name === 'arc')).toHaveLength(DOTS_OVER + 1);
  });
});

test('no two kinds of message are drawn alike', () => {
  const kinds: readonly FlightKind[] = [
    'append',
    'commit',
    'ack',
    'reject',
    'heartbeat',
    'heartbeatAck',
    'preVote',
    'vote',
    'preVoteGranted',
    'preVoteRefused',
    'voteGranted',
    'voteRefused',
    'snapshot',
    'timeoutNow',
    'forward',
    'readIndex',
    'readIndexAnswer',
    'other',
  ];
  const drawings = [...kinds, 'readHeartbeat', 'request', 'answer', 'error', 'watch'].map((kind) => {
    const { pen, calls } = recordingPen();
    drawGlyph(pen, kind as FlightKind, 32, 1, { colour: 'c', on: 'o', ground: 'g', text: 't', mono: 'm' });
    return JSON.stringify(calls);
  });
  expect(new Set(drawings).size).toBe(drawings.length);
});

describe('a call', () => {
  const call: CallFrame = {
    id: 1,
    client: 1,
    member: 1,
    kind: 'put',
    key: 'color',
    value: 'green',
    sentAt: 1_000,
    arrivesAt: 2_000,
    answer: undefined,
    index: 0,
    term: 0,
    state: 'open',
    endedAt: 0,
    deadline: 0,
  };
  const path = callPath(layout, 1);

  test('flies from the prompt, waits at its member, and its answer flies back', () => {
    expect(callPlace(call, 999, layout, 0)).toBeUndefined();
    expect(callPlace(call, 1_000, layout, 0)).toMatchObject({ kind: 'request', ...path.from, waits: false });
    expect(callPlace(call, 50_000, layout, 0)).toMatchObject({ kind: 'request', ...path.to, waits: true });
    const answered: CallFrame = { ...call, state: 'ok', endedAt: 61_000, answer: { sentAt: 60_000, arrivesAt: 61_000, ok: true } };
    expect(callPlace(answered, 60_000, layout, 0)).toMatchObject({ kind: 'answer', ...path.to });
    expect(callPlace(answered, 61_000, layout, 0)).toMatchObject({ kind: 'answer', ...path.from });
    expect(callPlace(answered, 61_001, layout, 0)).toBeUndefined();
    const refused: CallFrame = { ...answered, answer: { sentAt: 60_000, arrivesAt: 61_000, ok: false } };
    expect(callPlace(refused, 60_500, layout, 0)?.kind).toBe('error');
    expect(callPlace({ ...call, state: 'timeout', endedAt: 70_000 }, 70_000, layout, 0)).toBeUndefined();
  });

  test('a watch waits as an eye and its events are eyes', () => {
    const watch: CallFrame = { ...call, kind: 'watch', answer: { sentAt: 60_000, arrivesAt: 61_000, ok: true } };
    expect(callPlace(watch, 50_000, layout, 0)).toMatchObject({ kind: 'watch', waits: true });
    expect(callPlace(watch, 60_500, layout, 0)).toMatchObject({ kind: 'watch', waits: false });
    expect(callPlace(watch, 90_000, layout, 0)).toMatchObject({ kind: 'watch', waits: true });
  });

  test('its way runs through nobody else', () => {
    for (const [width, height] of [
      [832, 424],
      [936, 522],
      [390, 450],
    ] as const) {
      const stage = layoutStage(5, { width, height }, width < 500 ? 42 : 56);
      for (const place of stage.members) {
        const { from, control, to } = callPath(stage, place.ordinal);
        for (let t = 0; t <= 1; t += 0.02) {
          const x = (1 - t) ** 2 * from.x + 2 * (1 - t) * t * control.x + t * t * to.x;
          const y = (1 - t) ** 2 * from.y + 2 * (1 - t) * t * control.y + t * t * to.y;
          for (const other of stage.members) {
            if (other === place) continue;
            expect(Math.hypot(x - other.x, y - other.y), `to n${place.ordinal} past n${other.ordinal} at ${width}`).toBeGreaterThan(
              stage.radius,
            );
          }
        }
      }
    }
  });
});
