/**
 * The picture at any playhead, of a run with crashes, cuts and puts: moving there from anywhere gives the very frame that a
 * fold from the start gives; what did not change is the same object; the timeline and the gears follow the rows.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { utf8Encode, ZERO_ID } from '../../src/base/index.ts';
import { type Action, actInline, advanceInline, createInlineRun, freshScenario, packRows, SECOND } from '../../src/sim/index.ts';
import {
  chronicle,
  createChronicle,
  createProjector,
  createRecording,
  earliestDeadline,
  type Frame,
  gearOf,
  project,
  type Recording,
  record,
} from '../../src/view/index.ts';

const MEMBERS = 5;
const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5'];
const END = 16 * SECOND;

function put(call: number, member: number): Action {
  const request = { type: 'put' as const, key: utf8Encode('color'), value: String(call), lease: ZERO_ID };
  const flags = { prevKv: false, ignoreValue: false, ignoreLease: false };
  return {
    type: 'call',
    client: 1,
    call,
    endpoints: [member],
    request: { ...request, ...flags },
    timeout: 5 * SECOND,
    requireLeader: false,
    text: `put color ${call}`,
  };
}

/** Two seconds to elect; then puts, a crash of the leader, a wall, its fall, a restart. */
function makeRecording(): { recording: Recording; leader: number } {
  const run = createInlineRun(freshScenario(MEMBERS, 7));
  const recording = createRecording(MEMBERS);
  const timeline = createProjector(recording, NAMES);
  let call = 0;
  let leader = 0;
  const links = (side: readonly number[]) =>
    NAMES.flatMap((_, a) => NAMES.map((_, b) => [a + 1, b + 1] as const)).filter(
      ([a, b]) => a !== b && side.includes(a) !== side.includes(b),
    );
  while (run.kernel.now < END) {
    const now = run.kernel.now;
    if (now === 2 * SECOND) leader = project(timeline, now).members.find((member) => member.role === 'leader')?.ordinal ?? 1;
    if (now === 3 * SECOND) actInline(run, { type: 'crash', member: leader });
    if (now === 7 * SECOND) {
      actInline(run, { type: 'cut', cause: 'wall:1', links: links([1, 2]), wall: { x1: 0.5, y1: 0, x2: 0.5, y2: 1 } });
    }
    if (now === 11 * SECOND) actInline(run, { type: 'heal', cause: 'wall:1', links: links([1, 2]) });
    if (now === 12 * SECOND) actInline(run, { type: 'restart', member: leader });
    if (now >= 2 * SECOND && now % (SECOND / 4) === 0) actInline(run, put(++call, 1 + (call % MEMBERS)));
    const released = advanceInline(run, now + SECOND / 20);
    record(recording, { ...released, rows: packRows(released.rows) }, run.kernel.now);
  }
  return { recording, leader };
}

/** A frame as plain values: logs by their items, texts left out (all frames share them). */
function plain(frame: Frame): unknown {
  return {
    ...frame,
    texts: undefined,
    members: frame.members.map((member) => ({
      ...member,
      log: Array.from({ length: member.log.end }, (_, i) => member.log.chunks[Math.floor(i / 256)]?.[i % 256]),
    })),
  };
}

function fromScratch(recording: Recording, time: number): Frame {
  return project(createProjector(recording, NAMES), time);
}

