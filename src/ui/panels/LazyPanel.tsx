/** Panels come with their own chunk, when the first of them is opened. */
import { lazy, Suspense } from 'react';
import { useWords } from '../frame/context.tsx';
import type { PanelId } from '../rail/store.ts';
import { Empty, Panel } from './Panel.tsx';

const Loaded = lazy(() =>
  import('./AnyPanel.tsx').then(
    (module) => ({ default: module.AnyPanel }),
    // The chunk cannot be had (offline): the panel says so, the page goes on.
    () => ({ default: Missing }),
  ),
);

export function LazyPanel({ panel }: { readonly panel: PanelId }) {
  return (
    <Suspense fallback={undefined}>
      <Loaded panel={panel} />
    </Suspense>
  );
}

function Missing({ panel }: { readonly panel: PanelId }) {
  const words = useWords().panels;
  return (
    <Panel panel={panel}>
      <Empty title={words.missing} />
    </Panel>
  );
}
