/** Everything that main made, handed down once: stores, loop, tokens. Nothing of it lives at module level. */
import { createContext, type ReactNode, useContext } from 'react';
import { assert } from '../../base/index.ts';
import { ENGLISH, type Words } from '../../i18n/index.ts';
import type { Run } from '../../workers/index.ts';
import type { ConsoleShelf } from '../console/shelf.ts';
import { createPanels, type PanelStore } from '../rail/store.ts';
import { createDesk, type DeskStore } from '../stores/desk.ts';
import { createRestoring, type RestoringStore } from '../stores/restoring.ts';
import { createRuns, type RunStore, type StartRun } from '../stores/runs.ts';
import { createSelection, type SelectionStore } from '../stores/selection.ts';
import type { SettingsStore } from '../stores/settings.ts';
import { createToasts, type ToastStore } from '../stores/toasts.ts';
import { createVerbs, type VerbStore } from '../stores/verbs.ts';
import { type Acts, createActs } from './acts.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { createTokens, type Tokens } from './tokens.ts';

export interface House {
  readonly settings: SettingsStore;
  readonly selection: SelectionStore;
  readonly toasts: ToastStore;
  readonly verbs: VerbStore;
  readonly desk: DeskStore;
  readonly runs: RunStore;
  readonly scheduler: Scheduler;
  readonly tokens: Tokens;
  readonly acts: Acts;
  /** Console sessions, by run. The console comes with a chunk of its own, and makes the shelf when it is there. */
  readonly consoles: (make: () => ConsoleShelf) => ConsoleShelf;
  /** Which panels are open, and whose view they show. */
  readonly panels: PanelStore;
  /** The file that a cluster may be started from. */
  readonly restoring: RestoringStore;
}

/** Makes the stores of one page around its first run. */
export function createHouse(root: HTMLElement, settings: SettingsStore, first: Run, start: StartRun): House {
  const runs = createRuns(first, start);
  const toasts = createToasts();
  const verbs = createVerbs();
  const desk = createDesk();
  const scheduler = createScheduler();
  scheduler.attach(first);
  runs.subscribe(({ run }) => scheduler.attach(run));
  const selection = createSelection();
  const panels = createPanels();
  // What was chosen belonged to the cluster that has gone.
  runs.subscribe(({ generation }, before) => {
    if (generation === before.generation) return;
    selection.getState().clear();
    verbs.getState().leave();
    panels.getState().showMember(0);
  });
  const acts = createActs({ runs, toasts, desk, settings, scheduler });
  let shelf: ConsoleShelf | undefined;
  return {
    settings,
    selection,
    toasts,
    verbs,
    desk,
    runs,
    scheduler,
    tokens: createTokens(root),
    acts,
    consoles: (make) => {
      shelf ??= make();
      return shelf;
    },
    panels,
    restoring: createRestoring(),
  };
}

const HouseContext = createContext<House | undefined>(undefined);
const WordsContext = createContext<Words>(ENGLISH);

export function HouseProvider({ house, children }: { readonly house: House; readonly children: ReactNode }) {
  return <HouseContext value={house}>{children}</HouseContext>;
}

export function WordsProvider({ words, children }: { readonly words: Words; readonly children: ReactNode }) {
  return <WordsContext value={words}>{children}</WordsContext>;
}

export function useHouse(): House {
  const house = useContext(HouseContext);
  assert(house !== undefined, 'a component stands inside HouseProvider', {});
  return house;
}

/** All words in the visitor's language: `useWords().stage.leader`. */
export function useWords(): Words {
  return useContext(WordsContext);
}
