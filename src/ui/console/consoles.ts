/**
 * The console's sessions: one shell each, each with the member that it asks. They outlive the components that show them (a
 * phone shows one region at a time) and end with their run.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createShell, type HelpKey, isAside, type Reach, type SessionState, type Shell } from '../../console/index.ts';
import { reachOf } from '../../view/index.ts';
import type { Run } from '../../workers/index.ts';
import { stamp } from '../frame/stamp.ts';
import { keyOf } from './followed.ts';

/** One tab. */
export interface ConsoleTab {
  /** The client's number in the run: the trace knows it by that. */
  readonly client: number;
  /** Ordinal of the member that it asks. */
  readonly member: number;
  readonly session: SessionState;
  /** Which member it asked, from which line on: an old prompt keeps its name. */
  readonly asked: readonly { readonly fromLine: number; readonly member: number }[];
  /** Number after the last line that has been in front. */
  readonly seen: number;
}

export interface Consoles {
  readonly tabs: readonly ConsoleTab[];
  /** Client of the tab in front. */
  readonly active: number;
  /** Unfolded over the stage. */
  readonly open: boolean;
  shell(client: number): Shell | undefined;
  /** A new session in front, at the member of the present one. */
  add(): void;
  /** Ends what runs there. The last session stays. */
  close(client: number): void;
  activate(client: number): void;
  ask(client: number, member: number): void;
  /** Brings a session in front that has nothing under way: the present one if it can be. With `member` it asks that one. */
  bringFree(member?: number): void;
  setOpen(open: boolean): void;
  /** Runs lines as if typed; several are run one after the other. */
  submit(client: number, text: string): void;
}

export type ConsoleStore = StoreApi<Consoles>;

export interface ConsoleNeeds {
  /** A key was put, read or deleted by a typed command. */
  readonly followKey: (key: string) => void;
  /** The run may have been set in motion. */
  readonly wake: () => void;
  /** Descriptions for `--help`, in the language of the moment. */
  readonly helpWords: (key: HelpKey) => string;
  /** A file that a command made: one byte a character. */
  readonly save: (name: string, data: string) => void;
  /** The opening journal's clients come first: sessions take the numbers after theirs. */
  readonly firstClient: number;
}

/** Two sessions, at the first member and at the second (where there is one). */
export function createConsoles(run: Run, needs: ConsoleNeeds): ConsoleStore {
  const shells = new Map<number, Shell>();
  let next = needs.firstClient;

  const store = createStore<Consoles>()((set, get) => {
    const change = (client: number, part: Partial<ConsoleTab>) =>
      set({ tabs: get().tabs.map((tab) => (tab.client === client ? { ...tab, ...part } : tab)) });

    const see = (client: number) => {
      const tab = get().tabs.find((each) => each.client === client);
      if (tab !== undefined && tab.seen !== tab.session.nextLine) change(client, { seen: tab.session.nextLine });
    };

    /** Makes a session; its tab is not shown yet. */
    const begin = (member: number): ConsoleTab => {
      const client = next++;
      const shell = createShell(
        run.target(client),
        endpointsOf(run, member),
        {
          words: needs.helpWords,
          save: needs.save,
          timestampOf: (at) => stamp(run.scenario.epoch, at),
          reachOf: ([endpoint = '']) => reachAt(run, endpoint),
        },
        (session) => {
          const before = get().tabs.find((tab) => tab.client === client)?.session;
          change(client, { session });
          if (get().active === client) see(client);
          if (get().open || !saysWrong(session, before)) return;
          set({ open: true });
          get().activate(client);
        },
      );
      shells.set(client, shell);
      const session = shell.state();
      return { client, member, session, asked: [{ fromLine: 0, member }], seen: session.nextLine };
    };

    const first = begin(1);
    const tabs = run.scenario.members > 1 ? [first, begin(2)] : [first, begin(1)];
    return {
      tabs,
      active: first.client,
      open: false,
      shell: (client) => shells.get(client),
      add: () => {
        const { tabs, active } = get();
        const tab = begin(tabs.find((each) => each.client === active)?.member ?? 1);
        set({ tabs: [...tabs, tab], active: tab.client });
      },
      close: (client) => {
        const { tabs, active } = get();
        const at = tabs.findIndex((tab) => tab.client === client);
        if (at < 0 || tabs.length === 1) return;
        shells.get(client)?.interrupt();
        shells.delete(client);
        const left = tabs.filter((tab) => tab.client !== client);
        const neighbour = left[Math.min(at, left.length - 1)]?.client ?? active;
        set({ tabs: left });
        get().activate(active === client ? neighbour : active);
        needs.wake();
      },
      activate: (active) => {
        set({ active });
        see(active);
      },
      ask: (client, member) => {
        const tab = get().tabs.find((each) => each.client === client);
        if (tab === undefined || tab.member === member) return;
        change(client, { member, asked: [...tab.asked, { fromLine: tab.session.nextLine, member }] });
        shells.get(client)?.setEndpoints(endpointsOf(run, member));
      },
      bringFree: (member) => {
        const { tabs, active } = get();
        const free = tabs.filter((tab) => tab.session.running === undefined);
        const best = free.find((tab) => tab.client === active) ?? free.find((tab) => tab.member === member) ?? free[0];
        if (best === undefined) get().add();
        else get().activate(best.client);
        if (member !== undefined) get().ask(get().active, member);
      },
      setOpen: (open) => set({ open }),
      submit: (client, text) => {
        const key = keyOf(text);
        if (key !== undefined) needs.followKey(key);
        shells.get(client)?.submit(text);
        needs.wake();
      },
    };
  });
  return store;
}

/** Calls `tell` with the last that a command says on standard error, once it has failed. @param command of `client`: it may still wait for its turn */
export function onceFailed(store: ConsoleStore, client: number, command: number, tell: (said: string) => void): void {
  const stop = store.subscribe(({ tabs }) => {
    const session = tabs.find((tab) => tab.client === client)?.session;
    const end = session?.finished.find((each) => each.command === command);
    if (session !== undefined && end === undefined) return;
    stop();
    if (session === undefined || end === undefined || end.exit.code === 0) return;
    const said = session.lines.findLast(
      (line) => line.command === command && line.kind === 'stderr' && line.text !== '' && !isAside(line.text),
    );
    if (said?.kind === 'stderr') tell(said.text);
  });
}

/** Whom the member at an address reaches; undefined where it is nobody's. */
function reachAt(run: Run, endpoint: string): Reach | undefined {
  const frame = run.frame();
  const member = frame.members.find(({ name }) => endpoint.replace(/^http:\/\//, '') === `${name}:2379`);
  return member === undefined ? undefined : reachOf(frame, member.ordinal);
}

/** The member's own address: a session asks this one and no other. */
function endpointsOf(run: Run, member: number): readonly string[] {
  return [`${run.frame().members[member - 1]?.name ?? `n${member}`}:2379`];
}

/** Something new on standard error: worth opening a folded console for. */
function saysWrong(session: SessionState, before: SessionState | undefined): boolean {
  const last = session.lines.at(-1);
  if (before === undefined || session.lines === before.lines || last === before.lines.at(-1)) return false;
  return last?.kind === 'stderr' && !isAside(last.text);
}

/** Name of the member that a line's command asked. */
export function askedAt(tab: ConsoleTab, line: number): number {
  return tab.asked.findLast((each) => each.fromLine <= line)?.member ?? tab.member;
}
