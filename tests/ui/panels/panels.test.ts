// @vitest-environment happy-dom
/** The ruler's scale; one question at a time and the latest answer wins; number keys and Esc; a newer panel takes the oldest one's place. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHouse } from '../../../src/ui/frame/context.tsx';
import { pressPageKey } from '../../../src/ui/frame/keys.ts';
import { revisionAt, revisionScale, rulerMarks, slotAt } from '../../../src/ui/panels/keys/scale.ts';
import { createInquirer } from '../../../src/ui/panels/useInquiry.ts';
import { createPanels, PANELS } from '../../../src/ui/rail/store.ts';
import { createSettings } from '../../../src/ui/stores/settings.ts';
import { createFakeRun } from '../../scenes/fakeRun.ts';

describe('scale', () => {
  it('fits all revisions while they have room, and else the newest', () => {
    expect(revisionScale(340, 2, 11, undefined, 11)).toMatchObject({ first: 2, last: 11, slot: 34 });
    expect(revisionScale(340, 2, 3, undefined, 3).slot).toBe(96);
    expect(revisionScale(340, 2, 500, undefined, 500)).toMatchObject({ first: 480, last: 500 });
  });

  it('keeps the handle inside the window, and finds the revision under the pointer', () => {
    const scale = revisionScale(340, 2, 500, undefined, 100);
    expect(scale.first).toBe(100);
    for (const revision of [100, 107, 120]) expect(revisionAt(scale, slotAt(scale, revision) + 1)).toBe(revision);
    expect(revisionAt(scale, -500)).toBe(99); // a drag past the edge goes on by one
    expect(revisionAt(scale, 5000)).toBe(121);
  });

  it('numbers round revisions that do not touch', () => {
    const scale = revisionScale(340, 2, 5000, undefined, 5000);
    const marks = rulerMarks(scale);
    expect(marks.length).toBeGreaterThan(2);
    for (let i = 1; i < marks.length; i++)
      expect(slotAt(scale, marks[i] ?? 0) - slotAt(scale, marks[i - 1] ?? 0)).toBeGreaterThan(35);
  });
});

describe('inquirer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks at most five times a second, never twice at once, and always for the newest reason', async () => {
    let reason = 0;
    const asked: number[] = [];
    const used: number[] = [];
    const inquirer = createInquirer(async () => {
      const now = reason;
      asked.push(now);
      await new Promise((resolve) => setTimeout(resolve, 30));
      return () => used.push(now);
    });
    for (let at = 0; at < 1000; at += 10) {
      reason = at;
      inquirer.want();
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked.length).toBeLessThanOrEqual(6);
    expect(used).toEqual(asked);
    expect(asked.at(-1)).toBe(990);
    expect(vi.getTimerCount()).toBe(0); // nobody wants anything: nothing runs
  });

  it('does not use an answer that comes after its end', async () => {
    const use = vi.fn();
    const inquirer = createInquirer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return use;
    });
    inquirer.want();
    inquirer.end();
    await vi.advanceTimersByTimeAsync(500);
    expect(use).not.toHaveBeenCalled();
  });
});

describe('panels', () => {
  it('open by their numbers, close by Esc, the newest first; a selection goes first', () => {
    const run = createFakeRun('open', 1);
    const house = createHouse(document.documentElement, createSettings(undefined), run, () => createFakeRun('open', 2));
    const press = (key: string) =>
      pressPageKey(house, { key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, target: document.body });
    expect(house.panels.getState().open).toEqual([]);
    expect(press('1')).toBe(true);
    expect(press('2')).toBe(true);
    expect(press('9')).toBe(false);
    expect(house.panels.getState().open).toEqual(PANELS.slice(0, 2));
    house.selection.getState().select({ type: 'member', member: 1 });
    press('Escape');
    expect(house.panels.getState().open).toHaveLength(2);
    press('Escape');
    expect(house.panels.getState().open).toEqual(PANELS.slice(0, 1));
    press('1');
    expect(house.panels.getState().open).toEqual([]);
    run.dispose();
  });

  it('are two at most, one in a narrow window', () => {
    const panels = createPanels();
    for (const panel of ['keys', 'watches', 'leases'] as const) panels.getState().toggle(panel);
    expect(panels.getState().open).toEqual(['watches', 'leases']);
    expect(panels.getState().entering).toBe('leases');
    // Narrow: one is shown. What stays behind it is brought forward, not closed.
    panels.getState().setWide(false);
    panels.getState().toggle('watches');
    expect(panels.getState().open).toEqual(['watches']);
    panels.getState().toggle('watches');
    expect(panels.getState().open).toEqual([]);
  });
});
