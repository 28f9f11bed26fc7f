// @vitest-environment happy-dom
/** The prompt in a document, by role and label: `/` focuses it, Enter runs, the past closes it. */
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Prompt } from '../../../src/ui/console/Prompt.tsx';
import { createHouse, type House, HouseProvider } from '../../../src/ui/frame/context.tsx';
import { createSettings } from '../../../src/ui/stores/settings.ts';
import type { Run } from '../../../src/workers/index.ts';
import { createFakeRun } from '../../scenes/fakeRun.ts';

let house: House;
let run: Run;
let root: Root;
let page: HTMLElement;

beforeEach(async () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  page = document.createElement('div');
  document.body.append(page);
  run = createFakeRun('open', 1);
  house = createHouse(document.documentElement, createSettings(undefined), run, (members) => createFakeRun('open', 2, members));
  root = createRoot(page);
  await act(async () =>
    root.render(
      <HouseProvider house={house}>
        <Prompt />
      </HouseProvider>,
    ),
  );
});

afterEach(async () => {
  await act(async () => root.unmount());
  run.dispose();
  page.remove();
});

const input = () => page.querySelector<HTMLInputElement>('input') as HTMLInputElement; // a prompt always has one
const press = (key: string, more: KeyboardEventInit = {}, target: EventTarget = input()) =>
  act(async () => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })));
const type = (text: string) =>
  act(async () => {
    // React hears of a value only through the element's own setter.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input(), text);
    input().dispatchEvent(new Event('input', { bubbles: true }));
  });
const output = () => [...page.querySelectorAll('[role="log"] > [data-kind]')].map((line) => line.textContent);

it('is not focused at first; / takes the caret there and unfolds it', async () => {
  expect(document.activeElement).not.toBe(input());
  expect(page.querySelector('[role="log"]')).toBeNull();
  await press('/', {}, document.body);
  expect(document.activeElement).toBe(input());
  expect(input().getAttribute('aria-label')).toBe('etcdctl, n1');
  expect(page.querySelector('[role="log"]')?.getAttribute('aria-label')).toBe('Console output n1');
});

it('runs what is entered, follows its key, and gives the line back to Ctrl-C and the history', async () => {
  await act(async () => input().focus());
  await type('put name raft');
  await press('Enter');
  expect(house.desk.getState().followedKey).toBe('name');
  expect(output()).toEqual(['n1 $ put name raft']);
  expect(input().value).toBe('');
  expect(input().dataset.waiting).toBe('true');
  await press('c', { ctrlKey: true });
  expect(output()).toEqual(['n1 $ put name raft', '^C']);
  expect(input().dataset.waiting).toBeUndefined();
  await press('ArrowUp');
  expect(input().value).toBe('put name raft');
  await press('u', { ctrlKey: true });
  expect(input().value).toBe('');
  await press('l', { ctrlKey: true });
  expect(output()).toEqual([]);
});

it('a paste of several lines runs them, the first at once', async () => {
  await act(async () => input().focus());
  const paste = new Event('paste', { bubbles: true, cancelable: true });
  Object.assign(paste, { clipboardData: { getData: () => 'version\nversion\n' } });
  await act(async () => input().dispatchEvent(paste));
  expect(output().filter((line) => line === 'n1 $ version')).toHaveLength(2);
});

it('in the past it is closed, says why, and hides what comes later', async () => {
  await act(async () => input().focus());
  await type('version');
  await press('Enter');
  expect(output().length).toBeGreaterThan(1);
  await act(async () => run.seek(1_000_000));
  expect(input().disabled).toBe(true);
  expect(input().placeholder).toContain('past');
  expect(output()).toEqual([]);
  await act(async () => run.backToLive());
  expect(input().disabled).toBe(false);
  expect(output().length).toBeGreaterThan(1);
});

it('a tab says that lines came while another one was in front, as long as that is now', async () => {
  const shelf = house.consoles(() => {
    throw new Error('the prompt has made it');
  });
  const tab = () => page.querySelector<HTMLElement>('[role="tab"][data-client="2"]');
  expect(tab()?.textContent).toBe('n2');
  await act(async () => shelf.of(run).getState().submit(2, 'version'));
  expect(tab()?.textContent).toBe('n2new lines');
  await act(async () => run.seek(1_000_000));
  expect(tab()?.textContent).toBe('n2');
  await act(async () => run.backToLive());
  await act(async () => tab()?.click());
  expect(tab()?.textContent).toBe('n2');
});

it('Tab completes what is clear, and shows what may be meant', async () => {
  await act(async () => input().focus());
  await type('ge');
  await press('Tab');
  expect(input().value).toBe('get ');
  await type('get name --pr');
  await press('Tab');
  expect(input().value).toBe('get name --pr');
  const offers = () => [...page.querySelectorAll('[role="status"] button')].map((button) => button.textContent);
  expect(offers()).toEqual(['--prefix', '--print-value-only']);
  await act(async () => page.querySelector<HTMLButtonElement>('[role="status"] button')?.click());
  expect(input().value).toBe('get name --prefix ');
  expect(offers()).toEqual([]);
});

it('Tab completes what exists at the member, and addresses without asking it', async () => {
  const asked: string[] = [];
  run.namesAt = (member, _time, prefix) => {
    asked.push(`${member} ${prefix}`);
    return Promise.resolve({ keys: ['color'], leases: ['694d77aa9e38260f'], members: [], users: ['alice'], roles: [] });
  };
  await act(async () => input().focus());
  const tab = async (text: string) => {
    await type(text);
    await press('Tab');
    return input().value;
  };
  expect(await tab('get col')).toBe('get color ');
  expect(await tab('lease revoke ')).toBe('lease revoke 694d77aa9e38260f ');
  expect(await tab('user get a')).toBe('user get alice ');
  expect(asked).toEqual(['1 col', '1 ', '1 a']);
  expect(await tab('make-mirror n2')).toBe('make-mirror n2:2379 ');
  expect(await tab('curl n3')).toBe('curl n3:2379/');
  expect(asked).toHaveLength(3);
});

it('without a line, and backwards, Tab moves the focus', async () => {
  await act(async () => input().focus());
  const tab = async (more: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent('keydown', { key: 'Tab', bubbles: true, cancelable: true, ...more });
    await act(async () => input().dispatchEvent(event));
    return event.defaultPrevented;
  };
  expect(await tab()).toBe(false);
  await type('ge');
  expect(await tab({ shiftKey: true })).toBe(false);
  expect(input().value).toBe('ge');
  expect(await tab()).toBe(true);
});
