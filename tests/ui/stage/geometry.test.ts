/**
 * Where things stand: members inside the box and clear of each other in every size that the design names, walls that cut exactly the
 * links between two sides, islands on the right ground, messages where their times say.
 */
import { describe, expect, test } from 'vitest';
import { FADE, flightPlace } from '../../../src/ui/stage/flightPlace.ts';
import { islandGrounds, wallLabelPlace, wallLabelSize } from '../../../src/ui/stage/grounds.ts';
import {
  footprint,
  hasPlace,
  layoutBetween,
  layoutStage,
  linkSegment,
  memberPairs,
  placeOf,
} from '../../../src/ui/stage/layout.ts';
import { along, corners, crossing, inside, type Rect, sideOf } from '../../../src/ui/stage/plane.ts';
import { crossedLinks, defaultWall, standingWall, wallLine, wallSegment } from '../../../src/ui/stage/wallPlace.ts';
import { flightOf, quietFrame } from '../../view/buildFrame.ts';

const BOXES = [
  ['1280×720', 896, 380, 56],
  ['1280×800', 832, 424, 56],
  ['1440×900', 936, 522, 56],
  ['1920×1080', 1376, 700, 60],
  ['phone', 390, 450, 42],
] as const;

describe.each(BOXES)('on a stage of %s', (_, width, height, base) => {
  test.each([1, 2, 3, 5, 7, 9])('%i members stand inside and clear of each other', (count) => {
    const layout = layoutStage(count, { width, height }, base);
    expect(layout.members).toHaveLength(count);
    for (const place of layout.members) {
      for (const rect of footprint(layout, place)) {
        expect(rect.x).toBeGreaterThanOrEqual(0);
        expect(rect.y).toBeGreaterThanOrEqual(0);
        expect(rect.x + rect.width).toBeLessThanOrEqual(width);
        expect(rect.y + rect.height).toBeLessThanOrEqual(height);
      }
    }
    for (const [a, b] of memberPairs(count)) {
      const p = placeOf(layout, a);
      const q = placeOf(layout, b);
      expect(Math.hypot(p.x - q.x, p.y - q.y), `n${a} and n${b}`).toBeGreaterThan(2 * layout.outer);
      // Nobody's label lies under another's label or disc.
      for (const [one, other] of [
        [p, q],
        [q, p],
      ] as const) {
        for (const label of footprint(layout, one).slice(1)) {
          const dx = Math.max(label.x - other.x, 0, other.x - label.x - label.width);
          const dy = Math.max(label.y - other.y, 0, other.y - label.y - label.height);
          expect(Math.hypot(dx, dy), `label of n${one.ordinal} and disc of n${other.ordinal}`).toBeGreaterThanOrEqual(
            layout.radius,
          );
          for (const rect of footprint(layout, other).slice(1)) {
            const apart =
              label.x + label.width <= rect.x ||
              rect.x + rect.width <= label.x ||
              label.y + label.height <= rect.y ||
              rect.y + rect.height <= label.y;
            expect(apart, `labels of n${a} and n${b}`).toBe(true);
          }
        }
      }
    }
  });

  test.each([3, 5, 7])('of %i members the offered wall shuts each leader in with a minority and cuts nothing else', (count) => {
    const layout = layoutStage(count, { width, height }, base);
    for (let leader = 1; leader <= count; leader++) {
      const wall = defaultWall(quietFrame(count, leader), layout);
      expect(wall?.minority).toContain(leader);
      expect(wall?.minority).toHaveLength((count - 1) / 2);
      const inMinority = (member: number) => wall?.minority.includes(member) === true;
      const wanted = memberPairs(count)
        .filter(([a, b]) => inMinority(a) !== inMinority(b))
        .flatMap(([a, b]) => [`${a}>${b}`, `${b}>${a}`]);
      expect(wall?.links.map(([a, b]) => `${a}>${b}`).sort()).toEqual(wanted.sort());
      // As it will be drawn from the journal, it runs through no member.
      const line = wallSegment(wall?.line ?? { x1: 0, y1: 0, x2: 0, y2: 0 }, layout.box);
      for (const place of layout.members) expect(Math.abs(sideOf(line, place)), `n${leader} leads`).toBeGreaterThan(layout.radius);
    }
  });
});

test('while nobody leads, the offered wall keeps as far from everybody as any', () => {
  const layout = layoutStage(5, { width: 832, height: 382 });
  const room = (leader: number) => {
    const line = wallSegment(defaultWall(quietFrame(5, leader), layout)?.line ?? { x1: 0, y1: 0, x2: 0, y2: 0 }, layout.box);
    return Math.min(...layout.members.map((place) => Math.abs(sideOf(line, place))));
  };
  expect(room(0)).toBe(Math.max(...[1, 2, 3, 4, 5].map(room)));
});

