/** Which panels are open, whose view they show, and which of them takes the focus. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export type PanelId = 'keys' | 'watches' | 'leases' | 'memberLog';

/** What there is, in the order of the rail: a panel's key is its place, counted from 1. */
export const PANELS: readonly PanelId[] = ['keys', 'watches', 'leases', 'memberLog'];

/** Panels in a wide window: the least recently opened one gives way. */
const WIDE_ROOM = 2;

export interface Panels {
  /** The newest last. */
  readonly open: readonly PanelId[];
  /** So many of the newest are shown. */
  readonly room: number;
  /** On a phone: what the tab `inspect` shows. */
  readonly inspected: PanelId;
  /** Whose view is shown; 0 = the leader's. Ordinal. */
  readonly member: number;
  /** The panel that has just been opened and takes the focus. */
  readonly entering: PanelId | undefined;
  /** Closes what is shown, opens what is not. */
  toggle(panel: PanelId): void;
  close(panel: PanelId): void;
  /** Closes what was opened last. */
  closeNewest(): void;
  /** '1' is the first panel. @returns whether there is such a panel */
  toggleByKey(key: string): boolean;
  inspect(panel: PanelId): void;
  showMember(member: number): void;
  /** The window has become wide or narrow. */
  setWide(isWide: boolean): void;
  /** The focus has arrived. */
  settle(): void;
}

export type PanelStore = StoreApi<Panels>;

/** The first opening: no panel. */
export function createPanels(): PanelStore {
  return createStore<Panels>()((set, get) => ({
    open: [],
    room: WIDE_ROOM,
    inspected: 'watches',
    member: 0,
    entering: undefined,
    toggle: (panel) => {
      const { open, room, close } = get();
      if (open.slice(-room).includes(panel)) close(panel);
      else set({ open: [...open.filter((other) => other !== panel), panel].slice(-room), entering: panel });
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
    setWide: (isWide) => set({ room: isWide ? WIDE_ROOM : 1 }),
    settle: () => set({ entering: undefined }),
  }));
}
