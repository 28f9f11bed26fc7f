/** The run on the page. Reset, another number of members, and a snapshot put a new one in its place; the one before can come back. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Bytes } from '../../base/index.ts';
import type { RestoreOptions, Run } from '../../workers/index.ts';

/** What a new cluster begins with: a snapshot's file, and what its revisions become. */
export interface Restored {
  readonly snapshot: Bytes;
  readonly options: RestoreOptions;
}

/** Starts a cluster: a fresh one, or one whose members begin with what was saved. */
export type StartRun = (members: number, restored?: Restored) => Run;

export interface Runs {
  readonly run: Run;
  /** The one that was here before, as it was left; it stands still. Undefined: there was none. */
  readonly before: Run | undefined;
  /** Counts what was put on the page, from 1. */
  readonly generation: number;
  /** Starts a cluster of so many members in the place of the present one, which is kept. The one kept before it ends. */
  restart(members: number, restored?: Restored): void;
  /** The present run and the one before it change places. */
  goBack(): void;
  /** Puts `run` in the place of the present one, and ends that and the one before it. */
  replace(run: Run): void;
}

export type RunStore = StoreApi<Runs>;

/** Holds `first`, and starts later ones by `start`. */
export function createRuns(first: Run, start: StartRun): RunStore {
  /** Whether time ran when the run before left the page. */
  let wasPlaying = false;
  return createStore<Runs>()((set, get) => {
    /** Puts a run on the page; the present one stands still from now on. */
    function change(run: Run): void {
      const { run: left, generation } = get();
      wasPlaying = left.state().playing;
      left.pause();
      set({ run, before: left, generation: generation + 1 });
    }
    return {
      run: first,
      before: undefined,
      generation: 1,
      restart: (members, restored) => {
        const { before } = get();
        change(start(members, restored));
        before?.dispose();
      },
      goBack: () => {
        const { before } = get();
        if (before === undefined) return;
        const plays = wasPlaying;
        change(before);
        if (plays) before.play();
      },
      replace: (run) => {
        const { run: old, before, generation } = get();
        set({ run, before: undefined, generation: generation + 1 });
        old.dispose();
        before?.dispose();
      },
    };
  });
}
