// A cluster changes its members while it runs: by the page's verbs, and by etcdctl in the prompt. Everything is seen on the stage and in
// the log; time is virtual.
import { expect, type Page, test } from '@playwright/test';
import {
  advanceBy,
  advanceUntil,
  advanceUntilAnswered,
  consoleLines,
  inPage,
  leaderOf,
  openPage,
  pause,
  prompt,
  runLine,
  SECOND,
  stageMember,
  twin,
} from './page.ts';

/** etcd lets nobody join before its members have been connected for five seconds (strict-reconfig-check). */
const HEALTHY = 5 * SECOND;

/** A verb of a member, by its popover. */
async function press(page: Page, member: number, verb: string): Promise<void> {
  await stageMember(page, member).click();
  await page
    .getByRole('toolbar', { name: new RegExp(`n${member}`) })
    .getByRole('button', { name: verb })
    .click();
}

/** The last line that etcdctl printed. */
async function lastPrinted(page: Page): Promise<string | undefined> {
  await prompt(page).focus(); // unfolds it
  await expect(page.getByRole('log')).toBeVisible();
  const text = (await consoleLines(page)).filter(({ kind }) => kind === 'stdout').at(-1)?.text;
  await prompt(page).press('Escape');
  await expect(page.getByRole('log')).toBeHidden();
  return text;
}

function row(page: Page, member: number) {
  return page.locator(`tr[data-member-row="${member}"]`);
}

test('by the verbs: a learner joins, catches up, is promoted; the leader hands over; a member is removed', async ({ page }) => {
  await openPage(page);
  await advanceUntilAnswered(page);
  const { leader, term } = await leaderOf(page);
  // Too early: what was said to be done is said to be refused.
  await press(page, leader, 'Add a learner');
  await advanceBy(page, SECOND);
  await expect(page.getByText('Refused: etcdserver: unhealthy cluster')).toBeVisible();
  await advanceBy(page, HEALTHY);
  await prompt(page).focus();
  await prompt(page).press('Escape');
  await expect(page.getByRole('log')).toBeHidden();
  const workers = page.workers().length;

  await press(page, leader, 'Add a learner');
  await advanceUntil(page, (run) => run.frame().members[5]?.isLearner === true && run.frame().members[5]?.health === 'up');
  await expect(twin(page, 6)).toHaveAttribute('data-standing', 'learner');
  await expect(stageMember(page, 6)).toHaveAttribute('data-standing', 'learner');
  await expect(row(page, 6)).toHaveAttribute('data-standing', 'learner');
  await expect.poll(() => page.workers().length).toBe(workers + 1);
  // It counts for nothing: of five voters three are needed, as before.
  expect(await inPage(page, (run) => run.frame().quorum)).toBe(3);
  await advanceUntil(page, (run) => run.frame().members[5]?.appliedIndex === run.frame().flag);
  await advanceUntilAnswered(page);
  expect(await lastPrinted(page)).toContain('ETCD_INITIAL_CLUSTER_STATE="existing"');

  await press(page, 6, 'Promote to voter');
  await advanceUntil(page, (run) => run.frame().members[5]?.isVoter === true);
  await expect(twin(page, 6)).toHaveAttribute('data-standing', 'voter');
  await expect(row(page, 6)).toHaveAttribute('data-standing', 'voter');
  expect(await inPage(page, (run) => run.frame().quorum)).toBe(4);
  await advanceUntilAnswered(page);
  expect(await lastPrinted(page)).toMatch(/^Member +[0-9a-f]+ promoted in cluster +[0-9a-f]+$/);

  await press(page, 6, 'Make it the leader');
  await advanceUntil(page, (run) => run.frame().members[5]?.role === 'leader', { within: SECOND });
  await expect(twin(page, 6)).toHaveAttribute('data-role', 'leader');
  await expect(twin(page, 6)).toHaveAttribute('data-term', String(term + 1));
  await advanceUntilAnswered(page);
  expect(await lastPrinted(page)).toMatch(/^Leadership transferred from [0-9a-f]+ to [0-9a-f]+$/);

  const removed = leader;
  await press(page, removed, 'Remove from cluster');
  await advanceUntil(page, (run, gone) => run.frame().members[gone - 1]?.health === 'stopped', { given: removed });
  await expect(stageMember(page, removed)).toHaveCount(0);
  await expect(twin(page, removed)).toHaveCount(0);
  await expect(row(page, removed)).toHaveCount(0);
  await expect.poll(() => page.workers().length).toBe(workers);
  expect(await inPage(page, (run) => run.frame().quorum)).toBe(3);
  await advanceUntilAnswered(page);
  expect(await lastPrinted(page)).toMatch(/^Member +[0-9a-f]+ removed from cluster +[0-9a-f]+$/);
});

