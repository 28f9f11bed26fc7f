/**
 * Takes the README's pictures from the built page: `npm run build && npm run screenshots`. Each scene is a seeded run whose virtual
 * time is driven to a moment, so the pictures show what the code does now.
 */
import { mkdirSync } from 'node:fs';
import { chromium, type Page } from 'playwright';
import { CHROMIUM_ARGS, obtainChromium } from './findChromium.ts';
import { serve } from './serve.ts';

const FOLDER = 'docs/images';
const SETTINGS = JSON.stringify({ theme: 'light', language: 'en', visits: 9, chipsDone: [] });

/** What happens before the picture is taken; runs inside the page, with `run` in scope. */
const SCENES: readonly { readonly file: string; readonly script: string }[] = [
  {
    file: 'election.png',
    script: `
      await run.advanceTo(4_700_000);
      run.act({ type: 'crash', member: run.frame().members.find((member) => member.role === 'leader').ordinal });
      await until(() => run.frame().members.some((member) => member.role === 'candidate'), 1_000);
      await run.advanceTo(run.live() + 8_000);`,
  },
  {
    file: 'partition.png',
    script: `
      await run.advanceTo(4_700_000);
      document.querySelector('[data-verb=split]').click();
      await rest(300);
      document.querySelector('[data-verb=split]').click();
      await until(() => run.frame().members.filter((member) => member.role === 'leader').length > 1, 1_000);
      await run.advanceTo(run.live() + 14_000);`,
  },
];

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const site = await serve({ root: 'dist' });
  const browser = await chromium.launch({ executablePath: obtainChromium().path, args: [...CHROMIUM_ARGS] });
  try {
    for (const { file, script } of SCENES) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.5 });
      await page.addInitScript(`localStorage.setItem('etcdscope.settings', ${JSON.stringify(SETTINGS)})`);
      await page.goto(`${site.url}?seed=1`);
      await take(page, script);
      await page.screenshot({ path: `${FOLDER}/${file}` });
      console.log(`${FOLDER}/${file}`);
      await page.close();
    }
  } finally {
    await browser.close();
    await site.close();
  }
}

async function take(page: Page, script: string): Promise<void> {
  // Sent as text, as a developer console would: the page forbids eval to itself.
  await page.evaluate(`(async () => {
    const rest = (ms) => new Promise((done) => setTimeout(done, ms));
    while (window.etcdscope?.run().state().phase !== 'ready') await rest(20);
    const run = window.etcdscope.run();
    run.pause();
    await run.whenIdle();
    const until = async (holds, stride) => { while (!holds()) await run.advanceTo(run.live() + stride); };
    ${script}
    await run.whenIdle();
    await rest(700); // panels and crowns come to rest
  })()`);
}

await main();
