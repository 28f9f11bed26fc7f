// axe finds nothing to complain about: the first view in every theme, the help, a split with its menus, a refused file, a phone's three views.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { advanceBy, openPage, prompt, runLine, stageMember } from './page.ts';

async function expectAccessible(page: Page): Promise<void> {
  // What fades in is judged when it stands.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  const { violations } = await new AxeBuilder({ page }).analyze();
  const said = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`),
  );
  expect(said).toEqual([]);
}

for (const { theme, hall } of [
  { theme: 'light', hall: false },
  { theme: 'dark', hall: false },
  { theme: 'black', hall: true },
] as const) {
  test(`the first view, a split and the help, ${theme}`, async ({ page }) => {
    await openPage(page, { theme, hall });
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme === 'light' ? 'light' : 'dark');
    await expectAccessible(page);

    await prompt(page).focus();
    expect(await runLine(page, 'get color')).toContain('color');
    const split = page.getByRole('button', { name: 'Split', exact: true });
    await split.click();
    await split.click();
    await advanceBy(page, 300_000);
    await stageMember(page, 1).click();
    await expect(page.getByRole('toolbar', { name: 'What can be done with n1' })).toBeVisible();
    await expectAccessible(page);

    await page.keyboard.press('Escape');
    await page.locator('body').press('ArrowLeft');
    await expectAccessible(page);

    await page.getByRole('button', { name: /^Cluster:/ }).click();
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('menuitem', { name: 'Restore a snapshot' }).click();
    await (await choosing).setFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') });
    await expect(page.getByRole('dialog', { name: 'notes.txt cannot be restored' })).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Help' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page);
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  test('each of its views', async ({ page }) => {
    await openPage(page);
    for (const name of ['Stage', 'Log', 'Time']) {
      await page.getByRole('tab', { name, exact: true }).tap();
      await expect(page.getByRole('tab', { name, exact: true })).toHaveAttribute('aria-selected', 'true');
      await expectAccessible(page);
    }
  });
});
