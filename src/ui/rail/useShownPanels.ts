import { shallow, useMedia, usePanels, useSettings } from '../frame/hooks.ts';
import type { PanelId } from './store.ts';

/** How the desk gives panels their place. */
export type SideLayout =
  /** In the column's place, the log folded under it. */
  | 'instead'
  /** In the column, under the log. */
  | 'under'
  /** In a column of their own. */
  | 'beside';

/** By the window's width (design, "Regions"). */
export function useSideLayout(): SideLayout {
  const hall = useSettings((settings) => settings.hall);
  // What is larger needs a larger window for as much.
  const beside = useMedia(hall ? '(min-width: 2400px)' : '(min-width: 1600px)');
  const under = useMedia(hall ? '(min-width: 2160px)' : '(min-width: 1440px)');
  return beside ? 'beside' : under ? 'under' : 'instead';
}

/** The open panels that have room, the newest last. */
export function useShownPanels(): readonly PanelId[] {
  return usePanels((state) => state.open.slice(-state.room), shallow);
}
