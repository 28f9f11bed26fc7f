/** A verb that waits for its thing: the stage lifts what fits and fades the rest; Esc leaves. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { WallLine } from '../../workers/index.ts';

/** 'cut' waits for a link, 'split' for a line (or for the verb again, which takes the offered wall). */
export type VerbMode = 'none' | 'cut' | 'split';

/** A wall as it would be built now. */
export interface WallPlan {
  readonly line: WallLine;
  /** Directed links that it cuts. */
  readonly links: readonly (readonly [number, number])[];
}

export interface Verbs {
  readonly mode: VerbMode;
  /** The stage's own line that parts the leader and a minority from the rest; undefined while no stage is mounted. */
  readonly offerSplit: (() => WallPlan | undefined) | undefined;
  enter(mode: VerbMode): void;
  leave(): void;
  /** Called by the stage, which alone knows where members stand. */
  setOfferSplit(offer: (() => WallPlan | undefined) | undefined): void;
}

export type VerbStore = StoreApi<Verbs>;

/** No verb waits. */
export function createVerbs(): VerbStore {
  return createStore<Verbs>()((set) => ({
    mode: 'none',
    offerSplit: undefined,
    enter: (mode) => set({ mode }),
    leave: () => set({ mode: 'none' }),
    setOfferSplit: (offerSplit) => set({ offerSplit }),
  }));
}
