// @vitest-environment happy-dom
/**
 * The loop rests when nothing moves and wakes when asked; settings survive a broken shelf; acts have their opposites; keys do what
 * the help says and leave fields alone; the verbs' row puts the way back first.
 */
import { describe, expect, it, vi } from 'vitest';
import { ENGLISH } from '../../src/i18n/index.ts';
import { createHouse } from '../../src/ui/frame/context.tsx';
import { pressPageKey } from '../../src/ui/frame/keys.ts';
import { createScheduler, type FrameSource } from '../../src/ui/frame/scheduler.ts';
import { mixColours } from '../../src/ui/frame/tokens.ts';
import { verbsFor } from '../../src/ui/statement/verbs.ts';
import { createRuns } from '../../src/ui/stores/runs.ts';
import { createSettings } from '../../src/ui/stores/settings.ts';
import type { Action, Run } from '../../src/workers/index.ts';
import { createFakeRun, type Scene } from '../scenes/fakeRun.ts';

/** Frames that come when the test says so. */
function manualFrames(): FrameSource & { run(count: number): number } {
  let pending: ((nowMs: number) => void) | undefined;
  let now = 0;
  return {
    request: (callback) => {
      pending = callback;
      return 1;
    },
    cancel: () => {
      pending = undefined;
    },
    run(count) {
      let done = 0;
      for (; done < count && pending !== undefined; done++) {
        const callback = pending;
        pending = undefined;
        now += 16;
        callback(now);
      }
      return done;
    },
  };
}

function houseOf(scene: Scene, playing = true) {
  const run = createFakeRun(scene, 1);
  if (playing) run.play();
  const acted: Action[] = [];
  const watched: Run = { ...run, act: (action) => run.act(action) && acted.push(action) > 0 };
  const house = createHouse(document.documentElement, createSettings(undefined), watched, () => createFakeRun('open', 2));
  return { house, run: watched, acted };
}

describe('scheduler', () => {
  it('asks for no frame while the run is paused and nothing is owed', () => {
    const frames = manualFrames();
    const scheduler = createScheduler(frames);
    const paint = vi.fn();
    scheduler.register(paint);
    scheduler.attach(createFakeRun('open', 1));
    expect(frames.run(1000)).toBeLessThan(100); // lingers for less than a second, then rests
    expect(paint).toHaveBeenCalledTimes(1);
    scheduler.invalidate();
    frames.run(1000);
    expect(paint).toHaveBeenCalledTimes(2);
  });

  it('paints each frame while the run plays, and stops with it', () => {
    const frames = manualFrames();
    const scheduler = createScheduler(frames);
    const run = createFakeRun('open', 1);
    scheduler.attach(run);
    const paint = vi.fn();
    const stop = scheduler.register(paint);
    run.play();
    expect(frames.run(60)).toBe(60);
    expect(paint.mock.calls.length).toBeGreaterThanOrEqual(59);
    stop();
    const before = paint.mock.calls.length;
    frames.run(10);
    expect(paint).toHaveBeenCalledTimes(before);
  });
});

describe('painters that take turns', () => {
  it('are called every second frame while time runs, one after the other, and all when something was invalidated or time stands', () => {
    const frames = manualFrames();
    const scheduler = createScheduler(frames);
    const run = createFakeRun('open', 1);
    scheduler.attach(run);
    let painted: string[] = [];
    scheduler.register(() => painted.push('even'), 'even');
    scheduler.register(() => painted.push('odd'), 'odd');
    run.play();
    frames.run(1);
    painted = [];
    const turns = Array.from({ length: 6 }, () => {
      frames.run(1);
      return painted.splice(0).join();
    });
    expect(turns.slice(0, 2).sort()).toEqual(['even', 'odd']);
    expect(turns).toEqual([0, 1, 2, 3, 4, 5].map((i) => turns[i % 2]));
    for (const owed of [() => scheduler.invalidate(), () => scheduler.invalidate(), () => run.pause()]) {
      painted = [];
      owed();
      frames.run(1);
      expect(painted).toEqual(['even', 'odd']);
    }
  });
});

