// The console in the page: what a person types, sees and must not see. What etcdctl prints word for word is checked without a browser.
import { expect, test } from '@playwright/test';
import { advanceBy, advanceUntilAnswered, consoleLines, openPage, prompt, runLine, SECOND, typeLine } from './page.ts';

test('the console, a chunk of its own, is there with the cluster, also where the network has gone after that', async ({
  page,
  context,
}) => {
  await openPage(page);
  await advanceUntilAnswered(page);
  await expect(prompt(page)).toBeVisible();
  await context.setOffline(true);
  await typeLine(page, 'version');
  const texts = async () => (await consoleLines(page)).map(({ text }) => text);
  await expect.poll(texts).toEqual(['n1 $ version', 'etcdctl version: 3.6.14', 'API version: 3.6']);
  await typeLine(page, 'help get');
  await expect.poll(texts).toContain('  get - reads one key, or all keys of a range');
});

test('a password is typed unseen and kept nowhere', async ({ page }) => {
  await openPage(page);
  await advanceUntilAnswered(page);
  await typeLine(page, 'user add bob');
  await expect(prompt(page)).toHaveAttribute('type', 'password');
  await expect(prompt(page)).toHaveAttribute('placeholder', 'A password: it is not shown.');
  await typeLine(page, 's3cret');
  await typeLine(page, 's3cret');
  await expect(prompt(page)).toHaveAttribute('type', 'text');
  await advanceBy(page, SECOND);
  await expect
    .poll(async () => (await consoleLines(page)).map(({ text }) => text))
    .toEqual(['n1 $ user add bob', 'Password of bob: ', 'Type password of bob again for confirmation: ', 'User bob created']);
  await prompt(page).press('ArrowUp');
  await expect(prompt(page)).toHaveValue('user add bob');
  expect(await page.content()).not.toContain('s3cret');
});

test('what the client library logs stands beside the error, dimmed', async ({ page }) => {
  await openPage(page);
  await advanceUntilAnswered(page);
  const printed = await runLine(page, 'get a --rev=99');
  expect(printed[0]).toMatch(/^\{"level":"warn","ts":"[-0-9:.TZ]+","logger":"etcd-client",.*"peer":"Peer\{Addr: 'n1:2379'/);
  expect(printed[1]).toBe('Error: etcdserver: mvcc: required revision is a future revision');
  const colour = (text: RegExp) =>
    page
      .getByRole('log')
      .locator('[data-kind="stderr"]')
      .filter({ hasText: text })
      .evaluate((line) => getComputedStyle(line).color);
  expect(await colour(/retrying of unary invoker failed/)).not.toBe(await colour(/^Error/));
  const aside = page.getByRole('log').locator('[data-aside]');
  const height = async () => (await aside.boundingBox())?.height ?? 0;
  const begun = await height();
  await aside.click();
  expect(await height()).toBeGreaterThan(begun * 1.9);
  await aside.click();
  expect(await height()).toBe(begun);
});

test('Tab completes what exists in the cluster: keys, members, leases', async ({ page }) => {
  await openPage(page);
  await advanceUntilAnswered(page);
  await runLine(page, "put 'two words' x");
  const [granted = ''] = await runLine(page, 'lease grant 60');
  const tab = async (line: string) => {
    await prompt(page).fill(line);
    await prompt(page).press('Tab');
  };
  await tab('get two');
  await expect(prompt(page)).toHaveValue("get 'two words' ");
  await tab('lease revoke ');
  await expect(prompt(page)).toHaveValue(`lease revoke ${granted.split(' ')[1]} `);
  await tab('move-leader ');
  await expect(
    page
      .getByRole('status')
      .filter({ hasText: /^[0-9a-f]{10,}/ })
      .getByRole('button'),
  ).toHaveCount(5);
});

test('after a look at the scrollback, what is typed goes to the line; what is offered hides no line', async ({ page }) => {
  await openPage(page);
  await advanceUntilAnswered(page);
  await typeLine(page, 'help get');
  const log = page.getByRole('log');
  const leftBelow = () => log.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop);
  await expect.poll(leftBelow).toBeLessThan(2);
  await log.focus();
  await page.keyboard.type('lock --');
  await expect(prompt(page)).toHaveValue('lock --');
  await prompt(page).press('Tab');
  const offers = page.getByRole('status').filter({ hasText: '--ttl=' }).getByRole('button');
  // Its own before what every command has.
  await expect(offers.first()).toHaveText('--ttl=');
  await expect.poll(leftBelow).toBeLessThan(2);
});

test('a description in help goes on below its beginning, on a phone below its name', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await openPage(page);
  await advanceUntilAnswered(page);
  await typeLine(page, 'help get');
  const line = page.getByRole('log').locator('[data-form="help"]').filter({ hasText: '--insecure-skip-tls-verify' });
  /** px from the line's left edge: its name, where its description begins, and where that goes on. */
  const places = () =>
    line.evaluate((element) => {
      const rowsOf = (node: Node | null) => {
        const range = document.createRange();
        range.selectNodeContents(node ?? element);
        return [...range.getClientRects()].map(({ left }) => left - element.getBoundingClientRect().left);
      };
      const [name = 0] = rowsOf(element.firstChild);
      const rows = rowsOf(element.lastChild);
      return { name, begins: rows[0] ?? 0, goesOn: rows.at(-1) ?? 0 };
    });
  const wide = await places();
  expect(wide.goesOn).toBeCloseTo(wide.begins, 0);
  expect(wide.begins).toBeGreaterThan(wide.name + 200);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(async () => (await places()).goesOn).toBeLessThan(wide.begins / 2);
  const narrow = await places();
  expect(narrow.goesOn).toBeGreaterThan(narrow.name);
  expect(narrow.begins).toBeGreaterThan(narrow.goesOn);
});
