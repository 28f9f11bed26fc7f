import type { PanelId } from '../rail/store.ts';
import { KeysPanel } from './keys/KeysPanel.tsx';
import { LeasesPanel } from './leases/LeasesPanel.tsx';
import { MemberLogPanel } from './memberLog/MemberLogPanel.tsx';
import { WatchesPanel } from './watches/WatchesPanel.tsx';

/** The panel of that name. All of them are one chunk, for the first opening shows none: see `LazyPanel.tsx`. */
export function AnyPanel({ panel }: { readonly panel: PanelId }) {
  switch (panel) {
    case 'keys':
      return <KeysPanel />;
    case 'watches':
      return <WatchesPanel />;
    case 'leases':
      return <LeasesPanel />;
    case 'memberLog':
      return <MemberLogPanel />;
  }
}
