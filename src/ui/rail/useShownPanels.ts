import { shallow, useMedia, usePanels } from '../frame/hooks.ts';
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
  const beside = useMedia('(min-width: 1600px)');
  const under = useMedia('(min-width: 1440px)');
  return beside ? 'beside' : under ? 'under' : 'instead';
}

/** The open panels that have room, the newest last. */
export function useShownPanels(): readonly PanelId[] {
  return usePanels((state) => state.open.slice(-state.room), shallow);
}