test.each([
  [5, 600, 500, [1, 2, 4, 5]],
  [9, 936, 522, [4, 5, 6, 7]],
] as const)('a label on a wall among %i members lies on no message that is lost there', (count, width, height, leaders) => {
  const layout = layoutStage(count, { width, height });
  for (const leader of leaders) {
    const wall = defaultWall(quietFrame(count, leader), layout);
    const line = wallSegment(wall?.line ?? { x1: 0, y1: 0, x2: 0, y2: 0 }, layout.box);
    const label = wallLabelPlace(line, wallLabelSize('split A | B', 1), [], layout);
    for (const [a, b] of wall?.links ?? []) {
      const link = linkSegment(layout, a, b);
      const lost = along(link, crossing(link, line) ?? 0);
      const dx = Math.max(label.x - lost.x, 0, lost.x - label.x - label.width);
      const dy = Math.max(label.y - lost.y, 0, lost.y - label.y - label.height);
      expect(Math.max(dx, dy), `n${leader} leads, ${a} to ${b}`).toBeGreaterThanOrEqual(layout.glyph / 2);
    }
  }
});

test('two members are parted, one is left alone', () => {
  expect(defaultWall(quietFrame(2, 2), layoutStage(2, { width: 832, height: 424 }))?.minority).toEqual([2]);
  expect(defaultWall(quietFrame(1, 1), layoutStage(1, { width: 832, height: 424 }))).toBeUndefined();
});

test('segments cross inside both, not beyond an end', () => {
  const a = { from: { x: 0, y: 0 }, to: { x: 10, y: 0 } };
  expect(crossing(a, { from: { x: 4, y: -1 }, to: { x: 4, y: 1 } })).toBeCloseTo(0.4);
  expect(crossing(a, { from: { x: 12, y: -1 }, to: { x: 12, y: 1 } })).toBeUndefined();
  expect(crossing(a, { from: { x: 4, y: 1 }, to: { x: 4, y: 3 } })).toBeUndefined();
  expect(crossing(a, { from: { x: 0, y: 1 }, to: { x: 10, y: 1 } })).toBeUndefined();
});

test('a short wall cuts only the links it crosses', () => {
  const layout = layoutStage(5, { width: 832, height: 424 });
  const { from, to } = linkSegment(layout, 1, 5);
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const links = crossedLinks(layout, { from: { x: middle.x, y: middle.y - 15 }, to: { x: middle.x, y: middle.y + 15 } });
  expect(links).toEqual([
    [1, 5],
    [5, 1],
  ]);
});

test('the journal keeps a line to a hair', () => {
  const box = { width: 937, height: 521 };
  const line = { from: { x: 100.2, y: 20 }, to: { x: 431, y: 500.7 } };
  const back = wallSegment(wallLine(line, box), box);
  expect(Math.hypot(back.from.x - line.from.x, back.from.y - line.from.y)).toBeLessThan(0.2);
  expect(Math.hypot(back.to.x - line.to.x, back.to.y - line.to.y)).toBeLessThan(0.2);
});

describe('a wall that was drawn', () => {
  const desk = layoutStage(5, { width: 936, height: 522 });
  const pairs = (layout: typeof desk, line: Parameters<typeof crossedLinks>[1]) => crossedLinks(layout, line).map(String).sort();

  test('clear of all members stays where it is', () => {
    const drawn = { x1: 0.4, y1: 0.01, x2: 0.36, y2: 0.99 };
    const links = crossedLinks(desk, wallSegment(drawn, desk.box));
    expect(standingWall({ line: drawn, links }, desk)).toEqual(wallSegment(drawn, desk.box));
  });

  test('over a disc moves beside it and parts the same members', () => {
    const n4 = placeOf(desk, 4);
    const over = wallLine({ from: { x: n4.x + 20, y: 4 }, to: { x: n4.x + 20, y: 518 } }, desk.box);
    const links = crossedLinks(desk, wallSegment(over, desk.box));
    const stands = standingWall({ line: over, links }, desk);
    expect(pairs(desk, stands)).toEqual(links.map(String).sort());
    for (const place of desk.members) expect(Math.abs(sideOf(stands, place))).toBeGreaterThan(desk.radius);
  });

  test('on a desk parts the same members on a phone', () => {
    const phone = layoutStage(5, { width: 390, height: 450 }, 42);
    for (let leader = 1; leader <= 5; leader++) {
      const wall = defaultWall(quietFrame(5, leader), desk);
      if (wall === undefined) throw new Error('five members can be parted');
      expect(pairs(phone, standingWall(wall, phone))).toEqual(wall.links.map(String).sort());
    }
  });
});

