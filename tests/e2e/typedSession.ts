/**
 * A recorded session (tests/recorded/etcdctl/README.md) typed into the page's console as its steps say, key by key: what a person
 * would type, in a tab of its own for what runs beside it. Faults are done to the cluster by hand.
 */
import { expect, type Locator, type Page } from '@playwright/test';
import { quoteWord } from '../../src/console/index.ts';
import { advanceInline, clusterOf, createInlineRun, freshScenario, leaderInline, type Scenario } from '../../src/sim/index.ts';
import { advanceBy, advanceUntil, askMember, inPage, prompt, SECOND, typeLine } from './page.ts';

const MS = 1_000;

export interface TypedStep {
  readonly args?: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Left out: the first member, or all for commands about endpoints. */
  readonly endpoints?: 'all' | number;
  readonly capture?: Readonly<Record<string, string>>;
  readonly background?: boolean;
  readonly name?: string;
  readonly waitMs?: number;
  readonly write?: string;
  readonly stop?: string;
  readonly closeStdin?: boolean;
  readonly await?: string;
  readonly sleepMs?: number;
  readonly member?: number | readonly number[] | 'leader';
  readonly do?: 'pause' | 'resume' | 'kill' | 'start';
  readonly http?: {
    readonly method?: string;
    readonly path: string;
    readonly body?: unknown;
    readonly raw?: boolean;
    readonly streamMs?: number;
  };
}

/** What a command or a request came to: the fields of a record that a console can show. */
export interface TypedRecord {
  readonly args?: readonly string[];
  readonly http?: TypedStep['http'];
  readonly stdout?: string;
  readonly stderr?: string;
  readonly response?: string;
  readonly exit?: number | null;
  readonly signal?: string;
}

export interface TypedSession {
  readonly members: number;
  readonly quota?: number;
  readonly steps: readonly TypedStep[];
  readonly head: { readonly endpoints: readonly string[]; readonly members: readonly string[] };
  readonly records: readonly TypedRecord[];
}

/** Puts a cluster on the page as the recordings' was: settled, and its first member leads. Time stands. */
export async function openCluster(page: Page, { members, quota }: Pick<TypedSession, 'members' | 'quota'>): Promise<void> {
  const settled = 6 * SECOND;
  const scenario = leadingFirst(members, settled, { boot: 'etcd', ...(quota === undefined ? {} : { quotaBytes: quota }) });
  await page.evaluate((plan) => window.etcdscope?.open(plan).pause(), { scenario });
  await page.waitForFunction(() => window.etcdscope?.run().state().phase === 'ready');
  await inPage(page, (run, until) => run.advanceTo(until), settled);
  await expect(prompt(page)).toBeVisible();
}

/** Of the seeds, counted from 1, the first one with which the first member leads. */
function leadingFirst(members: number, settled: number, options: Partial<Scenario>): Scenario {
  for (let seed = 1; seed < 100; seed++) {
    const scenario = { ...freshScenario(members, seed), ...options };
    const run = createInlineRun(scenario);
    advanceInline(run, settled);
    if (leaderInline(run) === 1) return scenario;
  }
  throw new Error('the first member never leads');
}

/** Types all steps. @returns what was printed, in the order of the recording's records */
export async function typeSession(page: Page, session: TypedSession): Promise<TypedSession> {
  const scenario = await inPage(page, (run) => run.scenario);
  const ids = clusterOf(scenario).members.map((member) => member.id.replace(/^0+/, ''));
  const endpoints = ids.map((_, i) => `n${i + 1}:2379`);
  const variables = new Map<string, string>();
  ids.forEach((id, i) => void variables.set(`m${i}`, id).set(`follower${i - 1}Id`, id));
  const typist = new Typist(page, endpoints, variables);
  for (const [i, step] of session.steps.entries()) {
    const expected = session.records[typist.records.length];
    await typist.play(step, expected?.exit !== 0 && expected?.exit !== null, i);
  }
  return { ...session, head: { endpoints, members: ids }, records: typist.records };
}

class Typist {
  readonly records: TypedRecord[] = [];
  readonly #page: Page;
  readonly #endpoints: readonly string[];
  readonly #variables: Map<string, string>;
  /** Tabs of what runs beside the rest, and what was typed there. */
  readonly #beside = new Map<string, { readonly tab: Locator; readonly step: TypedStep; readonly shownBefore: number }>();

