/**
 * What every browser test needs: a page whose virtual time stands, and hands that move it on. Tests wait for states of the cluster,
 * within a bound of virtual time; how long the machine takes for that does not matter.
 */
import { expect, type Locator, type Page } from '@playwright/test';
import type {} from '../../src/ui/scripting.ts';
import type { Run } from '../../src/workers/index.ts';

export const SECOND = 1_000_000;

export interface Opening {
  readonly seed?: number;
  readonly theme?: 'light' | 'dark' | 'black';
  readonly language?: 'en' | 'zh';
  /** Shows the first-run chips, as on a first visit. */
  readonly chips?: boolean;
  /** Large, for a hall. */
  readonly hall?: boolean;
}

/** Opens the page and lets its cluster stand at the moment of the opening, or a little after it. */
export async function openPage(page: Page, opening: Opening = {}): Promise<void> {
  const { seed = 1, theme = 'light', language = 'en', chips = false, hall = false } = opening;
  await page.addInitScript(
    (kept) => {
      // What was chosen in the page outlives a reload.
      if (localStorage.getItem('etcdscope.settings') === null) localStorage.setItem('etcdscope.settings', JSON.stringify(kept));
    },
    { theme, language, visits: chips ? 0 : 9, chipsDone: [], hall },
  );
  await page.goto(`./?seed=${seed}`);
  await page.waitForFunction(() => window.etcdscope?.run().state().phase === 'ready');
  await pause(page);
}

/** Stops the page's clock and waits until nothing is under way. */
export async function pause(page: Page): Promise<void> {
  await inPage(page, async (run) => {
    run.pause();
    await run.whenIdle();
  });
}

/**
 * Evaluates a function of the run inside the page. It stands alone: of what is around it in the test, only `given` reaches it.
 * The page forbids `eval` to itself, so the function goes in as text, as a developer console would send it.
 */
export function inPage<T, G = undefined>(page: Page, look: (run: Run, given: G) => T | Promise<T>, given?: G): Promise<T> {
  return page.evaluate(`(${look.toString()})(window.etcdscope.run(), ${JSON.stringify(given) ?? 'undefined'})`);
}

/** Lets virtual time pass, µs. */
export async function advanceBy(page: Page, duration: number): Promise<void> {
  await inPage(page, (run, by) => run.advanceTo(run.live() + by), duration);
}

export interface Bound<G> {
  /** Virtual µs; beyond it the state is held to never come. */
  readonly within?: number;
  /** Virtual µs between two looks. */
  readonly stride?: number;
  readonly given?: G;
}

/** Lets virtual time pass until a state of the run holds; fails beyond the bound. @returns the virtual time then */
export async function advanceUntil<G = undefined>(
  page: Page,
  holds: (run: Run, given: G) => boolean,
  { within = 10 * SECOND, stride = 20_000, given }: Bound<G> = {},
): Promise<number> {
  const text = holds.toString();
  const reached = await page.evaluate<number | string>(`(async () => {
    const run = window.etcdscope.run();
    const end = run.live() + ${within};
    const holds = ${text};
    while (!holds(run, ${JSON.stringify(given) ?? 'undefined'})) {
      if (run.state().phase === 'failed') return run.state().failure;
      if (run.live() >= end) return 'it did not come';
      await run.advanceTo(Math.min(end, run.live() + ${stride}));
    }
    return run.live();
  })()`);
  if (typeof reached === 'number') return reached;
  throw new Error(`within ${within / SECOND} virtual seconds: ${reached}: ${text}`);
}

/** Lets time pass until no command waits for an answer. An open watch waits for nothing. */
export async function advanceUntilAnswered(page: Page, within = 10 * SECOND): Promise<void> {
  await advanceUntil(
    page,
    (run) => run.state().waiting.length === 0 && run.frame().calls.every((call) => call.state !== 'open' || call.kind === 'watch'),
    { within },
  );
}

/** One network, and all running members have the same log, committed and applied to its end: for {@link advanceUntil}. */
export function allAgree(run: Run): boolean {
  const { islands, members, flag } = run.frame();
  return (
    islands.length === 1 &&
    members.every((member) => member.health !== 'up' || (member.appliedIndex === flag && member.log.end === flag + 1))
  );
}

/** The line to type in. */
export function prompt(page: Page): Locator {
  return page.getByRole('region', { name: 'Console sessions' }).getByRole('textbox');
}

/** The tab of a session, by the order in which they were opened. */
export function sessionTab(page: Page, client: number): Locator {
  return page.getByRole('region', { name: 'Console sessions' }).locator(`[role="tab"][data-client="${client}"]`);
}

/** Types a line key by key and enters it. */
export async function typeLine(page: Page, line: string): Promise<void> {
  await prompt(page).pressSequentially(line);
  await prompt(page).press('Enter');
}

/** Types a line that asks the cluster something, lets time pass until it is answered, and reads what etcdctl printed. Empty lines are lines; hints are not etcdctl's. */
export async function runLine(page: Page, line: string): Promise<readonly string[]> {
  const before = (await consoleLines(page)).length;
  await typeLine(page, line);
  // While time stands it waits to be sent, under the number that it will have.
  const call = await inPage(page, (run) => run.state().waiting.find((action) => action.type === 'call')?.call ?? 0);
  await advanceUntil(page, (run, id) => run.frame().calls.some((each) => each.id === id && each.state !== 'open'), { given: call });
  await expect(prompt(page)).not.toHaveAttribute('data-waiting', /./);
  const [echo, ...printed] = (await consoleLines(page)).slice(before);
  expect(echo?.text).toMatch(/^n\d \$ /);
  expect(echo?.text.replace(/^n\d \$ /, '')).toBe(line);
  return printed.filter(({ kind }) => kind !== 'hint').map(({ text }) => text);
}

/** What stands in the front session's scrollback. Hints are ours, the rest is etcdctl's. */
export function consoleLines(page: Page): Promise<{ readonly kind: string; readonly text: string }[]> {
  return page
    .getByRole('log')
    .locator('[data-kind]')
    .evaluateAll((lines) => lines.map((line) => ({ kind: line.getAttribute('data-kind') ?? '', text: line.textContent ?? '' })));
}

/** Points the front session at another member, by its menu. */
export async function askMember(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Asks n\d: choose another member$/ }).click();
  await page.getByRole('menuitemradio', { name: new RegExp(`^${name}\\b`) }).click();
}

/** A member as the stage's twin tells it. */
export function twin(page: Page, member: number): Locator {
  return page.locator(`li[data-member="${member}"][data-term]`).and(page.locator('[data-commit]'));
}

/** A member on the stage. */
export function stageMember(page: Page, member: number): Locator {
  return page.getByRole('button', { name: new RegExp(`^n${member}, `) }).and(page.locator('[data-stage-member]'));
}

/** A cell of the replicated log. */
export function logCell(page: Page, member: number, index: number): Locator {
  return page.locator(`td[data-member="${member}"][data-index="${index}"]`);
}

/** Ordinal of the leader of the highest term; fails where nobody leads. */
export async function leaderOf(page: Page): Promise<{ readonly leader: number; readonly term: number }> {
  return await inPage(page, (run) => {
    const leaders = run.frame().members.filter((member) => member.health === 'up' && member.role === 'leader');
    leaders.sort((a, b) => b.term - a.term);
    const [first] = leaders;
    if (first === undefined) throw new Error('nobody leads');
    return { leader: first.ordinal, term: first.term };
  });
}
