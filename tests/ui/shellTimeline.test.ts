/**
 * The timeline's geometry: words never lie on each other or on a mark that matters, whatever there is to say; the window keeps the
 * playhead in sight; time and place are each other's inverse. And numbers of the top bar as text.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Plot, placeWords, spanFor, ticksOf, tickText, timeOf, type Wish, xOf } from '../../src/ui/timeline/geometry.ts';
import { formatClock, formatFactor } from '../../src/ui/topbar/format.ts';

const WIDTH = 600;
const measure = (text: string) => text.length * 7;

const wish = fc.record({
  x: fc.integer({ min: 0, max: WIDTH }),
  texts: fc.constant(['a long sentence', 'shorter', 'x']),
  rank: fc.integer({ min: 0, max: 3 }),
  side: fc.constantFrom('left' as const, 'right' as const),
  gap: fc.constant(8),
});

describe('placeWords', () => {
  it('lets no two words touch, and none leave the line', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 25 }), fc.integer({ min: 0, max: WIDTH - 90 }), (wishes, head) => {
        const taken = [head, head + 80] as const;
        const placed = placeWords(wishes, measure, 0, WIDTH, [taken]);
        const stretches = [...placed.map(({ x, text }) => [x, x + measure(text)] as const), taken];
        stretches.forEach(([from, to], i) => {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThanOrEqual(WIDTH);
          for (const [otherFrom, otherTo] of stretches.slice(i + 1)) expect(to < otherFrom || from > otherTo).toBe(true);
        });
      }),
    );
  });

  it('covers only marks of a lower rank, and says which', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 25 }), (wishes) => {
        for (const { wish: mine, x, text, covers } of placeWords(wishes, measure, 0, WIDTH, [])) {
          wishes.forEach((other, i) => {
            if (i === mine || other.x < x || other.x > x + measure(text)) return;
            expect(covers).toContain(i);
            expect(other.rank).toBeLessThan((wishes[mine] as Wish).rank); // placed words have a wish
          });
        }
      }),
    );
  });

  it('shortens, then changes sides, before it gives up', () => {
    const crowded: Wish[] = [
      { x: 100, texts: ['fourteen chars', 'seven!!'], rank: 1, side: 'right', gap: 8 },
      { x: 180, texts: ['one'], rank: 1, side: 'right', gap: 8 },
    ];
    expect(
      placeWords(crowded, measure, 0, WIDTH, [])
        .map(({ text }) => text)
        .sort(),
    ).toEqual(['one', 'seven!!']);
    const [left] = placeWords([{ x: 590, texts: ['fourteen chars'], rank: 1, side: 'right', gap: 8 }], measure, 0, WIDTH, []);
    expect(left?.x).toBe(590 - 8 - 14 * 7);
  });
});

describe('spanFor', () => {
  it('keeps the playhead in sight wherever it goes', () => {
    const moments = fc.array(fc.tuple(fc.nat(120_000_000), fc.option(fc.integer({ min: 50_000, max: 60_000_000 }))), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(moments, (steps) => {
        const live = 120_000_000;
        let span = spanFor(live, live, undefined, undefined);
        for (const [playhead, zoom] of steps) {
          span = spanFor(playhead, live, zoom ?? undefined, span);
          expect(span.from).toBeGreaterThanOrEqual(0);
          expect(playhead).toBeGreaterThanOrEqual(span.from - 1);
          expect(playhead).toBeLessThanOrEqual(span.to + 1);
        }
      }),
    );
  });

  it('shows a short run whole, and walks with a long one', () => {
    expect(spanFor(4_000_000, 4_000_000, undefined, undefined).from).toBe(0);
    expect(spanFor(600_000_000, 600_000_000, undefined, undefined).from).toBeGreaterThan(550_000_000);
  });

  it('does not move while the playhead is dragged inside it', () => {
    const span = spanFor(40_000_000, 40_000_000, undefined, undefined);
    expect(spanFor(20_000_000, 40_000_000, undefined, span)).toEqual(span);
  });
});

describe('axis and numbers', () => {
  const plot: Plot = { from: 1_000_000, to: 13_000_000, left: 36, right: 1236 };

  it('places and times are inverse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000_000 }), (time) => {
        expect(timeOf(plot, xOf(plot, time))).toBeCloseTo(time, 3);
      }),
    );
  });

  it('ticks stand apart and are round', () => {
    const { times, step } = ticksOf(plot, 84);
    expect(step).toBe(1_000_000);
    expect(times.map((time) => tickText(time, step)).slice(0, 2)).toEqual(['1 s', '2 s']);
    expect(tickText(250_000, 50_000)).toBe('0.25 s');
  });

  it('clock and factor read as people say them', () => {
    expect(formatClock(12_222_900)).toBe('00:12.222');
    expect(formatClock(3_661_005_000)).toBe('61:01.005');
    expect([1 / 50, 1 / 1000, 1 / 10, 1, 10, 0.0233].map(formatFactor)).toEqual(['1/50', '1/1000', '1/10', '1', '10', '1/43']);
  });
});