describe('the picture at a playhead', () => {
  let recording: Recording;
  let leader: number;
  beforeAll(() => {
    ({ recording, leader } = makeRecording());
  });

  it('is the same, however one came there', () => {
    expect(recording.count).toBeGreaterThan(2_500); // more than one keyframe
    const projector = createProjector(recording, NAMES);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: END }), { minLength: 1, maxLength: 6 }), (times) => {
        let frame = project(projector, 0);
        for (const time of times) frame = project(projector, time);
        expect(plain(frame)).toEqual(plain(fromScratch(recording, times.at(-1) ?? 0)));
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  it('keeps what did not change', () => {
    const projector = createProjector(recording, NAMES);
    const before = project(projector, 2.51 * SECOND);
    const after = project(projector, 2.511 * SECOND);
    const same = after.members.filter((member, i) => member === before.members[i]);
    expect(same.length).toBeGreaterThan(0);
    expect(after.cut).toBe(before.cut);
    expect(after.islands).toBe(after.members === before.members ? before.islands : after.islands);
  });

  it('shows a dead leader as it was, and as a ghost with what its disk keeps', () => {
    const alive = fromScratch(recording, 2.99 * SECOND).members[leader - 1];
    expect(alive).toMatchObject({ role: 'leader', health: 'up' });
    const dead = fromScratch(recording, 3 * SECOND).members[leader - 1];
    expect(dead).toMatchObject({ health: 'stopped', commitIndex: 0, timerAt: 0 });
    expect(dead?.log.end).toBe((dead?.durableIndex ?? 0) + 1);
  });

  it('shows a wall from its fall to its healing, its islands, and who of them can commit', () => {
    expect(fromScratch(recording, 6.99 * SECOND).walls).toEqual([]);
    const split = fromScratch(recording, 9 * SECOND);
    expect(split.walls).toMatchObject([{ id: 1, since: 7 * SECOND }]);
    expect(split.islands.some((island) => !island.hasQuorum)).toBe(true);
    expect(fromScratch(recording, 11.5 * SECOND).walls).toEqual([]);
  });

  it('never lets the flag move back', () => {
    const projector = createProjector(recording, NAMES);
    let flag = 0;
    for (let time = 0; time <= END; time += SECOND / 10) {
      const frame = project(projector, time);
      expect(frame.flag).toBeGreaterThanOrEqual(flag);
      flag = frame.flag;
      for (const member of frame.members) {
        expect(member.appliedIndex).toBeLessThanOrEqual(member.commitIndex);
        expect(member.durableIndex).toBeLessThan(member.log.end);
      }
    }
    expect(flag).toBeGreaterThan(20);
  });

  it('has every flight between its sending and its end', () => {
    const projector = createProjector(recording, NAMES);
    let seen = 0;
    for (let time = 2 * SECOND; time <= END; time += 3_333) {
      for (const flight of project(projector, time).flights) {
        seen++;
        expect(flight.sentAt).toBeLessThanOrEqual(time);
        if (flight.lostAt === undefined) expect(flight.arrivesAt).toBeGreaterThan(time);
      }
    }
    expect(seen).toBeGreaterThan(1_000);
  });

  it('names calls and ties them to their entries', () => {
    const texts = [...recording.texts.values()].filter((text) => text.kind === 'put');
    expect(texts.length).toBeGreaterThan(20);
    expect(texts.every((text) => text.call > 0 && text.value === String(text.call))).toBe(true);
    const linked = new Set<number>();
    const projector = createProjector(recording, NAMES);
    for (let time = 2 * SECOND; time <= END; time += SECOND / 100) {
      for (const call of project(projector, time).calls) {
        if (call.index === 0) continue;
        linked.add(call.id);
        expect(recording.texts.get(`${call.term}/${call.index}`)?.call).toBe(call.id);
      }
    }
    expect(linked.size).toBeGreaterThan(20);
  });

  it('drives the gears: slow while something decides, as it is while one can only wait', () => {
    expect(gearOf(fromScratch(recording, 2.5 * SECOND + 5_000))).toBe('decide'); // a put is on its way
    const silent = fromScratch(recording, 3.24 * SECOND); // the leader is dead, nobody has lost patience yet
    expect(gearOf(silent)).toBe('wait');
    expect(earliestDeadline(silent)).toBeGreaterThan(3.24 * SECOND);
  });
});

describe('the timeline', () => {
  it('has a lane without gaps for each member, a band for each term, and what people did', () => {
    const { recording, leader } = makeRecording();
    const { segments, bands, events, live } = chronicle(createChronicle(MEMBERS), recording);
    expect(live).toBe(END);
    for (let member = 1; member <= MEMBERS; member++) {
      const lane = segments.filter((segment) => segment.member === member);
      expect(lane[0]?.from).toBe(0);
      expect(lane.at(-1)?.to).toBe(END);
      for (const [i, segment] of lane.slice(1).entries()) expect(segment.from).toBe(lane[i]?.to);
    }
    expect(segments.find((segment) => segment.role === 'stopped')).toMatchObject({
      member: leader,
      from: 3 * SECOND,
      to: 12 * SECOND,
    });
    expect(bands[0]).toMatchObject({ term: 1, leader });
    expect(bands.map((band) => band.term)).toEqual([...bands].map((band) => band.term).sort((a, b) => a - b));
    expect(events.filter((event) => event.fault).map((event) => event.kind)).toEqual(['crash', 'wall']);
    expect(events.filter((event) => event.kind === 'call').length).toBeGreaterThan(20);
  });
});