describe('islands', () => {
  const layout = layoutStage(5, { width: 936, height: 522 });
  const wall = defaultWall(quietFrame(5, 1), layout);
  const line = wallSegment(wall?.line ?? { x1: 0, y1: 0, x2: 0, y2: 0 }, layout.box);
  const minority = wall?.minority ?? [];
  const majority = [1, 2, 3, 4, 5].filter((m) => !minority.includes(m));
  const islands = [
    { label: 'A', members: minority, needed: 3, hasQuorum: false, leader: 1 },
    { label: 'B', members: majority, needed: 3, hasQuorum: true, leader: 0 },
  ];

  test('a wall gives each its side of the stage', () => {
    const [a, b] = islandGrounds(islands, [line], layout);
    expect([a?.walled, b?.walled]).toEqual([true, true]);
    for (const place of layout.members) {
      expect(inside(a?.polygon ?? [], place)).toBe(minority.includes(place.ordinal));
      expect(inside(b?.polygon ?? [], place)).toBe(majority.includes(place.ordinal));
    }
  });

  test('names stand on their own ground and cover nobody', () => {
    const grounds = islandGrounds(islands, [line], layout);
    for (const ground of grounds) {
      const { name } = ground;
      for (const corner of corners(name)) expect(inside(ground.polygon, corner)).toBe(true);
      for (const rect of layout.members.flatMap((place) => footprint(layout, place))) {
        const apart =
          name.x + name.width <= rect.x ||
          rect.x + rect.width <= name.x ||
          name.y + name.height <= rect.y ||
          rect.y + rect.height <= name.y;
        expect(apart).toBe(true);
      }
    }
  });

  test('a wall that parts no island is no border of one', () => {
    // Runs between n1 and its neighbours, yet n1 still reaches them by n3.
    const other = { from: { x: 200, y: 150 }, to: { x: 700, y: 150 } };
    const all = [{ label: 'A', members: [1, 2, 3, 5], needed: 3, hasQuorum: true, leader: 1 }];
    const [ground] = islandGrounds([...all, { label: 'B', members: [4], needed: 3, hasQuorum: false, leader: 0 }], [other], layout);
    for (const member of [1, 2, 3, 5]) expect(inside(ground?.polygon ?? [], placeOf(layout, member)), `n${member}`).toBe(true);
  });

  test('without a wall a member that is cut off has a ground of its own', () => {
    const grounds = islandGrounds(
      [
        { label: 'A', members: [1, 2, 3, 5], needed: 3, hasQuorum: true, leader: 1 },
        { label: 'B', members: [4], needed: 3, hasQuorum: false, leader: 0 },
      ],
      [],
      layout,
    );
    expect(grounds[1]?.walled).toBe(false);
    expect(layout.members.filter((place) => inside(grounds[1]?.polygon ?? [], place)).map((place) => place.ordinal)).toEqual([4]);
  });
});

describe.each(BOXES)('names and walls on a stage of %s', (_, width, height, base) => {
  const apart = (rect: Rect, place: { readonly x: number; readonly y: number }) =>
    Math.hypot(
      Math.max(rect.x - place.x, 0, place.x - rect.x - rect.width),
      Math.max(rect.y - place.y, 0, place.y - rect.y - rect.height),
    );

  test.each([3, 5, 7, 9])('of %i members lie on no ring, whoever leads', (count) => {
    const layout = layoutStage(count, { width, height }, base);
    for (let leader = 1; leader <= count; leader++) {
      const wall = defaultWall(quietFrame(count, leader), layout);
      if (wall === undefined) throw new Error('several members can be parted');
      const needed = Math.floor(count / 2) + 1;
      const rest = Array.from({ length: count }, (_, i) => i + 1).filter((member) => !wall.minority.includes(member));
      const islands = [
        { label: 'A', members: wall.minority, needed, hasQuorum: false, leader },
        { label: 'B', members: rest, needed, hasQuorum: true, leader: 0 },
      ];
      const line = standingWall({ line: wall.line, links: wall.links }, layout);
      const names = islandGrounds(islands, [line], layout).map((ground) => ground.name);
      const label = wallLabelPlace(line, wallLabelSize('split A | B', layout.scale), names, layout);
      for (const rect of [...names, label]) {
        expect(rect.x).toBeGreaterThanOrEqual(0);
        expect(rect.x + rect.width).toBeLessThanOrEqual(width);
        for (const place of layout.members)
          expect(apart(rect, place), `n${leader} leads, on n${place.ordinal}`).toBeGreaterThanOrEqual(layout.outer);
      }
    }
  });
});

