// A snapshot that the prompt saved becomes a new cluster in the page: chosen by the keyboard, or dropped. It has the same store under new
// ids, can be looked at back to its first instant, and the cluster before comes back. Its revision can be raised, and what was before it
// counts as compacted. What is no snapshot changes nothing.
import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import {
  advanceBy,
  advanceUntil,
  advanceUntilAnswered,
  consoleLines,
  inPage,
  openPage,
  pause,
  prompt,
  SECOND,
  typeLine,
} from './page.ts';

/** Runs a line that may ask several times, and reads what etcdctl printed. */
async function ask(page: Page, line: string): Promise<readonly string[]> {
  await prompt(page).focus(); // unfolds it
  await expect(page.getByRole('log')).toBeVisible();
  const before = (await consoleLines(page)).length;
  await typeLine(page, line);
  for (let tenths = 0; tenths < 100; tenths++) {
    await advanceBy(page, SECOND / 10);
    if ((await prompt(page).getAttribute('data-waiting')) === null) break;
  }
  await expect(prompt(page)).not.toHaveAttribute('data-waiting', /./);
  return (await consoleLines(page))
    .slice(before + 1)
    .filter(({ kind }) => kind !== 'hint')
    .map(({ text }) => text);
}

/** A store with versions, a deletion and a compaction. @returns the file that `snapshot save` downloads */
async function saveSnapshot(page: Page): Promise<Buffer> {
  for (const line of ['put color amber', 'put name raft', 'del name', 'put shape ring', 'compact 5']) await ask(page, line);
  const downloading = page.waitForEvent('download');
  await typeLine(page, 'snapshot save cluster.db');
  await advanceBy(page, SECOND);
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('cluster.db');
  return readFileSync(await download.path());
}

/** What `endpoint hashkv` prints for each member: `n1:2379, 4276214203, 7`. */
async function hashes(page: Page): Promise<string[]> {
  const printed = await ask(page, 'endpoint hashkv --cluster');
  return printed.filter((line) => line !== '').map((line) => line.replace(/^(?:http:\/\/)?n\d:2379, /, ''));
}

async function idOfCluster(page: Page): Promise<string> {
  const [json = ''] = await ask(page, 'endpoint status -w json');
  return /"cluster_id":(\d+)/.exec(json)?.[1] ?? '';
}

/** By the menu of the cluster, with keys alone. */
async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.getByRole('button', { name: /^Cluster:/ }).focus();
  await page.keyboard.press('Enter');
  const choosing = page.waitForEvent('filechooser');
  const item = page.getByRole('menuitem', { name: 'Restore a snapshot' });
  for (let presses = 0; presses < 20 && !(await item.evaluate((element) => element === document.activeElement)); presses++)
    await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await (await choosing).setFiles({ name, mimeType: 'application/octet-stream', buffer });
}

/** A file is dragged over the page and dropped. */
async function drop(page: Page, name: string, buffer: Buffer): Promise<void> {
  const transfer = await page.evaluateHandle(
    ({ name, bytes }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(bytes)], name));
      return transfer;
    },
    { name, bytes: [...buffer] },
  );
  await page.dispatchEvent('[data-region="stage"]', 'dragover', { dataTransfer: transfer });
  await expect(page.getByText('Drop a snapshot: a new cluster starts from it')).toBeVisible();
  await page.dispatchEvent('[data-region="stage"]', 'drop', { dataTransfer: transfer });
  await expect(page.getByText('Drop a snapshot: a new cluster starts from it')).toBeHidden();
}

async function standing(page: Page): Promise<void> {
  await page.waitForFunction(() => window.etcdscope?.run().state().phase === 'ready');
  await pause(page);
}

test('save, restore into a new cluster, the same hashes; then back to the cluster before', async ({ page }) => {
  test.setTimeout(120_000);
  await openPage(page);
  await advanceUntilAnswered(page);
  const file = await saveSnapshot(page);
  const before = { hashes: await hashes(page), id: await idOfCluster(page), lines: (await consoleLines(page)).length };
  expect(new Set(before.hashes).size).toBe(1);
  await prompt(page).press('Escape');

  await test.step('by the menu, with keys alone', async () => {
    await choose(page, 'cluster.db', file);
    const dialog = page.getByRole('dialog', { name: 'A new cluster from cluster.db' });
    await expect(dialog.getByRole('button', { name: 'Start the cluster' })).toBeFocused();
    await expect(dialog.getByRole('definition').first()).toHaveText('8 compacted to 5');
    await dialog.getByRole('radio', { name: '3', exact: true }).press('Space');
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await standing(page);
  });

  await test.step('each member begins with what was saved', async () => {
    const stood = await inPage(page, async (run) => {
      const store = await run.storeAt(2, 1, ''); // the first instant; time has run since
      return { revision: store.revision, keys: store.keys.map(({ key }) => key) };
    });
    expect(stood).toEqual({ revision: 8, keys: ['color', 'name', 'shape'] });
    await expect(page.locator('li[data-key="shape"][data-value="ring"]')).toHaveCount(3);
  });

  await test.step('it elects a leader, and its hashes are those of the old one', async () => {
    await advanceUntil(page, (run) => run.frame().members.some((member) => member.role === 'leader'));
    await advanceBy(page, SECOND);
    expect(await hashes(page)).toEqual(before.hashes.slice(0, 3));
    expect(await idOfCluster(page)).not.toBe(before.id);
    expect(await ask(page, 'get color -w fields')).toContain('"ModRevision" : 5');
    await ask(page, 'put color violet');
    expect(await ask(page, 'get color -w fields')).toContain('"ModRevision" : 9');
  });

  await test.step('the historian repeats it from scenario and journal, back to its first instant', async () => {
    await inPage(page, (run) => run.prove());
    expect(await inPage(page, (run) => run.state().proof)).toBe('same');
    await prompt(page).press('Escape');
    await inPage(page, (run) => run.seek(1));
    await expect(page.locator('li[data-key][data-value="ring"]')).toHaveCount(3);
    await page.getByRole('button', { name: 'Back to live' }).first().click();
  });

  await test.step('Undo brings the old one back as it was', async () => {
    await page.getByRole('button', { name: /^Cluster:/ }).click();
    await page.getByRole('menuitem', { name: 'Back to the cluster before' }).click();
    await standing(page);
    expect(await inPage(page, (run) => run.scenario.snapshot === undefined && run.scenario.members === 5)).toBe(true);
    await prompt(page).focus();
    expect((await consoleLines(page)).length).toBe(before.lines);
    expect(await hashes(page)).toEqual(before.hashes);
    expect(await idOfCluster(page)).toBe(before.id);
  });
});

