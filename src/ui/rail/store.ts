/** Which panels are open, whose view they show, and which of them takes the focus. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export type PanelId = 'keys' | 'watches' | 'leases' | 'memberLog';

/** What there is, in the order of the rail: a panel's key is its place, counted from 1. */
export const PANELS: readonly PanelId[] = ['keys', 'watches', 'leases', 'memberLog'];

/** Panels side by side, at most: the least recently opened one gives way. */
const MOST_OPEN = 2;

export interface Panels {
  /** The newest last; a narrow window shows only that. */
  readonly open: readonly PanelId[];
  /** On a phone: what the tab `inspect` shows. */
  readonly inspected: PanelId;
  /** Whose view is shown; 0 = the leader's. Ordinal. */
  readonly member: number;
  /** The panel that has just been opened and takes the focus. */
  readonly entering: PanelId | undefined;
  toggle(panel: PanelId): void;
  close(panel: PanelId): void;
  /** Closes what was opened last. */
  closeNewest(): void;
  /** '1' is the first panel. @returns whether there is such a panel */
  toggleByKey(key: string): boolean;
  inspect(panel: PanelId): void;
  showMember(member: number): void;
  /** The focus has arrived. */
  settle(): void;
}

export type PanelStore = StoreApi<Panels>;

/** The first opening: no panel. */
export function createPanels(): PanelStore {
  return createStore<Panels>()((set, get) => ({
    open: [],
    inspected: 'watches',
    member: 0,
    entering: undefined,
    toggle: (panel) => {
      const { open, close } = get();
      if (open.includes(panel)) close(panel);
      else set({ open: [...open, panel].slice(-MOST_OPEN), entering: panel });
    },
    close: (panel) => {
      const { open } = get();
      if (!open.includes(panel)) return;
      set({ open: open.filter((other) => other !== panel), entering: undefined });
    },
    closeNewest: () => {
      const newest = get().open.at(-1);
      if (newest !== undefined) get().close(newest);
    },
    toggleByKey: (key) => {
      const panel = /^[1-9]$/.test(key) ? PANELS[Number(key) - 1] : undefined;
      if (panel !== undefined) get().toggle(panel);
      return panel !== undefined;
    },
    inspect: (inspected) => set({ inspected }),
    showMember: (member) => set({ member }),
    settle: () => set({ entering: undefined }),
  }));
}
