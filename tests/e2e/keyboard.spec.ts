// The partition story by keyboard alone: no pointer is moved, nothing is clicked, the focus goes where the keys take it.
import { expect, type Locator, type Page, test } from '@playwright/test';
import {
  advanceBy,
  advanceUntil,
  advanceUntilAnswered,
  allAgree,
  consoleLines,
  inPage,
  leaderOf,
  openPage,
  prompt,
  SECOND,
  twin,
} from './page.ts';

/** Goes by Tab until the focus stands on something; it has to be seen there. */
async function tabTo(page: Page, thing: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    if (await thing.evaluate((element) => element === document.activeElement)) {
      await expect(thing).toBeInViewport();
      return;
    }
    await page.keyboard.press(key);
  }
  throw new Error(`the keyboard does not reach ${thing}`);
}

/** Types into whatever has the focus. */
async function enter(page: Page, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

test('the partition story by keyboard alone', async ({ page }) => {
  test.setTimeout(90_000);
  await openPage(page);
  await advanceUntilAnswered(page);
  const { leader, term } = await leaderOf(page);
  const verbs = page.getByRole('toolbar', { name: 'What can be done', exact: true });

  await test.step('Split, twice: the wall that the stage offers', async () => {
    await tabTo(page, verbs.getByRole('button', { name: 'Split', exact: true }));
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await advanceBy(page, 1_000);
    await expect(page.locator('li[data-island]')).toHaveCount(2);
    const ofLeader = page.locator(`li[data-island][data-quorum="false"]`);
    expect((await ofLeader.getAttribute('data-members'))?.split(' ')).toContain(String(leader));
  });

  await test.step('the prompt by /, its member by the menu of its tab', async () => {
    await page.keyboard.press('/');
    await expect(prompt(page)).toBeFocused();
    await tabTo(page, page.getByRole('button', { name: /^Asks n\d: choose another member$/ }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Home');
    for (let down = 1; down < leader; down++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await expect(prompt(page)).toHaveAccessibleName(`etcdctl, n${leader}`);
    await enter(page, 'put color blue');
    await advanceUntil(
      page,
      (run, before) => run.frame().members.some((member) => member.role === 'leader' && member.term > before),
      {
        given: term,
      },
    );
    await advanceUntilAnswered(page, 6 * SECOND);
    await expect(page.getByRole('log').locator('[data-kind="stderr"]').last()).toHaveText('Error: context deadline exceeded');
  });
  const second = await leaderOf(page);
  expect(second.leader).not.toBe(leader);

  await test.step('heal, by its verb', async () => {
    await page.keyboard.press('Escape');
    await tabTo(page, verbs.getByRole('button', { name: 'Heal the split' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await advanceUntil(page, allAgree);
    await expect(page.locator('li[data-island]')).toHaveCount(0);
    await expect(twin(page, leader)).toHaveAttribute('data-term', String(second.term));
  });

  const beforeStop = await inPage(page, (run) => run.live());
  await test.step('a link by arrow keys and M: one way cut, and healed', async () => {
    const links = page.getByRole('group', { name: 'Links between members', exact: true }).getByRole('button');
    await tabTo(page, links.and(page.locator('[tabindex="0"]')));
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    const link = page.getByRole('button', { name: 'Link n1–n3, open. Press to cut' });
    await expect(link).toBeFocused();
    await page.keyboard.press('m');
    await expect(page.getByRole('menu', { name: 'Link n1–n3' })).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('menuitem', { name: 'Cut only n1 → n3' })).toBeFocused();
    await page.keyboard.press('Enter');
    await advanceBy(page, 1_000);
    const oneWay = page.getByRole('button', { name: 'Link n1–n3: n1 does not reach n3. Press to heal' });
    await expect(oneWay).toBeFocused();
    await page.keyboard.press('Enter');
    await advanceBy(page, 1_000);
    await expect(link).toBeFocused();
  });

  await test.step('the leader, chosen by arrow keys, is stopped and started by its own verbs', async () => {
    const members = page.getByRole('group', { name: 'Members', exact: true }).getByRole('button');
    await tabTo(page, members.and(page.locator('[tabindex="0"]')));
    await page.keyboard.press('Home');
    for (let right = 1; right < second.leader; right++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: `Stop n${second.leader}` })).toBeFocused();
    await page.keyboard.press('Enter');
    await advanceUntil(page, (run, member) => run.frame().members[member - 1]?.health === 'stopped', { given: second.leader });
    await advanceUntil(
      page,
      (run, before) =>
        run.frame().members.some((member) => member.health === 'up' && member.role === 'leader' && member.term > before),
      {
        given: second.term,
      },
    );
    await expect(page.locator(`[data-stage-member="${second.leader}"]`)).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(
      page
        .getByRole('button', { name: `Start n${second.leader}` })
        .and(page.locator('[data-verb="start"]'))
        .last(),
    ).toBeFocused();
    await page.keyboard.press('Enter');
    await advanceUntil(page, allAgree);
    await expect(twin(page, second.leader)).toHaveAttribute('data-role', 'follower');
  });

  await test.step('back by the keys of the timeline, and to live again', async () => {
    const slider = page.getByRole('slider', { name: 'Timeline' });
    await tabTo(page, slider);
    while ((await inPage(page, (run) => run.playhead())) > beforeStop) await page.keyboard.press('PageUp');
    await expect(twin(page, second.leader)).toHaveAttribute('data-health', 'up');
    await page.keyboard.press('Home');
    await expect(slider).toHaveAttribute('aria-valuenow', '0');
    await page.keyboard.press('PageDown');
    await expect(slider).toHaveAttribute('aria-valuenow', '1000');
    await page.keyboard.press('ArrowRight');
    expect(await inPage(page, (run) => run.playhead())).toBeGreaterThan(SECOND);
    await page.keyboard.press('End');
    expect(await inPage(page, (run) => run.state().atLive)).toBe(true);
  });

  await test.step('the prompt again: a line from the history, edited and entered', async () => {
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowUp');
    await expect(prompt(page)).toHaveValue('put color blue');
    for (let letters = 0; letters < 'blue'.length; letters++) await page.keyboard.press('Backspace');
    await enter(page, 'green');
    await advanceUntilAnswered(page);
    await expect.poll(async () => (await consoleLines(page)).filter(({ kind }) => kind === 'stdout').at(-1)?.text).toBe('OK');
    await advanceUntil(page, allAgree);
    await expect(twin(page, leader)).toHaveAttribute('data-value', 'green');
  });
});
