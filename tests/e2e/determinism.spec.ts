// A run is (scenario, seed, journal): the page with its eight workers, and Node in one thread, come to the same trace and the same
// members, to the bit; also where hands act while time runs, and where a member throws.
import { expect, type Page, test } from '@playwright/test';
import type { Bytes, Id64 } from '../../src/base/index.ts';
import type { JournalEntry, Pacing, Scenario } from '../../src/sim/index.ts';
import { type Outcome, rerun } from './inline.ts';
import { troubledJournal, unevenScenario } from './journal.ts';
import { advanceBy, advanceUntil, inPage, openPage, SECOND, twin } from './page.ts';

const MINUTE = 60 * SECOND;

interface Live {
  readonly at: number;
  readonly hash: string;
  readonly digests: readonly string[];
  readonly plan: { readonly scenario: Scenario; readonly journal: readonly JournalEntry[] };
  readonly proof: string;
}

function liveOf(page: Page): Promise<Live> {
  return inPage(page, async (run) => {
    await run.prove();
    const [at, hash, digests] = [run.live(), run.traceHash(), await run.digests()];
    return { at, hash, digests, plan: { scenario: run.scenario, journal: run.journal() }, proof: run.state().proof };
  });
}

async function openPlan(
  page: Page,
  plan: { scenario: Partial<Scenario>; journal: readonly JournalEntry[]; openAt: number; pacing: Pacing },
) {
  await openPage(page);
  await page.evaluate((plan) => window.etcdscope?.open(plan).pause(), plan);
  await page.waitForFunction(() => window.etcdscope?.run().state().phase !== 'starting', undefined, { timeout: 60_000 });
  await inPage(page, (run) => run.whenIdle());
}

test('a minute of cuts, crashes, uneven links and commands, by every driver', async ({ page }) => {
  test.setTimeout(120_000);
  const scenario = unevenScenario(11);
  const journal = troubledJournal(11, MINUTE);
  const kinds = new Map<string, number>();
  for (const { action } of journal) kinds.set(action.type, (kinds.get(action.type) ?? 0) + 1);
  expect(kinds.get('call')).toBeGreaterThan(500);
  expect(kinds.get('crash')).toBeGreaterThan(3);
  expect(kinds.get('cut')).toBeGreaterThan(5);

  const outcomes: Outcome[] = [];
  for (const pacing of ['horizons', 'oneByOne'] as const) {
    await openPlan(page, { scenario, journal, openAt: MINUTE, pacing });
    const live = await liveOf(page);
    expect(live.at).toBe(MINUTE);
    expect(live.plan.journal).toEqual(journal);
    expect(live.proof).toBe('same');
    outcomes.push({ hash: live.hash, digests: live.digests });
    outcomes.push(rerun({ scenario: live.plan.scenario, journal }, MINUTE, pacing));
  }
  expect(outcomes).toEqual(outcomes.map(() => outcomes[0]));
  const terms = await inPage(page, (run) => run.frame().members.map((member) => member.term));
  expect(Math.max(...terms)).toBeGreaterThan(2);
});

test('hands that act while time runs, replayed from the journal', async ({ page }) => {
  await openPage(page);
  // Nobody waits for anything: each act falls into whatever is under way, and gets its place there.
  await inPage(page, async (run) => {
    run.play();
    run.setPace(1);
    const going = (async () => {
      let shown = run.live();
      for (let act = 0; act < 60; act++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        const member = 1 + (act % 5);
        if (act % 12 === 3) run.act({ type: 'crash', member });
        else if (act % 12 === 9) for (const stopped of [1, 2, 3, 4, 5]) run.act({ type: 'restart', member: stopped });
        else if (act % 7 === 2) run.act({ type: 'cut', cause: 'hand', links: [[member, 1 + (member % 5)]] });
        else if (act % 7 === 5)
          run.act({
            type: 'heal',
            cause: 'all',
            links: [
              [1, 2],
              [2, 3],
              [3, 4],
              [4, 5],
              [5, 1],
            ],
          });
        else
          run.act({
            type: 'call',
            client: 7,
            call: 5_000 + act,
            endpoints: [member],
            request: {
              type: 'put',
              key: 'color' as Bytes,
              value: `${act}` as Bytes,
              lease: '0000000000000000' as Id64,
              prevKv: false,
              ignoreValue: false,
              ignoreLease: false,
            },
            timeout: 5_000_000,
            requireLeader: false,
            text: '',
          });
        if (run.live() < shown) throw new Error('time went back');
        shown = run.live();
      }
    })();
    await going;
    run.pause();
    await run.whenIdle();
    await run.advanceTo(run.live() + 3_000_000);
  });
  const live = await liveOf(page);
  expect(live.plan.journal.length).toBeGreaterThan(60);
  expect(live.digests.filter((digest) => digest !== '').length).toBeGreaterThan(2);
  expect(rerun(live.plan, live.at)).toEqual({ hash: live.hash, digests: live.digests });
  expect(live.proof).toBe('same');
});

test('a member that throws stops alone; the page says so and goes on', async ({ page }) => {
  await openPage(page);
  await advanceBy(page, 200_000);
  const workers = page.workers().length;
  // A put whose lease is nothing at all: no console asks for that, and a member that is asked has met a bug of ours.
  await inPage(page, (run) =>
    run.act({
      type: 'call',
      client: 9,
      call: 1_000,
      endpoints: [3],
      request: {
        type: 'put',
        key: 'color',
        value: 'none',
        lease: null,
        prevKv: false,
        ignoreValue: false,
        ignoreLease: false,
      } as never,
      timeout: 5_000_000,
      requireLeader: false,
      text: 'a broken put',
    }),
  );
  await advanceUntil(page, (run) => run.state().thrown.length > 0);
  await expect(twin(page, 3)).toHaveAttribute('data-health', 'threw');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('n3 failed and was stopped');
  await alert.locator('summary').click();
  await expect(alert.locator('pre')).toContainText('at ');
  await expect.poll(() => page.workers().length).toBe(workers - 1);
  expect(await inPage(page, (run) => run.state().phase)).toBe('ready');

  // The others commit on; and it comes back from its disk.
  await page.getByRole('button', { name: 'Put a key' }).click();
  await advanceUntil(page, (run) => {
    const up = run.frame().members.filter((member) => member.health === 'up');
    return up.length === 4 && run.frame().calls.some((call) => call.state === 'ok' && call.key === 'color' && call.id !== 3);
  });
  await page.getByRole('button', { name: 'Start n3' }).click();
  await advanceUntil(page, (run) => {
    const { members, flag } = run.frame();
    return members.every((member) => member.health === 'up' && member.appliedIndex === flag);
  });
  await expect.poll(() => page.workers().length).toBe(workers);

  const live = await liveOf(page);
  expect(rerun(live.plan, live.at)).toEqual({ hash: live.hash, digests: live.digests });
  expect(rerun(live.plan, live.at, 'oneByOne')).toEqual({ hash: live.hash, digests: live.digests });
  expect(live.proof).toBe('same');
});