test('a raised revision: both options or neither, as etcdutl has it; then everything before it is compacted', async ({ page }) => {
  test.setTimeout(120_000);
  await openPage(page);
  await advanceUntilAnswered(page);
  const file = await saveSnapshot(page);
  await prompt(page).press('Escape');
  await drop(page, 'cluster.db', file);
  const dialog = page.getByRole('dialog', { name: 'A new cluster from cluster.db' });
  const bump = dialog.getByRole('textbox', { name: 'Raise the revision by' });
  const mark = dialog.getByRole('checkbox', { name: 'Mark everything before it as compacted' });
  const start = dialog.getByRole('button', { name: 'Start the cluster' });
  const refusal = dialog.getByRole('status');
  await expect(refusal).toBeEmpty();
  await bump.fill('many');
  await expect(refusal).toContainText('parsing "many": invalid syntax');
  await bump.fill('1000');
  await expect(refusal).toHaveText('Error: --mark-compacted required if --revision-bump > 0');
  for (const theme of ['dark', 'light']) {
    await page.evaluate((name) => document.documentElement.setAttribute('data-theme', name), theme);
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
    const { violations } = await new AxeBuilder({ page }).include('dialog').analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
  }
  await start.click();
  await expect(bump).toBeFocused();
  await expect(dialog).toBeVisible();
  await mark.press('Space');
  await expect(refusal).toBeEmpty();
  await expect(dialog.getByText('--bump-revision=1000')).toContainText('--mark-compacted');
  await bump.press('Enter');
  await expect(dialog).toBeHidden();
  await standing(page);
  await advanceUntil(page, (run) => run.frame().members.some((member) => member.role === 'leader'));
  await advanceBy(page, SECOND);
  expect(await ask(page, 'get color -w fields')).toEqual(expect.arrayContaining(['"Revision" : 1008', '"ModRevision" : 5']));
  expect(await ask(page, 'get color --rev=8')).toContain('Error: etcdserver: mvcc: required revision has been compacted');
  expect(await ask(page, 'watch color --rev=900')).toContain(
    'watch was canceled (etcdserver: mvcc: required revision has been compacted)',
  );
  expect(new Set(await hashes(page)).size).toBe(1);
  // The key without a name at the raised revision is nobody's.
  expect(await ask(page, 'get "" --from-key --keys-only')).toEqual(['color', '', 'shape', '']);
  await prompt(page).press('Escape');
  await expect(page.locator('li[data-key="shape"][data-value="ring"]')).toHaveCount(5);
  await inPage(page, (run) => run.prove());
  expect(await inPage(page, (run) => run.state().proof)).toBe('same');
});

test('what is no snapshot, or a damaged one, is refused with the place, and the cluster goes on', async ({ page }) => {
  await openPage(page);
  await advanceUntilAnswered(page);
  const file = await saveSnapshot(page);
  await prompt(page).press('Escape');
  const digests = await inPage(page, (run) => run.digests());
  const damaged = Buffer.from(file);
  damaged[400] = (damaged[400] ?? 0) ^ 1;
  const wrong: readonly [string, Buffer, RegExp][] = [
    ['damaged.db', damaged, new RegExp(`SHA-256 of bytes 1 – ${(file.length - 32).toLocaleString('en')}:`)],
    ['half.db', file.subarray(0, 700), /By bytes 22 – 25 it has [\d,]+ bytes\.\s*It has 700\./],
    ['photo.png', Buffer.from('\x89PNG\r\n', 'latin1'), /not a snapshot of etcdscope/],
    ['empty.db', Buffer.alloc(0), /The file is empty/],
  ];
  for (const [name, content, said] of wrong) {
    await drop(page, name, content);
    const dialog = page.getByRole('dialog', { name: `${name} cannot be restored` });
    await expect(dialog).toContainText(said);
    await expect(dialog).toContainText('Nothing has changed');
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  }
  expect(await inPage(page, (run) => run.digests())).toEqual(digests);
  await ask(page, 'put color green');

  // The whole one is taken, also when it is dropped.
  await prompt(page).press('Escape');
  await drop(page, 'cluster.db', file);
  await page
    .getByRole('dialog', { name: 'A new cluster from cluster.db' })
    .getByRole('button', { name: 'Start the cluster' })
    .click();
  await standing(page);
  await expect(page.getByText('Restored from cluster.db')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await standing(page);
  expect(await inPage(page, (run) => run.scenario.snapshot === undefined)).toBe(true);
});
