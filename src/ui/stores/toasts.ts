/** What was just done, in words, with its way back. One at a time: a newer one takes the older one's place. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Words } from '../../i18n/index.ts';

export interface Toast {
  /** Unique on this page. */
  readonly id: number;
  /** Said in the language of the moment. */
  readonly say: (words: Words) => string;
  /** The opposite act, now; undefined where there is none. */
  readonly undo: (() => void) | undefined;
  /** Something was refused or went wrong. */
  readonly tone: 'done' | 'refused';
}

export interface Toasts {
  readonly current: Toast | undefined;
  show(toast: Omit<Toast, 'id'>): void;
  /** Takes toast `id` away, if it still is the current one. */
  dismiss(id: number): void;
}

export type ToastStore = StoreApi<Toasts>;

/** No toast. */
export function createToasts(): ToastStore {
  let last = 0;
  return createStore<Toasts>()((set, get) => ({
    current: undefined,
    show: (toast) => set({ current: { ...toast, id: ++last } }),
    dismiss: (id) => {
      if (get().current?.id === id) set({ current: undefined });
    },
  }));
}
