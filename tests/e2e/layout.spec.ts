// Nothing overlaps, nothing is clipped, nothing is too small to read: at the sizes that people have, in both languages, at rest and
// with a split on the stage.
import { expect, type Page, test } from '@playwright/test';
import { advanceBy, advanceUntil, inPage, leaderOf, openPage, pause, prompt, runLine } from './page.ts';

/** px that two things may share before they overlap: lines of text have air above and below their letters. */
const AIR = 3;
/** px by which a corner of a line of text may reach into the ring round a member. */
const RING = 0;
/** px; the smallest text, and in a hall. */
const SMALLEST = 12;
const SMALLEST_IN_HALL = 16;

interface Box {
  readonly what: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Disc {
  readonly what: string;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

interface Seen {
  readonly regions: readonly Box[];
  /** Buttons and members: whatever can be pressed. */
  readonly targets: readonly Box[];
  readonly texts: readonly Box[];
  /** Entries in the members' own little logs. */
  readonly cells: readonly Box[];
  /** The dots of those who collect votes. */
  readonly tallies: readonly Box[];
  /** Members with the rings around them. */
  readonly discs: readonly Disc[];
  /** What an ancestor cuts off, or the window. */
  readonly clipped: readonly string[];
  readonly small: readonly string[];
  readonly scrolls: readonly string[];
}

declare global {
  interface Window {
    /** Font sizes that were drawn on a canvas, with a text each. */
    drawnFonts?: Map<number, string>;
  }
}

/** Remembers what canvases write. */
async function watchCanvases(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const fonts = new Map<number, string>();
    window.drawnFonts = fonts;
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
      const size = Number(/([\d.]+)px/.exec(this.font)?.[1] ?? 0) * (this.getTransform().a / window.devicePixelRatio);
      fonts.set(Math.round(size * 10) / 10, text);
      fillText.call(this, text, ...rest);
    };
  });
}

