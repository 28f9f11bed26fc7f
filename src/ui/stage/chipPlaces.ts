/** Where the chips of a first visit stand. */
import { type Frame, isPresent } from '../../view/index.ts';
import { leadsNow } from './facts.ts';
import { covered, linkSegment, type StageLayout } from './layout.ts';
import { along, meets, type Point, type Segment } from './plane.ts';

/** The link on which the chip stands: from the leader to its left-hand neighbour. */
export function leaderLink(frame: Frame): readonly [number, number] | undefined {
  const shown = frame.members.filter(isPresent).map((member) => member.ordinal);
  const leader = shown.find((member) => leadsNow(frame, member));
  if (leader === undefined || shown.length < 2) return undefined;
  const other = shown.at(shown.indexOf(leader) - 1) ?? leader;
  return [Math.min(leader, other), Math.max(leader, other)];
}

export function chipPlaces(
  frame: Frame,
  layout: StageLayout,
  wall: Segment | undefined,
): Readonly<Record<'cut' | 'split' | 'type', Point>> {
  const link = leaderLink(frame);
  const middle = link === undefined ? layout.prompt : along(linkSegment(layout, link[0], link[1]), 0.5);
  return {
    cut: { x: middle.x, y: middle.y - 18 },
    split: wall === undefined ? layout.prompt : clearOn(wall, layout),
    type: { x: layout.prompt.x, y: layout.prompt.y - 6 },
  };
}

/** The point of a line above which a chip covers least. */
function clearOn(line: Segment, layout: StageLayout): Point {
  const taken = layout.members.flatMap((place) => covered(layout, place));
  let best = along(line, 0.5);
  let bestCost = Number.POSITIVE_INFINITY;
  for (let step = 4; step <= 16; step++) {
    const at = along(line, step / 20);
    const chip = { x: at.x - 60, y: at.y - 38, width: 120, height: 44 };
    const cost = taken.filter((rect) => meets(chip, rect)).length * 10 + Math.abs(step - 6) + (chip.y < 0 ? 20 : 0);
    if (cost < bestCost) {
      bestCost = cost;
      best = at;
    }
  }
  return { x: best.x, y: best.y - 4 };
}
