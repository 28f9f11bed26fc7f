/** What a visitor chose, remembered in this browser where it allows that. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Language } from '../../i18n/index.ts';

export type ThemeChoice = 'light' | 'dark' | 'system';
/** The two things that the first-run chips teach, and typing. */
export type Chip = 'cut' | 'split' | 'type';

export interface Settings {
  readonly theme: ThemeChoice;
  readonly language: Language;
  /** This visit's number, counting from 1. */
  readonly visits: number;
  /** Chips whose act was done once. */
  readonly chipsDone: readonly Chip[];
  setTheme(theme: ThemeChoice): void;
  setLanguage(language: Language): void;
  /** The chip's act was done: it does not come again. */
  finishChip(chip: Chip): void;
}

export type SettingsStore = StoreApi<Settings>;

const KEY = 'etcdscope.settings';

/** Where settings are kept. May throw: private windows and full disks do. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

interface Kept {
  readonly theme: ThemeChoice;
  readonly language: Language;
  readonly visits: number;
  readonly chipsDone: readonly Chip[];
}

/**
 * Reads what was kept, counts this visit, and keeps every change. `shelf` undefined: nothing is remembered.
 * @param fixed overrides what was kept
 * @param language for who never chose one
 */
export function createSettings(shelf: Shelf | undefined, fixed: Partial<Kept> = {}, language: Language = 'en'): SettingsStore {
  const kept = { language, ...readKept(shelf), ...fixed };
  const store = createStore<Settings>()((set, get) => ({
    theme: kept.theme ?? 'system',
    language: kept.language,
    visits: (kept.visits ?? 0) + 1,
    chipsDone: kept.chipsDone ?? [],
    setTheme: (theme) => set({ theme }),
    setLanguage: (language) => set({ language }),
    finishChip: (chip) => {
      if (!get().chipsDone.includes(chip)) set({ chipsDone: [...get().chipsDone, chip] });
    },
  }));
  const keep = ({ theme, language, visits, chipsDone }: Settings) => writeKept(shelf, { theme, language, visits, chipsDone });
  keep(store.getState());
  store.subscribe(keep);
  return store;
}

function readKept(shelf: Shelf | undefined): Partial<Kept> {
  try {
    const value: unknown = JSON.parse(shelf?.getItem(KEY) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    const { theme, language, visits, chipsDone } = value as Record<string, unknown>; // an object: any field may be asked for
    return {
      ...(theme === 'light' || theme === 'dark' || theme === 'system' ? { theme } : {}),
      ...(language === 'en' || language === 'zh' ? { language } : {}),
      ...(typeof visits === 'number' && Number.isSafeInteger(visits) && visits >= 0 ? { visits } : {}),
      ...(Array.isArray(chipsDone) ? { chipsDone: chipsDone.filter(isChip) } : {}),
    };
  } catch {
    return {}; // Not readable, or not ours: begin anew.
  }
}

function isChip(value: unknown): value is Chip {
  return value === 'cut' || value === 'split' || value === 'type';
}

function writeKept(shelf: Shelf | undefined, kept: Kept): void {
  try {
    shelf?.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Not remembered: the page works all the same.
  }
}
