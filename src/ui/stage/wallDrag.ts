/** Walls by hand: a drag across the stage draws one, a drag at its label moves one; dots until it is let go. */
import { type PointerEvent, useRef, useState } from 'react';
import { useHouse } from '../frame/context.tsx';
import { crossedLinks, extendToBox, type Point, type Segment, type StageLayout, wallLine } from './geometry.ts';
import type { WallView } from './Walls.tsx';

/** px: a shorter way is a click. */
const DRAG_FROM = 7;
/** px: a shorter wall was not meant. */
const WALL_FROM = 40;

export interface WallDrag {
  readonly draft: Segment | undefined;
  start(event: PointerEvent, begin: () => void): void;
  move(event: PointerEvent): void;
  end(event: PointerEvent): void;
  cancel(): void;
  swallowClick(event: { stopPropagation(): void; preventDefault(): void }): void;
}

interface Grip {
  readonly from: Point;
  /** The wall that is moved; undefined: a new one is drawn. */
  readonly wall: WallView | undefined;
}

/** A drag may begin on a link, never on a member or a button. @param canMove walls that stand stay in the past */
export function useWallDrag(layout: StageLayout, walls: readonly WallView[], canMove: boolean): WallDrag {
  const { acts, verbs } = useHouse();
  const [draft, setDraft] = useState<Segment | undefined>(undefined);
  const grip = useRef<Grip | undefined>(undefined);
  const dragged = useRef(false);
  const at = (event: PointerEvent): Point => {
    const rect = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - rect.left, y: event.clientY - rect.top };
  };
  /** The line that a hand at `to` has drawn so far, or where the wall that it holds would stand. */
  const lineTo = (to: Point, { from, wall }: Grip): Segment =>
    wall === undefined ? { from, to } : movedBy(wall.segment, to.x - from.x, to.y - from.y, layout);
  const cancel = () => {
    grip.current = undefined;
    setDraft(undefined);
  };
  return {
    draft,
    start(event, begin) {
      dragged.current = false;
      if (event.button !== 0 || !event.isPrimary || !(event.target instanceof Element)) return;
      const label = event.target.closest('[data-wall]');
      const wall = walls.find(({ id }) => String(id) === label?.getAttribute('data-wall'));
      if (wall === undefined && event.target.closest('[data-stage-member],[data-wall],button') !== null) return;
      if (wall !== undefined && !canMove) return;
      grip.current = { from: at(event), wall };
      begin();
    },
    move(event) {
      if (grip.current === undefined) return;
      const { from } = grip.current;
      const to = at(event);
      if (draft === undefined && Math.hypot(to.x - from.x, to.y - from.y) < DRAG_FROM) return;
      if (!dragged.current) {
        dragged.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }
      setDraft(lineTo(to, grip.current));
    },
    end(event) {
      const held = grip.current;
      cancel();
      if (held === undefined || !dragged.current) return;
      const { wall } = held;
      const line = lineTo(at(event), held);
      const links = crossedLinks(layout, line);
      const plan = { line: wallLine(line, layout.box), links };
      if (wall !== undefined) {
        // Whoever drags it off the members takes it away.
        if (links.length === 0) acts.removeWall(wall.id);
        else acts.moveWall(wall.id, plan);
        return;
      }
      if (Math.hypot(line.to.x - line.from.x, line.to.y - line.from.y) < WALL_FROM || links.length === 0) return;
      acts.buildWall(plan);
      if (verbs.getState().mode === 'split') verbs.getState().leave();
    },
    cancel,
    swallowClick(event) {
      if (!dragged.current) return;
      // The click that ends a drag cuts nothing else.
      dragged.current = false;
      event.stopPropagation();
      event.preventDefault();
    },
  };
}

/** A wall at another place, in the same direction; one that went from edge to edge still does. */
function movedBy({ from, to }: Segment, x: number, y: number, { box }: StageLayout): Segment {
  const moved = { from: { x: from.x + x, y: from.y + y }, to: { x: to.x + x, y: to.y + y } };
  const isAtEdge = (point: Point) => Math.min(point.x, point.y, box.width - point.x, box.height - point.y) < 12;
  return isAtEdge(from) && isAtEdge(to) ? extendToBox(moved, box, 8) : moved;
}