describe('settings', () => {
  it('are remembered, and the visits counted', () => {
    const shelf = new Map<string, string>();
    const store = {
      getItem: (key: string) => shelf.get(key) ?? null,
      setItem: (key: string, value: string) => void shelf.set(key, value),
    };
    const first = createSettings(store).getState();
    first.setTheme('black');
    first.setHall(true);
    first.resize('column', 500);
    first.resize('console', 300);
    first.resize('console', undefined);
    const again = createSettings(store).getState();
    expect([again.theme, again.hall, again.visits, again.sizes]).toEqual(['black', true, 2, { column: 500 }]);
  });

  it('do without a shelf that throws or holds nonsense', () => {
    const broken = {
      getItem: () => {
        throw new Error('forbidden');
      },
      setItem: () => {
        throw new Error('full');
      },
    };
    const store = createSettings(broken);
    store.getState().setLanguage('zh');
    expect(store.getState().language).toBe('zh');
    const nonsense = {
      getItem: () => '{"theme":7,"hall":1,"visits":-1,"chipsDone":["x","cut"],"sizes":{"column":"wide","stage":9,"console":400}}',
      setItem: () => undefined,
    };
    expect(createSettings(nonsense).getState()).toMatchObject({
      theme: 'system',
      hall: false,
      visits: 1,
      chipsDone: ['cut'],
      sizes: { console: 400 },
    });
  });
});

describe('acts', () => {
  it('offer their opposite', () => {
    const { house, acted } = houseOf('open');
    house.acts.stop(1);
    house.toasts.getState().current?.undo?.();
    house.acts.cutLink(2, 3);
    house.toasts.getState().current?.undo?.();
    expect(acted.map((action) => action.type)).toEqual(['crash', 'restart', 'cut', 'heal']);
    expect(acted[2]).toMatchObject({
      cause: 'hand',
      links: [
        [2, 3],
        [3, 2],
      ],
    });
  });

  it('heal a wall, and build the same wall again', () => {
    const { house, run, acted } = houseOf('partition');
    const [wall] = run.frame().walls;
    house.acts.healAll();
    house.toasts.getState().current?.undo?.();
    expect(acted[1]).toMatchObject({ type: 'cut', cause: 'wall:1', wall: wall?.line });
    expect(run.frame().walls).toHaveLength(1);
    expect(run.frame().islands).toHaveLength(2);
  });

  it('of one that waits for play it says so until it has run', () => {
    const { house, run } = houseOf('open', false);
    const said = () => house.toasts.getState().current?.say(ENGLISH);
    house.acts.cutLink(2, 3);
    expect(said()).toBe('On play: Cut n2 – n3');
    house.acts.stop(1);
    expect(said()).toBe('On play: n1 stopped');
    run.play();
    expect(said()).toBe('n1 stopped');
    expect(house.toasts.getState().current?.undo).toBeDefined();
    // What was dismissed does not come back.
    run.pause();
    house.acts.start(1);
    house.toasts.getState().dismiss(house.toasts.getState().current?.id ?? 0);
    run.play();
    expect(said()).toBeUndefined();
  });

  it('move a wall without letting anything through, and back', () => {
    const { house, run, acted } = houseOf('partition');
    const [wall] = run.frame().walls;
    if (wall === undefined) throw new Error('there is a wall');
    const plan = { line: { x1: 0.1, y1: 0, x2: 0.2, y2: 1 }, links: wall.links.slice(2) };
    house.acts.moveWall(wall.id, plan);
    const cause = `wall:${wall.id + 1}`;
    expect(acted).toMatchObject([
      { type: 'cut', cause, links: plan.links, wall: plan.line },
      { type: 'heal', cause: `wall:${wall.id}`, links: wall.links },
    ]);
    house.toasts.getState().current?.undo?.();
    expect(acted.slice(2)).toMatchObject([
      { type: 'cut', cause: `wall:${wall.id}`, links: wall.links, wall: wall.line },
      { type: 'heal', cause, links: plan.links },
    ]);
  });

  it('do nothing in the past, and say why', () => {
    const { house, acted } = houseOf('past', false);
    house.acts.stop(1);
    expect(acted).toEqual([]);
    expect(house.toasts.getState().current?.tone).toBe('refused');
  });

  it('put a value that the key does not have', () => {
    const { house } = houseOf('open');
    const lines: string[] = [];
    house.desk.getState().setPrompt({ focus: () => undefined, submit: (line) => lines.push(line) });
    house.acts.putNext();
    expect(lines).toEqual(['put color blue']); // green is under way
  });
});