function lookAround(page: Page, smallest: number): Promise<Seen> {
  return page.evaluate(
    ({ smallest }) => {
      const boxOf = (what: string, { x, y, width, height }: DOMRect) => ({ what, x, y, width, height });
      const isSeen = (element: Element) => {
        if (element.closest('.visually-hidden, dialog:not([open])') !== null) return false;
        for (let each: Element | null = element; each !== null; each = each.parentElement) {
          const style = getComputedStyle(each);
          if (style.opacity === '0' || style.visibility === 'hidden' || style.display === 'none') return false;
        }
        return true;
      };
      const root = document.getElementById('root');
      if (root === null) throw new Error('there is no page');
      const regions = [...root.querySelectorAll('[data-region]')]
        .filter(isSeen)
        .map((element) => boxOf(element.getAttribute('data-region') ?? '', element.getBoundingClientRect()));
      const targets = [...root.querySelectorAll('button, input, [role="slider"], [data-wall] [role="button"]')]
        .filter(isSeen)
        .map((element) => boxOf(element.getAttribute('aria-label') ?? element.textContent ?? '', element.getBoundingClientRect()));

      const marks = (what: string, selector: string) =>
        [...root.querySelectorAll(`[data-stage-member] ${selector}`)]
          .filter(isSeen)
          .map((element, i) => boxOf(`${what} ${i}`, element.getBoundingClientRect()));
      const cells = marks('entry', 'g[data-fill]');
      // They hang on a ring that has no other around it.
      const tallies = marks('votes', 'g[data-tally]');
      // The first circle keeps links away from the outermost ring, by six units.
      const discs = [...root.querySelectorAll('[data-stage-member]')].filter(isSeen).flatMap((element) => {
        const circle = element.querySelector('circle')?.getBoundingClientRect();
        if (circle === undefined) return [];
        const what = `n${element.getAttribute('data-stage-member')}`;
        return [{ what, x: circle.x + circle.width / 2, y: circle.y + circle.height / 2, radius: circle.width / 2 - 6 }];
      });

      const texts: { what: string; x: number; y: number; width: number; height: number }[] = [];
      const clipped: string[] = [];
      const small: string[] = [];
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const text = node.textContent?.trim() ?? '';
        const element = node.parentElement;
        if (text === '' || element === null || !isSeen(element)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const style = getComputedStyle(element);
        const scale = element instanceof SVGGraphicsElement ? (element.getScreenCTM()?.a ?? 1) : 1;
        const size = Number.parseFloat(style.fontSize) * scale;
        if (size < smallest - 0.05) small.push(`${text}: ${size} px`);
        for (const rect of range.getClientRects()) {
          let visible = { left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom };
          let mayScroll = false;
          let endsInDots = false;
          for (let each: Element | null = element; each !== null && each !== root; each = each.parentElement) {
            const around = getComputedStyle(each);
            if (around.textOverflow === 'ellipsis') endsInDots = true;
            if (around.overflowX === 'visible' && around.overflowY === 'visible') continue;
            if (each instanceof SVGElement && !(each instanceof SVGSVGElement)) continue;
            if (around.overflowX === 'auto' || around.overflowY === 'auto' || around.overflowY === 'scroll') mayScroll = true;
            const box = each.getBoundingClientRect();
            visible = {
              left: Math.max(visible.left, box.left),
              top: Math.max(visible.top, box.top),
              right: Math.min(visible.right, box.right),
              bottom: Math.min(visible.bottom, box.bottom),
            };
          }
          visible = {
            left: Math.max(0, visible.left),
            top: Math.max(0, visible.top),
            right: Math.min(innerWidth, visible.right),
            bottom: Math.min(innerHeight, visible.bottom),
          };
          const lost = { x: rect.width - (visible.right - visible.left), y: rect.height - (visible.bottom - visible.top) };
          if (!mayScroll && !endsInDots && (lost.x > 1 || lost.y > 4))
            clipped.push(`${text}: ${lost.x.toFixed(1)} × ${lost.y.toFixed(1)} px`);
          if (visible.right > visible.left && visible.bottom > visible.top)
            texts.push({
              what: text,
              x: visible.left,
              y: visible.top,
              width: visible.right - visible.left,
              height: visible.bottom - visible.top,
            });
        }
      }
      for (const [size, text] of window.drawnFonts ?? []) if (size < smallest - 0.05) small.push(`${text} on a canvas: ${size} px`);
      const { scrollWidth, scrollHeight } = document.documentElement;
      const scrolls: string[] = [];
      if (scrollWidth > innerWidth) scrolls.push(`${scrollWidth} px wide`);
      if (scrollHeight > innerHeight) scrolls.push(`${scrollHeight} px high`);
      return { regions, targets, texts, cells, tallies, discs, clipped, small, scrolls };
    },
    { smallest },
  );
}

/** Pairs that share more than `air` in both directions. */
function overlaps(boxes: readonly Box[], air: number): string[] {
  return boxes.flatMap((a, i) =>
    boxes.slice(i + 1).flatMap((b) => {
      const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
      const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
      return width > air && height > air ? [`${a.what} and ${b.what} share ${width.toFixed(1)} × ${height.toFixed(1)} px`] : [];
    }),
  );
}

/** What lies on a member without being written in its middle. */
function onDiscs(discs: readonly Disc[], boxes: readonly Box[], air: number): string[] {
  return discs.flatMap((disc) =>
    boxes.flatMap((box) => {
      const middle = Math.hypot(box.x + box.width / 2 - disc.x, box.y + box.height / 2 - disc.y);
      if (middle < disc.radius * 0.6) return [];
      const nearest = Math.hypot(
        Math.max(box.x - disc.x, 0, disc.x - box.x - box.width),
        Math.max(box.y - disc.y, 0, disc.y - box.y - box.height),
      );
      return nearest < disc.radius - air ? [`${box.what} lies ${(disc.radius - nearest).toFixed(1)} px on ${disc.what}`] : [];
    }),
  );
}

function outside(boxes: readonly Box[], size: { readonly width: number; readonly height: number }): string[] {
  return boxes
    .filter(({ x, y, width, height }) => x < -0.5 || y < -0.5 || x + width > size.width + 0.5 || y + height > size.height + 0.5)
    .map(({ what }) => what);
}

