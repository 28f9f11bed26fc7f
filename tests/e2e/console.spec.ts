// The console in the page: what a person types, sees and must not see. What etcdctl prints word for word is checked without a browser.
import { expect, test } from '@playwright/test';
import { advanceUntilAnswered, consoleLines, openPage, prompt, typeLine } from './page.ts';

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