describe('where there is little room', () => {
  test.each([
    ['beside a wide log', 576, 372],
    ['a small tablet', 576, 420],
    ['beside the largest panel', 551, 372],
  ] as const)('five members keep their words %s', (_, width, height) => {
    const layout = layoutStage(5, { width, height });
    expect(layout.small).toBe(false);
    expect(layout.radius).toBeGreaterThanOrEqual(48);
  });

  test('members give up their words before they lie on each other', () => {
    for (let count = 2; count <= 9; count++) {
      for (const [width, height] of [
        [352, 260],
        [396, 120],
        [620, 200],
      ] as const) {
        const layout = layoutStage(count, { width, height });
        for (const [a, b] of memberPairs(count)) {
          const [p, q] = [placeOf(layout, a), placeOf(layout, b)];
          expect(Math.hypot(p.x - q.x, p.y - q.y), `${count} in ${width}×${height}`).toBeGreaterThan(2 * layout.radius);
        }
      }
    }
  });
});

describe('a message', () => {
  const layout = layoutStage(5, { width: 832, height: 424 });
  const { from, to } = linkSegment(layout, 1, 3);
  const half = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };

  test('flies straight and at constant speed, ring to ring', () => {
    const flight = flightOf();
    expect(flightPlace(flight, 999, layout, [], false)).toBeUndefined();
    expect(flightPlace(flight, 1_000, layout, [], false)).toMatchObject({ ...from, flown: 0, fate: 'flies' });
    const middle = flightPlace(flight, 6_000, layout, [], false);
    expect(middle?.x).toBeCloseTo(half.x);
    expect(middle?.y).toBeCloseTo(half.y);
    expect(flightPlace(flight, 11_000, layout, [], false)?.x).toBeCloseTo(to.x);
    expect(flightPlace(flight, 11_001, layout, [], false)).toBeUndefined();
  });

  test('stops where it died and fades over 150 virtual ms', () => {
    const flight = flightOf({ lostAt: 7_000 });
    expect(flightPlace(flight, 5_000, layout, [], false)?.fate).toBe('doomed');
    expect(flightPlace(flight, 5_000, layout, [], true)?.fate).toBe('flies');
    const dead = flightPlace(flight, 7_000 + FADE / 2, layout, [], false);
    expect(dead?.fate).toBe('dead');
    expect(dead?.x).toBeCloseTo(from.x + (to.x - from.x) * 0.6);
    expect(dead?.strength).toBeCloseTo(0.5);
    expect(flightPlace(flight, 7_000 + FADE, layout, [], false)).toBeUndefined();
  });

  test('sent into a cut it dies at the wall, or at the bars', () => {
    const near = { x: from.x + (to.x - from.x) * 0.3, y: from.y + (to.y - from.y) * 0.3 };
    const segment = { from: { x: near.x - 40, y: near.y }, to: { x: near.x + 40, y: near.y } };
    const wall = { segment, since: 500, links: [[1, 3]] as readonly (readonly [number, number])[] };
    const flown = (lostAt: number, walls: readonly (typeof wall)[]) => {
      const place = flightPlace(flightOf({ lostAt }), 12_000, layout, walls, true);
      expect(place?.fate).toBe('dead');
      return (place?.flown ?? 0) / Math.hypot(to.x - from.x, to.y - from.y);
    };
    expect(flown(6_000, [wall])).toBeLessThan(0.3);
    expect(flown(6_000, [wall])).toBeGreaterThan(0.1);
    expect(flown(1_000, [wall])).toBe(flown(6_000, [wall]));
    // A wall that fell later, or on other links, is not what stopped it.
    expect(flown(8_000, [{ ...wall, since: 2_000 }])).toBeCloseTo(0.7);
    expect(flown(8_000, [{ ...wall, links: [[3, 1]] }])).toBeCloseTo(0.7);
    // What the trace loses half-way was lost to a cut by hand: it stops before the bars.
    expect(flown(6_000, [])).toBeLessThan(0.5);
    expect(flown(6_000, [])).toBeGreaterThan(0.2);
    expect(flown(1_000, [])).toBe(flown(6_000, []));
    expect(flown(8_000, [])).toBeCloseTo(0.7);
  });
});

test('whoever stays keeps a place of its own when one goes, and glides there; the removed has none', () => {
  const box = { width: 832, height: 424 };
  const before = layoutStage([1, 2, 3, 4, 5], box);
  const after = layoutStage([1, 2, 4, 5, 6], box);
  expect(after.members.map((place) => place.ordinal)).toEqual([1, 2, 4, 5, 6]);
  expect(hasPlace(after, 3)).toBe(false);
  const half = layoutBetween(before, after, 0.5);
  const n4 = [before, half, after].map((layout) => placeOf(layout, 4).x);
  expect(n4[1]).toBeCloseTo(((n4[0] ?? 0) + (n4[2] ?? 0)) / 2);
  expect(n4[0]).not.toBe(n4[2]);
  expect(placeOf(half, 6)).toEqual(placeOf(after, 6)); // who is new stands where it will stand
  expect(half.callPaths).toHaveLength(5);
  expect(flightPlace(flightOf({ from: 1, to: 3 }), 5_000, after, [], false)).toBeUndefined();
});
