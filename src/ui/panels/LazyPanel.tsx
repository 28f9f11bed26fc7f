/** Panels come with their own chunk, when the first of them is opened. */
import { useWords } from '../frame/context.tsx';
import { onDemand } from '../frame/onDemand.tsx';
import type { PanelId } from '../rail/store.ts';
import { Empty, Panel } from './Panel.tsx';

export const LazyPanel = onDemand<{ readonly panel: PanelId }>(
  () => import('./AnyPanel.tsx').then((module) => module.AnyPanel),
  Missing,
);

function Missing({ panel }: { readonly panel: PanelId }) {
  const words = useWords().panels;
  return (
    <Panel panel={panel}>
      <Empty title={words.missing} />
    </Panel>
  );
}
