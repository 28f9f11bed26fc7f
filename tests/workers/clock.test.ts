/** The page's clock: brakes at once, speeds up softly, jumps over no deadline, and counts a hidden tab as one short frame. */
import { describe, expect, it } from 'vitest';
import { createProjector, createRecording, type Frame } from '../../src/view/index.ts';
import { brake, clampToDeadline, createClock, frameBudget, restClock, shownFactor } from '../../src/workers/clock.ts';

const base = createProjector(createRecording(3), ['n1', 'n2', 'n3']).frame;
const member = { ...base.members[0], health: 'up', role: 'follower', leader: 1, timerAt: 5_000_000 } as Frame['members'][number];

/** Everybody hears n1: calm. */
const calm: Frame = {
  ...base,
  time: 4_000_000,
  members: [
    { ...member, ordinal: 1, role: 'leader', timerAt: 0 },
    { ...member, ordinal: 2 },
    { ...member, ordinal: 3 },
  ],
};
/** Nobody leads: one can only wait. */
const waiting: Frame = { ...calm, members: calm.members.map((other) => ({ ...other, role: 'follower', leader: 0 })) };
/** A vote flies: something decides. */
const flight = {
  id: 1,
  kind: 'vote',
  from: 2,
  to: 1,
  term: 2,
  index: 0,
  count: 0,
  sentAt: 0,
  arrivesAt: 9e9,
  lostAt: undefined,
  carriesRead: false,
} as const;
const deciding: Frame = { ...waiting, flights: [flight] };

describe('the clock', () => {
  it('brakes in the very frame, and speeds up over several', () => {
    const clock = createClock();
    frameBudget(clock, 0, waiting);
    for (let ms = 16; ms < 2_000; ms += 16) frameBudget(clock, ms, waiting);
    expect(clock.factor).toBe(1);
    expect(frameBudget(clock, 2_000, deciding)).toBe(320); // 16 ms at 1/50
    expect(clock.factor).toBe(1 / 50);
    frameBudget(clock, 2_016, calm);
    expect(clock.factor).toBeGreaterThan(1 / 50);
    expect(clock.factor).toBeLessThan(1 / 20);
  });

  it('loses no microsecond to rounding', () => {
    const clock = createClock();
    clock.pace = 1 / 1000;
    frameBudget(clock, 0, calm);
    let total = 0;
    for (let frame = 1; frame <= 600; frame++) total += frameBudget(clock, frame * 16.7, calm);
    expect(total).toBe(Math.floor((600 * 16.7 * 1_000) / 1_000));
  });

  it('counts a frame after a hidden tab as 50 ms, and one after a pause as nothing', () => {
    const clock = createClock();
    clock.pace = 1;
    frameBudget(clock, 0, calm);
    expect(frameBudget(clock, 60_000, calm)).toBe(50_000);
    restClock(clock);
    expect(frameBudget(clock, 120_000, calm)).toBe(0);
  });

  it('stops at the first deadline, and goes on behind it', () => {
    const clock = createClock();
    expect(clampToDeadline(clock, 4_990_000, 5_100_000, waiting)).toBe(5_000_001);
    expect(clampToDeadline(clock, 5_000_001, 5_100_000, waiting)).toBe(5_100_000);
    clock.pace = 2;
    expect(clampToDeadline(clock, 4_990_000, 5_100_000, waiting)).toBe(5_100_000); // a hand on the dial fixes the speed
  });

  it('is slow as soon as somebody acts, unless a hand has fixed it', () => {
    const clock = createClock();
    clock.factor = 1;
    brake(clock);
    expect(clock.factor).toBe(1 / 50);
    clock.pace = 1;
    clock.factor = 1;
    brake(clock);
    expect(clock.factor).toBe(1);
  });

  it('shows the factor in steps', () => {
    const clock = createClock();
    clock.factor = 0.0837;
    expect(shownFactor(clock)).toBe(1 / 12);
    clock.factor = 1.5;
    expect(shownFactor(clock)).toBe(1.5);
  });
});
