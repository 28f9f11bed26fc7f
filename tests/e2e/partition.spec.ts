// The story this page is for: a split, a stale leader, a heal, a crash, a restart, a look back. Everything is done by pointer and prompt,
// and in the end the same journal run inline in Node comes to the same members, to the bit.
import { expect, test } from '@playwright/test';
import { rerun } from './inline.ts';
import {
  advanceBy,
  advanceUntil,
  advanceUntilAnswered,
  allAgree,
  askMember,
  consoleLines,
  inPage,
  leaderOf,
  logCell,
  openPage,
  runLine,
  SECOND,
  sessionTab,
  stageMember,
  twin,
  typeLine,
} from './page.ts';
import { wallBetween } from './stage.ts';

test('a partition, a stale leader, a crash, a restart, and the past', async ({ page }) => {
  test.setTimeout(120_000);
  await openPage(page);
  await advanceUntilAnswered(page);
  const { leader, term } = await leaderOf(page);
  const follower = (leader % 5) + 1;
  const others = [1, 2, 3, 4, 5].filter((member) => member !== leader && member !== follower);

  await test.step('a drag across the empty stage parts the leader and one follower from the rest', async () => {
    const line = await wallBetween(page, [leader, follower]);
    await page.mouse.move(line.from.x, line.from.y);
    await page.mouse.down();
    await page.mouse.move((line.from.x + line.to.x) / 2, (line.from.y + line.to.y) / 2, { steps: 5 });
    await page.mouse.move(line.to.x, line.to.y, { steps: 5 });
    await page.mouse.up();
    await advanceBy(page, 1_000);
    const islands = page.locator('li[data-island]');
    await expect(islands).toHaveCount(2);
    const minority = [leader, follower].sort().join(' ');
    await expect(page.locator(`li[data-island][data-members="${minority}"]`)).toHaveAttribute('data-quorum', 'false');
    await expect(page.locator(`li[data-island][data-members="${others.join(' ')}"]`)).toHaveAttribute('data-quorum', 'true');
    await expect(page.getByText('Split in two')).toBeVisible();
  });

  let stale = 0;
  await test.step('a put to the old leader waits; the majority elects another in a higher term', async () => {
    await askMember(page, `n${leader}`);
    await typeLine(page, 'put color blue');
    await advanceUntil(page, (run, member) => run.frame().calls.some((call) => call.member === member && call.index > 0), {
      given: leader,
    });
    stale = await inPage(page, (run) => Math.max(...run.frame().calls.map((call) => call.index)));
    await expect(logCell(page, leader, stale)).toHaveAttribute('data-term', String(term));
    await expect(logCell(page, leader, stale)).toHaveAttribute('data-fill', /memory|disk/);
    await advanceUntil(
      page,
      (run, before) => run.frame().members.some((member) => member.role === 'leader' && member.term > before),
      {
        within: 5 * SECOND,
        given: term,
      },
    );
  });
  const second = await leaderOf(page);
  expect(others).toContain(second.leader);
  expect(second.term).toBeGreaterThan(term);
  await expect(twin(page, second.leader)).toHaveAttribute('data-role', 'leader');

  await test.step('the majority commits', async () => {
    await sessionTab(page, 2).click();
    await askMember(page, `n${second.leader}`);
    expect(await runLine(page, 'put color amber')).toEqual(['OK']);
    await advanceUntil(
      page,
      (run, members) => members.every((member) => run.frame().members[member - 1]?.appliedIndex === run.frame().flag),
      {
        given: others,
      },
    );
    for (const member of others) await expect(twin(page, member)).toHaveAttribute('data-value', 'amber');
    await expect(twin(page, leader)).not.toHaveAttribute('data-value', 'amber');
  });

  await test.step("the minority's put times out as etcdctl says it", async () => {
    await advanceUntilAnswered(page, 6 * SECOND);
    await sessionTab(page, 1).click();
    await expect(page.getByRole('log').locator('[data-kind="stderr"]').last()).toHaveText('Error: context deadline exceeded');
    expect((await consoleLines(page)).filter(({ kind }) => kind === 'stdout')).toEqual([]);
    await expect(logCell(page, leader, stale)).toHaveAttribute('data-term', String(term));
  });

  await test.step("healed, the old leader's entry is overwritten and all members agree", async () => {
    await page.getByRole('button', { name: 'Heal the split' }).click();
    await advanceUntil(page, allAgree, { within: 5 * SECOND });
    await expect(page.locator('li[data-island]')).toHaveCount(0);
    for (const member of [1, 2, 3, 4, 5]) {
      await expect(logCell(page, member, stale)).toHaveAttribute('data-term', String(second.term));
      await expect(twin(page, member)).toHaveAttribute('data-value', 'amber');
    }
    const stores = await inPage(page, (run) => Promise.all([1, 2, 3, 4, 5].map((member) => run.memberAt(member, run.live()))));
    for (const { pairs, revision } of stores)
      expect({ pairs, revision }).toEqual({ pairs: stores[0]?.pairs, revision: stores[0]?.revision });
    expect(stores[0]?.pairs.find((pair) => pair.key === 'color')?.value).toBe('amber');
  });

  const workers = page.workers().length;
  const crashed = (await leaderOf(page)).leader;
  const crashedTerm = (await leaderOf(page)).term;
  const beforeCrash = await inPage(page, (run) => run.live());
  const logBefore = Number(await twin(page, crashed).getAttribute('data-last'));
  await test.step('the leader is crashed: a worker less, and a new leader', async () => {
    await stageMember(page, crashed).click();
    await page
      .getByRole('toolbar', { name: `What can be done with n${crashed}` })
      .getByRole('button', { name: `Stop n${crashed}` })
      .click();
    await advanceUntil(page, (run, member) => run.frame().members[member - 1]?.health === 'stopped', { given: crashed });
    await expect.poll(() => page.workers().length).toBe(workers - 1);
    await expect(twin(page, crashed)).toHaveAttribute('data-health', 'stopped');
    await advanceUntil(
      page,
      (run, before) =>
        run.frame().members.some((member) => member.health === 'up' && member.role === 'leader' && member.term > before),
      { given: crashedTerm },
    );
    expect((await leaderOf(page)).leader).not.toBe(crashed);
    await sessionTab(page, 2).click();
    await askMember(page, `n${(await leaderOf(page)).leader}`);
    expect(await runLine(page, 'put color violet')).toEqual(['OK']);
  });

  await test.step('restarted, its worker is back; it reads its disk, then catches up', async () => {
    await page
      .getByRole('toolbar', { name: 'What can be done', exact: true })
      .getByRole('button', { name: `Start n${crashed}` })
      .click();
    await advanceBy(page, 1);
    await expect.poll(() => page.workers().length).toBe(workers);
    await expect(twin(page, crashed)).toHaveAttribute('data-health', 'up');
    // Nothing has reached it yet: what it has is from its disk.
    await expect(twin(page, crashed)).toHaveAttribute('data-last', String(logBefore));
    await advanceUntil(page, allAgree, { within: 5 * SECOND });
    await expect(twin(page, crashed)).toHaveAttribute('data-value', 'violet');
  });

  await test.step('the timeline goes back to before the crash: the dead leader is there', async () => {
    const slider = page.getByRole('slider', { name: 'Timeline' });
    const box = await slider.boundingBox();
    if (box === null) throw new Error('the timeline has no box');
    await page.mouse.move(box.x + box.width - 2, box.y + box.height / 2);
    await page.mouse.down();
    for (let x = box.width - 2; x > 40 && Number(await slider.getAttribute('aria-valuenow')) * 1_000 >= beforeCrash; x -= 4)
      await page.mouse.move(box.x + x, box.y + box.height / 2);
    await page.mouse.up();
    await expect(twin(page, crashed)).toHaveAttribute('data-role', 'leader');
    await expect(twin(page, crashed)).toHaveAttribute('data-health', 'up');
    await expect(twin(page, crashed)).toHaveAttribute('data-term', String(crashedTerm));
    await expect(twin(page, crashed)).toHaveAttribute('data-last', String(logBefore));
    await expect(logCell(page, crashed, stale)).toHaveAttribute('data-term', String(second.term));
    const then = await inPage(page, (run, member) => run.memberAt(member, run.playhead()), crashed);
    expect(then.isUp).toBe(true);
    expect(then.pairs.find((pair) => pair.key === 'color')?.value).toBe('amber');
    await page.getByRole('button', { name: 'Back to live' }).first().click();
    await expect(twin(page, crashed)).toHaveAttribute('data-value', 'violet');
  });

  await test.step('the same journal, inline in Node, comes to the same members', async () => {
    const live = await inPage(page, async (run) => {
      await run.prove();
      return { at: run.live(), hash: run.traceHash(), digests: await run.digests(), proof: run.state().proof };
    });
    const plan = await inPage(page, (run) => ({ scenario: run.scenario, journal: run.journal() }));
    expect(plan.journal.map((entry) => entry.action.type)).toEqual(
      expect.arrayContaining(['call', 'cut', 'heal', 'crash', 'restart']),
    );
    expect(live.digests).toHaveLength(5);
    expect(rerun(plan, live.at)).toEqual({ hash: live.hash, digests: live.digests });
    expect(live.proof).toBe('same');
    await expect(page.getByRole('alert')).toHaveCount(0);
  });
});
