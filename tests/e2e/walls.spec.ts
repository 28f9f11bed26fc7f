// A wall that stands is moved at its label: it parts others then, Undo puts it back, and whoever drags it off the members takes it away.
import { expect, type Page, test } from '@playwright/test';
import { advanceBy, advanceUntilAnswered, inPage, leaderOf, openPage } from './page.ts';

async function dragLabel(page: Page, by: { readonly x: number; readonly y: number }): Promise<void> {
  // One that was moved fades where it stood, for a moment.
  const label = page.locator('[data-wall] [role="button"]');
  await expect(label).toHaveCount(1);
  const box = await label.boundingBox();
  if (box === null) throw new Error('a wall has a label');
  const [x, y] = [box.x + 20, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by.x / 2, y + by.y / 2, { steps: 3 });
  await expect(page.locator('[data-drawing="true"]')).toBeVisible();
  await page.mouse.move(x + by.x, y + by.y, { steps: 3 });
  await page.mouse.up();
  await advanceBy(page, 1_000);
}

/** The verb offers a line, and builds it where it is pressed again. */
async function splitOnce(page: Page): Promise<void> {
  const split = page.getByRole('button', { name: 'Split', exact: true });
  await split.click();
  await split.click();
  await advanceBy(page, 1_000);
}

async function openSplit(page: Page): Promise<void> {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openPage(page);
  await advanceUntilAnswered(page);
  await splitOnce(page);
}

const islands = (page: Page) =>
  page.locator('li[data-island]').evaluateAll((all) => all.map((one) => one.getAttribute('data-members')));

test('a wall is dragged elsewhere, back by Undo, and away', async ({ page }) => {
  await openSplit(page);
  const before = await islands(page);
  expect(before).toHaveLength(2);
  const standing = await inPage(page, (run) => run.frame().walls.map(({ id, line }) => ({ id, line })));

  // Towards the right of the stage, by a third of it: it parts the cluster elsewhere.
  const width = (await page.locator('[data-region="stage"]').boundingBox())?.width ?? 0;
  const { leader } = await leaderOf(page);
  const x = await page.locator(`[data-stage-member="${leader}"] circle`).first().boundingBox();
  const towards = (x?.x ?? 0) > width / 2 ? -1 : 1;
  await dragLabel(page, { x: towards * width * 0.36, y: 0 });
  await expect(page.locator('[data-wall]')).toHaveCount(1);
  const after = await islands(page);
  expect(after).toHaveLength(2);
  expect(after).not.toEqual(before);
  await expect(page.getByText('The split was moved')).toBeVisible();

  await page.getByRole('button', { name: 'Undo' }).click();
  await advanceBy(page, 1_000);
  expect(await islands(page)).toEqual(before);
  expect(await inPage(page, (run) => run.frame().walls.map(({ id, line }) => ({ id, line })))).toEqual(standing);

  await dragLabel(page, { x: -towards * width, y: 0 });
  await expect(page.locator('[data-wall]')).toHaveCount(0);
  expect(await islands(page)).toHaveLength(0); // one network needs no name

  // A click on the label is still what it was.
  await splitOnce(page);
  await expect(page.locator('[data-wall]')).toHaveCount(1);
  await page.locator('[data-wall] [role="button"]').click();
  await advanceBy(page, 1_000);
  await expect(page.locator('[data-wall]')).toHaveCount(0);
});

test('a wall is moved with arrow keys, left where it was by Esc, and put down by Enter', async ({ page }) => {
  await openSplit(page);
  const label = page.locator('[data-wall] [role="button"]');
  await expect(label).toHaveCount(1);
  const before = await inPage(page, (run) => run.frame().walls.map(({ line }) => line));

  await label.focus();
  await page.keyboard.press('ArrowRight');
  const draft = page.locator('[data-drawing="true"]');
  await expect(draft).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(draft).toHaveCount(0);
  expect(await inPage(page, (run) => run.frame().walls.map(({ line }) => line))).toEqual(before);

  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await advanceBy(page, 1_000);
  await expect(page.getByText('The split was moved')).toBeVisible();
  await expect(label).toHaveCount(1);
  // The keyboard stays with it: Enter at rest takes it away.
  await expect(label).toBeFocused();
  expect(await inPage(page, (run) => run.frame().walls.map(({ line }) => line))).not.toEqual(before);
  await page.keyboard.press('Enter');
  await advanceBy(page, 1_000);
  await expect(page.locator('[data-wall]')).toHaveCount(0);
});
