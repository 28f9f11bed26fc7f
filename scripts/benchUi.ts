/**
 * Measures the built page in a headless Chromium without a graphics card, and prints `{"figures": […]}`; how, is told at each part, what
 * came of it in docs/performance.md. Driven by `npm run bench -- ui`, which names every figure's goal.
 *
 *     tsx scripts/benchUi.ts
 */
import { loadavg } from 'node:os';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright';
import { build } from 'vite';
import { weigh } from './check-size.ts';
import { CHROMIUM_ARGS, obtainChromium } from './findChromium.ts';
import { serve } from './serve.ts';

interface Figure {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
}

/** The part of the page's scripting handle (src/ui/scripting.ts) that is driven here. */
interface Handle {
  run(): Run;
  open(plan: object): Run;
  paints(): number;
}
interface Run {
  state(): { readonly phase: string; readonly failure: string; readonly proof: string };
  frame(): { readonly flights: readonly unknown[]; readonly members: readonly { readonly role: string }[] };
  live(): number;
  play(): void;
  pause(): void;
  seek(time: number): void;
  backToLive(): void;
  setPace(pace: number): void;
  whenIdle(): Promise<void>;
  advanceTo(time: number): Promise<void>;
  prove(): Promise<void>;
}
interface Seen {
  /** Timestamps of the browser's frames in which the page ran code, ms. */
  readonly frames: number[];
  /** Frames the page has asked for. */
  asked: number;
  /** Milliseconds from navigation to the first frame with a leader in it. */
  alive: number;
}
declare global {
  interface Window {
    bench: Seen;
  }
}

const SECOND = 1_000_000;
const RUNS = 3;
const FRAMES = 600;
const SEEKS = 300;
const say = (line: string) => process.stderr.write(`${line}\n`);
const load = () =>
  loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');

