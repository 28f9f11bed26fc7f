// The tutorial's session, typed key by key, answers to the letter as etcdctl does; and so with keys and values drawn from a seed.
import { expect, type Page, test } from '@playwright/test';
import { below, createPrng } from '../../src/base/index.ts';
import { advanceBy, advanceUntil, advanceUntilAnswered, consoleLines, openPage, runLine, sessionTab, typeLine } from './page.ts';

interface Session {
  readonly name: string;
  readonly value: string;
  /** A folder of keys, with a slash at its end. */
  readonly folder: string;
  readonly jobs: readonly [string, string];
  readonly values: readonly [string, string];
  readonly changed: string;
}

const TUTORIAL: Session = {
  name: 'name',
  value: 'etcd',
  folder: '/cron/jobs/',
  jobs: ['job1', 'job2'],
  values: ['{...job1}', '{...job2}'],
  changed: '{111}',
};

test("the tutorial's session, word for word", async ({ page }) => {
  await openPage(page);
  await playSession(page, TUTORIAL);
});

test('the same session with keys and values drawn from a seed', async ({ page }) => {
  const session = drawSession(20_260_917);
  test.info().annotations.push({ type: 'session', description: JSON.stringify(session) });
  await openPage(page, { seed: 7 });
  await playSession(page, session);
});

async function playSession(page: Page, { name, value, folder, jobs, values, changed }: Session): Promise<void> {
  const [first, second] = [`${folder}${jobs[0]}`, `${folder}${jobs[1]}`];
  const parent = folder.slice(0, -1);
  expect(await runLine(page, `put ${name} ${value}`)).toEqual(['OK']);
  expect(await runLine(page, `get ${name}`)).toEqual([name, value]);
  expect(await runLine(page, `del ${name}`)).toEqual(['1']);
  expect(await runLine(page, `get ${name}`)).toEqual([]);
  expect(await runLine(page, `put "${first}" "${values[0]}"`)).toEqual(['OK']);
  expect(await runLine(page, `put "${second}" "${values[1]}"`)).toEqual(['OK']);
  expect(await runLine(page, `get "${first}"`)).toEqual([first, values[0]]);
  expect(await runLine(page, `get "${parent}"`)).toEqual([]);
  expect(await runLine(page, `get "${parent}" --prefix`)).toEqual([first, values[0], second, values[1]]);

  await sessionTab(page, 2).click();
  const watch = `watch "${folder}" --prefix`;
  await typeLine(page, watch);
  // The watch stands at its member before anything is written.
  await advanceUntil(page, (run) => run.frame().calls.some((call) => call.kind === 'watch' && call.arrivesAt < run.live()));
  await advanceBy(page, 50_000);
  await sessionTab(page, 1).click();
  expect(await runLine(page, `put "${second}" "${changed}"`)).toEqual(['OK']);
  expect(await runLine(page, `del "${second}"`)).toEqual(['1']);
  // The watcher's member hears of the second commit with the next message of its leader.
  await advanceUntil(page, (run) => {
    const [leader] = run.frame().members.filter((member) => member.role === 'leader');
    return run.frame().members[1]?.appliedIndex === leader?.appliedIndex;
  });
  await advanceUntilAnswered(page);
  await advanceBy(page, 10_000);
  await page.getByRole('tab', { name: watch }).click();
  const [echo, ...seen] = await consoleLines(page);
  expect(echo?.text).toBe(`n2 $ ${watch}`);
  expect(seen).toEqual(['PUT', second, changed, 'DELETE', second, ''].map((text) => ({ kind: 'stdout', text })));
}

/** Words without what a shell would read, jobs in the order of their bytes. */
function drawSession(seed: number): Session {
  const prng = createPrng(seed, 'tutorial');
  const pick = (letters: string) => letters[below(prng, letters.length)] ?? '';
  const word = (letters: string, longest: number) => Array.from({ length: 1 + below(prng, longest) }, () => pick(letters)).join('');
  const small = 'abcdefghijklmnopqrstuvwxyz0123456789_';
  const loud = `${small}ABCDEFGHIJKLMNOPQRSTUVWXYZ{}[]:;,.+=()<>|&*?~ %#@^-`;
  const jobs = [`a${word(small, 12)}`, `b${word(small, 12)}`] as const;
  return {
    name: `k${word(small, 14)}`,
    value: `v${word(small, 14)}`,
    folder: `/${word(small, 8)}/${word(small, 8)}/`,
    jobs: [jobs[0], jobs[1]],
    values: [`x${word(loud, 20)}x`, `y${word(loud, 20)}y`],
    changed: `z${word(loud, 20)}z`,
  };
}
