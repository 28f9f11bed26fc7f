// @vitest-environment happy-dom
/** The log in a document: a grid that can be read by its attributes, walked by arrow keys and lights up what is pointed at elsewhere. */
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHouse, type House, HouseProvider } from '../../../src/ui/frame/context.tsx';
import { ReplicatedLog } from '../../../src/ui/log/ReplicatedLog.tsx';
import { createSettings } from '../../../src/ui/stores/settings.ts';
import { createFakeRun } from '../../scenes/fakeRun.ts';

let house: House;
let root: Root;
let page: HTMLElement;

beforeEach(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  page = document.createElement('div');
  document.body.append(page);
  house = createHouse(document.documentElement, createSettings(undefined), createFakeRun('partition', 1), (members) =>
    createFakeRun('open', 2, members),
  );
  root = createRoot(page);
  await act(async () =>
    root.render(
      <HouseProvider house={house}>
        <ReplicatedLog />
      </HouseProvider>,
    ),
  );
});

afterEach(async () => {
  await act(async () => root.unmount());
  house.runs.getState().run.dispose();
  page.remove();
});

const cell = (member: number, index: number) => {
  const found = page.querySelector<HTMLElement>(`td[data-member="${member}"][data-index="${index}"]`);
  if (found === null) throw new Error(`no cell of n${member} at ${index}`);
  return found;
};

it('says of each cell whose it is, what stands there and what that member knows of it', () => {
  const { flag } = house.runs.getState().run.frame();
  expect(page.querySelector('[role="grid"]')).not.toBeNull();
  expect(page.textContent).toContain(`committed to ${flag}`);
  expect({ ...cell(1, flag).dataset }).toMatchObject({ term: '2', fill: 'disk', kind: 'put', replaced: '3' });
  expect({ ...cell(4, flag).dataset }).toMatchObject({ term: '3', fill: 'applied', kind: 'noop' });
  expect(cell(4, flag).dataset.replaced).toBeUndefined();
  expect(cell(1, flag).getAttribute('aria-label')).toBe(
    `put color = red · term 2 · index ${flag} · n1 has it on disk · the committed entry of term 3 will replace it`,
  );
  expect([...page.querySelectorAll('tbody')].map((group) => group.dataset.quorum)).toEqual(['false', 'true']);
});

it('is walked by arrow keys, over the wall too, and lights the same entry up wherever it stands', async () => {
  const { flag } = house.runs.getState().run.frame();
  const press = (key: string) =>
    act(async () => document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })));
  await act(async () => cell(1, flag).focus());
  await press('ArrowDown');
  expect(document.activeElement).toBe(cell(2, flag));
  await press('ArrowDown');
  expect(document.activeElement).toBe(cell(3, flag));
  await press('ArrowRight');
  expect(document.activeElement).toBe(cell(3, flag + 1));
  expect([...page.querySelectorAll('[role="grid"] td[tabindex="0"]')]).toEqual([cell(3, flag + 1)]);
  await press('ArrowLeft');
  await press('Enter');
  expect(house.selection.getState().selected).toEqual({ type: 'entry', term: 3, index: flag });
  expect([...page.querySelectorAll<HTMLElement>('td[aria-selected="true"]')].map((lit) => lit.dataset.member)).toEqual([
    '3',
    '4',
    '5',
  ]);
});

it('goes back as far as the first entry by Home', async () => {
  const { flag } = house.runs.getState().run.frame();
  await act(async () => cell(5, flag).focus());
  await act(async () => document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true })));
  expect(document.activeElement).toBe(cell(5, 1));
  expect(page.querySelector('section')?.dataset.first).toBe('1');
});
