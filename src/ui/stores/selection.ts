/** What is selected, and what the pointer or the focus is on: lit up wherever it is shown. */
import { createStore, type StoreApi } from 'zustand/vanilla';

export type Thing =
  | { readonly type: 'member'; readonly member: number }
  | { readonly type: 'entry'; readonly term: number; readonly index: number }
  | { readonly type: 'call'; readonly call: number }
  /** What a change made of the store. */
  | { readonly type: 'revision'; readonly revision: number }
  /** A message between members, by its id. */
  | { readonly type: 'flight'; readonly flight: number }
  /** Both directions between two members, a < b. */
  | { readonly type: 'link'; readonly a: number; readonly b: number }
  | { readonly type: 'wall'; readonly wall: number };

export interface Selection {
  /** Stays until something else is selected or Esc is pressed. */
  readonly selected: Thing | undefined;
  readonly hovered: Thing | undefined;
  select(thing: Thing | undefined): void;
  hover(thing: Thing | undefined): void;
  /** Nothing is selected, and the pointer is on nothing. */
  clear(): void;
}

export type SelectionStore = StoreApi<Selection>;

/** Nothing is selected. */
export function createSelection(): SelectionStore {
  return createStore<Selection>()((set, get) => ({
    selected: undefined,
    hovered: undefined,
    select: (selected) => {
      if (!sameThing(get().selected, selected)) set({ selected });
    },
    hover: (hovered) => {
      if (!sameThing(get().hovered, hovered)) set({ hovered });
    },
    clear: () => set({ selected: undefined, hovered: undefined }),
  }));
}

/** Whether both name the same thing (or both nothing). */
export function sameThing(a: Thing | undefined, b: Thing | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  switch (a.type) {
    case 'member':
      return b.type === 'member' && a.member === b.member;
    case 'entry':
      return b.type === 'entry' && a.term === b.term && a.index === b.index;
    case 'call':
      return b.type === 'call' && a.call === b.call;
    case 'revision':
      return b.type === 'revision' && a.revision === b.revision;
    case 'flight':
      return b.type === 'flight' && a.flight === b.flight;
    case 'link':
      return b.type === 'link' && a.a === b.a && a.b === b.b;
    case 'wall':
      return b.type === 'wall' && a.wall === b.wall;
  }
}
