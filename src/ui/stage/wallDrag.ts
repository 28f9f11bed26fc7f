/** Walls by hand: a drag across the stage draws one, a drag at its label or the arrow keys move one; dots until it is let go. */
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { useHouse } from '../frame/context.tsx';
import type { StageLayout } from './layout.ts';
import { extendToBox, type Point, type Segment } from './plane.ts';
import type { WallView } from './Walls.tsx';
import { crossedLinks, wallLine } from './wallPlace.ts';

/** px: a shorter way is a click. */
const DRAG_FROM = 7;
/** px: a shorter wall was not meant. */
const WALL_FROM = 40;
/** px that an arrow key moves a wall. */
const KEY_STEP = 24;
const STEPS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -KEY_STEP, y: 0 },
  ArrowRight: { x: KEY_STEP, y: 0 },
  ArrowUp: { x: 0, y: -KEY_STEP },
  ArrowDown: { x: 0, y: KEY_STEP },
};

export interface WallDrag {
  readonly draft: Segment | undefined;
  start(event: PointerEvent, begin: () => void): void;
  move(event: PointerEvent): void;
  end(event: PointerEvent): void;
  cancel(): void;
  /** What a key means to the wall whose label has the focus: arrows move it, Enter lets it go there, Esc leaves it. @returns whether it means that */
  press(wall: number, key: string): boolean;
  /** The label has lost the focus. */
  leave(): void;
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
  /** How far the keyboard has moved the wall that has the focus. */
  const carried = useRef<Point | undefined>(undefined);
  /** The walls before one was moved by keyboard: the new one takes the focus. */
  const before = useRef<readonly number[] | undefined>(undefined);
  useEffect(() => {
    const moved = walls.find(({ id }) => before.current?.includes(id) === false);
    if (moved === undefined) return;
    before.current = undefined;
    // Unless it has gone elsewhere meanwhile.
    if (document.activeElement !== document.body && document.activeElement?.closest('[data-wall]') == null) return;
    document.querySelector<SVGGElement>(`[data-wall="${moved.id}"] [role="button"]`)?.focus();
  }, [walls]);
  const at = (event: PointerEvent): Point => {
    const rect = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - rect.left, y: event.clientY - rect.top };
  };
  /** The line that a hand at `to` has drawn so far, or where the wall that it holds would stand. */
  const lineTo = (to: Point, { from, wall }: Grip): Segment =>
    wall === undefined ? { from, to } : movedBy(wall.segment, to.x - from.x, to.y - from.y, layout);
  const cancel = () => {
    grip.current = undefined;
    carried.current = undefined;
    setDraft(undefined);
  };
  const planOf = (line: Segment) => ({ line: wallLine(line, layout.box), links: crossedLinks(layout, line) });
  const moveTo = (id: number, line: Segment) => {
    const plan = planOf(line);
    // Whoever takes it off the members takes it away.
    if (plan.links.length === 0) acts.removeWall(id);
    else acts.moveWall(id, plan);
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
      const line = lineTo(at(event), held);
      if (held.wall !== undefined) return moveTo(held.wall.id, line);
      const plan = planOf(line);
      if (Math.hypot(line.to.x - line.from.x, line.to.y - line.from.y) < WALL_FROM || plan.links.length === 0) return;
      acts.buildWall(plan);
      if (verbs.getState().mode === 'split') verbs.getState().leave();
    },
    cancel,
    press(id, key) {
      const wall = walls.find((one) => one.id === id);
      if (wall === undefined || !canMove) return false;
      const step = STEPS[key];
      const { x, y } = carried.current ?? { x: 0, y: 0 };
      if (step !== undefined) {
        const by = { x: x + step.x, y: y + step.y };
        carried.current = by;
        setDraft(movedBy(wall.segment, by.x, by.y, layout));
        return true;
      }
      if (carried.current === undefined || (key !== 'Enter' && key !== ' ' && key !== 'Escape')) return false;
      cancel();
      if (key === 'Escape') return true;
      before.current = walls.map((one) => one.id);
      moveTo(id, movedBy(wall.segment, x, y, layout));
      return true;
    },
    leave() {
      if (carried.current !== undefined) cancel();
    },
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