async function expectRoom(
  page: Page,
  size: { readonly width: number; readonly height: number },
  smallest = SMALLEST,
): Promise<void> {
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  const seen = await lookAround(page, smallest);
  expect(seen.texts.length, 'there is something to look at').toBeGreaterThan(12);
  expect.soft(seen.scrolls, 'the page does not scroll').toEqual([]);
  expect.soft(outside(seen.regions, size), 'regions are inside the window').toEqual([]);
  expect.soft(overlaps(seen.regions, 1), 'regions stand side by side').toEqual([]);
  expect.soft(overlaps(seen.targets, 1), 'what can be pressed stands side by side').toEqual([]);
  expect
    .soft(overlaps([...seen.texts, ...seen.cells, ...seen.tallies], AIR), 'no text stands on another, or on an entry')
    .toEqual([]);
  expect.soft(onDiscs(seen.discs, [...seen.texts, ...seen.cells], RING), 'labels stand beside their members').toEqual([]);
  expect.soft(seen.clipped, 'no text is cut off').toEqual([]);
  expect.soft(seen.small, 'every text can be read').toEqual([]);
}

/** Two islands, a wall with its label, a new leader beside the old one or what has become of it: the fullest stage there is. */
async function splitUntilLed(page: Page): Promise<void> {
  const split = page.locator('button[data-verb="split"]');
  await split.click();
  await split.click();
  const { term } = await leaderOf(page);
  await advanceUntil(
    page,
    (run, before) => run.frame().members.some((member) => member.role === 'leader' && member.term > before),
    { given: term },
  );
  await advanceBy(page, 60_000);
}

const SIZES = [
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
  { width: 390, height: 844 },
];

for (const size of SIZES) {
  for (const language of ['en', 'zh'] as const) {
    test(`${size.width}×${size.height}, ${language}`, async ({ page }) => {
      await page.setViewportSize(size);
      await watchCanvases(page);
      await openPage(page, { language });
      await expect(page.locator('html')).toHaveAttribute('lang', language === 'en' ? 'en' : 'zh-CN');
      await expect(page.locator('[data-stage-member]')).toHaveCount(5);
      await expectRoom(page, size);

      await splitUntilLed(page);
      await page.getByRole('status').getByRole('button').last().click();
      await expectRoom(page, size);
      if (size.width > 719) return;
      for (const tab of ['log', 'time']) {
        await page.locator(`[role="tab"][data-tab="${tab}"]`).click();
        await expectRoom(page, size);
      }
    });
  }
}

for (const size of SIZES) {
  for (const language of ['en', 'zh'] as const) {
    test(`all seek votes, ${size.width}×${size.height}, ${language}`, async ({ page }) => {
      await page.setViewportSize(size);
      await openPage(page, { language });
      await inPage(page, (run) => {
        const members = [1, 2, 3, 4, 5];
        run.act({ type: 'cut', cause: 'hand', links: members.flatMap((a) => members.flatMap((b) => (a === b ? [] : [[a, b]]))) });
      });
      await advanceUntil(page, (run) => run.frame().members.every((member) => member.role === 'preCandidate'));
      await expect(page.locator('[data-tally]')).toHaveCount(5);
      await expectRoom(page, size);
    });
  }
}

for (const size of SIZES) {
  for (const count of ['Seven', 'Nine']) {
    test(`${count} members, ${size.width}×${size.height}`, async ({ page }) => {
      await page.setViewportSize(size);
      await openPage(page);
      await page.getByRole('button', { name: /^Cluster:/ }).click();
      await page.getByRole('menuitemradio', { name: `${count} members` }).click();
      await page.waitForFunction(() => window.etcdscope?.run().state().phase === 'ready');
      await pause(page);
      await expect(page.locator('[data-stage-member]')).toHaveCount(count === 'Nine' ? 9 : 7);
      await page.getByRole('status').getByRole('button').last().click();
      await expectRoom(page, size);
      await splitUntilLed(page);
      await page.getByRole('status').getByRole('button').last().click();
      await expectRoom(page, size);
    });
  }
}

