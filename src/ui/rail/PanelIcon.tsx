/** What a panel is, 20 px, in the colour of its text. */
import type { PanelId } from './store.ts';

const PATHS: Readonly<Record<PanelId, string>> = {
  keys: 'M2.5 6h9M14.5 6h3M2.5 14h4M9.5 14h8M14.6 6a1.6 1.6 0 1 1-3.2 0a1.6 1.6 0 0 1 3.2 0M9.6 14a1.6 1.6 0 1 1-3.2 0a1.6 1.6 0 0 1 3.2 0',
  watches: 'M1.8 10C5.6 4.4 14.4 4.4 18.2 10C14.4 15.6 5.6 15.6 1.8 10ZM12.4 10a2.4 2.4 0 1 1-4.8 0a2.4 2.4 0 0 1 4.8 0',
  leases: 'M5.5 2.5h9M5.5 17.5h9M6.4 2.8c0 4.8 7.2 8.8 7.2 14.4M13.6 2.8c0 4.8-7.2 8.8-7.2 14.4',
  memberLog: 'M2.5 4.5h4M9 4.5h8.5M2.5 10h4M9 10h6M2.5 15.5h4M9 15.5h7.5',
};

export function PanelIcon({ panel }: { readonly panel: PanelId }) {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={PATHS[panel]} fill="none" stroke="currentColor" strokeWidth={1.6} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
