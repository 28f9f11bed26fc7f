// Time is the visitor's: it stands still when told to, goes by steps, and can be gone back in; the past is only for looking.
import { expect, test } from '@playwright/test';
import { advanceBy, consoleLines, inPage, openPage, prompt, runLine, SECOND } from './page.ts';

test('paused, nothing is drawn; steps go to decisions and to rows, and back', async ({ page }) => {
  await openPage(page);
  await page.getByRole('group', { name: 'Time' }).getByRole('button', { name: 'Play' }).click();
  await expect.poll(() => inPage(page, (run) => run.state().playing)).toBe(true);
  const before = await page.evaluate(() => window.etcdscope?.paints() ?? 0);
  await expect.poll(() => page.evaluate(() => window.etcdscope?.paints() ?? 0)).toBeGreaterThan(before);
  await page.getByRole('button', { name: 'Pause' }).click();
  await inPage(page, (run) => run.whenIdle());
  // The loop looks on for a moment after the last thing that moved; then a hundred frames of the browser pass without one of ours.
  await expect.poll(() => framesWithoutPaint(page.evaluate(framesAndPaints))).toBe(true);

  const clock = page.locator('[data-clock]');
  const stood = await clock.textContent();
  const start = await inPage(page, (run) => run.live());
  await page.getByRole('button', { name: 'On to the next decision' }).click();
  await expect.poll(() => inPage(page, (run) => run.live())).toBeGreaterThan(start);
  await inPage(page, (run) => run.whenIdle());
  const decided = await inPage(page, (run) => run.playhead());
  await expect(clock).not.toHaveText(stood ?? '');

  await page.locator('body').press('Shift+ArrowRight');
  await expect.poll(() => inPage(page, (run) => run.live())).toBeGreaterThan(decided);
  await inPage(page, (run) => run.whenIdle());
  const row = await inPage(page, (run) => run.live());
  await page.locator('body').press('ArrowRight');
  await expect.poll(() => inPage(page, (run) => run.live())).toBeGreaterThan(row);
  await inPage(page, (run) => run.whenIdle());
  const decision = await inPage(page, (run) => run.live());

  // Back: to the decision before, and again, each earlier; forward through what is known comes to the same places.
  await page.getByRole('button', { name: 'Back to the decision before' }).click();
  const back = await inPage(page, (run) => ({ at: run.playhead(), atLive: run.state().atLive, live: run.live() }));
  expect(back.atLive).toBe(false);
  expect(back.at).toBeLessThan(decision);
  expect(back.live).toBe(decision);
  await page.locator('body').press('ArrowLeft');
  const further = await inPage(page, (run) => run.playhead());
  expect(further).toBeLessThan(back.at);
  await page.locator('body').press('ArrowRight');
  expect(await inPage(page, (run) => run.playhead())).toBe(back.at);
  await page.locator('body').press('l');
  expect(await inPage(page, (run) => run.state().atLive)).toBe(true);
});

test('in the past acts are off and say why, and later lines are hidden', async ({ page }) => {
  await openPage(page);
  expect(await runLine(page, 'put color green')).toEqual(['OK']);
  const between = await inPage(page, (run) => run.live());
  await advanceBy(page, SECOND);
  expect(await runLine(page, 'get color')).toEqual(['color', 'green']);
  const texts = async () => (await consoleLines(page)).filter(({ kind }) => kind !== 'hint').map(({ text }) => text);
  expect(await texts()).toEqual(['n1 $ put color green', 'OK', 'n1 $ get color', 'color', 'green']);

  const slider = page.getByRole('slider', { name: 'Timeline' });
  await slider.focus();
  await slider.press('PageUp');
  await expect.poll(() => inPage(page, (run) => run.playhead())).toBeLessThan(between + SECOND);
  await expect.poll(texts).toEqual(['n1 $ put color green', 'OK']);

  await expect(prompt(page)).toBeDisabled();
  await expect(page.getByText('The past is only for looking.')).toBeVisible();
  const journal = await inPage(page, (run) => run.journal().length);
  const why = 'This is the past. Go back to live to act.';
  for (const verb of await page.getByRole('toolbar', { name: 'What can be done', exact: true }).getByRole('button').all()) {
    await expect(verb).toHaveAttribute('aria-disabled', 'true');
    await expect(verb).toHaveAttribute('title', why);
  }
  // It says so to who presses it all the same (Playwright by itself would wait until it is on).
  await page.getByRole('button', { name: 'Stop leader' }).click({ force: true });
  await expect(page.getByRole('status').filter({ hasText: why })).toBeVisible();
  expect(await inPage(page, (run) => run.act({ type: 'crash', member: 1 }))).toBe(false);

  await slider.press('Home');
  await expect(slider).toHaveAttribute('aria-valuenow', '0');
  await expect.poll(texts).toEqual([]);
  await page.getByRole('button', { name: 'Back to live' }).first().click();
  await expect.poll(texts).toEqual(['n1 $ put color green', 'OK', 'n1 $ get color', 'color', 'green']);
  await expect(prompt(page)).toBeEnabled();
  await advanceBy(page, SECOND);
  expect(await inPage(page, (run) => run.journal().length)).toBe(journal);
});

interface Count {
  readonly frames: number;
  readonly paints: number;
}

/** Counts frames of the browser, and those of them that drew something. */
async function framesAndPaints(): Promise<Count> {
  const before = window.etcdscope?.paints() ?? 0;
  for (let frame = 0; frame < 100; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
  return { frames: 100, paints: (window.etcdscope?.paints() ?? 0) - before };
}

async function framesWithoutPaint(count: Promise<Count>): Promise<boolean> {
  const { frames, paints } = await count;
  return frames === 100 && paints === 0;
}
