/** How the page is laid out now, and the handles that one region lends to the others. */
import { createStore, type StoreApi } from 'zustand/vanilla';

/** What fills a phone's screen. */
export type Tab = 'stage' | 'log' | 'time' | 'keys' | 'inspect';

/** What the console lets others do with its prompt. */
export interface PromptHandle {
  /** Puts the caret into the prompt, opening it where needed. */
  focus(): void;
  /** Runs a line in the front session, as if it were typed and entered. @param onFailed gets the last that it said, if it fails */
  submit(line: string, onFailed?: (said: string) => void): void;
  /** Points the front session at this member, opening the prompt; undefined where a console cannot. */
  readonly follow?: (member: number) => void;
}

export interface Desk {
  readonly tab: Tab;
  readonly helpOpen: boolean;
  /** Undefined while no console is mounted. */
  readonly prompt: PromptHandle | undefined;
  /** The key whose value stands under each member. */
  readonly followedKey: string;
  setTab(tab: Tab): void;
  setHelpOpen(open: boolean): void;
  setPrompt(prompt: PromptHandle | undefined): void;
  followKey(key: string): void;
}

export type DeskStore = StoreApi<Desk>;

/** The first opening: the stage, following `color`. */
export function createDesk(): DeskStore {
  return createStore<Desk>()((set) => ({
    tab: 'stage',
    helpOpen: false,
    prompt: undefined,
    followedKey: 'color',
    setTab: (tab) => set({ tab }),
    setHelpOpen: (helpOpen) => set({ helpOpen }),
    setPrompt: (prompt) => set({ prompt }),
    followKey: (followedKey) => set({ followedKey }),
  }));
}