test('by a verb of its own: a voter for a voter, through two majorities that are drawn', async ({ page }) => {
  await openPage(page);
  await advanceUntilAnswered(page);
  const { leader } = await leaderOf(page);
  await advanceBy(page, HEALTHY);
  const leaving = leader === 1 ? 2 : 1;
  await press(page, leaving, 'Replace it by n6 in one step');
  await advanceUntil(page, (run) => run.frame().config.votersOutgoing.length > 0);
  await expect(page.locator('[data-joint]')).toBeVisible();
  await advanceUntil(page, (run, gone) => run.frame().members[gone - 1]?.health === 'stopped', { given: leaving });
  await expect(page.locator('[data-joint]')).toHaveCount(0);
  await expect(twin(page, 6)).toHaveAttribute('data-standing', 'voter');
  await expect(stageMember(page, leaving)).toHaveCount(0);
  expect(await inPage(page, (run) => run.frame().quorum)).toBe(3);
});

test('by etcdctl: a learner whose entries are compacted gets a snapshot', async ({ page }) => {
  await openPage(page);
  // Snapshots after a handful of entries, and a link on which one takes a while.
  await page.evaluate(() => {
    window.etcdscope?.open({ scenario: { members: 3, seed: 4, snapshotCount: 4, catchUpEntries: 1, bandwidth: 20_000 } }).pause();
  });
  await page.waitForFunction(() => window.etcdscope?.run().state().phase === 'ready');
  await pause(page);
  await advanceUntil(page, (run) => run.frame().members.some((member) => member.role === 'leader'));
  for (let i = 1; i <= 8; i++) expect(await runLine(page, `put color shade${i}`)).toEqual(['OK']);
  await advanceBy(page, HEALTHY);
  const { leader } = await leaderOf(page);
  await advanceUntil(page, (run, at) => (run.frame().members[at - 1]?.firstIndex ?? 0) > 1, { given: leader });
  const first = await inPage(page, (run, at) => run.frame().members[at - 1]?.firstIndex ?? 0, leader);
  // Back to the beginning of the log.
  await page.locator('td[tabindex="0"]').press('Home');
  await expect(page.locator(`td[data-member="${leader}"][data-index="${first - 1}"]`)).toHaveAttribute('data-compacted', 'last');

  const printed = await runLine(page, 'member add n4 --peer-urls=http://n4:2380 --learner');
  expect(printed[0]).toMatch(/^Member +[0-9a-f]+ added as learner to cluster +[0-9a-f]+$/);
  const id = printed[0]?.match(/Member +([0-9a-f]+)/)?.[1] ?? '';
  await advanceUntil(page, (run) => run.frame().flights.some((flight) => flight.kind === 'snapshot' && flight.to === 4), {
    stride: 2_000,
  });
  await expect(twin(page, 4)).toHaveAttribute('data-catching', 'snapshot');
  await expect(row(page, 4)).toHaveAttribute('data-catching', 'snapshot');
  await expect(page.locator('[data-badge="snapshot"]')).toBeVisible();
  await expect(page.locator('[data-needed]')).toHaveAttribute('data-needed', 'catching');

  await advanceUntil(page, (run) => run.frame().members[3]?.appliedIndex === run.frame().flag);
  await expect(twin(page, 4)).not.toHaveAttribute('data-catching', /./);
  // It never had the entries before the snapshot.
  expect(Number(await twin(page, 4).getAttribute('data-first'))).toBeGreaterThan(1);
  await expect(twin(page, 4)).toHaveAttribute('data-value', 'shade8');
  expect(await runLine(page, `member promote ${id}`)).toEqual([
    expect.stringMatching(/^Member +[0-9a-f]+ promoted in cluster +[0-9a-f]+$/),
  ]);
  await expect(twin(page, 4)).toHaveAttribute('data-standing', 'voter');
});
