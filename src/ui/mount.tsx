/** Puts the page into an element, around a run that somebody has started. */
import { createRoot, type Root } from 'react-dom/client';
import './styles/tokens.css';
import './styles/base.css';
import type { Run } from '../workers/index.ts';
import { App } from './App.tsx';
import { createHouse, type House } from './frame/context.tsx';
import type { StartRun } from './stores/runs.ts';
import { createSettings, type SettingsStore, type Shelf } from './stores/settings.ts';

/** @returns the page's stores, and React's root to take it away again */
export function mount(
  element: HTMLElement,
  first: Run,
  start: StartRun,
  settings: SettingsStore,
): { readonly house: House; readonly root: Root } {
  const house = createHouse(document.documentElement, settings, first, start);
  const root = createRoot(element);
  root.render(<App house={house} />);
  return { house, root };
}

/** Settings kept in this browser; a visitor who never chose gets the browser's own language. */
export function browserSettings(): SettingsStore {
  return createSettings(shelf(), {}, navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');
}

function shelf(): Shelf | undefined {
  try {
    return window.localStorage; // Throws where storage is forbidden.
  } catch {
    return undefined;
  }
}