  constructor(page: Page, endpoints: readonly string[], variables: Map<string, string>) {
    this.#page = page;
    this.#endpoints = endpoints;
    this.#variables = variables;
  }

  /** @param failing its exit code is asked for by `echo $?` */
  async play(step: TypedStep, failing: boolean, at: number): Promise<void> {
    if (step.sleepMs !== undefined) await advanceBy(this.#page, step.sleepMs * MS);
    else if (step.member !== undefined) await this.#fault(step);
    else if (step.http !== undefined) await this.#ask(step.http);
    else if (step.write !== undefined) await this.#write(step.write, step.stdin ?? '');
    else if (step.stop !== undefined) await this.#stop(step.stop, step, failing);
    else if (step.await !== undefined) await this.#stop(step.await, step, failing);
    else if (step.args === undefined) throw new Error(`step ${at} says nothing to do`);
    else if (step.background === true) await this.#startBeside(step);
    else await this.#run(step, failing);
  }

  async #run(step: TypedStep, failing: boolean): Promise<void> {
    await this.#choose(step);
    const shownBefore = await this.#shown();
    await typeLine(this.#page, this.#line(step));
    await this.#feed(step.stdin);
    if (await this.#reads()) await prompt(this.#page).press('Control+d');
    await this.#untilFree();
    await this.#record(step, shownBefore, failing);
    if (typeof step.endpoints === 'number') await askMember(this.#page, 'n1');
  }

  async #startBeside(step: TypedStep): Promise<void> {
    await this.#page.getByRole('button', { name: 'New session' }).click();
    const tab = this.#page.getByRole('tab', { selected: true }).and(this.#page.locator('[data-client]'));
    const client = await tab.getAttribute('data-client');
    await this.#choose(step);
    const shownBefore = await this.#shown();
    await typeLine(this.#page, this.#line(step));
    await this.#feed(step.stdin);
    await advanceBy(this.#page, (step.waitMs ?? 400) * MS);
    this.#beside.set(step.name ?? '', { tab: this.#page.locator(`[role="tab"][data-client="${client}"]`), step, shownBefore });
    await this.#toFirst();
  }

  async #write(name: string, text: string): Promise<void> {
    await this.#bring(this.#runningAs(name).tab);
    await this.#feed(text);
    await advanceBy(this.#page, 300 * MS);
    await this.#toFirst();
  }

  async #stop(name: string, { closeStdin, waitMs = 300, await: awaited }: TypedStep, failing: boolean): Promise<void> {
    const { tab, step, shownBefore } = this.#runningAs(name);
    this.#beside.delete(name);
    if (awaited === undefined) await advanceBy(this.#page, waitMs * MS);
    await this.#bring(tab);
    if (closeStdin === true) await prompt(this.#page).press('Control+d');
    else if (awaited === undefined) await prompt(this.#page).press('Control+c');
    await this.#untilFree();
    await this.#record(step, shownBefore, failing);
    await this.#page.getByRole('button', { name: /^Close / }).click();
    await this.#toFirst();
  }

  async #ask(http: NonNullable<TypedStep['http']>): Promise<void> {
    const body = http.raw === true ? String(http.body) : JSON.stringify(http.body);
    const data = http.body === undefined ? '' : ` -d ${quoteWord(body)}`;
    const method = http.method ?? (http.body === undefined ? 'POST' : undefined);
    const verb = method === undefined ? '' : ` -X ${method}`;
    const shownBefore = await this.#shown();
    await typeLine(this.#page, `curl -sN${verb} http://${this.#endpoints[0]}${http.path}${data}`);
    if (http.streamMs !== undefined) {
      await advanceBy(this.#page, http.streamMs * MS);
      await prompt(this.#page).press('Control+c');
    }
    await this.#untilFree();
    const printed = await this.#printed(shownBefore);
    this.records.push({ http: { ...http, body }, response: printed.stdout });
  }

  async #fault({ member, do: verb }: TypedStep): Promise<void> {
    const types = { pause: 'pause', resume: 'resume', kill: 'crash', start: 'restart' } as const;
    const type = types[verb ?? 'pause'];
    const leader = () => inPage(this.#page, (run) => run.frame().members.findIndex(({ role }) => role === 'leader'));
    const indexes = member === 'leader' ? [await leader()] : [member ?? []].flat();
    for (const index of indexes) await inPage(this.#page, (run, action) => run.act(action), { type, member: index + 1 });
  }

  #fill(text: string): string {
    return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => this.#variables.get(name) ?? whole);
  }

  /** The words as a shell takes them, variables before them. */
  #line({ args = [], env = {}, endpoints }: TypedStep): string {
    const aboutAll = args.some((word) => word === 'endpoint' || word === 'move-leader' || word === 'defrag');
    const all = endpoints === 'all' || (endpoints === undefined && aboutAll);
    const variables = { ...(all ? { ETCDCTL_ENDPOINTS: this.#endpoints.join(',') } : {}), ...env };
    const before = Object.entries(variables).map(([name, value]) => `${name}=${quoteWord(value)}`);
    return [...before, ...args.map((word) => quoteWord(this.#fill(word)))].join(' ');
  }

  async #choose({ endpoints }: TypedStep): Promise<void> {
    if (typeof endpoints === 'number' && endpoints > 0) await askMember(this.#page, `n${endpoints + 1}`);
  }

  /** Types lines into a command that reads. One that reads no more gets no more. */
  async #feed(text: string | undefined): Promise<void> {
    for (const line of text?.split('\n').slice(0, -1) ?? []) {
      if (!(await this.#reads())) return;
      await typeLine(this.#page, line);
    }
  }

  async #reads(): Promise<boolean> {
    return this.#page.getByRole('button', { name: 'End the input (Ctrl-D)' }).isVisible();
  }

  /** Lets time pass until the command in front has ended. */
  async #untilFree(): Promise<void> {
    const isFree = () => document.querySelector('[data-region="prompt"][data-busy]') === null;
    await advanceUntil(this.#page, isFree, { within: 60 * SECOND });
  }

  async #bring(tab: Locator): Promise<void> {
    await tab.click();
    await expect(tab).toHaveAttribute('aria-selected', 'true');
    await expect(prompt(this.#page)).toBeFocused();
  }

  #toFirst(): Promise<void> {
    return this.#bring(this.#page.locator('[role="tab"][data-client]').first());
  }

  #runningAs(name: string) {
    const one = this.#beside.get(name);
    if (one === undefined) throw new Error(`nothing runs as ${name}`);
    return one;
  }

  #lines(): Locator {
    return this.#page.getByRole('log').locator('[data-kind]');
  }

  /** Number of the newest line; old ones may not be shown any more. */
  async #shown(): Promise<number> {
    const last = this.#lines().last();
    return (await this.#lines().count()) === 0 ? 0 : Number(await last.getAttribute('data-line'));
  }

  async #printed(shownBefore: number): Promise<{ readonly stdout: string; readonly stderr: string; readonly isCut: boolean }> {
    const lines = await this.#lines().evaluateAll((all) =>
      all.map((line) => ({
        kind: line.getAttribute('data-kind'),
        number: Number(line.getAttribute('data-line')),
        text: line.textContent ?? '',
      })),
    );
    const said = lines.flatMap(({ kind, number, text }) => (number > shownBefore ? [{ kind, text }] : []));
    const on = (kind: string) => said.flatMap((line) => (line.kind === kind ? [`${line.text}\n`] : [])).join('');
    return { stdout: on('stdout'), stderr: on('stderr'), isCut: said.some(({ kind }) => kind === 'exit') };
  }

  async #record(step: TypedStep, shownBefore: number, failing: boolean): Promise<void> {
    const { stdout, stderr, isCut } = await this.#printed(shownBefore);
    const args = (step.args ?? []).map((word) => this.#fill(word));
    for (const [name, pattern] of Object.entries(step.capture ?? {}))
      this.#variables.set(name, new RegExp(pattern, 'm').exec(stdout)?.[1] ?? `UNCAPTURED_${name}`);
    const exit = isCut ? { exit: null, signal: 'SIGINT' } : { exit: failing ? await this.#status() : 0 };
    this.records.push({ args, stdout, stderr, ...exit });
  }

  async #status(): Promise<number> {
    const shownBefore = await this.#shown();
    await typeLine(this.#page, 'echo $?');
    return Number((await this.#printed(shownBefore)).stdout);
  }
}
