/** Islands with their grounds, and walls with their labels: the same objects while nothing about them changes. */
import { useMemo } from 'react';
import type { Frame } from '../../view/index.ts';
import { islandGrounds, wallLabelPlace, wallLabelSize } from './grounds.ts';
import { placeOf, type StageLayout } from './layout.ts';
import { type Segment, sideOf } from './plane.ts';
import type { IslandView, WallView } from './Walls.tsx';
import { standingWall } from './wallPlace.ts';

/** Islands with their grounds; the same objects while nothing about them changes. */
export function useIslands(frame: Frame, layout: StageLayout): readonly IslandView[] {
  const { islands, walls, members } = frame;
  return useMemo(() => {
    if (islands.length < 2) return [];
    const lines = walls.map((wall) => standingWall(wall, layout));
    const grounds = islandGrounds(islands, lines, layout);
    return islands.map((island, i): IslandView => {
      const ground = grounds[i] ?? {
        label: island.label,
        polygon: [],
        walled: false,
        name: { x: 0, y: 0, width: 0, height: 0 },
        form: 'brief',
      };
      const terms = island.members.map((ordinal) => members[ordinal - 1]?.term ?? 0);
      return {
        label: island.label,
        members: island.members,
        names: island.members.map((ordinal) => members[ordinal - 1]?.name ?? '').join(', '),
        needed: island.needed,
        hasQuorum: island.hasQuorum,
        term: Math.max(0, ...terms),
        ground,
      };
    });
  }, [islands, walls, members, layout]);
}

export function useWalls(
  frame: Frame,
  layout: StageLayout,
  islands: readonly IslandView[],
  plain: string,
  split: (sides: string) => string,
): readonly WallView[] {
  const { walls } = frame;
  return useMemo(() => {
    const captions = islands.map((island) => island.ground.name);
    return walls.map((wall): WallView => {
      const segment = standingWall(wall, layout);
      const sides = partedIslands(segment, islands, layout);
      const size = wallLabelSize(sides === '' ? plain : split(sides), layout.scale);
      const label = wallLabelPlace(segment, size, captions, layout);
      captions.push(label);
      return { id: wall.id, segment, sides, scale: layout.scale, label };
    });
  }, [walls, layout, islands, plain, split]);
}

/** `A | B` where the wall has one island on each side. */
function partedIslands(wall: Segment, islands: readonly IslandView[], layout: StageLayout): string {
  const left = new Set<string>();
  const right = new Set<string>();
  for (const island of islands) {
    for (const member of island.members) (sideOf(wall, placeOf(layout, member)) > 0 ? left : right).add(island.label);
  }
  if (left.size === 0 || right.size === 0) return '';
  const one = [...left].sort().join('');
  const other = [...right].sort().join('');
  if (one === other) return '';
  return one < other ? `${one} | ${other}` : `${other} | ${one}`;
}
