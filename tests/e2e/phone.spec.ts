// On a phone: one view at a time, everything by finger.
import { expect, test } from '@playwright/test';
import { advanceBy, inPage, openPage, twin } from './page.ts';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

test('a tap on a link cuts it, and a tap heals it', async ({ page }) => {
  await openPage(page);
  const link = page.locator('[data-link="1-2"]');
  await expect(link).toHaveAttribute('data-cut', 'none');
  // A line has a thin box: the finger goes for its middle.
  const middle = await link.evaluate((element) => {
    const box = element.getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  });
  await page.touchscreen.tap(middle.x, middle.y);
  await advanceBy(page, 1_000);
  await expect(link).toHaveAttribute('data-cut', 'both');
  await expect(page.getByText('Cut n1 – n2')).toBeVisible();
  await page.touchscreen.tap(middle.x, middle.y);
  await advanceBy(page, 1_000);
  await expect(link).toHaveAttribute('data-cut', 'none');
});

test('a tap beside everything leaves what Split has begun', async ({ page }) => {
  await openPage(page);
  const split = page.getByRole('button', { name: 'Split', exact: true });
  await split.tap();
  await expect(page.getByText('A tap on the stage leaves.')).toBeVisible();
  await page.locator('[data-region="stage"]').tap({ position: { x: 8, y: 8 } });
  await expect(split).toHaveAttribute('aria-pressed', 'false');
  expect(await inPage(page, (run) => run.state().waiting)).toEqual([]);
});

test('its first tabs are Stage, Log and Time', async ({ page }) => {
  await openPage(page);
  const tabs = page.getByRole('navigation', { name: 'Views' }).getByRole('tab');
  await expect.poll(async () => (await tabs.allTextContents()).slice(0, 3)).toEqual(['Stage', 'Log', 'Time']);
  await expect(page.locator('[data-region="stage"]')).toBeVisible();
  await tabs.nth(1).tap();
  await expect(page.locator('[data-region="log"]')).toBeVisible();
  await expect(page.locator('[data-region="stage"]')).toHaveCount(0);
  await tabs.nth(2).tap();
  const slider = page.getByRole('slider', { name: 'Timeline' });
  await expect(slider).toBeVisible();
  const box = await slider.boundingBox();
  if (box === null) throw new Error('the timeline has no box');
  await page.touchscreen.tap(box.x + 60, box.y + box.height / 2);
  expect(await inPage(page, (run) => run.state().atLive)).toBe(false);
  // What happened is a list to go to.
  await page.getByRole('button', { name: /put name etcd$/ }).tap();
  expect(await inPage(page, (run) => run.playhead())).toBe(3_000_000);
  await page.getByRole('button', { name: 'Back to live' }).tap();
  await tabs.nth(0).tap();
  await expect(twin(page, 1)).toHaveAttribute('data-health', 'up');
});

test('the ⋯ menu holds language, theme and help', async ({ page }) => {
  await openPage(page);
  await page.getByRole('button', { name: 'More' }).tap();
  const menu = page.getByRole('menu', { name: 'More' });
  await menu.getByRole('menuitemradio', { name: '中文' }).tap();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.getByRole('tab')).toContainText(['舞台']);
  await page.getByRole('button', { name: '更多' }).tap();
  await page.getByRole('menuitemradio', { name: 'English' }).tap();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.getByRole('button', { name: 'More' }).tap();
  await page.getByRole('menuitemradio', { name: 'Dark' }).tap();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByRole('button', { name: 'More' }).tap();
  await page.getByRole('menuitem', { name: 'Help' }).tap();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).tap();
  await expect(page.getByRole('dialog')).toBeHidden();
  // What was chosen is still chosen after a reload.
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});
