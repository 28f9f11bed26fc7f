/** The run on the page. Reset and another number of members put a new one in its place. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Run } from '../../workers/index.ts';

/** Starts a fresh cluster. */
export type StartRun = (members: number) => Run;

export interface Runs {
  readonly run: Run;
  /** Replaces the run by a fresh one of so many members and ends the old one's workers. */
  restart(members: number): void;
}

export type RunStore = StoreApi<Runs>;

/** Holds `first`, and starts later ones by `start`. */
export function createRuns(first: Run, start: StartRun): RunStore {
  return createStore<Runs>()((set, get) => ({
    run: first,
    restart: (members) => {
      const old = get().run;
      set({ run: start(members) });
      old.dispose();
    },
  }));
}
