// The panels: keys with all their versions and the store as it was, watches, leases, a member's log; by number keys, in the past too,
// linked with the log, the stage and the console; accessible at every layout.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { advanceBy, advanceUntil, advanceUntilAnswered, inPage, openPage, prompt, runLine, SECOND, typeLine } from './page.ts';

const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const bar = (page: Page, key: string, revision: number) =>
  page.locator(`[data-key="${key}"] [data-bar][data-revision="${revision}"]`);
/** Presses a page key: nothing is typed into a field. */
const press = async (page: Page, key: string) => {
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  await page.keyboard.press(key);
};

async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`))).toEqual([]);
}

test('keys: every version, the store as it was, and one revision lit up everywhere', async ({ page }) => {
  await openPage(page);
  await expect(page.locator('[data-region="panel"]')).toHaveCount(0);
  await prompt(page).focus();
  await runLine(page, 'put fruit apple');
  await runLine(page, 'del fruit');
  await runLine(page, 'put fruit pear');
  const versions = await inPage(page, async (run) => (await run.storeAt(1, run.live(), 'fruit')).keys[0]?.versions ?? []);
  const [apple = 0, gone = 0, pear = 0] = versions.map((version) => version.modRevision);
  await press(page, '1');
  const keys = panel(page, 'Keys');
  await expect(keys).toBeFocused();
  await expect(keys.locator('[data-key="fruit"] [data-bar]')).toHaveCount(3);
  await expect(bar(page, 'fruit', gone)).toHaveAttribute('data-kind', 'deleted');
  const row = keys.getByRole('row').filter({ hasText: 'fruit' });
  await expect(row).toContainText('pear');

  const ruler = keys.getByRole('slider');
  await ruler.press('ArrowLeft');
  await expect(row).toContainText(`deleted at ${gone}`);
  await ruler.press('ArrowLeft');
  await expect(row).toContainText('apple');
  await ruler.press('End');

  await bar(page, 'fruit', apple).click();
  await expect(bar(page, 'fruit', apple)).toHaveAttribute('data-lit', 'selected');
  await expect(page.locator('td[data-lit][data-kind="put"]')).toHaveCount(5);
  await expect(page.locator('[data-region="stage"], svg').locator('g[data-lit]').first()).toBeAttached();
  await expect(page.getByRole('log').locator('[data-lit]').first()).toContainText('put fruit apple');
  // A line of the console lights up its revision.
  await page.getByRole('log').getByText('put fruit pear').hover();
  await expect(bar(page, 'fruit', pear)).toHaveAttribute('data-lit', 'lit');

  await press(page, 'Escape'); // the selection
  await press(page, 'Escape'); // the panel
  await expect(keys).toHaveCount(0);
});

test('a command, its entry, its revision and what watches saw of it light up together', async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await openPage(page);
  await advanceUntilAnswered(page);
  // The first session watches, the second writes.
  await prompt(page).focus();
  await typeLine(page, 'watch fruit');
  await advanceBy(page, SECOND / 10);
  await page.locator('[role="tab"][data-client="2"]').click();
  await expect(prompt(page)).toBeFocused();
  await runLine(page, 'put fruit apple');
  await runLine(page, 'put stone flint');
  await runLine(page, 'put fruit pear');
  await advanceBy(page, SECOND / 10);
  const [apple = 0, pear = 0] = await inPage(page, async (run) =>
    ((await run.storeAt(1, run.live(), 'fruit')).keys[0]?.versions ?? []).map((version) => version.modRevision),
  );
  const index = await inPage(page, (run, revision) => run.frame().revisions.get(revision) ?? 0, apple);
  await press(page, '1');
  await press(page, '2');

  const lines = page.getByRole('log').locator('[data-line]');
  const event = lines.and(page.locator(`[data-revision="${apple}"]`)).first();
  const command = lines.filter({ hasText: 'put fruit apple' });
  const cell = page.locator(`td[data-member="1"][data-index="${index}"]`);
  const mini = page.locator(`[data-stage-member="2"] g[data-index="${index}"]`);
  const watching = panel(page, 'Watches').locator('li[data-call]');
  const asRow = panel(page, 'Keys').locator(`tr[data-key="fruit"]`);
  const showTab = (client: number) => page.locator(`[role="tab"][data-client="${client}"]`).click();

  const expectLit = async (client: 1 | 2) => {
    await expect(cell).toHaveAttribute('data-lit', 'true');
    await expect(page.locator(`[data-stage-member] g[data-index="${index}"][data-lit]`)).toHaveCount(5);
    await expect(bar(page, 'fruit', apple)).toHaveAttribute('data-lit', /selected|lit/);
    await expect(bar(page, 'fruit', pear)).not.toHaveAttribute('data-lit', /./);
    await expect(watching).toHaveAttribute('data-lit', 'true');
    if (client === 1) await expect(lines.and(page.locator('[data-lit]'))).toHaveText(['PUT', 'fruit', 'apple']);
    else await expect(lines.and(page.locator('[data-lit]'))).toHaveText([/put fruit apple$/, 'OK']);
  };
  const rest = async () => {
    await page.mouse.move(2, 2);
    await expect(page.locator('td[data-lit]')).toHaveCount(0);
  };

  await test.step('by pointing at any of them', async () => {
    await command.hover();
    await expectLit(2);
    await rest();
    await cell.hover();
    await expectLit(2);
    await rest();
    await mini.hover();
    await expectLit(2);
    await rest();
    await bar(page, 'fruit', apple).hover();
    await expectLit(2);
    await rest();
    await showTab(1);
    await event.hover();
    await expectLit(1);
    await rest();
  });

  await test.step('chosen, it stays until Esc', async () => {
    await event.click();
    await page.mouse.move(2, 2);
    await expectLit(1);
    await event.evaluate(
      (line) => line.closest('[role="log"]') instanceof HTMLElement && line.closest<HTMLElement>('[role="log"]')?.focus(),
    );
    await page.keyboard.press('Escape');
    await expect(page.locator('td[data-lit]')).toHaveCount(0);
    await expect(lines.first()).toBeVisible(); // the console is still open
  });

  await test.step('by the keyboard: lines by arrows, revisions by Tab', async () => {
    await page.getByRole('log').focus();
    for (let up = 0; up < 6; up++) await page.keyboard.press('ArrowUp');
    await expectLit(1);
    await page.keyboard.press('Enter');
    await page.getByRole('log').blur();
    await expectLit(1);
    await press(page, 'Escape');
    await expect(page.locator('td[data-lit]')).toHaveCount(0);
    // The position of the watch is that of the store: the newest revision.
    const position = watching.getByRole('button', { name: `Select revision ${pear}` });
    await position.hover();
    await expect(bar(page, 'fruit', pear)).toHaveAttribute('data-lit', 'lit');
    await position.press('Enter');
    await expect(bar(page, 'fruit', pear)).toHaveAttribute('data-lit', 'selected');
    await expect(asRow).toHaveAttribute('data-lit', 'selected');
    await expect(lines.and(page.locator('[data-lit]'))).toHaveText(['PUT', 'fruit', 'pear']);
  });
});

test('what a member was before it stopped, and what is left of it after', async ({ page }) => {
  await openPage(page);
  const leader = await inPage(page, (run) => run.frame().members.find((member) => member.role === 'leader')?.ordinal ?? 0);
  const before = await inPage(page, (run) => run.live());
  await inPage(page, (run, member) => void run.act({ type: 'crash', member }), leader);
  await advanceUntil(page, (run, old) => run.frame().members.some(({ role, ordinal }) => role === 'leader' && ordinal !== old), {
    given: leader,
  });
  await press(page, '1');
  const keys = panel(page, 'Keys');
  await keys.getByRole('button', { name: 'Whose view' }).click();
  await page.getByRole('menuitemradio', { name: `n${leader}, stopped` }).click();
  await expect(keys.locator('[data-empty]')).toContainText(`n${leader} is stopped`);
  await press(page, '4');
  await expect(panel(page, 'Member log').getByRole('listitem').filter({ hasText: 'became leader' }).first()).toBeAttached();
  await press(page, '1');
  await inPage(page, (run, time) => run.seek(time - 1_000), before);
  await page.evaluate(() => window.etcdscope?.wake());
  await expect(keys.locator('[data-key="color"] [data-bar]').first()).toBeVisible();
});

test('lines of level debug, Raft’s and the server’s, are there for who asks', async ({ page }) => {
  await openPage(page);
  const follower = await inPage(page, (run) => run.frame().members.find((member) => member.role === 'follower')?.ordinal ?? 0);
  await inPage(page, (run, member) => void run.act({ type: 'crash', member }), follower);
  await advanceBy(page, SECOND);
  await press(page, '4');
  const log = panel(page, 'Member log');
  await log.getByRole('button', { name: 'Whose view' }).click();
  await page.getByRole('menuitemradio', { name: 'The leader’s' }).click();
  await expect(log.getByRole('listitem').filter({ hasText: 'became leader' }).first()).toBeAttached();
  await expect(log.locator('[data-level="debug"]')).toHaveCount(0);
  await log.getByRole('button', { name: 'From level' }).click();
  await page.getByRole('menuitemradio', { name: 'debug' }).click();
  const debug = log.locator('[data-level="debug"]');
  await expect(debug.filter({ hasText: 'applyEntryNormal' }).first()).toBeAttached();
  await expect(debug.filter({ hasText: 'because it is unreachable' }).first()).toBeAttached();
});

test('watches and leases: their position, their end, their clocks', async ({ page }) => {
  await openPage(page);
  await prompt(page).focus();
  await runLine(page, 'lease grant 60');
  await typeLine(page, 'watch color');
  await advanceBy(page, SECOND);
  await press(page, '2');
  const watches = panel(page, 'Watches');
  await expect(watches.locator('li[data-state="synced"]')).toContainText('color');
  await press(page, '3');
  const lease = panel(page, 'Leases').locator('li[data-lease]');
  await expect(lease).toHaveAttribute('data-clock', 'running');
  await expect(lease).toContainText(/5[89] of 60 s/);
  // Nobody leads: nobody counts.
  await inPage(page, (run) => {
    for (const member of [1, 2, 3, 4]) run.act({ type: 'crash', member });
  });
  await advanceBy(page, 4 * SECOND);
  await expect(lease).toHaveAttribute('data-clock', 'paused');
  await press(page, '2');
  await expect(watches.locator('li[data-state="away"]')).toContainText('Not connected');
  await expect(watches.locator('[data-empty]')).toHaveCount(0);
});

for (const [width, theme] of [
  [1280, 'light'],
  [1440, 'dark'],
  [1920, 'light'],
] as const) {
  test(`each panel is accessible at ${width}, ${theme}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await openPage(page, { theme });
    await prompt(page).focus();
    await runLine(page, 'lease grant 60');
    await typeLine(page, 'watch color');
    await advanceBy(page, SECOND);
    for (const key of ['1', '2', '3', '4']) {
      await press(page, key);
      await expect(page.locator('[data-region="panel"]').first()).toBeVisible();
      await expectAccessible(page);
    }
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  test('keys have a tab, the others share one', async ({ page }) => {
    await openPage(page);
    await page.getByRole('tab', { name: 'Keys', exact: true }).tap();
    await expect(panel(page, 'Keys').locator('[data-key="color"] [data-bar]').first()).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('tab', { name: 'Inspect', exact: true }).tap();
    for (const name of ['Leases', 'Member log', 'Watches']) {
      await page.getByRole('button', { name, exact: true }).tap();
      await expect(panel(page, name)).toBeVisible();
      await expectAccessible(page);
    }
  });
});
