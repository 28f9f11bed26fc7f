/**
 * One session of each topic typed into the page's console, as a person does it: by keys, in tabs, with Ctrl-C and Ctrl-D. The sessions
 * (typed/, of the form of tests/recorded/etcdctl, made by its record-sessions.mjs) were recorded from a real etcd and etcdctl 3.6.14;
 * what the page shows must be what they printed, to the letter, after the normaliser of the recordings. Exit codes are asked for by `echo $?`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { advanceBy, consoleLines, openPage, prompt, SECOND, typeLine } from './page.ts';
import { openCluster, type TypedRecord, type TypedSession, typeSession } from './typedSession.ts';

const folder = new URL('typed/', import.meta.url);

/** tests/recorded/etcdctl/normalize.mjs. */
interface Normalizer {
  readonly normalize: (session: TypedSession, options: { readonly dropClientLog: boolean }) => TypedSession;
}

for (const file of readdirSync(folder).sort()) {
  const session = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as TypedSession & { readonly note: string }; // our own recording
  test(`${file.replace(/\.json$/, '')}: ${session.note}`, async ({ page }) => {
    const { normalize }: Normalizer = await import(new URL('../recorded/etcdctl/normalize.mjs', import.meta.url).href);
    await openPage(page);
    await openCluster(page, session);
    const typed = await typeSession(page, session);
    const options = { dropClientLog: true };
    expect(normalize(typed, options).records.map(shown)).toEqual(normalize(session, options).records.map(shown));
  });
}

test('check perf: a bar that grows, until Ctrl-C (what a whole minute comes to is checked without a browser)', async ({ page }) => {
  await openPage(page);
  await openCluster(page, { members: 1 });
  const printed = async () => (await consoleLines(page)).filter(({ kind }) => kind !== 'hint').map(({ text }) => text);
  await typeLine(page, 'check perf --load=huge');
  await expect.poll(printed).toEqual(['n1 $ check perf --load=huge', 'Error: unknown load option huge']);
  await prompt(page).press('Control+l');
  await typeLine(page, 'check perf');
  await advanceBy(page, 1.2 * SECOND);
  await expect.poll(printed).toEqual(['n1 $ check perf', expect.stringMatching(/^1 \/ 60 \[-*>_+\] 1\.67% 1 p\/s$/)]);
  await prompt(page).press('Control+c');
  await advanceBy(page, SECOND);
  const [, , throughput, ...rest] = await printed();
  expect(throughput).toMatch(/^(?:PASS|FAIL): Throughput (?:is|too low:) \d+ writes\/s$/);
  expect(rest.map((text) => text.replace(/\d+\.\d+s/, 'TIME'))).toEqual([
    'PASS: Slowest request took TIME',
    'PASS: Stddev is TIME',
    expect.stringMatching(/^(?:PASS|FAIL)$/),
  ]);
});

/** What can be seen of a record, without the newline at its end. Where the page has n1 and n1:2380, the recordings have m1 and a port. */
function shown({ args, http, stdout, stderr, response, exit, signal }: TypedRecord) {
  const asRecorded = (text: string) => text.replace(/http:\/\/n\d:2380/g, 'http://<PEER>').replace(/\bn(\d)\b(?!:)/g, 'm$1');
  const [out, err, body] = [stdout, stderr, response].map((text) => text && asRecorded(text).replace(/\n$/, ''));
  return http === undefined ? { args, out, err, exit, signal } : { path: http.path, body };
}
