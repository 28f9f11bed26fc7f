/** The run on the page. Reset and another number of members put a new one in its place. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Run } from '../../workers/index.ts';

/** Starts a fresh cluster. */
export type StartRun = (members: number) => Run;

export interface Runs {
  readonly run: Run;
  /** Counts the runs of this page, from 1. */
  readonly generation: number;
  /** Replaces the run by a fresh one of so many members and ends the old one's workers. */
  restart(members: number): void;
  /** Puts `run` in the place of the present one and ends the old one's workers. */
  replace(run: Run): void;
}

export type RunStore = StoreApi<Runs>;

/** Holds `first`, and starts later ones by `start`. */
export function createRuns(first: Run, start: StartRun): RunStore {
  return createStore<Runs>()((set, get) => ({
    run: first,
    generation: 1,
    restart: (members) => get().replace(start(members)),
    replace: (run) => {
      const { run: old, generation } = get();
      set({ run, generation: generation + 1 });
      old.dispose();
    },
  }));
}