for (const size of SIZES.filter(({ width }) => width > 719)) {
  for (const language of ['en', 'zh'] as const) {
    test(`in a hall, ${size.width}×${size.height}, ${language}`, async ({ page }) => {
      await page.setViewportSize(size);
      await watchCanvases(page);
      await openPage(page, { hall: true, language });
      await expect(page.locator('html')).toHaveAttribute('data-mode', 'projector');
      await expectRoom(page, size, SMALLEST_IN_HALL);
      await splitUntilLed(page);
      await page.getByRole('status').getByRole('button').last().click();
      await expectRoom(page, size, SMALLEST_IN_HALL);
    });
  }
}

for (const size of SIZES) {
  test(`a table wider than the console scrolls, ${size.width}×${size.height}`, async ({ page }) => {
    await page.setViewportSize(size);
    await openPage(page);
    await prompt(page).focus();
    const printed = await runLine(page, 'endpoint status -w table');
    const lines = page.getByRole('log').locator('[data-form="table"]');
    await expect(lines).toHaveCount(printed.length);
    const heights = await lines.evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
    expect(Math.max(...heights), 'no row breaks').toBeLessThan(30);
    const log = page.getByRole('log');
    expect(await log.evaluate((element) => element.scrollWidth > element.clientWidth)).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), 'the page does not').toBe(size.width);
  });
}

test('regions take another size by dragging, by arrow keys, and their own again; the page remembers', async ({ page }) => {
  const size = { width: 1280, height: 720 };
  await page.setViewportSize(size);
  await openPage(page);
  const edge = (region: string) => page.locator(`[data-edge="${region}"]`);
  const width = async (region: string) => Number(await edge(region).getAttribute('aria-valuenow'));
  const drag = async (region: string, by: { readonly x: number; readonly y: number }) => {
    const box = await edge(region).boundingBox();
    if (box === null) throw new Error(`no edge of ${region}`);
    const [x, y] = [box.x + Math.min(4, box.width / 2), box.y + Math.min(4, box.height / 2)];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + by.x, y + by.y, { steps: 4 });
    await page.mouse.up();
  };

  await expect(edge('column')).toHaveAttribute('aria-valuenow', '384');
  await drag('column', { x: -100, y: 0 });
  await expect(edge('column')).toHaveAttribute('aria-valuenow', '484');
  await expectRoom(page, size);
  await edge('column').press('ArrowRight');
  await expect(edge('column')).toHaveAttribute('aria-valuenow', '468');
  await edge('column').press('Home');
  await expect(edge('column')).toHaveAttribute('aria-valuenow', '320');
  await expectRoom(page, size);
  // The stage keeps half of the window.
  await edge('column').press('End');
  await expect(edge('column')).toHaveAttribute('aria-valuenow', '640');
  await expectRoom(page, size);

  await page.keyboard.press('1');
  await expect(edge('panels')).toHaveAttribute('aria-valuenow', '516');
  await drag('panels', { x: 80, y: 0 });
  await expect(edge('panels')).toHaveAttribute('aria-valuenow', '436');

  await prompt(page).focus();
  await runLine(page, 'get color');
  const height = await width('console');
  await drag('console', { x: 0, y: -120 });
  await expect.poll(() => width('console')).toBe(height + 120);
  await edge('console').press('ArrowDown');
  await expect.poll(() => width('console')).toBe(height + 104);

  await page.reload();
  await page.waitForFunction(() => window.etcdscope?.run().state().phase === 'ready');
  await expect(edge('column')).toHaveAttribute('aria-valuenow', '640');
  await edge('column').dblclick();
  await expect(edge('column')).toHaveAttribute('aria-valuenow', '384');
  await page.keyboard.press('1');
  await expect(edge('panels')).toHaveAttribute('aria-valuenow', '436');
  await edge('panels').press('Enter');
  await expect(edge('panels')).toHaveAttribute('aria-valuenow', '516');
});