async function main(): Promise<void> {
  if (process.env.ETCDSCOPE_BUILT !== '1') await build({ logLevel: 'error' });
  const server = await serve({ root: 'dist' });
  const browser = await chromium.launch({ executablePath: obtainChromium().path, args: [...CHROMIUM_ARGS] });
  say(`${browser.version()}, load ${load()}`);
  try {
    const figures = [
      ...firstView(),
      ...(await alive(browser, server.url)),
      ...(await frames(browser, server.url)),
      ...(await tenMinutes(browser, server.url)),
    ];
    say(`load ${load()}`);
    process.stdout.write(`${JSON.stringify({ figures })}\n`);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** What has to be loaded before anything is seen, gzip -9. */
function firstView(): Figure[] {
  const { firstView: files } = weigh('dist');
  const bytes = [...files.values()].reduce((sum, size) => sum + size, 0);
  return [{ id: 'ui/first-view', value: bytes / 1_000, unit: 'kB' }];
}

/** From navigation to the first frame of the browser in which a leader can be shown; each time in a browser context without a cache. */
async function alive(browser: Browser, url: string): Promise<Figure[]> {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const page = await open(browser, url);
    times.push(await page.evaluate(() => window.bench.alive));
    await page.context().close();
  }
  say(`alive after ${times.map((time) => time.toFixed(0)).join(', ')} ms`);
  return [{ id: 'ui/members=5/alive', value: median(times), unit: 'ms' }];
}

/**
 * Five members, links of 200 ms, 100 puts a second by four clients. The frame interval is the difference of the browser's own frame
 * timestamps; the work is the processor time of all that the page's main thread does from one frame to the next (tasks of the trace:
 * answers of the bus, React, painters, style, layout, paint), the tracing's own cost included. It is not the time that passes
 * meanwhile, for that also counts waiting for a core: of two cores one draws the picture and one runs six workers.
 */
async function frames(browser: Browser, url: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  const worst = { interval99: 0, work50: 0 };
  const pausedPaints: number[] = [];
  const pausedFrames: number[] = [];
  for (const [name, pace] of [
    ['1:50', 1 / 50],
    ['1', 1],
  ] as const) {
    const of: Record<'interval50' | 'interval99' | 'work50' | 'work99' | 'inflight', number[]> = {
      interval50: [],
      interval99: [],
      work50: [],
      work99: [],
      inflight: [],
    };
    for (let run = 0; run < RUNS; run++) {
      const page = await open(browser, url);
      const from = 6 * SECOND;
      const lasts = (pace === 1 ? 30 : 2) * SECOND;
      await plan(page, { latency: 200_000 }, workload(from, from + 3 * SECOND + lasts, 100), from + 3 * SECOND);
      await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', '__metadata'] });
      const seen = await page.evaluate(
        async ({ pace, count }) => {
          const run = (window as unknown as { etcdscope: Handle }).etcdscope.run();
          window.bench.frames.length = 0;
          run.setPace(pace);
          run.play();
          const flights: number[] = [];
          while (window.bench.frames.length < count) {
            await new Promise((resolve) => setTimeout(resolve, 100));
            flights.push(run.frame().flights.length);
          }
          const stamps = window.bench.frames.slice(0, count + 1);
          run.pause();
          await run.whenIdle();
          if (run.state().phase === 'failed') throw new Error(run.state().failure);
          return { stamps, flights };
        },
        { pace, count: FRAMES + 30 },
      );
      const works = workPerFrame((await browser.stopTracing()).toString()).slice(30);
      // The first half second is the start of the clock, not the flow.
      const stamps = seen.stamps.slice(30);
      const intervals = stamps.slice(1).map((stamp, i) => stamp - (stamps[i] ?? stamp));
      of.interval50.push(quantile(intervals, 0.5));
      of.interval99.push(quantile(intervals, 0.99));
      of.work50.push(quantile(works, 0.5));
      of.work99.push(quantile(works, 0.99));
      of.inflight.push(median(seen.flights));
      const still = await whilePaused(page);
      pausedPaints.push(still.paints);
      pausedFrames.push(still.asked);
      say(
        `speed ${name}, run ${run + 1}: ${intervals.length} frames, ${median(seen.flights)} in flight, interval ${quantile(intervals, 0.5).toFixed(1)} / ` +
          `${quantile(intervals, 0.99).toFixed(1)} ms, work ${quantile(works, 0.5).toFixed(2)} / ${quantile(works, 0.99).toFixed(2)} ms, ` +
          `paused ${still.paints} paints, ${still.asked} frames, load ${load()}`,
      );
      await page.context().close();
    }
    const id = `ui/members=5/inflight=200/speed=${name}`;
    figures.push(
      { id: `${id}/inflight`, value: median(of.inflight), unit: 'count' },
      { id: `${id}/interval-p50`, value: median(of.interval50), unit: 'ms' },
      { id: `${id}/interval-p99`, value: median(of.interval99), unit: 'ms' },
      { id: `${id}/work-p50`, value: median(of.work50), unit: 'ms' },
      { id: `${id}/work-p99`, value: median(of.work99), unit: 'ms' },
    );
    worst.interval99 = Math.max(worst.interval99, median(of.interval99));
    worst.work50 = Math.max(worst.work50, median(of.work50));
  }
  return [
    ...figures,
    { id: 'ui/members=5/inflight=200/interval-p99', value: worst.interval99, unit: 'ms' },
    { id: 'ui/members=5/inflight=200/work-p50', value: worst.work50, unit: 'ms' },
    { id: 'ui/members=5/inflight=200/paused-paints', value: Math.max(...pausedPaints), unit: 'count' },
    { id: 'ui/members=5/inflight=200/paused-frames', value: Math.max(...pausedFrames), unit: 'count' },
  ];
}

/** Two seconds in which nothing can change: painters that were called, and frames that the page asked the browser for. */
async function whilePaused(page: Page): Promise<{ readonly paints: number; readonly asked: number }> {
  return page.evaluate(async () => {
    const { etcdscope } = window as unknown as { etcdscope: Handle };
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    await wait(1_500); // the loop looks on for a moment
    const before = { paints: etcdscope.paints(), asked: window.bench.asked };
    await wait(2_000);
    return { paints: etcdscope.paints() - before.paints, asked: window.bench.asked - before.asked };
  });
}

/**
 * Ten virtual minutes at 20 puts a second. A seek is measured from the call to the end of the frame that shows it, at places drawn over
 * the whole run; heaps after a collection of garbage, with what is kept outside the heap in array buffers.
 */
async function tenMinutes(browser: Browser, url: string): Promise<Figure[]> {
  const page = await open(browser, url);
  const end = 600 * SECOND;
  await plan(page, {}, workload(2 * SECOND, end, 20), 2 * SECOND);
  const started = Date.now();
  for (let minute = 1; minute <= 10; minute++) {
    await page.evaluate(
      async (to) => {
        const run = (window as unknown as { etcdscope: Handle }).etcdscope.run();
        await run.advanceTo(to);
        await run.prove();
      },
      minute * 60 * SECOND,
    );
    say(`${minute} of 10 virtual minutes after ${((Date.now() - started) / 1_000).toFixed(0)} s`);
  }
  const proof = await page.evaluate(() => (window as unknown as { etcdscope: Handle }).etcdscope.run().state().proof);
  if (proof !== 'same') throw new Error(`the historian's run is not the page's: ${proof}`);
  const heaps = await heapsOf(page);
  say(`heaps: ${[...heaps].map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(0)} MB`).join(', ')}`);
  const seeks = await page.evaluate(
    async ({ count, end }) => {
      const run = (window as unknown as { etcdscope: Handle }).etcdscope.run();
      const times: number[] = [];
      let random = 12_345;
      for (let seek = 0; seek < count; seek++) {
        random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 1;
        const to = Math.floor((random / 2 ** 31) * end);
        const before = performance.now();
        run.seek(to);
        // The page's own loop asked first, so it has painted when this comes; the message comes when the frame is done.
        await new Promise((resolve) => requestAnimationFrame(resolve));
        await new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = resolve;
          port2.postMessage(undefined);
        });
        times.push(performance.now() - before);
      }
      run.backToLive();
      return times;
    },
    { count: SEEKS, end },
  );
  say(`seeks: ${quantile(seeks, 0.5).toFixed(1)} ms p50, ${quantile(seeks, 0.99).toFixed(1)} p99, load ${load()}`);
  await page.context().close();
  return [
    { id: 'ui/members=5/minutes=10/seek-p50', value: quantile(seeks, 0.5), unit: 'ms' },
    { id: 'ui/members=5/minutes=10/seek-p99', value: quantile(seeks, 0.99), unit: 'ms' },
    { id: 'ui/members=5/minutes=10/heap-page', value: (heaps.get('page') ?? Number.NaN) / 1e6, unit: 'MB' },
    { id: 'ui/members=5/minutes=10/heap-historian', value: (heaps.get('historian') ?? Number.NaN) / 1e6, unit: 'MB' },
    { id: 'ui/members=5/minutes=10/heap-bus', value: (heaps.get('bus') ?? Number.NaN) / 1e6, unit: 'MB' },
  ];
}

/** A fresh page that counts its frames, as soon as its cluster lives. */
async function open(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  const page = await context.newPage();
  page.on('pageerror', (error) => say(`page: ${error.stack ?? error.message}`));
  // tsx marks functions with their names by this helper, which does not travel into a page with them.
  await page.addInitScript({ content: 'globalThis.__name = (value) => value;' });
  await page.addInitScript(() => {
    // Chips teach by waiting for calm; they are not part of what is measured.
    localStorage.setItem('etcdscope.settings', JSON.stringify({ theme: 'light', language: 'en', visits: 9, chipsDone: [] }));
    const seen: Seen = { frames: [], asked: 0, alive: 0 };
    window.bench = seen;
    const request = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (callback) => {
      seen.asked++;
      return request((stamp) => {
        if (seen.frames.at(-1) !== stamp) seen.frames.push(stamp);
        callback(stamp);
      });
    };
    const look = () => {
      const { etcdscope } = window as unknown as { etcdscope?: Handle };
      const run = etcdscope?.run();
      if (run?.state().phase === 'ready' && run.frame().members.some((member) => member.role === 'leader'))
        seen.alive = performance.now();
      else request(look);
    };
    request(look);
  });
  await page.goto(url);
  await page.waitForFunction(() => window.bench.alive > 0, undefined, { polling: 50 });
  return page;
}

/** Puts a planned run on the page and lets it stand at `openAt`, before anything is measured. */
async function plan(page: Page, scenario: object, journal: readonly object[], openAt: number): Promise<void> {
  const failure = await page.evaluate(
    async (plan) => {
      const { etcdscope } = window as unknown as { etcdscope: Handle };
      const run = etcdscope.open(plan);
      run.pause();
      while (run.state().phase === 'starting') await new Promise((resolve) => setTimeout(resolve, 50));
      if (run.state().phase === 'ready' && !run.frame().members.some((member) => member.role === 'leader')) return 'nobody leads';
      return run.state().failure;
    },
    { scenario, journal, openAt },
  );
  if (failure !== '') throw new Error(failure);
}

/** So many puts a second, evenly, by four clients through the members in turn. */
function workload(from: number, to: number, perSecond: number): object[] {
  const journal: object[] = [];
  for (let at = from; at < to; at += SECOND / perSecond) {
    const call = journal.length + 1;
    const request = {
      type: 'put',
      key: `key${call % 50}`,
      value: `value ${call}`,
      lease: '0000000000000000',
      prevKv: false,
      ignoreValue: false,
      ignoreLease: false,
    };
    const endpoints = [1 + (call % 5)];
    const action = {
      type: 'call',
      client: 1 + (call % 4),
      call,
      endpoints,
      request,
      timeout: 5 * SECOND,
      requireLeader: false,
      text: '',
    };
    journal.push({ at, order: journal.length, action });
  }
  return journal;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** Of it, on a processor. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Milliseconds of processor time of a page's main thread, from the end of one frame's task to the end of the next one's. */
function workPerFrame(trace: string): number[] {
  const { traceEvents } = JSON.parse(trace) as { readonly traceEvents: readonly TraceEvent[] }; // Chromium's own format
  const mains = new Set(
    traceEvents
      .filter((event) => event.name === 'thread_name' && event.args?.name === 'CrRendererMain')
      .map((event) => `${event.pid} ${event.tid}`),
  );
  const onMain = traceEvents.filter((event) => event.ph === 'X' && mains.has(`${event.pid} ${event.tid}`));
  const callbacks = onMain.filter((event) => event.name === 'FireAnimationFrame').sort((a, b) => a.ts - b.ts);
  const thread = callbacks[0];
  if (thread === undefined) throw new Error('the trace has no frame');
  const tasks = onMain
    .filter((event) => event.pid === thread.pid && event.tid === thread.tid && /RunTask$/.test(event.name))
    .sort((a, b) => a.ts - b.ts);
  const works: number[] = [];
  let work = 0;
  let next = 0;
  let coveredUntil = 0;
  for (const task of tasks) {
    const end = task.ts + (task.dur ?? 0);
    if (end <= coveredUntil) continue; // a task inside a task
    work += task.tdur ?? task.dur ?? 0;
    coveredUntil = end;
    let isFrame = false;
    while ((callbacks[next]?.ts ?? Number.POSITIVE_INFINITY) < end) {
      isFrame = true;
      next++;
    }
    if (!isFrame) continue;
    works.push(work / 1_000);
    work = 0;
  }
  return works;
}

/** Bytes in use of the page and of each of its workers, by role, after a collection of garbage. */
async function heapsOf(page: Page): Promise<ReadonlyMap<string, number>> {
  const session = await page.context().newCDPSession(page);
  const heaps = new Map<string, number>();
  const used = (usage: { usedSize: number; backingStorageSize?: number }) => usage.usedSize + (usage.backingStorageSize ?? 0);
  await session.send('HeapProfiler.collectGarbage');
  heaps.set('page', used(await session.send('Runtime.getHeapUsage')));
  const workers: { readonly role: string; readonly sessionId: string }[] = [];
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => workers.push({ role: targetInfo.title, sessionId }));
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  for (const { role, sessionId } of workers) {
    await ask(session, sessionId, 'HeapProfiler.collectGarbage');
    heaps.set(role, used((await ask(session, sessionId, 'Runtime.getHeapUsage')) as Parameters<typeof used>[0])); // its documented form
  }
  await session.detach();
  return heaps;
}

let asked = 0;

/** Asks a worker through its page. */
function ask(session: CDPSession, sessionId: string, method: string): Promise<unknown> {
  const id = ++asked;
  return new Promise((fulfil) => {
    const listen = (event: { readonly message: string }) => {
      const answer = JSON.parse(event.message) as { readonly id?: number; readonly result?: unknown };
      if (answer.id !== id) return;
      session.off('Target.receivedMessageFromTarget', listen);
      fulfil(answer.result);
    };
    session.on('Target.receivedMessageFromTarget', listen);
    void session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params: {} }) });
  });
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that at least this share of them does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

await main();
