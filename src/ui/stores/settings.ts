/** What a visitor chose, remembered in this browser where it allows that. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Language } from '../../i18n/index.ts';

/** 'black': dark, for a hall with the lights out. */
export type ThemeChoice = 'light' | 'dark' | 'black' | 'system';
/** The two things that the first-run chips teach, and typing. */
export type Chip = 'cut' | 'split' | 'type';

/** What can be given another size: the log's column, the panels, the console where it is open. */
export const REGIONS = ['column', 'panels', 'console'] as const;
export type Region = (typeof REGIONS)[number];
/** px, of those that were given one. */
export type Sizes = Readonly<Partial<Record<Region, number>>>;

export interface Settings {
  readonly theme: ThemeChoice;
  /** Large, to be read from the last row. */
  readonly hall: boolean;
  readonly language: Language;
  /** This visit's number, counting from 1. */
  readonly visits: number;
  /** Chips whose act was done once. */
  readonly chipsDone: readonly Chip[];
  readonly sizes: Sizes;
  setTheme(theme: ThemeChoice): void;
  setHall(hall: boolean): void;
  setLanguage(language: Language): void;
  /** The chip's act was done: it does not come again. */
  finishChip(chip: Chip): void;
  /** @param size px; undefined: its own */
  resize(region: Region, size: number | undefined): void;
}

export type SettingsStore = StoreApi<Settings>;

const KEY = 'etcdscope.settings';

/** Where settings are kept. May throw: private windows and full disks do. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

interface Kept {
  readonly theme: ThemeChoice;
  readonly hall: boolean;
  readonly language: Language;
  readonly visits: number;
  readonly chipsDone: readonly Chip[];
  readonly sizes: Sizes;
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
    hall: kept.hall ?? false,
    language: kept.language,
    visits: (kept.visits ?? 0) + 1,
    chipsDone: kept.chipsDone ?? [],
    sizes: kept.sizes ?? {},
    setTheme: (theme) => set({ theme }),
    setHall: (hall) => set({ hall }),
    setLanguage: (language) => set({ language }),
    finishChip: (chip) => {
      if (!get().chipsDone.includes(chip)) set({ chipsDone: [...get().chipsDone, chip] });
    },
    resize: (region, size) => {
      const { [region]: _, ...others } = get().sizes;
      set({ sizes: size === undefined ? others : { ...others, [region]: size } });
    },
  }));
  const keep = ({ theme, hall, language, visits, chipsDone, sizes }: Settings) =>
    writeKept(shelf, { theme, hall, language, visits, chipsDone, sizes });
  keep(store.getState());
  store.subscribe(keep);
  return store;
}

function readKept(shelf: Shelf | undefined): Partial<Kept> {
  try {
    const value: unknown = JSON.parse(shelf?.getItem(KEY) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    const { theme, hall, language, visits, chipsDone, sizes } = value as Record<string, unknown>; // an object: any field may be asked for
    return {
      ...(theme === 'light' || theme === 'dark' || theme === 'black' || theme === 'system' ? { theme } : {}),
      ...(typeof hall === 'boolean' ? { hall } : {}),
      ...(language === 'en' || language === 'zh' ? { language } : {}),
      ...(typeof visits === 'number' && Number.isSafeInteger(visits) && visits >= 0 ? { visits } : {}),
      ...(Array.isArray(chipsDone) ? { chipsDone: chipsDone.filter(isChip) } : {}),
      ...(typeof sizes === 'object' && sizes !== null ? { sizes: readSizes(sizes) } : {}),
    };
  } catch {
    return {}; // Not readable, or not ours: begin anew.
  }
}

function readSizes(kept: object): Sizes {
  const isSize = ([region, size]: readonly [string, unknown]) =>
    REGIONS.some((known) => known === region) && Number.isSafeInteger(size) && (size as number) > 0;
  return Object.fromEntries(Object.entries(kept).filter(isSize));
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