describe('another cluster', () => {
  it('takes the place of the present one, which comes back as it was left, and ends when it cannot', () => {
    const { house, run } = houseOf('open');
    const started: { run: Run; members: number; snapshot: string | undefined }[] = [];
    const ended: Run[] = [];
    const runs = createRuns({ ...run, dispose: () => ended.push(run) }, (members, restored) => {
      const fresh = createFakeRun('open', 2);
      const next = { ...fresh, dispose: () => void ended.push(fresh) };
      started.push({ run: fresh, members, snapshot: restored?.snapshot });
      return next;
    });
    const now = () => runs.getState();
    const first = now().run;
    now().restart(3);
    expect(now()).toMatchObject({ generation: 2, before: first });
    expect(first.state().playing).toBe(false);
    now().goBack();
    expect(now().run).toBe(first);
    expect(first.state().playing).toBe(true);
    expect(ended).toEqual([]);
    // Back and forth as often as somebody likes; the third cluster ends the first but one.
    now().goBack();
    now().restart(5, { snapshot: 'file', options: { bumpRevision: 0, markCompacted: false } });
    expect(started.map(({ members, snapshot }) => [members, snapshot])).toEqual([
      [3, undefined],
      [5, 'file'],
    ]);
    expect(ended).toEqual([run]);
    house.runs.getState().goBack(); // there is none
    expect(house.runs.getState().generation).toBe(1);
  });

  it('offers the way back in a toast, and nothing that was chosen stays', () => {
    const { house, run } = houseOf('open');
    house.selection.getState().select({ type: 'member', member: 2 });
    house.verbs.getState().enter('cut');
    house.panels.getState().showMember(4);
    house.acts.restart(3);
    expect(house.runs.getState().run).not.toBe(run);
    expect(house.selection.getState().selected).toBeUndefined();
    expect(house.verbs.getState().mode).toBe('none');
    expect(house.panels.getState().member).toBe(0);
    house.toasts.getState().current?.undo?.();
    expect(house.runs.getState().run).toBe(run);
  });
});

describe('keys', () => {
  const key = (name: string, target: Element = document.body) => ({
    key: name,
    target,
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
  });

  it('play, step, go back and return', () => {
    const { house, run } = houseOf('open', false);
    expect(pressPageKey(house, key(' '))).toBe(true);
    expect(run.state().playing).toBe(true);
    pressPageKey(house, key('ArrowLeft'));
    expect(run.state()).toMatchObject({ playing: false, atLive: false });
    pressPageKey(house, key('l'));
    expect(run.state().atLive).toBe(true);
  });

  it('leave a waiting verb first, then the selection', () => {
    const { house } = houseOf('open', false);
    house.selection.getState().select({ type: 'member', member: 2 });
    house.verbs.getState().enter('cut');
    pressPageKey(house, key('Escape'));
    expect(house.verbs.getState().mode).toBe('none');
    expect(house.selection.getState().selected).toBeDefined();
    pressPageKey(house, key('Escape'));
    expect(house.selection.getState().selected).toBeUndefined();
  });

  it('belong to a field that has the focus', () => {
    const { house, run } = houseOf('open', false);
    const input = document.body.appendChild(document.createElement('input'));
    expect([' ', 'l', '/', '?', 'ArrowLeft'].map((name) => pressPageKey(house, key(name, input)))).toEqual(Array(5).fill(false));
    expect(run.state().playing).toBe(false);
    input.remove();
  });
});

describe('verbs', () => {
  const typesIn = (scene: Scene) => verbsFor(createFakeRun(scene, 1).frame()).map((verb) => verb.type);

  it('stand in their order, the way back first', () => {
    expect(typesIn('open')).toEqual(['stop', 'cut', 'split', 'put']);
    expect(typesIn('partition')).toEqual(['heal', 'stop', 'cut', 'put']);
    expect(typesIn('stopped')).toEqual(['start', 'stop', 'cut', 'split', 'put']);
    expect(typesIn('single')).toEqual(['stop', 'put']);
  });

  it('start the one that stopped last, and name the leader where two lead', () => {
    expect(verbsFor(createFakeRun('noquorum', 1).frame())[0]).toMatchObject({ type: 'start', name: 'n1' });
    expect(verbsFor(createFakeRun('partition', 1).frame())[1]).toMatchObject({ type: 'stop', name: 'n4', named: true });
  });
});

describe('tokens', () => {
  it('mix colours as CSS does', () => {
    expect(mixColours('#ff0000', '#ffffff', 0.5)).toBe('#ff8080');
    expect(mixColours('#3355c4', '#ffffff', 0)).toBe('#ffffff');
    expect(mixColours('#f00', '#fff', 0.5)).toBe('#ff8080'); // a build shortens what it can
  });
});
