/** Where things are on the stage, by looking at it. */
import type { Page } from '@playwright/test';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * A line that parts some members from the others and begins and ends on empty stage, where a hand would draw it.
 *
 * @returns both ends in page coordinates
 */
export async function wallBetween(page: Page, side: readonly number[]): Promise<{ readonly from: Point; readonly to: Point }> {
  return page.evaluate((side) => {
    const stage = document.querySelector('[data-region="stage"]');
    if (stage === null) throw new Error('there is no stage');
    const box = stage.getBoundingClientRect();
    // The first circle of a member's mark is as wide as the member; its label block hangs below or beside it.
    const centres = [...stage.querySelectorAll('[data-stage-member]')].map((mark) => {
      const circle = mark.querySelector('circle')?.getBoundingClientRect() ?? mark.getBoundingClientRect();
      const member = Number(mark.getAttribute('data-stage-member'));
      return { member, x: circle.x + circle.width / 2, y: circle.y + circle.height / 2 };
    });
    const middle = (points: readonly { x: number; y: number }[]) => ({
      x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
      y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
    });
    const near = centres.filter(({ member }) => side.includes(member));
    const far = centres.filter(({ member }) => !side.includes(member));
    const [a, b] = [middle(near), middle(far)];
    const length = Math.hypot(a.x - b.x, a.y - b.y);
    const across = { x: (a.x - b.x) / length, y: (a.y - b.y) / length };
    const along = { x: -across.y, y: across.x };
    const depth = ({ x, y }: { x: number; y: number }) => x * across.x + y * across.y;
    const [front, back] = [Math.min(...near.map(depth)), Math.max(...far.map(depth))];
    if (front <= back) throw new Error('no straight line parts these members');
    const on = (shift: number, distance: number) => {
      const d = (front + back) / 2 + shift - depth(a);
      return { x: a.x + across.x * d + along.x * distance, y: a.y + across.y * d + along.y * distance };
    };
    const inside = ({ x, y }: { x: number; y: number }) =>
      x > box.left + 4 && x < box.right - 4 && y > box.top + 4 && y < box.bottom - 4;
    const isEmpty = (point: { x: number; y: number }) => {
      const hit = document.elementFromPoint(point.x, point.y);
      return (
        hit !== null && stage.contains(hit) && hit.closest('button, [role="button"], [role="menu"], [role="toolbar"]') === null
      );
    };
    for (const shift of [0, 10, -10, 20, -20]) {
      const ends = [1, -1].map((way) => {
        for (let distance = 1_500; distance > 0; distance -= 4) {
          const point = on(shift, way * distance);
          if (inside(point) && isEmpty(point)) return point;
        }
        return undefined;
      });
      const [from, to] = ends;
      if (from !== undefined && to !== undefined) return { from, to };
    }
    throw new Error('the stage has no empty place to begin');
  }, side);
}
